
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The history of a receiver's calls: what came in, what was called, how it
 * ended.  A call is copied into memory of its own and handed to the store; the
 * answer does not wait, and a history that cannot be kept refuses no call.
 */


#include "http/runtime/ngx_http_webhook_batch.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/action/ngx_http_webhook_act.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"


#define NGX_HTTP_WEBHOOK_LOG_TRIES    3
#define NGX_HTTP_WEBHOOK_LOG_HEADERS  4096
#define NGX_HTTP_WEBHOOK_LOG_TEXT     1024
#define NGX_HTTP_WEBHOOK_LOG_ACTIONS  32

/* that wait for the store, lest a disk that hangs fills the memory */
#define NGX_HTTP_WEBHOOK_LOG_BYTES    (32 * 1024 * 1024)


typedef struct {
    ngx_http_webhook_job_t   job;
    ngx_uint_t               tries;
    size_t                   size;              /* of its memory */
} ngx_http_webhook_logged_t;


static ngx_http_webhook_counter_e ngx_http_webhook_log_counter(
    ngx_http_webhook_call_t *call);
static ngx_uint_t ngx_http_webhook_log_wanted(ngx_http_webhook_call_t *call);
static void ngx_http_webhook_log_keep(ngx_http_webhook_call_t *call);
static size_t ngx_http_webhook_log_len(ngx_str_t *s, size_t max);
static void ngx_http_webhook_log_copy(webhook_str_t *to, ngx_str_t *from,
    size_t max, u_char **p);
static void ngx_http_webhook_log_done(ngx_http_webhook_job_t *job);


/* of this process: zeroed until it draws its first id, after the fork */
static webhook_id_source_t  ngx_http_webhook_log_ids;

/* bytes of the calls that wait for the store */
static size_t  ngx_http_webhook_log_behind;


ngx_uint_t
ngx_http_webhook_receive_prepare_heavy(ngx_http_webhook_call_t *call)
{
    return call->worked
           && ngx_http_webhook_call_work_heavy(call)
           && call->receiver->redact.nelts
           && ngx_http_webhook_log_wanted(call);
}


ngx_int_t
ngx_http_webhook_receive_prepare(ngx_http_webhook_call_t *call)
{
    if (!ngx_http_webhook_log_wanted(call)) {
        return NGX_OK;
    }

    call->prepared = 1;

    if (ngx_http_webhook_redact_body(call, &call->shown) != NGX_OK) {
        ngx_str_set(&call->shown, "(not kept: out of memory)");
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_receive_log(ngx_http_webhook_call_t *call)
{
    ngx_log_t                    *log;
    ngx_str_t                    *why;
    ngx_uint_t                    level;
    ngx_http_webhook_shown_t      shown;
    ngx_http_webhook_counter_e    counter;
    ngx_http_webhook_receiver_t  *receiver;

    if (call->logged) {
        return NGX_OK;
    }

    call->logged = 1;

    receiver = call->receiver;

    /* the request may be going, and its connection gone before it */

    log = call->cut ? ngx_cycle->log : call->request->connection->log;

    counter = ngx_http_webhook_log_counter(call);

    if (!call->handshake) {
        ngx_http_webhook_count(counter, 1);
    }

    if (counter != NGX_HTTP_WEBHOOK_CALLS_OK) {

        /* what a caller does wrong is no fault of ours */

        level = (counter == NGX_HTTP_WEBHOOK_CALLS_FAILED) ? NGX_LOG_ERR
                                                           : NGX_LOG_INFO;

        why = call->detail.len ? &call->detail : &call->error;

        if (receiver) {
            ngx_log_error(level, log, 0, "webhook receiver \"%V\": %V",
                          &receiver->name,
                          ngx_http_webhook_shown(&shown, why->data, why->len));

        } else {
            ngx_log_error(level, log, 0, "webhook: %V",
                          ngx_http_webhook_shown(&shown, call->error.data,
                                                 call->error.len));
        }
    }

    if (ngx_http_webhook_log_wanted(call)) {
        ngx_http_webhook_log_keep(call);
    }

    return NGX_OK;
}


/* The request goes before the call was answered. */

void
ngx_http_webhook_receive_log_end(ngx_http_webhook_call_t *call)
{
    if (call->cut) {
        (void) ngx_http_webhook_receive_log(call);
    }
}


static ngx_http_webhook_counter_e
ngx_http_webhook_log_counter(ngx_http_webhook_call_t *call)
{
    if (call->status < NGX_HTTP_SPECIAL_RESPONSE) {
        return NGX_HTTP_WEBHOOK_CALLS_OK;
    }

    if (call->status < NGX_HTTP_INTERNAL_SERVER_ERROR
        || (call->receiver
            && call->receiver->mode == NGX_HTTP_WEBHOOK_MODE_DISABLED))
    {
        return NGX_HTTP_WEBHOOK_CALLS_REFUSED;
    }

    return NGX_HTTP_WEBHOOK_CALLS_FAILED;
}


static ngx_uint_t
ngx_http_webhook_log_wanted(ngx_http_webhook_call_t *call)
{
    if (call->receiver == NULL) {
        return 0;
    }

    switch (call->receiver->log_calls) {

    case NGX_HTTP_WEBHOOK_LOG_OFF:
        return 0;

    case NGX_HTTP_WEBHOOK_LOG_ERRORS:
        return ngx_http_webhook_log_counter(call)
               != NGX_HTTP_WEBHOOK_CALLS_OK;

    default:
        return 1;
    }
}


static void
ngx_http_webhook_log_keep(ngx_http_webhook_call_t *call)
{
    u_char                       *p;
    size_t                        size;
    uint64_t                      now;
    ngx_str_t                     body, type, error, headers;
    ngx_uint_t                    i, n;
    webhook_call_t               *kept;
    ngx_http_request_t           *r;
    webhook_call_action_t        *action;
    ngx_http_webhook_act_t       *act;
    ngx_http_webhook_logged_t    *logged;
    ngx_http_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    ngx_str_null(&type);
    ngx_str_null(&headers);

    body = call->shown;

    if (!call->prepared) {

        /* it was cut off: a large body is looked through no more */

        if (call->worked && receiver->redact.nelts) {
            ngx_str_set(&body, "(not kept: it has fields that are redacted)");

        } else if (ngx_http_webhook_redact_body(call, &body) != NGX_OK)
        {
            ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
            return;
        }
    }

    if (ngx_http_webhook_redact_headers(call, &headers) != NGX_OK) {
        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    if (r->headers_in.content_type) {
        type = r->headers_in.content_type->value;
    }

    if (call->dry_run) {
        ngx_str_set(&error, "A dry run: nothing was called");

    } else if (call->handshake) {
        ngx_str_set(&error, "A handshake: nothing was called");

    } else if (receiver->mode == NGX_HTTP_WEBHOOK_MODE_TEST
               && call->status == NGX_HTTP_OK)
    {
        ngx_str_set(&error, "Mode test: the API was not called");

    } else {
        error = call->detail.len ? call->detail : call->error;
    }

    n = ngx_min(call->nacts, NGX_HTTP_WEBHOOK_LOG_ACTIONS);

    size = sizeof(ngx_http_webhook_logged_t)
           + n * sizeof(webhook_call_action_t)
           + ngx_http_webhook_log_len(&receiver->name,
                                      NGX_HTTP_WEBHOOK_LOG_TEXT)
           + ngx_http_webhook_log_len(&r->connection->addr_text,
                                      NGX_HTTP_WEBHOOK_LOG_TEXT)
           + ngx_http_webhook_log_len(&type, NGX_HTTP_WEBHOOK_LOG_TEXT)
           + ngx_http_webhook_log_len(&headers, NGX_HTTP_WEBHOOK_LOG_HEADERS)
           + ngx_http_webhook_log_len(&body, NGX_HTTP_WEBHOOK_LOG_BODY)
           + ngx_http_webhook_log_len(&call->verified,
                                      NGX_HTTP_WEBHOOK_LOG_TEXT)
           + ngx_http_webhook_log_len(&call->answer,
                                      NGX_HTTP_WEBHOOK_LOG_TEXT)
           + ngx_http_webhook_log_len(&error, NGX_HTTP_WEBHOOK_LOG_TEXT);

    for (i = 0; i < n; i++) {
        act = &call->acts[i];

        size += ngx_http_webhook_log_len(&act->method_name,
                                         NGX_HTTP_WEBHOOK_LOG_TEXT)
                + ngx_http_webhook_log_len(&act->shown_uri,
                                           NGX_HTTP_WEBHOOK_LOG_TEXT)
                + ngx_http_webhook_log_len(&act->shown_body,
                                           NGX_HTTP_WEBHOOK_LOG_TEXT);
    }

    if (size > NGX_HTTP_WEBHOOK_LOG_BYTES - ngx_http_webhook_log_behind) {

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": a call is not in the history: "
                      "too much waits for the store", &receiver->name);

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    logged = ngx_alloc(size, ngx_cycle->log);

    if (logged == NULL) {
        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
        return;
    }

    ngx_memzero(logged, sizeof(ngx_http_webhook_logged_t)
                        + n * sizeof(webhook_call_action_t));

    logged->job.op.type = WEBHOOK_OP_PUT_CALL;
    logged->job.handler = ngx_http_webhook_log_done;

    kept = &logged->job.op.u.put_call.call;

    if (webhook_id_make(&ngx_http_webhook_log_ids, call->wall, &kept->id)
        != WEBHOOK_OK)
    {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": no random number for the id "
                      "of a call: it is not kept", &receiver->name);

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
        ngx_free(logged);
        return;
    }

    now = ngx_http_webhook_clock_usec();

    kept->receiver = receiver->id;
    kept->wall = call->wall;
    kept->total = (uint32_t) (now - call->begun);
    kept->status = (uint32_t) (call->told ? call->told : call->status);

    action = (webhook_call_action_t *) (logged + 1);
    p = (u_char *) (action + n);

    kept->actions = action;
    kept->actions_count = (uint32_t) n;

    ngx_http_webhook_log_copy(&kept->name, &receiver->name,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    ngx_http_webhook_log_copy(&kept->remote, &r->connection->addr_text,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    ngx_http_webhook_log_copy(&kept->content_type, &type,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    ngx_http_webhook_log_copy(&kept->headers, &headers,
                              NGX_HTTP_WEBHOOK_LOG_HEADERS, &p);
    ngx_http_webhook_log_copy(&kept->body, &body,
                              NGX_HTTP_WEBHOOK_LOG_BODY, &p);
    ngx_http_webhook_log_copy(&kept->verified, &call->verified,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    ngx_http_webhook_log_copy(&kept->answer, &call->answer,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    ngx_http_webhook_log_copy(&kept->error, &error,
                              NGX_HTTP_WEBHOOK_LOG_TEXT, &p);

    for (i = 0; i < n; i++) {
        act = &call->acts[i];

        action[i].status = (uint32_t) act->status;
        action[i].total = act->total;

        ngx_http_webhook_log_copy(&action[i].method, &act->method_name,
                                  NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
        ngx_http_webhook_log_copy(&action[i].uri, &act->shown_uri,
                                  NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
        ngx_http_webhook_log_copy(&action[i].body, &act->shown_body,
                                  NGX_HTTP_WEBHOOK_LOG_TEXT, &p);
    }

    logged->size = size;
    ngx_http_webhook_log_behind += size;

    ngx_http_webhook_batch_post(&logged->job);
}


static size_t
ngx_http_webhook_log_len(ngx_str_t *s, size_t max)
{
    return ngx_min(s->len, max);
}


static void
ngx_http_webhook_log_copy(webhook_str_t *to, ngx_str_t *from, size_t max,
    u_char **p)
{
    to->data = *p;
    to->len = ngx_http_webhook_log_len(from, max);

    *p = ngx_cpymem(*p, from->data, to->len);
}


static void
ngx_http_webhook_log_done(ngx_http_webhook_job_t *job)
{
    ngx_str_t                   name;
    webhook_call_t             *call;
    webhook_store_result_e      result;
    ngx_http_webhook_logged_t  *logged;

    logged = (ngx_http_webhook_logged_t *) job;

    result = job->op.result;
    call = &job->op.u.put_call.call;

    webhook_op_free(&job->op);

    if (result == WEBHOOK_STORE_UNKNOWN
        && ++logged->tries < NGX_HTTP_WEBHOOK_LOG_TRIES
        && !ngx_http_webhook_batch_closing())
    {
        /* its id makes a repeat harmless */

        ngx_http_webhook_batch_post(job);
        return;
    }

    if (result != WEBHOOK_STORE_OK && result != WEBHOOK_STORE_DUPLICATE) {

        name.data = call->name.data;
        name.len = call->name.len;

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": a call is not in the history: "
                      "%s", &name, webhook_store_result_text(result));

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_UNLOGGED, 1);
    }

    ngx_http_webhook_log_behind -= logged->size;

    ngx_free(logged);
}
