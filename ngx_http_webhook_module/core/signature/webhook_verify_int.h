
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of webhook_verify.h share.
 */

#ifndef WEBHOOK_VERIFY_INT_H
#define WEBHOOK_VERIFY_INT_H

#include "core/signature/webhook_sign_int.h"
#include "core/signature/webhook_verify.h"


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


#endif /* WEBHOOK_VERIFY_INT_H */
