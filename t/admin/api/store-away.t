# The API where the store is not available: 503, and nothing is changed; and where
# it is full: 507, and nothing is changed, but for what makes room.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my @match = (headers => ['If-Match' => '*']);
my $true = JSON::PP::true;


# --- what is there

my $s = Webhook::Routes->new;
my ($t, $root, $manager) = @$s{qw(t root manager)};

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);
my (undef, $rc) = $manager->post('receivers', $s->receiver);
my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

$s->order(company_id => 1260);

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");
ok $d, 'a delivery';

is $t->post($path, '{"name": "Anna"}')->{status}, 200, 'a call';

my $call;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("receivers/$rc->{id}/calls");
    $call = $page->{items}[0];
}), 'in the history';

my @looks = ('endpoints', "endpoints/$ep->{id}", 'receivers',
             "receivers/$rc->{id}", 'deliveries', "deliveries/$d->{id}",
             "receivers/$rc->{id}/calls", 'audit', 'tasks');

# What of it does not go by the time.

sub look
{
    my %seen;

    for my $what (@looks) {
        my ($r, $json) = $manager->get($what);

        is $r->{status}, 200, $what;
        $seen{$what} = $json;
    }

    return \%seen;
}

my $before = look();

$t->stop;


# --- it is gone

my $store = $t->store;

rename $store, "$store.away" or die "rename: $!";
mkdir $store or die "mkdir: $!";
mkdir "$store/data.mdb" or die "mkdir: $!";

$t->allow(qr/store|registered/);
$t->start;

my @changes = (
    ['POST', 'endpoints', $s->endpoint],
    ['POST', 'receivers', $s->receiver],
    ['PATCH', "endpoints/$ep->{id}", { description => 'x' }, @match],
    ['DELETE', "endpoints/$ep->{id}", undef, @match],
    ['POST', "endpoints/$ep->{id}/rotate", {}, @match],
    ['POST', "endpoints/$ep->{id}/pause", { reason => 'x' }],
    ['POST', "receivers/$rc->{id}/reveal"],
    ['POST', "receivers/$rc->{id}/rotate", {}, @match],
    ['POST', "receivers/$rc->{id}/calls/$call->{id}/replay"],
    ['POST', "deliveries/$d->{id}/replay"],
    ['POST', 'deliveries/replay', { filter => { endpoint => $ep->{id} } }],
);

my @calls = @{$s->{api}->requests};

for my $change (@changes) {
    my ($method, $what, $body, @options) = @$change;

    my ($r, $problem) = $manager->request($method, $what, $body, @options);

    is $r->{status}, 503, "$method $what without a store"
        or diag $r->{body};
    ok $r->{headers}{'retry-after'}, 'come again';
    like $problem->{detail}, qr/\bstore\b.*(?:nothing was changed|not)/, 'why'
        or diag $r->{body};
}

my $r;

for (["deliveries/$d->{id}/retry"], ["deliveries/$d->{id}/cancel"],
     ['deliveries/retry', { filter => { state => 'dead' } }],
     ['deliveries/cancel', { filter => { state => 'pending' } }])
{
    my ($what, $body) = @$_;

    ($r, my $problem) = $root->post($what, $body);
    is $r->{status}, 503, "nor $what" or diag $r->{body};
    like $problem->{detail}, qr/nothing was changed/, 'why';
}

for my $what (@looks) {
    ($r) = $manager->get($what);
    is $r->{status}, 503, "$what cannot be looked at" or diag $r->{body};
}

is scalar @{$s->{api}->requests}, scalar @calls, 'nothing was called';

$t->stop;


# --- and is there again

rmdir "$store/data.mdb" or die "rmdir: $!";
unlink glob "$store/*";
rmdir $store or die "rmdir: $!";
rename "$store.away", $store or die "rename: $!";

$t->start;

is_deeply look(), $before, 'nothing was changed';

$t->stop;
$t->ok_logs;


# --- it is full

$s = Webhook::Routes->new(store => 'size=8m full=refuse', workers => 1);
($t, $root, $manager) = @$s{qw(t root manager)};

$t->allow(qr/webhook event lost|is full|fills|refused/);

(undef, $ep) = $manager->post('endpoints', $s->endpoint);
(undef, $rc) = $manager->post('receivers', $s->receiver);

$s->order(company_id => 1260);
$d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

$s->{hook}->answer('/dead', 500);
(undef, my $broken) = $manager->post('endpoints', $s->endpoint(
    url => $s->{hook}->url('/dead'), retry => { attempts => 1 }));

$s->order(company_id => 1260);
my $dead = $s->delivery($manager, "endpoint=$broken->{id}&state=dead");
ok $dead, 'a dead letter';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("deliveries?endpoint=$ep->{id}"
                                      . '&state=delivered');
    return @{$page->{items}} == 2;
}), 'nothing is under way';

$manager->post("endpoints/$_->{id}/pause", { reason => 'it fills' })
    for $ep, $broken;

# Large ones until one is refused, then smaller ones; of the smallest many in a
# row, since a reader that was under way keeps pages which are free after it.

for ([50_000, 1], [5_000, 1], [1, 20]) {
    my ($size, $wanted) = @$_;
    my $refused = 0;

    for (1 .. 600) {
        my $mark = $t->mark;

        $s->order(company_id => 1260, text => 'x' x $size);

        $refused = $t->error_log($mark) =~ /webhook event lost: .*store is full/
                   ? $refused + 1 : 0;

        last if $refused == $wanted;
    }

    is $refused, $wanted, "an event of $size bytes is refused";
}

(undef, my $was) = $manager->get('endpoints');

for my $change (['POST', 'endpoints', $s->endpoint(name => 'new')],
                ['POST', 'receivers', $s->receiver(name => 'new')],
                ['POST', "deliveries/$d->{id}/replay"],
                ['POST', "deliveries/$dead->{id}/retry"])
{
    my ($method, $what, $body, @options) = @$change;

    my ($r, $problem) = $manager->request($method, $what, $body, @options);

    is $r->{status}, 507, "$method $what in a full store" or diag $r->{body};
    like $problem->{detail}, qr/^The store is full/, 'why';
}

(undef, my $is) = $manager->get('endpoints');

# it is reckoned back from now, which makes a millisecond
delete $_->{state}{oldest_due} for map { @{$_->{items}} } $is, $was;

is_deeply $is, $was, 'nothing was changed';

(undef, my $receivers) = $manager->get('receivers');
is_deeply [grep { /^rc_/ } map { $_->{id} } @{$receivers->{items}}],
    [$rc->{id}], 'nor made';

my ($changed) = $manager->patch("endpoints/$ep->{id}",
                                { description => 'less' }, @match);
is $changed->{status}, 200, 'what is there can be changed';

# it needs no room, and makes some

my $waits = $s->delivery($manager, "endpoint=$ep->{id}&state=pending");

($r, my $cancelled) = $manager->post("deliveries/$waits->{id}/cancel");
is $r->{status}, 200, 'what waits can be cancelled' or diag $r->{body};
is $cancelled->{state}, 'cancelled', 'and is';

$t->stop;
$t->ok_logs;

done_testing;
