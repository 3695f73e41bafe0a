
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * path=original: what try_files, rewrites, internal redirects and named
 * locations leave nothing of in r->uri.  It is made anew from the request line
 * by nginx's own parser.
 */

#include "http/outbound/match/ngx_http_webhook_match_path.h"


static ngx_int_t ngx_webhook_path_parse(ngx_http_request_t *r,
    ngx_str_t *path);


ngx_int_t
ngx_webhook_capture_path(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_webhook_capture_t  *capture;

    capture = ngx_webhook_capture_get(r);
    if (capture == NULL) {
        return NGX_ERROR;
    }

    if (!capture->parsed) {

        if (ngx_webhook_path_parse(r, &capture->path) != NGX_OK) {
            return NGX_ERROR;
        }

        capture->parsed = 1;
    }

    *path = capture->path;

    return path->len ? NGX_OK : NGX_DECLINED;
}


/* What nginx could not make a path of has none: NGX_OK, *path is empty. */

static ngx_int_t
ngx_webhook_path_parse(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char                    *p, *line;
    ngx_str_t                 *uri;
    ngx_http_request_t         scratch;
    ngx_http_conf_ctx_t       *ctx;
    ngx_http_core_srv_conf_t  *cscf;

    ngx_str_null(path);

    /* of an absolute URI this is what follows the host */

    uri = &r->unparsed_uri;

    if (uri->len == 0 || (uri->data[0] != '/' && uri->data[0] != '?')) {
        return NGX_OK;
    }

    /* the parser looks a byte behind the end; "?" follows an empty path */

    line = ngx_pnalloc(r->pool, 2 * (uri->len + 2));
    if (line == NULL) {
        return NGX_ERROR;
    }

    p = line;

    if (uri->data[0] == '?') {
        *p++ = '/';
    }

    p = ngx_cpymem(p, uri->data, uri->len);
    *p = '\0';

    ngx_memzero(&scratch, sizeof(ngx_http_request_t));

    scratch.connection = r->connection;
    scratch.pool = r->pool;
    scratch.uri_start = line;
    scratch.uri_end = p;
    scratch.uri.data = line + uri->len + 2;

    /* The line was read before the server was chosen by the Host header. */

    ctx = r->http_connection->conf_ctx;
    cscf = ctx->srv_conf[ngx_http_core_module.ctx_index];

    if (ngx_http_parse_complex_uri(&scratch, cscf->merge_slashes) == NGX_OK) {
        *path = scratch.uri;
    }

    return NGX_OK;
}
