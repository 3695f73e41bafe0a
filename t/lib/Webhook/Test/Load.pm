package Webhook::Test::Load;

=head1 NAME

Webhook::Test::Load - steady load from a process of its own

=head1 SYNOPSIS

    my $load = Webhook::Test::Load->new(
        port => $port, rate => 1000, connections => 16,
        request => sub {
            my ($n) = @_;
            return ('POST', '/api/orders', qq({"n": $n}));
        },
    );

    sleep 2;
    $nginx->kill_all;
    $nginx->start;

    my $answers = $load->stop;
    my @seen = grep { $_->{status} == 201 } @$answers;

=head1 DESCRIPTION

Keeps so many connections, makes them anew when they break, and begins RATE
requests a second in all: request N is due N / RATE seconds after the start,
and goes out when it is due and a connection is free (so a server that stops
answering gets no burst: what could not be sent in time is dropped, and counted
in C<late>).  An answer counts as seen once its last byte is there.

=head2 new(port => N, rate => N, connections => 8, limit => N, request => CODE)

CODE gives (METHOD, URI, BODY, HEADERS), HEADERS being [NAME => VALUE, ...]; it
runs in the child.  After C<limit> requests nothing more is sent.

=head2 answers()

What was answered so far: { n, status, begun, time }; C<status> is 0 where the
connection broke after the request had been sent.  The body of an answer is kept
with C<< keep_bodies => 1 >>.

=head2 wait(SECONDS)

Waits until C<limit> requests are over.

=head2 stop()

Ends it, after what is under way was answered or a second has passed; returns
answers().

=head2 Webhook::Test::Load::gather(TEST, ENDPOINT, COUNT)

Pauses an endpoint of a L<Webhook::Test>, and makes so many orders, as fast as they
are taken, that wait for it then.  Returns how many were answered by 200.

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR EWOULDBLOCK);
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC PF_INET IPPROTO_TCP TCP_NODELAY
              SOL_SOCKET SO_ERROR inet_aton pack_sockaddr_in);
use Storable ();
use Time::HiRes qw(time);

use Webhook::Sandbox qw(at_end spawn kill_now temp_dir wait_for
                       write_file);
use Webhook::Test::Client ();


sub new
{
    my ($class, %args) = @_;

    my $self = bless {
        rate => 100, connections => 8, %args,
        answers => [], tail => '',
    }, $class;

    $self->{file} = temp_dir('load') . '/answers';
    write_file($self->{file}, '');

    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";

    $self->{pid} = spawn(sub {
        close $ours;
        $0 = 'webhook test: load';
        $self->run($theirs);
    });

    close $theirs;

    $self->{control} = $ours;
    at_end(sub { $self->end; });

    return $self;
}


sub gather
{
    my ($t, $endpoint, $count) = @_;

    my ($status, $out) = $t->ctl('pause', $endpoint);
    die "$endpoint is not paused: $out\n" if $status;

    my $load = $t->load(
        rate => 100000, connections => 16, limit => $count,
        request => sub { return ('POST', "/api/orders?n=$_[0]", '{}') },
    );

    $load->wait(120);

    return scalar grep { $_->{status} == 200 } @{ $load->stop };
}


sub answers
{
    my ($self) = @_;

    if (!$self->{fh}) {
        open $self->{fh}, '<:raw', $self->{file} or return [];
    }

    while (sysread $self->{fh}, $self->{tail}, 1 << 20, length $self->{tail}) {
    }

    my $at = 0;

    while (length($self->{tail}) - $at >= 4) {
        my $len = unpack 'N', substr $self->{tail}, $at, 4;
        last if length($self->{tail}) - $at < 4 + $len;

        push @{$self->{answers}},
             Storable::thaw(substr $self->{tail}, $at + 4, $len);
        $at += 4 + $len;
    }

    substr $self->{tail}, 0, $at, '';

    return $self->{answers};
}


sub wait
{
    my ($self, $seconds) = @_;

    return wait_for(sub {
        return @{$self->answers} >= $self->{limit};
    }, $seconds);
}


sub stop
{
    my ($self) = @_;

    if ($self->{control}) {
        syswrite $self->{control}, 'q';

        # it closes its end when it is done
        sysread $self->{control}, my $ignored, 1;
    }

    $self->end;

    return $self->answers;
}


sub end
{
    my ($self) = @_;

    close delete $self->{control} if $self->{control};
    kill_now(delete $self->{pid}) if $self->{pid};
}


# In the child.

sub run
{
    my ($self, $control) = @_;

    open $self->{out}, '>>:raw', $self->{file} or die "$self->{file}: $!\n";

    my $address = pack_sockaddr_in($self->{port}, inet_aton('127.0.0.1'));
    my $limit = $self->{limit} // 9e15;
    my $start = time;
    my ($next, $until) = (0, undef);
    my @conns = map { {} } 1 .. $self->{connections};

    while (1) {
        my $now = time;

        for my $conn (@conns) {
            next if $conn->{n} || defined $conn->{n};
            last if $until || $next >= $limit;

            my $due = $start + $next / $self->{rate};
            last if $due > $now;

            # far behind: these were not sent, and will not be
            if (!$self->{limit} && $now - $due > 0.1) {
                my $skip = int(($now - $due) * $self->{rate});
                $next += $skip;
                $self->{late} += $skip;
            }

            begin($self, $conn, $address, $next++, $now);
        }

        my ($rin, $win) = ('', '');
        my $busy = 0;

        vec($rin, fileno $control, 1) = 1 unless $until;

        for my $conn (@conns) {
            next unless defined $conn->{n};
            $busy++;
            vec($rin, fileno $conn->{socket}, 1) = 1;
            vec($win, fileno $conn->{socket}, 1) = 1 if length $conn->{send};
        }

        return if $until && (!$busy || $now > $until);

        my $wait = $until ? $until - $now : 0.5;

        if (!$until && $busy < @conns && $next < $limit) {
            my $due = $start + $next / $self->{rate} - $now;
            $wait = $due if $due < $wait;
        }

        my $n = select $rin, $win, undef, $wait < 0 ? 0 : $wait;
        next unless $n > 0;

        if (vec $rin, fileno $control, 1) {
            return unless sysread $control, my $ignored, 1;
            $until = time + 1;
        }

        for my $conn (@conns) {
            next unless defined $conn->{n};

            my $fd = fileno $conn->{socket};

            push_out($self, $conn) if vec $win, $fd, 1;
            take_in($self, $conn) if defined $conn->{n} && vec $rin, $fd, 1;
        }
    }
}


sub begin
{
    my ($self, $conn, $address, $n, $now) = @_;

    if (!$conn->{socket}) {
        socket $conn->{socket}, PF_INET, SOCK_STREAM, IPPROTO_TCP
            or die "socket: $!\n";
        IO::Handle::blocking($conn->{socket}, 0);
        setsockopt $conn->{socket}, IPPROTO_TCP, TCP_NODELAY, 1;

        connect $conn->{socket}, $address
            or $! == EINPROGRESS
            or do { broken($self, $conn, 1); return; };

        $conn->{used} = 0;
    }

    my ($method, $uri, $body, $headers) = $self->{request}->($n);

    @$conn{qw(n method in begun)} = ($n, $method, '', $now);
    $conn->{send} = Webhook::Test::Client::render($method, $uri, $body,
                                        headers => [@{$headers // []}]);
    $conn->{sent} = 0;
    $conn->{used}++;

    push_out($self, $conn);
}


sub push_out
{
    my ($self, $conn) = @_;

    while (length $conn->{send}) {
        my $n = syswrite $conn->{socket}, $conn->{send};

        if (!defined $n) {
            next if $! == EINTR;
            return if $! == EAGAIN || $! == EWOULDBLOCK;
            return broken($self, $conn, !$conn->{sent});
        }

        $conn->{sent} += $n;
        substr $conn->{send}, 0, $n, '';
    }
}


# What was never sent is not recorded.

sub broken
{
    my ($self, $conn, $unsent) = @_;

    if (!$unsent) {
        write_answer($self, { n => $conn->{n}, status => 0,
                              begun => $conn->{begun}, time => time });
    }

    close $conn->{socket};
    %$conn = ();
}


sub take_in
{
    my ($self, $conn) = @_;

    my $n = sysread $conn->{socket}, $conn->{in}, 65536, length $conn->{in};

    if (!defined $n) {
        return if $! == EAGAIN || $! == EWOULDBLOCK || $! == EINTR;
        return broken($self, $conn, !$conn->{sent});
    }

    # closed while it was idle, just as we sent
    return broken($self, $conn, !$conn->{sent}) if !$n;

    my $end = index $conn->{in}, "\r\n\r\n";
    return if $end < 0;

    my $r = { body => '' };
    my $copy = $conn->{in};

    Webhook::Test::Client::parse_head($r, substr $copy, 0, $end + 4, '')
        or return broken($self, $conn);

    my $headers = $r->{headers};

    if ($conn->{method} eq 'HEAD' || $r->{status} == 204
        || $r->{status} == 304)
    {
        # no body

    } elsif (($headers->{'transfer-encoding'} // '') =~ /chunked/i) {
        my $in = { in => $copy };
        Webhook::Test::Client::take_chunks($in, $r) or return;

    } else {
        my $len = $headers->{'content-length'} // 0;
        return if length $copy < $len;
        $r->{body} = substr $copy, 0, $len;
    }

    write_answer($self, { n => $conn->{n}, status => $r->{status} + 0,
                          begun => $conn->{begun}, time => time,
                          $self->{keep_bodies} ? (body => $r->{body}) : () });

    if (($headers->{connection} // '') =~ /close/i) {
        close $conn->{socket};
        %$conn = ();

    } else {
        delete $conn->{n};
    }
}


sub write_answer
{
    my ($self, $answer) = @_;

    my $bytes = Storable::nfreeze($answer);

    syswrite $self->{out}, pack('N', length $bytes) . $bytes;
}


1;
