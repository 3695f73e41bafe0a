# Mistakes in webhook_receiver: with what it may be called, and what it does.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_right('what is right', receiver =>
    'require name; action POST /pos/x \'{"a": "${name}"}\';');

# What looks like a mistake and is none.

for my $right ('{"$ref": "a", "$set" : {"b": "${name}"}, "price": "$5 US$"}',
               '{"${name}": 1, "${name}": 2}')
{
    mistakes_right($right,
                   receiver => "require name; action POST /pos/x '$right';");
}

# A payload may have a member of such a name.

for my $verb (qw(require redact)) {
    mistakes_right("$verb header query",
        receiver => "$verb header query; action POST /pos/x '{}';");
}

# An event may be a receiver's alone.

mistakes_right('an event of a receiver alone',
    receiver => "emit order.gone;",
    types    => "webhook_event_type order.add;\n"
                . "webhook_event_type order.edit;\n"
                . "webhook_event_type order.gone;",
    endpoint => 'webhook_endpoint erp { url http://127.0.0.1:9; '
                . 'events order.add order.edit order.gone; }');

# What no location takes may be led on by the server itself, or be a file.

for my $server ('try_files $uri @api;', 'error_page 404 405 = @api;',
                'error_page 500 502 /50x; error_page 404 = @api;')
{
    mistakes_right("$server: an action may lead there",
        receiver => "action POST /orders/x '{}';",
        server   => "$server\n"
                    . 'location @api { proxy_pass http://127.0.0.1:9; }');
}

# Keys in quotes, and those that begin with what names a root.

for my $right ('require fields."System.State" \'fields."First Name"\' "\'a,b\'";',
               'redact "\'$id\'" payload.header.id lines[].pin root[].pin;',
               'for_each root.entry[].changes[]."a.b".messages[];',
               'dedupe \'body:"a.b"."c d"\'; '
               . 'filter "fields.\'a.b\' in (1, x) && !(\'c d\' exists)";',
               'skip "!(a exists)"; skip "(a == 1 && b == 2) || c == 3";')
{
    (my $name = $right) =~ s/;.*//;

    mistakes_right($name, receiver =>
        "$right action POST '/pos/\${fields.\"a b\"}' "
        . '\'{"a": "${fields."$b"}", "c": "${"}".x|default:y}"}\';');
}

mistakes_run();

done_testing;

__DATA__
=== require comma
--- receiver
require name,email; action POST /pos/x '{}';
--- says
[emerg] invalid path "name,email": several are written with spaces between them in receiver:3

=== require ${}
--- receiver
require ${name}; action POST /pos/x '{}';
--- says
[emerg] invalid path "${name}": it is written without "$" and braces, as in "order.id" in receiver:3

=== require $
--- receiver
require $name; action POST /pos/x '{}';
--- says
[emerg] invalid path "$name": it is written without "$" and braces, as in "order.id" in receiver:3

=== require json path
--- receiver
require $.name; action POST /pos/x '{}';
--- says
[emerg] invalid path "$.name": it is written without "$" and braces, as in "order.id" in receiver:3

=== require header:
--- receiver
require header:X-A; action POST /pos/x '{}';
--- says
[emerg] invalid path "header:X-A": it is written with a dot, as in "header.X-Tenant" or "query.id" in receiver:3

=== require var unknown
--- receiver
require var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== redact var unknown
--- receiver
redact var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== filter var unknown
--- receiver
filter "var.no_such == 1"; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== order_by var unknown
--- receiver
mode durable; api http://127.0.0.1:9; order_by var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== mode async
--- receiver
mode async; action POST /pos/x '{}';
--- says
[emerg] invalid value "async", it must be "sync", "durable", "test" or "disabled" in receiver:3

=== mode Sync
--- receiver
mode on; action POST /pos/x '{}';
--- says
[emerg] invalid value "on", it must be "sync", "durable", "test" or "disabled" in receiver:3

=== profile
--- receiver
profile lax; action POST /pos/x '{}';
--- says
[emerg] invalid value "lax", it must be "strict" or "nightpos" in receiver:3

=== log_calls
--- receiver
log_calls yes; action POST /pos/x '{}';
--- says
[emerg] invalid value "yes", it must be "off", "errors" or "on" in receiver:3

=== log_calls error
--- receiver
log_calls error; action POST /pos/x '{}';
--- says
[emerg] invalid value "error", it must be "off", "errors" or "on" in receiver:3

=== limit
--- receiver
limit body=64MB; action POST /pos/x '{}';
--- says
[emerg] invalid size "body=64MB", it must be from 1 to 64m in receiver:3

=== limit big
--- receiver
limit body=4m; action POST /pos/x '{}';
--- says
[warn] "body=" in "limit" of webhook_receiver "r" is more than "client_max_body_size" allows (1048576 bytes) in receiver:1

=== limit rate sync
--- receiver
limit rate=10r/s; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== limit dup
--- receiver
limit depth=3 depth=4; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "depth=4", "depth=" is given twice in receiver:3

=== limit misspelt
--- receiver
limit inflght=3; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "inflght=3", did you mean "inflight="? in receiver:3

=== no action
--- receiver
require name;
--- says
[emerg] webhook_receiver "r" has no "action" in receiver:1

=== no secret
--- http
webhook_receiver a { action POST /pos/x '{}'; }
--- says
[emerg] webhook_receiver "a" has no "secret" in http:1

=== secret short
--- http
webhook_receiver a { secret short; action POST /pos/x '{}'; }
--- says
[emerg] the "secret" of webhook_receiver "a" must be 20 to 255 letters, digits, "_" and "-" in http:1

=== secret path without file:
--- http
webhook_receiver a { secret webhook/erp.key; action POST /pos/x '{}'; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in http:1

=== same secret
--- http
webhook_receiver a { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
webhook_receiver b { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
--- says
[emerg] the "secret" of webhook_receiver "a", given in http:1, is given again for "b" in http:2

=== receiver twice
--- http
webhook_receiver a { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
webhook_receiver a { secret 0123456789abcdefghij0124; action POST /pos/x '{}'; }
--- says
[emerg] webhook_receiver "a", defined in http:1, is defined again in http:2

=== api without durable
--- receiver
api http://127.0.0.1:9; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== retry in sync
--- receiver
retry attempts=3; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== api with ${}
--- receiver
mode durable; api http://127.0.0.1:9/${x}; action POST /pos/x '{}';
--- says
[emerg] the URL is fixed: it cannot contain "${...}" in receiver:3

=== misspelt directive
--- receiver
acton POST /pos/x '{}';
--- says
[emerg] unknown directive "acton", did you mean "action"? in receiver:3

=== url in receiver
--- receiver
url http://x; action POST /pos/x '{}';
--- says
[emerg] unknown directive "url" in receiver:3

=== filter misspelt op
--- receiver
filter "name === 'a'"; action POST /pos/x '{}';
--- says
[emerg] invalid condition "name === 'a'": one of == != > >= < <= ~ exists in is missing at offset 5 in receiver:3

=== skip misspelt op
--- receiver
skip "name = 'a'"; action POST /pos/x '{}';
--- says
[emerg] invalid condition "name = 'a'": one of == != > >= < <= ~ exists in is missing at offset 5 in receiver:3

=== skip mixed
--- receiver
skip "a == 1 && b == 2 || c == 3"; action POST /pos/x '{}';
--- says
[warn] the condition "a == 1 && b == 2 || c == 3" is read as "(a == 1 && b == 2) || c == 3": write the brackets that are meant in receiver:3

=== skip variable
--- receiver
skip "a == 1 || var.lost == 1"; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.lost" in receiver:1

=== skip many
--- receiver
skip "a == 1" "b == 2"; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "skip" directive in receiver:3

=== require quote
--- receiver
require fields."a; action POST /pos/x '{}';
--- says
[emerg] invalid path "fields."a": path "fields."a" has a quote without an end in receiver:3

=== require behind quote
--- receiver
require fields."a"b; action POST /pos/x '{}';
--- says
[emerg] invalid path "fields."a"b": path "fields."a"b" has no dot behind a quote in receiver:3

=== require comma behind quotes
--- receiver
require "a",b; action POST /pos/x '{}';
--- says
[emerg] unexpected "," in receiver:3

=== action key quote
--- receiver
action POST /pos/x '{"a": "${fields."b"c}"}';
--- says
[emerg] invalid body template: path "fields."b"c" has no dot behind a quote, in the token at offset 7 in receiver:3

=== action key without an end
--- receiver
action POST /pos/x '{"a": "${fields."b}"}';
--- says
[emerg] invalid body template: the template is not JSON: a string does not end at offset 21 in receiver:3

=== for_each levels
--- receiver
for_each a[].b[].c[].d[].e[].f[].g[].h[].i[]; action POST /pos/x '{}';
--- says
[emerg] "for_each" goes through 9 lists, it may go through 8 in receiver:3

=== filter regex bad
--- receiver
filter "name ~ ("; action POST /pos/x '{}';
--- says
[emerg] invalid condition "name ~ (": a regular expression is wrong at its offset 1: missing closing parenthesis in receiver:3

=== filter many
--- receiver
filter "a == 1" "b == 2"; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "filter" directive in receiver:3

=== description no quotes
--- receiver
description A contact; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "description" directive in receiver:3

=== secret expires past
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expires=2020-01-01; action POST /pos/x '{}'; }
--- says
[warn] a secret that expired at "2020-01-01" has no effect in http:1

=== secret expires format
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expires=01.02.2027; action POST /pos/x '{}'; }
--- says
[emerg] invalid date "expires=01.02.2027": it must be "2027-01-31", "2027-01-31T12:00:00Z" or Unix seconds in http:1

=== secret expire misspelt
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expire=2027-01-01; action POST /pos/x '{}'; }
--- says
[emerg] "expire=" is not a parameter of "secret" (did you mean "expires="?); a secret with a "=" in it is written "text:..." in http:1

=== receiver in server
--- server
webhook_receiver b { }
--- says
[emerg] "webhook_receiver" directive is not allowed here in server:1
