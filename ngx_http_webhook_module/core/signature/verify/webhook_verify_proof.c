
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a signature, or a secret, is that of a live key.
 */

#include "core/signature/webhook_public.h"
#include "core/signature/verify/webhook_verify_engine.h"

#include <openssl/crypto.h>
#include <strings.h>


static webhook_verify_e webhook_verify_digests(webhook_verify_t *v,
    const webhook_signatures_t *s);
static webhook_verify_e webhook_verify_public(webhook_verify_t *v,
    const webhook_signatures_t *s);
static int webhook_verify_public_key(webhook_verify_t *v,
    const webhook_key_t *key, const webhook_str_t *text,
    const webhook_str_t *signature);
static ssize_t webhook_verify_public_bytes(webhook_verify_t *v,
    const webhook_str_t *text, unsigned char *out);
static int webhook_verify_usable(const webhook_key_t *key, int public,
    int64_t now);
static int webhook_verify_credentials(const webhook_preset_t *preset,
    webhook_str_t *value);


webhook_verify_e
webhook_verify_proof(webhook_verify_t *v, const webhook_signatures_t *s)
{
    webhook_verify_e  rc;

    rc = WEBHOOK_VERIFY_MISMATCH;

    if (s->n) {
        rc = webhook_verify_digests(v, s);
    }

    if (rc == WEBHOOK_VERIFY_MISMATCH && s->npublic) {

        rc = webhook_verify_public(v, s);

        if (rc == WEBHOOK_VERIFY_MISMATCH && s->over) {
            rc = WEBHOOK_VERIFY_TOO_LONG;
        }
    }

    return rc;
}


/* HMAC, or the plain digest of a string with the key in it. */

static webhook_verify_e
webhook_verify_digests(webhook_verify_t *v, const webhook_signatures_t *s)
{
    int                      match, found;
    size_t                   len;
    unsigned                 i, k;
    unsigned char            digest[WEBHOOK_DIGEST_MAX];
    const webhook_key_t     *key;
    const webhook_scheme_t  *scheme;

    found = 0;
    scheme = v->scheme;
    len = webhook_digest_len(scheme->digest);

    for (k = 0; k < v->verifier->nkeys; k++) {
        key = &v->verifier->keys[k];

        if (!webhook_verify_usable(key, 0, v->call->now)) {
            continue;
        }

        if (v->preset->kind == WEBHOOK_VERIFY_HASH) {
            webhook_scheme_hash(scheme, key, &v->message, digest);

        } else {
            webhook_scheme_mac(scheme, key, &v->message, digest);
        }

        match = 0;

        for (i = 0; i < s->n; i++) {
            match |= (CRYPTO_memcmp(digest, s->bytes[i], len) == 0);
        }

        if (match && !found) {
            v->verified->key = k;
        }

        found |= match;
    }

    OPENSSL_cleanse(digest, sizeof(digest));

    return found ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


/* Here nothing is secret, so the first that holds ends it. */

static webhook_verify_e
webhook_verify_public(webhook_verify_t *v, const webhook_signatures_t *s)
{
    int                   rc;
    unsigned              i, k;
    webhook_buf_t         buf;
    webhook_str_t         text;
    const webhook_key_t  *key;

    webhook_buf_init(&buf, 0);

    rc = 0;
    text.data = NULL;

    for (k = 0; rc == 0 && k < v->verifier->nkeys; k++) {
        key = &v->verifier->keys[k];

        if (!webhook_verify_usable(key, 1, v->call->now)) {
            continue;
        }

        if (text.data == NULL) {

            if (webhook_scheme_text(v->scheme, &v->message, &buf)
                != WEBHOOK_OK)
            {
                rc = -1;
                break;
            }

            text.data = buf.len ? buf.data : (unsigned char *) "";
            text.len = buf.len;
        }

        for (i = 0; rc == 0 && i < s->npublic; i++) {
            rc = webhook_verify_public_key(v, key, &text, &s->public[i]);
        }

        if (rc == 1) {
            v->verified->key = k;
        }
    }

    /* the URL in it may be a secret */

    if (buf.len) {
        OPENSSL_cleanse(buf.data, buf.len);
    }

    webhook_buf_free(&buf);

    if (rc == -1) {
        return WEBHOOK_VERIFY_FAULT;
    }

    return rc ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}


static int
webhook_verify_public_key(webhook_verify_t *v, const webhook_key_t *key,
    const webhook_str_t *text, const webhook_str_t *signature)
{
    ssize_t        n;
    webhook_str_t  sign;
    unsigned char  bytes[WEBHOOK_PUBLIC_LEN];

    n = webhook_verify_public_bytes(v, signature, bytes);

    if (n <= 0) {
        return 0;
    }

    if (key->kind == WEBHOOK_KEY_EC || key->kind == WEBHOOK_KEY_RSA) {
        sign.data = bytes;
        sign.len = (size_t) n;

        return webhook_public_verify(key, v->scheme->digest, v->preset->pss,
                                     v->preset->raw, text, &sign);
    }

    return n == WEBHOOK_ED25519_LEN ? webhook_ed25519_verify(key, text, bytes)
                                    : 0;
}


static ssize_t
webhook_verify_public_bytes(webhook_verify_t *v, const webhook_str_t *text,
    unsigned char *out)
{
    size_t  n;

    switch (v->scheme->encoding) {

    case WEBHOOK_ENCODING_BASE64:
        return webhook_base64_decode(text, out, WEBHOOK_PUBLIC_LEN);

    case WEBHOOK_ENCODING_BASE64URL:
        return webhook_base64_decode_loose(text, 1, out, WEBHOOK_PUBLIC_LEN);

    default:
        n = text->len / 2;

        if (n > WEBHOOK_PUBLIC_LEN
            || webhook_hex_decode(text, WEBHOOK_HEX_ANY, out, n) != WEBHOOK_OK)
        {
            return WEBHOOK_ERROR;
        }

        return (ssize_t) n;
    }
}


static int
webhook_verify_usable(const webhook_key_t *key, int public, int64_t now)
{
    return webhook_key_live(key, now) && webhook_key_public(key) == public;
}


/*
 * Of Basic: a name has no colon and a password may.  As the key is written the
 * same way, with its first colon between the two, to compare both as one is to
 * compare each.
 */

webhook_verify_e
webhook_verify_token(webhook_verify_t *v)
{
    ssize_t           n;
    webhook_str_t     value, plain;
    unsigned char     bytes[WEBHOOK_VERIFY_VALUE_MAX];
    webhook_verify_e  rc;

    rc = webhook_verify_place(v, &v->preset->signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (!webhook_verify_credentials(v->preset, &value)) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    if (v->scheme->encoding != WEBHOOK_ENCODING_BASE64) {
        return webhook_verify_secret(v, &value);
    }

    n = webhook_base64_decode(&value, bytes, sizeof(bytes));

    if (n <= 0) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    plain.data = bytes;
    plain.len = (size_t) n;

    rc = webhook_verify_secret(v, &plain);

    OPENSSL_cleanse(bytes, plain.len);

    return rc;
}


/* Takes off the prefix: the name of a scheme has no case, and blanks follow
   it. */

static int
webhook_verify_credentials(const webhook_preset_t *preset,
    webhook_str_t *value)
{
    const webhook_str_t  *prefix;

    prefix = &preset->prefix;

    if (prefix->len == 0) {
        return 1;
    }

    if (value->len <= prefix->len
        || strncasecmp((char *) value->data, (char *) prefix->data,
                       prefix->len)
           != 0)
    {
        return 0;
    }

    value->data += prefix->len;
    value->len -= prefix->len;

    if (prefix->data[prefix->len - 1] == ' ') {
        while (value->len && *value->data == ' ') {
            value->data++;
            value->len--;
        }
    }

    return value->len != 0;
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

        if (eq && !found) {
            v->verified->key = k;
        }

        found |= eq;
    }

    return found ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_MISMATCH;
}
