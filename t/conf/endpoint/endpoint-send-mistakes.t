# Mistakes in webhook_endpoint: when and where its sends go.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== retry misspelt
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempt=3; }
--- says
[emerg] invalid parameter "attempt=3", did you mean "attempts="? in endpoint:1

=== retry without =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry 3; }
--- says
[emerg] invalid parameter "3", it must be "attempts=", "first=", "factor=", "max=", "jitter=", "retry_after=", "gone=" or "disable_after=" in endpoint:1

=== retry space
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts = 3; }
--- says
[emerg] invalid parameter "attempts", it is written "attempts=...", without spaces in endpoint:1

=== retry off
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry off; }
--- says
[emerg] invalid parameter "off", it must be "attempts=", "first=", "factor=", "max=", "jitter=", "retry_after=", "gone=" or "disable_after=" in endpoint:1

=== retry first minute
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry first=1min; }
--- says
[emerg] invalid time "first=1min", it must be from 1ms to 366d in endpoint:1

=== retry dup param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts=3 attempts=4; }
--- says
[emerg] invalid parameter "attempts=4", "attempts=" is given twice in endpoint:1

=== retry max<first
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry first=10m max=1m; }
--- says
[emerg] "retry" directive has a "max=" that is less than its "first=" in endpoint:1

=== retry jitter %
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry jitter=10%; }
--- says
[emerg] invalid "jitter=10%", it must be from 0 to 1, with up to 3 decimals in endpoint:1

=== retry gone
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry gone=stop; }
--- says
[emerg] invalid value "gone=stop", it must be "pause" or "ignore" in endpoint:1

=== retry attempts=1 first
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts=0; }
--- says
[emerg] invalid "attempts=0", it must be from 1 to 1000 in endpoint:1

=== timeout plain
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout 10s; }
--- says
[emerg] invalid parameter "10s", it must be "connect=", "send=", "read=" or "total=" in endpoint:1

=== timeout read > total
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=60s; }
--- says
[warn] "read=" in "timeout" of webhook_endpoint "erp" is longer than "total=" (15000 ms), which ends a send earlier in endpoint:1

=== timeout dup
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=6s read=7s; }
--- says
[emerg] invalid parameter "read=7s", "read=" is given twice in endpoint:1

=== timeout unit doubled
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=6ss; }
--- says
[emerg] invalid time "read=6ss", it must be from 1ms to 1h in endpoint:1

=== limit rate no r/s
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit rate=100; }
--- says
[emerg] invalid "rate=100", it must be from 1 to 1000000, as in "rate=100r/s", "rate=30r/m" or "rate=10r/h" in endpoint:1

=== limit rate 100/s
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit rate=100/s; }
--- says
[emerg] invalid "rate=100/s", it must be from 1 to 1000000, as in "rate=100r/s", "rate=30r/m" or "rate=10r/h" in endpoint:1

=== limit dup param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit inflight=1 inflight=2; }
--- says
[emerg] invalid parameter "inflight=2", "inflight=" is given twice in endpoint:1

=== limit twice
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit inflight=1; limit rate=10r/s; }
--- says
[emerg] "limit" directive is duplicate in endpoint:1

=== success ok
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 200 202; }
--- says
[emerg] "success" directive takes status codes with commas, as in "200,202" in endpoint:1

=== success 20x
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 20x; }
--- says
[emerg] invalid status codes "20x": they are written as in "200,202" or "2xx" in endpoint:1

=== success 2XX
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 2XX; }
--- says
[emerg] invalid status codes "2XX": they are written as in "200,202" or "2xx" in endpoint:1

=== success 1xx
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 100; }
--- says
[emerg] "success" directive has no status that ends a response: they are from 200 to 599 in endpoint:1

=== tls without https
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; tls verify=off; }
--- says
[emerg] "tls" needs an https:// url, which webhook_endpoint "erp" has not in endpoint:1

=== tls verify no
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; tls verify=no; }
--- says
[emerg] invalid "verify=no", it must be "verify=on" or "verify=off" in endpoint:1

=== tls misspelt
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; tls cafile=/no/ca.pem; }
--- says
[emerg] invalid parameter "cafile=/no/ca.pem", it must be "verify=", "ca=", "name=", "cert=", "key=" or "password_file=" in endpoint:1

=== ssl_verify
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; proxy_ssl_verify off; }
--- says
[emerg] "proxy_ssl_verify" directive is not allowed here in endpoint:1

=== address
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address private; }
--- says
[emerg] invalid address "private", it must be "any" or "public" in endpoint:1

=== address public own 127
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address public; }
--- says
[emerg] address 127.0.0.1 is not allowed: loopback in endpoint:1

=== deny all
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; deny all; }
--- says
[emerg] invalid network "all": it is no address in endpoint:1

=== allow host bits
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address public; allow 127.0.0.1/8; }
--- says
[emerg] invalid network "127.0.0.1/8": it has bits set behind its prefix in endpoint:1

=== proxy no scheme
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; proxy 10.0.0.1:3128; }
--- says
[emerg] a proxy is written as in "http://proxy.example.com:3128", a user by "user=" and "password=" in endpoint:1

=== breaker
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; breaker on; }
--- says
[emerg] invalid parameter "on", it must be "failures=", "percent=", "window=" or "hold=" in endpoint:1
