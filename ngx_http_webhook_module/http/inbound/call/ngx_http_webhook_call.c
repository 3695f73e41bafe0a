
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The driver of a call: takes its steps one after the other, some of which have
 * to wait or belong on a thread, and then the last ones; and its end.
 */


#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/runtime/ngx_http_webhook_clock.h"


static ngx_int_t ngx_webhook_call_go(ngx_webhook_call_t *call);
static const ngx_webhook_way_t *ngx_webhook_call_next(
    ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_call_away(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_call_steps(ngx_webhook_call_t *call);
static void ngx_webhook_call_turned(ngx_event_t *ev);
static void ngx_webhook_call_write(ngx_http_request_t *r);
static void ngx_webhook_call_read(ngx_http_request_t *r);
static ngx_webhook_call_t *ngx_webhook_call_driven(ngx_http_request_t *r);
static ngx_webhook_call_t *ngx_webhook_call_create(ngx_http_request_t *r,
    ngx_pool_cleanup_pt handler);
static void ngx_webhook_call_cleanup(void *data);
static void ngx_webhook_call_cleanup_lent(void *data);


void
ngx_webhook_call_start(ngx_webhook_call_t *call)
{
    ngx_http_request_t  *r;

    r = call->request->main;

    /* from here on it goes to its end, whatever the caller does */

    call->running = 1;

    r->read_event_handler = ngx_webhook_call_read;
    r->write_event_handler = ngx_webhook_call_write;

    ngx_webhook_call_resume(call, NGX_OK);
}


void
ngx_webhook_call_resume(ngx_webhook_call_t *call, ngx_int_t rc)
{
    call->wake = NULL;

    if (rc == NGX_DONE && !call->ending) {
        call->ending = 1;
        call->step = 0;
    }

    if (ngx_webhook_call_go(call) == NGX_AGAIN) {
        return;
    }

    if (call->finish == NULL) {
        ngx_http_finalize_request(call->request, call->rc);
        return;
    }

    call->request->main->read_event_handler = call->reader;
    call->request->main->write_event_handler = call->writer;

    call->finish(call);
}


void
ngx_webhook_call_wake(ngx_webhook_call_t *call, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = call->request->connection;

    ngx_http_set_log_request(c->log, call->request->main);

    ngx_webhook_call_resume(call, rc);

    ngx_http_run_posted_requests(c);
}


void
ngx_webhook_call_begin(ngx_webhook_call_t *call,
    void (*finish)(ngx_webhook_call_t *call))
{
    call->finish = finish;
    call->reader = call->request->main->read_event_handler;
    call->writer = call->request->main->write_event_handler;

    ngx_webhook_call_start(call);
}


ngx_int_t
ngx_webhook_call_end(ngx_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    (void) ngx_webhook_call_set(call, status, error);

    call->ending = 1;
    call->step = 0;

    if (ngx_webhook_call_go(call) == NGX_AGAIN) {

        /* no last step has anything to wait for yet */

        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return call->rc;
}


/* NGX_AGAIN while a step waits, NGX_DONE when the answer was sent. */

static ngx_int_t
ngx_webhook_call_go(ngx_webhook_call_t *call)
{
    ngx_int_t                 rc;
    const ngx_webhook_way_t  *next;

    for ( ;; ) {

        next = ngx_webhook_call_next(call);

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
            rc = ngx_webhook_call_away(call);

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


static const ngx_webhook_way_t *
ngx_webhook_call_next(ngx_webhook_call_t *call)
{
    return call->ending ? &call->endings[call->step]
                        : &call->steps[call->step];
}


/* Has the next steps taken on a thread; the result is that of a step. */

static ngx_int_t
ngx_webhook_call_away(ngx_webhook_call_t *call)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    if (!call->worked) {
        status = ngx_webhook_call_work_crowded(call,
                                    (off_t) ngx_webhook_call_work_size(call),
                                    &error);

        if (status == 0) {
            status = ngx_webhook_call_work_late(call, &error);
        }

        if (status) {
            return ngx_webhook_call_set(call, status, &error);
        }

        call->worked = 1;
    }

    if (ngx_webhook_call_work(call, ngx_webhook_call_steps,
                              ngx_webhook_call_resume)
        == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    return ngx_webhook_call_steps(call);
}


/* Those that belong on one, up to the next that does not.  Any thread. */

static ngx_int_t
ngx_webhook_call_steps(ngx_webhook_call_t *call)
{
    ngx_int_t                 rc;
    const ngx_webhook_way_t  *next;

    do {
        next = ngx_webhook_call_next(call);
        call->step++;

        rc = next->step(call);

    } while (rc == NGX_OK && ngx_webhook_call_next(call)->heavy);

    return rc;
}


ngx_int_t
ngx_webhook_call_set(ngx_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    call->status = status;

    if (error) {
        call->error = *error;
        ngx_str_null(&call->outline);
    }

    return NGX_DONE;
}


void
ngx_webhook_call_wait(ngx_webhook_call_t *call,
    void (*wake)(ngx_webhook_call_t *call))
{
    call->wake = wake;
}


void
ngx_webhook_call_turn(ngx_webhook_call_t *call,
    void (*wake)(ngx_webhook_call_t *call))
{
    ngx_event_t  *ev;

    call->wake = wake;

    ev = &call->turn;

    ev->handler = ngx_webhook_call_turned;
    ev->data = call;
    ev->log = call->request->connection->log;

    ngx_post_event(ev, &ngx_posted_events);
}


static void
ngx_webhook_call_turned(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_webhook_call_t  *call;

    call = ev->data;
    c = call->request->connection;

    ngx_http_set_log_request(c->log, call->request->main);

    call->wake(call);

    ngx_http_run_posted_requests(c);
}


/* The main request's write event handler while steps are taken. */

static void
ngx_webhook_call_write(ngx_http_request_t *r)
{
    ngx_webhook_call_t  *call;

    call = ngx_webhook_call_driven(r);

    if (call == NULL || !call->woken || call->wake == NULL) {
        /* an event of the caller's connection */
        return;
    }

    call->woken = 0;

    /* of the upstream, which is done */
    r->connection->log->action = NULL;

    ngx_webhook_call_turn(call, call->wake);
}


/* The main request's read event handler while steps are taken. */

static void
ngx_webhook_call_read(ngx_http_request_t *r)
{
    ngx_connection_t    *c;
    ngx_webhook_call_t  *call;

    c = r->connection;

    call = ngx_webhook_call_driven(r);

    if (c->error && call) {

        /*
         * an HTTP/2 stream was reset; with the error set, the end of an
         * action would be that of the request
         */

        call->aborted = 1;
        c->error = 0;
    }

    ngx_http_block_reading(r);
}


/* The call whose steps are taken, or NULL. */

static ngx_webhook_call_t *
ngx_webhook_call_driven(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_call_t  *call;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_webhook_call_cleanup
            && cln->handler != ngx_webhook_call_cleanup_lent)
        {
            continue;
        }

        call = cln->data;

        if (call->running) {
            return call;
        }
    }

    return NULL;
}


ngx_webhook_call_t *
ngx_webhook_call_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_call_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_webhook_call_t *
ngx_webhook_call_make(ngx_http_request_t *r)
{
    ngx_webhook_call_t  *call;

    call = ngx_webhook_call_get(r);

    return call ? call : ngx_webhook_call_create(r, ngx_webhook_call_cleanup);
}


ngx_webhook_call_t *
ngx_webhook_call_lend(ngx_http_request_t *r)
{
    return ngx_webhook_call_create(r, ngx_webhook_call_cleanup_lent);
}


static ngx_webhook_call_t *
ngx_webhook_call_create(ngx_http_request_t *r, ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_call_t  *call;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_call_t));
    if (cln == NULL) {
        return NULL;
    }

    call = cln->data;
    ngx_memzero(call, sizeof(ngx_webhook_call_t));

    cln->handler = handler;

    call->request = r;
    call->pool = r->pool;
    call->log = r->connection->log;
    call->came = ngx_webhook_clock_wall_usec();
    call->wall = call->came / 1000;
    call->begun = ngx_webhook_clock_usec();

    return call;
}


void
ngx_webhook_call_on_end(ngx_webhook_call_t *call, ngx_webhook_end_e place,
    ngx_webhook_end_pt handler)
{
    call->at_end[place] = handler;
}


/* By another handler, by which such a call is known. */

static void
ngx_webhook_call_cleanup_lent(void *data)
{
    ngx_webhook_call_cleanup(data);
}


static void
ngx_webhook_call_cleanup(void *data)
{
    ngx_webhook_call_t *call = data;

    ngx_uint_t  i;

    if (call->running) {

        /* by worker_shutdown_timeout, or for lack of memory */

        call->running = 0;
        call->cut = 1;
        call->status = NGX_HTTP_SERVICE_UNAVAILABLE;
        ngx_str_set(&call->error,
                    "The call was cut off before all of its actions were done");
        ngx_str_null(&call->detail);
        ngx_str_null(&call->outline);
    }

    for (i = 0; i < NGX_WEBHOOK_END_N; i++) {
        if (call->at_end[i]) {
            call->at_end[i](call);
        }
    }

    if (call->turn.posted) {
        ngx_delete_posted_event(&call->turn);
    }

    if (call->waiter.handler) {
        ngx_webhook_registered_forget(&call->waiter);
        ngx_webhook_registered_release(call->registered);
        call->registered = NULL;
    }

    ngx_webhook_call_work_disown(call);

    ngx_webhook_held_release(call->held);
}
