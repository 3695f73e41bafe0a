# What a caller of a receiver gets: every row of the contract, and that nothing
# is called unless all is well.

use lib 't/lib';
use Test::Nginx::Socket;

# An action shows in the error log: the location's "if" logs what it matched.

our $called = qr{matches "/pos/};

add_block_preprocessor(sub {
    my ($block) = @_;

    if (defined $block->config) {
        return;
    }

    $block->set_value('http_config', <<'CONF');
        webhook_receiver order {
            description "Sale order to USD";
            model    sale.order;
            secret   order-0123456789-abcdef;
            secret   Order_9876543210-fedcba;
            target   id=${_id|int} model=${_model};
            limit    body=2k depth=8 values=64;
            action   PATCH /pos/sale.order/${_id|int} '{"currency": "USD"}';
        }
        webhook_receiver contact {
            model    res.partner;
            secret   contact-0123456789-abcdef;
            require  name email;
            action   POST /pos/res.partner
                     '{"name": "${name}", "email": "${email}",
                       "phone": "${phone}", "company_type": "person",
                       "customer_rank": 1}';
        }
        webhook_receiver three {
            secret   three-0123456789-abcdef;
            require  a b.c header.x-d;
            action   POST /pos/three;
        }
        webhook_receiver one {
            secret   one-0123456789-abcdefgh;
            require  name;
            action   POST /pos/one;
        }
        webhook_receiver implicit {
            model    sale.order;
            secret   implicit-0123456789-abcdef;
            action   PATCH /pos/sale.order/${_id} '{}';
        }
        webhook_receiver text {
            secret   text-0123456789-abcdefgh;
            action   PUT /pos/by-name/${name}?q=${q} '{}';
        }
        webhook_receiver twice {
            secret   twice-0123456789-abcdef;
            action   POST /pos/ok '{"n": 1}';
            action   POST /pos/fails/500?key=hidden '{"n": 2}';
            action   POST /pos/ok '{"n": 3}';
        }
        webhook_receiver nowhere {
            secret   nowhere-0123456789-abcdef;
            action   POST /nowhere/else '{}';
        }
        webhook_receiver down {
            secret   down-0123456789-abcdefgh;
            action   POST /down/ '{}';
        }
        webhook_receiver itself {
            secret   itself-0123456789-abcdef;
            action   POST /web/${at}/itself-0123456789-abcdef '{}';
        }
        limit_req_zone $server_name zone=calls:64k rate=1r/m;
CONF

    $block->set_value('config', <<'CONF' . ($block->more_config // ''));
        location ^~ /web/hook/ { webhook_receive; }

        location /pos/ {
            internal;
            rewrite_log on;

            if ($uri ~ "^/pos/fails/500") { return 500 "it failed"; }
            if ($uri ~ "^/pos/") { return 200 "{}"; }
        }

        location /down/ {
            internal;
            proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        }
CONF

    if (!defined $block->log_level) {
        $block->set_value('log_level', 'info');
    }

    if (defined $block->request && !defined $block->more_headers) {
        $block->set_value('more_headers', 'Content-Type: application/json');
    }

    # a sentence of an answer, and that nothing was called

    if (defined(my $error = $block->error)) {
        chomp $error;

        $block->set_value('response_body_like',
            qr/\A\{"status": "error", "error": "\Q$error\E", "request_id": "[0-9a-f]{32}"\}\z/);
        $block->set_value('no_error_log', [$called])
            unless defined $block->error_log;
    }
});

plan 'no_plan';

no_long_string();
run_tests();

__DATA__

=== TEST 1: 200, an update by id (I19)
--- request
POST /web/hook/order-0123456789-abcdef
{"_model": "sale.order", "_id": "7"}
--- response_headers
Content-Type: application/json
--- response_body chomp
{"status": "ok"}
--- error_log
matches "/pos/sale.order/7"
--- no_error_log
[error]



=== TEST 2: 200, a record with its required fields (I20)
--- request
POST /web/hook/contact-0123456789-abcdef
{"name": "Ann", "email": "ann@example.com"}
--- response_body chomp
{"status": "ok"}
--- error_log
matches "/pos/res.partner"
--- no_error_log
[error]



=== TEST 3: 200, a second token of the same receiver
--- request
POST /web/hook/Order_9876543210-fedcba
{"_model": "sale.order", "_id": 7}
--- response_body chomp
{"status": "ok"}



=== TEST 4: 200, the names id and model will do
--- request
POST /web/hook/order-0123456789-abcdef
{"model": "sale.order", "id": "007"}
--- response_body chomp
{"status": "ok"}
--- error_log
matches "/pos/sale.order/7"



=== TEST 5: 200, a chunked body
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /web/hook/order-0123456789-abcdef
11\r\n{\"_model\": \"sale.\r\n11\r\norder\", \"_id\": 7}\r\n0\r\n\r\n"
--- response_body chomp
{"status": "ok"}
--- error_log
matches "/pos/sale.order/7"



=== TEST 6: 200, other names for the type of a JSON body
--- more_headers eval
["Content-Type: application/vnd.api+json",
 "Content-Type: Application/JSON; charset=UTF-8",
 "Content-Type: application/json;charset=\"utf-8\"; x=y",
 "Content-Type: text/json"]
--- request eval
[map { "POST /web/hook/one-0123456789-abcdefgh\n{\"name\": 0}" } 1 .. 4]
--- response_body eval
[map { '{"status": "ok"}' } 1 .. 4]



=== TEST 7: 200, a dry run shows the calls and makes none
--- request
POST /web/hook/contact-0123456789-abcdef?dry_run=1
{"name": "A \"b\"", "email": "a@example.com", "phone": 12.50}
--- response_body chomp
{"status": "ok", "dry_run": true, "calls": [{"method": "POST", "uri": "/pos/res.partner", "body": {"name": "A \"b\"", "email": "a@example.com",
                       "phone": 12.50, "company_type": "person",
                       "customer_rank": 1}}]}
--- no_error_log eval
$::called



=== TEST 8: 200, a dry run by a header, with several actions
--- more_headers
Content-Type: application/json
X-Webhook-Dry-Run: 1
--- request
POST /web/hook/twice-0123456789-abcdef
{}
--- response_body chomp
{"status": "ok", "dry_run": true, "calls": [{"method": "POST", "uri": "/pos/ok", "body": {"n": 1}}, {"method": "POST", "uri": "/pos/fails/500?key=hidden", "body": {"n": 2}}, {"method": "POST", "uri": "/pos/ok", "body": {"n": 3}}]}
--- no_error_log eval
$::called



=== TEST 9: who asks for a dry run in another way gets one too
--- request eval
[map { "POST /web/hook/one-0123456789-abcdefgh?$_\n{\"name\": 1}" }
     'dry_run', 'x=y&dry_run=true', 'DRY_RUN=yes', 'dry_run=']
--- more_headers eval
[('Content-Type: application/json') x 4]
--- response_body_like eval
[(qr/"dry_run": true, "calls": \[\{"method": "POST", "uri": "\/pos\/one", "body": null\}\]/) x 4]
--- no_error_log eval
$::called



=== TEST 10: and no says no
--- request
POST /web/hook/one-0123456789-abcdefgh?dry_run=0
{"name": 1}
--- response_body chomp
{"status": "ok"}
--- error_log eval
$::called



=== TEST 11: 400, not JSON
--- request
POST /web/hook/order-0123456789-abcdef
_model=sale.order&_id=7
--- error_code: 400
--- response_headers
Content-Type: application/json
--- response_body_like: ^\{"status": "error", "error": "The body is not JSON: [^"]+, at byte 0", "request_id": "[0-9a-f]{32}"\}$
--- no_error_log eval
$::called



=== TEST 12: 400, the root is an array, a string, null
--- request eval
[map { "POST /web/hook/order-0123456789-abcdef\n$_" }
     '[{"_model": "sale.order", "_id": 7}]', '"7"', 'null']
--- more_headers eval
[('Content-Type: application/json') x 3]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[(qr/"error": "The body has to be a JSON object"/) x 3]
--- no_error_log eval
$::called



=== TEST 13: 400, an empty body, with and without a length
--- request eval
["POST /web/hook/order-0123456789-abcdef", "POST /web/hook/one-0123456789-abcdefgh"]
--- more_headers eval
["Content-Type: application/json\nContent-Length: 0", "Content-Type: application/json"]
--- error_code eval
[400, 400]
--- response_body_like eval
[(qr/"error": "The body is empty: it has to be a JSON object"/) x 2]
--- no_error_log eval
$::called



=== TEST 14: 400, too deep, too many values
--- request eval
["POST /web/hook/order-0123456789-abcdef\n" . '{"a": ' . '[' x 8 . ']' x 8 . '}',
 "POST /web/hook/order-0123456789-abcdef\n" . '{"a": [' . '1,' x 63 . '1]}']
--- more_headers eval
[('Content-Type: application/json') x 2]
--- error_code eval
[400, 400]
--- response_body_like eval
[(qr/"error": "The JSON of the body is over a limit: /) x 2]
--- no_error_log eval
$::called



=== TEST 15: 404, an unknown URL, whatever the method
--- request eval
["POST /web/hook/order-0123456789-abcdeX\n{}",
 "GET /web/hook/order-0123456789-abcdeX",
 "POST /web/hook/\n{}",
 "POST /web/hook/short\n{}",
 "POST /web/hook/order-0123456789-abcdef/\n{}",
 "POST /web/hook/order-0123456789-abcdef/7\n{}",
 "POST /web/hook/x/order-0123456789-abcdef\n{}",
 "POST /web/hook/order-0123456789-abcde\n{}",
 "POST /web/hook/ORDER-0123456789-abcdef\n{}"]
--- more_headers eval
[('Content-Type: application/json') x 9]
--- error_code eval
[(404) x 9]
--- response_body_like eval
[(qr/^\{"status": "error", "error": "There is no such hook", "request_id": "[0-9a-f]{32}"\}$/) x 9]
--- no_error_log eval
$::called



=== TEST 16: 404 before 413 and 415
--- request eval
"POST /web/hook/unknown-0123456789-abcdef\n" . "x" x 3000
--- more_headers
Content-Type: text/plain
--- error_code: 404
--- error
There is no such hook



=== TEST 17: 405, with Allow
--- request
GET /web/hook/order-0123456789-abcdef
--- error_code: 405
--- response_headers
Allow: POST
Content-Type: application/json
--- error
A hook is called with the method POST



=== TEST 18: 405 for HEAD has no body
--- request
HEAD /web/hook/order-0123456789-abcdef
--- error_code: 405
--- response_headers
Allow: POST
--- response_body chomp



=== TEST 19: 413, by its length
--- request eval
"POST /web/hook/order-0123456789-abcdef\n" . '{"a": "' . 'x' x 2040 . '"}'
--- error_code: 413
--- error
The body is larger than 2048 bytes



=== TEST 20: a body of just the limit is read
--- request eval
"POST /web/hook/order-0123456789-abcdef\n" . '{"_model": "sale.order", "_id": 7, "a": "' . 'x' x 2005 . '"}'
--- response_body chomp
{"status": "ok"}



=== TEST 21: 413, in chunks
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /web/hook/order-0123456789-abcdef\n"
. "400\r\n" . "x" x 1024 . "\r\n" . "400\r\n" . "x" x 1024 . "\r\n"
. "1\r\nx\r\n0\r\n\r\n"
--- error_code: 413
--- error
The body is larger than 2048 bytes



=== TEST 22: 413 before 415
--- request eval
"POST /web/hook/order-0123456789-abcdef\n" . 'x' x 2049
--- more_headers
Content-Type: text/plain
--- error_code: 413
--- error
The body is larger than 2048 bytes



=== TEST 23: 413, by core's own limit
--- more_config
        location ^~ /web/hook/small/ {
            webhook_receive;
            client_max_body_size 1k;
        }
--- request eval
"POST /web/hook/small/order-0123456789-abcdef\n" . 'x' x 1025
--- error_code: 413
--- response_headers
Content-Type: application/json
--- error
The body is too large



=== TEST 24: 413, by core's own limit, in chunks
--- more_config
        location ^~ /web/hook/small/ {
            webhook_receive;
            client_max_body_size 1k;
        }
--- more_headers
Content-Type: application/json
Transfer-Encoding: chunked
--- request eval
"POST /web/hook/small/order-0123456789-abcdef\n"
. "800\r\n" . "x" x 2048 . "\r\n0\r\n\r\n"
--- error_code: 413
--- response_headers
Content-Type: application/json
--- response_body_like: "status": "error"
--- no_error_log eval
$::called



=== TEST 25: 415, no type, another one, another charset
--- more_headers eval
["X-Nothing: 1",
 "Content-Type: application/x-www-form-urlencoded",
 "Content-Type: application/x-www-form-urlencoded; charset=iso-8859-1",
 "Content-Type: application/jsonp",
 "Content-Type: +json"]
--- request eval
[map { "POST /web/hook/order-0123456789-abcdef\n{}" } 1 .. 5]
--- error_code eval
[(415) x 5]
--- response_body_like eval
[(qr/"error": "The body has to be JSON in UTF-8: add the header 'Content-Type: application\/json'"/) x 5]
--- no_error_log eval
$::called



=== TEST 26: 415, compressed
--- more_headers
Content-Type: application/json
Content-Encoding: gzip
--- request
POST /web/hook/order-0123456789-abcdef
xxxx
--- error_code: 415
--- error
The body has to be sent without the header 'Content-Encoding', uncompressed



=== TEST 27: 422, a required field is missing or empty (I14)
--- request eval
[map { "POST /web/hook/contact-0123456789-abcdef\n$_" }
     '{}', '{"name": "Ann"}', '{"email": "a@example.com"}',
     '{"name": "", "email": "a@example.com"}',
     '{"name": null, "email": "a@example.com"}',
     '{"name": [], "email": "a@example.com"}',
     '{"name": "Ann", "email": {}}']
--- more_headers eval
[('Content-Type: application/json') x 7]
--- error_code eval
[(422) x 7]
--- response_body_like eval
[(qr/^\{"status": "error", "error": "Missing required fields: 'name' and 'email'", "request_id": "[0-9a-f]{32}"\}$/) x 7]
--- no_error_log eval
$::called



=== TEST 28: 422, three of them, one
--- request eval
["POST /web/hook/three-0123456789-abcdef\n{\"a\": 1, \"b\": {\"c\": \"\"}}",
 "POST /web/hook/one-0123456789-abcdefgh\n{}"]
--- more_headers eval
["Content-Type: application/json\nX-D: 1", "Content-Type: application/json"]
--- error_code eval
[422, 422]
--- response_body_like eval
[qr/"error": "Missing required fields: 'a', 'b\.c' and 'header\.x-d'"/,
 qr/"error": "Missing required field: 'name'"/]
--- no_error_log eval
$::called



=== TEST 29: 0 and false are values
--- request eval
["POST /web/hook/contact-0123456789-abcdef\n" . '{"name": 0, "email": false}',
 "POST /web/hook/three-0123456789-abcdef\n" . '{"a": false, "b": {"c": 0}}']
--- more_headers eval
["Content-Type: application/json", "Content-Type: application/json\nX-D: 0"]
--- response_body eval
[('{"status": "ok"}') x 2]



=== TEST 30: 422, no target
--- request eval
[map { "POST /web/hook/order-0123456789-abcdef\n$_" }
     '{"_model": "sale.order"}', '{"_model": "sale.order", "_id": null}',
     '{"_id": 7}', '{"_id": 7, "_model": ""}']
--- more_headers eval
[('Content-Type: application/json') x 4]
--- error_code eval
[(422) x 4]
--- response_body_like eval
[(qr/"error": "The payload names no target: the id is missing"/) x 2,
 (qr/"error": "The payload names no target: the model is missing"/) x 2]
--- no_error_log eval
$::called



=== TEST 31: 422, an id that is no integer (I10)
--- request eval
[map { "POST /web/hook/order-0123456789-abcdef\n{\"_model\": \"sale.order\", \"_id\": $_}" }
     '"7/../1"', '"7 "', '7.0', '"0x7"', '[7]', '{"a": 7}', 'true', '""',
     '"7\u0000"', '7e0']
--- more_headers eval
[('Content-Type: application/json') x 10]
--- error_code eval
[(422) x 10]
--- response_body_like eval
[(qr/^\{"status": "error", "error": "No valid target id: .+|The payload names no target/) x 10]
--- no_error_log eval
$::called



=== TEST 32: 422, another model
--- request
POST /web/hook/order-0123456789-abcdef
{"_model": "res.partner", "_id": 7}
--- error_code: 422
--- error
This hook is for 'sale.order', not for 'res.partner'



=== TEST 33: a target is asked for where an action names it
--- request eval
[map { "POST /web/hook/implicit-0123456789-abcdef\n$_" }
     '{"_model": "sale.order", "_id": "7"}',
     '{"_model": "sale.order", "_id": "7/../1"}',
     '{"_model": "sale.order"}',
     '{"_model": "res.partner", "_id": 7}']
--- more_headers eval
[('Content-Type: application/json') x 4]
--- error_code eval
[200, 422, 422, 422]
--- response_body_like eval
[qr/"ok"/, (qr/"error": "/) x 3]



=== TEST 34: 422, what would end a segment of the path
--- request eval
[map { "POST /web/hook/text-0123456789-abcdefgh\n{\"name\": $_}" }
     '"a/b"', '"a\\\\b"', '"a;b"', '".."', '"."', '""', '"a\u0001"', 'null']
--- more_headers eval
[('Content-Type: application/json') x 8]
--- error_code eval
[(422) x 8]
--- response_body_like eval
[(qr/"status": "error"/) x 8]
--- no_error_log eval
$::called



=== TEST 35: and what does not
--- request
POST /web/hook/text-0123456789-abcdefgh
{"name": "a?b#c%2F d\u00e9", "q": "1&2=/3"}
--- response_body chomp
{"status": "ok"}
--- error_log eval
qr{matches "/pos/by-name/a\?b#c%2F d\xc3\xa9"}



=== TEST 36: 502, the API's status is told and the rest is not called
--- request
POST /web/hook/twice-0123456789-abcdef
{}
--- error_code: 502
--- error
The API answered 500 to action 2 of 3 (POST /pos/fails/500)
--- grep_error_log eval
qr{matches "/pos/ok"}
--- grep_error_log_out
matches "/pos/ok"
--- error_log
webhook receiver "twice": The API answered 500 to action 2 of 3 (POST /pos/fails/500): it failed



=== TEST 37: 502, the API is down
--- request
POST /web/hook/down-0123456789-abcdefgh
{}
--- error_code: 502
--- error
Action 1 of 1 (POST /down/) failed with 502
--- error_log
connect() failed



=== TEST 38: 502, there is no such location
--- request
POST /web/hook/nowhere-0123456789-abcdef
{}
--- error_code: 502
--- error_log
webhook receiver "nowhere": Action 1 of 1 (POST /nowhere/else) failed with 40



=== TEST 39: 502, a receiver cannot call a receiver
--- request
POST /web/hook/itself-0123456789-abcdef
{"at": "hook"}
--- error_code: 502
--- error_log
webhook: a subrequest cannot call a receiver



=== TEST 40: JSON also where core refuses: deny
--- more_config
        location ^~ /web/hook/denied/ { webhook_receive; deny all; }
--- request
POST /web/hook/denied/order-0123456789-abcdef
{}
--- error_code: 403
--- response_headers
Content-Type: application/json
--- error
Access is denied



=== TEST 41: JSON also where core refuses: limit_req, with 429
--- more_config
        location ^~ /web/hook/limited/ {
            webhook_receive;
            limit_req zone=calls;
            limit_req_status 429;
        }
--- request eval
["POST /web/hook/limited/one-0123456789-abcdefgh\n{\"name\": 1}",
 "POST /web/hook/limited/one-0123456789-abcdefgh\n{\"name\": 1}"]
--- more_headers eval
[('Content-Type: application/json') x 2]
--- error_code eval
[200, 429]
--- response_body_like eval
[qr/"ok"/, qr/^\{"status": "error", "error": "Too many calls at a time", "request_id": "[0-9a-f]{32}"\}$/]



=== TEST 42: an error_page of the location is the administrator's word
--- more_config
        location ^~ /web/hook/paged/ {
            webhook_receive;
            deny all;
            error_page 403 /paged;
        }
        location = /paged { internal; return 403 "go away\n"; }
--- request
POST /web/hook/paged/order-0123456789-abcdef
{}
--- error_code: 403
--- response_body
go away



=== TEST 43: but it does not touch the receiver's answers
--- more_config
        location ^~ /web/hook/paged/ {
            webhook_receive;
            error_page 422 404 /paged;
        }
        location = /paged { internal; return 403 "go away\n"; }
--- request
POST /web/hook/paged/one-0123456789-abcdefgh
{}
--- error_code: 422
--- error
Missing required field: 'name'



=== TEST 44: "if" in the location
--- more_config
        location ^~ /web/hook/if/ {
            webhook_receive;
            if ($http_x_a) { set $a 1; }
        }
--- more_headers
Content-Type: application/json
X-A: 1
--- request
POST /web/hook/if/one-0123456789-abcdefgh
{"name": 1}
--- response_body chomp
{"status": "ok"}



=== TEST 45: two calls on one connection
--- pipelined_requests eval
["POST /web/hook/one-0123456789-abcdefgh\n{\"name\": 1}",
 "POST /web/hook/contact-0123456789-abcdef\n{}"]
--- more_headers eval
[('Content-Type: application/json') x 2]
--- error_code eval
[200, 422]
--- response_body_like eval
[qr/"ok"/, qr/Missing required fields/]
