# What the tests of the packages share: an API and an endpoint on 127.0.0.1, and
# nginx with the module between them.  A command that fails ends the test.
# shellcheck shell=sh

set -eu

tmp=${AUTOPKGTEST_TMP:-$(mktemp -d)}
module=libnginx-mod-http-webhook
tools=nginx-webhook-tools
pgsql=libnginx-mod-http-webhook-pgsql
conf=/etc/nginx/conf.d/webhook.conf
link=/etc/nginx/modules-enabled/50-mod-http-webhook.conf
store=/var/lib/nginx/webhook
endpoint=


say()
{
    echo "* $*"
}


fail()
{
    echo "FAILED: $*"
    tail -n 20 /var/log/nginx/error.log
    exit 1
}


# wait_for SECONDS COMMAND: until it succeeds
wait_for()
{
    end=$(($(date +%s) + $1))
    shift

    until "$@"; do
        [ "$(date +%s)" -lt $end ] || fail "not within its time: $*"
        sleep 0.1
    done
}


configure()
{
    (umask 077
     echo "whsec_$(head -c 32 /dev/urandom | base64)" > /etc/nginx/webhook/erp.key)

    cat > $conf << 'CONF'
webhook_store /var/lib/nginx/webhook size=64m;
webhook_event_type order.add "An order was created";

webhook_endpoint erp {
    url    http://127.0.0.1:9000/hook;
    events order.*;
    secret file:webhook/erp.key;
    retry  attempts=1000 first=1s factor=1;
}

server {
    listen 127.0.0.1:8080;

    location /api/ {
        proxy_pass    http://127.0.0.1:3000;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
}

server {
    listen 127.0.0.1:3000;
    default_type application/json;
    location / { return 201 '{"id": 7, "total": "936200"}'; }
}
CONF

    nginx -t
    service nginx restart
    wait_for 30 answers
}


answers()
{
    curl -s -o "$tmp/answer" http://127.0.0.1:8080/api/
}


order()
{
    status=$(curl -s -o "$tmp/answer" -w '%{http_code}' -d '{"sku": "A1"}' \
                 -H 'Content-Type: application/json' \
                 http://127.0.0.1:8080/api/orders)

    [ "$status" = 201 ] || fail "an order was answered $status"
}


# An endpoint that writes what it receives to $tmp/received, a line for each.
endpoint_start()
{
    webhookctl listen --address=9000 --record="$tmp/received" \
        --verify=standard --key=file:/etc/nginx/webhook/erp.key \
        > "$tmp/listen" 2>&1 &
    endpoint=$!
}


# How many webhooks have arrived with a valid signature.
received()
{
    grep -c '"verified": *"ok"' "$tmp/received" 2> /dev/null || true
}


has_received()
{
    [ "$(received)" = "$1" ]
}


# How many deliveries are in a state.
count()
{
    webhookctl list --json --state="$1" | grep -c . || true
}


are()
{
    [ "$(count "$2")" = "$1" ]
}


running()
{
    service nginx status > /dev/null
}


# nginx has loaded the module that is installed
loaded()
{
    maps=$(grep ngx_http_webhook_module.so /proc/"$(cat /run/nginx.pid)"/maps)

    [ -n "$maps" ] && ! echo "$maps" | grep -q '(deleted)'
}


# the process $1 has ended
gone()
{
    ! kill -0 "$1" 2> /dev/null
}


# Makes packages of what is installed, with a version that is newer, in
# $tmp/newer.
repack()
{
    mkdir "$tmp/newer"

    (cd "$tmp/newer" && dpkg-repack --deb-option=-Znone $module $tools $pgsql \
         > /dev/null

     for deb in *.deb; do
         dpkg-deb -R "$deb" tree
         rm "$deb"
         version=$(sed -n 's/^Version: //p' tree/DEBIAN/control)
         sed -i "/^Version:\|^Recommends:\|^Depends:/s/$version/$version+newer/" \
             tree/DEBIAN/control
         dpkg-deb -Znone -b tree "$deb" > /dev/null
         rm -r tree
     done)
}
