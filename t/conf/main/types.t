
# webhook_event_type, webhook_event_header, and conf/teamcrop-events.conf.

use Cwd qw(abs_path);

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

our $conf = abs_path('conf');

plan 'no_plan';

conf_defaults();

run_tests();

__DATA__

=== TEST 1: a name is enough
--- user_files
>>> webhook.conf
webhook_event_type order.add;
--- no_error_log
[error]



=== TEST 2: a group and a description
--- user_files
>>> webhook.conf
webhook_event_type order.add group=order "An order was created";
--- no_error_log
[error]



=== TEST 3: a description alone
--- user_files
>>> webhook.conf
webhook_event_type order.add "An order was created";
--- no_error_log
[error]



=== TEST 4: the catalogue of the point of sale
--- http_config eval
"include $main::conf/teamcrop-events.conf;"
--- no_error_log
[error]



=== TEST 5: each of the twenty is declared
--- http_config eval
CORE::join '', "webhook_store store_temp size=16m;\n",
    "include $main::conf/teamcrop-events.conf;\n",
    "webhook_endpoint erp {\n url http://127.0.0.1:9;\n events\n",
    (map { " $_\n" } qw(order.add order.edit order.additem order.edititem
        order.deleteitem promotion.add promotion.edit productreceipt.add
        productreceipt.edit cashflow.add cashflow.edit customer.add
        customer.edit supportticket.add product.add product.edit
        product.delete product.addsku product.editsku product.deletesku)),
    ";\n}\n"
--- no_error_log
[error]



=== TEST 6: and no other
--- http_config eval
CORE::join '', "include $main::conf/teamcrop-events.conf;\n",
    map { "webhook_event_type $_;\n" }
        qw(order.delete promotion.delete cashflow.delete customer.delete
           supportticket.edit product.remove),
        'order.add'
--- must_die
--- error_log eval
qr/event type "order\.add", declared in \S+teamcrop-events\.conf:\d+, is declared again in \S+nginx\.conf:\d+$/m



=== TEST 7: no name
--- user_files
>>> webhook.conf
webhook_event_type;
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_event_type" directive in \S+webhook\.conf:1$/m



=== TEST 8: too many words
--- user_files
>>> webhook.conf
webhook_event_type order.add group=order An order;
--- must_die
--- error_log eval
qr/"webhook_event_type" directive takes a description in quotes, and nothing after it in \S+webhook\.conf:1$/m



=== TEST 9: a name with a space
--- user_files
>>> webhook.conf
webhook_event_type "order add";
--- must_die
--- error_log eval
qr/invalid event type "order add": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 10: a name with an empty word
--- user_files
>>> webhook.conf
webhook_event_type order..add;
--- must_die
--- error_log eval
qr/invalid event type "order\.\.add": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 11: a pattern is no name
--- user_files
>>> webhook.conf
webhook_event_type order.*;
--- must_die
--- error_log eval
qr/invalid event type "order\.\*": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 12: an empty name
--- user_files
>>> webhook.conf
webhook_event_type "";
--- must_die
--- error_log eval
qr/invalid event type "": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 13: a name that begins with a dot
--- user_files
>>> webhook.conf
webhook_event_type .add;
--- must_die
--- error_log eval
qr/invalid event type "\.add": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 14: a letter that is none of these
--- user_files
>>> webhook.conf
webhook_event_type order-add;
--- must_die
--- error_log eval
qr/invalid event type "order-add": it must be words of letters, digits and "_" with dots between them in \S+webhook\.conf:1$/m



=== TEST 15: a name of 128 bytes
--- user_files eval
">>> webhook.conf\nwebhook_event_type " . 'a' x 128 . ";\n"
--- no_error_log
[error]



=== TEST 16: a name that is longer
--- user_files eval
">>> webhook.conf\nwebhook_event_type " . 'a' x 129 . ";\n"
--- must_die
--- error_log
invalid event type "aaaa



=== TEST 17: an empty group
--- user_files
>>> webhook.conf
webhook_event_type order.add group=;
--- must_die
--- error_log eval
qr/invalid parameter "group=" in \S+webhook\.conf:1$/m



=== TEST 18: two groups
--- user_files
>>> webhook.conf
webhook_event_type order.add group=a group=b;
--- must_die
--- error_log eval
qr/invalid parameter "group=b", "group=" is given twice in \S+webhook\.conf:1$/m



=== TEST 19: two descriptions
--- user_files
>>> webhook.conf
webhook_event_type order.add "one" "two";
--- must_die
--- error_log eval
qr/"webhook_event_type" directive takes a description in quotes, and nothing after it in \S+webhook\.conf:1$/m



=== TEST 20: the same type twice
--- user_files
>>> webhook.conf
webhook_event_type order.add;

webhook_event_type order.add;
--- must_die
--- error_log eval
qr/event type "order\.add", declared in \S+webhook\.conf:1, is declared again in \S+webhook\.conf:3$/m



=== TEST 21: types belong to http
--- config
    webhook_event_type order.add;
--- must_die
--- error_log eval
qr/"webhook_event_type" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 22: a header of another name
--- user_files
>>> webhook.conf
webhook_event_header X-Event;
--- no_error_log
[error]



=== TEST 23: two header names
--- user_files
>>> webhook.conf
webhook_event_header X-Event;
webhook_event_header Y-Event;
--- must_die
--- error_log eval
qr/"webhook_event_header" directive is duplicate in \S+webhook\.conf:2$/m



=== TEST 24: a header name with a space
--- user_files
>>> webhook.conf
webhook_event_header "X Event";
--- must_die
--- error_log eval
qr/"X Event" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m



=== TEST 25: a header name with a colon
--- user_files
>>> webhook.conf
webhook_event_header X-Event:;
--- must_die
--- error_log eval
qr/"X-Event:" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m



=== TEST 26: an empty header name
--- user_files
>>> webhook.conf
webhook_event_header "";
--- must_die
--- error_log eval
qr/"" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m



=== TEST 27: a header that frames the message
--- user_files
>>> webhook.conf
webhook_event_header Content-Length;
--- must_die
--- error_log eval
qr/"Content-Length" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m



=== TEST 28: a header that frames the message, in lower case
--- user_files
>>> webhook.conf
webhook_event_header transfer-encoding;
--- must_die
--- error_log eval
qr/"transfer-encoding" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m



=== TEST 29: a header that the module sets
--- user_files
>>> webhook.conf
webhook_event_header Webhook-Id;
--- must_die
--- error_log eval
qr/"Webhook-Id" cannot be the header that tells the event: it is not a header name or has another use in \S+webhook\.conf:1$/m
