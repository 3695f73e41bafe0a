# Bodies of requests to the API: their type, size and JSON, and what is said of
# those that are not right.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Test;

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_api_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $t = Webhook::Test->new;

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting']);

$t->config(main => "load_module $module;", http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_api_test on;
    client_max_body_size 0;
CONF
    location /webhook/ {
        webhook_api;
    }
    location /small/ {
        client_max_body_size 10;
        client_body_buffer_size 1k;
        webhook_api;
    }
    location /mirrored/ {
        mirror /webhook/none;
        client_body_buffer_size 1k;
        webhook_api;
    }
    location = /webhook/none { internal; return 204; }
CONF

$t->start;

my $api = Webhook::Api->new($t, token => 'the-token-of-root');


# --- types

for (['application/json', 201],
     ['application/json; charset=utf-8', 201],
     ['Application/JSON;charset="UTF-8"', 201],
     ['application/json; charset=latin1', 415],
     ['application/merge-patch+json', 415],
     ['text/plain', 415],
     ['application/x-www-form-urlencoded', 415],
     ['application/jsonx', 415],
     ['', 415])
{
    my ($type, $status) = @$_;

    my ($r, $problem) = $api->post('items', '{"a": 1}', type => $type);

    is $r->{status}, $status, "POST: \"$type\": $status";

    next unless $status == 415;

    is $r->{headers}{'accept-post'}, 'application/json', 'what it takes';
    like $problem->{detail}, qr{with "Content-Type: application/json"$},
        'in words';
}

my ($r, $problem) = $api->patch('items/a', '{"a": null}',
                                type => 'application/merge-patch+json',
                                headers => ['If-Match' => '"7"']);

is $r->{status}, 200, 'PATCH: application/merge-patch+json';

($r, $problem) = $api->patch('items/a', '{}', type => 'text/json',
                             headers => ['If-Match' => '"7"']);

is $r->{status}, 415, 'PATCH: text/json';
is $r->{headers}{'accept-patch'},
    'application/merge-patch+json, application/json', 'what it takes';

$r = $api->post('items', '{"a": 1}', headers => ['Content-Encoding' => 'gzip']);

is $r->{status}, 415, 'compressed';

$r = $api->post('items', '{"a": 1}',
                headers => ['Content-Encoding' => 'identity']);

is $r->{status}, 201, 'or not';


# --- JSON

my $deep = '{"a":' . '[' x 31 . ']' x 31 . '}';
my $deeper = '{"a":' . '[' x 32 . ']' x 32 . '}';

for (['{}', undef],
     ['{"a": 12345678901234567, "b": [true, null, 1.5e3, "\u00e9\ud83d\ude00"]}',
      undef],
     [$deep, undef],
     ['', 'A JSON object is needed as the body'],
     [' ', qr/^The body cannot be read as JSON: .*, at byte 1$/],
     ['[]', 'The body has to be a JSON object'],
     ['"a"', 'The body has to be a JSON object'],
     ['null', 'The body has to be a JSON object'],
     ['{"a": 1', qr/^The body cannot be read as JSON: .*, at byte 7$/],
     ['{"a": 1}}', qr/, at byte 8$/],
     ["{\"a\": \"\xff\"}", qr/^The body cannot be read as JSON: /],
     ["\xef\xbb\xbf{}", qr/^The body cannot be read as JSON: .*, at byte 0$/],
     ['{"a": NaN}', qr/^The body cannot be read as JSON: /],
     ['{"a": 1, "a": 2}', qr/: a member is given twice, at byte \d+$/],
     ['{"x": {"a": 1, "b": 2, "\u0061": 2}}', qr/: a member is given twice/],
     ['{"a": "b\u0000c"}', qr/: a text has a zero byte \(\\u0000\) in it/],
     ['{"a\u0000b": 1}', qr/: a text has a zero byte/],
     ['{"a": 99999999999999999999}', qr/: a number is too large/],
     ['{"a": 1e999}', qr/: a number is too large/],
     [$deeper, qr/^The body cannot be read as JSON: /],
     ['{"a": [' . '1,' x 70_000 . '1]}',
      qr/^The body cannot be read as JSON: /])
{
    my ($body, $says) = @$_;

    my $shown = length $body > 40 ? substr($body, 0, 40) . '...' : $body;

    ($r, $problem) = $api->post('items', $body);

    if (!defined $says) {
        is $r->{status}, 201, "$shown: taken";
        next;
    }

    is $r->{status}, 400, "$shown: 400";

    ref $says ? like $problem->{detail}, $says, 'why'
              : is $problem->{detail}, $says, 'why';

    unlike $problem->{detail}, qr/near/, 'without a part of the body';
}

# bodies that are wanted, or not

my (undef, $json) = $api->post('items/a/act');
ok !$json->{body}, 'none, where it may be left out';

(undef, $json) = $api->post('items/a/act', {});
ok $json->{body}, 'or is there';

is $api->post('items/special', 'no JSON at all')->{status}, 200,
    'where none is read it is thrown away';
is $api->request('GET', 'items', 'x' x 10_000)->{status}, 200,
    'with GET, too';


# --- sizes

my $largest = '{"a": "' . 'x' x (262144 - 9) . '"}';

is length $largest, 262144, '256k';
is $api->post('items', $largest)->{status}, 201, 'are taken';
is $api->post('items', $largest, chunked => 1)->{status}, 201, 'in chunks';

for ([], [chunked => 1]) {
    ($r, $problem) = $api->post('items', "$largest ", @$_);

    is $r->{status}, 413, 'one byte more is not';
    is $problem->{detail}, 'The body is larger than 262144 bytes', 'why';
}

my $import = '{' . join(',', map { qq("member$_": "$_") } 1 .. 60_000) . '}';

cmp_ok length $import, '>', 1048576, 'a large body';

($r, $json) = $api->post('import', $import);

is $r->{status}, 200, 'is taken where it is meant to be';
is $json->{members}, 60_000, 'and read whole, on a thread';

($r, $problem) = $api->post('import', "$import}");

is $r->{status}, 400, 'or found wrong there';
like $problem->{detail}, qr/, at byte @{[length $import]}$/, 'at its end';

($r, $problem) = $api->post('import', '{"a": "' . 'x' x 16777216 . '"}');

is $r->{status}, 413, '16m and more are not';

my $small = Webhook::Api->new($t, token => 'the-token-of-root',
                              prefix => '/small/');

$r = $small->post('items', '{"a": 12345}');

is $r->{status}, 413, 'client_max_body_size is heeded';
is $r->{headers}{'cache-control'}, 'no-store', 'with our headers';
is $small->post('items', '{"a": 12345}', chunked => 1)->{status}, 413,
    'of chunks, too';


# --- broken

like $t->client->raw("POST /webhook/items HTTP/1.1\r\nHost: localhost\r\n"
                     . "Authorization: Bearer the-token-of-root\r\n"
                     . "Content-Type: application/json\r\n"
                     . "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    qr{^HTTP/1\.1 400 .*The chunks of the body are malformed}s, 'broken chunks';

is $api->post('items', $largest, pause => [1000, 0.2])->{status}, 201,
    'a body that comes slowly';

my $mirrored = Webhook::Api->new($t, token => 'the-token-of-root',
                                 prefix => '/mirrored/');

($r, $json) = $mirrored->post('items', { a => 'x' x 5000 });

is $r->{status}, 201, 'one that another module read before, into a file';
is $json->{body}{a}, 'x' x 5000, 'as it was sent';

$r = $api->post('items', '{"a": 1}', headers => [Expect => '100-continue']);
is $r->{status}, 201, 'Expect: 100-continue';

# more requests on the connection, behind one that was refused

my $client = $t->client;
my @auth = (Authorization => 'Bearer the-token-of-root');

for my $n (1 .. 3) {
    is $client->request('POST', '/webhook/items', 'x' x 5000,
                        headers => ['Content-Type' => 'text/plain'])
       ->{status}, 401, "refused, number $n";
    is $client->request('GET', '/webhook/items', undef, headers => [@auth])
       ->{status}, 200, 'and the next is right';
}

$t->stop;
$t->ok_logs;

done_testing;
