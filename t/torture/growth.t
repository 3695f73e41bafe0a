#!/usr/bin/perl

# What a fleet costs its database as it grows: NODES ("1 4 12 40"), one after the
# other, with RATE (400) events a second over all of them for DURATION (30), of which
# one in FAIL (50) fails at first.  Processor time, bytes and calls are told, which
# depend little on what else the machine does.

use strict;
use warnings;

use lib 't/lib';

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Fleet::Torture qw(option figure);
use Webhook::Postgres;
use Webhook::Sandbox qw(children slurp);
use Webhook::Test qw(wait_for);

my $rate = option(RATE => 400);
my $seconds = option(DURATION => 30);
my $fail = option(FAIL => 50);
my $tick = POSIX::sysconf(POSIX::_SC_CLK_TCK());

for my $nodes (split ' ', option(NODES => '1 4 12 40')) {
    my $pg = Webhook::Postgres->new
        or plan skip_all => 'there is no PostgreSQL 15';

    my $f = Webhook::Fleet::Torture->new(pg => $pg, nodes => $nodes,
        beat => 5000, lease => 90000, plain => $nodes == 1);

    ok $f->start, "$nodes have joined";

    sleep 5;

    my $idle = measure($f, $pg, sub { sleep 20 });

    if ($nodes == 1) {
        $f->load($rate, plain => 1, connections => 4);

        my $plain = measure($f, $pg, sub { sleep $seconds });

        $f->rest;
        $f->{without} = $f->state->{acked};
        figure('growth without', '%.0f us of nginx an event',
               1e6 * $plain->{others} / $plain->{events});
    }

    $f->tell("fail $fail 1");
    $f->load($rate, connections => $nodes > 8 ? 4 : 8);
    sleep 3;

    my $all = measure($f, $pg, sub { sleep $seconds });

    $f->rest;

    ok defined $f->delivered(60), 'all is sent';
    ok $f->settled($f->state->{acked} - ($f->{without} // 0), 120),
        'and all is known';

    figure("growth $nodes", '%d events/s: the database %.0f us of a processor,'
           . ' %.0f bytes of WAL, %.0f bytes kept an event; %.1f events a'
           . ' transaction, %.1f transactions/s; nginx %.0f us an event; %d'
           . ' connections. Idle: %.1f transactions/s, %.2f %% of a processor',
           $all->{events} / $all->{took}, 1e6 * $all->{pg} / $all->{events},
           $all->{wal} / $all->{events}, $all->{kept} / $all->{events},
           $all->{events} / $all->{commits}, $all->{commits} / $all->{took},
           1e6 * $all->{nginx} / $all->{events}, $all->{connections},
           $idle->{commits} / $idle->{took},
           100 * $idle->{pg} / $idle->{took});

    $_->{t}->stop for @{$f->{list}}, @{$f->{others} // []};
    $pg->stop;
}

done_testing;


# What is spent while CODE runs, in seconds and bytes.

sub measure
{
    my ($f, $pg, $code) = @_;

    my $now = sub {
        my ($wal, $commits, $kept, $connections) = split /\|/,
            $pg->ask('SELECT pg_current_wal_insert_lsn() - \'0/0\','
            . ' (SELECT sum(xact_commit) FROM pg_stat_database WHERE datname'
            . " = 'postgres'), (SELECT sum(pg_total_relation_size(oid))"
            . " FROM pg_class WHERE relnamespace = 'webhook'::regnamespace"
            . " AND relkind = 'r'), (SELECT count(*) FROM pg_stat_activity"
            . " WHERE usename ~ '^n[0-9]')");

        return {
            at => time, wal => $wal, commits => $commits, kept => $kept,
            connections => $connections, events => $f->state->{acked},
            pg => spent($pg->{pid}),
            nginx => spent(map { $_->{t}->pid } @{$f->{list}}),
            others => spent(map { $_->{t}->pid } @{$f->{others} // []}),
        };
    };

    my $from = $now->();
    $code->();
    my $to = $now->();

    my %spent = map { $_ => $to->{$_} - $from->{$_} } keys %$to;

    $spent{took} = $spent{at};
    $spent{connections} = $to->{connections};

    return \%spent;
}


# Seconds of a processor, of processes and their children, ended ones too.

sub spent
{
    my $sum = 0;

    for my $pid (map { ($_, children($_)) } @_) {
        my ($user, $system, $users, $systems)
            = (split ' ', (slurp("/proc/$pid/stat") // '') =~ s/^.*\) //sr)
              [11 .. 14];

        $sum += ($user // 0) + ($system // 0);
        $sum += ($users // 0) + ($systems // 0) if grep { $_ == $pid } @_;
    }

    return $sum / $tick;
}
