
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the body of a call.  It is read unbuffered, as a proxy does that
 * passes it on at once: core then neither writes it to a file, which could
 * block, nor bounds it by other settings than the receiver's.
 */


#include "ngx_http_webhook_receive_int.h"


#define NGX_HTTP_WEBHOOK_BODY_STEP  16384       /* first piece of memory */


static void ngx_http_webhook_body_read(ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_body_take(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_body_grow(ngx_http_webhook_call_t *call,
    size_t len);
static ngx_int_t ngx_http_webhook_body_failed(ngx_http_webhook_call_t *call,
    ngx_int_t rc);


ngx_int_t
ngx_http_webhook_receive_body(ngx_http_webhook_call_t *call)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = call->request;

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_webhook_body_read);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_http_webhook_body_failed(call, rc);
    }

    return NGX_DONE;
}


/* Called when core has read what was there, and when more has come. */

static void
ngx_http_webhook_body_read(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_connection_t         *c;
    ngx_http_webhook_call_t  *call;

    c = r->connection;

    call = ngx_http_webhook_call_get(r);

    if (call == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    for ( ;; ) {

        rc = ngx_http_webhook_body_take(call);

        if (rc != NGX_OK) {
            ngx_http_finalize_request(r,
                                      ngx_http_webhook_body_failed(call, rc));
            return;
        }

        if (!r->reading_body) {
            break;
        }

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_http_finalize_request(r,
                                      ngx_http_webhook_body_failed(call, rc));
            return;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            r->read_event_handler = ngx_http_webhook_body_read;
            r->write_event_handler = ngx_http_request_empty_handler;
            return;
        }
    }

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    r->read_event_handler = ngx_http_block_reading;

    if (call->refused) {
        rc = ngx_http_webhook_call_end(call, call->refused, &call->error);
        ngx_http_finalize_request(r, rc);
        return;
    }

    ngx_http_webhook_call_body(call);
}


/*
 * Copies what is there; NGX_OK, or a status.  If another module read the body
 * before, as mirror does, it is whole, perhaps in a file, and not ours to
 * change.
 */

static ngx_int_t
ngx_http_webhook_body_take(ngx_http_webhook_call_t *call)
{
    off_t                 len;
    ssize_t               n;
    ngx_buf_t            *b;
    ngx_chain_t          *cl, *ln;
    ngx_http_request_t   *r;

    r = call->request;

    for (cl = r->request_body->bufs; cl; /* void */) {
        b = cl->buf;
        len = ngx_buf_size(b);

        if (call->refused) {
            call->drained += (size_t) len;

            if (call->drained > NGX_HTTP_WEBHOOK_DRAIN_MAX) {
                return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
            }

            len = 0;

        } else if (len > (off_t) (call->receiver->body_max
                                  - call->body_len))
        {
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        if (len
            && ngx_http_webhook_body_grow(call, (size_t) len) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (len && ngx_buf_in_memory(b)) {
            ngx_memcpy(call->body + call->body_len, b->pos, (size_t) len);
            call->body_len += (size_t) len;

        } else if (len) {

            /* just written by another module: the kernel has it in memory */

            n = ngx_read_file(b->file, call->body + call->body_len,
                              (size_t) len, b->file_pos);

            if (n != (ssize_t) len) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }

            call->body_len += (size_t) len;
        }

        if (r->reading_body) {

            /* core reads on once its buffers are taken */

            b->pos = b->last;

            ln = cl;
            cl = cl->next;
            ngx_free_chain(r->pool, ln);

        } else {
            cl = cl->next;
        }
    }

    if (r->reading_body) {
        r->request_body->bufs = NULL;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_body_grow(ngx_http_webhook_call_t *call, size_t len)
{
    u_char              *p;
    size_t               size;
    ngx_http_request_t  *r;

    if (len <= call->body_size - call->body_len) {
        return NGX_OK;
    }

    r = call->request;

    /* no more at once than was sent: a length is easily claimed */

    size = ngx_max(call->body_size * 2, NGX_HTTP_WEBHOOK_BODY_STEP);
    size = ngx_max(size, call->body_len + len);
    size = ngx_min(size, call->receiver->body_max);

    if (r->headers_in.content_length_n > 0 && !r->headers_in.chunked) {
        size = ngx_min(size, (size_t) r->headers_in.content_length_n);
    }

    if (size < call->body_len + len) {
        size = call->body_len + len;
    }

    p = ngx_palloc(r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (call->body) {
        ngx_memcpy(p, call->body, call->body_len);
        (void) ngx_pfree(r->pool, call->body);
    }

    call->body = p;
    call->body_size = size;

    return NGX_OK;
}


/* What is to be returned or finalized with where reading failed. */

static ngx_int_t
ngx_http_webhook_body_failed(ngx_http_webhook_call_t *call, ngx_int_t rc)
{
    ngx_str_t            error;
    ngx_http_request_t  *r;

    r = call->request;

    if (r->connection->error) {
        /* the caller is gone */
        return rc;
    }

    if (call->refused) {
        rc = (ngx_int_t) call->refused;
        error = call->error;

    } else if (rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        ngx_http_webhook_receive_say(r, &error,
                                     "The body is larger than %uz bytes",
                                     call->receiver->body_max);

    } else if (rc == NGX_HTTP_BAD_REQUEST) {
        ngx_str_set(&error, "The chunks of the body are broken");

    } else {
        return rc;
    }

    /* what is still to come is read and thrown away for a while */

    r->keepalive = 0;
    r->lingering_close = 1;

#if (NGX_HTTP_V2)
    if (r->stream) {
        r->stream->skip_data = 1;
    }
#endif

    if (r->connection->read->timer_set) {
        ngx_del_timer(r->connection->read);
    }

    r->read_event_handler = ngx_http_block_reading;

    return ngx_http_webhook_call_end(call, (ngx_uint_t) rc, &error);
}
