# The page "Getting started", from make install to the page in a browser: its
# commands and configurations as they stand, one after the other, in namespaces
# of their own over the machine's /etc, /usr and network.  Only what is built
# already is not built again, and nginx is started by itself, not by systemd.

use strict;
use warnings;

use File::Path qw(make_path);
use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(build_dir nginx_binary root_dir);
use Webhook::Sandbox qw(slurp temp_dir write_file);

my $root = root_dir();
my $build = build_dir();

plan skip_all => 'only root can have namespaces' if $> != 0;
plan skip_all => "Debian's nginx is another one"
    if nginx_binary() ne '/usr/sbin/nginx' || !-d '/etc/nginx/modules-enabled';
plan skip_all => "there is no $build/webhookctl"
    if grep { !-e "$build/$_" } 'webhookctl', 'ngx_http_webhook_module.so';
plan skip_all => 'no namespaces for us'
    if system('unshare -mn --pid --fork ip link set lo up > /dev/null 2>&1') != 0;

my $dir = temp_dir('getting-started');
my $page = slurp('docs/getting-started.md');

# all blocks, in their order

my %blocks;

while ($page =~ /^```(\w*)\n(.*?)^```$/msg) {
    push @{$blocks{$1}}, $2;
}

my ($install, $key, $check, $listen, $curl, $look, $page_keys) = @{$blocks{sh}};
my ($conf, $stand_in, $page_conf) = @{$blocks{nginx}};

is scalar @{$blocks{sh}}, 7, 'the commands of the page';
is scalar @{$blocks{nginx}}, 3, 'its configurations';
is_deeply [map { /webhookctl (\w+)/ } split /\n/, $look], ['list', 'show'],
    'what waits is looked at';

like $install, qr/^sudo make install$/m, 'it is installed';
$install =~ s/^make(?: deps)? *(?:#.*)?\n//mg;
$install =~ s/make install/make -s -C '$root' BUILD='$build' install-files/;

make_path("$dir/upper");
write_file("$dir/$_->[0]", $_->[1])
    for ['install', $install], ['key', $key], ['check', $check],
        ['listen', $listen =~ s/^sudo webhookctl/exec webhookctl/r],
        ['curl', $curl], ['look', $look], ['page-keys', $page_keys],
        ['conf', $conf . $stand_in], ['page-conf', $page_conf];

write_file("$dir/go", <<"SH");
set -e
cd $dir
ip link set lo up
mount -t tmpfs none upper
for dir in etc usr; do
    mkdir -p upper/\$dir upper/\$dir.work
    mount -t overlay none -o lowerdir=/\$dir,upperdir=upper/\$dir,workdir=upper/\$dir.work /\$dir \\
        || exit 77
done
for dir in /var/lib/nginx /var/log/nginx /run; do
    mount -t tmpfs none \$dir
done

sudo() { "\$@"; }
systemctl() { [ "\$*" = 'restart nginx' ] && nginx; }

wait_for()
{
    end=\$((\$(date +%s) + 60))

    until "\$@" > /dev/null 2>&1; do
        [ \$(date +%s) -lt \$end ] || { echo "not within its time: \$*"; exit 1; }
        sleep 0.1
    done
}

received() { [ "\$(grep -c 'verified: ok, answered 200' received)" = \$1 ]; }
pending() { [ "\$(webhookctl list --state=pending --json | grep -c .)" = \$1 ]; }
up() { grep -q 'listening on' received; }

start()
{
    sh listen >> received 2>&1 &
    endpoint=\$!
    wait_for up
}

. ./install
. ./key
cp conf /etc/nginx/conf.d/webhook.conf
. ./check

start
. ./curl > answer
wait_for received 1

kill \$endpoint
wait \$endpoint || true
. ./curl > /dev/null
wait_for pending 1
sed -n 1p look > list
. ./list > listed
id=\$(grep -o '[0-9a-f-]\\{36\\}.my' listed)
sed -n "2s/[0-9a-f-]\\{36\\}\\.my/\$id/p" look > show
. ./show > shown
start
wait_for received 2

. ./page-keys 2> token
cat page-conf >> /etc/nginx/conf.d/webhook.conf
nginx -t
nginx -s reload
wait_for curl -fs -o page -H 'Accept: text/html' http://127.0.0.1:8081/
curl -fs -o whoami -H "Authorization: Bearer \$(sed -n 2p token)" \\
    http://127.0.0.1:8081/whoami
nginx -s stop
echo done
SH

my $status = system('unshare', '-mn', '--pid', '--fork', '--kill-child',
                    '--mount-proc', 'sh', '-c', "exec sh $dir/go > $dir/log 2>&1 < /dev/null");

SKIP: {
    skip 'no overlay for us', 9 if $status >> 8 == 77;

    is $status, 0, 'all commands succeed' or diag slurp("$dir/log");
    like slurp("$dir/log"), qr/^done$/m, 'to the end';
    is scalar(() = slurp("$dir/log") =~ /test is successful/g), 2,
        'nginx -t accepts the configurations';
    unlike slurp("$dir/log"), qr/\[(?:warn|emerg|alert)\].*webhook/, 'without a warning';

    like slurp("$dir/answer"), qr{\AHTTP/1\.1 201 .*"936200"\}}s, 'the client gets its answer';
    like slurp("$dir/received"), qr/^ +webhook-signature: v1,.*"936200"\}/ms,
        'the endpoint gets the webhook, signed';
    like slurp("$dir/shown"), qr/pending/, 'one that waits is shown';
    like slurp("$dir/page"), qr/<!doctype html>/i, 'the page is there';
    like slurp("$dir/whoami"), qr/company\.setting/, 'and takes the token';
}

done_testing;
