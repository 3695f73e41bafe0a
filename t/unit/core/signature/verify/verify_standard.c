
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is peculiar to Standard Webhooks: lists of signatures, both kinds of
 * keys, the older names of its headers.
 */

#include "signed.h"

#include <openssl/err.h>


static signed_call_t  s;


static const char  standard_secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char  standard_hmac[] =
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
static const char  standard_ed25519[] =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZ"
    "dpXwVLPo3mNl8EM+m7TBAg==";
static const char  standard_public[] =
    "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

static const signed_case_t  standard = {
    .title = "standard", .preset = "standard", .secret = standard_secret,
    .body = "{\"test\": 2432232314}", .now = 1614265330,
    .headers = { { "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek" },
                 { "webhook-timestamp", "1614265330" },
                 { "webhook-signature", standard_hmac } }
};


static void
test_lists(void)
{
    unsigned  i;

    static const struct {
        const char        *value;
        webhook_verify_e   rc;
    } lists[] = {
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1,", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { ",", WEBHOOK_VERIFY_NO_SIGNATURE },
        { "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_NO_SIGNATURE },
        { "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_MISMATCH },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ",
          WEBHOOK_VERIFY_OK },
        { " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_OK },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=  v2,x",
          WEBHOOK_VERIFY_OK },
        { "v1 v1, , v1,!!!! v1,AAAA v1a,AA nonsense "
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,",
          WEBHOOK_VERIFY_OK },
        { "v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1z,",
          WEBHOOK_VERIFY_OK },
        { "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_OK },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= "
          "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          WEBHOOK_VERIFY_OK },
        { "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          WEBHOOK_VERIFY_MISMATCH }
    };

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        (void) signed_make(&s, &standard);
        signed_set_header(&s, 2, lists[i].value);

        tap_ok(signed_verify(&s) == lists[i].rc, "standard: \"%s\" %s",
               lists[i].value, webhook_verify_text(lists[i].rc));
    }
}


static void
test_times(void)
{
    unsigned  i;

    static const struct {
        const char        *value;
        webhook_verify_e   rc;
    } times[] = {
        { "01614265330", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "+1614265330", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "-1614265330", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { " 1614265330", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "1614265330 ", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "1614265330.0", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "0x6037b3f2", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "1614265330000000000", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "18446744075323816946", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "999999999999999999", WEBHOOK_VERIFY_MISMATCH },
        { "0", WEBHOOK_VERIFY_MISMATCH }
    };

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        (void) signed_make(&s, &standard);
        signed_set_header(&s, 1, times[i].value);

        tap_ok(signed_verify(&s) == times[i].rc, "standard: \"%s\" %s",
               times[i].value, webhook_verify_text(times[i].rc));
    }
}


static void
test_ids(void)
{
    unsigned  i;

    static const char  *ids[] = {
        "msg_p5jXN8AQM9LWM0D4loKWxJe.k", "msg p5", "msg\tp5", "msg\xc3\xa9",
        "msg\x7f"
    };

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        (void) signed_make(&s, &standard);
        signed_set_header(&s, 0, ids[i]);

        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_ID,
               "standard: bad id %u", i);
    }

    (void) signed_make(&s, &standard);
    (void) signed_verify(&s);

    tap_bytes(s.verified.id.data, s.verified.id.len,
              "msg_p5jXN8AQM9LWM0D4loKWxJek", "standard: the id is told");

    memset(s.texts[0], 'a', 257);
    s.values[0].len = 257;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG
           && s.verified.id.len == 0,
           "standard: an id is no longer than 256, and not told if refused");
}


/* The 64th of a list counts, a 65th is one too many; what is empty does not
   count. */

static void
test_many(void)
{
    char      list[SIGNED_MAX];
    unsigned  i;

    (void) signed_make(&s, &standard);
    list[0] = '\0';

    for (i = 0; i < 63; i++) {
        strcat(list, "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=  ");
    }

    strcat(list, standard_hmac);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "standard: 64 in a list");

    strcat(list, " v9,x");
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
           "standard: but not 65");
}


/* ed25519: public key, private one, both kinds at once. */

static void
test_keys(void)
{
    char           list[SIGNED_MAX];
    unsigned       i;
    const char    *err;
    signed_case_t  c;
    webhook_str_t  text;

    c = standard;
    c.secret = standard_public;
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH,
           "standard: an HMAC is not of a public key");

    signed_set_header(&s, 2, standard_ed25519);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
           "standard: whpk_ verifies");

    text = signed_str(standard_secret);
    (void) webhook_key_read(&s.keys[1], &text, WEBHOOK_KEY_AS_STANDARD, &err);
    s.verifier.nkeys = 2;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.key == 0,
           "standard: v1a beside a key of the other kind");

    (void) snprintf(list, sizeof(list), "%s %s", standard_ed25519,
                    standard_hmac);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.key == 1,
           "standard: both in one list");

    s.keys[1].expires = 1;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.key == 0,
           "standard: the HMAC's key has ended, the other's not");

    /* four of ed25519 are looked at */

    list[0] = '\0';

    for (i = 0; i < 4; i++) {
        strcat(list, "v1a,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA== ");
    }

    strcat(list, standard_ed25519);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
           "standard: no more than 4 of ed25519");

    s.keys[1].expires = 0;
    strcat(list, " ");
    strcat(list, standard_hmac);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.key == 1,
           "standard: but others are");
}


/* The older names, as a set. */

static void
test_svix(void)
{
    signed_case_t  c;

    c = standard;
    c.headers[0].name = "svix-id";
    c.headers[1].name = "svix-timestamp";
    c.headers[2].name = "svix-signature";
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.id.len == 28,
           "standard: svix-*");

    signed_bits(&s, "standard: svix-*", 0);

    (void) signed_add_header(&s, "webhook-id", "other");
    (void) signed_add_header(&s, "webhook-timestamp", "1");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.id.len == 28,
           "standard: the id is of the set that is signed");

    c.headers[0].name = "webhook-id";
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_ID,
           "standard: sets are not mixed");
}


int
main(void)
{
    test_lists();
    test_times();
    test_ids();
    test_many();
    test_keys();
    test_svix();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
