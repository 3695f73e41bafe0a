# Mistakes about webhook_registry, and about what goes with it: names of
# nginx.conf, examples of event types, companies of events.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_file('registry.key', encode_base64('k' x 32));
mistakes_file('short.key', encode_base64('k' x 31));
mistakes_file('text.key', 'this is no base64 of anything that we know!');
mistakes_file('order.json', '{"id": 1}');
mistakes_file('broken.json', '{"id": 1');

mistakes_right('the least', http => <<'HTTP');
resolver 127.0.0.1;
webhook_registry { key file:webhook/registry.key; }
HTTP

mistakes_right('all of it', http => <<'HTTP', types => <<'TYPES',
resolver 127.0.0.1;
webhook_registry {
    key     file:webhook/registry.key;
    limit   endpoints=10 receivers=20 fanout=30;
    quota   endpoints=5 backlog=1000 requests=100r/s;
    address public ports=80,443 allow=192.0.2.0/24 deny=198.51.100.1;
    schemes https;
    company response.shop;
    confirm on;
}
HTTP
webhook_event_type order.add group=order example=file:webhook/order.json "x";
webhook_event_type order.edit 'example=[1, 2]';
TYPES
    rules => 'webhook_event order.add POST ^/api/orders$ '
             . 'company=shop-${response.id};');

mistakes_run();

done_testing;

__DATA__
=== registry: two
--- http
resolver 127.0.0.1;
webhook_registry { key file:webhook/registry.key; }
webhook_registry { key file:webhook/registry.key; }
--- says
[emerg] "webhook_registry" directive is duplicate in http:3

=== registry: no store
--- store
# none
--- endpoint
# none
--- rules
# none
--- http
resolver 127.0.0.1;
webhook_registry { key file:webhook/registry.key; }
--- says
[emerg] "webhook_registry" needs a "webhook_store", and there is none in http:2

=== registry: no resolver
--- http
webhook_registry { key file:webhook/registry.key; }
--- says
[emerg] "webhook_registry" needs a "resolver" in http {}: the hosts of what is registered are looked up when something is sent in http:1

=== registry: no key
--- http
resolver 127.0.0.1;
webhook_registry { schemes https; }
--- says
[warn] "webhook_registry" has no "key": nothing with a URL or a secret can be registered in http:2

=== registry: a key as it is
--- http
resolver 127.0.0.1;
webhook_registry { key a2trawtra2tra2tra2tra2tra2tra2tra2tra2tra2s=; }
--- says
[emerg] "key" directive must be "file:PATH" or "env:NAME" in http:2

=== registry: an unknown directive
--- http
resolver 127.0.0.1;
webhook_registry { keys file:webhook/registry.key; }
--- says
[emerg] unknown directive "keys", did you mean "key"? in http:2

=== registry: no endpoint
--- http
resolver 127.0.0.1;
webhook_registry { limit endpoints=0; }
--- says
[emerg] invalid "endpoints=0", it must be from 1 to 100000 in http:2

=== registry: an unknown limit
--- http
resolver 127.0.0.1;
webhook_registry { limit endpoint=1; }
--- says
[emerg] invalid parameter "endpoint=1", did you mean "endpoints="? in http:2

=== registry: a backlog
--- http
resolver 127.0.0.1;
webhook_registry { quota backlog=0; }
--- says
[emerg] invalid "backlog=0", it must be from 1 to 1000000000 in http:2

=== registry: a quota twice
--- http
resolver 127.0.0.1;
webhook_registry { quota backlog=10; quota endpoints=1; }
--- says
[emerg] "quota" directive is duplicate in http:2

=== registry: requests
--- http
resolver 127.0.0.1;
webhook_registry { quota requests=10; }
--- says
[emerg] invalid "requests=10", it must be from 1 to 1000000, as in "rate=100r/s", "rate=30r/m" or "rate=10r/h" in http:2

=== registry: address
--- http
resolver 127.0.0.1;
webhook_registry { address private; }
--- says
[emerg] invalid value "private", it must be "any" or "public" in http:2

=== registry: ports
--- http
resolver 127.0.0.1;
webhook_registry { address any ports=80,http; }
--- says
[emerg] invalid "ports=80,http": up to 64 ports are written as in "ports=80,443" in http:2

=== registry: a network
--- http
resolver 127.0.0.1;
webhook_registry { address any deny=10.0.0.1/8; }
--- says
[emerg] invalid network "10.0.0.1/8": it has bits set behind its prefix in http:2

=== registry: schemes
--- http
resolver 127.0.0.1;
webhook_registry { schemes ftp; }
--- says
[emerg] invalid value "ftp", it must be "http" or "https" in http:2

=== registry: company
--- http
resolver 127.0.0.1;
webhook_registry { company ${id}; }
--- says
[emerg] invalid path "${id}": it is written without "$" and braces, as in "order.id" in http:2

=== registry: confirm
--- http
resolver 127.0.0.1;
webhook_registry { confirm yes; }
--- says
[emerg] invalid value "yes", it must be "off" or "on" in http:2

=== names: of an endpoint
--- endpoint
webhook_endpoint ep_1 { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid name "ep_1" of "webhook_endpoint": it must neither begin with "ep_" or "rc_", as the ids of what is registered do, nor be "." or ".." in endpoint:1

=== names: a dot
--- endpoint
webhook_endpoint .. { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid name ".." of "webhook_endpoint": it must neither begin with "ep_" or "rc_", as the ids of what is registered do, nor be "." or ".." in endpoint:1

=== types: an example
--- types
webhook_event_type order.add 'example={'; webhook_event_type order.edit;
--- says
[emerg] the example of event type "order.add" is not JSON: a key is missing at byte 1 in types:1

=== rules: company
--- rules
webhook_event order.add POST ^/api/orders$ company=${uri.2};
--- says
[emerg] invalid path "uri.2": the regular expression has no such capture in rules:1
