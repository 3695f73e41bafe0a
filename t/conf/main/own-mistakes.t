# Mistakes about the module's own events.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

mistakes_right('they are asked for', http => <<'CONF');
webhook_endpoint alarm { url http://127.0.0.1:9/a; events webhook.*; }
webhook_endpoint dead { url http://127.0.0.1:9/b; events webhook.delivery.dead; }
CONF

done_testing;

__DATA__
=== one is declared
--- http
webhook_event_type webhook.endpoint.paused;
--- says
[emerg] event type "webhook.endpoint.paused" cannot be declared: those that begin with "webhook." are the module's own in http:1

=== one that there is not
--- http
webhook_endpoint alarm { url http://127.0.0.1:9/a; events webhook.lost; }
--- says
[emerg] "webhook.lost" in "events" of webhook_endpoint "alarm" matches no "webhook_event_type" in http:1

=== a rule makes one
--- rules
webhook_event order.add  POST ^/api/orders$;
webhook_event order.edit PUT  ^/api/orders/\d+$;
webhook_event webhook.delivery.dead POST ^/api/dead$;
--- says
[emerg] unknown event type "webhook.delivery.dead": declare it by "webhook_event_type" in rules:3

=== a receiver emits one
--- receiver
emit webhook.receiver.failed;
action POST /pos/x '{}';
--- says
[emerg] unknown event type "webhook.receiver.failed": declare it by "webhook_event_type" in receiver:3

=== all others
--- types

--- rules

--- endpoint
webhook_endpoint all { url http://127.0.0.1:9/a; events *; }
--- says
[emerg] "*" in "events" of webhook_endpoint "all" matches no "webhook_event_type" in endpoint:1

=== a time that is none
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry disable_after=never; }
--- says
[emerg] invalid time "disable_after=never", it must be from 1ms to 366d in endpoint:1
