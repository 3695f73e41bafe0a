#!/usr/bin/perl

# A change of what is registered whose commit is done, and whose answer does not
# come: the API asks again, and once it is known answers as if nothing had been; if it
# stays unknown it says so, and who repeats the request, at any node, finds out.  It is
# done once in any case.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Fleet::Wire;
use Webhook::Postgres;
use Webhook::Sandbox qw(slurp write_file);
use Webhook::Test qw(wait_for);

use POSIX ();

my $pg = Webhook::Postgres->new(tcp => 1)
    or plan skip_all => 'there is no server of PostgreSQL 15';

my $wire = Webhook::Fleet::Wire->new($pg->port);
my ($port) = $wire->ports;

# leases that do not end meanwhile; one worker, whose connection is there already

my $fleet = Webhook::Fleet->new(nodes => 2, routes => 1, lease => '120s',
    workers => 1, pg => $pg, place => sub {
        return "host=127.0.0.1 port=$port user=$_[0] dbname=postgres"
               . ' sslmode=disable';
    });

plan skip_all => 'there is no libpq' unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two) = $fleet->nodes;
my $api = $one->{s}{manager};

my ($r, $first) = $api->post('endpoints', $one->{s}->endpoint(name => 'first'));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

# A request, by a process of its own: its status and its body come into a file.

my $file = $one->{t}->prefix . '/logs/answer';

sub ask
{
    my ($key, $name) = @_;

    unlink $file;

    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;

    local $api->{openapi};

    my ($r) = $api->post('endpoints', endpoint($name), timeout => 60,
                         headers => ['Idempotency-Key' => $key]);

    write_file("$file.new", ($r->{status} // 0) . "\n" . ($r->{body} // ''));
    rename "$file.new", $file;

    POSIX::_exit(0);
}

sub endpoint
{
    my ($name) = @_;

    return { name => $name, url => $one->{hook}->url('/hooks/pos'),
             events => ['order.add'] };
}

sub answer
{
    my ($pid) = @_;

    waitpid $pid, 0;

    return split /\n/, slurp($file) // '', 2;
}

sub made
{
    return $fleet->rows('object', "name = '$_[0]' AND NOT removed");
}

# the answer is lost, and the connection is cut: it is asked again

($r) = $api->patch("endpoints/$first->{id}", { description => 'used' },
                   headers => ['If-Match' => '*']);
is $r->{status}, 200, 'the connection is used' or diag $r->{body};

$wire->say('mute');

my $pid = ask('one', 'soon');

ok wait_for(sub { made('soon') == 1 }, 60), 'a change is committed';

$wire->say('cut');

my ($status, $body) = answer($pid);

is $status, 201, 'which is known once it was asked again' or diag $body;
is made('soon'), 1, 'it was done once';
like $body, qr/"version": ?1\b/, 'in its first version';

# the answer does not come at all

$wire->say('mute');

$pid = ask('two', 'late');

ok wait_for(sub { made('late') == 1 }, 60), 'another one is committed';

($status, $body) = answer($pid);

is $status, 503, 'nobody says so' or diag $body;
like $body, qr/not known whether this was done/, 'which is told';
like $body, qr/same Idempotency-Key/, 'and how to find out';

$wire->say('cut');

for my $node ($two, $one) {
    my $s = $node->{s}{manager};
    my ($r, $ep);

    local $s->{openapi};

    # a node that was cut off for long joins anew

    ok wait_for(sub {
        ($r, $ep) = $s->post('endpoints', endpoint('late'),
                             headers => ['Idempotency-Key' => 'two']);
        return $r->{status} != 503;
    }, 120), "it is asked for again at node $node->{n}";

    is $r->{status}, 201, 'and was done' or diag $r->{body};
    is made('late'), 1, 'once';
}

for my $node ($one, $two) {
    my $s = $node->{s}{manager};
    my ($r, $list);

    local $s->{openapi};

    ok wait_for(sub {
        ($r, $list) = $s->get('endpoints');
        return @{$list->{items} // []} == 3;
    }, 120), "node $node->{n} has all three" or diag $r->{body};

    my ($status, $text) = $node->{t}->ctl('check');

    is $status, 0, 'its store is sound' or diag $text;
}

$_->{t}->stop for $one, $two;
$_->{t}->ok_logs for $one, $two;

done_testing;
