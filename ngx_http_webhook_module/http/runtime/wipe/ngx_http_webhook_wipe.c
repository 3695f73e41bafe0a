
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The cleanup handlers of a request's pool run behind the log phase, and before
 * core makes anything of the buffers: these are as the request left them, but
 * for those of long headers that it may have given back to the connection.
 */

#include "http/runtime/wipe/ngx_http_webhook_wipe.h"


typedef struct {
    ngx_http_request_t  *request;
    ngx_pool_t          *pool;              /* r->pool is NULL by then */
} ngx_webhook_wipe_t;


static void ngx_webhook_wipe_end(void *data);
static void ngx_webhook_wipe_buffers(ngx_http_request_t *r);
static void ngx_webhook_wipe_chain(ngx_chain_t *cl, ngx_buf_t *except);
#if (NGX_HTTP_V2)
static void ngx_webhook_wipe_values(ngx_webhook_wipe_t *wipe);
static ngx_uint_t ngx_webhook_wipe_within(ngx_pool_t *pool, ngx_str_t *text);
#endif


ngx_int_t
ngx_webhook_wipe(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_wipe_t  *wipe;

    if (r != r->main) {
        return NGX_OK;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_wipe_end) {
            return NGX_OK;
        }
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_wipe_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    wipe = cln->data;
    wipe->request = r;
    wipe->pool = r->pool;

    cln->handler = ngx_webhook_wipe_end;

    return NGX_OK;
}


static void
ngx_webhook_wipe_end(void *data)
{
    ngx_webhook_wipe_t *wipe = data;

    ngx_http_request_t  *r;

    r = wipe->request;

    /* of auth_basic, which decoded it into the request's pool */

    if (r->headers_in.passwd.len) {
        ngx_explicit_memzero(r->headers_in.passwd.data,
                             r->headers_in.passwd.len);
    }

#if (NGX_HTTP_V2)
    if (r->stream) {
        ngx_webhook_wipe_values(wipe);
        return;
    }
#endif

    ngx_webhook_wipe_buffers(r);
}


/* Behind "pos" of the current buffer the next request may stand already. */

static void
ngx_webhook_wipe_buffers(ngx_http_request_t *r)
{
    ngx_buf_t              *b, *first;
    ngx_http_connection_t  *hc;

    b = r->header_in;
    first = r->connection->buffer;
    hc = r->http_connection;

    if (b && b->start && b->pos > b->start) {
        ngx_explicit_memzero(b->start, b->pos - b->start);
    }

    if (first && first != b && first->start && first->last > first->start) {
        ngx_explicit_memzero(first->start, first->last - first->start);
    }

    if (hc) {
        ngx_webhook_wipe_chain(hc->busy, b);
        ngx_webhook_wipe_chain(hc->free, b);
    }
}


/* Those that were given back do not tell any more how far they were used. */

static void
ngx_webhook_wipe_chain(ngx_chain_t *cl, ngx_buf_t *except)
{
    for ( /* void */ ; cl; cl = cl->next) {
        if (cl->buf != except) {
            ngx_explicit_memzero(cl->buf->start, cl->buf->end - cl->buf->start);
        }
    }
}


#if (NGX_HTTP_V2)

/* Modules may have put texts of their configuration there, which stay. */

static void
ngx_webhook_wipe_values(ngx_webhook_wipe_t *wipe)
{
    ngx_uint_t           i;
    ngx_list_part_t     *part;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = wipe->request;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].value.len
            && (ngx_webhook_wipe_within(wipe->pool, &h[i].value)
                || ngx_webhook_wipe_within(r->stream->pool, &h[i].value)))
        {
            ngx_explicit_memzero(h[i].value.data, h[i].value.len);
        }
    }
}


static ngx_uint_t
ngx_webhook_wipe_within(ngx_pool_t *pool, ngx_str_t *text)
{
    ngx_pool_t        *p;
    ngx_pool_large_t  *large;

    if (pool == NULL) {
        return 0;
    }

    for (p = pool; p; p = p->d.next) {
        if (text->data > (u_char *) p
            && text->data + text->len <= (u_char *) p->d.end)
        {
            return 1;
        }
    }

    for (large = pool->large; large; large = large->next) {
        if (large->alloc == text->data) {
            return 1;
        }
    }

    return 0;
}

#endif
