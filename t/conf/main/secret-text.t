#
# What stands where a secret may be written: a misspelt parameter is none, nor
# is a misspelt "file:"; "text:" stands before one that looks so.  No message
# shows what may be a secret.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use MIME::Base64 qw(encode_base64);
use Test::More;

use Webhook::Test;


my $padded = encode_base64('0123456789abcdef0123456789abcdef', '');
my $two = encode_base64('0123456789abcdef0123456789abcde', '');
my $secret = 'S3cr3t-of-some-length';

(my $bare = $padded) =~ s/=+\z//;

sub config
{
    my ($t, $receiver, $endpoint) = @_;

    $t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_event_type a.b;
    webhook_endpoint erp {
        url    http://127.0.0.1:9/;
        events a.b;
        $endpoint
    }
    webhook_receiver in {
        secret abcdefghijklmnopqrstuvwx;
        action POST /api/x '{"a": 1}';
        $receiver
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }
    location /api { return 200; }
    location /x { webhook_event a.b * ^/; return 200; }
CONF
}

my $t = Webhook::Test->new;

chmod 0600, $t->file('k', "the-real-key-of-thirty-two-bytes!\n");

my $key = 'file:%%PREFIX%%/k';
my $source = qr/is "file:PATH", "env:NAME" or is written/;

sub no_parameter
{
    my ($name, $directive) = @_;

    return qr/"\Q$name\E="\ is\ not\ a\ parameter\ of\ "$directive"
              (?:\ \(did\ you\ mean\ "\w+="\?\))?;\ .*\ "text:\.\.\."/x;
}

my $hidden = qr/has an argument that is not one of its parameters and is not shown here/;

# where it stands, what it says, the message or none

my @cases = (

    # misspelt parameters
    [in => "verify stripe $key window=5m;", no_parameter('window', 'verify')],
    [in => "verify github $key expire=2027-01-31;",
     no_parameter('expire', 'verify')],
    [in => "verify github secret=$key;", no_parameter('secret', 'verify')],
    [in => "verify github key=$key;",
     qr/has no key: "key=" says how one is written, the key is written without it/],
    [in => "verify bearer $key tolerence=10000000000000000000000m;",
     no_parameter('tolerence', 'verify')],
    [in => "verify bearer $key tolerence=;",
     no_parameter('tolerence', 'verify')],
    [in => "verify github user-agent==;",
     no_parameter('user-agent', 'verify')],
    [in => "verify gitlab $key Window=5m;", $hidden],
    [in => "verify github $secret=x;", $hidden],
    [in => "verify basic user:pass=word-x;", $hidden],
    [in => "handshake meta tokn=$secret;", no_parameter('tokn', 'handshake')],
    [in => "handshake meta $secret;", $hidden],
    [in => "secret abcdefghijklmnopqrstuvwy $secret;", $hidden],
    [in => "secret abcdefghijklmnopqrstuvwy ends=$secret;",
     no_parameter('ends', 'secret')],
    [out => 'secret secret=file:k;', no_parameter('secret', 'secret')],
    [out => 'secret expires=2099-01-01;', no_parameter('expires', 'secret')],
    [out => "secret $secret $secret;", $hidden],
    [out => "secret $secret expire=$secret;",
     no_parameter('expire', 'secret')],
    [out => "sign hmac header=X-S secrte=$secret;",
     no_parameter('secrte', 'sign')],
    [out => "sign hmac header=X-S $secret;", $hidden],
    [out => "auth bearer token=$secret;", no_parameter('token', 'auth')],
    [out => "auth basic user=u pasword=$secret;",
     no_parameter('pasword', 'auth')],
    [out => "auth basic user=u $secret;",
     qr/"auth" directive takes "user=" and "password=", and not another/],
    [out => "auth oauth2 token_url=https://a/ client_id=x "
            . "client_secert=$secret;", no_parameter('client_secert', 'auth')],
    [out => "proxy http://127.0.0.1:9 user=u passwd=$secret;",
     no_parameter('passwd', 'proxy')],

    # misspelt places
    [in => 'verify github fil:/etc/key-of-mine;', $source],
    [in => 'verify github File:key-of-mine;', $source],
    [in => 'verify github ENV:KEY_OF_MINE;', $source],
    [in => 'handshake meta token=path:/etc/key-of-mine;', $source],
    [out => 'secret fiel:/etc/key-of-mine;', $source],
    [out => 'sign hmac header=X-S secret=flie:/etc/key;', $source],
    [out => 'auth bearer flie:/etc/key-of-mine;', $source],
    [out => 'auth basic user=u password=FILE:key-of-mine;', $source],

    # what is one
    [in => "verify standard whsec_$padded whsec_$two;"],
    [in => "verify github $padded $two $bare;"],
    [in => "verify github text:$secret=x text:window=5m text:fil:/etc/key;"],
    [in => "verify basic text:user:pass=word-x user:pass/word-x;"],
    [in => "verify basic user:https://word-x;"],
    [in => "handshake meta token=$secret=x;"],
    [out => "secret whsec_$padded; secret text:whsec_$two;"],
    [out => "secret text:$secret=x;"],
    [out => "sign hmac header=X-S secret=$secret=x;"],
    [out => "auth bearer $padded;"],
    [out => "auth bearer text:a=$secret;"],
    [out => "auth basic user=u password=$secret=x;"],
);

for my $case (@cases) {
    my ($where, $line, $like) = @$case;

    config($t, $where eq 'in' ? ($line, '') : ('', $line));

    my ($status, $out) = $t->test;

    if ($like) {
        like $out, qr/\[emerg\] .*$like.* in \S+:\d+/, "refused: $line";
        unlike $out, qr/\Q$secret\E/, "shown is no secret: $line";

    } else {
        like $out, qr/test is successful/, "taken: $line";
    }
}


# --- keys that are written so are those that are meant

config($t, "verify github text:window=5m-of-a-key $padded;", '');

$t->start;

my $body = '{"x": 1}';

sub call
{
    my ($k) = @_;

    return $t->request('POST', '/web/hook/abcdefghijklmnopqrstuvwx', $body,
                       headers => ['Content-Type' => 'application/json',
                                   'X-Hub-Signature-256' => 'sha256='
                                   . hmac_sha256_hex($body, $k)])->{status};
}

is call('window=5m-of-a-key'), 200, 'what follows "text:" is the key';
is call($padded), 200, 'base64 as it stands';
is call('text:window=5m-of-a-key'), 401, 'and "text:" is no part of it';
is call($bare), 401, 'nor is the end dropped';

my ($status, $dump) = $t->test('-T');

like $dump, qr/verify github text:\*+ /, 'nginx -T shows stars';
unlike $dump, qr/of-a-key/, 'and not the key';

$t->stop;
$t->allow(qr/\[emerg\]/);
$t->ok_logs;

done_testing;
