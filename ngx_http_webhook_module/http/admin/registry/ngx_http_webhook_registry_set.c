
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A set is never changed: a newer one is made of it.  What did not change is
 * shared, the objects and the groups of companies.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


static ngx_int_t ngx_webhook_registry_merge(ngx_array_t *to, ngx_array_t *from,
    ngx_webhook_registry_found_t *found, ngx_uint_t n, webhook_object_e kind);
static ngx_uint_t ngx_webhook_registry_sort(ngx_webhook_registry_found_t *found,
    ngx_uint_t n);
static ngx_int_t ngx_webhook_registry_ids(ngx_webhook_registered_t *set);
static ngx_int_t ngx_webhook_registry_tokens(ngx_webhook_registered_t *set);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_found(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_api(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_token(const void *one,
    const void *two);


ngx_webhook_registered_t *
ngx_webhook_registry_set(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_t *old, ngx_array_t *found, ngx_uint_t *count,
    uint64_t change, ngx_log_t *log)
{
    ngx_uint_t                 n;
    ngx_pool_t                *pool;
    ngx_webhook_registered_t  *set;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NULL;
    }

    set = ngx_pcalloc(pool, sizeof(ngx_webhook_registered_t));

    if (set == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    set->refs = 1;
    set->pool = pool;
    set->wmcf = wmcf;
    set->change = change;

    n = old ? old->endpoints.nelts + old->receivers.nelts : 0;
    n += found->nelts + 1;

    /* all arrays have room: they are made before anything is held */

    if (ngx_array_init(&set->endpoints, pool, n,
                       sizeof(ngx_webhook_object_t *))
        != NGX_OK
        || ngx_array_init(&set->receivers, pool, n,
                          sizeof(ngx_webhook_object_t *))
           != NGX_OK
        || ngx_array_init(&set->apis, pool, 4, sizeof(ngx_webhook_object_t *))
           != NGX_OK
        || ngx_array_init(&set->groups, pool, 4,
                          sizeof(ngx_webhook_registered_group_t *))
           != NGX_OK
        || ngx_array_init(&set->url_tokens, pool, 4,
                          sizeof(ngx_webhook_registered_token_t))
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    n = ngx_webhook_registry_sort(found->elts, found->nelts);
    *count = n;

    if (ngx_webhook_registry_merge(&set->endpoints,
                                   old ? &old->endpoints : NULL, found->elts, n,
                                   WEBHOOK_OBJECT_ENDPOINT)
        != NGX_OK
        || ngx_webhook_registry_merge(&set->receivers,
                                      old ? &old->receivers : NULL,
                                      found->elts, n, WEBHOOK_OBJECT_RECEIVER)
           != NGX_OK
        || ngx_webhook_registry_ids(set) != NGX_OK
        || ngx_webhook_registry_groups(set, old, found->elts, n, log) != NGX_OK
        || ngx_webhook_registry_tokens(set) != NGX_OK)
    {
        ngx_webhook_registered_release(set);
        return NULL;
    }

    return set;
}


/* By kind and key, and of each object the last alone; their number. */

static ngx_uint_t
ngx_webhook_registry_sort(ngx_webhook_registry_found_t *found, ngx_uint_t n)
{
    ngx_uint_t                    i, k;
    ngx_webhook_registry_found_t  swap;

    if (n > 1) {
        ngx_qsort(found, (size_t) n, sizeof(ngx_webhook_registry_found_t),
                  ngx_webhook_registry_cmp_found);
    }

    /* those that do not count go to the end, since somebody lets go of them */

    for (i = 0, k = 0; i < n; i++) {

        if (i + 1 < n && found[i + 1].kind == found[i].kind
            && found[i + 1].key == found[i].key)
        {
            continue;
        }

        swap = found[k];
        found[k++] = found[i];
        found[i] = swap;
    }

    return k;
}


/* Both are ascending. */

static ngx_int_t
ngx_webhook_registry_merge(ngx_array_t *to, ngx_array_t *from,
    ngx_webhook_registry_found_t *found, ngx_uint_t n, webhook_object_e kind)
{
    ngx_uint_t              i, k, nold;
    ngx_webhook_object_t   *object, **old, **new;

    old = from ? from->elts : NULL;
    nold = from ? from->nelts : 0;

    i = 0;
    k = 0;

    while (i < nold || k < n) {

        if (k < n && found[k].kind != kind) {
            k++;
            continue;
        }

        if (k == n || (i < nold && old[i]->key < found[k].key)) {
            object = old[i++];

        } else {

            if (i < nold && old[i]->key == found[k].key) {
                i++;
            }

            object = found[k++].object;

            if (object == NULL) {
                continue;
            }
        }

        new = ngx_array_push(to);
        if (new == NULL) {
            return NGX_ERROR;
        }

        *new = object;
        ngx_webhook_held_hold(object->held);
    }

    return NGX_OK;
}


/* Whose deliveries this worker sends; and how long one may take. */

static ngx_int_t
ngx_webhook_registry_ids(ngx_webhook_registered_t *set)
{
    ngx_uint_t                i, k, a, n;
    ngx_webhook_object_t    **object, **api, *ep, *rcv;
    ngx_webhook_endpoint_t  **eps, *conf;

    object = set->receivers.elts;

    for (i = 0; i < set->receivers.nelts; i++) {

        if (object[i]->receiver == NULL || object[i]->receiver->api == NULL) {
            continue;
        }

        api = ngx_array_push(&set->apis);
        if (api == NULL) {
            return NGX_ERROR;
        }

        *api = object[i];
    }

    if (set->apis.nelts > 1) {
        ngx_qsort(set->apis.elts, (size_t) set->apis.nelts,
                  sizeof(ngx_webhook_object_t *), ngx_webhook_registry_cmp_api);
    }

    n = set->wmcf->endpoints.nelts + set->endpoints.nelts + set->apis.nelts;

    set->ids = ngx_palloc(set->pool, (n + 1) * sizeof(uint64_t));
    if (set->ids == NULL) {
        return NGX_ERROR;
    }

    eps = set->wmcf->endpoints.elts;
    object = set->endpoints.elts;
    api = set->apis.elts;

    i = 0;
    k = 0;
    a = 0;

    /* each is ascending by itself */

    for ( ;; ) {
        conf = i < set->wmcf->endpoints.nelts ? eps[i] : NULL;
        ep = k < set->endpoints.nelts ? object[k] : NULL;
        rcv = a < set->apis.nelts ? api[a] : NULL;

        if (ep && (ep->endpoint == NULL || ep->reason || ep->unconfirmed)) {
            k++;
            continue;
        }

        if (rcv && rcv->reason) {
            a++;
            continue;
        }

        if (conf && (ep == NULL || conf->id < ep->key)
            && (rcv == NULL || conf->id < rcv->receiver->api->id))
        {
            set->ids[set->nids++] = conf->id;
            i++;

        } else if (ep && (rcv == NULL || ep->key < rcv->receiver->api->id)) {
            set->ids[set->nids++] = ep->key;
            set->total = ngx_max(set->total, ep->endpoint->timeout.total);
            k++;

        } else if (rcv) {
            set->ids[set->nids++] = rcv->receiver->api->id;
            set->total = ngx_max(set->total,
                                 rcv->receiver->api->timeout.total);
            a++;

        } else {
            return NGX_OK;
        }
    }
}


/* -------------------------------------------------------- URL's tokens --- */

static ngx_int_t
ngx_webhook_registry_tokens(ngx_webhook_registered_t *set)
{
    ngx_uint_t                       i, k;
    ngx_webhook_object_t           **object;
    ngx_webhook_url_token_t         *url_token;
    ngx_webhook_registered_token_t  *token;

    object = set->receivers.elts;

    for (i = 0; i < set->receivers.nelts; i++) {

        if (object[i]->receiver == NULL) {
            continue;
        }

        url_token = object[i]->receiver->url_tokens.elts;

        for (k = 0; k < object[i]->receiver->url_tokens.nelts; k++) {

            token = ngx_array_push(&set->url_tokens);
            if (token == NULL) {
                return NGX_ERROR;
            }

            ngx_memcpy(token->digest, url_token[k].digest,
                       NGX_WEBHOOK_DIGEST_LEN);
            token->expires = url_token[k].expires;
            token->object = object[i];
        }
    }

    if (set->url_tokens.nelts > 1) {
        ngx_qsort(set->url_tokens.elts, (size_t) set->url_tokens.nelts,
              sizeof(ngx_webhook_registered_token_t),
              ngx_webhook_registry_cmp_token);
    }

    return NGX_OK;
}


/* --------------------------------------------------------------- order --- */

static int ngx_libc_cdecl
ngx_webhook_registry_cmp_found(const void *one, const void *two)
{
    const ngx_webhook_registry_found_t  *a, *b;

    a = one;
    b = two;

    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }

    return (a->change > b->change) - (a->change < b->change);
}


static int ngx_libc_cdecl
ngx_webhook_registry_cmp_api(const void *one, const void *two)
{
    ngx_webhook_object_t  *a, *b;

    a = *(ngx_webhook_object_t **) one;
    b = *(ngx_webhook_object_t **) two;

    return (a->receiver->api->id > b->receiver->api->id)
           - (a->receiver->api->id < b->receiver->api->id);
}


static int ngx_libc_cdecl
ngx_webhook_registry_cmp_token(const void *one, const void *two)
{
    return ngx_memcmp(((const ngx_webhook_registered_token_t *) one)->digest,
                      ((const ngx_webhook_registered_token_t *) two)->digest,
                      NGX_WEBHOOK_DIGEST_LEN);
}
