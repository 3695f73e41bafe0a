# "q" of a list looks into what deliveries send, for those who may see that, within
# a budget, and says how far it has come.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager, $viewer) = @$s{qw(t manager viewer)};

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);

$s->order(company_id => 1260, customer => "Customer-$_") for 1 .. 12;
$s->order(company_id => 1260, customer => 'x' x 900_000, note => 'at the END');
$s->order(company_id => 4711, customer => 'Customer-3');

my $all;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $all) = $manager->get("deliveries?endpoint=$ep->{id}"
                                  . '&state=delivered');
    return @{$all->{items}} == 13;
}), 'orders are delivered';

sub found
{
    my ($who, $query) = @_;

    my ($r, $page) = $who->get("deliveries?$query");
    is $r->{status}, 200, $query;

    return $page;
}

my $page = found($manager, "endpoint=$ep->{id}&q=customer-3");

is scalar @{$page->{items}}, 1, 'what stands in a payload is found, of the own';
is $page->{items}[0]{company}, '1260', 'company alone';
is $page->{searched}{deliveries}, 13, 'how many were looked at';
is $page->{searched}{until}, $all->{items}[-1]{time}, 'how far back';
is $page->{next}, undef, 'and that there is no more';

is scalar @{found($manager, 'q=customer-1&limit=200')->{items}}, 4,
    'in several (1, 10, 11, 12)';
is scalar @{found($manager, 'q=AT%20THE%20END')->{items}}, 1,
    'far behind in a long one';
is scalar @{found($manager, 'q=of-nobody')->{items}}, 0, 'or in none';
is scalar @{found($manager, 'q=order.add&limit=200')->{items}}, 13,
    'a type as before';

my $event = $all->{items}[4]{event};
is scalar @{found($manager, "q=$event")->{items}}, 1, 'an id as before';

# pages of one: each once

my (%seen, $cursor);

for (1 .. 6) {
    $page = found($manager, 'q=customer-1&limit=1'
                            . (defined $cursor ? "&cursor=$cursor" : ''));
    $seen{$_->{event}}++ for @{$page->{items}};
    $cursor = $page->{next} // last;
}

is_deeply [values %seen], [1, 1, 1, 1], 'page by page, each once';


# --- who may not see payloads does not find by them

$page = found($viewer, 'q=customer-3');
is_deeply $page->{items}, [], 'not for who may not see payloads';
is scalar @{found($viewer, 'q=order.add&limit=200')->{items}}, 13,
    'what he sees he finds';

my ($r) = $manager->get('deliveries?q=' . 'x' x 129);
is $r->{status}, 400, 'a text that is too long';

$t->stop;
$t->ok_logs;

done_testing;
