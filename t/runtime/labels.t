#
# Metrics that bear a label: what is counted of each endpoint and receiver agrees
# exactly with what these saw, and within what was in flight where a worker is
# killed; gauges; the rest as "other"; rows of what is gone go.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);

use Webhook::Metrics;
use Webhook::Test qw(wait_for asan);


my $t = Webhook::Test->new(workers => 2);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"id": 1}';
    }
    location /broken {
        return 500;
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => {
    '/good'  => [200],
    '/mixed' => [500, 200, 200, 404],
    '/dead'  => [503],
    '/hang'  => [{ hang => 1 }],
});

my %endpoints = (
    good   => 'retry first=10ms;',
    mixed  => 'retry attempts=3 first=10ms;',
    dead   => 'retry attempts=2 first=10ms;',
    hang   => 'limit inflight=4; timeout total=1h read=1h;',
    paused => '',
);

sub configure
{
    my ($labels, @names) = @_;

    my $text = join '', map { <<"CONF" } @names;
    webhook_endpoint $_ {
        url    http://127.0.0.1:%%PORT_hook%%/$_;
        events order.$_ all.*;
        $endpoints{$_}
    }
    webhook_event_type order.$_;
CONF

    my $rules = join '', map { <<"CONF" } @names;
        webhook_event order.$_ POST ^/api/$_\$ status=201;
CONF

    $t->config(main => 'worker_shutdown_timeout 1s;', http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type all.one;

    $text

    webhook_receiver in {
        secret  in-0123456789-abcdefghij;
        profile strict;
        require name;
        action  POST /api/res '{"name": "\${name}"}';
    }

    webhook_receiver broken {
        secret  broken-0123456789-abcdefghij;
        profile strict;
        action  POST /broken '{}';
    }
CONF
        server => <<"CONF");
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
$rules
        webhook_event all.one POST ^/api/one\$ status=201;
    }
    location /broken {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
    location ^~ /hook/ { webhook_receive; }
    location = /metrics { webhook_metrics $labels; }
CONF

    return;
}

sub metrics { return Webhook::Metrics->new($t->get('/metrics')->{body}); }

# Waits until a sample has this value; returns all as of then.
sub wait_value
{
    my ($value, $name, @labels) = @_;

    my $m;

    wait_for(sub {
        $m = metrics();
        my $now = $m->value($name, @labels);

        return defined $now && $now == $value;
    }, 40);

    is $m->value($name, @labels), $value, "$name is $value";

    return $m;
}

# Waits until nothing is to be sent any more.
sub wait_done
{
    my (@filter) = @_;

    ok wait_for(sub {
        for my $state (qw(pending sending)) {
            my ($status, $out) = $t->ctl('list', "--state=$state", '--json',
                                         @filter);
            return 0 if $status || $out =~ /\S/;
        }

        return 1;
    }, 60), 'all is sent';

    return;
}

sub seen
{
    my ($name) = @_;

    return scalar grep { $_->{path} eq "/$name" } @{ $hook->requests };
}


configure('', qw(good mixed dead hang paused));

$t->start;

my $m = metrics();

is $m->value('ngx_webhook_endpoint_sends_total', endpoint => 'other',
             outcome => 'dead'), 0, 'there are those of the rest';

wait_value(0, 'ngx_webhook_endpoint_waiting', endpoint => 'paused');

is metrics()->value('ngx_webhook_endpoint_sends_total', endpoint => 'good',
                    outcome => 'delivered'), 0,
   'an endpoint has its samples before it is sent anything';


# What is sent agrees with what came.

my $n = asan() ? 40 : 150;

for (1 .. $n) {
    $t->post("/api/$_", '{}') for qw(good mixed);
}

$t->post('/api/dead', '{}') for 1 .. 5;

wait_done();

wait_for(sub {
    my $m = metrics();

    return $m->sum('ngx_webhook_endpoint_sends_total')
           == @{ $hook->requests };
}, 20);

$m = metrics();

for my $name (qw(good mixed dead)) {
    is $m->sum('ngx_webhook_endpoint_sends_total', endpoint => $name),
       seen($name), "$name: as many sends as it saw";
    is $m->sum('ngx_webhook_endpoint_answers_total', endpoint => $name),
       seen($name), "$name: by class";
    is $m->value('ngx_webhook_endpoint_send_seconds_count', endpoint => $name),
       seen($name), "$name: in the histogram";

    my @buckets = map { $_->{value} }
                  $m->samples('ngx_webhook_endpoint_send_seconds_bucket',
                              endpoint => $name);

    is_deeply \@buckets, [sort { $a <=> $b } @buckets],
              "$name: buckets ascend";
    is $buckets[-1], seen($name), "$name: the last has all";
}

my %answers;

$answers{ $_->{path} }{ int($_->{answer} / 100) . 'xx' }++
    for @{ $hook->requests };

for my $class (qw(2xx 3xx 4xx 5xx none)) {
    is $m->value('ngx_webhook_endpoint_answers_total', endpoint => 'mixed',
                 class => $class),
       $answers{'/mixed'}{$class} // 0, "mixed: $class";
}

is $m->value('ngx_webhook_endpoint_sends_total', endpoint => 'good',
             outcome => 'delivered'), $n, 'good: delivered';
is $m->value('ngx_webhook_endpoint_sends_total', endpoint => 'dead',
             outcome => 'failed'), 5, 'dead: failed first';
is $m->value('ngx_webhook_endpoint_sends_total', endpoint => 'dead',
             outcome => 'dead'), 5, 'dead: dead then';

for my $outcome (qw(delivered failed dead released)) {
    is $m->sum('ngx_webhook_endpoint_sends_total', outcome => $outcome),
       $m->value("ngx_webhook_sends_${outcome}_total"),
       "the sum of $outcome ones is the total";
}

is $m->value('ngx_webhook_send_phase_seconds_count', phase => 'total'),
   scalar @{ $hook->requests }, 'phases: total';
cmp_ok $m->value('ngx_webhook_send_phase_seconds_count', phase => 'connect'),
       '>', 0, 'phases: connect';
is $m->value('ngx_webhook_send_phase_seconds_count', phase => 'tls'), 0,
   'phases: no tls';
cmp_ok $m->value('ngx_webhook_store_batch_seconds_count'), '>', 0,
       'batches';
is $m->value('ngx_webhook_store_batch_operations_sum'),
   $m->value('ngx_webhook_store_operations_total'), 'operations in batches';


# Gauges.

wait_value(5, 'ngx_webhook_endpoint_dead', endpoint => 'dead');

$t->ctl('pause', 'paused');
$t->post('/api/paused', '{}') for 1 .. 3;
$t->post('/api/hang', '{}') for 1 .. 6;

wait_value(1, 'ngx_webhook_endpoint_paused', endpoint => 'paused');
wait_value(3, 'ngx_webhook_endpoint_waiting', endpoint => 'paused');
wait_value(4, 'ngx_webhook_endpoint_in_flight', endpoint => 'hang');
$m = wait_value(2, 'ngx_webhook_endpoint_waiting', endpoint => 'hang');

is $m->value('ngx_webhook_endpoint_paused', endpoint => 'good'), 0,
   'another is not paused';
cmp_ok $m->value('ngx_webhook_endpoint_oldest_due_seconds',
                 endpoint => 'paused'),
       '>', 0, 'the oldest has been due for a while';
is $m->value('ngx_webhook_endpoint_oldest_due_seconds', endpoint => 'good'),
   '0.000', 'nothing is due where nothing waits';
is $m->value('ngx_webhook_workers'), 2, 'workers';
is $m->value('ngx_webhook_store_size_bytes'), 64 * 1024 * 1024, 'size';
cmp_ok $m->value('ngx_webhook_store_used_bytes'), '>', 0, 'bytes in use';
cmp_ok $m->value('ngx_webhook_store_high_water_bytes'), '<', 64 * 1024 * 1024,
       'the high-water mark is below the size';
cmp_ok $m->value('ngx_webhook_gauges_age_seconds'), '<=', 20,
       'gauges are of now';


# Receivers.

my $in = '/hook/in-0123456789-abcdefghij';
my @json = (headers => ['Content-Type' => 'application/json']);

$t->request('POST', $in, '{"name": "a"}', @json) for 1 .. 3;
$t->request('POST', $in, '{}', @json) for 1 .. 2;
$t->request('POST', '/hook/broken-0123456789-abcdefghij', '{}', @json);

$m = metrics();

my %in = map { $_->{labels}{outcome} => $_->{value} }
         $m->samples('ngx_webhook_receiver_calls_total', receiver => 'in');

is_deeply \%in, { ok => 3, refused => 2, map { $_ => 0 } qw(accepted repeat
          skipped failed dry_run handshake test) }, 'calls by outcome';
is $m->value('ngx_webhook_receiver_calls_total', receiver => 'broken',
             outcome => 'failed'), 1, 'a failed one';
is $m->value('ngx_webhook_receiver_call_seconds_count', receiver => 'in'), 5,
   'their times';


# A worker is killed in the midst of it.

my $before = $m->sum('ngx_webhook_endpoint_sends_total', endpoint => 'good');
my $saw = seen('good');
my $kills = 3;

my $load = $t->load(rate => asan() ? 100 : 400, connections => 8,
                    request => sub { return ('POST', '/api/good', '{}') });

for my $kill (1 .. $kills) {
    my $from = seen('good');

    wait_for(sub { seen('good') > $from + 20 }, 30);
    kill 'KILL', ($t->workers)[0];
    wait_for(sub { $t->workers == 2 }, 20);
}

$load->stop;
$t->allow(qr/worker process \d+ exited on signal 9/);

wait_done('--endpoint=good');

$hook->wait_quiet(0.3);

$m = metrics();

my $counted = $m->sum('ngx_webhook_endpoint_sends_total', endpoint => 'good')
              - $before;
my $came = seen('good') - $saw;

cmp_ok $counted, '<=', $came, 'with kills no more is counted than came';
cmp_ok $came - $counted, '<=', $kills * 16,
       'and what was in flight at the kills may be missing';


# A reload keeps what is counted; what is gone goes, a number of rows is a bound.

configure('labels=1000', qw(good mixed));
ok $t->reload, 'a reload';

$m = metrics();

is $m->value('ngx_webhook_endpoint_sends_total', endpoint => 'mixed',
             outcome => 'delivered'), $answers{'/mixed'}{'2xx'},
   'counters are kept';

ok wait_for(sub {
    my $m = metrics();
    return !$m->samples('ngx_webhook_endpoint_waiting', endpoint => 'dead');
}, 40), 'the row of an endpoint that is gone goes';

wait_value(9, 'ngx_webhook_orphaned_deliveries');

configure('labels=1', qw(good mixed));
ok $t->reload, 'fewer rows';

$hook->answer('/mixed', 200);
$t->post('/api/one', '{}');

ok wait_for(sub {
    my $m = metrics();

    return $m->sum('ngx_webhook_endpoint_sends_total') == 2
           && $m->samples('ngx_webhook_endpoint_waiting') == 2;
}, 40), 'one has a row, and the other is counted among the rest';

$m = metrics();

is $m->sum('ngx_webhook_endpoint_sends_total', endpoint => 'other'), 1,
   'one send is of the rest';

configure('labels=0', qw(good mixed));
ok $t->reload, 'no rows';

is scalar(() = metrics()->samples('ngx_webhook_endpoint_waiting')), 1,
   'all are the rest';

$t->stop;
$t->ok_logs;

done_testing;
