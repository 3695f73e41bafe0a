
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call is copied into memory of its own and handed to the store; the answer
 * does not wait, and a history that cannot be kept refuses no call.
 */


#include "http/inbound/receive/ngx_http_webhook_call_log.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"
#include "http/inbound/action/ngx_http_webhook_act.h"


#define NGX_WEBHOOK_LOG_TRIES    3
#define NGX_WEBHOOK_LOG_HEADERS  4096
#define NGX_WEBHOOK_LOG_TEXT     1024
#define NGX_WEBHOOK_LOG_ACTIONS  32

/* that wait for the store, lest a disk that hangs fills the memory */
#define NGX_WEBHOOK_LOG_BYTES    (32 * 1024 * 1024)


typedef struct {
    ngx_webhook_job_t   job;
    ngx_uint_t          tries;
    size_t              size;                   /* of its memory */
} ngx_webhook_logged_t;


/* What is kept of a call that its state does not hold. */

typedef struct {
    ngx_str_t                type;
    ngx_str_t                headers;
    ngx_str_t                body;
    ngx_str_t                error;
    ngx_uint_t               whole;             /* body is what came in */
    ngx_uint_t               n;                 /* actions */
    size_t                   size;              /* of all, copied */
} ngx_webhook_log_texts_t;


static ngx_webhook_counter_e ngx_webhook_log_counter(ngx_webhook_call_t *call);
static webhook_call_outcome_e ngx_webhook_log_outcome(
    ngx_webhook_call_t *call);
static void ngx_webhook_log_label(ngx_webhook_call_t *call);
static void ngx_webhook_log_notice(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_log_wanted(ngx_webhook_call_t *call);
static void ngx_webhook_log_keep(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_log_texts(ngx_webhook_call_t *call,
    ngx_webhook_log_texts_t *texts);
static void ngx_webhook_log_fill(ngx_webhook_call_t *call,
    ngx_webhook_log_texts_t *texts, ngx_webhook_logged_t *logged);
static ngx_str_t *ngx_webhook_log_answer(ngx_webhook_call_t *call);
static size_t ngx_webhook_log_len(ngx_str_t *s, size_t max);
static void ngx_webhook_log_copy(webhook_str_t *to, ngx_str_t *from,
    size_t max, u_char **p);
static void ngx_webhook_log_done(ngx_webhook_job_t *job);


/* of this process: zeroed until it draws its first id, after the fork */
static webhook_id_source_t  ngx_webhook_log_ids;

/* bytes of the calls that wait for the store */
static size_t  ngx_webhook_log_behind;


ngx_uint_t
ngx_webhook_call_log_heavy(ngx_webhook_call_t *call)
{
    return call->worked
           && ngx_webhook_call_work_heavy(call)
           && call->receiver->redact.nelts
           && ngx_webhook_log_wanted(call);
}


ngx_int_t
ngx_webhook_call_log_prepare(ngx_webhook_call_t *call)
{
    if (!ngx_webhook_log_wanted(call)) {
        return NGX_OK;
    }

    call->prepared = 1;

    if (ngx_webhook_redact_body(call, &call->redacted) != NGX_OK) {
        ngx_str_set(&call->redacted, "(not kept: out of memory)");
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_call_log(ngx_webhook_call_t *call)
{
    ngx_log_t               *log;
    ngx_str_t               *reason;
    ngx_uint_t               level;
    ngx_webhook_redacted_t   redacted;
    ngx_webhook_counter_e    counter;
    ngx_webhook_receiver_t  *receiver;

    if (call->logged) {
        return NGX_OK;
    }

    call->logged = 1;

    receiver = call->receiver;

    /* the request may be going, and its connection gone before it */

    log = call->cut ? ngx_cycle->log : call->request->connection->log;

    counter = ngx_webhook_log_counter(call);

    if (!call->handshake) {
        ngx_webhook_count(counter, 1);
    }

    if (receiver && ngx_webhook_labels_on()) {
        ngx_webhook_log_label(call);
    }

    if (receiver && counter == NGX_WEBHOOK_CALLS_FAILED
        && ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_FAILED))
    {
        ngx_webhook_log_notice(call);
    }

    if (counter != NGX_WEBHOOK_CALLS_OK
        && counter != NGX_WEBHOOK_CALLS_SKIPPED)
    {
        /* what a caller does wrong is no fault of ours */

        level = (counter == NGX_WEBHOOK_CALLS_FAILED) ? NGX_LOG_ERR
                                                           : NGX_LOG_INFO;

        reason = call->detail.len ? &call->detail : &call->error;

        if (receiver) {
            ngx_log_error(level, log, 0, "webhook receiver \"%V\": %V",
                          &receiver->name,
                          ngx_webhook_redacted(&redacted, reason->data,
                                               reason->len));

        } else {
            ngx_log_error(level, log, 0, "webhook: %V",
                          ngx_webhook_redacted(&redacted, call->error.data,
                                               call->error.len));
        }
    }

    if (ngx_webhook_log_wanted(call)) {
        ngx_webhook_log_keep(call);
    }

    return NGX_OK;
}


/* The request goes before the call was answered. */

void
ngx_webhook_call_log_end(ngx_webhook_call_t *call)
{
    if (call->cut) {
        (void) ngx_webhook_call_log(call);
    }
}


static ngx_webhook_counter_e
ngx_webhook_log_counter(ngx_webhook_call_t *call)
{
    if (call->skipped) {
        return NGX_WEBHOOK_CALLS_SKIPPED;
    }

    if (call->status < NGX_HTTP_SPECIAL_RESPONSE) {
        return NGX_WEBHOOK_CALLS_OK;
    }

    if (call->status < NGX_HTTP_INTERNAL_SERVER_ERROR
        || (call->receiver
            && call->receiver->mode == NGX_WEBHOOK_MODE_DISABLED))
    {
        return NGX_WEBHOOK_CALLS_REFUSED;
    }

    return NGX_WEBHOOK_CALLS_FAILED;
}


/* A dry run is one whatever came of it: its status and its error tell that. */

static webhook_call_outcome_e
ngx_webhook_log_outcome(ngx_webhook_call_t *call)
{
    if (call->dry_run) {
        return WEBHOOK_CALL_DRY_RUN;
    }

    switch (ngx_webhook_log_counter(call)) {

    case NGX_WEBHOOK_CALLS_REFUSED:
        return WEBHOOK_CALL_REFUSED;

    case NGX_WEBHOOK_CALLS_FAILED:
        return WEBHOOK_CALL_FAILED;

    default:
        break;
    }

    if (call->handshake) {
        return WEBHOOK_CALL_HANDSHAKE;
    }

    if (call->repeated) {
        return WEBHOOK_CALL_REPEAT;
    }

    if (call->skipped) {
        return WEBHOOK_CALL_SKIPPED;
    }

    if (call->receiver->mode == NGX_WEBHOOK_MODE_TEST) {
        return WEBHOOK_CALL_TEST;
    }

    return call->status == NGX_HTTP_ACCEPTED ? WEBHOOK_CALL_ACCEPTED
                                             : WEBHOOK_CALL_OK;
}


static void
ngx_webhook_log_label(ngx_webhook_call_t *call)
{
    ngx_webhook_label_t  who;

    who.id = call->receiver->id;
    who.label = &call->receiver->name;
    who.title = NULL;
    who.company = NULL;

    ngx_webhook_label_call(&who, ngx_webhook_log_outcome(call),
                           (uint32_t) (ngx_webhook_clock_usec()
                                       - call->begun));
}


/* With the sentence of the answer, and not what the API said. */

static void
ngx_webhook_log_notice(ngx_webhook_call_t *call)
{
    ngx_webhook_notice_t  notice;

    if (call->dry_run || call->receiver->mode == NGX_WEBHOOK_MODE_TEST) {
        return;
    }

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = NGX_WEBHOOK_NOTICE_FAILED;
    notice.subject = call->receiver->id;
    notice.id = call->receiver->name;
    notice.company = call->receiver->company;
    notice.status = call->status;
    notice.reason = call->error;

    ngx_webhook_notice(&notice);
}


static ngx_uint_t
ngx_webhook_log_wanted(ngx_webhook_call_t *call)
{
    if (call->receiver == NULL) {
        return 0;
    }

    switch (call->receiver->log_calls) {

    case NGX_WEBHOOK_LOG_OFF:
        return 0;

    case NGX_WEBHOOK_LOG_ERRORS:
        return call->status >= NGX_HTTP_SPECIAL_RESPONSE;

    default:
        return 1;
    }
}


static void
ngx_webhook_log_keep(ngx_webhook_call_t *call)
{
    webhook_call_t              *kept;
    ngx_webhook_receiver_t      *receiver;
    ngx_webhook_logged_t        *logged;
    ngx_webhook_log_texts_t      texts;

    receiver = call->receiver;

    if (ngx_webhook_log_texts(call, &texts) != NGX_OK) {
        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    if (texts.size > NGX_WEBHOOK_LOG_BYTES - ngx_webhook_log_behind)
    {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": a call is not in the history: "
                      "too much waits for the store", &receiver->name);

        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    logged = ngx_alloc(texts.size, ngx_cycle->log);

    if (logged == NULL) {
        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    ngx_memzero(logged, sizeof(ngx_webhook_logged_t)
                        + texts.n * sizeof(webhook_call_action_t));

    logged->job.op.type = WEBHOOK_OP_PUT_CALL;
    logged->job.handler = ngx_webhook_log_done;

    kept = &logged->job.op.u.put_call.call;

    if (webhook_id_make(&ngx_webhook_log_ids, call->came, &kept->id)
        != WEBHOOK_OK)
    {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": no random number for the id "
                      "of a call: it is not kept", &receiver->name);

        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNLOGGED, 1);
        ngx_free(logged);
        return;
    }

    kept->receiver = receiver->id;
    kept->wall = call->wall;
    kept->total = (uint32_t) (ngx_webhook_clock_usec() - call->begun);
    kept->status = (uint32_t) (call->answered ? call->answered : call->status);
    kept->outcome = ngx_webhook_log_outcome(call);

    if (call->delivery) {
        kept->durable = 1;
        kept->event = *call->delivery;
    }

    ngx_webhook_log_fill(call, &texts, logged);

    logged->size = texts.size;
    ngx_webhook_log_behind += texts.size;

    ngx_webhook_store_queue_post(&logged->job);
}


/* What is kept of a call, and the memory that it takes: NGX_OK or NGX_ERROR. */

static ngx_int_t
ngx_webhook_log_texts(ngx_webhook_call_t *call, ngx_webhook_log_texts_t *texts)
{
    ngx_str_t               *error;
    ngx_uint_t               i;
    ngx_http_request_t      *r;
    ngx_webhook_act_t       *act;
    ngx_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    ngx_str_null(&texts->type);
    ngx_str_null(&texts->headers);

    texts->body = call->redacted;

    if (!call->prepared) {

        /* it was cut off: a large body is looked through no more */

        if (call->worked && receiver->redact.nelts) {
            ngx_str_set(&texts->body,
                        "(not kept: it has fields that are redacted)");

        } else if (ngx_webhook_redact_body(call, &texts->body) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* of a form or XML with redacted fields the JSON is kept; and where the
       query is the payload, no body was sent */

    texts->whole = r->method != NGX_HTTP_GET
                   && texts->body.data == call->body
                   && texts->body.len == call->body_len
                   && texts->body.len <= receiver->log_body;

    if (ngx_webhook_redact_headers(call, &texts->headers) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r->headers_in.content_type) {
        texts->type = r->headers_in.content_type->value;
    }

    error = &texts->error;
    *error = call->detail.len ? call->detail : call->error;

    texts->n = ngx_min(call->nacts, NGX_WEBHOOK_LOG_ACTIONS);

    texts->size = sizeof(ngx_webhook_logged_t)
           + texts->n * sizeof(webhook_call_action_t)
           + ngx_webhook_log_len(&receiver->name, NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(&receiver->company, NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(&r->connection->addr_text,
                                 NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(&texts->type, NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(&texts->headers, NGX_WEBHOOK_LOG_HEADERS)
           + ngx_webhook_log_len(&texts->body, receiver->log_body)
           + ngx_webhook_log_len(&call->verified, NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(ngx_webhook_log_answer(call),
                                 NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(error, NGX_WEBHOOK_LOG_TEXT)
           + ngx_webhook_log_len(&call->outline, NGX_WEBHOOK_LOG_TEXT);

    for (i = 0; i < texts->n; i++) {
        act = &call->acts[i];

        texts->size += ngx_webhook_log_len(&act->method_name,
                                           NGX_WEBHOOK_LOG_TEXT)
                       + ngx_webhook_log_len(&act->redacted_uri,
                                             NGX_WEBHOOK_LOG_TEXT)
                       + ngx_webhook_log_len(&act->redacted_body,
                                             NGX_WEBHOOK_LOG_TEXT);
    }

    return NGX_OK;
}


/* Copies all of that behind the job. */

static void
ngx_webhook_log_fill(ngx_webhook_call_t *call, ngx_webhook_log_texts_t *texts,
    ngx_webhook_logged_t *logged)
{
    u_char                      *p;
    ngx_uint_t                   i;
    webhook_call_t              *kept;
    webhook_call_action_t       *action;
    ngx_webhook_act_t           *act;

    kept = &logged->job.op.u.put_call.call;

    action = (webhook_call_action_t *) (logged + 1);
    p = (u_char *) (action + texts->n);

    kept->actions = action;
    kept->actions_count = (uint32_t) texts->n;

    ngx_webhook_log_copy(&kept->name, &call->receiver->name,
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->company, &call->receiver->company,
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->remote, &call->request->connection->addr_text,
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->content_type, &texts->type,
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->headers, &texts->headers,
                         NGX_WEBHOOK_LOG_HEADERS, &p);
    ngx_webhook_log_copy(&kept->body, &texts->body, call->receiver->log_body,
                         &p);
    ngx_webhook_log_copy(&kept->verified, &call->verified,
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->answer, ngx_webhook_log_answer(call),
                         NGX_WEBHOOK_LOG_TEXT, &p);
    ngx_webhook_log_copy(&kept->error, &texts->error, NGX_WEBHOOK_LOG_TEXT,
                         &p);
    ngx_webhook_log_copy(&kept->outline, &call->outline, NGX_WEBHOOK_LOG_TEXT,
                         &p);

    kept->whole = texts->whole ? 1 : 0;

    for (i = 0; i < texts->n; i++) {
        act = &call->acts[i];

        action[i].status = (uint32_t) act->status;
        action[i].total = act->total;

        ngx_webhook_log_copy(&action[i].method, &act->method_name,
                             NGX_WEBHOOK_LOG_TEXT, &p);
        ngx_webhook_log_copy(&action[i].uri, &act->redacted_uri,
                             NGX_WEBHOOK_LOG_TEXT, &p);
        ngx_webhook_log_copy(&action[i].body, &act->redacted_body,
                             NGX_WEBHOOK_LOG_TEXT, &p);
    }
}


static ngx_str_t *
ngx_webhook_log_answer(ngx_webhook_call_t *call)
{
    return call->shown.data ? &call->shown : &call->answer;
}


static size_t
ngx_webhook_log_len(ngx_str_t *s, size_t max)
{
    return ngx_min(s->len, max);
}


static void
ngx_webhook_log_copy(webhook_str_t *to, ngx_str_t *from, size_t max,
    u_char **p)
{
    to->data = *p;
    to->len = ngx_webhook_log_len(from, max);

    *p = ngx_cpymem(*p, from->data, to->len);
}


static void
ngx_webhook_log_done(ngx_webhook_job_t *job)
{
    ngx_str_t               name;
    webhook_call_t         *call;
    webhook_store_result_e  result;
    ngx_webhook_logged_t   *logged;

    logged = (ngx_webhook_logged_t *) job;

    result = job->op.result;
    call = &job->op.u.put_call.call;

    webhook_op_free(&job->op);

    if (result == WEBHOOK_STORE_UNKNOWN
        && ++logged->tries < NGX_WEBHOOK_LOG_TRIES
        && !ngx_webhook_store_queue_closing())
    {
        /* its id makes a repeat harmless */

        ngx_webhook_store_queue_post(job);
        return;
    }

    if (result != WEBHOOK_STORE_OK && result != WEBHOOK_STORE_DUPLICATE) {

        name.data = call->name.data;
        name.len = call->name.len;

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": a call is not in the history: "
                      "%s", &name, webhook_store_result_text(result));

        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNLOGGED, 1);
    }

    ngx_webhook_log_behind -= logged->size;

    ngx_free(logged);
}
