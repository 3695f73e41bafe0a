
# parse_json: strings of a payload that are JSON themselves.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;
use Webhook::Test qw(wait_for);

my $token = '0123456789-abcdefgh';
my $key = 'a plain secret that is long enough to be one';
my $json = JSON::PP->new->canonical->utf8;

my $t = Webhook::Test->new(workers => 1);

chmod 0600, $t->file('sign.key', "$key\n");

my $api = $t->endpoint(name => 'api');

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m;

    webhook_receiver github {
        secret github-$token;
        accept form;
        verify github file:../sign.key;
        parse_json payload;
        require payload.action;
        action POST /api/x '{"action": "\${payload.action}",
                             "id": "\${payload.id}"}';
    }

    webhook_receiver slack {
        secret slack-$token;
        accept json form;
        parse_json payload payload.actions.0.value;
        dedupe body:payload.actions.0.value.order;
        redact payload.user.pin;
        log_calls on;
        limit depth=6 values=20;
        action POST /api/x '{"order": "\${payload.actions.0.value.order}",
                             "user": "\${payload.user}"}';
    }

    webhook_receiver each {
        secret each-$token;
        parse_json lines;
        for_each lines;
        action POST /api/x '{"sku": "\${sku}", "n": "\${root.n}"}';
    }

    webhook_receiver redacted {
        secret redacted-$token;
        parse_json a;
        redact a.pin;
        log_calls on;
        action POST /api/x '{"a": "\${a.b}"}';
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

$t->start;

my $n = 0;

sub escape { $_[0] =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger }

sub call
{
    my ($name, $type, $body, @headers) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $body,
                       headers => ['Content-Type' => $type, @headers]);
}

sub form
{
    my ($name, $payload) = @_;

    return call($name, 'application/x-www-form-urlencoded',
                'payload=' . escape($payload) . '&x=y');
}

sub json { call($_[0], 'application/json', $json->encode($_[1])) }

sub comes
{
    my ($what, $r, $want) = @_;

    is $r->{status}, 200, $what or diag $r->{body};
    is_deeply $json->decode($api->wait_requests(++$n)->[-1]{body}), $want,
              "$what: what comes";
}

sub refused
{
    my ($what, $r, $status, $like) = @_;

    is $r->{status}, $status, "refused: $what";
    like $r->{body}, $like, "$what: why";
}

# GitHub's form, signed as it came

my $body = 'payload=' . escape('{"action": "opened", "id": 12345678901234567}');

comes('a form that is signed',
      call('github', 'application/x-www-form-urlencoded', $body,
           'X-Hub-Signature-256', 'sha256=' . hmac_sha256_hex($body, $key)),
      { action => 'opened', id => 12345678901234567 });

my $broken = 'payload=' . escape('{"action": ');

refused('what is not signed is not read',
        call('github', 'application/x-www-form-urlencoded', $broken,
             'X-Hub-Signature-256', 'sha256=' . '0' x 64), 401, qr/signature/);
refused('no JSON',
        call('github', 'application/x-www-form-urlencoded', $broken,
             'X-Hub-Signature-256', 'sha256=' . hmac_sha256_hex($broken, $key)),
        400, qr/What is in 'payload' is not JSON: .* at byte \d/);

# Slack's buttons: JSON in JSON in a form

sub slack
{
    my ($order, $user) = @_;

    return $json->encode({ user => $user,
                           actions => [{ value => $json->encode(
                                         { order => $order }) }] });
}

comes('JSON in JSON', form('slack', slack(7, { name => 'An', pin => 'SeCrEt1' })),
      { order => 7, user => { name => 'An', pin => 'SeCrEt1' } });

my $r = form('slack', slack(7, { name => 'An', pin => 'SeCrEt1' }));

is $r->{status}, 200, 'a repeat, known by a field in it';

comes('another', form('slack', slack(8, { name => 'Binh' })),
      { order => 8, user => { name => 'Binh' } });
is scalar @{$api->requests}, $n, 'the repeat called nothing';

my $history = '';

ok wait_for(sub {
    $history = ($t->ctl('--json', 'calls', 'slack'))[1];
    return (() = $history =~ /\n/g) >= 3;
}, 10), 'the history';
like $history, qr/\*\*\*/, 'has a mask';
unlike $history, qr/SeCrEt/, 'and nothing that is redacted in it';

# An object in its place is left, and so are null and nothing.

comes('an object is left', json('slack', { payload => { user => undef,
          actions => [{ value => { order => 9 } }] } }),
      { order => 9, user => undef });

for my $value ('', undef, 5) {
    refused('nothing to parse', json('slack', { payload => $value }), 422,
            qr/by which repeats are recognized/);
}

# limits count both

my $deep = '[' x 6 . ']' x 6;
my $many = '[' . join(',', 1 .. 30) . ']';

refused('too deep by itself', json('slack', { payload => "[$deep]" }), 400,
        qr/The JSON in 'payload' is over a limit/);
refused('too deep where it stands', json('slack', { payload => $deep }), 400,
        qr/The JSON of the body is over a limit with that in its strings/);
refused('too many values', json('slack', { payload => $many }), 400,
        qr/The JSON in 'payload' is over a limit/);

# What it holds is one value: nothing gets out of its place.

refused('a member more', json('redacted', { a => '1, "b": 2' }), 400,
        qr/What is in 'a' is not JSON/);
refused('two values', json('redacted', { a => '{} {}' }), 400,
        qr/What is in 'a' is not JSON/);
refused('half of a pair', call('redacted', 'application/json',
                               '{"a": "\"\ud83d\""}'), 400,
        qr/What is in 'a' is not JSON: it has half of a surrogate pair/);
refused('blanks alone', json('redacted', { a => ' ' }), 400, qr/is not JSON/);
refused('with something that is redacted', json('redacted',
                                         { a => '{"pin": "SeCrEt2", }' }), 400,
        qr/What is in 'a' is not JSON/);
comes('a mark', json('redacted', { a => "\x{feff}{\"b\": 1}" }), { a => 1 });

ok wait_for(sub {
    $history = ($t->ctl('--json', 'calls', 'redacted'))[1];
    return (() = $history =~ /\n/g) >= 6;
}, 10), 'the history of these';
unlike $history, qr/SeCrEt/, 'shows nothing of what could not be read';

# A list in a string

$r = json('each', { n => 1, lines => '[{"sku": "a"}, {"sku": "b"}]' });

is $r->{status}, 200, 'a list';
is_deeply [map { $json->decode($_->{body})->{sku} }
           @{$api->wait_requests($n + 2)}[$n, $n + 1]], ['a', 'b'],
          'for each of its elements';

$t->stop;

done_testing;
