# Mistakes in webhook_event, and in what is said of events beside it.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_right('what is right');

# What looks like a mistake and is none.

for my $rule ('^/api/orders/(?<id>\d+)$', '^/api/(?=x)y=', '^/api/[?]x$',
              '^/api/a$|^/api/b$', '(?i)^/API/o', '^/api/(a|b)?$')
{
    mistakes_right($rule,
        rules => "webhook_event order.add POST '$rule';\n"
                 . 'webhook_event order.edit PUT ^/api/orders/\d+$;');
}

mistakes_run();

done_testing;

__DATA__
=== rule: query in path
--- rules
webhook_event order.add POST ^/api/orders\?type=1 ;
--- says
[warn] "^/api/orders\?type=1" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: query in path unescaped
--- rules
webhook_event order.add POST ^/api/orders?type=1 ;
--- says
[warn] "^/api/orders?type=1" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: \? at end
--- rules
webhook_event order.add POST "^/api/orders\?";
--- says
[warn] "^/api/orders\?" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: no leading slash
--- rules
webhook_event order.add POST ^api/orders;
--- says
[emerg] "^api/orders" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: no leading slash with $
--- rules
webhook_event order.add POST ^orders$;
--- says
[emerg] "^orders$" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: $ then slash
--- rules
webhook_event order.add POST ^/api/orders$/ ;
--- says
[warn] "^/api/orders$/" probably does not match what is meant: "$" is the end, and nothing can follow it in rules:1

=== rule: full URL
--- rules
webhook_event order.add POST ^https://api.example.com/api/orders$;
--- says
[emerg] "^https://api.example.com/api/orders$" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: glob
--- rules
webhook_event order.add POST /api/*;
--- says
[warn] "/api/*" probably does not match what is meant: "/*" is any number of slashes, and anything is ".*" in rules:1

=== rule: glob2
--- rules
webhook_event order.add POST *;
--- says
[emerg] pcre2_compile() failed: quantifier does not follow a repeatable item in "*" at "*" in rules:1

=== rule: %20
--- rules
webhook_event order.add POST ^/api/a%20b$;
--- says
[warn] "^/api/a%20b$" probably does not match what is meant: a path is decoded before it is matched in rules:1

=== rule: method lower
--- rules
webhook_event order.add post ^/api;
--- says
[emerg] invalid method "post" in "post": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: method mixed
--- rules
webhook_event order.add POST|PUT ^/api;
--- says
[emerg] invalid method "POST|PUT" in "POST|PUT": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: method spaces
--- rules
webhook_event order.add POST PUT ^/api;
--- says
[emerg] "PUT" stands where the regular expression does: several methods are written as in "PUT,PATCH" in rules:1

=== rule: ANY
--- rules
webhook_event order.add ANY ^/api;
--- says
[emerg] invalid method "ANY" in "ANY": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: order of args
--- rules
webhook_event order.add ^/api POST;
--- says
[emerg] invalid method "^/api" in "^/api": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: quoted regex braces unquoted
--- rules
webhook_event order.add POST ^/api/\d{3}$;
--- says
[emerg] directive "webhook_event" is not terminated by ";" in rules:1

=== rule: regex bad
--- rules
webhook_event order.add POST ^/api/(;
--- says
[emerg] pcre2_compile() failed: missing closing parenthesis in "^/api/(" in rules:1

=== rule: tilde
--- rules
webhook_event order.add POST ~ ^/api;
--- says
[emerg] "~" stands where the regular expression does, which needs no operator; "(?i)" before it ignores the case in rules:1

=== rule: status 20x
--- rules
webhook_event order.add POST ^/api status=20x;
--- says
[emerg] invalid status codes "status=20x": they are written as in "status=200,201" or "status=2xx" in rules:1

=== rule: status space
--- rules
webhook_event order.add POST ^/api status=200 201;
--- says
[emerg] invalid parameter "201", several codes are written as in "status=200,201" in rules:1

=== rule: status dup
--- rules
webhook_event order.add POST ^/api status=200 status=201;
--- says
[emerg] invalid parameter "status=201", "status=" is given twice in rules:1

=== rule: status 600
--- rules
webhook_event order.add POST ^/api status=600;
--- says
[emerg] invalid status codes "status=600": they are written as in "status=200,201" or "status=2xx" in rules:1

=== rule: status>=
--- rules
webhook_event order.add POST ^/api "status>=200";
--- says
[emerg] invalid parameter "status>=200", did you mean "status="? in rules:1

=== rule: code=
--- rules
webhook_event order.add POST ^/api code=200;
--- says
[emerg] invalid parameter "code=200", it must be "path=", "status=", "when=", "payload=", "body=", "model=", "id=" or "company=" in rules:1

=== rule: statuss
--- rules
webhook_event order.add POST ^/api stauts=200;
--- says
[emerg] invalid parameter "stauts=200", did you mean "status="? in rules:1

=== rule: type misspelt
--- rules
webhook_event order.ad POST ^/api;
--- says
[emerg] unknown event type "order.ad": declare it by "webhook_event_type" in rules:1

=== rule: payload body
--- rules
webhook_event order.add POST ^/api payload=body;
--- says
[emerg] invalid "payload=body", it must be "payload=response" or "payload=request", with a path such as "payload=response.result" for a part of it in rules:1

=== rule: payload none
--- rules
webhook_event order.add POST ^/api payload=none;
--- says
[emerg] invalid "payload=none", it must be "payload=response" or "payload=request", with a path such as "payload=response.result" for a part of it in rules:1

=== rule: when unquoted
--- rules
webhook_event order.add POST ^/api when=data.x == 1;
--- says
[emerg] invalid parameter "==", it must be "path=", "status=", "when=", "payload=", "body=", "model=", "id=" or "company=" in rules:1

=== rule: when dollar
--- rules
webhook_event order.add POST ^/api "when=$request_method == POST";
--- says
[emerg] invalid condition "$request_method == POST": path "$" has a character that no path has, in the condition at offset 0; a value is written as its path alone, as in "data.id == 7" or "var.request_method" in rules:1

=== rule: when ${}
--- rules
webhook_event order.add POST ^/api "when=${data.x} == 1";
--- says
[emerg] invalid condition "${data.x} == 1": path "$" has a character that no path has, in the condition at offset 0; a value is written as its path alone, as in "data.id == 7" or "var.request_method" in rules:1

=== rule: when mixed
--- rules
webhook_event order.add POST ^/api "when=data.x == 1 && data.y == 2 || data.z exists";
webhook_event order.edit PUT ^/api "when=!(data.x == 1 || data.y == 2) && (data.z in (1, 2) || data.z == null)";
--- says
[warn] the condition "data.x == 1 && data.y == 2 || data.z exists" is read as "(data.x == 1 && data.y == 2) || data.z exists": write the brackets that are meant in rules:1

=== rule: when root
--- rules
webhook_event order.add POST ^/api "when=status == 'paid'";
--- says
[emerg] invalid path "status": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: when body.
--- rules
webhook_event order.add POST ^/api "when=body.x == 1";
--- says
[emerg] invalid path "body.x": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: when GET with request body
--- rules
webhook_event order.add GET ^/api payload=request;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": requests of such a method have no body, use "body=" in rules:1

=== rule: when HEAD response
--- rules
webhook_event order.add HEAD ^/api;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": responses to HEAD have no body, use "body=" in rules:1

=== rule: 204 response
--- rules
webhook_event order.add DELETE ^/api status=204;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": responses of such a status have no body, use "body=" in rules:1

=== rule: id=7
--- rules
webhook_event order.add POST ^/api id=uri.1;
--- says
[emerg] invalid path "uri.1": the regular expression has no such capture in rules:1

=== rule: id=${uri.1}
--- rules
webhook_event order.add POST ^/api/(\d+) id=${uri.2};
--- says
[emerg] invalid path "uri.2": the regular expression has no such capture in rules:1

=== rule: id=id
--- rules
webhook_event order.add POST ^/api id=id;
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: body=data
--- rules
webhook_event order.add POST ^/api body=data.x;
--- says
[emerg] invalid body template: the template is not JSON: a value is missing at offset 0 in rules:1

=== rule: body file missing
--- rules
webhook_event order.add POST ^/api body=file:x.json;
--- says
[emerg] open() "x.json" failed (2: No such file or directory) in rules:1

=== rule: body $data.id
--- rules
webhook_event order.add POST ^/api 'body={"id": "$data.id"}';
--- says
[warn] "$data" in a body template is text: a value is written in braces, as in "${data}" in rules:1

=== rule: in if
--- rules
if ($request_method = POST) { webhook_event order.add POST ^/api; }
--- says
[emerg] "webhook_event" directive is not allowed here in rules:1

=== rule: in upstream
--- http
upstream x { server 127.0.0.1; webhook_event order.add POST ^/api; }
--- says
[emerg] "webhook_event" directive is not allowed here in http:1

=== rule: in main
--- main
webhook_event order.add POST ^/api;
--- says
[emerg] "webhook_event" directive is not allowed here in main:1

=== commit async
--- http
webhook_commit async;
--- says
[emerg] invalid "async", it must be "before_response" or "after_response" in http:1

=== commit on
--- http
webhook_commit on;
--- says
[emerg] invalid "on", it must be "before_response" or "after_response" in http:1

=== commit after timeout
--- http
webhook_commit after_response timeout=3s;
--- says
[emerg] "webhook_commit" directive has a "timeout=", which nothing waits for after the response in http:1

=== commit timeout unit
--- http
webhook_commit before_response timeout=3x;
--- says
[emerg] invalid "timeout=3x", it must be a time of up to 1h in http:1

=== commit timeout misspelt
--- http
webhook_commit before_response timout=3s;
--- says
[emerg] invalid parameter "timout=3s", did you mean "timeout="? in http:1

=== payload_max 0
--- http
webhook_payload_max 0;
--- says
[emerg] invalid size "0", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max 1MB
--- http
webhook_payload_max 1MB;
--- says
[emerg] invalid size "1MB", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max off
--- http
webhook_payload_max off;
--- says
[emerg] invalid size "off", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max 1g
--- http
webhook_payload_max 1g;
--- says
[emerg] invalid size "1g", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== idempotency on
--- http
webhook_idempotency on;
--- says
[emerg] "on" is neither a header name, such as "Idempotency-Key", nor "off" in http:1

=== idempotency $http
--- http
webhook_idempotency $http_idempotency_key;
--- says
[emerg] "$http_idempotency_key" is neither a header name, such as "Idempotency-Key", nor "off" in http:1

=== idempotency by
--- http
webhook_idempotency Idempotency-Key by=remote_user;
--- says
[emerg] invalid "by=remote_user", it must be "by=" with a variable that tells who the client is, as in "by=$remote_user" in http:1

=== idempotency by unknown var
--- http
webhook_idempotency Idempotency-Key by=$no_such;
--- says
[emerg] unknown variable "$no_such" in "by=" in http:1

=== unknown directive typo
--- http
webhook_endpiont a { }
--- says
[emerg] unknown directive "webhook_endpiont" in http:1

=== unknown directive typo2
--- http
webhook_events order.add POST ^/;
--- says
[emerg] unknown directive "webhook_events" in http:1
