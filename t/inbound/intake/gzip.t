
# accept gzip: bodies that were compressed, verified as they came or over what
# they hold, and bounded.

use strict;
use warnings;

use lib 't/lib';

use Compress::Zlib ();
use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;
use Webhook::Test qw(wait_for);

my $token = '0123456789-abcdefgh';
my $key = 'a plain secret that is long enough to be one';

my $t = Webhook::Test->new(workers => 1);

chmod 0600, $t->file('sign.key', "$key\n");

my $api = $t->endpoint(name => 'api');

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m;

    webhook_receiver plain {
        secret plain-$token;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver zipped {
        secret zipped-$token;
        accept json form gzip;
        dedupe hash;
        log_calls on;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver alone {
        secret alone-$token;
        accept gzip;
        limit body=2000;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver signed {
        secret signed-$token;
        accept gzip;
        verify hmac file:../sign.key header=X-Sign;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver content {
        secret content-$token;
        accept gzip;
        verify hmac file:../sign.key header=X-Sign content=decoded;
        limit body=4m;
        action POST /api/x '{"a": "\${a}"}';
    }
CONF
    client_max_body_size 8m;
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

$t->start;

my $n = 0;
my $json = JSON::PP->new->canonical;

sub call
{
    my ($name, $coding, $body, @headers) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $body,
                       headers => ['Content-Type' => 'application/json',
                                   defined $coding
                                   ? ('Content-Encoding' => $coding) : (),
                                   @headers]);
}

sub comes
{
    my ($what, $r, $want) = @_;

    is $r->{status}, 200, $what or diag $r->{body};
    is $json->decode($api->wait_requests(++$n)->[-1]{body})->{a}, $want,
       "$what: what comes";
}

sub refused
{
    my ($what, $r, $status, $like) = @_;

    is $r->{status}, $status, "refused: $what";
    like $r->{body}, $like, "$what: why";
}

sub gz { Compress::Zlib::memGzip($_[0]) }
sub zlib { Compress::Zlib::compress($_[0]) }

sub raw
{
    my $d = Compress::Zlib::deflateInit(-WindowBits
                                        => -Compress::Zlib::MAX_WBITS());
    my ($one) = $d->deflate($_[0]);
    my ($two) = $d->flush;

    return $one . $two;
}

sub body { qq({"a": "$_[0]"}) }

comes('gzip', call('zipped', 'gzip', gz(body('one'))), 'one');
comes('x-gzip', call('zipped', 'X-GZip', gz(body('two'))), 'two');
comes('deflate', call('zipped', 'deflate', zlib(body('three'))), 'three');
comes('bare deflate', call('zipped', 'deflate', raw(body('four'))), 'four');
comes('two of them', call('zipped', 'deflate, gzip', gz(zlib(body('five')))),
      'five');
comes('two members', call('zipped', 'gzip', gz('{"a":') . gz(' "six"}')), 'six');
comes('identity', call('zipped', 'identity', body('seven')), 'seven');
comes('none', call('zipped', undef, body('eight')), 'eight');

is call('zipped', 'gzip', gz(body('eight')))->{status}, 200,
   'a repeat is known by what it holds';

my $form = $t->request('POST', "/web/hook/zipped-$token", gz('a=x+y'),
                       headers => ['Content-Encoding' => 'gzip', 'Content-Type'
                                   => 'application/x-www-form-urlencoded']);

comes('a form', $form, 'x y');

refused('not asked for', call('plain', 'gzip', gz(body('a'))), 415,
        qr/uncompressed/);
refused('another coding', call('zipped', 'br', 'abc'), 415,
        qr/has to be 'gzip' or 'deflate'/);
refused('three of them', call('zipped', 'gzip, gzip, gzip', gz('a')), 415,
        qr/has to be 'gzip' or 'deflate'/);
refused('what is none', call('zipped', 'gzip', body('a')), 400,
        qr/not what its 'Content-Encoding' says: the body cannot be decoded/);
refused('cut short', call('zipped', 'gzip', substr(gz(body('a')), 0, -9)), 400,
        qr/not what its 'Content-Encoding' says: the body ends within/);
refused('bytes behind its end', call('zipped', 'gzip', gz(body('a')) . "\0"),
        400, qr/says: bytes stand behind the end of its content coding/);
refused('and of deflate', call('zipped', 'deflate', zlib(body('a')) . '{}'),
        400, qr/says: bytes stand behind the end of its content coding/);
refused('no JSON in it', call('zipped', 'gzip', gz('x')), 400, qr/is not JSON/);
refused('nothing in it', call('zipped', 'gzip', gz('')), 400,
        qr/The body is empty/);

# Bounds

comes('as large as may be', call('alone', 'gzip', gz(body('x' x 1991))),
      'x' x 1991);
refused('a byte more', call('alone', 'gzip', gz(body('x' x 1992))), 413,
        qr/larger than 2000 bytes once it was decoded/);

my $bomb = gz("\0" x 50_000_000);

cmp_ok length $bomb, '<', 100_000, 'what becomes much is little';
refused('much', call('zipped', 'gzip', $bomb), 413,
        qr/larger than 1048576 bytes once it was decoded/);
refused('in two', call('zipped', 'gzip, gzip', gz($bomb)), 413,
        qr/larger than 1048576 bytes once it was decoded/);

# A large one goes to a thread.

my $large = join '', map { chr 97 + $_ * 7919 % 26 } 1 .. 900_000;

comes('a large one', call('zipped', 'gzip', gz(body($large))), $large);

# What is signed

my $zipped = gz(body('signed'));

comes('signed as it came', call('signed', 'gzip', $zipped, 'X-Sign',
                                hmac_sha256_hex($zipped, $key)), 'signed');
refused('signed before', call('signed', 'gzip', $zipped, 'X-Sign',
                              hmac_sha256_hex(body('signed'), $key)), 401,
        qr/signature/);
refused('not signed is not decoded', call('signed', 'gzip', 'abc', 'X-Sign',
                                          hmac_sha256_hex('x', $key)), 401,
        qr/signature/);

comes('what it holds is signed', call('content', 'gzip', $zipped, 'X-Sign',
                                      hmac_sha256_hex(body('signed'), $key)),
      'signed');
refused('what came is', call('content', 'gzip', $zipped, 'X-Sign',
                             hmac_sha256_hex($zipped, $key)), 401,
        qr/signature/);
comes('not compressed', call('content', undef, body('plain'), 'X-Sign',
                             hmac_sha256_hex(body('plain'), $key)), 'plain');
comes('a large one that is signed', call('content', 'gzip', gz(body($large)),
      'X-Sign', hmac_sha256_hex(body($large), $key)), $large);

my $history = '';

ok wait_for(sub {
    $history = ($t->ctl('--json', 'calls', 'zipped'))[1];
    return $history =~ /three/;
}, 10), 'the history has what it holds';

is scalar @{$api->requests}, $n, 'what was refused called nothing';

$t->stop;

done_testing;
