
# webhook_event, webhook_commit and webhook_payload_max as they are read.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
webhook_event_type order.edit;
CONF

run_tests();

__DATA__

=== TEST 1: type, methods and a regular expression
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/api/orders$;
--- no_error_log
[error]



=== TEST 2: any method
--- user_files
>>> webhook.conf
webhook_event order.add * ^/api/orders$;
--- no_error_log
[error]



=== TEST 3: several methods
--- user_files
>>> webhook.conf
webhook_event order.add POST,PUT,PATCH,DELETE,GET,HEAD,OPTIONS ^/;
--- no_error_log
[error]



=== TEST 4: all parameters
--- user_files
>>> webhook.conf
webhook_event order.edit PUT,PATCH ^/api/(?<what>orders)/(\d+)$ status=200,2xx
              "when=request.action == 'order.update'" "when=data.total > 0 && data.id exists"
              payload=response.result "when=var.request_id exists";
--- no_error_log
[error]



=== TEST 5: a body of its own
--- user_files
>>> webhook.conf
webhook_event 'order.add' POST '^/api/(?<what>orders)/(\d+)$' 'body={"id": "${uri.2|int}", "what": "${uri.what}",
              "all": "${uri.0}", "first": "${uri.1}", "data": "${data}", "to": "${data.customer.name}",
              "sent": "${request}", "got": "${response.id}", "event": "${event.id} ${event.type} ${event.time}",
              "now": "${now}", "from": "${var.remote_addr}", "arg": "${var.arg_x}", "mine": "${var.later}"}';
--- config
    set $later 1;
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 6: a body from a file
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ body=file:$TEST_NGINX_HTML_DIR/body.json;
>>> body.json
{"id": "${response.id}",
 "n": 1}
--- no_error_log
[error]



=== TEST 7: rules in http, server and location
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/;
webhook_commit after_response;
webhook_payload_max 64k;
--- config
    webhook_event order.add POST ^/;
    webhook_commit before_response;
    webhook_payload_max 1;
    location = /t {
        webhook_event order.add POST ^/;
        webhook_event order.edit PUT ^/;
        webhook_commit after_response;
        webhook_payload_max 256m;
        return 200 "ok\n";
    }
--- no_error_log
[error]



=== TEST 8: none of three arguments
--- user_files
>>> webhook.conf
webhook_event;
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_event" directive in \S+webhook\.conf:1$/m



=== TEST 9: one of three arguments
--- user_files
>>> webhook.conf
webhook_event order.add;
--- must_die
--- error_log eval
qr/"webhook_event" directive needs an event type, methods and a regular expression in \S+webhook\.conf:1$/m



=== TEST 10: two of three arguments
--- user_files
>>> webhook.conf
webhook_event order.add POST;
--- must_die
--- error_log eval
qr/"webhook_event" directive needs an event type, methods and a regular expression in \S+webhook\.conf:1$/m



=== TEST 11: a type that is not declared
--- user_files
>>> webhook.conf
webhook_event order.lost POST ^/;
--- must_die
--- error_log eval
qr/unknown event type "order\.lost": declare it by "webhook_event_type" in \S+webhook\.conf:1$/m



=== TEST 12: a pattern is no type
--- user_files
>>> webhook.conf
webhook_event order.* POST ^/;
--- must_die
--- error_log eval
qr/unknown event type "order\.\*": declare it by "webhook_event_type" in \S+webhook\.conf:1$/m



=== TEST 13: methods post
--- user_files
>>> webhook.conf
webhook_event order.add post ^/;
--- must_die
--- error_log eval
qr/invalid method "post" in "post": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 14: methods POST,
--- user_files
>>> webhook.conf
webhook_event order.add POST, ^/;
--- must_die
--- error_log eval
qr/invalid method "" in "POST,": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 15: methods ,POST
--- user_files
>>> webhook.conf
webhook_event order.add ,POST ^/;
--- must_die
--- error_log eval
qr/invalid method "" in ",POST": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 16: methods POST|PUT
--- user_files
>>> webhook.conf
webhook_event order.add POST|PUT ^/;
--- must_die
--- error_log eval
qr/invalid method "POST\|PUT" in "POST\|PUT": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 17: methods PURGE
--- user_files
>>> webhook.conf
webhook_event order.add PURGE ^/;
--- must_die
--- error_log eval
qr/invalid method "PURGE" in "PURGE": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 18: methods POST,*
--- user_files
>>> webhook.conf
webhook_event order.add POST,* ^/;
--- must_die
--- error_log eval
qr/invalid method "\*" in "POST,\*": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 19: methods ""
--- user_files
>>> webhook.conf
webhook_event order.add "" ^/;
--- must_die
--- error_log eval
qr/invalid method "" in "": methods are written as in "POST", "PUT,PATCH" or "\*" in \S+webhook\.conf:1$/m



=== TEST 20: a broken regular expression
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/api/(;
--- must_die
--- error_log eval
qr/pcre2?_compile\(\) failed: .* in "\^\/api\/\("(?: at .*)? in \S+webhook\.conf:1$/m



=== TEST 21: status=
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=;
--- must_die
--- error_log eval
qr/invalid parameter "status=", it has no value in \S+webhook\.conf:1$/m



=== TEST 22: status=201,
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=201,;
--- must_die
--- error_log eval
qr/invalid status codes "status=201,": they are written as in "status=200,201" or "status=2xx" in \S+webhook\.conf:1$/m



=== TEST 23: status=ok
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=ok;
--- must_die
--- error_log eval
qr/invalid status codes "status=ok": they are written as in "status=200,201" or "status=2xx" in \S+webhook\.conf:1$/m



=== TEST 24: status=2x
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=2x;
--- must_die
--- error_log eval
qr/invalid status codes "status=2x": they are written as in "status=200,201" or "status=2xx" in \S+webhook\.conf:1$/m



=== TEST 25: status=700
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=700;
--- must_die
--- error_log eval
qr/invalid status codes "status=700": they are written as in "status=200,201" or "status=2xx" in \S+webhook\.conf:1$/m



=== TEST 26: status twice
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ status=200 status=201;
--- must_die
--- error_log eval
qr/invalid parameter "status=201", .+ in \S+webhook\.conf:1$/m



=== TEST 27: a parameter that is none
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ state=200;
--- must_die
--- error_log eval
qr/invalid parameter "state=200", .+ in \S+webhook\.conf:1$/m



=== TEST 28: a word that is no parameter
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 200;
--- must_die
--- error_log eval
qr/invalid parameter "200", .+ in \S+webhook\.conf:1$/m



=== TEST 29: payload of something else
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ payload=uri.1;
--- must_die
--- error_log eval
qr/invalid "payload=uri\.1", it must be "payload=response" or "payload=request", with a path such as "payload=response\.result" for a part of it in \S+webhook\.conf:1$/m



=== TEST 30: payload of a word that begins alike
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ payload=requests;
--- must_die
--- error_log eval
qr/invalid "payload=requests", it must be "payload=response" or .* in \S+webhook\.conf:1$/m



=== TEST 31: an empty path
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ payload=request.;
--- must_die
--- error_log eval
qr/invalid path "": a path is empty in \S+webhook\.conf:1$/m



=== TEST 32: payload twice
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ payload=request payload=response;
--- must_die
--- error_log eval
qr/invalid parameter "payload=response", .+ in \S+webhook\.conf:1$/m



=== TEST 33: a path with an empty step
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ payload=request.a..b;
--- must_die
--- error_log eval
qr/invalid path "a\.\.b": .* in \S+webhook\.conf:1$/m



=== TEST 34: a body that is not JSON
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'body={"a": }';
--- must_die
--- error_log eval
qr/invalid body template: the template is not JSON: .* in \S+webhook\.conf:1$/m



=== TEST 35: a body with an unknown filter
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'body={"a": "${data.a|shout}"}';
--- must_die
--- error_log eval
qr/invalid body template: .* in \S+webhook\.conf:1$/m



=== TEST 36: a token without an end
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'body={"a": "${data.a"}';
--- must_die
--- error_log eval
qr/invalid body template: "\$\{" at offset 7 has no "\}".* in \S+webhook\.conf:1$/m



=== TEST 37: two bodies
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'body={}' 'body=[]';
--- must_die
--- error_log eval
qr/invalid parameter "body=\[\]", .+ in \S+webhook\.conf:1$/m



=== TEST 38: a file that is not there
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ body=file:lost.json;
--- must_die
--- error_log eval
qr/open\(\) "\S+lost\.json" failed \(2: No such file or directory\) in \S+webhook\.conf:1$/m



=== TEST 39: a file without a path
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ body=file:;
--- must_die
--- error_log eval
qr/no path follows "file:" in \S+webhook\.conf:1$/m



=== TEST 40: a directory is no file
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ body=file:$TEST_NGINX_HTML_DIR;
--- must_die
--- error_log eval
qr/"\S+html" is not a regular file in \S+webhook\.conf:1$/m



=== TEST 41: a condition that is none
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'when=request.a is 1';
--- must_die
--- error_log eval
qr/invalid condition "request\.a is 1": .* in \S+webhook\.conf:1$/m



=== TEST 42: an empty condition
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ when=;
--- must_die
--- error_log eval
qr/invalid parameter "when=", it has no value in \S+webhook\.conf:1$/m



=== TEST 43: a broken regular expression in a condition
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'when=request.a ~ ^(a';
--- must_die
--- error_log eval
qr/invalid condition "request\.a ~ \^\(a": .* in \S+webhook\.conf:1$/m



=== TEST 44: no commit
--- user_files
>>> webhook.conf
webhook_commit;
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_commit" directive in \S+webhook\.conf:1$/m



=== TEST 45: a commit that is none
--- user_files
>>> webhook.conf
webhook_commit during_response;
--- must_die
--- error_log eval
qr/invalid "during_response", it must be "before_response" or "after_response" in \S+webhook\.conf:1$/m



=== TEST 46: commit twice
--- user_files
>>> webhook.conf
webhook_commit before_response;
webhook_commit after_response;
--- must_die
--- error_log eval
qr/"webhook_commit" directive is duplicate in \S+webhook\.conf:2$/m



=== TEST 47: no payload_max
--- user_files
>>> webhook.conf
webhook_payload_max;
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_payload_max" directive in \S+webhook\.conf:1$/m



=== TEST 48: a size that is none
--- user_files
>>> webhook.conf
webhook_payload_max big;
--- must_die
--- error_log eval
qr/invalid size "big", it must be from 1 to 256m, as in "512k" or "4m" in \S+webhook\.conf:1$/m



=== TEST 49: payload_max 0
--- user_files
>>> webhook.conf
webhook_payload_max 0;
--- must_die
--- error_log eval
qr/invalid size "0", it must be from 1 to 256m, as in "512k" or "4m" in \S+webhook\.conf:1$/m



=== TEST 50: payload_max 257m
--- user_files
>>> webhook.conf
webhook_payload_max 257m;
--- must_die
--- error_log eval
qr/invalid size "257m", it must be from 1 to 256m, as in "512k" or "4m" in \S+webhook\.conf:1$/m



=== TEST 51: payload_max twice
--- user_files
>>> webhook.conf
webhook_payload_max 1m;
webhook_payload_max 2m;
--- must_die
--- error_log eval
qr/"webhook_payload_max" directive is duplicate in \S+webhook\.conf:2$/m



=== TEST 52: a rule does not belong in "if"
--- user_files
>>> webhook.conf
--- config
    location = /t {
        if ($arg_x) {
            webhook_event order.add POST ^/;
        }
    }
--- must_die
--- error_log eval
qr/"webhook_event" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 53: whose key it is
--- user_files
>>> webhook.conf
webhook_idempotency Idempotency-Key by=$remote_user;
--- no_error_log
[error]



=== TEST 54: whose key it is, without a variable
--- user_files
>>> webhook.conf
webhook_idempotency Idempotency-Key by=alice;
--- must_die
--- error_log eval
qr/invalid "by=alice", it must be "by=" with a variable that tells who the client is, as in "by=\$remote_user" in \S+webhook\.conf:1$/m



=== TEST 55: no keys, but whose
--- user_files
>>> webhook.conf
webhook_idempotency off by=$remote_user;
--- must_die
--- error_log eval
qr/invalid parameter "by=\$remote_user" in \S+webhook\.conf:1$/m
