# Repeats of a call are answered like the first one and do nothing.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Webhook::Test qw(wait_for slurp);

my $token = 'dedupe-0123456789-abcdefghi';

my $t = Webhook::Test->new(workers => 4);
my $api = $t->endpoint(name => 'api');

my %receivers = (
    header => q{dedupe header:webhook-id; action POST /api/x '{"n": "${n}"}' idempotency=Idempotency-Key;},
    body   => q{dedupe body:event.id; action POST /api/x '{}';},
    brief  => q{dedupe body:event.id ttl=1s; action POST /api/x '{}';},
    hash   => q{dedupe hash; for_each root; action POST /api/x '{}';},
    batch  => q{dedupe body:batch.no; for_each lines; action POST /api/x '{"id": "${id}"}';},
    inner  => q{dedupe body:id; for_each lines; action POST /api/x '{}';},
    fails  => q{dedupe header:webhook-id; action POST /api/fails '{}';},
    slow   => q{dedupe header:webhook-id; action POST /api/slow '{}';},
    flood  => q{dedupe header:webhook-id; action POST /api/flood '{}';},
    night  => q{profile nightpos; dedupe header:webhook-id; action POST /api/x '{}';},
);

$t->config(
    http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=64m;
        log_format status '$webhook_receiver $webhook_status $status';
        access_log logs/status.log status;
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;

$api->answer('*', 200);
$api->answer('/api/fails', 500, 200);
$api->answer('/api/slow', { hang => 1 });
$api->answer('/api/flood', { status => 200, delay => 0.3 });

my $n = 0;

sub call
{
    my ($name, $id, $payload) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", $payload // '{}',
                        headers => ['Content-Type' => 'application/json',
                                    defined $id ? ('webhook-id' => $id) : ()]);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

my ($r, @q) = call('header', 'a1', '{"n": 1}');
is "$r->{status} " . @q, '200 1', 'the first';
my $key = $q[0]{headers}{'idempotency-key'};

($r, @q) = call('header', 'a1', '{"n": 2}');
is "$r->{status} $r->{body} " . @q, '200 {"status": "ok"} 0', 'a repeat';

($r, @q) = call('header', 'a2', '{"n": 1}');
is "$r->{status} " . @q, '200 1', 'another';
isnt $q[0]{headers}{'idempotency-key'}, $key, 'has another key';

($r, @q) = call('header', undef, '{"n": 1}');
is "$r->{status} " . error($r),
    "422 The call has no 'webhook-id', by which repeats are recognized", 'none';
is scalar @q, 0, 'does nothing';

# Calls go to any of four workers, each of which logs on its own: in any order.
my @log;
wait_for(sub {
    @log = sort split /\n/, slurp($t->prefix . '/logs/status.log');
    @log >= 4;
}, 3);
is_deeply \@log,
    ['header ok 200', 'header ok 200', 'header refused 422',
     'header repeat 200'], 'in the log';

$t->reload;
(undef, @q) = call('header', 'a1', '{"n": 2}');
is scalar @q, 0, 'a reload forgets nothing';

$t->kill_all;
$t->start;
(undef, @q) = call('header', 'a1', '{"n": 2}');
is scalar @q, 0, 'nor does a kill';

($r, @q) = call('hash', undef, '[1, 2]');
is scalar @q, 2, 'by the whole body';
my $first = $r->{body};
($r, @q) = call('hash', undef, '[1, 2]');
is scalar @q, 0, 'a repeat';
is $r->{body}, $first, 'gets the very same answer';
(undef, @q) = call('hash', undef, '[1,2]');
is scalar @q, 2, 'other bytes';

(undef, @q) = call('body', undef, '{"event": {"id": "e"}}');
is scalar @q, 1, 'by a field';
(undef, @q) = call('body', undef, '{"event": {"id": "e"}, "try": 2}');
is scalar @q, 0, 'a repeat';

(undef, @q) = call('brief', undef, '{"event": {"id": "e"}}');
is scalar @q, 1, 'a short ttl=';
ok wait_for(sub {
    (undef, @q) = call('brief', undef, '{"event": {"id": "e"}}');
    return @q == 1;
}, 20), 'is over';

# a list is known by what the payload has, and not by its first element

($r, @q) = call('batch', undef, '{"batch": {"no": 1}, "lines": [{"id": 1}, {"id": 2}]}');
is "$r->{status} " . @q, '200 2', 'a list';
($r, @q) = call('batch', undef, '{"batch": {"no": 1}, "lines": [{"id": 1}, {"id": 2}]}');
is "$r->{status} " . @q, '200 0', 'a repeat';
($r, @q) = call('batch', undef, '{"batch": {"no": 2}, "lines": [{"id": 1}, {"id": 3}]}');
is "$r->{status} " . @q, '200 2', 'another that begins alike';
($r, @q) = call('batch', undef, '{"batch": {"no": 3}, "lines": []}');
is "$r->{status} $r->{body}", '200 {"status": "ok", "elements": 0}', 'an empty one';
($r, @q) = call('inner', undef, '{"lines": [{"id": 1}]}');
is "$r->{status} " . error($r), "422 The call has no 'id', by which repeats are recognized",
    'no field of an element';

($r, @q) = call('fails', 'f');
is "$r->{status} " . @q, '502 1', 'what failed';
($r, @q) = call('fails', 'f');
is "$r->{status} " . @q, '200 1', 'may come again';
($r, @q) = call('fails', 'f');
is "$r->{status} " . @q, '200 0', 'and then no more';

($r, @q) = call('night', 'n');
($r, @q) = call('night', 'n');
is "$r->{status} $r->{body} " . @q, '200 {"status": "ok"} 0', 'profile nightpos';

# --- while the first is under way

sub begin
{
    my ($name, $id) = @_;

    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port)
        or die "cannot connect: $!";

    print $s "POST /web/hook/$name-$token HTTP/1.0\r\nHost: a\r\n"
             . "Content-Type: application/json\r\nwebhook-id: $id\r\n"
             . "Content-Length: 2\r\n\r\n{}";
    $s->flush;
    return $s;
}

sub finish { my $s = shift; local $/; my $text = <$s>; $text // '' }

sub slow { return scalar grep { $_->{uri} eq '/api/slow' } @{$api->requests} }

my $s = begin('slow', 's');
ok wait_for(sub { slow() == 1 }, 20), 'a call that takes its time';
my $second = finish(begin('slow', 's'));
like $second, qr/^HTTP\/1\.1 409 .*"The same call is in progress; nothing was done again"/s,
    'a repeat of a call that is under way';
$api->release;
like finish($s), qr/^HTTP\/1\.1 200 /, 'which ends well';
(undef, @q) = call('slow', 's');
is slow(), 1, 'and was done once';

# --- a thousand at a time

my @sockets = map { begin('flood', 'same') } 1 .. 1000;
my %answers;
$answers{(finish($_) =~ /^HTTP\/1\.1 (\d+)/)[0] // 'none'}++ for @sockets;

is scalar(grep { $_->{uri} eq '/api/flood' } @{$api->requests}), 1,
    'a thousand repeats at a time run the action once';
is join(' ', grep { $_ ne '200' && $_ ne '409' } keys %answers), '',
    'all get the same answer or 409: '
    . join(' ', map { "$_: $answers{$_}" } sort keys %answers);
ok $answers{200}, 'one at least the answer';

# --- killed in the middle: nothing is known of how it ended, so it may come again

$s = begin('slow', 'k');
ok wait_for(sub { slow() == 2 }, 20), 'a call is under way';
$t->kill_all;
close $s;
$api->answer('/api/slow', 200);
$t->start;
like finish(begin('slow', 'k')), qr/^HTTP\/1\.1 200 /,
    'a call whose worker was killed';

$t->stop;
$t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
$t->ok_logs;

done_testing;
