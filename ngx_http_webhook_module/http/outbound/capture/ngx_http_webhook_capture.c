
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture.h"
#include "http/outbound/capture/ngx_http_webhook_capture_commit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_hold.h"
#include "http/outbound/capture/ngx_http_webhook_capture_kind.h"
#include "http/outbound/capture/ngx_http_webhook_capture_limit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_next.h"
#include "http/outbound/capture/ngx_http_webhook_capture_request.h"
#include "http/outbound/capture/ngx_http_webhook_capture_stream.h"
#include "http/outbound/match/ngx_http_webhook_match.h"
#include "http/outbound/match/ngx_http_webhook_match_settle.h"


static ngx_int_t ngx_webhook_capture_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_capture_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static void ngx_webhook_capture_replaced(ngx_webhook_capture_t *capture);
static ngx_uint_t ngx_webhook_capture_hold_header(
    ngx_webhook_capture_t *capture, ngx_uint_t bodyless);
static void ngx_webhook_capture_begin(ngx_webhook_capture_t *capture,
    ngx_uint_t bodyless);
static ngx_int_t ngx_webhook_capture_headless(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);
static ngx_int_t ngx_webhook_capture_log_handler(ngx_http_request_t *r);


ngx_int_t
ngx_webhook_capture_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;
    ngx_webhook_main_conf_t    *wmcf;

    /*
     * The pointers to the next filters are the process's: a configuration that
     * is refused sets them too, and workers of the one before may be started
     * after that.  So the filters stand in every configuration, whether it has
     * rules or not; the log handler is its own.
     */

    ngx_webhook_capture_next_init(ngx_webhook_capture_header_filter,
                                  ngx_webhook_capture_body_filter);

    ngx_webhook_capture_request_init();

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

    h[0] = ngx_webhook_capture_log_handler;

    return NGX_OK;
}


/* ------------------------------------------------------------- header --- */

static ngx_int_t
ngx_webhook_capture_header_filter(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_uint_t               status, bodyless, ranged;
    ngx_webhook_capture_t   *capture;
    ngx_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->rules == NULL || r != r->main || wlcf->receive) {
        return ngx_webhook_capture_send_header(r);
    }

    if (r->headers_out.status < NGX_HTTP_OK) {

        /* 101: what follows is no body */

        return ngx_webhook_capture_send_header(r);
    }

    capture = ngx_webhook_capture_find(r);

    if (capture) {

        if (capture->made || capture->ranged
            || capture->state >= NGX_WEBHOOK_CAPTURE_COMMIT
            || (r->filter_finalize && capture->matches))
        {
            ngx_webhook_capture_replaced(capture);

            return ngx_webhook_capture_send_header(r);
        }

        if (capture->state >= NGX_WEBHOOK_CAPTURE_HOLD) {
            r->buffered &= ~NGX_WEBHOOK_BUFFERED;
        }
    }

    /* The client is done with the header, and core's own filters may be. */

    bodyless = r->header_only
               || r->method == NGX_HTTP_HEAD
               || r->headers_out.status == NGX_HTTP_NO_CONTENT
               || r->headers_out.status == NGX_HTTP_NOT_MODIFIED
               || r->headers_out.content_length_n == 0;

    capture = ngx_webhook_match(r, wlcf, capture, bodyless);

    if (capture) {

        /* What a filter answers with in the place of a response goes out at
           once or not at all: core gives the connection up behind it. */

        capture->after = (wlcf->commit == NGX_WEBHOOK_AFTER_RESPONSE
                          || r->filter_finalize);

        if (ngx_webhook_capture_hold_header(capture, bodyless)) {
            return NGX_OK;
        }
    }

    status = r->headers_out.status;

    rc = ngx_webhook_capture_send_header(r);

    ranged = (r->headers_out.status != status
              && (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT
                  || r->headers_out.status == NGX_HTTP_RANGE_NOT_SATISFIABLE));

    if (ranged && capture == NULL
        && r->headers_out.status == NGX_HTTP_RANGE_NOT_SATISFIABLE)
    {
        /* The page of this error is no response of its own. */

        capture = ngx_webhook_capture_get(r);
    }

    if (capture) {
        capture->ranged = ranged;

        ngx_webhook_capture_begin(capture, bodyless);
    }

    return rc;
}


/*
 * Another response takes the place of the one that made events; or a 416, or
 * what a filter behind us answers with, that of the one that was matched.  What
 * of that has come is looked at when the request is logged.
 */

static void
ngx_webhook_capture_replaced(ngx_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    if (capture->state == NGX_WEBHOOK_CAPTURE_DONE) {
        return;
    }

    if (capture->state < NGX_WEBHOOK_CAPTURE_COMMIT) {
        ngx_webhook_match_settle(capture, 0);
    }

    ngx_webhook_capture_limit_end(capture);

    capture->state = NGX_WEBHOOK_CAPTURE_DONE;
    capture->header = 0;

    r = capture->r;

    if (capture->header_only) {
        r->header_only = 0;
    }

    r->buffered &= ~NGX_WEBHOOK_BUFFERED;
}


/*
 * Before the header goes on.  True if it is held back: where no body comes,
 * and perhaps no last buffer either, there is nothing else to hold.
 */

static ngx_uint_t
ngx_webhook_capture_hold_header(ngx_webhook_capture_t *capture,
    ngx_uint_t bodyless)
{
    ngx_uint_t            safe;
    ngx_http_request_t   *r;
    ngx_http_upstream_t  *u;
    ngx_webhook_match_t  *match;

    r = capture->r;
    safe = r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD);

    for (match = capture->matches; match; match = match->next) {

        if (ngx_webhook_match_reads(match)) {

            r->filter_need_in_memory = 1;

            if (!safe) {

                /* Ranges are cut out before the body comes here. */

                r->allow_ranges = 0;
            }
        }
    }

    if (!bodyless) {
        return 0;
    }

    if (safe && r->allow_ranges && r->headers_in.range
        && r->headers_out.status == NGX_HTTP_OK)
    {
        /* A header that is held could not become a 206 or 416 any more. */

        capture->after = 1;
    }

    if (capture->after) {
        return 0;
    }

    capture->state = NGX_WEBHOOK_CAPTURE_COMMIT;
    capture->response.copy.last = 1;

    ngx_webhook_match_settle(capture, 1);

    if (capture->pending == 0) {
        capture->state = NGX_WEBHOOK_CAPTURE_DONE;
        return 0;
    }

    if (!safe) {
        r->allow_ranges = 0;
    }

    capture->header = 1;
    r->buffered |= NGX_WEBHOOK_BUFFERED;

    u = r->upstream;

    if ((r->method == NGX_HTTP_HEAD
         || r->headers_out.status == NGX_HTTP_NO_CONTENT
         || r->headers_out.status == NGX_HTTP_NOT_MODIFIED)
        && (u == NULL || !u->buffering || !(u->cacheable || u->store)))
    {
        /*
         * Core's own filter would say so to whoever answers, who then makes
         * no body, and reads none from an upstream; but for what is to be
         * stored, and if that breaks off, the request ends with no header.
         */

        capture->header_only = !r->header_only;
        r->header_only = 1;
    }

    ngx_webhook_capture_limit(capture);

    return 1;
}


/* Behind the header: puts what does not wait for a body, and decides what is
   done with the body. */

static void
ngx_webhook_capture_begin(ngx_webhook_capture_t *capture, ngx_uint_t bodyless)
{
    ngx_uint_t            open, put;
    ngx_http_request_t   *r;
    ngx_webhook_match_t  *match;

    r = capture->r;

    if (capture->state == NGX_WEBHOOK_CAPTURE_DONE) {
        return;
    }

    if (capture->ranged) {
        ngx_webhook_match_settle_spoil(capture, NGX_WEBHOOK_EVENTS_PARTIAL,
                                       "the response is a part of a whole");
    }

    ngx_webhook_match_settle(capture, bodyless);

    open = 0;
    put = (capture->pending != 0);
    capture->copying = 0;

    for (match = capture->matches; match; match = match->next) {

        if (match->state != NGX_WEBHOOK_MATCH_OPEN) {
            continue;
        }

        open = 1;
        put |= ngx_webhook_match_asked(match);
        capture->copying |= ngx_webhook_match_reads(match);
    }

    if (capture->after || !put) {
        capture->state = open ? NGX_WEBHOOK_CAPTURE_COPY
                              : NGX_WEBHOOK_CAPTURE_DONE;
        return;
    }

    capture->streams = ngx_webhook_capture_streams(r);
    capture->left = ngx_webhook_capture_left(r);

    capture->state = (capture->copying && !capture->streams)
                     ? NGX_WEBHOOK_CAPTURE_HOLD
                     : NGX_WEBHOOK_CAPTURE_STREAM;
}


/* --------------------------------------------------------------- body --- */

static ngx_int_t
ngx_webhook_capture_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_webhook_capture_t   *capture;
    ngx_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    /* While something is held, a post_action may have changed the location. */

    if ((wlcf->rules == NULL && !(r->buffered & NGX_WEBHOOK_BUFFERED))
        || r != r->main)
    {
        return ngx_webhook_capture_send(r, in);
    }

    capture = ngx_webhook_capture_find(r);

    if (capture == NULL) {
        return ngx_webhook_capture_send(r, in);
    }

    if (capture->header && !capture->releasing) {
        return ngx_webhook_capture_headless(capture, in);
    }

    switch (capture->state) {

    case NGX_WEBHOOK_CAPTURE_COPY:
        ngx_webhook_capture_copy(capture, in);
        break;

    case NGX_WEBHOOK_CAPTURE_HOLD:
        return ngx_webhook_capture_hold(capture, in);

    case NGX_WEBHOOK_CAPTURE_STREAM:
        return ngx_webhook_capture_stream(capture, in);

    case NGX_WEBHOOK_CAPTURE_COMMIT:
        return ngx_webhook_capture_wait(capture, in);

    case NGX_WEBHOOK_CAPTURE_RELEASE:
        ngx_webhook_capture_drop(in);
        return ngx_webhook_capture_release(capture);

    default: /* IDLE, DONE */
        break;
    }

    return ngx_webhook_capture_send(r, in);
}


/*
 * The header was held back, and whoever answers goes on with a body that core
 * would not have let it send (of HEAD, 204 and 304), or with an empty one.
 */

static ngx_int_t
ngx_webhook_capture_headless(ngx_webhook_capture_t *capture, ngx_chain_t *in)
{
    ngx_webhook_capture_drop(in);

    switch (capture->state) {

    case NGX_WEBHOOK_CAPTURE_COMMIT:
        return NGX_AGAIN;

    case NGX_WEBHOOK_CAPTURE_RELEASE:
        return ngx_webhook_capture_release(capture);

    default:
        break;
    }

    /* What ends here is sent, or may still have to be, by filters below. */

    return ngx_webhook_capture_send(capture->r, NULL);
}


/* ---------------------------------------------------------------- log --- */

static ngx_int_t
ngx_webhook_capture_log_handler(ngx_http_request_t *r)
{
    ngx_webhook_capture_t  *capture;

    if (r != r->main) {
        return NGX_OK;
    }

    capture = ngx_webhook_capture_find(r);

    if (capture == NULL || capture->matches == NULL) {
        return NGX_OK;
    }

    if (capture->response.copy.last) {
        ngx_webhook_match_settle(capture, 1);
    }

    ngx_webhook_match_settle_cut(capture);

    return NGX_OK;
}
