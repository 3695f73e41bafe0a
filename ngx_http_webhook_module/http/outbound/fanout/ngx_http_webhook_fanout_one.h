
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What one endpoint would be sent, and whether its filters hold, without an
 * event: for who tries it.  Nothing is logged or counted.  Any thread.
 */

#ifndef NGX_WEBHOOK_FANOUT_ONE_H
#define NGX_WEBHOOK_FANOUT_ONE_H

#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


/*
 * Renders for the endpoint, whatever its filters say, into fanout->pool; of
 * fanout "endpoints" and "listeners" are not used.  NGX_OK; NGX_DECLINED with
 * *reason, a sentence in the pool, where it cannot be made; NGX_ERROR.
 */
ngx_int_t ngx_webhook_fanout_one(ngx_webhook_fanout_t *fanout,
    ngx_webhook_endpoint_t *ep, webhook_rendition_t *rendition,
    ngx_str_t *reason);

/*
 * Judges each of its filters, in their order: holds[i] is 1, 0, or -1 where
 * that cannot be told.  Together they may take what all of one event may.
 * NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_webhook_fanout_judged(ngx_webhook_fanout_t *fanout,
    ngx_webhook_endpoint_t *ep, ngx_int_t *holds);


#endif /* NGX_WEBHOOK_FANOUT_ONE_H */
