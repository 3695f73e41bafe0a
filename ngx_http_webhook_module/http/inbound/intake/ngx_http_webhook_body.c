
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A body is read unbuffered, as a proxy does that passes it on at once: core
 * then neither writes it to a file, which could block, nor bounds it by other
 * settings than the receiver's.
 */


#include "http/inbound/intake/ngx_http_webhook_body.h"
#include "http/inbound/intake/ngx_http_webhook_input.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


#define NGX_WEBHOOK_BODY_STEP   16384           /* first piece of memory */
#define NGX_WEBHOOK_BODY_PIECE  1048576         /* of a large body, at most */
#define NGX_WEBHOOK_BODY_TURN   1048576         /* read in one turn of the
                                                   event loop */


static void ngx_webhook_body_more(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_body_take(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_body_keep(ngx_webhook_call_t *call, ngx_buf_t *b,
    size_t len);
static ngx_int_t ngx_webhook_body_piece(ngx_webhook_call_t *call, ngx_buf_t *b,
    size_t len);
static ngx_webhook_piece_t *ngx_webhook_body_add(ngx_webhook_call_t *call,
    size_t size);
static ngx_int_t ngx_webhook_body_file(ngx_webhook_call_t *call, ngx_fd_t fd,
    u_char *data, size_t len, off_t offset);
static ngx_int_t ngx_webhook_body_grow(ngx_webhook_call_t *call, size_t len);
static ngx_int_t ngx_webhook_body_failed(ngx_webhook_call_t *call,
    ngx_int_t rc);


ngx_int_t
ngx_webhook_body_read(ngx_webhook_call_t *call)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = call->request;

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_webhook_body_more);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_webhook_body_failed(call, rc);
    }

    return NGX_DONE;
}


/* Called when core has read what was there, and when more has come. */

static void
ngx_webhook_body_more(ngx_http_request_t *r)
{
    size_t               begun;
    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_webhook_call_t  *call;

    c = r->connection;

    call = ngx_webhook_call_get(r);

    if (call == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    begun = call->body_len;

    for ( ;; ) {

        rc = ngx_webhook_body_take(call);

        if (rc != NGX_OK) {
            ngx_http_finalize_request(r, ngx_webhook_body_failed(call, rc));
            return;
        }

        if (!r->reading_body) {
            break;
        }

        if (call->body_len - begun >= NGX_WEBHOOK_BODY_TURN) {

            /* others have their turn, too, however fast the caller sends */

            r->read_event_handler = ngx_webhook_body_more;
            r->write_event_handler = ngx_http_request_empty_handler;

            ngx_post_event(c->read, &ngx_posted_next_events);
            return;
        }

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_http_finalize_request(r, ngx_webhook_body_failed(call, rc));
            return;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            r->read_event_handler = ngx_webhook_body_more;
            r->write_event_handler = ngx_http_request_empty_handler;
            return;
        }
    }

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    r->read_event_handler = ngx_http_block_reading;

    if (call->refused) {
        rc = ngx_webhook_call_end(call, call->refused, &call->error);
        ngx_http_finalize_request(r, rc);
        return;
    }

    if (r->method == NGX_HTTP_GET) {
        ngx_webhook_input_query(call);
    }

    call->cost = ngx_webhook_input_cost(call);

    ngx_webhook_call_start(call);
}


/*
 * Copies what is there; NGX_OK, or a status.  If another module read the body
 * before, as mirror does, it is whole, perhaps in a file, and not ours to
 * change.
 */

static ngx_int_t
ngx_webhook_body_take(ngx_webhook_call_t *call)
{
    off_t                 len;
    ngx_buf_t            *b;
    ngx_chain_t          *cl, *ln;
    ngx_http_request_t   *r;

    r = call->request;

    for (cl = r->request_body->bufs; cl; /* void */) {
        b = cl->buf;
        len = ngx_buf_size(b);

        if (call->refused) {
            call->drained += (size_t) len;

            if (call->drained > NGX_WEBHOOK_DRAIN_MAX) {
                return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
            }

            len = 0;

        } else if (len > (off_t) (call->receiver->body_max
                                  - call->body_len))
        {
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        if (len && ngx_webhook_body_keep(call, b, (size_t) len) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
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


/* A small body stands in one piece; of a large one the rest is in others. */

static ngx_int_t
ngx_webhook_body_keep(ngx_webhook_call_t *call, ngx_buf_t *b, size_t len)
{
    if (call->pieces
        || call->body_len + len > NGX_WEBHOOK_CPU_MIN)
    {
        return ngx_webhook_body_piece(call, b, len);
    }

    if (ngx_webhook_body_grow(call, len) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(call->body + call->body_len, b->pos, len);

    } else if (ngx_webhook_body_file(call, b->file->fd,
                                     call->body + call->body_len, len,
                                     b->file_pos)
               != NGX_OK)
    {
        /* just written by another module: the kernel has it in memory */

        return NGX_ERROR;
    }

    call->body_len += len;
    call->joined = call->body_len;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_body_piece(ngx_webhook_call_t *call, ngx_buf_t *b, size_t len)
{
    size_t                n;
    u_char               *p;
    ngx_webhook_piece_t  *piece;

    if (ngx_webhook_call_work_own(call) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!call->request->reading_body
        && (!ngx_buf_in_memory(b) || len > NGX_WEBHOOK_BODY_PIECE))
    {
        /* the whole body of another module, which stays where it is */

        piece = ngx_webhook_body_add(call, 0);
        if (piece == NULL) {
            return NGX_ERROR;
        }

        if (ngx_buf_in_memory(b)) {
            piece->data = b->pos;

        } else {
            piece->fd = b->file->fd;
            piece->offset = b->file_pos;
        }

        piece->len = len;
        call->body_len += len;

        return NGX_OK;
    }

    for (p = b->pos; len; len -= n) {

        piece = call->last_piece;

        if (piece == NULL || piece->len >= piece->size) {

            /* no more than was sent, about: a length is easily claimed */

            piece = ngx_webhook_body_add(call, ngx_min(call->body_len + len,
                                             NGX_WEBHOOK_BODY_PIECE));
            if (piece == NULL) {
                return NGX_ERROR;
            }
        }

        n = ngx_min(len, piece->size - piece->len);

        ngx_memcpy(piece->data + piece->len, p, n);

        p += n;
        piece->len += n;
        call->body_len += n;
    }

    return NGX_OK;
}


static ngx_webhook_piece_t *
ngx_webhook_body_add(ngx_webhook_call_t *call, size_t size)
{
    ngx_webhook_piece_t  *piece;

    piece = ngx_pcalloc(call->pool, sizeof(ngx_webhook_piece_t));
    if (piece == NULL) {
        return NULL;
    }

    if (size) {
        piece->data = ngx_palloc(call->pool, size);
        if (piece->data == NULL) {
            return NULL;
        }

        piece->size = size;
    }

    if (call->last_piece) {
        call->last_piece->next = piece;

    } else {
        call->pieces = piece;
    }

    call->last_piece = piece;

    return piece;
}


ngx_int_t
ngx_webhook_body_join(ngx_webhook_call_t *call)
{
    u_char               *body, *p;
    ngx_str_t             error;
    ngx_webhook_piece_t  *piece;

    if (call->pieces == NULL) {
        return NGX_OK;
    }

    body = ngx_palloc(call->pool, call->body_len);

    if (body == NULL) {
        ngx_str_set(&error, "Out of memory; nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    p = body;

    if (call->joined) {
        p = ngx_cpymem(p, call->body, call->joined);
    }

    for (piece = call->pieces; piece; piece = piece->next) {

        if (piece->data) {
            ngx_memcpy(p, piece->data, piece->len);

        } else if (ngx_webhook_body_file(call, piece->fd, p, piece->len,
                                         piece->offset)
                   != NGX_OK)
        {
            ngx_str_set(&error, "The body could not be read; nothing was "
                                "done");
            return ngx_webhook_call_set(call, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                        &error);
        }

        p += piece->len;

        if (piece->size) {
            (void) ngx_pfree(call->pool, piece->data);
        }
    }

    call->pieces = NULL;
    call->last_piece = NULL;

    call->body = body;
    call->joined = call->body_len;

    return NGX_OK;
}


/* Any thread. */

static ngx_int_t
ngx_webhook_body_file(ngx_webhook_call_t *call, ngx_fd_t fd, u_char *data,
    size_t len, off_t offset)
{
    ssize_t  n;

    while (len) {
        n = pread(fd, data, len, offset);

        if (n == -1 && ngx_errno == NGX_EINTR) {
            continue;
        }

        if (n <= 0) {
            ngx_log_error(NGX_LOG_CRIT, call->log, n ? ngx_errno : 0,
                          "webhook receiver \"%V\": the file of a body could "
                          "not be read", &call->receiver->name);
            return NGX_ERROR;
        }

        data += n;
        offset += n;
        len -= n;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_body_grow(ngx_webhook_call_t *call, size_t len)
{
    u_char              *p;
    size_t               size;
    ngx_http_request_t  *r;

    if (len <= call->body_size - call->body_len) {
        return NGX_OK;
    }

    r = call->request;

    /* no more at once than was sent: a length is easily claimed */

    size = ngx_max(call->body_size * 2, NGX_WEBHOOK_BODY_STEP);
    size = ngx_max(size, call->body_len + len);
    size = ngx_min(size, call->receiver->body_max);

    if (r->headers_in.content_length_n > 0 && !r->headers_in.chunked) {
        size = ngx_min(size, (size_t) r->headers_in.content_length_n);
    }

    if (size < call->body_len + len) {
        size = call->body_len + len;
    }

    p = ngx_palloc(call->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (call->body) {
        ngx_memcpy(p, call->body, call->body_len);
        (void) ngx_pfree(call->pool, call->body);
    }

    call->body = p;
    call->body_size = size;

    return NGX_OK;
}


/* What is to be returned or finalized with where reading failed. */

static ngx_int_t
ngx_webhook_body_failed(ngx_webhook_call_t *call, ngx_int_t rc)
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
        ngx_webhook_message(call, &error, "The body is larger than %uz bytes",
                            call->receiver->body_max);

    } else if (rc == NGX_HTTP_BAD_REQUEST) {
        ngx_str_set(&error, "The chunks of the body are malformed");

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

    return ngx_webhook_call_end(call, (ngx_uint_t) rc, &error);
}
