# POST purge, a task, and webhookctl purge of events to many endpoints, which go
# in several steps of the store: the answers come when all is gone.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $wide = 250;

my $s = Webhook::Routes->new(
    http => join '', map { "webhook_endpoint wide-$_ {\n"
                           . "    url    http://127.0.0.1:%%PORT_hook%%/wide;\n"
                           . "    events order.add;\n"
                           . "    retry  attempts=5 first=1h;\n"
                           . "}\n" } 1 .. $wide,
);
my ($t, $root) = @$s{qw(t root)};

$s->{hook}->answer('*', 503);


# Events that there are, each as its number of deliveries that wait.

sub events
{
    local $root->{openapi};

    my (%events, $cursor);

    do {
        (undef, my $page) = $root->get('deliveries?limit=200'
                                       . ($cursor ? "&cursor=$cursor" : ''));

        $events{$_->{event}} += $_->{state} eq 'pending' && ($_->{status} // 0) == 503
            for @{$page->{items}};
        $cursor = $page->{next};
    } while ($cursor);

    return \%events;
}


# An event whose first sends have all failed.

sub order
{
    my $before = events();

    my $r = $s->order(customer => { email => 'an@example.com' });

    die "no order: $r->{status}\n" unless $r->{status} == 201;

    my $id;

    wait_for(sub {
        my $now = events();

        ($id) = grep { !exists $before->{$_} && $now->{$_} >= $wide }
                     keys %$now;
    }, 60) or die "its sends do not fail\n";

    return $id;
}


my $id = order();

my ($r) = $root->post('purge', { event => $id });

is $r->{status}, 204, 'an event to many endpoints is purged by the API';
is_deeply events(), {}, 'and there is nothing of it';

($r) = $root->post('purge', { event => $id });

is $r->{status}, 404, 'it is not there';

$id = order();

my ($status, $out) = $t->ctl('purge', '--yes', $id);

is $status, 0, 'by webhookctl';
like $out, qr/is removed/, 'which tells so';
is_deeply events(), {}, 'and there is nothing of it';

$id = order();

($r, my $task) = $root->post('purge', { path => 'customer.email',
                                          value => 'an@example.com' });

is $r->{status}, 202, 'a task';

ok wait_for(sub {
    (undef, my $now) = $root->get("tasks/$task->{id}");

    $now->{state} eq 'done' && $now->{done} == 1;
}, 60), 'is done';

is_deeply events(), {}, 'and there is nothing of it';

$t->stop;

($status, $out) = $t->ctl('check');

is $status, 0, 'the store is sound' or diag $out;

done_testing;
