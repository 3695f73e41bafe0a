
# Warnings of what is allowed and hardly meant.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults();

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('http_config', <<'CONF' . ($block->http_config // ''));
webhook_store store_temp size=16m keep=7d;
webhook_event_type order.add;
webhook_event_type order.edit;
CONF
});

run_tests();

__DATA__

=== TEST 1: nothing to warn of
--- http_config
webhook_endpoint a {
    url    http://127.0.0.1:9;
    events order.*;
    secret 0123456789abcdef0123456789abcdef;
    retry  attempts=12 first=1m factor=2;
}
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add  POST ^/api/orders$ status=201;
    webhook_event order.add  POST ^/ap;
    webhook_event order.edit POST orders/(\d+)$;
    webhook_event order.edit POST ^/x|^/api;
    webhook_event order.edit POST ^/ap?i*/x;
    webhook_event order.edit POST ^/a(b|pi)/;
    webhook_event order.edit POST ^\/api\/o;
    webhook_event order.edit POST (?i)^/API/;
    webhook_event order.edit POST ^/api/part status=206 payload=request;
    webhook_event order.edit POST ^/(\d+) "when=data.id == 1";
    webhook_event order.edit POST ^/(\d+) "when=data.id == 2";
}
location = /exact {
    webhook_event order.add POST ^/exact$;
    webhook_event order.add POST act;
}
location ~ /regex/ {
    webhook_event order.add POST ^/other;
}
location /rewritten/ {
    rewrite ^/rewritten/(.*)$ /other/$1 break;
    webhook_event order.add POST ^/other/;
}
--- no_error_log
[warn]



=== TEST 2: an endpoint without events
--- http_config
webhook_endpoint a {
    url http://127.0.0.1:9;
}
--- error_log eval
qr/\[warn\] .*webhook_endpoint "a" has no "events" and gets none in \S+nginx\.conf:\d+$/m



=== TEST 3: what no rule makes
--- http_config
webhook_endpoint a {
    url    http://127.0.0.1:9;
    events order.add order.edit;
}
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add POST ^/api/orders$;
}
--- error_log eval
qr/\[warn\] .*no "webhook_event" creates what "order\.edit" in "events" of webhook_endpoint "a" asks for in \S+nginx\.conf:\d+$/m
--- no_error_log
makes what "order.add"



=== TEST 4: a path of another location
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add POST ^/app/orders$;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: no path of its location can match "\^\/app\/orders\$" in \S+nginx\.conf:\d+$/m



=== TEST 5: another path than the only one
--- config
location = /t { return 200 "ok\n"; }
location = /exact {
    webhook_event order.add POST ^/exact/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: no path of its location can match "\^\/exact\/" in \S+nginx\.conf:\d+$/m



=== TEST 6: inherited rules are for all locations
--- http_config
webhook_endpoint a { url http://127.0.0.1:9; events order.add; }
--- config
webhook_event order.add POST ^/app/orders$;
location = /t { return 200 "ok\n"; }
location /api/ { return 200; }
--- no_error_log
[warn]



=== TEST 7: a status that comes to nobody
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add POST ^/api/ status=1xx,206;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: no response with such a status makes an event in \S+nginx\.conf:\d+$/m



=== TEST 8: one event twice
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add POST ^/api/;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" matches what the one in \S+:(\d+) does: such a request makes two events in \S+nginx\.conf:\d+$/m



=== TEST 9: retries for longer than finished events are kept
--- http_config
webhook_endpoint a {
    url    http://127.0.0.1:9;
    events order.add;
    retry  attempts=20;
}
--- error_log eval
qr/\[warn\] .*the sends of webhook_endpoint "a" can go on for longer than "webhook_store" keeps finished events \(168 h\) in \S+nginx\.conf:\d+$/m



=== TEST 10: a signed payload in clear
--- http_config
webhook_endpoint a {
    url    http://192.0.2.1:9;
    events order.add;
    secret 0123456789abcdef0123456789abcdef;
}
--- error_log eval
qr/\[warn\] .*webhook_endpoint "a" is sent signed payloads over http:\/\/, .* in \S+nginx\.conf:\d+$/m



=== TEST 11: credentials in clear
--- http_config
webhook_endpoint a {
    url    http://192.0.2.1:9;
    events order.add;
    auth   bearer 0123456789abcdef;
}
--- error_log eval
qr/\[warn\] .*webhook_endpoint "a" is sent credentials over http:\/\/, .* in \S+nginx\.conf:\d+$/m



=== TEST 12: not within this host, nor over TLS
--- http_config
webhook_endpoint a {
    url    http://[::1]:9;
    events order.add;
    auth   bearer 0123456789abcdef;
}
webhook_endpoint b {
    url    https://192.0.2.1:9;
    events order.add;
    auth   bearer 0123456789abcdef;
}
webhook_endpoint c {
    url    http://unix:/tmp/no.sock:/;
    events order.add;
    auth   bearer 0123456789abcdef;
}
webhook_endpoint d {
    url    http://up/;
    events order.add;
    auth   bearer 0123456789abcdef;
}
upstream up { server 127.0.0.1:9; server 127.0.0.2:9 backup; }
--- no_error_log
over http://



=== TEST 13: an upstream elsewhere
--- http_config
webhook_endpoint d {
    url    http://up/;
    events order.add;
    auth   bearer 0123456789abcdef;
}
upstream up { server 127.0.0.1:9; server 192.0.2.1:9 backup; }
--- error_log eval
qr/\[warn\] .*webhook_endpoint "d" is sent credentials over http:\/\/, .* in \S+nginx\.conf:\d+$/m



=== TEST 14: what is allowed anyway
--- http_config
webhook_endpoint a {
    url    http://127.0.0.1:9;
    events order.add;
    allow  10.0.0.0/8;
}
--- error_log eval
qr/\[warn\] .*"allow" of webhook_endpoint "a" has no effect without "address public" in \S+nginx\.conf:\d+$/m



=== TEST 15: a rule for no location
--- http_config
webhook_event order.add POST ^/a;
--- config
location = /t { return 200 "ok\n"; }
webhook_event order.edit POST ^/b;
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" is inherited by no location: all of them have rules of their own in \S+nginx\.conf:\d+$/m



=== TEST 16: a location that has no such response: return 301 /y;
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    return 301 /y;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: its location only returns or rewrites, and has no response of such a status in \S+nginx\.conf:\d+$/m



=== TEST 17: a location that has no such response: return 444;
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    return 444;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: its location only returns or rewrites, and has no response of such a status in \S+nginx\.conf:\d+$/m



=== TEST 18: a location that has no such response: rewrite ^ /y last;
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    rewrite ^ /y last;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: its location only returns or rewrites, and has no response of such a status in \S+nginx\.conf:\d+$/m



=== TEST 19: a location that has no such response: rewrite ^/api/(.*)$ /y/$1 last;
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    rewrite ^/api/(.*)$ /y/$1 last;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: its location only returns or rewrites, and has no response of such a status in \S+nginx\.conf:\d+$/m



=== TEST 20: a location that has no such response: rewrite .* /y permanent;
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    rewrite .* /y permanent;
    webhook_event order.add POST ^/api/;
}
--- error_log eval
qr/\[warn\] .*this "webhook_event order\.add" never matches: its location only returns or rewrites, and has no response of such a status in \S+nginx\.conf:\d+$/m



=== TEST 21: locations that may have such a response
--- http_config
webhook_endpoint a { url http://127.0.0.1:9; events order.add; }
--- config
location = /t { return 200 "ok\n"; }
location /a/ { return 201; webhook_event order.add POST ^/a/; }
location /b/ { return 302 /y; webhook_event order.add POST ^/b/ status=3xx; }
location /c/ { rewrite ^/c/x /y last; webhook_event order.add POST ^/c/; }
location /d/ { rewrite ^ /y break; webhook_event order.add POST ^/d/; }
location /e/ { rewrite ^ /y; return 200; webhook_event order.add POST ^/e/; }
location /f/ { if ($arg_x) { return 301 /y; } webhook_event order.add POST ^/f/; }
location /g/ { return 301 /y; webhook_event order.add POST ^/g/ status=413; }
location /h/ { rewrite ^ /y redirect; webhook_event order.add POST ^/h/ status=302; }
location /i/ { rewrite ^ /y permanent; webhook_event order.add POST ^/h/ path=original status=301; }
location /j/ { rewrite ^/j/(\d+)$ /y last; webhook_event order.add POST ^/j/; }
location /k.k/ { rewrite ^/k.k/ /y break; webhook_event order.add POST ^/x path=original; }
--- no_error_log
[warn]



=== TEST 22: an error_page may lead there with its status
--- http_config
webhook_endpoint a { url http://127.0.0.1:9; events order.add; }
--- config
location = /t { return 200 "ok\n"; }
location /other/ { error_page 418 =202 /api/; return 418; }
location /api/ { return 301 /y; webhook_event order.add POST ^/api/ status=202; }
--- no_error_log
[warn]



=== TEST 23: rules that differ by the path they are about
--- http_config
webhook_endpoint a { url http://127.0.0.1:9; events order.add; }
--- config
location = /t { return 200 "ok\n"; }
location /api/ {
    webhook_event order.add POST ^/api/;
    webhook_event order.add POST ^/api/ path=original;
}
--- no_error_log
[warn]
