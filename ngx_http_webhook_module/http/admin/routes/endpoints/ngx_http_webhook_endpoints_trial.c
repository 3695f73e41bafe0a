
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_id.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_trial.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


static ngx_int_t ngx_webhook_endpoints_trial_go(
    ngx_webhook_endpoints_trial_t *trial);
static void ngx_webhook_endpoints_trial_run(void *data, ngx_pool_t *pool,
    ngx_log_t *log);
static ngx_int_t ngx_webhook_endpoints_trial_done(ngx_webhook_api_t *api,
    void *data);


ngx_int_t
ngx_webhook_endpoints_trial(ngx_webhook_endpoints_trial_t *trial,
    ngx_msec_t total)
{
    ngx_int_t   rc;
    ngx_msec_t  wait;

    trial->key = webhook_id_name(ngx_webhook_str(&trial->api->who.company));

    if (ngx_webhook_test_limit_take(trial->key, total, &trial->turn, &wait)
        != NGX_OK)
    {
        return ngx_webhook_endpoints_test_late(trial->api, wait);
    }

    trial->taken = 1;

    rc = ngx_webhook_endpoints_like(trial->api, trial->endpoint, &trial->like);

    if (rc == NGX_OK) {
        rc = ngx_webhook_endpoints_trial_go(trial);

    } else if (rc == NGX_DECLINED) {
        rc = NGX_OK;
    }

    if (rc != NGX_AGAIN && !trial->kept) {
        ngx_webhook_endpoints_trial_give(trial);
    }

    return rc;
}


static ngx_int_t
ngx_webhook_endpoints_trial_go(ngx_webhook_endpoints_trial_t *trial)
{
    ngx_webhook_api_t  *api;

    api = trial->api;

    if (ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1)) {
        trial->like.fanout.threaded = 1;

        return ngx_webhook_api_work(api, trial->like.data.len, trial,
                                    ngx_webhook_endpoints_trial_run,
                                    ngx_webhook_endpoints_trial_done);
    }

    ngx_webhook_endpoints_trial_run(trial, api->pool,
                                    api->request->connection->log);

    return ngx_webhook_endpoints_trial_done(api, trial);
}


/* On a thread, where there is one. */

static void
ngx_webhook_endpoints_trial_run(void *data, ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_webhook_endpoints_trial_t *trial = data;

    ngx_webhook_endpoints_like_read(&trial->like, pool, log);

    trial->rc = trial->run(trial);

    ngx_webhook_endpoints_like_free(&trial->like);
}


static ngx_int_t
ngx_webhook_endpoints_trial_done(ngx_webhook_api_t *api, void *data)
{
    ngx_webhook_endpoints_trial_t *trial = data;

    ngx_int_t  rc;

    rc = trial->done(trial, trial->rc);

    if (!trial->kept) {
        ngx_webhook_endpoints_trial_give(trial);
    }

    return rc;
}


void
ngx_webhook_endpoints_trial_keep(ngx_webhook_endpoints_trial_t *trial)
{
    trial->kept = 1;
}


void
ngx_webhook_endpoints_trial_give(ngx_webhook_endpoints_trial_t *trial)
{
    if (trial->taken) {
        trial->taken = 0;
        ngx_webhook_test_limit_give(trial->key, trial->turn);
    }
}


ngx_int_t
ngx_webhook_endpoints_test_late(ngx_webhook_api_t *api, ngx_msec_t wait)
{
    ngx_str_t  seconds;

    seconds.data = ngx_pnalloc(api->pool, NGX_INT_T_LEN);
    if (seconds.data == NULL) {
        return NGX_ERROR;
    }

    seconds.len = ngx_sprintf(seconds.data, "%M", (wait + 999) / 1000)
                  - seconds.data;

    if (ngx_webhook_api_problem(api, NGX_HTTP_TOO_MANY_REQUESTS,
                                "A company may make %d tests a minute, %d at a "
                                "time: try again in %V seconds",
                                NGX_WEBHOOK_TEST_MINUTE,
                                NGX_WEBHOOK_TEST_TOGETHER, &seconds)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_header(api, "Retry-After", &seconds);
}
