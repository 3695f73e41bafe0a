
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The memory of sets.  Each but the newest knows what of it the next one has
 * not; that goes once nobody has the set, nor any that is older.
 */

#include "http/runtime/registered/ngx_http_webhook_registered_int.h"


static void ngx_webhook_registered_abandon(ngx_webhook_registered_t *set);
static void ngx_webhook_registered_finish(ngx_webhook_registered_t *set);
static void ngx_webhook_registered_arrays(ngx_webhook_registered_t *set);
static void ngx_webhook_registered_let(ngx_array_t *objects);
static void ngx_webhook_registered_groups(ngx_array_t *groups);


ngx_webhook_registered_t *
ngx_webhook_registered_create(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_t *base, ngx_log_t *log)
{
    ngx_pool_t                *pool;
    ngx_webhook_registered_t  *set;

    set = ngx_calloc(sizeof(ngx_webhook_registered_t), log);
    if (set == NULL) {
        return NULL;
    }

    set->refs = 1;
    set->wmcf = wmcf;
    set->base = base;
    set->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);

    if (set->pool == NULL) {
        ngx_free(set);
        return NULL;
    }

    if (ngx_array_init(&set->made, set->pool, 4,
                       sizeof(ngx_webhook_registered_group_t *))
        != NGX_OK)
    {
        ngx_webhook_registered_abandon(set);
        return NULL;
    }

    if (base == NULL) {
        return set;
    }

    pool = ngx_create_pool(256, log);

    if (pool) {
        set->rest = ngx_pcalloc(pool, sizeof(ngx_webhook_registered_rest_t));

        if (set->rest == NULL) {
            ngx_destroy_pool(pool);
        }
    }

    if (set->rest == NULL) {
        ngx_webhook_registered_abandon(set);
        return NULL;
    }

    set->rest->pool = pool;

    if (ngx_array_init(&set->rest->objects, pool, 4,
                       sizeof(ngx_webhook_object_t *))
        != NGX_OK
        || ngx_array_init(&set->rest->groups, pool, 4,
                          sizeof(ngx_webhook_registered_group_t *))
           != NGX_OK)
    {
        ngx_webhook_registered_abandon(set);
        return NULL;
    }

    return set;
}


void
ngx_webhook_registered_succeed(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_object_t **objects,
    ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        ngx_webhook_held_hold(objects[i]->held);
    }

    set->swapped = 1;

    if (old == NULL) {
        return;
    }

    old->newer = set;
    old->whole = (set->base != old);
    old->rest = set->rest;

    set->older = 1;
    set->rest = NULL;
    set->base = NULL;
}


void
ngx_webhook_registered_release(ngx_webhook_registered_t *set)
{
    if (set == NULL || --set->refs) {
        return;
    }

    if (!set->swapped) {
        ngx_webhook_registered_abandon(set);
        return;
    }

    if (!set->older) {
        ngx_webhook_registered_finish(set);

    } else if (set->newer && !set->whole) {

        /* all of it that counts is in what is left of it */

        ngx_webhook_registered_arrays(set);
    }
}


/* One that never took the place of another holds nothing. */

static void
ngx_webhook_registered_abandon(ngx_webhook_registered_t *set)
{
    if (set->made.nelts) {
        ngx_webhook_registered_groups(&set->made);
    }

    if (set->rest) {
        ngx_destroy_pool(set->rest->pool);
    }

    ngx_webhook_registered_arrays(set);
    ngx_free(set);
}


/* Nobody has it, nor an older one; and so on with those that waited for that. */

static void
ngx_webhook_registered_finish(ngx_webhook_registered_t *set)
{
    ngx_webhook_registered_t  *newer;

    do {
        newer = set->newer;

        if (newer == NULL || set->whole) {
            ngx_webhook_registered_groups(&set->groups);
            ngx_webhook_registered_let(&set->endpoints);
            ngx_webhook_registered_let(&set->receivers);

        } else {
            ngx_webhook_registered_groups(&set->rest->groups);
            ngx_webhook_registered_let(&set->rest->objects);
        }

        if (set->rest) {
            ngx_destroy_pool(set->rest->pool);
        }

        ngx_webhook_registered_arrays(set);
        ngx_free(set);

        set = newer;

        if (set) {
            set->older = 0;
        }

    } while (set && set->refs == 0);
}


static void
ngx_webhook_registered_arrays(ngx_webhook_registered_t *set)
{
    if (set->pool) {
        ngx_destroy_pool(set->pool);
        set->pool = NULL;
    }
}


static void
ngx_webhook_registered_let(ngx_array_t *objects)
{
    ngx_uint_t              i;
    ngx_webhook_object_t  **object;

    object = objects->elts;

    for (i = 0; i < objects->nelts; i++) {
        ngx_webhook_held_release(object[i]->held);
    }
}


static void
ngx_webhook_registered_groups(ngx_array_t *groups)
{
    ngx_uint_t                        i;
    ngx_webhook_registered_group_t  **group;

    group = groups->elts;

    for (i = 0; i < groups->nelts; i++) {
        ngx_webhook_registered_group_free(group[i]);
    }
}
