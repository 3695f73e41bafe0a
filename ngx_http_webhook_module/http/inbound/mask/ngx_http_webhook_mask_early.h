
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The time before the first phase, in which nginx since 1.31.5 may read the
 * body (client_body_early_read).  Event loop only.
 */

#ifndef NGX_WEBHOOK_MASK_EARLY_H
#define NGX_WEBHOOK_MASK_EARLY_H

#include "http/model/ngx_http_webhook.h"


/* Has requests masked before their body is read, where a server does that
   early (postconfiguration): NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_mask_early_init(ngx_conf_t *cf);

/* Takes back what was masked then, for whoever masks it for good: NGX_OK;
   NGX_DECLINED where nothing was, or NGX_ERROR if there was no memory and the
   request has lost its URI. */
ngx_int_t ngx_webhook_mask_early_end(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_MASK_EARLY_H */
