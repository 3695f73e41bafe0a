# Mistakes in webhook_receiver: who may call, and with what.

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

=== verify presets
--- receiver
verify githb file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] unknown preset "githb", did you mean "github"? in receiver:3

=== verify no key
--- receiver
verify github; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "verify" directive in receiver:3

=== verify github key misspelt param
--- receiver
verify github file:webhook/erp.key toleranse=5m; action POST /pos/x '{}';
--- says
[emerg] "toleranse=" is no parameter of "verify" (did you mean "tolerance="?); a secret with a "=" in it is written "text:..." in receiver:3

=== verify github tolerance
--- receiver
verify github file:webhook/erp.key tolerance=5m; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": a tolerance is of no use: no timestamp is signed in receiver:3

=== verify content
--- receiver
verify github file:webhook/erp.key content=plain; action POST /pos/x '{}';
--- says
[emerg] invalid "content=plain", it must be "sent" or "decoded" in receiver:3

=== verify hmac no header
--- receiver
verify hmac file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify hmac" needs "header=", the name of the header with the signature in receiver:3

=== verify url twice: it may hold the token, and is not shown
--- receiver
verify square file:webhook/erp.key url=https://h/in/one url=https://h/in/two; action POST /pos/x '{}';
--- says
[emerg] the "url=" of "verify" is given twice in receiver:3

=== verify url empty
--- receiver
verify square file:webhook/erp.key url=; action POST /pos/x '{}';
--- says
[emerg] the "url=" of "verify" is empty in receiver:3

=== verify path w/o file
--- receiver
verify github webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in receiver:3

=== verify off
--- receiver
verify off; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "verify" directive in receiver:3

=== verify twice
--- receiver
verify stripe file:webhook/erp.key; verify stripe file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify" directive is duplicate in receiver:3

=== verify basic without colon
--- receiver
verify basic file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] invalid "verify basic": the key has no colon between name and password in receiver:3

=== verify two places
--- receiver
verify github file:webhook/erp.key header=X-A query=b; action POST /pos/x '{}';
--- says
[emerg] the signature stands in one place: "header=", "query=" and "field=" do not go together in receiver:3

=== verify token nowhere
--- receiver
verify token file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify token" needs "header=", the name of the header with the token, or "query=" or "field=" in receiver:3

=== verify token string
--- receiver
verify gitlab file:webhook/erp.key "string={body}"; action POST /pos/x '{}';
--- says
[emerg] "string=" is of no use: "verify gitlab" takes a token, and nothing is signed in receiver:3

=== verify token timestamp
--- receiver
verify bearer file:webhook/erp.key timestamp=X-Time; action POST /pos/x '{}';
--- says
[emerg] "timestamp=" is of no use: "verify bearer" takes a token, and nothing is signed in receiver:3

=== verify twilio string
--- receiver
verify twilio file:webhook/erp.key url=https://h/in/ "string={body}"; action POST /pos/x '{}';
--- says
[emerg] "string=" is of no use: what "verify twilio" signs cannot be changed in receiver:3

=== verify string unknown
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={boddy}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": what stands in braces is none of {id}, {timestamp}, {method}, {url}, {path}, {query}, {body}, {app}, {key}, {header.NAME}, {query.NAME}, {field.PATH}, {sorted_query}, {sorted_fields} and {body.DIGEST} in receiver:3

=== verify string of no payload
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={timestamp}" timestamp=X-T; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": the signed string has nothing of the payload: no {body}, no field and no query in receiver:3

=== verify query alone, and a body
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={query}"; action POST /pos/x '{}';
--- says
[emerg] "verify" of receiver "r" signs the query alone, so any body would do: only "accept query" goes with it in receiver:4

=== verify string filter
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={body}{query.a|title}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": a filter in the signed string is none of lower, upper, hex, HEX and base64 in receiver:3

=== verify string filter of a URL
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={body}{url|lower}" url=https://h/in/; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": a filter in the signed string does not go with its part in receiver:3

=== verify string digest
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={body.sha3}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": a digest of the body is none of sha1, sha256, sha384, sha512, md5 and crc32 in receiver:3

=== verify string field
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={field.a..b}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": the path of a field is none in receiver:3

=== verify hash without key
--- receiver
verify hash file:webhook/erp.key header=X-A "string={body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hash": the digested string has no {key} in receiver:3

=== verify hash with key in front
--- receiver
verify hash file:webhook/erp.key header=X-A "string={key}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hash": {key} does not stand at the end of the digested string: others could digest more without it in receiver:3

=== verify hmac with key
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={body}{key}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": {key} cannot stand in a string that is signed by the key in receiver:3

=== verify no timestamp
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={timestamp}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": it is not set where the timestamp stands in receiver:3

=== verify unsigned timestamp
--- receiver
verify hmac file:webhook/erp.key header=X-A timestamp=X-T; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": the signed string has no {timestamp}, so the timestamp proves nothing in receiver:3

=== verify no id
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={id}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": it is not set where the id stands in receiver:3

=== verify no app
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={app}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": "app=" is missing: what the sender calls its app key, partner id or the like is signed in receiver:3

=== verify app of no use
--- receiver
verify github file:webhook/erp.key app=7; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": "app=" is of no use: nothing of that kind is signed in receiver:3

=== verify digest
--- receiver
verify github file:webhook/erp.key digest=md5; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": the digest is none of sha1, sha256, sha384 and sha512 in receiver:3

=== verify encoding
--- receiver
verify github file:webhook/erp.key encoding=b64; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": the encoding is none of hex, HEX, base64 and base64url in receiver:3

=== verify unit
--- receiver
verify slack file:webhook/erp.key unit=us; action POST /pos/x '{}';
--- says
[emerg] invalid "verify slack": the unit is none of s, ms, iso and auto in receiver:3

=== verify key
--- receiver
verify github key=file:webhook/erp.key file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": "key=" says how keys are written, which stand there without a name: text, standard, base64, hex or public in receiver:3

=== verify key twice
--- receiver
verify github key=text key=hex file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] the "key=" of "verify" is given twice in receiver:3

=== verify pair
--- receiver
verify stripe file:webhook/erp.key pair=::; action POST /pos/x '{}';
--- says
[emerg] invalid "verify stripe": what separates name and value of an item is one character in receiver:3

=== verify pair without item
--- receiver
verify hmac file:webhook/erp.key header=X-A pair==; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": the name of the items with a signature is not set in receiver:3

=== verify item without pair
--- receiver
verify hmac file:webhook/erp.key header=X-A item=v1; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": items have no names: it is not set what separates name and value in receiver:3

=== verify item of nothing
--- receiver
verify hmac file:webhook/erp.key header=X-A timestamp=item:; action POST /pos/x '{}';
--- says
[emerg] "timestamp=item:" names nothing in receiver:3

=== verify timestamp place
--- receiver
verify slack file:webhook/erp.key "timestamp=X Time"; action POST /pos/x '{}';
--- says
[emerg] "timestamp=X Time" is not the name of a header in receiver:3

=== verify secret for public
--- receiver
verify public file:webhook/erp.key header=X-A key=text; action POST /pos/x '{}';
--- says
[emerg] invalid "verify public": the sender signs with a private key: its public one is wanted in receiver:3

=== verify public for secret
--- receiver
verify github key=public whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": the sender signs with a secret: a public or private key is of no use in receiver:3

=== handshake slack
--- receiver
handshake slack; action POST /pos/x '{}';
--- says
[emerg] the handshake of "slack" comes with "verify slack" in receiver:3

=== handshake telegram
--- receiver
handshake telegram; action POST /pos/x '{}';
--- says
[emerg] unknown handshake "telegram": there are meta, cloudevents, msgraph, dropbox, asana and sns in receiver:3

=== handshake twice
--- receiver
handshake dropbox; handshake dropbox; action POST /pos/x '{}';
--- says
[emerg] "handshake" directive is duplicate in receiver:3

=== handshake meta twice
--- receiver
handshake meta token=a-token-of-sixteen; handshake meta token=a-token-of-sixteen; action POST /pos/x '{}';
--- says
[emerg] "handshake" directive is duplicate in receiver:3

=== handshake with a parameter that it has not
--- receiver
handshake asana token=a-token-of-sixteen; action POST /pos/x '{}';
--- says
[emerg] "handshake asana" has no parameters in receiver:3

=== handshake sns without an URL
--- receiver
handshake sns; action POST /pos/x '{}';
--- says
[emerg] "handshake sns" needs "confirm=", the URL of the topic's region, as "https://sns.eu-west-1.amazonaws.com" in receiver:3

=== handshake sns with another parameter
--- receiver
handshake sns confrim=https://sns.eu-west-1.amazonaws.com; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "confrim=https://sns.eu-west-1.amazonaws.com", did you mean "confirm="? in receiver:3

=== handshake sns without its preset
--- receiver
handshake sns confirm=http://127.0.0.1:9; action POST /pos/x '{}';
--- says
[emerg] "handshake sns" of webhook_receiver "r" needs "verify sns" in receiver:1

=== probe get beside accept query
--- receiver
accept json query; probe head get; action POST /pos/x '{}';
--- says
[emerg] "probe get" of webhook_receiver "r" does not go with "accept query", which makes a call of a GET in receiver:1

=== probe of a method
--- receiver
probe options; action POST /pos/x '{}';
--- says
[emerg] invalid value "options", it must be "head" or "get" in receiver:3

=== probe of a method in capital letters
--- receiver
probe GET; action POST /pos/x '{}';
--- says
[emerg] invalid value "GET", it must be "head" or "get" in receiver:3

=== probe of a method, twice
--- receiver
probe head head; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "head" in receiver:3

=== probe twice
--- receiver
probe head; probe get; action POST /pos/x '{}';
--- says
[emerg] "probe" directive is duplicate in receiver:3

=== handshake meta
--- receiver
handshake meta tokn=abcdefgh; action POST /pos/x '{}';
--- says
[emerg] "tokn=" is no parameter of "handshake" (did you mean "token="?); a secret with a "=" in it is written "text:..." in receiver:3

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
[emerg] the URL is fixed: it cannot have a "${...}" in receiver:3

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
[warn] a secret that ended at "2020-01-01" is of no use in http:1

=== secret expires format
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expires=01.02.2027; action POST /pos/x '{}'; }
--- says
[emerg] invalid date "expires=01.02.2027": it must be "2027-01-31", "2027-01-31T12:00:00Z" or Unix seconds in http:1

=== secret expire misspelt
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expire=2027-01-01; action POST /pos/x '{}'; }
--- says
[emerg] "expire=" is no parameter of "secret" (did you mean "expires="?); a secret with a "=" in it is written "text:..." in http:1

=== receiver in server
--- server
webhook_receiver b { }
--- says
[emerg] "webhook_receiver" directive is not allowed here in server:1
