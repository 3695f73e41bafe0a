# Mistakes in webhook_event_type and webhook_event_header.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== types: description unquoted
--- types
webhook_event_type order.add An order was created; webhook_event_type order.edit;
--- says
[emerg] "webhook_event_type" directive takes a description in quotes, and nothing after it in types:1

=== types: two
--- types
webhook_event_type order.add order.edit; webhook_event_type order.edit;
--- says
[warn] "order.edit" is taken for the description of "order.add": each event type has a directive of its own in types:1

=== types: misspelt group
--- types
webhook_event_type order.add grp=order "x"; webhook_event_type order.edit;
--- says
[emerg] invalid parameter "grp=order", it must be "group=" or "example=" in types:1

=== types: grp last
--- types
webhook_event_type order.add grp=order; webhook_event_type order.edit;
--- says
[emerg] invalid parameter "grp=order", it must be "group=" or "example=" in types:1

=== types: dash
--- types
webhook_event_type order-add;
--- says
[emerg] invalid event type "order-add": it must be words of letters, digits and "_" with dots between them in types:1

=== types: dup
--- types
webhook_event_type order.add; webhook_event_type order.add;
--- says
[emerg] event type "order.add", declared in types:1, is declared again in types:1

=== types: wildcard
--- types
webhook_event_type order.*;
--- says
[emerg] invalid event type "order.*": it must be words of letters, digits and "_" with dots between them in types:1

=== event_header
--- http
webhook_event_header X-Event:;
--- says
[emerg] "X-Event:" cannot be the header that tells the event: it is not a header name or has another use in http:1

=== event_header host
--- http
webhook_event_header Host;
--- says
[emerg] "Host" cannot be the header that tells the event: it is not a header name or has another use in http:1
