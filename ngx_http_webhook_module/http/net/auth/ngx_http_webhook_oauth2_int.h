
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of grant: oauth2.c asks for tokens, oauth2_answer.c reads
 * what comes.
 */

#ifndef NGX_HTTP_WEBHOOK_GRANT_INT_H
#define NGX_HTTP_WEBHOOK_GRANT_INT_H

#include "http/net/auth/ngx_http_webhook_oauth2.h"


/* Takes the token of an answer: NGX_OK, or NGX_ERROR with the error set. */
ngx_int_t ngx_http_webhook_grant_read(ngx_http_webhook_grant_t *grant,
    ngx_str_t *answer);

/* Sets the error to the status and the "error" of a refusal, which is one of
   few words. */
void ngx_http_webhook_grant_code(ngx_http_webhook_grant_t *grant,
    ngx_http_webhook_exchange_t *x);

/* Sets the error. */
void ngx_cdecl ngx_http_webhook_grant_error(ngx_http_webhook_grant_t *grant,
    const char *fmt, ...);


#endif /* NGX_HTTP_WEBHOOK_GRANT_INT_H */
