# A purge by a value of a store that grows meanwhile: it is about what was there
# when it began, tells how far it has come, and can be ended.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $root) = @$s{qw(t root)};

my $mail = 'an@example.com';
my $first = 40;

# One delivery has no outcome until it is asked for: the purge has to wait for
# it.

$s->{hook}->answer('*', 200);
$s->{hook}->answer('/held', { hang => 1 });

my (undef, $held) = $root->post('endpoints', $s->endpoint(
    url => $s->{hook}->url('/held'), company => '4711',
    timeout => { read => '5m', total => '5m' }));

my (undef, $ep) = $root->post('endpoints', $s->endpoint(company => '1260'));


sub order
{
    my ($company) = @_;

    my $r = $s->order(company_id => $company, customer => { email => $mail });

    die "no order: $r->{status}\n" unless $r->{status} == 201;
}


# Ids of events that there are.

sub events
{
    my ($endpoint) = @_;

    local $root->{openapi};

    my (@ids, $cursor);

    do {
        (undef, my $page) = $root->get("deliveries?limit=200"
                                       . "&endpoint=$endpoint->{id}"
                                       . ($cursor ? "&cursor=$cursor" : ''));

        push @ids, map { $_->{event} } @{$page->{items}};
        $cursor = $page->{next};
    } while ($cursor);

    return @ids;
}


sub task
{
    my ($id) = @_;

    local $root->{openapi};

    my (undef, $task) = $root->get("tasks/$id");

    return $task;
}


order(4711);

ok wait_for(sub {
    return scalar grep { $_->{path} eq '/held' } @{$s->{hook}->requests};
}), 'one is being sent';

order(1260) for 1 .. $first;

ok wait_for(sub { $first == events($ep) }), 'others are delivered';

my ($r, $made) = $root->post('purge', { path => 'customer.email',
                                        value => $mail });

is $r->{status}, 202, 'a purge' or diag $r->{body};

# --- it goes on while others come

my ($later, $last, $back) = (0, 0, 0);

ok wait_for(sub {
    order(1260);
    $later++;

    my $task = task($made->{id});

    $back++ if $task->{done} < $last;
    $last = $task->{done};

    return $last == $first;
}, 30), 'what there was goes';

is $back, 0, 'the task tells how many, more and more';

my $now = task($made->{id});

is $now->{state}, 'running', 'it waits for what is being sent';
is $now->{done}, $first, 'and has done no others';

# what is counted is what comes behind, and none of it goes, however often the
# task looks for what it waits for

for (1 .. 20) {
    order(1260);
    $later++;
}

is scalar(events($ep)), $later, 'which stay';
is task($made->{id})->{done}, $first, 'and are not its';

# --- it is ended

($r) = $root->del("tasks/$made->{id}");
is $r->{status}, 204, 'it is ended' or diag $r->{body};

$now = task($made->{id});

is $now->{state}, 'ended', 'that is told';
is $now->{done}, $first, 'with what was done';
is scalar(events($held)), 1, 'what was being sent is there';
is scalar(events($ep)), $later, 'and what came later';

# --- once more, and the one that was sent has its outcome

($r, $made) = $root->post('purge', { path => 'customer.email',
                                     value => $mail, company => '1260' });

is $r->{status}, 202, 'again, of a company' or diag $r->{body};

ok wait_for(sub { task($made->{id})->{state} eq 'done' }, 30), 'done';

$now = task($made->{id});

is $now->{done}, $later, 'all that came';
is $now->{failed}, 0, 'nothing failed';
is scalar(events($ep)), 0, 'nothing of it is left';
is scalar(events($held)), 1, 'but another company\'s';

# what is being sent ends, so that the worker does not wait for it

$s->{hook}->drop;

$t->stop;
$t->ok_logs;

my ($status, $out) = $t->ctl('check');
is $status, 0, 'the store is whole' or diag $out;

done_testing;
