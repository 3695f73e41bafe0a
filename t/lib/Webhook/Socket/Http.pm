package Webhook::Socket::Http;

=head1 NAME

Webhook::Socket::Http - requests and responses of Webhook::Socket

=head1 DESCRIPTION

=head2 requests(BLOCK, SERVER_NAME, EXPAND)

What the sections C<request>, C<pipelined_requests>, C<raw_request> and
C<more_headers> ask for: a list of connections, each a list of packets
({ value, delay_before }).  EXPAND is applied to pipelined requests.

=head2 send_packets(PACKETS, OPTIONS)

Connects, sends, and reads until the server closes; returns the bytes and
whether the time ran out.  OPTIONS: C<address>, C<port>, C<timeout>,
C<middle_delay>, C<shutdown>.

=head2 parse_response(BYTES, HEAD)

Returns a response ({ code, headers, raw_headers, content }) and what was left
after it.

=head2 header(RESPONSE, NAME)

Its values, joined by a comma and a space.

=cut

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Select ();
use IO::Socket::INET ();
use Time::HiRes qw(sleep);


sub requests
{
    my ($block, $server_name, $expand) = @_;

    my $raw = $block->raw_request;

    if (defined $raw) {
        return [map { { value => $_ } } ref $raw ? @$raw : $raw];
    }

    my $more = $block->more_headers // '';

    if (my $pipelined = $block->pipelined_requests) {
        die "--- pipelined_requests takes a list\n"
            unless ref $pipelined eq 'ARRAY';

        my $bytes = '';

        for my $i (0 .. $#$pipelined) {
            my $last = $i == $#$pipelined;

            $bytes .= $_->{value} for
                build([$expand->($pipelined->[$i])], headers_of($more, $i),
                      $last ? 'close' : 'keep-alive', $server_name);
        }

        return [{ value => $bytes }];
    }

    my $request = $block->request // die "--- request is missing\n";

    if (!ref $request) {
        # comments before the request line
        1 while $request =~ s/^\s*\#[^\n]+\s+|^\s+//gs;

        return [build([$request], headers_of($more, 0), 'close',
                      $server_name)];
    }

    die "--- request takes a string or a list\n"
        unless ref $request eq 'ARRAY';

    my $i = 0;

    return map {
        [build(ref $_ ? $_ : [$_], headers_of($more, $i++), 'close',
               $server_name)]
    } @$request;
}


sub headers_of
{
    my ($more, $i) = @_;

    if (ref $more) {
        $more = $more->[$i]
            // die "--- more_headers has none for request $i\n";
    }

    my ($text, $chunked) = ('', 0);

    for my $line (split /\n+/, $more) {
        next if $line =~ /^\s*#/;

        $line =~ s/\r\z//;
        my ($name, $value) = split /:\s*/, $line, 2;
        $value //= '';

        $chunked = 1 if lc $name eq 'transfer-encoding'
                        && $value eq 'chunked';

        $text .= "$name: $value\r\n";
    }

    return { text => $text, chunked => $chunked };
}


# Puts the headers between the first line and the body; packets end where they
# did, those within the first line excepted.

sub build
{
    my ($given, $headers, $connection, $server_name) = @_;

    my @packets = map { ref $_ ? { %$_ } : { value => $_ } } @$given;
    my $text = '';

    while (@packets && $text !~ /\n/) {
        my $packet = shift @packets;
        $text .= $packet->{value};
    }

    my ($line, $body) = $text =~ /\A\s*([^\n]*?)[ \t\r]*(?:\n(.*))?\z/s;
    my ($method, $uri, $version) = split ' ', $line // '';

    die "a request line should be: METHOD [URI [VERSION]]\n"
        unless defined $method;

    $uri //= '/';
    $version //= 'HTTP/1.1';
    $body //= '';

    my $own_length = $headers->{text} =~ /^Content-Length:/mi;

    if (!$headers->{chunked} && !$own_length) {
        $body =~ s/\A\s+//;

        if (@packets) {
            $packets[-1]{value} =~ s/\s+\z//;
        } else {
            $body =~ s/\s+\z//;
        }
    }

    my $whole = join '', $body, map { $_->{value} } @packets;
    my $head = "$method $uri $version\r\n";

    $head .= "Host: $server_name\r\n" unless $headers->{text} =~ /^Host:/mi;
    $head .= "Connection: $connection\r\n"
        unless $headers->{text} =~ /^Connection/mi;
    $head .= $headers->{text};

    $head .= 'Content-Length: ' . length($whole) . "\r\n"
        if length $whole && !$headers->{chunked} && !$own_length;

    return ({ value => "$head\r\n$body" }, @packets);
}


sub send_packets
{
    my ($packets, %options) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => $options{address}, PeerPort => $options{port},
        Proto => 'tcp', Timeout => $options{timeout},
    ) or return (undef, 0, "cannot connect to $options{port}: $!");

    $socket->blocking(0);

    my $select = IO::Select->new($socket);
    my ($response, $first) = ('', 1);

    for my $packet (@$packets) {
        my $delay = $packet->{delay_before}
                    // ($first ? 0 : $options{middle_delay});

        sleep $delay if $delay;
        $first = 0;

        my $sent = 0;

        while ($sent < length $packet->{value}) {
            my $n = syswrite $socket, $packet->{value},
                             length($packet->{value}) - $sent, $sent;

            if (defined $n) {
                $sent += $n;

            } elsif ($! == EAGAIN || $! == EWOULDBLOCK) {
                # the other side may want to be read first
                receive($socket, \$response);
                $select->can_write($options{timeout})
                    or return ($response, 1);

            } elsif ($! != EINTR) {
                # refused in the middle: what it says stands there
                last;
            }
        }
    }

    if (defined $options{shutdown}) {
        shutdown $socket, length $options{shutdown} ? $options{shutdown} : 1;
    }

    while (1) {
        $select->can_read($options{timeout}) or return ($response, 1);
        receive($socket, \$response) or return ($response, 0);
    }
}


# False at the end.

sub receive
{
    my ($socket, $response) = @_;

    my $n = sysread $socket, $$response, 65536, length $$response;

    return defined $n ? $n > 0
                      : $! == EAGAIN || $! == EWOULDBLOCK || $! == EINTR;
}


sub parse_response
{
    my ($bytes, $head) = @_;

    my %r = (code => undef, headers => [], raw_headers => '', content => '');

    while ($bytes =~ s{\A(HTTP/[\d.]+ (\d+).*?\r\n)\r\n}{}s) {
        my ($raw, $code) = ($1, $2);

        @r{qw(code raw_headers)} = ($code, $raw);

        # the real answer comes after
        next if $code == 100;

        my (undef, @lines) = split /\r\n/, $raw;
        $r{headers} = [map { [split /:[ \t]*/, $_, 2] } @lines];
        last;
    }

    if (!defined $r{code}) {
        $r{content} = $bytes;
        return (\%r, '');
    }

    return (\%r, $bytes) if $head || $r{code} == 304 || $r{code} == 101
                            || $r{code} == 204;

    my $length = header(\%r, 'Content-Length');

    if ((header(\%r, 'Transfer-Encoding') // '') eq 'chunked') {
        my $whole;

        while ($bytes =~ /\A[ \t]*([0-9a-fA-F]+)[^\r\n]*\r\n/) {
            my ($skip, $len) = ($+[0], hex $1);

            if ($len == 0) {
                $whole = $bytes =~ s/\A[ \t]*0+[^\r\n]*\r\n
                                     (?:[^\r\n]+\r\n)*\r\n//x;
                last;
            }

            last if length $bytes < $skip + $len + 2;

            $r{content} .= substr $bytes, $skip, $len;
            substr $bytes, 0, $skip + $len + 2, '';
        }

        $r{broken} = 'the chunked body does not end' unless $whole;

    } elsif (defined $length && $length =~ /^\d+$/) {
        $r{broken} = "$length bytes of body announced, but got "
                     . length $bytes
            if length $bytes < $length;

        $r{content} = substr $bytes, 0, $length, '';

    } else {
        $r{content} = $bytes;
        $bytes = '';
    }

    return (\%r, $bytes);
}


sub header
{
    my ($response, $name) = @_;

    my @values = map { $_->[1] // '' } grep { lc $_->[0] eq lc $name }
                     @{$response->{headers}};

    return @values ? join ', ', @values : undef;
}


1;
