
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/mask/ngx_http_webhook_mask_line.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"


static void ngx_webhook_mask_forget(ngx_http_request_t *r, ngx_int_t index);


static ngx_str_t  ngx_webhook_mask_stars = ngx_string("***");


ngx_int_t
ngx_webhook_mask_line_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  line = ngx_string("request");
    ngx_str_t  uri = ngx_string("request_uri");

    wmcf->request_line = ngx_http_get_variable_index(cf, &line);
    wmcf->request_uri = ngx_http_get_variable_index(cf, &uri);

    if (wmcf->request_line == NGX_ERROR || wmcf->request_uri == NGX_ERROR) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Without memory for a mask, nothing is shown at all. */

ngx_int_t
ngx_webhook_mask_line_blank(ngx_http_request_t *r)
{
    ngx_webhook_mask_line_set(r, &ngx_webhook_mask_stars,
                              &ngx_webhook_mask_stars);

    r->uri = ngx_webhook_mask_stars;
    ngx_str_null(&r->exten);

    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}


ngx_uint_t
ngx_webhook_mask_line_blanked(ngx_http_request_t *r)
{
    return r->uri.data == ngx_webhook_mask_stars.data;
}


/* Gives the request another path in its request line and unparsed URI. */

ngx_int_t
ngx_webhook_mask_line(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   line, uri, args;

    len = path->len;
    args = r->internal ? (ngx_str_t) ngx_null_string
                       : ngx_webhook_redact_args(r);

    if (args.len) {
        len += 1 + args.len;
    }

    uri.data = ngx_pnalloc(r->pool, len);
    if (uri.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(uri.data, path->data, path->len);

    if (args.len) {
        *p++ = '?';
        p = ngx_cpymem(p, args.data, args.len);
    }

    uri.len = p - uri.data;

    line.data = ngx_pnalloc(r->pool, r->method_name.len + uri.len
                                     + r->http_protocol.len + 2);
    if (line.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(line.data, r->method_name.data, r->method_name.len);
    *p++ = ' ';
    p = ngx_cpymem(p, uri.data, uri.len);

    if (r->http_protocol.len) {
        *p++ = ' ';
        p = ngx_cpymem(p, r->http_protocol.data, r->http_protocol.len);
    }

    line.len = p - line.data;

    ngx_webhook_mask_line_set(r, &line, &uri);

    return NGX_OK;
}


void
ngx_webhook_mask_line_set(ngx_http_request_t *r, ngx_str_t *line,
    ngx_str_t *uri)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    r->request_line = *line;
    r->unparsed_uri = *uri;

    /* proxy_pass without a URI then takes it from r->uri */
    r->valid_unparsed_uri = 0;

    ngx_webhook_mask_forget(r, wmcf->request_line);
    ngx_webhook_mask_forget(r, wmcf->request_uri);
}


/* A variable keeps its value once it was evaluated. */

static void
ngx_webhook_mask_forget(ngx_http_request_t *r, ngx_int_t index)
{
    r->variables[index].valid = 0;
    r->variables[index].not_found = 0;
}


ngx_int_t
ngx_webhook_mask_line_path(ngx_http_request_t *r, ngx_str_t *prefix,
    ngx_str_t *path)
{
    path->len = prefix->len + sizeof("***") - 1;

    path->data = ngx_pnalloc(r->pool, path->len);
    if (path->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpymem(ngx_cpymem(path->data, prefix->data, prefix->len),
                      "***", sizeof("***") - 1);

    return NGX_OK;
}


/* Overwrites the path where it was read, but for the first "/". */

void
ngx_webhook_mask_line_wipe(ngx_http_request_t *r)
{
    u_char  *p, *last;

    p = r->unparsed_uri.data;
    last = p + r->unparsed_uri.len;

    if (r->args.data > p && r->args.data <= last) {
        last = r->args.data - 1;
    }

    if (p < last) {
        ngx_memset(p + 1, '*', last - p - 1);
    }

    if (r->http_version >= NGX_HTTP_VERSION_20) {
        /* a copy of its own */
        ngx_memset(r->request_line.data, '*', r->request_line.len);
    }
}
