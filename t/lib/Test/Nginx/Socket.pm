package Test::Nginx::Socket;

# The real one where it is installed, else our own: see Webhook::Socket, which
# documents what it knows of the format.

use strict;
use warnings;

use Cwd ();

my $here = Cwd::abs_path(__FILE__);
my ($real) = grep { -f && Cwd::abs_path($_) ne $here }
             map { "$_/Test/Nginx/Socket.pm" } grep { !ref } @INC;

# PERL_TEST_NGINX=own asks for our own
if ($real && ($ENV{PERL_TEST_NGINX} // '') ne 'own') {
    my ($dir) = $real =~ m{^(.*)/Test/Nginx/Socket\.pm$};

    # its Util is beside it
    unshift @INC, $dir;
    require $real;

} else {
    require Webhook::Socket;
}

1;

__END__

=head1 NAME

Test::Nginx::Socket - tests of nginx as tables

=head1 SYNOPSIS

    use Test::Nginx::Socket;

    repeat_each(1);
    plan tests => repeat_each() * 2 * blocks();

    no_long_string();
    run_tests();

    __DATA__

    === TEST 1: it says hello
    --- config
        location = /hello { return 200 "hello\n"; }
    --- request
    GET /hello
    --- response_body
    hello

=head1 DESCRIPTION

L<Webhook::Socket> is our own runner of this format.  Where OpenResty's
Test::Nginx is installed too, that one runs the tests, unless the environment
says C<PERL_TEST_NGINX=own>.

=cut
