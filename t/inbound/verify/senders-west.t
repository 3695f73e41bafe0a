# Senders of Europe and America, end to end, with their examples: a call as the
# sender makes it is done and answered as it prescribes, and one that is
# changed, forged, old or unsigned is refused with 401 and nothing is called.

use strict;
use warnings;

use Compress::Raw::Zlib qw(crc32);
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX qw(strftime);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp temp_dir);

my $text = 'a-key-of-enough-bytes-for-everybody';
my $dir = temp_dir('senders');
my $hex = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';


# --- keys and signatures by openssl(1)

sub openssl
{
    my (@args) = @_;

    open my $pipe, '-|', 'openssl', @args or die "openssl: $!\n";
    binmode $pipe;
    local $/;
    my $out = <$pipe>;
    close $pipe or die "openssl @args: failed\n";
    return $out;
}

sub message
{
    open my $f, '>:raw', "$dir/message" or die "$dir/message: $!\n";
    print {$f} $_[0];
    close $f;
    return "$dir/message";
}

openssl('genpkey', '-algorithm', 'ed25519', '-out', "$dir/$_.key")
    for qw(discord discord-other);
openssl('genpkey', '-algorithm', 'EC', '-pkeyopt',
        'ec_paramgen_curve:P-256', '-out', "$dir/$_.key")
    for qw(sendgrid sendgrid-other);
openssl('genpkey', '-quiet', '-algorithm', 'RSA', '-out', "$dir/$_.key")
    for qw(paypal paypal-other);
openssl('req', '-x509', '-key', "$dir/paypal.key", '-days', 9, '-subj',
        '/CN=messageverificationcerts.paypal.com', '-out', "$dir/paypal.pem");

sub public { return openssl('pkey', '-in', "$dir/$_[0].key", '-pubout',
                            '-outform', 'DER'); }

sub ed25519
{
    my ($key, $m) = @_;
    return unpack 'H*', openssl('pkeyutl', '-sign', '-rawin', '-inkey',
                                "$dir/$key.key", '-in', message($m));
}

sub signed
{
    my ($key, $m) = @_;
    return encode_base64(openssl('dgst', '-sha256', '-sign', "$dir/$key.key",
                                 message($m)), '');
}

sub base64 { return encode_base64(hmac_sha256($_[0], $_[1]), ''); }


# --- what each sends: its headers, of a body and a time, by a key

my $hook = 'https://hooks.example.com/web/hook/';
my $item = '{"NotificationRequestItem":{"eventCode":"AUTHORISATION",'
    . '"success":"true","pspReference":"%s","merchantAccountCode":"Shop",'
    . '"merchantReference":"order:7","amount":{"value":1130,'
    . '"currency":"EUR"},"additionalData":{"hmacSignature":"%s"}}}';

sub item
{
    my ($psp, $key) = @_;
    return sprintf $item, $psp,
        base64("$psp\:\:Shop:order:7:1130:EUR:AUTHORISATION:true",
               pack 'H*', $key);
}

sub items { return '{"live":"false","notificationItems":['
                   . join(',', @_) . ']}'; }

my %sender = (
    woocommerce => {
        body => '{"id":727,"status":"processing","total":"29.35",'
                . '"line_items":[{"id":1}]}',
        sign => sub { my ($body, undef, $key) = @_;
                      ['X-WC-Webhook-Topic' => 'order.created',
                       'X-WC-Webhook-Signature' => base64($body, $key)] },
        made => { ref => 'woocommerce-727', topic => 'order.created',
                  status => 'processing', total => '29.35',
                  lines => [{ id => 1 }] },
    },

    paddle => {
        body => '{"event_id":"evt_%d","event_type":"transaction.paid",'
                . '"data":{"id":"txn_1"}}',
        window => 300,
        sign => sub { my ($body, $now, $key) = @_;
                      ['Paddle-Signature' => "ts=$now;h1="
                       . hmac_sha256_hex("$now:$body", $key)] },
        type => 'transaction.paid',
    },

    calendly => {
        body => '{"event":"invitee.created","payload":{"uri":"https://api.'
                . 'calendly.com/x","name":"Ann","email":"ann@example.com"}}',
        window => 180,
        sign => sub { my ($body, $now, $key) = @_;
                      ['Calendly-Webhook-Signature' => "t=$now,v1="
                       . hmac_sha256_hex("$now.$body", $key)] },
        made => { kind => 'invitee.created', name => 'Ann',
                  ref => 'https://api.calendly.com/x',
                  email => 'ann@example.com' },
    },

    twitch => {
        body => '{"subscription":{"type":"stream.online"},"event":{"id":"9"}}',
        window => 600,
        sign => sub {
            my ($body, $now, $key, $n) = @_;
            my $at = strftime('%Y-%m-%dT%H:%M:%S.123456789Z', gmtime $now);
            ['Twitch-Eventsub-Message-Id' => "befa7b53-$n",
             'Twitch-Eventsub-Message-Timestamp' => $at,
             'Twitch-Eventsub-Message-Type' => 'notification',
             'Twitch-Eventsub-Message-Signature' => 'sha256='
             . hmac_sha256_hex("befa7b53-$n$at$body", $key)];
        },
        made => { kind => 'stream.online', event => { id => '9' } },
    },

    discord => {
        key => unpack('H*', substr public('discord'), -32),
        body => '{"version":1,"application_id":"1","type":1,"event":{"type":'
                . '"APPLICATION_AUTHORIZED","timestamp":"2024-10-18T14:42:53",'
                . '"data":{"integration_type":1}}}',
        window => 900,
        sign => sub { my ($body, $now, $key) = @_;
                      ['X-Signature-Timestamp' => $now,
                       'X-Signature-Ed25519' => ed25519($key, "$now$body")] },
        by => 'discord',
        status => 204, answer => '',
        made => { kind => 'APPLICATION_AUTHORIZED',
                  at => '2024-10-18T14:42:53',
                  data => { integration_type => 1 } },
    },

    sendgrid => {
        key => encode_base64(public('sendgrid'), ''),
        body => '[{"event":"delivered","sg_message_id":"m.1","timestamp":1,'
                . '"email":"a@example.com"},' . "\r\n"
                . '{"event":"bounce","sg_message_id":"m.2","timestamp":2,'
                . '"email":"b@example.com","reason":"500"}]' . "\r\n",
        window => 300,
        sign => sub { my ($body, $now, $key) = @_;
                      ['X-Twilio-Email-Event-Webhook-Timestamp' => $now,
                       'X-Twilio-Email-Event-Webhook-Signature' =>
                       signed($key, "$now$body")] },
        by => 'sendgrid',
        calls => 2,
    },

    hubspot => {
        body => '[{"eventId":1,"subscriptionType":"contact.creation",'
                . '"objectId":123},{"eventId":2,"subscriptionType":'
                . '"contact.propertyChange","objectId":123,"propertyName":'
                . '"city","propertyValue":"Hue"}]',
        window => 300,
        query => q{?a=%2Fb%3a%21%7E&c=%25+d},
        sign => sub {
            my ($body, $now, $key) = @_;
            my $ms = $now . '042';
            ['X-HubSpot-Request-Timestamp' => $ms,
             'X-HubSpot-Signature-v3' => base64(
                "POST${hook}hubspot-0123456789-abcdefgh"
                . "?a=/b:!%7E&c=%25+d$body$ms", $key)];
        },
        calls => 2,
    },

    mailgun => {
        body => sub {
            my ($now, $key, $n) = @_;
            my $token = sprintf '%050d', $n;
            return '{"signature":{"token":"' . $token . '","timestamp":"'
                . "$now\",\"signature\":\""
                . hmac_sha256_hex("$now$token", $key)
                . '"},"event-data":{"event":"opened","id":"Ase7i2zsRY",'
                . '"recipient":"ann@example.com"}}';
        },
        window => 9 * 3600,
        sign => sub { [] },
        made => { event => 'Ase7i2zsRY', kind => 'opened',
                  email => 'ann@example.com' },
    },

    paypal => {
        body => '{"id":"WH-%d","event_type":"PAYMENT.SALE.COMPLETED",'
                . '"resource":{"id":"4EU7","amount":{"total":"20.00"}}}',
        window => 4 * 86400,
        sign => sub {
            my ($body, $now, $key, $n) = @_;
            my $at = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $now);
            ['PAYPAL-TRANSMISSION-ID' => "dfb3be50-fd74-$n",
             'PAYPAL-TRANSMISSION-TIME' => $at,
             'PAYPAL-AUTH-ALGO' => 'SHA256withRSA',
             'PAYPAL-CERT-URL' => 'https://evil.example.com/cert.pem',
             'PAYPAL-TRANSMISSION-SIG' => signed($key,
                "dfb3be50-fd74-$n|$at|8PT597110X687430LKGECATA|"
                . crc32($body))];
        },
        by => 'paypal',
    },

    adyen => {
        key => $hex,
        body => sub { my (undef, $key, $n) = @_;
                      return items(item("79140733$n", $key),
                                   item("88140733$n", $key)); },
        sign => sub { [] },
        other => '00' x 32,
        answer => '[accepted]', content => 'text/plain',
        calls => 2,
    },

    xero => {
        body => '{"events":[{"resourceUrl":"https://api.xero.com/x",'
                . '"resourceId":"717f2bfc","tenantId":"c2cc9b6e",'
                . '"eventCategory":"INVOICE","eventType":"UPDATE"}],'
                . '"lastEventSequence":1}',
        sign => sub { my ($body, undef, $key) = @_;
                      ['x-xero-signature' => base64($body, $key)] },
        answer => '',
        made => { tenant => 'c2cc9b6e', category => 'INVOICE',
                  kind => 'UPDATE', ref => '717f2bfc',
                  url => 'https://api.xero.com/x' },
    },
);


# --- the examples, with keys of their own

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);

mkdir $t->prefix . '/conf/webhook';

for my $name (sort keys %sender) {
    my $s = $sender{$name};

    $t->file("$name.conf", slurp("conf/examples/$name.conf"));
    $t->file("conf/webhook/$name.token", "$name-0123456789-abcdefgh\n");
    $t->file('conf/webhook/' . ($name eq 'paypal' ? 'paypal.pem'
                                                  : "$name.key"),
             $name eq 'paypal' ? slurp("$dir/paypal.pem")
                               : ($s->{key} // $text) . "\n");
    chmod 0600, glob $t->prefix . "/conf/webhook/$name.*";
}

# receivers that keep calls: of senders who take 200 alone

my @durable = qw(mailgun paddle xero);

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n"
            . join('', map { "include ../$_.conf;\n" } sort keys %sender)
            . join('', map { <<"CONF" } @durable) . <<"MORE",
        webhook_receiver $_-durable {
            secret $_-durable-0123456789;
            verify $_ file:webhook/$_.key;
            mode   durable;
            api    http://127.0.0.1:1;
            action POST /pos/$_ '{}';
        }
CONF
        webhook_receiver route {
            secret route-0123456789-abcdefgh;
            verify mailgun file:webhook/mailgun.key field=signature
                   timestamp=field:timestamp id=field:token;
            accept form;
            dedupe body:token;
            action POST /pos/mail '{"from": "\${sender}"}';
        }
MORE
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

my $n = 0;                              # of the call, for ids

sub call
{
    my ($name, %o) = @_;

    my $s = $sender{$name};
    my $now = $o{now} // time;
    my $by = $s->{by} // $s->{key} // $text;
    my $key = !$o{forged} ? $by
              : $s->{by} ? "$s->{by}-other" : $s->{other} // "$text-other";

    $n++;

    my $body = ref $s->{body} ? $s->{body}->($now, $key, $n)
                              : $s->{body} =~ s/%d/$n/r;
    my $headers = $s->{sign}->($body, $now, $key, $n);

    $body = $o{body}->($body) if $o{body};
    $headers = $o{headers}->(@$headers) if $o{headers};

    return $t->request('POST', '/web/hook/'
                               . ($o{to} // "$name-0123456789-abcdefgh")
                               . ($o{query} // $s->{query} // ''), $body,
                       headers => ['Content-Type' => 'application/json',
                                   @$headers]);
}

my $called = 0;

sub nothing_called { is $api->count, $called, "$_[0]: nothing was called"; }

for my $name (sort keys %sender) {
    my $s = $sender{$name};
    my $calls = $s->{calls} // 1;

    my $r = call($name);
    is $r->{status}, $s->{status} // 200, "$name: accepted";
    is $r->{body}, $s->{answer}, "$name: its answer" if defined $s->{answer};
    is $r->{headers}{'content-type'}, $s->{content}, "$name: and its type"
        if $s->{content};

    is $api->count, $called + $calls, "$name: done";
    $called = $api->count;

    is_deeply(JSON::PP->new->decode($api->requests->[-1]{body}), $s->{made},
              "$name: what its example makes of it") if $s->{made};

    is call($name, forged => 1)->{status}, 401, "$name: by another key";

    my $i = 0;

    for my $header (@{$s->{sign}->('', time, $s->{by} // $text, 1)}) {
        next if $i++ % 2 || $header =~ /-(Topic|Type|ALGO|URL)$/;

        is call($name, headers => sub {
            my %h = @_;
            delete $h{$header};
            return [%h];
        })->{status}, 401, "$name: without $header";

        is call($name, headers => sub {
            my %h = @_;
            substr($h{$header}, -5, 1) =~ tr{1\-a-zA-Z0-9+/.:}{21};
            return [%h];
        })->{status}, 401, "$name: another $header";
    }

    # of adyen's and mailgun's body this is what is signed

    is call($name, body => sub {
        my ($body) = @_;
        $body =~ s/("(?:pspReference|token|id|event|eventId|resourceId)":"?)
                   ./$1~/x or die $name;
        return $body;
    })->{status}, 401, "$name: another body";

    if ($s->{window}) {
        is call($name, now => time - $s->{window} + 60)->{status},
            $s->{status} // 200, "$name: within its window";
        $called += $calls;

        is call($name, now => time - $s->{window} - 60)->{status}, 401,
            "$name: older";
        is call($name, now => time + $s->{window} + 60)->{status}, 401,
            "$name: of the future";
    }

    nothing_called($name);
}


# --- Adyen: each item of a list is signed, or none of them is taken

for my $case (
    ['the second is not', item(1, $hex), item(2, '00' x 32)],
    ['the first is not', item(3, '00' x 32), item(4, $hex)],
    ['the second has none', item(5, $hex),
     '{"NotificationRequestItem":{"pspReference":"6"}}'],
    ['the second is none', item(7, $hex), '7'],
    ['there are none'],
) {
    my ($what, @items) = @$case;

    is call('adyen', body => sub { items(@items) })->{status}, 401,
        "adyen: $what";
}

# of what stands twice, the API might take the other value

is call('adyen', body => sub { items(item(9, $hex)
            =~ s/"pspReference"/"pspReference":"x","pspReference"/r) })
    ->{status}, 401, 'adyen: a field twice';
is call('adyen', body => sub { items(item(9, $hex)
            =~ s/"amount":\{/"amount":{"v\\u0061lue":1,/r) })->{status}, 401,
    'adyen: a field twice, once in other letters';
is call('adyen', body => sub { '{"notificationItems":[],'
                               . substr items(item(9, $hex)), 1 })->{status},
    401, 'adyen: two lists';

is call('adyen', body => sub { items(item(9, $hex)) })->{status}, 200,
    'adyen: once';
$called++;

is call('adyen', body => sub { item(8, $hex) })->{status}, 401,
    'adyen: no list';
is call('adyen', body => sub { '[' })->{status}, 401, 'adyen: no JSON';
nothing_called('adyen');


# --- HubSpot: another URL than the one that was signed

for my $query ('', '?a=%2Fb%3a%21%7E&c=%25+e', '?a=%2Fb%3a%21%7E&c=%25%20d',
               '?a=%2Fb%3a%21~&c=%25+d') {
    is call('hubspot', query => $query)->{status}, 401,
        "hubspot: signed for another query than '$query'";
}

is call('hubspot', query => q{?a=/b:!%7E&c=%25+d})->{status}, 200,
    'hubspot: these escapes are the same as what they mean';
$called += 2;
nothing_called('hubspot');


# --- Mailgun: the rest of the body is not signed, so a token is used once

{
    my $first;

    is call('mailgun', body => sub { $first = $_[0] })->{status}, 200,
        'mailgun: a token';
    $called++;
    is call('mailgun', body => sub { $first =~ s/opened/failed/r })->{status},
        200, 'mailgun: the same token with another event is a repeat';
    nothing_called('mailgun');
}

# a route, which posts a form

sub route
{
    my ($token, $more) = @_;
    my $now = time;

    return $t->request('POST', '/web/hook/route-0123456789-abcdefgh',
        "sender=ann%40example.com&timestamp=$now&token=$token&signature="
        . hmac_sha256_hex("$now$token", $text) . ($more // ''),
        headers => ['Content-Type' => 'application/x-www-form-urlencoded'])
        ->{status};
}

is route('5' x 50), 200, 'mailgun: a route';
is $api->requests->[-1]{body}, '{"from": "ann@example.com"}', 'is done';
$called++;
is route('6' x 50, '&token=' . '7' x 50), 401, 'mailgun: two tokens';
is route('8' x 50, '0'), 401, 'mailgun: another signature';
nothing_called('mailgun');


# --- Xero: "intent to receive"

is call('xero', body => sub { $_[0] })->{status}, 200;
$called++;

{
    my $body = '{"events":[],"firstEventSequence":0,"entropy":"S0m3r4Nd0m"}';
    my @to = ('POST', '/web/hook/xero-0123456789-abcdefgh', $body);

    my $r = $t->request(@to, headers => [
        'Content-Type' => 'application/json',
        'x-xero-signature' => base64($body, $text)]);

    is $r->{status}, 200, 'xero: rightly signed, of no event';
    is $r->{body}, '', 'xero: without a body';

    $r = $t->request(@to, headers => [
        'Content-Type' => 'application/json',
        'x-xero-signature' => base64($body, "$text-other")]);

    is $r->{status}, 401, 'xero: wrongly signed';
    is $r->{body}, '', 'xero: without a body';
    nothing_called('xero');
}

for my $name (@durable) {
    is call($name, to => "$name-durable-0123456789")->{status}, 200,
        "$name: what is kept is answered as what was done";
}

nothing_called('durable');

unlike slurp($t->prefix . '/logs/error.log'), qr/\Q$text\E|\Q$hex\E/,
    'no key is logged';

$t->stop;
$t->ok_logs;

done_testing;
