
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An object that a load reads, whether it can be compiled or not.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "core/base/webhook_id.h"


static ngx_webhook_object_t *ngx_webhook_registry_opened_as(
    ngx_webhook_registry_ctx_t *ctx, ngx_webhook_registry_compile_t *c);
static ngx_webhook_object_t *ngx_webhook_registry_fitted(
    ngx_webhook_registry_ctx_t *ctx, ngx_webhook_registry_compile_t *c);
static ngx_webhook_object_t *ngx_webhook_registry_rested(
    ngx_webhook_registry_ctx_t *ctx, ngx_webhook_registry_compile_t *c);
static void ngx_webhook_registry_idles(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_registry_compile_t *c, ngx_uint_t *count);
static const char *ngx_webhook_registry_kind(const webhook_object_t *object);
static void ngx_webhook_registry_row(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_object_t *object);
static ngx_uint_t ngx_webhook_registry_live(void *data, uint64_t id);
static ngx_webhook_object_t *ngx_webhook_registry_broken(
    ngx_webhook_registry_compile_t *c);


/*
 * Compiles an object.  One that cannot be does not act, and is there all the
 * same, lest its deliveries or its name count as nobody's.  NULL: no memory,
 * which says nothing of the object: the load is tried again.
 */

ngx_webhook_object_t *
ngx_webhook_registry_taken(ngx_webhook_registry_ctx_t *ctx,
    const webhook_object_t *object)
{
    ngx_pool_t                      *temp;
    ngx_webhook_object_t            *compiled;
    ngx_webhook_registry_compile_t   c;

    temp = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ctx->log);
    if (temp == NULL) {
        return NULL;
    }

    ngx_memzero(&c, sizeof(ngx_webhook_registry_compile_t));

    c.wmcf = ctx->wmcf;
    c.log = ctx->log;
    c.object = object;
    c.pool = temp;
    c.problems = ngx_array_create(temp, 4,
                                  sizeof(ngx_webhook_registry_problem_t));

    compiled = c.problems ? ngx_webhook_registry_opened_as(ctx, &c) : NULL;

    ngx_destroy_pool(temp);

    if (compiled == NULL) {
        return NULL;
    }

    if (compiled->receiver && compiled->receiver->inflight) {
        ngx_webhook_registry_row(ctx, compiled);
    }

    if (!c.masked && ngx_worker == 0 && ctx->wmcf->registry->keys
        && !webhook_definition_current(&object->data,
                                       ctx->wmcf->registry->keys))
    {
        ngx_webhook_registry_rekey(ctx->wmcf, object->kind, &object->id,
                                   ctx->log);
    }

    return compiled;
}


/* By what can be made of its bytes.  An object that must not act is told of by
   one worker, as the others find the same. */

static ngx_webhook_object_t *
ngx_webhook_registry_opened_as(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_registry_compile_t *c)
{
    ngx_webhook_object_t  *compiled;

    static ngx_str_t  locked = ngx_string("no \"key\" of webhook_registry "
                                          "decrypts its secrets");
    static ngx_str_t  damaged = ngx_string("it is damaged, or was not sealed "
                                           "for this id");

    switch (ngx_webhook_registry_opened(ctx->wmcf, c->object, &c->definition))
    {
    case WEBHOOK_OK:
        compiled = ngx_webhook_registry_fitted(ctx, c);
        break;

    case WEBHOOK_DEFINITION_LOCKED:
        c->masked = 1;
        c->reason = locked;
        c->code = "locked";

        ngx_webhook_registry_idles(ctx, c, &ctx->locked);

        compiled = ngx_webhook_registry_rested(ctx, c);
        break;

    case WEBHOOK_NOMEM:
        return NULL;

    default:
        c->masked = 1;
        c->reason = damaged;
        c->code = "damaged";

        ngx_webhook_registry_idles(ctx, c, &ctx->damaged);

        return ngx_webhook_registry_broken(c);
    }

    json_decref(c->definition);

    return compiled;
}


static ngx_webhook_object_t *
ngx_webhook_registry_fitted(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_registry_compile_t *c)
{
    ngx_str_t             *reason;
    ngx_webhook_object_t  *compiled;

    compiled = ngx_webhook_registry_compile(c);

    if (compiled) {
        return compiled;
    }

    reason = ngx_webhook_registry_unfit(c);
    if (reason == NULL) {
        return NULL;
    }

    c->reason = *reason;
    c->code = "unfit";

    ngx_webhook_registry_idles(ctx, c, &ctx->unfit);

    return ngx_webhook_registry_rested(ctx, c);
}


/* One that must not act, though it gets its events; or without them, where not
   even what is left of it can be built. */

static ngx_webhook_object_t *
ngx_webhook_registry_rested(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_registry_compile_t *c)
{
    ngx_str_t             *reason;
    ngx_webhook_object_t  *compiled;

    compiled = ngx_webhook_registry_idle(c);

    if (compiled) {
        return compiled;
    }

    reason = ngx_webhook_registry_unfit(c);
    if (reason == NULL) {
        return NULL;
    }

    if (ngx_webhook_registry_tells()) {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "registered %s \"%V\" cannot be built at all, and %s: %V",
                      ngx_webhook_registry_kind(c->object),
                      ngx_webhook_nstr(&c->object->id),
                      c->object->kind == WEBHOOK_OBJECT_ENDPOINT
                      ? "gets no events" : "is not found by its URL", reason);
    }

    return ngx_webhook_registry_broken(c);
}


static void
ngx_webhook_registry_idles(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_registry_compile_t *c, ngx_uint_t *count)
{
    if ((*count)++ < NGX_WEBHOOK_REGISTRY_TOLD && ngx_webhook_registry_tells())
    {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "registered %s \"%V\" is not used: %V",
                      ngx_webhook_registry_kind(c->object),
                      ngx_webhook_nstr(&c->object->id), &c->reason);
    }
}


static const char *
ngx_webhook_registry_kind(const webhook_object_t *object)
{
    return object->kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint" : "receiver";
}


static void
ngx_webhook_registry_row(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_object_t *object)
{
    if (ngx_webhook_limit_row(object->receiver, ngx_webhook_registry_live, ctx)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "no counter is left for \"limit inflight=\" of "
                      "registered receiver \"%V\"", &object->id);
    }
}


/* In a set of this worker, or found by the load under way. */

static ngx_uint_t
ngx_webhook_registry_live(void *data, uint64_t id)
{
    ngx_webhook_registry_ctx_t *ctx = data;

    ngx_uint_t                     i, live;
    ngx_webhook_registered_t      *set;
    ngx_webhook_registry_found_t  *found;

    set = ngx_webhook_registered_hold(ctx->wmcf);
    live = (ngx_webhook_registered_receiver(set, id) != NULL);
    ngx_webhook_registered_release(set);

    found = ctx->found.elts;

    for (i = 0; !live && i < ctx->found.nelts; i++) {
        live = (found[i].key == id && found[i].object);
    }

    return live;
}


static ngx_webhook_object_t *
ngx_webhook_registry_broken(ngx_webhook_registry_compile_t *c)
{
    u_char                  *reason;
    ngx_str_t                text[3];
    ngx_uint_t               i;
    ngx_webhook_held_t      *held;
    ngx_webhook_object_t    *broken;
    const webhook_object_t  *object;

    object = c->object;

    held = ngx_webhook_held_create(512);
    if (held == NULL) {
        return NULL;
    }

    broken = ngx_pcalloc(held->pool, sizeof(ngx_webhook_object_t));

    text[0] = *ngx_webhook_nstr(&object->id);
    text[1] = *ngx_webhook_nstr(&object->company);
    text[2] = *ngx_webhook_nstr(&object->name);

    for (i = 0; broken && i < 3; i++) {

        if (text[i].len == 0) {
            ngx_str_null(&text[i]);
            continue;
        }

        text[i].data = ngx_pstrdup(held->pool, &text[i]);

        if (text[i].data == NULL) {
            broken = NULL;
        }
    }

    reason = ngx_pnalloc(held->pool, c->reason.len + 1);

    if (broken == NULL || reason == NULL) {
        ngx_webhook_held_release(held);
        return NULL;
    }

    broken->held = held;
    broken->kind = object->kind;
    broken->key = webhook_id_name(&object->id);
    broken->id = text[0];
    broken->company = text[1];
    broken->name = text[2];
    broken->version = object->version;
    broken->change = object->change;

    (void) ngx_cpystrn(reason, c->reason.data, c->reason.len + 1);

    broken->reason = (const char *) reason;
    broken->code = c->code;

    return broken;
}
