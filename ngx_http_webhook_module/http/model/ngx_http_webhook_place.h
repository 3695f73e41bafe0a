
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


/* Logs "... in FILE:LINE" for a place that is not being read now. */
void ngx_cdecl ngx_http_webhook_place_error(ngx_uint_t level, ngx_conf_t *cf,
    ngx_http_webhook_place_t *place, const char *fmt, ...);


#endif /* NGX_HTTP_WEBHOOK_PLACE_H */
