
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * JSON in the place of the page that core would send where a request is refused
 * before it gets to its receiver.  Event loop only.
 */

#ifndef NGX_WEBHOOK_ERROR_PAGE_H
#define NGX_WEBHOOK_ERROR_PAGE_H

#include "http/model/ngx_http_webhook.h"


/* Makes core's error page of a receiving location the JSON that a caller
   expects: called from the filters.  The second is true where in is core's
   page; *out is what to send in its place. */
ngx_int_t ngx_webhook_error_page_header(ngx_http_request_t *r);
ngx_uint_t ngx_webhook_error_page_body(ngx_http_request_t *r, ngx_chain_t *in,
    ngx_chain_t **out);


#endif /* NGX_WEBHOOK_ERROR_PAGE_H */
