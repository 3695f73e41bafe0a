# The history of a receiver's calls (I7, I8): what came in, what was called,
# how it ended; and nothing of it holds a call up.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Compress::Zlib ();
use JSON::PP ();
use Webhook::Test qw(wait_for slurp);

my $token = 'calls-0123456789-abcdefgh';

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer($_, 200) for qw(/pos/a/7 /pos/a/8 /pos/a/9 /pos/b);

$t->config(
    main => 'worker_shutdown_timeout 1s;',
    http => <<"CONF",
        webhook_store %%STORE%% size=64m;

        webhook_receiver kept {
            model   sale.order;
            secret  kept-$token;
            require _id;
            limit   body=20k;
            accept  json gzip;
            action  PATCH /pos/a/\${_id|int}?tag=\${tag} '{"currency": "USD"}';
            action  POST /pos/b '{"x": "\${x}"}';
            target  id=\${_id|int};
            log_calls on;
        }
        webhook_receiver unkept {
            secret  unkept-$token;
            action  POST /pos/b '{}';
        }
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
        location = /metrics { webhook_metrics; }
CONF
);

$t->start;

sub call
{
    my ($name, $payload, %options) = @_;

    return $t->request($options{method} // 'POST',
        "/web/hook/$name-$token" . ($options{query} // ''), $payload,
        headers => ['Content-Type' => $options{type} // 'application/json',
                    'Authorization' => 'Basic b2theQ=='])->{status};
}

# The calls of a receiver, the oldest first, once there are N of them.

sub history
{
    my ($name, $n) = @_;
    my @calls;

    wait_for(sub {
        my ($status, $out, $err) = $t->ctl('calls', '--json', $name);
        die "webhookctl: $err" if $status;

        @calls = reverse map { JSON::PP::decode_json($_) } split /\n/, $out;
        return @calls >= $n;
    }, 5);

    return @calls;
}

sub counter
{
    my ($name) = @_;
    return $t->get('/metrics')->{body} =~ /^\w*_calls_${name}_total (\d+)/m
        ? $1 : undef;
}

# --- a call of each kind

my $long = '{"_id": 9, "x": "' . 'y' x 15_000 . '"}';

is call('kept', '{"_id": "7", "x": "é", "tag": "&"}'), 200, 'a call';
is call('kept', '{"_id": "7/../1"}'), 422, 'a bad id';
is call('kept', '{"x": 1}'), 422, 'a field is missing';
is call('kept', 'nonsense'), 400, 'not JSON';
is call('kept', '{}', type => 'text/plain'), 415, 'not said to be JSON';
is call('kept', undef, method => 'GET'), 405, 'GET';
is call('kept', 'x' x 30_000), 413, 'too large';
is call('kept', $long), 200, 'a large one';
is call('kept', '{"_id": 8}', query => '?dry_run=1'), 200, 'a dry run';

$api->answer('/pos/b', { status => 500, body => "Trace\nback" });
is call('kept', '{"_id": 8}'), 502, 'the API fails';

is call('unkept', '{}'), 502, 'a receiver without history';
is $t->request('POST', "/web/hook/nobody-$token", '{}')->{status}, 404,
    'no receiver';

my @calls = history('kept', 10);

is scalar @calls, 10, 'all calls to the receiver are there';
is scalar(history('unkept', 0)), 0, 'and none to the other';

is join(' ', map { $_->{status} } @calls),
    '200 422 422 400 415 405 413 200 200 502', 'with their answers, in order';
is join(' ', map { $_->{outcome} } @calls),
    'ok refused refused refused refused refused refused ok dry_run failed',
    'and how they ended';
is $calls[0]{delivery}, undef, 'no delivery: the calls were made at once';

my $c = $calls[0];

is $c->{receiver}, 'kept', 'the receiver';
like $c->{id}, qr/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/, 'an id';
is $c->{remote}, '127.0.0.1', 'the caller';
is $c->{content_type}, 'application/json', 'the type';
is $c->{body}, qq({"_id": "7", "x": "\x{e9}", "tag": "&"}), 'what came in';
is $c->{error}, '', 'no error';
cmp_ok $c->{total_usec}, '>', 0, 'the time it took';

is join(' | ', map { "$_->{method} $_->{uri} $_->{status}" } @{$c->{actions}}),
    'PATCH /pos/a/7?tag=%26 200 | POST /pos/b 200', 'what was called';
is $c->{actions}[1]{body}, qq({"x": "\x{e9}"}), 'with which body';

like $calls[1]{error}, qr/_id/, 'why an id was refused';
is scalar @{$calls[1]{actions}}, 0, 'and nothing called';
is $calls[2]{error}, "Missing required field: '_id'", 'what was missing';
is $calls[3]{body}, 'nonsense', 'a body that is not JSON is there too';
is $calls[4]{content_type}, 'text/plain', 'and a type that was not wanted';
is $calls[6]{body}, '', 'but nothing of one that was not read';

is length $calls[7]{body}, 8192, 'a large body is cut';
is $calls[7]{body}, substr($long, 0, 8192), 'behind its beginning';
is $calls[7]{actions}[1]{body}, substr('{"x": "' . 'y' x 2000, 0, 1024),
    'that of an action too';

is "$calls[8]{outcome} $calls[8]{error}", 'dry_run ', 'a dry run is no error';
is join(' ', map { $_->{status} // 'none' } @{$calls[8]{actions}}),
    'none none',
    'has the calls that it did not make';

is $calls[9]{error},
    'The API answered 500 to action 2 of 2 (POST /pos/b): Trace back',
    'a failure, with the start of what the API said';
is join(' ', map { $_->{status} } @{$calls[9]{actions}}), '200 500',
    'and all statuses';

is counter('ok') . ' ' . counter('refused') . ' ' . counter('failed'),
    '3 7 2', 'all are counted';

# --- what the history must not have

{
    my (undef, $out) = $t->ctl('calls', 'kept');

    unlike $out, qr/$token/, 'no secret of a URL';
    unlike $out, qr/b2theQ/, 'nor of a header';

    my $files = join '', map { slurp($_) // '' } glob $t->store . '/*';

    ok length $files, 'the store';
    is index($files, $token), -1, 'has no secret of a URL in its files';
}

# --- a worker that has to go takes down how far it got

$api->answer('/pos/b', { hang => 1 });

# its body lies where it was decoded, which has to be there still

my $zipped = $t->file('zipped', Compress::Zlib::memGzip('{"_id": 7}'));
my $before = $api->count;
my $pid = Webhook::Sandbox::spawn(sub {
    exec 'curl', '-s', '-o', '/dev/null', '--data-binary', "\@$zipped",
        '-H', 'Content-Type: application/json',
        '-H', 'Content-Encoding: gzip',
        'http://127.0.0.1:' . $t->port . "/web/hook/kept-$token";
});

ok wait_for(sub { $api->count == $before + 2 }, 5), 'an action hangs';
ok $t->reload, 'a reload that does not wait for ever';

@calls = history('kept', 11);
Webhook::Sandbox::reap($pid, 5);

is $calls[10]{error},
    'The call was cut off before all of its actions were done',
    'a call that was cut off is in the history';
is $calls[10]{body}, '{"_id": 7}', 'with its body';
is $calls[10]{actions}[0]{status}, 200, 'what was done';
is $calls[10]{actions}[1]{status}, undef, 'and what was not';

# --- the answer does not depend on the history

$api->answer('/pos/b', 200);
$t->stop;

# a store that cannot be opened: its path is a file
my $store = $t->store;
rename $store, "$store.away" or die "$store: $!\n";

open my $fh, '>', $store or die "$store: $!\n";
close $fh;

$t->allow(qr/\[(?:emerg|crit|alert)\]/);

SKIP: {
    skip 'nginx does not start without a store', 3 unless $t->try_start(5);

    is call('kept', '{"_id": 7}'), 200, 'a call without a store';
    ok $t->wait_log(qr/a call is not in the history/), 'which the log tells';
    ok wait_for(sub { (counter('unlogged') // 0) >= 1 }, 3), 'and a counter';

    $t->stop;
}

unlink $store;
rename "$store.away", $store;

$t->ok_logs;

done_testing;
