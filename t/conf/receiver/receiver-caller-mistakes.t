# Mistakes in webhook_receiver: who may call: "verify", "handshake" and "probe".

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
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
[emerg] "toleranse=" is not a parameter of "verify" (did you mean "tolerance="?); a secret with a "=" in it is written "text:..." in receiver:3

=== verify github tolerance
--- receiver
verify github file:webhook/erp.key tolerance=5m; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": a tolerance has no effect: no timestamp is signed in receiver:3

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
[emerg] the signature is in one place: "header=", "query=" and "field=" do not go together in receiver:3

=== verify token nowhere
--- receiver
verify token file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify token" needs "header=", the name of the header with the token, or "query=" or "field=" in receiver:3

=== verify token string
--- receiver
verify gitlab file:webhook/erp.key "string={body}"; action POST /pos/x '{}';
--- says
[emerg] "string=" has no effect: "verify gitlab" takes a token, and nothing is signed in receiver:3

=== verify token timestamp
--- receiver
verify bearer file:webhook/erp.key timestamp=X-Time; action POST /pos/x '{}';
--- says
[emerg] "timestamp=" has no effect: "verify bearer" takes a token, and nothing is signed in receiver:3

=== verify twilio string
--- receiver
verify twilio file:webhook/erp.key url=https://h/in/ "string={body}"; action POST /pos/x '{}';
--- says
[emerg] "string=" has no effect: what "verify twilio" signs cannot be changed in receiver:3

=== verify string unknown
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={boddy}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": in braces there can be only {id}, {timestamp}, {method}, {url}, {path}, {query}, {body}, {app}, {key}, {header.NAME}, {query.NAME}, {field.PATH}, {sorted_query}, {sorted_fields} and {body.DIGEST} in receiver:3

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
[emerg] invalid "verify hash": {key} is not at the end of the digested string: others could append to it without the key in receiver:3

=== verify hmac with key
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={body}{key}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": {key} cannot stand in a string that is signed by the key in receiver:3

=== verify no timestamp
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={timestamp}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": it is not set where the timestamp is in receiver:3

=== verify unsigned timestamp
--- receiver
verify hmac file:webhook/erp.key header=X-A timestamp=X-T; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": the signed string has no {timestamp}, so the timestamp proves nothing in receiver:3

=== verify no id
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={id}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": it is not set where the id is in receiver:3

=== verify no app
--- receiver
verify hmac file:webhook/erp.key header=X-A "string={app}{body}"; action POST /pos/x '{}';
--- says
[emerg] invalid "verify hmac": "app=" is missing: what the sender calls its app key, partner id or the like is signed in receiver:3

=== verify app of no use
--- receiver
verify github file:webhook/erp.key app=7; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": "app=" has no effect: nothing of that kind is signed in receiver:3

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
[emerg] invalid "verify github": "key=" says how keys are written, which are given without a name: text, standard, base64, hex or public in receiver:3

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
[emerg] "tokn=" is not a parameter of "handshake" (did you mean "token="?); a secret with a "=" in it is written "text:..." in receiver:3
