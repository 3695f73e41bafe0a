package Webhook::Test::Server;

=head1 NAME

Webhook::Test::Server - the child's side of Webhook::Test::Endpoint

=head1 DESCRIPTION

One loop over nonblocking sockets: takes requests, writes them to the record,
answers.  Commands come over a Unix socket in frames (a length of four bytes,
and what Storable makes of a value), and each is answered by a frame; when the
other end of that socket is closed, the server ends.

What an answer may be, and what stands in the record, is told in
L<Webhook::Test::Endpoint>.

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use Exporter qw(import);
use IO::Handle ();
use IO::Socket::INET ();
use IO::Socket::UNIX ();
use Socket qw(SOL_SOCKET SO_LINGER SOMAXCONN IPPROTO_TCP TCP_NODELAY);
use Storable ();
use Time::HiRes qw(time);

our @EXPORT_OK = qw(write_frame read_frame);

my %reason = (
    200 => 'OK', 201 => 'Created', 202 => 'Accepted', 204 => 'No Content',
    301 => 'Moved Permanently', 302 => 'Found', 304 => 'Not Modified',
    400 => 'Bad Request', 401 => 'Unauthorized', 404 => 'Not Found',
    410 => 'Gone', 422 => 'Unprocessable Entity', 429 => 'Too Many Requests',
    500 => 'Internal Server Error', 502 => 'Bad Gateway',
    503 => 'Service Unavailable', 504 => 'Gateway Timeout',
);

my $max_head = 256 * 1024;


# Frames of the control socket.

sub write_frame
{
    my ($socket, $data) = @_;

    my $bytes = Storable::nfreeze($data);
    $bytes = pack('N', length $bytes) . $bytes;

    while (length $bytes) {
        my $n = syswrite $socket, $bytes;
        next if !defined $n && $! == EINTR;
        return unless $n;
        substr $bytes, 0, $n, '';
    }
}


sub read_frame
{
    my ($socket) = @_;

    my $head = read_exactly($socket, 4) // return undef;
    my $body = read_exactly($socket, unpack 'N', $head) // return undef;

    return Storable::thaw($body);
}


sub read_exactly
{
    my ($socket, $len) = @_;

    my $bytes = '';

    while (length $bytes < $len) {
        my $n = sysread $socket, $bytes, $len - length $bytes, length $bytes;
        next if !defined $n && $! == EINTR;
        return undef unless $n;
    }

    return $bytes;
}


# Made before the fork, so that the port is taken when new() returns.

sub make_listener
{
    my ($self) = @_;

    my $listener;

    if ($self->{unix}) {
        unlink $self->{unix};
        $listener = IO::Socket::UNIX->new(Local => $self->{unix},
                                          Listen => SOMAXCONN);
        chmod 0777, $self->{unix};

    } else {
        $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                          LocalPort => $self->{port},
                                          Proto => 'tcp', ReuseAddr => 1,
                                          Listen => SOMAXCONN);
    }

    die "$self->{name}: cannot listen: $!\n" unless $listener;

    $listener->blocking(0);

    return $listener;
}


sub serve
{
    my ($self, $control) = @_;

    $0 = "webhook test: $self->{name}";

    require IO::Socket::SSL if $self->{tls};

    open $self->{record}, '>:raw', $self->{file}
        or die "$self->{file}: $!\n";

    $self->{conns} = {};
    $self->{timers} = [];
    $self->{accepted} = 0;

    while (1) {
        my ($rin, $win) = ('', '');

        vec($rin, fileno $control, 1) = 1;
        vec($rin, fileno $self->{listener}, 1) = 1 if $self->{listener};

        for my $conn (values %{$self->{conns}}) {
            vec($rin, $conn->{fd}, 1) = 1 unless $conn->{deaf};
            vec($win, $conn->{fd}, 1) = 1
                if length $conn->{out} || $conn->{want_write};
        }

        my $wait;

        if (@{$self->{timers}}) {
            $wait = $self->{timers}[0][0] - time;
            $wait = 0 if $wait < 0;
        }

        my $n = select $rin, $win, undef, $wait;

        if ($n > 0) {
            if (vec $rin, fileno $control, 1) {
                my $command = read_frame($control) // return;
                write_frame($control, $self->obey(@$command));
            }

            if ($self->{listener} && vec $rin, fileno $self->{listener}, 1) {
                $self->accept_all;
            }

            for my $conn (values %{$self->{conns}}) {
                if (vec $win, $conn->{fd}, 1) {
                    $self->on_writable($conn);
                }

                if (!$conn->{closed} && vec $rin, $conn->{fd}, 1) {
                    $self->on_readable($conn);
                }
            }
        }

        while (@{$self->{timers}} && $self->{timers}[0][0] <= time) {
            my $timer = shift @{$self->{timers}};
            $timer->[2]->() unless $timer->[1]{closed};
        }
    }
}


sub obey
{
    my ($self, $name, @args) = @_;

    my $value = 1;

    my $ok = eval {
        if ($name eq 'answer') {
            $self->{answers}{$args[0]} = $args[1];

        } elsif ($name eq 'close_listener') {
            # who waits in the backlog would get a reset
            $self->accept_all if $self->{listener};
            close $self->{listener} if $self->{listener};
            delete $self->{listener};

        } elsif ($name eq 'open_listener') {
            $self->{listener} //= $self->make_listener;

        } elsif ($name eq 'drop') {
            $self->close_conn($_) for values %{$self->{conns}};

        } elsif ($name eq 'release') {
            for my $conn (values %{$self->{conns}}) {
                $self->send_answer($conn, { status => 200 })
                    if delete $conn->{hangs};
            }

        } elsif ($name eq 'connections') {
            $value = $self->{accepted};

        } elsif ($name eq 'call') {
            $value = $self->{control}->(@args);
        }

        1;
    };

    return $ok ? { value => $value } : { error => $@ };
}


sub after
{
    my ($self, $conn, $seconds, $code) = @_;

    my @timers = (@{$self->{timers}}, [time + $seconds, $conn, $code]);

    $self->{timers} = [sort { $a->[0] <=> $b->[0] } @timers];
}


sub write_record
{
    my ($self, $record) = @_;

    my $bytes = Storable::nfreeze($record);

    syswrite $self->{record}, pack('N', length $bytes) . $bytes;
}


sub event
{
    my ($self, $conn, $kind) = @_;

    $self->write_record({ kind => $kind, time => time, conn => $conn->{id} });
}


sub accept_all
{
    my ($self) = @_;

    while (my $socket = $self->{listener}->accept) {
        $socket->blocking(0);

        setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1
            unless $self->{unix};

        my $conn = { socket => $socket, fd => fileno $socket, in => '',
                     out => '', seq => 0, id => $self->{accepted}++ };

        $self->event($conn, 'open');

        if ($self->{tls}) {
            my $tls = $self->{tls};

            $conn->{socket} = IO::Socket::SSL->start_SSL($socket,
                SSL_server          => 1,
                SSL_startHandshake  => 0,
                SSL_cert_file       => $tls->{cert},
                SSL_key_file        => $tls->{key},
                $tls->{ca} ? (SSL_ca_file => $tls->{ca},
                              SSL_verify_mode => 0x03) : (),
            ) or do { $self->event($conn, 'tls_error'); next; };

            $conn->{handshake} = 1;
        }

        $self->{conns}{$conn->{fd}} = $conn;
    }
}


sub close_conn
{
    my ($self, $conn, $reset) = @_;

    return if $conn->{closed}++;

    if ($reset) {
        setsockopt $conn->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    }

    delete $self->{conns}{$conn->{fd}};

    # after a handshake that failed it is a plain socket again
    if (ref $conn->{socket} eq 'IO::Socket::SSL') {
        $conn->{socket}->close(SSL_no_shutdown => $reset ? 1 : 0);
        return;
    }

    close $conn->{socket};
}


sub handshake
{
    my ($self, $conn) = @_;

    $conn->{want_write} = 0;

    if ($conn->{socket}->accept_SSL) {
        delete $conn->{handshake};

        my $sni = $conn->{socket}->get_servername;
        $conn->{tls} = { version => $conn->{socket}->get_sslversion,
                         sni => $sni,
                         subject => $conn->{socket}->peer_certificate
                                        ('subject') // undef };
        return 1;
    }

    if ($! == EAGAIN || $! == EWOULDBLOCK) {
        no warnings 'once';

        $conn->{want_write} = 1
            if $IO::Socket::SSL::SSL_ERROR
               == IO::Socket::SSL::SSL_WANT_WRITE();
        return 0;
    }

    $self->event($conn, 'tls_error');
    $self->close_conn($conn);

    return 0;
}


sub on_readable
{
    my ($self, $conn) = @_;

    if ($conn->{handshake}) {
        return unless $self->handshake($conn);
    }

    while (1) {
        my $n = sysread $conn->{socket}, $conn->{in}, 65536,
                        length $conn->{in};

        if (!defined $n) {
            next if $! == EINTR;
            last if $! == EAGAIN || $! == EWOULDBLOCK;
        }

        if (!$n) {
            my $half = length $conn->{in} && !$conn->{busy};

            $self->event($conn, $half ? 'partial' : 'close');
            $self->close_conn($conn);
            return;
        }

        $conn->{begun} //= time;
    }

    $self->take_request($conn) unless $conn->{busy};
}


sub take_request
{
    my ($self, $conn) = @_;

    if (!$conn->{request}) {
        my $end = index $conn->{in}, "\r\n\r\n";

        if ($end < 0) {
            $self->close_conn($conn) if length $conn->{in} > $max_head;
            return;
        }

        my $head = substr $conn->{in}, 0, $end + 4, '';
        my $request = parse_head($head);

        if (!$request) {
            return $self->finish($conn, { raw => "HTTP/1.1 400 Bad Request\r\n"
                                                 . "Content-Length: 0\r\n\r\n",
                                          then => 'close' });
        }

        $conn->{request} = $request;
        $request->{begun} = delete $conn->{begun};

        my $answer = $self->choose($request, 1);

        if ($answer && $answer->{early}) {
            $self->record($conn, $answer);
            $answer->{keepalive} = 0;
            return $self->finish($conn, $answer);
        }

        if (($request->{headers}{expect} // '') =~ /100-continue/i) {
            $conn->{out} .= "HTTP/1.1 100 Continue\r\n\r\n";
            $self->on_writable($conn);
        }
    }

    my $request = $conn->{request};

    return unless take_body($conn, $request);

    my $answer = $self->choose($request, 0);

    $self->record($conn, $answer);
    $self->finish($conn, $answer);
}


sub parse_head
{
    my ($head) = @_;

    my ($line, @lines) = split /\r\n/, $head;

    return unless defined $line
                  && $line =~ m{^(\S+) (\S+) HTTP/(\d\.\d)$};

    my %request = (method => $1, uri => $2, version => $3, headers => {},
                   raw_headers => [], body => '');

    ($request{path}, $request{query}) = split /\?/, $request{uri}, 2;

    for my $header (@lines) {
        my ($name, $value) = $header =~ /^([^:\s]+):[ \t]*(.*?)[ \t]*$/
            or return;

        push @{$request{raw_headers}}, [$name, $value];

        my $old = $request{headers}{lc $name};
        $request{headers}{lc $name} = defined $old ? "$old, $value" : $value;
    }

    return \%request;
}


# Moves the body from the input to the request; true when it is whole.

sub take_body
{
    my ($conn, $request) = @_;

    my $headers = $request->{headers};

    if (($headers->{'transfer-encoding'} // '') =~ /chunked/i) {

        while ($conn->{in} =~ /\A([0-9a-fA-F]+)[^\r\n]*\r\n/) {
            my ($skip, $len) = ($+[0], hex $1);

            if ($len == 0) {
                # a trailer ends with an empty line too
                $conn->{in} =~ s/\A0[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n//
                    or return 0;
                $request->{chunked} = 1;
                return 1;
            }

            return 0 if length $conn->{in} < $skip + $len + 2;

            $request->{body} .= substr $conn->{in}, $skip, $len;
            substr $conn->{in}, 0, $skip + $len + 2, '';
        }

        return 0;
    }

    my $len = $headers->{'content-length'} // 0;

    return 0 if length $conn->{in} < $len;

    $request->{body} = substr $conn->{in}, 0, $len, '';

    return 1;
}


# The answer that is next; only looked at where the body has not come yet.

sub choose
{
    my ($self, $request, $peek) = @_;

    my $answer;
    my $list = $self->{answers}{$request->{path}};

    if (!$list && $self->{code} && !$peek) {
        $answer = $self->{code}->($request);
        return as_hash($answer) if defined $answer;
    }

    $list //= $self->{answers}{'*'};

    return $peek ? undef : { status => 200 } unless $list && @$list;

    $answer = as_hash($list->[0]);

    shift @$list if @$list > 1 && (!$peek || $answer->{early});

    return $answer;
}


sub as_hash
{
    my ($answer) = @_;

    return ref $answer ? { %$answer } : { status => $answer };
}


sub record
{
    my ($self, $conn, $answer) = @_;

    my %record = %{$conn->{request}};

    $record{time} = time;
    $record{conn} = $conn->{id};
    $record{seq} = $conn->{seq}++;
    $record{length} = length $record{body};
    $record{tls} = $conn->{tls} if $conn->{tls};
    delete $record{body} unless $self->{keep_bodies};

    ($record{answer}) = grep { $answer->{$_} } qw(hang close reset raw);
    $record{answer} //= $answer->{status} // 200;

    $self->write_record(\%record);
}


sub finish
{
    my ($self, $conn, $answer) = @_;

    $conn->{busy} = 1;

    if ($answer->{delay}) {
        $self->after($conn, $answer->{delay},
                     sub { $self->send_answer($conn, $answer) });
        return;
    }

    $self->send_answer($conn, $answer);
}


sub send_answer
{
    my ($self, $conn, $answer) = @_;

    if ($answer->{hang}) {
        $conn->{hangs} = 1;
        return;
    }

    if ($answer->{close} || $answer->{reset}) {
        return $self->close_conn($conn, $answer->{reset});
    }

    my $request = $conn->{request};
    my $keep = $answer->{keepalive} // 1;
    my $bytes = $answer->{raw};
    my $then = $answer->{then};

    if (defined $bytes) {
        $then //= 'close';

    } else {
        my $asked = $request->{headers}{connection} // '';

        $keep = 0 if $asked =~ /close/i
                     || $request->{version} eq '1.0'
                        && $asked !~ /keep-alive/i;

        $bytes = render($answer, $request, $keep);
        $then //= $keep ? 'next' : 'close';
    }

    if (defined $answer->{partial}) {
        $bytes = substr $bytes, 0, $answer->{partial};
        $then = $answer->{then} // 'close';
    }

    $conn->{then} = $then;

    if ($answer->{trickle}) {
        return $self->trickle($conn, $bytes, @{$answer->{trickle}});
    }

    $conn->{out} .= $bytes;
    $self->on_writable($conn);
}


sub render
{
    my ($answer, $request, $keep) = @_;

    my $status = $answer->{status} // 200;
    my $body = $answer->{body} // '';
    my $reason = $answer->{reason} // $reason{$status} // 'Status';

    my @headers = @{$answer->{headers} // []};
    my %of = @headers;
    my %given = map { lc($_) => 1 } keys %of;
    my $bytes = "HTTP/1.1 $status $reason\r\n";

    while (my ($name, $value) = splice @headers, 0, 2) {
        $bytes .= "$name: $value\r\n";
    }

    my $chunks = $answer->{chunked};

    if ($chunks) {
        $chunks = [length $body ? $body : ()] unless ref $chunks;
        $body = join '', map { sprintf("%x\r\n", length) . "$_\r\n" }
                             @$chunks;
        $body .= "0\r\n\r\n";
        $bytes .= "Transfer-Encoding: chunked\r\n";

    } elsif ($status != 204 && $status != 304 && !$given{'content-length'}) {
        $bytes .= 'Content-Length: ' . length($body) . "\r\n";
    }

    $bytes .= "Connection: close\r\n" unless $keep;
    $bytes .= "\r\n";

    return $bytes if $request->{method} eq 'HEAD' || $status == 204
                     || $status == 304;

    return $bytes . $body;
}


sub trickle
{
    my ($self, $conn, $bytes, $size, $seconds) = @_;

    $conn->{out} .= substr $bytes, 0, $size, '';
    $conn->{more} = length $bytes;

    if (length $bytes) {
        $self->after($conn, $seconds, sub {
            $self->trickle($conn, $bytes, $size, $seconds);
        });
    }

    $self->on_writable($conn);
}


sub on_writable
{
    my ($self, $conn) = @_;

    if ($conn->{handshake}) {
        return unless $self->handshake($conn);
    }

    while (length $conn->{out}) {
        my $n = syswrite $conn->{socket}, $conn->{out};

        if (!defined $n) {
            next if $! == EINTR;
            return if $! == EAGAIN || $! == EWOULDBLOCK;

            $self->event($conn, 'close');
            return $self->close_conn($conn);
        }

        substr $conn->{out}, 0, $n, '';
    }

    return if $conn->{more} || !$conn->{then};

    my $then = delete $conn->{then};

    if ($then eq 'next') {
        delete @$conn{qw(request busy)};

        # it may have come already
        $conn->{begun} = time if length $conn->{in};
        $self->take_request($conn) if length $conn->{in};

    } elsif ($then eq 'hang') {
        $conn->{hangs} = 1;

    } else {
        $self->close_conn($conn, $then eq 'reset');
    }
}


1;
