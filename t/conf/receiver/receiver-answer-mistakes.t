# Mistakes in "answer".

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_right($_, receiver => "$_ dedupe hash; action POST /pos/x '{}';")
    for q{answer ok body=;}, q{answer ok status=204;}, q{answer ok status=201;},
        q{answer ok type=text/xml 'body=<Response><A b="${c}"/></Response>';},
        q{answer ok type=text/xml 'body=<?xml version="1.0"?><A>${b|default:c|upper}</A>';},
        q{answer ok 'type=text/plain; charset=utf-8' 'body=OK ${a}';},
        q{answer ok type=application/vnd.a+json 'body={"a": ${b}}';},
        q{answer ok type=application/x-www-form-urlencoded body=RESULT=ok;},
        q{answer 422 status=200 'body={"a": "${error}"}'; answer 4xx status=400; answer error status=500;},
        q{answer ok status=200; answer repeat status=409; answer skipped 'body={}';};

mistakes_run();

done_testing;

__DATA__
=== no outcome
--- receiver
answer 'body={}' status=200; action POST /pos/x '{}';
--- says
[emerg] invalid value "body={}", it must be "ok", "accepted", "repeat", "skipped", "error", "4xx" or "5xx" in receiver:3

=== nothing
--- receiver
answer ok; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "answer" directive in receiver:3

=== another class
--- receiver
answer 3xx status=200; action POST /pos/x '{}';
--- says
[emerg] invalid value "3xx", it must be "ok", "accepted", "repeat", "skipped", "error", "4xx" or "5xx" in receiver:3

=== what succeeded by its number
--- receiver
answer 200 body=; action POST /pos/x '{}';
--- says
[emerg] invalid status "200" of calls, it must be from 400 to 599; those that succeed are "ok", "accepted", "repeat" or "skipped" in receiver:3

=== twice
--- receiver
answer ok body=; answer ok status=201; action POST /pos/x '{}';
--- says
[emerg] "answer ok" would never be used: one before it, in line 3, answers all of these calls in receiver:3

=== the narrow behind the wide
--- receiver
answer error status=500; answer 422 status=200 'body={}'; action POST /pos/x '{}';
--- says
[emerg] "answer 422" would never be used: one before it, in line 3, answers all of these calls in receiver:3

=== a status that is none
--- receiver
answer ok status=2000; action POST /pos/x '{}';
--- says
[emerg] invalid "status=2000", it must be from 200 to 299 or from 400 to 599 in receiver:3

=== a redirect
--- receiver
answer ok status=302; action POST /pos/x '{}';
--- says
[emerg] invalid "status=302", it must be from 200 to 299 or from 400 to 599 in receiver:3

=== a body that cannot be
--- receiver
answer ok status=204 'body={}'; action POST /pos/x '{}';
--- says
[emerg] "answer" directive has a "body=", which its status does not allow in receiver:3

=== a type without a body
--- receiver
answer ok type=text/xml; action POST /pos/x '{}';
--- says
[emerg] "answer" directive has a "type=" and no "body=" that is of it in receiver:3

=== html
--- receiver
answer ok type=text/html body=ok; action POST /pos/x '{}';
--- says
[emerg] the type "text/html" cannot be answered: a sender is a program, and a browser would run what is in it in receiver:3

=== html in another name
--- receiver
answer ok type=Application/XHTML+xml body=<a/>; action POST /pos/x '{}';
--- says
[emerg] the type "Application/XHTML+xml" cannot be answered: a sender is a program, and a browser would run what is in it in receiver:3

=== svg
--- receiver
answer ok type=image/svg+xml body=<svg/>; action POST /pos/x '{}';
--- says
[emerg] the type "image/svg+xml" cannot be answered: a sender is a program, and a browser would run what is in it in receiver:3

=== no type
--- receiver
answer ok type=xml body=<a/>; action POST /pos/x '{}';
--- says
[emerg] invalid type "xml", it is written as in "text/xml" or "text/xml; charset=utf-8"; there is no other charset in receiver:3

=== another charset
--- receiver
answer ok "type=text/xml; charset=tis-620" body=<a/>; action POST /pos/x '{}';
--- says
[emerg] invalid type "text/xml; charset=tis-620", it is written as in "text/xml" or "text/xml; charset=utf-8"; there is no other charset in receiver:3

=== a header in a type
--- receiver
answer ok "type=text/xml
X-A: b" body=<a/>; action POST /pos/x '{}';
--- says
[emerg] invalid type "text/xml

=== no JSON
--- receiver
answer ok 'body={"a": ${b}'; action POST /pos/x '{}';
--- says
[emerg] invalid answer template: the template is not JSON: an object does not end at offset 10 in receiver:3

=== no XML
--- receiver
answer ok type=text/xml 'body=<a>${b}</c>'; action POST /pos/x '{}';
--- says
[emerg] an "answer" is no XML, with values in it: mismatched tag, in line 1 behind 6 bytes of it in receiver:3

=== a value in a type that it is not escaped for
--- receiver
answer ok type=text/csv 'body=a,${b}'; action POST /pos/x '{}';
--- says
[emerg] "answer" directive has values in a "body=" of a type that they are not escaped for: that can be JSON, XML or "text/plain" in receiver:3

=== an unknown parameter
--- receiver
answer ok stats=200; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "stats=200", did you mean "status="? in receiver:3

=== an empty one
--- receiver
answer ok status=; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "status=", it has no value in receiver:3

=== a body twice
--- receiver
answer ok body= body=; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "body=", "body=" is given twice in receiver:3

=== a variable that there is not
--- receiver
answer ok 'body={"a": "${var.no_such}"}'; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:3

=== repeats that nobody knows
--- receiver
answer repeat body=; action POST /pos/x '{}';
--- says
[warn] webhook_receiver "r": "answer repeat" has no effect without "dedupe", by which repeats are known in receiver:3

=== accepted at once
--- receiver
answer accepted body=; action POST /pos/x '{}';
--- says
[warn] webhook_receiver "r": "answer accepted" has no effect without "mode durable" in receiver:3

=== a failure that looks like none
--- receiver
answer error status=200; action POST /pos/x '{}';
--- says
[warn] webhook_receiver "r": it answers what failed as if nothing had: its sender will not send it again, unless a body of its own says so in receiver:3
