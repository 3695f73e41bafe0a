
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Schemes, which say what a signature is made of, and signing by them.
 *
 * The signed string is a row of parts; {body} may be any number of pieces,
 * which are never put together for an HMAC.
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include "core/signature/webhook_digest.h"
#include "core/signature/webhook_key.h"


#define WEBHOOK_SCHEME_PARTS   12
#define WEBHOOK_SCHEME_PREFIX  64       /* bytes in front of a signature */
#define WEBHOOK_SIGN_ID_MAX    256      /* bytes of an id */


typedef enum {
    WEBHOOK_ENCODING_HEX = 0,           /* lower case, as almost all do */
    WEBHOOK_ENCODING_HEX_UPPER,
    WEBHOOK_ENCODING_BASE64             /* with its padding */
} webhook_encoding_e;

typedef enum {
    WEBHOOK_PART_TEXT = 0,
    WEBHOOK_PART_ID,
    WEBHOOK_PART_TIMESTAMP,
    WEBHOOK_PART_URL,
    WEBHOOK_PART_BODY
} webhook_part_e;


typedef struct {
    webhook_part_e        what;
    webhook_str_t         text;         /* of WEBHOOK_PART_TEXT */
} webhook_part_t;


typedef struct {
    webhook_digest_e      digest;
    webhook_encoding_e    encoding;
    webhook_str_t         prefix;       /* "sha256=" */
    unsigned              nparts;
    webhook_part_t        parts[WEBHOOK_SCHEME_PARTS];
} webhook_scheme_t;


typedef struct {
    webhook_str_t         id;
    int64_t               timestamp;    /* Unix seconds, of this send */
    webhook_str_t         url;
    const webhook_str_t  *body;         /* the pieces of the body, in order */
    size_t                pieces;
} webhook_message_t;


/*
 * Compiles a scheme from its settings, each of which may be empty:
 *
 *   digest    sha1 | sha256 (default) | sha512
 *   encoding  hex (default) | HEX (capital letters) | base64
 *   prefix    text in front of the signature
 *   string    the signed string: text with {id} {timestamp} {url} {body}, for
 *             instance "{timestamp}.{body}"; the default is "{body}"
 *
 * Returns WEBHOOK_OK, or WEBHOOK_ERROR with *err a static sentence.  The
 * scheme refers to the bytes of prefix and string, which have to outlive it.
 */
int webhook_scheme_compile(webhook_scheme_t *s, const webhook_str_t *digest,
    const webhook_str_t *encoding, const webhook_str_t *prefix,
    const webhook_str_t *string, const char **err);

/* 1 if the signed string has such a part, else 0. */
int webhook_scheme_has(const webhook_scheme_t *s, webhook_part_e what);


/*
 * Signing.
 *
 * "keys" are nkeys (at most WEBHOOK_KEYS_MAX) of an endpoint; those that have
 * ended by the message's timestamp are passed over.  The value of the header
 * is put into out, without a NUL, and its length into *len.
 *
 * Both return WEBHOOK_OK; WEBHOOK_ERROR if no key is live, if one is live
 * that cannot sign (a public key; for webhook_sign_hmac() any but a secret),
 * or if the message is not one that may be signed; WEBHOOK_LIMIT if size is
 * too small or the keys are too many; WEBHOOK_NOMEM, also for any other
 * failure within OpenSSL.  Nothing unsigned is ever to be sent for these.
 */

/* A webhook-signature with all the keys that may be: 4 characters, 88 of
   base64, a space, each. */
#define WEBHOOK_SIGN_STANDARD_MAX  (WEBHOOK_KEYS_MAX * 93)

/* A prefix, SHA-512 in hexadecimal digits. */
#define WEBHOOK_SIGN_HMAC_MAX      (WEBHOOK_SCHEME_PREFIX + 128)

/*
 * The value of webhook-signature: {id}.{timestamp}.{body} signed with each
 * live key, "v1," (HMAC-SHA256) or "v1a," (ed25519), in the order of the
 * keys.  The id has 1 to 256 visible ASCII characters without a full stop,
 * and the timestamp is not negative.  ed25519 reads its message twice, so for
 * such a key the body is copied together once.
 */
int webhook_sign_standard(const webhook_key_t *keys, unsigned nkeys,
    const webhook_message_t *m, unsigned char *out, size_t size, size_t *len);

/* The value of a header of any scheme, which holds one signature: made with
   the first live key. */
int webhook_sign_hmac(const webhook_scheme_t *s, const webhook_key_t *keys,
    unsigned nkeys, const webhook_message_t *m, unsigned char *out,
    size_t size, size_t *len);


#endif /* WEBHOOK_SIGN_H */
