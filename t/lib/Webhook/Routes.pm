package Webhook::Routes;

=head1 NAME

Webhook::Routes - an nginx with an API, things registered, and who may do what

=head1 SYNOPSIS

    use Webhook::Routes;

    my $s = Webhook::Routes->new;

    my ($r, $ep) = $s->{manager}->post('endpoints', $s->endpoint);

    $s->order(company_id => 1260);

=head1 DESCRIPTION

A L<Webhook::Test> with a legacy API at C</api/>, whose orders make the event
C<order.add> of the company that the answer's C<company_id> tells; an endpoint
server "hook"; C<webhook_registry> with a key, where addresses of this host are
allowed; receivers at C</web/hook/>, which may call C</pos/>; and the API at
C</webhook/>.  Each answer of the API is held against docs/openapi.json.

=head2 new(OPTIONS)

C<registry>, C<http> and C<server> are more lines of nginx.conf, in
C<webhook_registry>, C<http> and C<server>, and C<main> those before them;
C<address> ('any'); C<quota>;
C<store> ('size=64m'); C<workers>, and C<env> of L<Webhook::Test>; C<keys>, NAME => BYTES of more
files.  Of the object, C<t> is the Webhook::Test, C<hook> and C<api> its
servers, C<openapi> the file; and these are
L<Webhook::Api>s, by their tokens:

    root     company.setting, all companies
    watcher  company.view, all companies
    manager  company.setting of 1260
    viewer   company.view of 1260
    other    company.setting of 4711
    nobody   none

=head2 endpoint(MEMBERS), receiver(MEMBERS)

Settings of an endpoint that goes to "hook", of a receiver that makes a contact.

=head2 order(MEMBERS)

Posts an order through the proxy; returns the answer.

=head2 delivery(API, QUERY)

Waits for a delivery that the query lists, and returns it.

=cut

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 qw(encode_base64);

use Webhook::Api;
use Webhook::Openapi;
use Webhook::Test qw(wait_for);

my $json = JSON::PP->new->utf8->canonical;

my %tokens = (
    root    => ['token-of-root-0123456789', 'company.setting'],
    watcher => ['token-of-watcher-0123456789', 'company.view'],
    manager => ['token-of-manager-0123456789', 'company.setting',
                'company=1260'],
    viewer  => ['token-of-viewer-0123456789', 'company.view', 'company=1260'],
    other   => ['token-of-other-0123456789', 'company.setting',
                'company=4711'],
);


sub new
{
    my ($class, %args) = @_;

    my $t = Webhook::Test->new(workers => $args{workers} // 2,
                               env => $args{env} // {});

    my $self = bless {
        t       => $t,
        api     => $t->api,
        hook    => $t->endpoint(name => 'hook'),
        openapi => Webhook::Openapi->new,
        names   => 0,
    }, $class;

    Webhook::Api::tokens($t, %tokens);

    my %keys = ('registry.key' => 'k' x 32, %{$args{keys} // {}});

    $t->file($_, encode_base64($keys{$_}, '') . "\n") for keys %keys;

    chmod 0600, map { $t->prefix . "/$_" } 'tokens', keys %keys;

    # names lead nowhere here: nobody is asked for them
    $t->dns;

    $t->config(main => $args{main}, http => <<"HTTP", server => <<"SERVER");
        resolver 127.0.0.1:%%PORT_dns%% ipv6=off;
        resolver_timeout 1s;

        webhook_store %%STORE%% @{[$args{store} // 'size=64m']};
        webhook_tokens file:%%PREFIX%%/tokens;

        webhook_event_type order.add group=order
            'example={"id": 7, "total": 100000}' "An order was created";
        webhook_event_type contact.add group=contact "A contact was created";

        webhook_registry {
            key      file:%%PREFIX%%/registry.key;
            address  @{[$args{address} // 'any']};
            company  company_id;
            quota    @{[$args{quota} // 'requests=100000r/m']};
            actions  /pos/ methods=POST company=header:X-Company;
            emit     contact.*;
            receive  http://127.0.0.1:%%PORT%%/web/hook/;
            @{[$args{registry} // '']}
        }

        webhook_endpoint configured {
            url     http://127.0.0.1:%%PORT_hook%%/configured?key=of-the-operator;
            events  order.add;
            retry   attempts=1;
        }

        webhook_receiver fixed {
            secret     token-of-a-receiver-in-nginx-conf;
            action     POST /pos/res.partner 'body={"name": \${name}}';
            log_calls  on;
        }

        @{[$args{http} // '']}
HTTP
        location /api/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%/;
            webhook_event order.add POST ^/api/orders\$ status=201;
        }

        location /pos/ {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/pos/;
        }

        location /web/hook/ {
            webhook_receive;
        }

        location /webhook/ {
            webhook_api;
        }

        @{[$args{server} // '']}
SERVER

    $t->start;

    for my $name (keys %tokens, 'nobody') {
        $self->{$name} = Webhook::Api->new($t, openapi => $self->{openapi},
            $tokens{$name} ? (token => $tokens{$name}[0]) : ());
    }

    return $self;
}


sub token
{
    my ($self, $name) = @_;

    return $tokens{$name}[0];
}


sub endpoint
{
    my ($self, %members) = @_;

    return {
        name   => 'erp ' . ++$self->{names},
        url    => $self->{hook}->url('/hooks/pos'),
        events => ['order.add'],
        retry  => { attempts => 3, first => '50ms' },
        %members,
    };
}


sub receiver
{
    my ($self, %members) = @_;

    return {
        name      => 'contact ' . ++$self->{names},
        require   => ['name'],
        actions   => [{ method => 'POST', uri => '/pos/res.partner',
                        body => { name => '${name}' } }],
        log_calls => 'on',
        %members,
    };
}


sub order
{
    my ($self, %members) = @_;

    return $self->{t}->request('POST', '/api/orders',
                               $json->encode({ total => 100000, %members }),
                               headers => ['Content-Type' =>
                                           'application/json']);
}


sub delivery
{
    my ($self, $api, $query) = @_;

    my $found;

    # what is asked again and again is one test, of the last answer, at most
    local $api->{openapi};

    wait_for(sub {
        my ($r, $page) = $api->get("deliveries?$query");
        $found = $page->{items}[0];
        return $found;
    }, 10);

    return $found;
}


1;
