
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_sign.h"

#include <openssl/evp.h>


static size_t webhook_sign_base64(const unsigned char *in, size_t len,
    unsigned char *out);
static void webhook_sign_url(unsigned char *text, size_t len);
static int webhook_sign_one(const webhook_key_t *key,
    const webhook_message_t *m, webhook_buf_t *text,
    unsigned char out[WEBHOOK_BASE64_SIZE + 4], size_t *len);


int
webhook_sign_standard(const webhook_key_t *keys, unsigned nkeys,
    const webhook_message_t *m, unsigned char *out, size_t size, size_t *len)
{
    int             rc;
    size_t          n, used;
    unsigned        i;
    webhook_buf_t   text;
    unsigned char   one[WEBHOOK_BASE64_SIZE + 4];

    *len = 0;

    if (nkeys > WEBHOOK_KEYS_MAX) {
        return WEBHOOK_LIMIT;
    }

    if (!webhook_id_signable(&m->id) || m->timestamp < 0) {
        return WEBHOOK_ERROR;
    }

    webhook_buf_init(&text, 0);

    rc = WEBHOOK_ERROR;
    used = 0;

    for (i = 0; i < nkeys; i++) {

        if (!webhook_key_live(&keys[i], m->timestamp)) {
            continue;
        }

        rc = webhook_sign_one(&keys[i], m, &text, one, &n);
        if (rc != WEBHOOK_OK) {
            break;
        }

        if (n + (used != 0) > size - used) {
            rc = WEBHOOK_LIMIT;
            break;
        }

        if (used) {
            out[used++] = ' ';
        }

        memcpy(out + used, one, n);
        used += n;
    }

    webhook_buf_free(&text);

    if (rc == WEBHOOK_OK) {
        *len = used;
    }

    return rc;
}


/* The text that ed25519 reads is put together for the first key that needs
   it, and kept for others. */

static int
webhook_sign_one(const webhook_key_t *key, const webhook_message_t *m,
    webhook_buf_t *text, unsigned char out[WEBHOOK_BASE64_SIZE + 4],
    size_t *len)
{
    webhook_str_t  whole;
    unsigned char  digest[WEBHOOK_DIGEST_MAX];

    if (key->kind == WEBHOOK_KEY_SECRET) {

        webhook_scheme_mac(&webhook_scheme_standard, key, m, digest);

        memcpy(out, "v1,", 3);
        *len = 3 + webhook_sign_base64(digest, WEBHOOK_SHA256_LEN, out + 3);

        return WEBHOOK_OK;
    }

    if (key->kind != WEBHOOK_KEY_PRIVATE) {
        return WEBHOOK_ERROR;
    }

    if (text->len == 0
        && webhook_scheme_text(&webhook_scheme_standard, m, text)
           != WEBHOOK_OK)
    {
        return WEBHOOK_NOMEM;
    }

    whole.data = text->data;
    whole.len = text->len;

    if (webhook_ed25519_sign(key, &whole, digest) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    memcpy(out, "v1a,", 4);
    *len = 4 + webhook_sign_base64(digest, WEBHOOK_ED25519_LEN, out + 4);

    return WEBHOOK_OK;
}


int
webhook_sign_hmac(const webhook_scheme_t *s, const webhook_key_t *keys,
    unsigned nkeys, const webhook_message_t *m, unsigned char *out,
    size_t size, size_t *len)
{
    unsigned       i;
    unsigned char  digest[WEBHOOK_DIGEST_MAX];

    *len = 0;

    if (nkeys > WEBHOOK_KEYS_MAX) {
        return WEBHOOK_LIMIT;
    }

    for (i = 0; i < nkeys; i++) {
        if (webhook_key_live(&keys[i], m->timestamp)) {
            break;
        }
    }

    if (i == nkeys || keys[i].kind != WEBHOOK_KEY_SECRET) {
        return WEBHOOK_ERROR;
    }

    webhook_scheme_mac(s, &keys[i], m, digest);

    return webhook_sign_encode(s, digest, out, size, len);
}


int
webhook_sign_encode(const webhook_scheme_t *s,
    const unsigned char digest[WEBHOOK_DIGEST_MAX], unsigned char *out,
    size_t size, size_t *len)
{
    size_t         n;
    unsigned char  text[2 * WEBHOOK_DIGEST_MAX];

    n = webhook_digest_len(s->digest);

    if (s->encoding >= WEBHOOK_ENCODING_BASE64) {
        n = webhook_sign_base64(digest, n, text);

        if (s->encoding == WEBHOOK_ENCODING_BASE64URL) {
            webhook_sign_url(text, n);
        }

    } else {
        webhook_hex_encode(digest, n,
                           s->encoding == WEBHOOK_ENCODING_HEX_UPPER
                           ? WEBHOOK_HEX_UPPER : WEBHOOK_HEX_LOWER, text);
        n *= 2;
    }

    if (s->prefix.len > size || n > size - s->prefix.len) {
        return WEBHOOK_LIMIT;
    }

    if (s->prefix.len) {
        memcpy(out, s->prefix.data, s->prefix.len);
    }

    memcpy(out + s->prefix.len, text, n);
    *len = s->prefix.len + n;

    return WEBHOOK_OK;
}


/* EVP_EncodeBlock() adds a NUL, for which out has room. */

static size_t
webhook_sign_base64(const unsigned char *in, size_t len, unsigned char *out)
{
    return (size_t) EVP_EncodeBlock(out, in, (int) len);
}


static void
webhook_sign_url(unsigned char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (text[i] == '+') {
            text[i] = '-';

        } else if (text[i] == '/') {
            text[i] = '_';
        }
    }
}
