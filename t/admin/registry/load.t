# A worker that cannot read what is registered just now: what goes to endpoints of
# nginx.conf goes on, what is lost is told, nothing is taken for broken, and it is
# tried again until it can be read.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(build_dir);
use Webhook::Registry;
use Webhook::Test qw(asan temp_dir wait_for);

my $library = build_dir() . '/interop/libwebhook_nomem.so';

plan skip_all => 'a library of its own is loaded before all others' if asan();
plan skip_all => "make interop builds $library" unless -e $library;

my $flag = temp_dir('nomem') . '/flag';

my $t = Webhook::Test->new(workers => 2, env => {
    LD_PRELOAD => $library, WEBHOOK_NOMEM => $flag });
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

$t->config(main => $registry->main . "\nenv WEBHOOK_NOMEM;",
           http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.sell;
    resolver 127.0.0.1;

    webhook_endpoint configured {
        url    http://127.0.0.1:%%PORT_hook%%/configured;
        events order.add;
    }

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        address any;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ payload=request;
        webhook_event order.sell POST ^/api/sales$ payload=request;
    }
    location = /registry { webhook_registry_test; }
    location = /metrics { webhook_metrics; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;


sub counter
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^\Q$name\E (\d+)/m ? $1 : undef;
}


my $erp = $registry->make({ name => 'erp', url => "$url/erp",
                            events => ['order.*'] });

is $erp->{result}, 'ok', 'an endpoint' or diag explain $erp;

$t->request('POST', '/api/orders', '{"n": 1}');
$hook->wait_requests(2);


# --- it cannot be read

open my $out, '>', $flag or die "$flag: $!";
close $out;

my $made = $registry->make({ name => 'nomem', url => "$url/nomem",
                             events => ['order.*'] });

is $made->{result}, 'ok', 'another is kept' or diag explain $made;

ok $t->wait_log(qr/what is registered cannot be loaded: no memory/, 10),
    'a worker that cannot read it says so';

is $t->request('POST', '/api/orders', '{"n": 2}')->{status}, 201,
    'orders go through';

my $got = $hook->wait_requests(3);

is $got->[2]{uri}, '/configured', 'the endpoint of nginx.conf gets its event';
like $t->error_log,
    qr/"order\.add" \S+ is sent only to endpoints of nginx\.conf: the store/,
    'the others do not, which is told';

is counter('ngx_webhook_deliveries_unmade_total'), 1, 'and counted';

$t->request('POST', '/api/sales', '{"n": 3}');

ok $t->wait_log(qr/event lost: "order\.sell" .* cannot tell who is regis/, 10),
    'an event that only registered ones could get is lost, and told';
is counter('ngx_webhook_events_failed_total'), 1, 'and counted';


# --- and then it can

unlink $flag;

ok $t->wait_log(qr/what is registered has been loaded/, 10),
    'it is tried again';

my %seen;

wait_for(sub {
    my $state = $registry->state($made->{id});

    $seen{$state->{worker}} = $state->{reason} // 'acts'
        if $state->{known} && !$state->{behind};

    return keys %seen == 2;
}, 10);

is_deeply [values %seen], [('acts') x 2], 'and acts, in each worker';

$t->request('POST', '/api/sales', '{"n": 4}');

$got = $hook->wait_requests(5);

is_deeply [sort map { $_->{uri} } @$got[3, 4]], ['/erp', '/nomem'],
    'events go to both';

$t->stop;
$t->ok_logs;

done_testing;
