
# The values that a body or a condition of webhook_event may name.

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

=== TEST 1: order.id of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${order.id}"}';
--- must_die
--- error_log eval
qr/invalid path "order\.id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in \S+webhook\.conf:1$/m



=== TEST 2: header.host of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${header.host}"}';
--- must_die
--- error_log eval
qr/invalid path "header\.host": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in \S+webhook\.conf:1$/m



=== TEST 3: requests.a of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${requests.a}"}';
--- must_die
--- error_log eval
qr/invalid path "requests\.a": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in \S+webhook\.conf:1$/m



=== TEST 4: uri.2 of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${uri.2}"}';
--- must_die
--- error_log eval
qr/invalid path "uri\.2": the regular expression has no such capture in \S+webhook\.conf:1$/m



=== TEST 5: uri.id of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${uri.id}"}';
--- must_die
--- error_log eval
qr/invalid path "uri\.id": the regular expression has no such capture in \S+webhook\.conf:1$/m



=== TEST 6: uri of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${uri}"}';
--- must_die
--- error_log eval
qr/invalid path "uri": the regular expression has no such capture in \S+webhook\.conf:1$/m



=== TEST 7: uri.what.x of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${uri.what.x}"}';
--- must_die
--- error_log eval
qr/invalid path "uri\.what\.x": the regular expression has no such capture in \S+webhook\.conf:1$/m



=== TEST 8: event.name of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${event.name}"}';
--- must_die
--- error_log eval
qr/invalid path "event\.name": of an event there are "event\.id", "event\.type" and "event\.time" in \S+webhook\.conf:1$/m



=== TEST 9: event of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${event}"}';
--- must_die
--- error_log eval
qr/invalid path "event": of an event there are "event\.id", "event\.type" and "event\.time" in \S+webhook\.conf:1$/m



=== TEST 10: now.day of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${now.day}"}';
--- must_die
--- error_log eval
qr/invalid path "now\.day": "now" has no parts in \S+webhook\.conf:1$/m



=== TEST 11: var of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${var}"}';
--- must_die
--- error_log eval
qr/invalid path "var": a variable is written as in "var\.remote_addr" in \S+webhook\.conf:1$/m



=== TEST 12: var.a.b of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'body={"a": "${var.a.b}"}';
--- must_die
--- error_log eval
qr/invalid path "var\.a\.b": a variable is written as in "var\.remote_addr" in \S+webhook\.conf:1$/m



=== TEST 13: a variable that is not there, of a body
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'body={"a": "${var.lost}"}';
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:1$/m



=== TEST 14: order.id of a condition
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'when=order.id exists';
--- must_die
--- error_log eval
qr/invalid path "order\.id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in \S+webhook\.conf:1$/m



=== TEST 15: uri.2 of a condition
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/(?<what>\w+)$ 'when=uri.2 exists';
--- must_die
--- error_log eval
qr/invalid path "uri\.2": the regular expression has no such capture in \S+webhook\.conf:1$/m



=== TEST 16: a variable that is not there, of a condition
--- user_files
>>> webhook.conf
webhook_event order.add POST ^/ 'when=var.lost exists';
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:1$/m
