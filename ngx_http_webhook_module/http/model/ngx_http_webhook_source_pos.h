
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where a definition stands, for messages about it once all is read.
 */

#ifndef NGX_HTTP_WEBHOOK_PLACE_H
#define NGX_HTTP_WEBHOOK_PLACE_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    u_char                           *file;     /* NUL-terminated */
    ngx_uint_t                        line;
} ngx_http_webhook_place_t;


#endif /* NGX_HTTP_WEBHOOK_PLACE_H */
