package Webhook::Api;

=head1 NAME

Webhook::Api - requests to the API, for a test

=head1 SYNOPSIS

    use Webhook::Api;

    my $api = Webhook::Api->new($t, token => 'of-the-manager');

    my ($r, $json) = $api->post('endpoints', { name => 'erp' });
    is $r->{status}, 201;

    Webhook::Api::tokens($t, manager => ['secret-of-the-manager',
                                         'company.setting', 'company=1260']);

=head1 DESCRIPTION

=head2 new(TEST, OPTIONS)

TEST is a Webhook::Test.  OPTIONS: C<token>, the bearer token; C<headers>,
[NAME => VALUE, ...] of each request; C<prefix> ('/webhook/'); C<openapi>, a
Webhook::Openapi, which every answer is then held against, as a test.

=head2 request(METHOD, PATH, BODY, OPTIONS), get, post, patch, del

PATH is that behind the prefix.  BODY is a hash, which is sent as JSON, a text,
which is sent as it is, or nothing.  OPTIONS are those of Webhook::Test's
request(), whose C<headers> come on top; C<type> is another Content-Type.  Returns
the answer, and in a list what its JSON says, too.

=head2 tokens(TEST, NAME => [TOKEN, WORDS...], ...)

Writes the file that "webhook_tokens file:%%PREFIX%%/tokens" reads.

=cut

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical;


sub new
{
    my ($class, $test, %args) = @_;

    return bless { prefix => '/webhook/', %args, test => $test }, $class;
}


sub get   { my ($self, $path, @rest) = @_;
            return $self->request('GET', $path, undef, @rest); }
sub post  { my ($self, @rest) = @_; return $self->request('POST', @rest); }
sub patch { my ($self, @rest) = @_; return $self->request('PATCH', @rest); }
sub del   { my ($self, $path, @rest) = @_;
            return $self->request('DELETE', $path, undef, @rest); }


sub request
{
    my ($self, $method, $path, $body, %options) = @_;

    my @headers = (@{$self->{headers} // []},
                   @{delete $options{headers} // []});
    my $type = delete $options{type} // 'application/json';

    unshift @headers, Authorization => "Bearer $self->{token}"
        if defined $self->{token};

    if (defined $body) {
        $body = $json->encode($body) if ref $body;
        push @headers, 'Content-Type' => $type if length $type;
    }

    my $uri = $self->{prefix} . $path;
    my $r = $self->{test}->request($method, $uri, $body,
                                   headers => \@headers, %options);

    if ($self->{openapi}) {
        local $Test::Builder::Level = $Test::Builder::Level + 2;
        $self->{openapi}->holds($method, $uri, $r);
    }

    return $r unless wantarray;

    my $type_is = $r->{headers}{'content-type'} // '';

    return ($r, $type_is =~ /json/ ? eval { $json->decode($r->{body}) }
                                   : undef);
}


sub tokens
{
    my ($test, %tokens) = @_;

    my $text = "# made by a test\n\n";

    for my $name (sort keys %tokens) {
        my ($token, @words) = @{$tokens{$name}};

        $text .= join(' ', $name, 'sha256:' . sha256_hex($token), @words)
                 . "\n";
    }

    return $test->file('tokens', $text);
}


1;
