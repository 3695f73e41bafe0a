
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * "confirm on": POST endpoints/{id}/challenge asks the endpoint, and
 * endpoints/{id}/approve is an operator's word.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_change.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_challenge.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"


typedef struct {
    ngx_webhook_api_t          *api;
    ngx_webhook_scope_thing_t   thing;
    uint64_t                    key;
    ngx_uint_t                  turn;
    unsigned                    taken:1;        /* the turn */
} ngx_webhook_endpoints_confirm_t;


static ngx_int_t ngx_webhook_endpoints_approve_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_challenge_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_challenge_record(
    ngx_webhook_api_t *api, ngx_webhook_scope_thing_t *thing);
static ngx_int_t ngx_webhook_endpoints_challenge_send(ngx_webhook_api_t *api);
static void ngx_webhook_endpoints_challenge_done(ngx_webhook_challenge_t *ch);
static void ngx_webhook_endpoints_challenge_give(void *data);
static json_t *ngx_webhook_endpoints_confirmed(ngx_uint_t confirmed,
    ngx_uint_t status, ngx_str_t *error);


/* An operator's alone: what is confirmed is whether a company may send there. */

ngx_int_t
ngx_webhook_endpoints_approve(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_approve_go);
}


static ngx_int_t
ngx_webhook_endpoints_approve_go(ngx_webhook_api_t *api)
{
    ngx_webhook_scope_thing_t  thing;

    if (!ngx_webhook_scope_endpoint(api, &api->values[0], &thing)) {
        return ngx_webhook_api_not_found(api, "endpoint", &api->values[0]);
    }

    if (!api->who.all) {
        return ngx_webhook_api_problem(api, NGX_HTTP_FORBIDDEN,
                                       "An operator approves endpoints: somebody "
                                       "who is allowed all companies");
    }

    return ngx_webhook_change(api, WEBHOOK_OBJECT_ENDPOINT,
                              NGX_WEBHOOK_REGISTRY_APPROVE);
}


ngx_int_t
ngx_webhook_endpoints_challenge(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_challenge_go);
}


static ngx_int_t
ngx_webhook_endpoints_challenge_go(ngx_webhook_api_t *api)
{
    ngx_str_t                  none;
    ngx_webhook_scope_thing_t  thing;

    if (!ngx_webhook_scope_endpoint(api, &api->values[0], &thing)) {
        return ngx_webhook_api_not_found(api, "endpoint", &api->values[0]);
    }

    if (thing.object && (thing.endpoint == NULL || thing.object->reason)) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The endpoint is held: %s",
                                       thing.object->reason
                                       ? thing.object->reason
                                       : "its settings cannot be used");
    }

    if (thing.object == NULL || !thing.object->unconfirmed) {

        /* it is, or need not be */

        ngx_str_null(&none);

        return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                    ngx_webhook_endpoints_confirmed(1, 0,
                                                                    &none));
    }

    return ngx_webhook_endpoints_challenge_record(api, &thing);
}


static ngx_int_t
ngx_webhook_endpoints_challenge_record(ngx_webhook_api_t *api,
    ngx_webhook_scope_thing_t *thing)
{
    ngx_msec_t                        wait;
    ngx_pool_cleanup_t               *cln;
    ngx_webhook_endpoints_confirm_t  *confirm;

    cln = ngx_pool_cleanup_add(api->pool,
                               sizeof(ngx_webhook_endpoints_confirm_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    confirm = cln->data;
    ngx_memzero(confirm, sizeof(ngx_webhook_endpoints_confirm_t));
    cln->handler = ngx_webhook_endpoints_challenge_give;

    confirm->api = api;
    confirm->thing = *thing;
    confirm->key = webhook_id_name(ngx_webhook_str(&api->who.company));

    ngx_webhook_scope(api)->data = confirm;

    /* it is a test as any other */

    if (ngx_webhook_test_limit_take(confirm->key,
                                    NGX_WEBHOOK_CHALLENGE_LONGEST,
                                    &confirm->turn, &wait)
        != NGX_OK)
    {
        return ngx_webhook_endpoints_test_late(api, wait);
    }

    confirm->taken = 1;

    return ngx_webhook_record(api, "endpoint.challenge", &confirm->thing.id,
                              ngx_webhook_str(&confirm->thing.company), NULL,
                              NULL, ngx_webhook_endpoints_challenge_send);
}


static ngx_int_t
ngx_webhook_endpoints_challenge_send(ngx_webhook_api_t *api)
{
    ngx_int_t                         rc;
    ngx_webhook_endpoints_confirm_t  *confirm;

    confirm = ngx_webhook_scope(api)->data;

    rc = ngx_webhook_challenge_send(api->wmcf, confirm->thing.object,
                                    ngx_webhook_endpoints_challenge_done,
                                    confirm);

    if (rc == NGX_OK) {
        return ngx_webhook_api_hold(api);
    }

    return rc == NGX_DECLINED ? ngx_webhook_endpoints_test_unsigned(api)
                              : NGX_ERROR;
}


/* At the latest with the request: also where nothing was sent. */

static void
ngx_webhook_endpoints_challenge_give(void *data)
{
    ngx_webhook_endpoints_confirm_t *confirm = data;

    if (confirm->taken) {
        confirm->taken = 0;
        ngx_webhook_test_limit_give(confirm->key, confirm->turn);
    }
}


static void
ngx_webhook_endpoints_challenge_done(ngx_webhook_challenge_t *ch)
{
    json_t                           *answer;
    ngx_webhook_api_t                *api;
    ngx_webhook_endpoints_confirm_t  *confirm;

    confirm = ch->data;
    api = confirm->api;

    ngx_webhook_endpoints_challenge_give(confirm);

    answer = ngx_webhook_endpoints_confirmed(
                 ch->result == NGX_WEBHOOK_CHALLENGE_ECHOED, ch->status,
                 &ch->error);

    ngx_webhook_api_resume(api,
                           ngx_webhook_api_json(api, NGX_HTTP_OK, answer));
}


static json_t *
ngx_webhook_endpoints_confirmed(ngx_uint_t confirmed, ngx_uint_t status,
    ngx_str_t *error)
{
    return json_pack("{s:b, s:o, s:o}", "confirmed", (int) confirmed,
                     "status",
                     status ? json_integer((json_int_t) status) : json_null(),
                     "error",
                     error->len
                     ? ngx_webhook_api_string(ngx_webhook_str(error))
                     : json_null());
}
