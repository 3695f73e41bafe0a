
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call that is no repeat reserves its key in the store before it acts, and
 * settles that with its answer.
 */


#include "http/inbound/intake/ngx_http_webhook_dedupe.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/inbound/call/ngx_http_webhook_await.h"
#include "http/inbound/answer/ngx_http_webhook_answer_own.h"

#include <openssl/rand.h>


#define NGX_WEBHOOK_DEDUPE_TRIES     3          /* after UNKNOWN */
#define NGX_WEBHOOK_DEDUPE_RUN       (60 * 60 * UINT64_C(1000))
                                                /* ms: the death of a worker
                                                   is seen sooner */
#define NGX_WEBHOOK_DEDUPE_JOBS      65536      /* under way: calls that gave
                                                   up waiting leave theirs */


/* An operation under way, which outlives its request. */

typedef struct {
    ngx_webhook_job_t    job;
    ngx_webhook_call_t  *call;                  /* NULL: it is gone */
    ngx_uint_t           tries;
} ngx_webhook_dedupe_t;


static void ngx_webhook_dedupe_reserved(ngx_webhook_job_t *job);
static ngx_int_t ngx_webhook_dedupe_state(ngx_webhook_call_t *call,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_dedupe_text(ngx_webhook_call_t *call,
    webhook_str_t *from, ngx_str_t *to);
static void ngx_webhook_dedupe_forget(ngx_webhook_dedupe_t *dedupe);
static ngx_webhook_dedupe_t *ngx_webhook_dedupe_settlement(
    ngx_webhook_call_t *call, ngx_uint_t status);
static void ngx_webhook_dedupe_answer(ngx_webhook_call_t *call,
    webhook_answered_t *answer, u_char *p);
static ngx_int_t ngx_webhook_dedupe_unanswered(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_dedupe_unsettled(ngx_webhook_call_t *call);
static void ngx_webhook_dedupe_free(ngx_webhook_dedupe_t *dedupe);
static void ngx_webhook_dedupe_settled(ngx_webhook_job_t *job);
static ngx_uint_t ngx_webhook_dedupe_again(ngx_webhook_dedupe_t *dedupe);
static void ngx_webhook_dedupe_end(ngx_webhook_call_t *call);


static ngx_uint_t  ngx_webhook_dedupe_jobs;


ngx_int_t
ngx_webhook_dedupe_reserve(ngx_webhook_call_t *call)
{
    ngx_str_t              error;
    webhook_op_reserve_t  *reserve;
    ngx_webhook_dedupe_t  *dedupe;

    if (!call->keyed) {
        return NGX_OK;
    }

    if (ngx_webhook_dedupe_jobs >= NGX_WEBHOOK_DEDUPE_JOBS) {
        ngx_webhook_count(NGX_WEBHOOK_CALLS_BEHIND, 1);
        ngx_str_set(&error, "Too much waits for the store; nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    dedupe = ngx_calloc(sizeof(ngx_webhook_dedupe_t),
                        call->request->connection->log);

    if (dedupe == NULL) {
        goto failed;
    }

    reserve = &dedupe->job.op.u.reserve;

    reserve->scope = call->receiver->dedupe_scope;
    reserve->run = NGX_WEBHOOK_DEDUPE_RUN;
    ngx_memcpy(reserve->key, call->dedupe, sizeof(reserve->key));

    if (RAND_bytes((u_char *) &reserve->asker, sizeof(reserve->asker)) != 1) {
        ngx_free(dedupe);
        goto failed;
    }

    reserve->asker |= 1;

    dedupe->call = call;
    dedupe->job.op.type = WEBHOOK_OP_RESERVE;
    dedupe->job.handler = ngx_webhook_dedupe_reserved;

    call->job = dedupe;

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_DEDUPE,
                            ngx_webhook_dedupe_end);

    ngx_webhook_dedupe_jobs++;
    ngx_webhook_store_queue_post(&dedupe->job);
    ngx_webhook_await(call, ngx_webhook_dedupe_unanswered);

    return NGX_AGAIN;

failed:

    ngx_str_set(&error, "Out of memory; nothing was done");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


static void
ngx_webhook_dedupe_reserved(ngx_webhook_job_t *job)
{
    ngx_int_t              rc;
    ngx_webhook_call_t    *call;
    ngx_webhook_dedupe_t  *dedupe;

    dedupe = (ngx_webhook_dedupe_t *) job;
    call = dedupe->call;

    if (ngx_webhook_dedupe_again(dedupe)) {
        return;
    }

    if (call == NULL || ngx_webhook_store_queue_closing()) {

        if (call) {
            call->job = NULL;
        }

        ngx_webhook_dedupe_forget(dedupe);
        return;
    }

    call->job = NULL;
    ngx_webhook_await_end(call);

    ngx_http_set_log_request(call->request->connection->log, call->request);

    rc = ngx_webhook_dedupe_state(call, &job->op);

    ngx_webhook_dedupe_free(dedupe);

    ngx_webhook_call_wake(call, rc);
}


static ngx_int_t
ngx_webhook_dedupe_state(ngx_webhook_call_t *call, webhook_op_t *op)
{
    ngx_str_t              error;
    webhook_answered_t    *answer;
    webhook_op_reserve_t  *reserve;

    reserve = &op->u.reserve;

    if (op->result != WEBHOOK_STORE_OK) {

        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "webhook receiver \"%V\": the store cannot recognize "
                      "repeats: %s", &call->receiver->name,
                      op->result == WEBHOOK_STORE_FULL && reserve->bound
                      ? "it already knows as many calls as it may "
                        "(dedupe_rows)"
                      : webhook_store_result_text(op->result));

        if (op->result == WEBHOOK_STORE_FULL && reserve->bound) {
            ngx_webhook_count(NGX_WEBHOOK_CALLS_UNKNOWN, 1);

            ngx_str_set(&error, "No more calls can be remembered, and this "
                                "is not one of those that are; nothing was "
                                "done");

        } else {
            ngx_str_set(&error, "The store is unavailable; nothing was done");
        }

        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    switch (reserve->state) {

    case WEBHOOK_DEDUPE_NEW:
        call->reserved = reserve->token;
        return NGX_OK;

    case WEBHOOK_DEDUPE_RUNNING:
        ngx_str_set(&error, "The same call is in progress; nothing was done "
                            "again");
        return ngx_webhook_call_set(call, NGX_HTTP_CONFLICT, &error);

    case WEBHOOK_DEDUPE_SEEN:
        break;
    }

    answer = &reserve->answer;

    if (answer->durable) {

        call->delivery = ngx_palloc(call->pool, sizeof(webhook_id_t));
        if (call->delivery == NULL) {
            goto nomem;
        }

        *call->delivery = answer->event;
    }

    if ((answer->text.len || answer->sent)
        && ngx_webhook_dedupe_text(call, &answer->text, &call->answer)
           != NGX_OK)
    {
        goto nomem;
    }

    if (answer->sent) {

        if (ngx_webhook_dedupe_text(call, &answer->type, &call->answer_type)
            != NGX_OK)
        {
            goto nomem;
        }

        call->own = 1;
        call->prescribed = answer->sent;
    }

    call->repeated = 1;

    return ngx_webhook_call_set(call, answer->status, NULL);

nomem:

    ngx_str_set(&error, "Out of memory; nothing was done again");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


/* Copies a text that a reservation brought, which may be empty and is never
   NULL then: NGX_OK or NGX_ERROR. */

static ngx_int_t
ngx_webhook_dedupe_text(ngx_webhook_call_t *call, webhook_str_t *from,
    ngx_str_t *to)
{
    to->len = from->len;
    to->data = ngx_pnalloc(call->pool, from->len + 1);

    if (to->data == NULL) {
        to->len = 0;
        return NGX_ERROR;
    }

    if (from->len) {
        ngx_memcpy(to->data, from->data, from->len);
    }

    return NGX_OK;
}


/* A reservation that nobody waits for any more. */

static void
ngx_webhook_dedupe_forget(ngx_webhook_dedupe_t *dedupe)
{
    webhook_op_t           *op;
    webhook_op_settle_t    settle;

    op = &dedupe->job.op;

    if (op->result != WEBHOOK_STORE_OK
        || op->u.reserve.state != WEBHOOK_DEDUPE_NEW
        || ngx_webhook_store_queue_closing())
    {
        ngx_webhook_dedupe_free(dedupe);
        return;
    }

    ngx_memzero(&settle, sizeof(webhook_op_settle_t));

    settle.scope = op->u.reserve.scope;
    settle.token = op->u.reserve.token;
    ngx_memcpy(settle.key, op->u.reserve.key, sizeof(settle.key));

    webhook_op_free(op);
    ngx_memzero(op, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_SETTLE;
    op->u.settle = settle;

    dedupe->call = NULL;
    dedupe->tries = 0;
    dedupe->job.handler = ngx_webhook_dedupe_settled;

    ngx_webhook_store_queue_post(&dedupe->job);
}


/*
 * The first call's answer is kept before it is sent: who gets it twice gets
 * the same.  One that failed is forgotten, and may come again.
 */

ngx_int_t
ngx_webhook_dedupe_settle(ngx_webhook_call_t *call)
{
    ngx_webhook_dedupe_t  *dedupe;

    if (call->reserved == 0) {
        return NGX_OK;
    }

    dedupe = ngx_webhook_dedupe_settlement(call, call->status);

    if (dedupe == NULL) {
        return NGX_OK;
    }

    dedupe->call = call;
    call->job = dedupe;

    ngx_webhook_store_queue_post(&dedupe->job);
    ngx_webhook_await(call, ngx_webhook_dedupe_unsettled);

    return NGX_AGAIN;
}


void *
ngx_webhook_dedupe_defer(ngx_webhook_call_t *call, ngx_uint_t status)
{
    void  *deferred;

    if (call->reserved == 0) {
        return NULL;
    }

    ngx_webhook_answer_own_later(call, status);

    deferred = ngx_webhook_dedupe_settlement(call, status);

    ngx_webhook_answer_own_forget(call);

    return deferred;
}


void
ngx_webhook_dedupe_deferred(void *deferred, ngx_uint_t kept)
{
    webhook_op_settle_t   *settle;
    ngx_webhook_dedupe_t  *dedupe;

    dedupe = deferred;

    if (ngx_webhook_store_queue_closing()) {
        ngx_webhook_dedupe_free(dedupe);
        return;
    }

    if (!kept) {

        /* nothing was done, or not all: it may come again */

        settle = &dedupe->job.op.u.settle;

        settle->keep = 0;
        ngx_memzero(&settle->answer, sizeof(webhook_answered_t));
    }

    ngx_webhook_store_queue_post(&dedupe->job);
}


/* The end of a reservation, which the call gives away; NULL on lack of
   memory. */

static ngx_webhook_dedupe_t *
ngx_webhook_dedupe_settlement(ngx_webhook_call_t *call, ngx_uint_t status)
{
    size_t                 len;
    ngx_uint_t             keep;
    webhook_op_settle_t   *settle;
    ngx_webhook_dedupe_t  *dedupe;

    /* what is masked in the history is not kept here: a repeat's is made of
       the repeat */

    keep = status < NGX_HTTP_SPECIAL_RESPONSE
           && call->answer.len <= WEBHOOK_DEDUPE_ANSWER
           && call->answer_type.len <= WEBHOOK_DEDUPE_TYPE
           && call->answer.data && call->shown.data == NULL;

    len = keep ? call->answer.len + call->answer_type.len : 0;

    dedupe = ngx_calloc(sizeof(ngx_webhook_dedupe_t) + len,
                        call->request->connection->log);

    if (dedupe == NULL) {

        /* it is told as under way until the reservation runs out */

        call->reserved = 0;

        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "webhook receiver \"%V\": no memory to keep an answer "
                      "for repeats", &call->receiver->name);
        return NULL;
    }

    settle = &dedupe->job.op.u.settle;

    settle->scope = call->receiver->dedupe_scope;
    settle->token = call->reserved;
    ngx_memcpy(settle->key, call->dedupe, sizeof(settle->key));

    if (status < NGX_HTTP_SPECIAL_RESPONSE) {
        settle->keep = call->receiver->dedupe_ttl;
        settle->answer.status = (uint32_t) status;

        if (call->delivery) {
            settle->answer.durable = 1;
            settle->answer.event = *call->delivery;
        }
    }

    if (keep) {
        ngx_webhook_dedupe_answer(call, &settle->answer,
                                  (u_char *) (dedupe + 1));
    }

    call->reserved = 0;

    dedupe->job.op.type = WEBHOOK_OP_SETTLE;
    dedupe->job.handler = ngx_webhook_dedupe_settled;

    ngx_webhook_dedupe_jobs++;

    return dedupe;
}


/* Copies the answer behind the operation. */

static void
ngx_webhook_dedupe_answer(ngx_webhook_call_t *call, webhook_answered_t *answer,
    u_char *p)
{
    answer->text.data = p;
    answer->text.len = call->answer.len;

    p = ngx_cpymem(p, call->answer.data, call->answer.len);

    if (!call->own) {
        return;
    }

    answer->sent = (uint32_t) (call->prescribed ? call->prescribed
                                                : call->answered);
    answer->type.data = p;
    answer->type.len = call->answer_type.len;

    ngx_memcpy(p, call->answer_type.data, call->answer_type.len);
}


/* Whether it is a repeat cannot be told. */

static ngx_int_t
ngx_webhook_dedupe_unanswered(ngx_webhook_call_t *call)
{
    ngx_str_t  error;

    ngx_webhook_dedupe_end(call);

    ngx_str_set(&error, "The store has not answered in time; nothing was done");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


/* The answer is kept for repeats later than it is sent. */

static ngx_int_t
ngx_webhook_dedupe_unsettled(ngx_webhook_call_t *call)
{
    ngx_webhook_dedupe_end(call);

    return NGX_OK;
}


static void
ngx_webhook_dedupe_free(ngx_webhook_dedupe_t *dedupe)
{
    webhook_op_free(&dedupe->job.op);
    ngx_free(dedupe);

    ngx_webhook_dedupe_jobs--;
}


static void
ngx_webhook_dedupe_settled(ngx_webhook_job_t *job)
{
    ngx_webhook_call_t     *call;
    webhook_store_result_e  result;
    ngx_webhook_dedupe_t   *dedupe;

    dedupe = (ngx_webhook_dedupe_t *) job;

    if (ngx_webhook_dedupe_again(dedupe)) {
        return;
    }

    call = dedupe->call;
    result = job->op.result;

    ngx_webhook_dedupe_free(dedupe);

    if (result != WEBHOOK_STORE_OK && result != WEBHOOK_STORE_DUPLICATE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "a webhook receiver's answer was not kept for repeats: "
                      "%s", webhook_store_result_text(result));
    }

    if (call == NULL) {
        return;
    }

    call->job = NULL;
    ngx_webhook_await_end(call);

    if (ngx_webhook_store_queue_closing()) {
        return;
    }

    ngx_webhook_call_wake(call, NGX_OK);
}


/* Repeats what is perhaps applied already, which its numbers make harmless. */

static ngx_uint_t
ngx_webhook_dedupe_again(ngx_webhook_dedupe_t *dedupe)
{
    if (dedupe->job.op.result != WEBHOOK_STORE_UNKNOWN
        || ++dedupe->tries >= NGX_WEBHOOK_DEDUPE_TRIES
        || ngx_webhook_store_queue_closing())
    {
        return 0;
    }

    webhook_op_free(&dedupe->job.op);

    ngx_webhook_store_queue_post(&dedupe->job);

    return 1;
}


static void
ngx_webhook_dedupe_end(ngx_webhook_call_t *call)
{
    ngx_webhook_dedupe_t *dedupe = call->job;

    if (dedupe) {
        dedupe->call = NULL;
        call->job = NULL;
    }
}
