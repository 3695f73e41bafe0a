package Webhook::Api::Fuzz;

=head1 NAME

Webhook::Api::Fuzz - requests to the management API that are nearly right

=head1 DESCRIPTION

Makes requests of the operations in docs/openapi.json: from their parameters and
schemas what is right, then bends some of it: the path, the query, a cursor, a
header, a member of the body, bytes of it, chunks; and of some requests any bytes,
from the method on.  A route that is added to that file is covered.  Each answer
is held against what all of them promise; nothing is done for who may not.

    my $fuzz = Webhook::Api::Fuzz->new(test => $t, seed => 1, prefix => '/webhook',
                                     tokens => \@tokens);
    $fuzz->one while $n--;
    print for $fuzz->faults;

=over

=item new(test, seed, prefix, tokens, vouch, spec)

tokens are those that the API knows; vouch are texts, such as those of them that may
change things, of which a request has to have one, if something is to be done

=item one()

sends a request, and looks at its answer

=item faults()

what was wrong with answers: texts, each with the request that it was about

=item counts()

how often each status came, by operation: { 'GET endpoints' => { 200 => 3 } }

=back

=cut

use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP ();

my $json = JSON::PP->new->utf8->allow_nonref->canonical;

# as bad as text can be, for values of every kind
my @odd = ("", "0", "-1", "1e999", "null", "true", "18446744073709551616",
           "%", "%00", "%ff", "..", ".", "../..", "a" x 300, "a" x 70_000,
           "\xff\xfe", "\xc3\xa9", "\xe2\x80\xae", "\0", "\r\nX: y", "'\"`\$(id)",
           "<img src=x onerror=alert(1)>", "[" x 200, "\${data.x}", "\${var.uri}",
           "http://127.0.0.1/", "http://[::1]:1/", "unix:/tmp/x", "file:/etc/passwd",
           "env:PATH", "sha256:" . "0" x 64, "10000-01-01T00:00:00Z",
           "2026-11-28T02:06:10.432Z", "***", "*");

my @headers = (
    ['Accept', 'application/json', 'text/html', '*/*', 'image/png', '', 'a' x 500,
     'application/json;q=0', ';;;,,'],
    ['Content-Type', 'application/json', 'application/merge-patch+json',
     'text/plain', '', 'application/json; charset=utf-16', 'a/b' x 99],
    ['If-Match', '"1"', '"2"', '*', 'W/"1"', '"x"', '', '"1", "2"',
     '"99999999999999999999"'],
    ['Idempotency-Key', 'a', 'b', 'c', '"quoted"', '', 'k' x 256, 'k' x 4000,
     "\xff", 'with blanks in it'],
    ['Sec-Fetch-Site', 'same-origin', 'cross-site', 'none', ''],
    ['Origin', 'https://evil.example', 'null', ''],
    ['X-Webhook-Request', '1', '0'],
    ['Authorization', 'Bearer', 'Bearer x', 'Basic YTpi', 'Bearer ' . 'y' x 4000,
     ''],
    ['Range', 'bytes=0-0'],
    ['Expect', '100-continue'],
    ['Content-Encoding', 'gzip'],
);


sub new
{
    my ($class, %args) = @_;

    my $self = bless {
        seed => 1, prefix => '/webhook', tokens => [], vouch => [], faults => [],
        counts => {}, ids => [], cursors => [], versions => [1], sent => 0,
        %args,
    }, $class;

    $self->{spec} //= $json->decode(do {
        local (@ARGV, $/) = 'docs/openapi.json';
        <>;
    });

    $self->{port} = $self->{test}->port;

    for my $path (sort keys %{$self->{spec}{paths}}) {
        my $item = $self->{spec}{paths}{$path};

        for my $method (qw(get post put patch delete)) {
            my $op = $item->{$method} or next;

            push @{$self->{ops}}, {
                method => uc $method,
                path => $path,
                params => [map { $self->deref($_) }
                               @{$item->{parameters} // []},
                               @{$op->{parameters} // []}],
                body => $self->deref($op->{requestBody}),
            };
        }
    }

    return $self;
}


sub faults { return @{$_[0]{faults}}; }

sub counts { return $_[0]{counts}; }

sub sent { return $_[0]{sent}; }


# Our own numbers, so that a seed gives the same requests on every machine.

sub random
{
    my ($self, $n) = @_;

    my $x = $self->{seed} & 0xffffffff || 1;

    $x ^= ($x << 13) & 0xffffffff;
    $x ^= $x >> 17;
    $x ^= ($x << 5) & 0xffffffff;

    $self->{seed} = $x;

    return $x % $n;
}


sub pick { return $_[1][$_[0]->random(scalar @{$_[1]})]; }


sub deref
{
    my ($self, $node) = @_;

    while (ref $node eq 'HASH' && defined $node->{'$ref'}) {
        my $at = $self->{spec};

        for my $step (split m{/}, substr $node->{'$ref'}, 2) {
            $step =~ s/~1/\//g;
            $step =~ s/~0/~/g;
            $at = $at->{$step};
        }

        $node = $at;
    }

    return $node;
}


# A value that a schema allows, or nearly.

sub value
{
    my ($self, $schema, $depth) = @_;

    $schema = $self->deref($schema // {});

    return $self->pick(\@odd) if $depth > 6;

    return $schema->{const} if exists $schema->{const};
    return $self->pick($schema->{enum}) if $schema->{enum};

    if (my $any = $schema->{oneOf} // $schema->{anyOf}) {
        return $self->value($self->pick($any), $depth + 1);
    }

    if ($schema->{allOf}) {
        my %all;

        for my $part (@{$schema->{allOf}}) {
            my $value = $self->value($part, $depth + 1);
            %all = (%all, %$value) if ref $value eq 'HASH';
        }

        return \%all;
    }

    if ($schema->{examples} && $self->random(3)) {
        return $self->pick($schema->{examples});
    }

    return $schema->{example}
        if exists $schema->{example} && $self->random(3);

    my $type = $schema->{type} // 'string';
    $type = $self->pick($type) if ref $type;

    if ($type eq 'object') {
        my %object;
        my %required = map { $_ => 1 } @{$schema->{required} // []};

        for my $name (sort keys %{$schema->{properties} // {}}) {
            next unless $required{$name} || $self->random(3) == 0;
            $object{$name} = $self->value($schema->{properties}{$name},
                                          $depth + 1);
        }

        return \%object;
    }

    if ($type eq 'array') {
        return [map { $self->value($schema->{items}, $depth + 1) }
                    1 .. $self->random(3) + ($schema->{minItems} // 0)];
    }

    return $self->random(2) ? JSON::PP::true : JSON::PP::false
        if $type eq 'boolean';
    return undef if $type eq 'null';
    return $self->random(100) if $type =~ /^(?:integer|number)$/;

    return $self->text;
}


sub text
{
    my ($self) = @_;

    my $kind = $self->random(6);

    return $self->pick($self->{ids}) if $kind == 0 && @{$self->{ids}};
    return $self->pick(\@odd) if $kind == 1;
    return 'order.add' if $kind == 2;
    return "https://hooks.example.com/$kind" if $kind == 3;

    return join '', map { chr(97 + $self->random(26)) } 0 .. $self->random(12);
}


# Changes something in a tree.

sub bend
{
    my ($self, $value) = @_;

    my $how = $self->random(8);

    if (ref $value eq 'HASH' && %$value && $how < 6) {
        my %copy = %$value;
        my $name = $self->pick([sort keys %copy]);

        if ($how == 0) {
            delete $copy{$name};

        } elsif ($how == 1) {
            $copy{$self->pick(\@odd)} = 1;

        } elsif ($how == 2) {
            $copy{$name} = undef;

        } else {
            $copy{$name} = $self->bend($copy{$name});
        }

        return \%copy;
    }

    if (ref $value eq 'ARRAY' && $how < 6) {
        my @copy = @$value;

        if ($how == 0 || !@copy) {
            push @copy, $self->pick(\@odd);

        } elsif ($how == 1) {
            @copy = (@copy) x (2 + $self->random(200));

        } else {
            my $n = $self->random(scalar @copy);
            $copy[$n] = $self->bend($copy[$n]);
        }

        return \@copy;
    }

    return $self->pick([undef, JSON::PP::true, 0, -1, 1.5, 4294967296, [], {},
                        [[[[]]]], { a => { b => {} } }, @odd]);
}


sub bend_bytes
{
    my ($self, $bytes) = @_;

    my $how = $self->random(6);
    my $at = $self->random(length($bytes) + 1);

    return substr $bytes, 0, $at if $how == 0;
    return $bytes . $bytes if $how == 1;
    return $self->pick(['', '{', '[]', '1', '"a"', 'null', "\xff",
                        '{"a":1,"a":2}', '[' x 5000, '{"a":' x 5000,
                        "\xef\xbb\xbf{}", '{"a":"\ud800"}', '{"a":1e999}'])
        if $how == 2;

    substr $bytes, $at, $self->random(4), chr $self->random(256);

    return $bytes;
}


sub escape
{
    my ($text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;

    return $text;
}


# Method, target, headers, body.

sub request
{
    my ($self, $op) = @_;

    my $method = $op->{method};
    my $path = $op->{path};
    my @query;

    $path =~ s/\{(\w+)\}/$self->random(4) && @{$self->{ids}}
                         ? escape($self->pick($self->{ids}))
                         : escape($self->text)/ge;

    for my $param (@{$op->{params}}) {
        next if $param->{in} ne 'query' || $self->random(3);

        my $value = $param->{name} eq 'cursor' && @{$self->{cursors}}
                    && $self->random(3)
                    ? $self->pick($self->{cursors})
                    : $self->value($param->{schema}, 4);

        $value = $self->pick(\@odd) if $self->random(6) == 0;
        $value = $self->bend_bytes($value)
            if defined $value && !ref $value && $self->random(8) == 0;

        push @query, escape($param->{name}) . '='
                     . escape(ref $value ? 'x' : $value // '');
    }

    push @query, escape($self->text) . '=' . escape($self->text)
        if $self->random(30) == 0;
    @query = (@query) x 2 if $self->random(30) == 0;

    $path =~ s{^/?}{/};

    my $target = $self->{prefix} . $path;
    $target .= '?' . join '&', @query if @query;

    $target = substr $target, 0, 6000;

    # what leads out of the location is not the API's to answer

    $target =~ s{(?:%2e|\.){2,}}{dots}gi;
    $method = $self->pick([qw(GET HEAD POST PATCH DELETE PUT OPTIONS)])
        if $self->random(15) == 0;

    my %headers = (Accept => 'application/json', 'X-Webhook-Request' => 1);

    $headers{Authorization} = 'Bearer ' . $self->pick($self->{tokens})
        if $self->random(20);
    $headers{'If-Match'} = '"' . $self->pick($self->{versions}) . '"'
        if $self->random(4);
    $headers{'Idempotency-Key'} = 'key-' . $self->random(500)
        if $self->random(4) == 0;

    my $body = '';

    if ($op->{body} && $self->random(20)) {
        my ($type) = sort keys %{$op->{body}{content}};
        my $tree = $self->value($op->{body}{content}{$type}{schema}, 0);

        $tree = $self->bend($tree) if $self->random(2);

        $headers{'Content-Type'} = $type;
        $body = $json->encode($tree);
        $body = $self->bend_bytes($body) if $self->random(8) == 0;
    }

    for (1 .. $self->random(3)) {
        my ($name, @values) = @{$self->pick(\@headers)};
        my $value = $self->pick(\@values);

        $value =~ tr/\r\n\0//d;
        $headers{$name} = $value;
    }

    delete $headers{Expect} if $body eq '';

    return ($method, $target, \%headers, $body);
}


sub one
{
    my ($self) = @_;

    my $op = $self->pick($self->{ops});
    my ($method, $target, $headers, $body) = $self->request($op);

    my $length = 'Content-Length: ' . length $body;
    my $bent = 0;

    if ($body ne '' && $self->random(8) == 0) {
        $length = 'Transfer-Encoding: chunked';
        $body = sprintf "%x\r\n%s\r\n0\r\n\r\n", length $body, $body;

        if ($self->random(3) == 0) {
            my $chunks = $body;

            $body = $self->bend_bytes($chunks);
            $bent = $body ne $chunks;
        }
    }

    my $text = "$method $target HTTP/1.1\r\nHost: localhost\r\n$length\r\n"
               . join('', map { "$_: $headers->{$_}\r\n" } sort keys %$headers)
               . "\r\n";

    utf8::encode($text) if utf8::is_utf8($text);

    # where the bytes of a request end is not known any more

    return $self->one_raw($op, $text, $body)
        if $self->random(8) == 0 || $bent;

    my $answer = $self->exchange($method, $text . $body);

    $self->{sent}++;
    $self->look($op, $method, $headers, $text, $body, $answer);
}


# A request of which any byte may be another: there may be no answer, or one of
# nginx's own, but none that is a fault or that says that something was done.

sub one_raw
{
    my ($self, $op, $text, $body) = @_;

    $text = $self->bend_bytes($text) for 1 .. $self->random(3);

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $self->{port},
                                       Timeout => 10);
    my $bytes = '';

    if ($socket) {
        local $SIG{PIPE} = 'IGNORE';
        local $SIG{ALRM} = sub { die "time\n" };

        eval {
            alarm 60;
            $socket->print($text . $body);
            $socket->shutdown(1);
            local $/;
            $bytes = <$socket> // '';
        };

        alarm 0;
    }

    my ($status) = $bytes =~ m{\AHTTP/1\.1 (\d{3})};

    $self->{sent}++;

    my $fault = !$socket ? "no connection: $!"
        : $@ ? 'no answer in time'
        : ($status // 0) == 500 || ($status // 0) == 502 ? "status $status"
        : undef;

    $fault //= 'it was done'
        if ($status // '') =~ /^20[0-4]$/ && $text =~ /\A(?:POST|PATCH|DELETE)/
           && !$self->vouched($text);

    push @{$self->{faults}}, "$fault:\n$text" . substr($body, 0, 2000)
                             . "\n--\n" . substr($bytes, 0, 2000)
        if defined $fault;
}


# Is there something in it for which it may be done?

sub vouched
{
    my ($self, $text) = @_;

    return scalar grep { index($text, $_) >= 0 } @{$self->{vouch}};
}


sub exchange
{
    my ($self, $method, $bytes) = @_;

    for my $try (1, 2) {
        my $fresh = !$self->{socket};

        $self->{socket} //= IO::Socket::INET->new(
            PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 10);

        my $socket = $self->{socket}
            or return { fault => "no connection: $!" };

        local $SIG{PIPE} = 'IGNORE';
        local $SIG{ALRM} = sub { die "time\n" };

        my $answer = eval {
            alarm 60;
            $socket->print($bytes);
            $socket->flush;
            my $a = $self->read_answer($method, $socket);
            alarm 0;
            $a;
        };

        alarm 0;

        if (!$answer) {
            delete $self->{socket};
            next if !$fresh && $try == 1;       # it was closed meanwhile
            return { fault => 'no answer: ' . ($@ || 'the connection ended') };
        }

        delete $self->{socket}
            if ($answer->{headers}{connection} // '') eq 'close';

        return $answer;
    }
}


sub read_answer
{
    my ($self, $method, $socket) = @_;

    my ($status, %headers);

    do {
        my $line = <$socket> // return;
        ($status) = $line =~ m{^HTTP/1\.1 (\d{3})} or return;
        %headers = ();

        while (defined(my $header = <$socket>)) {
            $header =~ s/\r?\n$//;
            last if $header eq '';

            my ($name, $value) = $header =~ /^([^:]+): *(.*)$/ or return;
            $headers{lc $name} = $value;
        }
    } while ($status == 100);

    my $body = '';

    if ($method ne 'HEAD' && $status != 204 && $status != 304) {

        if (($headers{'transfer-encoding'} // '') eq 'chunked') {
            while (defined(my $line = <$socket>)) {
                my $size = hex $line;
                my $chunk = '';

                read $socket, $chunk, $size if $size;
                <$socket>;
                last if $size == 0;
                $body .= $chunk;
            }

        } else {
            my $length = $headers{'content-length'} // return;

            read $socket, $body, $length if $length;
            return if length $body != $length;
        }
    }

    return { status => $status, headers => \%headers, body => $body };
}


# What every answer promises.

sub look
{
    my ($self, $op, $method, $sent, $text, $body, $answer) = @_;

    my @faults;
    my $status = $answer->{status} // 0;
    my $type = $answer->{headers}{'content-type'} // '';

    $self->{counts}{"$op->{method} $op->{path}"}{$status}++;

    if ($answer->{fault}) {
        push @faults, $answer->{fault};

    } elsif ($status == 414 || $status == 494 || $status == 400
             && $type eq 'text/html')
    {
        # nginx's own, before the API sees the request
        return;

    } elsif ($status == 413 && $type eq 'text/html'
             && length $body > 1024 * 1024)
    {
        # the same: client_max_body_size
        return;

    } elsif ($status == 412 && $type eq 'text/html' && $text =~ /^If-Match/im
             && $method =~ /^(?:GET|HEAD)$/)
    {
        # nginx's own, too: a file of the page has another ETag
        return;

    } else {
        push @faults, "status $status" if $status == 500 || $status == 502;

        push @faults, 'it was done'
            if $status >= 200 && $status < 300 && $method =~ /^(?:P|D)/
               && !$self->vouched($text);

        push @faults, "a GET or HEAD without nosniff"
            if ($answer->{headers}{'x-content-type-options'} // '') ne 'nosniff';

        # a file of the page is kept by browsers, which ask if it is the same

        push @faults, 'it may be cached'
            if ($answer->{headers}{'cache-control'} // '')
               !~ ($status < 400 && $type =~ m{^text/html} ? qr/no-cache/
                                                            : qr/no-store/);

        push @faults, 'a CORS header'
            if grep { /^access-control-/ } keys %{$answer->{headers}};

        push @faults, '405 without Allow'
            if $status == 405 && !$answer->{headers}{allow};

        push @faults, '401 without WWW-Authenticate'
            if $status == 401 && !$answer->{headers}{'www-authenticate'};

        if ($status >= 400 && $method ne 'HEAD') {
            my $problem = eval { $json->decode($answer->{body}) };

            push @faults, "no problem document: $type"
                if $type !~ m{^application/problem\+json}
                   || ref $problem ne 'HASH' || !$problem->{title}
                   || ($problem->{status} // 0) != $status;
        }

        if ($type =~ m{^application/json} && $method ne 'HEAD') {
            my $tree = eval { $json->decode($answer->{body}) };

            if (defined $tree) {
                $self->learn($tree, 0);

            } else {
                push @faults, 'no JSON';
            }
        }
    }

    return unless @faults;

    push @{$self->{faults}},
         join(', ', @faults) . ":\n$text"
         . (length $body > 2000 ? substr($body, 0, 2000) . ' ...' : $body)
         . "\n--\n" . ($answer->{status} // '') . ' '
         . substr($answer->{body} // '', 0, 2000);
}


# Ids, cursors and versions for later requests.

sub learn
{
    my ($self, $tree, $depth) = @_;

    return if $depth > 4;

    if (ref $tree eq 'ARRAY') {
        $self->learn($_, $depth + 1) for @$tree[0 .. ($#$tree < 5 ? $#$tree : 5)];
        return;
    }

    return if ref $tree ne 'HASH';

    for my $name (sort keys %$tree) {
        my $value = $tree->{$name};

        if (ref $value) {
            $self->learn($value, $depth + 1);
            next;
        }

        my $list = $name eq 'next' ? $self->{cursors}
                   : $name eq 'version' ? $self->{versions}
                   : $name =~ /^(?:id|endpoint|receiver|delivery|event|call|task)$/
                     ? $self->{ids} : next;

        next unless defined $value;

        push @$list, $value;
        splice @$list, 0, @$list - 200 if @$list > 200;
    }
}


1;
