# Captured responses are what they would be without rules.

use lib 't/lib';
use Test::Nginx::Socket;

repeat_each(2);

plan tests => repeat_each() * 73;

no_shuffle();
no_long_string();

our $http = <<'CONF';
    webhook_store $TEST_NGINX_SERVER_ROOT/store_temp size=16m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";
    webhook_event_type no.body "";

    webhook_endpoint here {
        url    http://127.0.0.1:$TEST_NGINX_SERVER_PORT/hook;
        events a.*;
    }
CONF

our $hook = <<'CONF';
    location = /hook {
        access_log off;
        return 200;
    }
CONF

add_block_preprocessor(sub {
    my ($block) = @_;

    return if !defined $block->config;

    $block->set_value('http_config', $http);
    $block->set_value('config', $hook . $block->config);
});

run_tests();

__DATA__

=== TEST 1: a body
--- config
    location = /t {
        webhook_event a.one GET ^/t$;
        add_header X-Event $webhook_event;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_headers
X-Event: a.one
Content-Length: 6
--- response_body
hello
--- no_error_log
[error]



=== TEST 2: another method
--- request
POST /t
{}
--- response_headers
! X-Event
--- response_body
hello
--- no_error_log
[error]



=== TEST 3: HEAD
--- config
    location = /t {
        webhook_event a.one HEAD ^/t$;
        add_header X-Event $webhook_event;
        return 200 "hello\n";
    }
--- request
HEAD /t
--- response_headers
X-Event: a.one
Content-Length: 6
--- response_body
--- no_error_log
[error]



=== TEST 4: no content
--- config
    location = /t {
        webhook_event a.one DELETE ^/t$;
        add_header X-Event $webhook_event;
        return 204;
    }
--- request
DELETE /t
--- error_code: 204
--- response_headers
X-Event: a.one
! Content-Length
--- response_body
--- no_error_log
[error]



=== TEST 5: an empty body
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        return 200;
    }
--- request
GET /t
--- response_headers
Content-Length: 0
--- response_body
--- no_error_log
[error]



=== TEST 6: a redirect
--- config
    location = /t {
        webhook_event a.one * ^/t$ status=302;
        add_header X-Event $webhook_event;
        return 302 /there;
    }
--- request
GET /t
--- error_code: 302
--- response_headers
X-Event: a.one
--- response_body_like: 302 Found
--- no_error_log
[error]



=== TEST 7: an error that is an event, and its page
--- config
    location = /t {
        webhook_event a.one * ^/t$ status=403;
        add_header X-Event $webhook_event always;
        deny all;
    }
--- request
GET /t
--- error_code: 403
--- response_headers
X-Event: a.one
--- response_body_like: 403 Forbidden



=== TEST 8: a range that was asked for, of which no event is made
--- config
    location = /t.txt {
        webhook_event a.one * ^/t;
    }
--- user_files
>>> t.txt
0123456789
--- request
GET /t.txt
--- more_headers
Range: bytes=1-3
--- error_code: 206
--- response_headers
Content-Range: bytes 1-3/11
--- response_body chomp
123
--- error_log
event lost



=== TEST 9: a rule that sends something else leaves ranges alone
--- config
    location = /t.txt {
        webhook_event a.one * ^/t 'body={"got": "${uri.0}"}';
    }
--- user_files
>>> t.txt
0123456789
--- request
GET /t.txt
--- more_headers
Range: bytes=1-3
--- error_code: 206
--- response_headers
Content-Range: bytes 1-3/11
--- response_body: 123
--- no_error_log
[error]



=== TEST 10: not modified
--- config
    location = /t.txt {
        webhook_event a.one * ^/t status=304;
        add_header X-Event $webhook_event always;
        if_modified_since before;
    }
--- user_files
>>> t.txt
0123456789
--- request
GET /t.txt
--- more_headers
If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT
--- error_code: 304
--- response_headers
X-Event: a.one
--- response_body
--- no_error_log
[error]



=== TEST 11: filters behind us
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        sub_filter hello bye;
        sub_filter_types *;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_body
bye
--- no_error_log
[error]



=== TEST 12: rules of two types
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        webhook_event a.two * ^/t$;
        webhook_event no.body * ^/t$;
        add_header X-Event $webhook_event;
        add_header X-Status $webhook_status;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_headers
X-Event: a.one,a.two,no.body
X-Status: pending
--- response_body
hello
--- no_error_log
[error]



=== TEST 13: nobody asks for it
--- config
    location = /t {
        webhook_event no.body * ^/t$;
        add_header X-Status $webhook_status;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_headers
X-Status: skipped
--- response_body
hello
--- no_error_log
[error]



=== TEST 14: over the limit
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        webhook_payload_max 5;
        add_header X-Status $webhook_status;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_headers
X-Status: failed
--- response_body
hello
--- error_log
the response's body is over webhook_payload_max



=== TEST 15: just within it
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        webhook_payload_max 6;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_body
hello
--- no_error_log
[error]



=== TEST 16: after the response
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        webhook_commit after_response;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_body
hello
--- no_error_log
[error]



=== TEST 17: a kept connection
--- config
    location = /t {
        webhook_event a.one * ^/t$;
        return 200 "hello\n";
    }
--- pipelined_requests eval
["GET /t", "GET /t", "GET /t"]
--- response_body eval
["hello\n", "hello\n", "hello\n"]
--- no_error_log
[error]
