
# The HTTP client behind deliveries: what counts as an answer and what as a
# failure, with which words; time-outs; kept connections; addresses.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use Test::More;

use Webhook::Test qw(wait_for deadline);


my $refused = Webhook::Test::free_port();
my $full    = Webhook::Test::free_port();

my $body = '{"id": 1, "note": "' . 'x' x 300 . '"}';

sub raw
{
    my ($head, $text, @more) = @_;

    $head =~ s/\n/\r\n/g;

    return { raw => "$head\r\n" . ($text // ''), @more };
}

# What the endpoint of that name answers; it gets a send in either case.

my %taken = (
    plain     => { body => 'ok' },
    chunked   => { chunked => ['a', 'bc'], body => 'abc' },
    http10    => raw("HTTP/1.0 200 OK\n", 'until it closes'),
    interim   => raw("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\n"
                     . "Link: x\n\nHTTP/1.1 200 OK\nContent-Length: 2\n",
                     'ok'),
    folded    => raw("HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 2\n", 'ok'),
    framings  => raw("HTTP/1.1 200 OK\nContent-Length: 2\n"
                     . "Transfer-Encoding: chunked\n", "0\r\n\r\n"),
    large     => { body => 'x' x 3_000_000 },
    early     => { early => 1 },
    split     => { trickle => [1, 0.001], body => 'ok' },

    # lines that are no header say nothing of the answer
    warning   => raw("HTTP/1.1 200 OK\nPHP Warning:  x in /y.php on line 1\n"
                     . "Content-Length: 2\n", 'ok', then => 'hang'),
    blank     => raw("HTTP/1.1 200 OK\nX Header: 1\nContent-Length: 0\n"),
    colon     => raw("HTTP/1.1 200 OK\nServer : x\nContent-Length : 2\n",
                     'ok', then => 'hang'),
    nocolon   => raw("HTTP/1.1 200 OK\n<br />\n: x\nContent-Length: 0\n"),
    control   => raw("HTTP/1.1 200 OK\nX\0: \1\nY: a\rb\nContent-Length: 0\n"),

    # the head of an answer is enough
    bodycut   => raw("HTTP/1.1 200 OK\nContent-Length: 10\n", 'abc'),
    bodyhang  => raw("HTTP/1.1 200 OK\nContent-Length: 10\n", 'abc',
                     then => 'hang'),
    badchunk  => raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n",
                     'nonsense'),
);

my %failed = (
    status    => [503, qr/status 503$/],
    redirect  => [{ status => 307, headers => [Location => '/plain'] },
                  qr/status 307$/],
    closed    => [{ close => 1 },
                  qr/status 0, the connection was closed without an answer$/],
    reset     => [{ reset => 1 },
                  qr/status 0, no answer: recv\(\) failed \(104: /],
    headcut   => [{ raw => "HTTP/1.1 200 OK\r\nContent-Le" },
                  qr/status 0, the answer's head was cut short$/],
    other     => [{ raw => "SSH-2.0-OpenSSH_9.2\r\n" },
                  qr/status 0, the answer is not HTTP\/1\.x$/],
    lengths   => [raw("HTTP/1.1 200 OK\nContent-Length: 1\n"
                      . "Content-Length: 2\n", 'ab'),
                  qr/status 0, the answer has two Content-Lengths$/],
    bighead   => [raw("HTTP/1.1 200 OK\nX: " . 'y' x 20000 . "\n"),
                  qr/status 0, the answer's head is too large$/],
    interims  => [raw("HTTP/1.1 100 Continue\n\n" x 9
                      . "HTTP/1.1 200 OK\nContent-Length: 0\n"),
                  qr/status 0, too many interim answers$/],
    hang      => [{ hang => 1 },
                  qr/status 0, timed out after 200 ms while reading /],
    trickle   => [{ trickle => [1, 0.05], body => 'x' },
                  qr/status 0, timed out after 300 ms in total while reading /],
);

my %timeout = (
    hang      => 'connect=2s send=2s read=200ms total=5s',
    bodyhang  => 'connect=2s send=2s read=200ms total=5s',
    trickle   => 'connect=2s send=2s read=2s total=300ms',
);

# Endpoints that no send reaches.

my %lost = (
    refused   => ["http://127.0.0.1:$refused/",
                  qr/status 0, no connection: connect\(\) failed \(111: /],
    nobody    => ['http://unix:%%PREFIX%%/nobody.sock:/x',
                  qr/status 0, no connection: connect\(\) to unix:\S+ failed /],
    full      => ["http://127.0.0.1:$full/",
                  qr/status 0, timed out after 200 ms while connecting$/],
    unknown   => ['http://unknown.test/',
                  qr/status 0, "unknown.test" could not be looked up \(3: /],
    sick      => ['http://sick.test/',
                  qr/status 0, "sick.test" could not be looked up/],
    silent    => ['http://silent.test/',
                  qr/status 0, timed out after 200 ms while looking up /],
);

$timeout{$_} = 'connect=200ms send=2s read=2s total=5s' for qw(full silent);


# A listener whose queue is full: connecting to it takes for ever.

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                     LocalPort => $full, Listen => 1,
                                     Proto => 'tcp')
    or die "listen: $!\n";

my @waiting = map {
    IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $full,
                          Proto => 'tcp', Blocking => 0)
} 1 .. 4;


my $t = Webhook::Test->new(workers => 1);

my $hook = $t->endpoint(name => 'hook', answers => {
    (map { ("/$_" => [$taken{$_}]) } keys %taken),
    (map { ("/$_" => [$failed{$_}[0]]) } keys %failed),
});

# No connection to this one is ever kept, so that a reset is no stale one.

my $alone = $t->endpoint(name => 'alone', answers => {
    '/reset' => [$failed{reset}[0]]
});

my $one = $t->endpoint(name => 'one');
my $two = $t->endpoint(name => 'two');
my $down = $t->endpoint(name => 'down');
my $spare = $t->endpoint(name => 'spare');
my $local = $t->endpoint(name => 'local', unix => $t->prefix . '/hook.sock');

$t->dns(
    'one.test'    => ['127.0.0.1'],
    'both.test'   => ['127.0.0.9', '127.0.0.8', '127.0.0.1'],
    'sick.test'   => 'servfail',
    'silent.test' => 'silent',
);

my %url = (
    (map { ($_ => "http://127.0.0.1:%%PORT_hook%%/$_") }
         keys %taken, keys %failed),
    (map { ($_ => $lost{$_}[0]) } keys %lost),

    reset    => 'http://127.0.0.1:%%PORT_alone%%/reset',
    keep     => 'http://127.0.0.1:%%PORT_one%%/keep',
    unkept   => 'http://127.0.0.1:%%PORT_one%%/unkept',
    stale    => 'http://127.0.0.1:%%PORT_one%%/stale',
    unlucky  => 'http://127.0.0.1:%%PORT_one%%/unlucky',
    weights  => 'http://weights/weights?a=1',
    fallback => 'http://fallback',
    unix     => 'http://unix:%%PREFIX%%/hook.sock:/unix',
    named    => 'http://one.test:%%PORT_one%%/named',
    several  => 'http://both.test:%%PORT_one%%/several',
);

my $types = join '', map { "webhook_event_type t.$_;\n" } sort keys %url;

my $rules = join '', map { "webhook_event t.$_ POST ^/e/$_\$;\n" }
            sort keys %url;

my $endpoints = join '', map { <<"CONF" } sort keys %url;
    webhook_endpoint $_ {
        url     $url{$_};
        events  t.$_;
        retry   attempts=@{[ /unlucky/ ? 2 : 1 ]} first=10ms;
        timeout @{[ $timeout{$_} // 'connect=60s send=60s read=60s total=60s' ]};
    }
CONF

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    resolver 127.0.0.1:%%PORT_dns%% ipv6=off;

    upstream weights {
        server 127.0.0.1:%%PORT_one%% weight=2;
        server 127.0.0.1:%%PORT_two%%;
        server 127.0.0.1:%%PORT_down%% down;
        server 127.0.0.1:%%PORT_spare%% backup;
    }

    upstream fallback {
        server 127.0.0.1:$refused;
        server 127.0.0.1:%%PORT_spare%% backup;
    }

    $types
    $endpoints
CONF
    server => <<"CONF",
    location = /metrics { webhook_metrics; }

    location /e/ {
        return 200 '$body';
        $rules
    }
CONF
);

$t->start;


sub metric
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}

# Makes an event and waits until its delivery is over.

sub deliver
{
    my ($name) = @_;

    my $before = metric('sends_delivered') + metric('sends_dead');

    $t->post("/e/$name", '{}');

    wait_for(sub {
        metric('sends_delivered') + metric('sends_dead') > $before
    }, 10) or diag "no end of $name";
}


# Answers and failures, all at once.

my @all = (sort(keys %taken), sort(keys %failed), sort(keys %lost));

is $t->post("/e/$_", '{}')->{status}, 200, "event for $_" for @all;

ok wait_for(sub {
    metric('sends_delivered') + metric('sends_dead') >= @all
}, 20), 'all deliveries are over';

is metric('sends_delivered'), scalar keys %taken, 'as many as shall succeed';
is metric('sends_dead'), keys(%failed) + keys(%lost),
   'as many as shall fail';
is metric('sends_released'), 0, 'nothing is taken for a fault of ours';

my $log = $t->error_log;

for my $name (sort keys %taken) {
    my @got = grep { $_->{path} eq "/$name" } @{$hook->requests};

    # answered before its body came, a request is not complete

    is @got, 1, "$name: one send" unless $name eq 'early';
    unlike $log, qr/\.$name \(t\.$name\) (?:is dead|failed)/,
           "$name: delivered";
}

for my $name (sort(keys %failed), sort(keys %lost)) {
    my $want = $failed{$name} ? $failed{$name}[1] : $lost{$name}[1];

    my ($why) = $log =~
                  /\.$name \(t\.$name\) is dead after 1 sends: ([^\n]*)/;

    like $why // 'no line', $want, "$name: the log tells why";

    if ($failed{$name}) {
        my @got = grep { $_->{path} eq "/$name" }
                  @{$hook->requests}, @{$alone->requests};
        is @got, 1, "$name: one send";
    }
}

my ($request) = grep { $_->{path} eq '/plain' } @{$hook->requests};

is $request->{body}, $body, 'the body is sent whole';
is $request->{headers}{host}, '127.0.0.1:' . $hook->port, 'Host has the port';


# Kept connections.

deliver('keep') for 1 .. 3;

my @got = @{$one->requests};

is join(' ', map { $_->{seq} - $got[0]{seq} } @got), '0 1 2',
   'one connection is used again';
is scalar(keys %{{ map { ($_->{conn} => 1) } @got }}), 1, 'and again';

my $opened = metric('connections_opened');

$one->drop;
wait_for(sub { 0 }, 0.1);
deliver('keep');

is $one->requests->[-1]{headers}{'webhook-attempt'}, 1,
   'a connection that was closed while idle costs no attempt';
is metric('connections_opened'), $opened + 1, 'but a new connection';

$one->answer('/unkept', { keepalive => 0 });
deliver('unkept') for 1 .. 2;

@got = @{$one->requests}[-2, -1];

isnt $got[0]{conn}, $got[1]{conn}, 'Connection: close is obeyed';

# Reset before it read the request: stale.  Closed in order after it: not.

$one->answer('/stale', 200, { reset => 1 }, 200);
deliver('stale') for 1 .. 2;

@got = grep { $_->{path} eq '/stale' } @{$one->requests};

is join(' ', map { $_->{headers}{'webhook-attempt'} } @got), '1 1 1',
   'a kept connection that is reset is replaced without counting';
is $got[1]{headers}{'webhook-id'}, $got[2]{headers}{'webhook-id'},
   'for the same event';
isnt $got[1]{conn}, $got[2]{conn}, 'by a new one';

$one->answer('/unlucky', 200, { close => 1 }, 200);
deliver('unlucky') for 1 .. 2;

@got = grep { $_->{path} eq '/unlucky' } @{$one->requests};

is join(' ', map { $_->{headers}{'webhook-attempt'} } @got), '1 1 2',
   'an endpoint that read a request and closed has failed';


# Addresses.

my $count = $one->count;

deliver('weights') for 1 .. 6;

is $one->count - $count, 4, 'two thirds go to the server of weight 2';
is $two->count, 2, 'one third to the other';
is $down->count, 0, 'none to the server that is down';
is $spare->count, 0, 'none to the backup';
is $two->requests->[0]{uri}, '/weights?a=1', 'the path and arguments';
is $two->requests->[0]{headers}{host}, 'weights',
   'Host is the name of the upstream';

deliver('fallback') for 1 .. 2;

is $spare->count, 2, 'the backup gets what the others refuse';
is $spare->requests->[0]{uri}, '/', 'a URL without a path';

deliver('unix');

is $local->count, 1, 'a unix socket';
is $local->requests->[0]{uri}, '/unix', 'its path';
is $local->requests->[0]{headers}{host}, 'localhost', 'its Host';

$count = $one->count;

deliver('named');

is $one->count, $count + 1, 'a name is looked up';
is $one->requests->[-1]{headers}{host}, 'one.test:' . $one->port,
   'Host is the name';

deliver('several');

is $one->count, $count + 2, 'of several addresses one does';
is $one->requests->[-1]{headers}{'webhook-attempt'}, 1, 'in one attempt';


# The end: idle connections keep no worker, and a worker that must go counts
# nothing.

my @old = $t->workers;

ok $t->reload, 'reload';
ok $t->wait_gone(\@old, 3), 'idle connections keep no worker alive';

$t->stop;
$t->ok_logs;

done_testing;
