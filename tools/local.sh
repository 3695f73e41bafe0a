# What "make run" and "make try" share: one nginx on 127.0.0.1, in the directory
# $home, with the module of $build.
# shellcheck shell=bash disable=SC2154

me=$(basename "$0")

die() { printf '%s: %s\n' "$me" "$*" >&2; exit 1; }

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }


# Waits until a command holds; fails if it does not within N s.

wait_for() {
    local seconds=$1 what=$2 end
    shift 2

    end=$((SECONDS + seconds))

    until "$@"; do
        [ $SECONDS -lt $end ] || die "$what did not happen in $seconds s;" \
            "see $home/logs/error.log"
        sleep 0.05
    done
}


# Prints the path of nginx.

find_nginx() {
    [ -f "$build/ngx_http_webhook_module.so" ] \
        || die "$build/ngx_http_webhook_module.so is not built: run 'make'"

    if [ -n "${TEST_NGINX_BINARY:-}" ]; then
        echo "$TEST_NGINX_BINARY"
        return
    fi

    PATH=$PATH:/usr/sbin command -v nginx || die "nginx is not installed"
}


# nginx's workers are nobody when it is started by root: they are given these
# directories, and the configuration CONF says who they are.  The directories on
# the way must let them pass; a home may be closed, and then they are root.

give_to_workers() {
    local conf=$1
    shift

    [ "$(id -u)" = 0 ] || return 0

    chown -R nobody "$@"

    if su -s /bin/sh nobody -c "test -w '$1'"; then
        sed -i '1i user nobody nogroup;' "$conf"
    else
        sed -i '1i user root;' "$conf"
        chown -R root "$@"
    fi
}
