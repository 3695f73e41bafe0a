
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

/*
 * The one-shot digest functions of OpenSSL 3 allocate and so can fail; the
 * plain SHA256_*() cannot, which is what a key function needs.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/base/webhook_hash.h"
#include "core/base/webhook_codec.h"

#include <openssl/crypto.h>


void
webhook_hash_init(webhook_hash_t *hash)
{
    SHA256_Init(&hash->sha);
}


void
webhook_hash_add(webhook_hash_t *hash, const void *data, size_t len)
{
    SHA256_Update(&hash->sha, data, len);
}


void
webhook_hash_text(webhook_hash_t *hash, const webhook_str_t *text)
{
    unsigned char  len[8];

    webhook_set_u64(len, text->len);

    webhook_hash_add(hash, len, sizeof(len));
    webhook_hash_add(hash, text->data, text->len);
}


void
webhook_hash_end(webhook_hash_t *hash,
    unsigned char digest[WEBHOOK_HASH_LEN])
{
    SHA256_Final(digest, &hash->sha);
}


size_t
webhook_hash_find(const void *rows, size_t n, size_t size,
    const unsigned char digest[WEBHOOK_HASH_LEN])
{
    size_t                first, last, mid;
    const unsigned char  *row;

    row = rows;
    first = 0;
    last = n;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (memcmp(row + mid * size, digest, WEBHOOK_HASH_LEN) < 0) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return first < n
           && CRYPTO_memcmp(row + first * size, digest, WEBHOOK_HASH_LEN) == 0
           ? first : n;
}
