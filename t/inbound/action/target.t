# The target of a call is looked up before anything is done with it.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test;

my $token = 'target-0123456789-abcdefghi';

my $t = Webhook::Test->new;
my $api = $t->api(records => { 'sale.order' => { 7 => { id => 7 }, 8 => { id => 8 } } });

my $patch = q{action PATCH /pos/sale.order/${_id|int} '{"currency": "USD"}';};

my %receivers = (
    default => qq{target id=\${_id|int} "lookup=GET /pos/sale.order/\${_id|int}"; $patch},
    other   => qq{target "lookup=GET /pos/sale.order/\${_id|int}" missing=422; $patch},
    each    => qq{for_each root; target "lookup=GET /pos/sale.order/\${_id|int}"; $patch},
    broken  => qq{target "lookup=GET /down/\${_id|int}"; $patch},
    failing => qq{target "lookup=GET /pos/failing"; $patch},
);

my $dead = Webhook::Sandbox::free_port();

$t->config(
    http => join('', map {
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF' . <<"CONF2",
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
        location /down/ { internal; proxy_pass http://127.0.0.1:$dead; }
CONF2
);

$t->start;

$api->answer('/pos/failing', 503);

my $n = 0;

sub call
{
    my ($name, $payload, $args) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token" . ($args // ''), $payload,
                        headers => ['Content-Type' => 'application/json']);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, join ' ', map { "$_->{method} $_->{uri}" } @new);
}

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

my ($r, $q) = call('default', '{"_id": "7"}');
is $r->{status}, 200, 'a record that is there';
is $q, 'GET /pos/sale.order/7 PATCH /pos/sale.order/7', 'is looked up first';

($r, $q) = call('default', '{"_id": 9}');
is "$r->{status} " . error($r), '404 The API answered 404 to the look-up of '
    . 'the target (GET /pos/sale.order/9)', 'one that is not';
is $q, 'GET /pos/sale.order/9', 'is left alone';

($r, $q) = call('other', '{"_id": 9}');
is $r->{status}, 422, 'with missing=422';

($r, $q) = call('default', '{"_id": "7/../1"}');
is $r->{status}, 422, 'no id';
is $q, '', 'is not looked up';

($r, $q) = call('broken', '{"_id": 7}');
is "$r->{status} $q", '502 ', 'an API that is down is no missing record';

($r, $q) = call('failing', '{"_id": 7}');
is "$r->{status} $q", '502 GET /pos/failing', 'nor one that fails';

($r, $q) = call('each', '[{"_id": 7}, {"_id": 8}]');
is $q, 'GET /pos/sale.order/7 GET /pos/sale.order/8 '
     . 'PATCH /pos/sale.order/7 PATCH /pos/sale.order/8', 'all of a list first';

($r, $q) = call('each', '[{"_id": 7}, {"_id": 9}]');
is $r->{status}, 404, 'one of them is missing';
like error($r), qr/, for element 2 of 2; nothing was done$/, 'which is told';
unlike $q, qr/PATCH/, 'and nothing is done';

($r, $q) = call('default', '{"_id": 7}', '?dry_run=1');
is $q, '', 'a dry run calls nothing';
is scalar @{JSON::PP::decode_json($r->{body})->{calls}}, 2, 'and shows both';

$t->stop;
$t->ok_logs;

done_testing;
