# What a receiver answers where it has a say in it: "answer".

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'answer-0123456789-abcdefghi';
my $key = 'a-key-of-enough-bytes-for-everybody';

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);
$api->answer('/api/created', { status => 201, body => '{"id": 7}' });
$api->answer('/api/fails', { status => 500, body => 'Trace' });

my %receivers = (
    bare => q{answer ok body=; action POST /api/x '{}';},
    none => q{answer ok status=204; answer error status=200 body=;
        require a; action POST /api/x '{}';},
    twiml => q{accept form; answer ok type=text/xml
        'body=<Response><Message to="${From}">${Body}</Message></Response>';
        action POST /api/x '{}';},
    vnpay => q{require a; filter "!(a == 9)";
        answer ok 'body={"RspCode": "00", "Message": "Confirm ${a}", "all": ${b}}';
        answer 422 status=200 'body={"RspCode": "01", "Message": "${error}"}';
        answer 4xx status=200 'body={"RspCode": "97", "ours": ${status}, "a": "${a}"}';
        answer error status=200 'body={"RspCode": "99", "Message": "${error}"}';
        limit body=2k; verify gitlab } . $key . q{;
        action POST /api/x '{}'; action POST /api/fails '{}' "when=a == 5";},
    text => q{answer ok "type=text/plain; charset=utf-8" 'body=OK ${a} ${header.X-A}';
        answer error type=text/plain body=no; action POST /api/x '{}';},
    odd => q{answer ok type=application/vnd.a.b+json 'body={"ok": true}' status=299;
        action POST /api/x '{}';},
    captured => q{answer ok 'body={"partner": ${partner}, "own": "${payload_status}"}';
        action POST /api/created '{}'; capture partner response.id;},
    list => q{for_each lines; answer ok 'body={"n": "${no}", "first": "${lines.0.id}"}';
        action POST /api/x '{"id": "${id}"}';},
    strict => q{answer ok 'body={"n": ${n|int}}'; action POST /api/x '{}';},
    numbers => q{answer 422 status=409; require a; action POST /api/x '{}';},
    night => q{profile nightpos; require a; answer ok 'body={"success": true}';
        answer 422 'body={"success": false}'; action POST /api/x '{}';},
    secret => q{redact card; log_calls on; answer ok 'body={"card": "${card}"}';
        action POST /api/x '{}';},
    credential => q{log_calls on; dedupe body:n;
        answer ok 'body={"h": "${header.authorization}"}'; action POST /api/x '{}';},
    signed => q{verify gitlab } . $key . q{;
        answer error status=200 'body={"a": "${a}", "b": "${header.X-A}"}';
        action POST /api/x '{}';},
    off => q{mode disabled; answer 503 'body={"later": true}'; action POST /api/x '{}';},
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
        location ^~ /web/hook/ {
            webhook_receive;
            error_page 422 503 /page;
            client_max_body_size 10k;
        }
        location = /page { return 200 page; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;

sub call
{
    my ($name, $body, %o) = @_;

    return $t->request($o{method} // 'POST',
        "/web/hook/$name-$token" . ($o{query} // ''), $body,
        headers => ['Content-Type' => $o{type} // 'application/json',
                    @{$o{headers} // []}]);
}

sub answered
{
    my ($r, $status, $type, $body, $name) = @_;

    is join(' | ', $r->{status}, $r->{headers}{'content-type'} // 'none',
            $r->{body} // ''),
       join(' | ', $status, $type // 'none', $body), $name;
}

my $json = 'application/json';
my @signed = (headers => ['X-Gitlab-Token' => $key]);

# --- bodies

my $r = call('bare', '{}');
answered $r, 200, undef, '', 'no body';
is $r->{headers}{'content-length'}, 0, 'and its length';

$r = call('none', '{"a": 1}');
answered $r, 204, undef, '', 'status 204';
answered call('none', '{}'), 200, undef, '', 'an error, told as none';

$r = call('twiml', 'From=%2B1&Body=%3Cb%3E%26%22\'%3B', type => 'application/x-www-form-urlencoded');
answered $r, 200, 'text/xml',
    '<Response><Message to="+1">&lt;b&gt;&amp;&quot;&apos;;</Message></Response>',
    'XML, with values that are escaped';

answered call('vnpay', '{"a": "x\"\\\\y", "b": [1, {"c": null}]}', @signed), 200, $json,
    '{"RspCode": "00", "Message": "Confirm x\"\\\\y", "all": [1, {"c": null}]}',
    'JSON, with values of any type';
answered call('vnpay', '{"a": 2}', @signed), 200, $json,
    '{"RspCode": "00", "Message": "Confirm 2", "all": null}', 'one is missing';
answered call('vnpay', '{}', @signed), 200, $json,
    q({"RspCode": "01", "Message": "Missing required field: 'a'"}), 'a refusal';
answered call('vnpay', '{"a": 9}', @signed), 200, $json,
    '{"RspCode": "01", "Message": "The call does not meet the condition: !(a == 9)"}',
    'a filter';
answered call('vnpay', '{"a": 9}'), 200, $json,
    '{"RspCode": "97", "ours": 401, "a": null}',
    'nothing is told of a payload that is not signed';
answered call('vnpay', '[', @signed), 200, $json,
    '{"RspCode": "97", "ours": 400, "a": null}', 'nor of one that is none';
answered call('vnpay', '{"a": "' . 'x' x 4000 . '"}', @signed), 200, $json,
    '{"RspCode": "97", "ours": 413, "a": null}', 'too large';
answered call('vnpay', undef, method => 'GET', type => 'text/plain'), 200, $json,
    '{"RspCode": "97", "ours": 405, "a": null}', 'another method';
answered call('vnpay', '{"a": 5}', @signed), 200, $json,
    '{"RspCode": "99", "Message": "The API answered 500 to action 2 of 2 (POST /api/fails)"}',
    'the API fails';

answered call('text', qq({"a": "<b>\\r\\nX-A: b"}), headers => ['X-A' => '"q"']),
    200, 'text/plain; charset=utf-8', qq(OK <b>\r\nX-A: b "q"), 'text';
is_deeply [grep { /^x-a$/ } keys %{$r->{headers}}], [], 'no header comes of it';
answered call('text', '['), 400, 'text/plain', 'no', 'with our number';

answered call('odd', '{}'), 299, 'application/vnd.a.b+json', '{"ok": true}',
    'another type and number';
answered call('captured', '{"payload_status": "p"}'), 200, $json,
    '{"partner": 7, "own": "p"}', 'what was captured';
answered call('list', '{"no": 5, "lines": [{"id": 1}, {"id": 2}]}'), 200, $json,
    '{"n": 5, "first": 1}', 'of a list, paths are of the whole';

# --- our body, in another number; and pages of nginx

$r = call('numbers', '{}');
is $r->{status}, 409, 'another number';
like $r->{body}, qr/^\{"status": "error", "error": "Missing required field: 'a'", "request_id"/,
    'for our body';
is call('numbers', '{"a": 1}')->{body}, '{"status": "ok"}', 'and ours, where none is given';
answered call('off', '{}'), 503, $json, '{"later": true}', 'an error_page does not step in';

$r = call('vnpay', '{"a": "' . 'x' x 20_000 . '"}', @signed);
is $r->{status}, 413, 'what nginx refuses keeps its number';
like $r->{body}, qr/^\{"status": "error", "error": "The body is too large"/, 'and its body';

# --- what is no receiver

$r = $t->request('POST', "/web/hook/nobody-$token", '{}');
is $r->{status}, 404, 'an unknown token';
like $r->{body}, qr/"There is no such hook"/, 'is answered by ours';
$r = $t->request('POST', "/web/hook/bare-$token/more", '{}');
is $r->{status}, 404, 'and so is what is behind one';

# --- one that cannot be made

$t->allow(qr/an "answer" could not be made|The API answered 500|switched off/);

answered call('strict', '{"n": 1}'), 200, $json, '{"n": 1}', 'a value that fits';
answered call('strict', '{"n": "x"}'), 200, $json, '{"status": "ok"}',
    'one that does not: ours';
ok $t->wait_log(qr/webhook receiver "strict": an "answer" could not be made, the usual one was sent: 'n' /),
    'and an error line';

$r = call('text', '{"a": "' . 'x' x 5000 . '"}');
is length $r->{body}, 5004, 'a long one';

# --- profile nightpos

answered call('night', '{"a": 1}'), 200, $json, '{"success": true}', 'nightpos: a body of its own';
answered call('night', '{}'), 500, $json, '{"success": false}', 'with its number';
answered call('night', '['), 500, $json, '{"status": "error"}', 'and its own body else';

# --- a signature comes first

answered call('signed', '{"a": "secret"}', headers => ['X-A' => "b\"\\"]), 200, $json,
    '{"a": null, "b": "b\"\\\\"}', 'a header may be told';

# --- a dry run

$r = call('vnpay', '{"a": 1}', @signed, query => '?dry_run=1');
is_deeply JSON::PP::decode_json($r->{body}), {
    status => 'ok', dry_run => JSON::PP::true,
    calls => [{ method => 'POST', uri => '/api/x', body => {} }],
    answer => { status => 200, type => $json,
                body => '{"RspCode": "00", "Message": "Confirm 1", "all": null}' } },
    'a dry run: ours, and what would be answered';

$r = call('vnpay', '{}', @signed, query => '?dry_run=1');
is $r->{status}, 422, 'one that is refused';
is_deeply JSON::PP::decode_json($r->{body})->{answer},
    { status => 200, type => $json,
      body => q({"RspCode": "01", "Message": "Missing required field: 'a'"}) },
    'and how that would be answered';

is_deeply JSON::PP::decode_json(call('bare', '{}', query => '?dry_run=1')->{body})->{answer},
    { status => 200, body => '' }, 'no body';
is_deeply JSON::PP::decode_json(call('strict', '{"n": "x"}', query => '?dry_run=1')->{body})->{answer}{status},
    undef, 'one that could not be made';
is_deeply JSON::PP::decode_json(call('secret', '{"card": "4111"}', query => '?dry_run=1')->{body})->{answer},
    { status => 200, type => $json, body => '{"card": "***"}' }, 'what is redacted is masked';

# A header that is a credential is given back, and kept nowhere.

$r = call('credential', '{"n": 1}', headers => ['Authorization' => 'SeCrEt1']);
answered $r, 200, $json, '{"h": "SeCrEt1"}', 'a credential is answered';
answered call('credential', '{"n": 1}', headers => ['Authorization' => 'SeCrEt2']),
    200, $json, '{"h": "SeCrEt2"}', 'and not kept for a repeat';

my $kept = '';

ok wait_for(sub {
    $kept = ($t->ctl('--json', 'calls', 'credential'))[1];
    return (() = $kept =~ /\n/g) >= 2;
}, 10), 'the history has both calls';
like $kept, qr/\*\*\*/, 'with a mask';
unlike $kept, qr/SeCrEt[12]/, 'and without the credential';

# --- HEAD, and what the log tells

is call('bare', undef, method => 'HEAD')->{status}, 405, 'HEAD';

answered call('secret', '{"card": "4111"}'), 200, $json, '{"card": "4111"}',
    'the sender gets what it sent';

my @calls;

ok wait_for(sub {
    my (undef, $out) = $t->ctl('calls', 'secret', '--json');
    @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
    return @calls == 2;
}, 5), 'the history';
is $calls[0]{answer}, '{"card": "***"}', 'masks it';

my $log = slurp($t->prefix . '/logs/status.log');

like $log, qr/^vnpay refused 200$/m, '$webhook_status tells what happened';
like $log, qr/^vnpay failed 200$/m, 'whatever was answered';
like $log, qr/^none ok 204$/m, 'and $status how';

$t->stop;

unlike join('', map { slurp($_) // '' } glob $t->store . '/*'), qr/4111/,
    'nor is it in the store';

$t->ok_logs;
done_testing;
