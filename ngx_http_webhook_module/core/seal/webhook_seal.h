
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Secrets as they lie in a store: sealed by AES-256-GCM with one of the keys
 * of a ring, and opened again.  A sealed text is
 *
 *   version (1 byte, 1), key id (8), nonce (12, random), ciphertext, tag (16)
 *
 * and is bound to what the caller says: texts that are authenticated with it
 * and lie elsewhere, as the format, the kind and the id of the object that it
 * belongs to.  So what was sealed for one cannot be passed off as another's.
 *
 * A ring is a plain structure without pointers, so that the caller can put it
 * where a core dump does not reach.  All functions are reentrant and may run
 * on any thread; none blocks.  A ring that is not being filled may be used by
 * several threads at once.
 */

#ifndef WEBHOOK_SEAL_H
#define WEBHOOK_SEAL_H

#include "core/base/webhook_str.h"


#define WEBHOOK_SEAL_KEY_LEN   32       /* bytes of a key */
#define WEBHOOK_SEAL_KEYS_MAX  8        /* keys of a ring */
#define WEBHOOK_SEAL_ID_LEN    8        /* bytes of a key's id */

/* Bytes by which a sealed text is longer. */
#define WEBHOOK_SEAL_MORE      (1 + WEBHOOK_SEAL_ID_LEN + 12 + 16)

/* A sealed text is not longer than this, nor a text that is sealed. */
#define WEBHOOK_SEAL_MAX       (1024 * 1024)

/* No key of the ring has sealed it. */
#define WEBHOOK_SEAL_NO_KEY    -4


typedef struct {
    uint32_t       n;
    struct {
        unsigned char  id[WEBHOOK_SEAL_ID_LEN];     /* of the key's SHA-256 */
        unsigned char  bytes[WEBHOOK_SEAL_KEY_LEN];
    }              keys[WEBHOOK_SEAL_KEYS_MAX];
} webhook_seal_ring_t;


/*
 * Adds a key, which is written as base64 of 32 bytes (its padding may be
 * missing), to a ring that was zeroed before its first.  The first key seals,
 * all of them open.  Returns WEBHOOK_OK, or WEBHOOK_ERROR with *err a static
 * sentence without a full stop ("the key is no base64").  The caller wipes the
 * text.
 */
int webhook_seal_add(webhook_seal_ring_t *ring, const webhook_str_t *text,
    const char **err);

/* Overwrites the ring, which is empty then. */
void webhook_seal_wipe(webhook_seal_ring_t *ring);

/*
 * Seals a text with the first key and appends it to out.  "bound" are nbound
 * texts (8 at most; which is which is told by their order) that have to be
 * shown again to open it.  Returns WEBHOOK_OK, WEBHOOK_SEAL_NO_KEY where the
 * ring is empty or NULL, WEBHOOK_LIMIT where the text is too long,
 * WEBHOOK_NOMEM, or WEBHOOK_ERROR if no randomness could be had; then nothing
 * was added.
 */
int webhook_seal(const webhook_seal_ring_t *ring, const webhook_str_t *bound,
    uint32_t nbound, const webhook_str_t *plain, webhook_buf_t *out);

/*
 * Opens what was sealed, and appends it to plain, which is to be freed with
 * webhook_seal_free().  Returns WEBHOOK_OK; WEBHOOK_SEAL_NO_KEY; WEBHOOK_ERROR
 * where the text is damaged, or bound to something else; WEBHOOK_NOMEM,
 * WEBHOOK_LIMIT.  Then nothing was added.
 */
int webhook_seal_open(const webhook_seal_ring_t *ring,
    const webhook_str_t *bound, uint32_t nbound, const webhook_str_t *sealed,
    webhook_buf_t *plain);

/* 1 if the first key of the ring has sealed the text; 0 if it is to be sealed
   anew, once the ring has changed. */
int webhook_seal_current(const webhook_seal_ring_t *ring,
    const webhook_str_t *sealed);

/* webhook_buf_free(), after its bytes were overwritten. */
void webhook_seal_free(webhook_buf_t *b);

/*
 * Has jansson overwrite whatever it frees, since a tree that is read has
 * secrets in it: to be called once, before the first thread is started.  It
 * costs a memset() for each piece, and holds for the whole process, of which
 * it takes nothing: what was allocated before may be freed after it.
 */
void webhook_seal_jansson(void);


#endif /* WEBHOOK_SEAL_H */
