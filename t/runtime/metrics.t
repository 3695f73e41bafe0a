
# webhook_metrics: counters as Prometheus reads them.

use lib 't/lib';
use Test::Nginx::Socket;

plan 'no_plan';

no_shuffle();
no_long_string();

run_tests();

__DATA__





=== TEST 2: every counter has its help, its type and a value
--- config
    location = /metrics { webhook_metrics; }
--- request
GET /metrics
--- response_headers
Content-Type: text/plain; version=0.0.4
--- response_body_like eval
qr/\A(?:# HELP (ngx_webhook_\w+) \S[^\n]*\.\n# TYPE \1 (?:counter|gauge)\n\1 0\n){25,}(?:# HELP (ngx_webhook_\w+) \S[^\n]*\.\n# TYPE \2 (?:counter|gauge|histogram)\n(?:\2\w* -?[\d.]+\n|\2\w*\{\S+\} [\d.]+\n)+){10,}\z/
--- no_error_log
[error]







=== TEST 4: HEAD
--- config
    location = /metrics { webhook_metrics; }
--- request
HEAD /metrics
--- response_headers_like
Content-Length: \d\d\d+
--- response_body:







=== TEST 6: other methods
--- config
    location = /metrics { webhook_metrics; }
--- request
POST /metrics
--- error_code: 405







=== TEST 8: access as in any location
--- config
    location = /metrics { webhook_metrics; deny all; }
--- request
GET /metrics
--- error_code: 403











=== TEST 11: what happened is counted
--- http_config
    webhook_store store_temp size=16m;
    webhook_event_type order.add;
--- config
    location = /metrics { webhook_metrics; }
    location = /api {
        webhook_event order.add POST ^/api$;
        return 200 "{}";
    }
--- request eval
["POST /api\n{}", "GET /api", "POST /api\n{}", "GET /metrics"]
--- response_body_like eval
[".", ".", ".", qr/^ngx_webhook_events_skipped_total 2$/m]











=== TEST 14: an argument
--- config
    location = /metrics { webhook_metrics on; }
--- must_die
--- error_log eval
qr/invalid parameter "on", it must be "labels=" in \S+nginx\.conf:\d+$/m







=== TEST 16: in a server
--- config
    webhook_metrics;
--- must_die
--- error_log eval
qr/"webhook_metrics" directive is not allowed here in \S+nginx\.conf:\d+$/m
