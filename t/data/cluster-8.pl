#!/usr/bin/perl

# Made t/data/cluster-8.sql.gz: the database of a cluster of schema 8 and records of
# format 1, as a later version finds it.  Both nodes are dead.  What is in it is what
# t/cluster/migrated.t counts.  It has to be run with the sources of a version with
# that schema:
#
#     perl -It/lib t/data/cluster-8.pl > t/data/cluster-8.sql
#     gzip -9n t/data/cluster-8.sql

use strict;
use warnings;

use Test::More;

use Webhook::Fleet;
use Webhook::Test qw(wait_for);

# each answer of the API is a test
Test::More->builder->output(\*STDERR);

my $fleet = Webhook::Fleet->new(nodes => 2, routes => 1, lease => '18s')
    or die "there is no PostgreSQL\n";

sub need
{
    my ($what, $sub) = @_;

    wait_for($sub, 60) or die "$what\n";
}

$fleet->start or die "they do not join\n";

my ($one, $two) = $fleet->nodes;
my $api = $one->{s}{manager};

local $api->{openapi};

# what is registered: one that is patient, with a secret, and one that is paused

my ($r, $erp) = $api->post('endpoints', $one->{s}->endpoint(
    name => 'erp', secret => 'whsec_' . 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY',
    retry => { attempts => 1000, first => '2s', max => '2s' }));
die $r->{body} unless $r->{status} == 201;

($r, my $idle) = $api->post('endpoints', $one->{s}->endpoint(
    name => 'idle', events => ['contact.add']));
die $r->{body} unless $r->{status} == 201;

($r) = $api->post("endpoints/$idle->{id}/pause", { reason => 'not now' });
die $r->{body} unless $r->{status} == 200;

($r, my $shop) = $api->post('receivers', $one->{s}->receiver(name => 'shop'));
die $r->{body} unless $r->{status} == 201;

my ($path) = $r->{body} =~ m{(/web/hook/[^"]+)"};

need('it is not at two', sub {
    (($two->{s}{manager}->get("endpoints/$erp->{id}"))[0]{status}) == 200
});

# delivered: at both endpoints, to an event of each node

$_->{s}->order(company_id => 1260) for $one, $two;
need('nothing is delivered', sub { $fleet->rows('history', 'state = 2') == 4 });

# dead, after an attempt; delivered

$_->{hook}->answer('/configured', { status => 500 }) for $one, $two;
$one->{s}->order(company_id => 1260);
need('none is dead', sub { $fleet->rows('history', 'state = 3') == 1
                           && $fleet->rows('history', 'state = 2') == 5 });

# a call

$one->{t}->request('POST', $path, '{"name": "Ann"}',
                   headers => ['Content-Type' => 'application/json']);
need('there is no call', sub { $fleet->rows('call') == 1 });

# cancelled; and, of each node, open after some attempts

$_->{hook}->answer('*', { status => 500 }) for $one, $two;
$one->{s}->order(company_id => 1260);
need('none waits', sub { $fleet->rows('owed') == 1 });

my ($waiting) = $api->get('deliveries?state=pending');
my ($id) = $waiting->{body} =~ /"id": ?"([^"]+)"/;

($r) = $api->post("deliveries/$id/cancel", {});
die $r->{body} unless $r->{status} == 200;

need('none is cancelled', sub { $fleet->rows('history', 'state = 4') == 1 });

$_->{s}->order(company_id => 1260) for $one, $two;
need('none waits', sub { $fleet->rows('owed', 'sends >= 2') == 2
                         && $fleet->rows('history', 'state = 3') == 4 });

$_->{t}->kill_all for $one, $two;

print $fleet->pg->dump;

done_testing;
