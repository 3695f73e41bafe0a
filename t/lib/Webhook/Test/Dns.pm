package Webhook::Test::Dns;

=head1 NAME

Webhook::Test::Dns - a DNS server for tests

=head1 SYNOPSIS

    my $dns = Webhook::Test::Dns->new(
        'hook.test' => ['127.0.0.1'],
        'six.test'  => ['::1'],
        'slow.test' => 'silent',
        'sick.test' => 'servfail',
        'move.test' => { ttl => 0, turns => [['127.0.0.1'], ['10.0.0.1']] },
    );

    # resolver 127.0.0.1:PORT ipv6=off;
    $dns->port;

    $dns->set('hook.test' => ['127.0.0.2']);
    is $dns->count('hook.test'), 2;

=head1 DESCRIPTION

Answers A and AAAA questions over UDP on 127.0.0.1 for the names it was given,
with a time to live of one second; anything else does not exist.  A name may
have addresses, or be C<silent> (no answer at all) or C<servfail>, or have a
C<ttl> of its own and C<turns>: addresses for the first question, for the
second, and so on, the last ones for all that follow.

=head2 new(NAME => ADDRESSES, ...)

=head2 port()

=head2 set(NAME => ADDRESSES, ...)

=head2 count(NAME)

How many questions came for it.

=head2 stop()

=cut

use strict;
use warnings;

use IO::Socket::INET ();
use Socket qw(AF_INET AF_INET6 AF_UNIX SOCK_STREAM PF_UNSPEC inet_pton);

use Webhook::Sandbox qw(free_port at_end spawn kill_now);
use Webhook::Test::Server qw(write_frame read_frame);


sub new
{
    my ($class, %names) = @_;

    my $self = bless { port => free_port() }, $class;

    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                       LocalPort => $self->{port},
                                       Proto => 'udp')
        or die "dns: $!\n";

    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!\n";

    $self->{pid} = spawn(sub {
        close $ours;
        $0 = 'webhook test: dns';
        serve($socket, $theirs, %names);
    });

    close $theirs;
    close $socket;

    $self->{control} = $ours;
    at_end(sub { $self->stop; });

    return $self;
}


sub port { return $_[0]{port}; }


sub set
{
    my ($self, %names) = @_;

    return $self->command('set', %names);
}


sub count
{
    my ($self, $name) = @_;

    return $self->command('count', $name);
}


sub command
{
    my ($self, @command) = @_;

    write_frame($self->{control}, \@command);

    my $reply = read_frame($self->{control})
        // die "dns: the server is gone\n";

    return $reply->[0];
}


sub stop
{
    my ($self) = @_;

    close delete $self->{control} if $self->{control};
    kill_now(delete $self->{pid}) if $self->{pid};
}


# In the child.

sub serve
{
    my ($socket, $control, %names) = @_;

    my %count;

    while (1) {
        my $rin = '';

        vec($rin, fileno $control, 1) = 1;
        vec($rin, fileno $socket, 1) = 1;

        select $rin, undef, undef, undef;

        if (vec $rin, fileno $control, 1) {
            my $command = read_frame($control)
                // return;
            my ($what, @args) = @$command;

            if ($what eq 'set') {
                %names = (%names, @args);
            }

            write_frame($control,
                [$what eq 'count' ? $count{$args[0]} // 0 : 1]);
        }

        if (vec $rin, fileno $socket, 1) {
            my $from = recv $socket, my $query, 4096, 0;
            next unless defined $from && length $query > 12;

            my $reply = answer($query, \%names, \%count);
            send $socket, $reply, 0, $from if defined $reply;
        }
    }
}


sub answer
{
    my ($query, $names, $count) = @_;

    my ($id) = unpack 'n', $query;
    my ($at, @labels) = (12);

    while (my $len = ord substr $query, $at, 1) {
        push @labels, substr $query, $at + 1, $len;
        $at += 1 + $len;
        return if $at >= length $query;
    }

    my $question = substr $query, 12, $at + 5 - 12;
    my ($type) = unpack 'n', substr $query, $at + 1, 2;
    my $name = lc join '.', @labels;
    my $value = $names->{$name};
    my $ttl = 1;

    $count->{$name}++;

    if (ref $value eq 'HASH') {
        my $turns = $value->{turns};

        $ttl = $value->{ttl} // 1;
        $value = $turns->[0];
        shift @$turns if @$turns > 1;
    }

    return if defined $value && $value eq 'silent';

    # an authoritative answer: 3 is "no such name", 2 "server failure"
    my $code = !defined $value ? 3 : $value eq 'servfail' ? 2 : 0;
    my @found;

    if (ref $value) {
        my $family = $type == 1 ? AF_INET : $type == 28 ? AF_INET6 : undef;

        if ($family) {
            @found = grep { defined } map {
                (/:/ xor $family == AF_INET6) ? undef : inet_pton($family, $_)
            } @$value;
        }
    }

    my $reply = pack('n6', $id, 0x8580 | $code, 1, scalar @found, 0, 0)
                . $question;

    for my $address (@found) {
        $reply .= pack 'n3 N n/a*', 0xc00c, $type, 1, $ttl, $address;
    }

    return $reply;
}


1;
