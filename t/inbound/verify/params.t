# What the parameters of "verify" can say, end to end: where signatures and
# tokens stand, what is signed; and where a token is not shown.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64 hmac_sha256_hex hmac_sha512_hex
                   sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'params-0123456789-abcdefg';
my $text = 'a-key-of-enough-bytes-for-everybody';
my $url = 'https://hooks.example.com/in/';

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);

$t->file('text.key', "$text\n");

for my $kind (qw(ed25519 rsa ec)) {
    my @how = $kind eq 'ed25519' ? qw(-algorithm ed25519)
              : $kind eq 'rsa' ? qw(-algorithm RSA -pkeyopt
                                    rsa_keygen_bits:2048)
              : qw(-algorithm EC -pkeyopt ec_paramgen_curve:P-256);

    my $private = $t->prefix . "/$kind.private";

    system('openssl', 'genpkey', '-quiet', @how, '-out', $private) == 0
        && system('openssl', 'pkey', '-in', $private, '-pubout',
                  '-out', $t->prefix . "/$kind.key") == 0
        or plan skip_all => 'there is no openssl';
}

chmod 0600, glob $t->prefix . '/*.key';

my %verify = (
    list    => 'stripe file:../text.key header=X-Pay "list=; " item=h1'
               . ' timestamp=item:ts "string={timestamp}:{body}"',
    path    => 'hmac file:../text.key header=X-Sig'
               . ' "string={method}|{path}|{query}|{header.X-Nonce}|{body}"'
               . " url=$url",
    field   => 'hmac file:../text.key field=sign app=42 digest=sha512'
               . ' "string={app}&{field.data.amount}&{sorted_fields}"',
    query   => 'hmac file:../text.key query=sign'
               . ' "string={timestamp}{body.sha256}" timestamp=query:at unit=ms',
    hash    => 'hash file:../text.key header=X-Sig "string={body}{key}"',
    shown   => 'token file:../text.key header=X-Shown',
    asked   => 'token file:../text.key query=key',
    inside  => 'token file:../text.key field=auth.key',
    ed25519 => 'public file:../ed25519.key header=X-Sig encoding=hex',
    rsa     => 'public file:../rsa.key header=X-Sig',
    ec      => 'public file:../ec.key header=X-Sig timestamp=X-Time'
               . ' unit=iso "string={timestamp}{body}"',
);

$t->config(
    http => 'webhook_store %%STORE%% size=64m;'
            . join('', map { <<"CONF" } sort keys %verify),
        webhook_receiver $_ {
            secret $_-$token;
            verify $verify{$_};
            accept json form;
            action POST /pos/$_ '{"n": "\${n}"}';
            log_calls on;
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

my $client = $t->client;
my $json = '{"n": 7}';

sub call
{
    my ($name, $body, %o) = @_;

    return $client->request('POST', "/web/hook/$name-$token"
                                    . ($o{query} // ''), $body,
        headers => ['Content-Type' => $o{type} // 'application/json',
                    @{$o{headers} // []}])->{status};
}

sub padded { my ($b64) = @_; return $b64 . '=' x (-length($b64) % 4); }

# By the private key, what is signed is read from a file.

sub signature
{
    my ($kind, $signed) = @_;

    my $prefix = $t->prefix;

    $t->file('signed', $signed);

    system('openssl', 'pkeyutl', '-sign', '-inkey', "$prefix/$kind.private",
           '-rawin', '-in', "$prefix/signed", '-out', "$prefix/signature",
           $kind eq 'ed25519' ? () : ('-digest', 'sha256')) == 0
        or die 'openssl pkeyutl';

    return scalar slurp("$prefix/signature");
}


# --- a list with names of its own

my $now = time;
my $sign = hmac_sha256_hex("$now:$json", $text);

is call('list', $json, headers => ['X-Pay' => "ts=$now;h1=00; ;h1=$sign;"]),
    200, 'list: accepted';
is call('list', $json, headers => ['X-Pay' => "ts=$now;v1=$sign"]),
    401, 'list: of another name';
is call('list', $json, headers => ['Stripe-Signature' => "ts=$now;h1=$sign"]),
    401, 'list: in the header of the preset';
is call('list', $json, headers => ['X-Pay' => 'ts=' . ($now + 1)
                                              . ";h1=$sign"]),
    401, 'list: at another time';
is call('list', $json, headers => ['X-Pay' => join ';', "ts=$now",
                                   ("h1=" . '0' x 64) x 62, "h1=$sign"]),
    200, 'list: of 64 items';
is call('list', $json, headers => ['X-Pay' => join ';', "ts=$now",
                                   ("h1=" . '0' x 64) x 63, "h1=$sign"]),
    401, 'list: of 65';


# --- method, path with the token, query, another header

$sign = hmac_sha256_hex("POST|/in/path-$token|a=%20&b|n1|$json", $text);

is call('path', $json, query => '?a=%20&b',
        headers => ['X-Sig' => $sign, 'X-Nonce' => 'n1']), 200,
    'path: accepted';
is call('path', $json, query => '?a=+&b',
        headers => ['X-Sig' => $sign, 'X-Nonce' => 'n1']), 401,
    'path: another query';
is call('path', $json, query => '?a=%20&b',
        headers => ['X-Sig' => $sign, 'X-Nonce' => 'n2']), 401,
    'path: another header';
is call('path', $json, query => '?a=%20&b', headers => ['X-Sig' => $sign]),
    401, 'path: without it';
is call('path', $json, query => '?a=%20&b',
        headers => ['X-Sig' => uc $sign, 'X-Nonce' => 'n1']), 200,
    'path: in capital letters';


# --- in a field, of fields

$sign = hmac_sha512_hex('42&1.50&data={"amount": 1.50}&n=x & y', $text);

is call('field', qq({"n": "x & y", "data": {"amount": 1.50},)
                 . qq( "sign": "$sign"})), 200, 'field: accepted';
is call('field', qq({"sign": "$sign",  "data": {"amount": 1.50},)
                 . qq( "n":"x \\u0026 y"})), 200,
    'field: the same, written in another way';
is call('field', qq({"n": "x & y", "data": {"amount": 1.5},)
                 . qq( "sign": "$sign"})), 401, 'field: another number';
is call('field', qq({"n": "x & y", "data": {"amount": 1.50}})), 401,
    'field: none';
is call('field', "n=x+%26+y&data.amount=1.50&sign="
                 . hmac_sha512_hex('42&1.50&data.amount=1.50&n=x & y', $text),
        type => 'application/x-www-form-urlencoded'), 200, 'field: of a form';


# --- in the query

my $ms = $now * 1000 + 1;

$sign = hmac_sha256_hex($ms . sha256_hex($json), $text);

is call('query', $json, query => "?at=$ms&sign=$sign"), 200,
    'query: accepted';
is call('query', $json, query => "?at=$ms&sign=$sign&sign=$sign"), 401,
    'query: twice';
is call('query', "$json ", query => "?at=$ms&sign=$sign"), 401,
    'query: another body';


# --- a digest

is call('hash', $json, headers => ['X-Sig' => sha256_hex("$json$text")]), 200,
    'hash: accepted';
is call('hash', $json, headers => ['X-Sig' => sha256_hex($json)]), 401,
    'hash: without the key';


# --- tokens, which nobody is shown

is call('shown', $json, headers => ['X-Shown' => $text]), 200,
    'token: in a header';
is call('shown', $json, headers => ['X-Shown' => "${text}x"]), 401,
    'token: another';
is call('asked', $json, query => "?key=$text&b=1"), 200,
    'token: in the query';
is call('asked', $json, query => '?b=1'), 401, 'token: none';
is call('inside', qq({"auth": {"key": "$text"}, "n": 7})), 200,
    'token: in the payload';
is call('inside', qq({"auth": {"key": "x"}, "n": 7})), 401,
    'token: another in the payload';

for my $name (qw(shown asked inside)) {
    my @calls;

    wait_for(sub {
        my ($status, $out) = $t->ctl('calls', '--json', $name);

        @calls = $status == 0 ? grep { /\S/ } split /\n/, $out : ();

        return @calls >= 2;
    }, 10);

    is scalar(grep { /\Q$text\E/ } @calls), 0,
        "token: the history does not show that of $name";
    ok scalar(grep { /"verified":\s*"token: ok"/ } @calls) == 1,
        'token: and tells how it was verified' or diag @calls;
}

$t->stop;

unlike scalar slurp($t->prefix . '/logs/access.log') // '', qr/\Q$text\E/,
    'token: nor does the access log';
unlike scalar slurp($t->prefix . '/logs/error.log') // '', qr/\Q$text\E/,
    'token: nor the error log';

$t->start;
$client = $t->client;


# --- by a private key

is call('ed25519', $json,
        headers => ['X-Sig' => unpack 'H*', signature('ed25519', $json)]),
    200, 'ed25519: accepted';
is call('ed25519', "$json ",
        headers => ['X-Sig' => unpack 'H*', signature('ed25519', $json)]),
    401, 'ed25519: another body';
is call('rsa', $json,
        headers => ['X-Sig' => encode_base64(signature('rsa', $json), '')]),
    200, 'RSA: accepted';
is call('rsa', $json,
        headers => ['X-Sig' => encode_base64(signature('rsa', "$json "), '')]),
    401, 'RSA: another body';

my @at = gmtime;
my $iso = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $at[5] + 1900, $at[4] + 1,
          @at[3, 2, 1, 0];

is call('ec', $json,
        headers => ['X-Time' => $iso, 'X-Sig' =>
                    encode_base64(signature('ec', "$iso$json"), '')]),
    200, 'ECDSA: accepted';
is call('ec', $json,
        headers => ['X-Time' => '2001-01-01T00:00:00Z', 'X-Sig' =>
                    encode_base64(signature('ec', "2001-01-01T00:00:00Z$json"),
                                  '')]),
    401, 'ECDSA: too old';

done_testing;
