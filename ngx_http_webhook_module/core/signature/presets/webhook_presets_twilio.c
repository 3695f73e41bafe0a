
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Twilio signs the URL and the fields of a form, decoded, in the order of
 * their names: here a form is read before the signature is known to hold.
 * Other bodies are signed by their SHA-256 in the URL's query.
 */

#include "core/format/webhook_form.h"
#include "core/signature/presets/webhook_presets_int.h"

#include <openssl/crypto.h>
#include <stdlib.h>


typedef struct {
    webhook_str_t  name;
    webhook_str_t  value;
} webhook_field_t;


static int webhook_twilio_body_hash(const webhook_str_t *url,
    webhook_str_t *hash);
static webhook_verify_e webhook_twilio_hash(webhook_verify_t *v,
    const webhook_signatures_t *s, const webhook_str_t *hash);
static webhook_verify_e webhook_twilio_form(webhook_verify_t *v,
    const webhook_signatures_t *s);
static webhook_verify_e webhook_twilio_fields(const webhook_str_t *body,
    webhook_buf_t *plain, webhook_buf_t *fields, size_t *n);
static void webhook_twilio_text(webhook_field_t *fields, size_t n,
    webhook_buf_t *text);
static int webhook_twilio_compare(const void *one, const void *two);
static int webhook_twilio_str_compare(const webhook_str_t *a,
    const webhook_str_t *b);


webhook_verify_e
webhook_verify_twilio(webhook_verify_t *v)
{
    int                   found;
    size_t                i;
    webhook_str_t         hash;
    webhook_verify_e      rc;
    webhook_payload_e     kind;
    webhook_signatures_t  s;

    rc = webhook_verify_signatures(v, &s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    found = webhook_twilio_body_hash(&v->call->url, &hash);

    if (found > 1) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    if (found) {
        return webhook_twilio_hash(v, &s, &hash);
    }

    rc = webhook_verify_kind(v, &kind);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (kind == WEBHOOK_PAYLOAD_FORM) {
        return webhook_twilio_form(v, &s);
    }

    /* what is neither hashed nor a form is not signed, so there may be none */

    for (i = 0; i < v->call->pieces; i++) {
        if (v->call->body[i].len) {
            return WEBHOOK_VERIFY_BAD_BODY;
        }
    }

    v->message.pieces = 0;

    return webhook_verify_proof(v, &s);
}


/* How many bodySHA256 the query has; the last one's value. */

static int
webhook_twilio_body_hash(const webhook_str_t *url, webhook_str_t *hash)
{
    int             n;
    size_t          pos;
    unsigned char  *p;
    webhook_str_t   query, name, value;

    static const webhook_str_t  wanted = webhook_str("bodySHA256");

    p = memchr(url->data, '?', url->len);
    if (p == NULL) {
        return 0;
    }

    query.data = p + 1;
    query.len = url->len - (query.data - url->data);

    n = 0;
    pos = 0;

    while (webhook_form_next(&query, &pos, &name, &value) == WEBHOOK_OK) {

        if (webhook_str_eq(&name, &wanted)) {
            *hash = value;
            n++;
        }
    }

    return n;
}


static webhook_verify_e
webhook_twilio_hash(webhook_verify_t *v, const webhook_signatures_t *s,
    const webhook_str_t *hash)
{
    webhook_verify_e  rc;
    unsigned char     came[WEBHOOK_SHA256_LEN], is[WEBHOOK_SHA256_LEN];

    v->message.pieces = 0;

    rc = webhook_verify_proof(v, s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (webhook_hex_decode(hash, 0, came, WEBHOOK_SHA256_LEN) != WEBHOOK_OK) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    webhook_sha256(v->call->body, v->call->pieces, is);

    return CRYPTO_memcmp(came, is, WEBHOOK_SHA256_LEN) == 0
           ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


static webhook_verify_e
webhook_twilio_form(webhook_verify_t *v, const webhook_signatures_t *s)
{
    size_t            n;
    webhook_buf_t     plain, fields, text;
    webhook_str_t     body, signed_text;
    webhook_verify_e  rc;

    webhook_buf_init(&plain, 0);
    webhook_buf_init(&fields, 0);
    webhook_buf_init(&text, 0);

    rc = webhook_verify_body(v, &body);

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_twilio_fields(&body, &plain, &fields, &n);
    }

    if (rc == WEBHOOK_VERIFY_OK) {

        webhook_twilio_text((webhook_field_t *) fields.data, n, &text);

        if (text.failed) {
            rc = WEBHOOK_VERIFY_FAULT;
        }
    }

    if (rc == WEBHOOK_VERIFY_OK) {
        signed_text.data = text.data;
        signed_text.len = text.len;

        v->message.body = &signed_text;
        v->message.pieces = 1;

        rc = webhook_verify_proof(v, s);
    }

    webhook_buf_free(&text);
    webhook_buf_free(&fields);
    webhook_buf_free(&plain);

    return rc;
}


/*
 * Decodes each field into "plain", which does not move: all the room it can
 * need is made first.
 */

static webhook_verify_e
webhook_twilio_fields(const webhook_str_t *body, webhook_buf_t *plain,
    webhook_buf_t *fields, size_t *n)
{
    size_t           pos, count;
    ssize_t          len;
    unsigned         i;
    webhook_str_t    raw[2], out[2];
    webhook_field_t  field;

    *n = 0;

    if (webhook_buf_reserve(plain, body->len) != WEBHOOK_OK) {
        return WEBHOOK_VERIFY_FAULT;
    }

    pos = 0;
    count = 0;

    while (webhook_form_next(body, &pos, &raw[0], &raw[1]) == WEBHOOK_OK) {

        if (++count > WEBHOOK_VERIFY_FIELDS) {
            return WEBHOOK_VERIFY_BAD_BODY;
        }

        for (i = 0; i < 2; i++) {

            out[i].data = plain->data + plain->len;

            len = webhook_form_decode(&raw[i], out[i].data);
            if (len < 0) {
                return WEBHOOK_VERIFY_BAD_BODY;
            }

            out[i].len = len;
            plain->len += len;
        }

        field.name = out[0];
        field.value = out[1];

        if (webhook_buf_add(fields, &field, sizeof(field)) != WEBHOOK_OK) {
            return WEBHOOK_VERIFY_FAULT;
        }
    }

    *n = count;

    return WEBHOOK_VERIFY_OK;
}


/* Sorted; a field that comes with the same value again counts once. */

static void
webhook_twilio_text(webhook_field_t *fields, size_t n, webhook_buf_t *text)
{
    size_t  i;

    if (n == 0) {
        return;
    }

    qsort(fields, n, sizeof(webhook_field_t), webhook_twilio_compare);

    for (i = 0; i < n; i++) {

        if (i && webhook_twilio_compare(&fields[i - 1], &fields[i]) == 0) {
            continue;
        }

        (void) webhook_buf_add(text, fields[i].name.data, fields[i].name.len);
        (void) webhook_buf_add(text, fields[i].value.data,
                               fields[i].value.len);
    }
}


static int
webhook_twilio_compare(const void *one, const void *two)
{
    int                     rc;
    const webhook_field_t  *a, *b;

    a = one;
    b = two;

    rc = webhook_twilio_str_compare(&a->name, &b->name);

    return rc ? rc : webhook_twilio_str_compare(&a->value, &b->value);
}


static int
webhook_twilio_str_compare(const webhook_str_t *a, const webhook_str_t *b)
{
    int     rc;
    size_t  len;

    len = a->len < b->len ? a->len : b->len;
    rc = len ? memcmp(a->data, b->data, len) : 0;

    if (rc) {
        return rc;
    }

    return (a->len > b->len) - (a->len < b->len);
}
