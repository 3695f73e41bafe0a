#!/usr/bin/perl

# What is registered at one node is registered at all of them: made, changed, paused
# and removed by any of them; and while PostgreSQL is away nothing is changed, which
# is said.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);

my $fleet = Webhook::Fleet->new(nodes => 3, routes => 1, lease => '30s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two, $three) = $fleet->nodes;

# What a node says of a thing, once that is so: a sub that is given the answer and
# its JSON tells.

sub at
{
    my ($node, $path, $so) = @_;
    my @got;

    my $api = $node->{s}{manager};
    local $api->{openapi};

    ok wait_for(sub {
        @got = $api->get($path);
        return $so->(@got);
    }, 60), "node $node->{n}: $path" or diag $got[0]{body};

    return @got;
}

sub is_there { return sub { $_[0]{status} == 200 } }
sub is_gone  { return sub { $_[0]{status} == 404 } }

# made at one

my ($r, $ep) = $one->{s}{manager}->post('endpoints', $one->{s}->endpoint(
    name => 'erp', secret => 'whsec_' . 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'));
is $r->{status}, 201, 'an endpoint is made at one' or diag $r->{body};
is $ep->{version}, 1, 'its version';

($r) = $one->{s}{manager}->get("endpoints/$ep->{id}");
is $r->{status}, 200, 'and is there at once';

at($_, "endpoints/$ep->{id}", is_there) for $two, $three;

is $three->{s}->order(company_id => 1260)->{status}, 201, 'an order at three';
is scalar(grep { $_->{path} eq '/hooks/pos' }
          @{$one->{hook}->wait_requests(1)}), 1,
    'goes to what was registered at one';

# a name is taken everywhere

($r) = $two->{s}{manager}->post('endpoints', $two->{s}->endpoint(
    name => 'erp'));
is $r->{status}, 409, 'the name is taken at two';

($r) = $two->{s}{other}->post('endpoints', $two->{s}->endpoint(name => 'erp'));
is $r->{status}, 201, 'not for another company' or diag $r->{body};

# changed at two

my @any = (headers => ['If-Match' => '*']);

($r, my $changed) = $two->{s}{manager}->patch("endpoints/$ep->{id}",
    { description => 'from two' }, @any);
is $r->{status}, 200, 'it is changed at two' or diag $r->{body};
is $changed->{version}, 2, 'its version rises';

# ... and at three, which may not have that yet: with no version named it is read
# again, and with an older one refused

($r, $changed) = $three->{s}{manager}->patch("endpoints/$ep->{id}",
    { retry => { attempts => 4 } }, @any);
is $r->{status}, 200, 'it is changed at three' or diag $r->{body};
is $changed->{version}, 3, 'behind the change of two';
is $changed->{description}, 'from two', 'which is kept';

($r) = $two->{s}{manager}->patch("endpoints/$ep->{id}",
    { retry => { attempts => 5 } }, headers => ['If-Match' => '"2"']);
is $r->{status}, 412, 'who knows an older version does not change it';

at($_, "endpoints/$ep->{id}", sub { ($_[1]{version} // 0) == 3 })
    for $one, $two;

# an Idempotency-Key is known to all nodes

my @once = (headers => ['Idempotency-Key' => 'first']);
my $body = $one->{s}->receiver(name => 'shop');

($r, my $first) = $one->{s}{manager}->post('receivers', $body, @once);
is $r->{status}, 201, 'a receiver is made at one' or diag $r->{body};

($r, my $again) = $two->{s}{manager}->post('receivers', $body, @once);
is $r->{status}, 201, 'asked again at two' or diag $r->{body};
is $r->{headers}{'idempotency-replayed'}, 'true', 'it is known';
is_deeply $again, $first, 'and answered the same, with its token';

($r) = $three->{s}{manager}->post('receivers', { %$body, name => 'other' },
                                  @once);
is $r->{status}, 422, 'not for another body';

($r) = at($three, "receivers/$first->{id}", is_there);

# paused at one, at all

($r) = $one->{s}{manager}->post("endpoints/$ep->{id}/pause",
                                { reason => 'inventory' });
is $r->{status}, 200, 'paused at one' or diag $r->{body};

my (undef, $told) = $one->{s}{manager}->get("endpoints/$ep->{id}");
is $told->{state}{reason}, 'inventory', 'at once';

at($_, "endpoints/$ep->{id}",
   sub { $_[0]{body} =~ /inventory/ }) for $two, $three;

my $had = $one->{hook}->count;

is $three->{s}->order(company_id => 1260)->{status}, 201, 'an order at three';

at($three, 'deliveries?state=pending', sub { @{$_[1]{items} // []} == 1 });

($r) = $two->{s}{manager}->post("endpoints/$ep->{id}/resume", {});
is $r->{status}, 200, 'resumed at two' or diag $r->{body};

ok wait_for(sub { $one->{hook}->count > $had }, 60), 'it is sent';

at($_, "endpoints/$ep->{id}",
   sub { $_[0]{body} !~ /inventory/ }) for $one, $three;

# PostgreSQL is away

$fleet->pg->stop;

($r, $told) = $two->{s}{manager}->patch("endpoints/$ep->{id}",
                                        { retry => { attempts => 6 } }, @any);
is $r->{status}, 503, 'without PostgreSQL it is not changed';
like $told->{detail}, qr/cluster is away.*nothing was changed/, 'and told so';

($r, $told) = $two->{s}{manager}->post("endpoints/$ep->{id}/pause", {});
is $r->{status}, 503, 'nor paused';

($r, $told) = $two->{s}{manager}->post('registry', { items => [
    { kind => 'endpoint', %{ $two->{s}->endpoint(name => 'more') } } ] });
is $told->{failed}, 1, 'nor imported' or diag $r->{body};
like $r->{body}, qr/cluster is away/, 'which is said';

is $three->{s}->order(company_id => 1260)->{status}, 201, 'an order is taken';

$fleet->pg->start;

ok wait_for(sub {
    local $two->{s}{manager}{openapi};
    ($r, $changed) = $two->{s}{manager}->patch("endpoints/$ep->{id}",
                                               { retry => { attempts => 7 } }, @any);
    return $r->{status} == 200;
}, 90), 'once it is there again it is changed' or diag $r->{body};

is $changed->{version}, 4, 'once';

# removed at two

($r) = $two->{s}{manager}->del("endpoints/$ep->{id}?cancel=1", @any);
is $r->{status}, 204, 'it is removed at two' or diag $r->{body};

at($_, "endpoints/$ep->{id}", is_gone) for $one, $three;

($r) = $three->{s}{manager}->post('endpoints', $three->{s}->endpoint(
    name => 'erp'));
is $r->{status}, 201, 'the name is free' or diag $r->{body};

is $fleet->pg->ask("SELECT count(*) FROM webhook.object WHERE position("
                   . "'QUJDREVGR0hJSktM'::bytea in data) > 0"), 0,
    'no secret stands in PostgreSQL in clear';

for my $node ($fleet->nodes) {
    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, "the store of node $node->{n} is sound" or diag $text;

    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;
