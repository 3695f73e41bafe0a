# How much there may be, and what is left, as the API tells it.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;

my $s = Webhook::Routes->new(
    quota    => 'endpoints=3 backlog=5 requests=1000r/m',
    registry => 'limit endpoints=4 receivers=2 fanout=7;',
);
my ($t, $root, $manager, $viewer, $other) =
    @$s{qw(t root manager viewer other)};

sub limits
{
    my ($who) = @_;

    my ($r, $limits) = $who->get('limits');
    is $r->{status}, 200, 'limits' or diag $r->{body};

    return $limits;
}

my $limits = limits($viewer);

is_deeply $limits->{endpoints}, { limit => 3, used => 0, left => 3 },
    'the quota of endpoints';
is_deeply $limits->{receivers}, { limit => 2, used => 0, left => 2 },
    'receivers have none but that of all';
is_deeply $limits->{backlog}, { limit => 5, used => 0, left => 5 }, 'backlog';
is $limits->{requests}{limit}, 1000, 'requests';
is $limits->{requests}{seconds}, 60, 'a minute';
cmp_ok $limits->{requests}{left}, '<', 1000, 'this one counts';
cmp_ok $limits->{requests}{left}, '>', 900, 'the others are left';
is_deeply $limits->{tests},
    { limit => 30, left => 30, seconds => 60, together => 2 }, 'tests';
is $limits->{fanout}, 7, 'fanout';
is $limits->{tasks}, 2, 'tasks';
is $limits->{registry}, undef, 'who may look is not told what may be registered';

is_deeply limits($manager)->{registry}, {
    secrets => JSON::PP::true, schemes => ['https', 'http'],
    ports   => undef, confirm => JSON::PP::false,
    actions => [{ uri => '/pos/', methods => 'POST' }],
    emit    => ['contact.*'], durable => JSON::PP::false,
    receive => 'http://127.0.0.1:' . $t->port . '/web/hook/',
}, 'who may register is';
is $limits->{page}, 200, 'a page';

# --- used

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);
$manager->post("endpoints/$ep->{id}/pause");
$s->order(company_id => 1260, n => $_) for 1, 2;
$s->delivery($manager, "endpoint=$ep->{id}&state=pending");

my (undef, $tried) = $manager->post("endpoints/$ep->{id}/test");

$limits = limits($manager);

is_deeply $limits->{endpoints}, { limit => 3, used => 1, left => 2 },
    'one is used';
is_deeply $limits->{backlog}, { limit => 5, used => 2, left => 3 },
    'two wait';
is $limits->{tests}{left}, 29, 'a test was made';

# --- what others have is not told, but where it leaves less

$other->post('endpoints', $s->endpoint) for 1, 2;

$limits = limits($manager);

is_deeply $limits->{endpoints}, { limit => 3, used => 1, left => 1 },
    'less is left of all there may be';

$limits = limits($other);

is_deeply $limits->{endpoints}, { limit => 3, used => 2, left => 1 },
    'another company has its own';
is $limits->{tests}{left}, 30, 'and its own tests';
is_deeply $limits->{backlog}, { limit => 5, used => 0, left => 5 },
    'and backlog';

my ($r) = $other->post('endpoints', $s->endpoint);
is $r->{status}, 201, 'what is left';
is limits($manager)->{endpoints}{left}, 0, 'now nothing is';

# --- who may all companies

$limits = limits($root);

is_deeply $limits->{endpoints}, { limit => 4, used => 4, left => 0 },
    'all of all companies';
is_deeply $limits->{backlog},
    { limit => undef, used => undef, left => undef }, 'no quota';
is_deeply $limits->{requests},
    { limit => undef, left => undef, seconds => undef }, 'of neither';

$t->stop;

done_testing;
