# skip: calls that are not for us are answered as if they had succeeded, and
# nothing is done.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;

use Webhook::Test qw(slurp wait_for);

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my $token = 'skip-0123456789-abcdefghijkl';
my $key = 'a-key-of-some-length-0123456789';

my %receivers = (
    one => q{skip "type == ping";
        skip "!(type in (order, invoice)) && test exists";
        require id; filter "amount > 0"; dedupe body:id; log_calls on;
        action POST /pos/x '{"id": "${id}"}';},
    list => q{skip "root.kind == status"; skip "kind == none";
        for_each entries[].lines[];
        skip "entries.0.lines.0.id == 9"; skip "index exists";
        action POST /pos/x '{"id": "${id}"}';},
    signed => qq{verify github $key; skip "header.X-Event == ping";
        action POST /pos/x '{}';},
    later => q{mode durable; api http://127.0.0.1:%%PORT_api%%;
        skip "type == ping"; action POST /pos/x '{}';},
    quiet => q{profile nightpos; skip "type == ping"; action POST /pos/x '{}';},
    errors => q{log_calls errors; skip "type == ping"; action POST /pos/x '{}';},
    target => q{model sale.order; skip "kind == other";
        action PATCH /pos/${_id|int} '{}';},
    slow => q{skip "text ~ '^(a+)+$'"; action POST /pos/x '{}';},
    emits => q{skip "type == ping"; emit order.add;},
    test => q{mode test; skip "type == ping"; log_calls on;
        action POST /pos/x '{}';},
);

$t->config(
    http => <<'CONF' . join('', map {
    log_format hook '$request_method $webhook_receiver $status $webhook_status';
    access_log logs/hook.log hook;
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_endpoint all { url http://127.0.0.1:%%PORT_api%%/event; events *; }
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
    location ^~ /in/ { webhook_receive; }
    location /pos/ {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
    location = /metrics { webhook_metrics; }
CONF
);

$t->start;

my $skipped = '{"status": "ok", "skipped": true}';

sub call
{
    my ($name, $body, $args, @headers) = @_;

    return $t->request('POST', "/in/$name-$token" . ($args // ''), $body,
                       headers => ['Content-Type' => 'application/json',
                                   @headers]);
}

sub status
{
    my ($name) = @_;

    return wait_for(sub {
        my @l = grep { /^POST $name / }
                     split /\n/, slurp($t->prefix . '/logs/hook.log');
        return $l[-1] =~ /(\S+ \S+)$/ ? $1 : undef if @l;
    });
}

# The calls of a receiver, once there are so many.

sub history
{
    my ($name, $n) = @_;
    my @calls;

    wait_for(sub {
        my ($status, $out, $err) = $t->ctl('calls', '--json', $name);
        die "webhookctl: $err" if $status;

        @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
        return @calls >= $n;
    }, 5);

    return @calls;
}

sub metric
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_$name\_total (\d+)$/m
           ? $1 : undef;
}

my $r = call('one', '{"type": "ping"}');

is "$r->{status} $r->{body}", "200 $skipped", 'before what it would lack';
is status('one'), '200 skipped', 'the status of the access log';
is metric('calls_skipped'), 1, 'it is counted';
is metric('calls_ok'), 0, 'and not with those that did something';

$r = call('one', '{"type": "ping", "id": 1}');
is $r->{body}, $skipped, 'again: it is no repeat';

$r = call('one', '{"type": "refund", "test": true}');
is $r->{body}, $skipped, 'by the second condition';

$r = call('one', '{"type": "refund", "id": 1, "amount": 5}');
is $r->{body}, '{"status": "ok"}', 'what none of them holds for is done';

$r = call('one', '{"type": "order", "test": true}');
is $r->{status}, 422, 'or looked at';

$r = call('one', '{"type": "ping", "id": 1, "amount": 5}');
is $r->{body}, $skipped, 'before the repeats';

is $api->count, 1, 'nothing else was called';

$r = call('one', '{"type": "ping"', '');
is $r->{status}, 400, 'what is no JSON is for nobody';

# a dry run

$r = call('one', '{"type": "refund", "test": 1}', '?dry_run=1');

is_deeply JSON::PP::decode_json($r->{body}),
    { status => 'ok', dry_run => JSON::PP::true, skipped => JSON::PP::true,
      condition => '!(type in (order, invoice)) && test exists', calls => [] },
    'a dry run tells by which';

# the history

my @calls = history('one', 8);

is scalar(grep { ($_->{error} // '') eq 'Skipped: type == ping'
                 && $_->{status} == 200 && $_->{answer} eq $skipped } @calls),
    3, 'the history tells it';
is scalar(grep { ($_->{error} // '') eq 'Skipped: !(type in (order, invoice))'
                                        . ' && test exists' } @calls),
    2, 'and by which, of a dry run too';
is scalar(grep { ($_->{outcome} // '') eq 'skipped' } @calls), 4,
    'it is an outcome of its own';

# lists, of which the whole payload is looked at, once

$r = call('list', '{"kind": "status"}');
is $r->{body}, $skipped, 'before there is need of a list';

$r = call('list', '{"entries": [{"lines": [{"id": 9}, {"id": 2}]}]}');
is $r->{body}, $skipped, 'paths are of the payload';

$r = call('list', '{"entries": [{"lines": [{"id": 1, "kind": "none"},
                                           {"id": 9}]}]}');
is $r->{body}, '{"status": "ok", "elements": 2}', 'and not of an element';

$r = call('list', '{}');
is $r->{status}, 422, 'a list is still asked for';

# who may call

my $ping = '{"a": 1}';

$r = call('signed', $ping, '', 'X-Event' => 'ping');
is $r->{status}, 401, 'before skip a call is verified';

$r = call('signed', $ping, '', 'X-Event' => 'ping', 'X-Hub-Signature-256'
          => 'sha256=' . hmac_sha256_hex($ping, $key));
is "$r->{status} $r->{body}", "200 $skipped", 'one that is signed';

# kinds of receivers

$r = call('later', '{"type": "ping"}');
is "$r->{status} $r->{body}", "200 $skipped", 'a durable one keeps nothing';
is status('later'), '200 skipped', 'and says so';

$r = call('quiet', '{"type": "ping"}');
is "$r->{status} $r->{body}", '200 {"status": "ok"}', 'profile nightpos';
is status('quiet'), '200 skipped', 'tells it to the log alone';

call('errors', '{"type": "ping"}');
call('errors', '{"type":');
@calls = history('errors', 1);
is scalar @calls, 1, 'it is no error';
like $calls[0]{error}, qr/not JSON/, 'as others are';

$r = call('target', '{"kind": "other", "_model": "res.users"}');
is $r->{body}, $skipped, 'before the target';

$r = call('emits', '{"type": "ping"}');
is $r->{body}, $skipped, 'no event is made';

$r = call('test', '{"type": "ping"}');
is $r->{body}, $skipped, 'mode test';
is +(history('test', 1))[0]{error}, 'Skipped: type == ping', 'tells it too';

my $before = $api->count;

$r = call('slow', '{"text": "' . ('a' x 40) . '!"}');
is $r->{body}, '{"status": "ok"}', 'what cannot be told is not skipped';
is $api->count, $before + 1, 'but done';
like $t->nginx->error_log,
     qr/\[warn\].*a condition of skip ran into the limits of regular expressions/,
     'and told';

ok !grep({ $_->{uri} eq '/event' } @{$api->requests}), 'there were no events';

$t->stop;
$t->ok_logs;

done_testing;
