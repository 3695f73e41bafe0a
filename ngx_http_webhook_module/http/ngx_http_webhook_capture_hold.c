
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"


static ngx_int_t ngx_http_webhook_capture_over(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static ngx_chain_t *ngx_http_webhook_capture_byte(
    ngx_http_webhook_capture_t *capture, u_char ch);
static ngx_int_t ngx_http_webhook_capture_commit(
    ngx_http_webhook_capture_t *capture);
static void ngx_http_webhook_capture_fail(
    ngx_http_webhook_capture_t *capture, ngx_http_webhook_counter_e counter,
    const char *reason);


ngx_int_t
ngx_http_webhook_capture_hold(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_buf_t                *b;
    ngx_uint_t                flush;
    ngx_chain_t              *cl;
    ngx_http_request_t       *r;
    ngx_http_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->response.copy;

    if (in == NULL) {

        if (r->http_state == NGX_HTTP_WRITING_REQUEST_STATE
            && (r->buffered & NGX_HTTP_WEBHOOK_BUFFERED))
        {
            /* The request is finalized, so that no end will come. */

            ngx_http_webhook_capture_cut(capture);
            return ngx_http_webhook_capture_release(capture);
        }

        return (r->connection->buffered)
               ? ngx_http_webhook_capture_send(r, NULL) : NGX_OK;
    }

    flush = 0;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {

            if (ngx_http_webhook_copy_add(r->pool, copy, b->pos,
                                          b->last - b->pos, capture->max)
                != NGX_OK)
            {
                return ngx_http_webhook_capture_over(capture, cl);
            }

            b->pos = b->last;
        }

        if (b->in_file) {
            b->file_pos = b->file_last;
        }

        if (b->last_buf) {
            copy->last = 1;
        }

        flush = (b->flush && !ngx_buf_in_memory(b));
    }

    r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;

    if (copy->last) {
        return ngx_http_webhook_capture_commit(capture);
    }

    if (flush) {

        /*
         * So ends, too, a response that its upstream cut short, and then we
         * hold what nobody will ask for: look again once that is known.
         */

        ngx_post_event(r->connection->write, &ngx_posted_events);
    }

    return NGX_OK;
}


/* More than may be held: from "in" on nothing of it was taken. */

static ngx_int_t
ngx_http_webhook_capture_over(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_int_t                  rc;
    ngx_uint_t                 wait;
    ngx_chain_t               *held;
    ngx_http_request_t        *r;
    ngx_http_webhook_copy_t   *copy;
    ngx_http_webhook_match_t  *match;

    r = capture->r;
    copy = &capture->response.copy;
    wait = 0;

    ngx_http_webhook_capture_spoil(capture);

    for (match = capture->matches; match; match = match->next) {
        if (match->state == NGX_HTTP_WEBHOOK_MATCH_OPEN) {
            wait = 1;
        }
    }

    held = copy->first;

    r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;

    if (!wait) {
        capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
        *copy->next = in;

        return ngx_http_webhook_capture_send(r, held ? held : in);
    }

    /* Events that do without this body: they still come before its end. */

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_TAIL;

    ngx_http_webhook_copy_init(copy);

    if (held) {
        rc = ngx_http_webhook_capture_send(r, held);

        if (rc == NGX_ERROR) {
            return rc;
        }
    }

    return ngx_http_webhook_capture_tail(capture, in);
}


/*
 * Passes all on but for the last byte, so that the client does not have the
 * whole response before the events are kept, at no cost in memory.
 */

ngx_int_t
ngx_http_webhook_capture_tail(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_int_t                 rc;
    ngx_buf_t                *b, *data;
    ngx_chain_t              *cl, *ln, *out, **ll;
    ngx_http_request_t       *r;
    ngx_http_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->response.copy;

    if (in == NULL
        && r->http_state == NGX_HTTP_WRITING_REQUEST_STATE
        && (r->buffered & NGX_HTTP_WEBHOOK_BUFFERED))
    {
        ngx_http_webhook_capture_cut(capture);
        return ngx_http_webhook_capture_release(capture);
    }

    data = NULL;

    for (cl = in; cl; cl = cl->next) {
        if (ngx_buf_in_memory(cl->buf) && cl->buf->pos != cl->buf->last) {
            data = cl->buf;
        }
    }

    out = NULL;
    ll = &out;

    if (data) {
        cl = ngx_http_webhook_capture_byte(capture, data->last[-1]);

        if (cl == NULL) {
            ngx_http_webhook_capture_fail(capture,
                                          NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                                          "no memory");
            capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
            r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;

            if (capture->tail) {
                capture->tail->next = in;
                in = capture->tail;
            }

            return ngx_http_webhook_capture_send(r, in);
        }

        data->last--;

        if (capture->tail) {
            *ll = capture->tail;
            ll = &capture->tail->next;
        }

        capture->tail = cl;
        r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;
    }

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (b->last_buf) {
            b->last_buf = 0;
            b->last_in_chain = 0;
            copy->last = 1;
        }

        if (ngx_buf_size(b) == 0 && !ngx_buf_special(b)) {
            continue;
        }

        ln = ngx_alloc_chain_link(r->pool);
        if (ln == NULL) {
            return NGX_ERROR;
        }

        ln->buf = b;
        *ll = ln;
        ll = &ln->next;
    }

    *ll = NULL;
    rc = NGX_OK;

    if (out || r->connection->buffered || r->postponed) {

        rc = ngx_http_webhook_capture_send(r, out);

        ngx_chain_update_chains(r->pool, &capture->free, &capture->busy, &out,
                                (ngx_buf_tag_t) &ngx_http_webhook_module);
    }

    if (rc == NGX_ERROR) {
        return rc;
    }

    if (copy->last) {
        return ngx_http_webhook_capture_commit(capture);
    }

    if (in && data == NULL && capture->tail) {

        /* a flush: see ngx_http_webhook_capture_hold() */

        ngx_post_event(r->connection->write, &ngx_posted_events);
    }

    return rc;
}


static ngx_chain_t *
ngx_http_webhook_capture_byte(ngx_http_webhook_capture_t *capture, u_char ch)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    cl = ngx_chain_get_free_buf(capture->r->pool, &capture->free);
    if (cl == NULL) {
        return NULL;
    }

    b = cl->buf;

    if (b->start == NULL) {
        b->start = ngx_pnalloc(capture->r->pool, 1);
        if (b->start == NULL) {
            return NULL;
        }

        b->end = b->start + 1;
        b->temporary = 1;
        b->tag = (ngx_buf_tag_t) &ngx_http_webhook_module;
    }

    b->pos = b->start;
    b->last = b->end;
    *b->pos = ch;

    cl->next = NULL;

    return cl;
}


/* ------------------------------------------------------------- commit --- */

static ngx_int_t
ngx_http_webhook_capture_commit(ngx_http_webhook_capture_t *capture)
{
    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_COMMIT;

    ngx_http_webhook_capture_settle(capture);

    if (capture->pending == 0) {
        return ngx_http_webhook_capture_release(capture);
    }

    capture->r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;

    return NGX_AGAIN;
}


ngx_int_t
ngx_http_webhook_capture_wait(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_http_webhook_capture_drop(in);

    if ((capture->r->connection->buffered || capture->r->postponed)
        && ngx_http_webhook_capture_send(capture->r, NULL) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


void
ngx_http_webhook_capture_wake(ngx_http_webhook_capture_t *capture)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    if (capture->state != NGX_HTTP_WEBHOOK_CAPTURE_COMMIT) {
        return;
    }

    r = capture->r;
    c = r->connection;

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_RELEASE;

    if (r->post_action) {

        /* The client has left. */

        (void) ngx_http_webhook_capture_release(capture);

    } else if (r->http_state != NGX_HTTP_WRITING_REQUEST_STATE) {

        /* Whoever answered has not finalized the request yet, and may not be
           waiting for us. */

        if (ngx_http_webhook_capture_release(capture) == NGX_ERROR) {
            c->error = 1;
        }

        ngx_http_run_posted_requests(c);

        return;
    }

#if (NGX_HTTP_V2)

    if (r->stream) {
        c->write->ready = 1;
        c->write->active = 0;
    }

#endif

    ngx_post_event(c->write, &ngx_posted_events);
}


ngx_int_t
ngx_http_webhook_capture_release(ngx_http_webhook_capture_t *capture)
{
    ngx_int_t                 rc;
    ngx_buf_t                *b;
    ngx_chain_t              *out;
    ngx_http_request_t       *r;
    ngx_http_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->response.copy;

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
    r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;

    if (r->post_action) {
        return NGX_OK;
    }

    if (capture->header) {

        rc = ngx_http_webhook_capture_send_header(r);

        if (rc > NGX_OK) {
            return NGX_ERROR;
        }

        if (rc == NGX_ERROR || r->header_only) {
            return rc;
        }
    }

    out = capture->tail ? capture->tail : copy->first;

    if (out && copy->last) {
        b = capture->tail ? capture->tail->buf : copy->tail;

        b->last_buf = 1;
        b->last_in_chain = 1;

        return ngx_http_webhook_capture_send(r, out);
    }

    /* an empty body, or one that was cut short */

    capture->end_buf.last_buf = copy->last;
    capture->end_buf.last_in_chain = copy->last;
    capture->end_buf.flush = 1;

    capture->end.buf = &capture->end_buf;

    if (capture->tail) {
        capture->tail->next = &capture->end;

    } else {
        *copy->next = &capture->end;
        out = copy->first;
    }

    /* add_after_body adds to an empty body from the top of the filters. */

    capture->releasing = 1;
    rc = ngx_http_webhook_capture_send(r, out);
    capture->releasing = 0;

    return rc;
}


/* No end of the response came, so it is no event. */

void
ngx_http_webhook_capture_cut(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_capture_fail(capture,
                                  NGX_HTTP_WEBHOOK_EVENTS_CUT_SHORT,
                                  "the response was cut short");
}


static void
ngx_http_webhook_capture_fail(ngx_http_webhook_capture_t *capture,
    ngx_http_webhook_counter_e counter, const char *reason)
{
    ngx_http_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {
        if (match->state == NGX_HTTP_WEBHOOK_MATCH_OPEN) {
            ngx_http_webhook_match_fail(match, counter, reason);
        }
    }
}


/* The response's body could not be copied: fails those that cannot do without
   it, and tells the others. */

void
ngx_http_webhook_capture_spoil(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_body_t   *body;
    ngx_http_webhook_match_t  *match;

    body = &capture->response;

    if (body->reason == NULL) {

        if (body->copy.over) {
            ngx_http_webhook_capture_bodyless(body,
                           NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE,
                           "the response's body is over webhook_payload_max");

        } else {
            ngx_http_webhook_capture_bodyless(body,
                           NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                           "no memory for the response's body");
        }
    }

    for (match = capture->matches; match; match = match->next) {

        if (match->state == NGX_HTTP_WEBHOOK_MATCH_OPEN
            && match->rule->need_response)
        {
            ngx_http_webhook_match_fail(match, body->counter, body->reason);
        }
    }
}


void
ngx_http_webhook_capture_drop(ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
}
