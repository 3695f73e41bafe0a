#!/usr/bin/perl

# The worker that ships: it is killed, or replaced by a reload, and another one goes
# on; and when nginx stops the node leaves the cluster.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for slurp);

# so long that nothing here waits for the end of a lease

my $fleet = Webhook::Fleet->new(nodes => 2, lease => '600s',
                                retry => 'attempts=500 first=500ms max=5s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'both have joined';

my ($one, $two) = $fleet->nodes;
my $nginx = $one->{t}->nginx;

# what fails there stays with its node, whatever its workers do

$one->{hook}->answer('*', { status => 500 });

goes_on('a start');

for my $worker ($one->{t}->workers) {
    my %threads = map { (slurp("$_/comm") // '') => 1 }
                      glob "/proc/$worker/task/*";

    is join('', grep { $threads{$_} } "webhook cluster\n", "webhook lease\n"),
       "webhook cluster\nwebhook lease\n", 'a worker has its threads for that';
}

# killed

my $shipper = shipper();

ok $shipper, 'a worker ships';

my $mark = $nginx->mark;

$nginx->allow(qr/exited on signal 9/);

kill 'KILL', $shipper;

ok wait_for(sub { shipper($mark) }, 60), 'it is killed: another one does';
isnt shipper($mark), $shipper, 'of another number';
goes_on('a kill');

# a reload

$mark = $nginx->mark;
$shipper = shipper();

ok $one->{t}->nginx->reload(60), 'a reload';
ok wait_for(sub { (shipper($mark) // $shipper) != $shipper }, 60),
    'a new worker ships';
ok $nginx->wait_gone([$shipper], 60), 'the old one goes';
goes_on('a reload');

unlike $nginx->error_log, qr/has left/, 'it has not left meanwhile';
is $two->{hook}->count, 0, 'and nothing was taken from it';

# it stops

$mark = $nginx->mark;

ok $one->{t}->stop, 'it stops';
like $nginx->error_log($mark), qr/node "till-1" has left/, 'it leaves';

ok wait_for(sub { $two->{hook}->count >= 3 }, 120),
    'another one sends what it had';
ok wait_for(sub { $fleet->rows('owed') == 0 }, 60), 'it is over';

# it comes back

my $before = $one->{hook}->count;

$one->{hook}->answer('*', { status => 200 });

$mark = $nginx->mark;

$one->{t}->start;

ok wait_for(sub { shipper($mark) }, 60), 'it is there again';
goes_on('a stop', 'history');

is $one->{hook}->count, $before + 1, 'what was taken is not sent again';
is $two->{hook}->count, 3, 'and was sent once';

# it stops while the cluster is away

$fleet->pg->stop;

$mark = $nginx->mark;

ok $one->{t}->stop, 'it stops without PostgreSQL';
like $nginx->error_log($mark), qr/node "till-1" could not leave/,
    'and says that it could not leave';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;


# The worker of the first node that began to ship last, since a place of its log.

sub shipper
{
    my ($from) = @_;

    my @pids = $nginx->error_log($from // 0)
               =~ /\[notice\] (\d+)#\d+: .*this worker ships/g;

    return $pids[-1];
}


# What waits at the node, or was sent, is made known: it ships.

sub goes_on
{
    my ($after, $table) = @_;

    $table //= 'owed';

    my $known = $fleet->rows($table);

    is $fleet->order($one), 201, "an event after $after";
    ok wait_for(sub { $fleet->rows($table) > $known }, 120),
        'it is made known';
}
