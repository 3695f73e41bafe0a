
# webhook_endpoint: success, retry, timeout and limit.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
webhook_event_type order.edit;
webhook_event_type product.add;
CONF

run_tests();

__DATA__

=== TEST 1: success twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 200;
    success 201;
}
--- must_die
--- error_log eval
qr/"success" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 2: success 600
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 600;
}
--- must_die
--- error_log eval
qr/invalid status codes "600": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 3: success 20
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 20;
}
--- must_die
--- error_log eval
qr/invalid status codes "20": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 4: success ok
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success ok;
}
--- must_die
--- error_log eval
qr/invalid status codes "ok": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 5: success 200,
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 200,;
}
--- must_die
--- error_log eval
qr/invalid status codes "200,": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 6: success 2xx,99
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 2xx,99;
}
--- must_die
--- error_log eval
qr/invalid status codes "2xx,99": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 7: success 20x
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 20x;
}
--- must_die
--- error_log eval
qr/invalid status codes "20x": they are written as in "200,202" or "2xx" in \S+webhook\.conf:3$/m



=== TEST 8: success with a space
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    success 200 202;
}
--- must_die
--- error_log eval
qr/"success" directive takes status codes with commas, as in "200,202" in \S+webhook\.conf:3$/m



=== TEST 9: retry twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=1;
    retry attempts=1;
}
--- must_die
--- error_log eval
qr/"retry" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 10: retry without a parameter
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "retry" directive in \S+webhook\.conf:3$/m



=== TEST 11: attempts=0
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=0;
}
--- must_die
--- error_log eval
qr/invalid "attempts=0", it must be from 1 to 1000 in \S+webhook\.conf:3$/m



=== TEST 12: attempts=1001
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=1001;
}
--- must_die
--- error_log eval
qr/invalid "attempts=1001", it must be from 1 to 1000 in \S+webhook\.conf:3$/m



=== TEST 13: attempts=-1
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=-1;
}
--- must_die
--- error_log eval
qr/invalid "attempts=-1", it must be from 1 to 1000 in \S+webhook\.conf:3$/m



=== TEST 14: attempts=many
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=many;
}
--- must_die
--- error_log eval
qr/invalid "attempts=many", it must be from 1 to 1000 in \S+webhook\.conf:3$/m



=== TEST 15: attempts=
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry attempts=;
}
--- must_die
--- error_log eval
qr/invalid parameter "attempts=", it has no value in \S+webhook\.conf:3$/m



=== TEST 16: factor=0.5
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry factor=0.5;
}
--- must_die
--- error_log eval
qr/invalid "factor=0\.5", it must be from 1 to 100, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 17: factor=101
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry factor=101;
}
--- must_die
--- error_log eval
qr/invalid "factor=101", it must be from 1 to 100, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 18: factor=x
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry factor=x;
}
--- must_die
--- error_log eval
qr/invalid "factor=x", it must be from 1 to 100, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 19: factor=1.2345
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry factor=1.2345;
}
--- must_die
--- error_log eval
qr/invalid "factor=1\.2345", it must be from 1 to 100, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 20: factor=
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry factor=;
}
--- must_die
--- error_log eval
qr/invalid parameter "factor=", it has no value in \S+webhook\.conf:3$/m



=== TEST 21: jitter=1.1
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry jitter=1.1;
}
--- must_die
--- error_log eval
qr/invalid "jitter=1\.1", it must be from 0 to 1, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 22: jitter=-1
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry jitter=-1;
}
--- must_die
--- error_log eval
qr/invalid "jitter=-1", it must be from 0 to 1, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 23: jitter=10%
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry jitter=10%;
}
--- must_die
--- error_log eval
qr/invalid "jitter=10%", it must be from 0 to 1, with up to 3 decimals in \S+webhook\.conf:3$/m



=== TEST 24: first=0
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry first=0;
}
--- must_die
--- error_log eval
qr/invalid time "first=0", it must be from 1ms to 366d in \S+webhook\.conf:3$/m



=== TEST 25: first=1x
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry first=1x;
}
--- must_die
--- error_log eval
qr/invalid time "first=1x", it must be from 1ms to 366d in \S+webhook\.conf:3$/m



=== TEST 26: first=
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry first=;
}
--- must_die
--- error_log eval
qr/invalid parameter "first=", it has no value in \S+webhook\.conf:3$/m



=== TEST 27: max=0
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry max=0;
}
--- must_die
--- error_log eval
qr/invalid time "max=0", it must be from 1ms to 366d in \S+webhook\.conf:3$/m



=== TEST 28: max=367d
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry max=367d;
}
--- must_die
--- error_log eval
qr/invalid time "max=367d", it must be from 1ms to 366d in \S+webhook\.conf:3$/m



=== TEST 29: retry with something else
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    retry times=3;
}
--- must_die
--- error_log eval
qr/invalid parameter "times=3", .+ in \S+webhook\.conf:3$/m



=== TEST 30: retry at its bounds
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
    retry attempts=1000 first=1ms factor=100 max=366d jitter=1;
}
--- no_error_log
[error]



=== TEST 31: and at the others
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
    retry attempts=1 first=366d factor=1 jitter=0;
}
--- no_error_log
[error]



=== TEST 32: timeout twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout total=1s;
    timeout total=1s;
}
--- must_die
--- error_log eval
qr/"timeout" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 33: a bare time
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout 5s;
}
--- must_die
--- error_log eval
qr/invalid parameter "5s", .+ in \S+webhook\.conf:3$/m



=== TEST 34: connect=0
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout connect=0;
}
--- must_die
--- error_log eval
qr/invalid time "connect=0", it must be from 1ms to 1h in \S+webhook\.conf:3$/m



=== TEST 35: send=x
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout send=x;
}
--- must_die
--- error_log eval
qr/invalid time "send=x", it must be from 1ms to 1h in \S+webhook\.conf:3$/m



=== TEST 36: read=
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout read=;
}
--- must_die
--- error_log eval
qr/invalid parameter "read=", it has no value in \S+webhook\.conf:3$/m



=== TEST 37: total=2h
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    timeout total=2h;
}
--- must_die
--- error_log eval
qr/invalid time "total=2h", it must be from 1ms to 1h in \S+webhook\.conf:3$/m



=== TEST 38: seconds need no unit
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    events *;
    timeout connect=5 total=1h;
}
--- no_error_log
[error]



=== TEST 39: limit twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    limit inflight=1;
    limit inflight=1;
}
--- must_die
--- error_log eval
qr/"limit" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 40: inflight=0
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    limit inflight=0;
}
--- must_die
--- error_log eval
qr/invalid "inflight=0", it must be from 1 to 65535 in \S+webhook\.conf:3$/m



=== TEST 41: inflight=65536
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    limit inflight=65536;
}
--- must_die
--- error_log eval
qr/invalid "inflight=65536", it must be from 1 to 65535 in \S+webhook\.conf:3$/m



=== TEST 42: inflight=x
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    limit inflight=x;
}
--- must_die
--- error_log eval
qr/invalid "inflight=x", it must be from 1 to 65535 in \S+webhook\.conf:3$/m



=== TEST 43: a receiver's limit
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    limit body=1m;
}
--- must_die
--- error_log eval
qr/invalid parameter "body=1m", .+ in \S+webhook\.conf:3$/m
