# The runner itself, on what nginx has of its own.

use lib 't/lib';
use Test::Nginx::Socket;

repeat_each(2);

plan tests => repeat_each() * 56;

no_shuffle();
no_long_string();

add_block_preprocessor(sub {
    my ($block) = @_;

    if (!defined $block->log_level) {
        $block->set_value('log_level', 'info');
    }
});

run_tests();

__DATA__

=== TEST 1: the status is 200 unless something else is said
--- config
    location = /hello {
        return 200 "hello\n";
    }
--- request
GET /hello
--- response_body
hello



=== TEST 2: a block without a config goes on with the nginx before it
--- request
GET /hello
--- response_body_like: ^hel+o$



=== TEST 3: a status that was asked for, and headers
--- config
    location = /there {
        add_header X-One 1 always;
        return 302 /here;
    }
--- request
GET /there
--- error_code: 302
--- response_headers
X-One: 1
! X-Two
--- response_headers_like
X-One: \d
--- raw_response_headers_like: Location: http://localhost(?::\d+)?/here\r\n



=== TEST 4: a body, its length and headers of our own
--- config
    location = /echo {
        client_body_buffer_size 64k;
        client_body_in_single_buffer on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }

    location = /back {
        access_log off;
        return 200 "$http_content_length $content_type $http_x_a\n";
    }
--- request
POST /echo
{"total": 100000}
--- more_headers
Content-Type: application/json
X-A: b
--- response_body
17 application/json b



=== TEST 5: a comment before the request, and variables that are left alone
--- config
    location /t {
        return 200 "$request_uri\n";
    }
--- request
# this goes nowhere
GET /t?$TEST_NGINX_SERVER_PORT
--- response_body_like: ^/t\?\$TEST_NGINX_SERVER_PORT$



=== TEST 6: variables of the environment in the configuration
--- http_config
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location / { return 200 "other $server_port\n"; }
    }
--- config
    location /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /t
--- response_body
other $TEST_NGINX_RAND_PORT_1



=== TEST 7: several requests
--- config
    location /a { return 201 a; }
    location /b { return 202 b; }
--- request eval
["GET /a", "POST /b\nx=1"]
--- error_code eval
[201, 202]
--- response_body eval
["a", "b"]



=== TEST 8: pipelined requests
--- config
    location /a { return 200 "a $connection_requests\n"; }
--- pipelined_requests eval
["GET /a", "GET /a"]
--- response_body eval
["a 1\n", "a 2\n"]



=== TEST 9: packets
--- config
    location = /t {
        client_max_body_size 10;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }
    location = /back {
        return 200 "$http_content_length\n";
    }
--- request eval
[["POST /t\nabc", {value => "def", delay_before => 0.02}, "g"]]
--- response_body
7



=== TEST 10: a chunked answer
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back.html;
        proxy_http_version 1.1;
        sub_filter_types *;
        sub_filter hello goodbye;
    }
--- user_files
>>> back.html
hello from $TEST_NGINX_SERVER_PORT
--- request
GET /t
--- response_headers
Transfer-Encoding: chunked
! Content-Length
--- response_body
goodbye from $TEST_NGINX_SERVER_PORT



=== TEST 11: a chunked request
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/back;
    }
    location = /back {
        return 200 "$http_content_length\n";
    }
--- more_headers
Transfer-Encoding: chunked
--- request eval
"POST /t
5\r
hello\r
0\r
\r
"
--- response_body
5



=== TEST 12: the error log, and a line of the log phase
--- config
    location = /t {
        log_not_found on;
        root /nowhere;
    }
    location = /quiet {
        return 204;
    }
--- request
GET /t
--- error_code: 404
--- error_log eval
["No such file or directory", qr{open\(\) "/nowhere/t" failed}]
--- no_error_log
[warn]



=== TEST 13: each request sees its own lines only
--- config
    location = /t {
        root /nowhere;
    }
--- request
GET /t
--- error_code: 404
--- grep_error_log eval
qr/open\(\) "[^"]*"/
--- grep_error_log_out
open() "/nowhere/t"



=== TEST 14: the access log
--- config
    location = /t {
        return 204;
    }
--- request
GET /t?a=1
--- error_code: 204
--- access_log
GET /t?a=1 HTTP/1.1
--- no_access_log
GET /u



=== TEST 15: HEAD
--- config
    location = /t {
        return 200 "hello";
    }
--- request
HEAD /t
--- response_headers
Content-Length: 5
--- response_body



=== TEST 16: a configuration that nginx refuses
--- config
    location = /t {
        return a b c;
    }
--- must_die
--- error_log eval
qr/invalid number of arguments in "return" directive in \S+nginx\.conf:\d+/



=== TEST 17: and one that it refuses with a status
--- main_config
    nonsense on;
--- config
--- must_die: 1
--- error_log
unknown directive "nonsense"
--- no_error_log
[alert]



=== TEST 18: a client that gives up
--- config
    location = /t {
        limit_rate 1;
        return 200 "hello, world";
    }
--- request
GET /t
--- timeout: 100ms
--- abort
--- ignore_response
--- no_error_log
[error]



=== TEST 19: a raw request
--- config
    location = /t {
        return 200 "$http_x\n";
    }
--- raw_request eval
["GET /t HTTP/1.1\r\nHost: localhost\r\n", "X: y\r\nConnection: close\r\n\r\n"]
--- raw_request_middle_delay
0.01
--- response_body
y



=== TEST 20: filters
--- config
    location = /t {
        return 200 "hello";
    }
--- request
GET /t
--- response_body_filters
uc length
--- response_body chop
5



=== TEST 21: for another nginx
--- config
    location = /t {
        return 200 never;
    }
--- request
GET /t
--- response_body
always
--- skip_nginx: 2: > 1.0.0: it is newer



=== TEST 22: HTTP/2 (the original says "http2 on" to nginx before 1.25.1 too)
--- skip_eval: 2: !$INC{'Webhook/Socket.pm'}
--- config
    location = /t {
        proxy_set_header X-Protocol $server_protocol;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- http_config
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        return 200 "$http_x_protocol $request_method $content_type\n";
    }
--- http2
--- request
POST /t
hello
--- more_headers
Content-Type: text/x
--- response_body
HTTP/2.0 POST text/x



=== TEST 23: never
--- config
    location = /t {
        return 500;
    }
--- request
GET /t
--- SKIP
