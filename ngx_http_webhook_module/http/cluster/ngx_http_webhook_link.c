
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/cluster/ngx_http_webhook_cluster_int.h"
#include "http/cluster/ngx_http_webhook_link.h"


#define NGX_WEBHOOK_LINK_PATIENCE  10000        /* ms */
#define NGX_WEBHOOK_LINK_TIMEOUT   5000         /* ms of a call */
#define NGX_WEBHOOK_LINK_AGAIN     200          /* ms between two tries */
#define NGX_WEBHOOK_LINK_LOOK      20           /* ms between two looks at how
                                                   far the store is */
#define NGX_WEBHOOK_LINK_IDLE      60000        /* ms until it is closed */


typedef struct {
    webhook_cluster_t          *handle;         /* NULL: it is closed */
    ngx_queue_t                 calls;          /* the first is under way */
    ngx_thread_task_t          *task;
    ngx_event_t                 again;          /* the next try, or the next
                                                   call */
    ngx_event_t                 idle;
    ngx_webhook_link_call_t    *call;           /* that the thread has */
    unsigned                    away:1;         /* the thread has it */
} ngx_webhook_link_lane_t;


static ngx_int_t ngx_webhook_link_lane_init(ngx_webhook_link_lane_t *lane,
    ngx_cycle_t *cycle);
static void ngx_webhook_link_next(ngx_event_t *ev);
static const char *ngx_webhook_link_apart(ngx_webhook_link_lane_t *lane,
    webhook_cluster_session_t *session);
static void ngx_webhook_link_thread(void *data, ngx_log_t *log);
static void ngx_webhook_link_answered(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_link_again(ngx_webhook_link_call_t *call);
static void ngx_webhook_link_error(ngx_webhook_link_call_t *call,
    const char *text);
static void ngx_webhook_link_end(ngx_webhook_link_lane_t *lane);
static void ngx_webhook_link_close(ngx_event_t *ev);
static void ngx_webhook_link_look(ngx_event_t *ev);


static ngx_webhook_cluster_conf_t  *ngx_webhook_link_conf;
static ngx_webhook_link_lane_t
    ngx_webhook_link_lanes[NGX_WEBHOOK_LINK_LANES];


ngx_int_t
ngx_webhook_link_init(ngx_cycle_t *cycle, ngx_webhook_cluster_conf_t *conf)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBHOOK_LINK_LANES; i++) {
        if (ngx_webhook_link_lane_init(&ngx_webhook_link_lanes[i], cycle)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_webhook_link_conf = conf;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_link_lane_init(ngx_webhook_link_lane_t *lane, ngx_cycle_t *cycle)
{
    ngx_memzero(lane, sizeof(ngx_webhook_link_lane_t));

    lane->task = ngx_thread_task_alloc(cycle->pool, 0);
    if (lane->task == NULL) {
        return NGX_ERROR;
    }

    lane->task->ctx = lane;
    lane->task->handler = ngx_webhook_link_thread;
    lane->task->event.handler = ngx_webhook_link_answered;
    lane->task->event.data = lane;
    lane->task->event.log = cycle->log;

    lane->again.handler = ngx_webhook_link_next;
    lane->again.data = lane;
    lane->again.log = cycle->log;

    lane->idle.handler = ngx_webhook_link_close;
    lane->idle.data = lane;
    lane->idle.log = cycle->log;
    lane->idle.cancelable = 1;

    ngx_queue_init(&lane->calls);

    return NGX_OK;
}


void
ngx_webhook_link_exit(void)
{
    ngx_uint_t                i;
    ngx_webhook_link_lane_t  *lane;

    if (ngx_webhook_link_conf == NULL) {
        return;
    }

    /* the thread pools were drained before */

    ngx_webhook_link_conf = NULL;

    for (i = 0; i < NGX_WEBHOOK_LINK_LANES; i++) {
        lane = &ngx_webhook_link_lanes[i];

        if (lane->again.timer_set) {
            ngx_del_timer(&lane->again);
        }

        if (lane->idle.timer_set) {
            ngx_del_timer(&lane->idle);
        }

        if (lane->handle) {
            webhook_cluster_close(lane->handle);
            lane->handle = NULL;
        }
    }
}


void
ngx_webhook_link_post(ngx_webhook_link_call_t *call)
{
    ngx_uint_t                first;
    ngx_webhook_link_lane_t  *lane;

    lane = &ngx_webhook_link_lanes[call->lane];

    call->begun = ngx_current_msec;
    call->unsure = 0;
    call->error_len = 0;
    call->apart = 0;

    if (call->op.timeout == 0) {
        call->op.timeout = NGX_WEBHOOK_LINK_TIMEOUT;
    }

    first = ngx_queue_empty(&lane->calls);

    ngx_queue_insert_tail(&lane->calls, &call->queue);

    if (first) {
        ngx_add_timer(&lane->again, 0);
    }
}


/* Begins the first of the calls, or tries it again. */

static void
ngx_webhook_link_next(ngx_event_t *ev)
{
    const char                 *apart;
    ngx_webhook_link_call_t    *call;
    ngx_webhook_link_lane_t    *lane;
    webhook_cluster_session_t   session;

    lane = ev->data;

    if (ngx_webhook_link_conf == NULL || lane->away
        || ngx_queue_empty(&lane->calls))
    {
        return;
    }

    call = ngx_queue_data(ngx_queue_head(&lane->calls),
                          ngx_webhook_link_call_t, queue);

    if (!call->unsure
        && ngx_current_msec - call->begun >= NGX_WEBHOOK_LINK_PATIENCE)
    {
        /* those before it took too long: who asked is told, and the queue does
           not grow */

        call->op.result = WEBHOOK_CLUSTER_UNAVAILABLE;
        ngx_webhook_link_error(call, "too much waits for the cluster");
        ngx_webhook_link_end(lane);
        return;
    }

    apart = ngx_webhook_link_apart(lane, &session);

    if (apart == NULL) {
        webhook_cluster_use(lane->handle, &session);

        lane->call = call;
        lane->away = 1;

        if (ngx_thread_task_post(ngx_webhook_link_conf->pool, lane->task)
            == NGX_OK)
        {
            return;
        }

        lane->away = 0;
        apart = "too much waits for the cluster";
    }

    call->op.result = WEBHOOK_CLUSTER_UNAVAILABLE;
    call->apart = !call->unsure;
    ngx_webhook_link_error(call, apart);

    if (ngx_webhook_link_again(call)) {
        ngx_add_timer(&lane->again, NGX_WEBHOOK_LINK_AGAIN);
        return;
    }

    ngx_webhook_link_end(lane);
}


/* Why nothing can be asked now, or NULL. */

static const char *
ngx_webhook_link_apart(ngx_webhook_link_lane_t *lane,
    webhook_cluster_session_t *session)
{
    ngx_webhook_cluster_shm_t  shm;
    webhook_cluster_options_t  o;

    ngx_webhook_cluster_see(ngx_webhook_link_conf, &shm);

    if (!shm.joined) {
        return "this node has not joined the cluster";
    }

    if (shm.away) {
        return "the cluster is away";
    }

    *session = shm.session;

    if (lane->handle) {
        return NULL;
    }

    ngx_memzero(&o, sizeof(webhook_cluster_options_t));

    ngx_webhook_cluster_options(ngx_webhook_link_conf, &o);

    lane->handle = webhook_cluster_open(&o);

    return lane->handle ? NULL : "there is no memory";
}


static void
ngx_webhook_link_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_link_lane_t *lane = data;

    webhook_cluster_run(lane->handle, &lane->call->op);

    if (lane->call->seen && lane->call->op.result == WEBHOOK_CLUSTER_OK) {
        lane->call->seen(lane->call);
    }
}


static void
ngx_webhook_link_answered(ngx_event_t *ev)
{
    ngx_webhook_link_call_t  *call;
    ngx_webhook_link_lane_t  *lane;

    lane = ev->data;
    call = lane->call;

    lane->away = 0;
    lane->call = NULL;

    ngx_webhook_link_error(call, webhook_cluster_error(lane->handle));

    if (ngx_webhook_link_again(call)) {
        webhook_cluster_op_free(&call->op);
        ngx_add_timer(&lane->again, NGX_WEBHOOK_LINK_AGAIN);
        return;
    }

    ngx_webhook_link_end(lane);
}


/* 1 if it is to be tried once more. */

static ngx_uint_t
ngx_webhook_link_again(ngx_webhook_link_call_t *call)
{
    ngx_uint_t  late;

    late = ngx_current_msec - call->begun >= NGX_WEBHOOK_LINK_PATIENCE
           || ngx_exiting;

    switch (call->op.result) {

    case WEBHOOK_CLUSTER_UNKNOWN:
        call->unsure = 1;
        return !late;

    case WEBHOOK_CLUSTER_FENCED:
    case WEBHOOK_CLUSTER_EPOCH:

        /* it joins anew */

        if (!late) {
            return 1;
        }

        break;

    case WEBHOOK_CLUSTER_UNAVAILABLE:
    case WEBHOOK_CLUSTER_LOST:
    case WEBHOOK_CLUSTER_SCHEMA:
    case WEBHOOK_CLUSTER_REFUSED:

        if (call->unsure && !late) {
            return 1;
        }

        break;

    default:
        return 0;
    }

    call->op.result = call->unsure ? WEBHOOK_CLUSTER_UNKNOWN
                                   : WEBHOOK_CLUSTER_UNAVAILABLE;
    return 0;
}


static void
ngx_webhook_link_error(ngx_webhook_link_call_t *call, const char *text)
{
    call->error_len = ngx_min(ngx_strlen(text), sizeof(call->error));

    ngx_memcpy(call->error, text, call->error_len);
}


/* The first call is over. */

static void
ngx_webhook_link_end(ngx_webhook_link_lane_t *lane)
{
    ngx_queue_t              *q;
    ngx_webhook_link_call_t  *call;

    q = ngx_queue_head(&lane->calls);
    ngx_queue_remove(q);

    if (!ngx_queue_empty(&lane->calls)) {
        ngx_add_timer(&lane->again, 0);

    } else if (lane->handle) {
        ngx_add_timer(&lane->idle, NGX_WEBHOOK_LINK_IDLE);
    }

    call = ngx_queue_data(q, ngx_webhook_link_call_t, queue);

    if (call->op.result != WEBHOOK_CLUSTER_OK
        && call->op.result < WEBHOOK_CLUSTER_FENCED)
    {
        call->error_len = 0;
    }

    call->handler(call);
}


static void
ngx_webhook_link_close(ngx_event_t *ev)
{
    ngx_webhook_link_lane_t  *lane;

    lane = ev->data;

    if (lane->handle && ngx_queue_empty(&lane->calls)) {
        webhook_cluster_close(lane->handle);
        lane->handle = NULL;
    }
}


/* ---------------------------------------------------------------- wait --- */

void
ngx_webhook_link_await(ngx_webhook_link_wait_t *wait)
{
    wait->late = 0;
    wait->begun = ngx_current_msec;

    ngx_memzero(&wait->event, sizeof(ngx_event_t));

    wait->event.handler = ngx_webhook_link_look;
    wait->event.data = wait;
    wait->event.log = ngx_cycle->log;

    ngx_webhook_cluster_want(ngx_webhook_link_conf, wait->change);

    ngx_add_timer(&wait->event, 0);
}


static void
ngx_webhook_link_look(ngx_event_t *ev)
{
    ngx_webhook_link_wait_t    *wait;
    ngx_webhook_cluster_shm_t   shm;

    wait = ev->data;

    if (ngx_webhook_link_conf == NULL) {
        return;
    }

    ngx_webhook_cluster_see(ngx_webhook_link_conf, &shm);

    if (shm.change < wait->change) {

        if (ngx_current_msec - wait->begun < NGX_WEBHOOK_LINK_PATIENCE) {
            ngx_add_timer(&wait->event, NGX_WEBHOOK_LINK_LOOK);
            return;
        }

        wait->late = 1;
    }

    wait->handler(wait);
}
