package Webhook::Registry;

=head1 NAME

Webhook::Registry - what is registered, changed by a test without the API

=head1 SYNOPSIS

    use Webhook::Registry;

    my $registry = Webhook::Registry->new($t);      # skips the test where the
                                                    # module was not built
    $t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
        ...
    CONF
        location = /registry { webhook_registry_test; }
    CONF

    my $made = $registry->make({ name => 'erp', url => $url,
                                 events => ['order.add'] }, company => '1260');
    is $made->{result}, 'ok';

=head1 DESCRIPTION

=head2 new(TEST)

Also makes the file of a key, for C<key file:%%PREFIX%%/registry.key>.

=head2 main()

What loads the module, for the main context.

=head2 make(DEFINITION, OPTIONS), patch(ID, PATCH, OPTIONS), rotate(ID, BODY,
OPTIONS), approve(ID, OPTIONS), remove(ID, OPTIONS), try(DEFINITION, OPTIONS)

Return what came of it, a hash with C<result> ("ok", "problems" ...), C<id>,
C<version>, C<problems>, C<made>.  OPTIONS: C<kind> ('endpoint'), C<company>,
C<expect>, C<cancel>, C<port> of the server.

=head2 state(ID, OPTIONS)

What the worker that answers has of it: C<known>, C<version>, C<reason>,
C<behind>, C<worker>.

=cut

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More ();

use Webhook::Nginx ();
use Webhook::Test::Client ();

my $json = JSON::PP->new->utf8->canonical->boolean_values(0, 1);
my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_registry_test_module.so';


sub new
{
    my ($class, $test) = @_;

    Test::More::plan(skip_all => "make interop builds $module")
        unless -e $module;

    chmod 0600, $test->file('registry.key', encode_base64('k' x 32, ''));

    return bless { test => $test }, $class;
}


sub main { return "load_module $module;"; }


sub make    { my ($self, $body, %o) = @_;
              return $self->ask('make', body => $body, %o); }
sub try     { my ($self, $body, %o) = @_;
              return $self->ask('try', body => $body, %o); }
sub patch   { my ($self, $id, $body, %o) = @_;
              return $self->ask('patch', id => $id, body => $body, %o); }
sub rotate  { my ($self, $id, $body, %o) = @_;
              return $self->ask('rotate', id => $id, body => $body, %o); }
sub approve { my ($self, $id, %o) = @_;
              return $self->ask('approve', id => $id, %o); }
sub remove  { my ($self, $id, %o) = @_;
              return $self->ask('remove', id => $id, %o); }
sub state   { my ($self, $id, %o) = @_;
              return $self->ask('state', id => $id, %o); }


sub ask
{
    my ($self, $action, %args) = @_;

    my $client = delete $args{client};
    my $body = $json->encode({ action => $action, kind => 'endpoint', %args });

    $body =~ s/"cancel":"?1"?/"cancel":true/;

    my $r = $client ? $client->request('POST', '/registry', $body)
                    : $self->{test}->request('POST', '/registry', $body);

    return { result => "status $r->{status}" } if $r->{status} != 200;

    return $json->decode($r->{body});
}


1;
