
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signing by schemes.
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include "core/signature/webhook_scheme.h"


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

/* A digest of the scheme's as it is written, its prefix in front.  WEBHOOK_OK,
   or WEBHOOK_LIMIT. */
int webhook_sign_encode(const webhook_scheme_t *s,
    const unsigned char digest[WEBHOOK_DIGEST_MAX], unsigned char *out,
    size_t size, size_t *len);


#endif /* WEBHOOK_SIGN_H */
