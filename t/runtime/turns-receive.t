#
# No large call makes a turn of the event loop long: what a receiver does with
# bodies of up to 64 MB.  What counts is the processor time of the worker's main
# thread.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;

use Webhook::Test qw(wait_for deadline temp_dir asan);
use Webhook::Test::Turns;


my $turns = Webhook::Test::Turns->new
    or plan skip_all => 'make interop builds what measures';

my $mb = (asan() ? 1 : 60) * 1024 * 1024;

my $t = Webhook::Test->new(workers => 1, $turns->options);

my $ends = temp_dir('ends') . '/end';
my $port = $turns->sink($ends);

my $token = 'turns-0123456789-abcdefghijk';
my $key = 'key-of-the-one-that-signs';

my %receivers = (
    all     => q{action POST /api/x '{"all": "${root}", "a": "${a}"}';},
    masked  => q{redact card r.0.card zz; log_calls on; mode test;
                 dedupe hash; require a; filter "a == 1";
                 action POST /api/x '{"a": "${a}", "c": "${card}"}';},
    fails   => q{redact card zz; log_calls errors;
                 action POST /no/x '{"c": "${card}"}';},
    signed  => qq{verify hmac "text:$key" header=x-sign;
                  action POST /api/x '{"a": "\${a}"}';},
    others  => q{accept xml form json multipart; log_calls on; redact r.k1 k1;
                 mode test; action POST /api/x '{"a": "${a}"}';},
    each    => q{for_each l max=1000; mode test; log_calls on; redact root.x a;
                 dedupe body:zz; require b c d;
                 action POST /api/${root.zzz}/x '{"a": "${root.zzy}",
                     "b": "${root.zzx}", "c": "${root.zzw}", "d": "${a}"}';},
    later   => q{action POST /api/x '{}'; capture id status;
                 action POST /api/x '{"l": "${l}", "id": "${id}"}';},
    durable => qq{mode durable; api http://127.0.0.1:$port; order_by a;
                  dedupe hash;
                  action POST /x '{"l": "\${l}", "v": "\${var.request_uri}"}';},
    emits   => q{emit big.call; emit big.call 'body={"l": "${l}"}';},
    dry     => q{action POST /api/x '{"l": "${l}"}';},
);

$t->config(
    http => <<"CONF" . join('', map {
    client_max_body_size 64m;
    webhook_store %%STORE%% size=4g;
    webhook_event_type big.call;
    webhook_endpoint erp {
        url     http://127.0.0.1:$port/;
        events  big.call;
        format  xml;
        filter  "data.a == 1";
        timeout total=60s send=30s read=30s;
    }
CONF
        "webhook_receiver $_ { secret $_-$token;"
        . " limit body=64m values=16000000 depth=100;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<"CONF",
    location ^~ /hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:$port; }
    location /no/ { internal; return 500 '{"card": "4111111111111111"}'; }
    location = /metrics { webhook_metrics; }
CONF
);

$t->start;


sub list
{
    my ($n, $make) = @_;

    my ($i, $length, @parts) = (0, 0);

    while ($length < $n) {
        push @parts, $make->($i++);
        $length += 1 + length $parts[-1];
    }

    return join ',', @parts;
}


sub try_one
{
    my ($name, $receiver, $body, $status, %options) = @_;

    $turns->begin;

    my $r = $t->request('POST', "/hook/$receiver-$token", $body,
                        timeout => deadline(60),
                        headers => ['Content-Type' => $options{type}
                                                      // 'application/json',
                                    @{$options{headers} // []}]);

    is $r->{status}, $status, "$name: its answer" or diag $r->{body};

    # what is freed behind it, too

    $t->get('/metrics');

    $turns->ok($name);

    return $r;
}


my $card = '"card":"4111111111111111"';

my $rows = '{"a":1,' . $card . ',"r":['
           . list($mb * .95, sub { qq({"id":$_[0],"card":"x","n":"abcdef"}) })
           . '],"l":"z"}';
my $keys = qq({"a":1,$card,)
           . list($mb / 2, sub { qq("k$_[0]":$_[0]) }) . ',"l":{"x":1}}';
my $text = '{"a":1,"l":"' . '\u0041' x ($mb / 12) . qq(",$card});

try_one('rows, all of them', 'all', $rows, 200);
try_one('rows, redacted', 'masked', $rows, 200);
try_one('keys, redacted', 'masked', $keys, 200);
try_one('escapes, redacted', 'masked', $text, 200);
try_one('escapes, to the API', 'all', $text, 200);
try_one('keys, refused by the API', 'fails', $keys, 502);
try_one('rows, signed', 'signed', $rows, 200, headers =>
        ['X-Sign' => hmac_sha256_hex($rows, $key)]);
try_one('rows, signed by another', 'signed', $rows, 401,
        headers => ['X-Sign' => '0' x 64]);
try_one('rows, in chunks', 'masked', $rows, 200) if !asan();
try_one('no JSON', 'all', substr($rows, 0, -2), 400);
try_one('escapes, after an answer', 'later', $text, 200);
try_one('escapes, a dry run', 'dry', $text, 200,
        headers => ['X-Webhook-Dry-Run' => 1]);

try_one('escapes in UTF-16', 'masked', pack('v*', unpack 'C*', $text), 200,
        type => 'application/json; charset=utf-16le');

for my $size (60_000, 250_000, 500_000, 1_000_000) {
    my $n = $size / 15;

    try_one("XML of $size bytes", 'others',
            '<r>' . join('', map { "<k$_>1</k$_>" } 1 .. $n) . '</r>', 200,
            type => 'application/xml');
    try_one("XML of one name, $size bytes", 'others',
            '<r>' . '<a>1</a>' x ($size / 8) . '</r>', 200,
            type => 'application/xml');
    try_one("a form of $size bytes", 'others',
            join('&', map { "k$_=%41" } 1 .. $size / 10), 200,
            type => 'application/x-www-form-urlencoded');
    try_one("a nested form of $size bytes", 'others',
            join('&', map { "k[$_][x]=1" } 1 .. $size / 12), 200,
            type => 'application/x-www-form-urlencoded');
    try_one("a form with parts, of $size bytes", 'others',
            join('', map { "--b\r\nContent-Disposition: form-data; "
                           . "name=\"k$_\"\r\n\r\n1\r\n" } 1 .. $size / 60)
            . "--b--\r\n", 200, type => 'multipart/form-data; boundary=b');
}

for my $n (2_000, 15_000, 27_000) {
    try_one("for_each beside $n keys", 'each',
            '{' . join(',', map { sprintf '"k%05d":1', $_ } 1 .. $n)
            . ',"zzz":1,"zzy":2,"zzx":3,"zzw":4,"l":['
            . join(',', ('{"a":1,"b":1,"c":1,"d":1}') x 1000)
            . '],"zz":"1"}', 200);
}

try_one('escapes, durable', 'durable', $text, 202);
try_one('rows, an event', 'emits', $rows, 200);
try_one('escapes, an event', 'emits', $text, 200);

$turns->begin;

ok wait_for(sub {
    my $text = $t->get('/metrics')->{body};

    return $text =~ /^ngx_webhook_sends_delivered_total (\d+)/m && $1 >= 3;
}, deadline(60)), 'all of them are sent';

$turns->ok('sends');

$t->stop;
$t->ok_logs;

done_testing;
