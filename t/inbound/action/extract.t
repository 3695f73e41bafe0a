# What one action's answer gives to the next ones; conditions, time-outs and
# idempotency headers of actions.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test;

my $token = 'capture-0123456789-abcdefgh';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my %receivers = (
    two => q{action POST /api/partner '{"name": "${name}"}';
        capture new_id response.id; capture code status; capture all response;
        action POST /api/order/${new_id|int} '{"partner": "${new_id}",
            "code": "${code}", "all": "${all}", "name": "${name}"}';},
    each => q{for_each root;
        action POST /api/partner '{"name": "${name}"}'; capture new_id response.id;
        action POST /api/order '{"partner": "${new_id}"}';},
    when => q{action POST /api/a '{}' "when=kind == 'a'";
        action POST /api/b '{}'; capture state response.state;
        action POST /api/c '{}' "when=state == 'open'";},
    fails => q{action POST /api/partner '{}' on_error=continue; capture x response.nosuch;
        action POST /api/y/${x} '{}' on_error=continue; action POST /api/z '{}';},
    must => q{action POST /api/partner '{}'; capture x response.nosuch;
        action POST /api/y '{"x": "${x}"}';},
    uri => q{action POST /api/odd '{}'; capture x response.id;
        action POST /api/y/${x|int} '{}';},
    big => q{action POST /api/big '{}'; capture x response.id; action POST /api/y '{}';},
    html => q{action POST /api/html '{}'; capture x response.id; action POST /api/y '{}';},
    static => q{action GET /file/a.json; capture x response.id; action POST /api/y '{"x": "${x}"}';},
    slow => q{action POST /api/slow '{}' timeout=200ms on_error=continue;
        action POST /api/after '{}';},
    slowstop => q{action POST /api/slow '{}' timeout=200ms; action POST /api/after '{}';},
    body => q{action POST /api/halfslow '{}' timeout=300ms;},
    idem => q{action POST /api/one '{}' idempotency=Idempotency-Key;
        action POST /api/two '{}' idempotency=Idempotency-Key;},
);

$t->file('html/a.json', '{"id": 5}');

$t->config(
    http => join('', map {
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /file/ { internal; alias html/; sendfile on; }
CONF
);

$t->start;

$api->answer('*', 200);
$api->answer('/api/partner', { status => 201, body => '{"id": 42, "a": [1.50]}' });
$api->answer('/api/b', { status => 200, body => '{"state": "open"}' },
                       { status => 200, body => '{"state": "shut"}' });
$api->answer('/api/odd', { status => 200, body => '{"id": "../7"}' });
$api->answer('/api/big', { status => 200, body => '{"id": 1, "x": "' . 'x' x 70_000 . '"}' });
$api->answer('/api/html', { status => 200, body => '<html>' });
$api->answer('/api/slow', { hang => 1 });

my $n = 0;

sub call
{
    my ($name, $payload, @args) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token" . ($args[0] // ''),
                        $payload // '{}',
                        headers => ['Content-Type' => 'application/json']);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub paths { join ' ', map { $_->{uri} } @_ }

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

my ($r, @q) = call('two', '{"name": "Ann", "new_id": 666, "code": 1}');

is $r->{status}, 200, 'two actions';
is paths(@q), '/api/partner /api/order/42', 'the second names what the first made';
is $q[1]{body}, '{"partner": 42,
            "code": 201, "all": {"id": 42, "a": [1.50]}, "name": "Ann"}',
    'whatever the payload says; no byte is changed';

($r, @q) = call('two', '{"name": "Ann"}', '?dry_run=1');
my $dry = JSON::PP::decode_json($r->{body});
is $dry->{calls}[1]{uri}, '/api/order/${new_id|int}', 'a dry run shows the template';
ok $dry->{calls}[1]{template}, 'and says so';
is scalar @q, 0, 'and calls nothing';

($r, @q) = call('each', '[{"name": "a"}, {"name": "b"}]');
is paths(@q), '/api/partner /api/order /api/partner /api/order', 'for each element';

(undef, @q) = call('when', '{"kind": "b"}');
is paths(@q), '/api/b /api/c', 'conditions of the payload and of an answer';
(undef, @q) = call('when', '{"kind": "a"}');
is paths(@q), '/api/a /api/b', 'hold or do not';

($r, @q) = call('must');
is "$r->{status} " . error($r),
    "502 The API's answer to action 1 has no 'response.nosuch'",
    'what is not there';
is paths(@q), '/api/partner', 'ends the list';

($r, @q) = call('fails');
is $r->{body}, '{"status": "ok", "failed": 2}', 'unless it may fail';
is paths(@q), '/api/partner /api/z', 'and what needed it';

($r, @q) = call('uri');
is $r->{status}, 502, 'an answer that does not fit';
like error($r), qr/^Action 2 of 2 could not be made of the API's answers: 'x' is not an integer/, 'is told';

($r, @q) = call('big');
is $r->{status}, 502, 'an answer that is too large';
like error($r), qr/larger than the 65536 bytes/, 'is told';
is paths(@q), '/api/big', 'and ends the list';

($r, @q) = call('html');
like error($r), qr/is not JSON and has no 'response\.id'$/, 'no JSON';

($r, @q) = call('static');
is $q[0]{body}, '{"x": 5}', 'an answer from a file';

# --- time-outs

($r, @q) = call('slow');
is $r->{body}, '{"status": "ok", "failed": 1}',
    'an action that takes too long is given up, and may fail';
is paths(grep { $_->{uri} ne '/api/slow' } @q), '/api/after', 'the next one is called';

($r, @q) = call('slowstop');
is "$r->{status} " . error($r),
    '502 The API did not answer action 1 of 2 (POST /api/slow) in time',
    'or ends the list, and is told';
is scalar(grep { $_->{uri} eq '/api/after' } @q), 0, 'and no other is called';

# --- idempotency

(undef, @q) = call('idem');
my ($one, $two) = map { $_->{headers}{'idempotency-key'} } @q;
like $one, qr/^[0-9a-f]{32}$/, 'a key';
isnt $one, $two, 'for each action';
(undef, @q) = call('idem');
isnt $q[0]{headers}{'idempotency-key'}, $one, 'and each call';

$t->stop;
$t->ok_logs;

done_testing;
