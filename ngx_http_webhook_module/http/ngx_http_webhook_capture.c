
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"


static ngx_int_t ngx_http_webhook_capture_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_capture_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_uint_t ngx_http_webhook_capture_begin(ngx_http_request_t *r,
    ngx_http_webhook_capture_t *capture, ngx_uint_t header_only);
static ngx_int_t ngx_http_webhook_capture_headless(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static void ngx_http_webhook_capture_copy(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_hold(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_over(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_tail(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_commit(
    ngx_http_webhook_capture_t *capture);
static ngx_int_t ngx_http_webhook_capture_wait(
    ngx_http_webhook_capture_t *capture, ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_release(
    ngx_http_webhook_capture_t *capture);
static ngx_chain_t *ngx_http_webhook_capture_byte(
    ngx_http_webhook_capture_t *capture, u_char ch);
static void ngx_http_webhook_capture_cut(ngx_http_webhook_capture_t *capture);
static void ngx_http_webhook_capture_fail(
    ngx_http_webhook_capture_t *capture, ngx_http_webhook_counter_e counter,
    const char *reason);
static void ngx_http_webhook_capture_spoil(
    ngx_http_webhook_capture_t *capture);
static void ngx_http_webhook_capture_drop(ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_capture_log_handler(ngx_http_request_t *r);


static ngx_http_output_header_filter_pt  ngx_http_webhook_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_webhook_next_body_filter;


ngx_int_t
ngx_http_webhook_capture_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt           *h;
    ngx_http_core_main_conf_t     *cmcf;
    ngx_http_webhook_main_conf_t  *wmcf;

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

    ngx_http_webhook_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_webhook_capture_header_filter;

    ngx_http_webhook_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_webhook_capture_body_filter;

    ngx_http_webhook_capture_request_init();

    return NGX_OK;
}


/* ------------------------------------------------------------- header --- */

static ngx_int_t
ngx_http_webhook_capture_header_filter(ngx_http_request_t *r)
{
    ngx_uint_t                    header_only;
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

    /* as core's header filter will find out */

    header_only = r->header_only
                  || r->method == NGX_HTTP_HEAD
                  || r->headers_out.status == NGX_HTTP_NO_CONTENT
                  || r->headers_out.status == NGX_HTTP_NOT_MODIFIED;

    capture = ngx_http_webhook_capture_match(r, wlcf, header_only);

    if (capture) {
        capture->after = (wlcf->commit == NGX_HTTP_WEBHOOK_AFTER_RESPONSE);

        if (ngx_http_webhook_capture_begin(r, capture, header_only)) {
            return NGX_OK;
        }
    }

    return ngx_http_webhook_next_header_filter(r);
}


/* Decides what is done with the body.  True if the header is held back. */

static ngx_uint_t
ngx_http_webhook_capture_begin(ngx_http_request_t *r,
    ngx_http_webhook_capture_t *capture, ngx_uint_t header_only)
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
        copy |= match->rule->need_response;
        put |= (match->rule->endpoints.nelts != 0);
    }

    if (!open) {
        capture->state = NGX_HTTP_WEBHOOK_CAPTURE_DONE;
        return 0;
    }

    if (header_only) {

        /* No body comes, and filters behind us end the response with its
           header: nothing tells of the end but this. */

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

    if (capture->header) {
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
 * would not have let it send: of HEAD, 204 and 304.
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

    return (in == NULL) ? ngx_http_webhook_next_body_filter(capture->r, NULL)
                        : NGX_OK;
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


static ngx_int_t
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
               ? ngx_http_webhook_next_body_filter(r, NULL) : NGX_OK;
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

        return ngx_http_webhook_next_body_filter(r, held ? held : in);
    }

    /* Events that do without this body: they still come before its end. */

    capture->state = NGX_HTTP_WEBHOOK_CAPTURE_TAIL;

    ngx_http_webhook_copy_init(copy);

    if (held) {
        rc = ngx_http_webhook_next_body_filter(r, held);

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

static ngx_int_t
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

            return ngx_http_webhook_next_body_filter(r, in);
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

    if (out || r->connection->buffered) {

        rc = ngx_http_webhook_next_body_filter(r, out);

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


static ngx_int_t
ngx_http_webhook_capture_wait(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in)
{
    ngx_http_webhook_capture_drop(in);

    if (capture->r->connection->buffered
        && ngx_http_webhook_next_body_filter(capture->r, NULL) == NGX_ERROR)
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


static ngx_int_t
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

        rc = ngx_http_webhook_next_header_filter(r);

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

        return ngx_http_webhook_next_body_filter(r, out);
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

    return ngx_http_webhook_next_body_filter(r, out);
}


/* No end of the response came, so it is no event. */

static void
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


/* Fails those that want the response's body, which could not be copied. */

static void
ngx_http_webhook_capture_spoil(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {

        if (match->state != NGX_HTTP_WEBHOOK_MATCH_OPEN
            || !match->rule->need_response)
        {
            continue;
        }

        if (capture->response.copy.over) {
            ngx_http_webhook_match_fail(match,
                           NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE,
                           "the response's body is over webhook_payload_max");

        } else {
            ngx_http_webhook_match_fail(match, NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                                        "no memory for the response's body");
        }
    }
}


static void
ngx_http_webhook_capture_drop(ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
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
