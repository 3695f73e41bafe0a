#!/usr/bin/perl

# Three nodes and a PostgreSQL: what one of them has is known to all, what waits at
# one that dies is sent by another, once; and while PostgreSQL is away all goes on.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);

my $fleet = Webhook::Fleet->new(nodes => 3);

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two, $three) = $fleet->nodes;

# history

is $fleet->order($one), 201, 'an event at one';
is scalar @{$one->{hook}->wait_requests(1)}, 1, 'it is sent there';

ok wait_for(sub { $fleet->rows('history') == 1 }, 60), 'all know of it';
is $fleet->rows('owed'), 0, 'nothing is owed';

# what waits at one that dies

$one->{hook}->answer('*', { status => 500 });

is $fleet->order($one), 201, 'one that fails';

ok wait_for(sub { $fleet->rows('owed') == 1 }, 60), 'it is made known';

my $sent = $two->{hook}->count + $three->{hook}->count;

$one->{t}->kill_all;

ok wait_for(sub { $two->{hook}->count + $three->{hook}->count > $sent }, 120),
    'another one sends it';

ok wait_for(sub { $fleet->rows('owed') == 0 }, 60), 'it is over';

# the dead one comes back

my $before = $one->{hook}->count;

$one->{hook}->answer('*', { status => 200 });
$one->{t}->start;

ok wait_for(sub {
    $fleet->rows('node', "name = 'till-1' AND session IS NOT NULL") == 1
}, 60), 'the dead one is back';

is $fleet->order($one), 201, 'it goes on';

ok wait_for(sub { $fleet->rows('history') == 3 }, 60), 'all know of that';

is $one->{hook}->count, $before + 1, 'what was moved is not sent again';
is $two->{hook}->count + $three->{hook}->count, $sent + 1,
    'and was sent once';

# PostgreSQL is away

$fleet->pg->stop;

$sent = $two->{hook}->count;

is $fleet->order($two), 201, 'without PostgreSQL an event is taken';
ok wait_for(sub { $two->{hook}->count == $sent + 1 }, 60), 'and sent';

$two->{hook}->answer('*', { status => 500 }, { status => 500 },
                     { status => 200 });

is $fleet->order($two), 201, 'one that fails';
ok wait_for(sub { $two->{hook}->count == $sent + 4 }, 60), 'is tried again';

$fleet->pg->start;

ok wait_for(sub { $fleet->rows('history') == 5 }, 120),
    'once it is there all is made known';
is $fleet->rows('owed'), 0, 'nothing is owed';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
