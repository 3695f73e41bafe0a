#!/usr/bin/perl

# The deliveries and calls of all nodes, at any of them; what another node has is
# shown, sent again, and cancelled; a company sees its own.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);

my $fleet = Webhook::Fleet->new(nodes => 2, routes => 1, lease => '30s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two) = $fleet->nodes;
my %api = map { $_->{n} => $_->{s}{manager} } $one, $two;

# Asks until it is so, without a test of each answer.

sub until_so
{
    my ($name, $api, $path, $so) = @_;
    my @got;

    local $api->{openapi};

    ok wait_for(sub { @got = $api->get($path); return $so->(@got) }, 60), $name
        or diag $got[0]{body};

    return $got[1];
}

sub items { return $_[1] ? scalar @{$_[1]{items} // []} : -1 }

my ($r, $who) = $api{1}->get('whoami');
is $who->{node}, 'till-1', 'a node says which it is';

my ($made, $ep) = $api{1}->post('endpoints', $one->{s}->endpoint(
    name => 'erp', retry => { attempts => 1 }));
is $made->{status}, 201, 'an endpoint' or diag $made->{body};

until_so('is at both', $api{2}, "endpoints/$ep->{id}",
         sub { $_[0]{status} == 200 });

# what was delivered at one is seen at two

is $one->{s}->order(company_id => 1260)->{status}, 201, 'an order at one';

my $page = until_so('it is in the list of all nodes', $api{2},
                    'deliveries?node=all',
                    sub { items(@_) == 1
                          && $_[1]{items}[0]{state} eq 'delivered' });

($r, $page) = $api{2}->get('deliveries?node=all');

my $delivery = $page->{items}[0];

is $delivery->{node}, 'till-1', 'with its node';

($r, $page) = $api{2}->get('deliveries');
is items($r, $page), 0, 'two itself has none';
($r, $page) = $api{2}->get('deliveries?node=till-1');
is items($r, $page), 1, 'one has';
($r, $page) = $api{2}->get('deliveries?node=till-2');
is items($r, $page), 0, 'and two has not';
($r, $page) = $api{1}->get('deliveries');
is $page->{items}[0]{node}, 'till-1', 'one tells its own with its name';

($r, my $shown) = $api{2}->get("deliveries/$delivery->{id}");
is $r->{status}, 200, 'it is shown at two' or diag $r->{body};
is $shown->{node}, 'till-1', 'with its node';
is scalar @{$shown->{attempts} // []}, 1, 'and its attempt';

($r) = $two->{s}{root}->get("deliveries/$delivery->{id}/payload");
is $r->{status}, 200, 'and what was sent' or diag $r->{body};
like $r->{body}, qr/100000/, 'as it was';

# another company sees nothing of it

($r, $page) = $two->{s}{other}->get('deliveries?node=all');
is items($r, $page), 0, 'another company has no list of it';
($r) = $two->{s}{other}->get("deliveries/$delivery->{id}");
is $r->{status}, 404, 'nor the delivery';
($r) = $two->{s}{other}->post("deliveries/$delivery->{id}/retry", {});
is $r->{status}, 404, 'nor can it do anything with it';

($r) = $api{2}->post("deliveries/$delivery->{id}/replay", {});
is $r->{status}, 409, 'it is replayed at its own node';
like $r->{body}, qr/till-1/, 'which is named';
($r) = $api{2}->post("deliveries/$delivery->{id}/retry", {});
is $r->{status}, 409, 'what was delivered is not retried';

# one that is dead is retried at two

$one->{hook}->answer('*', { status => 500 });

is $one->{s}->order(company_id => 1260)->{status}, 201, 'one that fails';

$page = until_so('it is dead for all', $api{2},
                 'deliveries?node=all&state=dead', sub { items(@_) == 1 });

my $dead = $page->{items}[0]{id};
my $sent = $one->{hook}->count;

$one->{hook}->answer('*', { status => 200 });

($r, $shown) = $api{2}->post("deliveries/$dead/retry", {});
is $r->{status}, 200, 'it is retried at two' or diag $r->{body};

ok wait_for(sub { $one->{hook}->count == $sent + 1 }, 60), 'it is sent';
until_so('and delivered', $api{2}, "deliveries?node=all&state=delivered",
         sub { items(@_) == 2 });

# one that waits is retried and cancelled by its node

($made, my $slow) = $api{1}->post('endpoints', $one->{s}->endpoint(
    name => 'slow', url => $one->{hook}->url('/slow'),
    retry => { attempts => 50, first => '1h' }));
is $made->{status}, 201, 'an endpoint that is patient' or diag $made->{body};

$one->{hook}->answer('/slow', { status => 500 });

is $one->{s}->order(company_id => 1260)->{status}, 201, 'one that waits';

my $waits = "deliveries?node=all&state=pending&endpoint=$slow->{id}";

until_so('two knows the endpoint', $api{2}, "endpoints/$slow->{id}",
         sub { $_[0]{status} == 200 });
$page = until_so('it waits', $api{2}, $waits,
                 sub { items(@_) == 1 && $_[1]{items}[0]{sends} == 1 });

my $waiting = $page->{items}[0]{id};

($r, my $asked) = $api{2}->post("deliveries/$waiting/retry", {});
is $r->{status}, 202, 'one is asked to retry it' or diag $r->{body};
is $asked->{node}, 'till-1', 'which is told';

until_so('it was tried again', $api{2}, $waits,
         sub { items(@_) == 1 && $_[1]{items}[0]{sends} == 2 });

($r, $asked) = $api{2}->post("deliveries/$waiting/cancel", {});
is $r->{status}, 202, 'one is asked to cancel it' or diag $r->{body};

until_so('it is cancelled', $api{2},
         "deliveries?node=all&state=cancelled&endpoint=$slow->{id}",
         sub { items(@_) == 1 });

# calls

($made, my $rc) = $api{1}->post('receivers', $one->{s}->receiver(
    name => 'shop'));
is $made->{status}, 201, 'a receiver' or diag $made->{body};

my ($path) = $made->{body} =~ m{(/web/hook/[^"]+)"};

until_so('is at two', $api{2}, "receivers/$rc->{id}",
         sub { $_[0]{status} == 200 });

is $one->{t}->request('POST', $path, '{"name": "Ann"}', headers =>
        ['Content-Type' => 'application/json'])->{status}, 200, 'a call at one';

$page = until_so('is in the list of all', $api{2},
                 "receivers/$rc->{id}/calls?node=all",
                 sub { items(@_) == 1 });

($r, $page) = $api{2}->get("receivers/$rc->{id}/calls?node=all");
is $page->{items}[0]{node}, 'till-1', 'with its node';

my $call = $page->{items}[0]{id};

($r, $shown) = $api{2}->get("receivers/$rc->{id}/calls/$call");
is $r->{status}, 200, 'it is shown at two' or diag $r->{body};
is $shown->{node}, 'till-1', 'with its node';

($r) = $api{2}->post("receivers/$rc->{id}/calls/$call/replay", {});
is $r->{status}, 409, 'and made again at its own node' or diag $r->{body};

($r, $page) = $api{2}->get("receivers/$rc->{id}/calls");
is items($r, $page), 0, 'two itself had none';

# PostgreSQL is away

$fleet->pg->stop;

($r) = $api{2}->get('deliveries?node=all');
is $r->{status}, 503, 'without PostgreSQL there is no list of all';

($r) = $api{1}->get('deliveries');
is $r->{status}, 200, 'but that of the node';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
