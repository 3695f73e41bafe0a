
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of oauth2: oauth2.c asks for tokens, oauth2_answer.c reads
 * what comes.
 */

#ifndef NGX_WEBHOOK_OAUTH2_INT_H
#define NGX_WEBHOOK_OAUTH2_INT_H

#include "http/net/auth/ngx_http_webhook_oauth2.h"


/* Takes the token of an answer: NGX_OK, or NGX_ERROR with the error set. */
ngx_int_t ngx_webhook_oauth2_read(ngx_webhook_oauth2_t *oauth2,
    ngx_str_t *answer);

/* Sets the error to the status and the "error" of a refusal, which is one of
   few words. */
void ngx_webhook_oauth2_code(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_exchange_t *x);

/* Sets the error. */
void ngx_cdecl ngx_webhook_oauth2_error(ngx_webhook_oauth2_t *oauth2,
    const char *fmt, ...);


#endif /* NGX_WEBHOOK_OAUTH2_INT_H */
