package Webhook::Test::Client;

=head1 NAME

Webhook::Test::Client - a small HTTP/1.1 client

=head1 SYNOPSIS

    my $client = Webhook::Test::Client->new(port => $port);

    my $r = $client->request('POST', '/api/orders', $body,
                             headers => ['Content-Type' =>
                                         'application/json']);

    is $r->{status}, 201;
    is $r->{headers}{location}, '/api/orders/1';
    is $r->{body}, $body;

=head1 DESCRIPTION

The connection is kept where the server keeps it, and made anew where not.

=head2 new(OPTIONS)

C<port>, or C<unix>, a path; C<timeout> (10 s without anything new); C<tls>, 1
or { C<ca>, C<sni>, C<verify>, C<cert>, C<key> }.

=head2 request(METHOD, URI, BODY, OPTIONS)

Sends a request and reads the answer: a hash of C<status>, C<reason>,
C<version>, C<headers> (names in lower case), C<raw_headers>, C<body>,
C<complete> (false where the connection ended in the middle), C<begun>,
C<first> and C<time> (seconds: before the first byte went out, when the first
one came, when the last one came).  Where nothing came, C<status> is 0 and
C<error> says why.  OPTIONS:

=over

=item headers => [NAME => VALUE, ...]

C<Host>, C<Content-Length> and C<Connection> are set unless given

=item chunked => 1 | [CHUNK, ...]

sends the body in chunks

=item version => '1.0'

=item close => 1

one request only on this connection

=item abort => N

closes the connection after N bytes of the answer (0: at once when the request
is sent)

=item pause => [N, S]

waits S seconds after the first N bytes of the request

=back

=head2 begin(METHOD, URI, BODY, OPTIONS), came(), end()

The same in parts, for many at a time: sends a request; tells whether something
of the answer is there; reads it.

=head2 raw(BYTES)

Sends these bytes, and returns all that comes until the server closes or the
time is over.

=head2 close()

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Select ();
use IO::Socket::INET ();
use IO::Socket::UNIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time sleep);

use Webhook::Sandbox qw(deadline);


sub new
{
    my ($class, %args) = @_;

    my $self = bless { timeout => 10, %args }, $class;

    $self->{timeout} = deadline($self->{timeout});

    return $self;
}


sub connect
{
    my ($self) = @_;

    return 1 if $self->{socket};

    my $socket = $self->{unix}
        ? IO::Socket::UNIX->new(Peer => $self->{unix})
        : IO::Socket::INET->new(PeerAddr => '127.0.0.1', Proto => 'tcp',
                                PeerPort => $self->{port},
                                Timeout  => $self->{timeout});

    if (!$socket) {
        $self->{error} = "connect: $!";
        return 0;
    }

    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1 unless $self->{unix};

    if ($self->{tls}) {
        require IO::Socket::SSL;

        my $tls = ref $self->{tls} ? $self->{tls} : {};

        $socket = IO::Socket::SSL->start_SSL($socket,
            SSL_verify_mode => $tls->{verify} ? 1 : 0,
            SSL_hostname    => $tls->{sni} // 'localhost',
            $tls->{ca}   ? (SSL_ca_file => $tls->{ca}) : (),
            $tls->{cert} ? (SSL_cert_file => $tls->{cert},
                            SSL_key_file => $tls->{key}) : (),
        );

        if (!$socket) {
            no warnings 'once';
            $self->{error} = "handshake: $IO::Socket::SSL::SSL_ERROR";
            return 0;
        }
    }

    $socket->blocking(0);

    $self->{socket} = $socket;
    $self->{in} = '';
    $self->{used} = 0;

    return 1;
}


sub close
{
    my ($self) = @_;

    my $socket = delete $self->{socket};
    $socket->close if $socket;
}


sub request
{
    my ($self, $method, $uri, $body, %options) = @_;

    my $bytes = render($method, $uri, $body, %options);
    my $r;

    # a connection that the server has closed in the meantime: once more
    for my $try (1, 2) {
        my $reused = $self->{socket} && $self->{used};

        my $begun = time;
        $r = { status => 0, body => '', headers => {}, raw_headers => [],
               begun => $begun };

        if (!$self->connect) {
            $r->{error} = $self->{error};
            return $r;
        }

        $self->{used}++;

        if (!$self->send($bytes, $options{pause})) {
            $r->{error} = $self->{error};

        } elsif (defined $options{abort}) {
            $self->fill while length $self->{in} < $options{abort}
                              && $self->wait_readable && $self->{socket};
            $r->{error} = 'aborted';
            $self->close;
            return $r;

        } else {
            $self->read_answer($r, $method);
        }

        $self->close if $r->{error} || $options{close};

        last unless $r->{error} && !$r->{first} && $reused
                    && $r->{error} ne 'timed out';
    }

    return $r;
}


sub begin
{
    my ($self, $method, @rest) = @_;

    $self->{method} = $method;

    return $self->connect && $self->send(render($method, @rest));
}


sub came
{
    my ($self) = @_;

    return IO::Select->new($self->{socket})->can_read(0) ? 1 : 0;
}


sub end
{
    my ($self) = @_;

    my $r = { status => 0, body => '', headers => {}, raw_headers => [] };

    $self->read_answer($r, $self->{method});
    $self->close if $r->{error};

    return $r;
}


sub render
{
    my ($method, $uri, $body, %options) = @_;

    my @headers = @{$options{headers} // []};
    my %of = @headers;
    my %given = map { lc($_) => 1 } keys %of;
    my $version = $options{version} // '1.1';
    my $bytes = "$method $uri HTTP/$version\r\n";

    $bytes .= "Host: localhost\r\n" unless $given{host};
    $bytes .= "Connection: close\r\n" if $options{close}
                                         && !$given{connection};

    while (my ($name, $value) = splice @headers, 0, 2) {
        $bytes .= "$name: $value\r\n";
    }

    my $chunks = $options{chunked};

    if ($chunks) {
        $chunks = [length($body // '') ? $body : ()] unless ref $chunks;
        $body = join '', map { sprintf("%x\r\n", length) . "$_\r\n" }
                             @$chunks;
        $body .= "0\r\n\r\n";
        $bytes .= "Transfer-Encoding: chunked\r\n";

    } elsif (defined $body && !$given{'content-length'}) {
        $bytes .= 'Content-Length: ' . length($body) . "\r\n";
    }

    return "$bytes\r\n" . ($body // '');
}


sub wait_readable
{
    my ($self) = @_;

    my $socket = $self->{socket} or return 0;

    return 1 if $self->{tls} && $socket->pending;
    return 1 if IO::Select->new($socket)->can_read($self->{timeout});

    $self->{error} = 'timed out';

    return 0;
}


sub send
{
    my ($self, $bytes, $pause) = @_;

    my $sent = 0;

    while ($sent < length $bytes) {
        my $len = length($bytes) - $sent;

        if ($pause) {
            my ($first, $seconds) = @$pause;

            if ($sent < $first) {
                $len = $first - $sent;
            } else {
                sleep $seconds;
                undef $pause;
            }
        }

        my $n = syswrite $self->{socket}, $bytes, $len, $sent;

        if (defined $n) {
            $sent += $n;
            next;
        }

        next if $! == EINTR;

        if ($! == EAGAIN || $! == EWOULDBLOCK) {
            next if IO::Select->new($self->{socket})
                                  ->can_write($self->{timeout});
            $self->{error} = 'timed out';
            return 0;
        }

        # the answer may stand there already
        $self->{error} = "send: $!";
        return IO::Select->new($self->{socket})->can_read(0) ? 1 : 0;
    }

    return 1;
}


# Reads what is there; false at the end of the connection, which it closes.

sub fill
{
    my ($self) = @_;

    my $n = sysread $self->{socket}, $self->{in}, 65536, length $self->{in};

    return 1 if $n;
    return 1 if !defined $n
                && ($! == EAGAIN || $! == EWOULDBLOCK || $! == EINTR);

    $self->{error} = defined $n ? 'closed' : "recv: $!";
    $self->close;

    return 0;
}


# Fills until the code is true.

sub until
{
    my ($self, $r, $code) = @_;

    while (!$code->()) {
        return 0 unless $self->wait_readable && $self->fill;
        $r->{first} //= time if length $self->{in};
    }

    $r->{first} //= time;

    return 1;
}


sub read_answer
{
    my ($self, $r, $method) = @_;

    do {
        if (!$self->until($r, sub {
            return index($self->{in}, "\r\n\r\n") >= 0;
        })) {
            $r->{error} = $self->{error};
            $r->{body} = $self->{in};
            return;
        }

        my $end = index $self->{in}, "\r\n\r\n";
        my $head = substr $self->{in}, 0, $end + 4, '';

        if (!parse_head($r, $head)) {
            $r->{error} = 'not HTTP';
            return;
        }

    } while ($r->{status} == 100);

    my $headers = $r->{headers};
    my $ok;

    if ($method eq 'HEAD' || $r->{status} == 204 || $r->{status} == 304) {
        $ok = 1;

    } elsif (($headers->{'transfer-encoding'} // '') =~ /chunked/i) {
        $ok = $self->until($r, sub { return take_chunks($self, $r) });

    } elsif (defined(my $len = $headers->{'content-length'})) {
        $ok = $self->until($r, sub { length $self->{in} >= $len });
        $r->{body} = substr $self->{in}, 0, $len, '';

    } else {
        $self->until($r, sub { 0 });
        $r->{body} = $self->{in};
        $ok = $self->{error} eq 'closed';
        $self->close;
    }

    $r->{time} = time;
    $r->{complete} = $ok ? 1 : 0;
    $r->{error} = $self->{error} unless $ok;

    $self->close if ($headers->{connection} // '') =~ /close/i
                    || $r->{version} eq '1.0';
}


sub take_chunks
{
    my ($self, $r) = @_;

    while ($self->{in} =~ /\A([0-9a-fA-F]+)[^\r\n]*\r\n/) {
        my ($skip, $len) = ($+[0], hex $1);

        if ($len == 0) {
            return $self->{in} =~ s/\A0[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n//;
        }

        return 0 if length $self->{in} < $skip + $len + 2;

        $r->{body} .= substr $self->{in}, $skip, $len;
        substr $self->{in}, 0, $skip + $len + 2, '';
    }

    return 0;
}


sub parse_head
{
    my ($r, $head) = @_;

    my ($line, @lines) = split /\r\n/, $head;

    $line =~ m{^HTTP/(\d\.\d) (\d\d\d)(?: (.*))?$} or return 0;

    @$r{qw(version status reason)} = ($1, $2, $3);
    $r->{headers} = {};
    $r->{raw_headers} = [];

    for my $header (@lines) {
        my ($name, $value) = split /:[ \t]*/, $header, 2;

        push @{$r->{raw_headers}}, [$name, $value // ''];

        my $old = $r->{headers}{lc $name};
        $r->{headers}{lc $name} = defined $old ? "$old, $value" : $value;
    }

    return 1;
}


sub raw
{
    my ($self, $bytes) = @_;

    $self->close;
    $self->connect or return '';
    $self->send($bytes);

    while ($self->wait_readable && $self->fill) { }

    my $answer = $self->{in};
    $self->close;

    return $answer;
}


1;
