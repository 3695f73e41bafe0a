
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of webhook_signature (and webhook_handshake) share.
 */

#ifndef WEBHOOK_SIGNATURE_INT_H
#define WEBHOOK_SIGNATURE_INT_H

#include "core/signature/webhook_signature.h"

#include <openssl/evp.h>


#define WEBHOOK_DIGEST_MAX        64    /* SHA-512 */
#define WEBHOOK_SHA256_LEN        32
#define WEBHOOK_ED25519_KEY       32
#define WEBHOOK_ED25519_LEN       64
#define WEBHOOK_BASE64_SIZE       90    /* characters of 64 bytes, a NUL */


/* digest */

/*
 * An HMAC in the making: begin, EVP_MAC_update() for each piece, end.  NULL if
 * it could not begin.  end() frees it; the digest has webhook_digest_len()
 * bytes.  Returns WEBHOOK_OK, or WEBHOOK_ERROR if this or an update failed.
 */
EVP_MAC_CTX *webhook_hmac_begin(webhook_digest_e digest,
    const unsigned char *key, size_t len);
int webhook_hmac_end(EVP_MAC_CTX *ctx, int updated,
    unsigned char out[WEBHOOK_DIGEST_MAX]);

size_t webhook_digest_len(webhook_digest_e digest);

/* The SHA-256 of pieces.  WEBHOOK_OK or WEBHOOK_ERROR. */
int webhook_sha256(const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_SHA256_LEN]);

/*
 * Compares two secrets of any length by their digests: 1 or 0, and -1 if that
 * failed.  The time tells nothing of where they differ.
 */
int webhook_secret_eq(const webhook_str_t *a, const webhook_str_t *b);

/* Lower case, or capital letters if upper is 1; out has room for 2 * len. */
void webhook_hex_encode(const unsigned char *in, size_t len, int upper,
    unsigned char *out);

/* WEBHOOK_OK if text is exactly 2 * len such digits, else WEBHOOK_ERROR. */
int webhook_hex_decode(const webhook_str_t *text, int upper,
    unsigned char *out, size_t len);

/*
 * Decodes base64 in its one canonical form: padded, without white space, the
 * spare bits zero, so that no two texts mean the same bytes.  Returns the
 * length, or WEBHOOK_ERROR if it is not that or is longer than size.
 */
ssize_t webhook_base64_decode(const webhook_str_t *text, unsigned char *out,
    size_t size);


/* key */

int webhook_ed25519_sign(const webhook_key_t *key, const webhook_str_t *text,
    unsigned char out[WEBHOOK_ED25519_LEN]);

/* 1 if it holds, 0 if not (or, where OpenSSL does not tell, if it ran out of
   memory), -1 if that could not be found out. */
int webhook_ed25519_verify(const webhook_key_t *key, const webhook_str_t *text,
    const unsigned char signature[WEBHOOK_ED25519_LEN]);


/* sign */

extern const webhook_scheme_t  webhook_scheme_standard;

/* 1 if text can be an id of Standard Webhooks. */
int webhook_id_signable(const webhook_str_t *id);

/* The HMAC of what the scheme says.  WEBHOOK_OK or WEBHOOK_ERROR. */
int webhook_scheme_mac(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX]);

/* Appends the signed string itself.  Returns the buffer's state. */
int webhook_scheme_text(const webhook_scheme_t *s, const webhook_message_t *m,
    webhook_buf_t *out);


/* verify_parts */

/* A call as it is checked. */

struct webhook_verify_s {
    const webhook_verifier_t     *verifier;
    const webhook_verify_call_t  *call;
    const webhook_preset_t       *preset;
    webhook_message_t             message;      /* as far as it was read */
    webhook_verified_t            verified;
};

/* Signatures that came, decoded. */

typedef struct {
    unsigned        n;
    unsigned char   bytes[WEBHOOK_VERIFY_CANDIDATES][WEBHOOK_ED25519_LEN];
} webhook_candidates_t;

/* A header that may be missing, in which case *value is empty. */
webhook_verify_e webhook_verify_header(webhook_verify_t *v,
    const webhook_str_t *name, webhook_str_t *value);

/* Reads the header called name, which has to be there, into the message. */
webhook_verify_e webhook_verify_timestamp(webhook_verify_t *v,
    const webhook_str_t *name);

/* Digits only, no more than 18, none that leads for nothing. */
webhook_verify_e webhook_verify_number(const webhook_str_t *text, int64_t *n);

/* Adds one signature in the scheme's encoding, without prefix. */
webhook_verify_e webhook_verify_candidate(webhook_candidates_t *c,
    const webhook_scheme_t *s, const webhook_str_t *text);

/*
 * Looks whether any live key made any of these; looks at all, whatever it
 * finds.  NO_KEY only if no key of this kind is live.
 */
webhook_verify_e webhook_verify_hmac(webhook_verify_t *v,
    const webhook_scheme_t *s, const webhook_candidates_t *c);
webhook_verify_e webhook_verify_ed25519(webhook_verify_t *v,
    const webhook_scheme_t *s, const webhook_candidates_t *c);

/* Compares text with each live key. */
webhook_verify_e webhook_verify_secret(webhook_verify_t *v,
    const webhook_str_t *text);

/* OK, OLD or EARLY. */
webhook_verify_e webhook_verify_window(webhook_verify_t *v, int64_t timestamp);

/*
 * The body in one piece: a view of it, or of a copy in buf, which the caller
 * frees.
 */
webhook_verify_e webhook_verify_body(webhook_verify_t *v, webhook_buf_t *buf,
    webhook_str_t *body);


/*
 * verify_preset, verify_twilio, verify_credentials: what stands in the table
 * of presets.  The checks are of a configuration; they return NULL, or a
 * static sentence as webhook_verifier_check() says it.
 */

/* One signature in one header, of a string that the preset's row describes. */
webhook_verify_e webhook_verify_plain(webhook_verify_t *v);

/* The same, as the verifier describes it. */
webhook_verify_e webhook_verify_custom(webhook_verify_t *v);
const char *webhook_verify_custom_check(const webhook_verifier_t *verifier);

webhook_verify_e webhook_verify_standard(webhook_verify_t *v);
webhook_verify_e webhook_verify_stripe(webhook_verify_t *v);
webhook_verify_e webhook_verify_linear(webhook_verify_t *v);
webhook_verify_e webhook_verify_twilio(webhook_verify_t *v);

/* The header holds the secret itself. */
webhook_verify_e webhook_verify_token(webhook_verify_t *v);
webhook_verify_e webhook_verify_bearer(webhook_verify_t *v);
webhook_verify_e webhook_verify_basic(webhook_verify_t *v);
const char *webhook_verify_basic_check(const webhook_verifier_t *verifier);


#endif /* WEBHOOK_SIGNATURE_INT_H */
