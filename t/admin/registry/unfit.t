# What is registered and does not fit nginx.conf any more does not act, says why,
# and loses nothing: an endpoint's events are made as it would have them, and
# wait; a receiver is found by its URL, and answers 503.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 2);
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

sub configure
{
    my ($bounds, @types) = @_;

    my $types = join '', map { "    webhook_event_type $_;\n" } @types;
    my $rules = join '', map { /(\w+)$/; "        webhook_event $_ POST ^/api/$1\$"
                               . " payload=request;\n" } @types;

    $t->config(main => $registry->main, http => <<"CONF", server => <<"CONF2");
    webhook_store %%STORE%% size=64m;
$types
    resolver 127.0.0.1;

    upstream other { server 127.0.0.1:%%PORT_hook%%; }

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
$bounds
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
$rules    }
    location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/pos/; }
    location /new/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/new/; }
    location ^~ /web/hook/ { webhook_receive; }
    location = /registry { webhook_registry_test; }
    location = /metrics { webhook_metrics labels=100; }
CONF2
}

my $wide = "address any; actions /pos/ methods=POST;"
           . " durable_api http://127.0.0.1:%%PORT_api%%;";

configure($wide, 'order.add', 'order.edit');

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;

sub made
{
    my ($body, %options) = @_;

    my $r = $registry->make($body, %options);

    is $r->{result}, 'ok', "$body->{name} is registered" or diag explain $r;

    return $r;
}

my $plain = made({ name => 'plain', url => "$url/plain?key=of-somebody",
    events => ['order.add'], filter => ['data.n > 1'], format => 'xml',
    headers => [{ name => 'X-N', value => 'n${data.n}' },
                { name => 'X-Fixed', value => 'of-somebody-else' }],
    secret => JSON::PP::true() });

my $typed = made({ name => 'typed', url => "$url/typed",
                   events => ['order.edit', 'order.add'] });

my $sync = made({ name => 'in', actions => [{ method => 'POST',
    uri => '/pos/x', body => {} }] }, kind => 'receiver');

my $durable = made({ name => 'later', mode => 'durable', actions => [{
    method => 'POST', uri => '/pos/later', body => {} }] },
    kind => 'receiver');

sub called
{
    my ($made) = @_;

    return $t->request('POST', "/web/hook/$made->{made}{token}", '{}',
        headers => ['Content-Type' => 'application/json'])->{status};
}

is called($sync), 200, 'a receiver answers';
is called($durable), 202, 'one that does it later, too';

$t->ctl('pause', "receiver:$durable->{id}");

is called($durable), 202, 'and once more';

ok wait_for(sub { $t->get('/metrics')->{body}
    =~ /^ngx_webhook_endpoint_waiting\{[^}]*receiver:$durable->{id}\b[^}]*\} 1$/m
}, 20), 'its delivery waits, in the metrics too';

sub orphans
{
    return $t->get('/metrics')->{body}
           =~ /^ngx_webhook_orphaned_deliveries (\d+)/m ? $1 : undef;
}

is orphans(), 0, 'and is not taken for nobody\'s';


# --- nginx.conf becomes narrower

$t->allow(qr/registered (?:endpoint|receiver) "\w+" is not used: it does not/);

my $mark = $t->mark;

configure('address any; schemes https; actions /new/ methods=POST;', 'order.add');

ok $t->reload, 'nothing of that keeps nginx from starting';

ok wait_for(sub { 4 == (() = $t->error_log($mark) =~ /is not used/g) }, 10),
    'it is told of each' or diag $t->error_log($mark);

my %why = (
    $plain->{id}   => qr{, "/url": the URL has to begin with "https://"},
    $typed->{id}   => qr{, "/events/0": "order\.edit" .* matches no},
    $sync->{id}    => qr{, "/actions/0": a change of it is told},
    $durable->{id} => qr{: a change of it is told},
);

my %kind = map { $_->{id} => 'receiver' } $sync, $durable;

for my $id (sort keys %why) {
    my $state;

    wait_for(sub {
        $state = $registry->state($id, kind => $kind{$id} // 'endpoint');
        return defined $state->{reason};
    }, 10);

    like $state->{reason}, qr/^it does not fit nginx\.conf any more$why{$id}/,
        'why it does not act';
}

unlike $t->error_log($mark), qr/of-somebody/, 'no secret of it is told';

is called($_), 503, 'a receiver is there, and is to be called later'
    for $sync, $durable;

$t->request('POST', '/api/add', qq({"n": $_})) for 1, 2;

sub waits
{
    my ($made) = @_;

    my (undef, $out) = $t->ctl('list', "--endpoint=$made->{id}",
                               '--state=pending');

    return scalar(() = $out =~ /order\.add/g);
}

ok wait_for(sub { waits($plain) == 1 && waits($typed) == 2 }, 10),
    'events that they ask for wait';

is scalar @{$hook->requests}, 0, 'nothing is sent';

my $held = qr/^ngx_webhook_endpoint_held\{[^}]*\Q$plain->{id}\E[^}]*\} 1$/m;

ok wait_for(sub { $t->get('/metrics')->{body} =~ $held }, 20),
    'the metric tells that it is held';

is orphans(), 0, 'nothing of that is nobody\'s';


# --- and wider again

configure($wide, 'order.add', 'order.edit');

ok $t->reload, 'as it was';

my @got = @{$hook->wait_requests(3)};
my ($got) = grep { $_->{uri} =~ m{^/plain} } @got;

is_deeply [sort map { $_->{uri} } @got],
    ['/plain?key=of-somebody', '/typed', '/typed'], 'all is delivered';
is $got->{headers}{'x-n'}, 'n2', 'with the headers that were made of the event';
is $got->{headers}{'x-fixed'}, 'of-somebody-else', 'and others';
like $got->{body}, qr/^<\?xml.*<n [^>]*>2</s, 'in its format';
like $got->{headers}{'webhook-signature'}, qr/^v1,/, 'signed';

ok wait_for(sub { called($sync) == 200 && called($durable) == 202 }, 10),
    'receivers answer';

$t->stop;
$t->ok_logs;

done_testing;
