
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The answer on its way: its bytes, its headers, and those that all answers of
 * the location have.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/admin/access/ngx_http_webhook_access_once.h"
#include "http/admin/access/ngx_http_webhook_access_rate.h"


static ngx_int_t ngx_webhook_api_send_bytes(ngx_webhook_api_t *api,
    ngx_str_t *bytes);
static void ngx_webhook_api_send_wipe(void *data);
static ngx_int_t ngx_webhook_api_send_headers(ngx_webhook_api_t *api);
static void ngx_webhook_api_send_status(ngx_http_request_t *r,
    ngx_uint_t status);
static ngx_int_t ngx_webhook_api_send_header(ngx_http_request_t *r,
    ngx_str_t *name, ngx_str_t *value);
static ngx_int_t ngx_webhook_api_header_filter(ngx_http_request_t *r);


static ngx_http_output_header_filter_pt  ngx_webhook_api_next_header_filter;


ngx_int_t
ngx_webhook_api_send(ngx_webhook_api_t *api)
{
    ngx_int_t                         rc;
    ngx_buf_t                        *b;
    ngx_str_t                         bytes;
    ngx_chain_t                       out;
    ngx_http_request_t               *r;
    struct ngx_webhook_api_answer_s  *answer;

    r = api->request;
    answer = api->answer;

    if (ngx_webhook_api_send_bytes(api, &bytes) != NGX_OK
        || ngx_webhook_api_send_headers(api) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_webhook_api_send_status(r, answer->status);

    if (answer->type) {
        r->headers_out.content_type.data = (u_char *) answer->type;
        r->headers_out.content_type.len = ngx_strlen(answer->type);
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;

        r->headers_out.content_length_n = bytes.len;

    } else {
        ngx_http_clear_content_length(r);
        r->header_only = 1;
    }

    /* neither a part of it, nor that it did not change */

    r->allow_ranges = 0;
    r->disable_not_modified = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = bytes.data;
    b->last = b->pos + bytes.len;
    b->memory = bytes.len ? 1 : 0;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_webhook_api_send_bytes(ngx_webhook_api_t *api, ngx_str_t *bytes)
{
    size_t                            size;
    u_char                           *p;
    ngx_str_t                        *wiped, *items;
    ngx_pool_cleanup_t               *cln;
    struct ngx_webhook_api_answer_s  *answer;

    static ngx_str_t  head = ngx_string("{\"items\":[");

    answer = api->answer;

    /* it may show secrets that were made, and URLs */

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_str_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    wiped = cln->data;
    ngx_str_null(wiped);

    cln->handler = ngx_webhook_api_send_wipe;

    if (answer->json == NULL) {
        *bytes = answer->bytes;
        return NGX_OK;
    }

    size = json_dumpb(answer->json, NULL, 0, JSON_COMPACT);

    if (size == 0) {
        return NGX_ERROR;
    }

    items = &answer->items;

    bytes->data = ngx_pnalloc(api->pool, items->len + size + 1);
    if (bytes->data == NULL) {
        return NGX_ERROR;
    }

    wiped->data = bytes->data;
    wiped->len = items->len + size;

    /* items are put between the brackets of the rest */

    p = bytes->data + items->len;

    if (json_dumpb(answer->json, (char *) p, size, JSON_COMPACT) != size) {
        return NGX_ERROR;
    }

    if (items->len) {

        if (size < head.len || ngx_memcmp(p, head.data, head.len) != 0) {
            return NGX_ERROR;
        }

        ngx_memcpy(ngx_cpymem(bytes->data, head.data, head.len), items->data,
                   items->len);
    }

    p[size] = '\n';
    bytes->len = items->len + size + 1;

    return NGX_OK;
}


static void
ngx_webhook_api_send_wipe(void *data)
{
    ngx_str_t *wiped = data;

    if (wiped->len) {
        ngx_explicit_memzero(wiped->data, wiped->len);
    }
}


static ngx_int_t
ngx_webhook_api_send_headers(ngx_webhook_api_t *api)
{
    ngx_uint_t                 i;
    ngx_webhook_api_header_t  *h;

    static ngx_str_t  policy = ngx_string("Content-Security-Policy");
    static ngx_str_t  none = ngx_string("default-src 'none'; "
                                        "frame-ancestors 'none'");
    static ngx_str_t  vary = ngx_string("Vary");
    static ngx_str_t  accept = ngx_string("Accept");

    if ((api->answer->json || api->answer->made)
        && ngx_webhook_api_send_header(api->request, &policy, &none) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a browser would have been answered with the page */

    if (api->frame->path.len == 0
        && ngx_webhook_api_send_header(api->request, &vary, &accept) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (api->answer->headers == NULL) {
        return NGX_OK;
    }

    h = api->answer->headers->elts;

    for (i = 0; i < api->answer->headers->nelts; i++) {
        if (ngx_webhook_api_send_header(api->request, &h[i].name, &h[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Core has no words for these. */

static void
ngx_webhook_api_send_status(ngx_http_request_t *r, ngx_uint_t status)
{
    r->headers_out.status = status;

    switch (status) {

    case 422:
        ngx_str_set(&r->headers_out.status_line, "422 Unprocessable Content");
        break;

    case 428:
        ngx_str_set(&r->headers_out.status_line, "428 Precondition Required");
        break;

    default:
        ngx_str_null(&r->headers_out.status_line);
    }
}


static ngx_int_t
ngx_webhook_api_send_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key = *name;
    h->value = *value;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_api_header_filter(ngx_http_request_t *r)
{
    ngx_uint_t               i, n;
    ngx_webhook_api_t       *api;
    ngx_webhook_loc_conf_t  *wlcf;

    static ngx_webhook_api_header_t  headers[] = {
        { ngx_string("X-Content-Type-Options"), ngx_string("nosniff") },
        { ngx_string("Referrer-Policy"), ngx_string("no-referrer") },
        { ngx_string("Cross-Origin-Resource-Policy"),
          ngx_string("same-origin") },
        { ngx_string("Cache-Control"), ngx_string("no-store") }
    };

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->api == NULL || r != r->main) {
        return ngx_webhook_api_next_header_filter(r);
    }

    n = sizeof(headers) / sizeof(headers[0]);

    /* the page's files are kept by browsers, which ask whether they changed */

    api = ngx_webhook_api_of(r);

    if (api && api->frame->file
        && (r->headers_out.status == NGX_HTTP_OK
            || r->headers_out.status == NGX_HTTP_NOT_MODIFIED))
    {
        n--;
    }

    for (i = 0; i < n; i++) {
        if (ngx_webhook_api_send_header(r, &headers[i].name, &headers[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_api_next_header_filter(r);
}


ngx_int_t
ngx_webhook_api_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name = ngx_string("request_id");

    if (!wmcf->api) {
        return NGX_OK;
    }

    wmcf->request_id = ngx_http_get_variable_index(cf, &name);

    if (wmcf->request_id == NGX_ERROR) {
        return NGX_ERROR;
    }

    ngx_webhook_api_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_webhook_api_header_filter;

    if (ngx_webhook_access_once_init(cf, wmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_access_rate_init(cf, wmcf);
}
