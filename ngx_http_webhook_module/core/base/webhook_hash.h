
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHA-256 of what comes in pieces: a body that streams by, or texts one after
 * the other.  Nothing here allocates or fails; any thread, but one hash is for
 * one at a time.
 */

#ifndef WEBHOOK_HASH_H
#define WEBHOOK_HASH_H

#include <openssl/sha.h>

#include "core/base/webhook_str.h"


#define WEBHOOK_HASH_LEN  32            /* bytes of a digest */


typedef struct {
    SHA256_CTX  sha;
} webhook_hash_t;


/* Begins. */
void webhook_hash_init(webhook_hash_t *hash);

/* Adds bytes: in which pieces they come is all the same. */
void webhook_hash_add(webhook_hash_t *hash, const void *data, size_t len);

/* Adds a text with its length before it, so that no text can pass for a part
   of its neighbour. */
void webhook_hash_text(webhook_hash_t *hash, const webhook_str_t *text);

/* The digest of all that was added; the hash has to begin anew then. */
void webhook_hash_end(webhook_hash_t *hash,
    unsigned char digest[WEBHOOK_HASH_LEN]);

/*
 * Looks for a digest among n rows of "size" bytes, each of which begins with its
 * own, ascending: the index of the first that has it, n if there is none.  The
 * search is among digests, of which nobody can choose a part: how far it went
 * tells nothing of what they were made of.
 */
size_t webhook_hash_find(const void *rows, size_t n, size_t size,
    const unsigned char digest[WEBHOOK_HASH_LEN]);


#endif /* WEBHOOK_HASH_H */
