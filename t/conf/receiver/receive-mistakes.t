# Mistakes about webhook_receive: where calls arrive.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== receiver no location
--- hook

--- receiver
action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" cannot be called: no location has "webhook_receive" in receiver:1

=== receive location without slash
--- hook
location /web/hook { webhook_receive; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] "webhook_receive" cannot be in location "/web/hook": the secret follows a prefix, as in "location ^~ /web/hook/" in hook:1

=== receive location exact
--- hook
location = /web/hook/ { webhook_receive; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] "webhook_receive" cannot be in location "/web/hook/": the secret follows a prefix, as in "location ^~ /web/hook/" in hook:1

=== receive arg
--- hook
location /web/hook/ { webhook_receive r; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "webhook_receive" directive in hook:1

=== receive and return
--- hook
location /web/hook/ { webhook_receive; return 200; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] location "/web/hook/" has "webhook_receive" and a "return" that answers requests in hook:1

=== receive and try_files
--- hook
location /web/hook/ { webhook_receive; try_files $uri /x; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] location "/web/hook/" has "webhook_receive" and "try_files" that answers requests in hook:1

=== receive internal
--- hook
location /web/hook/ { webhook_receive; internal; }
--- receiver
action POST /pos/x '{}';
--- says
[warn] location "/web/hook/" has "webhook_receive" and "internal": nobody can call it in hook:1

=== receive no receivers
--- server
location /web/hook/ { webhook_receive; }
--- says
[warn] "webhook_receive" accepts no calls, since there is no "webhook_receiver" in server:1
