
# webhook_endpoint: its name, url, events and headers.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
webhook_event_type order.edit;
webhook_event_type product.add;
CONF

run_tests();

__DATA__

=== TEST 1: a URL and events
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.*;
}
--- no_error_log
[error]



=== TEST 2: all directives
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url     https://127.0.0.1:9/hooks/pos?key=1;
    events  order.* product.add;
    events  order.add;
    header  X-Company 1260;
    header  X-Name "a b";
    header  User-Agent pos;
    success 200,202,3xx;
    retry   attempts=5 first=100ms factor=1.5 max=1h jitter=0.25;
    timeout connect=1s send=500ms read=2s total=3s;
    limit   inflight=8;
    tls     verify=off name=erp.example.com;
}
--- no_error_log
[error]



=== TEST 3: everything is asked for
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9;
    events *;
}
--- no_error_log
[error]



=== TEST 4: definitions may come in any order
--- http_config
    webhook_endpoint erp { url http://127.0.0.1:9; events late.*; }
    webhook_event late.one POST ^/late$;
    webhook_event_type late.one;
    webhook_store store_temp size=16m;
--- no_error_log
[error]



=== TEST 5: what is in a file of its own
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url     http://127.0.0.1:9;
    include erp.inc;
}
>>> erp.inc
events order.add;
retry  attempts=2 first=1s;
--- http_config
    webhook_store store_temp size=16m;
    webhook_event_type order.add;
    include $TEST_NGINX_HTML_DIR/webhook.conf;
--- must_die
--- error_log eval
qr/open\(\) "\S+erp\.inc" failed \(2: No such file or directory\) in \S+webhook\.conf:3$/m



=== TEST 6: a mistake in a file of its own
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url     http://127.0.0.1:9;
    include $TEST_NGINX_HTML_DIR/erp.inc;
}
>>> erp.inc
events order.add;
retry  attempts=0;
--- must_die
--- error_log eval
qr/invalid "attempts=0", it must be from 1 to 1000 in \S+erp\.inc:2$/m



=== TEST 7: no events is a warning
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url http://127.0.0.1:9;
}
--- error_log eval
qr/\[warn\] .*webhook_endpoint "erp" has no "events" and gets none in \S+webhook\.conf:1$/m



=== TEST 8: no name
--- user_files
>>> webhook.conf
webhook_endpoint {
    url http://127.0.0.1:9;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_endpoint" directive in \S+webhook\.conf:1$/m



=== TEST 9: no block
--- user_files
>>> webhook.conf
webhook_endpoint erp;
--- must_die
--- error_log eval
qr/directive "webhook_endpoint" has no opening "\{" in \S+webhook\.conf:1$/m



=== TEST 10: a block without an end
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url http://127.0.0.1:9;
--- must_die
--- error_log eval
qr/unexpected end of file, expecting "\}" in \S+webhook\.conf:3$/m



=== TEST 11: a name with a slash
--- user_files
>>> webhook.conf
webhook_endpoint a/b {
    url http://127.0.0.1:9;
}
--- must_die
--- error_log eval
qr/invalid name "a\/b" of "webhook_endpoint": it must be up to 128 letters, digits, "_", "-" and "\." in \S+webhook\.conf:1$/m



=== TEST 12: an empty name
--- user_files
>>> webhook.conf
webhook_endpoint "" {
    url http://127.0.0.1:9;
}
--- must_die
--- error_log eval
qr/invalid name "" of "webhook_endpoint": .* in \S+webhook\.conf:1$/m



=== TEST 13: the same name twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
}

webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "erp", defined in \S+webhook\.conf:1, is defined again in \S+webhook\.conf:6$/m



=== TEST 14: no URL
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    events order.add;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "erp" has no "url" in \S+webhook\.conf:1$/m



=== TEST 15: a directive that is none
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    urls a;
}
--- must_die
--- error_log eval
qr/unknown directive "urls", did you mean "url"\? in \S+webhook\.conf:3$/m



=== TEST 16: a receiver's directive
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    action POST /x;
}
--- must_die
--- error_log eval
qr/unknown directive "action" in \S+webhook\.conf:3$/m



=== TEST 17: one of nginx's
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    proxy_pass http://127.0.0.1:9;
}
--- must_die
--- error_log eval
qr/"proxy_pass" directive is not allowed here in \S+webhook\.conf:3$/m



=== TEST 18: a block inside
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.add {
    }
}
--- must_die
--- error_log eval
qr/unexpected "\{" in \S+webhook\.conf:3$/m



=== TEST 19: an endpoint belongs to http
--- config
    webhook_endpoint erp { url http://127.0.0.1:9; }
--- must_die
--- error_log eval
qr/"webhook_endpoint" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 20: an endpoint's directive belongs to the endpoint
--- config
    success 200;
--- must_die
--- error_log eval
qr/unknown directive "success" in \S+nginx\.conf:\d+$/m



=== TEST 21: two URLs
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    url    http://127.0.0.1:9/two;
}
--- must_die
--- error_log eval
qr/"url" directive is duplicate in \S+webhook\.conf:3$/m



=== TEST 22: a URL of another scheme
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    events *;
    url    ftp://127.0.0.1/;
}
--- must_die
--- error_log eval
qr/a URL has to begin with "http:\/\/" or "https:\/\/" and name a host in \S+webhook\.conf:3$/m



=== TEST 23: a URL without a scheme
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    events *;
    url    127.0.0.1:9/x;
}
--- must_die
--- error_log eval
qr/a URL has to begin with "http:\/\/" or "https:\/\/" and name a host in \S+webhook\.conf:3$/m



=== TEST 24: a URL with a space
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    "http://127.0.0.1:9/a b";
}
--- must_die
--- error_log eval
qr/the byte 0x20 in the URL of host "127\.0\.0\.1:9" has to be percent-encoded in \S+webhook\.conf:2$/m



=== TEST 25: a URL with a line end
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    "http://127.0.0.1:9/a\r\nX-A: 1";
}
--- must_die
--- error_log eval
qr/the byte 0x0D in the URL of host "127\.0\.0\.1:9" has to be percent-encoded in \S+webhook\.conf:2$/m



=== TEST 26: a URL with a password
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://me:sesame@127.0.0.1:9/;
}
--- must_die
--- error_log eval
qr/a user or password in a URL is not supported: set a "header" instead in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 27: a port that is none
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:99999/;
}
--- must_die
--- error_log eval
qr/invalid port in the URL .* in \S+webhook\.conf:2$/m



=== TEST 28: no event
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "events" directive in \S+webhook\.conf:3$/m



=== TEST 29: a pattern in the middle
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.add *.add;
}
--- must_die
--- error_log eval
qr/invalid pattern "\*\.add": it must be an event type, its first words and "\.\*", or "\*" in \S+webhook\.conf:3$/m



=== TEST 30: a pattern of part of a word
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.add order.a*;
}
--- must_die
--- error_log eval
qr/invalid pattern "order\.a\*": it must be an event type, its first words and "\.\*", or "\*" in \S+webhook\.conf:3$/m



=== TEST 31: an empty pattern
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.add "";
}
--- must_die
--- error_log eval
qr/invalid pattern "": it must be an event type, its first words and "\.\*", or "\*" in \S+webhook\.conf:3$/m



=== TEST 32: an event that is not declared
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events order.add
           order.lost;
}
--- must_die
--- error_log eval
qr/"order\.lost" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in \S+webhook\.conf:4$/m



=== TEST 33: a pattern that matches nothing
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events cash.*;
}
--- must_die
--- error_log eval
qr/"cash\.\*" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in \S+webhook\.conf:3$/m



=== TEST 34: a header without a value
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header X-A;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "header" directive in \S+webhook\.conf:3$/m



=== TEST 35: an empty value
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
    header X-A "";
}
--- no_error_log
[error]



=== TEST 36: the header Content-Length
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header Content-Length 1;
}
--- must_die
--- error_log eval
qr/"Content-Length" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 37: the header transfer-encoding
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header transfer-encoding 1;
}
--- must_die
--- error_log eval
qr/"transfer-encoding" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 38: the header Connection
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header Connection 1;
}
--- must_die
--- error_log eval
qr/"Connection" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 39: the header HOST
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header HOST 1;
}
--- must_die
--- error_log eval
qr/"HOST" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 40: the header Content-Type
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header Content-Type 1;
}
--- must_die
--- error_log eval
qr/"Content-Type" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 41: the header Expect
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header Expect 1;
}
--- must_die
--- error_log eval
qr/"Expect" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 42: the header webhook-id
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header webhook-id 1;
}
--- must_die
--- error_log eval
qr/"webhook-id" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 43: the header Webhook-Signature
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header Webhook-Signature 1;
}
--- must_die
--- error_log eval
qr/"Webhook-Signature" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 44: a name with a space
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header "X A" 1;
}
--- must_die
--- error_log eval
qr/"X A" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 45: a name with a colon
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header X-A: 1;
}
--- must_die
--- error_log eval
qr/"X-A:" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 46: no name
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header "" 1;
}
--- must_die
--- error_log eval
qr/"" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 47: a name with a line end
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header "X\r\nY" 1;
}
--- must_die
--- error_log eval
qr/^Y" cannot be a header of an endpoint: it is not a header name or is set by the module in \S+webhook\.conf:3$/m



=== TEST 48: a value with a line end
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    header X-A "sesame\r\nX-B: 1";
}
--- must_die
--- error_log eval
qr/the value of the header "X-A" has a control character in \S+webhook\.conf:3$/m
--- no_error_log
sesame



=== TEST 49: the header that tells the event
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9;
    events *;
    header tc-webhook-event x;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "erp" sets the header "tc-webhook-event", which tells the event in \S+webhook\.conf:1$/m



=== TEST 50: the header that tells the event, by another name
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9;
    events *;
    header x-event x;
}
webhook_event_header X-Event;
--- must_die
--- error_log eval
qr/webhook_endpoint "erp" sets the header "x-event", which tells the event in \S+webhook\.conf:1$/m



=== TEST 51: more headers than fit
--- user_files eval
CORE::join '', ">>> webhook.conf\nwebhook_endpoint erp {\n url http://127.0.0.1:9;\n",
    (map { "header X-$_ " . 'a' x 1000 . ";\n" } 10 .. 50), "}\n"
--- must_die
--- error_log eval
qr/the headers of webhook_endpoint "erp" are longer than 32768 bytes in \S+webhook\.conf:35$/m
