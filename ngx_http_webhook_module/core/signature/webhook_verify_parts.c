
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The checks that presets share.
 */

#include "core/signature/webhook_verify_int.h"

#include <openssl/crypto.h>


#define WEBHOOK_VERIFY_DIGITS  18       /* fit in 63 bits */


static int webhook_verify_usable(const webhook_key_t *key, int ed25519,
    int64_t now);


webhook_verify_e
webhook_verify_header(webhook_verify_t *v, const webhook_str_t *name,
    webhook_str_t *value)
{
    int  n;

    value->len = 0;
    value->data = NULL;

    if (name->len == 0) {
        return WEBHOOK_VERIFY_OK;
    }

    n = v->call->header(v->call->data, name, value);

    if (n == 0) {
        value->len = 0;
        return WEBHOOK_VERIFY_OK;
    }

    /* which one is meant, the sender and we may see differently */

    if (n > 1) {
        return WEBHOOK_VERIFY_REPEATED;
    }

    if (value->len > WEBHOOK_VERIFY_HEADER_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_timestamp(webhook_verify_t *v, const webhook_str_t *name)
{
    webhook_str_t     value;
    webhook_verify_e  rc;

    rc = webhook_verify_header(v, name, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_TIMESTAMP;
    }

    return webhook_verify_number(&value, &v->message.timestamp);
}


/*
 * A number has one way to be written only, so that it can be written again
 * where it is part of what was signed.
 */

webhook_verify_e
webhook_verify_number(const webhook_str_t *text, int64_t *n)
{
    size_t   i;
    int64_t  value;

    if (text->len == 0 || text->len > WEBHOOK_VERIFY_DIGITS
        || (text->len > 1 && text->data[0] == '0'))
    {
        return WEBHOOK_VERIFY_BAD_TIMESTAMP;
    }

    value = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return WEBHOOK_VERIFY_BAD_TIMESTAMP;
        }

        value = value * 10 + (text->data[i] - '0');
    }

    *n = value;

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_window(webhook_verify_t *v, int64_t timestamp)
{
    int64_t  tolerance;

    tolerance = v->verifier->tolerance;

    if (tolerance == 0) {
        tolerance = v->preset->window;
    }

    /* neither is negative, so the difference fits */

    if (v->call->now - timestamp > tolerance) {
        return WEBHOOK_VERIFY_OLD;
    }

    if (timestamp - v->call->now > tolerance) {
        return WEBHOOK_VERIFY_EARLY;
    }

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_candidate(webhook_candidates_t *c, const webhook_scheme_t *s,
    const webhook_str_t *text)
{
    int             ok;
    size_t          len;
    unsigned char  *out;

    if (c->n == WEBHOOK_VERIFY_CANDIDATES) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    out = c->bytes[c->n];
    len = webhook_digest_len(s->digest);

    if (s->encoding == WEBHOOK_ENCODING_BASE64) {
        ok = webhook_base64_decode(text, out, len) == (ssize_t) len;

    } else {
        ok = webhook_hex_decode(text, s->encoding == WEBHOOK_ENCODING_HEX_UPPER,
                                out, len)
             == WEBHOOK_OK;
    }

    if (!ok) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    c->n++;

    return WEBHOOK_VERIFY_OK;
}


static int
webhook_verify_usable(const webhook_key_t *key, int ed25519, int64_t now)
{
    return webhook_key_live(key, now)
           && (key->kind != WEBHOOK_KEY_SECRET) == ed25519;
}


webhook_verify_e
webhook_verify_hmac(webhook_verify_t *v, const webhook_scheme_t *s,
    const webhook_candidates_t *c)
{
    int                   match, found, failed;
    size_t                len;
    unsigned              i, k;
    unsigned char         digest[WEBHOOK_DIGEST_MAX];
    const webhook_key_t  *key;

    found = 0;
    failed = 0;
    len = webhook_digest_len(s->digest);

    for (k = 0; k < v->verifier->nkeys; k++) {
        key = &v->verifier->keys[k];

        if (!webhook_verify_usable(key, 0, v->call->now)) {
            continue;
        }

        if (webhook_scheme_mac(s, key, &v->message, digest) != WEBHOOK_OK) {
            failed = 1;
            break;
        }

        match = 0;

        for (i = 0; i < c->n; i++) {
            match |= (CRYPTO_memcmp(digest, c->bytes[i], len) == 0);
        }

        if (match && !found) {
            v->verified.key = k;
        }

        found |= match;
    }

    OPENSSL_cleanse(digest, sizeof(digest));

    if (failed) {
        return WEBHOOK_VERIFY_FAULT;
    }

    return found ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


/* Here nothing is secret, so the first that holds ends it. */

webhook_verify_e
webhook_verify_ed25519(webhook_verify_t *v, const webhook_scheme_t *s,
    const webhook_candidates_t *c)
{
    int                   rc;
    unsigned              i, k;
    webhook_buf_t         buf;
    webhook_str_t         text;
    const webhook_key_t  *key;

    webhook_buf_init(&buf, 0);

    rc = 0;

    for (k = 0; rc == 0 && k < v->verifier->nkeys; k++) {
        key = &v->verifier->keys[k];

        if (c->n == 0 || !webhook_verify_usable(key, 1, v->call->now)) {
            continue;
        }

        if (buf.len == 0
            && webhook_scheme_text(s, &v->message, &buf) != WEBHOOK_OK)
        {
            rc = -1;
            break;
        }

        text.data = buf.data;
        text.len = buf.len;

        for (i = 0; rc == 0 && i < c->n; i++) {
            rc = webhook_ed25519_verify(key, &text, c->bytes[i]);
        }

        v->verified.key = k;
    }

    webhook_buf_free(&buf);

    if (rc == -1) {
        return WEBHOOK_VERIFY_FAULT;
    }

    return rc ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


webhook_verify_e
webhook_verify_secret(webhook_verify_t *v, const webhook_str_t *text)
{
    int                   eq, found;
    unsigned              k;
    webhook_str_t         secret;
    const webhook_key_t  *key;

    found = 0;

    for (k = 0; k < v->verifier->nkeys; k++) {
        key = &v->verifier->keys[k];

        if (!webhook_verify_usable(key, 0, v->call->now)) {
            continue;
        }

        secret.data = (unsigned char *) key->bytes;
        secret.len = key->len;

        eq = webhook_secret_eq(text, &secret);
        if (eq == -1) {
            return WEBHOOK_VERIFY_FAULT;
        }

        if (eq && !found) {
            v->verified.key = k;
        }

        found |= eq;
    }

    return found ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


webhook_verify_e
webhook_verify_body(webhook_verify_t *v, webhook_buf_t *buf,
    webhook_str_t *body)
{
    size_t  i;

    webhook_buf_init(buf, 0);

    if (v->call->pieces == 1) {
        *body = v->call->body[0];
        return WEBHOOK_VERIFY_OK;
    }

    for (i = 0; i < v->call->pieces; i++) {
        (void) webhook_buf_add(buf, v->call->body[i].data,
                               v->call->body[i].len);
    }

    body->data = buf->data;
    body->len = buf->len;

    return buf->failed ? WEBHOOK_VERIFY_FAULT : WEBHOOK_VERIFY_OK;
}
