
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST receivers/{id}/dry-run, and calls that are made for the API.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/receivers/ngx_http_webhook_receivers_int.h"


#define NGX_WEBHOOK_RECEIVERS_TYPE  255         /* bytes of a Content-Type */


typedef struct {
    ngx_webhook_api_t          *api;
    ngx_webhook_try_t          *t;
    ngx_webhook_scope_thing_t   thing;
    const char                 *action;
    unsigned                    inside:1;
    unsigned                    done:1;
} ngx_webhook_receivers_try_t;


static ngx_int_t ngx_webhook_receivers_dry_run_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_type(ngx_webhook_api_t *api,
    ngx_str_t *type);
static ngx_int_t ngx_webhook_receivers_try_record(
    ngx_webhook_receivers_try_t *ctx);
static ngx_int_t ngx_webhook_receivers_try_able(
    ngx_webhook_receivers_try_t *ctx);
static ngx_int_t ngx_webhook_receivers_try_look(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_try_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_try_begin(
    ngx_webhook_receivers_try_t *ctx);
static ngx_int_t ngx_webhook_receivers_try_not(ngx_webhook_api_t *api,
    ngx_int_t rc);
static void ngx_webhook_receivers_tried(ngx_webhook_try_t *t);
static ngx_int_t ngx_webhook_receivers_try_end(ngx_webhook_api_t *api);
static json_t *ngx_webhook_receivers_try_answer(ngx_webhook_try_t *t);


ngx_int_t
ngx_webhook_receivers_dry_run(ngx_webhook_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_webhook_api_members(api, "body content_type");

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    if (json_object_get(api->body, "body") == NULL) {
        rc = ngx_webhook_receivers_wrong(api,
                 ngx_webhook_api_error(api, "/body", "it is missing: the body "
                                       "of the call that is tried"));

        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_dry_run_go);
}


static ngx_int_t
ngx_webhook_receivers_dry_run_go(ngx_webhook_api_t *api)
{
    ngx_int_t                   rc;
    ngx_webhook_try_t          *t;
    ngx_webhook_scope_thing_t   thing;

    if (!ngx_webhook_scope_receiver(api, &api->values[0], &thing)) {
        return ngx_webhook_api_not_found(api, "receiver", &api->values[0]);
    }

    t = ngx_pcalloc(api->pool, sizeof(ngx_webhook_try_t));
    if (t == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_webhook_receivers_type(api, &t->type);

    if (rc == NGX_OK) {
        rc = ngx_webhook_receivers_given(api, thing.receiver, &t->body);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_receivers_try(api, t, &thing, "receiver.dry-run");
}


/* NGX_DECLINED: a 422 was set. */

static ngx_int_t
ngx_webhook_receivers_type(ngx_webhook_api_t *api, ngx_str_t *type)
{
    json_t  *given;

    given = json_object_get(api->body, "content_type");

    if (given == NULL || json_is_null(given)) {
        return NGX_OK;
    }

    if (!json_is_string(given)
        || json_string_length(given) > NGX_WEBHOOK_RECEIVERS_TYPE)
    {
        return ngx_webhook_receivers_wrong(api,
                   ngx_webhook_api_error(api, "/content_type",
                                         "it has to be a Content-Type of up to "
                                         "%d bytes, such as "
                                         "\"application/json\"",
                                         NGX_WEBHOOK_RECEIVERS_TYPE));
    }

    type->data = (u_char *) json_string_value(given);
    type->len = json_string_length(given);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_receivers_wrong(ngx_webhook_api_t *api, ngx_int_t rc)
{
    return rc == NGX_OK && ngx_webhook_api_invalid(api) == NGX_OK
           ? NGX_DECLINED : NGX_ERROR;
}


ngx_int_t
ngx_webhook_receivers_given(ngx_webhook_api_t *api,
    ngx_webhook_receiver_t *receiver, ngx_str_t *body)
{
    size_t   flags;
    json_t  *given;

    ngx_str_null(body);

    given = json_object_get(api->body, "body");

    if (given == NULL) {
        return NGX_OK;
    }

    flags = JSON_COMPACT|JSON_ENCODE_ANY;

    if (json_is_string(given)) {
        body->data = (u_char *) json_string_value(given);
        body->len = json_string_length(given);

    } else {
        body->len = json_dumpb(given, NULL, 0, flags);

        if (body->len == 0) {
            return NGX_ERROR;
        }
    }

    if (receiver && body->len > receiver->body_max) {
        return ngx_webhook_receivers_wrong(api,
                   ngx_webhook_api_error(api, "/body",
                                         "it has %uz bytes, and the receiver "
                                         "takes up to %uz: a longer call is "
                                         "answered 413", body->len,
                                         receiver->body_max));
    }

    if (body->data) {
        return NGX_OK;
    }

    body->data = ngx_pnalloc(api->pool, body->len);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    (void) json_dumpb(given, (char *) body->data, body->len, flags);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_receivers_try(ngx_webhook_api_t *api, ngx_webhook_try_t *t,
    ngx_webhook_scope_thing_t *thing, const char *action)
{
    ngx_int_t                     rc;
    ngx_webhook_receivers_try_t  *ctx;

    ctx = ngx_pcalloc(api->pool, sizeof(ngx_webhook_receivers_try_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->api = api;
    ctx->t = t;
    ctx->thing = *thing;
    ctx->action = action;

    ngx_webhook_scope(api)->data = ctx;

    t->request = api->request;
    t->handler = ngx_webhook_receivers_tried;
    t->data = ctx;

    rc = ngx_webhook_receivers_try_able(ctx);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }

    return ngx_webhook_receivers_try_record(ctx);
}


/* NGX_OK; NGX_DECLINED, with a problem; NGX_ERROR. */

static ngx_int_t
ngx_webhook_receivers_try_able(ngx_webhook_receivers_try_t *ctx)
{
    ngx_int_t                   rc;
    ngx_webhook_scope_thing_t  *thing;

    thing = &ctx->thing;

    /* of one that is held there may be the name alone */

    if (thing->receiver == NULL || (thing->object && thing->object->reason)) {
        rc = ngx_webhook_api_problem(ctx->api, NGX_HTTP_CONFLICT,
                                     "The receiver is held: %s",
                                     thing->object && thing->object->reason
                                     ? thing->object->reason
                                     : "its settings cannot be used");

        return rc == NGX_OK ? NGX_DECLINED : NGX_ERROR;
    }

    ctx->t->receiver = thing->receiver;

    if (ngx_webhook_try_able(ctx->t) != NGX_OK) {
        rc = ngx_webhook_api_problem(ctx->api, NGX_HTTP_CONFLICT, "%V",
                                     &ctx->t->error);

        return rc == NGX_OK ? NGX_DECLINED : NGX_ERROR;
    }

    return NGX_OK;
}


/* A call that is made again is made once for its Idempotency-Key. */

static ngx_int_t
ngx_webhook_receivers_try_record(ngx_webhook_receivers_try_t *ctx)
{
    json_t     *more;
    ngx_str_t  *call;

    more = NULL;
    call = ctx->t->replayed.len ? &ctx->t->replayed : NULL;

    if (call) {
        more = json_pack("{s:o}", "call",
                         ngx_webhook_api_string(ngx_webhook_str(call)));
        if (more == NULL) {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_record(ctx->api, ctx->action, &ctx->thing.id,
                              ngx_webhook_str(&ctx->thing.company), more, call,
                              ngx_webhook_receivers_try_look);
}


/* Somebody may have changed the receiver meanwhile, or deleted it, and been
   answered: nobody acts by what was before that. */

static ngx_int_t
ngx_webhook_receivers_try_look(ngx_webhook_api_t *api)
{
    api->data = ngx_webhook_scope(api)->data;

    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_try_go);
}


static ngx_int_t
ngx_webhook_receivers_try_go(ngx_webhook_api_t *api)
{
    ngx_int_t                     rc;
    ngx_str_t                     id;
    ngx_webhook_receivers_try_t  *ctx;

    ctx = ngx_webhook_scope(api)->data;
    id = ctx->thing.id;

    if (!ngx_webhook_scope_receiver(api, &id, &ctx->thing)) {
        return ngx_webhook_receivers_try_not(api,
                               ngx_webhook_api_not_found(api, "receiver",
                                                         &id));
    }

    rc = ngx_webhook_receivers_try_able(ctx);

    if (rc == NGX_OK) {
        return ngx_webhook_receivers_try_begin(ctx);
    }

    return ngx_webhook_receivers_try_not(api, rc == NGX_DECLINED ? NGX_OK
                                                                 : rc);
}


/* What was recorded is not done: a repeat is not one of something begun. */

static ngx_int_t
ngx_webhook_receivers_try_not(ngx_webhook_api_t *api, ngx_int_t rc)
{
    return rc == NGX_OK ? ngx_webhook_api_undone(api) : rc;
}


static ngx_int_t
ngx_webhook_receivers_try_begin(ngx_webhook_receivers_try_t *ctx)
{
    ngx_int_t           rc;
    ngx_webhook_api_t  *api;

    api = ctx->api;

    /*
     * Held first, for the actions' subrequests set the request's handlers in
     * their turn; and let go again where the handler was called before this
     * returns, or will not be.
     */

    (void) ngx_webhook_api_hold(api);

    ctx->inside = 1;

    rc = ngx_webhook_try(ctx->t);

    ctx->inside = 0;

    if (rc == NGX_OK && !ctx->done) {
        return NGX_AGAIN;
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_receivers_try_end(api);

    } else {

        /* there is no memory, or what it takes is gone: nothing was done */

        rc = ngx_webhook_api_problem(api, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     "The call could not be made; nothing was "
                                     "done");

        rc = ngx_webhook_receivers_try_not(api, rc);
    }

    ngx_webhook_api_resume(api, NGX_AGAIN);

    return rc;
}


static void
ngx_webhook_receivers_tried(ngx_webhook_try_t *t)
{
    ngx_webhook_receivers_try_t  *ctx;

    ctx = t->data;
    ctx->done = 1;

    if (!ctx->inside) {
        ngx_webhook_api_resume(ctx->api,
                               ngx_webhook_receivers_try_end(ctx->api));
    }
}


static ngx_int_t
ngx_webhook_receivers_try_end(ngx_webhook_api_t *api)
{
    json_t                       *error;
    ngx_webhook_try_t            *t;
    ngx_webhook_receivers_try_t  *ctx;

    ctx = ngx_webhook_scope(api)->data;
    t = ctx->t;

    error = t->error.len ? ngx_webhook_api_string(ngx_webhook_str(&t->error))
                         : json_null();

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:I, s:o, s:o}",
                                          "status", (json_int_t) t->status,
                                          "answer",
                                          ngx_webhook_receivers_try_answer(t),
                                          "error", error));
}


/* JSON stays JSON; what a receiver answers of its own may be any text. */

static json_t *
ngx_webhook_receivers_try_answer(ngx_webhook_try_t *t)
{
    json_t  *json;

    if (t->answer.len == 0) {
        return json_null();
    }

    if (t->answer_type.len == 0) {
        json = json_loadb((char *) t->answer.data, t->answer.len,
                          JSON_DECODE_ANY, NULL);
        if (json) {
            return json;
        }
    }

    return ngx_webhook_api_string(ngx_webhook_str(&t->answer));
}
