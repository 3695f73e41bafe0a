#!/usr/bin/perl

# The outcome of a commit is unknown: the connection is cut between COMMIT and its
# answer, and then the leader is killed with -9, before the standby has what was
# committed, or after.  Nothing is lost, nothing is twice.
#
# RATE (200) events a second, ROUNDS (3) of both.  SYNC=0 takes asynchronous
# standbys and confirms what they do not have yet, which is to fail.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Fleet::Patroni;
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);
use Webhook::Fleet::Wire;

my $rate = option(RATE => 200);
my $rounds = option(ROUNDS => 3);
my $sync = option(SYNC => 1);

my $pg = Webhook::Fleet::Patroni->new(sync => $sync)
    or plan skip_all => 'there are no postgresql-15, patroni, etcd-server';

my $wire = Webhook::Fleet::Wire->new(map { $_->{port} } @{$pg->{servers}});

my $f = Webhook::Fleet::Torture->new(pg => $pg, place => sub {
    return 'host=' . join(',', map { '127.0.0.1' } $wire->ports)
           . ' port=' . join(',', $wire->ports) . " user=$_[0] dbname=postgres";
});

ok $f->start, 'all have joined';

$f->tell('fail 20 1');

my (@lost, @kept);

for my $round (1 .. $rounds) {
    $f->load($rate);
    sleep 3;

    # the standbys get no more: a commit is on the leader's disk, and waits

    my $old = $pg->leader;

    kill 'STOP', $pg->titled($old, qr/walsender/);

    my $waits = wait_for(sub {
        !$sync || $f->ask('SELECT count(*) FROM pg_stat_activity WHERE'
                          . " wait_event = 'SyncRep' AND usename ~ '^n'")
    }, 30);

    ok $waits, "$round: commits wait for the standby";

    sleep 2 if !$sync;          # they are confirmed without it

    my $seq = sequence();

    $wire->say('cut');
    $pg->kill_server($old);

    my $new = leads("$round: another leads, without what was committed");

    push @lost, $seq;
    $pg->start($old);
    $pg->whole;

    # the standbys get everything, the node no answer

    # all ship again: who connects while it is mute cannot

    my $was = sequence();

    wait_for(sub { sequence() > $was }, 120);

    # then each sends one thing more, at most, which the server commits

    my $then = sequence();

    $wire->say('mute');

    my $told = wait_for(sub { sequence() > $then }, 10);

    sleep 2;

    ok $told, "$round: something is committed, and nobody is told";

    $wire->say('cut');
    $pg->kill_server($new);
    $old = $new;
    leads("$round: another leads, with what was committed");

    push @kept, $then;
    $pg->start($old);
    $pg->whole;
    $f->rest;
}

ok defined $f->delivered(120), 'what was acknowledged was delivered'
    or diag 'missing: ' . $f->tell('missing');

my $state = $f->state;

ok $f->settled($state->{acked}, 180), 'and the cluster knows of it';

my ($events, $twice) = $f->history;

figure('unknown', '%d outcomes unknown and lost by the leader, %d unknown and'
       . ' kept; %d acknowledged, %d missing, %d of them in history, %d twice,'
       . ' %d sent twice', scalar @lost, scalar @kept, $state->{acked},
       $state->{missing}, $events, $twice, $state->{repeats});

is $state->{missing}, 0, 'nothing is lost';
is $state->{repeats}, 0, 'nothing is sent twice';
is $events, $state->{acked}, 'history is whole';
is $twice, 0, 'and has everything once';

$f->ok_nodes;

done_testing;


# Of what nodes have shipped.
sub sequence
{
    return $f->ask('SELECT sum(seq) FROM webhook.shipped') || 0;
}


sub leads
{
    my ($what) = @_;

    my $new;

    ok wait_for(sub {
        defined($new = $pg->leader)
        && defined $f->ask('UPDATE webhook.clock SET one = true')
    }, 120), $what;

    return $new;
}
