
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call waits for the store up to the timeout of webhook_commit, and goes on
 * without its answer then.  One that did so once waits no more.
 */


#include "http/inbound/call/ngx_http_webhook_await.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


static void ngx_webhook_await_handler(ngx_event_t *ev);


void
ngx_webhook_await(ngx_webhook_call_t *call,
    ngx_int_t (*late)(ngx_webhook_call_t *call))
{
    ngx_event_t             *ev;
    ngx_http_request_t      *r;
    ngx_webhook_loc_conf_t  *wlcf;

    r = call->request;
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    call->late = late;

    ev = &call->await;

    ev->handler = ngx_webhook_await_handler;
    ev->data = call;
    ev->log = r->connection->log;

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_AWAIT,
                            ngx_webhook_await_end);

    ngx_add_timer(ev, call->was_late ? 1 : wlcf->commit_timeout);
}


void
ngx_webhook_await_end(ngx_webhook_call_t *call)
{
    if (call->await.timer_set) {
        ngx_del_timer(&call->await);
    }
}


static void
ngx_webhook_await_handler(ngx_event_t *ev)
{
    ngx_log_t           *log;
    ngx_webhook_call_t  *call;

    call = ev->data;

    log = call->request->connection->log;
    ngx_http_set_log_request(log, call->request->main);

    if (!call->was_late) {
        call->was_late = 1;

        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "webhook receiver \"%V\": the store has not answered in "
                      "time: the call continues without it",
                      &call->receiver->name);

        ngx_webhook_count(NGX_WEBHOOK_CALLS_LATE, 1);
    }

    ngx_webhook_call_wake(call, call->late(call));
}
