#!/usr/bin/perl

# A node is killed with -9: what it had shipped is sent by others within a lease
# and LATE (5) seconds, whether its disk is gone or comes back; when it is back,
# nothing is sent twice but what was in flight.  A copy of its store is refused.
#
# RATE (300) events a second, DURATION (6) of them; LEASE (8000) ms.  BREAK=lease
# shows that it can fail: nobody beats in time, so nobody takes over.

use strict;
use warnings;

use lib 't/lib';

use File::Path qw(remove_tree);
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Postgres;
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);

my $rate = option(RATE => 300);
my $seconds = option(DURATION => 6);
my $lease = option(LEASE => 8000);
my $late = option(LATE => 5);
my $inflight = 16;

my $pg = Webhook::Postgres->new
    or plan skip_all => 'there is no PostgreSQL 15';

my $f = Webhook::Fleet::Torture->new(pg => $pg, lease => $lease, beat => 1000,
                              inflight => $inflight);

ok $f->start, 'all have joined';

my $one = $f->node(1);


# Nothing of node 1 is delivered, and the cluster knows of all that waits there.

sub backlog
{
    $f->tell('hook 0 500');
    $f->load($rate, nodes => [1]);
    sleep $seconds;
    $f->rest;

    my $waits = $f->state->{missing};

    ok wait_for(sub { sleep 0.1; $f->owed >= $waits }, 60),
        "the cluster knows of the $waits that wait";

    return $waits;
}


# Node 1 is killed; how long it takes until others have sent all that waits.

sub killed
{
    my ($what, $waits) = @_;

    my $repeats = $f->state->{repeats};
    my $begun = time;

    $one->{t}->kill_all;

    $f->{pg}->stop if option(BREAK => '') eq 'lease';

    my $sent = wait_for(sub { $f->state->{missing} == 0 }, 120);
    my $took = time - $begun;

    $f->{pg}->start if option(BREAK => '') eq 'lease';

    figure("node $what", '%d shipped, sent by others after %.1f s, the lease'
           . ' was %.1f s', $waits, $took, $lease / 1000);

    ok $sent, 'what was shipped is sent by others';
    cmp_ok $took, '<=', $lease / 1000 + $late, "within a lease and $late s";
    is $f->state->{repeats} - $repeats, 0, 'once';
}


subtest 'its disk is gone' => sub {
    my $waits = backlog();

    killed('without its disk', $waits);

    remove_tree($one->{t}->store);
    $f->tell('hook 0 200');
    $one->{t}->allow(qr/DOUBLED|another store|the name/i);
    $one->{t}->start;

    ok $one->{t}->wait_log(qr/cluster: .*(?:another|other) (?:store|node)/i, 30),
        'another store under its name is refused';

    my $before = $f->state->{hits0};

    $f->load(50, nodes => [1]);
    sleep 1;
    $f->rest;

    ok defined $f->delivered(30), 'it captures and sends';
    cmp_ok $f->state->{hits0}, '>', $before, 'by itself';

    my ($status, $text) = $f->cluster('drain', 'till-1');

    is $status, 0, 'its name is given free' or diag $text;
    ok wait_for(sub { $f->joined == 3 }, 90), 'it joins';
    ok $f->settled($f->state->{acked}, 90), 'and all is known';
};


subtest 'its disk comes back' => sub {
    my $waits = backlog();

    killed('with its disk', $waits);

    my $before = $f->state;

    $f->tell('hook 0 200');
    $one->{t}->start;

    ok wait_for(sub { $f->joined == 3 }, 90), 'it joins';
    ok $f->settled($f->state->{acked}, 90), 'and all is known';

    is $f->state->{hits0}, $before->{hits0}, 'it sends none of them again';
    is $f->state->{repeats}, $before->{repeats}, 'nor does anybody';
};


subtest 'it is killed while it sends' => sub {
    my $before = $f->state->{repeats};

    $f->load($rate, nodes => [1, 2, 3]);
    sleep 2;
    $one->{t}->kill_all;
    sleep 2;
    $f->rest;

    $one->{t}->start;

    ok defined $f->delivered(120), 'nothing is lost';
    ok wait_for(sub { $f->joined == 3 }, 90), 'it joins';
    ok $f->settled($f->state->{acked}, 90), 'and all is known';

    my $twice = $f->state->{repeats} - $before;

    figure('node killed while it sends', '%d sent twice, %d in flight at most',
           $twice, $inflight);
    cmp_ok $twice, '<=', $inflight, 'twice is at most what was in flight';
};


subtest 'its disk is copied' => sub {
    my $waits = backlog();

    $one->{t}->stop;

    my $copy = $f->make(4, 0, 1);

    system('cp', '-a', $one->{t}->store, $copy->{t}->store) == 0
        or die "cp failed\n";

    $one->{t}->start;

    ok wait_for(sub { $f->joined == 3 }, 90), 'it joins';

    $copy->{t}->allow(qr/copy|another store/i);
    $copy->{t}->start;

    ok $copy->{t}->wait_log(qr/cluster: .*copy/i, 60), 'its copy is refused';

    $f->tell('hook 0 200');

    ok defined $f->delivered(60), 'it sends what waits';
    is $f->state->{hits3}, 0, 'its copy sends nothing of it';

    $copy->{t}->stop;

    ok $f->settled($f->state->{acked}, 90), 'and all is known';
};

is +($f->history)[1], 0, 'nothing is in history twice';
is $f->state->{missing}, 0, 'nothing is lost';

$f->ok_nodes;

done_testing;
