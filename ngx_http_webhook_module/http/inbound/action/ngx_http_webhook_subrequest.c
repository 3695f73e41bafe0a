
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * It is a background subrequest: events of the caller's connection then go to
 * the main request, whose handlers take no notice while actions run, and not
 * to an upstream that would give up when the caller leaves.  Such a subrequest
 * does not wake its parent; its end is noted by the post_subrequest handler,
 * which posts the parent itself.  That handler is also what an action is known
 * by in the filters, since it is not lost at an internal redirect.
 */


#include "http/inbound/action/ngx_http_webhook_subrequest.h"
#include "http/inbound/action/ngx_http_webhook_action_timeout.h"
#include "http/inbound/action/ngx_http_webhook_extract.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_ANSWER_START  512           /* kept of an API's answer */


static ngx_int_t ngx_webhook_act_body(ngx_http_request_t *sr,
    ngx_webhook_act_t *act);
static ngx_int_t ngx_webhook_act_variables(ngx_http_request_t *sr);
static void ngx_webhook_act_abandon(ngx_http_request_t *sr);
static ngx_int_t ngx_webhook_act_done(ngx_http_request_t *sr, void *data,
    ngx_int_t rc);
static ngx_uint_t ngx_webhook_act_error_page(ngx_http_request_t *sr,
    ngx_int_t rc);
static ngx_uint_t ngx_webhook_act_upstream(ngx_http_upstream_t *u);
static ngx_uint_t ngx_webhook_act_status(ngx_http_request_t *r,
    ngx_webhook_act_t *act);
static ngx_webhook_act_t *ngx_webhook_act_get(ngx_http_request_t *r);
static void ngx_webhook_act_read(ngx_webhook_act_t *act, ngx_buf_t *b);


ngx_int_t
ngx_webhook_subrequest(ngx_webhook_act_t *act)
{
    u_char                      *p;
    ngx_http_request_t          *r, *sr;
    ngx_http_post_subrequest_t  *ps;

    r = act->call->request;

    act->begun = ngx_webhook_clock_usec();

    ps = ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t));
    if (ps == NULL) {
        return NGX_ERROR;
    }

    ps->handler = ngx_webhook_act_done;
    ps->data = act;

    /* the request line, for logs of subrequests and for the location */

    p = ngx_pnalloc(r->pool, act->method_name.len + act->uri.len
                             + sizeof("  HTTP/1.1") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_subrequest(r, &act->path, &act->args, &sr, ps,
                            NGX_HTTP_SUBREQUEST_BACKGROUND)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sr->method = act->method;
    sr->method_name = act->method_name;

    sr->request_line.data = p;
    p = ngx_cpymem(p, act->method_name.data, act->method_name.len);
    *p++ = ' ';
    p = ngx_cpymem(p, act->uri.data, act->uri.len);
    p = ngx_cpymem(p, " HTTP/1.1", sizeof(" HTTP/1.1") - 1);
    sr->request_line.len = p - sr->request_line.data;

    sr->unparsed_uri = act->uri;
    sr->valid_unparsed_uri = 1;

    if (ngx_webhook_act_headers(sr, act) != NGX_OK
        || ngx_webhook_act_body(sr, act) != NGX_OK
        || ngx_webhook_act_variables(sr) != NGX_OK
        || ngx_webhook_action_timeout(act, sr) != NGX_OK)
    {
        /* it is posted already: let it end before it begins */

        sr->write_event_handler = ngx_webhook_act_abandon;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_act_body(ngx_http_request_t *sr, ngx_webhook_act_t *act)
{
    ngx_buf_t                *b;
    ngx_http_request_body_t  *rb;

    rb = ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t));
    if (rb == NULL) {
        return NGX_ERROR;
    }

    sr->request_body = rb;

    if (act->body.len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(sr->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->start = act->body.data;
    b->pos = b->start;
    b->last = b->start + act->body.len;
    b->end = b->last;
    b->memory = 1;
    b->last_buf = 1;

    rb->bufs = ngx_alloc_chain_link(sr->pool);
    if (rb->bufs == NULL) {
        return NGX_ERROR;
    }

    rb->bufs->buf = b;
    rb->bufs->next = NULL;

    return NGX_OK;
}


/*
 * Variables are evaluated anew, since a subrequest shares those of its parent,
 * which may be about the caller's headers and URI.  The request id stays.
 */

static ngx_int_t
ngx_webhook_act_variables(ngx_http_request_t *sr)
{
    ngx_http_variable_value_t  *variables;
    ngx_http_core_main_conf_t  *cmcf;
    ngx_webhook_main_conf_t    *wmcf;

    cmcf = ngx_http_get_module_main_conf(sr, ngx_http_core_module);
    wmcf = ngx_http_get_module_main_conf(sr, ngx_http_webhook_module);

    variables = ngx_pcalloc(sr->pool, cmcf->variables.nelts
                                      * sizeof(ngx_http_variable_value_t));
    if (variables == NULL) {
        return NGX_ERROR;
    }

    variables[wmcf->request_id] = sr->variables[wmcf->request_id];

    sr->variables = variables;

    return NGX_OK;
}


static void
ngx_webhook_act_abandon(ngx_http_request_t *sr)
{
    ngx_http_finalize_request(sr, NGX_ERROR);
}


/*
 * Called each time the subrequest is finalized: once, or again when an error
 * page or pending output followed.  What it returns takes the place of rc:
 * anything but NGX_OK would have core act on the main request.
 */

static ngx_int_t
ngx_webhook_act_done(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    ngx_webhook_act_t *act = data;

    ngx_connection_t    *c;
    ngx_webhook_call_t  *call;

    call = act->call;
    c = sr->connection;

    if (c->error) {
        call->aborted = 1;
        c->error = 0;
    }

    if (act->done) {
        return NGX_OK;
    }

    if ((rc == NGX_OK || rc == NGX_AGAIN) && sr->buffered) {
        return rc;
    }

    if (ngx_webhook_act_error_page(sr, rc)) {
        act->answered = 0;
        act->status = 0;
        act->start_len = 0;
        act->refusal = rc;
        act->refused_by = sr->upstream;
        return rc;
    }

    if (act->answered) {

        /*
         * an upstream that closes too early is told by what is missing: core
         * would end the response without its last buffer
         */

        if (rc == NGX_ERROR
            || rc >= NGX_HTTP_SPECIAL_RESPONSE
            || (sr->upstream && sr->upstream->header_sent && !act->complete))
        {
            act->broken = 1;
        }

    } else if (rc == NGX_HTTP_CREATED
               || rc == NGX_HTTP_NO_CONTENT
               || rc >= NGX_HTTP_SPECIAL_RESPONSE)
    {
        act->status = rc;
    }

    act->done = 1;

    ngx_webhook_action_timeout_end(act);

    act->total = (uint32_t) (ngx_webhook_clock_usec() - act->begun);

    call->woken = 1;

    return ngx_http_post_request(sr->main, NULL) == NGX_OK ? NGX_OK
                                                           : NGX_ERROR;
}


/* True if core will now go on with an error_page of the location. */

static ngx_uint_t
ngx_webhook_act_error_page(ngx_http_request_t *sr, ngx_int_t rc)
{
    ngx_uint_t                 i;
    ngx_http_err_page_t       *page;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(sr, ngx_http_core_module);

    if (rc < NGX_HTTP_SPECIAL_RESPONSE
        || rc == NGX_HTTP_REQUEST_TIME_OUT
        || rc == NGX_HTTP_CLIENT_CLOSED_REQUEST
        || rc == NGX_HTTP_CLOSE
        || sr->header_sent
        || sr->error_page
        || clcf->error_pages == NULL
        || sr->uri_changes == 0)
    {
        return 0;
    }

    page = clcf->error_pages->elts;

    for (i = 0; i < clcf->error_pages->nelts; i++) {
        if (page[i].status == rc) {
            return 1;
        }
    }

    return 0;
}


/* What an upstream itself has answered; 0 if it has not. */

static ngx_uint_t
ngx_webhook_act_upstream(ngx_http_upstream_t *u)
{
    if (u == NULL) {
        return 0;
    }

#if (NGX_HTTP_CACHE)

    /* an old answer out of the cache, in place of a failure */

    if (u->cache_status == NGX_HTTP_CACHE_STALE
        && u->state
        && u->state->status >= NGX_HTTP_SPECIAL_RESPONSE)
    {
        return u->state->status;
    }

#endif

    return u->headers_in.status_n;
}


/*
 * The status of an answer.  An "error_page" may give a failure any status, and
 * a page; but only another upstream can do what the first one did not.
 */

static ngx_uint_t
ngx_webhook_act_status(ngx_http_request_t *r, ngx_webhook_act_t *act)
{
    ngx_uint_t  status;

    act->unheard = 0;

    if (act->refusal
        && (r->upstream == NULL || r->upstream == act->refused_by
            || r->upstream->headers_in.status_n == 0))
    {
        act->unheard = ngx_webhook_act_upstream(act->refused_by) == 0;

        return act->refusal;
    }

    status = ngx_webhook_act_upstream(r->upstream);

    if (status >= NGX_HTTP_SPECIAL_RESPONSE) {
        return status;
    }

    return r->headers_out.status;
}


static ngx_webhook_act_t *
ngx_webhook_act_get(ngx_http_request_t *r)
{
    if (r->post_subrequest == NULL
        || r->post_subrequest->handler != ngx_webhook_act_done)
    {
        return NULL;
    }

    return r->post_subrequest->data;
}


ngx_uint_t
ngx_webhook_subrequest_header(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;
    ngx_webhook_act_t    *act;

    act = ngx_webhook_act_get(r);
    if (act == NULL) {
        return 0;
    }

    r->header_sent = 1;

    if (act->done) {
        /* too late */
        return 1;
    }

    act->answered = 1;
    act->status = ngx_webhook_act_status(r, act);
    act->complete = 0;
    act->start_len = 0;
    act->kept_len = 0;
    act->too_large = 0;

    if (act->action->captures.nelts) {
        r->filter_need_in_memory = 1;
    }

    /*
     * what is swallowed at once needs no file to wait in: a pipe would not
     * write to a subrequest that does not own the connection
     */

    u = r->upstream;

    if (u && !u->cacheable && !u->store) {
        u->buffering = 0;
    }

    return 1;
}


ngx_uint_t
ngx_webhook_subrequest_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t          *b;
    ngx_webhook_act_t  *act;

    act = ngx_webhook_act_get(r);
    if (act == NULL) {
        return 0;
    }

    for ( /* void */ ; in; in = in->next) {
        b = in->buf;

        if (ngx_buf_in_memory(b)) {

            if (!act->done) {
                ngx_webhook_act_read(act, b);
            }

            b->pos = b->last;
        }

        if (b->in_file) {
            b->file_pos = b->file_last;
        }

        if (b->last_buf || b->last_in_chain) {
            act->complete = 1;
        }
    }

    return 1;
}


static void
ngx_webhook_act_read(ngx_webhook_act_t *act, ngx_buf_t *b)
{
    size_t  len;

    len = b->last - b->pos;

    if (len == 0) {
        return;
    }

    ngx_webhook_extract_keep(act, b->pos, len);

    if (act->start == NULL) {
        act->start = ngx_pnalloc(act->call->pool, NGX_WEBHOOK_ANSWER_START);
        if (act->start == NULL) {
            return;
        }
    }

    len = ngx_min(len, NGX_WEBHOOK_ANSWER_START - act->start_len);

    ngx_memcpy(act->start + act->start_len, b->pos, len);
    act->start_len += len;
}
