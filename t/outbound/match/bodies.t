# Bodies that clients read without complaint, and what is told where one cannot
# be read.

use strict;
use warnings;

use lib 't/lib';

use Encode qw(encode);
use IO::Compress::Gzip qw(gzip);
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

sub packed {
    my ($bytes) = @_;

    gzip(\$bytes => \my $out);

    return $out;
}

my $plain = '{"id": 7, "name": "an object"}';
my $accent = qq({"id": 7, "name": "caf\x{e9}"});
my $utf8 = encode('UTF-8', $accent);
my $long = '{"id": 7, "text": "' . join(' ', 1 .. 20_000) . '"}';

sub encoded { return ['Content-Type' => $json,
                      map { ('Content-Encoding' => $_) } @_]; }
sub typed { return ['Content-Type' => $_[0]]; }

# name, headers, body, what the endpoint gets

my @good = (
    ['mark',      typed($json), "\xef\xbb\xbf$plain", $plain],
    ['markutf8',  typed("$json; charset=utf-8"), "\xef\xbb\xbf$utf8", $utf8],
    ['marktext',  typed('text/plain'), "\xef\xbb\xbf$plain", $plain],
    ['markgzip',  encoded('gzip'), packed("\xef\xbb\xbf$plain"), $plain],
    ['utf8',      encoded('utf-8'), $plain, $plain],
    ['none',      encoded('none'), $plain, $plain],
    ['identity',  encoded('identity'), $plain, $plain],
    ['oneline',   encoded('utf-8, gzip'), packed($plain), $plain],
    ['twolines',  encoded('gzip', 'utf-8'), packed($plain), $plain],
    ['twolines2', encoded('identity', 'gzip'), packed($plain), $plain],
    ['twice',     encoded('gzip, gzip'), packed(packed($plain)), $plain],
    ['zeros',     encoded('gzip'), packed($plain) . "\0" x 512, $plain],
    ['garbage',   encoded('gzip'), packed($plain) . "\x1fgarbage", $plain],
    ['onebyte',   encoded('gzip'), packed($plain) . "\x1f", $plain],
    ['members',   encoded('gzip'), packed('{"id": 7, ') . packed('"b": 1}'),
                  '{"id": 7, "b": 1}'],
    ['padlong',   encoded('gzip'), packed($long) . "\0" x 70_000, $long],
    ['latin1',    typed("$json; charset=ISO-8859-1"),
                  encode('ISO-8859-1', $accent), $utf8],
    ['mislabel',  typed("$json; charset=ISO-8859-1"), $utf8, $utf8],
    ['nonsense',  typed("$json; charset=nonsense"), $utf8, $utf8],
    ['utf16',     typed("$json; charset=utf-16"), encode('UTF-16', $accent),
                  $utf8],
    ['utf16le',   typed("$json; charset=\"UTF-16LE\""),
                  encode('UTF-16LE', $accent), $utf8],
    ['cp1252',    typed('text/json;charset=windows-1252'),
                  encode('cp1252', $accent), $utf8],
    ['texthtml',  typed('text/html; charset=iso-8859-1'),
                  encode('ISO-8859-1', $accent), $utf8],
);

# name, headers, body, what the log says

my @bad = (
    ['unknown',   encoded('br'), $plain, qr/unknown content coding/],
    ['unknown2',  encoded('br, gzip'), packed($plain),
                  qr/unknown content coding/],
    ['thrice',    encoded('gzip, gzip, gzip'),
                  packed(packed(packed($plain))), qr/unknown content coding/],
    ['cut',       encoded('gzip'), substr(packed($plain), 0, -4),
                  qr/ends within its content coding/],
    ['cutmember', encoded('gzip'), packed($plain) . "\x1f\x8b\x08",
                  qr/ends within its content coding/],
    ['badlabel',  typed("$json; charset=nonsense"),
                  encode('ISO-8859-1', $accent), qr/is none that can be conv/],
    ['halfutf16', typed("$json; charset=utf-16le"), "{\0}",
                  qr/neither UTF-8 nor in the charset/],
);

# Text that is no JSON goes as it came.

my $text = encode('ISO-8859-1', "caf\x{e9}");

my $t = Webhook::Test->new(workers => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ body => $plain, headers => typed($json) }],
    '/text' => [{ body => $text,
                  headers => typed('text/plain; charset=iso-8859-1') }],
    '/html' => [{ body => '<p>no</p>', headers => typed('text/html') }],
    '/empty' => [{ status => 204 }],
    map { ("/$_->[0]" => [{ body => $_->[2], headers => $_->[1] }]) }
        @good, @bad,
});
my $hook = $t->endpoint(name => 'erp');
my $picky = $t->endpoint(name => 'picky');

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$uri $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.*;
        header X-Path "${uri.1}";
    }

    webhook_event_type b.one "";

    webhook_endpoint picky {
        url    http://127.0.0.1:%%PORT_picky%%/hook;
        events b.*;
        filter "data.id == 7";
    }

    webhook_endpoint nosy {
        url    http://127.0.0.1:%%PORT_picky%%/nosy;
        events b.*;
        filter "request.id == 7";
    }
CONF
    webhook_payload_max 300k;

    location / {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event a.one POST ^/(.*) when=data.id!=8;
    }

    location /raw/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/raw/(.*);
    }

    location /request/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/any;
        webhook_event a.one POST ^/request/(.*) payload=request;
    }

    location /when/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/when/(.*) "when=data.id == 7";
    }

    location /unless/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/unless/(.*) "when=!(data.id == 8)";
    }

    location /either/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/either/(.*)
                      "when=!(data.id == 8) || uri.1 == html";
    }

    location /early/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/early/(.*) "when=request.id == 7";
    }

    location /filter/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event b.one POST ^/filter/;
    }

    location = /metrics { webhook_metrics; }
CONF

$t->start;

sub status {
    my ($uri) = @_;

    return wait_for(sub {
        slurp($t->prefix . '/logs/hook.log') =~ /^\Q$uri\E (\S+)$/m && $1;
    });
}

sub metric {
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_$name\_total (\d+)$/m
           ? $1 : undef;
}

my $sent = 0;

sub sent {
    my ($uri, $want, $what) = @_;

    is status($uri), 'committed', "$what is an event";

    my $r = $hook->wait_requests(++$sent)->[-1];
    ok $r->{body} eq $want, "$what: the payload";

    return $r;
}

for my $good (@good) {
    my ($name, $headers, $body, $want) = @$good;

    for my $uri ("/$name", "/raw/$name") {
        my $r = $t->request('POST', $uri, '{}');

        ok $r->{body} eq $body, "$uri passes as it is";
        $r = sent($uri, $want, $uri);
        is $r->{headers}{'content-type'}, $json, "$uri: the type";
    }

    $t->request('POST', "/request/$name", $body, headers => $headers);
    sent("/request/$name", $want, "/request/$name");
}

my $lost = metric('events_undecodable');

for my $bad (@bad) {
    my ($name, $headers, $body, $want) = @$bad;
    my $mark = $t->nginx->mark;

    my $r = $t->request('POST', "/$name", '{}');
    ok $r->{body} eq $body, "$name passes as it is";
    is status("/$name"), 'failed', "$name is no event";
    ok $t->nginx->wait_log(qr/\[error\].*webhook event lost.*$want/, 10,
                           $mark), "$name is told";
    is metric('events_undecodable'), ++$lost, "$name is counted";

    $t->request('POST', "/request/$name", $body, headers => $headers);
    is status("/request/$name"), 'failed', "$name is none as a request";
    is metric('events_undecodable'), ++$lost, "$name is counted";
}

my $r = $t->request('POST', '/raw/text', '{}');
$r = sent('/raw/text', $text, 'a text');
is $r->{headers}{'content-type'}, 'text/plain; charset=iso-8859-1', 'its type';

# Conditions that cannot be evaluated.

my $mark = $t->nginx->mark;

$t->request('POST', '/when/html', '{}');
is status('/when/html'), '-', 'a condition on what is no JSON';
ok $t->nginx->wait_log(qr/\[warn\].*a condition of webhook event "a\.one" cannot be evaluated.*the response's body is not JSON/, 10, $mark), 'is told';
is metric('events_unjudged'), 1, 'and counted';

$t->request('POST', '/early/any', 'id=7', headers => typed($json));
is status('/early/any'), '-', 'the same of a request';
ok $t->nginx->wait_log(qr/\[warn\].*the request's body is not JSON/, 10,
                       $mark), 'is told';
is metric('events_unjudged'), 2, 'and counted';

$t->request('POST', '/when/empty', '{}');
is status('/when/empty'), '-', 'no body';
is metric('events_unjudged'), 2, 'has no such value: nothing to tell';

$t->request('POST', '/when/latin1', '{}');
sent('/when/latin1', $utf8, 'a condition on what was converted');

# The same of filters.

$mark = $t->nginx->mark;

$t->request('POST', '/filter/html', 'id=8', headers => typed($json));
is status('/filter/html'), 'skipped', 'filters on what is no JSON';
ok $t->nginx->wait_log(qr/\[warn\].*a filter of webhook endpoint "picky" cannot be evaluated, and event "b\.one" \S+ is not sent to it: the body is not JSON/, 10, $mark), 'the one of the payload is told';
ok $t->nginx->wait_log(qr/\[warn\].*a filter of webhook endpoint "nosy" cannot be evaluated, and event "b\.one" \S+ is not sent to it: the body is not JSON/, 10, $mark), 'and the one of the request';
is metric('events_unjudged'), 4, 'and both are counted';

$t->request('POST', '/filter/empty', '{"id": 8}', headers => typed($json));
is status('/filter/empty'), 'skipped', 'a filter that does not hold';
is metric('events_unjudged'), 4, 'is nothing to tell';

$t->request('POST', '/filter/html', '{"id": 7}', headers => typed($json));
is $picky->wait_requests(1)->[-1]{uri}, '/nosy', 'one that holds is sent';
is metric('events_unjudged'), 5, 'beside one that cannot be evaluated';

# "!" makes nothing of what is not known; what holds in any case does.

$mark = $t->nginx->mark;

$t->request('POST', '/unless/html', '{}');
is status('/unless/html'), '-', '"!" before what cannot be evaluated';
ok $t->nginx->wait_log(qr/\[warn\].*a condition of webhook event "a\.one" cannot be evaluated.*the response's body is not JSON/, 10, $mark), 'is told';
is metric('events_unjudged'), 6, 'and counted';

$t->request('POST', '/either/html', '{}');
is status('/either/html'), 'committed', 'beside another part that holds';
is metric('events_unjudged'), 6, 'nothing is to be told';
$hook->wait_requests(++$sent);

$t->request('POST', '/unless/latin1', '{}');
sent('/unless/latin1', $utf8, '"!" before what does not hold');

$t->request('POST', '/unless/empty', '{}');
is status('/unless/empty'), 'committed', '"!" before what is missing';
$hook->wait_requests(++$sent);

$t->stop;
$t->ok_logs;

done_testing;
