
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * While something is waited for, the request is blocked, as core has it: it
 * stays where it is whatever the client does, and ends only once somebody came
 * back.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"


typedef struct {
    ngx_webhook_job_t     job;              /* first: a job is one of these */
    ngx_webhook_api_t    *api;
    void                (*seen)(ngx_webhook_api_t *api, webhook_op_t *op);
    ngx_int_t           (*done)(ngx_webhook_api_t *api, webhook_op_t *op);
    unsigned              any:1;            /* it gets every result */
} ngx_webhook_api_job_t;


typedef struct {
    ngx_webhook_api_t    *api;
    void                 *data;
    void                (*run)(void *data, ngx_pool_t *pool, ngx_log_t *log);
    ngx_int_t           (*done)(ngx_webhook_api_t *api, void *data);
} ngx_webhook_api_task_t;


static ngx_int_t ngx_webhook_api_store_post(ngx_webhook_api_t *api,
    webhook_op_t *op,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_uint_t any);
static void ngx_webhook_api_store_seen(ngx_webhook_job_t *job);
static void ngx_webhook_api_store_done(ngx_webhook_job_t *job);
static ngx_int_t ngx_webhook_api_store_failed(ngx_webhook_api_t *api,
    webhook_store_result_e result);
static ngx_int_t ngx_webhook_api_unavailable(ngx_webhook_api_t *api,
    const char *detail);
static void ngx_webhook_api_work_run(ngx_webhook_work_t *work);
static void ngx_webhook_api_work_done(ngx_webhook_work_t *work);


ngx_int_t
ngx_webhook_api_hold(ngx_webhook_api_t *api)
{
    ngx_http_request_t  *r;

    r = api->request;

    r->main->blocked++;

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_AGAIN;
}


void
ngx_webhook_api_resume(ngx_webhook_api_t *api, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = api->request;
    c = r->connection;

    if (rc == NGX_AGAIN) {

        /* the callback waits for something else, and has counted that: maybe
           for subrequests, which it has posted */

        r->main->blocked--;

        ngx_http_run_posted_requests(c);
        return;
    }

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;

    api->frame->go(api, rc);

    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_webhook_api_store(ngx_webhook_api_t *api, webhook_op_t *op,
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    return ngx_webhook_api_store_post(api, op, NULL, done, 0);
}


ngx_int_t
ngx_webhook_api_store_see(ngx_webhook_api_t *api, webhook_op_t *op,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    return ngx_webhook_api_store_post(api, op, seen, done, 0);
}


ngx_int_t
ngx_webhook_api_store_any(ngx_webhook_api_t *api, webhook_op_t *op,
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    return ngx_webhook_api_store_post(api, op, NULL, done, 1);
}


static ngx_int_t
ngx_webhook_api_store_post(ngx_webhook_api_t *api, webhook_op_t *op,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_uint_t any)
{
    ngx_webhook_api_job_t  *job;

    job = ngx_alloc(sizeof(ngx_webhook_api_job_t), ngx_cycle->log);
    if (job == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(job, sizeof(ngx_webhook_api_job_t));

    job->job.op = *op;
    job->job.handler = ngx_webhook_api_store_done;
    job->job.seen = seen ? ngx_webhook_api_store_seen : NULL;
    job->api = api;
    job->seen = seen;
    job->done = done;
    job->any = any;

    ngx_webhook_store_queue_post(&job->job);

    return ngx_webhook_api_hold(api);
}


/* On a thread. */

static void
ngx_webhook_api_store_seen(ngx_webhook_job_t *j)
{
    ngx_webhook_api_job_t  *job;

    job = (ngx_webhook_api_job_t *) j;

    if (job->job.op.result == WEBHOOK_STORE_OK) {
        job->seen(job->api, &job->job.op);
    }
}


static void
ngx_webhook_api_store_done(ngx_webhook_job_t *j)
{
    ngx_int_t               rc;
    ngx_webhook_api_t      *api;
    ngx_webhook_api_job_t  *job;

    job = (ngx_webhook_api_job_t *) j;
    api = job->api;

    if (ngx_webhook_store_queue_closing()) {

        /* nobody will be answered */

        webhook_op_free(&job->job.op);
        ngx_free(job);
        return;
    }

    if (!job->any
        && (job->job.op.result == WEBHOOK_STORE_UNAVAILABLE
            || job->job.op.result == WEBHOOK_STORE_UNKNOWN))
    {
        rc = ngx_webhook_api_store_failed(api, job->job.op.result);

    } else {
        rc = job->done(api, &job->job.op);
    }

    webhook_op_free(&job->job.op);
    ngx_free(job);

    ngx_webhook_api_resume(api, rc);
}


static ngx_int_t
ngx_webhook_api_store_failed(ngx_webhook_api_t *api,
    webhook_store_result_e result)
{
    return result == WEBHOOK_STORE_UNKNOWN
           ? ngx_webhook_api_not_known(api)
           : ngx_webhook_api_unavailable(api, "The store is not available; "
                                              "nothing was changed");
}


ngx_int_t
ngx_webhook_api_not_known(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_unavailable(api, "The store failed, and it is not "
                                            "known whether this was done: "
                                            "look, or ask again with the same "
                                            "Idempotency-Key");
}


ngx_int_t
ngx_webhook_api_away(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_unavailable(api, "The cluster is away, and what is "
                                            "registered is the cluster's: "
                                            "nothing was changed; ask again "
                                            "once \"webhookctl cluster "
                                            "status\" shows this node");
}


ngx_int_t
ngx_webhook_api_late(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_unavailable(api, "This was done in the cluster, but "
                                            "this node does not have it yet: "
                                            "do not ask again, look in a "
                                            "while");
}


static ngx_int_t
ngx_webhook_api_unavailable(ngx_webhook_api_t *api, const char *detail)
{
    return ngx_webhook_api_problem(api, NGX_HTTP_SERVICE_UNAVAILABLE, "%s",
                                   detail);
}


ngx_int_t
ngx_webhook_api_work(ngx_webhook_api_t *api, size_t bytes, void *data,
    void (*run)(void *data, ngx_pool_t *pool, ngx_log_t *log),
    ngx_int_t (*done)(ngx_webhook_api_t *api, void *data))
{
    ngx_str_t               *company;
    ngx_webhook_work_t      *work;
    ngx_webhook_api_task_t  *task;

    company = &api->who.company;

    if (!api->who.all && ngx_webhook_cpu_crowded(company, bytes)) {
        return ngx_webhook_api_unavailable(api, "Too many requests to the "
                                                "API wait for a thread; "
                                                "nothing was done");
    }

    work = ngx_webhook_work_create(bytes);
    if (work == NULL) {
        return NGX_ERROR;
    }

    task = ngx_palloc(work->pool, sizeof(ngx_webhook_api_task_t));
    if (task == NULL) {
        ngx_webhook_work_free(work);
        return NGX_ERROR;
    }

    task->api = api;
    task->data = data;
    task->run = run;
    task->done = done;

    work->run = ngx_webhook_api_work_run;
    work->done = ngx_webhook_api_work_done;
    work->data = task;

    if (api->who.all) {
        ngx_webhook_work_post(work);

    } else {
        ngx_webhook_work_post_fair(work, company);
    }

    return ngx_webhook_api_hold(api);
}


static void
ngx_webhook_api_work_run(ngx_webhook_work_t *work)
{
    ngx_webhook_api_task_t  *task;

    task = work->data;

    task->run(task->data, work->pool, work->log);
}


static void
ngx_webhook_api_work_done(ngx_webhook_work_t *work)
{
    ngx_int_t                rc;
    ngx_webhook_api_t       *api;
    ngx_webhook_api_task_t  *task;

    task = work->data;
    api = task->api;

    if (ngx_webhook_cpu_closing()) {

        /* nobody will be answered */

        ngx_webhook_work_free(work);
        return;
    }

    rc = task->done(api, task->data);

    ngx_webhook_work_free(work);

    ngx_webhook_api_resume(api, rc);
}
