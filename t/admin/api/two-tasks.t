# A company has two tasks under way at most: the third one is refused until one of
# them is over, or is ended.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

# one worker, since each counts what waits for itself, for a while

my $s = Webhook::Routes->new(quota => 'backlog=2 requests=100000r/m',
                             workers => 1);
my ($t, $manager, $root) = @$s{qw(t manager root)};

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);

$s->order(company_id => 1260);

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");
ok $d, 'a delivery';

# as many wait as may: what sends anew has to wait for them

my ($r) = $manager->post("endpoints/$ep->{id}/pause");
is $r->{status}, 200, 'the endpoint is paused';

for (1, 2) {
    ($r) = $manager->post("deliveries/$d->{id}/replay");
    is $r->{status}, 201, 'sent anew';
}


sub begin
{
    my ($api) = @_;

    return ($api // $manager)->post('deliveries/replay', { filter => {
        endpoint => $ep->{id}, state => 'delivered' } });
}

sub state
{
    my ($id) = @_;

    local $manager->{openapi};
    my (undef, $task) = $manager->get("tasks/$id");

    return $task->{state};
}


my @tasks;

for my $n (1, 2) {
    ($r, my $task) = begin();
    is $r->{status}, 202, "task $n" or diag $r->{body};
    push @tasks, $task->{id};
}

ok wait_for(sub { my (undef, $task) = $manager->get("tasks/$tasks[1]");
                  return $task->{waits}; }), 'they wait';

($r, my $problem) = begin();
is $r->{status}, 409, 'a third one is refused';
like $problem->{detail}, qr/^Two tasks are in progress already/, 'why';

(undef, my $list) = $manager->get('tasks');
is_deeply [sort map { $_->{id} } @{$list->{items}}], [sort @tasks],
    'there are two';

($r) = $manager->del("tasks/$tasks[0]");
like $r->{status}, qr/^20[04]$/, 'one that is under way is ended';
isnt +state($tasks[0]), 'running', 'which it is not any more';
is +state($tasks[1]), 'running', 'the other one is';

($r, my $third) = begin();
is $r->{status}, 202, 'there is room for another' or diag $r->{body};

($r) = begin();
is $r->{status}, 409, 'and for no more';

($r) = $manager->del("tasks/$_") for $tasks[1], $third->{id};

(undef, my $page) = $manager->get("deliveries?endpoint=$ep->{id}");
is scalar @{$page->{items}}, 3, 'what was ended has sent nothing anew';

$t->stop;
$t->ok_logs;

done_testing;
