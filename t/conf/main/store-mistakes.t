# Mistakes in webhook_store.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== store missing
--- store

--- says
[emerg] "webhook_event" needs a "webhook_store", and there is none in rules:1

=== store: no path
--- store
webhook_store size=16m;
--- says
[emerg] "webhook_store" has no path, as in "webhook_store /var/lib/nginx/webhook size=16m" in store:1

=== store: path is a file
--- store
webhook_store conf/nginx.conf size=16m;
--- says
[emerg] the store "nginx.conf" is not a directory in store:1

=== store: path parent missing
--- store
webhook_store /no/such/dir/webhook size=16m;
--- says
[emerg] the store cannot be made: there is no directory "/no/such/dir" in store:1

=== store: size 64MB
--- store
webhook_store store size=64MB;
--- says
[emerg] invalid size "size=64MB", it is written as in "64m" or "4g" in store:1

=== store: size 1GB
--- store
webhook_store store size=1gb;
--- says
[emerg] invalid size "size=1gb", it is written as in "64m" or "4g" in store:1

=== store: size no unit
--- store
webhook_store store size=64;
--- says
[emerg] "size=64" is too small, the least is 8m in store:1

=== store: size huge
--- store
webhook_store store size=4000000g;
--- says
[emerg] "size=4000000g" is too large, the most is 16384g in store:1

=== store: size bigger than disk
--- store
webhook_store store size=100000g;
--- says
[emerg] "size=100000g" is too large, the most is 16384g in store:1

=== store: keep number
--- store
webhook_store store size=16m keep=7;
--- says
[warn] the sends of webhook_endpoint "erp" can go on for longer than "webhook_store" keeps finished events (7 s) in endpoint:1

=== store: keep 7days
--- store
webhook_store store size=16m keep=7days;
--- says
[emerg] invalid time "keep=7days", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: keep -1
--- store
webhook_store store size=16m keep=-1;
--- says
[emerg] invalid time "keep=-1", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: keep off
--- store
webhook_store store size=16m keep=off;
--- says
[emerg] invalid time "keep=off", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: warn no %
--- store
webhook_store store size=16m warn=80;
--- says
[emerg] invalid "warn=80", it must be from 10% to 99% in store:1

=== store: warn > high
--- store
webhook_store store size=16m warn=95% high_water=80%;
--- says
[emerg] "webhook_store" directive has a "warn=" above its "high_water=" in store:1

=== store: dup param
--- store
webhook_store store size=16m size=32m;
--- says
[emerg] invalid parameter "size=32m", "size=" is given twice in store:1

=== store: dup
--- store
webhook_store store size=16m; webhook_store other;
--- says
[emerg] "webhook_store" directive is duplicate in store:1

=== store: full
--- store
webhook_store store size=16m full=wait;
--- says
[emerg] invalid "full=wait", it must be "drop", "refuse" or "block" in store:1

=== store: full_wait without block
--- store
webhook_store store size=16m full_wait=10s;
--- says
[emerg] "webhook_store" directive has a "full_wait=" without "full=block" in store:1

=== store: misspelt
--- store
webhook_store store sizes=16m;
--- says
[emerg] invalid parameter "sizes=16m", did you mean "size="? in store:1

=== store: orphans
--- store
webhook_store store size=16m orphans=1h;
--- says
[emerg] invalid time "orphans=1h", it must be "off", or from 2d to ten years in store:1

=== store: orphans on
--- store
webhook_store store size=16m orphans=on;
--- says
[emerg] invalid time "orphans=on", it must be "off", or from 2d to ten years in store:1

=== store: $var
--- store
webhook_store /tmp/$host size=16m;
--- says
[emerg] the path of the store is fixed: it cannot contain "$", as in "/tmp/$host" in store:1

=== store: in server
--- server
webhook_store store2;
--- says
[emerg] "webhook_store" directive is not allowed here in server:1

=== store: keep_bytes > size
--- store
webhook_store store size=16m keep_bytes=32m;
--- says
[emerg] "webhook_store" directive has a "keep_bytes=" that is more than its size in store:1

=== orphans: a day
--- store
webhook_store store orphans=1d;
--- says
[emerg] invalid time "orphans=1d", it must be "off", or from 2d to ten years in store:1

=== orphans: none
--- store
webhook_store store orphans=0;
--- says
[emerg] invalid time "orphans=0", it must be "off", or from 2d to ten years in store:1

=== orphans: eleven years
--- store
webhook_store store orphans=4015d;
--- says
[emerg] invalid time "orphans=4015d", it must be "off", or from 2d to ten years in store:1

=== orphans: misspelt
--- store
webhook_store store orphan=30d;
--- says
[emerg] invalid parameter "orphan=30d", did you mean "orphans="? in store:1
