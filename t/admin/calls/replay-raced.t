# A receiver is deleted, or changed, between the look at it and the replay of one of
# its calls, which has been recorded by then: nothing is done by what was before, and
# the Idempotency-Key is free again.  What a receiver itself refuses is the outcome,
# and a repeat gets it again.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test::Race;
use Webhook::Routes;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

# by which a record of the audit is made
use constant RECORD => '{s:o, s:s, s:s%, s:o}';

my $race = Webhook::Test::Race->new;

my $s = Webhook::Routes->new(workers => 2, $race ? (env => $race->env) : ());
my ($t, $manager, $api) = @$s{qw(t manager api)};


# Registers a receiver that has been called; returns it and the call.

sub called
{
    my ($r, $rc) = $manager->post('receivers', $s->receiver(@_));
    is $r->{status}, 201, 'a receiver' or diag $r->{body};

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

    return ($rc, $call, $path);
}

sub came
{
    my ($uri) = @_;

    return scalar grep { $_->{path} eq $uri } @{$api->requests};
}

sub recorded
{
    my ($call) = @_;
    my (undef, $page) = $manager->get('audit?kind=call&action=replay');

    return scalar grep { ($_->{call} // '') eq $call->{id} }
                       @{$page->{items}};
}


sub replay
{
    my ($rc, $call) = @_;

    return "receivers/$rc->{id}/calls/$call->{id}/replay";
}


# --- deleted, or changed

my @changes = (
    ['DELETE', undef, sub { $_[0] == 404 }],
    ['PATCH', { actions => [{ method => 'POST', uri => '/pos/changed',
                              body => { name => '${name}' } }] },
     sub { $_[0] == 200 && came('/pos/changed') }],
);

SKIP: {
    skip 'make interop builds what stops a worker; no sanitizer has it', 1
        unless $race;

    for (@changes) {
        my ($method, $body, $meant) = @$_;
        my ($rc, $call, $had, $changed, $r);

        for my $try (1 .. 5) {
            ($rc, $call) = called();
            $had = came('/pos/res.partner');

            ($changed, $r) = $race->run($s, 'manager', RECORD,
                [$method, "receivers/$rc->{id}", $body, 'If-Match' => '*'],
                ['POST', replay($rc, $call), undef, 'Idempotency-Key' => 'once']);

            last if $meant->($r->{status});
        }

        ok $meant->($r->{status}), "$method, and a replay at once: nothing is "
            . 'done by what was before' or diag "$r->{status} $r->{body}";
        like $changed->{status}, qr/^20[04]$/, 'it was done';
        is came('/pos/res.partner'), $had, 'nobody was called';
        is recorded($call), 1, 'the replay is in the audit';

        next if $method ne 'DELETE';

        ($r, my $problem) = $manager->post(replay($rc, $call), undef,
            headers => ['Idempotency-Key' => 'once']);

        is $r->{status}, 409, 'asked again';
        like $problem->{detail}, qr/^The receiver was deleted/,
            'nothing was begun with the key';
    }
}


# --- what the receiver refuses

my ($rc, $call, $path) = called(limit => { inflight => 1 });

$api->answer('/pos/res.partner', { hang => 1 });

my $had = came('/pos/res.partner');
my $client = Webhook::Test::Client->new(port => $t->port);

$client->begin('POST', $path, '{"name": "Anna"}',
               headers => ['Content-Type' => 'application/json']);

ok wait_for(sub { came('/pos/res.partner') == $had + 1 }), 'it is busy';

my @answers = map { my ($r, $told) = $manager->post(replay($rc, $call), undef,
                        headers => ['Idempotency-Key' => 'busy']);
                    +{ %$r, told => $told } } 1 .. 2;

$api->answer('/pos/res.partner', 200);
$api->release;
is $client->end->{status}, 200, 'the call that it is busy with is answered';

is $answers[0]{status}, 200, 'a replay meanwhile' or diag $answers[0]{body};
is $answers[0]{told}{status}, 429, 'is refused, as a call would be';
like $answers[0]{told}{error}, qr/^Too many calls at a time/, 'why';
is $answers[1]{body}, $answers[0]{body}, 'the same again with its key';
is $answers[1]{headers}{'idempotency-replayed'}, 'true', 'which is known';
is recorded($call), 1, 'recorded once';
is came('/pos/res.partner'), $had + 1, 'the API was not called';

my ($r, $told) = $manager->post(replay($rc, $call), undef,
                                headers => ['Idempotency-Key' => 'later']);
is $told->{status}, 200, 'another key makes it' or diag $r->{body};

$t->stop;
$t->ok_logs;

done_testing;
