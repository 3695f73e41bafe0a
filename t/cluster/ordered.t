#!/usr/bin/perl

# Order by key with scope=cluster: of events that are made one after the other, at
# whichever of three nodes, those of a key arrive in this order, each of them,
# while some fail and are retried, a node is killed, and PostgreSQL is started
# anew.
#
# ORDER_SCOPE=node t/cluster/ordered.t shows what becomes of it otherwise.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Time::HiRes qw(time);

use Webhook::Fleet;
use Webhook::Test qw(wait_for);
use Webhook::Test::Endpoint;

my $scope = $ENV{ORDER_SCOPE} // 'cluster';

my @keys = qw(a b c d);
my %failed;

# one of seven fails at first

my $hook = Webhook::Test::Endpoint->new(name => 'hook', code => sub {
    my ($request) = @_;

    my ($n) = ($request->{body} // '') =~ /"n":\s*(\d+)/;

    return { status => 503 } if defined $n && $n % 7 == 3 && !$failed{$n}++;
    return { delay => 0.02 };
});

my $fleet = Webhook::Fleet->new(nodes => 3, workers => 2, hook => $hook,
    erp => "order_by request.key scope=$scope;"
           . ' body \'{"key": "${request.key}", "n": "${request.n}"}\';');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my @nodes = $fleet->nodes;
my $made = 0;

# Makes events one after the other, each at another node; the answer of each was
# 201.

sub make
{
    my ($count, @at) = @_;

    my $right = 0;

    for my $n (0 .. $count - 1) {
        my $key = $keys[$made % @keys];
        my $body = "{\"key\": \"$key\", \"n\": $made}";

        $right += $at[$n % @at]{t}->request('POST', '/api/orders', $body)
                                   ->{status} == 201;
        $made++;
    }

    return $right == $count;
}


# What arrived of each key, in order.

sub arrived
{
    my (%of);

    for my $request (@{$hook->requests}) {
        next unless ($request->{body} // '')
                    =~ /"key":\s*"(\w)",\s*"n":\s*(\d+)/;

        push @{$of{$1}}, $2;
    }

    return \%of;
}


sub all_arrived
{
    my %seen = map { $_ => 1 } map { @$_ } values %{arrived()};

    return keys %seen == $made;
}


# Each one arrived, and behind it none that was before it; one that failed, or that
# its node did not tell of any more, may have come more than once.

sub in_order
{
    my ($what) = @_;

    ok wait_for(\&all_arrived, 120), "$what: no event is missing";

    my $of = arrived();
    my @wrong;

    for my $key (@keys) {
        my $last = -1;

        for my $n (@{$of->{$key}}) {
            push @wrong, "$key: $n behind $last" if $n < $last;
            $last = $n if $n > $last;
        }
    }

    is "@wrong", '', "$what: all are in order";
}


sub late
{
    my $sum = 0;

    $sum += $fleet->metric($_, 'events_late_total') // 0 for @_;

    return $sum;
}


my $begun = time;

ok make(48, @nodes), 'events at one node after the other';
diag sprintf '%.0f ms an event', (time - $begun) * 1000 / 48;
in_order('three nodes');

# one that is alone: how long it takes is told, not judged

for my $node (@nodes) {
    my $count = $hook->count;

    make(1, $node);

    my $answered = time;

    wait_for(sub { $hook->count > $count }, 60);
    diag sprintf 'sent %.0f ms after its answer', (time - $answered) * 1000;
}

in_order('one at a time');

ok wait_for(sub {
    !grep { ($fleet->metric($_, 'cluster_ordered_keys') // 1) != 0 } @nodes
}, 60), 'no key waits any more';

# a node dies, with some that it has not sent, and some that others wait for

ok make(24, @nodes), 'more events';
$nodes[2]{t}->kill_all;
ok make(24, @nodes[0, 1]), 'and more, at those that live';

in_order('one died');

$nodes[2]{t}->start;

ok wait_for(sub {
    ($fleet->metric($nodes[2], 'cluster_joined') // 0) == 1
}, 60), 'it is back';

ok make(12, @nodes), 'events at all';
in_order('it is back');

is late(@nodes), 0, 'the answer of each waited until the cluster knew of it'
    if $scope eq 'cluster';

# PostgreSQL is started anew, while some wait

ok make(12, @nodes), 'events';
$fleet->pg->stop;

ok wait_for(sub {
    !grep { ($fleet->metric($_, 'cluster_away') // 0) != 1 } @nodes
}, 60), 'PostgreSQL is away';

# of each key at one node: what is made without PostgreSQL has no order among nodes

for my $n (0 .. 11) {
    make(1, $nodes[$made % @keys % @nodes]);
}

if ($scope eq 'cluster') {
    ok wait_for(sub {
        $nodes[0]{t}->nginx->error_log
            =~ /keys of "order_by" with "scope=cluster" wait/
    }, 60), 'that they wait is logged';

    ok wait_for(sub {
        ($fleet->metric($nodes[0], 'cluster_ordered_keys') // 0) > 0
    }, 60), 'and shown';

    cmp_ok late(@nodes), '>=', 12, 'their answers did not wait, and are counted';
    ok !all_arrived(), 'they are not sent';
}

$fleet->pg->start;

in_order('PostgreSQL is there again');

ok wait_for(sub {
    !grep { ($fleet->metric($_, 'cluster_away') // 1) != 0 } @nodes
}, 60), 'all know that';

ok make(12, @nodes), 'events at all';
in_order('all of them');

ok wait_for(sub { $fleet->rows('owed') == 0 }, 60), 'nothing is left';

for my $node (@nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
