
# webhook_endpoint: tls.

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

=== TEST 1: tls twice
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    verify=off;
    tls    verify=off;
}
--- must_die
--- error_log eval
qr/"tls" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 2: verify=maybe
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    verify=maybe;
}
--- must_die
--- error_log eval
qr/invalid "verify=maybe", it must be "verify=on" or "verify=off" in \S+webhook\.conf:3$/m



=== TEST 3: an empty ca
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    ca=;
}
--- must_die
--- error_log eval
qr/invalid parameter "ca=", it has no value in \S+webhook\.conf:3$/m



=== TEST 4: two names
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    name=a name=b;
}
--- must_die
--- error_log eval
qr/invalid parameter "name=b", .+ in \S+webhook\.conf:3$/m



=== TEST 5: tls with something else
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    versions=TLSv1.3;
}
--- must_die
--- error_log eval
qr/invalid parameter "versions=TLSv1\.3", .+ in \S+webhook\.conf:3$/m



=== TEST 6: a certificate without its key
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    cert=a.pem;
}
--- must_die
--- error_log eval
qr/"tls" directive must have both "cert=" and "key=" or none of them in \S+webhook\.conf:3$/m



=== TEST 7: a key without its certificate
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    key=a.key;
}
--- must_die
--- error_log eval
qr/"tls" directive must have both "cert=" and "key=" or none of them in \S+webhook\.conf:3$/m



=== TEST 8: a ca without use
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    ca=a.pem verify=off;
}
--- must_die
--- error_log eval
qr/"tls" directive has a "ca=" that has no effect with "verify=off" in \S+webhook\.conf:3$/m



=== TEST 9: a ca that is not there
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    https://127.0.0.1:9/hooks;
    tls    ca=lost.pem;
}
--- must_die
--- error_log eval
qr/the certificates of "ca=\S+lost\.pem" cannot be read in \S+webhook\.conf:2$/m



=== TEST 10: tls without https
--- user_files
>>> webhook.conf
webhook_endpoint erp {
    url    http://127.0.0.1:9/hooks;
    tls    verify=off;
}
--- must_die
--- error_log eval
qr/"tls" needs an https:\/\/ url, which webhook_endpoint "erp" has not in \S+webhook\.conf:3$/m
