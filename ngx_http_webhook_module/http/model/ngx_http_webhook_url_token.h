
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The secret part of a receiver's URL.  No more of it is kept than a SHA-256.
 */

#ifndef NGX_WEBHOOK_URL_TOKEN_H
#define NGX_WEBHOOK_URL_TOKEN_H

#include "http/model/ngx_http_webhook.h"


#define NGX_WEBHOOK_URL_TOKEN_MIN    20
#define NGX_WEBHOOK_URL_TOKEN_MAX    255


/* Its digest, of NGX_WEBHOOK_DIGEST_LEN bytes. */
void ngx_webhook_url_token_digest(ngx_str_t *token, u_char *digest);

/* 1 if a token may look like this. */
ngx_uint_t ngx_webhook_url_token_valid(ngx_str_t *token);


#endif /* NGX_WEBHOOK_URL_TOKEN_H */
