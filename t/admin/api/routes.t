# The frame of the API, with routes of the tests' own: which path is which route,
# methods, headers of every answer, problems, what waits.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Test qw(wait_for);

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_api_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $t = Webhook::Test->new(http2 => 1);

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting'],
                         view => ['the-token-of-view', 'company.view']);

$t->config(main => "load_module $module;", http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_api_test on;
CONF
    location /webhook/ {
        webhook_api;
    }
    location "/web hook/" {
        webhook_api;
    }
CONF

$t->start;

my $api = Webhook::Api->new($t, token => 'the-token-of-root');
my $view = Webhook::Api->new($t, token => 'the-token-of-view');


# --- paths

sub id
{
    my (undef, $json) = $api->get("items/$_[0]");
    return $json->{id};
}

is id('a'), 'a', 'a value of the path';
is id('ev.ep'), 'ev.ep', 'with a dot';
is id('%61%2520'), 'a%20', 'it is decoded once';
is id('caf%c3%a9'), "caf\x{e9}", 'UTF-8';
is id('%ff'), "\x{fffd}", 'what is none';
is id('%3Cb%3E'), '<b>', 'markup is text';
is id('x' x 255), 'x' x 255, '255 bytes';

my (undef, $json) = $api->post('items/special', {});

ok $json->{special}, 'what is written out comes before {id}';
is $api->get('items/special')->{status}, 405, 'whatever the method';

for (['nothing'], ['items/'], ['items/a/'], ['items/a/nothing'], ['/items'],
     ['Items'], ['items/a/payload'], ['items/' . 'x' x 256],
     ['items/a/b/c/d/e/f/g/h/i/j'], ['whoami/x'])
{
    my ($r, $problem) = $api->get($_->[0]);

    # nginx itself makes one of two slashes
    next if $_->[0] eq '/items';

    is $r->{status}, 404, "$_->[0]: 404";
    like $problem->{detail}, qr/^There is nothing at "/, 'it says so';
}

is $t->request('GET', '/webhook/../webhook/items',
               undef, headers => [Authorization => 'Bearer the-token-of-root'])
   ->{status}, 200, 'nginx has resolved the dots';


# --- methods

for (['items', 'PATCH', 'GET, HEAD, POST, OPTIONS'],
     ['items/a', 'POST', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
     ['items/special', 'PUT', 'POST, OPTIONS'],
     ['items/a', 'FETCH', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
     ['items/a/act', 'GET', 'POST, OPTIONS'],
     ['whoami', 'DELETE', 'GET, HEAD, OPTIONS'])
{
    my ($path, $method, $allow) = @$_;

    my ($r, $problem) = $api->request($method, $path);

    is $r->{status}, 405, "$method $path: 405";
    is $r->{headers}{allow}, $allow, 'what it takes';
    is $problem->{detail}, "This takes $allow", 'in words';

    $r = $api->request('OPTIONS', $path);

    is $r->{status}, 204, 'OPTIONS';
    is $r->{headers}{allow}, $allow, 'says the same';
    is $r->{body}, '', 'and nothing else';
}

my $get = $api->get('items');
my $head = $api->request('HEAD', 'items');

is $head->{status}, 200, 'HEAD';
is $head->{body}, '', 'has no body';
is $head->{headers}{'content-length'}, length $get->{body}, 'but its length';


# --- who may

for (['POST', 'items', {}], ['PATCH', 'items/a', {}],
     ['DELETE', 'items/a', undef], ['POST', 'items/a/act', undef],
     ['POST', 'import', {}])
{
    my ($r, $problem) = $view->request(@$_, headers => ['If-Match' => '"7"']);

    is $r->{status}, 403, "$_->[0] $_->[1]: 403 for who may read";
    is $problem->{detail},
        'This needs company.setting, and you have company.view', 'why';
}

my ($r, $problem) = $view->get('items/a/payload/0');

is $r->{status}, 403, 'a payload: 403';
is $problem->{detail}, 'You may not see payloads', 'why';


# --- headers of every answer

my %always = (
    'cache-control'                => 'no-store',
    'x-content-type-options'       => 'nosniff',
    'referrer-policy'              => 'no-referrer',
    'cross-origin-resource-policy' => 'same-origin',
);

for (['a list', 200, $api->get('items')],
     ['nothing', 204, $api->request('DELETE', 'items/a', undef,
                                    headers => ['If-Match' => '*'])],
     ['a problem', 404, $api->get('nothing')],
     ['nobody', 401, Webhook::Api->new($t)->get('items')],
     ['a payload', 200, $api->get('items/a/payload/0')],
     ['OPTIONS', 204, $api->request('OPTIONS', 'items')],
     ['a fault', 500, $api->get('broken')])
{
    my ($name, $status, $answer) = ($_->[0], $_->[1], $_->[2]);

    is $answer->{status}, $status, "$name: $status";
    is_deeply { map { $_ => $answer->{headers}{$_} } keys %always }, \%always,
        "$name: its headers";
    is $answer->{headers}{'content-security-policy'},
        $name eq 'a payload' ? 'sandbox'
                             : "default-src 'none'; frame-ancestors 'none'",
        "$name: its policy" unless $status == 204;
}

($r) = $api->get('items/a/payload/0');

is $r->{headers}{'content-type'}, 'application/octet-stream', 'its type';
is $r->{headers}{'content-disposition'},
    'attachment; filename="payload.bin"', 'it is an attachment';
is $r->{body}, "<script>\0alert(1)</script>", 'byte for byte';


# --- problems

($r, $problem) = $api->get('items/none');

is $r->{status}, 404, 'what is not there';
is $r->{headers}{'content-type'}, 'application/problem+json', 'is a problem';
like delete $problem->{request_id}, qr/^[0-9a-f]{32}$/, 'with its request';
is_deeply $problem, { type => 'about:blank', title => 'Not Found',
                      status => 404, detail => 'There is no item "none"' },
    'all of it';

($r, $problem) = $api->post('items', { wrong => 1 });

is $r->{status}, 422, 'what is wrong with a body';
is $r->{reason}, 'Unprocessable Content', 'has its words';
is $problem->{detail}, '2 members of the body are invalid; nothing was '
    . 'changed', 'how many';
is_deeply $problem->{errors}, [
    { pointer => '/wrong', detail => 'it is "wrong"' },
    { pointer => '', detail => 'all of it' },
], 'and which';

($r, $problem) = $api->request('DELETE', 'items/a', undef,
                               headers => ['If-Match' => '"9"']);

is $r->{status}, 409, 'a problem';
is $problem->{pending}, 3, 'with a member more';

($r, $problem) = $api->get('broken');

like $problem->{detail}, qr/the server failed/, 'a 500 says whose it is';


# --- made

($r, $json) = $api->post('items', { a => 1 });

is $r->{status}, 201, 'made';
is $r->{headers}{location}, '/webhook/items/it%20em', 'Location';
is $r->{headers}{etag}, '"1"', 'ETag';
is_deeply $json->{body}, { a => 1 }, 'the body came as it was sent';

($r) = Webhook::Api->new($t, token => 'the-token-of-root',
                         prefix => '/web%20hook/')->post('items', { a => 1 });

is $r->{headers}{location}, '/web%20hook/items/it%20em',
    'a prefix with a blank';


# --- HTTP/2

$r = $t->curl('GET', '/webhook/items', undef, http2 => 1,
              headers => [Authorization => 'Bearer the-token-of-root']);

is "$r->{version} $r->{status}", '2 200', 'over HTTP/2';

$r = $t->curl('POST', '/webhook/items', '{"a": 2}', http2 => 1,
              headers => [Authorization => 'Bearer the-token-of-root',
                          'Content-Type' => 'application/json']);

is "$r->{version} $r->{status}", '2 201', 'with a body';

# some versions of curl show no answer that comes before they have sent all

$t->curl('POST', '/webhook/items', '{"a": "' . 'x' x 300_000 . '"}',
         http2 => 1, headers => [Authorization => 'Bearer the-token-of-root',
                                 'Content-Type' => 'application/json']);

ok wait_for(sub { $t->access_log =~ m{POST /webhook/items HTTP/2.0" 413 } }),
    'with one that is too large';


# --- what waits

($r, $json) = $api->get('wait');

is $r->{status}, 200, 'for a thread, then for the store';
is_deeply $json, { ran => 1, size => JSON::PP::true() }, 'both were there';

my $client = $t->client;
my $authorization = [Authorization => 'Bearer the-token-of-root'];

is $client->request('GET', '/webhook/wait', undef,
                    headers => $authorization)->{status}, 200,
    'one after the other' for 1 .. 3;

# while the store hangs, the client goes

my ($left) = grep { !/^\s*$/ } $t->hold_store(sub {
    $t->client(timeout => 0.5)->request('GET', '/webhook/store', undef,
                                        headers => $authorization);
    return $t->request('GET', '/webhook/items', undef,
                       headers => $authorization)->{status};
});

is $left, 200, 'nobody else waits for a store that hangs';
is $api->get('store')->{status}, 200, 'and later all is well';

$t->reload;
is $api->get('store')->{status}, 200, 'after a reload';

$t->stop;
$t->ok_logs;

done_testing;
