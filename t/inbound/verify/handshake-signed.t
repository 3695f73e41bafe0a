# Handshakes in a body: those that come with a preset, signed as all calls of
# the sender are, and WooCommerce's ping, which nobody signs.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64 hmac_sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for temp_dir);

my $token = 'signed-0123456789-abcdefgh';
my $key = 'a-key-of-enough-bytes-for-everybody';
my $topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';

my $dir = temp_dir();

sub openssl
{
    my (@args) = @_;

    open my $out, '-|', 'openssl', @args or die "openssl: $!";
    binmode $out;
    my $text = do { local $/; <$out> };
    close $out or die "openssl @args failed";

    return $text;
}

sub spew
{
    my ($name, $text) = @_;

    open my $file, '>:raw', "$dir/$name" or die "$dir/$name: $!";
    print $file $text;
    close $file or die;

    return "$dir/$name";
}

spew('ed.pem', openssl(qw(genpkey -algorithm ed25519)));
spew('rsa.pem', openssl(qw(genrsa 2048)));

my $public = unpack 'H*', substr openssl('pkey', '-in', "$dir/ed.pem",
                                         qw(-pubout -outform DER)), -32;

my $t = Webhook::Test->new;
my $api = $t->api;
my $sns = $t->endpoint(name => 'sns');

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
        [twitch => "verify twitch $key;"],
        [discord => "verify discord $public;"],
        [woo => "verify woocommerce $key;"],
        [sns => "verify sns file:$dir/sns.pem app=$topic; accept json text;"],
        [confirm => "verify sns file:$dir/sns.pem app=$topic; accept json text;"
                    . ' handshake sns confirm=http://127.0.0.1:%%PORT_sns%%/x;'],
        [durable => "verify woocommerce $key; mode durable;"
                    . ' api http://127.0.0.1:%%PORT_api%%;'],
        [off => "verify woocommerce $key; mode disabled;"],
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

spew("sns.pem", openssl('pkey', '-in', "$dir/rsa.pem", '-pubout'));
$t->start;

my @json = ('Content-Type' => 'application/json');

sub ask
{
    my ($name, $body, @headers) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $body,
                       headers => [@headers]);
}

sub is_error
{
    my ($r, $status, $name) = @_;

    is $r->{status}, $status, $name;
    like $r->{body}, qr/^\{"status": "error", "error": "/, 'in JSON';
}


# --- Twitch

sub twitch
{
    my ($type, $body, $with) = @_;

    my $id = 'e76c6bd4-55c9-4987-8304-da1588d8988b';
    my @t = gmtime;
    my $now = sprintf '%d-%02d-%02dT%02d:%02d:%02d.123456789Z',
                      $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0];

    return ask('twitch', $body, @json, 'Twitch-Eventsub-Message-Id' => $id,
        'Twitch-Eventsub-Message-Timestamp' => $now,
        'Twitch-Eventsub-Message-Type' => $type,
        'Twitch-Eventsub-Message-Signature' =>
            'sha256=' . hmac_sha256_hex("$id$now$body", $with // $key));
}

my $verification = 'webhook_callback_verification';

my $r = twitch($verification, '{"challenge": "pogchamp-kappa-360noscope-vohiyo"'
               . ', "subscription": {"status": "pending"}}');
is $r->{status}, 200, 'twitch: a challenge';
is $r->{body}, 'pogchamp-kappa-360noscope-vohiyo', 'alone';
like $r->{headers}{'content-type'}, qr{^text/plain}, 'as text';
is $r->{headers}{'x-content-type-options'}, 'nosniff', 'which is nothing else';

is_error twitch($verification, '{"challenge": "abc"}', 'x' x 30), 401,
    'twitch: not signed by it';
is_error twitch($verification, '{"challenge": "<b>"}'), 403,
    'twitch: what could be markup';
is_error twitch($verification, '{"event": {}}'), 403,
    'twitch: an event is no question, whatever an unsigned header says';
is $api->count, 0, 'nothing was called';
is twitch('notification', '{"challenge": "abc"}')->{body}, '{"status": "ok"}',
    'twitch: an event';
is $api->count, 1, 'was done';


# --- Discord

sub discord
{
    my ($body, $bad) = @_;

    my $now = time;
    my $text = spew('text', $now . $body);
    my $sign = unpack 'H*', openssl(qw(pkeyutl -sign -rawin -inkey),
                                    "$dir/ed.pem", '-in', $text);

    substr $sign, 0, 2, $bad if $bad;

    return ask('discord', $body, @json, 'X-Signature-Ed25519' => $sign,
               'X-Signature-Timestamp' => $now);
}

$r = discord('{"type": 1, "version": 1}');
is $r->{status}, 200, 'discord: the ping of interactions';
is_deeply(JSON::PP::decode_json($r->{body}), { type => 1 });
is $r->{headers}{'content-type'}, 'application/json';

$r = discord('{"type": 0, "version": 1}');
is $r->{status}, 204, 'discord: the ping of webhook events';
is $r->{body} // '', '', 'without a body';
is $r->{headers}{'content-type'}, 'application/json', 'but with its type';

is_error discord('{"type": 1}', 'zz'), 401, 'discord: a bad signature';
is $api->count, 1, 'nothing was called';
is discord('{"type": 1, "event": {"type": "A"}}')->{status} < 300, 1,
    'discord: an event';
is $api->count, 2, 'was done';


# --- WooCommerce

my @form = ('Content-Type' => 'application/x-www-form-urlencoded');

for my $name (qw(woo durable)) {
    $r = ask($name, 'webhook_id=17', @form);
    is $r->{status}, 200, "woocommerce: the ping, $name";
    is $r->{body}, '{"status": "ok"}';
}

is_error ask('woo', 'webhook_id=17&x=1', @form), 401,
    'woocommerce: anything else is a call';
is_error ask('woo', 'webhook_id=17', @form, 'X-WC-Webhook-Signature' => 'x'),
    401, 'woocommerce: and so is what is signed';
is_error ask('off', 'webhook_id=17', @form), 503,
    'woocommerce: mode disabled';
is $api->count, 2, 'nothing was called';


# --- Amazon SNS

my $arn = $topic;

sub sns
{
    my ($name, %m) = @_;

    %m = (MessageId => '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
          Message => 'You have chosen to subscribe', TopicArn => $arn,
          Timestamp => '2026-04-26T20:45:04.751Z', SignatureVersion => '2', %m);

    my @parts = $m{Type} eq 'Notification'
        ? qw(Message MessageId Timestamp TopicArn Type)
        : qw(Message MessageId SubscribeURL Timestamp Token TopicArn Type);

    my $text = spew('text', join '', map { "$_\n$m{$_}\n" } @parts);

    $m{Signature} = encode_base64(openssl(qw(dgst -sha256 -sign),
                                          "$dir/rsa.pem", $text), '');

    return ask($name, JSON::PP->new->canonical->encode(\%m),
               'Content-Type' => 'text/plain; charset=UTF-8',
               'x-amz-sns-message-type' => $m{Type});
}

my @question = (Type => 'SubscriptionConfirmation', Token => '2336412f37fb68',
                SubscribeURL => "https://evil.example.com/?Token=1");

$r = sns('sns', @question);
is $r->{status}, 200, 'sns: a subscription';
is $r->{body}, '{"status": "ok"}';

$arn = 'arn:aws:sns:us-west-2:999999999999:Other';
is_error sns('confirm', @question), 401, "sns: somebody else's topic";
$arn = $topic;

is_error sns('confirm', @question, Token => '1 HTTP/1.1'), 403,
    'sns: what is no token';

is sns('sns', Type => 'UnsubscribeConfirmation', Token => 'abc',
       SubscribeURL => 'https://sns.us-west-2.amazonaws.com/')->{status}, 200,
    'sns: the end of a subscription';

is $sns->count, 0, 'nobody was asked so far';

$sns->answer('*', 200);
is sns('confirm', @question)->{status}, 200, 'sns: one that is confirmed';

my ($get) = @{$sns->wait_requests(1)};
is "$get->{method} $get->{uri}", "GET /x/?Action=ConfirmSubscription"
    . "&TopicArn=$topic&Token=2336412f37fb68",
    'at the host that is configured';

ok $t->nginx->wait_log(qr/"confirm": .*is being confirmed: done/),
    'a line tells that it stands';

$sns->answer('*', 403);
is sns('confirm', @question)->{status}, 200, 'sns: and one that cannot be';
ok $t->nginx->wait_log(qr/"confirm": .*it is not, the answer was 403/),
    'a line tells that, too';

is $api->count, 2, 'nothing was called';
is sns('confirm', Type => 'Notification', Message => 'hello')->{status}, 200,
    'sns: a message';
is $api->count, 3, 'was done';


# --- the history and the logs

my @calls;

ok wait_for(sub {
    my (undef, $out) = $t->ctl('calls', 'sns', '--json', '--limit=9');
    @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
    return @calls >= 2;
}), 'the calls of a receiver are in its history';

my ($call) = grep { $_->{error} =~ /waits to be confirmed/ } @calls;
is $call->{error}, "the subscription to $topic waits to be confirmed: open "
    . 'the "SubscribeURL" of the message, or add "handshake sns confirm="',
    'which tells what is to be done';
is $call->{verified}, 'sns: ok', 'and that it was signed';

my (undef, $out) = $t->ctl('calls', 'woo', '--json', '--limit=9');
like $out, qr/"handshake: woocommerce"/, 'and a ping';

$sns->answer('*', { hang => 1 });
is sns('confirm', @question)->{status}, 200, 'sns: while nginx stops';
$sns->wait_requests(3);

$t->nginx->stop('TERM');
$t->stop;

like slurp($t->prefix . '/logs/error.log'),
    qr/"confirm": .*: the worker exits before it is known to be; request it again unless it is/,
    'a line tells that its outcome is not known';

my $log = slurp($t->prefix . '/logs/status.log');

like $log, qr/^$_$/m, "the log has: $_" for
    'twitch handshake 200', 'twitch refused 403', 'twitch ok 200',
    'discord handshake 204', 'woo handshake 200', 'durable handshake 200',
    'sns handshake 200', 'confirm handshake 200', 'confirm ok 200';

like slurp($t->prefix . '/logs/error.log'),
    qr/\[notice\].*"sns": the subscription to \Q$topic\E waits/,
    'the operator is told';
unlike slurp($t->prefix . '/logs/error.log'), qr/2336412f37fb68/,
    'but for the token';

$t->ok_logs;
done_testing;
