
# webhook_store, and what cannot be without it.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults();

run_tests();

__DATA__

=== TEST 1: a path is enough
--- user_files
>>> webhook.conf
webhook_store store_temp;
--- no_error_log
[error]



=== TEST 2: all parameters
--- user_files
>>> webhook.conf
webhook_store store_temp/ size=16m keep=1d12h high_water=80%;
--- no_error_log
[error]



=== TEST 3: the smallest and the last of the values
--- user_files
>>> webhook.conf
webhook_store $TEST_NGINX_SERVER_ROOT/store_temp size=8m keep=1ms high_water=99%;
--- no_error_log
[error]



=== TEST 4: the directory is made for the workers alone
--- user_files
>>> webhook.conf
webhook_store $TEST_NGINX_SERVER_ROOT/store_temp size=16m;
--- init
my $mode = sprintf '%o', (stat "$ENV{TEST_NGINX_SERVER_ROOT}/store_temp")[2]
                         & 07777;
Test::More::is($mode, '700', 'the mode of the directory');
--- no_error_log
[error]



=== TEST 5: no path
--- user_files
>>> webhook.conf
# a comment
webhook_store;
--- must_die
--- error_log eval
qr/invalid number of arguments in "webhook_store" directive in \S+webhook\.conf:2$/m



=== TEST 6: an empty path
--- user_files
>>> webhook.conf
webhook_store "" size=16m;
--- must_die
--- error_log eval
qr/"webhook_store" has no path, as in .* in \S+webhook\.conf:1$/m



=== TEST 7: two stores
--- user_files
>>> webhook.conf
webhook_store store_temp size=16m;
webhook_store other_temp size=16m;
--- must_die
--- error_log eval
qr/"webhook_store" directive is duplicate in \S+webhook\.conf:2$/m



=== TEST 8: the path of something else
--- user_files
>>> webhook.conf
proxy_cache_path store_temp keys_zone=zone:1m;

webhook_store store_temp size=16m;
--- must_die
--- error_log eval
qr/the same path name "\S+store_temp" used in \S+webhook\.conf:1 and in \S+webhook\.conf:3$/m



=== TEST 9: a directory that cannot be made
--- user_files
>>> webhook.conf
webhook_store none_temp/store size=16m;
--- must_die
--- error_log eval
qr/the store cannot be made: there is no directory "\S+none_temp" in \S+webhook\.conf:1$/m



=== TEST 10: a size that is none
--- user_files
>>> webhook.conf
webhook_store store_temp size=big;
--- must_die
--- error_log eval
qr/invalid size "size=big", it is written as in "64m" or "4g" in \S+webhook\.conf:1$/m



=== TEST 11: a size that is too small
--- user_files
>>> webhook.conf
webhook_store store_temp size=8191k;
--- must_die
--- error_log eval
qr/"size=8191k" is too small, the least is 8m in \S+webhook\.conf:1$/m



=== TEST 12: a time that is none
--- user_files
>>> webhook.conf
webhook_store store_temp keep=long;
--- must_die
--- error_log eval
qr/invalid time "keep=long", it must be from 1ms to ten years, as in "7d" or "12h" in \S+webhook\.conf:1$/m



=== TEST 13: to keep nothing
--- user_files
>>> webhook.conf
webhook_store store_temp keep=0;
--- must_die
--- error_log eval
qr/invalid time "keep=0", it must be from 1ms to ten years, as in "7d" or "12h" in \S+webhook\.conf:1$/m



=== TEST 14: a high-water mark without a percent sign
--- user_files
>>> webhook.conf
webhook_store store_temp high_water=80;
--- must_die
--- error_log eval
qr/invalid "high_water=80", it must be from 10% to 99% in \S+webhook\.conf:1$/m



=== TEST 15: a high-water mark that leaves no reserve
--- user_files
>>> webhook.conf
webhook_store store_temp high_water=100%;
--- must_die
--- error_log eval
qr/invalid "high_water=100%", it must be from 10% to 99% in \S+webhook\.conf:1$/m



=== TEST 16: a parameter that is none
--- user_files
>>> webhook.conf
webhook_store store_temp sise=16m;
--- must_die
--- error_log eval
qr/invalid parameter "sise=16m", .+ in \S+webhook\.conf:1$/m



=== TEST 17: a store belongs to http
--- config
    webhook_store store_temp;
--- must_die
--- error_log eval
qr/"webhook_store" directive is not allowed here in \S+nginx\.conf:\d+$/m



=== TEST 18: a rule without a store
--- user_files
>>> webhook.conf
webhook_event_type order.add;

webhook_event order.add POST ^/;
--- must_die
--- error_log eval
qr/"webhook_event" needs a "webhook_store", and there is none in \S+webhook\.conf:3$/m



=== TEST 19: an endpoint without a store
--- user_files
>>> webhook.conf
webhook_event_type order.add;

webhook_endpoint erp {
    url    http://127.0.0.1:9/;
    events order.add;
}
--- must_die
--- error_log eval
qr/"webhook_endpoint" needs a "webhook_store", and there is none in \S+webhook\.conf:3$/m



=== TEST 20: a history without a store
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret    abcdefghijklmnopqrstuvwxyz;
    action    POST /pos/x;
    log_calls on;
}
--- config
    location ^~ /web/hook/ { webhook_receive; }
--- must_die
--- error_log eval
qr/"log_calls" of webhook_receiver "usd" needs a "webhook_store", and there is none in \S+webhook\.conf:1$/m



=== TEST 21: receivers alone need no store
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret    abcdefghijklmnopqrstuvwxyz;
    action    POST /pos/x;
}
--- config
    location ^~ /web/hook/ { webhook_receive; }
    location = /t { return 200 "ok\n"; }
--- no_error_log
[error]



=== TEST 22: event types alone need none either
--- user_files
>>> webhook.conf
webhook_event_type order.add;
--- no_error_log
[error]



=== TEST 23: what becomes of a full store
--- user_files
>>> webhook.conf
webhook_store store_temp keep_bytes=1g warn=60% full=drop;
--- no_error_log
[error]



=== TEST 24: history stays
--- user_files
>>> webhook.conf
webhook_store store_temp full=refuse warn=10%;
--- no_error_log
[error]



=== TEST 25: responses wait
--- user_files
>>> webhook.conf
webhook_store store_temp full=block full_wait=90s;
--- no_error_log
[error]



=== TEST 26: an unknown policy
--- user_files
>>> webhook.conf
webhook_store store_temp full=drops;
--- must_die
--- error_log eval
qr/invalid "full=drops", it must be "drop", "refuse" or "block" in \S+webhook\.conf:1$/m



=== TEST 27: a wait that is none
--- user_files
>>> webhook.conf
webhook_store store_temp full=block full_wait=0;
--- must_die
--- error_log eval
qr/invalid "full_wait=0", it must be a time of up to 1h in \S+webhook\.conf:1$/m



=== TEST 28: a wait too long
--- user_files
>>> webhook.conf
webhook_store store_temp full_wait=2h;
--- must_die
--- error_log eval
qr/invalid "full_wait=2h", it must be a time of up to 1h in \S+webhook\.conf:1$/m



=== TEST 29: a warning that is none
--- user_files
>>> webhook.conf
webhook_store store_temp warn=75;
--- must_die
--- error_log eval
qr/invalid "warn=75", it must be from 10% to 99% in \S+webhook\.conf:1$/m



=== TEST 30: no bytes to keep
--- user_files
>>> webhook.conf
webhook_store store_temp keep_bytes=0;
--- must_die
--- error_log eval
qr/invalid size "keep_bytes=0", it is written as in "64m" or "4g" in \S+webhook\.conf:1$/m



=== TEST 32: no calls to know
--- user_files
>>> webhook.conf
webhook_store store_temp dedupe_rows=none;
--- must_die
--- error_log eval
qr/invalid number "dedupe_rows=none" in \S+webhook\.conf:1$/m



=== TEST 31: no keys to know
--- user_files
>>> webhook.conf
webhook_store store_temp idempotency_rows=0;
--- must_die
--- error_log eval
qr/invalid number "idempotency_rows=0" in \S+webhook\.conf:1$/m



=== TEST 33: a journal
--- user_files
>>> webhook.conf
webhook_store store_temp size=256m journal=8m;
--- no_error_log
[error]



=== TEST 34: none
--- user_files
>>> webhook.conf
webhook_store store_temp journal=off;
--- no_error_log
[error]



=== TEST 35: a journal that is too small
--- user_files
>>> webhook.conf
webhook_store store_temp journal=1k;
--- must_die
--- error_log eval
qr/invalid "journal=1k", it must be "off", or a size from 1m to 64m, as in "8m" in \S+webhook\.conf:1$/m



=== TEST 36: or too large
--- user_files
>>> webhook.conf
webhook_store store_temp size=8g journal=65m;
--- must_die
--- error_log eval
qr/invalid "journal=65m", it must be "off"/



=== TEST 37: or for this store
--- user_files
>>> webhook.conf
webhook_store store_temp size=64m journal=8m;
--- must_die
--- error_log eval
qr/"webhook_store" directive has a "journal=" that is more than a 32nd of its size/
