package Webhook::Socket::Check;

=head1 NAME

Webhook::Socket::Check - what Webhook::Socket checks of a block

=head1 DESCRIPTION

Each function looks at the sections that it knows and makes one test for each
thing that they ask for.  The arguments that they share are in a hash:
C<block>, C<name>, C<response>, C<index> (of the request), C<many> (whether
there are several, so that sections have to be lists), C<repeat> (which
repetition), C<expand> (expands $TEST_NGINX_...).

=cut

use strict;
use warnings;

use Digest::MD5 ();
use Digest::SHA ();
use Test::More ();
use Time::HiRes qw(sleep);

use Webhook::Sandbox qw(wait_for);
use Webhook::Socket::Http ();


# The value of a section for this request.

sub value
{
    my ($c, $section) = @_;

    my $value = $c->{block}->$section;

    return $value unless defined $value;

    if ($c->{many}) {
        die "--- $section: several requests need a list\n"
            unless ref $value eq 'ARRAY';

        return $value->[$c->{index}];
    }

    return ref $value eq 'ARRAY' ? $value->[0] : $value;
}


sub status
{
    my ($c) = @_;

    my $code = $c->{response}{code} // '';

    if (defined(my $like = value($c, 'error_code_like'))) {
        Test::More::like($code, qr/$like/sm, "$c->{name} - status code ok");
        return;
    }

    my $want = value($c, 'error_code');

    Test::More::is($code, $want // 200, "$c->{name} - status code ok");
}


sub headers
{
    my ($c) = @_;

    my ($name, $response) = @$c{qw(name response)};
    my $raw = $response->{raw_headers};

    if (defined(my $like = value($c, 'raw_response_headers_like'))) {
        Test::More::like($raw, qr/$like/s, "$name - raw resp headers like");
    }

    if (defined(my $like = value($c, 'raw_response_headers_unlike'))) {
        Test::More::unlike($raw, qr/$like/s,
                           "$name - raw resp headers unlike");
    }

    if (defined(my $text = value($c, 'response_headers'))) {

        for my $pair (pairs($text)) {
            my ($header, $want) = @$pair;

            if (!defined $want) {
                Test::More::unlike($raw, qr/^\s*\Q$header\E\s*:/mi,
                    "$name - header $header not present in the raw headers");
                next;
            }

            my $got = Webhook::Socket::Http::header($response, $header);

            Test::More::is($got // '', $c->{expand}->($want),
                           "$name - header $header ok");
        }

    } elsif (defined($text = value($c, 'response_headers_like'))) {

        for my $pair (pairs($text)) {
            my ($header, $want) = @$pair;
            my $got = Webhook::Socket::Http::header($response, $header);

            Test::More::like($got // '', qr/^$want$/,
                             "$name - header $header like ok");
        }
    }
}


# "Name: value" lines, and "! Name" for one that must not be there.  One name
# is one test.

sub pairs
{
    my ($text) = @_;

    my (%of, @names);

    for my $line (split /\n/, $text) {
        $line =~ s/^\s+|\s+$//g;
        next unless length $line;

        my ($name, $value) = $line =~ s/^!\s*// ? ($line, undef)
                             : split /\s*:\s*/, $line, 2;

        push @names, $name unless exists $of{$name};
        $of{$name} = $value;
    }

    return map { [$_, $of{$_}] } @names;
}


sub body
{
    my ($c) = @_;

    my ($name, $response) = @$c{qw(name response)};
    my $got = filtered($c, $response->{content});

    if (defined(my $want = value($c, 'response_body'))) {

        if (ref $want) {
            Test::More::like($got, $want, "$name - response_body - like");

        } else {
            Test::More::is($got, $c->{expand}->($want),
                           "$name - response_body - response is expected"
                           . " (repeated req $c->{repeat},"
                           . " req $c->{index})");
        }

    } elsif (defined($want = value($c, 'response_body_like'))) {
        Test::More::like($got, qr/$want/s,
                         "$name - response_body_like - response is expected");

    } elsif (defined($want = value($c, 'response_body_unlike'))) {
        Test::More::unlike($got, qr/$want/s,
                       "$name - response_body_unlike - response is expected");
    }
}


my %filters = (
    md5_hex  => \&Digest::MD5::md5_hex,
    sha1_hex => \&Digest::SHA::sha1_hex,
    uc       => sub { uc $_[0] },
    lc       => sub { lc $_[0] },
    ucfirst  => sub { ucfirst $_[0] },
    lcfirst  => sub { lcfirst $_[0] },
    length   => sub { length $_[0] },
);


sub filtered
{
    my ($c, $body) = @_;

    my $list = $c->{block}->response_body_filters;

    return $body unless defined $list;

    $list = [split ' ', $list] unless ref $list;
    $list = [$list] unless ref $list eq 'ARRAY';
    $list = $list->[$c->{index}] if ref $list->[0] eq 'ARRAY';

    for my $filter (@$list) {
        my $code = ref $filter ? $filter : $filters{$filter}
            // die "--- response_body_filters: unknown \"$filter\"\n";

        $body = $code->($body);
    }

    return $body;
}


# Patterns: lines of text are looked for as they stand, qr// is a regex.

sub patterns
{
    my ($value) = @_;

    return unless defined $value;
    return ref $value eq 'ARRAY' ? grep { defined } @$value
           : ref $value ? $value : grep { length } split /\n+/, $value;
}


sub matches
{
    my ($pattern, $line) = @_;

    return ref $pattern ? $line =~ $pattern : index($line, $pattern) >= 0;
}


sub has
{
    my ($value, $text) = @_;

    return grep { index("$_", $text) >= 0 } patterns($value);
}


# The lines of a log that are new, once they have all that is asked for; a
# line of the log phase comes after the connection has closed.

sub log_lines
{
    my ($read, @wanted) = @_;

    my @lines;

    sleep 0.03;

    wait_for(sub {
        push @lines, $read->();
        @wanted = grep {
            my $pattern = $_;
            !grep { matches($pattern, $_) } @lines
        } @wanted;
        return !@wanted;
    }, 3);

    return @lines;
}


sub one_log
{
    my ($c, $file, $section, $no_section, $lines) = @_;

    my $name = $c->{name};

    for my $pattern (patterns($c->{block}->$section)) {
        Test::More::ok(scalar(grep { matches($pattern, $_) } @$lines),
                       "$name - pattern \"$pattern\" matches a line in"
                       . " $file (req $c->{repeat})");
    }

    for my $pattern (patterns($c->{block}->$no_section)) {
        my @found = grep { matches($pattern, $_) } @$lines;

        Test::More::ok(!@found,
                       "$name - pattern \"$pattern\" does not match a line"
                       . " in $file (req $c->{repeat})")
            or Test::More::diag(@found);
    }
}


sub error_log
{
    my ($c, $read) = @_;

    my ($block, $name) = @$c{qw(block name)};
    my @lines = log_lines($read, patterns($block->error_log));

    if (defined(my $grep = $block->grep_error_log)) {
        $grep = $grep->[$c->{repeat}] if ref $grep eq 'ARRAY';

        my $want = $block->grep_error_log_out // '';
        $want = $want->[$c->{repeat}] if ref $want eq 'ARRAY';

        my $regex = ref $grep ? $grep : qr/\Q$grep\E/;
        my $got = join '', map { /($regex)/ ? "$1\n" : () } @lines;

        ref $want ? Test::More::like($got, $want, "$name - grep_error_log_out")
                  : Test::More::is($got, $c->{expand}->($want),
                                   "$name - grep_error_log_out"
                                   . " (req $c->{repeat})");
    }

    one_log($c, 'error.log', 'error_log', 'no_error_log', \@lines);

    alerts($c, @lines);
}


# One that nobody asked about fails the test.

sub alerts
{
    my ($c, @lines) = @_;

    my ($block, $name) = @$c{qw(block name)};

    for my $level (qw(alert emerg crit)) {
        next if $level eq 'emerg' && defined $block->must_die;
        next if grep { has(scalar $block->$_, "[$level") }
                     qw(error_log no_error_log shutdown_error_log);

        for my $line (grep { /\[$level\]/ } @lines) {
            chomp $line;

            # what an expected line says anyway
            next if grep { matches($_, $line) } patterns($block->error_log);

            if ($level eq 'crit') {
                Test::More::diag("WARNING: $name - $line");
            } else {
                Test::More::fail("$name - $line");
            }
        }
    }
}


sub access_log
{
    my ($c, $read) = @_;

    my $block = $c->{block};

    return unless defined $block->access_log
                  || defined $block->no_access_log;

    my @lines = log_lines($read, patterns($block->access_log));

    one_log($c, 'access.log', 'access_log', 'no_access_log', \@lines);
}


1;
