
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keeps the secret of a receiver's URL out of all that is logged, shown or
 * passed on.  Event loop only.
 */

#ifndef NGX_WEBHOOK_MASK_H
#define NGX_WEBHOOK_MASK_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Handlers of the phases POST_READ; SERVER_REWRITE and REWRITE; LOG. */
ngx_int_t ngx_webhook_mask_request(ngx_http_request_t *r);
ngx_int_t ngx_webhook_mask_late(ngx_http_request_t *r);
ngx_int_t ngx_webhook_mask_log(ngx_http_request_t *r);

/* Postconfiguration, where some location receives. */
ngx_int_t ngx_webhook_mask_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf);

/* Masks all that a request in a receiving location can show of its URL: NGX_OK
   or NGX_ERROR. */
ngx_int_t ngx_webhook_mask_all(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_MASK_H */
