
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What answers are made of: headers, the JSON of an error, the request's id.
 */

#ifndef NGX_WEBHOOK_REPLY_H
#define NGX_WEBHOOK_REPLY_H

#include "http/model/ngx_http_webhook.h"
#include "core/base/webhook_str.h"


/* Adds a header to the answer; name and value have to live on.  NGX_OK or
   NGX_ERROR.  Event loop. */
ngx_int_t ngx_webhook_reply_header(ngx_http_request_t *r, char *name,
    ngx_str_t *value);

/* Makes the text of an answer in the request's pool; NGX_OK or NGX_ERROR.
   Event loop. */
ngx_int_t ngx_webhook_reply_error(ngx_http_request_t *r, ngx_str_t *error,
    ngx_str_t *json);

/* Adds text as a JSON string.  Any thread. */
void ngx_webhook_reply_quoted(webhook_buf_t *b, ngx_str_t *text);

/* Moves a finished text into the pool, and frees b; NGX_OK or NGX_ERROR.  Any
   thread. */
ngx_int_t ngx_webhook_reply_text(ngx_pool_t *pool, webhook_buf_t *b,
    ngx_str_t *json);

/* The request id: $request_id, the same for logs, answers and actions.  On a
   thread only where it was asked for on the event loop before. */
void ngx_webhook_reply_id(ngx_http_request_t *r, ngx_str_t *value);

/* Gives it an index (postconfiguration). */
ngx_int_t ngx_webhook_reply_id_init(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_REPLY_H */
