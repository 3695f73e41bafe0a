package Webhook::Test::Proxy;

=head1 NAME

Webhook::Test::Proxy - an HTTP proxy for tests, which knows CONNECT alone

=head1 SYNOPSIS

    my $proxy = Webhook::Test::Proxy->new(
        names   => { 'out.test' => '127.0.0.1' },
        answers => { 'no.test:80' => "HTTP/1.1 403 Forbidden\r\n\r\n" },
    );

    # proxy http://127.0.0.1:PORT;
    $proxy->port;

    is $proxy->asked->[0]{to}, 'out.test:443';

=head1 DESCRIPTION

A child process for the proxy and one for each connection, which ends with it.
It listens on 127.0.0.1.

=head2 new(OPTIONS)

=over

=item names => { NAME => ADDRESS }

where to connect to for these; others as they are

=item answers => { TO => ANSWER }

what it does instead of connecting: bytes that it sends before it closes, or
C<hang> (say nothing), C<close>

=item before => { TO => BYTES }, after => { TO => BYTES }

what it sends before and right behind its "200" to one it does connect for;
C<head> instead of that "200"

=item user => 'NAME:PASSWORD'

answers 407 to others

=back

=head2 port()

=head2 asked()

What it was asked for, in order: hashes of C<to>, C<method>, C<host> (the
header), C<auth> (user and password, decoded), C<head> (all of it), C<bytes>
that came behind it, as far as they have come.

=head2 count(TO)

How often for that.

=cut

use strict;
use warnings;

use IO::Handle ();
use IO::Socket::INET ();
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX ();

use Webhook::Sandbox qw(free_port at_end spawn kill_now temp_dir slurp
                        deadline);


sub new
{
    my ($class, %args) = @_;

    my $self = bless { %args, port => free_port(), dir => temp_dir('proxy') },
                     $class;

    $self->{socket} = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                            LocalPort => $self->{port},
                                            Listen => 100, Proto => 'tcp')
        or die "proxy: $!\n";

    $self->{pid} = spawn(sub {
        $0 = 'webhook test: proxy';
        $self->serve;
    });

    close delete $self->{socket};

    at_end(sub { kill_now(delete $self->{pid}) if $self->{pid}; });

    return $self;
}


sub port { return $_[0]{port}; }


sub asked
{
    my ($self) = @_;

    my @asked;

    for my $file (sort { ($a =~ /(\d+)$/)[0] <=> ($b =~ /(\d+)$/)[0] }
                  glob "$self->{dir}/*")
    {
        my $head = slurp($file) // next;
        my $bytes = $head =~ s/\r\n\r\n\K(.*)//s ? $1 : next;
        my ($method, $to) = $head =~ /^(\S+) (\S+)/;

        push @asked, {
            method => $method,
            to     => $to,
            head   => $head,
            bytes  => $bytes,
            host   => $head =~ /^Host: (.*)\r$/m ? $1 : undef,
            auth   => $head =~ /^Proxy-Authorization: Basic (.*)\r$/m
                      ? decode_base64($1) : undef,
        };
    }

    return \@asked;
}


sub count
{
    my ($self, $to) = @_;

    return scalar grep { $_->{to} eq $to } @{$self->asked};
}


# In the child.

sub serve
{
    my ($self) = @_;

    $SIG{CHLD} = 'IGNORE';

    for (my $n = 1; ; $n++) {
        my $client = $self->{socket}->accept or next;

        my $pid = fork // die "fork: $!\n";

        if ($pid) {
            close $client;
            next;
        }

        # whatever becomes of the other side

        alarm deadline(60);
        $SIG{PIPE} = 'IGNORE';

        close $self->{socket};
        eval { $self->connection($client, "$self->{dir}/$n") };

        POSIX::_exit(0);
    }
}


sub connection
{
    my ($self, $client, $file) = @_;

    my $head = '';

    while ($head !~ /\r\n\r\n/) {
        sysread($client, $head, 4096, length $head) or return;
    }

    open my $record, '>', "$file.new" or die "$file: $!";
    $record->autoflush(1);
    print $record $head;
    rename "$file.new", $file;

    my ($to) = $head =~ /^CONNECT (\S+) HTTP\/1\.1\r\n/;

    if (!defined $to) {
        print $client "HTTP/1.1 405 Method Not Allowed\r\n\r\n";
        return;
    }

    my $user = encode_base64($self->{user} // '', '');

    if ($user ne '' && $head !~ /^Proxy-Authorization: Basic \Q$user\E\r$/m) {
        print $client "HTTP/1.1 407 Proxy Authentication Required\r\n"
                      . "Proxy-Authenticate: Basic\r\n\r\n";
        return;
    }

    if (defined(my $answer = $self->{answers}{$to})) {
        return if $answer eq 'close';

        if ($answer eq 'hang') {
            sysread $client, my $none, 1;
            return;
        }

        syswrite $client, $answer;
        shutdown $client, 1;
        sysread $client, my $none, 1;
        return;
    }

    my ($host, $port) = $to =~ /^(.*):(\d+)$/;

    my $server = IO::Socket::INET->new(
        PeerAddr => $self->{names}{$host} // $host, PeerPort => $port,
        Proto => 'tcp', Timeout => 5);

    if (!$server) {
        print $client "HTTP/1.1 502 Bad Gateway\r\n\r\n";
        return;
    }

    syswrite $client, ($self->{before}{$to} // '')
                      . ($self->{head}{$to}
                         // "HTTP/1.1 200 Connection established\r\n\r\n")
                      . ($self->{after}{$to} // '');

    # both ways, until one side closes

    my %other = (fileno $client, $server, fileno $server, $client);
    my %own = (fileno $client, $client, fileno $server, $server);

    while (1) {
        my $in = '';

        vec($in, $_, 1) = 1 for keys %own;
        select $in, undef, undef, undef;

        for my $fd (grep { vec $in, $_, 1 } keys %own) {
            sysread($own{$fd}, my $bytes, 65536) or return;
            print $record $bytes if $own{$fd} == $client;

            my $to = $other{$fd};

            while (length $bytes) {
                my $n = syswrite($to, $bytes) // return;
                substr $bytes, 0, $n, '';
            }
        }
    }
}


1;
