# What nginx -t says of "verify" for senders of Europe and America.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

my $hex = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';

my $action = "action POST /pos/x '{}';";

mistakes_right('adyen', receiver => "verify adyen $hex; $action");
mistakes_right('hubspot', receiver =>
    "verify hubspot a-key-of-enough-bytes url=https://h/in/; $action");
mistakes_right('discord', receiver => "verify discord $hex; $action");
mistakes_right('mailgun, of a subaccount', receiver =>
    "verify mailgun a-key-of-enough-bytes field=signature.parent-signature;"
    . " $action");

mistakes_run();

done_testing;

__DATA__
=== adyen: the key is hexadecimal digits
--- receiver
verify adyen a-key-of-enough-bytes-for-everybody; action POST /pos/x '{}';
--- says
[emerg] invalid key of webhook_receiver "r": the key is not up to 512 bytes in hexadecimal digits in receiver:3

=== adyen: another place
--- receiver
verify adyen 44782DEF547AAA06C910C43932B1EB0C71FC68D9 header=HmacSignature; action POST /pos/x '{}';
--- says
[emerg] invalid "verify adyen": its signatures are in the items of "notificationItems": for one in a header take "hmac" in receiver:3

=== adyen: another field
--- receiver
verify adyen 44782DEF547AAA06C910C43932B1EB0C71FC68D9 field=hmacSignature; action POST /pos/x '{}';
--- says
[emerg] invalid "verify adyen": its signatures are in the items of "notificationItems": for one in a header take "hmac" in receiver:3

=== adyen: in another form
--- receiver
verify adyen 44782DEF547AAA06C910C43932B1EB0C71FC68D9 encoding=hex; action POST /pos/x '{}';
--- says
[emerg] invalid "verify adyen": its signatures are in the items of "notificationItems": for one in a header take "hmac" in receiver:3

=== adyen: what it signs
--- receiver
verify adyen 44782DEF547AAA06C910C43932B1EB0C71FC68D9 "string={body}"; action POST /pos/x '{}';
--- says
[emerg] "string=" has no effect: what "verify adyen" signs cannot be changed in receiver:3

=== adyen: no time is signed
--- receiver
verify adyen 44782DEF547AAA06C910C43932B1EB0C71FC68D9 tolerance=5m; action POST /pos/x '{}';
--- says
[emerg] invalid "verify adyen": a tolerance has no effect: no timestamp is signed in receiver:3

=== hubspot: the URL
--- receiver
verify hubspot a-key-of-enough-bytes-for-all; action POST /pos/x '{}';
--- says
[emerg] the URL is signed as the sender knows it: add "url=https://host/prefix/", to which the token is added in receiver:3

=== paypal: the webhook's id
--- receiver
verify paypal MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==; action POST /pos/x '{}';
--- says
[emerg] invalid "verify paypal": "app=" is missing: what the sender calls its app key, partner id or the like is signed in receiver:3

=== discord: a public key
--- receiver
verify discord a-key-of-enough-bytes-for-all; action POST /pos/x '{}';
--- says
[emerg] invalid key of webhook_receiver "r": the key is no public key: it is PEM, "whpk_...", DER in base64, or the 32 bytes of an ed25519 key in hexadecimal digits or base64 in receiver:3
