# Handshakes that are asked by the head of a request, with any method, and
# probes: they are answered, and nothing is called.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'heads-0123456789-abcdefgh';
my $key = 'a-key-of-enough-bytes-for-everybody';
my $secret = 'b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81';

my $signed = "verify hmac $key header=X-Sign;";

my $t = Webhook::Test->new(http2 => 1);
my $api = $t->api;

$api->answer('*', 200);

$t->config(
    http => join('', map { <<"CONF" }
        webhook_receiver $_->[0] {
            secret $_->[0]-$token;
            $_->[1]
            action POST /pos/$_->[0] '{}';
            log_calls on;
        }
CONF
        [graph => 'handshake msgraph;'],
        [graphs => "handshake msgraph; $signed"],
        [box => "handshake dropbox; $signed"],
        [asana => "handshake asana; $signed"],
        [probe => 'probe head get;'],
        [head => "probe head; $signed"],
        [both => 'probe get; handshake dropbox;'],
        [durable => 'mode durable; api http://127.0.0.1:%%PORT_api%%;'
                    . ' handshake msgraph; handshake asana; probe head get;'],
        [test => 'mode test; handshake dropbox; handshake asana; probe head;'],
        [off => 'mode disabled; handshake dropbox; handshake asana;'
                . ' handshake msgraph; probe head get;'],
        [night => 'profile nightpos; handshake dropbox; probe get;'],
        [plain => ''],
    ) . <<'CONF',
        webhook_store %%STORE%% size=64m;
        log_format status '$webhook_receiver $webhook_status $status';
        access_log logs/status.log status;
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

sub ask
{
    my ($method, $name, $args, %o) = @_;

    return $t->request($method, "/web/hook/$name-$token"
                       . (length $args ? "?$args" : ''), $o{body},
                       headers => $o{headers} // []);
}

sub is_text
{
    my ($r, $text, $name) = @_;

    is $r->{status}, 200, $name;
    is $r->{body}, $text, 'alone';
    like $r->{headers}{'content-type'}, qr{^text/plain}, 'as text';
    is $r->{headers}{'x-content-type-options'}, 'nosniff',
        'which is nothing else';
}

sub is_error
{
    my ($r, $status, $name) = @_;

    is $r->{status}, $status, $name;
    like $r->{body}, qr/^\{"status": "error", "error": "/, 'in JSON';
    ok !exists $r->{headers}{'x-hook-secret'}, 'with no secret';
}

my @json = ('Content-Type' => 'application/json');
my @text = ('Content-Type' => 'text/plain; charset=utf-8');


# --- Microsoft Graph

my $sentence = 'Validation: Testing client application reachability for '
               . 'subscription Request-Id: 522a8e7e-096a-494c-aaf1-ac0dcfca45b7';
(my $escaped = $sentence) =~ s/([ :])/$1 eq ' ' ? '+' : '%3a'/ge;

for my $name (qw(graph graphs durable)) {
    is_text ask('POST', $name, "validationToken=$escaped", headers => \@text),
        $sentence, "msgraph: $name";
}

is_text ask('POST', 'graph', 'validationtoken=4c2a', headers => \@text,
            body => 'ignored'), '4c2a', 'msgraph: with a body';
is_error ask('POST', 'graph', 'validationToken=%3Cscript%3Ealert(1)%3C/script',
             headers => \@text), 403, 'msgraph: what could be markup';
is_error ask('POST', 'graph', 'validationToken=' . 'a' x 1025,
             headers => \@text), 403, 'msgraph: too long';
is_error ask('GET', 'graph', 'validationToken=a'), 405, 'msgraph: GET';
is_error ask('POST', 'plain', 'validationToken=a', headers => \@text), 415,
    'a receiver without that handshake';
is_error ask('POST', 'graphs', '', headers => \@json, body => '{}'), 401,
    'msgraph: a call without a token';


# --- Dropbox

is_text ask('GET', 'box', 'challenge=abc123'), 'abc123', 'dropbox: challenge';
is_text ask('GET', 'test', 'challenge=abc123'), 'abc123', 'in mode test';
is_text ask('GET', 'night', 'challenge=abc123'), 'abc123',
    'in the other profile';
is_text ask('GET', 'both', 'challenge=abc123'), 'abc123', 'beside probes';
is_error ask('GET', 'box', 'challenge=%3Cb%3E'), 403,
    'dropbox: what could be markup';
is_error ask('GET', 'box', 'challenge=a%0d%0aX-A:1'), 403,
    'dropbox: what could be a header';
is_error ask('GET', 'box', 'a=1'), 405, 'dropbox: any other GET';
is_error ask('POST', 'box', 'challenge=abc', headers => \@json, body => '{}'),
    401, 'dropbox: a POST is a call';
is_error ask('GET', 'plain', 'challenge=abc'), 405,
    'a receiver without that handshake';


# --- Asana

for my $name (qw(asana durable test)) {
    my $r = ask('POST', $name, '', body => '{}',
                headers => [@json, 'X-Hook-Secret' => $secret]);

    is $r->{status}, 200, "asana: $name";
    is $r->{headers}{'x-hook-secret'}, $secret, 'the secret is answered';
    is $r->{body} // '', '', 'and nothing else';
}

my $events = '{"events": []}';

is_error ask('POST', 'asana', '', body => $events,
    headers => [@json, 'X-Hook-Secret' => $secret, 'X-Hook-Signature' => '0'])
    , 401, 'asana: what is signed is a call';
is_error ask('POST', 'asana', '', body => $events,
    headers => [@json, 'X-Sign' => hmac_sha256_hex($events, $secret)]),
    401, 'asana: that secret is no key for it';
is_error ask('POST', 'asana', '', body => '{}',
    headers => [@json, 'X-Hook-Secret' => 'a b']), 403,
    'asana: what is no secret';
is_error ask('GET', 'asana', '', headers => ['X-Hook-Secret' => $secret]), 405,
    'asana: GET';
is $api->count, 0, 'nothing was called so far';
is ask('POST', 'plain', '', body => '{}',
       headers => [@json, 'X-Hook-Secret' => $secret])
    ->{headers}{'x-hook-secret'}, undef, 'a receiver without that handshake';
is ask('POST', 'asana', '', body => $events,
       headers => [@json, 'X-Sign' => hmac_sha256_hex($events, $key)])
    ->{status}, 200, 'asana: a call by the key of the receiver';
is $api->count, 2, 'these two were';


# --- probes

my $r = ask('HEAD', 'probe', '');
is $r->{status}, 200, 'probe: HEAD';
is $r->{body} // '', '', 'without a body';

$r = ask('GET', 'probe', 'a=1');
is $r->{status}, 200, 'probe: GET';
is $r->{body}, '{"status": "ok"}';
is $r->{headers}{'content-type'}, 'application/json';

is ask('HEAD', 'durable', '')->{status}, 200, 'probe: mode durable';
is ask('HEAD', 'test', '')->{status}, 200, 'probe: mode test';
is ask('GET', 'both', '')->{status}, 200, 'probe: beside a handshake';
is ask('GET', 'night', '')->{status}, 200, 'probe: in the other profile';
is ask('HEAD', 'head', '')->{status}, 200, 'probe: HEAD alone';
is_error ask('GET', 'head', ''), 405, 'probe: GET where HEAD is granted';
is_error ask('PUT', 'probe', '', body => '{}', headers => \@json), 405,
    'probe: another method';
is_error ask('GET', 'plain', ''), 405, 'a receiver without probes';
is ask('GET', 'x' x 20, '')->{status}, 404, 'no such hook';


# --- switched off

is_error ask('GET', 'off', 'challenge=a'), 503, 'dropbox: mode disabled';
is_error ask('GET', 'off', ''), 503, 'probe: mode disabled';
is_error ask('POST', 'off', 'validationToken=a', headers => \@text), 503,
    'msgraph: mode disabled';
is_error ask('POST', 'off', '', body => '{}',
    headers => [@json, 'X-Hook-Secret' => $secret]), 503,
    'asana: mode disabled';


# --- over HTTP/2

$r = $t->curl('POST', "/web/hook/asana-$token", '{}', http2 => 1,
              headers => [@json, 'X-Hook-Secret' => $secret]);
is $r->{status}, 200, 'asana over HTTP/2';
is $r->{headers}{'x-hook-secret'}, $secret;

$r = $t->curl('POST', "/web/hook/graph-$token?validationToken=a%20b", '',
              http2 => 1, headers => \@text);
is $r->{body}, 'a b', 'msgraph over HTTP/2';

$r = $t->curl('GET', "/web/hook/box-$token?challenge=abc", undef, http2 => 1);
is $r->{body}, 'abc', 'dropbox over HTTP/2';

is $api->count, 2, 'nothing else was called';


# --- the history and the logs

my @calls;

ok wait_for(sub {
    my (undef, $out) = $t->ctl('calls', 'asana', '--json', '--limit=100');
    @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
    return @calls >= 7;
}), 'the calls of a receiver are in its history';

my ($call) = grep { $_->{verified} eq 'handshake: asana'
                    && $_->{status} == 200 } @calls;
is $call->{outcome}, 'handshake', 'which tells a handshake';
is scalar(grep { $_->{verified} eq 'handshake: asana' && $_->{status} == 403 }
          @calls), 1, 'and one that was refused';
unlike JSON::PP::encode_json(\@calls), qr/\Q$secret\E/, 'and no secret';

my (undef, $out) = $t->ctl('calls', 'probe', '--json', '--limit=9');
is scalar(grep { JSON::PP::decode_json($_)->{verified} eq 'probe' }
          split /\n/, $out), 2, 'and its probes';

$t->stop;

my $log = slurp($t->prefix . '/logs/status.log');

like $log, qr/^$_$/m, "the log has: $_" for
    'graph handshake 200', 'graph refused 403', 'box handshake 200',
    'asana handshake 200', 'asana ok 200', 'durable handshake 200',
    'probe handshake 200', 'off failed 503';

unlike slurp($t->prefix . '/logs/error.log'), qr/\Q$secret\E/,
    'no secret in the error log';

$t->ok_logs;
done_testing;
