
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook_build.h"


void
ngx_webhook_build_resolver(ngx_webhook_build_t *b,
    ngx_http_core_loc_conf_t *clcf)
{
    /* none, a dummy without servers, or a real one */

    if (clcf->resolver == NULL || clcf->resolver->connections.nelts == 0) {
        return;
    }

    b->resolver = clcf->resolver;
    b->resolver_timeout = clcf->resolver_timeout;

    if (b->resolver_timeout == NGX_CONF_UNSET_MSEC) {
        b->resolver_timeout = 30000;
    }
}


void ngx_cdecl
ngx_webhook_build_log(ngx_uint_t level, ngx_webhook_build_t *b, ngx_err_t err,
    const char *fmt, ...)
{
    u_char     errstr[NGX_MAX_CONF_ERRSTR];
    va_list    args;
    ngx_str_t  text;

    va_start(args, fmt);
    text.data = errstr;
    text.len = ngx_vslprintf(errstr, errstr + sizeof(errstr), fmt, args)
               - errstr;
    va_end(args);

    b->say(b, level, err, NULL, &text);
}


void ngx_cdecl
ngx_webhook_build_at(ngx_uint_t level, ngx_webhook_build_t *b,
    ngx_webhook_source_pos_t *pos, const char *fmt, ...)
{
    u_char     errstr[NGX_MAX_CONF_ERRSTR];
    va_list    args;
    ngx_str_t  text;

    va_start(args, fmt);
    text.data = errstr;
    text.len = ngx_vslprintf(errstr, errstr + sizeof(errstr), fmt, args)
               - errstr;
    va_end(args);

    b->say(b, level, 0, pos, &text);
}
