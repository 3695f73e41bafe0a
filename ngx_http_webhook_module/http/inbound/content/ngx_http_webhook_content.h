
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bodies that were compressed (gzip, deflate).
 */

#ifndef NGX_WEBHOOK_CONTENT_H
#define NGX_WEBHOOK_CONTENT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* 0 for a body that is not compressed, or in a way that the receiver takes;
   else the status to answer with its sentence.  Any thread. */
ngx_uint_t ngx_webhook_content_check(ngx_webhook_call_t *call,
    ngx_str_t *error);

/*
 * Steps: decode the body of a compressed call in receiver->body_max bytes,
 * before it is verified where the sender signs the content, and behind that for
 * all others.  A large one is decoded on a thread.  Any thread.
 */
ngx_int_t ngx_webhook_content_signed(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_content(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_CONTENT_H */
