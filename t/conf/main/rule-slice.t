
# Rules that read a response, where slice or image_filter makes others of it;
# "webhook_event off".

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

our $image = '/usr/lib/nginx/modules/ngx_http_image_filter_module.so';

plan 'no_plan';

conf_defaults(module => $image);

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('config', ($block->config // '')
                                . 'location = /t { return 200 "ok\n"; }');
    $block->set_value('http_config', <<'CONF' . ($block->http_config // ''));
webhook_store store_temp size=16m;
webhook_event_type a.one;
webhook_event_type a.two;
CONF
});

run_tests();

__DATA__

=== TEST 1: a rule that reads the response, with slice
--- config
location /s/ {
    slice 1m;
    webhook_event a.one GET ^/;
}
--- must_die
--- error_log eval
qr/"webhook_event" for "a\.one" reads the response, which is not available with "slice" in location "\/s\/": use "body=" or "payload=request", or move the rule in \S+nginx\.conf:\d+$/m



=== TEST 2: one whose endpoint reads it
--- http_config
webhook_endpoint e {
    url    http://127.0.0.1:9;
    events a.one;
    filter "response.a == 1";
}
--- config
location /s/ {
    slice 1m;
    webhook_event a.one GET ^/ payload=request;
}
--- must_die
--- error_log eval
qr/"webhook_event" for "a\.one" reads the response, which is not available with "slice"/



=== TEST 3: slice that is inherited
--- http_config
slice 1m;
--- config
location /s/ {
    webhook_commit after_response;
    webhook_event a.one GET ^/;
}
--- must_die
--- error_log eval
qr/"webhook_event" for "a\.one" reads the response, which is not available with "slice" in location "\/s\/"/



=== TEST 4: rules that are inherited
--- http_config
webhook_endpoint e { url http://127.0.0.1:9; events a.*; }
webhook_event a.one GET ^/;
webhook_event a.two GET ^/ payload=request;
--- config
location /s/ {
    slice 1m;
}
--- error_log eval
qr/\[warn\].*"webhook_event" for "a\.one" reads the response, which is not available with "slice" in location "\/s\/": it creates no events there; write "webhook_event off" in \S+nginx\.conf:\d+$/m
--- no_error_log
"a.two"



=== TEST 5: taken back
--- http_config
webhook_event a.one GET ^/;
--- config
location /s/ {
    webhook_event off;
    slice 1m;
    location /s/s/ {
        slice 2m;
    }
}
--- no_error_log
slice



=== TEST 6: a rule that reads no response, and slice that is off
--- config
location /s/ {
    slice 1m;
    webhook_event a.one GET ^/ 'body={}';
}
location /o/ {
    slice 0;
    webhook_event a.one GET ^/;
}
--- no_error_log
slice



=== TEST 7: off, and a rule
--- config
location /s/ {
    webhook_event off;
    webhook_event a.one GET ^/;
}
--- must_die
--- error_log eval
qr/"webhook_event" directive cannot have rules where it is "off" in \S+nginx\.conf:\d+$/m



=== TEST 8: a rule, and off
--- config
location /s/ {
    webhook_event a.one GET ^/;
    webhook_event off;
}
--- must_die
--- error_log eval
qr/"webhook_event" directive cannot be "off" where it has rules in \S+nginx\.conf:\d+$/m



=== TEST 9: off twice
--- config
location /s/ {
    webhook_event off;
    webhook_event off;
}
--- must_die
--- error_log eval
qr/"webhook_event" directive is duplicate in \S+nginx\.conf:\d+$/m



=== TEST 10: the image filter, and a rule that reads no response
--- main_config eval
"load_module $main::image;"
--- config
location /i/ {
    image_filter size;
    webhook_event a.one GET ^/ 'body={}';
}
location /i/after/ {
    image_filter size;
    webhook_commit after_response;
    webhook_event a.one GET ^/;
}
--- no_error_log
image_filter
