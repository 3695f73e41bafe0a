
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"
#include "store/webhook_store_memory.h"


typedef struct {
    void    *memory;
    size_t   size;
} ngx_webhook_scope_kept_t;


static void ngx_webhook_scope_woken(ngx_webhook_registered_waiter_t *w);
static ngx_int_t ngx_webhook_scope_go(ngx_webhook_api_t *api);
static void ngx_webhook_scope_release(void *data);
static ngx_uint_t ngx_webhook_scope_object(ngx_webhook_api_t *api,
    ngx_webhook_object_t *object, ngx_webhook_scope_thing_t *thing);
static ngx_int_t ngx_webhook_scope_was(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_scope_kept_free(void *data);
static void ngx_webhook_scope_memory_free(void *data);


ngx_int_t
ngx_webhook_scope_begin(ngx_webhook_api_t *api, ngx_webhook_api_pt next)
{
    ngx_webhook_scope_t  *scope;

    scope = ngx_pcalloc(api->pool, sizeof(ngx_webhook_scope_t));
    if (scope == NULL) {
        return NGX_ERROR;
    }

    scope->data = api->data;
    scope->next = next;
    scope->api = api;
    scope->waiter.handler = ngx_webhook_scope_woken;
    scope->waiter.data = scope;

    api->data = scope;

    if (ngx_webhook_registered_await(api->wmcf, &scope->waiter) == NGX_OK) {
        return ngx_webhook_scope_go(api);
    }

    return ngx_webhook_api_hold(api);
}


ngx_int_t
ngx_webhook_scope_body(ngx_webhook_api_t *api, const char *members,
    ngx_webhook_api_pt next)
{
    ngx_int_t  rc;

    rc = ngx_webhook_api_members(api, members);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_scope_begin(api, next);
}


static void
ngx_webhook_scope_woken(ngx_webhook_registered_waiter_t *w)
{
    ngx_int_t             rc;
    ngx_webhook_scope_t  *scope;

    scope = w->data;

    if (w->failed) {
        rc = ngx_webhook_api_problem(scope->api,
                                     NGX_HTTP_SERVICE_UNAVAILABLE,
                                     "The store is not available; nothing was "
                                     "changed");
    } else {
        rc = ngx_webhook_scope_go(scope->api);
    }

    ngx_webhook_api_resume(scope->api, rc);
}


static ngx_int_t
ngx_webhook_scope_go(ngx_webhook_api_t *api)
{
    ngx_pool_cleanup_t   *cln;
    ngx_webhook_scope_t  *scope;

    scope = ngx_webhook_scope(api);

    cln = ngx_pool_cleanup_add(api->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    scope->set = ngx_webhook_registered_hold(api->wmcf);

    cln->handler = ngx_webhook_scope_release;
    cln->data = scope;

    return scope->next(api);
}


static void
ngx_webhook_scope_release(void *data)
{
    ngx_webhook_scope_t *scope = data;

    if (scope->set) {
        ngx_webhook_registered_release(scope->set);
        scope->set = NULL;
    }
}


ngx_uint_t
ngx_webhook_scope_endpoint(ngx_webhook_api_t *api, ngx_str_t *id,
    ngx_webhook_scope_thing_t *thing)
{
    ngx_webhook_object_t    *object;
    ngx_webhook_endpoint_t  *endpoint;

    ngx_memzero(thing, sizeof(ngx_webhook_scope_thing_t));

    if (id->len == 0) {
        return 0;
    }

    thing->key = ngx_webhook_scope_key(WEBHOOK_OBJECT_ENDPOINT,
                                       ngx_webhook_str(id));

    object = ngx_webhook_registered_endpoint(ngx_webhook_scope(api)->set,
                                             thing->key);

    if (object) {
        thing->endpoint = object->endpoint;

        return webhook_str_eq(ngx_webhook_str(&object->id),
                              ngx_webhook_str(id))
               && ngx_webhook_scope_object(api, object, thing);
    }

    if (!api->who.all) {
        return 0;
    }

    endpoint = ngx_webhook_endpoint_find(api->wmcf, thing->key);

    if (endpoint == NULL || endpoint->internal
        || !webhook_str_eq(ngx_webhook_str(&endpoint->name),
                           ngx_webhook_str(id)))
    {
        return 0;
    }

    thing->id = endpoint->name;
    thing->name = endpoint->name;
    thing->endpoint = endpoint;

    return 1;
}


ngx_uint_t
ngx_webhook_scope_receiver(ngx_webhook_api_t *api, ngx_str_t *id,
    ngx_webhook_scope_thing_t *thing)
{
    uint64_t                 key;
    ngx_webhook_object_t    *object;
    ngx_webhook_receiver_t  *receiver;

    ngx_memzero(thing, sizeof(ngx_webhook_scope_thing_t));

    if (id->len == 0) {
        return 0;
    }

    key = webhook_id_name(ngx_webhook_str(id));
    thing->key = ngx_webhook_scope_key(WEBHOOK_OBJECT_RECEIVER,
                                       ngx_webhook_str(id));

    object = ngx_webhook_registered_receiver(ngx_webhook_scope(api)->set, key);

    if (object) {
        thing->receiver = object->receiver;

        return webhook_str_eq(ngx_webhook_str(&object->id),
                              ngx_webhook_str(id))
               && ngx_webhook_scope_object(api, object, thing);
    }

    if (!api->who.all) {
        return 0;
    }

    receiver = ngx_webhook_receiver_find(api->wmcf, key);

    if (receiver == NULL
        || !webhook_str_eq(ngx_webhook_str(&receiver->name),
                           ngx_webhook_str(id)))
    {
        return 0;
    }

    thing->id = receiver->name;
    thing->name = receiver->name;
    thing->receiver = receiver;

    return 1;
}


ngx_uint_t
ngx_webhook_scope_thing(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_webhook_scope_thing_t *thing)
{
    return kind == WEBHOOK_OBJECT_ENDPOINT
           ? ngx_webhook_scope_endpoint(api, &api->values[0], thing)
           : ngx_webhook_scope_receiver(api, &api->values[0], thing);
}


const char *
ngx_webhook_scope_kind(webhook_object_e kind)
{
    return kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint" : "receiver";
}


uint64_t
ngx_webhook_scope_key(webhook_object_e kind, const webhook_str_t *id)
{
    return kind == WEBHOOK_OBJECT_ENDPOINT ? webhook_id_name(id)
                                           : ngx_webhook_registered_api_key(id);
}


static ngx_uint_t
ngx_webhook_scope_object(ngx_webhook_api_t *api, ngx_webhook_object_t *object,
    ngx_webhook_scope_thing_t *thing)
{
    thing->id = object->id;
    thing->name = object->name;
    thing->company = object->company;
    thing->object = object;

    return ngx_webhook_access_sees(&api->who,
                                   ngx_webhook_str(&object->company));
}


ngx_uint_t
ngx_webhook_scope_sees(ngx_webhook_api_t *api, uint64_t key,
    const webhook_str_t *name)
{
    webhook_str_t          id;
    ngx_webhook_object_t  *object;

    if (api->who.all) {
        return 1;
    }

    if (ngx_webhook_registered_api_named(name, &id)) {
        object = ngx_webhook_registered_receiver(ngx_webhook_scope(api)->set,
                                                 webhook_id_name(&id));
    } else {
        object = ngx_webhook_registered_endpoint(ngx_webhook_scope(api)->set,
                                                 key);
    }

    return object
           && ngx_webhook_access_sees(&api->who,
                                      ngx_webhook_str(&object->company));
}


ngx_str_t
ngx_webhook_scope_endpoint_id(ngx_webhook_api_t *api, uint64_t key)
{
    ngx_str_t                id;
    ngx_webhook_object_t    *object;
    ngx_webhook_endpoint_t  *endpoint;

    ngx_str_null(&id);

    object = ngx_webhook_registered_endpoint(ngx_webhook_scope(api)->set, key);

    if (object) {
        return ngx_webhook_access_sees(&api->who,
                                       ngx_webhook_str(&object->company))
               ? object->id : id;
    }

    endpoint = api->who.all ? ngx_webhook_endpoint_find(api->wmcf, key) : NULL;

    return endpoint ? endpoint->name : id;
}


ngx_int_t
ngx_webhook_scope_past(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_str_t *id, const char *what, ngx_webhook_api_pt next)
{
    webhook_op_t          op;
    ngx_webhook_scope_t  *scope;

    scope = ngx_webhook_scope(api);

    scope->past = *id;
    scope->what = what;
    scope->next = next;

    if (id->len == 0 || id->len > WEBHOOK_OBJECT_ID_MAX) {
        return ngx_webhook_api_not_found(api, what, id);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = kind;
    op.u.objects.id = *ngx_webhook_str(id);
    op.u.objects.gone = 1;
    op.u.objects.brief = 1;
    op.u.objects.max = 1;

    ngx_webhook_access_whose(&api->who, &op.u.objects.company);

    return ngx_webhook_api_store(api, &op, ngx_webhook_scope_was);
}


static ngx_int_t
ngx_webhook_scope_was(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_scope_t  *scope;

    scope = ngx_webhook_scope(api);

    if (op->result != WEBHOOK_STORE_OK || op->u.objects.count == 0) {
        return ngx_webhook_api_not_found(api, scope->what, &scope->past);
    }

    return scope->next(api);
}


ngx_int_t
ngx_webhook_scope_keep(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_pool_cleanup_t        *cln;
    ngx_webhook_scope_kept_t  *kept;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_scope_kept_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    kept = cln->data;

    kept->size = webhook_op_size(op);
    kept->memory = op->memory;
    op->memory = NULL;

    cln->handler = ngx_webhook_scope_kept_free;

    return NGX_OK;
}


/* It may have a hundred megabytes. */

static void
ngx_webhook_scope_kept_free(void *data)
{
    ngx_webhook_scope_kept_t *kept = data;

    if (kept->memory) {
        ngx_webhook_cpu_free(kept->memory, kept->size,
                             ngx_webhook_scope_memory_free);
    }
}


static void
ngx_webhook_scope_memory_free(void *data)
{
    webhook_memory_free(&data);
}
