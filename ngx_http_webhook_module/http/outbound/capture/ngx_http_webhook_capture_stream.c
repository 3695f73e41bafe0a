
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Responses that pass as they come, flush for flush.  Of one whose length is
 * known its last byte is held back, of any other what tells its end: the last
 * chunk, the trailers, END_STREAM or the close of the connection.  A small body
 * that came in one piece is held back entire, so that it also leaves in one.
 * Nothing is held once all events are kept.
 */

#include "http/outbound/capture/ngx_http_webhook_capture_stream.h"
#include "http/outbound/capture/ngx_http_webhook_capture_commit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_limit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_next.h"
#include "http/outbound/match/ngx_http_webhook_match_settle.h"


#define NGX_WEBHOOK_SMALL     4096          /* bytes */


static ngx_int_t ngx_webhook_stream_pass(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);
static ngx_int_t ngx_webhook_stream_all(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);
static ngx_uint_t ngx_webhook_stream_waits(ngx_webhook_capture_t *capture);
static ngx_chain_t *ngx_webhook_stream_entire(ngx_webhook_capture_t *capture,
    ngx_chain_t *in, off_t size);
static ngx_int_t ngx_webhook_stream_split(ngx_webhook_capture_t *capture,
    ngx_chain_t *in, ngx_chain_t **out, ngx_chain_t **byte);
static ngx_chain_t *ngx_webhook_stream_byte(ngx_http_request_t *r,
    ngx_buf_t *b);
static ngx_chain_t *ngx_webhook_stream_flush(ngx_http_request_t *r);


ngx_int_t
ngx_webhook_capture_add(ngx_webhook_capture_t *capture, ngx_buf_t *b)
{
    if (!ngx_buf_in_memory(b)) {
        return NGX_OK;
    }

    switch (ngx_webhook_copy_add(capture->memory, &capture->response.copy,
                                 b->pos, b->last - b->pos, capture->max))
    {
    case NGX_OK:
        return NGX_OK;

    case NGX_DECLINED:
        ngx_webhook_match_settle_spoil(capture, NGX_WEBHOOK_EVENTS_TOO_LARGE,
                                       "the response's body is over "
                                       "webhook_payload_max");
        break;

    default:
        ngx_webhook_match_settle_spoil(capture, NGX_WEBHOOK_EVENTS_FAILED,
                                       "no memory for the response's body");
    }

    return NGX_DECLINED;
}


void
ngx_webhook_capture_copy(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {

        if (capture->copying) {
            (void) ngx_webhook_capture_add(capture, in->buf);
        }

        if (in->buf->last_buf) {
            capture->response.copy.last = 1;
        }
    }

    if (capture->late && !capture->response.copy.last) {
        ngx_webhook_match_settle(capture, 0);
    }
}


ngx_int_t
ngx_webhook_capture_stream(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (in == NULL) {

        if (r->http_state == NGX_HTTP_WRITING_REQUEST_STATE
            && (r->buffered & NGX_WEBHOOK_BUFFERED))
        {
            /* The request is finalized, so that no end will come. */

            ngx_webhook_match_settle_cut(capture);
            return ngx_webhook_capture_release(capture);
        }

        return ngx_webhook_capture_send(r, NULL);
    }

    ngx_webhook_capture_copy(capture, in);

    return ngx_webhook_stream_pass(capture, in);
}


/* What was held goes first; it stays in the copy as long as a rule reads it. */

ngx_int_t
ngx_webhook_capture_unhold(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_buf_t           *b;
    ngx_chain_t         *cl, *ln, *out, **ll;
    ngx_http_request_t  *r;

    r = capture->r;

    ll = &out;

    for (cl = capture->response.copy.first; cl; cl = cl->next) {

        ln = ngx_alloc_chain_link(r->pool);
        if (ln == NULL) {
            return NGX_ERROR;
        }

        b = ngx_calloc_buf(r->pool);
        if (b == NULL) {
            return NGX_ERROR;
        }

        b->pos = cl->buf->pos;
        b->last = cl->buf->last;
        b->memory = 1;

        ln->buf = b;
        *ll = ln;
        ll = &ln->next;
    }

    *ll = in;

    if (in == NULL) {

        /* all came, and a flush was with it */

        *ll = ngx_webhook_stream_flush(r);
        if (*ll == NULL) {
            return NGX_ERROR;
        }
    }

    capture->state = NGX_WEBHOOK_CAPTURE_STREAM;
    r->buffered &= ~NGX_WEBHOOK_BUFFERED;

    ngx_webhook_capture_copy(capture, in);

    return ngx_webhook_stream_pass(capture, out);
}


static ngx_int_t
ngx_webhook_stream_pass(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    off_t                size;
    ngx_int_t            rc;
    ngx_uint_t           last;
    ngx_chain_t         *cl, *out, *byte;
    ngx_http_request_t  *r;

    r = capture->r;
    last = capture->response.copy.last;

    if (last) {
        ngx_webhook_match_settle(capture, 1);
    }

    if (!ngx_webhook_stream_waits(capture)) {
        capture->state = NGX_WEBHOOK_CAPTURE_DONE;
        return ngx_webhook_stream_all(capture, in);
    }

    size = 0;

    for (cl = in; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (capture->left >= 0 && size > capture->left) {

        /* more than was announced: so the last byte was none */

        capture->left = -1;
    }

    if (capture->left >= 0) {
        capture->left -= size;
    }

    if (capture->left != 0 && !last) {
        return ngx_webhook_stream_all(capture, in);
    }

    if (capture->tail && size) {

        /* it is not the last one */

        capture->tail->next = in;
        in = capture->tail;
        capture->tail = NULL;
    }

    out = NULL;
    byte = ngx_webhook_stream_entire(capture, in, size);

    if (byte == NULL
        && ngx_webhook_stream_split(capture, in, &out,
                                    size && capture->left == 0 ? &byte : NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (byte) {
        capture->tail = byte;
    }

    capture->begun = 1;

    if (last) {
        capture->held = capture->tail;
        capture->state = NGX_WEBHOOK_CAPTURE_COMMIT;

        ngx_webhook_capture_limit(capture);

    } else if (byte == NULL) {

        /*
         * So ends, too, a response that its upstream broke off behind the last
         * byte, for which no end will come: look again once that is known.
         */

        ngx_post_event(r->connection->write, &ngx_posted_events);
    }

    r->buffered |= NGX_WEBHOOK_BUFFERED;

    rc = NGX_OK;

    if (out || r->connection->buffered || r->postponed) {
        rc = ngx_webhook_capture_send(r, out);
    }

    return (rc == NGX_OK && last) ? NGX_AGAIN : rc;
}


/* Nothing is held back. */

static ngx_int_t
ngx_webhook_stream_all(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_http_request_t  *r;

    r = capture->r;

    capture->begun = 1;

    if (capture->tail) {
        capture->tail->next = in;
        in = capture->tail;
        capture->tail = NULL;
    }

    r->buffered &= ~NGX_WEBHOOK_BUFFERED;

    return ngx_webhook_capture_send(r, in);
}


/* True as long as the client may not have the end. */

static ngx_uint_t
ngx_webhook_stream_waits(ngx_webhook_capture_t *capture)
{
    ngx_webhook_match_t  *match;

    if (capture->pending) {
        return 1;
    }

    for (match = capture->matches; match; match = match->next) {
        if (match->state == NGX_WEBHOOK_MATCH_OPEN) {
            return 1;
        }
    }

    return 0;
}


/*
 * A small body that is all here, in one buffer of its own; NULL if it is not, or
 * the client is to have of it what it can.  The buffers that it came in are
 * free again.
 */

static ngx_chain_t *
ngx_webhook_stream_entire(ngx_webhook_capture_t *capture, ngx_chain_t *in,
    off_t size)
{
    ngx_buf_t    *b, *entire;
    ngx_chain_t  *cl, *ln;

    if (capture->begun || capture->streams
        || size == 0 || size > NGX_WEBHOOK_SMALL)
    {
        return NULL;
    }

    entire = ngx_create_temp_buf(capture->r->pool, (size_t) size);
    ln = ngx_alloc_chain_link(capture->r->pool);

    if (entire == NULL || ln == NULL) {

        /* so the last byte is held */

        return NULL;
    }

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (b->flush) {
            return NULL;
        }

        if (ngx_buf_in_memory(b)) {
            entire->last = ngx_cpymem(entire->last, b->pos, b->last - b->pos);
            continue;
        }

        if (ngx_buf_size(b) == 0) {
            continue;
        }

        if (ngx_buf_size(b) != size) {

            /* some of it is in a file */

            return NULL;
        }

        ngx_memzero(entire, sizeof(ngx_buf_t));

        entire->in_file = 1;
        entire->file = b->file;
        entire->file_pos = b->file_pos;
        entire->file_last = b->file_last;
    }

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {
            b->pos = b->last;
        }

        if (b->in_file) {
            b->file_pos = b->file_last;
        }
    }

    ln->buf = entire;
    ln->next = NULL;

    return ln;
}


/*
 * Takes the end from a chain: the mark of the last buffer, and the last byte
 * too unless byte is NULL.  What is left goes to *out.
 */

static ngx_int_t
ngx_webhook_stream_split(ngx_webhook_capture_t *capture, ngx_chain_t *in,
    ngx_chain_t **out, ngx_chain_t **byte)
{
    ngx_buf_t           *b, *data;
    ngx_uint_t           flush;
    ngx_chain_t         *cl, *ln;
    ngx_http_request_t  *r;

    r = capture->r;
    data = NULL;

    for (cl = in; cl && byte; cl = cl->next) {
        if (ngx_buf_size(cl->buf) > 0) {
            data = cl->buf;
        }
    }

    if (data) {
        *byte = ngx_webhook_stream_byte(r, data);
        if (*byte == NULL) {
            return NGX_ERROR;
        }
    }

    flush = capture->streams;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        flush |= b->flush;

        if (b->last_buf) {
            b->last_buf = 0;
            b->last_in_chain = 0;
        }

        if (ngx_buf_size(b) == 0 && !ngx_buf_special(b)) {
            continue;
        }

        ln = ngx_alloc_chain_link(r->pool);
        if (ln == NULL) {
            return NGX_ERROR;
        }

        ln->buf = b;
        *out = ln;
        out = &ln->next;
    }

    *out = NULL;

    if (flush) {
        *out = ngx_webhook_stream_flush(r);
        if (*out == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Takes the last byte from a buffer, into one of its own. */

static ngx_chain_t *
ngx_webhook_stream_byte(ngx_http_request_t *r, ngx_buf_t *b)
{
    ngx_buf_t    *last;
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NULL;
    }

    if (ngx_buf_in_memory(b)) {

        last = ngx_create_temp_buf(r->pool, 1);
        if (last == NULL) {
            return NULL;
        }

        *last->last++ = *--b->last;

        if (b->in_file) {
            b->file_last--;
        }

    } else {

        last = ngx_calloc_buf(r->pool);
        if (last == NULL) {
            return NULL;
        }

        last->in_file = 1;
        last->file = b->file;
        last->file_last = b->file_last--;
        last->file_pos = b->file_last;
    }

    cl->buf = last;
    cl->next = NULL;

    return cl;
}


static ngx_chain_t *
ngx_webhook_stream_flush(ngx_http_request_t *r)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NULL;
    }

    b->flush = 1;

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NULL;
    }

    cl->buf = b;
    cl->next = NULL;

    return cl;
}
