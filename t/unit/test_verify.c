
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that are signed, and calls that are nearly so.
 */

#include "signed.h"
#include "tap.h"

#include <ctype.h>
#include <jansson.h>
#include <openssl/err.h>


#define VECTORS  "t/data/signature-vectors.json"


static signed_call_t  s;


/* Known answers of presets of which there is no published one. */

static const signed_case_t  cases[] = {

    { .title = "slack", .preset = "slack",
      .secret = "8f742231b10e8888abcd99yyyzzz85a5",
      .body = "token=xyz&team_id=T1&text=hello+there", .now = 1531420618,
      .headers = {
          { "X-Slack-Request-Timestamp", "1531420618" },
          { "X-Slack-Signature", "v0=62ce19b3cd7632db4f4c0bbb6a58e4f5"
                                 "a7afc1a0d02ac7be57d9c2b94d3cd684" } } },

    { .title = "zoom", .preset = "zoom", .secret = "zoom-secret-token-1234",
      .body = "{\"event\":\"meeting.started\","
              "\"payload\":{\"object\":{\"id\":\"1\"}}}", .now = 1531420618,
      .headers = {
          { "x-zm-request-timestamp", "1531420618" },
          { "x-zm-signature", "v0=45b3d76289131e9d1a3be2029dbc16d4"
                              "23644dd294efc1010bd622109d56eec1" } } },

    { .title = "linear", .preset = "linear",
      .secret = "lin_wh_secret_0123456789",
      .body = "{\"action\":\"create\",\"type\":\"Issue\","
              "\"webhookTimestamp\":1676056940508}", .now = 1676056950,
      .headers = {
          { "Linear-Signature", "69820445c39cefd873fb43568aaeffb6"
                                "21027a2a3e4d8ab2f40381c59e8f588d" } } },

    { .title = "twilio, JSON", .preset = "twilio", .secret = "12345",
      .body = "{\"x\":1}",
      .url = "https://mycompany.com/myapp.php?bodySHA256=5041bf1f713df204"
             "784353e82f6a4a535931cb64f1f4b4a5aeaffcb720918b22",
      .headers = {
          { "Content-Type", "application/json" },
          { "X-Twilio-Signature", "fJkOZjqQ3A8N4eRxslgDQmN9Thw=" } } },

    { .title = "gitlab", .preset = "gitlab", .secret = "glwt-0123456789abcdef",
      .body = "{}",
      .headers = { { "X-Gitlab-Token", "glwt-0123456789abcdef" } } },

    { .title = "bearer", .preset = "bearer", .secret = "tok_0123456789abcdef",
      .body = "{}",
      .headers = { { "Authorization", "Bearer tok_0123456789abcdef" } } },

    { .title = "basic", .preset = "basic", .secret = "pos:pass:word with colon",
      .body = "{}",
      .headers = { { "Authorization",
                     "Basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u" } } },
};


/*
 * What one bit may do without changing what is said: a preset that signs no
 * body; the case of the scheme's name; the case of an escape's digits, as it
 * is what an escape means that is signed.
 */

static int
test_same(const unsigned char *text, size_t len, size_t i, unsigned bit,
    int form)
{
    return form && bit == 5 && isalpha(text[i])
           && ((i >= 1 && text[i - 1] == '%' && i + 1 < len
                && isxdigit(text[i + 1]))
               || (i >= 2 && text[i - 2] == '%' && isxdigit(text[i - 1])));
}


/* Flips each bit of a text in turn; the number that was taken for right. */

static unsigned
test_flip(unsigned char *text, size_t len, size_t from, int form)
{
    int       same;
    size_t    i;
    unsigned  bit, wrong;

    wrong = 0;

    for (i = from; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            same = test_same(text, len, i, bit, form);

            text[i] ^= 1 << bit;
            wrong += ((signed_verify(&s) == WEBHOOK_VERIFY_OK) != same);
            text[i] ^= 1 << bit;
        }
    }

    return wrong;
}


static void
test_bits(const char *title, int form)
{
    size_t    from;
    unsigned  i;

    if (s.verifier.preset->body) {
        tap_ok(test_flip(s.bytes, s.body.len, 0, form) == 0,
               "%s: no bit of the body can be flipped", title);
    }

    for (i = 0; i < s.nheaders; i++) {

        if (strcmp(s.names[i], "Content-Type") == 0) {
            continue;
        }

        from = 0;

        if (strcmp(s.names[i], "Authorization") == 0) {
            from = strchr((char *) s.texts[i], ' ') - (char *) s.texts[i];
        }

        tap_ok(test_flip(s.texts[i], s.values[i].len, from, 0) == 0,
               "%s: no bit of %s can be flipped", title, s.names[i]);
    }

    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
           "%s: and it is right again", title);
}


/* What holds for whatever is signed. */

static void
test_case(const signed_case_t *c)
{
    int             form, ok;
    size_t          i, n, pieces;
    unsigned        bit;
    signed_case_t   other;
    webhook_str_t   body[SIGNED_MAX];
    webhook_key_t   key;

    form = (strcmp(c->preset, "twilio") == 0 && c->body[0] != '{');

    if (!tap_ok(signed_make(&s, c), "%s: a key", c->title)) {
        return;
    }

    if (!tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "%s: is right",
                c->title))
    {
        printf("# %s\n", webhook_verify_text(signed_verify(&s)));
        return;
    }

    /* in pieces */

    ok = 1;

    for (i = 0; i <= s.body.len; i++) {
        body[0].data = s.bytes;
        body[0].len = i;
        body[1].data = NULL;
        body[1].len = 0;
        body[2].data = s.bytes + i;
        body[2].len = s.body.len - i;

        s.call.body = body;
        s.call.pieces = 3;

        ok = ok && signed_verify(&s) == WEBHOOK_VERIFY_OK;
    }

    pieces = s.body.len;

    for (i = 0; i < pieces; i++) {
        body[i].data = s.bytes + i;
        body[i].len = 1;
    }

    s.call.pieces = pieces;

    ok = ok && signed_verify(&s) == WEBHOOK_VERIFY_OK;

    s.call.body = &s.body;
    s.call.pieces = 1;

    tap_ok(ok, "%s: however its body is cut", c->title);

    test_bits(c->title, form);

    if (s.verifier.preset->body) {
        s.body.len--;
        tap_ok(signed_verify(&s) != WEBHOOK_VERIFY_OK,
               "%s: a body that lacks a byte is refused", c->title);

        s.body.len += 2;
        s.bytes[s.body.len - 1] = ' ';
        tap_ok(signed_verify(&s) != WEBHOOK_VERIFY_OK,
               "%s: and one that has one more", c->title);

        s.body.len--;

        s.call.pieces = 0;
        tap_ok(signed_verify(&s) != WEBHOOK_VERIFY_OK,
               "%s: and none at all", c->title);
        s.call.pieces = 1;
    }

    if (s.verifier.preset->url) {

        s.call.url = signed_str("https://mycompany.com/");
        tap_ok(signed_verify(&s) != WEBHOOK_VERIFY_OK,
               "%s: for another URL it is refused", c->title);

        s.call.url = signed_str("");
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_URL,
               "%s: and nothing is known without one", c->title);

        s.call.url = signed_str(c->url);
    }

    /* keys */

    key = s.keys[0];
    ok = 1;

    for (n = 0; n < key.len; n++) {
        for (bit = 0; bit < 8; bit++) {

            /* of ed25519, the public half verifies */

            if (key.kind == WEBHOOK_KEY_PRIVATE && n < 32) {
                continue;
            }

            s.keys[0].bytes[n] ^= 1 << bit;
            ok = ok && signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH;
            s.keys[0].bytes[n] ^= 1 << bit;
        }
    }

    tap_ok(ok, "%s: no bit of the key can be flipped", c->title);

    s.keys[1] = key;
    s.keys[0].bytes[40 % key.len] ^= 1;
    s.verifier.nkeys = 2;

    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.key == 1,
           "%s: any of several keys will do, and is told", c->title);

    s.keys[1].expires = c->now;
    s.call.now = c->now;
    tap_ok(c->now == 0 || signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH,
           "%s: not one that has ended", c->title);

    s.keys[1].expires = c->now + 1;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
           "%s: but one that ends in a second", c->title);

    s.keys[0].expires = 1;
    s.keys[1].expires = 1;
    s.call.now = c->now ? c->now : 1;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_KEY,
           "%s: when all have ended, that is said", c->title);

    /* headers */

    for (i = 0; c->headers[i].name; i++) {

        if (strcmp(c->headers[i].name, "Content-Type") == 0) {
            continue;
        }

        other = *c;
        (void) signed_make(&s, &other);
        (void) signed_add_header(&s, c->headers[i].name, c->headers[i].value);

        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_REPEATED,
               "%s: %s twice is refused", c->title, c->headers[i].name);

        (void) signed_make(&s, &other);
        s.values[i].len = 0;

        ok = signed_verify(&s) >= WEBHOOK_VERIFY_NO_SIGNATURE
             && signed_verify(&s) <= WEBHOOK_VERIFY_NO_ID;

        s.names[i] = "X-Other";

        tap_ok(ok && signed_verify(&s) >= WEBHOOK_VERIFY_NO_SIGNATURE
               && signed_verify(&s) <= WEBHOOK_VERIFY_NO_ID,
               "%s: %s empty or missing is refused", c->title,
               c->headers[i].name);

        (void) signed_make(&s, &other);
        memset(s.texts[i], 'a', WEBHOOK_VERIFY_HEADER_MAX + 1);
        s.values[i].len = WEBHOOK_VERIFY_HEADER_MAX + 1;

        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
               "%s: a %s too long is refused", c->title, c->headers[i].name);
    }

    /* the window */

    (void) signed_make(&s, c);

    if (s.verifier.preset->window) {

        n = s.verifier.preset->window;
        i = strcmp(c->preset, "linear") == 0 ? 1676056940 : c->now;

        s.call.now = i + n;
        ok = signed_verify(&s) == WEBHOOK_VERIFY_OK;
        s.call.now = i - n;
        ok = ok && signed_verify(&s) == WEBHOOK_VERIFY_OK;

        tap_ok(ok, "%s: right at both edges of the window", c->title);

        s.call.now = i + n + 1;
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OLD,
               "%s: a second later it is too old", c->title);

        s.call.now = i - n - 1;
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_EARLY,
               "%s: a second earlier too early", c->title);

        s.verifier.tolerance = n + 1;
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
               "%s: unless the tolerance says otherwise", c->title);

        s.verifier.tolerance = 1;
        s.call.now = i + 2;
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OLD,
               "%s: which may be narrower as well", c->title);

    } else {
        s.call.now = 1;
        ok = signed_verify(&s) == WEBHOOK_VERIFY_OK;
        s.call.now = INT64_C(1) << 40;

        tap_ok(ok && signed_verify(&s) == WEBHOOK_VERIFY_OK,
               "%s: at any time", c->title);
    }
}


/* The body of a form, as Twilio sends it. */

static void
test_form(json_t *form, char *body)
{
    const char  *p, *key;
    json_t      *value;

    json_object_foreach(form, key, value) {

        body += sprintf(body, "%s=", key);

        for (p = json_string_value(value); *p; p++) {
            body += isalnum((unsigned char) *p)
                    ? sprintf(body, "%c", *p)
                    : sprintf(body, "%%%02X", (unsigned char) *p);
        }

        *body++ = '&';
    }

    body[-1] = '\0';
}


static void
test_vectors(void)
{
    char            body[SIGNED_MAX], title[64];
    size_t          i, n;
    json_t         *all, *one, *value;
    const char     *name;
    json_error_t    err;
    signed_case_t   c;

    all = json_load_file(VECTORS, 0, &err);

    if (!tap_ok(json_is_array(all) && json_array_size(all) == 7,
                "the vectors are read"))
    {
        return;
    }

    json_array_foreach(all, i, one) {

        memset(&c, 0, sizeof(c));

        c.preset = json_string_value(json_object_get(one, "preset"));
        c.secret = json_string_value(json_object_get(one, "secret"));
        c.body = json_string_value(json_object_get(one, "body"));
        c.url = json_string_value(json_object_get(one, "url"));
        c.now = json_integer_value(json_object_get(one, "now"));

        n = 0;

        json_object_foreach(json_object_get(one, "headers"), name, value) {
            c.headers[n].name = name;
            c.headers[n++].value = json_string_value(value);
        }

        if (c.body == NULL) {
            test_form(json_object_get(one, "form"), body);
            c.body = body;
            c.headers[n].name = "Content-Type";
            c.headers[n].value = "application/x-www-form-urlencoded; "
                                 "charset=utf-8";
        }

        (void) snprintf(title, sizeof(title), "vector %d, %s", (int) i + 1,
                        c.preset);
        c.title = title;

        test_case(&c);
    }

    json_decref(all);
}


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
test_standard(void)
{
    char           list[SIGNED_MAX];
    const char    *err;
    unsigned       i;
    signed_case_t  c;
    webhook_str_t  text;

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
        { ",", WEBHOOK_VERIFY_MISMATCH },
        { "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_MISMATCH },
        { "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=  v2,x",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
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

    static const char  *ids[] = {
        "msg_p5jXN8AQM9LWM0D4loKWxJe.k", "msg p5", "msg\tp5", "msg\xc3\xa9",
        "msg\x7f"
    };

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        (void) signed_make(&s, &standard);
        signed_set_header(&s, 2, lists[i].value);

        tap_ok(signed_verify(&s) == lists[i].rc, "standard: \"%s\" %s",
               lists[i].value, webhook_verify_text(lists[i].rc));
    }

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        (void) signed_make(&s, &standard);
        signed_set_header(&s, 1, times[i].value);

        tap_ok(signed_verify(&s) == times[i].rc, "standard: \"%s\" %s",
               times[i].value, webhook_verify_text(times[i].rc));
    }

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

    /* lists: the 16th counts, a 17th is one too many */

    (void) signed_make(&s, &standard);
    list[0] = '\0';

    for (i = 0; i < 15; i++) {
        strcat(list, "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ");
    }

    strcat(list, standard_hmac);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "standard: 16 in a list");

    strcat(list, " v9,x");
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
           "standard: but not 17");

    /* ed25519: public key, private one, both kinds at once */

    c = standard;
    c.secret = standard_public;
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH,
           "standard: an HMAC is not of a public key");

    signed_set_header(&s, 2, standard_ed25519);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
           "standard: whpk_ verifies");

    text = signed_str(standard_secret);
    (void) webhook_key_parse(&s.keys[1], &text, 0, &err);
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

    (void) snprintf(list, sizeof(list), "%s %s %s %s %s", standard_ed25519,
                    standard_ed25519, standard_ed25519, standard_ed25519,
                    standard_ed25519);
    signed_set_header(&s, 2, list);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
           "standard: no more than 4 of ed25519");

    /* the older names, as a set */

    c = standard;
    c.headers[0].name = "svix-id";
    c.headers[1].name = "svix-timestamp";
    c.headers[2].name = "svix-signature";
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.id.len == 28,
           "standard: svix-*");

    test_bits("standard: svix-*", 0);

    (void) signed_add_header(&s, "webhook-id", "other");
    (void) signed_add_header(&s, "webhook-timestamp", "1");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK && s.verified.id.len == 28,
           "standard: the id is of the set that is signed");

    c.headers[0].name = "webhook-id";
    (void) signed_make(&s, &c);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_ID,
           "standard: sets are not mixed");
}


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
        { "t=1492774577,t=1492774577,v1=%s", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "t=,v1=%s", WEBHOOK_VERIFY_BAD_TIMESTAMP },
        { "t=1492774577, v1=%s", WEBHOOK_VERIFY_NO_SIGNATURE },
        { "t=1492774577,v1=%s,", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { ",t=1492774577,v1=%s", WEBHOOK_VERIFY_BAD_SIGNATURE },
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

    for (i = 0; i < 16; i++) {
        strcat(value, ",v1=");
        strcat(value, i == 15 ? good : zero);
    }

    signed_set_header(&s, 0, value);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "stripe: 16 of them");

    strcat(value, ",v1=");
    strcat(value, good);
    signed_set_header(&s, 0, value);
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG, "stripe: but not 17");
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
    webhook_scheme_t   scheme;
    webhook_message_t  m;

    static const struct {
        const char        *body;
        webhook_verify_e   rc;
    } bodies[] = {
        { "{\"webhookTimestamp\":1676056940508}", WEBHOOK_VERIFY_OK },
        { "{\"a\":1}", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "{\"webhookTimestamp\":null}", WEBHOOK_VERIFY_NO_TIMESTAMP },
        { "{\"webhookTimestamp\":\"1676056940508\"}",
          WEBHOOK_VERIFY_BAD_TIMESTAMP },
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

    signed_case_t  c = cases[2];

    none = signed_str("");
    (void) webhook_scheme_compile(&scheme, &none, &none, &none, &none, &err);

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
        .preset = "twilio", .secret = "12345", .url = "https://mycompany.com/in",
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
        unsigned           at;
        const char        *value;
        webhook_verify_e   rc;
    } values[] = {
        { 5, "bearer tok_0123456789abcdef", WEBHOOK_VERIFY_OK },
        { 5, "BEARER   tok_0123456789abcdef", WEBHOOK_VERIFY_OK },
        { 5, "Bearer tok_0123456789abcde", WEBHOOK_VERIFY_MISMATCH },
        { 5, "Bearer tok_0123456789abcdef0", WEBHOOK_VERIFY_MISMATCH },
        { 5, "Bearer tok_0123456789abcdef ", WEBHOOK_VERIFY_MISMATCH },
        { 5, "Bearer", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 5, "Bearer ", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 5, "Bearertok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 5, "tok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 5, "Basic tok_0123456789abcdef", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 6, "basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u", WEBHOOK_VERIFY_OK },
        { 6, "Basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u=",
          WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 6, "Basic cG9z", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 6, "Basic !!!!", WEBHOOK_VERIFY_BAD_SIGNATURE },
        { 6, "Basic cG9zOg==", WEBHOOK_VERIFY_MISMATCH },
        { 6, "Basic Og==", WEBHOOK_VERIFY_MISMATCH },
        { 6, "Bearer cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u",
          WEBHOOK_VERIFY_BAD_SIGNATURE }
    };

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        (void) signed_make(&s, &cases[values[i].at]);
        signed_set_header(&s, 0, values[i].value);

        tap_ok(signed_verify(&s) == values[i].rc, "\"%s\" %s",
               values[i].value, webhook_verify_text(values[i].rc));
    }
}


/* The generic preset: every part, digest and encoding. */

static void
test_hmac(void)
{
    const char       *err;
    webhook_str_t     digest, encoding, prefix, string;

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

    digest = signed_str("sha512");
    encoding = signed_str("HEX");
    prefix = signed_str("hmac ");
    string = signed_str("{timestamp}|{id}|{url}|{body}");

    tap_ok(webhook_scheme_compile(&s.scheme, &digest, &encoding, &prefix,
                                  &string, &err)
           == WEBHOOK_OK, "hmac: a scheme of every part");

    s.verifier.scheme = &s.scheme;
    s.verifier.signature = signed_str("x-sign");
    s.verifier.timestamp = signed_str("x-time");
    s.verifier.id = signed_str("x-id");

    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_OK,
           "hmac: is complete");
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: right");
    tap_bytes(s.verified.id.data, s.verified.id.len, "evt-1", "hmac: its id");

    test_bits("hmac", 0);

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

    digest = signed_str("sha1");
    encoding = signed_str("base64");
    prefix = signed_str("");
    string = signed_str("");

    (void) webhook_scheme_compile(&s.scheme, &digest, &encoding, &prefix,
                                  &string, &err);
    s.verifier.scheme = &s.scheme;
    s.verifier.signature = signed_str("x-sign");

    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK, "hmac: sha1, base64, body");
    test_bits("hmac: sha1, base64", 0);
}


static void
test_check(void)
{
    const char     *err;
    unsigned        i;
    webhook_str_t   none, string;

    static const char  *presets[] = {
        "standard", "github", "stripe", "shopify", "slack", "square",
        "twilio", "zoom", "linear", "gitlab", "bearer"
    };

    signed_case_t  c = standard;

    for (i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        c.preset = presets[i];

        tap_ok(signed_make(&s, &c)
               && webhook_verifier_check(&s.verifier, &err) == WEBHOOK_OK,
               "check: %s", presets[i]);

        s.verifier.tolerance = 10;
        tap_ok((webhook_verifier_check(&s.verifier, &err) == WEBHOOK_OK)
               == (s.verifier.preset->window != 0),
               "check: a tolerance only where there is a window");

        s.verifier.tolerance = -1;
        tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
               "check: and not a negative one");

        s.verifier.tolerance = 0;
        s.verifier.nkeys = 0;
        tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
               "check: no key");
    }

    none = signed_str("svixx");
    tap_ok(webhook_preset_find(&none) == NULL, "check: an unknown preset");

    c.preset = "basic";
    c.secret = "no colon here at all";
    (void) signed_make(&s, &c);
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: basic without a colon");

    c.preset = "hmac";
    (void) signed_make(&s, &c);
    none = signed_str("");
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: hmac without a header");

    s.verifier.signature = signed_str("x-sign");
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: hmac without a scheme");

    string = signed_str("{timestamp}.{id}");
    (void) webhook_scheme_compile(&s.scheme, &none, &none, &none, &string,
                                  &err);
    s.verifier.scheme = &s.scheme;
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: hmac without the body");

    string = signed_str("{timestamp}.{id}.{body}");
    (void) webhook_scheme_compile(&s.scheme, &none, &none, &none, &string,
                                  &err);
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: hmac without the header of the timestamp");

    s.verifier.timestamp = signed_str("x-time");
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: hmac without the header of the id");

    s.verifier.id = signed_str("x-id");
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_OK,
           "check: hmac complete");

    (void) webhook_scheme_compile(&s.scheme, &none, &none, &none, &none, &err);
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: a timestamp that is not signed");

    s.verifier.timestamp = none;
    s.verifier.tolerance = 5;
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: a tolerance without timestamp");

    s.verifier.tolerance = 0;
    s.keys[0].kind = WEBHOOK_KEY_PUBLIC;
    tap_ok(webhook_verifier_check(&s.verifier, &err) == WEBHOOK_ERROR,
           "check: a public key for HMAC");
}


int
main(void)
{
    size_t  i;

    test_vectors();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i]);
    }

    test_standard();
    test_stripe();
    test_github();
    test_linear();
    test_twilio();
    test_authorization();
    test_hmac();
    test_check();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
