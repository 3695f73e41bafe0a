
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/handover/ngx_http_webhook_handover.h"
#include "http/inbound/handover/ngx_http_webhook_durable.h"
#include "http/inbound/handover/ngx_http_webhook_emit.h"
#include "http/inbound/call/ngx_http_webhook_await.h"
#include "http/inbound/intake/ngx_http_webhook_dedupe.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"


/* Events that are kept, or not, after the call was answered. */

typedef struct {
    void                         *reservation;
    ngx_uint_t                    pending;
    unsigned                      unkept:1;
} ngx_webhook_handover_later_t;


static void ngx_webhook_handover_woken(
    ngx_webhook_registered_waiter_t *waiter);
static void ngx_webhook_handover_add(ngx_webhook_call_t *call,
    ngx_webhook_event_t *event);
static ngx_uint_t ngx_webhook_handover_behind(ngx_webhook_call_t *call,
    ngx_str_t *error);
static void ngx_webhook_handover_kept(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static ngx_int_t ngx_webhook_handover_late(ngx_webhook_call_t *call);
static void ngx_webhook_handover_defer(ngx_webhook_call_t *call);
static void ngx_webhook_handover_kept_later(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static ngx_uint_t ngx_webhook_handover_over(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static ngx_uint_t ngx_webhook_handover_ok(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static void ngx_webhook_handover_end(ngx_webhook_call_t *call);


ngx_int_t
ngx_webhook_handover_room(ngx_webhook_call_t *call)
{
    ngx_str_t                error;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    if (receiver->mode == NGX_WEBHOOK_MODE_TEST
        || (receiver->api == NULL && receiver->emits.nelts == 0)
        || !ngx_webhook_dispatcher_behind(call->body_len))
    {
        return NGX_OK;
    }

    ngx_webhook_count(NGX_WEBHOOK_CALLS_BEHIND, 1);

    ngx_str_set(&error, "Too much waits for the store; nothing was done");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


ngx_int_t
ngx_webhook_handover_begin(ngx_webhook_call_t *call)
{
    ngx_str_t                error;
    ngx_uint_t               i, n;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    (void) ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);

    if (receiver->mode == NGX_WEBHOOK_MODE_TEST) {
        return receiver->api ? ngx_webhook_durable_test(call) : NGX_DONE;
    }

    if (receiver->api == NULL && receiver->emits.nelts == 0) {
        return NGX_DONE;
    }

    call->status = 0;
    call->element = 0;

    n = receiver->emits.nelts + 1;

    call->events = ngx_pcalloc(call->pool, n * sizeof(ngx_webhook_event_t *));
    call->ids = ngx_palloc(call->pool, n * sizeof(webhook_id_t));

    if (call->events == NULL || call->ids == NULL) {
        goto nomem;
    }

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_EVENTS,
                            ngx_webhook_handover_end);

    for (i = 0; i < n; i++) {
        if (ngx_webhook_event_id(&call->ids[i]) != NGX_OK) {
            goto nomem;
        }
    }

    return NGX_OK;

nomem:

    ngx_str_set(&error, "Out of memory");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


ngx_int_t
ngx_webhook_handover_known(ngx_webhook_call_t *call)
{
    ngx_str_t                 error;
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(call->request,
                                         ngx_http_webhook_module);

    if (wmcf->registry == NULL || call->receiver->emits.nelts == 0) {
        return NGX_OK;
    }

    if (call->waiter.failed) {
        ngx_webhook_handover_end(call);

        ngx_str_null(&call->answer);
        ngx_str_set(&error, "The store cannot say which endpoints want the "
                            "events");

        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    call->waiter.handler = ngx_webhook_handover_woken;
    call->waiter.data = call;

    if (ngx_webhook_registered_await(wmcf, &call->waiter) == NGX_AGAIN) {

        /* it is the turn of this step again then */

        call->step--;
        return NGX_AGAIN;
    }

    call->registered = ngx_webhook_registered_hold(wmcf);

    return NGX_OK;
}


static void
ngx_webhook_handover_woken(ngx_webhook_registered_waiter_t *waiter)
{
    ngx_webhook_call_wake(waiter->data, NGX_OK);
}


ngx_int_t
ngx_webhook_handover_make(ngx_webhook_call_t *call)
{
    ngx_str_t                error;
    ngx_uint_t               i, status;
    ngx_webhook_emit_t      *emit;
    ngx_webhook_event_t     *event;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    status = 0;

    if (receiver->api) {
        status = ngx_webhook_durable_make(call, &event, &error);
        ngx_webhook_handover_add(call, event);
    }

    emit = receiver->emits.elts;

    for (i = 0; status == 0 && i < receiver->emits.nelts; i++) {
        call->whole = 1;
        status = ngx_webhook_emit(call, &emit[i], &call->ids[i + 1], &event,
                                  &error);
        call->whole = 0;

        ngx_webhook_handover_add(call, event);
    }

    if (status) {
        ngx_webhook_handover_end(call);

        /* the actions' */

        ngx_str_null(&call->answer);

        return ngx_webhook_call_set(call, status, &error);
    }

    return NGX_OK;
}


static void
ngx_webhook_handover_add(ngx_webhook_call_t *call, ngx_webhook_event_t *event)
{
    if (event == NULL) {
        return;
    }

    event->handler = ngx_webhook_handover_kept;
    event->data = call;

    call->events[call->nevents++] = event;
}


ngx_int_t
ngx_webhook_handover_put(ngx_webhook_call_t *call)
{
    size_t                 size;
    ngx_str_t              error;
    ngx_uint_t             i, n, status;
    ngx_webhook_event_t  **events;

    events = call->events;
    n = call->nevents;
    size = 0;

    for (i = 0; i < n; i++) {
        size += events[i]->size;
    }

    if (n == 0) {
        return ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    if (ngx_webhook_dispatcher_behind(size)) {
        status = ngx_webhook_handover_behind(call, &error);

        ngx_webhook_handover_end(call);
        ngx_str_null(&call->answer);

        return ngx_webhook_call_set(call, status, &error);
    }

    call->put = 1;
    call->pending = n;

    if (call->receiver->api) {
        call->delivery = call->ids;
    }

    for (i = 0; i < n; i++) {
        ngx_webhook_dispatcher_put(events[i]);
    }

    ngx_webhook_await(call, ngx_webhook_handover_late);

    return NGX_AGAIN;
}


static ngx_uint_t
ngx_webhook_handover_behind(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_webhook_count(NGX_WEBHOOK_CALLS_BEHIND, 1);

    if (call->receiver->emits.nelts == 0) {
        ngx_str_set(error, "Too much waits for the store; nothing was done");

    } else {
        ngx_str_set(error, "Too much waits for the store; an event of the "
                           "call is lost");

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_FAILED,
                          call->nevents);
    }

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


static void
ngx_webhook_handover_kept(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    ngx_int_t            rc;
    ngx_str_t            error;
    ngx_uint_t           i;
    ngx_webhook_call_t  *call;

    call = event->data;

    if (!ngx_webhook_handover_ok(event, result) && call) {
        call->unkept = 1;
        call->overfull = ngx_webhook_handover_over(event, result);
    }

    if (call == NULL) {
        return;
    }

    for (i = 0; i < call->nevents; i++) {
        if (call->events[i] == event) {
            call->events[i] = NULL;
        }
    }

    if (--call->pending || ngx_webhook_store_queue_closing()) {
        return;
    }

    ngx_webhook_await_end(call);

    if (call->unkept) {

        call->delivery = NULL;
        ngx_str_null(&call->answer);

        if (call->overfull) {
            ngx_str_set(&error, "The company has as many pending calls and "
                                "events as it may have; nothing was done");

        } else if (call->receiver->api) {
            ngx_str_set(&error, "The store is unavailable; nothing was done");

        } else {
            ngx_str_set(&error, "The store is unavailable; an event of the "
                                "call is lost");
        }

        rc = ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);

    } else {
        rc = ngx_webhook_call_set(call, call->receiver->api ? NGX_HTTP_ACCEPTED
                                             : NGX_HTTP_OK, NULL);
    }

    ngx_webhook_call_wake(call, rc);
}


/* What was put goes on without the call. */

static ngx_int_t
ngx_webhook_handover_late(ngx_webhook_call_t *call)
{
    ngx_str_t  error;

    ngx_webhook_handover_defer(call);
    ngx_webhook_handover_end(call);

    ngx_str_null(&call->answer);

    if (call->receiver->api) {
        ngx_str_set(&error, "The store has not answered in time; the call may "
                            "be made later");

    } else {
        ngx_str_set(&error, "The store has not answered in time; an event of "
                            "the call may come later");
    }

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


/* A repeat may not act before it is known what became of them. */

static void
ngx_webhook_handover_defer(ngx_webhook_call_t *call)
{
    void                              *reservation;
    ngx_uint_t                         i;
    ngx_webhook_handover_later_t  *later;

    if (call->reserved == 0) {
        return;
    }

    reservation = ngx_webhook_dedupe_defer(call, call->receiver->api
                                                      ? NGX_HTTP_ACCEPTED
                                                      : NGX_HTTP_OK);
    if (reservation == NULL) {
        return;
    }

    later = ngx_calloc(sizeof(ngx_webhook_handover_later_t), ngx_cycle->log);

    if (later == NULL) {

        /* what is under way will be kept, as likely as not */

        ngx_webhook_dedupe_deferred(reservation, 1);
        return;
    }

    later->reservation = reservation;
    later->pending = call->pending;
    later->unkept = call->unkept;

    for (i = 0; i < call->nevents; i++) {
        if (call->events[i]) {
            call->events[i]->handler = ngx_webhook_handover_kept_later;
            call->events[i]->data = later;
            call->events[i] = NULL;
        }
    }
}


static void
ngx_webhook_handover_kept_later(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    ngx_webhook_handover_later_t *later = event->data;

    if (!ngx_webhook_handover_ok(event, result)) {
        later->unkept = 1;
    }

    if (--later->pending == 0) {
        ngx_webhook_dedupe_deferred(later->reservation, !later->unkept);
        ngx_free(later);
    }
}


static ngx_uint_t
ngx_webhook_handover_ok(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    if (result == WEBHOOK_STORE_OK || result == WEBHOOK_STORE_DUPLICATE) {
        return 1;
    }

    if (ngx_webhook_handover_over(event, result)) {

        /* The caller is told, and can send it again: no line for each call of
           somebody outside. */

        ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_BACKLOGGED, 1);
        return 0;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "a webhook receiver's event \"%V\" was not kept: %s",
                  ngx_webhook_nstr(&event->shared.job.op.u.put_event.type),
                  webhook_store_result_text(result));
    return 0;
}


/* 1 where the quota of the receiver's company is the reason. */

static ngx_uint_t
ngx_webhook_handover_over(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    const webhook_op_put_event_t  *put;

    put = &event->shared.job.op.u.put_event;

    return result == WEBHOOK_STORE_FULL && put->refuse && put->over;
}


static void
ngx_webhook_handover_end(ngx_webhook_call_t *call)
{
    ngx_uint_t  i;

    /* all or none are put, and what was put goes on without the call */

    for (i = 0; i < call->nevents; i++) {

        if (call->events[i] == NULL) {
            continue;
        }

        if (call->put) {
            call->events[i]->data = NULL;

        } else {
            ngx_webhook_event_free(call->events[i]);
        }

        call->events[i] = NULL;
    }

    call->nevents = 0;
}
