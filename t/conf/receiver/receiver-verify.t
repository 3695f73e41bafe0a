# verify, handshake, and the receiver's settings beside them: good and bad
# values.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(
    config => 'location ^~ /web/hook/ { webhook_receive; }',
    http   => "webhook_store store_temp size=16m;\n",
);

# "directives" stand at line 4 of a receiver

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('user_files', <<"CONF");
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    ${\ $block->directives}
}
CONF

    if (!defined $block->must_die && !defined $block->no_error_log) {
        $block->set_value('no_error_log', ['[error]', '[emerg]']);
    }
});

run_tests();

__DATA__

=== TEST 1: all presets
--- directives
verify standard whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw expires=2286-11-20
       whpk_1SiAwo9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOirw= tolerance=1m;
--- no_error_log
[warn]



=== TEST 2: a generic one, with everything
--- directives
verify hmac a-key-of-enough-bytes-for-all header=X-Sig algorithm=sha512
       encoding=base64 prefix=v1= "template={id}.{timestamp}.{url}.{body}"
       timestamp=X-Time id=X-Id tolerance=30s url=https://h.example.com/in/;
--- no_error_log
[warn]



=== TEST 3: handshakes, modes and the rest
--- directives
handshake meta token=a-token-of-sixteen token=another-of-sixteen;
handshake cloudevents origin=*.example.org origin=* rate=100;
handshake dropbox; handshake msgraph; handshake asana; probe get head;
mode test; profile nightpos; log_calls errors; limit inflight=5 body=2k;
redact card.number header.X-Token var.remote_user query.token;
secret sha256:0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789 expires=4102444800;
--- no_error_log
[warn]



=== TEST 4: a short key
--- directives
verify github short;
--- no_error_log
[error]
--- error_log eval
qr/\[warn\] .*a key of webhook_receiver "usd" is short and can be guessed: use 24 random bytes or more in \S+webhook\.conf:4$/m



=== TEST 5: a key that has ended
--- directives
verify github a-key-of-enough-bytes-for-all expires=2001-01-01;
--- error_log
[warn]



=== TEST 6: an unknown preset
--- directives
verify nobody-at-all key-0123456789-abcdef;
--- must_die
--- error_log eval
qr/unknown preset "nobody-at-all": it is one of .*basic, .* and zoom in \S+webhook\.conf:4$/m



=== TEST 7: no key
--- directives
verify github tolerance=5s;
--- must_die
--- error_log eval
qr/"verify" directive has no key in \S+webhook\.conf:4$/m



=== TEST 8: too many keys
--- directives
verify bearer key-number-01 key-number-02 key-number-03 key-number-04 key-number-05 key-number-06 key-number-07 key-number-08 key-number-09;
--- must_die
--- error_log eval
qr/"verify" has more than 8 keys in \S+webhook\.conf:4$/m



=== TEST 9: twice
--- directives
verify bearer key-0123456789-abcdef; verify bearer key-0123456789-abcdef;
--- must_die
--- error_log eval
qr/"verify" directive is duplicate in \S+webhook\.conf:4$/m



=== TEST 10: a key that is none
--- directives
verify standard whsec_not*base64;
--- must_die
--- error_log eval
qr/invalid key of webhook_receiver "usd": what follows "whsec_" is not base64 in \S+webhook\.conf:4$/m
--- no_error_log
not*base64



=== TEST 11: a file that is not there
--- directives
verify github file:/nonexistent/key;
--- must_die
--- error_log eval
qr/"\/nonexistent\/key" failed .*in \S+webhook\.conf:4$/m



=== TEST 12: a variable that is not set
--- directives
verify github env:WEBHOOK_NOT_SET;
--- must_die
--- error_log eval
qr/the environment variable "WEBHOOK_NOT_SET" is not set or is empty in \S+webhook\.conf:4$/m



=== TEST 13: a tolerance of no use
--- directives
verify github key-0123456789-abcdef tolerance=5m;
--- must_die
--- error_log eval
qr/invalid "verify github": .*tolerance.* in \S+webhook\.conf:4$/m



=== TEST 14: a bad tolerance
--- directives
verify slack key-0123456789-abcdef tolerance=2d;
--- must_die
--- error_log eval
qr/invalid "tolerance=2d", it must be from 1s to 1d in \S+webhook\.conf:4$/m



=== TEST 15: parameters change any preset
--- directives
verify github a-key-of-enough-bytes-for-all header=X-Sig prefix=v1= digest=sha512
       encoding=base64 timestamp=X-Time "string={timestamp}.{method}.{body}" unit=ms tolerance=1m;
--- no_error_log
[warn]



=== TEST 16: a generic one without its header
--- directives
verify hmac key-0123456789-abcdef;
--- must_die
--- error_log eval
qr/"verify hmac" needs "header=", the name of the header with the signature in \S+webhook\.conf:4$/m



=== TEST 17: a header that is none
--- directives
verify hmac key-0123456789-abcdef "header=X Sig";
--- must_die
--- error_log eval
qr/"header=X Sig" is not the name of a header in \S+webhook\.conf:4$/m



=== TEST 18: an unknown algorithm
--- directives
verify hmac key-0123456789-abcdef header=X-Sig algorithm=md5;
--- must_die
--- error_log eval
qr/invalid "verify hmac": .* in \S+webhook\.conf:4$/m



=== TEST 19: a timestamp that is signed and does not come
--- directives
verify hmac key-0123456789-abcdef header=X-Sig "template={timestamp}.{body}";
--- must_die
--- error_log eval
qr/invalid "verify hmac": .* in \S+webhook\.conf:4$/m



=== TEST 20: no URL
--- directives
verify square key-0123456789-abcdef;
--- must_die
--- error_log eval
qr/the URL is signed as the sender knows it: add "url=https:\/\/host\/prefix\/", to which the token is added in \S+webhook\.conf:4$/m



=== TEST 21: an URL that is none
--- directives
verify square key-0123456789-abcdef url=hooks.example.com/in/;
--- must_die
--- error_log eval
qr/the "url=" of "verify" is not an http:\/\/ or https:\/\/ URL in \S+webhook\.conf:4$/m



=== TEST 22: an URL of no use
--- directives
verify github key-0123456789-abcdef url=https://hooks.example.com/in/;
--- must_die
--- error_log eval
qr/"url=" has no effect: no URL is signed in \S+webhook\.conf:4$/m



=== TEST 23: an end without a key
--- directives
verify github expires=2027-01-01 key-0123456789-abcdef;
--- must_die
--- error_log eval
qr/"expires=2027-01-01" follows no secret in \S+webhook\.conf:4$/m



=== TEST 24: an unknown handshake
--- directives
handshake slack;
--- must_die
--- error_log eval
qr/the handshake of "slack" comes with "verify slack" in \S+webhook\.conf:4$/m



=== TEST 25: a handshake without a token
--- directives
handshake meta;
--- must_die
--- error_log eval
qr/"handshake meta" needs "token=", up to 8 times in \S+webhook\.conf:4$/m



=== TEST 26: a handshake without an origin
--- directives
handshake cloudevents rate=5;
--- must_die
--- error_log eval
qr/"handshake cloudevents" needs "origin=": whose events are taken, or "\*" for everybody's in \S+webhook\.conf:4$/m



=== TEST 27: a bad rate
--- directives
handshake cloudevents origin=* rate=fast;
--- must_die
--- error_log eval
qr/invalid "rate=fast", it is a number of calls a minute in \S+webhook\.conf:4$/m



=== TEST 28: a digest that is none
--- directives
secret sha256:0123;
--- must_die
--- error_log eval
qr/"sha256:" in "secret" of webhook_receiver "usd" must be followed by the 64 hexadecimal digits of a token's SHA-256 in \S+webhook\.conf:4$/m



=== TEST 29: the digest of a token that is there
--- directives
secret sha256:dd65eea0329dcb94b17187af9dff28c31a1d78026737a16af75979a1fa4618e5;
--- must_die
--- error_log eval
qr/the "secret" of webhook_receiver "usd", given in \S+webhook\.conf:2, is given again for "usd" in \S+webhook\.conf:4$/m



=== TEST 30: a bad date
--- directives
secret ABCDEFGHIJKLMNOPQRST expires=2027-02-30;
--- must_die
--- error_log eval
qr/invalid date "expires=2027-02-30": .* in \S+webhook\.conf:4$/m



=== TEST 31: another parameter
--- directives
secret ABCDEFGHIJKLMNOPQRST ends=2027-02-03;
--- must_die
--- error_log eval
qr/"ends=" is not a parameter of "secret"; .* in \S+webhook\.conf:4$/m



=== TEST 32: an unknown mode
--- directives
mode async;
--- must_die
--- error_log eval
qr/invalid value "async", it must be .+ in \S+webhook\.conf:4$/m



=== TEST 33: an unknown profile
--- directives
profile loose;
--- must_die
--- error_log eval
qr/invalid value "loose", it must be .+ in \S+webhook\.conf:4$/m



=== TEST 34: an unknown kind of history
--- directives
log_calls some;
--- must_die
--- error_log eval
qr/invalid value "some", it must be .+ in \S+webhook\.conf:4$/m



=== TEST 35: no calls at all
--- directives
limit inflight=0;
--- must_die
--- error_log eval
qr/invalid "inflight=0", it must be from 1 to 1000000 in \S+webhook\.conf:4$/m



=== TEST 36: a path that is none
--- directives
redact card..number;
--- must_die
--- error_log eval
qr/invalid path "card\.\.number": .* in \S+webhook\.conf:4$/m



=== TEST 37: a list, and fields
--- directives
verify hmac a-key-of-enough-bytes-for-all field=data.sign "list=,;" pair== item=s
       timestamp=item:t id=field:data.id unit=auto app=7
       "string={app}{timestamp}{field.data.amount}{query.a?}{sorted_fields}{body.sha256|base64}";
--- no_error_log
[warn]



=== TEST 38: base64 that lacks its "whsec_"
--- directives
verify standard MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw;
--- no_error_log
[error]
--- error_log eval
qr/\[warn\] .*a key of webhook_receiver "usd" is read as text and may be base64: write "base64:" or "whsec_" in front of it if it is, or "key=text" if not in \S+webhook\.conf:4$/m



=== TEST 39: and the same, said
--- directives
verify standard base64:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw;
--- no_error_log
[warn]



=== TEST 40: text, said
--- directives
verify standard MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw key=text;
--- no_error_log
[warn]



=== TEST 41: "whsec_" where keys are text
--- directives
verify github whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw;
--- no_error_log
[error]
--- error_log eval
qr/\[warn\] .*a key of webhook_receiver "usd" begins with "whsec_" and is read as text: with "key=standard" what follows is read as base64 in \S+webhook\.conf:4$/m



=== TEST 42: where that is meant, and stripe's, in which it is a part of the text
--- directives
verify stripe whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw;
--- no_error_log
[warn]



=== TEST 43: public keys
--- directives
verify public no-public-key-at-all-here header=X-Sign;
--- must_die
--- error_log eval
qr/invalid key of webhook_receiver "usd": the key is no public key: it is PEM, "whpk_\.\.\.", DER in base64, or the 32 bytes of an ed25519 key in hexadecimal digits or base64 in \S+webhook\.conf:4$/m



=== TEST 44: one in hexadecimal digits, one in base64, one with its prefix
--- directives
verify public d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe text:1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=
       whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4= encoding=hex header=X-Sign;
--- no_error_log
[warn]
