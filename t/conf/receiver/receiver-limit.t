
# webhook_receiver: log_calls and limit.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(
    config => 'location ^~ /web/hook/ { webhook_receive; }',
    http   => "webhook_store store_temp size=16m;\n",
);

run_tests();

__DATA__

=== TEST 1: log_calls maybe
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    log_calls maybe;
}
--- must_die
--- error_log eval
qr/invalid value "maybe", it must be .+ in \S+webhook\.conf:4$/m



=== TEST 2: limit body=0
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit body=0;
}
--- must_die
--- error_log eval
qr/invalid size "body=0", it must be from 1 to 64m in \S+webhook\.conf:4$/m



=== TEST 3: limit body=65m
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit body=65m;
}
--- must_die
--- error_log eval
qr/invalid size "body=65m", it must be from 1 to 64m in \S+webhook\.conf:4$/m



=== TEST 4: limit body=big
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit body=big;
}
--- must_die
--- error_log eval
qr/invalid size "body=big", it must be from 1 to 64m in \S+webhook\.conf:4$/m



=== TEST 5: limit depth=0
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit depth=0;
}
--- must_die
--- error_log eval
qr/invalid "depth=0", it must be from 1 to 1024 in \S+webhook\.conf:4$/m



=== TEST 6: limit depth=1025
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit depth=1025;
}
--- must_die
--- error_log eval
qr/invalid "depth=1025", it must be from 1 to 1024 in \S+webhook\.conf:4$/m



=== TEST 7: limit values=0
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit values=0;
}
--- must_die
--- error_log eval
qr/invalid "values=0", it must be from 1 to 16777216 in \S+webhook\.conf:4$/m



=== TEST 8: limit values=x
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit values=x;
}
--- must_die
--- error_log eval
qr/invalid "values=x", it must be from 1 to 16777216 in \S+webhook\.conf:4$/m



=== TEST 9: an endpoint's limit
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    limit rate=8r/s;
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" has directives that need "mode durable" in \S+webhook\.conf:1$}m
