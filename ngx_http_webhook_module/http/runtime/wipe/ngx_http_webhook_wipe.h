
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a request leaves behind in the buffers that nginx read it into: they go
 * back to the connection or to malloc() as they are, and whoever sees the
 * memory of the process later, in a core dump, sees tokens and secrets in them.
 */

#ifndef NGX_WEBHOOK_WIPE_H
#define NGX_WEBHOOK_WIPE_H

#include "http/model/ngx_http_webhook.h"


/*
 * Has the head of a request overwritten when the request has gone: behind its
 * phases and logs.  Of HTTP/1 all that was read up to where the next request
 * begins; of HTTP/2 the values of headers, as far as they are in memory of the
 * request.  Main requests; more than once is once.  NGX_OK, or NGX_ERROR on lack
 * of memory.
 */
ngx_int_t ngx_webhook_wipe(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_WIPE_H */
