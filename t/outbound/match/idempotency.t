# The same request, sent again by its client, is one event.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '*'    => [{ body => '{"id": 1}', headers => ['Content-Type' => $json] }],
    '/bad' => [{ status => 500, body => '{}',
                 headers => ['Content-Type' => $json] },
               { status => 201, body => '{"id": 2}',
                 headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$request $webhook_id $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.*;
    }
CONF
    location /api {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST,PUT ^/api;
    }

    location /twice {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/twice;
        webhook_event a.one POST ^/twice payload=request;
        webhook_event a.two POST ^/twice;
    }

    location /bad {
        proxy_pass http://127.0.0.1:%%PORT_api%%/bad;
        webhook_event a.one POST ^/bad;
    }

    location /after {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_commit after_response;
        webhook_event a.one POST ^/after;
    }

    location /named {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_idempotency X-Request-Token;
        webhook_event a.one POST ^/named;
    }

    location /off {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_idempotency off;
        webhook_event a.one POST ^/off;
    }

    location = /metrics { webhook_metrics; }
CONF

$t->start;

my $line = 0;

# What the access log says of the next request: its ids and its status.

sub call {
    my ($method, $uri, @headers) = @_;

    my $r = $t->request($method, $uri, '{}',
                        headers => ['Content-Type', $json, @headers]);

    ok $r->{status} < 500 || $uri =~ /bad/, "$method $uri";

    my $log = wait_for(sub {
        my @lines = split /\n/, slurp($t->prefix . '/logs/hook.log');
        return @lines > $line && $lines[$line];
    });

    $line++;

    $log =~ m{HTTP/1\.1 (\S+) (\S+)$} or return ('', '');

    return ($1, $2);
}

my @key = ('Idempotency-Key' => 'b5c4e1de-1');
my $sent = 0;

my ($id, $status) = call('POST', '/api/orders', @key);
is $status, 'committed', 'the first';
like $id, qr/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
     'its id is a UUIDv7';
$hook->wait_requests(++$sent);

for my $n (2 .. 4) {
    my ($again, $status) = call('POST', '/api/orders', @key);
    is $again, $id, "the same id, $n";
    is $status, 'committed', "and committed, $n";
}

is scalar @{$hook->wait_quiet(0.5)}, $sent, 'sent once';
is $hook->requests->[0]{headers}{'webhook-id'}, $id, 'with that id';
like $t->get('/metrics')->{body}, qr/^ngx_webhook_events_repeated_total 3$/m,
     'and counted';
$line++;

# What makes another request of it.

my %seen = ($id => 'the first');

my @other = (
    ['another key', 'POST', '/api/orders', 'Idempotency-Key' => 'b5c4e1de-2'],
    ['another path', 'POST', '/api/order', @key],
    ['other arguments', 'POST', '/api/orders?a=1', @key],
    ['another method', 'PUT', '/api/orders', @key],
    ['another client', 'POST', '/api/orders', @key,
     'Authorization' => 'Bearer a'],
    ['yet another', 'POST', '/api/orders', @key,
     'Authorization' => 'Bearer b'],
    ['another host', 'POST', '/api/orders', @key, 'Host' => 'shop2'],
    ['no key', 'POST', '/api/orders'],
    ['no key again', 'POST', '/api/orders'],
    ['an empty key', 'POST', '/api/orders', 'Idempotency-Key' => ''],
    ['a header of another name', 'POST', '/named', @key],
    ['it again', 'POST', '/named', @key],
    ['off', 'POST', '/off', @key],
    ['off again', 'POST', '/off', @key],
);

for my $other (@other) {
    my ($what, @call) = @$other;
    my ($id) = call(@call);

    ok !$seen{$id}, "$what: another id" or diag "as $seen{$id}";
    $seen{$id} = $what;
}

$sent += @other;
is scalar @{$hook->wait_requests($sent)}, $sent, 'all sent';

# A header's name that was set.

my @token = ('X-Request-Token' => 'abc');

($id) = call('POST', '/named', @token);
is +(call('POST', '/named', @token))[0], $id, 'a header of another name';
$sent++;

# Rules that match one request are told apart, those of one type too.

($id, $status) = call('POST', '/twice', @key);
my %ids = map { ($_ => 1) } split /,/, $id;
is scalar keys %ids, 3, 'three rules, three events';
is +(call('POST', '/twice', @key))[0], $id, 'each the same again';
$sent += 3;

# Only what made an event is repeated.

($id, $status) = call('POST', '/bad', @key);
is $id, '-', 'no event of a failure';
($id, $status) = call('POST', '/bad', @key);
is $status, 'committed', 'the repeat is the first event';
$sent++;

# after_response

($id, $status) = call('POST', '/after', @key);
($id, $status) = call('POST', '/after', @key);
$sent++;

is scalar @{$hook->wait_requests($sent)}, $sent, 'sent';

# It holds over a restart.

($id) = call('POST', '/api/late', @key);
$hook->wait_requests(++$sent);
$t->stop;
$t->start;
is +(call('POST', '/api/late', @key))[0], $id, 'the same id after a restart';
is scalar @{$hook->wait_quiet(0.5)}, $sent, 'and not sent again';

$t->stop;
$t->ok_logs;

done_testing;
