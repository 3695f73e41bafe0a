
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/receive/ngx_http_webhook_error_page.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"


static void ngx_webhook_error_page_why(ngx_uint_t status, ngx_str_t *text);


static ngx_str_t  ngx_webhook_error_page_type =
    ngx_string("application/json");


/*
 * A response to a main request in a receiving location that is none of ours is
 * core's: an error page, unless the configuration has its own, which stands in
 * another location.
 */

ngx_int_t
ngx_webhook_error_page_header(ngx_http_request_t *r)
{
    ngx_str_t                error;
    ngx_webhook_call_t      *call;
    ngx_webhook_loc_conf_t  *wlcf;

    /* of most responses no more than this is looked at */

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST) {
        return NGX_OK;
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (!wlcf->receive || r->header_sent) {
        return NGX_OK;
    }

    call = ngx_webhook_call_make(r);
    if (call == NULL) {
        return NGX_ERROR;
    }

    if (call->status || call->replaced) {
        return NGX_OK;
    }

    ngx_webhook_error_page_why(r->headers_out.status, &error);

    if (ngx_webhook_reply_error(r, &error, &call->error_page)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_length_n = call->error_page.len;
    r->headers_out.content_type = ngx_webhook_error_page_type;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    call->replaced = 1;

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_error_page_body(ngx_http_request_t *r, ngx_chain_t *in,
    ngx_chain_t **out)
{
    ngx_buf_t               *b;
    ngx_chain_t             *cl;
    ngx_webhook_call_t      *call;
    ngx_webhook_loc_conf_t  *wlcf;

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST) {
        return 0;
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (!wlcf->receive) {
        return 0;
    }

    call = ngx_webhook_call_get(r);

    if (call == NULL || !call->replaced) {
        return 0;
    }

    *out = NULL;

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (in == NULL || call->error_page.len == 0) {
        return 1;
    }

    b = ngx_calloc_buf(r->pool);
    cl = ngx_alloc_chain_link(r->pool);

    if (b == NULL || cl == NULL) {

        /* the connection ends short of the length that was told */

        r->connection->error = 1;
        return 1;
    }

    b->pos = call->error_page.data;
    b->last = b->pos + call->error_page.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    cl->buf = b;
    cl->next = NULL;

    ngx_str_null(&call->error_page);

    *out = cl;

    return 1;
}


static void
ngx_webhook_error_page_why(ngx_uint_t status, ngx_str_t *text)
{
    switch (status) {

    case NGX_HTTP_BAD_REQUEST:
        ngx_str_set(text, "The request is malformed");
        break;

    case NGX_HTTP_UNAUTHORIZED:
        ngx_str_set(text, "Credentials are missing or wrong");
        break;

    case NGX_HTTP_FORBIDDEN:
        ngx_str_set(text, "Access is denied");
        break;

    case NGX_HTTP_NOT_FOUND:
        ngx_str_set(text, "There is no such hook");
        break;

    case NGX_HTTP_NOT_ALLOWED:
        ngx_str_set(text, "A hook is called with the method POST");
        break;

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        ngx_str_set(text, "The body is too large");
        break;

    case NGX_HTTP_TOO_MANY_REQUESTS:
        ngx_str_set(text, "Too many calls at a time");
        break;

    case NGX_HTTP_INTERNAL_SERVER_ERROR:
        ngx_str_set(text, "The server could not handle the call");
        break;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        ngx_str_set(text, "The server accepts no calls at the moment; nothing "
                          "was done");
        break;

    default:
        ngx_str_set(text, "The call was refused");
        break;
    }
}
