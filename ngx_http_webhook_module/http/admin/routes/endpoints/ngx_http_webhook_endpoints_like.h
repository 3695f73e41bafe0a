
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An event that did not happen, for who tries an endpoint: "event" and "data" of
 * a request's body.  Event loop.
 */

#ifndef NGX_WEBHOOK_ENDPOINTS_LIKE_H
#define NGX_WEBHOOK_ENDPOINTS_LIKE_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout_one.h"


typedef struct {
    webhook_id_t             id;
    ngx_str_t                id_text;
    ngx_str_t                type;
    ngx_str_t                data;          /* JSON */
    ngx_chain_t             *chain;         /* of that */
    ngx_webhook_document_t   document;
    ngx_webhook_fanout_t     fanout;        /* of an endpoint: see _one.h */
} ngx_webhook_endpoints_like_t;


/*
 * Makes it, in the request's pool: "event" is a type (without, the first that
 * the endpoint asks for), "data" any JSON (without, the type's example).
 * NGX_OK; NGX_DECLINED where a 422 was set; NGX_ERROR.  Lasts as long as the
 * request.
 */
ngx_int_t ngx_webhook_endpoints_like(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, ngx_webhook_endpoints_like_t *like);

/* Before anything is asked of it: what is made of it comes into this pool.  Any
   thread, and so the next one. */
void ngx_webhook_endpoints_like_read(ngx_webhook_endpoints_like_t *like,
    ngx_pool_t *pool, ngx_log_t *log);

/* To be called once nothing more is asked of it. */
void ngx_webhook_endpoints_like_free(ngx_webhook_endpoints_like_t *like);


#endif /* NGX_WEBHOOK_ENDPOINTS_LIKE_H */
