
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that are signed, and calls that are nearly so.
 */

#include "signed.h"
#include "key_flip.h"

#include <openssl/err.h>

#include <jansson.h>


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


/* Its body, in pieces. */

static void
case_pieces(const signed_case_t *c)
{
    int             ok;
    size_t          i, pieces;
    webhook_str_t   body[SIGNED_MAX];

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
}


/* Another body or URL than the one that was signed. */

static void
case_changed(const signed_case_t *c)
{
    if (signed_body(&s)) {
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

    if (webhook_verifier_url(&s.verifier)) {

        s.call.url = signed_str("https://mycompany.com/");
        tap_ok(signed_verify(&s) != WEBHOOK_VERIFY_OK,
               "%s: for another URL it is refused", c->title);

        s.call.url = signed_str("");
        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_NO_URL,
               "%s: and nothing is known without one", c->title);

        s.call.url = signed_str(c->url);
    }
}


static void
case_keys(const signed_case_t *c)
{
    int             ok;
    size_t          n;
    unsigned        bit;
    webhook_key_t   key;

    key = s.keys[0];
    ok = 1;

    for (n = 0; n < key.len; n++) {
        for (bit = 0; bit < 8; bit++) {

            /* of ed25519, the public half verifies */

            if (key.kind == WEBHOOK_KEY_PRIVATE && n < 32) {
                continue;
            }

            key_flip(&s.keys[0], n, bit);
            ok = ok && signed_verify(&s) == WEBHOOK_VERIFY_MISMATCH;
            key_flip(&s.keys[0], n, bit);
        }
    }

    tap_ok(ok, "%s: no bit of the key can be flipped", c->title);

    s.keys[0].prepared = 0;
    tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_OK,
           "%s: nor does it matter whether it is prepared", c->title);
    s.keys[0].prepared = key.prepared;

    s.keys[1] = key;
    key_flip(&s.keys[0], 40 % key.len, 0);
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
}


static void
case_headers(const signed_case_t *c)
{
    int             ok;
    size_t          i;
    signed_case_t   other;

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
        memset(s.texts[i], 'a', WEBHOOK_VERIFY_VALUE_MAX + 1);
        s.values[i].len = WEBHOOK_VERIFY_VALUE_MAX + 1;

        tap_ok(signed_verify(&s) == WEBHOOK_VERIFY_TOO_LONG,
               "%s: a %s too long is refused", c->title, c->headers[i].name);
    }
}


static void
case_window(const signed_case_t *c)
{
    int             ok;
    size_t          i, n;

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


/* What holds for whatever is signed. */

static void
test_case(const signed_case_t *c)
{
    int  form;

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

    case_pieces(c);
    signed_bits(&s, c->title, form);

    case_changed(c);
    case_keys(c);
    case_headers(c);

    (void) signed_make(&s, c);

    case_window(c);
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


static void
test_check(void)
{
    unsigned        i;
    webhook_str_t   none;

    static const char  *presets[] = {
        "standard", "github", "stripe", "shopify", "slack", "square",
        "twilio", "zoom", "linear", "gitlab", "bearer"
    };

    static const struct {
        const char  *string;
        const char  *timestamp;
        const char  *id;
        int64_t      tolerance;
        int          ok;
    } rows[] = {
        { "", "", "", 0, 1 },
        { "{body", "", "", 0, 0 },
        { "{timestamp}.{id}.{body}", "", "x-id", 0, 0 },
        { "{timestamp}.{id}.{body}", "x-time", "", 0, 0 },
        { "{timestamp}.{id}.{body}", "x-time", "x-id", 0, 1 },
        { "{body}", "x-time", "", 0, 0 },           /* is not signed */
        { "{body}", "", "x-id", 0, 1 },
        { "{body}", "", "", 5, 0 },
        { "{timestamp}.{body}", "x-time", "", 5, 1 },
        { "{app}{body}", "", "", 0, 0 },
        { "{key}{body}", "", "", 0, 0 },
        { "{field.a..b}", "", "", 0, 0 },
        { "{body}{field.a}{header.x}{query.y?}{method}{path}{query}{url}"
          "{sorted_query}{sorted_fields}{body.md5|base64}{body.crc32}", "", "",
          0, 1 }
    };

    signed_case_t  c = {
        .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .body = ""
    };

    for (i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        c.preset = presets[i];

        tap_ok(signed_make(&s, &c), "check: %s", presets[i]);

        s.verifier.tolerance = 10;
        tap_ok(signed_init(&s) == (s.verifier.preset->window != 0),
               "check: a tolerance only where there is a window");

        s.verifier.tolerance = -1;
        tap_ok(!signed_init(&s), "check: and not a negative one");

        s.verifier.tolerance = 0;
        s.verifier.nkeys = 0;
        tap_ok(!signed_init(&s), "check: no key");
    }

    none = signed_str("svixx");
    tap_ok(webhook_preset_find(&none) == NULL, "check: an unknown preset");

    c.preset = "basic";
    c.secret = "no colon here at all";
    tap_ok(!signed_make(&s, &c), "check: basic without a colon");

    c.preset = "hmac";
    (void) signed_make(&s, &c);
    tap_ok(!signed_init(&s), "check: hmac without a header");

    s.row.signature.name = signed_str("x-sign");

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {

        s.row.string = signed_str(rows[i].string);
        s.row.timestamp.name = signed_str(rows[i].timestamp);
        s.row.id.name = signed_str(rows[i].id);
        s.verifier.tolerance = rows[i].tolerance;

        tap_ok(signed_init(&s) == rows[i].ok,
               "check: hmac of \"%s\", \"%s\", \"%s\", %d", rows[i].string,
               rows[i].timestamp, rows[i].id, (int) rows[i].tolerance);
    }

    s.verifier.tolerance = 0;
    s.row.string = signed_str("");
    s.row.id.name = signed_str("");
    s.keys[0].kind = WEBHOOK_KEY_PUBLIC;
    tap_ok(!signed_init(&s), "check: a public key for HMAC");
}


int
main(void)
{
    size_t  i;

    test_vectors();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i]);
    }

    test_check();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
