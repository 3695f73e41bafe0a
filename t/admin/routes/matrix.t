# Who may do what, route by route.  The routes come from docs/openapi.json, so
# that a new one is asked for here as soon as it is written.  Each call that is
# refused is one that succeeds with the right token, on the same object.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    registry => <<'CONF',
            confirm on;
            durable_api http://127.0.0.1:%%PORT_api%%;
CONF
    server   => <<'CONF',
        location /site/ {
            webhook_api;
            webhook_permission 1 company=1260 name=browser payload=1;
        }
CONF
);

my ($t, $root, $manager, $viewer) = @$s{qw(t root manager viewer)};
my $json = JSON::PP->new->canonical->allow_nonref;

# what none of the others may see
my $mark = 'mark-of-company-1260';


# --- one of each, of company 1260

my $ep = made('endpoints', $s->endpoint(
    name        => "$mark endpoint",
    description => $mark,
    filter      => [],
));

$root->post("endpoints/$ep->{id}/approve", undef,
            headers => ['If-Match' => '*']);

my $rc = made('receivers', $s->receiver(name => "$mark receiver"));

my $later = made('receivers', $s->receiver(name => "$mark later",
                                           mode => 'durable'));

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

$t->request('POST', $path, qq({"name": "$mark"}),
            headers => ['Content-Type' => 'application/json']);

my $call;

wait_for(sub {
    local $manager->{openapi};
    my (undef, $page) = $manager->get("receivers/$rc->{id}/calls");
    return $call = $page->{items}[0];
});

ok $call, 'a call';

# a dead delivery, and one that waits; deliveries of others are not touched by
# what is done to these

$s->{hook}->answer('/hooks/pos', 500);
$s->order(company_id => 1260, customer => $mark);

my $dead = $s->delivery($manager, 'state=dead');
ok $dead, 'a dead delivery';

$manager->post("endpoints/$ep->{id}/pause");
$s->order(company_id => 1260, customer => $mark);

my $pending = $s->delivery($manager, 'state=pending');
ok $pending, 'one that waits';


my (undef, $task) = $manager->post('deliveries/replay',
    { filter => { endpoint => $ep->{id}, state => 'delivered' } });
ok $task->{id}, 'a task';


sub made
{
    my ($kind, $settings) = @_;

    my ($r, $object) = $manager->post($kind, $settings);
    is $r->{status}, 201, "one of $kind";

    return $object;
}


# --- how each is asked
#
#   path    with ids, or a sub that returns it, on something that was just made
#   body    of the request, or a sub
#   once    it can be done once: refused calls come first
#   by      who may, where that is not the manager
#   open    another company gets an answer, too, of its own things

my @match = ('If-Match' => '*');
my $filter = { endpoint => $ep->{id}, state => 'dead' };

my %asked = (
    getIndex       => { path => '', open => 1 },
    whoami         => { path => 'whoami', open => 1 },
    getLimits      => { path => 'limits', open => 1 },
    getHealth      => { path => 'health', open => 1 },
    getOpenapi     => { path => 'openapi.json', open => 1 },

    listEndpoints  => { path => 'endpoints', open => 1 },
    makeEndpoint   => { path => 'endpoints', open => 1,
                        body => sub { $s->endpoint(description => $mark) } },
    getEndpoint    => { path => "endpoints/$ep->{id}" },
    changeEndpoint => { path => "endpoints/$ep->{id}", headers => \@match,
                        body => { description => "$mark again" } },
    deleteEndpoint => { path => sub { 'endpoints/'
                              . made('endpoints', $s->endpoint)->{id} },
                        headers => \@match, once => 1 },
    rotateEndpoint => { path => "endpoints/$ep->{id}/rotate",
                        headers => \@match },
    approveEndpoint => { path => "endpoints/$ep->{id}/approve", by => 'root',
                         headers => \@match },
    challengeEndpoint => { path => "endpoints/$ep->{id}/challenge" },
    pauseEndpoint  => { path => "endpoints/$ep->{id}/pause",
                        body => { reason => $mark } },
    resumeEndpoint => { path => sub { 'endpoints/'
                              . made('endpoints', $s->endpoint)->{id}
                              . '/resume' } },
    testEndpoint   => { path => "endpoints/$ep->{id}/test" },
    testSettings   => { path => 'endpoints/test', open => 1,
                        body => sub { { endpoint => $s->endpoint } } },
    previewSettings => { path => 'endpoints/preview', open => 1,
                         body => sub { { endpoint => $s->endpoint } } },
    testFilter     => { path => 'endpoints/filter-test', open => 1,
                        body => sub { { endpoint => $s->endpoint } } },
    getEndpointStats => { path => "endpoints/$ep->{id}/stats" },

    listReceivers  => { path => 'receivers', open => 1 },
    makeReceiver   => { path => 'receivers', open => 1,
                        body => sub { $s->receiver(description => $mark) } },
    getReceiver    => { path => "receivers/$rc->{id}" },
    changeReceiver => { path => "receivers/$rc->{id}", headers => \@match,
                        body => { description => "$mark again" } },
    deleteReceiver => { path => sub { 'receivers/'
                              . made('receivers', $s->receiver)->{id} },
                        headers => \@match, once => 1 },
    rotateReceiver => { path => "receivers/$rc->{id}/rotate",
                        headers => \@match },
    pauseReceiver  => { path => "receivers/$later->{id}/pause",
                        body => { reason => $mark } },
    resumeReceiver => { path => "receivers/$later->{id}/resume" },
    revealReceiver => { path => "receivers/$rc->{id}/reveal" },
    sampleReceiver => { path => "receivers/$rc->{id}/sample",
                        body => { body => { name => $mark } } },
    dryRunReceiver => { path => "receivers/$rc->{id}/dry-run",
                        body => { body => { name => $mark } } },
    listCalls      => { path => "receivers/$rc->{id}/calls" },
    getCall        => { path => "receivers/$rc->{id}/calls/$call->{id}" },
    replayCall     => { path => "receivers/$rc->{id}/calls/$call->{id}/replay" },

    listDeliveries => { path => 'deliveries', open => 1 },
    getDelivery    => { path => "deliveries/$dead->{id}" },
    getPayload     => { path => "deliveries/$dead->{id}/payload" },
    getDeliveryCurl => { path => "deliveries/$dead->{id}/curl" },
    retryDelivery  => { path => "deliveries/$pending->{id}/retry" },
    cancelDelivery => { path => "deliveries/$pending->{id}/cancel", once => 1 },
    replayDelivery => { path => "deliveries/$dead->{id}/replay" },
    retryDeliveries  => { path => 'deliveries/retry', refused => 422,
                          body => { filter => $filter,
                                    dry_run => JSON::PP::true } },
    cancelDeliveries => { path => 'deliveries/cancel', refused => 422,
                          body => { filter => $filter,
                                    dry_run => JSON::PP::true } },
    replayDeliveries => { path => 'deliveries/replay', refused => 422,
                          body => { filter => $filter,
                                    dry_run => JSON::PP::true } },

    listTasks      => { path => 'tasks', open => 1 },
    getTask        => { path => "tasks/$task->{id}" },
    endTask        => { path => "tasks/$task->{id}" },

    listEvents     => { path => 'events', open => 1 },
    getExample     => { path => 'events/order.add/example', open => 1 },
    getStats       => { path => 'stats', open => 1 },
    listAudit      => { path => 'audit', open => 1 },
    exportRegistry => { path => 'registry', open => 1 },
    importRegistry => { path => 'registry', open => 1,
                        body => sub { { items => [{ kind => 'endpoint',
                                                    %{$s->endpoint} }] } } },
    purge          => { path => 'purge', by => 'root', once => 1,
                        refused => 403,
                        body => { event => $dead->{event} } },
);

# what takes things away comes last
my %late = map { $_ => 1 } qw(purge cancelDelivery);


# --- and what each gets

my %site = (
    same  => ['Sec-Fetch-Site' => 'same-origin'],
    other => ['Sec-Fetch-Site' => 'cross-site'],
    none  => ['Origin' => 'https://evil.example'],
);

for my $op (sort { ($late{$a->{id}} // 0) <=> ($late{$b->{id}} // 0)
                   || $a->{id} cmp $b->{id} } $s->{openapi}->operations)
{
    my $how = $asked{$op->{id}};

    ok $how, "$op->{id} is known here" or next;

    my $by = $s->{$how->{by} // 'manager'};
    my $write = $op->{method} ne 'GET';

    my %request = (
        path    => ref $how->{path} ? $how->{path}->() : $how->{path},
        headers => $how->{headers} // [],
        method  => $op->{method},
    );

    succeeds($op, $how, $by, \%request) unless $how->{once};

    my $before = everything();

    refused($op, ask($how, $s->{nobody}, \%request), 401, 'without credentials');

    my $allowed = $op->{permission} eq 'company.view';

    if ($allowed) {
        my $r = ask($how, $viewer, \%request);
        is int($r->{status} / 100), 2, "$op->{id}: a viewer may";

    } else {
        refused($op, ask($how, $viewer, \%request), 403,
                'with the token of a viewer');
    }

    foreign($op, $how, \%request);

    for my $site (qw(other none)) {
        my $browser = Webhook::Api->new($t, prefix => '/site/',
                                        headers => $site{$site});
        my $r = ask($how, $browser, \%request);

        if ($write) {
            refused($op, $r, 403, "from another site ($site)");
        }
    }

    is everything(), $before, "$op->{id}: nothing was changed";

    if (!$how->{by} && $write && !$how->{once}) {
        my $browser = Webhook::Api->new($t, prefix => '/site/',
                                        headers => $site{same});
        my $r = ask($how, $browser, \%request);

        is int($r->{status} / 100), 2, "$op->{id}: from the same site"
            or diag($r->{body});
    }

    succeeds($op, $how, $by, \%request) if $how->{once};
}

is_deeply [sort grep { my $id = $_;
                       !grep { $_->{id} eq $id } $s->{openapi}->operations }
                keys %asked], [], 'what is asked here is in the file';


sub ask
{
    my ($how, $by, $request) = @_;

    my $body = $how->{body};
    $body = $body->() if ref $body eq 'CODE';

    return scalar $by->request($request->{method}, $request->{path}, $body,
                               headers => $request->{headers});
}


sub succeeds
{
    my ($op, $how, $by, $request) = @_;

    my $r = ask($how, $by, $request);

    is int($r->{status} / 100), 2, "$op->{id}: with the right token"
        or diag("$r->{status} $r->{body}");
}


sub refused
{
    my ($op, $r, $status, $name) = @_;

    is $r->{status}, $status, "$op->{id}: $name: $status" or diag($r->{body});
    unlike $r->{body}, qr/\Q$mark\E|\Q$ep->{id}\E.*\Q$ep->{id}\E/,
        "$op->{id}: nothing is shown";

    ok $r->{headers}{'www-authenticate'}, "$op->{id}: how to authenticate"
        if $status == 401;
}


# Another company: what has an id is not there; what has none is its own.

sub foreign
{
    my ($op, $how, $request) = @_;

    my $r = ask($how, $s->{other}, $request);

    if ($how->{open}) {
        is int($r->{status} / 100), 2,
            "$op->{id}: another company gets its own";

        unlike $r->{body}, qr/\Q$mark\E/, "$op->{id}: and nothing of this one"
            unless $op->{id} =~ /^make/;

        return;
    }

    is $r->{status}, $how->{refused} // 404,
        "$op->{id}: it is not there for another company" or diag($r->{body});
    unlike $r->{body}, qr/\Q$mark\E/, "$op->{id}: and not shown to it";
}


# All that the company has, but for what counts what is asked.

sub everything
{
    my %all;

    for my $list ("endpoints", "receivers", "deliveries?limit=200", "tasks",
                  "audit?limit=200")
    {
        local $manager->{openapi};
        my ($r, $page) = $manager->get($list);

        for my $item (@{$page->{items}}) {
            delete @$item{qw(due_ms sends status last_send error waits
                             finished state reached done)};
        }

        $all{$list} = $page->{items};
    }

    return $json->encode(\%all);
}


$t->stop;
$t->ok_logs;

done_testing;
