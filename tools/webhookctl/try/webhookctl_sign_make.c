
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls are signed as the sender does that a preset stands for.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "webhookctl/try/webhookctl_sign.h"
#include "core/signature/webhook_digest.h"


static int ctl_sign_token(ctl_sign_t *s, ctl_header_t *h);
static int ctl_sign_standard(ctl_sign_t *s, const webhook_verify_call_t *call,
    const char *id, ctl_header_t **h);
static int ctl_sign_row(ctl_sign_t *s, const webhook_verify_call_t *call,
    const char *id, ctl_header_t **h);
static int ctl_sign_no_header(void *data, const webhook_str_t *name,
    webhook_str_t *value);
static void ctl_sign_header(ctl_header_t *h, const webhook_str_t *name,
    const char *value);
static int ctl_sign_hash(webhook_buf_t *url, const webhook_str_t *body);


int
ctl_sign_make(ctl_sign_t *s, webhook_str_t *body, webhook_buf_t *url,
    const char *id, ctl_header_t headers[CTL_SIGN_HEADERS], unsigned *n)
{
    int                      rc;
    unsigned char           *query;
    ctl_header_t            *h;
    webhook_verify_call_t    call;
    const webhook_preset_t  *p;

    p = s->verifier.preset;
    h = headers;
    *n = 0;

    if (p == NULL) {
        return 0;
    }

    memset(headers, 0, CTL_SIGN_HEADERS * sizeof(ctl_header_t));
    memset(&call, 0, sizeof(call));

    call.header = ctl_sign_no_header;
    call.method = ctl_str("POST");
    call.body = body;
    call.pieces = 1;
    call.now = (int64_t) time(NULL);

    if (strcmp((char *) p->name.data, "twilio") == 0) {

        if (ctl_sign_hash(url, body) != 0) {
            return 1;
        }

        call.pieces = 0;

    } else if (p->verify) {
        ctl_say("a call of this preset cannot be signed here");
        return 1;
    }

    call.url.data = url->data;
    call.url.len = url->len;

    query = url->len ? memchr(url->data, '?', url->len) : NULL;

    if (query) {
        call.query.data = query + 1;
        call.query.len = url->len - (size_t) (query + 1 - url->data);
    }

    if (p->kind == WEBHOOK_VERIFY_TOKEN) {
        rc = ctl_sign_token(s, h++);

    } else if (strcmp((char *) p->name.data, "standard") == 0) {
        rc = ctl_sign_standard(s, &call, id, &h);

    } else {
        rc = ctl_sign_row(s, &call, id, &h);
    }

    if (rc != 0) {
        ctl_say("the call cannot be signed with this key");
        return 1;
    }

    *n = (unsigned) (h - headers);

    return 0;
}


static int
ctl_sign_no_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    (void) data;
    (void) name;
    (void) value;

    return 0;
}


static int
ctl_sign_token(ctl_sign_t *s, ctl_header_t *h)
{
    int                      len;
    char                     token[1400];
    const webhook_preset_t  *p;

    p = s->verifier.preset;

    if (p->signature.in != WEBHOOK_PLACE_HEADER) {
        ctl_say("the token of this preset is in the query or the body: write "
                "it there");
        return -1;
    }

    len = snprintf(token, sizeof(token), "%.*s", (int) p->prefix.len,
                   p->prefix.len ? (char *) p->prefix.data : "");

    if (p->encoding == WEBHOOK_ENCODING_BASE64) {
        (void) EVP_EncodeBlock((unsigned char *) token + len, s->key.bytes,
                               s->key.len);

    } else {
        snprintf(token + len, sizeof(token) - (size_t) len, "%.*s",
                 (int) s->key.len, s->key.bytes);
    }

    h->secret = 1;
    ctl_sign_header(h, &p->signature.name, token);

    OPENSSL_cleanse(token, sizeof(token));

    return 0;
}


/* With ed25519 as well. */

static int
ctl_sign_standard(ctl_sign_t *s, const webhook_verify_call_t *call,
    const char *id, ctl_header_t **h)
{
    int                      rc;
    char                     text[32];
    size_t                   len;
    unsigned char            value[WEBHOOK_SIGN_STANDARD_MAX + 1];
    webhook_message_t        m;
    const webhook_preset_t  *p;

    p = s->verifier.preset;

    memset(&m, 0, sizeof(m));

    m.id = ctl_str(id);
    m.timestamp = call->now;
    m.body = call->body;
    m.pieces = call->pieces;

    rc = webhook_sign_standard(&s->key, 1, &m, value, sizeof(value) - 1, &len);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    value[len] = '\0';

    snprintf(text, sizeof(text), "%lld", (long long) m.timestamp);

    ctl_sign_header((*h)++, &p->id.name, id);
    ctl_sign_header((*h)++, &p->timestamp.name, text);
    ctl_sign_header((*h)++, &p->signature.name, (char *) value);

    return 0;
}


/* One signature in a header, alone or as an item, and what else it signs; *h
   goes on behind it. */

static int
ctl_sign_row(ctl_sign_t *s, const webhook_verify_call_t *call, const char *id,
    ctl_header_t **h)
{
    int                      rc;
    char                     value[1400];
    size_t                   len;
    webhook_buf_t            stamp;
    webhook_str_t            text, name;
    unsigned char            out[WEBHOOK_SIGN_HMAC_MAX + 1];
    const webhook_preset_t  *p;

    p = s->verifier.preset;
    text = ctl_str(id);

    if (p->signature.in != WEBHOOK_PLACE_HEADER) {
        ctl_say("the signature of this preset is in the query or the body, "
                "where none can be put here");
        return -1;
    }

    webhook_buf_init(&stamp, 0);

    rc = webhook_verifier_sign(&s->verifier, call, &text, &stamp, out, &len);

    if (rc == WEBHOOK_OK) {
        rc = webhook_buf_byte(&stamp, '\0');
    }

    if (rc != WEBHOOK_OK) {
        webhook_buf_free(&stamp);
        return -1;
    }

    out[len] = '\0';

    if (p->timestamp.name.len && p->timestamp.in == WEBHOOK_PLACE_HEADER) {
        ctl_sign_header((*h)++, &p->timestamp.name, (char *) stamp.data);
    }

    if (p->id.name.len && p->id.in == WEBHOOK_PLACE_HEADER) {
        ctl_sign_header((*h)++, &p->id.name, id);
    }

    *value = '\0';

    if (p->timestamp.in == WEBHOOK_PLACE_ITEM) {
        snprintf(value, sizeof(value), "%.*s%c%s%c",
                 (int) p->timestamp.name.len, p->timestamp.name.data,
                 *p->pair.data, (char *) stamp.data, *p->list.data);
    }

    len = strlen(value);

    if (p->pair.len) {
        snprintf(value + len, sizeof(value) - len, "%.*s%c%s",
                 (int) p->item.len, p->item.data, *p->pair.data, (char *) out);

    } else {
        snprintf(value + len, sizeof(value) - len, "%s", (char *) out);
    }

    webhook_buf_free(&stamp);

    name = p->signature.name;

    if (p->numbered) {
        snprintf((*h)->name, sizeof((*h)->name), "%.*s1", (int) name.len,
                 name.data);
        snprintf((*h)->value, sizeof((*h)->value), "%s", value);
        (*h)++;

    } else {
        ctl_sign_header((*h)++, &name, value);
    }

    return 0;
}


static void
ctl_sign_header(ctl_header_t *h, const webhook_str_t *name, const char *value)
{
    snprintf(h->name, sizeof(h->name), "%.*s", (int) name->len, name->data);
    snprintf(h->value, sizeof(h->value), "%s", value);
}


/* Bodies of twilio that are no form are signed by a digest in the query. */

static int
ctl_sign_hash(webhook_buf_t *url, const webhook_str_t *body)
{
    unsigned char   digest[WEBHOOK_SHA256_LEN];
    unsigned char   hex[2 * WEBHOOK_SHA256_LEN];
    const char     *query;

    webhook_sha256(body, 1, digest);

    webhook_hex_encode(digest, sizeof(digest), WEBHOOK_HEX_LOWER, hex);

    query = memchr(url->data, '?', url->len) ? "&bodySHA256="
                                             : "?bodySHA256=";

    (void) webhook_buf_add(url, query, strlen(query));
    (void) webhook_buf_add(url, hex, sizeof(hex));

    return url->failed ? 1 : 0;
}
