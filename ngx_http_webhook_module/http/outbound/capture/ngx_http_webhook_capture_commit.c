
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_commit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_next.h"


ngx_int_t
ngx_webhook_capture_wait(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_webhook_capture_drop(in);

    if ((capture->r->connection->buffered || capture->r->postponed)
        && ngx_webhook_capture_send(capture->r, NULL) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


void
ngx_webhook_capture_wake(ngx_webhook_capture_t *capture)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    if (capture->state != NGX_WEBHOOK_CAPTURE_COMMIT) {
        return;
    }

    r = capture->r;
    c = r->connection;

    capture->state = NGX_WEBHOOK_CAPTURE_RELEASE;

    ngx_webhook_capture_limit_end(capture);

    if (r->post_action) {

        /* The client has left. */

        (void) ngx_webhook_capture_release(capture);

    } else if (r->http_state != NGX_HTTP_WRITING_REQUEST_STATE) {

        /* Whoever answered has not finalized the request yet, and may not be
           waiting for us. */

        if (ngx_webhook_capture_release(capture) == NGX_ERROR) {
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
ngx_webhook_capture_release(ngx_webhook_capture_t *capture)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_uint_t           last;
    ngx_chain_t         *out, **ll;
    ngx_http_request_t  *r;

    r = capture->r;
    last = capture->response.copy.last;

    capture->state = NGX_WEBHOOK_CAPTURE_DONE;
    r->buffered &= ~NGX_WEBHOOK_BUFFERED;

    if (r->post_action) {
        return NGX_OK;
    }

    if (capture->header) {

        if (capture->header_only) {
            r->header_only = 0;
        }

        rc = ngx_webhook_capture_send_header(r);

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

        return ngx_webhook_capture_send(r, out);
    }

    /* nothing but the end, or a response that was cut short */

    capture->end_buf.last_buf = last;
    capture->end_buf.last_in_chain = last;
    capture->end_buf.flush = 1;

    capture->end.buf = &capture->end_buf;

    *ll = &capture->end;

    /* add_after_body adds to an empty body from the top of the filters. */

    capture->releasing = 1;
    rc = ngx_webhook_capture_send(r, out);
    capture->releasing = 0;

    return rc;
}


void
ngx_webhook_capture_drop(ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
}
