
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What repeats of a call have in common: the key that they are known by.
 */

#ifndef NGX_WEBHOOK_DEDUPE_KEY_H
#define NGX_WEBHOOK_DEDUPE_KEY_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: tells by what repeats of the call are known.  Any thread. */
ngx_int_t ngx_webhook_dedupe_key(ngx_webhook_call_t *call);

/* SHA-256 of the pieces, with a zero byte between two, into
   NGX_WEBHOOK_DIGEST_LEN bytes.  Any thread. */
void ngx_webhook_dedupe_key_digest(ngx_str_t *pieces, ngx_uint_t n,
    u_char *digest);


#endif /* NGX_WEBHOOK_DEDUPE_KEY_H */
