#!/usr/bin/perl

# An old snapshot is held for DURATION (60; 600 as the manual promises it) while RATE
# (1000) events a second are made and node after node dies, so that others claim
# what it had: a claim, of up to 100 deliveries, takes the database less than MS (10)
# milliseconds of a processor at the 99th percentile; how long it takes in all is
# told, too, and depends on what else the machine does.  Then, for CHURN seconds (60; 3600) without the snapshot, what
# is kept of what is open does not grow.
#
# BREAK=claim shows that it can fail: the index by which claims find what a node
# has is dropped.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Postgres;
use Webhook::Sandbox qw(slurp);
use Webhook::Test qw(wait_for);
use Webhook::Fleet::Torture qw(option figure);

my $seconds = option(DURATION => 60);
my $rate = option(RATE => 1000);
my $most = option(MS => 10);
my $churn = option(CHURN => 60);

my $pg = Webhook::Postgres->new
    or plan skip_all => 'there is no PostgreSQL 15';

my $f = Webhook::Fleet::Torture->new(pg => $pg, lease => 8000);

for my $n (1 .. 3) {
    $pg->ask("ALTER ROLE n$n SET log_statement_stats = on");
}

$pg->ask('ALTER SYSTEM SET autovacuum_naptime = 5');
$pg->ask('SELECT pg_reload_conf()');
$pg->ask('DROP INDEX webhook.owed_node') if option(BREAK => '') eq 'claim';

ok $f->start, 'all have joined';

# what is changed again and again, with its indexes; and what is only added to

my $hot = 'SELECT sum(pg_total_relation_size(oid)) FROM pg_class'
          . " WHERE relnamespace = 'webhook'::regnamespace AND relkind = 'r'"
          . ' AND NOT relispartition';
my $grows = 'SELECT sum(pg_total_relation_size(oid)) FROM pg_class'
            . " WHERE relnamespace = 'webhook'::regnamespace AND relkind = 'r'"
            . ' AND relispartition';

my $deaths = 0;

$f->tell('fail 50 1');
$f->load($rate);

my $from = -s "$pg->{dir}/log";

open my $old, '|-', 'psql', '-XAtq', '-d', $pg->place('postgres'),
    '-o', '/dev/null' or die "psql: $!\n";
$old->autoflush(1);
print $old "BEGIN ISOLATION LEVEL REPEATABLE READ;\n",
           "SELECT count(*) FROM webhook.node;\n";

ok wait_for(sub {
    $pg->ask("SELECT count(*) FROM pg_stat_activity WHERE state ="
             . " 'idle in transaction' AND backend_xmin IS NOT NULL")
}, 30), 'a snapshot is held';

my $begun = time;
my @during;

while (time < $begun + $seconds) {
    death();
    push @during, $pg->ask($hot);
}

my $still = $pg->ask("SELECT count(*) FROM pg_stat_activity WHERE state ="
                     . " 'idle in transaction' AND backend_xmin IS NOT NULL");

is $still, 1, 'it is held all the time';

my ($claims, $claimed) = durations('claim', $from);
my ($ships, $shipped) = durations('ship', $from);

figure('snapshot', 'held %d s at %d events/s, %d nodes died: %d claims took a'
       . ' processor p50 %.1f, p99 %.1f ms, and in all p50 %.1f, p99 %.1f ms; %d'
       . ' shippings p50 %.1f, p99 %.1f ms, and p50 %.1f, p99 %.1f ms',
       $seconds, $rate, $deaths, scalar @$claims,
       map({ part(0.5, @$_), part(0.99, @$_) } $claims, $claimed),
       scalar @$ships,
       map { part(0.5, @$_), part(0.99, @$_) } $ships, $shipped);

cmp_ok scalar @$claims, '>=', 10, 'there were claims';
cmp_ok part(0.99, @$claims), '<', $most, "99 of 100 take less than $most ms";

print $old "COMMIT;\n";
close $old;

# The dead rows of the snapshot's time are removed; then nothing grows.

my (@sizes, @whole, @each);

$begun = time;

while (time < $begun + $churn || @sizes < 4) {
    push @each, each_size() if !@each || time >= $begun + 600 * @each;

    death();
    push @sizes, $pg->ask($hot);
    push @whole, [$pg->ask($grows), $f->state->{acked}];
}

push @each, each_size();

$f->rest;

my $early = (sort { $b <=> $a } @sizes[0 .. $#sizes / 2])[0];

figure('snapshot sizes', 'what is changed: %.1f MB at the end of the snapshot,'
       . ' then %s MB', $during[-1] / 1e6,
       join ' ', map { sprintf '%.1f', $_ / 1e6 } @sizes);
figure('snapshot history', '%.0f bytes an event',
       ($whole[-1][0] - $whole[0][0]) / (($whole[-1][1] - $whole[0][1]) || 1));

cmp_ok $sizes[-1], '<=', 1.2 * $early + 1e6,
    'what is changed again and again does not grow';

# each table and each index by itself, from what it was ten minutes later

if (@each > 2) {
    my @grown = grep { $each[-1]{$_} > 1.2 * $each[1]{$_} + 256 * 1024 }
                sort keys %{$each[-1]};

    is "@grown", '', 'nor does any table or index of it';
}

ok defined $f->delivered(120), 'all is sent';
ok $f->settled($f->state->{acked}, 180), 'and all is known';

$f->ok_nodes;

done_testing;


# Of each table and index of what is changed: its bytes, told too.

sub each_size
{
    my %size = map { split /\|/ } split /\n/, $pg->ask(
        "SELECT relname, CASE relkind WHEN 'r' THEN pg_table_size(oid)"
        . ' ELSE pg_relation_size(oid) END FROM pg_class'
        . " WHERE relnamespace = 'webhook'::regnamespace"
        . " AND relkind IN ('r', 'i') AND NOT relispartition");

    figure('snapshot each', 'kB after %d s, %d deaths, %d events: %s',
           time - $begun, $deaths, $f->state->{acked},
           join ' ', map { sprintf '%s=%d', $_, $size{$_} / 1024 }
                     sort { $size{$b} <=> $size{$a} } keys %size);

    return \%size;
}


# Node 3 comes to have a backlog, dies, and comes back.

sub death
{
    my $three = $f->node(3)->{t};

    $f->tell('hook 2 500');
    sleep 3;

    $three->kill_all;
    $deaths++;

    wait_for(sub {
        sleep 0.2;
        $pg->ask("SELECT count(*) FROM webhook.node n WHERE fenced AND id > 0"
                 . ' AND NOT EXISTS (SELECT FROM webhook.owed o'
                 . ' WHERE o.node = n.id)')
    }, 120) or diag 'nobody takes what it had';

    $f->tell('hook 2 200');
    $three->start;

    wait_for(sub { $f->joined == 3 }, 60) or diag 'it does not come back';
}


# Of the calls of a function that ends in this, of the log: ms of a processor, and
# in all.

sub durations
{
    my ($name, $at) = @_;

    my $text = substr slurp("$pg->{dir}/log"), $at;
    my (@spent, @took);

    while ($text =~ /EXECUTE\ MESSAGE\ STATISTICS\n
                     [^\n]*system\ usage\ stats:\n
                     \s*!\s+([\d.]+)\ s\ user,\ ([\d.]+)\ s\ system,
                     \ ([\d.]+)\ s\ elapsed\n
                     (?:\s*!.*\n)+
                     [^\n]*STATEMENT:[^\n]*${name}_\d/gx)
    {
        push @spent, 1000 * ($1 + $2);
        push @took, 1000 * $3;
    }

    return ([sort { $a <=> $b } @spent], [sort { $a <=> $b } @took]);
}


sub part
{
    my ($part, @sorted) = @_;

    return $sorted[$#sorted * $part] // 0;
}
