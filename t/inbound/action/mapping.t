# Mapping: filters and tables, and bodies that are not JSON.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(slurp);

my $token = 'mapping-0123456789-abcdefgh';

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);

my %receivers = (
    filters => <<'CONF',
        action POST /api/x '{"n": "${n|number}", "b": "${b|bool}",
            "name": "${name|trim|upper}", "mail": "${mail|lower}",
            "at": "${at|date}", "day": "${at|date:%d/%m/%Y %H:%M}",
            "status": "${status|lower|map:statuses|int}",
            "kind": "${kind|default:other|map:kinds}"}';
CONF
    uri => q{action POST /api/${status|map:statuses}/${at|date:unix} '{}';},
    all => q{accept json form multipart xml;
             action POST /api/x '{"name": "${name}", "tags": "${tag}",
                 "file": "${photo.filename}", "size": "${photo.size}"}';},
    form => q{accept form; require name; action POST /api/x '{"n": "${n|int}"}';},
    xml => q{accept xml; limit depth=8 values=50;
             action POST /api/${order.id|int} '{"lines": "${order.line}",
                 "currency": "${order.@currency}"}';},
    file => q{action POST /api/x body=file:body.json timeout=10s;},
    twice => q{redact pin card.no; log_calls on;
              action POST /api/x '{"pin": "${pin}"}';},
    hide => q{accept form; redact pass; log_calls on;
              action POST /api/x '{"name": "${name}", "pass": "${pass}"}';},
    model => q{models sale.order purchase.order;
               action PATCH /api/${_model}/${_id|int} '{"a": 1}';},
);

$t->file('conf/body.json', '{"long": "${name}"}');

$t->config(
    http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=64m;
        webhook_map kinds { default misc; include kinds.map; }
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers) . <<'CONF',
        webhook_map statuses { paid 3; draft 1; "" 0; \default 9; }
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->file('conf/kinds.map', "a Apple;\nb 'Big pear';\n");

$t->start;

my $n = 0;

sub call
{
    my ($name, $type, $payload) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", $payload,
                        headers => ['Content-Type' => $type]);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub json { call($_[0], 'application/json', $_[1]) }

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

# --- filters

my ($r, @q) = json('filters', '{"n": "100000.10", "b": "Yes",
    "name": " Nguy\u1ec5n ", "mail": "Ann@Example.COM", "at": 1714557600,
    "status": "PAID", "kind": "b"}');

is $r->{status}, 200, 'all filters';
is $q[0]{body}, qq({"n": 100000.10, "b": true,
            "name": "NGUY\xe1\xbb\x84N", "mail": "ann\@example.com",
            "at": "2024-05-01T10:00:00Z", "day": "01/05/2024 10:00",
            "status": 3,
            "kind": "Big pear"}), 'are applied';

(undef, @q) = json('filters', '{"kind": "zzz"}');
like $q[0]{body}, qr/"n": null.*"at": null.*"status": null.*"kind": "misc"/s,
    'what is missing stays null, a table has a default';

for my $case (
    ['{"n": "1,5"}', qr/^'n' is not a number: '1,5'$/],
    ['{"b": 2}', qr/^'b' is neither true nor false: '2'$/],
    ['{"at": "yesterday"}', qr/^'at' is no date: 'yesterday'$/],
    ['{"status": "lost"}', qr/^'status' is not in its table: 'lost'$/],
    ['{"name": {"a": 1}}', qr/^'name' is neither a text nor a number/])
{
    ($r, @q) = json('filters', $case->[0]);
    is $r->{status}, 422, "refused: $case->[0]";
    like error($r), $case->[1], 'and why';
    is scalar @q, 0, 'and nothing is called';
}

(undef, @q) = json('uri', '{"status": "draft", "at": "2024-05-01"}');
is $q[0]{uri}, '/api/1/1714521600', 'in a URI';

($r, @q) = json('uri', '{"status": "", "at": 1714557600}');
is $q[0]{uri}, '/api/0/1714557600', 'the empty text has a row';

($r, @q) = json('uri', '{"status": "default", "at": 1714557600}');
is $q[0]{uri}, '/api/9/1714557600', 'a row may be called "default"';

(undef, @q) = json('file', '{"name": "x"}');
is $q[0]{body}, '{"long": "x"}', 'body=file:';

# --- models

for my $model (qw(sale.order purchase.order)) {
    ($r, @q) = json('model', qq({"_model": "$model", "_id": "7"}));
    is $q[0]{uri}, "/api/$model/7", "one of several models: $model";
}

($r, @q) = json('model', '{"model": "res.users", "id": 7}');
is "$r->{status} " . error($r), "422 This hook is not for 'res.users'",
    'another model';
is scalar @q, 0, 'calls nothing';

# --- other bodies

my $want = '{"name": "Ann & Bob", "tags": ["a","b"],
                 "file": null, "size": null}';

(undef, @q) = call('all', 'application/x-www-form-urlencoded',
                   'name=Ann+%26+Bob&tag=a&tag=b');
is $q[0]{body}, $want, 'a form';

(undef, @q) = call('all', 'application/json; charset=utf-8',
                   '{"name": "Ann & Bob", "tag": ["a","b"]}');
is $q[0]{body}, $want, 'JSON beside it';

(undef, @q) = call('all', 'multipart/form-data; boundary=xyz',
    join "\r\n", '--xyz', 'Content-Disposition: form-data; name="name"', '',
    'Ann & Bob', '--xyz',
    'Content-Disposition: form-data; name="photo"; filename="a.png"',
    'Content-Type: image/png', '', "\x00\x01\x02", '--xyz--', '');
is $q[0]{body}, '{"name": "Ann & Bob", "tags": null,
                 "file": "a.png", "size": 3}', 'a form with a file';

(undef, @q) = call('xml', 'text/xml', '<?xml version="1.0"?>
    <order currency="USD"><id>7</id><line>a</line><line>b</line></order>');
is $q[0]{uri}, '/api/7', 'XML';
is $q[0]{body}, '{"lines": ["a","b"],
                 "currency": "USD"}', 'with attributes and lists';

for my $case (
    ['form', 'application/json', '{"name": 1}', 415,
     qr/^The body has to be a form: add the header 'Content-Type: application\/x-www-form-urlencoded'$/],
    ['all', 'text/plain', 'x', 415,
     qr/^The body has to be JSON in UTF-8 or a form or a form with parts or XML: add/],
    ['filters', 'application/x-www-form-urlencoded', 'a=1', 415,
     qr/^The body has to be JSON in UTF-8: add the header 'Content-Type: application\/json'$/],
    ['form', 'application/x-www-form-urlencoded; charset=nonsense', 'a=1', 415,
     qr/^The body is not a form: its charset is none that can be converted$/],
    ['form', 'application/x-www-form-urlencoded', 'name=%E9', 400,
     qr/^The body is not a form: a name or value has bytes that are not of/],
    ['form', 'application/x-www-form-urlencoded', 'name=%zz', 400,
     qr/^The body is not a form: a "%" is not followed/],
    ['form', 'application/x-www-form-urlencoded', '', 400,
     qr/^The body is empty$/],
    ['form', 'application/x-www-form-urlencoded', 'name=', 422,
     qr/^Missing required field: 'name'$/],
    ['form', 'application/x-www-form-urlencoded', 'name=a&n=7/../1', 422,
     qr/^'n' is not an integer: '7\/\.\.\/1'$/],
    ['all', 'multipart/form-data', 'x', 400, qr/^The body is not a form: the type has no boundary$/],
    ['all', 'multipart/form-data; boundary=x', "--x\r\n\r\n", 400,
     qr/^The body is not a form: /],
    ['xml', 'application/xml', '<a><b></a>', 400,
     qr/^The body is not XML: .* on line 1$/],
    ['xml', 'application/xml',
     '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 400,
     qr/^The body is not XML: /],
    ['xml', 'application/xml', '<a>' x 20 . '</a>' x 20, 400,
     qr/^The body is over a limit/])
{
    my ($name, $type, $body, $status, $why) = @$case;

    ($r, @q) = call($name, $type, $body);

    is $r->{status}, $status, "$name: $type";
    like error($r), $why, 'and why';
    is scalar @q, 0, 'and nothing is called';
}

# --- the history of a form

call('hide', 'application/x-www-form-urlencoded', 'name=Ann&pass=topsecret');

my $calls = Webhook::Test::wait_for(sub {
    my ($status, $out) = $t->ctl('calls', 'hide');
    $out =~ /Ann/ ? $out : undef;
}, 3);

like $calls, qr/\{"name":"Ann","pass":"\*\*\*"\}/, 'a form is redacted';
unlike $calls, qr/topsecret/, 'wholly';

# a key that stands twice hides none of its values from a reader

call('twice', 'application/json', $_)
    for '{"pin": "topsecret", "pin": "b"}', '{"p\u0069n": "topsecret", "pin": "b"}',
        '{"card": {"no": "topsecret"}, "card": {}}', '{"pin": "b", "end": "single"}';

$calls = Webhook::Test::wait_for(sub {
    my ($status, $out) = $t->ctl('calls', 'twice');
    $out =~ /single/ ? $out : undef;
}, 3);

unlike $calls, qr/topsecret/, 'a key that stands twice';
is scalar(() = $calls =~ /\(not kept: it has fields that are redacted\)/g), 3,
    'has its payload left out';

$t->stop;
$t->ok_logs;

done_testing;
