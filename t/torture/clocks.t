#!/usr/bin/perl

# The wall clocks of nodes are 20 minutes apart, one is stepped under load, and one
# node is stopped for two leases and goes on: leases, retries and limits are as
# ever, nothing is lost, and nothing is sent twice but what was in flight.
#
# RATE (300) events a second, LEASE (8000) ms.  BREAK=retry shows that it can fail:
# the first retry is expected after 2 s, while it comes after 1.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Nginx;
use Webhook::Postgres;
use Webhook::Sandbox qw(temp_dir write_file);
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);

my $rate = option(RATE => 300);
my $lease = option(LEASE => 8000);
my $first = option(BREAK => '') eq 'retry' ? 2000 : 1000;
my $inflight = 16;

my $library = Webhook::Nginx::build_dir() . '/interop/libwebhook_clock.so';

plan skip_all => 'make interop builds the clock' unless -e $library;

my $pg = Webhook::Postgres->new
    or plan skip_all => 'there is no PostgreSQL 15';

my $dir = temp_dir('clocks');
my @ahead = (600, -600, 0);

ahead($_, $ahead[$_ - 1]) for 1 .. 3;

my $f = Webhook::Fleet::Torture->new(pg => $pg, lease => $lease,
    inflight => $inflight,
    env => [map { { LD_PRELOAD => $library, WEBHOOK_CLOCK => "$dir/$_" } }
                1 .. 3]);

ok $f->start, 'all have joined';


sub ahead
{
    my ($n, $seconds) = @_;

    if (!-e "$dir/$n") {
        write_file("$dir/$n", pack 'q', $seconds);
        chmod 0666, "$dir/$n";
        return;
    }

    open my $out, '+<:raw', "$dir/$n" or die "$dir/$n: $!\n";
    syswrite $out, pack 'q', $seconds;
}


sub retries
{
    my ($what) = @_;

    my $state = $f->state;

    figure("clocks $what", 'the first retry, due after 1 s, came after %.2f to'
           . ' %.2f s', $state->{gapmin} / 1000, $state->{gapmax} / 1000);

    cmp_ok $state->{gapmin}, '>=', $first, 'no retry comes too soon';
    cmp_ok $state->{gapmax}, '<', 1000 * Webhook::Sandbox::deadline(10),
        'nor late';
}


subtest 'clocks are apart' => sub {
    $f->tell('fail 20 1');
    $f->load($rate);
    sleep 10;
    $f->rest;

    ok defined $f->delivered(60), 'all is sent';
    retries('apart');

    ok $f->settled($f->state->{acked}, 90), 'and all is known';
    is $f->state->{repeats}, 0, 'once';

    my $told = $f->sql('SELECT string_agg(round(ahead / 10000.0)::text, \' \''
                       . ' ORDER BY name) FROM webhook.node WHERE id > 0');

    is $told, '60 -60 0', 'status tells how far they are apart';
    is $f->joined, 3, 'nobody is taken for dead';
};


subtest 'a clock is stepped' => sub {
    my $begun = $f->state;

    $f->tell('fail 20 1');
    $f->load($rate);

    for my $step (3600, -3600, 0, 600, 0) {
        ahead(3, $step);
        sleep 3;
    }

    $f->rest;

    ok defined $f->delivered(60), 'all is sent';
    retries('stepped');

    ok $f->settled($f->state->{acked}, 90), 'and all is known';
    is $f->state->{repeats}, 0, 'once';
    is $f->sql('SELECT count(*) FROM webhook.node WHERE id > 0 AND fenced'),
        0, 'nobody is taken for dead';
};


subtest 'a node is stopped for two leases' => sub {
    my $one = $f->node(1)->{t};
    my @processes = ($one->pid, $one->workers(1));

    $f->tell('fail 0 0');
    $f->tell('hook 0 500');
    $f->load($rate, nodes => [1]);
    sleep 4;
    $f->rest;

    my $waits = $f->state->{missing};

    ok wait_for(sub { sleep 0.1; $f->owed >= $waits }, 60),
        "the cluster knows of the $waits that wait";

    kill 'STOP', @processes;

    my $begun = time;

    $f->tell('hook 0 200');

    ok wait_for(sub { $f->state->{missing} == 0 }, 120), 'others send it';

    figure('clocks stopped', '%d were sent by others after %.1f s, the lease'
           . ' was %.1f s', $waits, time - $begun, $lease / 1000);

    my $left = $begun + 2 * $lease / 1000 - time;
    sleep $left if $left > 0;

    my $before = $f->state;

    kill 'CONT', @processes;

    ok wait_for(sub { $f->joined == 3 }, 90), 'it joins anew';

    $f->load($rate);
    sleep 3;
    $f->rest;

    ok defined $f->delivered(60), 'and goes on';
    ok $f->settled($f->state->{acked}, 90), 'all is known';

    my $twice = $f->state->{repeats} - $before->{repeats};

    figure('clocks went on', '%d sent twice, %d in flight at most', $twice,
           $inflight);
    cmp_ok $twice, '<=', $inflight, 'twice is at most what was in flight';
};

is $f->state->{missing}, 0, 'nothing is lost';
is +($f->history)[1], 0, 'nothing is in history twice';

$f->ok_nodes;

done_testing;
