# Mode test: a receiver answers as if it were real, knows repeats among its
# tests alone, and calls nothing.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'testing-0123456789-abcdefghi';

my $t = Webhook::Test->new(workers => 2);
my $api = $t->endpoint(name => 'api');

sub config
{
    my ($mode) = @_;

    my %receivers = (
        sync => $mode eq 'durable' ? '' : 'mode test;',
        durable => "mode $mode; api http://127.0.0.1:%%PORT_api%%; retry attempts=50 first=200ms factor=1;",
        half => 'mode test; retry attempts=3;',
    );

    $t->config(
        http => "webhook_store %%STORE%% size=64m;\n" . join('', map {
            "webhook_receiver $_ { secret $_-$token; dedupe header:webhook-id; log_calls on;\n"
            . "require n; action POST /api/x '{\"n\": \"\${n}\"}' \"when=n != 9\";\n"
            . " $receivers{$_}\n }\n" } sort keys %receivers),
        server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
    );
}

config('test');
$t->start;

$api->answer('*', 200);

sub call
{
    my ($name, $id, $payload) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", $payload // '{"n": 1}',
                        headers => ['Content-Type' => 'application/json', 'webhook-id' => $id]);

    return "$r->{status} $r->{body}";
}

my $ok = '200 {"status": "ok"}';

is call('sync', 'a'), $ok, 'a test';
is call('sync', 'a'), $ok, 'once more';
is call('half', 'a'), $ok, 'one without an API';

like my $first = call('durable', 'a'), qr/^202 \{"status": "ok", "id": "[\w-]{36}"\}$/,
    'of a durable one, which answers as that would';
is call('durable', 'a'), $first, 'a repeat of it';
isnt call('durable', 'b'), $first, 'another call';
is call('durable', 'c', '{"n": 9}'), $ok, 'nothing would be called';
like call('durable', 'd', '{}'), qr/^422 /, 'it refuses as that would';

is scalar @{$api->wait_quiet(0.3)}, 0, 'nothing was called';

# --- the same calls, once the receivers are real

config('durable');
$t->reload;

is call('sync', 'a'), $ok, 'real';
ok wait_for(sub { @{$api->requests} == 1 }, 3), 'it is no repeat of a test';
like call('durable', 'a'), qr/^202 /, 'a durable one';
ok wait_for(sub { @{$api->requests} == 2 }, 3), 'neither';
is call('sync', 'a'), $ok, 'a repeat';
is scalar @{$api->wait_quiet(0.3)}, 2, 'does nothing';

# --- a test again: what was accepted meanwhile is not lost

$api->answer('*', 500, 500, 200);

like call('durable', 'e'), qr/^202 /, 'accepted';
config('test');
$t->reload;
ok wait_for(sub { @{$api->requests} == 5 }, 10), 'it is sent until it is done';

# --- the history

my %calls;

ok wait_for(sub {
    for my $name (qw(sync durable)) {
        my (undef, $out) = $t->ctl('calls', $name, '--json');
        $calls{$name} = [reverse map { JSON::PP::decode_json($_) } split /\n/, $out];
    }
    return @{$calls{durable}} == 7 && @{$calls{sync}} == 4;
}, 5), 'the history';

is join(' ', map { $_->{outcome} } @{$calls{sync}}), 'test repeat ok repeat', 'tells tests';
is join(' ', map { $_->{outcome} } @{$calls{durable}}),
    'test repeat test test refused accepted accepted', 'of a durable one, too';
is $calls{durable}[0]{delivery}, undef, 'which leave no delivery';

$t->stop;
$t->allow(qr/open socket .* left in connection|receiver:durable/);
$t->ok_logs;
done_testing;
