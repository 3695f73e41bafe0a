#
# traceparent: each send is a step of a trace; of the event's own, or with
# webhook_trace of the request's.  It is kept with the event: over retries, a
# restart, and in a durable receiver's call.  Nothing else of a trace goes on.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api');
my $hook = $t->endpoint(name => 'hook', answers => { '/late' => [500, 200] });

$t->config(http => <<'CONF', server => <<'CONF2');
    webhook_store %%STORE%% size=32m;
    webhook_event_type off.it;
    webhook_event_type on.it;
    webhook_event_type late.it;
    webhook_event_type in.it;
    webhook_event_type own.it;

    webhook_endpoint one {
        url    http://127.0.0.1:%%PORT_hook%%/one;
        events off.it on.it in.it;
    }
    webhook_endpoint two {
        url    http://127.0.0.1:%%PORT_hook%%/two;
        events on.it;
        header X-Type ${event.type};
    }
    webhook_endpoint own {
        url    http://127.0.0.1:%%PORT_hook%%/own;
        events own.it;
        header traceparent ${data.trace};
    }
    webhook_endpoint late {
        url    http://127.0.0.1:%%PORT_hook%%/late;
        events late.it;
        retry  first=300ms;
    }
    webhook_receiver emits {
        secret emits-0123456789-abcdefghij;
        action POST /pos/x '{}';
        emit   in.it;
    }
    webhook_receiver durable {
        secret durable-0123456789-abcdefghij;
        mode   durable;
        api    http://127.0.0.1:%%PORT_api%%;
        action POST /pos/y '{}';
    }
CONF
    webhook_trace on;

    location /off { webhook_trace off; webhook_event off.it POST ^/off$; return 200 '{}'; }
    location /on { webhook_event on.it POST ^/on$; return 200 '{}'; }
    location /late { webhook_event late.it POST ^/late$; return 200 '{}'; }
    location /own { webhook_event own.it POST ^/own$; return 200 '{"trace": "mine"}'; }
    location ^~ /hook/ { webhook_receive; }
    location /pos/ { internal; return 200 '{}'; }
CONF2

$t->start;

my $trace = '4bf92f3577b34da6a3ce929d0e0e4736';
my $parent = "00-$trace-00f067aa0ba902b7-01";

# Makes an event; returns the headers of what it sends, by path.
sub sends
{
    my ($n, $uri, $headers) = @_;

    my $seen = $hook->count;

    is $t->request('POST', $uri, '{}',
                   headers => ['Content-Type' => 'application/json',
                               @$headers])->{status}, 200, "POST $uri";

    my $requests = $hook->wait_requests($seen + $n, 20);

    return map { $_->{path} => $_->{headers} } @$requests[$seen .. $#$requests];
}

sub parts { return split /-/, $_[0] // ''; }


my %h = sends(1, '/off', [traceparent => $parent]);
my ($version, $id, $span, $flags) = parts($h{'/one'}{traceparent});

is $version, '00', 'off: a version';
is $id, $h{'/one'}{'webhook-id'} =~ s/-//gr, 'off: the trace is the event';
like $span, qr/^(?!0{16})[0-9a-f]{16}$/, 'off: a step';
is $flags, '01', 'off: it is recorded';

%h = sends(2, '/on', [traceparent => $parent, tracestate => 'a=b',
                      baggage => 'user=1']);

my %spans;

for my $path ('/one', '/two') {
    my ($version, $id, $span, $flags) = parts($h{$path}{traceparent});

    is $id, $trace, "$path: the request's trace goes on";
    is $flags, '01', "$path: with its flag";
    isnt $span, '00f067aa0ba902b7', "$path: in a step of its own";
    $spans{$span}++;

    is $h{$path}{tracestate}, undef, "$path: no state of others";
    is $h{$path}{baggage}, undef, "$path: no baggage";
}

is scalar keys %spans, 2, 'steps differ';
is $h{'/two'}{'x-type'}, 'on.it', 'own headers are there';

%h = sends(2, '/on', [traceparent => $parent =~ s/01$/00/r]);
is +(parts($h{'/one'}{traceparent}))[3], '00', 'what is not recorded is not';

for my $bad ("00-$trace-0000000000000000-01", "ff-$trace-00f067aa0ba902b7-01",
             uc $parent, "$parent-x", 'x', '')
{
    %h = sends(2, '/on', [traceparent => $bad]);

    is +(parts($h{'/one'}{traceparent}))[1],
       $h{'/one'}{'webhook-id'} =~ s/-//gr, "not believed: \"$bad\"";
}

%h = sends(2, '/on', [traceparent => $parent, traceparent => $parent]);
isnt +(parts($h{'/one'}{traceparent}))[1], $trace, 'nor two of them';

%h = sends(2, '/on', []);
isnt +(parts($h{'/one'}{traceparent}))[1], $trace, 'a request in no trace';

%h = sends(1, '/own', [traceparent => $parent]);
is $h{'/own'}{traceparent}, 'mine', 'an endpoint with a header of its own';

%h = sends(1, '/hook/emits-0123456789-abcdefghij', [traceparent => $parent]);
is +(parts($h{'/one'}{traceparent}))[1], $trace, 'of a receiver\'s event';


# Of a durable call.

is $t->request('POST', '/hook/durable-0123456789-abcdefghij', '{}',
               headers => ['Content-Type' => 'application/json',
                           traceparent => $parent])->{status}, 202,
   'a durable call';

my ($call) = @{ $api->wait_requests(1, 20) };

is +(parts($call->{headers}{traceparent}))[1], $trace, 'goes on in the API';


# Over a retry and a restart.

my $seen = $hook->count;

$t->request('POST', '/late', '{}', headers => [traceparent => $parent]);
$hook->wait_requests($seen + 1, 20);
$t->kill_all;
$t->start;

my @late = @{ $hook->wait_requests($seen + 2, 30) }[$seen, $seen + 1];

is +(parts($_->{headers}{traceparent}))[1], $trace, 'kept with the event'
    for @late;
isnt +(parts($late[0]{headers}{traceparent}))[2],
     (parts($late[1]{headers}{traceparent}))[2], 'each send is another step';

$t->stop;
$t->ok_logs;

done_testing;
