# What needs the store and does not have it is refused, and nothing is done.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test;

my $token = 'storedown-0123456789-abcdef';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');
my $erp = $t->endpoint(name => 'erp');

my %receivers = (
    dedupe  => q{dedupe hash; action POST /api/x '{}';},
    durable => q{mode durable; api http://127.0.0.1:%%PORT_api%%; action POST /x '{}';},
    emit    => q{emit order.add;},
    plain   => q{action POST /api/x '{}';},
);

$t->config(
    http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=64m;
        webhook_event_type order.add;
        webhook_endpoint erp { url http://127.0.0.1:%%PORT_erp%%/; events order.add; }
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

mkdir $t->store;
mkdir $t->store . '/data.mdb';
$t->allow(qr/store/);

$t->start;

$api->answer('*', 200);

for my $name (qw(dedupe durable emit)) {
    my $r = $t->request('POST', "/web/hook/$name-$token", '{"a": 1}',
                        headers => ['Content-Type' => 'application/json']);

    is $r->{status}, 503, "$name without a store";
    like JSON::PP::decode_json($r->{body})->{error},
        qr/^The store is unavailable; /, 'and why';
    is scalar @{$api->requests}, 0, 'nothing was done';
}

is $t->request('POST', "/web/hook/plain-$token", '{"a": 1}',
               headers => ['Content-Type' => 'application/json'])->{status},
    200, 'what needs none goes on';

$t->stop;
$t->ok_logs;

done_testing;
