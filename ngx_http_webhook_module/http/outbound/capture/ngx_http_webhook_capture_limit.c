
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_limit.h"
#include "http/outbound/capture/ngx_http_webhook_capture_commit.h"
#include "http/outbound/context/ngx_http_webhook_capture_taken.h"


#define NGX_WEBHOOK_CAPTURE_LOOK  50            /* ms between looks whether
                                                   core waits by now */


static void ngx_webhook_capture_limit_handler(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_capture_limit_quiet(
    ngx_webhook_capture_t *capture);
static void ngx_webhook_capture_limit_over(ngx_webhook_capture_t *capture);
static void ngx_webhook_capture_limit_write(ngx_http_request_t *r);


void
ngx_webhook_capture_limit(ngx_webhook_capture_t *capture)
{
    ngx_event_t             *ev;
    ngx_http_request_t      *r;
    ngx_webhook_loc_conf_t  *wlcf;

    r = capture->r;
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    capture->since = ngx_current_msec;
    capture->timeout = wlcf->commit_timeout;
    capture->wake = ngx_webhook_capture_wake;

    ev = &capture->limit;

    ev->handler = ngx_webhook_capture_limit_handler;
    ev->data = capture;
    ev->log = r->connection->log;

    /* The store has mostly answered before it comes to that. */

    ngx_add_timer(ev, ngx_min(capture->timeout, NGX_WEBHOOK_CAPTURE_LOOK));
}


static void
ngx_webhook_capture_limit_handler(ngx_event_t *ev)
{
    ngx_msec_t              waited, left;
    ngx_webhook_capture_t  *capture;

    capture = ev->data;

    if (capture->state != NGX_WEBHOOK_CAPTURE_COMMIT) {
        return;
    }

    waited = ngx_current_msec - capture->since;

    if (waited >= capture->timeout) {
        ngx_http_set_log_request(capture->r->connection->log, capture->r);
        ngx_webhook_capture_limit_over(capture);
        return;
    }

    left = capture->timeout - waited;

    if (!ngx_webhook_capture_limit_quiet(capture)) {
        left = ngx_min(left, NGX_WEBHOOK_CAPTURE_LOOK);
    }

    ngx_add_timer(ev, left);
}


/*
 * Once core waits for the client to read, with nothing but what is held here,
 * takes its timer away.  Returns 0 where it is not so yet.
 */

static ngx_uint_t
ngx_webhook_capture_limit_quiet(ngx_webhook_capture_t *capture)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = capture->r;
    c = r->connection;

    if (r->write_event_handler == ngx_webhook_capture_limit_write) {
        return 1;
    }

    if (r->http_state != NGX_HTTP_WRITING_REQUEST_STATE
        || r->post_action
        || r->postponed
        || r->aio
        || c->buffered
        || c->error
        || c->data != r
        || c->write->delayed)
    {
        return 0;
    }

    capture->writer = r->write_event_handler;
    capture->waiter = ngx_webhook_capture_limit_write;
    r->write_event_handler = capture->waiter;

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    return 1;
}


/* The response goes out as it is; its events are on their way. */

static void
ngx_webhook_capture_limit_over(ngx_webhook_capture_t *capture)
{
    const char           *what;
    ngx_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {

        what = "stored";

        if (match->event) {

            if (match->event->stored) {
                what = "known to the cluster";
            }

            match->event->data = NULL;
            match->event = NULL;

        } else if (match->state != NGX_WEBHOOK_MATCH_AWAY) {
            continue;
        }

        ngx_log_error(NGX_LOG_ERR, capture->r->connection->log, 0,
                      "webhook event \"%V\" %V is not %s after %M ms: "
                      "its response is sent before it is",
                      &match->rule->type->name, &match->id_text, what,
                      capture->timeout);

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_LATE, 1);
    }

    /* what threads make yet goes into the store by itself */

    ngx_webhook_capture_taken_forget(capture);

    capture->pending = 0;

    ngx_webhook_capture_wake(capture);
}


/* The write event handler of a request whose response is held. */

static void
ngx_webhook_capture_limit_write(ngx_http_request_t *r)
{
    ngx_connection_t       *c;
    ngx_webhook_capture_t  *capture;

    c = r->connection;
    capture = ngx_webhook_capture_find(r);

    if (c->error
        || c->buffered
        || r->postponed
        || capture->state != NGX_WEBHOOK_CAPTURE_COMMIT)
    {
        r->write_event_handler = capture->writer;
        r->write_event_handler(r);
        return;
    }

    (void) ngx_handle_write_event(c->write, 0);
}
