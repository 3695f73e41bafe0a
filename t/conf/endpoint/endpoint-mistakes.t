# Mistakes in webhook_endpoint: what it is sent, and how it is written.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== url with ${}
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/${data.id}; events order.*; }
--- says
[emerg] the URL is fixed: it cannot contain "${...}" in endpoint:1

=== url with $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/$host; events order.*; }
--- says
[warn] the URL is fixed: "$host" in it is not replaced by the variable in endpoint:1

=== header with $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-Ip $remote_addr; }
--- says
[warn] "$remote_addr" in a header template is text: the variable is written "${var.remote_addr}" in endpoint:1

=== header name ${}
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header ${data.x} y; }
--- says
[emerg] "${data.x}" cannot be a header of an endpoint: it is not a header name or is set by the module in endpoint:1

=== header with colon name
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header "X-A: b"; }
--- says
[emerg] invalid number of arguments in "header" directive in endpoint:1

=== header with colon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-A: b; }
--- says
[emerg] "X-A:" cannot be a header of an endpoint: it is not a header name or is set by the module in endpoint:1

=== header twice
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-A b; header X-A c; }
--- says
[warn] the header "X-A" is sent twice in endpoint:1

=== events comma
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.add,order.edit; }
--- says
[emerg] invalid pattern "order.add,order.edit": several are written with spaces between them in endpoint:1

=== events missing semicolon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/
events order.*; }
--- says
[emerg] invalid number of arguments in "url" directive in endpoint:2

=== url quotes unclosed
--- endpoint
webhook_endpoint erp { url "http://127.0.0.1:9/; events order.*; }
--- says
[emerg] unexpected end of file, expecting ";" or "}" in endpoint:2

=== url no scheme
--- endpoint
webhook_endpoint erp { url 127.0.0.1:9/; events order.*; }
--- says
[emerg] a URL has to begin with "http://" or "https://" and name a host in endpoint:1

=== url ws scheme
--- endpoint
webhook_endpoint erp { url htps://127.0.0.1:9/; events order.*; }
--- says
[emerg] a URL has to begin with "http://" or "https://" and name a host in endpoint:1

=== url ipv6 no brackets
--- endpoint
webhook_endpoint erp { url http://::1:9/; events order.*; }
--- says
[emerg] invalid port in the URL "http://::1:9" in endpoint:1

=== url port 0
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:0/; events order.*; }
--- says
[emerg] invalid port in the URL "http://127.0.0.1:0" in endpoint:1

=== url port 99999
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:99999/; events order.*; }
--- says
[emerg] invalid port in the URL "http://127.0.0.1:99999" in endpoint:1

=== url fragment
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/a#b; events order.*; }
--- says
[emerg] the URL of host "127.0.0.1:9" has a fragment ("#"), which cannot be sent in endpoint:1

=== url user
--- endpoint
webhook_endpoint erp { url http://user:pass@127.0.0.1:9/a; events order.*; }
--- says
[emerg] a user or password in a URL is not supported: set a "header" instead in endpoint:1

=== url space
--- endpoint
webhook_endpoint erp { url "http://127.0.0.1:9/a b"; events order.*; }
--- says
[emerg] the byte 0x20 in the URL of host "127.0.0.1:9" has to be percent-encoded in endpoint:1

=== https port 80
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:80/a; events order.*; }
--- says
[warn] the URL of webhook_endpoint "erp" speaks https:// to port 80 in endpoint:1

=== http port 443
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:443/a; events order.*; }
--- says
[warn] the URL of webhook_endpoint "erp" speaks http:// to port 443 in endpoint:1

=== misspelt directive
--- endpoint
webhook_endpoint erp { ulr http://127.0.0.1:9; events order.*; }
--- says
[emerg] unknown directive "ulr", did you mean "url"? in endpoint:1

=== event instead of events
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; event order.*; }
--- says
[emerg] unknown directive "event", did you mean "events"? in endpoint:1

=== secret missing file
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/none.key; }
--- says
[emerg] open() "webhook/none.key" failed (2: No such file or directory) in endpoint:1

=== secret file without file:
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret webhook/erp.key; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret file abs without file:
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret /etc/nginx/webhook/erp.key; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret file://
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file://webhook/erp.key; }
--- says
[emerg] open() "//webhook/erp.key" failed (2: No such file or directory) in endpoint:1

=== secret file=
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file=webhook/erp.key; }
--- says
[emerg] "file=" is not a parameter of "secret"; a secret with a "=" in it is written "text:..." in endpoint:1

=== secret $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret $webhook_secret_erp; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret empty file
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/empty.key; }
--- says
[emerg] invalid secret of "secret": the key is empty in endpoint:1

=== secret dir
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook; }
--- says
[emerg] "webhook" is not a regular file in endpoint:1

=== secret open
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/open.key; }
--- says
[warn] "webhook/open.key" contains a secret and can be read or written by others than its owner (mode 0644): chmod 600 in endpoint:1

=== secret env
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret env:NOPE; }
--- says
[emerg] the environment variable "NOPE" is not set or is empty in endpoint:1

=== endpoint in server
--- server
webhook_endpoint b { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] "webhook_endpoint" directive is not allowed here in server:1

=== two endpoints one name
--- http
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] webhook_endpoint "erp", defined in endpoint:1, is defined again in http:1

=== endpoint no name
--- endpoint
webhook_endpoint { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid number of arguments in "webhook_endpoint" directive in endpoint:1

=== endpoint name with space
--- endpoint
webhook_endpoint my erp { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid number of arguments in "webhook_endpoint" directive in endpoint:1

=== events wildcard no dot
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order*; }
--- says
[emerg] invalid pattern "order*": it must be an event type, its first words and ".*", or "*" in endpoint:1

=== events capital
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events Order.*; }
--- says
[emerg] "Order.*" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in endpoint:1

=== events undeclared
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.created; }
--- says
[emerg] "order.created" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in endpoint:1

=== events empty
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events; }
--- says
[emerg] invalid number of arguments in "events" directive in endpoint:1

=== format
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; format JSON; }
--- says
[emerg] invalid format "JSON", it must be "json" or "xml" in endpoint:1

=== envelope param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; envelope cloudevents mode=bin; }
--- says
[emerg] invalid value "mode=bin", it must be "structured" or "binary" in endpoint:1

=== envelope mode dup
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; envelope cloudevents mode=binary mode=structured; }
--- says
[emerg] invalid parameter "mode=structured", "mode=" is given twice in endpoint:1

=== body not json
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body id=${data.id}; }
--- says
[emerg] invalid body template: the template is not JSON: a value is missing at offset 0 in endpoint:1

=== body semicolon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body {"id": "${data.id}"}; }
--- says
[emerg] unexpected "{" in endpoint:1

=== body $data.id
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "$data.id"}'; }
--- says
[warn] "$data" in a body template is text: a value is written in braces, as in "${data}" in endpoint:1

=== body unquoted braces root
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "${id}"}'; }
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in endpoint:1

=== body unknown filter
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "${data.id|integer}"}'; }
--- says
[emerg] invalid body template: unknown filter "integer", in the token at offset 8 in endpoint:1

=== filter =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter data.total = 5; }
--- says
[emerg] invalid number of arguments in "filter" directive in endpoint:1

=== filter quoted =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.total = 5"; }
--- says
[emerg] invalid condition "data.total = 5": one of == != > >= < <= ~ exists in is missing at offset 11 in endpoint:1

=== filter or
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.total > 5 or data.x == 1"; }
--- says
[emerg] invalid condition "data.total > 5 or data.x == 1": "&&", "||" or the end is missing at offset 15 in endpoint:1

=== filter bracket
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "(data.total > 5 || data.x == 1"; }
--- says
[emerg] invalid condition "(data.total > 5 || data.x == 1": the bracket at offset 0 has no end in endpoint:1

=== filter closing bracket
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.total > 5)"; }
--- says
[emerg] invalid condition "data.total > 5)": the bracket at offset 14 closes nothing in endpoint:1

=== filter in
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.state in paid, open"; }
--- says
[emerg] invalid condition "data.state in paid, open": "(" is missing at offset 14: values are written as in "in (1, 2)" in endpoint:1

=== filter mixed
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.a == 1 || data.b == 2 && data.c == 3"; }
--- says
[warn] the condition "data.a == 1 || data.b == 2 && data.c == 3" is read as "data.a == 1 || (data.b == 2 && data.c == 3)": write the brackets that are meant in endpoint:1

=== filter quoted number
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.state in ('1', 'x')"; }
--- says
[warn] the condition "data.state in ('1', 'x')" has a number in quotes, which is text that no number is equal to: write it without quotes in endpoint:1

=== filter root in brackets
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.x == 1 || !(total > 5)"; }
--- says
[emerg] invalid path "total": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in endpoint:1

=== order_by
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by ${data.id}; }
--- says
[emerg] invalid path "${data.id}": it is written without "$" and braces, as in "order.id" in endpoint:1

=== order_by id
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by id; }
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in endpoint:1

=== order_by on_dead
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by data.id on_dead=hold; }
--- says
[emerg] invalid value "on_dead=hold", it must be "skip" or "block" in endpoint:1

=== auth
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth token abcdefghij; }
--- says
[emerg] invalid value "token", it must be "bearer", "basic" or "oauth2" in endpoint:1

=== auth bearer Bearer
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth bearer "Bearer abcdefghij"; }
--- says
[emerg] "auth" directive has a token that begins with "Bearer", which is sent before it anyway in endpoint:1

=== auth basic
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth basic me:secretpass; }
--- says
[emerg] "auth" directive takes "user=" and "password=", and not another argument, which is not shown in endpoint:1

=== sign sha256
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign sha256 header=X-Sig secret=abcdefghijklmnop; }
--- says
[emerg] invalid value "sha256", it must be "hmac" in endpoint:1

=== sign algorithm
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop algorithm=SHA256; }
--- says
[emerg] invalid "sign": the algorithm is none of sha1, sha256 and sha512 in endpoint:1

=== sign md5
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop algorithm=md5; }
--- says
[emerg] invalid "sign": the algorithm is none of sha1, sha256 and sha512 in endpoint:1

=== sign encoding
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop encoding=base32; }
--- says
[emerg] invalid "sign": the encoding is none of hex, HEX and base64 in endpoint:1

=== sign template without body
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop template={timestamp}; }
--- says
[emerg] unexpected "{" in endpoint:1

=== sign template unknown
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop "template={ts}.{body}"; }
--- says
[emerg] invalid "sign": in braces there can be only {id}, {timestamp}, {url} and {body} in endpoint:1

=== rule: no endpoint asks for
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.edit; }
--- says
[warn] no webhook_endpoint subscribes to "order.add", which this "webhook_event" creates: it is not stored in rules:1

=== no endpoint at all
--- endpoint

--- says
[warn] no webhook_endpoint subscribes to "order.add", which this "webhook_event" creates: it is not stored in rules:1
[warn] no webhook_endpoint subscribes to "order.edit", which this "webhook_event" creates: it is not stored in rules:2

=== webhook_endpoint without events
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; }
--- says
[warn] webhook_endpoint "erp" has no "events" and gets none in endpoint:1
[warn] no webhook_endpoint subscribes to "order.add", which this "webhook_event" creates: it is not stored in rules:1
[warn] no webhook_endpoint subscribes to "order.edit", which this "webhook_event" creates: it is not stored in rules:2
