
# webhook_endpoint: secret, sign, auth.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

$ENV{WEBHOOK_TEST_KEY} = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

plan 'no_plan';

conf_defaults(http => <<'CONF');
webhook_store store_temp size=16m;
webhook_event_type order.add;
CONF

run_tests();

__DATA__

=== TEST 1: all that can be set
--- user_files
>>> erp.key
whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
>>> token
an-access-token
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    events order.add;
    secret file:../html/erp.key;
    secret whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk= expires=2100-12-31;
    secret "a plain text of enough characters" expires=2100-12-31T23:59:59Z;
    sign   hmac header=X-Hub-Signature-256 prefix=sha256= secret=file:../html/erp.key;
    sign   hmac header=X-Sig algorithm=sha512 encoding=base64
           "template={timestamp}.{body}"
           secret=0123456789abcdef0123456789abcdef expires=4102444800
           secret=fedcba9876543210fedcba9876543210;
    auth   bearer file:../html/token;
}
webhook_endpoint b {
    url    http://127.0.0.1:9/b;
    events order.add;
    secret env:WEBHOOK_TEST_KEY;
    auth   basic user=pos password=file:../html/token;
}
webhook_endpoint c {
    url    http://127.0.0.1:9/c;
    events order.add;
    auth   oauth2 token_url=http://127.0.0.1:9/token client_id=pos
           client_secret=file:../html/token scope="hooks.write" audience=erp;
}
--- no_error_log
[error]



=== TEST 2: a key of others' is warned of
--- user_files
>>> erp.key
whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret file:../html/erp.key;
}
--- error_log eval
qr/\[warn\] .*"\S+erp\.key" contains a secret and can be read or written by others than its owner \(mode 06\d\d\): chmod 600 in \S+webhook\.conf:3$/m



=== TEST 3: a short key is warned of
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret whsec_MDEyMzQ1Njc4OQ==;
}
--- error_log eval
qr/\[warn\] .*the secret of "secret" is short and can be guessed: .* in \S+webhook\.conf:3$/m
--- no_error_log
MDEyMzQ1Njc4OQ



=== TEST 4: a key that has ended is warned of
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= expires=2001-02-03;
}
--- error_log eval
qr/\[warn\] .*a secret that expired at "2001-02-03" has no effect in \S+webhook\.conf:3$/m



=== TEST 5: no base64
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret whsec_not*base64*at*all;
}
--- must_die
--- error_log eval
qr/invalid secret of "secret": what follows "whsec_" is not base64 in \S+webhook\.conf:3$/m
--- no_error_log
base64*at



=== TEST 6: a public key
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=;
}
--- must_die
--- error_log eval
qr/invalid secret of "secret": a "whpk_" key is public and cannot sign in \S+webhook\.conf:3$/m



=== TEST 7: less than a secret
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 1234567;
}
--- must_die
--- error_log eval
qr/invalid secret of "secret": a secret has at least 8 characters in \S+webhook\.conf:3$/m



=== TEST 8: the same twice
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 0123456789abcdef0123456789abcdef;
    secret 0123456789abcdef0123456789abcdef;
}
--- must_die
--- error_log eval
qr/the secret of "secret" is given again in \S+webhook\.conf:4$/m
--- no_error_log
0123456789abcdef



=== TEST 9: too many
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 0123456789abcdef0123456789abcde1;
    secret 0123456789abcdef0123456789abcde2;
    secret 0123456789abcdef0123456789abcde3;
    secret 0123456789abcdef0123456789abcde4;
    secret 0123456789abcdef0123456789abcde5;
    secret 0123456789abcdef0123456789abcde6;
    secret 0123456789abcdef0123456789abcde7;
    secret 0123456789abcdef0123456789abcde8;
    secret 0123456789abcdef0123456789abcde9;
}
--- must_die
--- error_log eval
qr/"secret" has more than 8 secrets in \S+webhook\.conf:11$/m



=== TEST 10: no such file
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret file:../html/none.key;
}
--- must_die
--- error_log eval
qr/open\(\) "\S+none\.key" failed .* in \S+webhook\.conf:3$/m



=== TEST 11: no such variable of the environment
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret env:WEBHOOK_TEST_NONE;
}
--- must_die
--- error_log eval
qr/the environment variable "WEBHOOK_TEST_NONE" is not set or is empty in \S+webhook\.conf:3$/m



=== TEST 12: no date
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 0123456789abcdef0123456789abcdef expires=2100-02-30;
}
--- must_die
--- error_log eval
qr/invalid date "expires=2100-02-30": .* in \S+webhook\.conf:3$/m



=== TEST 13: a time without its zone
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 0123456789abcdef0123456789abcdef expires=2100-02-28T12:00:00;
}
--- must_die
--- error_log eval
qr/invalid date "expires=2100-02-28T12:00:00": .* in \S+webhook\.conf:3$/m



=== TEST 14: another parameter
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    secret 0123456789abcdef0123456789abcdef until=2100-02-28;
}
--- must_die
--- error_log eval
qr/"until=" is not a parameter of "secret"; .* in \S+webhook\.conf:3$/m



=== TEST 15: sign by what there is not
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign rsa header=X-Sig secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/invalid value "rsa", it must be "hmac" in \S+webhook\.conf:3$/m



=== TEST 16: sign without a header
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign hmac secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/"sign" directive has no "header=" in \S+webhook\.conf:3$/m



=== TEST 17: sign without a secret
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign hmac header=X-Sig;
}
--- must_die
--- error_log eval
qr/"sign" directive has no "secret=" in \S+webhook\.conf:3$/m



=== TEST 18: an algorithm that there is not
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign hmac header=X-Sig secret=0123456789abcdef algorithm=md5;
}
--- must_die
--- error_log eval
qr/invalid "sign": .* in \S+webhook\.conf:3$/m



=== TEST 19: a template with an unknown part
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign hmac header=X-Sig secret=0123456789abcdef "template={time}.{body}";
}
--- must_die
--- error_log eval
qr/invalid "sign": .* in \S+webhook\.conf:3$/m



=== TEST 20: one header for two signatures
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    sign hmac header=X-Sig secret=0123456789abcdef;
    sign hmac header=x-sig secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/"sign" directive has a header that another "sign" has in \S+webhook\.conf:4$/m



=== TEST 21: one header for a signature and something else
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    header x-sig 1;
    sign   hmac header=X-Sig secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "a" has the header "X-Sig" for a signature and another one of that name in \S+webhook\.conf:1$/m



=== TEST 22: the module's own header
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    sign   hmac header=webhook-signature secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/"webhook-signature" cannot be a header of an endpoint: .* in \S+webhook\.conf:3$/m



=== TEST 23: the header of the event
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    sign   hmac header=Tc-Webhook-Event secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "a" signs in the header "Tc-Webhook-Event", which tells the event in \S+webhook\.conf:1$/m



=== TEST 24: an end of nothing
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    sign   hmac header=X-Sig expires=2100-01-01 secret=0123456789abcdef;
}
--- must_die
--- error_log eval
qr/"expires=2100-01-01" follows no secret in \S+webhook\.conf:3$/m



=== TEST 25: a private key for an HMAC
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    sign   hmac header=X-Sig secret=whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;
}
--- must_die
--- error_log eval
qr/invalid secret of "sign": an HMAC needs a secret, .* in \S+webhook\.conf:3$/m



=== TEST 26: unknown authorization
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth digest file:x;
}
--- must_die
--- error_log eval
qr/invalid value "digest", it must be "bearer", "basic" or "oauth2" in \S+webhook\.conf:3$/m



=== TEST 27: a short password that cannot be hidden
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth basic user=pos password=secret;
}
--- must_die
--- error_log eval
qr/the password of less than 8 characters cannot be hidden here: put it into a file in \S+webhook\.conf:3$/m



=== TEST 28: no password
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth basic user=pos;
}
--- must_die
--- error_log eval
qr/"auth" directive needs "user=" and "password=" in \S+webhook\.conf:3$/m



=== TEST 29: a user with a colon
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth basic user=p:os password=0123456789;
}
--- must_die
--- error_log eval
qr/"auth" directive has a user that is empty or has a colon in \S+webhook\.conf:3$/m



=== TEST 30: an empty token
--- user_files
>>> token

>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth bearer file:../html/token;
}
--- must_die
--- error_log eval
qr/the bearer token is empty or has a control character in \S+webhook\.conf:3$/m



=== TEST 31: OAuth2 without all it takes
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth oauth2 token_url=https://127.0.0.1/token client_id=pos;
}
--- must_die
--- error_log eval
qr/"auth" directive needs "token_url=", "client_id=" and "client_secret=" in \S+webhook\.conf:3$/m



=== TEST 32: a token URL that is none
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth oauth2 token_url=127.0.0.1/token client_id=pos client_secret=0123456789;
}
--- must_die
--- error_log eval
qr/"auth" directive has a "token_url=" that does not begin with .* in \S+webhook\.conf:3$/m



=== TEST 33: two ways to authorize
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url    http://127.0.0.1:9/a;
    header authorization "Bearer x";
    auth   bearer 0123456789;
}
--- must_die
--- error_log eval
qr/webhook_endpoint "a" has "auth" and a "header Authorization" in \S+webhook\.conf:4$/m



=== TEST 34: two secrets of a client
--- user_files
>>> webhook.conf
webhook_endpoint a {
    url  http://127.0.0.1:9/a;
    auth oauth2 client_secret=0123456789 client_secret=9876543210;
}
--- must_die
--- error_log eval
qr/"auth" directive has more than one "client_secret=" in \S+webhook\.conf:3$/m
--- no_error_log
9876543210
