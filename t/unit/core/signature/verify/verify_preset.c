
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is peculiar to each preset but "standard": forms, dates, credentials.
 */

#include "signed.h"

#include <openssl/err.h>


static signed_call_t  s;


static const signed_case_t  linear = {
    .preset = "linear", .secret = "lin_wh_secret_0123456789", .body = "",
    .now = 1676056950, .headers = { { "Linear-Signature", "" } }
};

static const signed_case_t  bearer = {
    .preset = "bearer", .secret = "tok_0123456789abcdef", .body = "{}",
    .headers = { { "Authorization", "" } }
};

static const signed_case_t  basic = {
    .preset = "basic", .secret = "pos:pass:word with colon", .body = "{}",
    .headers = { { "Authorization", "" } }
};


static void
test_stripe(void)
{
    char      value[SIGNED_MAX];
    unsigned  i;

    static const char  good[] =
        "88a022085c6bdb887b02cb26ff76dd681234d9675c0f22844059f55552a8883a";
    static const char  zero[] =
        "0000000000000000000000000000000000000000000000000000000000000000";

    static const struct {
        const char        *format;
        webhook_verify_e   rc;
    } values[] = {
        { "t=1492774577,v1=%s", WEBHOOK_VERIFY_OK },
        { "v1=%s,t=1492774577", WEBHOOK_VERIFY_OK },
        { "t=1492774577,v0=x,v1=%s,scheme=", WEBHOOK_VERIFY_OK },
        { "t=1492774577,v0=%s", WEBHOOK_VERIFY_NO_SIGNATURE },
        { "v1=%s", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "t=1,t=1492774577,v1=%s", WEBHOOK_VERIFY_OK },
        { "t=1492774577,t=1,v1=%s", WEBHOOK_VERIFY_MISMATCH },
        { "t=,v1=%s", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "t=1492774577, v1=%s", WEBHOOK_VERIFY_OK },
        { "t=1492774577,v1=%s,", WEBHOOK_VERIFY_OK },
        { ",,t=1492774577,,v1=%s", WEBHOOK_VERIFY_OK },
        { "t=1492774577,v1,v1=,v1=00,=,v1=%s,v1=zz", WEBHOOK_VERIFY_OK },
        { "t=1492774577,v1=%s0", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "t=1492774577,v1= %s", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "t=1492774577,v1", WEBHOOK_VERIFY_BAD_SIGNATURE }
    };

    static const signed_case_t  stripe = {
        .preset = "stripe", .secret = "whsec_test_secret",
        .body = "{\"id\":\"evt_test_webhook\",\"object\":\"event\"}",
        .now = 1492774577, .headers = { { "Stripe-Signature", "" } }
    };

    (void) signed_make(&s, &stripe);

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {

        /* the format is one of the texts above */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
        (void) snprintf(value, sizeof(value), values[i].format, good);
#pragma GCC diagnostic pop

        signed_set_header(&s, 0, value);

        tap_ok(signed_verify(&s) == values[i].rc, "stripe: \"%s\" %s",
               values[i].format, webhook_verify_text(values[i].rc));
    }

    (void) snprintf(value, sizeof(value), "t=1492774577,v1=%s,v1=%s,v1=%s",
                    zero, good, zero);
    signed_set_header(&s, 0, value);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "stripe: any v1 will do");

    strcpy(value, "t=1492774577");

    for (i = 0; i < 63; i++) {
        strcat(value, ",v1=");
        strcat(value, i == 62 ? good : zero);
    }

    signed_set_header(&s, 0, value);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "stripe: 64 items");

    strcat(value, ",v1=");
    strcat(value, good);
    signed_set_header(&s, 0, value);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG, "stripe: but not 65");
}


/* Ids that are not signed, upper case, what headers may not hold. */

static void
test_github(void)
{
    static const signed_case_t  github = {
        .preset = "github", .secret = "It's a Secret to Everybody",
        .body = "Hello, World!",
        .headers = {
            { "X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a"
                                     "37570b6d7586c22c46f4379c8b043e17" },
            { "X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958" } }
    };

    (void) signed_make(&s, &github);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "github: right");
    tap_bytes(s.verified.id.data, s.verified.id.len,
              "72d3162e-cc78-11e3-81ab-4c9367dc0958", "github: the repeat id");

    signed_set_header(&s, 1, "a b");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_ID, "github: a bad id");

    s.texts[0][7] = 'A';
    s.values[1].len = 0;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_SIGNATURE,
           "github: capital letters are no signature");

    (void) signed_make(&s, &github);
    s.texts[0][5] = '5';
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_SIGNATURE,
           "github: another prefix");

    (void) signed_make(&s, &github);
    s.values[0].len = 7;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_SIGNATURE,
           "github: nothing but the prefix");

    s.values[0].len = 3;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_SIGNATURE,
           "github: not even the prefix");
}


static void
test_linear(void)
{
    unsigned           i, k, size;
    unsigned char      out[WEBHOOK_SIGN_HMAC_MAX + 1];
    const char        *err;
    size_t             len;
    webhook_str_t      none, body;
    webhook_part_t     parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t   scheme;
    webhook_message_t  m;

    static const struct {
        const char        *body;
        webhook_verify_e   rc;
    } bodies[] = {
        { "{\"webhookTimestamp\":1676056940508}", WEBHOOK_VERIFY_OK },
        { "{\"a\":1}", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "{\"webhookTimestamp\":null}", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "{\"webhookTimestamp\":\"1676056940508\"}", WEBHOOK_VERIFY_OK },
        { "{\"webhookTimestamp\":1.676056940508e12}",
          WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "{\"webhookTimestamp\":-1676056940508}",
          WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "{\"webhookTimestamp\":9999999999999999999999}",
          WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "{\"webhookTimestamp\":1676056000000}", WEBHOOK_VERIFY_OLD },
        { "{\"webhookTimestamp\":1676058000000}", WEBHOOK_VERIFY_EARLY },
        { "[1676056940508]", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "not JSON", WEBHOOK_VERIFY_BAD_BODY },
        { "", WEBHOOK_VERIFY_BAD_BODY }
    };

    signed_case_t  c = linear;

    none = signed_str("");
    (void) webhook_scheme_compile(&scheme, parts, &none, &none, &none, &none,
                                  &err);

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {

        c.body = bodies[i].body;
        (void) signed_make(&s, &c);

        body = signed_str(c.body);
        memset(&m, 0, sizeof(m));
        m.body = &body;
        m.pieces = 1;
        (void) webhook_sign_hmac(&scheme, s.keys, 1, &m, out, sizeof(out),
                                 &len);
        out[len] = '\0';
        signed_set_header(&s, 0, (char *) out);

        tap_ok(signed_verify(&s) == bodies[i].rc, "linear: %s %s",
               c.body, webhook_verify_text(bodies[i].rc));

        s.texts[0][0] ^= 1;

        for (k = 0, size = 0; k <= 1; k++) {
            s.call.pieces = k;
            size += signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH
                    || signed_verify(&s) == WEBHOOK_VERIFY_BAD_SIGNATURE;
        }

        tap_ok(size == 2, "linear: and unsigned it is not even read");
    }
}


static void
test_twilio(void)
{
    unsigned  i;
    size_t    n;
    char     *p;

    static signed_case_t  form = {
        .preset = "twilio", .secret = "12345",
        .url = "https://mycompany.com/in",
        .headers = {
            { "X-Twilio-Signature", "NX+Y7FbcXl7MYIV0TIg0d3dDWko=" },
            { "content-type", "Application/X-WWW-Form-URLencoded" } }
    };

    static const struct {
        const char        *body;
        webhook_verify_e   rc;
    } bodies[] = {
        { "Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%2B&MediaUrl=b&MediaUrl=a"
          "&MediaUrl=b", WEBHOOK_VERIFY_OK },
        { "MediaUrl=a&MediaUrl=b&Text=%e1%ba%bfm%20%26%20c%c3%a0%20ph%c3%aa%2b",
          WEBHOOK_VERIFY_OK },
        { "&&MediaUrl=a&&MediaUrl=b&Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%2B&",
          WEBHOOK_VERIFY_OK },
        { "MediaUrl=a&Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%2B",
          WEBHOOK_VERIFY_MISMATCH },
        { "MediaUrl=a&MediaUrl=b&Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%2",
          WEBHOOK_VERIFY_BAD_BODY },
        { "MediaUrl=a&MediaUrl=b&Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%",
          WEBHOOK_VERIFY_BAD_BODY },
        { "MediaUrl=a&MediaUrl=b&Text=%E1%BA%BFm+%26+c%C3%A0+ph%C3%AA%2g",
          WEBHOOK_VERIFY_BAD_BODY },
        { "", WEBHOOK_VERIFY_MISMATCH }
    };

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        form.body = bodies[i].body;
        (void) signed_make(&s, &form);

        tap_ok(signed_verify(&s) == bodies[i].rc, "twilio: \"%s\" %s",
               form.body, webhook_verify_text(bodies[i].rc));
    }

    signed_set_header(&s, 1, "text/plain");
    s.body.len = 1;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_BODY,
           "twilio: a body that is not signed is refused");

    s.body.len = 0;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH,
           "twilio: an empty body need not be");

    /* more fields than it reads */

    form.body = "";
    (void) signed_make(&s, &form);
    p = (char *) s.bytes;

    for (n = 0; n <= WEBHOOK_VERIFY_FIELDS; n++) {
        *p++ = 'a';
        *p++ = '&';
    }

    s.body.len = p - (char *) s.bytes;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_BODY,
           "twilio: more than 1024 fields are refused");

    s.body.len -= 2;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH,
           "twilio: 1024 are read");

    s.call.url = signed_str("https://a/?bodySHA256=00&bodySHA256=00");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_BAD_BODY,
           "twilio: two hashes of a body are refused");
}


static void
test_authorization(void)
{
    unsigned  i;

    static const struct {
        const signed_case_t  *of;
        const char           *value;
        webhook_verify_e      rc;
    } values[] = {
        { &bearer, "bearer tok_0123456789abcdef", WEBHOOK_VERIFY_OK },
        { &bearer, "BEARER   tok_0123456789abcdef", WEBHOOK_VERIFY_OK },
        { &bearer, "Bearer tok_0123456789abcde", WEBHOOK_VERIFY_MISMATCH },
        { &bearer, "Bearer tok_0123456789abcdef0", WEBHOOK_VERIFY_MISMATCH },
        { &bearer, "Bearer tok_0123456789abcdef ", WEBHOOK_VERIFY_MISMATCH },
        { &bearer, "Bearer", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &bearer, "Bearer ", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &bearer, "Bearertok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &bearer, "tok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &bearer, "Basic tok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &basic, "basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u", WEBHOOK_VERIFY_OK },
        { &basic, "Basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u=",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &basic, "Basic cG9z", WEBHOOK_VERIFY_MISMATCH },
        { &basic, "Basic !!!!", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { &basic, "Basic cG9zOg==", WEBHOOK_VERIFY_MISMATCH },
        { &basic, "Basic Og==", WEBHOOK_VERIFY_MISMATCH },
        { &basic, "Bearer cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u",
          WEBHOOK_VERIFY_BAD_SIGNATURE }
    };

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        (void) signed_make(&s, values[i].of);
        signed_set_header(&s, 0, values[i].value);

        tap_ok(signed_verify(&s) == values[i].rc, "\"%s\" %s",
               values[i].value, webhook_verify_text(values[i].rc));
    }
}


/* The generic preset: every part, digest and encoding. */

static void
test_hmac(void)
{
    static const signed_case_t  one = {
        .preset = "hmac", .secret = "a legacy shared secret",
        .body = "{\"x\":1}", .url = "https://pos.example.com/in",
        .now = 1531420618,
        .headers = {
            { "X-Time", "1531420618" }, { "X-Id", "evt-1" },
            { "X-Sign", "hmac C3A6BE6A1F0FB822DF0FBE17F9E152EF564D2CA8DFEBC29"
                        "140A9C87BDFAC831CD1010CD2D96A3D78B239B9103F2776A41729"
                        "5832086FFDCE19D9BA8A0AE1F2AD" } }
    };

    static const signed_case_t  two = {
        .preset = "hmac", .secret = "a legacy shared secret",
        .body = "{\"x\":1}", .now = 0,
        .headers = { { "X-Sign", "TgR3jzgwS9+uAOcnyG9QlSQXF90=" } }
    };

    (void) signed_make(&s, &one);

    s.row.digest = WEBHOOK_DIGEST_SHA512;
    s.row.encoding = WEBHOOK_ENCODING_HEX_UPPER;
    s.row.prefix = signed_str("hmac ");
    s.row.string = signed_str("{timestamp}|{id}|{url}|{body}");
    s.row.signature.name = signed_str("x-sign");
    s.row.timestamp.name = signed_str("x-time");
    s.row.id.name = signed_str("x-id");

    tap_ok(signed_init(&s), "hmac: a row of every part");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: right");
    tap_bytes(s.verified.id.data, s.verified.id.len, "evt-1", "hmac: its id");

    signed_bits(&s, "hmac", 0);

    s.call.now += 300;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: in its window");
    s.call.now++;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OLD, "hmac: and out of it");
    s.verifier.tolerance = 301;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: which can be set");

    s.call.url.len = 0;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_URL, "hmac: no URL");
    s.call.url = signed_str(one.url);

    s.values[1].len = 0;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_ID, "hmac: no id");

    (void) signed_make(&s, &two);

    s.row.digest = WEBHOOK_DIGEST_SHA1;
    s.row.encoding = WEBHOOK_ENCODING_BASE64;
    s.row.signature.name = signed_str("x-sign");
    (void) signed_init(&s);

    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: sha1, base64, body");
    signed_bits(&s, "hmac: sha1, base64", 0);
}


int
main(void)
{
    test_stripe();
    test_github();
    test_linear();
    test_twilio();
    test_authorization();
    test_hmac();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
