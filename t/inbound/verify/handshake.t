# Handshakes: answered by the worker, for receivers that were told to, and
# nothing is called.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);

my $token = 'handshake-0123456789-abcdefgh';
my $key = 'a-key-of-enough-bytes-for-everybody';
my $other = 'another-key-of-enough-bytes-for-all';

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
        [slack => "verify slack $key;"],
        [zoom => "verify zoom $other $key;"],
        [github => "verify github $key;"],
        [open => ''],
        [meta => "handshake meta token=$key token=$other;"
                 . " verify hmac $key header=X-Hub-Signature-256"
                 . " prefix=sha256=;"],
        [events => 'handshake cloudevents origin=eventemitter.example.com'
                   . ' origin=*.example.org rate=120;'],
        [all => 'handshake cloudevents origin=*;'],
        [nightpos => "verify slack $key; profile nightpos;"],
        [off => "handshake meta token=$key; mode disabled;"],
    ) . 'webhook_store %%STORE%% size=64m;',
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

sub slack
{
    my ($name, $body, %o) = @_;

    my $now = $o{now} // time;
    my ($h, $s) = $name eq 'zoom'
        ? qw(x-zm-request-timestamp x-zm-signature)
        : qw(X-Slack-Request-Timestamp X-Slack-Signature);

    return $t->request('POST', "/web/hook/$name-$token", $body, headers => [
        'Content-Type' => $o{type} // 'application/json', $h => $now,
        $s => 'v0=' . hmac_sha256_hex("v0:$now:$body", $o{key} // $key)]);
}

sub get
{
    my ($name, $args) = @_;
    return $t->request('GET', "/web/hook/$name-$token?$args");
}

sub options
{
    my ($name, @headers) = @_;
    return $t->request('OPTIONS', "/web/hook/$name-$token", undef,
                       headers => [@headers]);
}

sub like_error
{
    my ($r, $status, $name) = @_;
    is $r->{status}, $status, $name;
    like $r->{body}, qr/^\{"status": "error", "error": "/, 'in JSON';
}


# --- Slack

my $r = slack('slack', '{"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdx'
                       . 'UvKNkEvN3Ty", "type": "url_verification"}');
is $r->{status}, 200, 'slack: url_verification';
is $r->{headers}{'content-type'}, 'application/json';
is_deeply(JSON::PP->new->decode($r->{body}),
          { challenge => '3eZbrw1aBm2rZgRNFdxUvKNkEvN3Ty' });

like_error slack('slack', '{"challenge": "3eZb", "type": "url_verification"}',
                 key => $other), 401, 'slack: not signed by it';
like_error slack('slack', '{"challenge": "3eZb", "type": "url_verification"}',
                 now => time - 600), 401, 'slack: too old';
is slack('nightpos', '{"type": "url_verification", "challenge": "abc"}')
    ->{body}, '{"challenge": "abc"}', 'in the other profile as well';
is $api->count, 0, 'nothing was called';

is slack('slack', '{"type": "event_callback"}')->{status}, 200,
    'slack: an event';
is $api->count, 1, 'was done';


# --- Zoom

$r = slack('zoom', '{"event": "endpoint.url_validation", '
                   . '"payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}');
is $r->{status}, 200, 'zoom: endpoint.url_validation';
is_deeply(JSON::PP->new->decode($r->{body}), {
    plainToken => 'qgg8vlvZRS6UYooatFL8Aw',
    encryptedToken => hmac_sha256_hex('qgg8vlvZRS6UYooatFL8Aw', $key),
});

$r = slack('zoom', '{"event": "endpoint.url_validation", "payload": '
                   . '{"plainToken": "v0:1:{}"}}');
is $r->{status}, 403, 'zoom: signs nothing that could be a call';
unlike $r->{body}, qr/encryptedToken/;
like_error slack('zoom', '{"event": "endpoint.url_validation", '
    . '"payload": {"plainToken": "abc"}}', key => 'x' x 30), 401,
    'zoom: not signed by it';


# --- Meta

$r = get('meta', "hub.mode=subscribe&hub.challenge=1158201444"
                 . "&hub.verify_token=$key");
is $r->{status}, 200, 'meta: hub.challenge';
is $r->{body}, '1158201444', 'alone';
like $r->{headers}{'content-type'}, qr{^text/plain};

is get('meta', "hub.mode=subscribe&hub.challenge=2&hub.verify_token=$other")
    ->{body}, '2', 'meta: a second token';
like_error get('meta', 'hub.mode=subscribe&hub.challenge=2'
                       . '&hub.verify_token=wrong'), 403, 'meta: wrong token';
like_error get('meta', "hub.mode=subscribe&hub.verify_token=$key"
    . '&hub.challenge=%3Cscript%3E'), 403, 'meta: what is no challenge';
is get('meta', 'a=1')->{status}, 405, 'meta: any other GET';
like_error get('github', "hub.mode=subscribe&hub.challenge=2"
    . "&hub.verify_token=$key"), 405, 'a receiver without that handshake';
is get('off', "hub.mode=subscribe&hub.challenge=2&hub.verify_token=$key")
    ->{status}, 503, 'a receiver that is switched off';


# --- CloudEvents

$r = options('events', 'WebHook-Request-Origin' => 'eventemitter.example.com',
             'WebHook-Request-Rate' => 1000);
is $r->{status}, 200, 'cloudevents: OPTIONS';
is $r->{headers}{'webhook-allowed-origin'}, 'eventemitter.example.com';
is $r->{headers}{'webhook-allowed-rate'}, 120, 'no more than is granted';
is $r->{headers}{allow}, 'POST, OPTIONS';
is $r->{body} // '', '';

is options('events', 'WebHook-Request-Origin' => 'a.b.example.org')
    ->{headers}{'webhook-allowed-origin'}, 'a.b.example.org',
    'a name below one';
$r = options('events', 'WebHook-Request-Origin' => 'evil.example.net');
like_error $r, 403, 'cloudevents: another origin';
ok !exists $r->{headers}{'webhook-allowed-origin'}, 'is not allowed';
is options('events')->{status}, 405, 'cloudevents: OPTIONS of a browser';
is options('all', 'WebHook-Request-Origin' => 'who.ever')
    ->{headers}{'webhook-allowed-origin'}, 'who.ever', 'everybody';
is options('open', 'WebHook-Request-Origin' => 'who.ever')->{status}, 405,
    'a receiver without that handshake';


# --- over HTTP/2

$r = $t->curl('OPTIONS', "/web/hook/all-$token", undef, http2 => 1,
              headers => ['WebHook-Request-Origin' => 'who.ever']);
is $r->{status}, 200, 'cloudevents over HTTP/2';
is $r->{headers}{'webhook-allowed-origin'}, 'who.ever';

$r = $t->curl('GET', "/web/hook/meta-$token?hub.mode=subscribe"
              . "&hub.challenge=77&hub.verify_token=$key", undef, http2 => 1);
is $r->{body}, '77', 'meta over HTTP/2';

is get('x' x 30, "hub.mode=subscribe&hub.verify_token=$key")->{status}, 404,
    'no such hook';

is $api->count, 1, 'nothing else was called';


# --- the history and the logs

$t->stop;

my ($rc, $out) = $t->ctl('calls', 'zoom', '--json', '--limit=100');
is $rc, 0;
unlike $out, qr/\Q$key\E/, 'no key';

for my $log (qw(access.log error.log)) {
    my $path = $t->prefix . "/logs/$log";
    ok slurp($path) !~ /\Q$key\E|\Q$other\E|\Q$token\E/,
        "no key and no token in $log" if -e $path;
}

$t->ok_logs;
done_testing;
