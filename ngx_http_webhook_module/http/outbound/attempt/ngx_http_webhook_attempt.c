
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The life of a send: from its lease to its outcome in the store.
 */

#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/outbound/attempt/ngx_http_webhook_schedule.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"


#define NGX_HTTP_WEBHOOK_ANSWER_MAX    1024     /* bytes kept of an answer */
#define NGX_HTTP_WEBHOOK_STORE_DELAY   500      /* ms, until an outcome that
                                                   was not kept is told again */


typedef struct {
    ngx_http_webhook_main_conf_t *wmcf;
    ngx_log_t                    *log;
    uint64_t                      lease;
    ngx_queue_t                   sends;
    ngx_queue_t                   untold;
    ngx_event_t                   again;
} ngx_http_webhook_sender_t;


/* The head of a send that is made on a thread. */

typedef struct {
    ngx_http_webhook_send_t      *send;
    ngx_http_webhook_endpoint_t  *endpoint;
    ngx_int_t                     rc;
} ngx_http_webhook_send_sign_t;


static ngx_int_t ngx_http_webhook_send_thread(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_send_sign_run(ngx_http_webhook_work_t *work);
static void ngx_http_webhook_send_sign_done(ngx_http_webhook_work_t *work);
static void ngx_http_webhook_send_go(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep, ngx_int_t rc);
static void ngx_http_webhook_send_back(ngx_http_webhook_send_t *send,
    uint64_t delay);
static void ngx_http_webhook_send_unsent(ngx_http_webhook_send_t *send,
    uint64_t delay);
static void ngx_http_webhook_send_done(ngx_http_webhook_exchange_t *x);
static void ngx_http_webhook_send_tell(ngx_http_webhook_send_t *send);
static void ngx_http_webhook_send_told(ngx_http_webhook_job_t *job);
static void ngx_http_webhook_send_again(ngx_event_t *ev);
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

    ngx_http_webhook_send_log_init();

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

    if (ngx_http_webhook_batch_closing()) {
        ngx_http_webhook_send_unsent(send, 0);
        return;
    }

    ep = ngx_http_webhook_endpoint_find(s->wmcf, lease->endpoint);

    if (ep == NULL) {
        ngx_http_webhook_send_unsent(send, NGX_HTTP_WEBHOOK_LOCAL_DELAY);
        return;
    }

    send->from = hold;
    hold->refs++;

    if (ngx_http_webhook_send_thread(send, ep) == NGX_OK) {
        return;
    }

    ngx_http_webhook_send_go(send, ep,
                             ngx_http_webhook_send_head(send, ep,
                                                        &s->wmcf->event_header,
                                                        s->log));
}


/*
 * A large body is signed on a thread.  NGX_DECLINED where there is nothing to
 * sign, it is small, or there is no memory for that.
 */

static ngx_int_t
ngx_http_webhook_send_thread(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep)
{
    size_t                        size;
    ngx_http_webhook_work_t      *work;
    ngx_http_webhook_send_sign_t *sign;

    size = send->lease.event.form.body.len;

    if ((ep->keys.nkeys == 0 && ep->hmacs.nelts == 0)
        || !ngx_http_webhook_cpu_wanted(size))
    {
        return NGX_DECLINED;
    }

    work = ngx_http_webhook_work_create(size);
    if (work == NULL) {
        return NGX_DECLINED;
    }

    sign = ngx_pcalloc(work->pool, sizeof(ngx_http_webhook_send_sign_t));

    if (sign == NULL) {
        ngx_http_webhook_work_free(work);
        return NGX_DECLINED;
    }

    sign->send = send;
    sign->endpoint = ep;

    work->run = ngx_http_webhook_send_sign_run;
    work->done = ngx_http_webhook_send_sign_done;
    work->data = sign;

    ngx_http_webhook_work_post(work);

    return NGX_OK;
}


/* On a thread: all that it reads is the configuration's or the send's. */

static void
ngx_http_webhook_send_sign_run(ngx_http_webhook_work_t *work)
{
    ngx_http_webhook_send_sign_t  *sign;

    sign = work->data;

    sign->rc = ngx_http_webhook_send_head(sign->send, sign->endpoint,
                             &ngx_http_webhook_sender.wmcf->event_header,
                             work->log);
}


static void
ngx_http_webhook_send_sign_done(ngx_http_webhook_work_t *work)
{
    ngx_int_t                     rc;
    ngx_http_webhook_send_t      *send;
    ngx_http_webhook_endpoint_t  *ep;
    ngx_http_webhook_send_sign_t *sign;

    sign = work->data;

    send = sign->send;
    ep = sign->endpoint;
    rc = sign->rc;

    /* there is nothing large in it */

    work->size = 0;
    ngx_http_webhook_work_free(work);

    if (ngx_http_webhook_cpu_closing()) {
        ngx_http_webhook_send_back(send, 0);
        return;
    }

    ngx_http_webhook_send_go(send, ep, rc);
}


/* rc is what making the head returned. */

static void
ngx_http_webhook_send_go(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep, ngx_int_t rc)
{
    ngx_http_webhook_sender_t    *s;
    ngx_http_webhook_exchange_t  *x;

    s = &ngx_http_webhook_sender;

    if (rc == NGX_DECLINED) {
        ngx_http_webhook_send_log_unsigned(ep, s->log);
        ngx_http_webhook_send_back(send, NGX_HTTP_WEBHOOK_KEY_DELAY);
        return;
    }

    if (rc != NGX_OK) {
        ngx_http_webhook_send_back(send, NGX_HTTP_WEBHOOK_LOCAL_DELAY);
        return;
    }

    ngx_queue_insert_tail(&s->sends, &send->queue);

    x = &send->exchange;

    x->target = ep->target;
    x->timeout = ep->timeout;
    x->body = *ngx_http_webhook_nstr(&send->lease.event.form.body);
    x->answer_max = ep->redacts ? 0 : NGX_HTTP_WEBHOOK_ANSWER_MAX;
    x->handler = ngx_http_webhook_send_done;
    x->data = send;
    x->log = s->log;

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS, 1);

    ngx_http_webhook_auth_send(&ep->auth, x);
}


/* A lease that cannot be used here goes back. */

static void
ngx_http_webhook_send_unsent(ngx_http_webhook_send_t *send, uint64_t delay)
{
    webhook_op_complete_t  *complete;

    complete = &send->hold.job.op.u.complete;

    complete->outcome = WEBHOOK_RELEASE;
    complete->delay = delay;

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_RELEASED, 1);

    ngx_http_webhook_send_tell(send);
}


/* The same, of one that holds its event. */

static void
ngx_http_webhook_send_back(ngx_http_webhook_send_t *send, uint64_t delay)
{
    ngx_http_webhook_job_release(send->from);
    send->from = NULL;

    ngx_http_webhook_send_head_free(send);

    ngx_http_webhook_send_unsent(send, delay);
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

    ngx_http_webhook_send_outcome(send, ep, s->log);

    /* The bytes of the event are not needed any more. */

    ngx_http_webhook_job_release(send->from);
    send->from = NULL;

    ngx_http_webhook_send_head_free(send);

    ngx_http_webhook_send_tell(send);
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
        && ngx_http_webhook_schedule_ask(1))
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
    webhook_op_complete_t        *complete;
    webhook_store_result_e        result;
    ngx_http_webhook_send_t      *send;
    ngx_http_webhook_sender_t    *s;
    ngx_http_webhook_endpoint_t  *ep;

    s = &ngx_http_webhook_sender;

    send = job->data;
    complete = &job->op.u.complete;
    result = job->op.result;

    if (send->asked) {
        send->asked = 0;
        ngx_http_webhook_schedule_asked(1);
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

        ep = ngx_http_webhook_endpoint_find(s->wmcf, complete->endpoint);

        if (ep) {
            ngx_http_webhook_send_log_endpoint(send, ep, s->log);
        }

        if (complete->next) {
            ngx_http_webhook_send_start(complete->next, &send->hold);

        } else if (complete->wait < 1000) {
            ngx_http_webhook_schedule_wake((ngx_msec_t) complete->wait);
        }

        if (complete->outcome == WEBHOOK_RETRY
            || complete->outcome == WEBHOOK_RELEASE)
        {
            ngx_http_webhook_schedule_wake((ngx_msec_t)
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


static void
ngx_http_webhook_send_free(ngx_http_webhook_send_t *send)
{
    ngx_http_webhook_send_head_free(send);

    if (send->kept) {
        ngx_free(send->kept);
        send->kept = NULL;
    }

    ngx_http_webhook_job_release(&send->hold);
}
