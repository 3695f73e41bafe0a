# The secrets of URLs: several, with an end, as a digest, made by webhookctl;
# how many calls at a time; and nginx's own modules in front of a receiver.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex sha256_hex);
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $t = Webhook::Test->new(workers => 2);
my $api = $t->api;

$api->answer('*', 200);

my ($rc, $out, $err) = $t->run("$ENV{WEBHOOK_BUILD}/webhookctl", '--json',
    'receiver-url', 'made', '--base=https://hooks.example.com/web/hook');
is $rc, 0, 'receiver-url' or diag $err;

my $made = JSON::PP->new->decode($out);
my $key = 'a-key-of-enough-bytes-for-everybody';

like $made->{token}, qr/^[A-Za-z0-9_-]{43}$/, 'a token of 32 bytes';
is $made->{url}, "https://hooks.example.com/web/hook/$made->{token}", 'a URL';
is $made->{secret}, 'sha256:' . sha256_hex($made->{token}), 'its digest';

($rc, $out) = $t->run("$ENV{WEBHOOK_BUILD}/webhookctl", 'receiver-url', 'made');
is $rc, 0;
my ($line) = $out =~ /^(secret sha256:[0-9a-f]{64};)$/m;
my ($second) = $out =~ m{^https://HOST/web/hook/(\S+)$}m;
ok $line && $second && $second ne $made->{token}, 'another one each time';

is +($t->run("$ENV{WEBHOOK_BUILD}/webhookctl", 'receiver-url', $_))[0], 2,
    "no name: $_" for 'a b', '', 'x' x 129;
is +($t->run("$ENV{WEBHOOK_BUILD}/webhookctl", 'receiver-url', 'a',
             "--base=$_"))[0], 2, "no base: $_"
    for 'ftp://x/', 'https://', 'https:///x', 'https://x/?a', "http://x/\n";

my $soon = time + 3;

$t->file('digest', "sha256:\U" . sha256_hex('from-a-file-0123456789') . "\n");

$t->config(
    http => <<"CONF" . <<'CONF2',
        webhook_receiver made {
            secret $made->{secret};
            $line
            secret file:../digest;
            secret overlap-0123456789-abc expires=2286-11-20;
            secret ended-0123456789-abcde expires=2001-09-09T01:46:40Z;
            secret soon-0123456789-abcdef expires=$soon;
            action POST /pos/made '{}';
        }
        webhook_receiver slow {
            secret slow-0123456789-abcdefgh;
            limit inflight=3;
            action POST /pos/slow '{}';
        }
        webhook_receiver other {
            secret other-0123456789-abcdefgh;
            limit inflight=1;
            action POST /pos/other '{}';
        }
        webhook_receiver signed {
            secret signed-0123456789-abcdefgh;
            verify github $key;
            action POST /pos/signed '{}';
        }
CONF
        limit_req_zone $server_name zone=req:64k rate=1r/m;
        limit_conn_zone $server_name zone=conn:64k;
        geo $remote_addr $from { default 0; 192.0.2.1 1; }
CONF2
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location ^~ /req/ {
            webhook_receive; limit_req zone=req; limit_req_status 429;
        }
        location ^~ /conn/ {
            webhook_receive; limit_conn conn 1; limit_conn_status 429;
        }
        location ^~ /deny/ { webhook_receive; deny all; }
        location ^~ /allow/ { webhook_receive; allow 127.0.0.1; deny all; }
        location ^~ /real/ {
            webhook_receive; set_real_ip_from 127.0.0.1;
            real_ip_header X-Forwarded-For; allow 192.0.2.1; deny all;
        }
        location ^~ /auth/ { webhook_receive; auth_request /check; }
        location = /check {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%/check;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

sub call
{
    my ($path, $body, @headers) = @_;

    return $t->request('POST', $path, $body // '{}', headers =>
        ['Content-Type' => 'application/json', @headers])->{status};
}

my $done = 0;

sub calls { return scalar grep { $_->{uri} =~ m{^/pos} } @{$api->requests}; }


# --- tokens

is call("/web/hook/soon-0123456789-abcdef"), 200, 'before its end';
is call("/web/hook/$made->{token}"), 200, 'known by its digest';
is call("/web/hook/$second"), 200, 'a second one';
is call('/web/hook/from-a-file-0123456789'), 200, 'a digest from a file';
is call('/web/hook/overlap-0123456789-abc'), 200, 'one that ends later';
is call('/web/hook/ended-0123456789-abcde'), 404, 'one that has ended';
is call('/web/hook/' . sha256_hex($made->{token})), 404,
    'the digest is no token';
is call("/web/hook/sha256:" . sha256_hex($made->{token})), 404;
ok wait_for(sub { call('/web/hook/soon-0123456789-abcdef') == 404 }, 10),
    'after its end';
is call("/web/hook/$made->{token}"), 200, 'the others go on';


# --- how many at a time, over both workers

$api->answer('/pos/slow', { hang => 1 });

my $before = calls();
my @pids = map {
    Webhook::Sandbox::spawn(sub {
        exec 'curl', '-s', '-o', '/dev/null', '-d', '{}',
            '-H', 'Content-Type: application/json',
            'http://127.0.0.1:' . $t->port . '/web/hook/slow-0123456789-abcdefgh';
    });
} 1 .. 3;

ok wait_for(sub { calls() == $before + 3 }, 10), 'three are under way';

for (1 .. 6) {
    my $r = $t->request('POST', '/web/hook/slow-0123456789-abcdefgh', '{}',
                        headers => ['Content-Type' => 'application/json']);
    is $r->{status}, 429, 'a fourth is too many';
    like $r->{body}, qr/"Too many calls at a time; nothing was done"/
        if $_ == 1;
}

is call('/web/hook/other-0123456789-abcdefgh'), 200,
    'another receiver has its own';

# which it does once the request is over, a moment after its answer

ok wait_for(sub { call('/web/hook/other-0123456789-abcdefgh') == 200 }, 10),
    'and lets go of it';

$api->answer('/pos/slow', 200);
$api->release;
Webhook::Sandbox::reap($_, 10) for @pids;

ok wait_for(sub { call('/web/hook/slow-0123456789-abcdefgh') == 200 }, 10),
    'then there is room again';
is call('/web/hook/slow-0123456789-abcdefgh'), 200, 'and again' for 1 .. 6;

# a worker that dies takes none of the room with it

$api->answer('/pos/slow', { hang => 1 });
$before = calls();

@pids = map {
    Webhook::Sandbox::spawn(sub {
        exec 'curl', '-s', '-o', '/dev/null', '-d', '{}',
            '-H', 'Content-Type: application/json',
            'http://127.0.0.1:' . $t->port . '/web/hook/slow-0123456789-abcdefgh';
    });
} 1 .. 3;

ok wait_for(sub { calls() == $before + 3 }, 10), 'three are under way again';

$t->allow(qr/exited on signal 9/);
my @workers = $t->workers;
kill 'KILL', @workers;

$api->answer('/pos/slow', 200);
$api->release;
Webhook::Sandbox::reap($_, 10) for @pids;

ok wait_for(sub {
    my %now = map { $_ => 1 } $t->workers;
    return keys %now == 2 && !grep { $now{$_} } @workers;
}, 10), 'other workers came';

is call('/web/hook/slow-0123456789-abcdefgh'), 200, 'with all of the room'
    for 1 .. 6;


# --- what nginx has of its own

my $token = 'signed-0123456789-abcdefgh';
my @good = ('X-Hub-Signature-256' => 'sha256=' . hmac_sha256_hex('{}', $key));

$before = calls();

is call("/req/$token", '{}', @good), 200, 'limit_req';
is call("/req/$token", '{}', @good), 429, 'limit_req: too many';
is call("/conn/$token", '{}', @good), 200, 'limit_conn';
is call("/deny/$token", '{}', @good), 403, 'deny';
is call("/allow/$token", '{}', @good), 200, 'allow';
is call("/allow/$token", '{}'), 401, 'allow, unsigned';
is call("/real/$token", '{}', @good), 403, 'realip: another address';
is call("/real/$token", '{}', @good, 'X-Forwarded-For' => '192.0.2.1'), 200,
    'realip: the right one';
$api->answer('/check', 204);
is call("/auth/$token", '{}', @good), 200, 'auth_request';
is call("/auth/$token", '{}'), 401, 'auth_request, unsigned';
$api->answer('/check', 403);
is call("/auth/$token", '{}', @good), 403, 'auth_request refuses';

is calls(), $before + 5, 'nothing else was called';

$t->stop;

for my $log (qw(access.log error.log)) {
    my $text = slurp($t->prefix . "/logs/$log") // '';
    ok $text !~ /\Q$made->{token}\E|\Q$second\E|\Q$token\E|overlap-01/,
        "no token in $log";
}

$t->ok_logs;
done_testing;
