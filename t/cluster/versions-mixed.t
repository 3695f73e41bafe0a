#!/usr/bin/perl

# A node of the version before beside two newer ones, which write records that it
# cannot read: what one of those has when it dies the old node leaves to the other,
# however long that is not there, and says so; it goes on with what it can read, and
# others take what it had.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(wait_for);

my $next = build_dir() . '/interop/ngx_http_webhook_pgsql_module.so';

plan skip_all => 'there is no library of the version after' unless -f $next;

my $fleet = Webhook::Fleet->new(
    nodes => 3, libraries => [undef, $next, $next],
    retry => 'attempts=1000 first=500ms max=1s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

my ($old, $new, $other) = $fleet->nodes;

sub joined
{
    my ($node) = @_;

    my $n = $node->{n};

    return wait_for(sub {
        $fleet->rows('node', "name = 'till-$n' AND session IS NOT NULL"
                             . ' AND NOT fenced')
    }, 90);
}

# the new one is the first, and so it is the one that tidies up

$new->{t}->start;
ok joined($new), 'a new node has joined';
$old->{t}->start;
ok joined($old), 'and an old one';

is $fleet->pg->ask('SELECT string_agg(format::text, \' \' ORDER BY name)'
                   . ' FROM webhook.node WHERE id > 0'), '1 2',
    'their formats are known';

$_->{hook}->answer('*', { status => 500 }) for $old, $new;

is $fleet->order($new), 201, 'an event at the new one';
is $fleet->order($old), 201, 'and one at the old one';

ok wait_for(sub { $fleet->rows('owed', 'format = 2') == 1
                  && $fleet->rows('owed', 'format = 1') == 1 }, 60),
    'each is in the cluster, as its node writes it';

my $mark = $old->{t}{nginx}->mark;

$new->{t}->kill_all;

# the old one is alone

ok wait_for(sub { ($fleet->metric($old, 'cluster_unread_deliveries') // 0) == 1 },
            120), 'the old one counts what waits for a new one';
like $old->{t}{nginx}->error_log($mark),
    qr/1 deliveries of the cluster were written by a newer version/,
    'and says so';

is $fleet->rows('owed', "format = 2 AND node = (SELECT id FROM webhook.node"
                        . " WHERE name = 'till-2')"), 1, 'it leaves it alone';
is $fleet->metric($old, 'cluster_taken_total'), 0, 'it has taken nothing';
is $fleet->metric($old, 'cluster_refused_total'), 0, 'nor refused anything';
is $fleet->metric($old, 'cluster_joined'), 1, 'and it is in the cluster';

$old->{hook}->answer('*', { status => 200 });

ok wait_for(sub { $fleet->rows('history', 'state = 2') == 1 }, 60),
    'what it can read goes on';

# a new one comes, and has it

my $sent = $old->{hook}->count;

$other->{hook}->answer('*', { status => 200 });
$other->{t}->start;

ok wait_for(sub { $other->{hook}->count == 1 }, 120), 'another new one sends it';
ok wait_for(sub { $fleet->rows('owed') == 0
                  && $fleet->rows('history', 'state = 2') == 2 }, 60),
    'it is over';
is $old->{hook}->count, $sent, 'the old one has not sent it';

# what the old one has when it dies

$old->{hook}->answer('*', { status => 500 });
is $fleet->order($old), 201, 'an event at the old one';
ok wait_for(sub { $fleet->rows('owed', 'format = 1') == 1 }, 60),
    'is in the cluster';

$old->{t}->kill_all;

ok wait_for(sub { $other->{hook}->count == 2 }, 120), 'a new one sends that, too';
ok wait_for(sub { $fleet->rows('owed') == 0
                  && $fleet->rows('history', 'state = 2') == 3 }, 60),
    'it is over';

# both come back, as they were

$old->{hook}->answer('*', { status => 200 });
$new->{hook}->answer('*', { status => 200 });
$_->{t}->start for $old, $new;

ok joined($_), "node $_->{n} is back" for $old, $new;

my %before = map { $_->{n} => $_->{hook}->count } $old, $new;

is $fleet->order($_), 201, "an event at node $_->{n}" for $old, $new;

ok wait_for(sub { $fleet->rows('history', 'state = 2') == 5 }, 60),
    'they go on';
is $_->{hook}->count, $before{$_->{n}} + 1,
    "node $_->{n} has sent nothing of what was over" for $old, $new;

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
