# A preset whose sender prescribes an answer brings it, unless the receiver has
# one of its own.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(wait_for);

my $token = 'preset-0123456789-abcdefghi';
my $key = 'a-key-of-enough-bytes-for-everybody';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my %receivers = (
    plain => '',
    own => q{answer ok 'type=text/xml; charset=utf-8' 'body=<Response><Message>${Body}</Message></Response>';},
    failure => q{answer error status=200 type=text/xml body=<Response/>;},
    night => 'profile nightpos;',
    durable => 'mode durable; api http://127.0.0.1:%%PORT_api%%;',
);

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n" . join('', map {
        "webhook_receiver $_ { secret $_-$token; accept form; dedupe body:Sid; require From;\n"
        . "verify twilio $key url=https://hooks.example.com/web/hook/;\n"
        . "action POST /api/x '{}';\n $receivers{$_}\n }\n" } sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;
$api->answer('*', 200);

sub call
{
    my ($name, %form) = @_;

    my $sign = hmac_sha1_base64("https://hooks.example.com/web/hook/$name-$token"
                                . join('', map { $_ . $form{$_} } sort keys %form), $key);
    $sign .= '=' while length($sign) % 4;

    my $r = $t->request('POST', "/web/hook/$name-$token",
        join('&', map { "$_=$form{$_}" } sort keys %form),
        headers => ['Content-Type' => 'application/x-www-form-urlencoded',
                    'X-Twilio-Signature' => $sign]);

    return join ' | ', $r->{status}, $r->{headers}{'content-type'} // 'none', $r->{body} // '';
}

my @sms = (From => 1, Body => 'a', Sid => 's1');

is call('plain', @sms), '200 | text/xml | <Response/>', 'what the sender wants';
is call('plain', @sms), '200 | text/xml | <Response/>', 'a repeat, too';
is call('durable', @sms), '200 | text/xml | <Response/>', 'of a durable one, too';
is call('own', @sms), '200 | text/xml; charset=utf-8 | <Response><Message>a</Message></Response>',
    'an answer of its own';
is call('night', @sms), '200 | application/json | {"status": "ok"}', 'a profile that was asked for';
is call('failure', @sms), '200 | text/xml | <Response/>', 'one for other calls changes nothing';
is call('failure', Sid => 's2'), '200 | text/xml | <Response/>', 'but for those';
like call('plain', Sid => 's2'), qr/^422 \| application\/json \| \{"status": "error"/,
    'of an error nothing is prescribed';

$t->stop;
$t->ok_logs;
done_testing;
