# Mistakes in webhook_cluster.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== cluster: no args
--- http
webhook_cluster;
--- says
[emerg] invalid number of arguments in "webhook_cluster" directive in http:1

=== cluster: no place
--- http
webhook_cluster pgsql;
--- says
[emerg] "webhook_cluster" directive needs the name of an engine and a place, as in "webhook_cluster pgsql \"host=pg1,pg2 dbname=webhook\" node=till-7" in http:1

=== cluster: another engine
--- http
webhook_cluster mysql "host=a" node=n1;
--- says
[emerg] no cluster "mysql" is known: it can be "pgsql" in http:1

=== cluster: no node
--- http
webhook_cluster pgsql "host=a";
--- says
[emerg] "webhook_cluster" directive has no "node=" in http:1

=== cluster: the name of a node
--- http
webhook_cluster pgsql "host=a" "node=till 7";
--- says
[emerg] invalid "node=till 7", it must be up to 64 letters, digits, "-", "_" and "." in http:1

=== cluster: a short lease
--- http
webhook_cluster pgsql "host=a" node=n1 lease=10s;
--- says
[emerg] "webhook_cluster" directive has a "lease=" that is shorter than four heartbeats in http:1

=== cluster: misspelt
--- http
webhook_cluster pgsql "host=a" node=n1 leese=10s;
--- says
[emerg] invalid parameter "leese=10s", did you mean "lease="? in http:1

=== cluster: without its library
--- http
webhook_cluster pgsql "host=a" node=n1;
--- says
[emerg] "webhook_cluster" needs "load_module modules/ngx_http_webhook_pgsql_module.so" in http:1
