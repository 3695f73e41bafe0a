# What the API does outside of the store is in the audit before it is done: a test,
# a challenge, a call that is made again.  And nothing is done that cannot be
# recorded.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Cut;
use Webhook::Routes;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

my $cut = Webhook::Cut->new(full => 1);

my $s = Webhook::Routes->new(workers => 1, registry => 'confirm on;',
                             $cut ? (env => $cut->env) : ());
my ($t, $root, $manager, $hook, $api) = @$s{qw(t root manager hook api)};

my ($r, $ep) = $manager->post('endpoints', $s->endpoint);
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

($r) = $root->post("endpoints/$ep->{id}/approve", undef,
                   headers => ['If-Match' => '*']);
is $r->{status}, 200, 'which is approved' or diag $r->{body};

($r, my $asked) = $manager->post('endpoints', $s->endpoint(
    url => $hook->url('/asked')));
is $r->{status}, 201, 'one that is to be confirmed';

($r, my $rc) = $manager->post('receivers', $s->receiver);
is $r->{status}, 201, 'a receiver';

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

is $t->request('POST', $path, '{"name": "Anna"}',
               headers => ['Content-Type' => 'application/json'])->{status},
    200, 'it is called';

my $call;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("receivers/$rc->{id}/calls");
    $call = $page->{items}[0];
}), 'which is in the history';

$s->order(company_id => 1260);
my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

# one that is over, and one that waits

my %other;

for (['dead', 500, 1], ['pending', 503, 9]) {
    my ($state, $status, $attempts) = @$_;

    $hook->answer("/$state", $status);

    ($r, my $one) = $manager->post('endpoints', $s->endpoint(
        url   => $hook->url("/$state"),
        retry => { attempts => $attempts, first => '1h' }));
    $root->post("endpoints/$one->{id}/approve", undef,
                headers => ['If-Match' => '*']);

    $s->order(company_id => 1260);

    $other{"$state endpoint"} = $one->{id};
    $other{$state} = $s->delivery($manager, "endpoint=$one->{id}"
                                            . "&state=$state&status=$status");
    ok $other{$state}, "one is $state";
}

# those that a worker sends by itself

sub came
{
    my ($server, $uri) = @_;

    return scalar grep { $_->{path} eq $uri } @{$server->requests};
}

ok wait_for(sub { came($hook, '/asked') >= 1 }), 'it was asked';

my @acts = (
    ["endpoints/$ep->{id}/test", $hook, '/hooks/pos', 'kind=endpoint&action=test'],
    ["endpoints/$asked->{id}/challenge", $hook, '/asked',
     'kind=endpoint&action=challenge'],
    ["receivers/$rc->{id}/calls/$call->{id}/replay", $api, '/pos/res.partner',
     'kind=call&action=replay'],
);

sub records
{
    my ($query) = @_;
    my (undef, $page) = $manager->get("audit?$query");

    return scalar @{$page->{items}};
}

for (@acts) {
    my ($what, $server, $uri, $query) = @$_;
    my ($had, $came) = (records($query), came($server, $uri));

    $server->answer($uri, { hang => 1 });

    my $client = Webhook::Test::Client->new(port => $t->port);

    $client->connect;
    $client->send("POST /webhook/$what HTTP/1.1\r\nHost: localhost\r\n"
                  . 'Authorization: Bearer ' . $s->token('manager') . "\r\n"
                  . "Content-Length: 0\r\n\r\n");

    ok wait_for(sub { came($server, $uri) > $came }), "$what is under way";
    is records($query), $had + 1, 'and in the audit';

    $server->answer($uri, 200);
    $server->release;

    my $answer = {};
    $client->read_answer($answer, 'POST');
    is $answer->{status}, 200, 'it is answered';
    is records($query), $had + 1, 'and recorded once';
}


# --- there is no room for a record

SKIP: {
    skip 'make interop builds what fills; no sanitizer has it', 1 unless $cut;

    # as long as the disk is full outcomes wait, too
    $t->allow(qr/full|No space left|failed|fills|not kept|not be kept/);

    my @changes = (
        (map { [$_->[0], undef, @$_[1, 2]] } @acts),
        ["receivers/$rc->{id}/dry-run", { body => { name => 'Anna' } }],
        ["receivers/$rc->{id}/reveal"],
        ["endpoints/$ep->{id}/pause", { reason => 'full' }],
        ["endpoints/$ep->{id}/resume"],
        ["deliveries/$d->{id}/replay"],
        ["deliveries/$other{dead}{id}/retry"],
        ["deliveries/$other{pending}{id}/retry"],
        ["deliveries/$other{pending}{id}/cancel"],
        ['deliveries/retry', { filter => { endpoint => $other{'dead endpoint'},
                                           state => 'dead' } }],
        ['deliveries/cancel', { filter => {
            endpoint => $other{'pending endpoint'}, state => 'pending' } }],
        ['purge', { event => $d->{event} }],
    );

    my $audit = sub {
        my (undef, $page) = $root->get('audit?limit=200');
        return $page->{items};
    };

    my $before = $audit->();

    for (@changes) {
        my ($what, $body, $server, $uri) = @$_;
        my $came = $server && came($server, $uri);

        my $as = $what eq 'purge' ? $root : $manager;

        $cut->at(1);
        my ($r, $problem) = $as->post($what, $body);
        $cut->at(0);

        is $r->{status}, 507, "$what, and the disk is full" or diag $r->{body};
        like $problem->{detail}, qr/^The store is full/, 'why';

        is came($server, $uri), $came, 'nothing was sent' if $server;
    }

    is_deeply $audit->(), $before, 'nothing was done, nor recorded';

    (undef, my $is) = $manager->get("endpoints/$ep->{id}");
    ok !$is->{state}{paused}, 'nothing is paused' or diag explain $is->{state};

    ($r) = $manager->get("deliveries/$d->{id}");
    is $r->{status}, 200, 'nor removed';

    for my $state (qw(dead pending)) {
        (undef, $is) = $manager->get("deliveries/$other{$state}{id}");
        is "$is->{state} " . @{$is->{attempts}}, "$state 1", 'as it was';
    }

    (undef, my $tasks) = $manager->get('tasks');
    is_deeply $tasks->{items}, [], 'no task was made';

    for my $act (@acts) {
        $act->[1]->answer($act->[2], 200);

        ok wait_for(sub {
            local $manager->{openapi};
            ($r) = $manager->post($act->[0]);
            return $r->{status} == 200;
        }), "$act->[0] once there is room" or diag $r->{body};
    }
}

$t->stop;
$t->ok_logs;

done_testing;
