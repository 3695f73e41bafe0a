
# webhook_receive: where it can stand, and what cannot stand beside it; and
# webhook_event beside the image filter.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

our $image = '/usr/lib/nginx/modules/ngx_http_image_filter_module.so';

our $receiver = <<'EOC';
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
}
EOC

our $rule = <<'EOC';
webhook_store store_temp size=16m;
webhook_event_type order.add;
webhook_event order.add POST ^/api/;
EOC

plan 'no_plan';

conf_defaults(http => $receiver, module => $image);

run_tests();

__DATA__

=== TEST 1: a prefix that no regular expression takes over
--- config
    location ^~ /web/hook/ { webhook_receive; }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 2: any prefix, several of them, one in another
--- config
    location /web/hook/ { webhook_receive; }
    location /in/ {
        webhook_receive;
        location /in/here/ { webhook_receive; }
    }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 3: without receivers there is none to call
--- http_config
--- config
    location /web/hook/ { webhook_receive; }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 4: receivers without a location
--- config
    location = /t { return 200 "ok\n"; }
--- must_die
--- error_log eval
qr/webhook_receiver "usd" cannot be called: no location has "webhook_receive" in \S+nginx\.conf:\d+$/m



=== TEST 5: an argument
--- config
    location /web/hook/ { webhook_receive on; }
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_receive" directive in \S+nginx\.conf:\d+$/m



=== TEST 6: twice
--- config
    location /web/hook/ { webhook_receive; webhook_receive; }
--- must_die
--- error_log eval
qr/"webhook_receive" directive is duplicate in \S+nginx\.conf:\d+$/m



=== TEST 7: in a server
--- config
    webhook_receive;
--- must_die
--- error_log eval
qr/"webhook_receive" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 8: in "if"
--- config
    location /web/hook/ {
        if ($arg_x) { webhook_receive; }
    }
--- must_die
--- error_log eval
qr/"webhook_receive" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 9: in an exact location
--- config
    location = /web/hook/ { webhook_receive; }
--- must_die
--- error_log eval
qr/"webhook_receive" cannot be in location "\/web\/hook\/": the secret follows a prefix, as in "location \^~ \/web\/hook\/" in \S+nginx\.conf:\d+$/m



=== TEST 10: in a regular expression's location
--- config
    location ~ ^/web/hook/ { webhook_receive; }
--- must_die
--- error_log eval
qr/"webhook_receive" cannot be in location "\^\/web\/hook\/": /



=== TEST 11: in a named location
--- config
    location @hook { webhook_receive; }
--- must_die
--- error_log eval
qr/"webhook_receive" cannot be in location "\@hook": /



=== TEST 12: a prefix without a slash at its end
--- config
    location /web/hook { webhook_receive; }
--- must_die
--- error_log eval
qr/"webhook_receive" cannot be in location "\/web\/hook": /



=== TEST 13: with another that answers, behind it
--- config
    location /web/hook/ {
        webhook_receive;
        stub_status;
    }
--- must_die
--- error_log eval
qr/location "\/web\/hook\/" has "webhook_receive" and another directive that answers requests in \S+nginx\.conf:\d+$/m



=== TEST 14: with proxy_pass, in front of it
--- config
    location /web/hook/ {
        webhook_receive;
        proxy_pass http://127.0.0.1:9;
    }
--- must_die
--- error_log eval
qr/location "\/web\/hook\/" has "webhook_receive" and another directive that answers requests in \S+nginx\.conf:\d+$/m



=== TEST 15: in "limit_except" and "if" calls are taken too
--- config
    location /web/hook/ {
        webhook_receive;
        limit_except POST { deny all; }
        if ($arg_x) { set $a b; }
    }
--- request eval
["GET /web/hook/abcdefghijklmnopqrsx", "POST /web/hook/abcdefghijklmnopqrsx?x=1"]
--- error_code eval
[403, 404]
--- response_body_like eval
["\"status\": *\"error\"", '"status": *"error"']
--- log_level: info
--- no_error_log
abcdefghijklmnopqrsx



=== TEST 16: inherited rules and an image filter that holds back the response
--- main_config eval
"load_module $main::image;"
--- http_config eval
$main::rule
--- config
    location /api/ {
        image_filter resize 10 10;
    }
    location = /t { return 200 "ok\n"; }
--- error_log eval
qr/\[warn\].*"webhook_event" for "order\.add" reads the response, which is not available with "image_filter" in location "\/api\/": it creates no events there; write "webhook_event off" in \S+nginx\.conf:\d+$/m



=== TEST 17: an image filter that a location inherits
--- main_config eval
"load_module $main::image;"
--- http_config eval
$main::rule =~ s/^webhook_event .*//mr
--- config
    location /images/ {
        image_filter test;
        location /images/new/ {
            webhook_event order.add POST ^/;
        }
    }
--- must_die
--- error_log eval
qr/"webhook_event" for "order\.add" reads the response, which is not available with "image_filter" in location "\/images\/new\/": use "webhook_commit after_response" there in \S+nginx\.conf:\d+$/m



=== TEST 18: the event is committed after the response
--- main_config eval
"load_module $main::image;"
--- http_config eval
$main::rule
--- config
    location /api/ {
        webhook_commit after_response;
        image_filter size;
    }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 19: the image filter is off, or elsewhere
--- main_config eval
"load_module $main::image;"
--- http_config eval
$main::rule =~ s/^webhook_event .*//mr
--- config
    location /api/ {
        webhook_event order.add POST ^/api/;
        image_filter off;
    }
    location /images/ {
        image_filter size;
    }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]
