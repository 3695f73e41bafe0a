
# Calls whose JSON has a byte order mark or another charset; what is signed is
# the body as it came.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use Encode qw(encode);
use Test::More;
use Webhook::Test;

my $token = '0123456789-abcdefgh';
my $key = 'a plain secret that is long enough to be one';
my $json = 'application/json';
my $text = qq({"_id": 7, "name": "caf\x{e9}"});
my $want = encode('UTF-8', qq({"name": "caf\x{e9}"}));

# name, type, body; and what the API is sent, if it is not $want

my @good = (
    ['a mark',     $json, "\xef\xbb\xbf" . encode('UTF-8', $text)],
    ['utf-8',      "$json; charset=utf8", encode('UTF-8', $text)],
    ['latin1',     "$json; charset=ISO-8859-1", encode('ISO-8859-1', $text)],
    ['a wrong label', "$json; charset=ISO-8859-1", encode('UTF-8', $text)],
    ['utf-16',     "$json; charset=utf-16", encode('UTF-16', $text)],
    ['utf-16 by its mark', $json, encode('UTF-16', $text)],
    ['utf-16le',   "$json; x=y; charset=\"UTF-16LE\"",
                   encode('UTF-16LE', $text)],
    ['cp1252',     'application/vnd.api+json;charset=windows-1252',
                   encode('cp1252', $text)],
    ['us-ascii',   "$json; charset=us-ascii", '{"name": "caf\\u00e9"}',
                   '{"name": "caf\\u00e9"}'],
);

# name, type, body, status, error

my @bad = (
    ['no such charset', "$json; charset=nonsense", encode('cp1252', $text),
     415, qr/cannot be brought to UTF-8: .*none that can be converted/],
    ['nor that', "$json; charset=nonsense", encode('UTF-8', $text),
     415, qr/cannot be brought to UTF-8: .*none that can be converted/],
    ['half a character', "$json; charset=utf-16le", "{\0}",
     400, qr/cannot be brought to UTF-8: the body is not in the charset/],
    ['no such character', "$json; charset=tis-620",
     encode('UTF-8', qq({"name": "\x{e01}"})),
     400, qr/cannot be brought to UTF-8: the body is not in the charset/],
    ['no label', $json, encode('cp1252', $text), 400, qr/is not JSON/],
    ['a mark alone', $json, "\xef\xbb\xbf", 400, qr/is not JSON/],
    ['two marks', $json, "\xef\xbb\xbf" x 2 . '{}', 400, qr/is not JSON/],
    ['no JSON', "$json; charset=utf-16", encode('UTF-16', 'x'),
     400, qr/is not JSON/],
);

my $t = Webhook::Test->new(workers => 1);

chmod 0600, $t->file('sign.key', "$key\n");

my $api = $t->endpoint(name => 'api');

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_receiver in {
        secret in-0123456789-abcdefgh;
        action POST /api/x '{"name": "${name}"}';
    }

    webhook_receiver signed {
        secret signed-0123456789-abcdefgh;
        verify hmac file:../sign.key header=X-Sign;
        accept json form;
        action POST /api/x '{"name": "${name}"}';
    }

    webhook_receiver xml {
        secret xml-0123456789-abcdefgh;
        verify hmac file:../sign.key header=X-Sign;
        accept xml;
        action POST /api/x '{"name": "${a.name}"}';
    }

    webhook_receiver signed-token {
        secret signed-token-0123456789-abcdefgh;
        verify token file:../sign.key header=X-Sign;
        accept json form;
        action POST /api/x '{"name": "${name}"}';
    }

    webhook_receiver xml-token {
        secret xml-token-0123456789-abcdefgh;
        verify token file:../sign.key header=X-Sign;
        accept xml;
        action POST /api/x '{"name": "${a.name}"}';
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

$t->start;

sub call {
    my ($name, $type, $body, $sign) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $body,
                       headers => ['Content-Type' => $type,
                                   'X-Sign' => $sign // '-']);
}

my $n = 0;

for my $good (@good) {
    my ($name, $type, $body, $said) = @$good;

    $said //= $want;

    is call('in', $type, $body)->{status}, 200, $name;
    is $api->wait_requests(++$n)->[-1]{body}, $said, "$name: what it says";

    is call('signed', $type, $body, hmac_sha256_hex($body, $key))->{status},
       200, "$name, signed";
    is $api->wait_requests(++$n)->[-1]{body}, $said, "$name: what it says";
}

my $utf8 = encode('UTF-8', $text);

is call('signed', $json, "\xef\xbb\xbf$utf8",
        hmac_sha256_hex($utf8, $key))->{status},
   401, 'a signature without the mark';

for my $bad (@bad) {
    my ($name, $type, $body, $status, $error) = @$bad;

    my $r = call('in', $type, $body);

    is $r->{status}, $status, $name;
    like $r->{body}, $error, "$name: why";
}

# A type is not signed: what is signed as UTF-8 is never read as another text,
# whatever the type says.  Who shows a token alone may call it what it is.

my $form = 'application/x-www-form-urlencoded';
my $sent = encode('UTF-8', qq({"name": "\x{e1}"}));
my $thai = encode('UTF-8', qq({"name": "\x{e23}\x{e01}"}));
my $word = encode('UTF-8', qq({"name": "\x{e2a}\x{e27}\x{e31}"}));

for my $as (['json', $json, $sent, qq({"name": "\xca\xc7\xd1"})],
            ['form', $form, 'name=%C3%A1', 'name=%CA%C7%D1'],
            ['xml', 'text/xml', "<a><name>\xc3\xa1</name></a>",
             "<a><name>\xca\xc7\xd1</name></a>"])
{
    my ($what, $type, $body, $other) = @$as;
    my $path = $what eq 'xml' ? 'xml' : 'signed';
    my $sign = hmac_sha256_hex($body, $key);

    is call($path, $type, $body, $sign)->{status}, 200, "$what, signed";
    is $api->wait_requests(++$n)->[-1]{body}, $sent, "$what: what was sent";

    for my $label ('tis-620', 'gbk') {
        my $r = call($path, "$type; charset=$label", $body, $sign);

        is $r->{status}, 400, "$what, called $label";
        like $r->{body}, qr/is UTF-8 .* charset of its type, which is not signed/,
             "$what, called $label: why";
    }

    is call($path, "$type; charset=tis-620", $other,
            hmac_sha256_hex($other, $key))->{status},
       200, "$what, what is no UTF-8";
    is $api->wait_requests(++$n)->[-1]{body}, $word, "$what: what it says";

    $path .= '-token';

    is call($path, "$type; charset=tis-620", $body, $key)->{status}, 200,
       "$what, by a token";
    is $api->wait_requests(++$n)->[-1]{body}, $thai, "$what: what it says";
}

# A call more shows that those before it made none.

is call('in', $json, $utf8)->{status}, 200, 'one more';
is scalar @{ $api->wait_requests($n + 1) }, $n + 1,
   'none of these called the API';

$t->stop;

done_testing;
