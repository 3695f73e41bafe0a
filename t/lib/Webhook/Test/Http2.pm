package Webhook::Test::Http2;

=head1 NAME

Webhook::Test::Http2 - frames of HTTP/2 in clear, sent and read one by one

=head1 SYNOPSIS

    my $c = Webhook::Test::Http2->connect($port);
    $c->headers(1, 0, ':method' => 'POST', ...);    # not the last frame
    $c->data(1, 0, 'ping');

    my $frame = $c->frame('DATA', 5);               # within 5 s, or undef

    my $s = Webhook::Test::Http2->accept($socket);  # the other side of it

=head1 DESCRIPTION

As much of it as a test of streams needs: no flow control (what is sent fits the
initial windows; for what is read they are opened wide), headers that are
written as literals and not read at all.  SETTINGS and PING are answered.

A frame is a hash of C<type>, C<flags>, C<stream>, C<data> and C<end> (true if
it ends the stream).

=cut

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);
use Webhook::Sandbox qw(deadline);

my $preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
my @types = qw(DATA HEADERS PRIORITY RST_STREAM SETTINGS PUSH_PROMISE PING
               GOAWAY WINDOW_UPDATE CONTINUATION);


sub connect
{
    my ($class, $port) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port)
        or die "cannot connect: $!\n";

    my $self = bless { socket => $socket, got => '' }, $class;

    $self->send($preface);
    $self->hello;

    return $self;
}


sub accept
{
    my ($class, $socket) = @_;

    my $self = bless { socket => $socket, got => '' }, $class;

    while (length $self->{got} < length $preface) {
        $self->fill(deadline(20)) or die "no preface\n";
    }

    substr($self->{got}, 0, length $preface) eq $preface
        or die "no HTTP/2\n";
    substr($self->{got}, 0, length $preface) = '';

    $self->hello;

    return $self;
}


sub hello
{
    my ($self) = @_;

    # SETTINGS_INITIAL_WINDOW_SIZE, and the connection's
    $self->write_frame(4, 0, 0, pack 'nN', 4, 0x7fffffff);
    $self->write_frame(8, 0, 0, pack 'N', 0x70000000);
}


sub send
{
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        return 0 unless $n;
        substr($bytes, 0, $n) = '';
    }

    return 1;
}


sub write_frame
{
    my ($self, $type, $flags, $stream, $data) = @_;

    return $self->send(pack('CnCCN', length($data) >> 16,
                            length($data) & 0xffff, $type, $flags, $stream)
                       . $data);
}


sub headers
{
    my ($self, $stream, $end, @fields) = @_;

    my $block = '';

    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= "\0" . chr(length $name) . $name
                  . chr(length $value) . $value;
    }

    return $self->write_frame(1, 4 | ($end ? 1 : 0), $stream, $block);
}


sub data
{
    my ($self, $stream, $end, $data) = @_;

    return $self->write_frame(0, $end ? 1 : 0, $stream, $data);
}


# Reads what there is within so many seconds; 0 at the end or if there is none.

sub fill
{
    my ($self, $seconds) = @_;

    IO::Select->new($self->{socket})->can_read($seconds) or return 0;

    return sysread $self->{socket}, $self->{got}, 65536, length $self->{got};
}


# The next frame of a type that is asked for, others are passed over; of any
# type of a stream where none is.

sub frame
{
    my ($self, $type, $seconds) = @_;

    my $end = time + ($seconds // deadline(20));

    while (1) {
        if (length $self->{got} >= 9) {
            my ($high, $low, $kind, $flags, $stream) =
                unpack 'CnCCN', $self->{got};
            my $len = ($high << 16) + $low;

            if (length $self->{got} >= 9 + $len) {
                my %frame = (type => $types[$kind] // $kind, flags => $flags,
                             stream => $stream & 0x7fffffff,
                             data => substr $self->{got}, 9, $len);

                $frame{end} = ($kind <= 1 && $flags & 1) ? 1 : 0;
                substr($self->{got}, 0, 9 + $len) = '';

                if ($frame{type} eq 'SETTINGS' && !($flags & 1)) {
                    $self->write_frame(4, 1, 0, '');
                }

                if ($frame{type} eq 'PING' && !($flags & 1)) {
                    $self->write_frame(6, 1, 0, $frame{data});
                }

                return \%frame if $type ? $frame{type} eq $type
                                        : $frame{stream}
                                          && $frame{type} ne 'WINDOW_UPDATE';
                next;
            }
        }

        my $left = $end - time;

        return if $left <= 0 || !$self->fill($left);
    }
}


sub close { close $_[0]{socket}; }


1;
