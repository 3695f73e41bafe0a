
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Public keys of senders: read, and used, but for ed25519, which is in
 * webhook_key.h.
 *
 * A key keeps its numbers alone, so that it is plain bytes as all keys are;
 * OpenSSL makes its own of them for each use.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_PUBLIC_H
#define WEBHOOK_PUBLIC_H

#include "core/signature/webhook_digest.h"
#include "core/signature/webhook_key.h"


#define WEBHOOK_PUBLIC_LEN  512         /* bytes of a signature by RSA */


/*
 * Reads PEM (the first public key or certificate in it), or base64 of DER, or
 * the 32 bytes of an ed25519 key in hexadecimal digits or base64.  NULL with
 * *key filled in, or a static sentence.  Nothing is asked of a certificate but
 * its key.
 */
const char *webhook_public_parse(webhook_key_t *key,
    const webhook_str_t *text);

/*
 * Checks a signature by a key of EC or RSA: 1 if it holds, 0 if not (or,
 * where OpenSSL does not tell, if it ran out of memory), -1 if that could not
 * be found out.  pss is for RSA; raw for ECDSA: 64 bytes, not DER.
 */
int webhook_public_verify(const webhook_key_t *key, webhook_digest_e digest,
    int pss, int raw, const webhook_str_t *text,
    const webhook_str_t *signature);


#endif /* WEBHOOK_PUBLIC_H */
