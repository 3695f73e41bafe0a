# Mistakes in webhook_cluster.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;
use Webhook::Nginx;

mistakes_run();

# with the library

my $library = Webhook::Nginx::build_dir() . '/ngx_http_webhook_pgsql_module.so';

if (-f $library) {
    my %whole = (
        main => "load_module $library;",
        http => 'webhook_cluster pgsql "host=/nowhere" node=n1 lease=30s;',
    );

    my $endpoint = "webhook_endpoint erp {\n"
                   . "url http://127.0.0.1:9;\n"
                   . "events order.*;\n"
                   . "timeout %s;\n"
                   . "limit inflight=5 rate=100r/s scope=cluster;\n"
                   . "order_by data.id scope=cluster on_dead=block;\n"
                   . '}';

    mistakes_right('limits for all nodes', %whole,
        endpoint => sprintf $endpoint, 'total=19999ms');

    mistakes_wrong('a send that takes longer than its lease',
        '[emerg] "total=" in "timeout" of webhook_endpoint "erp" is 20000 ms, '
        . 'which has to be less than 20000 ms: "lease=" of "webhook_cluster" '
        . 'without two heartbeats in endpoint:4',
        %whole, endpoint => sprintf $endpoint, 'total=20s');

    mistakes_wrong('one whose time-out is the default',
        '[emerg] "total=" in "timeout" of webhook_endpoint "erp" is 15000 ms, '
        . 'which has to be less than 10000 ms: "lease=" of "webhook_cluster" '
        . 'without two heartbeats in endpoint:1',
        %whole, http => 'webhook_cluster pgsql "host=/nowhere" node=n1 '
                        . 'lease=20s;');
}

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

=== limits for all nodes, and no cluster
--- endpoint
webhook_endpoint erp {
    url http://127.0.0.1:9;
    events order.*;
    limit inflight=5 scope=cluster;
}
--- says
[emerg] "scope=cluster" in "limit" of webhook_endpoint "erp" needs "webhook_cluster" in endpoint:4

=== limits of something else
--- endpoint
webhook_endpoint erp {
    url http://127.0.0.1:9;
    events order.*;
    limit inflight=5 scope=fleet;
}
--- says
[emerg] invalid value "scope=fleet", it must be "node" or "cluster" in endpoint:4

=== an order for all nodes, and no cluster
--- endpoint
webhook_endpoint erp {
    url http://127.0.0.1:9;
    events order.*;
    order_by data.id on_dead=block scope=cluster;
}
--- says
[emerg] "scope=cluster" in "order_by" of webhook_endpoint "erp" needs "webhook_cluster" in endpoint:4

=== an order of something else
--- endpoint
webhook_endpoint erp {
    url http://127.0.0.1:9;
    events order.*;
    order_by data.id scope=fleet;
}
--- says
[emerg] invalid value "scope=fleet", it must be "node" or "cluster" in endpoint:4
