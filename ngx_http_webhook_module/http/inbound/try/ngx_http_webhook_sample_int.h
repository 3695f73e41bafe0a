
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of a sample: sample.c puts it together, sample_body.c makes
 * up a body, sample_sign.c signs it.
 */

#ifndef NGX_WEBHOOK_SAMPLE_INT_H
#define NGX_WEBHOOK_SAMPLE_INT_H

#include "http/model/ngx_http_webhook.h"
#include "core/curl/webhook_curl.h"


#define NGX_WEBHOOK_SAMPLE_HEADERS  8


typedef struct {
    ngx_webhook_receiver_t   *receiver;
    ngx_pool_t               *pool;
    ngx_str_t                 token;        /* of the URL */
    ngx_uint_t                kind;         /* ..._ACCEPT_ */
    ngx_str_t                 body;
    ngx_str_t                 query;
    ngx_str_t                 url;
    webhook_curl_header_t     headers[NGX_WEBHOOK_SAMPLE_HEADERS];
    ngx_uint_t                n;            /* of them */
    ngx_str_t                *error;        /* a sentence, with NGX_DECLINED */
} ngx_webhook_sample_t;


/* NGX_OK, NGX_DECLINED or NGX_ERROR, as ngx_webhook_sample(). */

/* Makes up a body of the kind, or a query, with what the receiver reads. */
ngx_int_t ngx_webhook_sample_body(ngx_webhook_sample_t *s);

/* Adds the headers by which the receiver knows who calls. */
ngx_int_t ngx_webhook_sample_sign(ngx_webhook_sample_t *s);


#endif /* NGX_WEBHOOK_SAMPLE_INT_H */
