# Rules that send the request's body, or look into it.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use IO::Compress::Gzip qw(gzip);
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';
my $order = slurp('conf/demo/order.add.json');
my $large = '{"lines": [' . join(',', map { qq({"n":$_}) } 1 .. 15000) . ']}';

gzip(\$order, \my $gzipped) or die;

my $t = Webhook::Test->new(http2 => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*'      => [{ body => '{"ok": true}',
                   headers => ['Content-Type' => $json] }],
    '/none'  => [204],
    '/jump'  => [{ headers => ['X-Accel-Redirect' => '@landed'] }],
    '/early' => [{ body => '{}', early => 1 }],
});
my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$uri $webhook_event $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=256m;
    webhook_event_type thing.sent "It was sent";
    webhook_event_type thing.seen "It was answered";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    client_body_buffer_size 8k;
    client_body_temp_path temp_body;
    client_max_body_size 4m;
    webhook_payload_max 512k;
    proxy_http_version 1.1;

    add_header X-Id $webhook_id always;

    webhook_event thing.sent POST,PUT,DELETE ^/ payload=request;

    location /buffered/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /streamed/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        proxy_request_buffering off;
    }

    location /after/ {
        webhook_commit after_response;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /file/ {
        client_body_in_file_only clean;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    # nobody reads the body here

    location = /unread {
        return 200 '{}';
    }

    # rules that are met after the body was read

    location = /jump {
        webhook_event thing.seen POST ^/never$;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location @landed {
        return 200 '{}';
    }
CONF

$t->start;

my (%want, $n);

sub asked
{
    my ($what, $r, $payload, $type) = @_;

    is $r->{exit} // 0, 0, "$what: whole";

    my $id = $r->{headers}{'x-id'} // '';
    like $id, qr/^[0-9a-f-]{36}$/, "$what: id";

    $want{$id} = [$what, $payload, $type // $json];

    return $r;
}

for my $way (qw(buffered streamed after file)) {
    for my $http2 (0, 1) {
        my $what = "$way " . ($http2 ? 'h2' : 'h1');
        my @with = (http2 => $http2,
                    headers => ['Content-Type' => $json]);

        asked("$what order",
              $t->curl('POST', "/$way/orders", $order, @with), $order);
        asked("$what large",
              $t->curl('PUT', "/$way/orders", $large, @with), $large);
        asked("$what no answer",
              $t->curl('DELETE', "/$way/none", '{"why": 1}', @with),
              '{"why": 1}');
        asked("$what no body",
              $t->curl('DELETE', "/$way/none", undef, http2 => $http2), '{}');
        asked("$what empty",
              $t->curl('POST', "/$way/orders", '', @with), '{}');
        asked("$what form",
              $t->curl('POST', "/$way/orders", 'a=1&b=2', http2 => $http2,
                       headers => ['Content-Type' =>
                                   'application/x-www-form-urlencoded']),
              'a=1&b=2', 'application/x-www-form-urlencoded');
        asked("$what gzip",
              $t->curl('POST', "/$way/orders", $gzipped, @with,
                       options => ['-H', 'Content-Encoding: gzip']), $order);

        # without a length

        asked("$what chunked",
              $t->curl('POST', "/$way/orders", $large, @with,
                       options => ['-H', 'Transfer-Encoding: chunked']),
              $large)
            unless $http2;
    }

    my $r = $t->request('POST', "/$way/orders", undef,
                        headers => ['Content-Type' => $json],
                        chunked => ['{"a"', ':', ' [', '1', ']}']);
    asked("$way pieces", $r, '{"a": [1]}');

    $r = $t->request('POST', "/$way/orders", $order, pause => [700, 0.05],
                     headers => ['Content-Type' => $json]);
    asked("$way in two parts", $r, $order);
}

asked('after a redirect',
      $t->curl('POST', '/jump', $order, headers => ['Content-Type' => $json]),
      $order);

my $sent = $hook->wait_requests(scalar keys %want, 20);

is scalar @$sent, scalar keys %want, 'as many webhooks as requests';

for my $request (@$sent) {
    my ($what, $payload, $type)
        = @{$want{$request->{headers}{'webhook-id'}} // ['unknown', '', '']};

    is sha256_hex($request->{body}), sha256_hex($payload), "$what: payload";
    is $request->{headers}{'content-type'}, $type, "$what: type";
}

# What cannot be sent is told, and the response passes.

sub lost
{
    my ($what, $r, $reason) = @_;

    is $r->{status}, 200, "$what: answered";
    ok $t->wait_log(qr/event lost: "thing\.sent" \Q$r->{headers}{'x-id'}\E: $reason/),
       "$what: told";
}

lost('not read', $t->curl('POST', '/unread', '{"a": 1}'),
     qr/the request's body was not read/);

my $over = '[' . ('1,' x 300000) . '1]';

for my $way (qw(buffered streamed after)) {
    for my $http2 (0, 1) {
        lost("$way over the limit",
             $t->curl('POST', "/$way/orders", $over, http2 => $http2),
             qr/the request's body is over webhook_payload_max/);
    }

    lost("$way chunked, over the limit",
         $t->request('POST', "/$way/orders", undef, chunked => [$over]),
         qr/the request's body is over webhook_payload_max/);
}

lost('a file after a redirect', $t->curl('POST', '/jump', $large),
     qr/the request's body was read before a redirect/);

gzip(\('x' x 2_000_000), \my $bomb) or die;

lost('a bomb',
     $t->curl('POST', '/buffered/orders', $bomb,
              options => ['-H', 'Content-Encoding: gzip']),
     qr/the decoded body is over webhook_payload_max/);
lost('an unknown coding',
     $t->curl('POST', '/buffered/orders', $order,
              options => ['-H', 'Content-Encoding: br']),
     qr/the body has an unknown content coding/);

# An API that answers before it has read all of the request.

my $r = $t->request('POST', '/streamed/early', $order, pause => [600, 0.3]);
is $r->{status}, 200, 'an early answer passes';
ok $t->wait_log(qr/the request's body did not come in whole/),
   'and is no event';

is scalar @{$hook->wait_quiet(0.3)}, scalar keys %want, 'none of them is sent';

$t->stop;
$t->ok_logs;

done_testing;
