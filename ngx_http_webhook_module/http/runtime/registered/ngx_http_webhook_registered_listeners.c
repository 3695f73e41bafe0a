
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who listens to what.  It is found out when somebody asks for the first time,
 * and kept.
 */

#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_LISTENERS_PATHS  64         /* of filters, of one type and
                                                   company: of any others
                                                   nothing is known before they
                                                   are evaluated */


static ngx_int_t ngx_webhook_listeners_of(
    ngx_webhook_registered_group_t *group, ngx_uint_t type,
    ngx_webhook_listeners_t *listeners);
static ngx_webhook_listeners_t *ngx_webhook_listeners_make(
    ngx_webhook_registered_group_t *group, ngx_uint_t type);
static void ngx_webhook_listeners_need(ngx_webhook_listeners_t *listeners,
    ngx_webhook_endpoint_t *ep, ngx_webhook_listener_need_t *need);
static uint32_t ngx_webhook_listeners_path(ngx_webhook_listeners_t *listeners,
    const webhook_path_t *path, uint32_t guess);


ngx_int_t
ngx_webhook_registered_listeners(ngx_webhook_registered_t *set,
    ngx_webhook_type_t *type, ngx_str_t *company,
    ngx_webhook_listeners_t listeners[2])
{
    ngx_uint_t                       i, n;
    ngx_str_t                        whose[2];
    ngx_webhook_registered_group_t  *group;

    ngx_memzero(listeners, 2 * sizeof(ngx_webhook_listeners_t));

    n = type - (ngx_webhook_type_t *) set->wmcf->types.elts;

    if (set->asked[n] == 0) {
        return NGX_OK;
    }

    ngx_str_null(&whose[0]);
    whose[1] = *company;

    for (i = 0; i < (company->len ? 2 : 1); i++) {

        group = ngx_webhook_registered_group(set, &whose[i]);

        if (group
            && ngx_webhook_listeners_of(group, n, &listeners[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_registered_judges(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type, ngx_str_t *company)
{
    ngx_uint_t                 judges;
    ngx_webhook_listeners_t    listeners[2];
    ngx_webhook_registered_t  *set;

    set = ngx_webhook_registered_hold(wmcf);

    judges = set
             && set->expressions[type
                                 - (ngx_webhook_type_t *) wmcf->types.elts]
             && ngx_webhook_registered_listeners(set, type, company, listeners)
                == NGX_OK
             && (listeners[0].expressions || listeners[1].expressions);

    ngx_webhook_registered_release(set);

    return judges;
}


/* Two threads may make them at once, and then one of them has done it for
   nothing. */

static ngx_int_t
ngx_webhook_listeners_of(ngx_webhook_registered_group_t *group,
    ngx_uint_t type, ngx_webhook_listeners_t *listeners)
{
    ngx_webhook_listeners_t  *l, **kept;

    kept = &group->listeners[type];
    l = __atomic_load_n(kept, __ATOMIC_ACQUIRE);

    if (l == NULL) {

        l = ngx_webhook_listeners_make(group, type);
        if (l == NULL) {
            return NGX_ERROR;
        }

        *listeners = *l;

        if (ngx_atomic_cmp_set((ngx_atomic_t *) kept, 0,
                               (ngx_atomic_uint_t) (uintptr_t) l))
        {
            return NGX_OK;
        }

        ngx_free(l);
        l = __atomic_load_n(kept, __ATOMIC_ACQUIRE);
    }

    *listeners = *l;

    return NGX_OK;
}


/* In one piece of memory; NULL on lack of it. */

static ngx_webhook_listeners_t *
ngx_webhook_listeners_make(ngx_webhook_registered_group_t *group,
    ngx_uint_t type)
{
    ngx_uint_t                i, n;
    ngx_webhook_object_t     *object;
    ngx_webhook_listeners_t  *l;

    n = 0;

    for (i = 0; i < group->n; i++) {
        object = group->objects[i];
        n += (object->types[type / 8] >> (type % 8)) & 1;
    }

    l = ngx_alloc(sizeof(ngx_webhook_listeners_t)
                  + n * (sizeof(ngx_webhook_object_t *)
                         + sizeof(ngx_webhook_listener_need_t))
                  + ngx_min(n, NGX_WEBHOOK_LISTENERS_PATHS)
                    * sizeof(webhook_path_t *),
                  ngx_cycle->log);
    if (l == NULL) {
        return NULL;
    }

    ngx_memzero(l, sizeof(ngx_webhook_listeners_t));

    l->objects = (ngx_webhook_object_t **) (l + 1);
    l->needs = (ngx_webhook_listener_need_t *) (l->objects + n);
    l->paths = (const webhook_path_t **) (l->needs + n);

    for (i = 0; i < group->n; i++) {
        object = group->objects[i];

        if (((object->types[type / 8] >> (type % 8)) & 1) == 0) {
            continue;
        }

        l->filtered += (object->endpoint->filters.nelts != 0);
        l->expressions += (object->expressions != 0);

        ngx_webhook_listeners_need(l, object->endpoint, &l->needs[l->n]);

        l->objects[l->n++] = object;
    }

    return l;
}


/* Of the first filter of which something is known. */

static void
ngx_webhook_listeners_need(ngx_webhook_listeners_t *l,
    ngx_webhook_endpoint_t *ep, ngx_webhook_listener_need_t *need)
{
    ngx_uint_t             i;
    const webhook_str_t   *root;
    webhook_condition_t  **filter;
    const webhook_path_t  *path;

    need->path = 0;
    need->mark = 0;

    filter = ep->filters.elts;

    for (i = 0; i < ep->filters.nelts; i++) {

        if (!webhook_condition_needs(filter[i], &path, &need->mark)) {
            continue;
        }

        root = webhook_path_root(path);

        if (root->len != 4 || ngx_memcmp(root->data, "data", 4) != 0) {
            continue;
        }

        need->path = ngx_webhook_listeners_path(l, path,
                                                l->n ? need[-1].path : 0);

        if (need->path) {
            return;
        }
    }
}


/* The number of a path, and 1; 0 where there are too many others.  "guess" is
   that of the one before. */

static uint32_t
ngx_webhook_listeners_path(ngx_webhook_listeners_t *l,
    const webhook_path_t *path, uint32_t guess)
{
    ngx_uint_t  i;

    if (guess
        && webhook_str_eq(webhook_path_text(l->paths[guess - 1]),
                          webhook_path_text(path)))
    {
        return guess;
    }

    for (i = 0; i < l->npaths; i++) {
        if (webhook_str_eq(webhook_path_text(l->paths[i]),
                           webhook_path_text(path)))
        {
            return (uint32_t) i + 1;
        }
    }

    if (i == NGX_WEBHOOK_LISTENERS_PATHS) {
        return 0;
    }

    l->paths[l->npaths++] = path;

    return (uint32_t) l->npaths;
}
