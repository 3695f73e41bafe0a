
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdatomic.h>


static EVP_MAC_CTX *webhook_hmac_template(webhook_digest_e digest);
static int webhook_hex_digit(unsigned char c, int upper);


/*
 * A context of each digest without a key.  To copy one and give the copy its
 * key takes 1.1 us, to fetch HMAC and digest by name each time 1.9 us.  To
 * copy one that has its key already would take 0.8 us, but then something as
 * good as the key would stay on the heap, where a core dump finds it.
 */

static _Atomic(EVP_MAC_CTX *)  webhook_hmac_templates[3];

static const struct {
    const char  *name;
    size_t       len;
} webhook_digests[] = {
    { "SHA1", 20 },
    { "SHA256", 32 },
    { "SHA512", 64 }
};


size_t
webhook_digest_len(webhook_digest_e digest)
{
    return webhook_digests[digest].len;
}


static EVP_MAC_CTX *
webhook_hmac_template(webhook_digest_e digest)
{
    char          name[8];
    EVP_MAC      *mac;
    OSSL_PARAM    params[2];
    EVP_MAC_CTX  *ctx, *other;

    ctx = atomic_load_explicit(&webhook_hmac_templates[digest],
                               memory_order_acquire);
    if (ctx) {
        return ctx;
    }

    mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    if (mac == NULL) {
        return NULL;
    }

    ctx = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);

    if (ctx == NULL) {
        return NULL;
    }

    memcpy(name, webhook_digests[digest].name,
           strlen(webhook_digests[digest].name) + 1);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
                                                 0);
    params[1] = OSSL_PARAM_construct_end();

    if (EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    other = NULL;

    if (!atomic_compare_exchange_strong_explicit(
            &webhook_hmac_templates[digest], &other, ctx,
            memory_order_acq_rel, memory_order_acquire))
    {
        /* another thread was faster */
        EVP_MAC_CTX_free(ctx);
        return other;
    }

    return ctx;
}


EVP_MAC_CTX *
webhook_hmac_begin(webhook_digest_e digest, const unsigned char *key,
    size_t len)
{
    EVP_MAC_CTX  *template, *ctx;

    ERR_set_mark();

    ctx = NULL;
    template = webhook_hmac_template(digest);

    if (template) {
        ctx = EVP_MAC_CTX_dup(template);
    }

    if (ctx && EVP_MAC_init(ctx, key, len, NULL) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }

    ERR_pop_to_mark();

    return ctx;
}


int
webhook_hmac_end(EVP_MAC_CTX *ctx, int updated,
    unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t  len;

    ERR_set_mark();

    if (updated && EVP_MAC_final(ctx, out, &len, WEBHOOK_DIGEST_MAX) != 1) {
        updated = 0;
    }

    /* which wipes the key and all that was made of it */

    EVP_MAC_CTX_free(ctx);

    ERR_pop_to_mark();

    return updated ? WEBHOOK_OK : WEBHOOK_ERROR;
}


int
webhook_sha256(const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_SHA256_LEN])
{
    int          ok;
    size_t       i;
    EVP_MD_CTX  *ctx;

    ERR_set_mark();

    ctx = EVP_MD_CTX_new();
    ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (i = 0; ok && i < n; i++) {
        ok = EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len) == 1;
    }

    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    ERR_pop_to_mark();

    return ok ? WEBHOOK_OK : WEBHOOK_ERROR;
}


int
webhook_secret_eq(const webhook_str_t *a, const webhook_str_t *b)
{
    int            eq;
    unsigned char  da[WEBHOOK_SHA256_LEN], db[WEBHOOK_SHA256_LEN];

    if (webhook_sha256(a, 1, da) != WEBHOOK_OK
        || webhook_sha256(b, 1, db) != WEBHOOK_OK)
    {
        return -1;
    }

    eq = (CRYPTO_memcmp(da, db, WEBHOOK_SHA256_LEN) == 0);

    OPENSSL_cleanse(da, sizeof(da));
    OPENSSL_cleanse(db, sizeof(db));

    return eq;
}


void
webhook_hex_encode(const unsigned char *in, size_t len, int upper,
    unsigned char *out)
{
    size_t                i;
    const unsigned char  *digits;

    static const unsigned char  lower_digits[] = "0123456789abcdef";
    static const unsigned char  upper_digits[] = "0123456789ABCDEF";

    digits = upper ? upper_digits : lower_digits;

    for (i = 0; i < len; i++) {
        *out++ = digits[in[i] >> 4];
        *out++ = digits[in[i] & 0xf];
    }
}


int
webhook_hex_decode(const webhook_str_t *text, int upper, unsigned char *out,
    size_t len)
{
    int     high, low;
    size_t  i;

    if (text->len != len * 2) {
        return WEBHOOK_ERROR;
    }

    for (i = 0; i < len; i++) {
        high = webhook_hex_digit(text->data[i * 2], upper);
        low = webhook_hex_digit(text->data[i * 2 + 1], upper);

        if (high < 0 || low < 0) {
            return WEBHOOK_ERROR;
        }

        out[i] = (unsigned char) (high << 4 | low);
    }

    return WEBHOOK_OK;
}


static int
webhook_hex_digit(unsigned char c, int upper)
{
    unsigned char  a;

    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    a = upper ? 'A' : 'a';

    if (c >= a && c < a + 6) {
        return c - a + 10;
    }

    return -1;
}


ssize_t
webhook_base64_decode(const webhook_str_t *text, unsigned char *out,
    size_t size)
{
    size_t                i, len, pad;
    uint32_t              bits;
    unsigned              n;
    const unsigned char  *p;
    unsigned char         c;

    if (text->len % 4 || text->len == 0) {
        return text->len ? WEBHOOK_ERROR : 0;
    }

    p = text->data;
    pad = 0;

    if (p[text->len - 1] == '=') {
        pad = p[text->len - 2] == '=' ? 2 : 1;
    }

    len = text->len / 4 * 3 - pad;

    if (len > size) {
        return WEBHOOK_ERROR;
    }

    bits = 0;
    n = 0;

    for (i = 0; i < text->len - pad; i++) {
        c = p[i];

        if (c >= 'A' && c <= 'Z') {
            c -= 'A';

        } else if (c >= 'a' && c <= 'z') {
            c -= 'a' - 26;

        } else if (c >= '0' && c <= '9') {
            c += 52 - '0';

        } else if (c == '+') {
            c = 62;

        } else if (c == '/') {
            c = 63;

        } else {
            return WEBHOOK_ERROR;
        }

        bits = bits << 6 | c;
        n += 6;

        if (n >= 8) {
            n -= 8;
            *out++ = (unsigned char) (bits >> n);
        }
    }

    /* what is left over has to be zero */

    if (bits & ((1U << n) - 1)) {
        return WEBHOOK_ERROR;
    }

    return (ssize_t) len;
}
