
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text in which a token could stand.  Event loop only.
 */

#ifndef NGX_WEBHOOK_URL_TOKEN_LIKE_H
#define NGX_WEBHOOK_URL_TOKEN_LIKE_H

#include "http/model/ngx_http_webhook.h"


/*
 * A token has 20 characters at least; somewhat shorter stretches are taken for
 * one that was cut when it was copied.
 */

#define NGX_WEBHOOK_URL_TOKEN_MIN  20
#define NGX_WEBHOOK_TOKEN_LIKE_MIN 16


/* True for a text in which what could be a token stands behind the prefix of
   a location of r's server that receives, or if there is no memory to look. */
ngx_uint_t ngx_webhook_token_like(ngx_http_request_t *r, u_char *p,
    u_char *last);

/* True for a text in which what could be a token stands anywhere. */
ngx_uint_t ngx_webhook_token_like_text(u_char *p, u_char *last);

/* The next stretch of characters that a token may have; 0 at the end. */
ngx_uint_t ngx_webhook_token_like_stretch(u_char **p, u_char *last,
    ngx_str_t *stretch);


#endif /* NGX_WEBHOOK_URL_TOKEN_LIKE_H */
