# The two published examples of calls from outside, end to end (I19, I20), and
# what must not happen to them.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(wait_for slurp);

my $usd = 'b7Jx0Qm2Vt9Lr4Zk8Nw3';
my $contact = 'c2Ht6Yp1Sd5Gf9Xq7Mv4';

my $t = Webhook::Test->new(workers => 2);

my $api = $t->api(records => {
    'sale.order'  => { 7 => { id => 7, currency => 'EUR', total => 120 },
                       8 => { id => 8, currency => 'EUR' } },
    'res.partner' => {},
});

$t->file('conf/usd.token', "$usd\n");
$t->file('conf/contact.token', "$contact\n");

$t->config(
    http => <<'CONF',
        access_log logs/hook.log;
        log_format hook '$remote_addr "$request" $status $webhook_receiver $webhook_status';

        webhook_receiver sale_order_usd {
            description "Sale order to USD";
            model    sale.order;
            secret   file:usd.token;
            target   id=${_id|int} model=${_model};
            action   PATCH /pos/sale.order/${_id|int} '{"currency": "USD"}';
        }

        webhook_receiver contact {
            description "Create a contact";
            model    res.partner;
            secret   file:contact.token;
            require  name email;
            action   POST /pos/res.partner '{"name": "${name}", "email": "${email}", "phone": "${phone}",
                                             "company_type": "person", "customer_rank": 1}';
        }
CONF
    server => <<'CONF',
        access_log logs/hook.log hook;
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/api/; }
CONF
);

$t->start;

sub call
{
    my ($token, $payload, $query) = @_;

    return $t->request('POST', "/web/hook/$token" . ($query // ''), $payload,
                       headers => ['Content-Type' => 'application/json']);
}

my $n = 0;

sub calls
{
    my $all = $api->count;
    my $new = $all - $n;

    $n = $all;
    return $new;
}

# --- I19: the currency of sale order 7 to USD

my $r = call($usd, '{"_model": "sale.order", "_id": "7"}', '?dry_run=1');

is $r->{body}, '{"status": "ok", "dry_run": true, "calls": [{"method": "PATCH",'
    . ' "uri": "/pos/sale.order/7", "body": {"currency": "USD"}}]}',
    'first tried dry';
is calls(), 0, 'which calls nothing';

$r = call($usd, '{"_model": "sale.order", "_id": "7"}');

is $r->{status}, 200, 'an order to USD';
is $r->{body}, '{"status": "ok"}', 'as the source document says';
is $r->{headers}{'content-type'}, 'application/json', 'as JSON';
is calls(), 1, 'by one call';
is_deeply $api->record('sale.order', 7),
    { id => 7, currency => 'USD', total => 120 }, 'the record is changed';
is $api->record('sale.order', 8)->{currency}, 'EUR', 'and no other';

# --- I20: a contact

$r = call($contact, '{"name": "Nguyễn Văn A", "email": "a@example.com",'
                    . ' "phone": "0901234567"}');

is $r->{status} . $r->{body}, '200{"status": "ok"}', 'a contact';
calls();

is_deeply $api->record('res.partner', 1), {
    id => 1, name => "Nguy\x{1ec5}n V\x{103}n A", email => 'a@example.com',
    phone => '0901234567', company_type => 'person', customer_rank => 1,
}, 'with its constants';

$r = call($contact, '{"name": "B", "email": "b@example.com"}');
is $r->{status}, 200, 'a phone is optional';
is $api->record('res.partner', 2)->{phone}, undef, 'and null without one';
calls();

# --- what must not be

my %bad = (
    'not JSON'           => [$usd, '_model=sale.order&_id=7', 400],
    'half of it'         => [$usd, '{"_model": "sale.order", "_id": "7"', 400],
    'an array'           => [$usd, '[{"_model": "sale.order", "_id": 7}]', 400],
    'nothing'            => [$usd, '', 400],
    'an id with a path'  => [$usd, '{"_model": "sale.order", "_id": "7/../1"}',
                             422],
    'another model'      => [$usd, '{"_model": "res.partner", "_id": "7"}',
                             422],
    'no id'              => [$usd, '{"_model": "sale.order"}', 422],
    'an unknown URL'     => ['b7Jx0Qm2Vt9Lr4Zk8Nw4',
                             '{"_model": "sale.order", "_id": "7"}', 404],
    'no name'            => [$contact, '{"email": "a@example.com"}', 422],
    'an empty email'     => [$contact, '{"name": "A", "email": ""}', 422],
    'a large body'       => [$contact, '{"name": "' . 'x' x 1_100_000 . '"}',
                             413],
    'deep nesting'       => [$contact, '[' x 100_000, 400],
);

for my $what (sort keys %bad) {
    my ($token, $payload, $status) = @{$bad{$what}};

    $r = call($token, $payload);

    is $r->{status}, $status, "$what: $status";

    my $answer = eval { JSON::PP::decode_json($r->{body}) };

    is $answer->{status}, 'error', "$what: an error";
    like $answer->{error}, qr/^[A-Z].*[\w']$/, "$what: in a sentence";
    like $answer->{request_id}, qr/^[0-9a-f]{32}$/, "$what: with a request id";

    if ($what eq 'no name' || $what eq 'an empty email') {
        is $answer->{error}, q(Missing required fields: 'name' and 'email'),
            "$what: in the words of the source document";
    }
}

is calls(), 0, 'and nothing was called';

# --- the API fails

$api->answer('/api/sale.order/7', { status => 500, body => 'Traceback' });
$r = call($usd, '{"_model": "sale.order", "_id": "7"}');
is $r->{status}, 502, 'a failing API';
is JSON::PP::decode_json($r->{body})->{error},
    'The API answered 500 to action 1 of 1 (PATCH /pos/sale.order/7)',
    'whose status is told';

$r = call($usd, '{"_model": "sale.order", "_id": "99"}');
is $r->{status}, 502, 'a record that is not there';

$api->stop_listening;
$api->drop;
$r = call($contact, '{"name": "C", "email": "c@example.com"}');
is $r->{status}, 502, 'an API that is down';

$t->stop;

for my $log ('error.log', 'hook.log') {
    my $text = slurp($t->prefix . "/logs/$log");

    unlike $text, qr/$usd|$contact/, "no secret in $log";
    ok length $text, '(which is not empty)';
}

my $log = slurp($t->prefix . '/logs/hook.log');

like $log, qr{"POST /web/hook/\*\*\* HTTP/1\.1" 200 sale_order_usd ok$}m, 'ok';
like $log, qr{"POST /web/hook/\*\*\* HTTP/1\.1" 422 contact refused$}m, 'refused';
like $log, qr{"POST /web/hook/\*\*\* HTTP/1\.1" 404 - refused$}m, 'unknown';
like $log, qr{"POST /web/hook/\*\*\* HTTP/1\.1" 502 contact failed$}m, 'failed';

$t->ok_logs;

done_testing;
