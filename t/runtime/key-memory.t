# Keys are in memory that core dumps leave out, and nowhere else: looked for in
# all that the processes have mapped, after calls that used them.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;

use lib 't/lib';
use Webhook::Memory qw(can_look found_in);
use Webhook::Test qw(asan);

plan skip_all => 'a sanitizer keeps what was freed' if asan();

plan skip_all => 'no look into memory here' unless can_look();

my %key = map { $_ => "KEY-$_-" . join '', map { chr 97 + rand 26 } 1 .. 24 }
          qw(file written meta token digest);

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);
$t->file('a.key', "$key{file}\n");
$t->file('a.token', "$key{digest}\n");
chmod 0600, map { $t->prefix . "/a.$_" } qw(key token);

$t->config(
    http => <<"CONF",
        webhook_receiver signed {
            secret    $key{token};
            verify    github file:../a.key $key{written};
            handshake meta token=$key{meta};
            action    POST /pos/x '{}';
        }
        webhook_receiver square {
            secret    file:../a.token;
            verify    square $key{written} url=https://h.example.com/in/;
            action    POST /pos/x '{}';
        }
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

sub call
{
    my ($token, @headers) = @_;

    return $t->request('POST', "/web/hook/$token", '{}', headers =>
        ['Content-Type' => 'application/json', @headers])->{status};
}

for (1 .. 3) {
    is call($key{token}, 'X-Hub-Signature-256' => 'sha256='
            . hmac_sha256_hex('{}', $key{$_})), 200, 'a call'
        for qw(file written);
    is call($key{token}, 'X-Hub-Signature-256' => 'sha256=00'), 401,
        'one that is refused';
    is call($key{digest}, 'x-square-hmacsha256-signature' => 'no'), 401,
        'one whose URL would be signed';
    is $t->request('GET', "/web/hook/$key{token}?hub.mode=subscribe"
                   . "&hub.challenge=77&hub.verify_token=$key{meta}")
        ->{body}, '77', 'a handshake';
}

for my $pid ($t->pid, $t->workers) {
    my ($dumped, $kept) = found_in($pid, map { $_ => [$key{$_}] } keys %key);

    is_deeply $dumped, {}, "$pid: nothing that a core dump would show";
    is join(' ', sort keys %$kept), 'file meta written',
        'the keys are where they should be, and no token is';
}

$t->stop;
$t->ok_logs;
done_testing;

