# What went to a hook that was deleted stays to be seen, by its company and
# nobody else's.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $root, $manager, $viewer, $other) =
    @$s{qw(t root manager viewer other)};

$s->{hook}->answer('*', 200);
$s->{api}->answer('/pos/res.partner', 201);

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);
my (undef, $of_all) = $root->post('endpoints', $s->endpoint);

$s->order(company_id => 1260, n => 1);

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");
my $foreign = $s->delivery($root, "endpoint=$of_all->{id}&state=delivered");

my @match = (headers => ['If-Match' => '*']);

for ([$manager, $ep], [$root, $of_all]) {
    my ($who, $gone) = @$_;

    my ($r) = $who->del("endpoints/$gone->{id}?cancel=1", @match);
    is $r->{status}, 204, 'deleted';
}

sub ids
{
    my ($who, $query) = @_;

    my ($r, $page) = $who->get("deliveries?$query");

    is $r->{status}, 200, $query or diag $r->{body};

    return map { $_->{id} } @{$page->{items} // []};
}

for my $who ($manager, $viewer) {
    is_deeply [ids($who, 'limit=10')], [$d->{id}],
        'in the list of all: its own, and not what went to one of nobody';
    is_deeply [ids($who, "endpoint=$ep->{id}")], [$d->{id}], 'by its old id';
    is_deeply [ids($who, "endpoint=$ep->{id}&state=dead")], [],
        'none in another state';

    my ($r, $one) = $who->get("deliveries/$d->{id}");
    is $r->{status}, 200, 'shown';
    is @{$one->{attempts}}, 1, 'with its attempts';

    ($r) = $who->get("deliveries?endpoint=$of_all->{id}");
    is $r->{status}, 404, 'one that was nobody\'s is not found';
    ($r) = $who->get("deliveries/$foreign->{id}");
    is $r->{status}, 404, 'nor what went to it';
    ($r) = $who->get('deliveries?endpoint=ep_' . 'a' x 26);
    is $r->{status}, 404, 'nor one that never was';
    ($r) = $who->get("endpoints/$ep->{id}");
    is $r->{status}, 404, 'the hook itself is gone';
}

my ($r) = $manager->get("deliveries/$d->{id}/payload");
is $r->{status}, 200, 'what was sent';

for my $how (qw(retry cancel replay)) {
    my ($r, $problem) = $manager->post("deliveries/$d->{id}/$how");
    is $r->{status}, 409, "no $how";
    like $problem->{detail}, qr/^The endpoint was deleted/, 'and why';

    ($r) = $manager->post("deliveries/$how",
                          { filter => { endpoint => $ep->{id} } });
    is $r->{status}, 422, "nor of all";
}

# --- others

($r) = $other->get("deliveries?endpoint=$ep->{id}");
is $r->{status}, 404, 'another company does not find it';
is_deeply [ids($other, 'limit=10')], [], 'nor has it in its list';
($r) = $other->get("deliveries/$d->{id}");
is $r->{status}, 404, 'nor is it shown';

is scalar @{[ids($root, "endpoint=$ep->{id}")]}, 1,
    'who is of no company sees it as before';
is scalar @{[ids($root, "endpoint=$of_all->{id}")]}, 1, 'and the other';

($r, my $rings) = $viewer->get("endpoints/$ep->{id}/stats?range=1h");
is $r->{status}, 200, 'its minutes';
is $rings->{totals}{delivered}, 1, 'are there';
($r) = $viewer->get("endpoints/$of_all->{id}/stats?range=1h");
is $r->{status}, 404, 'those of nobody\'s are not';
($r) = $other->get("endpoints/$ep->{id}/stats?range=1h");
is $r->{status}, 404, 'nor for another company';

# --- a receiver

my (undef, $rc) = $manager->post('receivers', $s->receiver);
my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

my $called = $t->request('POST', $path, '{"name": "An"}',
                         headers => ['Content-Type' => 'application/json']);
is $called->{status}, 200, 'a call';

my $calls;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $calls) = $manager->get("receivers/$rc->{id}/calls");
    return @{$calls->{items}};
}), 'is kept';

my $call = $calls->{items}[0]{id};

($r) = $manager->del("receivers/$rc->{id}", @match);
is $r->{status}, 204, 'deleted';

for my $who ($manager, $viewer, $root) {
    my ($r, $page) = $who->get("receivers/$rc->{id}/calls");
    is $r->{status}, 200, 'its calls';
    is $page->{items}[0]{id}, $call, 'are there';
    ($r) = $who->get("receivers/$rc->{id}/calls/$call");
    is $r->{status}, 200, 'each of them';
    ($r) = $who->get("receivers/$rc->{id}");
    is $r->{status}, 404, 'it is not';
}

($r) = $other->get("receivers/$rc->{id}/calls");
is $r->{status}, 404, 'another company does not see them';
($r) = $other->get("receivers/$rc->{id}/calls/$call");
is $r->{status}, 404, 'nor one';
($r) = $root->get('receivers/rc_' . 'a' x 26 . '/calls');
is $r->{status}, 404, 'nor does anybody of one that never was';

($r, my $refused) = $manager->post("receivers/$rc->{id}/calls/$call/replay");
is $r->{status}, 409, 'nothing is made of it again';
like $refused->{detail}, qr/^The receiver was deleted/, 'and why';

# --- a page of one of many, and a restart

my (undef, $next) = $manager->post('endpoints', $s->endpoint);

$s->order(company_id => 1260, n => $_) for 2 .. 4;
$s->delivery($manager, "endpoint=$next->{id}&state=delivered");

$t->stop;
$t->start;

my (@seen, $cursor);

for (1 .. 6) {
    my ($r, $page) = $manager->get('deliveries?limit=1'
                                   . ($cursor ? "&cursor=$cursor" : ''));
    push @seen, map { $_->{id} } @{$page->{items}};
    $cursor = $page->{next} // last;
}

is scalar(grep { $_ eq $d->{id} } @seen), 1,
    'page by page it is there once, after a restart, too';
is scalar @seen, 4, 'with the others';

$t->stop;

done_testing;
