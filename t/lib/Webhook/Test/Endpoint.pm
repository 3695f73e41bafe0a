package Webhook::Test::Endpoint;

=head1 NAME

Webhook::Test::Endpoint - an HTTP server that records what it gets and answers
as it is told

=head1 SYNOPSIS

    my $hook = Webhook::Test::Endpoint->new;          # answers 200 to all

    # a sequence for one path; the last answer repeats
    $hook->answer('/hooks/a', 500, { status => 503, delay => 0.2 }, 200);

    # for every path that has none of its own
    $hook->answer('*', { hang => 1 });

    my $requests = $hook->wait_requests(3);           # 3 of them, or fewer
    is $requests->[0]{headers}{'tc-webhook-event'}, 'order.add';
    is $requests->[0]{body}, $body;

    $hook->stop_listening;                            # connections refused
    $hook->listen;

=head1 DESCRIPTION

A child process with one loop over nonblocking sockets: HTTP/1.1 with keepalive
(and 1.0), over TCP on 127.0.0.1, a Unix socket, or TLS.  A request is in the
record before the first byte of its answer is sent.

=head2 new(OPTIONS)

=over

=item port => N, unix => PATH

where to listen (default: a free port of 127.0.0.1)

=item tls => { cert => FILE, key => FILE, ca => FILE }

speak TLS; with C<ca>, ask for a client's certificate

=item answers => { PATH => [ANSWER, ...], '*' => [...] }

=item code => sub { my ($request) = @_; return ANSWER }

answers what no PATH does; runs in the child, so what it closes over lives
there.  What it returns as C<undef> falls through to C<*>.

=item control => sub { my (@args) = @_; return VALUE }

called in the child for C<< $hook->call(@args) >>: asks or changes the state
of CODE

=item keep_bodies => 0

record the length of bodies (C<length>) instead of the bytes (C<body>)

=back

=head2 An answer

is a status, or a hash of

=over

=item status, reason, headers => [NAME => VALUE, ...], body

200 and an empty body where not given; C<Content-Length> is set

=item delay => S

wait before it is sent

=item hang => 1

never answer, keep the connection open

=item close => 1, reset => 1

close the connection (by FIN, by RST) instead of answering; after C<delay>

=item partial => N, then => 'close' | 'hang' | 'reset'

send only the first N bytes of the whole answer

=item chunked => 1 | [CHUNK, ...]

send the body in chunks

=item trickle => [BYTES, S]

send so many bytes every so many seconds

=item raw => BYTES

send these bytes as they are (C<then> is 'close' unless given)

=item keepalive => 0

say C<Connection: close> and close

=item early => 1

answer once the headers have come, before the body; then close

=back

=head2 Methods

=over

=item port(), url(PATH)

=item answer(PATH, ANSWER...)

replaces the sequence of PATH; returns when it is in force

=item requests()

all complete requests so far, in the order in which they were complete: hashes
of C<n> (from 0), C<time> (seconds, with microseconds) when it was complete,
C<begun> of its first byte, C<conn> and C<seq> (number of the connection, and
of the request on it), C<method>, C<uri>, C<path>, C<query>, C<version>,
C<headers> (names in lower case; repeated ones joined by a comma and a space),
C<raw_headers> ([[name, value], ...] as they came), C<body>, C<length>,
C<answer> (the status, or 'hang', 'close', ...), C<tls> ({ version, sni })

=item count()

=item wait_requests(N, SECONDS)

waits until N have come, and returns requests()

=item wait_quiet(SECONDS)

returns requests() once none has come for that long

=item most(SECONDS)

the most requests that were under way at one instant, where each is answered after
that long.  An answer is on its way when the next request may already come, so what
counts is from the first byte of a request to the end of its delay.

=item events()

besides requests: { kind => 'open' | 'close' | 'partial' | 'tls_error', time,
conn } - a connection was accepted, was closed by the other side, was closed in
the middle of a request, failed in the handshake

=item connections()

how many were accepted so far

=item stop_listening(), listen()

refuse connections, and take them again on the same port; those that are open
stay

=item drop()

closes all open connections

=item release()

answers what hangs

=item call(ARGS)

=item stop()

ends the server; it is ended at the end of the test too

=back

=cut

use strict;
use warnings;

use List::Util qw(max);
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use Storable ();
use Time::HiRes qw(time);

use Webhook::Sandbox qw(free_port wait_for deadline temp_dir at_end spawn
                        kill_now);
use Webhook::Test::Server qw(write_frame read_frame);


sub new
{
    my ($class, %args) = @_;

    my $self = bless {
        name        => 'endpoint',
        answers     => {},
        keep_bodies => 1,
        %args,
        requests    => [],
        events      => [],
        tail        => '',
    }, $class;

    for my $list (values %{$self->{answers}}) {
        $list = [$list] unless ref $list eq 'ARRAY';
    }

    $self->{port} //= free_port() unless $self->{unix};
    $self->{file} = temp_dir($self->{name}) . '/record';

    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";

    my $server = bless { %$self }, 'Webhook::Test::Server';
    $server->{listener} = $server->make_listener;

    $self->{pid} = spawn(sub {
        close $ours;
        $server->serve($theirs);
    });

    close $theirs;
    close delete $server->{listener};

    $self->{control_socket} = $ours;
    at_end(sub { $self->stop; });

    # it has loaded what it needs
    $self->command('ready');

    return $self;
}


# The test's side.

sub port { return $_[0]{port}; }


sub url
{
    my ($self, $path) = @_;

    return ($self->{tls} ? 'https' : 'http')
           . "://127.0.0.1:$self->{port}" . ($path // '/');
}


sub command
{
    my ($self, @command) = @_;

    my $socket = $self->{control_socket}
        or die "$self->{name}: it is stopped\n";

    write_frame($socket, \@command);

    my $reply = read_frame($socket)
        // die "$self->{name}: the server is gone\n";

    die "$self->{name}: $reply->{error}" if $reply->{error};

    return $reply->{value};
}


sub answer
{
    my ($self, $path, @answers) = @_;

    $self->command('answer', $path, \@answers);

    return $self;
}


sub stop_listening { return $_[0]->command('close_listener'); }

sub listen { return $_[0]->command('open_listener'); }

sub drop { return $_[0]->command('drop'); }

sub release { return $_[0]->command('release'); }

sub connections { return $_[0]->command('connections'); }


sub call
{
    my ($self, @args) = @_;

    return $self->command('call', @args);
}


sub stop
{
    my ($self) = @_;

    # it ends when our end of the socket is closed
    close delete $self->{control_socket} if $self->{control_socket};

    kill_now(delete $self->{pid}) if $self->{pid};

    unlink $self->{unix} if $self->{unix};
}


sub read_record
{
    my ($self) = @_;

    my $fh = $self->{record_fh};

    if (!$fh) {
        open $fh, '<:raw', $self->{file} or return;
        $self->{record_fh} = $fh;
    }

    while (sysread $fh, $self->{tail}, 1 << 20, length $self->{tail}) { }

    my $at = 0;

    while (length($self->{tail}) - $at >= 4) {
        my $len = unpack 'N', substr $self->{tail}, $at, 4;
        last if length($self->{tail}) - $at < 4 + $len;

        my $record = Storable::thaw(substr $self->{tail}, $at + 4, $len);
        $at += 4 + $len;

        if ($record->{kind}) {
            push @{$self->{events}}, $record;

        } else {
            $record->{n} = @{$self->{requests}};
            push @{$self->{requests}}, $record;
        }
    }

    substr $self->{tail}, 0, $at, '';
}


sub requests
{
    my ($self) = @_;

    $self->read_record;

    return $self->{requests};
}


sub events
{
    my ($self) = @_;

    $self->read_record;

    return $self->{events};
}


sub count { return scalar @{$_[0]->requests}; }


sub wait_requests
{
    my ($self, $count, $seconds) = @_;

    wait_for(sub { return $self->count >= $count }, $seconds);

    return $self->requests;
}


sub wait_quiet
{
    my ($self, $seconds) = @_;

    my $count = $self->count;
    my $since = time;

    while (time - $since < deadline($seconds)) {
        Time::HiRes::sleep(0.01);

        if ($self->count != $count) {
            $count = $self->count;
            $since = time;
        }
    }

    return $self->requests;
}


sub most
{
    my ($self, $delay) = @_;

    my @edges = sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] }
                map { ([$_->{time}, 1], [$_->{time} + $delay, -1]) }
                @{$self->requests};

    my ($now, $most) = (0, 0);

    for (@edges) {
        $now += $_->[1];
        $most = max($most, $now);
    }

    return $most;
}


1;
