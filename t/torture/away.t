#!/usr/bin/perl

# PostgreSQL is away for DURATION (60; 600 as the manual promises it): every node
# captures, sends what the cluster has not been told of, and takes calls; afterwards
# all of it is in the cluster, once.
#
# RATE (300) events a second over all nodes.  BREAK=forget shows that it can fail:
# the node's store is replaced by an empty one while PostgreSQL is away.

use strict;
use warnings;

use lib 't/lib';

use File::Path qw(remove_tree);
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Postgres;
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);

my $seconds = option(DURATION => 60);
my $rate = option(RATE => 300);

my $pg = Webhook::Postgres->new
    or plan skip_all => 'there is no PostgreSQL 15';

my $f = Webhook::Fleet::Torture->new(pg => $pg);

ok $f->start, 'all have joined';

$f->tell('fail 50 1');          # of these the cluster is told before they end
$f->load($rate);
sleep 5;

my $calls = 0;

ok calls(), 'calls are taken';

$pg->stop;

my $before = $f->state;
my $away = time;

$f->times;

ok calls(), 'and while PostgreSQL is away, too';

while (time < $away + $seconds) {
    sleep 1;
}

ok calls(), 'and at the end of it';

my $times = $f->times;

$f->rest;

my $took = $f->delivered(60);
my $state = $f->state;

ok defined $took, 'all was sent meanwhile'
    or diag 'missing: ' . $f->tell('missing');
is $state->{failed} + $state->{skipped}, 0, 'all was taken';

if (option(BREAK => '') eq 'forget') {
    my $t = $f->node(2)->{t};

    $t->kill_all;
    remove_tree($t->store);
    $t->start;
}

$pg->start;

my $begun = time;

# with what is made meanwhile

$f->load($rate);
sleep 5;
$f->rest;

ok defined $f->delivered(60), 'it goes on';

$state = $f->state;

ok $f->settled($state->{acked}, 120), 'all is in the cluster'
    or diag 'of ' . $state->{acked} . ': ' . ($f->history)[0];

my $told = time - $begun;
my ($events, $twice) = $f->history;

is $events, $state->{acked}, 'as much as was acknowledged';
is $twice, 0, 'once';
is $state->{repeats}, 0, 'nothing was sent twice';

my $logged;

ok wait_for(sub {
    ($logged = $f->sql('SELECT count(*) FROM webhook.call')) >= $calls
}, 60), 'and the calls';
is $logged, $calls, 'once';

figure('away', '%d s at %d events/s: %d taken and sent, p99 of the answers'
       . ' %s ms; in the cluster %.1f s after it was back, %d events twice',
       $seconds, $rate, $state->{acked} - $before->{acked}, $times->{p99},
       $told, $twice);

$f->ok_nodes;

done_testing;


sub calls
{
    my $good = 0;

    for my $n (1 .. 3) {
        $good += $f->call($n) == 200;
        $calls++;
    }

    return $good == 3;
}
