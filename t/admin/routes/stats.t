# GET stats: endpoints in trouble, and how long sends take.

use strict;
use warnings;

use JSON::PP ();
use List::Util qw(sum0);
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(server => <<'CONF');
    location = /metrics { webhook_metrics; }
CONF

my ($manager, $other, $root) = @$s{qw(manager other root)};

my (undef, $none) = $manager->get('stats');

is_deeply $none->{trouble}, [], 'nobody is in trouble';
is $none->{latency}{count}, 0, 'nothing was sent';

my (undef, $well) = $manager->post('endpoints', $s->endpoint(name => 'well'));
my (undef, $bad) = $manager->post('endpoints',
    $s->endpoint(name => 'bad', url => $s->{hook}->url('/bad'),
                 retry => { attempts => 1 }));
my (undef, $still) = $manager->post('endpoints',
                                    $s->endpoint(name => 'still'));

$s->{hook}->answer('/bad', 500);
$manager->post("endpoints/$still->{id}/pause", { reason => 'they move' });

$s->order(company_id => 1260, n => $_) for 1 .. 2;

# what is asked again and again is one test
my $stats;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $stats) = $manager->get('stats?range=1h');
    return $stats->{deliveries}{dead} == 2
           && $stats->{deliveries}{delivered} == 2;
}), 'orders are sent, or not';

is_deeply [map { $_->{name} } @{$stats->{trouble}}], ['bad', 'still'],
    'the worse one is told first; that which is well is not';

my ($first, $second) = @{$stats->{trouble}};

is $first->{id}, $bad->{id}, 'by its id';
is $first->{dead}, 2, 'what is dead';
ok !$first->{paused}, 'it is not paused';
is $second->{pending}, 2, 'what waits';
ok $second->{paused}, 'since it is paused';

is $stats->{latency}{count}, 4, 'as many sends have been measured';
is sum0(map { $_->{count} } @{$stats->{latency}{buckets}}), 4,
    'each in one bucket';
is $stats->{latency}{buckets}[-1]{upto_usec}, undef, 'the last has no end';

# minute by minute

my $rings = $stats->{rings};

is $rings->{waiting}, 0, 'an hour ago nothing waited';
is $rings->{points}[-1]{waiting}, 2, 'and now two do';
cmp_ok $rings->{totals}{took_usec}, '>', 0, 'sends took some time';
cmp_ok $rings->{totals}{longest_usec}, '<=', $rings->{totals}{took_usec},
    'the longest of them no more';

(undef, my $own) = $manager->get("endpoints/$still->{id}/stats?range=24h");
is $own->{points}[-1]{waiting}, 2, 'the same of the one that is paused';
is $own->{points}[-1]{sends}, 0, 'to which nothing was sent';

(undef, $own) = $root->get('stats?range=7d');
is $own->{rings}{points}[-1]{waiting}, 2, 'and of all';

(undef, $stats) = $other->get('stats');
is_deeply $stats->{trouble}, [], 'another company does not see them';
is $stats->{latency}{count}, 0, 'nor how long they took';

# those to the endpoint of nginx.conf may come to their end later

wait_for(sub {
    (undef, $stats) = $root->get('stats');
    ($stats->{latency}{count} // 0) >= 6;
});

is_deeply [map { $_->{name} } @{$stats->{trouble}}], ['bad', 'still'],
    'who may see all does';
is $stats->{latency}{count}, 6, 'with what went to nginx.conf\'s, too';

$manager->post("endpoints/$_->{id}/pause", {}) for $well, $bad;

(undef, $stats) = $manager->get('stats');
is scalar @{$stats->{trouble}}, 3, 'who is paused is told';

# more than are told

for my $n (1 .. 20) {
    my (undef, $ep) = $manager->post('endpoints',
                                     $s->endpoint(name => "more $n"));
    local $manager->{openapi};
    $manager->post("endpoints/$ep->{id}/pause", {});
}

(undef, $stats) = $manager->get('stats');
is scalar @{$stats->{trouble}}, 20, 'no more than 20';

# whoever paused it

my (undef, $state) = $manager->get("endpoints/$well->{id}");
is $state->{state}{paused_by}, 'endpoint', 'it was paused itself';

$manager->post("endpoints/$well->{id}/resume");
(undef, $state) = $manager->get("endpoints/$well->{id}");
is $state->{state}{paused_by}, undef, 'or not';
ok !$state->{state}{paused}, 'and is not paused';

is +($s->{t}->ctl('pause', '--all'))[0], 0, 'the whole store is paused';
(undef, $state) = $manager->get("endpoints/$well->{id}");
is $state->{state}{paused_by}, 'store', 'which is told';
ok $state->{state}{paused}, 'nothing is sent';

# without metrics nobody counts

my $plain = Webhook::Routes->new;
(undef, $stats) = $plain->{manager}->get('stats');
is $stats->{latency}, undef, 'without webhook_metrics';

done_testing;
