
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Digests, HMAC, hexadecimal digits, base64: what the rest of the signatures is
 * made of.  Secrets are compared in constant time, as digests of a fixed size;
 * no text, no error and no result discloses a key or the signature that would
 * have been right.  OpenSSL's error queue is left as it was.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_DIGEST_H
#define WEBHOOK_DIGEST_H

#include "core/base/webhook_str.h"

#include <openssl/md5.h>
#include <openssl/sha.h>


#define WEBHOOK_DIGEST_MAX        64    /* SHA-512 */
#define WEBHOOK_SHA256_LEN        32
#define WEBHOOK_BASE64_SIZE       90    /* characters of 64 bytes, a NUL */


typedef enum {
    WEBHOOK_DIGEST_SHA256 = 0,
    WEBHOOK_DIGEST_SHA1,
    WEBHOOK_DIGEST_SHA384,
    WEBHOOK_DIGEST_SHA512,
    WEBHOOK_DIGEST_MD5                  /* for schemes of others alone */
} webhook_digest_e;


/* Hexadecimal digits. */

typedef enum {
    WEBHOOK_HEX_LOWER = 0,              /* in lower case alone, */
    WEBHOOK_HEX_UPPER,                  /*   in capital letters, */
    WEBHOOK_HEX_ANY                     /*   in either: for reading */
} webhook_hex_e;


/*
 * A digest in the making: init, add for each piece, end, which writes
 * webhook_digest_len() bytes and wipes it.  Nothing of it is on the heap, and
 * nothing fails.
 */

typedef struct {
    webhook_digest_e  digest;

    union {
        SHA256_CTX    sha256;
        SHA_CTX       sha1;
        SHA512_CTX    sha512;           /* of SHA-384, too */
        MD5_CTX       md5;
    } ctx;
} webhook_digest_t;

void webhook_digest_init(webhook_digest_t *d, webhook_digest_e digest);
void webhook_digest_add(webhook_digest_t *d, const void *data, size_t len);
void webhook_digest_end(webhook_digest_t *d,
    unsigned char out[WEBHOOK_DIGEST_MAX]);


/* An HMAC, likewise. */

typedef struct {
    webhook_digest_t  inner;
    webhook_digest_t  outer;            /* the key's half of it */
} webhook_hmac_t;

void webhook_hmac_init(webhook_hmac_t *h, webhook_digest_e digest,
    const unsigned char *key, size_t len);
void webhook_hmac_add(webhook_hmac_t *h, const void *data, size_t len);
void webhook_hmac_end(webhook_hmac_t *h,
    unsigned char out[WEBHOOK_DIGEST_MAX]);

/*
 * What a key alone makes of an HMAC-SHA256, half of the work for a small text:
 * prepared once, and taken up each time in the place of init.  It stands for the
 * key, and is wiped like it.
 */

typedef struct {
    SHA_LONG          inner[8];
    SHA_LONG          outer[8];
} webhook_hmac_key_t;

void webhook_hmac_prepare(webhook_hmac_key_t *k, const unsigned char *key,
    size_t len);
void webhook_hmac_resume(webhook_hmac_t *h, const webhook_hmac_key_t *k);

/* Bytes of a digest, and OpenSSL's name of it. */
size_t webhook_digest_len(webhook_digest_e digest);
const char *webhook_digest_name(webhook_digest_e digest);

/* The digest of pieces. */
void webhook_digest(webhook_digest_e digest, const webhook_str_t *pieces,
    size_t n, unsigned char out[WEBHOOK_DIGEST_MAX]);
void webhook_sha256(const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_SHA256_LEN]);

/*
 * Compares two secrets of any length by their digests: 1 or 0.  The time tells
 * nothing of where they differ.
 */
int webhook_secret_eq(const webhook_str_t *a, const webhook_str_t *b);

/* out has room for 2 * len. */
void webhook_hex_encode(const unsigned char *in, size_t len,
    webhook_hex_e letters, unsigned char *out);

/* WEBHOOK_OK if text is exactly 2 * len such digits, else WEBHOOK_ERROR. */
int webhook_hex_decode(const webhook_str_t *text, webhook_hex_e letters,
    unsigned char *out, size_t len);

/*
 * Decodes base64 in its one canonical form: padded, without white space, the
 * spare bits zero, so that no two texts mean the same bytes.  Returns the
 * length, or WEBHOOK_ERROR if it is not that or is longer than size.
 */
ssize_t webhook_base64_decode(const webhook_str_t *text, unsigned char *out,
    size_t size);

/* The same with the padding or without it; if url is 1, with "-" and "_" for
   "+" and "/". */
ssize_t webhook_base64_decode_loose(const webhook_str_t *text, int url,
    unsigned char *out, size_t size);


#endif /* WEBHOOK_DIGEST_H */
