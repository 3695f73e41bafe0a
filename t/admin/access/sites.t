# What changes something has to come from where it should: a page of another site
# in somebody's browser may send requests with his cookies, his password, from his
# address.

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
CONF
    location /webhook/ {
        webhook_api;
        webhook_permission 1 name=browser;
    }
CONF

$t->start;

my $api = Webhook::Api->new($t);
my $origin = 'http://localhost:' . $t->port;
my $host = 'localhost:' . $t->port;


sub sent
{
    my ($method, @headers) = @_;

    my $r = $api->request($method,
                          $method eq 'POST' ? 'items/x/act' : 'items/x', undef,
                          headers => ['If-Match' => '*', Host => $host,
                                      @headers]);

    return $r->{status};
}


for (['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site' => 'same-origin'],
     ['that, whatever the origin', 'Sec-Fetch-Site' => 'same-origin',
      Origin => 'http://other.example.com'],
     ['its own origin', Origin => $origin],
     ['its own origin in capital letters', Origin => uc $origin],
     ['X-Webhook-Request: 1', 'X-Webhook-Request' => 1],
     ['a token', Authorization => 'Bearer the-token-of-root'],
     ['a token, from another site', 'Sec-Fetch-Site' => 'cross-site',
      Authorization => 'Bearer the-token-of-root'])
{
    my ($name, @headers) = @$_;

    is sent('POST', @headers), 202, "$name: done";
    is sent('DELETE', @headers), 204, "$name: removed";
}

for (['nothing that tells'],
     ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site' => 'cross-site'],
     ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Site' => 'same-site'],
     ['Sec-Fetch-Site: none', 'Sec-Fetch-Site' => 'none'],
     ['an empty one', 'Sec-Fetch-Site' => ''],
     ['two of them', 'Sec-Fetch-Site' => 'same-origin',
      'Sec-Fetch-Site' => 'cross-site'],
     ['cross-site, with the rest', 'Sec-Fetch-Site' => 'cross-site',
      Origin => $origin, 'X-Webhook-Request' => 1],
     ['another origin', Origin => 'http://other.example.com'],
     ['another port', Origin => 'http://localhost:1'],
     ['no port', Origin => 'http://localhost'],
     ['another scheme', Origin => "https://$host"],
     ['no origin', Origin => 'null'],
     ['one with a path', Origin => "$origin/"],
     ['one that begins alike', Origin => "${origin}1"],
     ['one that ends alike', Origin => "http://x.$host"],
     ['another origin, with the header', Origin => 'http://other.example.com',
      'X-Webhook-Request' => 1],
     ['X-Webhook-Request: 0', 'X-Webhook-Request' => 0],
     ['X-Webhook-Request: 11', 'X-Webhook-Request' => 11])
{
    my ($name, @headers) = @$_;

    is sent($_, @headers), 403, "$name: $_ is refused" for 'POST', 'DELETE';
}

my (undef, $json) = $api->request('POST', 'items/x/act', undef,
                        headers => ['X-Webhook-Request' => 1]);

is $json->{acts}, 8, 'what was refused was not done';

is $api->get('items', headers => ['Sec-Fetch-Site' => 'cross-site'])->{status},
    200, 'what reads may come from anywhere: nobody else sees the answer';

my $r = $api->request('OPTIONS', 'items',
                      undef, headers => [Origin => 'http://other.example.com',
                          'Access-Control-Request-Method' => 'POST']);

is $r->{status}, 204, 'a browser that asks before';
is_deeply [grep { /^access-control/ } keys %{$r->{headers}}], [],
    'is told of no other site';

like $t->error_log, qr/a request to change something was refused/, 'it is told';

$t->stop;
$t->ok_logs;

done_testing;
