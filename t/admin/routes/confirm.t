# "confirm on": nothing is sent to an endpoint that has not said that it wants it,
# where it goes now, but what asks it and tests.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(registry => 'confirm on;');
my ($t, $root, $manager) = @$s{qw(t root manager)};
my $json = JSON::PP->new->canonical;

# Answers a challenge as it was told last; anything else is a 200.

my $echo;
{
    my $how = 'off';

    $echo = $t->endpoint(
        name => 'echo',
        control => sub { $how = $_[0]; return 1; },
        code => sub {
            my ($request) = @_;
            my $asked = eval { $json->decode($request->{body}) } // {};
            my $text = ref $asked eq 'HASH' ? $asked->{webhook_challenge} : undef;

            return 200 unless defined $text;

            return { body => $how eq 'text'    ? "$text\r\n"
                           : $how eq 'json'    ? qq({ "webhook_challenge": "$text" })
                           : $how eq 'habit' ? qq({ "challenge": "$text" })
                           : $how eq 'reflect' ? $request->{body}
                           : $how eq 'more'    ? "$text and more"
                           : $how eq 'other'   ? 'x' x length $text
                           : '',
                     status => $how eq 'created' ? 201 : 200 };
        },
    );
}


sub shown
{
    my ($id) = @_;

    local $manager->{openapi};
    my (undef, $ep) = $manager->get("endpoints/$id");

    return $ep;
}

sub held { return shown($_[0])->{state}{held}; }

sub confirmed
{
    my ($id, $name) = @_;

    ok wait_for(sub { !defined held($id) }, 20), $name;
}

sub got
{
    my ($path) = @_;

    return grep { $_->{path} eq $path && $_->{body} !~ /challenge/
                  && !$_->{headers}{'webhook-test'} } @{$echo->requests};
}

sub change
{
    my ($id, $patch) = @_;

    my ($r, $ep) = $manager->patch("endpoints/$id", $patch,
                                   headers => ['If-Match' => '*']);
    is $r->{status}, 200, 'changed' or diag $r->{body};

    return $ep;
}

sub challenge
{
    my ($id) = @_;

    my ($r, $answer) = $manager->post("endpoints/$id/challenge");
    is $r->{status}, 200, 'a challenge' or diag $r->{body};

    return $answer;
}


# --- one that answers

$echo->call('text');

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    url => $echo->url('/a'), secret => JSON::PP::true,
    headers => [{ name => 'X-Key', value => 'k' }]));

is $r->{status}, 201, 'registered';
like $ep->{state}{held}, qr/^it is not confirmed: it gets no events until/,
    'held at first';
is $ep->{state}{held_code}, 'unconfirmed', 'as programs read it';

confirmed($ep->{id}, 'it echoes the challenge, and is confirmed');

my ($asked) = grep { $_->{body} =~ /challenge/ } @{$echo->requests};

like $asked->{body},
    qr/^\{"type":"webhook\.challenge","webhook_challenge":"[0-9a-f]{48}"\}$/,
    'what it was asked';
is $asked->{headers}{'webhook-test'}, '1', 'it is a test';
is $asked->{headers}{'tc-webhook-event'} // $asked->{headers}{'webhook-event'},
    'webhook.challenge', 'of this type';
like $asked->{headers}{'webhook-id'}, qr/^test_/, 'with the id of one';
like $asked->{headers}{'webhook-signature'}, qr/^v1,/, 'signed';
is $asked->{headers}{'x-key'}, 'k', 'with its own headers';

$s->order(company_id => 1260, n => 1);
ok wait_for(sub { got('/a') }), 'and it gets events';

($r, my $audit) = $manager->get('audit');
is scalar(grep { $_->{action} eq 'approve' && $_->{by} eq 'challenge'
                 && $_->{id} eq $ep->{id} } @{$audit->{items}}), 1,
    'the audit says so';


# --- it goes elsewhere: what waits and what comes is held

$echo->call('off');

my (undef, $unseen) = $manager->post('endpoints',
                                    $s->endpoint(url => $echo->url('/quiet')));
my (undef, $stats) = $manager->get('stats');
my ($trouble) = grep { $_->{id} eq $unseen->{id} } @{$stats->{trouble}};

is $trouble->{held_code}, 'unconfirmed',
    'one that was not confirmed is in trouble, though nothing waits for it';
like $trouble->{held}, qr/^it is not confirmed/, 'and why';

$manager->del("endpoints/$unseen->{id}", headers => ['If-Match' => '*']);

my $now = change($ep->{id}, { url => $echo->url('/b') });
is $now->{state}{held_code}, 'unconfirmed_url', 'held for its URL';
like $now->{state}{held}, qr/^where it goes now is not confirmed: its events/,
    'another path is not what was confirmed';

$s->order(company_id => 1260, n => 2);

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=pending");
ok $d, 'an event waits';

($r) = $manager->post("deliveries/$d->{id}/retry");
is $r->{status}, 200, 'it is to be sent now';

my $first = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

($r, my $copy) = $manager->post("deliveries/$first->{id}/replay");
is $r->{status}, 201, 'and an older one again';

($r, my $task) = $manager->post('deliveries/replay',
    { filter => { endpoint => $ep->{id}, state => 'delivered' } });
is $r->{status}, 202, 'and all older ones';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $task) = $manager->get("tasks/$task->{id}");
    return $task->{state} eq 'done';
}), 'which wait by now';

($r, my $test) = $manager->post("endpoints/$ep->{id}/test");
is $r->{status}, 200, 'a test is sent all the same';
is $test->{status}, 200, 'and answered';

is shown($ep->{id})->{state}{pending}, 3, 'three of them wait';

$t->reload or die 'it was not reloaded';

like held($ep->{id}), qr/not confirmed/, 'also after a reload';


# --- what is no echo

for my $how (qw(reflect more other created habit off)) {
    $echo->call($how);

    my $answer = challenge($ep->{id});

    ok !$answer->{confirmed}, "not confirmed by: $how";
    like $answer->{error}, qr/the challenge was not echoed/, 'says why';
}

ok !got('/b'), 'nothing was sent there';

$echo->call('json');

my $answer = challenge($ep->{id});
ok $answer->{confirmed}, 'echoed as JSON';
is $answer->{error}, undef, 'which is right';
is challenge($ep->{id})->{status}, undef, 'it is not asked twice';

ok wait_for(sub { got('/b') == 3 }), 'now all that has waited is sent';


# --- and what else it may go by

$echo->call('off');

$now = change($ep->{id}, { auth => { type => 'oauth2', client_id => 'c',
                                     client_secret => 'secret-of-client',
                                     token_url => $echo->url('/token') } });
like $now->{state}{held}, qr/not confirmed/, 'where access tokens come from';

($r) = $root->post("endpoints/$ep->{id}/approve");
is $r->{status}, 428, 'who approves says what he has seen';

($r) = $root->post("endpoints/$ep->{id}/approve", undef,
                   headers => ['If-Match' => '"1"']);
is $r->{status}, 412, 'and that it is still that';

($r) = $manager->post("endpoints/$ep->{id}/approve", undef,
                      headers => ['If-Match' => '*']);
is $r->{status}, 403, 'nobody approves what is his own';

sub approve
{
    my ($r, $ep) = $root->post("endpoints/$_[0]/approve", undef,
                               headers => ['If-Match' => '*']);
    is $r->{status}, 200, 'approved' or diag $r->{body};
    is $ep->{state}{held}, undef, 'and not held';
}

approve($ep->{id});

$now = change($ep->{id}, { auth => {
    token_url => $echo->url('/token?of=another') } });
like $now->{state}{held}, qr/not confirmed/, 'another of those';

approve($ep->{id});

$now = change($ep->{id}, { auth => undef, description => 'x', format => 'xml',
                           events => ['order.*'] });
like $now->{state}{held}, qr/not confirmed/, 'or none';

approve($ep->{id});

$now = change($ep->{id}, { description => 'y', format => 'json',
                           retry => { attempts => 2 },
                           headers => [{ name => 'X-New', value => '1' }] });
is $now->{state}{held}, undef, 'what has nothing to do with it needs nobody';


# --- another host

$echo->call('off');

$now = change($ep->{id}, { url => $s->{hook}->url('/moved'),
                           headers => undef, secret => JSON::PP::true });
like $now->{state}{held}, qr/not confirmed/, 'another host';

my $there;

ok wait_for(sub {
    ($there) = grep { $_->{path} eq '/moved' } @{$s->{hook}->requests};
    return $there;
}, 20), 'which is asked';

is $there->{headers}{'webhook-test'}, '1', 'by a request that is a test';
like $there->{body}, qr/webhook_challenge/, 'a challenge';

$now = change($ep->{id}, { url => $echo->url('/b'),
                           secret => JSON::PP::true });
approve($ep->{id});


# --- one that says nothing is sent nothing, and asked again

$s->{hook}->answer('/never', 200);

($r, my $quiet) = $manager->post('endpoints', $s->endpoint(
    url => $s->{hook}->url('/never')));

ok wait_for(sub {
    (grep { $_->{path} eq '/never' } @{$s->{hook}->requests}) >= 2
}, 20), 'it is asked twice, and later on';

$s->order(company_id => 1260, n => 3);
ok wait_for(sub { got('/b') == 4 }), 'an event for all';

is_deeply [grep { $_->{path} eq '/never' && $_->{body} !~ /challenge/ }
           @{$s->{hook}->requests}], [], 'none for this one';
is shown($quiet->{id})->{state}{pending}, 0, 'and none waits for it';

($r, my $rc) = $manager->post('receivers', $s->receiver);
is $rc->{state}{held}, undef, 'a receiver needs no confirmation';
is((($manager->get("receivers/$rc->{id}"))[1])->{state}{held}, undef,
   'nor later on');

$t->stop;
$t->ok_logs;

done_testing;
