
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How many webhooks led to a request: each send tells in "webhook-hops" its own
 * number, so that webhooks that bring about each other come to an end.
 */

#ifndef NGX_WEBHOOK_HOPS_H
#define NGX_WEBHOOK_HOPS_H

#include "http/model/ngx_http_webhook.h"


#define NGX_WEBHOOK_HOPS_HEADER  "webhook-hops"
#define NGX_WEBHOOK_HOPS_LINE    "webhook-hops: "    /* with which the headers
                                               of a rendition begin that was
                                               made of such a request */
#define NGX_WEBHOOK_HOPS_MAX     3          /* a request that came by so many
                                               makes no event */


/* The number that a request came with, the largest where there are several; 0
   where there is none, or no number.  Event loop. */
ngx_uint_t ngx_webhook_hops(ngx_http_request_t *r);

/*
 * 1 if a request that came by so many webhooks may make an event of a type.
 * Else it is told in the log, and counted, that there is none.
 */
ngx_uint_t ngx_webhook_hops_allow(ngx_uint_t hops, ngx_str_t *type,
    ngx_log_t *log);


#endif /* NGX_WEBHOOK_HOPS_H */
