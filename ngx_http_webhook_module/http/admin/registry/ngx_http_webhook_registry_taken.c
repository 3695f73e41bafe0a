
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An object that a load reads, whether it can be compiled or not.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "core/base/webhook_id.h"


static void ngx_webhook_registry_row(ngx_webhook_registry_ctx_t *ctx,
    ngx_webhook_object_t *object);
static ngx_uint_t ngx_webhook_registry_live(void *data, uint64_t id);
static ngx_webhook_object_t *ngx_webhook_registry_broken(
    ngx_webhook_registry_ctx_t *ctx, const webhook_object_t *object);


/*
 * Compiles an object.  One that cannot be does not act, and is there all the
 * same, lest its deliveries or its name count as nobody's.  NULL: no memory.
 */

ngx_webhook_object_t *
ngx_webhook_registry_taken(ngx_webhook_registry_ctx_t *ctx,
    const webhook_object_t *object)
{
    json_t                          *definition;
    ngx_pool_t                      *temp;
    ngx_array_t                      problems;
    const char                      *locked;
    ngx_webhook_object_t            *compiled;
    ngx_webhook_redacted_t           redacted;
    ngx_webhook_registry_problem_t  *problem;
    ngx_webhook_registry_compile_t   c;

    definition = ngx_webhook_registry_open(ctx->wmcf, object, &locked);

    temp = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ctx->log);

    if (temp == NULL
        || ngx_array_init(&problems, temp, 4,
                          sizeof(ngx_webhook_registry_problem_t))
           != NGX_OK)
    {
        json_decref(definition);

        if (temp) {
            ngx_destroy_pool(temp);
        }

        return NULL;
    }

    compiled = NULL;

    if (definition) {
        ngx_memzero(&c, sizeof(ngx_webhook_registry_compile_t));

        c.wmcf = ctx->wmcf;
        c.log = ctx->log;
        c.object = object;
        c.definition = definition;
        c.locked = locked;
        c.pool = temp;
        c.problems = &problems;

        compiled = ngx_webhook_registry_compile(&c);

        if (compiled == NULL && problems.nelts == 0) {
            json_decref(definition);
            ngx_destroy_pool(temp);
            return NULL;
        }
    }

    json_decref(definition);

    if (locked && ctx->locked++ < NGX_WEBHOOK_REGISTRY_TOLD
        && ngx_webhook_registry_tells())
    {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "registered %s \"%V\" does not act: %s",
                      object->kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint"
                                                              : "receiver",
                      ngx_webhook_nstr(&object->id), locked);
    }

    if (compiled == NULL) {

        problem = problems.elts;

        if (problems.nelts && ngx_webhook_registry_tells()) {
            ngx_log_error(NGX_LOG_ERR, ctx->log, 0,
                          "registered %s \"%V\" does not act: %V",
                          object->kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint"
                                                                  : "receiver",
                          ngx_webhook_nstr(&object->id),
                          ngx_webhook_redacted(&redacted,
                                    problem[problems.nelts - 1].text.data,
                                    problem[problems.nelts - 1].text.len));
        }

        compiled = ngx_webhook_registry_broken(ctx, object);
    }

    ngx_destroy_pool(temp);

    if (compiled && compiled->receiver && compiled->receiver->inflight) {
        ngx_webhook_registry_row(ctx, compiled);
    }

    if (compiled && locked == NULL && ngx_worker == 0
        && ctx->wmcf->registry->keys
        && !webhook_definition_current(&object->data,
                                       ctx->wmcf->registry->keys))
    {
        ngx_webhook_registry_rekey(ctx->wmcf, object->kind, &object->id,
                                   ctx->log);
    }

    return compiled;
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
ngx_webhook_registry_broken(ngx_webhook_registry_ctx_t *ctx,
    const webhook_object_t *object)
{
    ngx_str_t              text[3];
    ngx_uint_t             i;
    ngx_webhook_held_t    *held;
    ngx_webhook_object_t  *broken;

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

    if (broken == NULL) {
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
    broken->reason = "it does not fit nginx.conf any more, or is damaged: the "
                     "error log tells";

    return broken;
}
