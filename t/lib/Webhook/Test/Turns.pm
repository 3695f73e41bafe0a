package Webhook::Test::Turns;

=head1 NAME

Webhook::Test::Turns - the longest turn of nginx's event loop

=head1 SYNOPSIS

    my $turns = Webhook::Test::Turns->new
        or plan skip_all => 'make interop builds what measures';

    my $t = Webhook::Test->new(workers => 1, $turns->options);

    $turns->begin;
    ...
    $turns->ok('large bodies');

=head1 DESCRIPTION

What counts is the processor time of the worker's main thread, so that other
load of the machine does not.  Under AddressSanitizer nothing is measured.

=cut

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();
use Test::More ();

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(asan at_end kill_now spawn temp_dir write_file);

our $MOST = 20;                         # ms


sub new
{
    my ($class) = @_;

    my $library = build_dir() . '/interop/libwebhook_turns.so';

    return unless -e $library || asan();

    my $self = bless {
        library => $library,
        file => temp_dir('turns') . '/longest',
    }, $class;

    $self->begin('>');
    chmod 0666, $self->{file};

    return $self;
}


# Of Webhook::Test->new().

sub options
{
    my ($self) = @_;

    return asan() ? ()
                  : (env => { LD_PRELOAD => $self->{library},
                              WEBHOOK_TURNS => $self->{file} });
}


sub begin
{
    my ($self, $mode) = @_;

    open my $out, $mode // '+<', $self->{file} or die "$self->{file}: $!";
    print $out "\0" x 8;
    close $out;
}


# In milliseconds, since begin().

sub longest
{
    my ($self) = @_;

    open my $in, '<:raw', $self->{file} or die "$self->{file}: $!";
    read $in, my $bytes, 8;

    return unpack('Q', $bytes) / 1e6;
}


sub ok
{
    my ($self, $name) = @_;

    return if asan();

    my $ms = $self->longest;

    Test::More::cmp_ok($ms, '<', $MOST,
        sprintf "%s: no turn of the event loop is long (%.1f ms)", $name, $ms);
}


# A server that answers 200 and throws bodies away, as fast as it can; the last
# 200 bytes of the last one are in the file.  Returns its port.

sub sink
{
    my ($self, $ends) = @_;

    my $sink = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
        or die "listen: $!";

    my $reader = spawn(sub {
        while (my $client = $sink->accept) {
            next if fork;

            close $sink;

            my ($in, $end) = ('', '');

            while (sysread $client, $in, 1 << 20, length $in) {
                $in =~ /\r\n\r\n/ or next;

                my ($head, $rest) = split /\r\n\r\n/, $in, 2;
                my ($left) = $head =~ /^content-length: (\d+)/im;

                $left = ($left // 0) - length $rest;
                $end = substr ' ' x 200 . $rest, -200;

                while ($left > 0) {
                    my $n = sysread $client, $in,
                                    $left < 1 << 20 ? $left : 1 << 20;
                    POSIX::_exit(0) unless $n;
                    $left -= $n;
                    $end = substr $end . $in, -200;
                }

                write_file($ends, $end);
                $in = '';
                syswrite $client,
                         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
            }

            POSIX::_exit(0);
        }
    });

    at_end(sub { kill_now($reader); });

    return $sink->sockport;
}


1;
