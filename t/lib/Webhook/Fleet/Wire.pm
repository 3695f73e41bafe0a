package Webhook::Fleet::Wire;

# TCP proxies on free ports of 127.0.0.1, one before each of some servers, that
# answers can be held back in and that can be cut.
#
#     my $wire = Webhook::Fleet::Wire->new($port, ...);
#     $wire->ports;               # as many
#     $wire->say('mute');         # what servers say is not passed on, from now on
#     $wire->say('cut');          # all connections are closed, new ones are passed
#
# A process of its own; it ends with the test.

use strict;
use warnings;

use IO::Select ();
use IO::Socket::INET ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);

use Webhook::Sandbox qw(free_port at_end spawn kill_now);


sub new
{
    my ($class, @servers) = @_;

    my @listen = map { { socket => IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => free_port(), Proto => 'tcp',
        Listen => 64, ReuseAddr => 1) || die("listen: $!\n"), to => $_ } }
        @servers;

    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";

    my $pid = spawn(sub { close $ours; run($theirs, @listen) });

    close $theirs;
    at_end(sub { kill_now($pid) });

    return bless {
        ports => [map { $_->{socket}->sockport } @listen], say => $ours,
    }, $class;
}


sub ports { return @{$_[0]{ports}} }


sub say
{
    my ($self, $word) = @_;

    syswrite $self->{say}, "$word\n";
    sysread $self->{say}, my $done, 1;
}


sub run
{
    my ($control, @listen) = @_;

    my $select = IO::Select->new($control, map { $_->{socket} } @listen);
    my %to = map { $_->{socket} => $_->{to} } @listen;
    my (%peer, %server);
    my $mute = 0;

    my $close = sub {
        for my $socket (grep { defined } @_) {
            $select->remove($socket);
            delete $server{$socket};
            delete $peer{$socket};
            close $socket;
        }
    };

    while (1) {
        for my $ready ($select->can_read) {

            if ($ready == $control) {
                sysread($control, my $word, 64) or return;

                $mute = $word =~ /mute/;

                if ($word =~ /cut/) {
                    my @all = map { $_->[0] } values %peer;
                    $close->(@all);
                }

                syswrite $control, '.';

            } elsif ($to{$ready}) {
                my $client = $ready->accept or next;
                my $server = IO::Socket::INET->new(
                    PeerAddr => '127.0.0.1', PeerPort => $to{$ready},
                    Proto => 'tcp', Timeout => 2);

                if (!$server) {
                    close $client;
                    next;
                }

                @peer{$client, $server} = ([$client, $server],
                                           [$server, $client]);
                $server{$server} = 1;
                $select->add($client, $server);

            } elsif (my $pair = $peer{$ready}) {
                my $other = $pair->[1];

                if (!sysread $ready, my $bytes, 65536) {
                    $close->($ready, $other);

                } elsif (!($mute && $server{$ready})) {
                    my $at = 0;

                    while ($at < length $bytes) {
                        my $n = syswrite $other, $bytes, length($bytes) - $at,
                                         $at;

                        if (!$n) {
                            $close->($ready, $other);
                            last;
                        }

                        $at += $n;
                    }
                }
            }
        }
    }
}


1;
