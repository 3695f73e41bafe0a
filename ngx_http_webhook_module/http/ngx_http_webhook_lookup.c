
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */


#include "ngx_http_webhook_lookup.h"


static void ngx_http_webhook_lookup_text(webhook_value_t *v, u_char *data,
    size_t len);
static void ngx_http_webhook_lookup_missing(webhook_value_t *v);
static ngx_table_elt_t *ngx_http_webhook_lookup_next(ngx_list_part_t **part,
    ngx_uint_t *i, const webhook_str_t *name);


ngx_int_t
ngx_http_webhook_lookup_variable(ngx_http_request_t *r,
    const webhook_str_t *name, webhook_value_t *v)
{
    ngx_str_t                   low;
    ngx_uint_t                  key;
    ngx_http_variable_value_t  *vv;

    ngx_http_webhook_lookup_missing(v);

    low.len = name->len;
    low.data = ngx_pnalloc(r->pool, name->len);
    if (low.data == NULL) {
        return NGX_ERROR;
    }

    key = ngx_hash_strlow(low.data, name->data, name->len);

    vv = ngx_http_get_variable(r, &low, key);
    if (vv == NULL) {
        return NGX_ERROR;
    }

    if (vv->not_found || !vv->valid) {
        return NGX_OK;
    }

    ngx_http_webhook_lookup_text(v, vv->data, vv->len);

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_lookup_header(ngx_http_request_t *r,
    const webhook_str_t *name, webhook_value_t *v)
{
    u_char           *p;
    size_t            len;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *first;

    ngx_http_webhook_lookup_missing(v);

    first = NULL;
    len = 0;
    n = 0;

    i = 0;
    part = &r->headers_in.headers.part;

    for ( ;; ) {
        h = ngx_http_webhook_lookup_next(&part, &i, name);
        if (h == NULL) {
            break;
        }

        if (first == NULL) {
            first = h;
        }

        len += h->value.len;
        n++;
    }

    if (n == 0) {
        return NGX_OK;
    }

    if (n == 1) {
        ngx_http_webhook_lookup_text(v, first->value.data, first->value.len);
        return NGX_OK;
    }

    len += (n - 1) * (sizeof(", ") - 1);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_webhook_lookup_text(v, p, len);

    i = 0;
    part = &r->headers_in.headers.part;

    for ( ;; ) {
        h = ngx_http_webhook_lookup_next(&part, &i, name);
        p = ngx_cpymem(p, h->value.data, h->value.len);

        if (--n == 0) {
            return NGX_OK;
        }

        *p++ = ',';
        *p++ = ' ';
    }
}


ngx_int_t
ngx_http_webhook_lookup_query(ngx_http_request_t *r,
    const webhook_str_t *name, webhook_value_t *v)
{
    u_char     *src, *dst;
    ngx_str_t   value;

    ngx_http_webhook_lookup_missing(v);

    if (name->len == 0
        || ngx_http_arg(r, name->data, name->len, &value) != NGX_OK)
    {
        return NGX_OK;
    }

    dst = ngx_pnalloc(r->pool, value.len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    src = value.data;
    value.data = dst;

    ngx_unescape_uri(&dst, &src, value.len, 0);

    ngx_http_webhook_lookup_text(v, value.data, dst - value.data);

    return NGX_OK;
}


/* The next header of that name at or behind *i of *part, or NULL. */

static ngx_table_elt_t *
ngx_http_webhook_lookup_next(ngx_list_part_t **part, ngx_uint_t *i,
    const webhook_str_t *name)
{
    ngx_table_elt_t  *h;

    while (*part) {
        h = (*part)->elts;

        for ( /* void */ ; *i < (*part)->nelts; (*i)++) {

            if (h[*i].hash != 0
                && h[*i].key.len == name->len
                && ngx_strncasecmp(h[*i].key.data, name->data, name->len)
                   == 0)
            {
                return &h[(*i)++];
            }
        }

        *part = (*part)->next;
        *i = 0;
    }

    return NULL;
}


static void
ngx_http_webhook_lookup_text(webhook_value_t *v, u_char *data, size_t len)
{
    v->type = WEBHOOK_JSON_STRING;
    v->span.data = data;
    v->span.len = len;
    v->missing = 0;
    v->is_text = 1;
}


static void
ngx_http_webhook_lookup_missing(webhook_value_t *v)
{
    ngx_memzero(v, sizeof(webhook_value_t));

    v->missing = 1;
}
