# Mistakes in webhook_receiver: what it does.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== emit var unknown
--- receiver
emit order.add 'body={"a": "${var.no_such}"}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:3

=== emit when var unknown
--- receiver
emit order.add "when=var.no_such == 1";
--- says
[emerg] unknown variable in "var.no_such" in receiver:3

=== dedupe body var unknown
--- receiver
dedupe body:var.nosuch; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.nosuch" in receiver:1

=== action nonexistent location
--- receiver
action POST /posss/x '{}';
--- says
[emerg] webhook_receiver "r" calls "/posss/x", and no location of a server with "webhook_receive" takes that in receiver:3

=== action nonexistent location, error_page for others
--- receiver
action POST /posss/x '{}';
--- server
error_page 500 502 /50x;
--- says
[emerg] webhook_receiver "r" calls "/posss/x", and no location of a server with "webhook_receive" takes that in receiver:3

=== action nonexistent location, file
--- receiver
action GET /posss/x.json;
--- says
[warn] webhook_receiver "r" calls "/posss/x.json", and no location of a server with "webhook_receive" takes that in receiver:3

=== action URL
--- receiver
action POST http://127.0.0.1/pos/x '{}';
--- says
[emerg] invalid URI "http://127.0.0.1/pos/x" of an action: it must begin with "/" and have no ".." segment in receiver:3

=== action no slash
--- receiver
action POST pos/x '{}';
--- says
[emerg] invalid URI "pos/x" of an action: it must begin with "/" and have no ".." segment in receiver:3

=== action method lower
--- receiver
action post /pos/x '{}';
--- says
[emerg] invalid method "post" of an action, it is written as in "POST" in receiver:3

=== action method *
--- receiver
action * /pos/x '{}';
--- says
[emerg] invalid method "*" of an action, it is written as in "POST" in receiver:3

=== action GET with body
--- receiver
action GET /pos/x '{}';
--- says
[warn] this "action GET" has a body, which hardly any API reads in receiver:3

=== action body not quoted
--- receiver
action POST /pos/x {"a": 1};
--- says
[emerg] unexpected "{" in receiver:3

=== action body $name
--- receiver
action POST /pos/x '{"a": "$name"}';
--- says
[warn] "$name" in a body template is text: a value is written in braces, as in "${name}" in receiver:3

=== action body json broken
--- receiver
action POST /pos/x '{"a": ${name},}';
--- says
[emerg] invalid body template: the template is not JSON: a key is missing at offset 14 in receiver:3

=== action uri $id
--- receiver
action POST /pos/$id '{}';
--- says
[warn] "$id" in a URI template is text: a value is written in braces, as in "${id}" in receiver:3

=== action uri {id}
--- receiver
action POST /pos/{id} '{}';
--- says
[emerg] unexpected "{" in receiver:3

=== action uri quoted {id}
--- receiver
action POST "/pos/{id}" '{}';
--- says
[emerg] invalid URI "/pos/{id}" of an action: a value is written as in "${id}" in receiver:3

=== action uri space
--- receiver
action POST "/pos/a b" '{}';
--- says
[emerg] invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in receiver:3

=== action uri fragment
--- receiver
action POST "/pos/a#b" '{}';
--- says
[emerg] invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in receiver:3

=== action misspelt param
--- receiver
action POST /pos/x '{}' on_eror=stop;
--- says
[emerg] invalid parameter "on_eror=stop", did you mean "on_error="? in receiver:3

=== action misspelt param as body
--- receiver
action POST /pos/x on_eror=stop;
--- says
[emerg] invalid parameter "on_eror=stop", did you mean "on_error="? in receiver:3

=== action timeout 5
--- receiver
action POST /pos/x '{}' timeout=5sec;
--- says
[emerg] invalid time "timeout=5sec", it must be from 1ms to 1d in receiver:3

=== action timeout dup
--- receiver
action POST /pos/x '{}' timeout=5s timeout=6s;
--- says
[emerg] invalid parameter "timeout=6s", "timeout=" is given twice in receiver:3

=== action when =
--- receiver
action POST /pos/x '{}' "when=a = 1";
--- says
[emerg] invalid condition "a = 1": one of == != > >= < <= ~ exists in is missing at offset 2 in receiver:3

=== action when not
--- receiver
action POST /pos/x '{}' "when=!a == 1";
--- says
[warn] the condition "!a == 1" is read as "!(a == 1)": write the brackets that are meant in receiver:3

=== action to receiving location
--- receiver
action POST /web/hook/x '{}';
--- says
[emerg] webhook_receiver "r" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in receiver:3

=== capture before action
--- receiver
capture id response.id; action POST /pos/x '{}';
--- says
[emerg] "capture" directive has no "action" before it in receiver:3

=== capture no response
--- receiver
action POST /pos/x '{}'; capture id id;
--- says
[emerg] "id" cannot be captured: it must be "status" or begin with "response" in receiver:3

=== accept
--- receiver
accept json,form; action POST /pos/x '{}';
--- says
[emerg] invalid "json,form", it must be "json", "form", "multipart", "xml", "text", "query" or "gzip" in receiver:3

=== accept application/json
--- receiver
accept application/json; action POST /pos/x '{}';
--- says
[emerg] invalid "application/json", it must be "json", "form", "multipart", "xml", "text", "query" or "gzip" in receiver:3

=== parse_json of the request
--- receiver
accept form; parse_json payload header.X-A; action POST /pos/x '{}';
--- says
[emerg] invalid path "header.X-A", it must be one of the payload in receiver:3

=== for_each max
--- receiver
for_each lines max=5000; action POST /pos/x '{}';
--- says
[emerg] invalid "max=5000", it must be from 1 to 1000 in receiver:3

=== for_each 10
--- receiver
for_each lines 10; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "10", it must be "max=" in receiver:3

=== dedupe
--- receiver
dedupe webhook-id; action POST /pos/x '{}';
--- says
[emerg] invalid "webhook-id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe header=
--- receiver
dedupe header=webhook-id; action POST /pos/x '{}';
--- says
[emerg] invalid "header=webhook-id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe header name bad
--- receiver
dedupe "header:webhook id"; action POST /pos/x '{}';
--- says
[emerg] invalid "header:webhook id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe ttl misspelt
--- receiver
dedupe hash tll=7d; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "tll=7d", did you mean "ttl="? in receiver:3

=== dedupe off
--- receiver
dedupe off; action POST /pos/x '{}';
--- says
[emerg] invalid "off", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== emit unknown
--- receiver
emit order.ad;
--- says
[emerg] unknown event type "order.ad": declare it by "webhook_event_type" in receiver:3

=== emit misspelt
--- receiver
emit order.add bdy={};
--- says
[emerg] unexpected "{" in receiver:3

=== shadow
--- receiver
shadow; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "shadow" directive in receiver:3

=== target id
--- receiver
target _id; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "_id", did you mean "id="? in receiver:3

=== target idd
--- receiver
target idd=${_id}; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "idd=${_id}", did you mean "id="? in receiver:3

=== target lookup no quotes
--- receiver
target lookup=GET /pos/x; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "/pos/x", it must be "id=", "model=", "lookup=" or "missing=" in receiver:3

=== target missing
--- receiver
target "lookup=GET /pos/x" missing=400; action POST /pos/x '{}';
--- says
[emerg] invalid "missing=400", it must be "missing=404" or "missing=422" in receiver:3

=== models
--- receiver
models a,b; action POST /pos/x '{}';
--- says
[emerg] invalid model "a,b": several are written with spaces between them in receiver:3

=== model twice
--- receiver
model a; model b; action POST /pos/x '{}';
--- says
[emerg] "model" directive is duplicate in receiver:3

=== durable without api
--- receiver
mode durable; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has "mode durable" and no "api" in receiver:1

=== durable retry misspelt
--- receiver
mode durable; api http://127.0.0.1:9; retry attemps=3; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "attemps=3", did you mean "attempts="? in receiver:3

=== map twice
--- http
webhook_map m { a 1; a 2; }
--- says
[emerg] "a" is given twice in the table in http:1

=== map no table
--- receiver
action POST /pos/x '{"a": "${name|map:m}"}';
--- says
[emerg] unknown table in "map:m": define it by "webhook_map" in receiver:3

=== map row three
--- http
webhook_map m { a b c; }
--- says
[emerg] a row of a table has two texts, and "a" has 3 in http:1

=== map = 
--- http
webhook_map m { a = 1; }
--- says
[emerg] a row of a table has two texts, and "a" has 3 in http:1

=== map field to twice
--- receiver
action POST /pos/x '{"a": "${x}", "a": "${y}"}';
--- says
[emerg] invalid body template: the key "a" stands twice in the template in receiver:3
