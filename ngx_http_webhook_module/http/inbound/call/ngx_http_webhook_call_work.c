
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Core keeps a request while its call is away (r->blocked).  What the thread
 * makes is in the call's own pool, the values of variables are taken before,
 * and what it has to say for the error log is said when it is back.
 */


#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


#define NGX_WEBHOOK_WORK_POOL  16384        /* bytes of a call's own pool at
                                               first */


static ngx_uint_t ngx_webhook_work_again(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_work_take(ngx_webhook_call_t *call);
static int ngx_webhook_work_paths(ngx_webhook_call_t *call);
static int ngx_webhook_work_action(ngx_webhook_call_t *call,
    ngx_webhook_action_t *action);
static int ngx_webhook_work_path(void *ctx, const webhook_path_t *path);
static void ngx_webhook_work_run(ngx_webhook_work_t *work);
static void ngx_webhook_work_done(ngx_webhook_work_t *work);
static void ngx_webhook_work_terminated(void *data);
static void ngx_webhook_work_free_doc(void *data);


ngx_uint_t
ngx_webhook_call_work_heavy(ngx_webhook_call_t *call)
{
    return ngx_webhook_cpu_wanted(call->cost);
}


ngx_uint_t
ngx_webhook_call_work_judging(ngx_webhook_call_t *call)
{
    return ngx_webhook_call_work_heavy(call)
           || (call->receiver->expressions
               && ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1));
}


ngx_uint_t
ngx_webhook_call_work_emitting(ngx_webhook_call_t *call)
{
    ngx_str_t                *company;
    ngx_uint_t                i;
    ngx_webhook_emit_t       *emit;
    ngx_webhook_main_conf_t  *wmcf;

    if (ngx_webhook_call_work_judging(call)) {
        return 1;
    }

    emit = call->receiver->emits.elts;

    if (call->receiver->emits.nelts == 0
        || !ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1))
    {
        return 0;
    }

    wmcf = ngx_http_get_module_main_conf(call->request,
                                         ngx_http_webhook_module);

    /* of others the company stands in the payload */

    company = call->receiver->bounds || wmcf->registry == NULL
              || wmcf->registry->company == NULL ? &call->receiver->company
                                                 : NULL;

    for (i = 0; i < call->receiver->emits.nelts; i++) {
        if (company ? ngx_webhook_registered_judges(wmcf, emit[i].type,
                                                    company)
                    : ngx_webhook_registered_expressions(wmcf, emit[i].type))
        {
            return 1;
        }
    }

    return 0;
}


size_t
ngx_webhook_call_work_size(ngx_webhook_call_t *call)
{
    /* a compressed body may become as large as one is read */

    return call->unfolding && !call->unfolded ? call->receiver->body_max
                                              : call->body_len;
}


ngx_uint_t
ngx_webhook_call_work_crowded(ngx_webhook_call_t *call, off_t size,
    ngx_str_t *error)
{
    if (size <= 0
        || !ngx_webhook_cpu_wanted((size_t) size)
        || !ngx_webhook_cpu_behind((size_t) size))
    {
        return 0;
    }

    ngx_str_set(error, "Too many large calls wait for the threads of "
                       "webhook_cpu; nothing was done");

    return ngx_webhook_work_again(call);
}


ngx_uint_t
ngx_webhook_call_work_late(ngx_webhook_call_t *call, ngx_str_t *error)
{
    /* one of nginx.conf is not refused for what others registered */

    if (call->receiver->bounds == NULL
        || ngx_webhook_call_work_heavy(call)
        || !ngx_webhook_cpu_crowded(&call->receiver->company,
                                    ngx_webhook_call_work_size(call)))
    {
        return 0;
    }

    ngx_str_set(error, "Too many calls wait for their conditions to be "
                       "evaluated on the threads of webhook_cpu; nothing was "
                       "done");

    return ngx_webhook_work_again(call);
}


/* Its sender may come again. */

static ngx_uint_t
ngx_webhook_work_again(ngx_webhook_call_t *call)
{
    ngx_str_t  value;

    ngx_webhook_count(NGX_WEBHOOK_CALLS_CROWDED, 1);

    ngx_str_set(&value, "5");

    (void) ngx_webhook_reply_header(call->request, "Retry-After", &value);

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


ngx_int_t
ngx_webhook_call_work_own(ngx_webhook_call_t *call)
{
    ngx_pool_t          *pool;
    ngx_http_cleanup_t  *cln;

    if (call->owns) {
        return NGX_OK;
    }

    cln = ngx_http_cleanup_add(call->request, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    pool = ngx_create_pool(NGX_WEBHOOK_WORK_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_webhook_work_terminated;
    cln->data = call;

    call->pool = pool;
    call->owns = 1;

    return NGX_OK;
}


void
ngx_webhook_call_work_disown(ngx_webhook_call_t *call)
{
    ngx_pool_cleanup_t  *cln;

    cln = NULL;

    if (call->owns && call->doc) {

        /* a large document takes time to free, too */

        cln = ngx_pool_cleanup_add(call->pool, 0);

        if (cln) {
            cln->handler = ngx_webhook_work_free_doc;
            cln->data = call->doc;
        }
    }

    if (cln == NULL) {
        webhook_json_free(call->doc);
    }

    call->doc = NULL;

    if (call->owns) {
        call->owns = 0;
        ngx_webhook_cpu_destroy(call->pool, call->body_len);
        call->pool = NULL;
    }
}


static void
ngx_webhook_work_free_doc(void *data)
{
    webhook_json_free(data);
}


ngx_int_t
ngx_webhook_call_work(ngx_webhook_call_t *call,
    ngx_int_t (*run)(ngx_webhook_call_t *call),
    void (*back)(ngx_webhook_call_t *call, ngx_int_t rc))
{
    ngx_webhook_work_t  *work;

    if (!call->receiver->bounds && !ngx_webhook_call_work_heavy(call)
        && ngx_webhook_cpu_crowded(&call->receiver->company,
                                   ngx_webhook_call_work_size(call)))
    {
        /* it goes on without a thread */

        return NGX_DECLINED;
    }

    work = ngx_webhook_work_create(ngx_webhook_call_work_size(call));
    if (work == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_webhook_call_work_own(call) != NGX_OK
        || (call->taken == NULL && ngx_webhook_work_take(call) != NGX_OK))
    {
        work->size = 0;
        ngx_webhook_work_free(work);
        return NGX_DECLINED;
    }

    work->run = ngx_webhook_work_run;
    work->done = ngx_webhook_work_done;
    work->data = call;

    call->run = run;
    call->back = back;
    call->wake = NULL;
    call->away = 1;
    call->log = work->log;

    call->request->main->blocked++;

    if (ngx_webhook_call_work_heavy(call)) {
        ngx_webhook_work_post(work);

    } else {
        ngx_webhook_work_post_fair(work, &call->receiver->company);
    }

    return NGX_AGAIN;
}


/* What templates and conditions ask nginx for. */

static ngx_int_t
ngx_webhook_work_take(ngx_webhook_call_t *call)
{
    ngx_str_t     id;
    ngx_array_t  *taken;

    taken = ngx_array_create(call->pool, 4,
                             sizeof(ngx_webhook_taken_t));
    if (taken == NULL) {
        return NGX_ERROR;
    }

    /* the thread finds it evaluated */

    ngx_webhook_reply_id(call->request, &id);

    call->taken = taken;

    if (ngx_webhook_work_paths(call) != 0) {
        call->taken = NULL;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static int
ngx_webhook_work_paths(ngx_webhook_call_t *call)
{
    ngx_uint_t                  i;
    webhook_path_t            **path;
    ngx_webhook_emit_t         *emit;
    ngx_webhook_action_t       *action;
    ngx_webhook_filter_t       *filter;
    ngx_webhook_receiver_t     *receiver;
    ngx_webhook_main_conf_t    *wmcf;
    ngx_webhook_answer_rule_t  *rule;

    receiver = call->receiver;
    wmcf = ngx_http_get_module_main_conf(call->request,
                                         ngx_http_webhook_module);

    path = receiver->require.elts;

    for (i = 0; i < receiver->require.nelts; i++) {
        if (ngx_webhook_work_path(call, path[i])) {
            return 1;
        }
    }

    path = receiver->redact.elts;

    for (i = 0; i < receiver->redact.nelts; i++) {
        if (ngx_webhook_work_path(call, path[i])) {
            return 1;
        }
    }

    filter = receiver->skips.elts;

    for (i = 0; i < receiver->skips.nelts; i++) {
        if (webhook_condition_paths(filter[i].condition, ngx_webhook_work_path,
                                    call))
        {
            return 1;
        }
    }

    filter = receiver->filters.elts;

    for (i = 0; i < receiver->filters.nelts; i++) {
        if (webhook_condition_paths(filter[i].condition, ngx_webhook_work_path,
                                    call))
        {
            return 1;
        }
    }

    action = receiver->actions.elts;

    for (i = 0; i < receiver->actions.nelts; i++) {
        if (ngx_webhook_work_action(call, &action[i])) {
            return 1;
        }
    }

    emit = receiver->emits.elts;

    for (i = 0; i < receiver->emits.nelts; i++) {

        if ((emit[i].when
             && webhook_condition_paths(emit[i].when, ngx_webhook_work_path,
                                        call)) || (emit[i].body
                && webhook_template_paths(emit[i].body, ngx_webhook_work_path,
                                          call))
            || ngx_webhook_fanout_paths(wmcf, &emit[i].type->endpoints,
                                        ngx_webhook_work_path, call))
        {
            return 1;
        }
    }

    rule = receiver->answers.elts;

    for (i = 0; i < receiver->answers.nelts; i++) {
        if (rule[i].body
            && webhook_template_paths(rule[i].body, ngx_webhook_work_path,
                                      call))
        {
            return 1;
        }
    }

    return (receiver->lookup
            && ngx_webhook_work_action(call, receiver->lookup))
           || (receiver->target_id
               && webhook_template_paths(receiver->target_id,
                                         ngx_webhook_work_path, call))
           || (receiver->target_model
               && webhook_template_paths(receiver->target_model,
                                         ngx_webhook_work_path, call))
           || (receiver->dedupe_path
               && ngx_webhook_work_path(call, receiver->dedupe_path))
           || (receiver->order_by
               && ngx_webhook_work_path(call, receiver->order_by));
}


static int
ngx_webhook_work_action(ngx_webhook_call_t *call, ngx_webhook_action_t *action)
{
    return (action->when
            && webhook_condition_paths(action->when, ngx_webhook_work_path,
                                       call))
           || webhook_template_paths(action->uri, ngx_webhook_work_path, call)
           || (action->body
               && webhook_template_paths(action->body, ngx_webhook_work_path,
                                         call));
}


static int
ngx_webhook_work_path(void *ctx, const webhook_path_t *path)
{
    ngx_webhook_call_t *call = ctx;

    return ngx_webhook_lookup_take(call->request, call->pool, call->taken,
                                   path)
           != NGX_OK;
}


/* On a thread. */

static void
ngx_webhook_work_run(ngx_webhook_work_t *work)
{
    ngx_webhook_call_t *call = work->data;

    call->result = call->run(call);
}


static void
ngx_webhook_work_done(ngx_webhook_work_t *work)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;
    ngx_webhook_call_t  *call;

    call = work->data;
    r = call->request->main;
    c = r->connection;

    /* all of its memory is the call's */

    work->size = 0;
    ngx_webhook_work_free(work);

    if (ngx_webhook_cpu_closing()) {

        /* the process exits, and nobody was promised anything */

        return;
    }

    call->away = 0;
    call->log = c->log;

    r->blocked--;

    ngx_http_set_log_request(c->log, r);

    ngx_webhook_message_warnings(call);

    if (call->terminated) {

        /* core has given it up meanwhile, and left the end to us */

        ngx_http_finalize_request(r, NGX_ERROR);

    } else {
        call->back(call, call->result);
    }

    ngx_http_run_posted_requests(c);
}


/* Core terminates the request, or frees it. */

static void
ngx_webhook_work_terminated(void *data)
{
    ngx_webhook_call_t *call = data;

    call->terminated = 1;
}
