#!/usr/bin/perl

# Limits with scope=cluster: three nodes together send no more than these allow,
# wherever events happen, while a node dies and comes back, and PostgreSQL is
# started anew; without PostgreSQL nothing is sent.
#
# LIMITS_SECONDS=600 t/cluster/shared-limits.t goes on with that for so long, at 100
# a second.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);
use Webhook::Test::Endpoint;

my $inflight = 5;
my $seconds = $ENV{LIMITS_SECONDS} // 0;
my $rate = $seconds ? 100 : 30;         # a second
my $burst = 3;
my $takes = $seconds ? 0.03 : 0.1;      # seconds that an answer takes

my $hook = Webhook::Test::Endpoint->new(name => 'hook', keep_bodies => 0);

$hook->answer('*', { delay => $takes });

my $fleet = Webhook::Fleet->new(nodes => 3, workers => 4, hook => $hook,
    erp => "limit inflight=$inflight rate=${rate}r/s burst=$burst"
           . ' scope=cluster;');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my @nodes = $fleet->nodes;
my $made = 0;

# Makes events, one node after the other; each one's answer was 201.

sub make
{
    my ($count, @at) = @_;

    my $right = 0;

    for my $n (0 .. $count - 1) {
        $right += $fleet->order($at[$n % @at]) == 201;
    }

    $made += $count;

    return $right == $count;
}


sub given_up
{
    my ($node) = @_;

    return $fleet->rows('node', "fenced AND name = 'till-$node->{n}'") == 1;
}


# The most requests that began within a second.

sub most_in_a_second
{
    my @times = sort { $a <=> $b } map { $_->{begun} } @{$hook->requests};
    my ($from, $most) = (0, 0);

    for my $n (0 .. $#times) {
        $from++ while $times[$n] - $times[$from] >= 1;
        $most = $n - $from + 1 if $n - $from + 1 > $most;
    }

    return $most;
}


# A send may begin a tenth of a second after its time, and those in progress as the
# second begins may be seen in it, too.

my $allowed = $rate + $rate / 10 + $burst + $inflight;

sub kept
{
    my ($what) = @_;

    my $most = $hook->most($takes);
    my $second = most_in_a_second();

    cmp_ok $most, '<=', $inflight, "$what: never more than $inflight at a time";
    cmp_ok $second, '<=', $allowed, "$what: nor in a second than $rate,"
                                    . ' as far as that can be seen';
    diag "$what: $most at a time, $second in a second";
}


# from one node, then from all

ok make(20, $nodes[0]), 'events at one node';
is scalar @{$hook->wait_requests($made, 60)}, $made, 'are sent';

ok make(120, @nodes), 'events at all nodes';
is scalar @{$hook->wait_requests($made, 120)}, $made, 'are sent';

kept('all nodes');

# a node dies, and what it had is sent by others

ok make(60, @nodes), 'more events';
$nodes[2]{t}->kill_all;

# what it had sent, and had not told of, others send once more

my $untold = $hook->count - $fleet->rows('history', 'state = 2') + $inflight;

ok make(30, @nodes[0, 1]), 'and more, at those that live';

ok wait_for(sub { given_up($nodes[2]) }, 60), 'it is given up';

is $fleet->rows('share s JOIN webhook.node n ON n.id = s.node',
                "n.name = 'till-3'"), 0, 'and has no share any more';

ok wait_for(sub { $fleet->rows('owed') == 0 }, 120),
    'all that it had told of is sent by others';

kept('one died');

$nodes[2]{t}->start;

# what the others were not told of: of events, and of sends, which they repeated

ok wait_for(sub { $hook->count >= $made }, 120), 'it is back, and sends the rest';
ok wait_for(sub { $fleet->rows('owed') == 0 }, 120), 'nothing is left';

my $again = $hook->wait_quiet(1) && $hook->count - $made;

cmp_ok $again, '<=', $untold, 'nothing was sent again that was told';

ok make(30, $nodes[2]), 'events there';
ok wait_for(sub { $hook->count >= $made + $again }, 120), 'are sent';

# PostgreSQL is away

$fleet->pg->stop;

ok make(10, @nodes), 'events without PostgreSQL are taken';

ok wait_for(sub {
    $nodes[0]{t}->nginx->error_log =~ /with "scope=cluster" wait for the cluster/
}, 60), 'that they wait is logged';

my $sent = $hook->count;

cmp_ok $sent, '<', $made + $again, 'they are not sent';

ok wait_for(sub {
    ($fleet->metric($nodes[0], 'cluster_limited_endpoints') // 0) == 1
    && ($fleet->metric($nodes[0], 'cluster_away') // 0) == 1
}, 60), 'metrics say so';

my ($status, $text) = $nodes[0]{t}->ctl('stats');

like $text, qr/wait.*cluster/, 'webhookctl stats says why';

ok make(10, @nodes), 'more of them';

$fleet->pg->start;

ok wait_for(sub { $hook->count >= $made + $again }, 120),
    'once it is there they are sent';

kept('PostgreSQL was away');

ok wait_for(sub {
    ($fleet->metric($nodes[0], 'cluster_limited_endpoints') // 1) == 0
    && ($fleet->metric($nodes[0], 'cluster_away') // 1) == 0
    && ($fleet->metric($nodes[0], 'cluster_lease_seconds') // 0) > 0
}, 60), 'metrics say that it is there again';

cmp_ok $fleet->metric($nodes[0], 'cluster_shipped_total'), '>', 0,
    'and what it was told of';

# and all of it again

my $end = time + $seconds;

for (my $round = 0; time < $end; $round++) {
    my $dead = $nodes[$round % @nodes];
    my @live = grep { $_ != $dead } @nodes;

    make(100, @nodes);
    $dead->{t}->kill_all;
    make(100, @live);

    wait_for(sub { given_up($dead) }, 60);
    $dead->{t}->start;
    make(100, @nodes);

    $fleet->pg->stop;
    make(30, @nodes);
    $fleet->pg->start;
    make(100, @nodes);
}

if ($seconds) {
    ok wait_for(sub { $hook->count >= $made }, 300), 'all are sent';
    kept("after $seconds s");
}

for my $node (@nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
