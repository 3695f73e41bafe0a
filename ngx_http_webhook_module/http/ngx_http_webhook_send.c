
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * One send: what goes out, what came back, and the outcome into the store.
 */

#include "ngx_http_webhook_auth.h"
#include "ngx_http_webhook_courier_int.h"
#include "ngx_http_webhook_metrics.h"


#define NGX_HTTP_WEBHOOK_ANSWER_MAX    1024     /* bytes kept of an answer */
#define NGX_HTTP_WEBHOOK_LOCAL_DELAY   1000     /* ms, after a local fault */
#define NGX_HTTP_WEBHOOK_STORE_DELAY   500      /* ms, until an outcome that
                                                   was not kept is told again */
#define NGX_HTTP_WEBHOOK_QUIET         10000    /* ms between log lines about
                                                   one endpoint's failures */

/*
 * A send is the hold of the lease that its completion may bring, so that a
 * chain of sends needs no memory of its own.
 */

typedef struct {
    ngx_http_webhook_hold_t       hold;     /* COMPLETE; first member */
    ngx_http_webhook_hold_t      *from;     /* where the lease came from */
    webhook_lease_t               lease;
    ngx_http_webhook_exchange_t   exchange;
    u_char                       *kept;     /* strings of the attempt */
    ngx_queue_t                   queue;    /* of sends under way, or of
                                               outcomes to tell again */
    unsigned                      asked:1;
    unsigned                      unknown:1;    /* perhaps told already */
} ngx_http_webhook_send_t;


/* Failures of an endpoint that were not logged, one by one. */

typedef struct {
    uint64_t                      id;
    ngx_msec_t                    until;
    ngx_uint_t                    count;
} ngx_http_webhook_quiet_t;


typedef struct {
    ngx_http_webhook_main_conf_t *wmcf;
    ngx_log_t                    *log;
    uint64_t                      lease;
    ngx_queue_t                   sends;
    ngx_queue_t                   untold;
    ngx_event_t                   again;
    ngx_array_t                   quiet;    /* of ngx_http_webhook_quiet_t */
} ngx_http_webhook_sender_t;


static ngx_int_t ngx_http_webhook_send_head(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_send_unsent(ngx_http_webhook_send_t *send);
static void ngx_http_webhook_send_done(ngx_http_webhook_exchange_t *x);
static void ngx_http_webhook_send_outcome(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_send_attempt(ngx_http_webhook_send_t *send);
static void ngx_http_webhook_send_tell(ngx_http_webhook_send_t *send);
static void ngx_http_webhook_send_told(ngx_http_webhook_job_t *job);
static void ngx_http_webhook_send_again(ngx_event_t *ev);
static void ngx_http_webhook_send_log_failure(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_send_free(ngx_http_webhook_send_t *send);


static ngx_http_webhook_sender_t  ngx_http_webhook_sender;


void
ngx_http_webhook_send_init(ngx_http_webhook_main_conf_t *wmcf, ngx_log_t *log,
    uint64_t lease)
{
    ngx_http_webhook_sender_t  *s;

    s = &ngx_http_webhook_sender;

    ngx_memzero(s, sizeof(ngx_http_webhook_sender_t));

    s->wmcf = wmcf;
    s->log = log;
    s->lease = lease;

    ngx_queue_init(&s->sends);
    ngx_queue_init(&s->untold);

    /* Not cancelable: an outcome is told before a worker may go. */

    s->again.handler = ngx_http_webhook_send_again;
    s->again.data = s;
    s->again.log = log;
}


void
ngx_http_webhook_send_exit(void)
{
    ngx_queue_t                *q;
    ngx_http_webhook_send_t    *send;
    ngx_http_webhook_sender_t  *s;

    s = &ngx_http_webhook_sender;

    if (s->again.timer_set) {
        ngx_del_timer(&s->again);
    }

    while (!ngx_queue_empty(&s->sends)) {
        q = ngx_queue_head(&s->sends);
        send = ngx_queue_data(q, ngx_http_webhook_send_t, queue);

        ngx_http_webhook_auth_cancel(&send->exchange);

        send->exchange.fault = NGX_HTTP_WEBHOOK_FAULT_SHUTDOWN;
        ngx_http_webhook_send_done(&send->exchange);
    }

    ngx_http_webhook_send_again(&s->again);
}


void
ngx_http_webhook_send_start(webhook_lease_t *lease,
    ngx_http_webhook_hold_t *hold)
{
    ngx_http_webhook_send_t      *send;
    ngx_http_webhook_sender_t    *s;
    ngx_http_webhook_endpoint_t  *ep;
    ngx_http_webhook_exchange_t  *x;

    s = &ngx_http_webhook_sender;

    send = ngx_calloc(sizeof(ngx_http_webhook_send_t), s->log);

    if (send == NULL) {

        /*
         * Not even its release can be told: the delivery stays leased until
         * the lease ends.
         */

        ngx_log_error(NGX_LOG_ALERT, s->log, 0,
                      "no memory to send a webhook delivery: it is late "
                      "by %uL s", s->lease / 1000);
        return;
    }

    send->hold.refs = 1;
    send->lease = *lease;

    ep = ngx_http_webhook_endpoint_find(s->wmcf, lease->endpoint);

    if (ep == NULL || ngx_http_webhook_batch_closing()
        || ngx_http_webhook_send_head(send, ep) != NGX_OK)
    {
        ngx_http_webhook_send_unsent(send);
        return;
    }

    send->from = hold;
    hold->refs++;

    ngx_queue_insert_tail(&s->sends, &send->queue);

    x = &send->exchange;

    x->target = ep->target;
    x->timeout = ep->timeout;
    x->body = *ngx_http_webhook_nstr(&send->lease.event.body);
    x->answer_max = NGX_HTTP_WEBHOOK_ANSWER_MAX;
    x->handler = ngx_http_webhook_send_done;
    x->data = send;
    x->log = s->log;

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS, 1);

    ngx_http_webhook_auth_send(&ep->auth, x);
}


static ngx_int_t
ngx_http_webhook_send_head(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep)
{
    u_char           *p;
    size_t            len;
    ngx_str_t        *header;
    webhook_event_t  *event;

    event = &send->lease.event;
    header = &ngx_http_webhook_sender.wmcf->event_header;

    len = ep->head.len
          + sizeof("Content-Type: " CRLF) - 1 + event->content_type.len
          + header->len + sizeof(": " CRLF) - 1 + event->type.len
          + sizeof("webhook-id: " CRLF) - 1 + WEBHOOK_ID_TEXT_LEN
          + sizeof("webhook-timestamp: " CRLF) - 1 + NGX_TIME_T_LEN
          + sizeof("webhook-attempt: " CRLF) - 1 + NGX_INT32_LEN
          + sizeof("Content-Length: " CRLF) - 1 + NGX_SIZE_T_LEN
          + sizeof(CRLF) - 1;

    p = ngx_alloc(len, ngx_http_webhook_sender.log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    send->exchange.head.data = p;

    p = ngx_cpymem(p, ep->head.data, ep->head.len);

    if (event->content_type.len) {
        p = ngx_cpymem(p, "Content-Type: ", sizeof("Content-Type: ") - 1);
        p = ngx_cpymem(p, event->content_type.data, event->content_type.len);
        *p++ = CR; *p++ = LF;
    }

    p = ngx_cpymem(p, header->data, header->len);
    *p++ = ':'; *p++ = ' ';
    p = ngx_cpymem(p, event->type.data, event->type.len);

    p = ngx_cpymem(p, CRLF "webhook-id: ", sizeof(CRLF "webhook-id: ") - 1);
    webhook_id_text(&event->id, p);
    p += WEBHOOK_ID_TEXT_LEN;

    p = ngx_sprintf(p, CRLF "webhook-timestamp: %T"
                    CRLF "webhook-attempt: %uD"
                    CRLF "Content-Length: %uz" CRLF CRLF,
                    ngx_time(), send->lease.attempt, event->body.len);

    send->exchange.head.len = p - send->exchange.head.data;

    return NGX_OK;
}


/* A lease that cannot be used here goes back. */

static void
ngx_http_webhook_send_unsent(ngx_http_webhook_send_t *send)
{
    webhook_op_complete_t  *complete;

    complete = &send->hold.job.op.u.complete;

    complete->outcome = WEBHOOK_RELEASE;
    complete->delay = ngx_http_webhook_batch_closing()
                      ? 0 : NGX_HTTP_WEBHOOK_LOCAL_DELAY;

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_RELEASED, 1);

    ngx_http_webhook_send_tell(send);
}


static void
ngx_http_webhook_send_done(ngx_http_webhook_exchange_t *x)
{
    ngx_http_webhook_send_t      *send;
    ngx_http_webhook_sender_t    *s;
    ngx_http_webhook_endpoint_t  *ep;

    s = &ngx_http_webhook_sender;
    send = x->data;

    ngx_queue_remove(&send->queue);

    ep = ngx_http_webhook_endpoint_find(s->wmcf, send->lease.endpoint);

    ngx_http_webhook_send_outcome(send, ep);

    /* The bytes of the event are not needed any more. */

    ngx_http_webhook_hold_release(send->from);
    send->from = NULL;

    ngx_free(x->head.data);
    x->head.data = NULL;

    ngx_http_webhook_send_tell(send);
}


/* Decides what the answer, or its absence, means. */

static void
ngx_http_webhook_send_outcome(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep)
{
    u_char                        id[WEBHOOK_ID_TEXT_LEN];
    uint64_t                      gap;
    webhook_op_complete_t        *complete;
    ngx_http_webhook_exchange_t  *x;

    x = &send->exchange;
    complete = &send->hold.job.op.u.complete;

    if (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL
        || x->fault == NGX_HTTP_WEBHOOK_FAULT_SHUTDOWN)
    {
        complete->outcome = WEBHOOK_RELEASE;
        complete->delay = (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL)
                          ? NGX_HTTP_WEBHOOK_LOCAL_DELAY : 0;

        if (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL) {
            ngx_http_webhook_send_log_failure(send, ep);
        }

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_RELEASED, 1);
        return;
    }

    ngx_http_webhook_send_attempt(send);

    if (x->fault == NGX_HTTP_WEBHOOK_FAULT_NONE
        && webhook_status_set_has(&ep->success, x->status))
    {
        complete->outcome = WEBHOOK_DONE;

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_DELIVERED, 1);
        return;
    }

    gap = webhook_schedule_gap(&ep->retry, send->lease.attempt,
                               (uint32_t) ngx_random());

    if (gap) {
        complete->outcome = WEBHOOK_RETRY;
        complete->delay = gap;

        ngx_http_webhook_send_log_failure(send, ep);

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_FAILED, 1);
        return;
    }

    complete->outcome = WEBHOOK_FAILED;

    webhook_id_text(&send->lease.event.id, id);

    ngx_log_error(NGX_LOG_ERR, ngx_http_webhook_sender.log, 0,
                  "webhook delivery %*s.%V (%V) is dead after %uD sends: "
                  "status %ui%s%V",
                  (size_t) WEBHOOK_ID_TEXT_LEN, id, &ep->name,
                  ngx_http_webhook_nstr(&send->lease.event.type),
                  send->lease.attempt, x->status,
                  x->error.len ? ", " : "", &x->error);

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_DEAD, 1);
}


/* Copies what history keeps; the client's memory goes. */

static void
ngx_http_webhook_send_attempt(ngx_http_webhook_send_t *send)
{
    u_char                       *p;
    size_t                        len;
    uint64_t                      wall, took;
    webhook_attempt_t            *a;
    ngx_http_webhook_exchange_t  *x;

    x = &send->exchange;
    a = &send->hold.job.op.u.complete.attempt;

    wall = ngx_http_webhook_wall();
    took = x->total_usec / 1000;

    a->wall = (wall > took) ? wall - took : wall;
    a->status = (uint32_t) x->status;
    a->connect = x->connect_usec;
    a->tls = x->tls_usec;
    a->first_byte = x->first_byte_usec;
    a->total = x->total_usec;

    len = x->error.len + x->address.len + x->answer.len;

    if (len == 0) {
        return;
    }

    p = ngx_alloc(len, ngx_http_webhook_sender.log);
    if (p == NULL) {
        return;                     /* history without words, but history */
    }

    send->kept = p;

    a->error.data = p;
    a->error.len = x->error.len;
    p = ngx_cpymem(p, x->error.data, x->error.len);

    a->address.data = p;
    a->address.len = x->address.len;
    p = ngx_cpymem(p, x->address.data, x->address.len);

    a->answer.data = p;
    a->answer.len = x->answer.len;
    ngx_memcpy(p, x->answer.data, x->answer.len);
}


/* Tells the store the outcome, and asks for the endpoint's next delivery. */

static void
ngx_http_webhook_send_tell(ngx_http_webhook_send_t *send)
{
    webhook_op_t           *op;
    webhook_op_complete_t  *complete;

    op = &send->hold.job.op;
    complete = &op->u.complete;

    op->type = WEBHOOK_OP_COMPLETE;

    complete->event = send->lease.event.id;
    complete->endpoint = send->lease.endpoint;
    complete->token = send->lease.token;
    complete->lease = 0;

    if (complete->outcome != WEBHOOK_RELEASE
        && ngx_http_webhook_courier_ask())
    {
        send->asked = 1;
        complete->lease = ngx_http_webhook_sender.lease;
    }

    send->hold.job.handler = ngx_http_webhook_send_told;
    send->hold.job.data = send;

    ngx_http_webhook_batch_post(&send->hold.job);
}


static void
ngx_http_webhook_send_told(ngx_http_webhook_job_t *job)
{
    webhook_op_complete_t      *complete;
    webhook_store_result_e      result;
    ngx_http_webhook_send_t    *send;
    ngx_http_webhook_sender_t  *s;

    s = &ngx_http_webhook_sender;

    send = job->data;
    complete = &job->op.u.complete;
    result = job->op.result;

    if (send->asked) {
        send->asked = 0;
        ngx_http_webhook_courier_asked();
    }

    if (result >= WEBHOOK_STORE_FULL && !ngx_http_webhook_batch_closing()) {

        /*
         * The outcome must be told, or the delivery would be sent once more
         * when its lease ends.  If the batch was applied after all, the
         * repetition is STALE, which is as good.
         */

        if (result == WEBHOOK_STORE_UNKNOWN) {
            send->unknown = 1;
        }

        webhook_op_free(&job->op);

        ngx_queue_insert_tail(&s->untold, &send->queue);

        if (!s->again.timer_set) {
            ngx_add_timer(&s->again, NGX_HTTP_WEBHOOK_STORE_DELAY);
        }

        return;
    }

    if (result == WEBHOOK_STORE_OK) {

        if (complete->next) {
            ngx_http_webhook_send_start(complete->next, &send->hold);
        }

        if (complete->outcome == WEBHOOK_RETRY
            || complete->outcome == WEBHOOK_RELEASE)
        {
            ngx_http_webhook_courier_wake((ngx_msec_t)
                                          ngx_min(complete->delay, 1000));
        }

    } else if (!send->unknown) {

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_OUTCOMES_STALE, 1);

        ngx_log_error(NGX_LOG_WARN, s->log, 0,
                      "the outcome of a webhook send was not kept (%s): "
                      "it may be sent again",
                      webhook_store_result_text(result));
    }

    ngx_http_webhook_send_free(send);
}


static void
ngx_http_webhook_send_again(ngx_event_t *ev)
{
    ngx_queue_t                *q, untold;
    ngx_http_webhook_send_t    *send;
    ngx_http_webhook_sender_t  *s;

    s = ev->data;

    if (ngx_queue_empty(&s->untold)) {
        return;
    }

    ngx_queue_init(&untold);
    ngx_queue_add(&untold, &s->untold);
    ngx_queue_init(&s->untold);

    while (!ngx_queue_empty(&untold)) {
        q = ngx_queue_head(&untold);
        ngx_queue_remove(q);

        send = ngx_queue_data(q, ngx_http_webhook_send_t, queue);
        ngx_http_webhook_send_tell(send);
    }
}


/* One line for an endpoint now and then: a dead one must not fill the log. */

static void
ngx_http_webhook_send_log_failure(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep)
{
    u_char                        id[WEBHOOK_ID_TEXT_LEN];
    ngx_uint_t                    i, count;
    ngx_http_webhook_quiet_t     *quiet;
    ngx_http_webhook_sender_t    *s;
    ngx_http_webhook_exchange_t  *x;

    s = &ngx_http_webhook_sender;
    x = &send->exchange;
    count = 0;

    if (s->quiet.elts == NULL
        && ngx_array_init(&s->quiet, ngx_cycle->pool, 8,
                          sizeof(ngx_http_webhook_quiet_t))
           != NGX_OK)
    {
        return;
    }

    quiet = s->quiet.elts;

    for (i = 0; i < s->quiet.nelts; i++) {

        if (quiet[i].id == ep->id) {
            break;
        }
    }

    if (i == s->quiet.nelts) {
        quiet = ngx_array_push(&s->quiet);
        if (quiet == NULL) {
            return;
        }

        quiet->id = ep->id;

    } else {
        quiet = &quiet[i];

        if ((ngx_msec_int_t) (ngx_current_msec - quiet->until) < 0) {
            quiet->count++;
            return;
        }

        count = quiet->count;
    }

    quiet->count = 0;
    quiet->until = ngx_current_msec + NGX_HTTP_WEBHOOK_QUIET;

    webhook_id_text(&send->lease.event.id, id);

    ngx_log_error(NGX_LOG_WARN, s->log, 0,
                  "webhook delivery %*s.%V (%V) failed at send %uD: "
                  "status %ui%s%V; %ui more of this endpoint since the last "
                  "such line",
                  (size_t) WEBHOOK_ID_TEXT_LEN, id, &ep->name,
                  ngx_http_webhook_nstr(&send->lease.event.type),
                  send->lease.attempt, x->status,
                  x->error.len ? ", " : "", &x->error, count);
}


static void
ngx_http_webhook_send_free(ngx_http_webhook_send_t *send)
{
    if (send->exchange.head.data) {
        ngx_free(send->exchange.head.data);
        send->exchange.head.data = NULL;
    }

    if (send->kept) {
        ngx_free(send->kept);
        send->kept = NULL;
    }

    ngx_http_webhook_hold_release(&send->hold);
}
