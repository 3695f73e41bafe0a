#
# Conditions that a call must meet: 422 and nothing is done if one does not
# hold.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test;


my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my $token = 'filter-0123456789-abcdefghij';
my $list = 'filter-list-0123456789-abcdef';

$t->config(
    http => <<"CONF",
    webhook_receiver paid {
        secret $token;
        filter "event == 'payment.paid'";
        filter "amount >= 100";
        action POST /pos/payments '{"amount": "\${amount}"}';
    }
    webhook_receiver paid_list {
        secret   $list;
        for_each lines;
        filter   "amount exists";
        action   POST /pos/payments '{"amount": "\${amount}"}';
    }
CONF
    server => <<'CONF',
    location ^~ /in/ { webhook_receive; }
    location /pos/ {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
CONF
);

$t->start;

sub call {
    my ($hook, $body) = @_;

    return $t->request('POST', "/in/$hook", $body,
                       headers => ['Content-Type' => 'application/json']);
}

my $r = call($token, '{"event": "payment.paid", "amount": "100.00"}');

is $r->{status}, 200, 'all conditions hold';
is $api->count, 1, 'the API was called';

for my $case (
    ['{"event": "payment.paid", "amount": 99.99}', 'amount >= 100'],
    ['{"event": "payment.open", "amount": 100}', "event == 'payment.paid'"],
    ['{"amount": 100}', "event == 'payment.paid'"],
) {
    my ($body, $condition) = @$case;

    $r = call($token, $body);

    is $r->{status}, 422, "422: $body";
    is JSON::PP::decode_json($r->{body})->{error},
       "The call does not meet the condition: $condition",
       'the error names the condition';
}

is $api->count, 1, 'nothing was called for those';

is call($list, '{"lines": [{"amount": 1}, {"amount": 2}]}')->{status}, 200,
   'each element of a list meets it';

$r = call($list, '{"lines": [{"amount": 1}, {"id": 2}]}');

is $r->{status}, 422, 'one element does not';
like $r->{body}, qr/amount exists \(element 2 of 2\)/, 'the error says which';

is $api->count, 3, 'nothing was called for that list';

$t->stop;
$t->ok_logs;

$t = Webhook::Test->new;

$t->config(http => <<"CONF", server => 'location ^~ /in/ { webhook_receive; }');
    webhook_receiver bad {
        secret $token;
        filter "amount =~ 1";
        action POST /x;
    }
CONF

$t->allow(qr/invalid condition/);

my ($status, $out) = $t->test;

isnt $status, 0, 'a condition that is none is refused';
like $out, qr/invalid condition "amount =~ 1": .* in \S+:\d+/,
     'by name, file and line';

done_testing;
