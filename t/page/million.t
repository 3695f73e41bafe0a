# The page with so many deliveries behind it: what the overview costs the browser
# and the wire, and that the other screens are there, and take no longer.  There
# are a million where WEBHOOK_PAGE_DELIVERIES says so, as t/soak/page.t does.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Page::Budget;
use Webhook::Test qw(wait_for asan);

use constant ENDPOINTS => 50;

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

my $deliveries = $ENV{WEBHOOK_PAGE_DELIVERIES} || 20_000;
my $token = 'of-who-looks-0123456789';

my $t = Webhook::Test->new;
my $hook = $t->endpoint(name => 'hook');

$t->api;
Webhook::Api::tokens($t, looks => [$token, 'company.setting']);


# --- a store with all of it, made by the store's own code

my $store = $t->store;
my $made = Webhook::Nginx::build_dir() . '/bench_pages';

mkdir $store, 0700 or die "$store: $!\n";

my $out = `$made -f -n $deliveries -e ${\ ENDPOINTS} $store 2>&1`;

is $?, 0, "$deliveries deliveries" or BAIL_OUT $out;
note $out;

# what waits there goes on to wait

for my $n (0 .. ENDPOINTS - 1) {
    my ($status) = $t->ctl('pause', "endpoint-$n");
    $status == 0 or die "webhookctl pause: $status\n";
}

$t->nginx->own($store, glob "$store/*");

my $endpoints = join '', map {
    "    webhook_endpoint endpoint-$_ { url http://127.0.0.1:%%PORT_hook%%/past;"
    . " events past.*; }\n"
} 0 .. ENDPOINTS - 1;

$t->config(http => <<"HTTP", server => <<'SERVER');
    webhook_store %%STORE%% size=8g;
    webhook_tokens file:%%PREFIX%%/tokens;

    webhook_event_type order.add group=order "An order was created";
    webhook_event_type past.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
    }

$endpoints
HTTP
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
    }

    location = /metrics { webhook_metrics; }
    location /webhook/ { webhook_api; }
SERVER

chmod 0600, $t->prefix . '/tokens';
$t->start;

my $api = Webhook::Api->new($t, token => $token);

for my $n (1 .. 20) {
    $t->request('POST', '/api/orders', '{"total": 1}',
                headers => ['Content-Type' => 'application/json']);
}

# an order may be answered before its event is kept

my ($stats, $all);

ok wait_for(sub {
    (undef, $stats) = $api->get('stats?range=1h');

    $all = 0;
    $all += $_ for @{$stats->{deliveries}}{qw(pending delivered dead)};

    return $stats->{rings}{totals}{delivered} == 20
           && $all >= $deliveries + 20;
}), 'and some that are sent now';

is $all, $deliveries + 20, 'all are counted';


# --- the overview

my $budget = Webhook::Page::Budget->new(token => $token);

my $cost = $budget->first('http://127.0.0.1:' . $t->port . '/webhook/',
    'return document.querySelectorAll("main table tr").length > 10'
    . ' && document.querySelectorAll("svg.chart").length > 2');

cmp_ok $cost->{requests}, '<=', Webhook::Page::Budget::REQUESTS,
    'requests of the overview' or diag join "\n", @{$cost->{urls}};
cmp_ok $cost->{bytes}, '<=', Webhook::Page::Budget::BYTES,
    'bytes on the wire' or diag join "\n", @{$cost->{urls}};
cmp_ok $cost->{script}, '<', Webhook::Page::Budget::TASK, 'ms of scripts';
note "$cost->{requests} requests, $cost->{bytes} bytes, $cost->{script} ms";

for my $took ($budget->again(3)) {
    cmp_ok $took, '<', Webhook::Page::Budget::TASK, 'new figures';
    note "$took ms";
}


# --- the others

my $rows = 'return document.querySelectorAll("main tbody tr").length';

for (['#/hooks', "$rows > 40"],
     ['#/deliveries', "$rows === 50"],
     ['#/deliveries?state=dead&endpoint=endpoint-7',
      "$rows > 10 && document.querySelector('#all-retry')"],
     ['#/deliveries?company=company-3&status=5xx', "$rows > 5"],
     ['#/hooks/endpoint-7', "$rows === 10"],
     ['#/settings', 'return document.querySelectorAll("main dd").length > 10'])
{
    my ($fragment, $ready) = @$_;

    $cost = $budget->next($fragment, $ready);

    cmp_ok $cost->{script}, '<', Webhook::Page::Budget::TASK,
        "$fragment: ms of scripts";
    note sprintf '%.1f ms of scripts, there after %.0f ms',
         @{$cost}{qw(script asked)};
}

$budget->end;
$t->stop;

done_testing;
