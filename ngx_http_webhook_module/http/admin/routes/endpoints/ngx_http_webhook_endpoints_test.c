
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST endpoints/{id}/test, and endpoints/test of settings that are not kept:
 * one request, as of an event that did not happen.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_change.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_trial.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/outbound/attempt/ngx_http_webhook_probe.h"


#define NGX_WEBHOOK_TEST_PREFIX   "test_"
#define NGX_WEBHOOK_TEST_ANSWER   1024          /* bytes that are shown */


typedef struct {
    ngx_webhook_endpoints_trial_t   trial;      /* first member */
    ngx_str_t                       id;         /* of one that is kept; or
                                                   empty */
    ngx_str_t                       company;
    ngx_webhook_probe_t             probe;
    ngx_str_t                       reason;     /* it could not be made */
} ngx_webhook_endpoints_test_t;


static ngx_int_t ngx_webhook_endpoints_test_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_test_given_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_test_tried(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_endpoints_test_run(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, ngx_str_t *id, ngx_str_t *company);
static void ngx_webhook_endpoints_test_forget(void *data);
static ngx_int_t ngx_webhook_endpoints_test_render(
    ngx_webhook_endpoints_trial_t *trial);
static ngx_int_t ngx_webhook_endpoints_test_rendered(
    ngx_webhook_endpoints_trial_t *trial, ngx_int_t rc);
static u_char *ngx_webhook_endpoints_test_copy(webhook_str_t *text, u_char *p);
static ngx_int_t ngx_webhook_endpoints_test_send(ngx_webhook_api_t *api);
static void ngx_webhook_endpoints_test_done(ngx_webhook_probe_t *probe);
static json_t *ngx_webhook_endpoints_test_json(
    ngx_webhook_endpoints_test_t *test);


ngx_int_t
ngx_webhook_endpoints_test(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_body(api, "event data",
                                  ngx_webhook_endpoints_test_go);
}


static ngx_int_t
ngx_webhook_endpoints_test_go(ngx_webhook_api_t *api)
{
    ngx_webhook_scope_thing_t  thing;

    if (!ngx_webhook_scope_endpoint(api, &api->values[0], &thing)) {
        return ngx_webhook_api_not_found(api, "endpoint", &api->values[0]);
    }

    if (thing.endpoint == NULL || (thing.object && thing.object->reason)) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The endpoint is held: %s",
                                       thing.object->reason
                                       ? thing.object->reason
                                       : "its settings cannot be used");
    }

    return ngx_webhook_endpoints_test_run(api, thing.endpoint, &thing.id,
                                          &thing.company);
}


ngx_int_t
ngx_webhook_endpoints_test_given(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_body(api, "endpoint event data",
                                  ngx_webhook_endpoints_test_given_go);
}


static ngx_int_t
ngx_webhook_endpoints_test_given_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change_try(api, ngx_webhook_endpoints_test_tried);
}


static ngx_int_t
ngx_webhook_endpoints_test_tried(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c)
{
    ngx_str_t  none;

    ngx_str_null(&none);

    return ngx_webhook_endpoints_test_run(api, c->compiled->endpoint, &none,
                                          &c->compiled->company);
}


static ngx_int_t
ngx_webhook_endpoints_test_run(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, ngx_str_t *id, ngx_str_t *company)
{
    ngx_pool_cleanup_t            *cln;
    ngx_webhook_endpoints_test_t  *test;

    cln = ngx_pool_cleanup_add(api->pool,
                               sizeof(ngx_webhook_endpoints_test_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    test = cln->data;
    ngx_memzero(test, sizeof(ngx_webhook_endpoints_test_t));
    cln->handler = ngx_webhook_endpoints_test_forget;

    test->id = *id;
    test->company = *company;

    test->trial.api = api;
    test->trial.endpoint = ep;
    test->trial.run = ngx_webhook_endpoints_test_render;
    test->trial.done = ngx_webhook_endpoints_test_rendered;

    ngx_webhook_scope(api)->data = test;

    return ngx_webhook_endpoints_trial(&test->trial, ep->timeout.total);
}


static void
ngx_webhook_endpoints_test_forget(void *data)
{
    ngx_webhook_endpoints_test_t *test = data;

    /* where it came to no send, and nobody was told */

    ngx_webhook_endpoints_trial_give(&test->trial);
}


ngx_int_t
ngx_webhook_endpoints_test_unsigned(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "No secret of the endpoint is valid now, "
                                   "so nothing can be signed: \"rotate\" "
                                   "makes a new one");
}


/* Any thread. */

static ngx_int_t
ngx_webhook_endpoints_test_render(ngx_webhook_endpoints_trial_t *trial)
{
    ngx_webhook_endpoints_test_t  *test;

    test = (ngx_webhook_endpoints_test_t *) trial;

    return ngx_webhook_fanout_one(&trial->like.fanout, trial->endpoint,
                                  &test->probe.rendition, &test->reason);
}


/* What was made is copied, since it is sent once nothing is left of the
   trial. */

static ngx_int_t
ngx_webhook_endpoints_test_rendered(ngx_webhook_endpoints_trial_t *trial,
    ngx_int_t rc)
{
    u_char                        *p;
    webhook_rendition_t           *r;
    ngx_webhook_api_t             *api;
    ngx_webhook_endpoints_test_t  *test;

    test = (ngx_webhook_endpoints_test_t *) trial;
    api = trial->api;

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_problem(api, 422,
                                       "It could not be made for the endpoint: "
                                       "%V", &test->reason);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    r = &test->probe.rendition;

    p = ngx_pnalloc(api->pool, r->request.len + r->content_type.len
                               + r->headers.len + r->body.len
                               + sizeof(NGX_WEBHOOK_TEST_HEADER) - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p = ngx_webhook_endpoints_test_copy(&r->request, p);
    p = ngx_webhook_endpoints_test_copy(&r->content_type, p);
    p = ngx_webhook_endpoints_test_copy(&r->headers, p);
    p = ngx_cpymem(p, NGX_WEBHOOK_TEST_HEADER,
                   sizeof(NGX_WEBHOOK_TEST_HEADER) - 1);
    r->headers.len = (size_t) (p - r->headers.data);

    (void) ngx_webhook_endpoints_test_copy(&r->body, p);

    rc = ngx_webhook_record(api, "endpoint.test",
                            test->id.len ? &test->id : NULL,
                            ngx_webhook_str(&test->company), NULL, NULL,
                            ngx_webhook_endpoints_test_send);

    if (rc == NGX_AGAIN) {
        ngx_webhook_endpoints_trial_keep(trial);
    }

    return rc;
}


/* The bytes stand at p then; what is behind them is returned. */

static u_char *
ngx_webhook_endpoints_test_copy(webhook_str_t *text, u_char *p)
{
    u_char  *from;

    from = text->data;
    text->data = p;

    return text->len ? ngx_cpymem(p, from, text->len) : p;
}


static ngx_int_t
ngx_webhook_endpoints_test_send(ngx_webhook_api_t *api)
{
    u_char                        *p;
    ngx_int_t                      rc;
    ngx_webhook_probe_t           *probe;
    ngx_webhook_endpoints_test_t  *test;

    test = ngx_webhook_scope(api)->data;
    probe = &test->probe;

    probe->id.len = sizeof(NGX_WEBHOOK_TEST_PREFIX) - 1 + WEBHOOK_ID_TEXT_LEN;
    probe->id.data = ngx_pnalloc(api->pool, probe->id.len);

    if (probe->id.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(probe->id.data, NGX_WEBHOOK_TEST_PREFIX,
                   sizeof(NGX_WEBHOOK_TEST_PREFIX) - 1);
    webhook_id_text(&test->trial.like.id, p);

    probe->wmcf = api->wmcf;
    probe->endpoint = test->trial.endpoint;
    probe->wire = test->trial.like.id;
    probe->type = test->trial.like.type;
    probe->answer_max = NGX_WEBHOOK_TEST_ANSWER;
    probe->pool = api->pool;
    probe->log = api->request->connection->log;
    probe->handler = ngx_webhook_endpoints_test_done;
    probe->data = test;

    rc = ngx_webhook_probe_send(probe);

    if (rc == NGX_OK) {
        return ngx_webhook_api_hold(api);
    }

    return rc == NGX_DECLINED ? ngx_webhook_endpoints_test_unsigned(api)
                              : NGX_ERROR;
}


static void
ngx_webhook_endpoints_test_done(ngx_webhook_probe_t *probe)
{
    ngx_webhook_api_t             *api;
    ngx_webhook_endpoints_test_t  *test;

    test = probe->data;
    api = test->trial.api;

    ngx_webhook_endpoints_trial_give(&test->trial);

    ngx_webhook_api_resume(api,
                           ngx_webhook_api_json(api, NGX_HTTP_OK,
                                     ngx_webhook_endpoints_test_json(test)));
}


static json_t *
ngx_webhook_endpoints_test_json(ngx_webhook_endpoints_test_t *test)
{
    ngx_webhook_exchange_t  *x;

    x = test->probe.exchange;

    return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}",
                     "id",
                     ngx_webhook_api_string(ngx_webhook_str(&test->probe.id)),
                     "event",
                     ngx_webhook_api_string(
                                     ngx_webhook_str(&test->trial.like.type)),
                     "succeeded", ngx_webhook_probe_succeeded(&test->probe),
                     "status",
                     x->status ? json_integer((json_int_t) x->status)
                               : json_null(),
                     "error",
                     x->error.len
                     ? ngx_webhook_api_string(ngx_webhook_str(&x->error))
                     : json_null(),
                     "address",
                     x->address.len
                     ? ngx_webhook_api_string(ngx_webhook_str(&x->address))
                     : json_null(),
                     "connect_usec", (json_int_t) x->connect_usec,
                     "tls_usec", (json_int_t) x->tls_usec,
                     "first_byte_usec", (json_int_t) x->first_byte_usec,
                     "total_usec", (json_int_t) x->total_usec,
                     "answer",
                     ngx_webhook_api_string(ngx_webhook_str(&x->answer)));
}
