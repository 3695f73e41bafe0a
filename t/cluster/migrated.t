#!/usr/bin/perl

# The database of a cluster as an earlier version left it, t/data/cluster-8.sql.gz:
# it is migrated, and all that nodes of that version call is there as it was; a node
# of this version reads what they wrote, takes what they had, and sends it.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Nginx qw(root_dir);
use Webhook::Postgres;
use Webhook::Test qw(wait_for);

my $dump = root_dir() . '/t/data/cluster-8.sql.gz';
my $schema = 8;

# What nodes may call: names, arguments, results.

my $calls = 'SELECT p.proname, pg_get_function_identity_arguments(p.oid),'
            . ' pg_get_function_result(p.oid),'
            . " has_function_privilege('webhook_node', p.oid, 'EXECUTE')"
            . ' FROM pg_proc p'
            . " WHERE p.pronamespace = 'webhook'::regnamespace"
            . " AND p.proname ~ '_[0-9]+\$' ORDER BY 1";

sub calls
{
    my ($pg) = @_;

    return map { $_ => 1 } split /\n/, $pg->ask($calls);
}

# The schema without what hours it was made in.

sub schema
{
    my ($pg) = @_;

    return join "\n", grep { !/_\d{5,}\b/ && !/^--/ && !/^\s*$/ }
                      split /\n/, $pg->dump('-s', '--no-comments');
}

my $fleet = Webhook::Fleet->new(nodes => 0, routes => 1, lease => '18s',
                                dump => $dump);

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

my $pg = $fleet->pg;

is $pg->ask('SELECT schema FROM webhook.cluster'), $schema,
    'a cluster of an earlier version';
is $fleet->rows('owed'), 2, 'its dead nodes had two deliveries';
is $fleet->rows('history'), 10, 'and have delivered, or given up, others';

# however old the file is by now, and whatever of it would be dropped

$pg->ask('UPDATE webhook.cluster SET keep = 1000000');

my %before = calls($pg);

ok keys %before > 15, 'nodes call functions';

my ($status, $text) = $fleet->ctl('migrate');

is $status, 0, 'it is migrated' or diag $text;

my %after = calls($pg);

is_deeply [grep { !$after{$_} } sort keys %before], [],
    'all functions are there as they were, so that older nodes go on';

# what a new cluster has, it has

if ($pg->ask('SELECT schema FROM webhook.cluster') > $schema) {
    my $new = Webhook::Postgres->new;

    $fleet->ctl_at($new, 'init');
    is schema($pg), schema($new), 'its schema is that of a new one';
}

# a node of this version

my $three = $fleet->add(3);
my $api = $three->{s}{root};

sub until_so
{
    my ($name, $path, $so) = @_;
    my @got;

    local $api->{openapi};

    ok wait_for(sub { @got = $api->get($path); return $so->(@got) }, 60), $name
        or diag $got[0]{body};

    return $got[1];
}

sub items { return $_[1] ? scalar @{$_[1]{items} // []} : -1 }

my $list = until_so('it knows what was registered', 'endpoints',
                    sub { items(@_) >= 2 });
my %endpoint = map { $_->{name} => $_ } @{$list->{items}};

ok $endpoint{erp} && $endpoint{idle}, 'by their names';
is $endpoint{erp}{state}{held}, undef, 'its secret is read';

until_so('a pause holds', "endpoints/$endpoint{idle}{id}",
                    sub { $_[1]{state}{paused} });

# history

my %found;
my $page = until_so('it lists the history of all', 'deliveries?node=all&limit=50',
                    sub { items(@_) == 12 });

$found{$_->{state}}++ for @{$page->{items}};

is_deeply \%found, { delivered => 5, dead => 4, cancelled => 1, pending => 2 },
    'each delivery in its state' or diag explain \%found;

my ($dead) = grep { $_->{state} eq 'dead' } @{$page->{items}};
my ($r, $shown) = $api->get("deliveries/$dead->{id}");

is $r->{status}, 200, 'one is shown' or diag $r->{body};
is $shown->{attempts}[0]{status}, 500, 'with its attempt';
cmp_ok $shown->{request}{body_length}, '>', 10, 'and what was sent';

for my $node (qw(till-1 till-2)) {
    ok scalar(grep { $_->{node} eq $node } @{$page->{items}}),
        "deliveries of $node";
}

my ($receiver) = grep { $_->{name} eq 'shop' }
                 @{($api->get('receivers'))[1]{items}};
until_so('a call', "receivers/$receiver->{id}/calls?node=all",
                        sub { items(@_) == 1 });

# what dead nodes had goes where the endpoint is now

($r) = $api->patch("endpoints/$endpoint{erp}{id}",
                   { url => $three->{hook}->url('/hooks/pos'), secret =>
                     'whsec_' . 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY' },
                   headers => ['If-Match' => '*']);
is $r->{status}, 200, 'the endpoint has another address' or diag $r->{body};

ok wait_for(sub {
    (grep { $_->{path} eq '/hooks/pos' } @{$three->{hook}->requests}) == 2
}, 120), 'two deliveries are taken, and sent';

ok wait_for(sub { $fleet->rows('owed') == 0 }, 60), 'nothing is owed';

ok wait_for(sub { $fleet->rows('history', 'state = 2') == 7 }, 60),
    'they are history';

# and it goes on

is $three->{s}->order(company_id => 1260)->{status}, 201, 'an event here';
ok wait_for(sub { $fleet->rows('history', 'state = 2') == 9 }, 60),
    'is history, too';

($status, $text) = $three->{t}->ctl('check');
is $status, 0, 'the store is sound' or diag $text;

$three->{t}->stop;
$three->{t}->ok_logs;

done_testing;
