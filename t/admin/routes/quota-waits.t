# "quota backlog=" of webhook_registry: calls of durable receivers count and are
# refused above it, and nothing is sent anew above it, one by one or by a task.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    workers  => 1,
    quota    => 'backlog=3 requests=100000r/m',
    registry => 'durable_api http://127.0.0.1:%%PORT_hook%%/api;');

my ($t, $manager, $root) = @$s{qw(t manager root)};
my $hook = $s->{hook};

# What is retried is retried once it is asked for.

my %once = (retry => { attempts => 9, first => '1h' });

my ($r, $rc) = $manager->post('receivers',
                              $s->receiver(mode => 'durable'));

is $r->{status}, 201, 'a receiver' or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};


sub call
{
    return $t->request('POST', $path, '{"name": "Anna"}',
                       headers => ['Content-Type' => 'application/json']);
}


sub listed
{
    my ($query) = @_;

    my (undef, $page) = $root->get("deliveries?limit=200&$query");

    return scalar @{$page->{items}};
}


# --- calls

$hook->answer('*', 503);

is call()->{status}, 202, 'a call is taken' for 1 .. 3;

ok wait_for(sub { listed('state=pending') == 3 }), 'and waits';

my $mark = $t->mark;

$r = call();

is $r->{status}, 503, 'one more is not';
like $r->{body}, qr/The company has as many pending calls and events/, 'why';

is listed(''), 3, 'nothing of it is kept';
unlike $t->error_log($mark), qr/was not kept/, 'which is no fault of the store';

# --- they count for events

($r, my $ep) = $manager->post('endpoints', $s->endpoint(%once));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

$s->order(company_id => 1260);

my $dead = $s->delivery($manager, "endpoint=$ep->{id}&state=dead");

ok $dead, 'an event over the quota is a dead letter';

# --- what is dead is not made to wait beside as many as may

($r, my $problem) = $manager->post("deliveries/$dead->{id}/retry");

is $r->{status}, 409, 'which cannot be retried while they wait'
    or diag $r->{body};
like $problem->{detail}, qr/^The company has 3 deliveries waiting/, 'why';

(undef, my $is) = $manager->get("deliveries/$dead->{id}");
is $is->{state}, 'dead', 'it is as it was';

($r, my $retry) = $manager->post('deliveries/retry', { filter => {
    endpoint => $ep->{id}, state => 'dead',
} });

is $r->{status}, 202, 'a task that retries it';

ok wait_for(sub {
    (undef, my $now) = $manager->get("tasks/$retry->{id}");
    return ($now->{waits} // '') =~ /as many deliveries waiting as it may/;
}), 'waits';

is listed("endpoint=$ep->{id}&state=dead"), 1, 'and leaves it as it was';

# --- sent anew

$hook->answer('*', 200);

($r) = $root->post('deliveries/retry', { filter => { state => 'pending' } });
is $r->{status}, 202, 'those that wait go now';
ok wait_for(sub { listed('state=pending') == 0 }, 20), 'they are made';

ok wait_for(sub {
    (undef, my $now) = $manager->get("tasks/$retry->{id}");
    return $now->{state} eq 'done' && $now->{done} == 1;
}, 20), 'then the task goes on';

ok wait_for(sub { listed("endpoint=$ep->{id}&state=delivered") == 1 }, 20),
    'and what was dead is delivered';

is call()->{status}, 202, 'and there is room for others';

$s->order(company_id => 1260);

my $done = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

ok $done, 'an event, too';
ok wait_for(sub { listed('state=delivered') >= 6 }), 'all are delivered';

($r) = $manager->post("endpoints/$ep->{id}/pause");
is $r->{status}, 200, 'it is paused' or diag $r->{body};

for (1 .. 3) {
    ($r) = $manager->post("deliveries/$done->{id}/replay");
    is $r->{status}, 201, 'sent anew' or diag $r->{body};
}

($r, $problem) = $manager->post("deliveries/$done->{id}/replay");

is $r->{status}, 409, 'but no more than may wait';
like $problem->{detail}, qr/^The company has 3 deliveries waiting/, 'why';

# --- a task waits for room

($r, my $task) = $manager->post('deliveries/replay', { filter => {
    endpoint => $ep->{id}, state => 'delivered',
} });

is $r->{status}, 202, 'a task that sends anew';

ok wait_for(sub {
    (undef, my $now) = $manager->get("tasks/$task->{id}");
    return ($now->{waits} // '') =~ /as many deliveries waiting as it may/;
}), 'waits';

is listed("endpoint=$ep->{id}&state=pending"), 3, 'with nothing new';

($r) = $manager->post("endpoints/$ep->{id}/resume");
is $r->{status}, 200, 'once it goes on';

# those that waited may be delivered by the time that it comes to them

my $again = 0;

ok wait_for(sub {
    (undef, my $now) = $manager->get("tasks/$task->{id}");
    $again = $now->{done};
    return $now->{state} eq 'done' && $again;
}, 20), 'the task goes on, too';

ok wait_for(sub {
    return listed("endpoint=$ep->{id}&state=delivered") == 5 + $again;
}, 20), 'and all of it is delivered';

# --- nor does a command send them, whose own task is another

($r) = $manager->post("endpoints/$ep->{id}/pause");
is $r->{status}, 200, 'it is paused again' or diag $r->{body};

($r, $task) = $manager->post('deliveries/replay', { filter => {
    endpoint => $ep->{id}, state => 'delivered',
} });

is $r->{status}, 202, 'a task that sends more than may wait';

ok wait_for(sub {
    return listed("endpoint=$ep->{id}&state=pending") == 3;
}), 'as many as may wait do';

$t->stop;
$t->ok_logs;

# a task is a worker's for two seconds behind its last step, then anybody's

my ($status, $out, $err);
my $since = time;

ok wait_for(sub {
    ($status, $out, $err) = $t->ctl('purge', '--path=a', '--value=none',
                                    '--yes');
    return $status || time - $since > 3;
}, 30), 'webhookctl makes steps while no nginx does';

is $status, 0, 'of its own tasks' or diag $err;

($status, $out) = $t->ctl('task', 'show', $task->{id}, '--json');

is eval { JSON::PP::decode_json($out)->{state} }, 'running',
   'the other one is as it was' or diag $out;

($status, $out) = $t->ctl('list', "--endpoint=$ep->{id}", '--state=pending',
                          '--json');

is scalar(my @lines = split /\n/, $out), 3, 'nothing of it is sent anew';

# --- root's tool is not held

($status, $out, $err) = $t->ctl('replay', $done->{id});
is $status, 0, 'a delivery is sent again by hand' or diag $err;

($status, $out) = $t->ctl('list', "--endpoint=$ep->{id}", '--state=pending',
                          '--json');

is scalar(@lines = split /\n/, $out), 4, 'beside as many as may wait';

done_testing;
