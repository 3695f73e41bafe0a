
# webhook_endpoint: limit, retry, breaker, address, allow, deny, proxy; and
# webhook_address.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
CONF

run_tests();

__DATA__

=== TEST 1: all that can be set
--- user_files
>>> password
a-password
>>> webhook.conf
webhook_address public allow=10.0.0.0/8 deny=10.9.0.0/16;
webhook_address deny=2001:db8::/32;
webhook_endpoint a {
    url     http://127.0.0.1:9/a;
    events  order.add;
    limit   inflight=8 rate=100r/s burst=10;
    retry   attempts=5 first=10s factor=1.5 max=1h jitter=0.1
            retry_after=30m gone=ignore disable_after=5d;
    breaker failures=5 percent=50 window=2m hold=1m;
    address public;
    allow   127.0.0.0/8 ::1/128;
    deny    127.0.0.2 169.254.0.0/16;
    deny    fe80::/10;
}
webhook_endpoint b {
    url     http://127.0.0.1:9/b;
    events  order.add;
    limit   rate=30r/m;
    retry   retry_after=off gone=pause disable_after=off;
    breaker failures=1;
    address any;
    proxy   http://127.0.0.1:3128 user=pos password=file:../html/password;
}
webhook_endpoint c {
    url     https://127.0.0.1:9/c;
    events  order.add;
    limit   rate=10r/h burst=1;
    breaker percent=100;
    address any;
    proxy   http://127.0.0.1;
}
--- no_error_log
[error]



=== TEST 2: no rate
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    limit rate=100;
}
--- must_die
--- error_log eval
qr/invalid "rate=100", it must be from 1 to 1000000, as in .* in \S+webhook\.conf:3$/m



=== TEST 3: a rate of nothing
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    limit rate=0r/s;
}
--- must_die
--- error_log eval
qr/invalid "rate=0r\/s", .* in \S+webhook\.conf:3$/m



=== TEST 4: a burst of what has no rate
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    limit burst=5;
}
--- must_die
--- error_log eval
qr/"limit" directive has a "burst=" without a "rate=" in \S+webhook\.conf:3$/m



=== TEST 5: a limit that there is not
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    limit connections=5;
}
--- must_die
--- error_log eval
qr/invalid parameter "connections=5", .+ in \S+webhook\.conf:3$/m



=== TEST 6: what to do when gone
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    retry gone=delete;
}
--- must_die
--- error_log eval
qr/invalid value "gone=delete", it must be "pause" or "ignore" in \S+webhook\.conf:3$/m



=== TEST 7: Retry-After without a bound
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    retry retry_after=never;
}
--- must_die
--- error_log eval
qr/invalid time "retry_after=never", it must be from 1ms to 366d in \S+webhook\.conf:3$/m



=== TEST 8: a jitter that is none
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    retry jitter=-0.1;
}
--- must_die
--- error_log eval
qr/invalid "jitter=-0\.1", it must be from 0 to 1, .* in \S+webhook\.conf:3$/m



=== TEST 9: a breaker of nothing
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    breaker hold=10s;
}
--- must_die
--- error_log eval
qr/"breaker" directive needs "failures=" or "percent=" in \S+webhook\.conf:3$/m



=== TEST 10: more than all
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    breaker percent=101;
}
--- must_die
--- error_log eval
qr/invalid "percent=101", it must be from 1 to 100 in \S+webhook\.conf:3$/m



=== TEST 11: a window of nothing
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    breaker failures=5 window=10s;
}
--- must_die
--- error_log eval
qr/"breaker" directive has a "window=" without a "percent=" in \S+webhook\.conf:3$/m



=== TEST 12: a time that is none
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    breaker failures=5 hold=2d;
}
--- must_die
--- error_log eval
qr/invalid time "hold=2d", it must be from 1ms to 1d in \S+webhook\.conf:3$/m



=== TEST 13: two breakers
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    breaker failures=5;
    breaker percent=50;
}
--- must_die
--- error_log eval
qr/"breaker" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 14: addresses of what kind
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    address private;
}
--- must_die
--- error_log eval
qr/invalid address "private", it must be "any" or "public" in \S+webhook\.conf:3$/m



=== TEST 15: a network that is none
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    allow 10.0.0.1/8;
}
--- must_die
--- error_log eval
qr/invalid network "10\.0\.0\.1\/8": .* in \S+webhook\.conf:3$/m



=== TEST 16: a name
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9;
    deny localhost;
}
--- must_die
--- error_log eval
qr/invalid network "localhost": .* in \S+webhook\.conf:3$/m



=== TEST 17: for all endpoints
--- user_files
>>> webhook.conf
webhook_address deny=10.0.0.0/33;
--- must_die
--- error_log eval
qr/invalid network "10\.0\.0\.0\/33": .* in \S+webhook\.conf:1$/m



=== TEST 18: for all endpoints, what there is not
--- user_files
>>> webhook.conf
webhook_address 10.0.0.0/8;
--- must_die
--- error_log eval
qr/invalid parameter "10\.0\.0\.0\/8" in \S+webhook\.conf:1$/m



=== TEST 19: an address that no endpoint may have
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url     http://127.0.0.1:9;
    address public;
}
--- must_die
--- error_log eval
qr/127\.0\.0\.1.* in \S+webhook\.conf:\d$/m



=== TEST 20: the same, for all
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url http://127.0.0.1:9;
}
webhook_address public;
--- must_die
--- error_log eval
qr/127\.0\.0\.1.* in \S+webhook\.conf:\d$/m



=== TEST 21: a proxy of another kind
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    proxy socks5://127.0.0.1:1080;
}
--- must_die
--- error_log eval
qr/a proxy is written as in .* in \S+webhook\.conf:3$/m



=== TEST 22: a user in the URL of a proxy
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    proxy http://pos:secret@127.0.0.1:3128;
}
--- must_die
--- error_log eval
qr/a proxy is written as in .* in \S+webhook\.conf:3$/m



=== TEST 23: two arguments
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://127.0.0.1:9;
    proxy http://127.0.0.1:3128 user=pos;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "proxy" directive in \S+webhook\.conf:3$/m



=== TEST 24: a proxy on the way to a socket
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url   http://unix:/tmp/no.sock:/;
    proxy http://127.0.0.1:3128;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "a" is behind a unix socket, where no "proxy" leads in \S+webhook\.conf:3$/m
