# Which rules match, and what they send.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api', answers => {
    '*'     => [{ body => '{"result": {"id": 12345678901234567890, '
                          . '"price": 0.10, "tags": ["a", "b"]}, '
                          . '"note": "\u00e9"}',
                  headers => ['Content-Type' => $json] }],
    '/text' => [{ body => 'no JSON',
                  headers => ['Content-Type' => 'text/plain'] }],
    '/deep' => [{ body => ('[' x 100) . (']' x 100),
                  headers => ['Content-Type' => $json] }],
    '/created' => [{ status => 201, body => '{"n": 201}',
                     headers => ['Content-Type' => $json] }],
    '/bad'  => [{ status => 500, body => '{"n": 500}',
                  headers => ['Content-Type' => $json] }],
    '/gone' => [{ status => 404, body => '{"n": 404}',
                  headers => ['Content-Type' => $json] }],
    '/jump' => [{ headers => ['X-Accel-Redirect' => '/landed/x'] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->file('html/page.html', '<p><!--# include virtual="/part/x" --></p>');
$t->file('html/part/x', 'part');
$t->file('html/empty', '');

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$request $status [$webhook_event] [$webhook_id] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";
    webhook_event_type b.one "";
    webhook_event_type no.body "nobody asks for it";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events a.* b.one;
    }

    webhook_event a.one * ^/http;
CONF
    root html;

    location /http {
        return 200 '{"level": "http"}';
    }

    location /own {
        webhook_event a.two * ^/own;
        return 200 '{"level": "own"}';

        location /own/in {
            return 200 '{"level": "inherited"}';
        }
    }

    # methods, statuses, several rules

    location /many/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;

        webhook_event a.one POST,PUT ^/many/;
        webhook_event a.two POST     ^/many/(created|gone)$ status=201,404;
        webhook_event b.one *        ^/many/                status=5xx;
        webhook_event no.body POST   ^/many/;
    }

    # nobody asked

    location = /nobody {
        webhook_event no.body * ^/nobody$;
        return 200 '{}';
    }

    location = /nobody-if {
        webhook_event no.body * ^/ "when=response.a == 1";
        return 200 '{"a": $arg_a}';
    }

    # parts, templates, conditions

    location /part/of/ {
        webhook_event a.one GET ^/part/of/ payload=response.result;
        webhook_event a.two GET ^/part/of/ payload=response.result.tags.1;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /shape/ {
        webhook_event a.one POST "^/shape/(\d+)(?:/(?<tail>\w+))?(x)?$"
            payload=response.result
            'body={"id": "${data.id}", "price": "${data.price}",
                   "one": "${uri.1|int}", "tail": "${uri.tail}",
                   "none": "${uri.3}",
                   "who": "${var.remote_addr} ${var.arg_q}",
                   "asked": "${request.why}", "note": "${response.note}",
                   "type": "${event.type}", "event": "${event.id}",
                   "time": "${event.time}", "now": "${now}",
                   "text": "was ${data.price} at ${uri.0}"}';
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /rpc {
        webhook_event a.one POST ^/rpc$ "when=request.action == 'update'"
                      payload=response.result;
        webhook_event a.two POST ^/rpc$ "when=request.action ~ ^up"
                      "when=response.result.price >= 0.1"
                      "when=var.arg_go == 1" payload=request;
        webhook_event b.one POST ^/rpc$ "when=response.nothing exists";
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    # what is matched is the path as it is in the end

    location /before/ {
        rewrite ^/before/(.*)$ /after/$1 last;
    }

    location /after/ {
        webhook_event a.one * ^/after/\w+$;
        return 200 '{"uri": "$uri"}';
    }

    location /wrong/ {
        webhook_event a.one * ^/ status=200,404;
        proxy_intercept_errors on;
        error_page 404 = /handled;
        error_page 500 =200 @named;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location = /handled {
        webhook_event a.two * ^/handled$;
        return 200 '{"handled": true}';
    }

    location @named {
        webhook_event b.one * ^/wrong/;
        return 200 '{"named": true}';
    }

    location = /jump {
        webhook_event a.one * ^/;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /landed/ {
        internal;
        webhook_event a.two * ^/landed/;
        return 200 '{"landed": true}';
    }

    # subrequests make none of their own

    location = /page.html {
        ssi on;
        default_type text/html;
        webhook_event a.one * ^/page;
    }

    location /part/x {
        webhook_event a.two * ^/part/;
    }

    location = /added {
        add_after_body /part/x;
        addition_types *;
        webhook_event a.one * ^/added;
        return 200 'head ';
    }

    location = /empty {
        webhook_event a.one * ^/empty;
    }

    location = /added/empty {
        add_before_body /part/x;
        add_after_body /part/x;
        addition_types *;
        webhook_event a.one * ^/added;
        return 200 '';
    }

    location = /added/over {
        add_before_body /part/x;
        add_after_body /part/x;
        addition_types *;
        webhook_payload_max 4;
        webhook_event a.one * ^/added payload=request;
        return 200 'too much';
    }

    # what a path has to begin with is compared before an expression is

    location /begins/ {
        webhook_event a.one * ^/begins/whole$;
        webhook_event a.one * ^/begins/dot\.ted$;
        webhook_event a.one * ^/begins/mayb?e$;
        webhook_event a.one * ^/begins/more+$;
        webhook_event a.one * "^/begins/no{0}ne$";
        webhook_event a.one * "^/begins/hey\E*$";
        webhook_event a.two * ^/begins/either$|/or$;
        webhook_event a.two * "^/begins/a(?#()|/said$";
        return 200 '{}';
    }

    location = /mirrored {
        mirror /part/x;
        webhook_event b.one * ^/mirrored;
        return 200 '{}';
    }

    location = /authorized {
        auth_request /part/x;
        webhook_event b.one * ^/authorized;
        return 200 '{}';
    }

    location = /posted {
        post_action /part/x;
        webhook_event b.one * ^/posted;
        return 200 '{}';
    }

    location / {
        return 200 'nothing';
    }
CONF

$t->start;

my $sent = 0;

# What one request sends: [type, body], or [type] whatever its body.

sub sends
{
    my ($what, $r, $status, @want) = @_;

    is $r->{status}, $status, "$what: status";

    $sent += @want;

    my $requests = $hook->wait_requests($sent);

    is scalar @$requests, $sent, "$what: as many webhooks";

    my @got = @$requests[$sent - @want .. $#$requests];

    is_deeply [sort { $a->[0] cmp $b->[0] }
               map { my $type = $_->{headers}{'tc-webhook-event'};
                     (grep { $_->[0] eq $type && @$_ == 1 } @want)
                     ? [$type] : [$type, $_->{body}] } @got],
              [sort { $a->[0] cmp $b->[0] } @want], "$what: what is sent";

    return @got;
}

sub logged
{
    my ($what, $request, $re) = @_;

    my $line = wait_for(sub {
        my ($l) = grep { index($_, $request) == 0 }
                       split /\n/, slurp($t->prefix . '/logs/hook.log');
        return $l;
    });

    like $line, $re, "$what: logged";
}

my $id = qr/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
my $part = '{"id": 12345678901234567890, "price": 0.10, "tags": ["a", "b"]}';

sends('http level', $t->get('/http/x'), 200, ['a.one', '{"level": "http"}']);
sends('own level', $t->get('/own'), 200, ['a.two', '{"level": "own"}']);
sends('inherited', $t->get('/own/in'), 200,
      ['a.two', '{"level": "inherited"}']);
sends('no rule matches', $t->get('/other'), 200);
logged('no rule matches', 'GET /other', qr/ 200 \[-\] \[-\] -$/);

sends('one', $t->get('/many/created'), 201);
sends('several', $t->post('/many/created', '{}'), 201,
      ['a.one', '{"n": 201}'], ['a.two', '{"n": 201}']);
logged('several', 'POST /many/created',
       qr/\[a\.one,a\.two,no\.body\] \[$id,$id,$id\] committed$/);
sends('status', $t->post('/many/gone', '{}'), 404, ['a.two', '{"n": 404}']);
sends('status class', $t->get('/many/bad'), 500, ['b.one', '{"n": 500}']);
sends('nobody asked', $t->get('/nobody'), 200);
logged('nobody asked', 'GET /nobody', qr/\[no\.body\] \[$id\] skipped$/);
sends('nobody asked, if', $t->get('/nobody-if?a=1'), 200);
logged('nobody asked, if', 'GET /nobody-if?a=1',
       qr/\[no\.body\] \[$id\] skipped$/);
sends('nobody asked, not', $t->get('/nobody-if?a=2'), 200);
logged('nobody asked, not', 'GET /nobody-if?a=2', qr/\[-\] \[-\] -$/);

sends('parts', $t->get('/part/of/all'), 200, ['a.one', $part],
      ['a.two', '"b"']);

my ($r) = sends('shape',
                $t->post('/shape/007/end?q=%22x', '{"why": [1, 2 ]}'), 200,
                ['a.one']);

my $time = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

like $r->{body}, qr[
    ^\{"id":\ 12345678901234567890,\ "price":\ 0\.10,\s+
    "one":\ 7,\ "tail":\ "end",\s+"none":\ null,\s+
    "who":\ "127\.0\.0\.1\ %22x",\s+
    "asked":\ \[1,\ 2\ \],\ "note":\ "\\u00e9",\s+
    "type":\ "a\.one",\ "event":\ "\Q$r->{headers}{'webhook-id'}\E",\s+
    "time":\ "$time",\ "now":\ \d+,\s+
    "text":\ "was\ 0\.10\ at\ /shape/007/end"\}$ ]x, 'every root has its value';
is $r->{headers}{'content-type'}, $json, 'a template makes JSON';

sends('rpc', $t->post('/rpc', '{"action": "update"}'), 200, ['a.one', $part]);
sends('rpc, both', $t->post('/rpc?go=1', '{"action": "update"}'), 200,
      ['a.one', $part], ['a.two', '{"action": "update"}']);
sends('rpc, one', $t->post('/rpc?go=1', '{"action": "upset"}'), 200,
      ['a.two', '{"action": "upset"}']);
sends('rpc, none', $t->post('/rpc?go=1&none', '{"action": "read"}'), 200);
logged('rpc, none', 'POST /rpc?go=1&none', qr/ 200 \[-\] \[-\] -$/);
sends('rpc, no JSON', $t->post('/rpc?go=1', 'update'), 200);

sends('rewritten', $t->get('/before/x?y=1'), 200,
      ['a.one', '{"uri": "/after/x"}']);
sends('an error page', $t->get('/wrong/gone'), 200,
      ['a.two', '{"handled": true}']);
sends('a named error page', $t->get('/wrong/bad'), 200,
      ['b.one', '{"named": true}']);
sends('no error page', $t->get('/wrong/any'), 200,
      ['a.one', '{"result": ' . $part . ', "note": "\u00e9"}']);
sends('an internal redirect', $t->get('/jump'), 200,
      ['a.two', '{"landed": true}']);

my $page = $t->get('/page.html');

is $page->{body}, '<p>part</p>', 'the page is put together behind us';
sends('ssi', $page, 200,
      ['a.one', '<p><!--# include virtual="/part/x" --></p>']);

$page = $t->get('/added');

is $page->{body}, 'head part', 'what is added comes behind us, too';
sends('addition', $page, 200, ['a.one', 'head ']);

$page = $t->get('/added/empty');

is $page->{body}, 'partpart', 'what is added to nothing';
sends('addition to nothing', $page, 200, ['a.one', '{}']);

$page = $t->get('/added/over');

is $page->{body}, 'parttoo muchpart', 'what is added around what is too much';
sends('addition and no copy', $page, 200, ['a.one', '{}']);

sends('a range of nothing',
      $t->curl('GET', '/empty', undef, headers => ['Range' => 'bytes=2-5']),
      416);

sends('mirror', $t->get('/mirrored'), 200, ['b.one', '{}']);
sends('auth_request', $t->get('/authorized'), 200, ['b.one', '{}']);
sends('post_action', $t->get('/posted'), 200, ['b.one', '{}']);

# What cannot be made.

sub lost
{
    my ($what, $r, $reason) = @_;

    sends($what, $r, 200);
    ok $t->wait_log(qr/event lost: .*\Q$reason\E/), "$what: told";
}

# expressions that begin with what they say

for my $is ([whole => 'a.one'], ['whole%0A' => 'a.one'], ['wholes'], ['whol'],
            ['whole%0Aa'], ['dot.ted' => 'a.one'], ['dot-ted'],
            [maybe => 'a.one'], [maye => 'a.one'], [may => undef],
            [more => 'a.one'], [moreee => 'a.one'], ['mor'],
            [nne => 'a.one'], ['none'], [he => 'a.one'],
            [heyy => 'a.one'], ['hex'], [either => 'a.two'],
            ['x/or' => 'a.two'], ['x/said' => 'a.two'], [a => 'a.two'], ['b'])
{
    my ($path, $type) = @$is;

    sends("begins with, $path", $t->get("/begins/$path"), 200,
          $type ? [$type, '{}'] : ());
}

lost('no such part', $t->get('/part/of/text'),
     'the body is not JSON, XML or a form, which payload= with a path needs');
lost('too deep', $t->get('/part/of/deep'),
     "the body's JSON is nested too deeply");

is scalar @{$hook->wait_quiet(0.3)}, $sent, 'and no more than that';

$t->stop;
$t->ok_logs;

done_testing;
