
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Some callers send the URL that they call as their Referer, which access logs
 * and error lines show, and which is passed on to upstreams.  Event loop only.
 */

#ifndef NGX_WEBHOOK_REFERER_H
#define NGX_WEBHOOK_REFERER_H

#include "http/model/ngx_http_webhook.h"


/* Overwrites each Referer of r that is suspect. */
void ngx_webhook_referer(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_REFERER_H */
