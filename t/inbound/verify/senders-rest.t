# Senders end to end: Trello, whose signature is of the URL as well; Amazon SNS,
# by its certificate; Mercado Pago, which signs the query; Telegram and Microsoft
# Graph, who send a secret; Docusign with its numbered headers; Asana's calls
# without events.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_base64 hmac_sha256_base64 hmac_sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);

my $token = 'senders-0123456789-abcdef';
my $text = 'a-key-of-enough-bytes-for-everybody';
my $url = 'https://hooks.example.com/in/';
my $topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';

my $t = Webhook::Test->new;
my $api = $t->api;
my $json = JSON::PP->new->canonical;

$api->answer('*', 200);

$t->file('text.key', "$text\n");
chmod 0600, $t->prefix . '/text.key';

# SNS's certificate, the one before, and somebody's

for my $name (qw(sns old other)) {
    my $path = $t->prefix . "/$name";

    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -batch"
           . " -subj /CN=sns.amazonaws.com -keyout $path.key"
           . " -out $path.pem 2> $path.log") == 0
        or plan skip_all => 'there is no openssl';

    chmod 0600, "$path.pem";
}

my %verify = (
    trello      => "trello file:../text.key url=$url",
    mercadopago => 'mercadopago file:../text.key',
    telegram    => 'telegram file:../text.key',
    msgraph     => "msgraph file:../text.key another-key-of-enough-bytes",
    docusign    => 'docusign file:../text.key',
    asana       => 'asana file:../text.key',
    sns         => "sns file:../old.pem file:../sns.pem app=$topic",
);

# what stands for "action" of a receiver

my %action = (asana => q(for_each events;
            action POST /pos/asana '{"what": "${action}"}'));

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n"
            . join('', map { <<"CONF" } sort keys %verify),
        webhook_receiver $_ {
            secret $_-$token;
            verify $verify{$_};
            accept json text;
            log_calls on;
            @{[$action{$_} // qq(action POST /pos/$_ '{"n": "\${n}"}')]};
        }
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

my $done = 0;

sub call
{
    my ($name, $body, $headers, %options) = @_;

    my $r = $t->request('POST',
        "/web/hook/$name-$token" . ($options{query} // ''), $body,
        headers => ['Content-Type' => $options{type} // 'application/json',
                    @$headers]);

    $done++ if $r->{status} == 200;

    return $r->{status};
}

sub padded { my ($b64) = @_; return $b64 . '=' x (-length($b64) % 4); }


# --- Trello: the body, then the URL

{
    my $body = '{"n": 1}';
    my $of = sub { ['X-Trello-Webhook' =>
                    padded(hmac_sha1_base64("$body$_[0]", $text))] };

    is call('trello', $body, $of->("${url}trello-$token")), 200,
        'Trello: the URL with the token';
    is call('trello', $body, $of->("${url}trello-$token?a=1"),
            query => '?a=1'), 200, 'and with a query';
    is call('trello', $body, $of->("${url}trello-$token"), query => '?a=1'),
        401, 'with a query that was not signed';
    is call('trello', $body, $of->($url)), 401, 'without the token';
    is call('trello', "$body ", $of->("${url}trello-$token")), 401,
        'another body';
}


# --- Mercado Pago: the query and two headers

{
    my $now = time;
    my $of = sub {
        my ($manifest, $ts) = @_;
        return 'ts=' . ($ts // $now) . ',v1='
               . hmac_sha256_hex($manifest, $text);
    };
    my @id = ('x-request-id' => 'r-1');

    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("id:123;request-id:r-1;ts:$now;")],
            query => '?data.id=123&type=payment'), 200, 'Mercado Pago';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("id:123;request-id:r-1;ts:$now;")],
            query => '?data.id=124&type=payment'), 401, 'another payment';
    is call('mercadopago', '{"n": 1}',
            ['x-signature' => $of->("id:123;request-id:r-1;ts:$now;"),
             'x-request-id' => 'r-2'], query => '?data.id=123'), 401,
        'another request id';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("id:ord1;request-id:r-1;ts:$now;")],
            query => '?data.id=ORD1'), 200, 'an id that was signed in small letters';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("id:ORD1;request-id:r-1;ts:$now;")],
            query => '?data.id=ORD1'), 200, 'and as it came';
    is call('mercadopago', '{"n": 1}',
            ['x-signature' => $of->("id:123;ts:$now;")],
            query => '?data.id=123'), 200, 'without a request id';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("request-id:r-1;ts:$now;")]), 200,
        'without an id';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("request-id:r-1;ts:$now;")],
            query => '?data.id=123'), 401, 'with an id that was not signed';
    is call('mercadopago', '{"n": 1}',
            [@id, 'x-signature' => $of->("id:123;request-id:r-1;ts:${now}000;",
                                         "${now}000")],
            query => '?data.id=123'), 200, 'a time in milliseconds';
}


# --- Telegram: a secret

is call('telegram', '{"n": 1}', ['X-Telegram-Bot-Api-Secret-Token' => $text]),
    200, 'Telegram';
is call('telegram', '{"n": 1}',
        ['X-Telegram-Bot-Api-Secret-Token' => "${text}x"]), 401, 'another';
is call('telegram', '{"n": 1}', []), 401, 'none';


# --- Microsoft Graph: a secret in each notification

{
    my $of = sub { $json->encode({ n => 1, value => [
        map { { clientState => $_, changeType => 'created' } } @_] }) };

    is call('msgraph', $of->($text), []), 200, 'Microsoft Graph';
    is call('msgraph', $of->($text, 'another-key-of-enough-bytes'), []), 200,
        'two subscriptions';
    is call('msgraph', $of->($text, 'x'), []), 401,
        'one of two is somebody\'s';
    is call('msgraph', $of->('x', $text), []), 401, 'and in front';
    is call('msgraph', $of->(), []), 401, 'none';
    is call('msgraph', '{"value": [{"changeType": "created"}]}', []), 401,
        'one without a secret';
    is call('msgraph', '{"value": {"clientState": "' . $text . '"}}', []), 401,
        'no list';
    is call('msgraph', '[', []), 401, 'no JSON';
}


# --- Docusign: a header for each key

{
    my $body = '{"n": 1}';
    my $good = padded(hmac_sha256_base64($body, $text));
    my $bad = padded(hmac_sha256_base64("$body ", $text));

    is call('docusign', $body, ['X-DocuSign-Signature-1' => $good]), 200,
        'Docusign';
    is call('docusign', $body, ['X-DocuSign-Signature-1' => $bad,
                                'X-DocuSign-Signature-2' => $good]), 200,
        'by the second key';
    is call('docusign', $body, ['X-DocuSign-Signature-1' => $bad]), 401,
        'by neither';
    is call('docusign', $body, []), 401, 'unsigned';
}


# --- Asana: a call without events tells that it is alive

{
    my $of = sub { ['X-Hook-Signature' => hmac_sha256_hex($_[0], $text)] };
    my $body = '{"events": [{"action": "changed"}]}';

    is call('asana', $body, $of->($body)), 200, 'Asana';
    is call('asana', "$body ", $of->($body)), 401, 'another body';

    $body = '{"events": []}';
    is call('asana', $body, $of->($body)), 200, 'no events';
    $done--;
}


# --- SNS

my %signed = (
    Notification => [qw(Message MessageId Subject Timestamp TopicArn Type)],
    UnsubscribeConfirmation =>
        [qw(Message MessageId SubscribeURL Timestamp Token TopicArn Type)],
);

sub message
{
    my ($version, $key, %fields) = @_;

    my %m = (Type => 'Notification', MessageId => 'm-1', TopicArn => $topic,
             Message => "a line\nand another", n => 1,
             Timestamp => '2026-11-28T15:00:00.000Z',
             SignatureVersion => "$version", %fields);

    my $text = join '', map { defined $m{$_} ? "$_\n$m{$_}\n" : () }
                        @{$signed{$m{Type}} // $signed{Notification}};

    utf8::encode($text);

    $t->file('sns.txt', $text);

    my $sha = $version eq '1' ? '-sha1' : '-sha256';
    my $prefix = $t->prefix;

    my $signature = `openssl dgst $sha -sign $prefix/$key.key $prefix/sns.txt`;

    $m{Signature} = encode_base64($signature, '');

    return \%m;
}

sub sns
{
    my ($m, %options) = @_;

    return call('sns', JSON::PP->new->utf8->canonical->encode($m), [],
                type => $options{type} // 'text/plain; charset=UTF-8');
}

is sns(message(2, 'sns')), 200, 'SNS: version 2';
is sns(message(2, 'sns'), type => 'application/json'), 200, 'as JSON';
is sns(message(1, 'sns')), 200, 'version 1';
is sns(message(2, 'old')), 200, 'by the certificate before';
is sns(message(2, 'sns', Subject => "\x{110}\x{1a1}n")), 200, 'with a subject';
is sns(message(2, 'other')), 401, 'by a certificate of somebody';
is sns(message(2, 'sns', TopicArn => "${topic}2")), 401, 'of another topic';
is sns(message(2, 'sns', Type => 'Notifications')), 401,
    'of a type that is none';

for my $name (qw(Message MessageId Timestamp TopicArn Type Signature)) {
    my $m = message(2, 'sns');

    $m->{$name} =~ s/([0-9a-z])/$1 eq '2' ? '3' : '2'/e;
    is sns($m), 401, "with another $name";

    $m = message(2, 'sns');
    delete $m->{$name};
    is sns($m), 401, "without $name";
}

{
    my $m = message(2, 'sns');
    is sns({ %$m, SignatureVersion => '1' }), 401, 'as another version';
    is sns({ %$m, SignatureVersion => '3' }), 401, 'as a version that is none';
    is sns({ %$m, Subject => 'x' }), 401, 'with a subject that was not signed';
    is sns({ %$m, TopicArn => [$topic] }), 401, 'with a list for a text';

    # what stands behind the message cannot be moved into it, nor out of it

    my $moved = message(2, 'sns', Message => "x\nMessageId\nm-2");
    is sns({ %$moved, Message => 'x', MessageId => "m-2\nMessageId\nm-1" }),
        401, 'with a line end in a field that has none';

    my $body = JSON::PP->new->utf8->encode($m);
    is call('sns', $body =~ s/^\{/{"TopicArn": "x", /r, []), 401,
        'with a field twice';
    is call('sns', '[]', []), 401, 'a list';
    is call('sns', '{}', []), 401, 'nothing';
}

is $api->count, $done, 'nothing else was called';


# --- the secrets that are sent are in no history

{
    my $calls = join '', map { ($t->ctl('calls', $_, '--json'))[1] }
                         qw(telegram msgraph);

    like $calls, qr/"telegram"/, 'calls are kept';
    unlike $calls, qr/\Q$text\E|another-key-of-enough-bytes/,
        'without their secrets';
}

$t->stop;
$t->ok_logs('senders');

done_testing;
