
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_hold.h"
#include "http/outbound/capture/ngx_http_webhook_capture_commit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_limit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_next.h"
#include "http/outbound/capture/ngx_http_webhook_capture_stream.h"
#include "http/outbound/match/ngx_http_webhook_match_settle.h"


static ngx_int_t ngx_webhook_capture_commit(ngx_webhook_capture_t *capture);


ngx_int_t
ngx_webhook_capture_hold(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_buf_t           *b;
    ngx_uint_t           flush;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;
    ngx_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->response.copy;

    if (in == NULL) {

        if (r->http_state == NGX_HTTP_WRITING_REQUEST_STATE
            && (r->buffered & NGX_WEBHOOK_BUFFERED))
        {
            /* The request is finalized, so that no end will come. */

            ngx_webhook_match_settle_cut(capture);

            capture->held = copy->first;

            return ngx_webhook_capture_release(capture);
        }

        return (r->connection->buffered)
               ? ngx_webhook_capture_send(r, NULL) : NGX_OK;
    }

    flush = 0;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_webhook_capture_add(capture, b) != NGX_OK) {
            return ngx_webhook_capture_unhold(capture, cl);
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

    r->buffered |= NGX_WEBHOOK_BUFFERED;

    if (copy->last) {
        capture->held = copy->first;
        return ngx_webhook_capture_commit(capture);
    }

    if (flush) {

        /* So begins a stream; and so ends a response that its upstream cut
           short. */

        capture->streams = 1;

        return ngx_webhook_capture_unhold(capture, NULL);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_capture_commit(ngx_webhook_capture_t *capture)
{
    capture->state = NGX_WEBHOOK_CAPTURE_COMMIT;

    ngx_webhook_match_settle(capture, 1);

    if (capture->pending == 0) {
        return ngx_webhook_capture_release(capture);
    }

    capture->r->buffered |= NGX_WEBHOOK_BUFFERED;

    ngx_webhook_capture_limit(capture);

    return NGX_AGAIN;
}
