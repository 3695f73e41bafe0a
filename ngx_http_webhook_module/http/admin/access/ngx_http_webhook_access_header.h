
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A header of a request that must not stand in it twice.  Event loop.
 */

#ifndef NGX_WEBHOOK_ACCESS_HEADER_H
#define NGX_WEBHOOK_ACCESS_HEADER_H

#include "http/model/ngx_http_webhook.h"


/* Finds a header by its name in small letters, and fills in its value: NGX_OK;
   NGX_DECLINED where there is none; NGX_ERROR where there are several. */
ngx_int_t ngx_webhook_access_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);


#endif /* NGX_WEBHOOK_ACCESS_HEADER_H */
