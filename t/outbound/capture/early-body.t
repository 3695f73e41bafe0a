# client_body_early_read (nginx 1.31.5): rules that send the request's body have
# it, though it was read before its location was known, in memory and in a file.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test qw(wait_for);

my ($minor, $patch) = Webhook::Test::version();

plan skip_all => 'nginx has no client_body_early_read'
    if $minor < 31 || $minor == 31 && $patch < 5;

my $json = 'application/json';
my $small = '{"id": 1}';
my $large = '{"lines": [' . join(',', map { qq({"n":$_}) } 1 .. 15000) . ']}';

my $t = Webhook::Test->new(http2 => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ body => '{"ok": true}', headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    client_body_early_read 1;
    client_body_buffer_size 8k;
    client_max_body_size 4m;

    webhook_store %%STORE%% size=64m;
    webhook_event_type thing.sent "It was sent";
    webhook_event_type thing.seen "It was looked into";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    location /api/ {
        add_header X-Id $webhook_id always;
        webhook_event thing.sent POST ^/ payload=request;
        webhook_payload_max 512k;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /little/ {
        add_header X-Id $webhook_id always;
        webhook_event thing.sent POST ^/ payload=request;
        webhook_payload_max 16k;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /when/ {
        add_header X-Id $webhook_id always;
        webhook_event thing.seen POST ^/ "when=request.id == 1";
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /keyed/ {
        add_header X-Status $webhook_status always;
        webhook_event thing.sent POST ^/ payload=request;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /plain/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
CONF

$t->start;

my $seen = 0;

sub sent
{
    my ($what, $body, $uri, %options) = @_;

    my $r = $options{http2} || $options{options}
        ? $t->curl('POST', $uri, $body, headers => ['Content-Type' => $json],
                   %options)
        : $t->request('POST', $uri, $body, %options,
                      headers => ['Content-Type' => $json,
                                  @{$options{headers} // []}]);

    is $r->{status}, 200, "$what: answered";

    my $request = $hook->wait_requests(++$seen)->[$seen - 1];
    ok $request, "$what: sent";

    return ($request // {})->{body} // '';
}

for my $http2 (0, 1) {
    my $way = $http2 ? 'HTTP/2' : 'HTTP/1.1';

    is sent("$way, in memory", $small, '/api/a', http2 => $http2), $small,
        "$way, in memory: the request's body";
    is sent("$way, in a file", $large, '/api/b', http2 => $http2), $large,
        "$way, in a file: the request's body";
}

is sent('in chunks', $large, '/api/c',
        options => ['-H', 'Transfer-Encoding: chunked']), $large,
    'in chunks: the same';

is sent('looked into', $small, '/when/a'), '{"ok": true}',
    'a condition on it: the response is sent';
is $t->request('POST', '/when/b', '{"id": 2}',
               headers => ['Content-Type' => $json])->{headers}{'x-id'}, undef,
    'it does not hold: no event';

# over the limit of its location, but not over that of another

my $r = $t->curl('POST', '/little/a', $large,
                 headers => ['Content-Type' => $json]);
is $r->{status}, 200, 'over the limit of its location: answered';
ok $t->wait_log(qr/event lost: "thing\.sent" .*the request's body is over webhook_payload_max/),
    'and told';

# a repeat is known by the body too

my @key = (headers => ['Idempotency-Key' => 'one']);

is sent('with a key', $large, '/keyed/a', @key), $large, 'with a key: sent';
is $t->request('POST', '/keyed/a', $large, @key)->{status}, 200,
    'repeated: answered';
is sent('the key with another body', "$large ", '/keyed/a', @key), "$large ",
    'the key with another body is another event';

is $t->curl('POST', '/plain/a', $large)->{status}, 200, 'without rules';

is scalar @{$hook->wait_quiet(0.3)}, $seen, 'and nothing more';

$t->stop;
$t->ok_logs;

done_testing;
