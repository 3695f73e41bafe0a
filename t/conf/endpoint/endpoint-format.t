
# webhook_endpoint: format, envelope, body, header templates, filter, order_by.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
CONF

run_tests();

__DATA__

=== TEST 1: all that can be set
--- user_files
>>> body.json
{"number": "${data.id}", "lines": "${data.lines}"}
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9/a;
    events   order.add;
    format   xml;
    envelope standard;
    body     file:../html/body.json;
    header   X-Constant "a $ b";
    header   X-Order    ${data.id|int};
    header   X-From     "by ${var.remote_addr} at ${now}";
    filter   "data.total >= 100000";
    filter   "request.kind == 'retail' && response.id exists";
    order_by data.id on_dead=block;
}
webhook_endpoint b {
    url      http://127.0.0.1:9/b;
    events   order.add;
    format   json;
    envelope cloudevents mode=binary source=https://pos.example.com/api;
    body     '{"a": "${uri.1}", "b": "${uri.name}", "c": "${event.type}"}';
    order_by uri.1 on_dead=skip;
}
webhook_endpoint c {
    url      http://127.0.0.1:9/c;
    events   order.add;
    envelope cloudevents mode=structured;
}
webhook_endpoint d {
    url      http://127.0.0.1:9/d;
    events   order.add;
    envelope nightpos;
    order_by var.remote_addr;
}
webhook_endpoint e {
    url      http://127.0.0.1:9/e;
    events   order.add;
    envelope none;
}
--- no_error_log
[error]



=== TEST 2: no such format
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    format yaml;
}
--- must_die
--- error_log eval
qr/invalid format "yaml", it must be "json" or "xml" in \S+webhook\.conf:3$/m



=== TEST 3: two formats
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    format json;
    format xml;
}
--- must_die
--- error_log eval
qr/"format" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 4: no such envelope
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    envelope soap;
}
--- must_die
--- error_log eval
qr/invalid envelope "soap", it must be .* in \S+webhook\.conf:3$/m



=== TEST 5: a parameter of another envelope
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    envelope standard mode=binary;
}
--- must_die
--- error_log eval
qr/invalid parameter "mode=binary" in \S+webhook\.conf:3$/m



=== TEST 6: a mode that is none
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    envelope cloudevents mode=batch;
}
--- must_die
--- error_log eval
qr/invalid value "mode=batch", it must be "structured" or "binary" in \S+webhook\.conf:3$/m



=== TEST 7: a source that is no URI
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    envelope cloudevents "source=my host";
}
--- must_die
--- error_log eval
qr/"source=my host" is not a URI in \S+webhook\.conf:3$/m



=== TEST 8: a body that is no JSON
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9;
    body '{"a": }';
}
--- must_die
--- error_log eval
qr/invalid body template: .* in \S+webhook\.conf:3$/m



=== TEST 9: a body from a file that is not there
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9;
    body file:../html/none.json;
}
--- must_die
--- error_log eval
qr/open\(\) "\S+none\.json" failed .* in \S+webhook\.conf:3$/m



=== TEST 10: a body of an unknown root
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9;
    body '{"a": "${payload.id}"}';
}
--- must_die
--- error_log eval
qr/invalid path "payload\.id": it must begin with .* in \S+webhook\.conf:3$/m



=== TEST 11: an unknown variable
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    header X-A ${var.lost};
}
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:1$/m



=== TEST 12: a filter of a header template
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    header X-A ${data.id|upper_case};
}
--- must_die
--- error_log eval
qr/invalid header template: .* in \S+webhook\.conf:3$/m



=== TEST 13: a filter that is no condition
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    filter "data.total is large";
}
--- must_die
--- error_log eval
qr/invalid condition "data\.total is large": .* in \S+webhook\.conf:3$/m



=== TEST 14: a part of an event that there is not
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    filter "event.size > 3";
}
--- must_die
--- error_log eval
qr/invalid path "event\.size": of an event there are .* in \S+webhook\.conf:3$/m



=== TEST 15: order by nothing
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    order_by data..id;
}
--- must_die
--- error_log eval
qr/invalid path "data\.\.id": .* in \S+webhook\.conf:3$/m



=== TEST 16: order by what has no root
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    order_by id;
}
--- must_die
--- error_log eval
qr/invalid path "id": it must begin with .* in \S+webhook\.conf:3$/m



=== TEST 17: what becomes of a dead head
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    order_by data.id on_dead=wait;
}
--- must_die
--- error_log eval
qr/invalid value "on_dead=wait", it must be "skip" or "block" in \S+webhook\.conf:3$/m



=== TEST 18: two orders
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url      http://127.0.0.1:9;
    order_by data.id;
    order_by data.no;
}
--- must_die
--- error_log eval
qr/"order_by" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 19: too many arguments
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    filter data.a == 1;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "filter" directive in \S+webhook\.conf:3$/m



=== TEST 20: a header for the event
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9;
    header tc-webhook-event ${event.type};
}
--- must_die
--- error_log eval
qr/webhook_endpoint "a" sets the header "tc-webhook-event", which tells the event in \S+webhook\.conf:1$/m
