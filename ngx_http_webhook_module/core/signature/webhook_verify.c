
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_signature_int.h"

#include <openssl/crypto.h>


#define WEBHOOK_VERIFY_DIGITS  18       /* fit in 63 bits */


static int webhook_verify_usable(const webhook_key_t *key, int ed25519,
    int64_t now);


static const char *const  webhook_verify_texts[] = {
    "the signature is right",

    "a header with the signature is missing",
    "a header with the timestamp is missing",
    "a header with the id is missing",
    "a header of the signature came more than once",
    "a header of the signature is too long",
    "the signature cannot be read",
    "the timestamp cannot be read",
    "the id cannot be read",
    "the signed part of the body cannot be read",
    "the signature does not match",
    "the timestamp is too old",
    "the timestamp is in the future",
    "no key is valid any more",

    "the public URL is not known",
    "the signature could not be checked"
};


const char *
webhook_verify_text(webhook_verify_e result)
{
    if ((unsigned) result > WEBHOOK_VERIFY_FAULT) {
        result = WEBHOOK_VERIFY_FAULT;
    }

    return webhook_verify_texts[result];
}


const webhook_preset_t *
webhook_preset_find(const webhook_str_t *name)
{
    size_t  i;

    for (i = 0; i < webhook_npresets; i++) {
        if (webhook_str_eq(name, &webhook_presets[i].name)) {
            return &webhook_presets[i];
        }
    }

    return NULL;
}


int
webhook_verifier_check(const webhook_verifier_t *verifier, const char **err)
{
    *err = NULL;

    if (verifier->nkeys == 0) {
        *err = "a key is missing";

    } else if (verifier->nkeys > WEBHOOK_KEYS_MAX) {
        *err = "there are more than 8 keys";

    } else if (verifier->tolerance < 0) {
        *err = "the tolerance is negative";

    } else if (verifier->tolerance && verifier->preset->window == 0) {
        *err = "a tolerance is of no use: no timestamp is signed";

    } else if (verifier->preset->check) {
        *err = verifier->preset->check(verifier);
    }

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


webhook_verify_e
webhook_verify(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, webhook_verified_t *verified)
{
    unsigned          i;
    webhook_verify_t  v;
    webhook_verify_e  rc;

    memset(verified, 0, sizeof(webhook_verified_t));
    memset(&v, 0, sizeof(webhook_verify_t));

    v.verifier = verifier;
    v.call = call;
    v.preset = verifier->preset;
    v.message.url = call->url;
    v.message.body = call->body;
    v.message.pieces = call->pieces;

    if (v.preset->url && call->url.len == 0) {
        return WEBHOOK_VERIFY_NO_URL;
    }

    for (i = 0; i < verifier->nkeys; i++) {
        if (webhook_key_live(&verifier->keys[i], call->now)) {
            break;
        }
    }

    if (i == verifier->nkeys) {
        return WEBHOOK_VERIFY_NO_KEY;
    }

    rc = v.preset->verify(&v);

    if (rc == WEBHOOK_VERIFY_OK) {
        *verified = v.verified;
    }

    return rc;
}


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
