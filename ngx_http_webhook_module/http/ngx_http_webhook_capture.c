
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"


static ngx_int_t ngx_http_webhook_capture_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_capture_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_uint_t ngx_http_webhook_capture_begin(ngx_http_request_t *r,
    ngx_http_webhook_capture_t *capture, ngx_uint_t bodyless);
static ngx_int_t ngx_http_webhook_capture_headless(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static void ngx_http_webhook_capture_copy(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_log_handler(ngx_http_request_t *r);


static ngx_http_output_header_filter_pt  ngx_http_webhook_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_webhook_next_body_filter;


ngx_int_t
ngx_http_webhook_capture_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt           *h;
    ngx_http_core_main_conf_t     *cmcf;
    ngx_http_webhook_main_conf_t  *wmcf;

    /*
     * The pointers to the next filters are the process's: a configuration that
     * is refused sets them too, and workers of the one before may be started
     * after that.  So the filters stand in every configuration, whether it has
     * rules or not; the log handler is its own.
     */

    ngx_http_webhook_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_webhook_capture_header_filter;

    ngx_http_webhook_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_webhook_capture_body_filter;

    ngx_http_webhook_capture_request_init();

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (wmcf->rules.nelts == 0) {
        return NGX_OK;
    }

    /* Log handlers run in the order of the array; core's access log, which
       shows our variables, was put there before us. */

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h = cmcf->phases[NGX_HTTP_LOG_PHASE].handlers.elts;

    ngx_memmove(h + 1, h,
                (cmcf->phases[NGX_HTTP_LOG_PHASE].handlers.nelts - 1)
                * sizeof(ngx_http_handler_pt));

    h[0] = ngx_http_webhook_capture_log_handler;

    return NGX_OK;
}


/* ------------------------------------------------------------- header --- */

static ngx_int_t
ngx_http_webhook_capture_header_filter(ngx_http_request_t *r)
{
    ngx_uint_t                    bodyless;
    ngx_http_webhook_capture_t   *capture;
    ngx_http_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->rules == NULL || r != r->main || wlcf->receive) {
        return ngx_http_webhook_next_header_filter(r);
    }

    if (r->headers_out.status < NGX_HTTP_OK) {

        /* 101: what follows is no body */

        return ngx_http_webhook_next_header_filter(r);
    }

    capture = ngx_http_webhook_capture_find(r);

    if (capture && capture->state >= NGX_HTTP_WEBHOOK_CAPTURE_COMMIT) {

        /* Another response takes the place of the one that made events. */

        if (capture->state != NGX_HTTP_WEBHOOK_CAPTURE_DONE) {
            capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
            capture->header = 0;
            r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;
        }

        return ngx_http_webhook_next_header_filter(r);
    }

    if (capture) {
        r->buffered &= ~NGX_HTTP_WEBHOOK_BUFFERED;
    }

    /* The client is done with the header, and core's own filters may be. */

    bodyless = r->header_only
               || r->method == NGX_HTTP_HEAD
               || r->headers_out.status == NGX_HTTP_NO_CONTENT
               || r->headers_out.status == NGX_HTTP_NOT_MODIFIED
               || r->headers_out.content_length_n == 0;

    capture = ngx_http_webhook_capture_match(r, wlcf, bodyless);

    if (capture) {
        capture->after = (wlcf->commit == NGX_HTTP_WEBHOOK_AFTER_RESPONSE);

        if (ngx_http_webhook_capture_begin(r, capture, bodyless)) {
            return NGX_OK;
        }
    }

    return ngx_http_webhook_next_header_filter(r);
}


/* Decides what is done with the body.  True if the header is held back. */

static ngx_uint_t
ngx_http_webhook_capture_begin(ngx_http_request_t *r,
    ngx_http_webhook_capture_t *capture, ngx_uint_t bodyless)
{
    ngx_uint_t                 open, copy, put;
    ngx_http_webhook_match_t  *match;

    open = 0;
    copy = 0;
    put = 0;

    for (match = capture->matches; match; match = match->next) {

        if (match->state != NGX_HTTP_WEBHOOK_MATCH_OPEN) {
            continue;
        }

        open = 1;
        copy |= match->rule->want_response;
        put |= (match->rule->endpoints.nelts != 0);
    }

    if (!open) {
        capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
        return 0;
    }

    if (bodyless) {

        /* No body comes, and perhaps no last buffer to tell of the end. */

        capture->response.copy.last = 1;

        if (capture->after) {
            capture->state = NGX_HTTP_WEBHOOK_CAPTURE_COPY;
            return 0;
        }

        capture->state = NGX_HTTP_WEBHOOK_CAPTURE_COMMIT;

        ngx_http_webhook_capture_settle(capture);

        if (capture->pending == 0) {
            capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
            return 0;
        }

        /* Once the header is held, nobody could answer a bad range. */

        r->allow_ranges = 0;

        capture->header = 1;
        r->buffered |= NGX_HTTP_WEBHOOK_BUFFERED;

        return 1;
    }

    if (copy) {

        /* Ranges are cut out before the body comes here. */

        r->allow_ranges = 0;
        r->filter_need_in_memory = 1;
    }

    if (capture->after || !put) {
        capture->state = NGX_HTTP_WEBHOOK_CAPTURE_COPY;
        capture->copying = copy;
        return 0;
    }

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_HOLD;
    r->filter_need_in_memory = 1;

    return 0;
}


/* --------------------------------------------------------------- body --- */

static ngx_int_t
ngx_http_webhook_capture_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_webhook_capture_t   *capture;
    ngx_http_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    /* While something is held, a post_action may have changed the location. */

    if ((wlcf->rules == NULL && !(r->buffered & NGX_HTTP_WEBHOOK_BUFFERED))
        || r != r->main)
    {
        return ngx_http_webhook_next_body_filter(r, in);
    }

    capture = ngx_http_webhook_capture_find(r);

    if (capture == NULL) {
        return ngx_http_webhook_next_body_filter(r, in);
    }

    if (capture->header && !capture->releasing) {
        return ngx_http_webhook_capture_headless(capture, in);
    }

    switch (capture->state) {

    case NGX_HTTP_WEBHOOK_CAPTURE_COPY:
        ngx_http_webhook_capture_copy(capture, in);
        break;

    case NGX_HTTP_WEBHOOK_CAPTURE_HOLD:
        return ngx_http_webhook_capture_hold(capture, in);

    case NGX_HTTP_WEBHOOK_CAPTURE_TAIL:
        return ngx_http_webhook_capture_tail(capture, in);

    case NGX_HTTP_WEBHOOK_CAPTURE_COMMIT:
        return ngx_http_webhook_capture_wait(capture, in);

    case NGX_HTTP_WEBHOOK_CAPTURE_RELEASE:
        ngx_http_webhook_capture_drop(in);
        return ngx_http_webhook_capture_release(capture);

    default: /* IDLE, DONE */
        break;
    }

    return ngx_http_webhook_next_body_filter(r, in);
}


/*
 * The header was held back, and whoever answers goes on with a body that core
 * would not have let it send (of HEAD, 204 and 304), or with an empty one.
 */

static ngx_int_t
ngx_http_webhook_capture_headless(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_http_webhook_capture_drop(in);

    switch (capture->state) {

    case NGX_HTTP_WEBHOOK_CAPTURE_COMMIT:
        return NGX_AGAIN;

    case NGX_HTTP_WEBHOOK_CAPTURE_RELEASE:
        return ngx_http_webhook_capture_release(capture);

    default:
        break;
    }

    /* What ends here is sent, or may still have to be, by filters below. */

    return ngx_http_webhook_next_body_filter(capture->r, NULL);
}


static void
ngx_http_webhook_capture_copy(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_buf_t                *b;
    ngx_chain_t              *cl;
    ngx_http_webhook_copy_t  *copy;

    copy = &capture->response.copy;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (capture->copying && !copy->over && !copy->broken
            && ngx_buf_in_memory(b)
            && ngx_http_webhook_copy_add(capture->r->pool, copy, b->pos,
                                         b->last - b->pos, capture->max)
               != NGX_OK)
        {
            ngx_http_webhook_capture_spoil(capture);
        }

        if (b->last_buf) {
            copy->last = 1;
        }
    }
}


ngx_int_t
ngx_http_webhook_capture_send_header(ngx_http_request_t *r)
{
    return ngx_http_webhook_next_header_filter(r);
}


ngx_int_t
ngx_http_webhook_capture_send(ngx_http_request_t *r, ngx_chain_t *out)
{
    return ngx_http_webhook_next_body_filter(r, out);
}


/* ---------------------------------------------------------------- log --- */

static ngx_int_t
ngx_http_webhook_capture_log_handler(ngx_http_request_t *r)
{
    ngx_http_webhook_capture_t  *capture;

    if (r != r->main) {
        return NGX_OK;
    }

    capture = ngx_http_webhook_capture_find(r);

    if (capture == NULL || capture->matches == NULL) {
        return NGX_OK;
    }

    if (capture->state == NGX_HTTP_WEBHOOK_CAPTURE_COPY
        && capture->response.copy.last)
    {
        ngx_http_webhook_capture_settle(capture);
    }

    ngx_http_webhook_capture_cut(capture);

    return NGX_OK;
}
