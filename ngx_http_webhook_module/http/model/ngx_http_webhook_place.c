
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook_place.h"


void ngx_cdecl
ngx_http_webhook_place_error(ngx_uint_t level, ngx_conf_t *cf,
    ngx_http_webhook_place_t *place, const char *fmt, ...)
{
    u_char   errstr[NGX_MAX_CONF_ERRSTR], *p;
    va_list  args;

    va_start(args, fmt);
    p = ngx_vslprintf(errstr, errstr + NGX_MAX_CONF_ERRSTR, fmt, args);
    va_end(args);

    ngx_log_error(level, cf->log, 0, "%*s in %s:%ui",
                  (size_t) (p - errstr), errstr, place->file, place->line);
}
