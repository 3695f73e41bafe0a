# Lists: an action list for each of their elements.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test;

my $token = 'foreach-0123456789-abcdefgh';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my %receivers = (
    lines => q{for_each order.lines max=5; require sku;
        action PUT /api/${root.order.id|int}/${index} '{"sku": "${sku}",
            "all": "${root.order.note}", "me": "${own}"}';},
    root => q{for_each root; action POST /api/a '{"v": "${id}"}';
        action POST /api/b '{"i": "${index}"}' "when=id > 1";},
    go => q{for_each root.items; action POST /api/go/${id|int} '{}' on_error=continue;
        action POST /api/then/${id|int} '{}';},
    stop => q{for_each items; action POST /api/go/${id|int} '{}';},
    xml => q{accept xml; for_each order.line; action POST /api/x '{"v": "${#text}", "w": "${sku}"}';},
    target => q{for_each items; model sale.order;
        action PATCH /api/${_id|int} '{}';},
    many => q{for_each root max=1000; limit values=1000000;
        action POST /static/x '{"i": "${index}"}';},
    large => q{for_each items max=100; limit body=1m;
        action POST /static/x '{"all": "${root.note}"}';},
    later => q{for_each items max=100; limit body=1m;
        action POST /api/first '{}'; capture code status;
        action POST /static/x '{"all": "${root.note}", "v": "${code}"}';},
    plain => q{action POST /api/x '{"i": "${index}", "r": "${root.a}"}';},
    nightpos => q{profile nightpos; for_each root; action POST /api/a '{}';},
);

$t->config(
    http => join('', map {
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /static/ { internal; return 200; }
CONF
);

$t->start;

$api->answer('*', 200);
$api->answer('/api/go/2', 500);

my $n = 0;

sub call
{
    my ($name, $payload, $type) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", $payload,
                        headers => ['Content-Type' => $type // 'application/json']);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub paths { join ' ', map { $_->{uri} } @_ }

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

my ($r, @q) = call('lines', '{"own": 1, "order": {"id": "7", "note": "n",
    "lines": [{"sku": "A", "own": 3}, {"sku": 2}]}}');

is $r->{body}, '{"status": "ok", "elements": 2}', 'tells how many';
is paths(@q), '/api/7/0 /api/7/1', 'root. and index, in order';
is $q[0]{body}, '{"sku": "A",
            "all": "n", "me": 3}', 'the element itself';
is $q[1]{body}, '{"sku": 2,
            "all": "n", "me": null}', 'and nothing of the payload around it';

($r, @q) = call('lines', '{"order": {"id": 7, "lines": [{"sku": "A"}, {}]}}');
is "$r->{status} " . error($r),
    "422 Missing required field: 'sku' (element 2 of 2)", 'require, of each';
is scalar @q, 0, 'before any is called';

($r, @q) = call('lines', '{"order": {"lines": [{"sku": "A"}]}}');
is $r->{status}, 422, 'what cannot be rendered';
like error($r), qr/root\.order\.id.* \(element 1 of 1\)/, 'is told';

for my $case (
    ['{"order": {"id": 1, "lines": []}}', 200, undef],
    ['{"order": {"id": 1, "lines": null}}', 422, qr/^The payload has no list 'order\.lines'$/],
    ['{"order": {"id": 1}}', 422, qr/^The payload has no list/],
    ['{"order": {"id": 1, "lines": [1,2,3,4,5,6]}}', 422,
     qr/^The list has 6 elements; a call may have 5$/])
{
    ($r, @q) = call('lines', $case->[0]);
    is $r->{status}, $case->[1], "status of $case->[0]";
    like error($r), $case->[2], 'and why' if $case->[2];
    is $r->{body}, '{"status": "ok", "elements": 0}', 'none' if !$case->[2];
    is scalar @q, 0, 'and nothing is called';
}

($r, @q) = call('lines', '{"order": {"id": 7, "lines": {"sku": "only"}}}');
is paths(@q), '/api/7/0', 'what is no list is its only element';

($r, @q) = call('root', '[{"id": 1}, {"id": 2}]');
is $r->{body}, '{"status": "ok", "elements": 2}', 'a list as the payload';
is paths(@q), '/api/a /api/a /api/b', 'each with its conditions';
is $q[2]{body}, '{"i": 1}', 'and index';

($r, @q) = call('plain', '[1]');
is "$r->{status} " . error($r), '400 The body has to be a JSON object',
    'only with for_each';

($r, @q) = call('plain', '{"index": 5, "root": {"a": 6}}');
is $q[0]{body}, '{"i": 5, "r": 6}', 'without it, index and root are fields';

($r, @q) = call('go', '{"items": [{"id": 1}, {"id": 2}, {"id": 3}]}');
is $r->{body}, '{"status": "ok", "elements": 3, "failed": 1}',
    'on_error=continue';
is paths(@q), '/api/go/1 /api/then/1 /api/go/2 /api/then/2 /api/go/3 /api/then/3',
    'goes on';

($r, @q) = call('stop', '{"items": [{"id": 1}, {"id": 2}, {"id": 3}]}');
is $r->{status}, 502, 'a failure stops';
like error($r), qr/^The API answered 500 to action 1 of 1 \(POST \/api\/go\/2\), for element 2 of 3; those before it were done$/,
    'and tells where';
is paths(@q), '/api/go/1 /api/go/2', 'at once';

($r, @q) = call('xml', '<order><line>a</line></order>', 'text/xml');
is $r->{body}, '{"status": "ok", "elements": 1}', 'XML with one element';

($r, @q) = call('target', '{"items": [{"_id": 1, "_model": "sale.order"},
                                      {"id": "2", "model": "sale.order"}]}');
is paths(@q), '/api/1 /api/2', 'a target for each';

($r, @q) = call('target', '{"items": [{"_id": 1, "_model": "sale.order"},
                                      {"id": "2", "model": "res.users"}]}');
is $r->{status}, 422, 'and each is looked at';
is scalar @q, 0, 'before any is called';

($r) = call('many', '[' . join(',', (1) x 1000) . ']');
is $r->{body}, '{"status": "ok", "elements": 1000}', 'a thousand';

# 100 requests of 200 kB are more than 16 MB and four times the payload

for ([large => 422, qr/^/],
     [later => 502, qr/^Action 2 of 2 could not be made of the API's answers: /])
{
    my ($name, $status, $before) = @$_;
    my $note = 'n' x 200_000;

    ($r) = call($name, qq({"note": "$note", "items": [) . join(',', (1) x 80)
                       . ']}');
    is $r->{status}, 200, "$name: as many as may be" or diag $r->{body};

    ($r) = call($name, qq({"note": "$note", "items": [) . join(',', (1) x 100)
                       . ']}');
    is $r->{status}, $status, "$name: more";
    like error($r), qr/${before}The requests that the call makes would be larger than 17\d{6} bytes together/,
        "$name: and why";
}

($r, @q) = call('nightpos', '[1, 2]');
is $r->{body}, '{"status": "ok"}', 'profile nightpos tells no more';
is scalar @q, 2, 'and does as much';

$t->stop;
$t->ok_logs;

done_testing;
