
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_int.h"


static ngx_int_t ngx_http_webhook_capture_commit(
    ngx_http_webhook_capture_t *capture);


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

            capture->held = copy->first;

            return ngx_http_webhook_capture_release(capture);
        }

        return (r->connection->buffered)
               ? ngx_http_webhook_capture_send(r, NULL) : NGX_OK;
    }

    flush = 0;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_http_webhook_capture_add(capture, b) != NGX_OK) {
            return ngx_http_webhook_capture_unhold(capture, cl);
        }

        if (ngx_buf_in_memory(b)) {
            b->pos = b->last;
        }

        if (b->in_file) {
            b->file_pos = b->file_last;
        }

        if (b->last_buf) {
            copy->last = 1;
        }

        flush |= b->flush;
    }

    r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;

    if (copy->last) {
        capture->held = copy->first;
        return ngx_http_webhook_capture_commit(capture);
    }

    if (flush) {

        /* So begins a stream; and so ends a response that its upstream cut
           short. */

        capture->streams = 1;

        return ngx_http_webhook_capture_unhold(capture, NULL);
    }

    return NGX_OK;
}


/* ------------------------------------------------------------- commit --- */

static ngx_int_t
ngx_http_webhook_capture_commit(ngx_http_webhook_capture_t *capture)
{
    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_COMMIT;

    ngx_http_webhook_capture_settle(capture, 1);

    if (capture->pending == 0) {
        return ngx_http_webhook_capture_release(capture);
    }

    capture->r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;

    ngx_http_webhook_capture_limit(capture);

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

    ngx_http_webhook_capture_limit_end(capture);

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
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_uint_t           last;
    ngx_chain_t         *out, **ll;
    ngx_http_request_t  *r;

    r = capture->r;
    last = capture->response.copy.last;

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
    r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;

    if (r->post_action) {
        return NGX_OK;
    }

    if (capture->header) {

        if (capture->header_only) {
            r->header_only = 0;
        }

        rc = ngx_http_webhook_capture_send_header(r);

        if (rc > NGX_OK) {
            return NGX_ERROR;
        }

        if (rc == NGX_ERROR || r->header_only) {
            return rc;
        }
    }

    out = capture->held;
    b = NULL;

    for (ll = &out; *ll; ll = &(*ll)->next) {
        b = (*ll)->buf;
    }

    if (b && last) {
        b->last_buf = 1;
        b->last_in_chain = 1;

        return ngx_http_webhook_capture_send(r, out);
    }

    /* nothing but the end, or a response that was cut short */

    capture->end_buf.last_buf = last;
    capture->end_buf.last_in_chain = last;
    capture->end_buf.flush = 1;

    capture->end.buf = &capture->end_buf;

    *ll = &capture->end;

    /* add_after_body adds to an empty body from the top of the filters. */

    capture->releasing = 1;
    rc = ngx_http_webhook_capture_send(r, out);
    capture->releasing = 0;

    return rc;
}


void
ngx_http_webhook_capture_cut(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {

        if (ngx_http_webhook_match_reads(match)) {
            ngx_http_webhook_match_fail(match,
                                        NGX_HTTP_WEBHOOK_EVENTS_CUT_SHORT,
                                        "the response was cut short");
        }
    }

    ngx_http_webhook_capture_settle(capture, 1);
}


void
ngx_http_webhook_capture_spoil(ngx_http_webhook_capture_t *capture,
    ngx_http_webhook_counter_e counter, const char *reason)
{
    ngx_http_webhook_match_t  *match;

    if (capture->response.reason == NULL) {
        ngx_http_webhook_capture_bodyless(&capture->response, counter, reason);
    }

    for (match = capture->matches; match; match = match->next) {

        if (match->state == NGX_HTTP_WEBHOOK_MATCH_OPEN
            && match->rule->need_response)
        {
            ngx_http_webhook_match_fail(match, capture->response.counter,
                                        capture->response.reason);
        }
    }

    capture->copying = 0;
    capture->late = 1;
}


void
ngx_http_webhook_capture_drop(ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
}
