#!/usr/bin/perl

# A binary upgrade of a node, while events happen there and some of its deliveries
# fail: the new binary goes on as the same node, nothing is lost, and nothing is sent
# twice, here or by another node; a second one too, and then it stops.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use POSIX ();

use Webhook::Fleet;
use Webhook::Sandbox qw(slurp write_file);
use Webhook::Test qw(wait_for);

# so long that nothing here waits for the end of a lease

my $fleet = Webhook::Fleet->new(nodes => 2, lease => '600s', daemon => 1,
                                retry => 'attempts=1000 first=500ms max=1s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'both have joined';

my ($one, $two) = $fleet->nodes;
my $nginx = $one->{t}->nginx;
my $mark = $nginx->mark;
my $made = 0;

# Events, each of which is taken; the last status that was not 201.

sub events
{
    my ($count) = @_;

    my $wrong = 201;

    for (1 .. $count) {
        my $status = $fleet->order($one);
        $wrong = $status if $status != 201;
    }

    $made += $count;

    return $wrong;
}

# who ships, as the log has it

sub shipper
{
    my @pids = $nginx->error_log($mark) =~ /\] (\d+)#\d+: [^\n]*this worker ships/g;

    return $pids[-1] // 0;
}

for my $round (1, 2) {

    # some wait for the endpoint, and are known to the cluster

    $one->{hook}->answer('*', { status => 500 });

    is events(3), 201, 'events whose deliveries fail';
    ok wait_for(sub { $fleet->rows('owed') == 3 }, 60), 'the cluster knows them';

    my $master = $nginx->pid;
    my @workers = $nginx->workers;

    # and many happen while it is upgraded

    my $told = $nginx->prefix . '/logs/sent';
    my $enough = $nginx->prefix . "/logs/enough$round";
    my $child = fork // die "fork: $!\n";

    if (!$child) {
        my ($sent, $wrong) = (0, 0);

        while (!-e $enough && $sent < 20000) {
            my $r = $one->{t}->request('POST', '/api/orders', '{"n": 1}');

            if (($r->{status} // 0) != 201) {
                $wrong++;
                diag join ' ', map { "$_=" . ($r->{$_} // '') } sort keys %$r;
            }

            $sent++;
            select undef, undef, undef, 0.02;
        }

        write_file($told, "$sent $wrong");
        POSIX::_exit(0);
    }

    ok $nginx->upgrade(60), "binary upgrade $round";

    isnt $nginx->pid, $master, 'there is another master';
    ok wait_for(sub { my $s = shipper(); grep { $_ == $s } $nginx->workers }, 60),
        'a worker of it ships';

    write_file($enough, '');
    waitpid $child, 0;

    my ($sent, $wrong) = split ' ', slurp($told);

    is $wrong, 0, "each of $sent requests meanwhile was answered 201";
    $made += $sent;

    is $fleet->rows('node', "name = 'till-1' AND NOT fenced AND session IS NOT"
                            . ' NULL'), 1, 'the node is in the cluster';

    # the endpoint takes them

    $one->{hook}->answer('*', { status => 200 });

    is events(2), 201, 'events afterwards';

    ok wait_for(sub { $fleet->rows('history', 'state = 2') == $made
                      && $fleet->rows('owed') == 0 }, 120),
        'all are delivered, and the cluster knows it'
        or diag "$made, of which " . $fleet->rows('history');
}

my %taken;

for my $request (@{$one->{hook}->requests}) {
    $taken{$request->{headers}{'webhook-id'}}++ if $request->{answer} eq '200';
}

is scalar(keys %taken), $made, 'each was sent';
is_deeply [grep { $taken{$_} > 1 } keys %taken], [], 'and taken once';

is $two->{hook}->count, 0, 'the other node has sent none of it';
unlike $nginx->error_log($mark), qr/has left/, 'it never left the cluster';

# when it stops it leaves

ok $one->{t}->stop, 'it stops';
like $nginx->error_log($mark), qr/node "till-1" has left/, 'and leaves';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
