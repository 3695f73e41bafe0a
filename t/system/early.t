#
# With a journal the first send begins when the response does, and not when the
# store has the event: also while nobody can write to the store.  Limits and
# pauses hold over all workers nevertheless.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Api;
use Webhook::Metrics;
use Webhook::Test qw(wait_for);


my $inflight = 24;
my $delay = 0.05;

my $t = Webhook::Test->new(workers => 4);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

my $hook = $t->endpoint(name => 'hook');
my $slow = $t->endpoint(name => 'slow', answers => {
    '*' => [{ status => 200, delay => $delay }]
});

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=512m journal=4m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_event_type order.add;
    webhook_event_type order.slow;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
    }
    webhook_endpoint slow {
        url    http://127.0.0.1:%%PORT_slow%%/;
        events order.slow;
        limit  inflight=$inflight;
    }
CONF
    server => <<'CONF',
    location = /metrics  { webhook_metrics; }
    location   /webhook/ { webhook_api; }

    location /api/ {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
        webhook_event order.slow POST ^/api/slow$ status=201;
    }
CONF
);

my $token = 'of-the-operator-0123456789';

Webhook::Api::tokens($t, root => [$token, 'company.setting']);
chmod 0600, $t->prefix . '/tokens';

$t->start;


# Until a worker has its journal and holds slots events go the longer way; each
# of the four may get the next connection.

my $n = 0;

my $early = sub {
    return Webhook::Metrics->new($t->get('/metrics')->{body})
           ->value('ngx_webhook_sends_early_total');
};

my $begins = sub {
    my $enough = $early->() + 40;

    ok wait_for(sub {
        $t->post('/api/orders?n=' . ++$n, '{}') for 1 .. 20;

        return $early->() >= $enough;
    }, 30), 'sends begin early';

    is scalar @{ $hook->wait_requests($n, 30) }, $n, 'all of them arrive';
};


# Nobody can write to the store.  Slots that a worker holds it gives back after a
# while, so that on a busy machine there may be none just then: it is tried again.

my $then = 0;

for my $round (1 .. 5) {
    $begins->();

    my $was = $n;

    $t->hold_store(sub {
        my @status = map { $t->post('/api/orders?n=' . ++$n, '{}')->{status} }
                         1 .. 12;

        is "@status", '201 ' x 11 . '201',
           'responses while nobody can write to the store';

        # a worker gives up a store that hangs for two minutes

        my $end = time + 20;

        wait_for(sub { return $hook->count > $was || time > $end }, 20);

        $then = $hook->count - $was;
    });

    last if $then;
}

cmp_ok $then, '>', 0,
       "$then of 12 arrived before the store could be written to";

$hook->wait_requests($n, 30);

my %seen;
$seen{ $_->{headers}{'webhook-id'} }++ for @{ $hook->requests };

is scalar(keys %seen), $n, 'all arrive';
is_deeply [grep { $seen{$_} > 1 } keys %seen], [], 'each once';


# A pause: by the tool, and by the API of one of the four.

my $api = Webhook::Api->new($t, token => $token);
my ($erp) = map { $_->{id} } grep { $_->{name} eq 'erp' }
                @{ ($api->get('endpoints'))[1]{items} };

my %steer = (
    webhookctl => sub { return ($t->ctl($_[0], 'erp'))[0] == 0; },
    API        => sub {
        return $api->post("endpoints/$erp/$_[0]")->{status} == 200;
    },
);

for my $round (1 .. 10) {
    my $by = (sort keys %steer)[$round % 2];

    ok $steer{$by}->('pause'), "paused by $by";

    my $before = $hook->count;

    $t->post('/api/orders?n=' . ++$n, '{}') for 1 .. 20;

    # the store has them all, so whoever would have sent them has

    ok wait_for(sub {
        my ($status, $out) = $t->ctl('list', '--state=pending',
                                     '--endpoint=erp', '--limit=100');

        return 20 == (() = $out =~ /order\.add/g);
    }, 10), 'what comes then waits';

    is $hook->count, $before, 'and is not sent';
    ok $steer{$by}->('resume'), 'resumed';

    $hook->wait_requests($n, 30);

    my $sends = $early->();

    ok wait_for(sub {
        $t->post('/api/orders?n=' . ++$n, '{}') for 1 .. 8;
        $hook->wait_requests($n, 30);

        return $early->() > $sends;
    }, 30), 'and goes on';
}


# A limit.  Slots are held once one was sent.

my $sends = $early->();
my $first = 0;

ok wait_for(sub {
    $t->post('/api/slow?n=' . ++$first, '{}');

    return $early->() > $sends;
}, 30), 'some are sent early';

my $load = $t->load(
    rate => 400, connections => 16, limit => 600,
    request => sub { return ('POST', "/api/slow?n=$_[0]", '{}') },
);

$load->wait(10);

my $seen = $first + grep { $_->{status} == 201 } @{ $load->stop };

is scalar @{ $slow->wait_requests($seen, 30) }, $seen, "all come ($seen)";

my $most = $slow->most($delay);

cmp_ok $most, '<=', $inflight, "never more than $inflight ($most) at a time";
diag $early->() - $sends, ' of them early';

$t->stop;
$t->ok_logs;

my ($status, $out) = $t->ctl('check');

is $status, 0, 'the store is sound' or diag $out;

done_testing;
