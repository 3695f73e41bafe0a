# The page's files: which request gets them, and how.

use lib 't/lib';
use Test::Nginx::Socket;

our $policy = "default-src 'none'; script-src 'self'; style-src 'self'; "
              . "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
              . "form-action 'none'; require-trusted-types-for 'script'; "
              . 'frame-ancestors ';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => <<'CONF') unless $block->http_config;
        webhook_store $TEST_NGINX_SERVER_ROOT/store_page size=16m;
        map $http_x_may $may { default 0; yes 1; }
CONF

    $block->set_value(config => <<'CONF') unless $block->config;
        location /webhook/ { webhook_api; webhook_permission $may; }
CONF
});

plan 'no_plan';

no_shuffle();
no_long_string();

run_tests();

__DATA__

=== TEST 1: a browser is answered with the page, whoever it is
--- request
GET /webhook/
--- more_headers
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
--- response_headers eval
"Content-Type: text/html; charset=utf-8
Content-Security-Policy: ${main::policy}'none'
Vary: Accept, Accept-Encoding
Cache-Control: no-cache
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Cross-Origin-Resource-Policy: same-origin
"
--- response_headers_like
ETag: "[0-9a-f]{32}"
--- response_body_like eval
qr{\A<!doctype html>\n<html lang="en">.*<script type="module" src="page/main\.js"></script>}s
--- no_error_log
[error]



=== TEST 2: anybody else is answered by the API
--- request
GET /webhook/
--- more_headers
Accept: application/json
X-May: yes
--- response_headers
Content-Type: application/json
Vary: Accept
Cache-Control: no-store
--- response_body_like: ^\{"api":1,



=== TEST 3: which wants to know who it is
--- request
GET /webhook/
--- more_headers
Accept: */*
--- error_code: 401
--- response_headers
Vary: Accept
Cache-Control: no-store



=== TEST 4: a page that is not wanted
--- request
GET /webhook/
--- more_headers
Accept: text/html;q=0, application/json
X-May: yes
--- response_headers
Content-Type: application/json



=== TEST 5: without Accept
--- request
GET /webhook/
--- more_headers
X-May: yes
--- response_headers
Content-Type: application/json



=== TEST 6: compressed, for who takes that
--- request
GET /webhook/page/main.js
--- more_headers
Accept-Encoding: gzip, deflate, br
--- response_headers
Content-Type: text/javascript; charset=utf-8
Content-Encoding: gzip
Vary: Accept-Encoding
Cache-Control: no-cache
X-Content-Type-Options: nosniff
Cross-Origin-Resource-Policy: same-origin
--- response_body_like eval
qr/\A\x1f\x8b/



=== TEST 7: and as it is, for who does not
--- request
GET /webhook/page/main.js
--- more_headers
Accept-Encoding: identity
--- response_headers
Content-Type: text/javascript; charset=utf-8
! Content-Encoding
Vary: Accept-Encoding
--- response_body_like eval
qr/\A\/\*\n \* The page: which screen is shown/



=== TEST 8: a folder
--- request
GET /webhook/page/screens/overview.js
--- response_headers
Content-Type: text/javascript; charset=utf-8
--- response_body_like: export default



=== TEST 9: style
--- request
GET /webhook/page/style.css
--- response_headers
Content-Type: text/css; charset=utf-8
--- response_body_like: prefers-color-scheme



=== TEST 10: a catalogue
--- request
GET /webhook/page/lang/th.json
--- response_headers
Content-Type: application/json
--- response_body_like: menu\.settings



=== TEST 11: HEAD
--- request
HEAD /webhook/page/main.js
--- more_headers
Accept-Encoding: gzip
--- response_headers
Content-Type: text/javascript; charset=utf-8
Content-Encoding: gzip
--- response_headers_like
Content-Length: \d\d\d\d
ETag: "[0-9a-f]{32}"
--- response_body:



=== TEST 12: other methods
--- request
POST /webhook/page/main.js
{}
--- error_code: 405
--- response_headers
Allow: GET, HEAD, OPTIONS
Content-Type: application/problem+json
Cache-Control: no-store
--- response_body_like: "This takes GET, HEAD, OPTIONS"



=== TEST 13: which they are
--- request
OPTIONS /webhook/page/main.js
--- error_code: 204
--- response_headers
Allow: GET, HEAD, OPTIONS
Cache-Control: no-store



=== TEST 14: POST of the page itself
--- request
POST /webhook/
--- more_headers
Accept: text/html
X-May: yes
--- error_code: 405
--- response_headers
Content-Type: application/problem+json



=== TEST 15: a file that there is not
--- request
GET /webhook/page/main.jsx
--- more_headers
X-May: yes
Accept: text/html,*/*
--- error_code: 404
--- response_headers
Content-Type: application/problem+json



=== TEST 16: what a page has no file for tells nobody more than the API
--- request
GET /webhook/page/../../../etc/passwd
--- error_code: 400



=== TEST 17: another way to the same is none
--- request
GET /webhook/page/screens/../main.js
--- response_body_like: which screen is shown



=== TEST 18: the document has one place
--- request
GET /webhook/page/index.html
--- more_headers
Accept: text/html
--- error_code: 401



=== TEST 19: no part of it
--- request
GET /webhook/page/main.js
--- more_headers
Range: bytes=0-9
--- error_code: 200
--- response_headers
! Accept-Ranges



=== TEST 20: the slash left out
--- request
GET /webhook
--- error_code: 301
--- response_headers_like
Location: http://[^/]+/webhook/



=== TEST 21: in a frame
--- config
    location /webhook/ { webhook_api frame=https://shop.example.com:8443; webhook_permission 1; }
--- request
GET /webhook/
--- more_headers
Accept: text/html
--- response_headers eval
"Content-Security-Policy: $::policy" . 'https://shop.example.com:8443'



=== TEST 22: in a frame of its own origin
--- config
    location /webhook/ { webhook_api frame=self; webhook_permission 1; }
--- request
GET /webhook/
--- more_headers
Accept: text/html
--- response_headers eval
"Content-Security-Policy: ${main::policy}'self'"



=== TEST 23: what the API answers is in no frame, ever
--- config
    location /webhook/ { webhook_api frame=self; webhook_permission 1; }
--- request
GET /webhook/whoami
--- response_headers
Content-Security-Policy: default-src 'none'; frame-ancestors 'none'



=== TEST 24: access rules of the location stand before the page
--- config
    location /webhook/ { webhook_api; webhook_permission 1; deny all; }
--- request
GET /webhook/
--- more_headers
Accept: text/html
--- error_code: 403
--- response_headers
Cache-Control: no-store



=== TEST 25: nginx compresses nothing twice
--- config
    location /webhook/ {
        webhook_api; webhook_permission 1;
        gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any; gzip_vary on;
    }
--- request
GET /webhook/page/style.css
--- more_headers
Accept-Encoding: gzip
--- response_headers
Content-Encoding: gzip
--- response_body_like eval
qr/\A\x1f\x8b(?!.*\x1f\x8b\x08)/s
