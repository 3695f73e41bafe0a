
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The upstream of the action's subrequest is closed, which ends the subrequest
 * without a word; one that has none (a handler of another kind) is left to end
 * by itself, and nobody listens to it any more.
 */


#include "http/inbound/action/ngx_http_webhook_action_timeout.h"
#include "http/runtime/ngx_http_webhook_clock.h"


typedef struct {
    ngx_webhook_act_t    *act;
    ngx_http_request_t   *subrequest;
} ngx_webhook_timeout_of_t;


static void ngx_webhook_timeout_handler(ngx_event_t *ev);
static void ngx_webhook_timeout_cleanup(void *data);


ngx_int_t
ngx_webhook_action_timeout(ngx_webhook_act_t *act, ngx_http_request_t *sr)
{
    ngx_pool_cleanup_t        *cln;
    ngx_webhook_timeout_of_t  *of;

    if (act->action->timeout == 0) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(sr->pool, sizeof(ngx_webhook_timeout_of_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    of = cln->data;
    of->act = act;
    of->subrequest = sr;

    cln->handler = ngx_webhook_timeout_cleanup;

    act->timer.handler = ngx_webhook_timeout_handler;
    act->timer.data = of;
    act->timer.log = sr->connection->log;

    ngx_add_timer(&act->timer, act->action->timeout);

    return NGX_OK;
}


void
ngx_webhook_action_timeout_end(ngx_webhook_act_t *act)
{
    if (act->timer.timer_set) {
        ngx_del_timer(&act->timer);
    }
}


static void
ngx_webhook_timeout_handler(ngx_event_t *ev)
{
    ngx_connection_t          *c;
    ngx_http_request_t        *sr, *r;
    ngx_http_upstream_t       *u;
    ngx_webhook_act_t         *act;
    ngx_webhook_timeout_of_t  *of;

    of = ev->data;
    act = of->act;
    sr = of->subrequest;

    if (act->done) {
        return;
    }

    r = sr->main;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    act->done = 1;
    act->timed_out = 1;
    act->status = 0;
    act->answered = 0;
    act->total = (uint32_t) (ngx_webhook_clock_usec() - act->begun);

    u = sr->upstream;

    if (u && u->cleanup) {
        (*u->cleanup)(sr);
    }

    act->call->woken = 1;

    if (ngx_http_post_request(r, NULL) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_webhook_timeout_cleanup(void *data)
{
    ngx_webhook_timeout_of_t *of = data;

    ngx_webhook_action_timeout_end(of->act);
}
