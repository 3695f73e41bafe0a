
# webhook_receiver: what it needs, and its secrets.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(
    config => 'location ^~ /web/hook/ { webhook_receive; }',
    http   => "webhook_store store_temp size=16m;\n",
);

run_tests();

__DATA__

=== TEST 1: a secret and an action
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
}
--- no_error_log
[error]



=== TEST 2: all directives
--- user_files
>>> webhook.conf
webhook_receiver usd {
    description "Sale order to USD";
    model     sale.order;
    secret    abcdefghijklmnopqrst;
    secret    ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789;
    target    id=${_id|int} model=${_model};
    require   name order.email lines.0.sku;
    require   other;
    action    PATCH /pos/sale.order/${_id|int}?from=${query.from}
              '{"currency": "USD", "by": "${header.x-user}", "at": "${var.time_iso8601}", "q": "${var.arg_q}"}';
    action    DELETE /pos/cache;
    action    GET /pos/${a.b.0};
    log_calls on;
    limit     body=64k depth=8 values=100;
}
--- no_error_log
[error]



=== TEST 3: a secret from a file, with and without a newline
--- user_files eval
">>> webhook.conf
webhook_receiver one {
    secret file:$ENV{TEST_NGINX_HTML_DIR}/one;
    action POST /pos/x;
}
webhook_receiver two {
    secret file:$ENV{TEST_NGINX_HTML_DIR}/two;
    action POST /pos/x;
}
>>> one
abcdefghijklmnopqrst
>>> two
ABCDEFGHIJKLMNOPQRST"
--- no_error_log
[error]



=== TEST 4: a body from a file
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x file:$TEST_NGINX_HTML_DIR/body.json;
}
>>> body.json
{"name": "${name}"}
--- no_error_log
[error]



=== TEST 5: no name
--- user_files
>>> webhook.conf
webhook_receiver {
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_receiver" directive in \S+webhook\.conf:1$/m



=== TEST 6: a name with a space
--- user_files
>>> webhook.conf
webhook_receiver "a b" {
}
--- must_die
--- error_log eval
qr/invalid name "a b" of "webhook_receiver": it must be up to 128 letters, digits, "_", "-" and "\." in \S+webhook\.conf:1$/m



=== TEST 7: the same name twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
}
webhook_receiver usd {
    secret abcdefghijklmnopqxyz;
    action POST /pos/x;
}
--- must_die
--- error_log eval
qr/webhook_receiver "usd", defined in \S+webhook\.conf:1, is defined again in \S+webhook\.conf:5$/m



=== TEST 8: no secret
--- user_files
>>> webhook.conf
webhook_receiver usd {
    action POST /pos/x;
}
--- must_die
--- error_log eval
qr/webhook_receiver "usd" has no "secret" in \S+webhook\.conf:1$/m



=== TEST 9: no action
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
}
--- must_die
--- error_log eval
qr/webhook_receiver "usd" has no "action" in \S+webhook\.conf:1$/m



=== TEST 10: a directive that is none
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    verifies github;
}
--- must_die
--- error_log eval
qr/unknown directive "verifies" in \S+webhook\.conf:4$/m



=== TEST 11: an endpoint's directive
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    retry attempts=1;
}
--- must_die
--- error_log eval
qr/webhook_receiver "usd" has directives that need "mode durable" in \S+webhook\.conf:1$/m



=== TEST 12: one of nginx's
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    proxy_pass http://127.0.0.1;
}
--- must_die
--- error_log eval
qr/"proxy_pass" directive is not allowed here in \S+webhook\.conf:4$/m



=== TEST 13: a receiver belongs to http
--- config
    webhook_receiver usd { }
--- must_die
--- error_log eval
qr/"webhook_receiver" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 14: description twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    description a;
    description a;
}
--- must_die
--- error_log eval
qr/"description" directive is duplicate in \S+webhook\.conf:5$/m



=== TEST 15: model twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    model a;
    model a;
}
--- must_die
--- error_log eval
qr/"model" directive is duplicate in \S+webhook\.conf:5$/m



=== TEST 16: target twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target id=a;
    target id=a;
}
--- must_die
--- error_log eval
qr/"target" directive is duplicate in \S+webhook\.conf:5$/m



=== TEST 17: log_calls twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    log_calls on;
    log_calls on;
}
--- must_die
--- error_log eval
qr/"log_calls" directive is duplicate in \S+webhook\.conf:5$/m



=== TEST 18: limit twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit body=1m;
    limit body=1m;
}
--- must_die
--- error_log eval
qr/"limit" directive is duplicate in \S+webhook\.conf:5$/m



=== TEST 19: a secret that is short
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret sesame-abcdefghijkl;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 20: a secret with a dot
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret sesame.abcdefghijklmnop;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 21: a secret with a space
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret "sesame abcdefghijklmnop";
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 22: a secret with a slash
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret sesame/abcdefghijklmnop;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 23: a secret with an umlaut
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret sesameäabcdefghijklmnop;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 24: an empty secret
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret "";
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m



=== TEST 25: a secret that is too long
--- user_files eval
">>> webhook.conf\nwebhook_receiver usd {\n    secret sesame" . 'a' x 250 . ";\n}\n"
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 26: a file with two lines
--- user_files eval
">>> webhook.conf
webhook_receiver usd {
    secret file:\$TEST_NGINX_HTML_DIR/token;
}
>>> token
" . "sesame-abcdefghijklmnop\n\nx\n"
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 27: an empty file
--- user_files eval
">>> webhook.conf
webhook_receiver usd {
    secret file:\$TEST_NGINX_HTML_DIR/token;
}
>>> token
" . ""
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd" must be 20 to 255 letters, digits, "_" and "-" in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 28: a file that is too large
--- user_files eval
">>> webhook.conf
webhook_receiver usd {
    secret file:\$TEST_NGINX_HTML_DIR/token;
}
>>> token
" . 'sesame' x 1000
--- must_die
--- error_log eval
qr/"\S+token" is larger than 4096 bytes in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 29: a file that is not there
--- user_files eval
">>> webhook.conf
webhook_receiver usd {
    secret file:\$TEST_NGINX_HTML_DIR/token;
}
>>> other
" . "x"
--- must_die
--- error_log eval
qr/open\(\) "\S+token" failed \(2: No such file or directory\) in \S+webhook\.conf:2$/m
--- no_error_log
sesame



=== TEST 30: two receivers with one secret
--- user_files
>>> webhook.conf
webhook_receiver one {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
}
webhook_receiver two {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "one", given in \S+webhook\.conf:2, is given again for "two" in \S+webhook\.conf:6$/m
--- no_error_log
abcdefghijklmnopqrst



=== TEST 31: one secret twice
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    secret abcdefghijklmnopqrst;
}
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd", given in \S+webhook\.conf:2, is given again for "usd" in \S+webhook\.conf:4$/m
