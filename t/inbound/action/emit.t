# A call from outside that becomes an event for endpoints.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(wait_for);

my $token = 'emit-0123456789-abcdefghijk';

my $t = Webhook::Test->new(workers => 2);
my $api = $t->endpoint(name => 'api');
my $erp = $t->endpoint(name => 'erp');
my $crm = $t->endpoint(name => 'crm');

my %receivers = (
    bridge => q{emit order.add;},
    shaped => q{accept form; action POST /api/x '{}';
        emit order.add 'body={"id": "${id|int}", "by": "${var.webhook_receiver}"}';
        emit order.paid "when=paid == 'yes'";},
    lines  => q{for_each lines; action POST /api/x '{}';
        emit order.add 'body={"no": "${no}", "all": "${root.no}"}' "when=no > 3";},
    strict => q{for_each lines; emit order.add 'body={"no": ${no|int}}';},
    fails  => q{action POST /api/fails '{}'; emit order.add;},
    once   => q{dedupe header:webhook-id; emit order.add;},
    nobody => q{emit stock.low;},
);

$t->config(
    http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=64m;
        webhook_event_type order.add;
        webhook_event_type order.paid;
        webhook_event_type stock.low;
        webhook_endpoint erp { url http://127.0.0.1:%%PORT_erp%%/; events order.*; }
        webhook_endpoint crm { url http://127.0.0.1:%%PORT_crm%%/; events order.add;
                               filter "data.id > 5"; format xml; }
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;

$_->answer('*', 200) for $api, $erp, $crm;
$api->answer('/api/fails', 500);

sub call
{
    my ($name, $payload, $type, @headers) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $payload,
                       headers => ['Content-Type' => $type // 'application/json',
                                   @headers]);
}

my $r = call('strict', '{"no": "x", "lines": [1]}');
is $r->{status}, 422, 'an event that cannot be made, of a list';
like $r->{body}, qr/^\{"status": "error"/, 'is told';

$r = call('bridge', '{"id": 7,  "total": 1.50}');
is "$r->{status} $r->{body}", '200 {"status": "ok"}', 'a bridge';

my $q = $erp->wait_requests(1);
is $q->[0]{body}, '{"id": 7,  "total": 1.50}', 'the payload, as it came';
is $q->[0]{headers}{'tc-webhook-event'}, 'order.add', 'with the type of event';
like $crm->wait_requests(1)->[0]{body}, qr/<id type="number">7<\/id>/,
    'to each endpoint in its form';

call('bridge', '{"id": 1}');
$erp->wait_requests(2);
is scalar @{$crm->wait_quiet(0.3)}, 1, 'whose filters hold';

is call('shaped', 'id=8&paid=yes', 'application/x-www-form-urlencoded')->{status},
    200, 'with actions';
$q = $erp->wait_requests(4);
is join(' ', sort map { $_->{body} } @$q[2, 3]),
    '{"id": 8, "by": "shaped"} {"id":"8","paid":"yes"}', 'bodies of their own';
is scalar @{$api->requests}, 1, 'after the actions';

call('shaped', 'id=9&paid=no', 'application/x-www-form-urlencoded');
$erp->wait_requests(5);
is scalar @{ $erp->wait_quiet(0.3) }, 5, 'if conditions hold';

is call('fails', '{}')->{status}, 502, 'an action that fails';
is scalar @{ $erp->wait_quiet(0.3) }, 5, 'makes no event';

is call('once', '{"id": 6}', undef, 'webhook-id' => 'a')->{status}, 200, 'one of'
    for 1 .. 3;
$erp->wait_requests(6);
is scalar @{ $erp->wait_quiet(0.3) }, 6, 'several repeats';

is call('lines', '{"no": 5, "lines": [{"no": 1}]}')->{status}, 200, 'a list';
is $erp->wait_requests(7)->[6]{body}, '{"no": 5, "all": 5}',
    'makes one event, of the payload';
is call('lines', '{"no": 4, "lines": []}')->{status}, 200, 'so does';
is $erp->wait_requests(8)->[7]{body}, '{"no": 4, "all": 4}', 'an empty one';
is call('lines', '{"no": 1, "lines": [{"no": 9}]}')->{status}, 200, 'a condition';
is scalar @{ $erp->wait_quiet(0.3) }, 8, 'is not of an element';

is call('nobody', '{}')->{status}, 200, 'what nobody asks for';

$t->stop;
$t->ok_logs;

done_testing;
