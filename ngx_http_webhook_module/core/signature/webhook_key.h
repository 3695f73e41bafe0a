
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A key is one plain structure without pointers, so that the caller can put
 * it where a core dump does not reach (memory that is mapped for it, with
 * MADV_DONTDUMP) and wipe it.  While a signature is made, which is a matter
 * of microseconds, OpenSSL has a copy on its own heap and wipes that as well.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_KEY_H
#define WEBHOOK_KEY_H

#include "core/signature/webhook_digest.h"


#define WEBHOOK_ED25519_KEY    32
#define WEBHOOK_ED25519_LEN    64       /* bytes of a signature */

#define WEBHOOK_KEY_MAX        512      /* bytes of a key, as it is used */
#define WEBHOOK_KEY_TEXT_MAX   512      /* and as it is written, but for */
#define WEBHOOK_KEY_PEM_MAX    4096     /*   PEM */
#define WEBHOOK_KEY_LEAST      24       /* fewer random bytes are weak, */
#define WEBHOOK_KEY_LEAST_TEXT 16       /* and so are fewer characters */
#define WEBHOOK_KEYS_MAX       8        /* keys of an endpoint or receiver */


typedef enum {
    WEBHOOK_KEY_SECRET = 0,             /* bytes for HMAC, a token, a name and
                                           password */
    WEBHOOK_KEY_PRIVATE,                /* ed25519: the seed, the public key */
    WEBHOOK_KEY_PUBLIC,                 /* ed25519: the public key */
    WEBHOOK_KEY_EC,                     /* ECDSA P-256: the public point, not
                                           compressed */
    WEBHOOK_KEY_RSA                     /* the modulus, in the machine's order
                                           of bytes, and "exponent" */
} webhook_key_kind_e;


/* How a key is written. */

typedef enum {
    WEBHOOK_KEY_AS_TEXT = 0,            /* the characters are the key */
    WEBHOOK_KEY_AS_STANDARD,            /* whsec_, whpk_, whsk_; or text */
    WEBHOOK_KEY_AS_BASE64,
    WEBHOOK_KEY_AS_HEX,
    WEBHOOK_KEY_AS_PUBLIC               /* PEM (a public key or certificate),
                                           whpk_, DER in base64, ed25519 in
                                           hexadecimal digits or base64 */
} webhook_key_as_e;


typedef struct {
    int64_t         expires;            /* Unix seconds at which it ends;
                                           0: never */
    uint16_t        len;                /* bytes in use */
    uint8_t         kind;               /* webhook_key_kind_e */
    uint8_t         weak:1;             /* too short to be called safe */
    uint8_t         doubt:1;            /* a text that may be meant as base64 */
    uint8_t         prepared:1;         /* "hmac" is */
    uint32_t        exponent;           /* of RSA */
    unsigned char   bytes[WEBHOOK_KEY_MAX];
    webhook_hmac_key_t  hmac;           /* of a secret that was read */
} webhook_key_t;


/*
 * Reads a key, as senders show theirs.
 *
 * TEXT: as it stands; "doubt" where it begins with "whsec_".
 *
 * STANDARD: the forms of Standard Webhooks are known by how they begin, with a
 * version in front or without one, and any other text is the key as it stands;
 * "doubt" where that is base64 of 24 bytes or more:
 *
 *   [v1,]whsec_ + base64 of up to 64 bytes     a secret; weak under 24 bytes
 *   whsk_  + base64 of 64 bytes (seed, public key) or 32 (seed)   private
 *   [v1a,]whpk_ + base64 of 32 bytes                              public
 *
 * BASE64, HEX: the bytes that are written so.
 *
 * PUBLIC: see webhook_key_as_e; RSA of 1024 to 4096 bits.
 *
 * Of each of them but PUBLIC, "base64:" and "hex:" in front say how the rest
 * is written.  Base64 may lack its padding.
 *
 * Returns WEBHOOK_OK with *key filled in ("expires" 0), or WEBHOOK_ERROR with
 * *err a static sentence without a full stop ("the key is empty") and *key
 * wiped.  The caller wipes the text.
 */
int webhook_key_read(webhook_key_t *key, const webhook_str_t *text,
    webhook_key_as_e as, const char **err);

/* 1 if the key may be used at "now" (Unix seconds), else 0. */
int webhook_key_live(const webhook_key_t *key, int64_t now);

/* Overwrites the key in a way that no compiler leaves out. */
void webhook_key_wipe(webhook_key_t *key);

/* 1 if the key verifies what a private one signed, else 0. */
int webhook_key_public(const webhook_key_t *key);

/* 1 if the key can sign a "webhook-signature" (standard is 1) or a header of
   a scheme (0), else 0: for the check of a configuration. */
int webhook_key_signs(const webhook_key_t *key, int standard);

int webhook_ed25519_sign(const webhook_key_t *key, const webhook_str_t *text,
    unsigned char out[WEBHOOK_ED25519_LEN]);

/* 1 if it holds, 0 if not (or, where OpenSSL does not tell, if it ran out of
   memory), -1 if that could not be found out. */
int webhook_ed25519_verify(const webhook_key_t *key, const webhook_str_t *text,
    const unsigned char signature[WEBHOOK_ED25519_LEN]);


#endif /* WEBHOOK_KEY_H */
