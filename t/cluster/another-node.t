#!/usr/bin/perl

# What another node has by now: the node that had it shows it as it is there, names
# who has it, and has that one retry it; webhookctl, which knows the store alone, says
# what to do.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);

my $fleet = Webhook::Fleet->new(nodes => 2, routes => 1, lease => '18s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two) = $fleet->nodes;
my $api = $one->{s}{manager};

sub until_so
{
    my ($name, $at, $path, $so) = @_;
    my @got;

    local $at->{openapi};

    ok wait_for(sub { @got = $at->get($path); return $so->(@got) }, 60), $name
        or diag $got[0]{body};

    return $got[1];
}

# an endpoint that is patient

my ($r, $ep) = $api->post('endpoints', $one->{s}->endpoint(
    name => 'erp', retry => { attempts => 50, first => '1h' }));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

until_so('is at both', $two->{s}{manager}, "endpoints/$ep->{id}",
         sub { $_[0]{status} == 200 });

$_->{hook}->answer('/hooks/pos', { status => 500 }) for $one, $two;

is $one->{s}->order(company_id => 1260)->{status}, 201, 'one that waits';

my $page = until_so('it waits', $api, 'deliveries?node=all&state=pending',
                    sub { @{$_[1]{items} // []} == 1 });
my $id = $page->{items}[0]{id};

ok wait_for(sub { $fleet->rows('owed', 'sends = 1') == 1 }, 60),
    'the cluster knows it';

# its node dies, and another one has it

$one->{t}->kill_all;

ok wait_for(sub {
    $fleet->rows('owed o JOIN webhook.node n ON n.id = o.node',
                 "n.name = 'till-2'") == 1
}, 120), 'another one has it';

$one->{t}->start;

ok wait_for(sub {
    $fleet->rows('node', "name = 'till-1' AND NOT fenced") == 1
    && ($one->{t}->ctl('list'))[1] =~ /cancelled/
}, 120), 'its node is back, and knows that';

my ($status, $out, $err) = $one->{t}->ctl('retry', $id);

is $status, 1, 'webhookctl cannot retry it there';
like $err, qr/is another node's by now: the API of any node does it/,
    'and says why';

($r, my $shown) = $api->get("deliveries/$id");

is $r->{status}, 200, 'the API shows it' or diag $r->{body};
is $shown->{state}, 'pending', 'as it is';
is $shown->{node}, 'till-2', 'and where';
is scalar @{$shown->{attempts}}, 1, 'with the attempt that was made here';

$_->{hook}->answer('/hooks/pos', { status => 200 }) for $one, $two;

my $before = $one->{hook}->count;

($r, my $asked) = $api->post("deliveries/$id/retry", {});

is $r->{status}, 202, 'the other is asked to retry it' or diag $r->{body};
is $asked->{node}, 'till-2', 'which is named';

until_so('it is delivered', $api, "deliveries/$id",
         sub { ($_[1]{state} // '') eq 'delivered' });

($r, $shown) = $api->get("deliveries/$id");
is $shown->{node}, 'till-2', 'by the other';
is $one->{hook}->count, $before + 1, 'once';

($r) = $api->post("deliveries/$id/replay", {});
is $r->{status}, 409, 'it is replayed there';
like $r->{body}, qr/till-2/, 'which is told';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
