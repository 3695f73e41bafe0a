
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Schemes, for those who sign by them and those who verify.
 */

#ifndef WEBHOOK_SIGN_INT_H
#define WEBHOOK_SIGN_INT_H

#include "core/signature/webhook_sign.h"


extern const webhook_scheme_t  webhook_scheme_standard;

/* 1 if text can be an id of Standard Webhooks. */
int webhook_id_signable(const webhook_str_t *id);

/* The HMAC of what the scheme says.  WEBHOOK_OK or WEBHOOK_ERROR. */
int webhook_scheme_mac(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX]);

/* Appends the signed string itself.  Returns the buffer's state. */
int webhook_scheme_text(const webhook_scheme_t *s, const webhook_message_t *m,
    webhook_buf_t *out);


#endif /* WEBHOOK_SIGN_INT_H */
