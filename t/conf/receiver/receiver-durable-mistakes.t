# Mistakes in what a durable receiver says to its API.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_right('a durable one', receiver =>
    'mode durable; api https://127.0.0.1:9; auth bearer abcdefghijklmnop; header X-A b; '
    . "action POST /x '{}';");

mistakes_right('a durable one that is tested', receiver =>
    'mode test; api http://127.0.0.1:9; auth bearer abcdefghijklmnop; '
    . "action POST /x '{}';");

mistakes_run();

done_testing;

__DATA__
=== header without mode durable
--- receiver
header X-A b; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== auth without mode durable
--- receiver
auth bearer abcdefghijklmnop; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== a value of the call in a header
--- receiver
mode durable; api http://127.0.0.1:9; header X-A ${a}; action POST /x '{}';
--- says
[emerg] the header "X-A" of a receiver is the same for all calls: it cannot contain "${...}" in receiver:3

=== the request id
--- receiver
mode durable; api http://127.0.0.1:9; header x-request-id a; action POST /x '{}';
--- says
[emerg] "header" directive cannot be "X-Request-ID", which tells the call's in receiver:3

=== a header that frames the message
--- receiver
mode durable; api http://127.0.0.1:9; header Content-Length 7; action POST /x '{}';
--- says
[emerg] "Content-Length" cannot be a header of an endpoint: it is not a header name or is set by the module in receiver:3

=== the key of an action
--- receiver
mode durable; api http://127.0.0.1:9; header Idempotency-Key a; action POST /x '{}' idempotency=idempotency-key;
--- says
[emerg] webhook_receiver "r" has a "header" that is the "idempotency=" of an action, too in receiver:1

=== auth twice
--- receiver
mode durable; api http://127.0.0.1:9; auth bearer abcdefghijklmnop; auth bearer abcdefghijklmnop; action POST /x '{}';
--- says
[emerg] "auth" directive is duplicate in receiver:3

=== auth and its header
--- receiver
mode durable; api http://127.0.0.1:9; auth bearer abcdefghijklmnop; header Authorization a; action POST /x '{}';
--- says
[emerg] webhook_endpoint "receiver:r" has "auth" and a "header Authorization" in receiver:3

=== credentials in clear text
--- receiver
mode durable; api http://192.0.2.1:9; auth bearer abcdefghijklmnop; action POST /x '{}';
--- says
[warn] webhook_endpoint "receiver:r" is sent credentials over http://, where others can read them: use https:// in receiver:1

=== a durable one that is tested, and would not be
--- receiver
mode test; api http://127.0.0.1:9; action POST /x '{}'; capture a response.id;
--- says
[emerg] webhook_receiver "r" has both "mode durable" and "capture", for which it would have to wait in receiver:1
