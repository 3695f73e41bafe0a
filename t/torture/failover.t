#!/usr/bin/perl

# The leader of PostgreSQL is killed with -9 under load, again and again: nothing
# that was acknowledged is lost, nothing is sent twice, no answer is slower than
# without a cluster, and the cluster knows of everything soon after.
#
# RATE events a second (600; 2000 where the machine has the processors), KILLS (6),
# TURN seconds (60) of load for each, and as many without a cluster, in turns.
# SYNC=0 takes asynchronous standbys, which is to fail: what the old leader has
# confirmed is lost to history.  RATIO (1.2) is what the 99th percentile may be
# above that without a cluster.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Fleet::Patroni;
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);

my $rate = option(RATE => 600);
my $kills = option(KILLS => 6);
my $turn = option(TURN => 60);
my $ratio = option(RATIO => 1.2);
my $sync = option(SYNC => 1);

my $pg = Webhook::Fleet::Patroni->new(sync => $sync)
    or plan skip_all => 'there are no postgresql-15, patroni, etcd-server';

my $f = Webhook::Fleet::Torture->new(pg => $pg, plain => 1);

ok $f->start, 'all have joined';

$f->tell('fail 50 1');          # of these the cluster is told before they end

my (@with, @without, @gap, @lag, $in);

$in = 0;

for my $kill (1 .. $kills) {
    my $before = $f->state;

    $f->load($rate, plain => 1);
    sleep $turn / 2;
    push @without, $f->times;
    $f->rest;

    $in -= $f->state->{acked} - $before->{acked};

    $f->load($rate);
    sleep 3;

    my $old = $pg->leader;
    my $killed = time;

    # without synchronous standbys: the standbys are behind when it dies

    if (!$sync) {
        kill 'STOP', $pg->titled($old, qr/walsender/);
        sleep 2;
    }

    $pg->kill_server($old);

    my $new;

    wait_for(sub {
        defined($new = $pg->leader)
        && defined $f->ask('UPDATE webhook.clock SET one = true')
    }, 120);

    ok defined $new, "another leads ($kill)" or last;

    my $led = time;
    my $behind;

    push @gap, $led - $killed;

    # what nodes tell is as of a heartbeat that the new leader has had

    wait_for(sub {
        $behind = $f->ask('SELECT max(lag) FROM webhook.node WHERE id > 0'
            . ' AND session IS NOT NULL HAVING min(seen) > '
            . int($led * 1000));
        return $behind ne '' && $behind < 1000 if defined $behind;
    }, 60);

    push @lag, time - $led;

    $pg->start($old);

    my $left = $killed - 3 + $turn - time;
    sleep $left if $left > 0;

    push @with, $f->times;
    $f->rest;

    $pg->whole or diag 'the one that was killed does not follow';
}

my $state = $f->state;

$in += $state->{acked};

ok defined $f->delivered(120), 'what was acknowledged was delivered'
    or diag 'missing: ' . $f->tell('missing');

$state = $f->state;

# as many as there were at the nodes that have the cluster

my $plain = 0;
$plain += $_->{answers} for @without;

ok $f->settled($in, 120), 'and the cluster knows of it';

my ($events, $twice) = $f->history;

figure('failover load', '%d events/s, %d acknowledged, %d of them at nodes'
       . ' with a cluster, %d requests failed', $rate, $state->{acked}, $in,
       $state->{failed} + $state->{skipped});
figure('failover', '%d kills: a leader again after %s s',
       scalar @gap, join ' ', map { sprintf '%.1f', $_ } @gap);
figure('failover lag', 'below 1 s after %s s',
       join ' ', map { sprintf '%.1f', $_ } @lag);
figure('failover p50', 'with %s, without %s ms', med(\@with, 'p50'),
       med(\@without, 'p50'));
figure('failover p99', 'with %s, without %s ms: %s', med(\@with, 'p99'),
       med(\@without, 'p99'),
       join ' ', map { "$with[$_]{p99}/$without[$_]{p99}" } 0 .. $#with);
figure('failover lost', '%d of what was acknowledged; repeats %d; of history'
       . ' %d', $state->{missing}, $state->{repeats}, $in - $events);

is $state->{missing}, 0, 'nothing acknowledged is lost';
cmp_ok $state->{repeats}, '<=', 3 * 64 * $kills,
    'sent twice is at most what was in flight';
is $events, $in + $state->{failed}, 'history is whole'
    if $state->{failed} == 0;
cmp_ok $events, '>=', $in, 'nothing is lost to history';
is $twice, 0, 'nothing is there twice';
cmp_ok $_, '<', 10, 'the lag is below 1 s within 10 s' for @lag;
cmp_ok med(\@with, 'p99'), '<=', $ratio * med(\@without, 'p99'),
    'answers are as fast as without a cluster';

$f->ok_nodes;

done_testing;


sub med
{
    my ($list, $name) = @_;

    my @sorted = sort { $a <=> $b } map { $_->{$name} } @$list;

    return $sorted[$#sorted / 2] // 0;
}
