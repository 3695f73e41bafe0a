# A key that is used for something else, or by somebody else, swallows no
# event: the body and the client tell requests apart too.

use strict;
use warnings;

use lib 't/lib';

use IO::Compress::Gzip qw(gzip);
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

# The same JSON, in gzip of two moments.

sub packed {
    my ($time) = @_;

    gzip(\'{"id": 7}' => \my $out, Time => $time, Minimal => 0);

    return { body => $out, headers => ['Content-Type' => $json,
                                       'Content-Encoding' => 'gzip'] };
}

sub plain {
    return { body => $_[0], headers => ['Content-Type' => $json] };
}

my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '*'       => [plain('{"id": 1}')],
    '/turns'  => [plain('{"id": 1}'), plain('{"id": 2}'), plain('{"id": 1}')],
    '/turns2' => [plain('{"id": 1}'), plain('{"id": 2}')],
    '/gzip'   => [packed(1), packed(2)],
});
my $hook = $t->endpoint(name => 'erp');

my $http = <<'CONF';
    log_format hook '$request $webhook_id $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.*;
    }
CONF

my $server = <<'CONF';
    client_body_buffer_size 16k;

    location /api {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/api;
    }

    location /turns {
        proxy_pass http://127.0.0.1:%%PORT_api%%/turns;
        webhook_event a.one POST ^/turns;
    }

    location /request {
        proxy_pass http://127.0.0.1:%%PORT_api%%/turns2;
        webhook_event a.one POST ^/request payload=request;
    }

    location /gzip {
        proxy_pass http://127.0.0.1:%%PORT_api%%/gzip;
        webhook_event a.one POST ^/gzip;
    }

    location /large {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_payload_max 4k;
        webhook_event a.one POST ^/large;
    }

    location /stream {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        proxy_request_buffering off;
        webhook_event a.one POST ^/stream;
    }

    location /header {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        proxy_request_buffering off;
        webhook_event a.one POST ^/header 'body={"n": 1}';
    }

    location /by {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_idempotency Idempotency-Key by=$http_x_user;
        webhook_event a.one POST ^/by;
    }

    location /unread {
        default_type application/json;
        webhook_event a.one POST ^/unread;
        return 201 '{"id": 1}';
    }

    location = /metrics { webhook_metrics; }
CONF

$t->config(http => $http, server => $server);
$t->start;

my $line = 0;

# What the access log says of the next request: its id and its status.

sub call {
    my ($uri, $body, @headers) = @_;

    $t->request('POST', $uri, $body,
                headers => ['Content-Type', $json, @headers]);

    my $log = wait_for(sub {
        my @lines = split /\n/, slurp($t->prefix . '/logs/hook.log');
        return @lines > $line && $lines[$line];
    });

    $line++;

    $log =~ m{HTTP/1\.1 (\S+) (\S+)$} or return '';
    is $2, 'committed', "$uri is committed";

    return $1;
}

sub metric {
    my ($name) = @_;

    my $body = $t->get('/metrics')->{body};
    $line++;

    return $body =~ /^ngx_webhook_$name\_total (\d+)$/m ? $1 : undef;
}

my @key = ('Idempotency-Key' => '1');
my $mark = $t->nginx->mark;

# Two clients, one key.

my $alice = call('/api/orders', '{"user":"alice"}', @key, Cookie => 'sid=a');
my $bob = call('/api/orders', '{"user":"bob"}', @key, Cookie => 'sid=b');
isnt $bob, $alice, 'the key of another client';

my $same = call('/api/orders', '{"user":"alice"}', @key, Cookie => 'sid=b');
isnt $same, $alice, 'who says the same';

is call('/api/orders', '{"user":"alice"}', @key, Cookie => 'sid=a'), $alice,
   'a repeat';
is metric('events_repeated'), 1, 'is counted';

# One client, one key, two bodies.

my $one = call('/api/a', '{"n":1}', @key);
is metric('events_differing'), 1, 'one key of two bodies so far';

my $two = call('/api/a', '{"n":2}', @key);
isnt $two, $one, 'another body';
is metric('events_differing'), 2, 'is counted';
ok $t->nginx->wait_log(qr/\[warn\].*$two: its request has the idempotency key/),
   'and told';

is call('/api/a', '{"n":1}', @key), $one, 'the first body again';
is call('/api/a', '{"n":2}', @key), $two, 'the second again';
isnt call('/api/a', '', @key), $one, 'no body';

# Another answer, where the rule reads it.

my $first = call('/turns', '{}', @key);
isnt call('/turns', '{}', @key), $first, 'another answer';
is call('/turns', '{}', @key), $first, 'the first answer again';

my $request = call('/request', '{}', @key);
is call('/request', '{}', @key), $request, 'a rule that reads no answer';

my $gzip = call('/gzip', '{}', @key);
is call('/gzip', '{}', @key), $gzip, 'an answer is told by its content';

# Bodies over all limits.

for my $uri (qw(/large /stream /header)) {
    my $long = 'x' x 200_000;
    my $id = call($uri, "\"${long}1\"", @key);

    is call($uri, "\"${long}1\"", @key), $id, "$uri: a long body";
    isnt call($uri, "\"${long}2\"", @key), $id, "$uri: another last byte";
}

# Who the client is can be told otherwise.

my $by = call('/by', '{}', @key, 'X-User' => 'a', Cookie => 'visit=1');
is call('/by', '{}', @key, 'X-User' => 'a', Cookie => 'visit=2'), $by,
   'by=: the same user with another cookie';
isnt call('/by', '{}', @key, 'X-User' => 'b', Cookie => 'visit=2'), $by,
   'by=: another user';

# A body that nobody read.

my $unread = call('/unread', '{"n":1}', @key);
isnt call('/unread', '{"n":1}', @key), $unread,
     'a body that was not read: an event too many';
is metric('events_unprotected'), 2, 'is counted';
ok $t->nginx->wait_log(qr/\[warn\].*would make another event/), 'and told';

$unread = call('/unread', '', @key);
is call('/unread', '', @key), $unread, 'no body can be told';

# It holds over a reload, with other lines above.

$t->config(http => "\n\n$http", server => "\n# more\n\n$server");
ok $t->nginx->reload, 'reloaded';
is call('/api/a', '{"n":1}', @key), $one, 'known after a reload';

like +($t->ctl('stats'))[1], qr/, \d+ idempotency keys?$/m,
     'webhookctl knows of them';
is +($t->ctl('check'))[0], 0, 'and finds no fault';

my $kept = metric('events_committed') - metric('events_repeated');
is scalar @{$hook->wait_requests($kept)}, $kept, 'each event is sent';
is scalar @{$hook->wait_quiet(0.3)}, $kept, 'once';

$t->stop;
$t->ok_logs;

done_testing;
