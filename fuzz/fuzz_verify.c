
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_verify and webhook_handshake with whole calls:
 *
 *     standard 1614265330                      preset, now
 *     https://pos.example.com/in?x=1           the public URL
 *     webhook-id: msg_1                        headers
 *     webhook-signature: v1,...
 *                                              an empty line
 *     {"test": 1}                              the body
 *
 * What is checked: a result does not depend on how a body is cut; where a
 * preset has one way only to write a signature, a call is right just when its
 * header holds what a plain computation over one buffer says; ids and answers
 * are plain text; OpenSSL's queue of errors stays empty.
 */

#include "core/signature/webhook_handshake.h"
#include "core/signature/webhook_verify.h"
#include "lib/check.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>


#define MAX_HEADERS  16
#define MAX_BODY     65536


typedef struct {
    webhook_str_t  name;
    webhook_str_t  value;
} header_t;

typedef struct {
    unsigned       n;
    header_t       headers[MAX_HEADERS];
    webhook_str_t  preset;
    webhook_str_t  url;
    webhook_str_t  body;
    int64_t        now;
} input_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const struct {
    const char  *preset;
    const char  *secret;
} secrets[] = {
    { "standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
    { "github", "It's a Secret to Everybody" },
    { "stripe", "whsec_test_secret" },
    { "shopify", "test_secret_key" },
    { "slack", "8f742231b10e8888abcd99yyyzzz85a5" },
    { "square", "signature-key" },
    { "twilio", "12345" },
    { "zoom", "zoom-secret-token-1234" },
    { "linear", "lin_wh_secret_0123456789" },
    { "gitlab", "glwt-0123456789abcdef" },
    { "basic", "pos:pass:word with colon" },
    { "bearer", "tok_0123456789abcdef" },
    { "hmac", "a legacy shared secret" }
};

static const char  private_key[] =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dR"
    "qSKJp4AJ6p9lMicMFs6Kvg==";


static webhook_str_t
text(const char *s)
{
    webhook_str_t  t;

    t.data = (unsigned char *) s;
    t.len = strlen(s);

    return t;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    int       n;
    input_t  *in;
    unsigned  i;

    n = 0;
    in = data;

    for (i = 0; i < in->n; i++) {
        if (in->headers[i].name.len == name->len
            && strncasecmp((char *) in->headers[i].name.data,
                           (char *) name->data, name->len) == 0)
        {
            if (n++ == 0) {
                *value = in->headers[i].value;
            }
        }
    }

    return n;
}


/* One line, without its end; the rest in *data. */

static webhook_str_t
line(const uint8_t **data, const uint8_t *last)
{
    const uint8_t  *end;
    webhook_str_t   l;

    end = *data < last ? memchr(*data, '\n', last - *data) : NULL;

    l.data = (unsigned char *) *data;
    l.len = (end ? end : last) - *data;

    *data = end ? end + 1 : last;

    return l;
}


static void
parse(input_t *in, const uint8_t *data, size_t size)
{
    size_t          i;
    uint8_t        *p;
    webhook_str_t   l;
    const uint8_t  *last;

    memset(in, 0, sizeof(input_t));

    last = data + size;

    l = line(&data, last);
    p = l.len ? memchr(l.data, ' ', l.len) : NULL;
    in->preset = l;

    if (p) {
        in->preset.len = p - l.data;

        for (i = in->preset.len + 1; i < l.len && i < in->preset.len + 16; i++)
        {
            if (l.data[i] >= '0' && l.data[i] <= '9') {
                in->now = in->now * 10 + (l.data[i] - '0');
            }
        }
    }

    in->url = line(&data, last);

    while (in->n < MAX_HEADERS) {
        l = line(&data, last);

        p = l.len ? memchr(l.data, ':', l.len) : NULL;
        if (p == NULL) {
            break;
        }

        in->headers[in->n].name.data = l.data;
        in->headers[in->n].name.len = p - l.data;

        do {
            p++;
        } while (p < l.data + l.len && *p == ' ');

        in->headers[in->n].value.data = p;
        in->headers[in->n++].value.len = l.data + l.len - p;
    }

    in->body.data = (unsigned char *) data;
    in->body.len = last - data;

    if (in->body.len > MAX_BODY) {
        in->body.len = MAX_BODY;
    }
}


static int
has_value(input_t *in, const char *name, webhook_str_t *value)
{
    webhook_str_t  n;

    n = text(name);

    return find_header(in, &n, value) == 1;
}


/* prefix + HMAC-SHA256(key, before + timestamp + between + body) */

static int
is_signed(input_t *in, const char *name, const char *key, const char *prefix,
    int hex, const webhook_str_t *before, const webhook_str_t *timestamp,
    const char *between)
{
    int             i;
    char            want[256];
    size_t          n;
    unsigned        len;
    unsigned char  *all, digest[64];
    webhook_str_t   value;

    all = malloc(before->len + timestamp->len + strlen(between)
                 + in->body.len + 1);
    check(all != NULL);

    n = 0;
    memcpy(all + n, before->data, before->len);
    n += before->len;
    memcpy(all + n, timestamp->data, timestamp->len);
    n += timestamp->len;
    memcpy(all + n, between, strlen(between));
    n += strlen(between);
    memcpy(all + n, in->body.data, in->body.len);
    n += in->body.len;

    check(HMAC(EVP_sha256(), key, strlen(key), all, n, digest, &len));
    free(all);

    strcpy(want, prefix);

    if (hex) {
        for (i = 0; i < 32; i++) {
            sprintf(want + strlen(want), "%02x", digest[i]);
        }

    } else {
        EVP_EncodeBlock((unsigned char *) want + strlen(want), digest, 32);
    }

    return has_value(in, name, &value)
           && value.len == strlen(want)
           && memcmp(value.data, want, value.len) == 0;
}


/* What must hold, by preset, of a call that was found right or wrong. */

static void
compare(input_t *in, const char *preset, const char *key, webhook_verify_e rc)
{
    webhook_str_t  none, time, v0, value;

    none = text("");
    time = none;
    v0 = text("v0:");

    if (strcmp(preset, "github") == 0) {
        if (!has_value(in, "x-github-delivery", &value)) {
            check((rc == WEBHOOK_VERIFY_OK)
                  <= is_signed(in, "x-hub-signature-256", key, "sha256=", 1,
                               &none, &none, ""));
        }

    } else if (strcmp(preset, "shopify") == 0) {
        if (!has_value(in, "x-shopify-webhook-id", &value)) {
            check((rc == WEBHOOK_VERIFY_OK)
                  <= is_signed(in, "x-shopify-hmac-sha256", key, "", 0, &none,
                               &none, ""));
        }

    } else if (strcmp(preset, "square") == 0) {
        if (in->url.len) {
            check((rc == WEBHOOK_VERIFY_OK)
                  == is_signed(in, "x-square-hmacsha256-signature", key, "", 0,
                               &in->url, &none, ""));
        }

    } else if (strcmp(preset, "slack") == 0) {
        (void) has_value(in, "x-slack-request-timestamp", &time);
        check(rc != WEBHOOK_VERIFY_OK
              || is_signed(in, "x-slack-signature", key, "v0=", 1, &v0, &time,
                           ":"));

    } else if (strcmp(preset, "zoom") == 0) {
        (void) has_value(in, "x-zm-request-timestamp", &time);
        check(rc != WEBHOOK_VERIFY_OK
              || is_signed(in, "x-zm-signature", key, "v0=", 1, &v0, &time,
                           ":"));

    } else if (strcmp(preset, "gitlab") == 0) {
        check((rc == WEBHOOK_VERIFY_OK)
              == (has_value(in, "x-gitlab-token", &value)
                  && value.len == strlen(key)
                  && memcmp(value.data, key, value.len) == 0));
    }
}


static void
check_plain(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        check(p[i] >= 0x20 && p[i] < 0x7f && p[i] != '<' && p[i] != '\\');
    }
}


static void
handshakes(input_t *in, const webhook_key_t *key)
{
    unsigned       i;
    webhook_buf_t  out;
    webhook_str_t  args, got, allowed;

    allowed = text("*.example.com");

    for (i = 0; i < 4; i++) {
        webhook_buf_init(&out, 0);

        switch (i) {

        case 0:
            (void) webhook_handshake_slack(&in->body, &out);
            break;

        case 1:
            (void) webhook_handshake_zoom(&in->body, key, &out);
            break;

        case 2:
            args = in->url;
            (void) webhook_handshake_meta(&args, key, 1, in->now, &out);
            break;

        default:
            (void) webhook_handshake_cloudevents(&in->preset, &in->url,
                                                 &allowed, 1, 0, &got, &out);
            check_plain(got.data, got.len);
        }

        check_plain(out.data, out.len);
        webhook_buf_free(&out);
    }
}


/* With the preset of secrets[i], its keys, and a scheme of ours. */

static void
verifier_of(webhook_verifier_t *verifier, unsigned i, webhook_key_t keys[2],
    webhook_scheme_t *scheme)
{
    const char     *err;
    webhook_str_t   secret, none, string;

    memset(verifier, 0, sizeof(webhook_verifier_t));

    secret = text(secrets[i].preset);
    verifier->preset = webhook_preset_find(&secret);
    check(verifier->preset != NULL);

    secret = text(secrets[i].secret);
    check(webhook_key_parse(&keys[0], &secret, verifier->preset->literal, &err)
          == WEBHOOK_OK);

    verifier->keys = keys;
    verifier->nkeys = 1;

    if (i == 0) {
        secret = text(private_key);
        check(webhook_key_parse(&keys[1], &secret, 0, &err) == WEBHOOK_OK);
        verifier->nkeys = 2;
    }

    none = text("");
    string = text("{timestamp}.{id}.{url}.{body}");

    check(webhook_scheme_compile(scheme, &none, &none, &none, &string, &err)
          == WEBHOOK_OK);

    verifier->scheme = scheme;
    verifier->signature = text("x-sign");
    verifier->timestamp = text("x-time");
    verifier->id = text("x-id");
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                  cut;
    input_t                 in;
    unsigned                i, k;
    const char             *err;
    webhook_str_t           none, pieces[3];
    webhook_key_t           keys[2];
    webhook_scheme_t        scheme;
    webhook_verify_e        rc;
    webhook_verifier_t      verifier;
    webhook_verified_t      verified, again;
    webhook_verify_call_t   call;

    parse(&in, data, size);

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (in.preset.len == strlen(secrets[i].preset)
            && memcmp(in.preset.data, secrets[i].preset, in.preset.len) == 0)
        {
            break;
        }
    }

    if (i == sizeof(secrets) / sizeof(secrets[0])) {
        i = size % i;
    }

    verifier_of(&verifier, i, keys, &scheme);

    memset(&call, 0, sizeof(call));

    call.header = find_header;
    call.data = &in;
    call.body = &in.body;
    call.pieces = 1;
    call.url = in.url;
    call.now = in.now;

    rc = webhook_verify(&verifier, &call, &verified);

    check(webhook_verify_text(rc) != NULL);
    check(rc == WEBHOOK_VERIFY_OK || verified.id.len == 0);

    for (k = 0; k < verified.id.len; k++) {
        check(verified.id.data[k] > 0x20 && verified.id.data[k] < 0x7f);
    }

    compare(&in, secrets[i].preset, secrets[i].secret, rc);

    cut = in.body.len ? size % in.body.len : 0;

    pieces[0].data = in.body.data;
    pieces[0].len = cut;
    pieces[1].data = NULL;
    pieces[1].len = 0;
    pieces[2].data = in.body.data + cut;
    pieces[2].len = in.body.len - cut;

    call.body = pieces;
    call.pieces = 3;

    check(webhook_verify(&verifier, &call, &again) == rc);
    check(again.id.len == verified.id.len && again.key == verified.key);

    handshakes(&in, &keys[0]);

    /* whatever it is, it may be a scheme or a key */

    none = text("");

    (void) webhook_scheme_compile(&scheme, &none, &none, &none, &in.url, &err);
    (void) webhook_key_parse(&keys[0], &in.url, 0, &err);

    check(ERR_peek_error() == 0);

    return 0;
}
