# Calls of gRPC that go to and fro: each message passes as it comes, in both
# directions, whatever rule matches, and what waits for an event is the end of
# the call, its trailers.

use strict;
use warnings;

use lib 't/lib';

use IO::Select;
use IO::Socket::INET;
use Test::More;
use Webhook::Nginx;
use Webhook::Test qw(deadline wait_for);
use Webhook::Test::Http2;

use constant TURNS => 100;

my $t = Webhook::Test->new(http2 => 1);
my $hook = $t->endpoint(name => 'erp');

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16)
    or die "cannot listen: $!";

# Rules; and when the events are made of them, of which there are how many.

my %rules = (
    none    => ['', never => 0],
    reads   => ['webhook_event a.one * ^/;', end => 1],
    alone   => [q(webhook_event a.one * ^/ 'body={"a": 1}';), header => 1],
    request => ['webhook_event a.one * ^/ payload=request;', request => 1],
);

my $locations = join '', map {
    my $name = $_;

    map {
        "    location /$name/$_/ {\n"
        . "        $rules{$name}[0]\n"
        . "        webhook_commit ${_}_response;\n"
        . '        grpc_pass grpc://127.0.0.1:' . $listen->sockport . ";\n"
        . "    }\n"

    } qw(before after)

} sort keys %rules;

$t->config(http => <<'CONF', server => <<"CONF");
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    grpc_read_timeout 300s;
    grpc_send_timeout 300s;
    send_timeout 300s;
$locations
CONF

$t->start;


sub begin
{
    my ($path, @more) = @_;

    my $client = Webhook::Test::Http2->connect($t->port('h2'));

    $client->headers(1, 0, ':method' => 'POST', ':scheme' => 'http',
                     ':path' => $path, ':authority' => 'localhost',
                     'content-type' => 'application/grpc', te => 'trailers');

    IO::Select->new($listen)->can_read(deadline(20)) or die 'nobody came';

    my $server = Webhook::Test::Http2->accept($listen->accept);
    my $call = $server->frame('HEADERS') or die 'no call';

    $server->headers($call->{stream}, 0, ':status' => '200',
                     'content-type' => 'application/grpc', @more);

    return ($client, $server, $call->{stream});
}


# A message of $from that has come to $to, entire.

sub passes
{
    my ($from, $from_id, $to, $message) = @_;

    $from->data($from_id, 0, $message);

    my $got = '';

    while (length $got < length $message) {
        my $frame = $to->frame('DATA') or last;
        $got .= $frame->{data};
    }

    return $got eq $message;
}


my $events = 0;

sub sent
{
    my ($what) = @_;

    $events++;
    is scalar @{$hook->wait_requests($events, 20)}, $events, $what;
}


sub trailers
{
    my ($server, $id) = @_;

    return $server->headers($id, 1, 'grpc-status' => '0');
}


for my $commit (qw(before after)) {
    for my $rule (sort keys %rules) {
        my $what = "$commit $rule";
        my $when = $rules{$rule}[1];

        my ($client, $server, $id) = begin("/$rule/$commit/x");

        ok $client->frame('HEADERS'), "$what: header";

        sent("$what: the event came with the header") if $when eq 'header';

        my $turns = 0;

        for (1 .. TURNS) {
            last unless passes($client, 1, $server, "ping $_")
                        && passes($server, $id, $client, "pong $_");
            $turns++;
        }

        is $turns, TURNS, "$what: turns";

        # the request ends first, then the response

        $client->data(1, 1, '');

        my $frame;
        do { $frame = $server->frame } until !$frame || $frame->{end};
        ok $frame, "$what: the request's end";

        trailers($server, $id);

        do { $frame = $client->frame } until !$frame || $frame->{end};
        is $frame && $frame->{type}, 'HEADERS', "$what: its trailers";

        sent("$what: the event came with the end")
            if $when eq 'end' || $when eq 'request';

        if ($when eq 'end' || $when eq 'request') {
            my $word = $when eq 'end' ? 'pong' : 'ping';

            is $hook->requests->[-1]{body},
               join('', map { "$word $_" } 1 .. TURNS),
               "$what: with all messages";
        }

        $_->close for $client, $server;
    }
}


# The store does not answer: messages pass, entire, and the trailers wait, with
# a length too.

for my $rule (qw(reads alone)) {
    for my $length (0, 12) {
        my $what = "held: $rule, length $length";
        my ($client, $server, $id);

        $t->hold_store(sub {
            ($client, $server, $id) =
                begin("/$rule/before/x",
                      $length ? ('content-length' => $length) : ());

            ok $client->frame('HEADERS'), "$what: header";
            ok passes($client, 1, $server, 'ping'), "$what: ping";
            ok passes($server, $id, $client, "pong $_"), "$what: pong $_"
                for 1, 2;

            $client->data(1, 1, '');
            trailers($server, $id);

            my $frame = $client->frame(undef, 0.3);
            ok !$frame, "$what: not the end" or diag explain $frame;
        });

        my $frame = $client->frame('HEADERS');
        ok $frame && $frame->{end}, "$what: the end";
        sent("$what: sent");

        $_->close for $client, $server;
    }
}


# A client that leaves.

{
    my ($client, $server, $id) = begin('/alone/before/x');

    ok passes($server, $id, $client, 'pong'), 'it has begun';
    sent('and is an event');
    $client->close;

    ok wait_for(sub { !$server->fill(0.1)
                      || index($server->{got}, "\0\0\4\3") >= 0 }),
       'the call is ended';
}

is scalar @{$hook->wait_quiet(0.3)}, $events, 'and no more than that';

$t->stop;
$t->ok_logs;

done_testing;
