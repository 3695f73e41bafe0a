# One Idempotency-Key, two requests at once: the second is told so, whichever
# worker it comes to, and whatever the route; it gets the first one's answer when
# that is over.  A worker that dies holds nothing.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Routes;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

my $s = Webhook::Routes->new(workers => 2);
my ($t, $manager) = @$s{qw(t manager)};

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);

my $path = "endpoints/$ep->{id}/test";
my @once = (headers => ['Idempotency-Key' => 'once']);

sub count
{
    return scalar grep { $_->{path} eq '/hooks/pos' } @{$s->{hook}->requests};
}

# Begins a test with this key, which is answered when "hook" is told to.

sub begin
{
    my ($key, $n) = @_;

    my $client = Webhook::Test::Client->new(port => $t->port);

    $client->connect;
    $client->send("POST /webhook/$path HTTP/1.1\r\nHost: localhost\r\n"
                  . 'Authorization: Bearer ' . $s->token('manager') . "\r\n"
                  . "Idempotency-Key: $key\r\nContent-Length: 0\r\n\r\n");

    ok wait_for(sub { count() == $n }), 'a test is under way';

    return $client;
}


# --- two at once

$s->{hook}->answer('/hooks/pos', { hang => 1 });

my $client = begin('once', 1);

for (1 .. 8) {
    my ($r, $problem) = $manager->post($path, undef, @once, close => 1);

    is $r->{status}, 409, 'another one with its key';
    is $r->{headers}{'retry-after'}, 1, 'is told to come again';
    like $problem->{detail}, qr/^Another request with this Idempotency-Key is/,
        'and why';
}

my ($r) = $s->{other}->post('endpoints/preview',
                            { endpoint => $s->endpoint }, @once);
is $r->{status}, 200, 'the same text of somebody else is another key';

$s->{hook}->release;

my $answer = {};
$client->read_answer($answer, 'POST');
is $answer->{status}, 200, 'the first one is answered';

($r) = $manager->post($path, undef, @once);
is $r->{status}, 200, 'and so is who asks again';
is $r->{headers}{'idempotency-replayed'}, 'true', 'by the same answer';
is $r->{body}, $answer->{body}, 'to the byte';
is count(), 1, 'one test was made';


# --- also where the change itself knows the key

my @made = map { $manager->post('endpoints', $s->endpoint(name => 'twice'),
                                headers => ['Idempotency-Key' => 'twice']) }
           1 .. 2;
is $made[0]{status}, 201, 'something is made';
is $made[2]{status}, 201, 'once';
is $made[3]{id}, $made[1]{id}, 'the same';


# --- what shows a secret is recorded each time

my (undef, $rc) = $manager->post('receivers', $s->receiver);

for (1 .. 2) {
    ($r) = $manager->post("receivers/$rc->{id}/reveal", undef,
                          headers => ['Idempotency-Key' => 'reveal']);
    is $r->{status}, 200, 'revealed';
    is $r->{headers}{'idempotency-replayed'}, undef, 'anew';
}

(undef, my $audit) = $manager->get('audit?action=reveal');
is scalar @{$audit->{items}}, 2, 'and both are in the audit';


# --- a worker dies

$client = begin('of-a-dead-worker', 2);

my %old = map { $_ => 1 } $t->workers;

kill 'KILL', keys %old;

ok wait_for(sub {
    my @workers = $t->workers;
    return @workers == 2 && !grep { $old{$_} } @workers;
}, 20), 'its workers are killed';

$s->{hook}->answer('/hooks/pos', 200);

ok wait_for(sub {
    local $manager->{openapi};
    ($r) = $manager->post($path, undef,
               headers => ['Idempotency-Key' => 'of-a-dead-worker']);
    return $r->{status} == 200;
}, 20), 'the key is free again' or diag $r->{body};

is $r->{headers}{'idempotency-replayed'}, undef, 'and nothing is known of it';
is count(), 3, 'it is done';

$t->stop;

$t->allow(qr/worker process \d+ exited on signal 9/);
$t->ok_logs;

done_testing;
