#
# With a journal nobody waits for what has been sent by a slot that the worker
# held: batches of it begin every 20 ms and no sooner, however many events come one
# after the other.  Who asks sees what was answered before, and a worker that ends
# leaves nothing.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);

use Webhook::Api;
use Webhook::Metrics;
use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new(workers => 1);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

my $hook = $t->endpoint(name => 'hook');

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting']);

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=256m journal=4m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
    }
CONF
    server => <<'CONF',
    location = /metrics { webhook_metrics; }

    location /webhook/ { webhook_api; }

    location /api/ {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF
);

$t->start;

my $n = 0;


# Until the worker has its journal and holds slots events go the longer way.

ok wait_for(sub {
    $t->post('/api/orders?n=' . ++$n, '{}') for 1 .. 10;

    return counted()->{early} >= 10;
}, 30), 'sends begin early';

$hook->wait_requests($n, 30);


# One event after the other.  Besides those of the pace there are batches for
# what did not begin early, and for what a worker does now and then.

my $was = counted();
my $began = time;

for (1 .. 400) {
    $t->post('/api/orders?n=' . ++$n, '{}');
}

my $took = time - $began;
my $is = counted();
my %more = map { ($_ => $is->{$_} - $was->{$_}) } keys %$is;

diag sprintf '%d events in %.2f s, %d early: %d batches', 400, $took,
             @more{qw(early batches)};

cmp_ok $more{early}, '>', 200, 'most of 400 were sent early';
cmp_ok $more{batches}, '<',
       60 * $took + 40 * $took + 2 * (400 - $more{early}) + 20,
       'and batches were made of them';


# Who asks the same worker sees what it has answered.  What was not sent early
# comes first.

$hook->wait_requests($n, 30);

my $api = Webhook::Api->new($t, token => 'the-token-of-root');

for (1 .. 10) {
    $t->post('/api/orders?n=' . ++$n, '{}');

    (undef, my $page) = $api->get('deliveries?limit=1');

    # ids are in the order of events; what was sent first may arrive last

    my @ids = sort map { $_->{headers}{'webhook-id'} }
                       @{ $hook->wait_requests($n, 30) };

    is $page->{items}[0]{event}, $ids[-1], 'the last event is in the list';
}


# A worker that ends.

$t->post('/api/orders?n=' . ++$n, '{}');
$t->stop;
$t->ok_logs;

my $out = ($t->ctl('list', '--state=delivered', '--limit=1000', '--json'))[1];

is scalar(() = $out =~ /"event":/g), $n, 'all are in the store, delivered';

my %seen;
$seen{ $_->{headers}{'webhook-id'} }++ for @{ $hook->requests };

is scalar(keys %seen), $n, 'all came';
is_deeply [grep { $_ > 1 } values %seen], [], 'each once';

done_testing;


sub counted
{
    my $m = Webhook::Metrics->new($t->get('/metrics')->{body});

    return { early => $m->value('ngx_webhook_sends_early_total'),
             batches => $m->value('ngx_webhook_store_batches_total') };
}
