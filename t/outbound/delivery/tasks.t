# Tasks are gone on with by the workers, whichever they are: one of them is
# killed, all are replaced by a reload, nginx is started anew.  Everything that
# a task is about is dealt with, and nothing that came after it.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Api;
use Webhook::Test qw(wait_for);


my $n = 400;

my $t = Webhook::Test->new(workers => 2);

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting']);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"id": 1}';
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => { '*' => [500] });

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
        retry  attempts=1;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$;
    }
    location /webhook/ {
        webhook_api;
    }
CONF

$t->start;

my $api = Webhook::Api->new($t, token => 'the-token-of-root');


sub states
{
    my (undef, $list) = $t->ctl('stats', '--json');

    my ($ep) = grep { $_->{name} eq 'erp' }
               @{ JSON::PP::decode_json($list)->{endpoints} };

    return $ep;
}


sub is_over
{
    my ($id) = @_;

    return wait_for(sub {
        my ($r, $task) = $api->get("tasks/$id");

        return $r->{status} == 200 && $task->{state} eq 'done' && $task;
    }, 60);
}


sub ids
{
    my %ids;

    $ids{ $_->{headers}{'webhook-id'} }++ for @_;

    return \%ids;
}


$t->post('/api/orders', '{}') for 1 .. $n;

ok wait_for(sub { states()->{dead} == $n }, 60), "$n are dead";

my $before = ids(@{ $hook->requests });
my $count = $hook->count;

$hook->answer('*', 200);

my ($r, $task) = $api->post('deliveries/retry', { filter => {
    state => 'dead', endpoint => 'erp',
} });

is $r->{status}, 202, 'a task that retries them all';

# who is at it is killed, and then all are replaced

kill 'KILL', ($t->workers)[0];

$t->allow(qr/exited on signal 9/);
$t->reload;

my $over = is_over($task->{id});

ok $over, 'it is done';
is $over->{done}, $n, 'with all of them';

ok wait_for(sub { states()->{delivered} == $n }, 60), 'they are delivered';

my $after = ids(@{ $hook->requests }[$count .. $hook->count - 1]);

is_deeply [sort keys %$after], [sort keys %$before], 'the very same';

# replayed over a restart: new deliveries, the same webhook-id

($r, $task) = $api->post('deliveries/replay', { filter => {
    state => 'delivered', endpoint => 'erp',
} });

is $r->{status}, 202, 'a task that replays them';

$t->stop;
$t->start;

$over = is_over($task->{id});

ok $over, 'it is done after a restart';
is $over->{done}, $n, 'with all of them, and not with its own';

ok wait_for(sub { states()->{delivered} == 2 * $n }, 60),
   'what is new is delivered';

my $more = ids(@{ $hook->requests });

is_deeply [sort keys %$more], [sort keys %$before],
          'under the ids of the old ones';

# a filter whose members are all null asks for nothing, not for everything

for my $filter ({}, { state => undef },
                { endpoint => undef, event => undef, since => undef })
{
    for my $kind (qw(retry cancel replay)) {
        ($r, my $problem) = $api->post("deliveries/$kind",
                                       { filter => $filter });

        is $r->{status}, 422, "no task to $kind by an empty filter";
        is $problem->{errors}[0]{pointer}, '/filter', 'and where that is';
    }
}

# a worker that exits waits for no task

($r, $task) = $api->post('deliveries/retry', { filter => {
    endpoint => 'erp',
} });

is $r->{status}, 202, 'a task';
ok $t->stop('QUIT', 20), 'and nginx leaves at once';

done_testing;
