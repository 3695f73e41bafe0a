
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call of a receiver as a line of curl: with a body that has what the
 * receiver asks for, and signed for now, as its sender would.
 */

#ifndef NGX_WEBHOOK_SAMPLE_H
#define NGX_WEBHOOK_SAMPLE_H

#include "http/model/ngx_http_webhook.h"


/*
 * Makes the line, in the pool: token is that of its URL, body what is sent
 * (data is NULL: one is made up of what the receiver requires and reads).  NGX_OK;
 * NGX_DECLINED, with a sentence in *error, where no line can be made: there is
 * no "receive" base, the body would have to stand in a file, or nobody but the
 * sender can sign (a private key).  NGX_ERROR: no memory.  Any thread.
 */
ngx_int_t ngx_webhook_sample(ngx_webhook_receiver_t *receiver,
    ngx_pool_t *pool, ngx_str_t *token, ngx_str_t *body, ngx_str_t *line,
    ngx_str_t *error);


#endif /* NGX_WEBHOOK_SAMPLE_H */
