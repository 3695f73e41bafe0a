# What a delivery waits for, as the API tells: its time, an endpoint that is
# paused or that holds first sends back, a store that is paused.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager) = @$s{qw(t manager)};

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    retry => { attempts => 3, first => '1h' },
    breaker => { failures => 1, hold => '1h' }));

is $r->{status}, 201, 'an endpoint' or diag $r->{body};


sub waits
{
    my ($id) = @_;

    (undef, my $list) = $manager->get("deliveries?endpoint=$ep->{id}");
    (undef, my $one) = $manager->get("deliveries/$id");

    my ($listed) = map { $_->{waits} } grep { $_->{id} eq $id }
                   @{$list->{items}};

    is $one->{waits}, $listed, 'list and delivery agree';

    return $listed;
}


$s->{hook}->answer('/hooks/pos', 500);
$s->order(company_id => 1260);

my $first;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("deliveries?endpoint=$ep->{id}");
    $first = $page->{items}[0];
    return $first && $first->{sends} == 1 && $first->{state} eq 'pending';
}), 'a delivery failed';

is waits($first->{id}), 'time', 'its retry has a time';

$s->order(company_id => 1260);

my $second;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("deliveries?endpoint=$ep->{id}");
    ($second) = grep { $_->{sends} == 0 } @{$page->{items}};
}), 'another one';

is waits($second->{id}), 'held', 'which the endpoint holds back';

$manager->post("endpoints/$ep->{id}/pause");
is waits($_->{id}), 'paused', 'the endpoint is paused' for $first, $second;

$manager->post("endpoints/$ep->{id}/resume");

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $one) = $manager->get("deliveries/$second->{id}");
    return $one->{sends} == 1 && $one->{state} eq 'pending';
}), 'and resumed: what it held back is sent';

is +($t->ctl('pause', '--all'))[0], 0, 'all is paused';
is waits($_->{id}), 'paused', 'the store is' for $first, $second;

is +($t->ctl('resume', '--all'))[0], 0, 'and resumed';
is waits($first->{id}), 'time', 'its time again';

$t->stop;
$t->ok_logs;

done_testing;
