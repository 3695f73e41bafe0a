
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The way of a call: its headers are checked and its body is read; it takes
 * the steps below, some of which may have to wait; at last the outcome is
 * counted, kept in the history and answered.
 */


#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


typedef struct {
    ngx_http_webhook_step_pt    step;
    ngx_uint_t                (*heavy)(ngx_http_webhook_call_t *call);
                                    /* true: on a thread; NULL: never */
} ngx_http_webhook_way_t;


static ngx_uint_t ngx_http_webhook_receive_direct(ngx_http_request_t *r,
    ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_receive_unreachable(ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_receive_refuse(
    ngx_http_webhook_call_t *call, ngx_uint_t status, ngx_str_t *error);
static ngx_int_t ngx_http_webhook_call_go(ngx_http_webhook_call_t *call);
static const ngx_http_webhook_way_t *ngx_http_webhook_call_next(
    ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_call_work(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_call_steps(ngx_http_webhook_call_t *call);
static void ngx_http_webhook_receive_write(ngx_http_request_t *r);
static void ngx_http_webhook_receive_read(ngx_http_request_t *r);
static void ngx_http_webhook_receive_cleanup(void *data);


/*
 * What is done with a call once its body is there.  Nothing of a body is looked
 * at before it is verified; nothing is called before all is known to be well.
 */

static const ngx_http_webhook_way_t  ngx_http_webhook_receive_steps[] = {
    { ngx_http_webhook_receive_join, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_verify, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_handshake, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_type, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_parse, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_require, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_filter, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_target, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_render, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_dry, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_key, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_room, NULL },
    { ngx_http_webhook_receive_reserve, NULL },
    { ngx_http_webhook_receive_run, NULL },
    { ngx_http_webhook_receive_durable, NULL },
    { ngx_http_webhook_receive_make, ngx_http_webhook_receive_heavy },
    { ngx_http_webhook_receive_put, NULL },
    { NULL, NULL }
};

/* And once the answer is known, whatever it is. */

static const ngx_http_webhook_way_t  ngx_http_webhook_receive_endings[] = {
    { ngx_http_webhook_receive_compose, NULL },
    { ngx_http_webhook_receive_settle, NULL },
    { ngx_http_webhook_receive_shadow, NULL },
    { ngx_http_webhook_receive_prepare,
      ngx_http_webhook_receive_prepare_heavy },
    { ngx_http_webhook_receive_log, NULL },
    { ngx_http_webhook_receive_answer, NULL },
    { NULL, NULL }
};


ngx_int_t
ngx_http_webhook_receive_handler(ngx_http_request_t *r)
{
    ngx_str_t                 error;
    ngx_uint_t                status;
    ngx_http_webhook_call_t  *call;

    if (r != r->main) {

        /* an action, or a page, that leads back to a receiver */

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a subrequest cannot call a receiver");
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_http_webhook_call_get(r);

    if (call == NULL || !ngx_http_webhook_receive_direct(r, call)) {
        return ngx_http_webhook_receive_unreachable(r);
    }

    if (ngx_http_webhook_receive_mask_all(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    status = ngx_http_webhook_receive_check_headers(call, &error);

    if (status == NGX_HTTP_NOT_ALLOWED
        && ngx_http_webhook_receive_greet(call) == NGX_DONE)
    {
        status = call->status;
        error = call->error;
    }

    if (status == 0) {
        status = ngx_http_webhook_receive_crowded(call,
                                      r->headers_in.content_length_n, &error);
    }

    if (status == 0 && ngx_http_webhook_receive_limit(call) != NGX_OK) {
        status = NGX_HTTP_TOO_MANY_REQUESTS;
        ngx_str_set(&error, "Too many calls at a time; nothing was done");
    }

    if (status == 0) {
        return ngx_http_webhook_receive_body(call);
    }

    return ngx_http_webhook_receive_refuse(call, status, &error);
}


/*
 * True for what the caller asked for; a rewrite may have looked at it, but it
 * is no error page or redirect to here.
 */

static ngx_uint_t
ngx_http_webhook_receive_direct(ngx_http_request_t *r,
    ngx_http_webhook_call_t *call)
{
    if (!r->internal) {
        return 1;
    }

    return r->err_status == 0
           && call->path.len
           && r->uri.len == call->path.len
           && ngx_memcmp(r->uri.data, call->path.data, r->uri.len) == 0;
}


/*
 * Under no prefix when its headers were read: what is too short for a token,
 * or a rewrite of an URL that nobody masked.
 */

static ngx_int_t
ngx_http_webhook_receive_unreachable(ngx_http_request_t *r)
{
    ngx_str_t                 error;
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_make(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->receiver = NULL;
    call->masked = 0;
    call->masked_uri = 0;

    if (ngx_http_webhook_receive_mask_all(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->internal) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a receiver cannot be called by a rewrite or a "
                      "redirect, which would not keep its URL secret");
    }

    ngx_str_set(&error, "There is no such hook");

    return ngx_http_webhook_receive_refuse(call, NGX_HTTP_NOT_FOUND, &error);
}


/* Ends a call whose body was not read. */

static ngx_int_t
ngx_http_webhook_receive_refuse(ngx_http_webhook_call_t *call,
    ngx_uint_t status, ngx_str_t *error)
{
    ngx_http_request_t  *r;

    r = call->request;

    if (r->http_version >= NGX_HTTP_VERSION_20
        && status != NGX_HTTP_REQUEST_ENTITY_TOO_LARGE
        && r->headers_in.content_length_n <= NGX_HTTP_WEBHOOK_DRAIN_MAX)
    {
        /*
         * the answer would be followed by a reset of the stream, for which
         * clients throw the answer away too
         */

        call->refused = status;
        call->error = *error;

        return ngx_http_webhook_receive_body(call);
    }

    /* no "100 Continue": no body is asked for */

    r->expect_tested = 1;

    if (r->headers_in.expect) {
        r->keepalive = 0;
    }

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    return ngx_http_webhook_call_end(call, status, error);
}


void
ngx_http_webhook_call_body(ngx_http_webhook_call_t *call)
{
    ngx_http_request_t  *r;

    r = call->request;

    /* from here on it goes to its end, whatever the caller does */

    call->running = 1;
    call->cost = ngx_http_webhook_receive_cost(call);

    r->read_event_handler = ngx_http_webhook_receive_read;
    r->write_event_handler = ngx_http_webhook_receive_write;

    ngx_http_webhook_call_resume(call, NGX_OK);
}


void
ngx_http_webhook_call_resume(ngx_http_webhook_call_t *call, ngx_int_t rc)
{
    call->wake = NULL;

    if (rc == NGX_DONE && !call->ending) {
        call->ending = 1;
        call->step = 0;
    }

    if (ngx_http_webhook_call_go(call) == NGX_AGAIN) {
        return;
    }

    ngx_http_finalize_request(call->request, call->rc);
}


ngx_int_t
ngx_http_webhook_call_end(ngx_http_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    (void) ngx_http_webhook_call_set(call, status, error);

    call->ending = 1;
    call->step = 0;

    if (ngx_http_webhook_call_go(call) == NGX_AGAIN) {

        /* no last step has anything to wait for yet */

        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return call->rc;
}


/* NGX_AGAIN while a step waits, NGX_DONE when the answer was sent. */

static ngx_int_t
ngx_http_webhook_call_go(ngx_http_webhook_call_t *call)
{
    ngx_int_t                      rc;
    const ngx_http_webhook_way_t  *next;

    for ( ;; ) {

        next = ngx_http_webhook_call_next(call);

        if (next->step == NULL) {

            if (call->ending) {
                call->running = 0;
                return NGX_DONE;
            }

            call->ending = 1;
            call->step = 0;
            continue;
        }

        if (next->heavy && next->heavy(call)) {
            rc = ngx_http_webhook_call_work(call);

        } else {
            call->step++;
            rc = next->step(call);
        }

        if (rc == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        if (rc == NGX_DONE && !call->ending) {
            call->ending = 1;
            call->step = 0;
        }
    }
}


static const ngx_http_webhook_way_t *
ngx_http_webhook_call_next(ngx_http_webhook_call_t *call)
{
    return call->ending ? &ngx_http_webhook_receive_endings[call->step]
                        : &ngx_http_webhook_receive_steps[call->step];
}


/* Has the next steps taken on a thread; the result is that of a step. */

static ngx_int_t
ngx_http_webhook_call_work(ngx_http_webhook_call_t *call)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    if (!call->worked) {
        status = ngx_http_webhook_receive_crowded(call, call->body_len,
                                                  &error);
        if (status) {
            return ngx_http_webhook_call_set(call, status, &error);
        }

        call->worked = 1;
    }

    if (ngx_http_webhook_receive_work(call, ngx_http_webhook_call_steps,
                                      ngx_http_webhook_call_resume)
        == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    return ngx_http_webhook_call_steps(call);
}


/* Those that belong on one, up to the next that does not.  Any thread. */

static ngx_int_t
ngx_http_webhook_call_steps(ngx_http_webhook_call_t *call)
{
    ngx_int_t                      rc;
    const ngx_http_webhook_way_t  *next;

    do {
        next = ngx_http_webhook_call_next(call);
        call->step++;

        rc = next->step(call);

    } while (rc == NGX_OK && ngx_http_webhook_call_next(call)->heavy);

    return rc;
}


ngx_int_t
ngx_http_webhook_call_set(ngx_http_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    call->status = status;

    if (error) {
        call->error = *error;
    }

    return NGX_DONE;
}


void
ngx_http_webhook_call_wait(ngx_http_webhook_call_t *call,
    void (*wake)(ngx_http_webhook_call_t *call))
{
    call->wake = wake;
}


/* The main request's write event handler while steps are taken. */

static void
ngx_http_webhook_receive_write(ngx_http_request_t *r)
{
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_get(r);

    if (call == NULL || !call->woken || call->wake == NULL) {
        /* an event of the caller's connection */
        return;
    }

    call->woken = 0;

    /* of the upstream, which is done */
    r->connection->log->action = NULL;

    call->wake(call);
}


/* The main request's read event handler while steps are taken. */

static void
ngx_http_webhook_receive_read(ngx_http_request_t *r)
{
    ngx_connection_t         *c;
    ngx_http_webhook_call_t  *call;

    c = r->connection;

    call = ngx_http_webhook_call_get(r);

    if (c->error && call && call->running) {

        /*
         * an HTTP/2 stream was reset; with the error set, the end of an
         * action would be that of the request
         */

        call->gone = 1;
        c->error = 0;
    }

    ngx_http_block_reading(r);
}


ngx_http_webhook_call_t *
ngx_http_webhook_call_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_webhook_receive_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_http_webhook_call_t *
ngx_http_webhook_call_make(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t       *cln;
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_get(r);
    if (call) {
        return call;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_webhook_call_t));
    if (cln == NULL) {
        return NULL;
    }

    call = cln->data;
    ngx_memzero(call, sizeof(ngx_http_webhook_call_t));

    cln->handler = ngx_http_webhook_receive_cleanup;

    call->request = r;
    call->pool = r->pool;
    call->log = r->connection->log;
    call->wall = ngx_http_webhook_clock_wall();
    call->begun = ngx_http_webhook_clock_usec();

    return call;
}


static void
ngx_http_webhook_receive_cleanup(void *data)
{
    ngx_http_webhook_call_t *call = data;

    if (call->running) {

        /* by worker_shutdown_timeout, or for lack of memory */

        call->running = 0;
        call->cut = 1;
        call->status = NGX_HTTP_SERVICE_UNAVAILABLE;
        ngx_str_set(&call->error,
                    "The call was cut off before all of its actions were done");
        ngx_str_null(&call->detail);

        (void) ngx_http_webhook_receive_log(call);
    }

    ngx_http_webhook_receive_await_end(call);
    ngx_http_webhook_receive_repeat_end(call);
    ngx_http_webhook_receive_durable_end(call);
    ngx_http_webhook_receive_limit_free(call);
    ngx_http_webhook_receive_wipe_token(call);
    ngx_http_webhook_receive_wipe_args(call);

    ngx_http_webhook_receive_disown(call);
}
