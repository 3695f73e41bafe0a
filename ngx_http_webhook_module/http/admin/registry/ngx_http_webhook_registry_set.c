
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A set is never changed: a newer one is made of it.  What did not change is
 * shared, the objects and the groups of companies; the arrays are copied, and
 * where little has changed nothing is looked at but that.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


static ngx_int_t ngx_webhook_registry_arrays(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_array_t *found);
static ngx_uint_t ngx_webhook_registry_sort(ngx_webhook_registry_found_t *found,
    ngx_uint_t n);
static ngx_int_t ngx_webhook_registry_merge(ngx_webhook_registered_t *set,
    ngx_array_t *to, ngx_array_t *from, ngx_webhook_registry_found_t *found,
    ngx_uint_t n, webhook_object_e kind);
static ngx_uint_t ngx_webhook_registry_place(ngx_webhook_object_t **objects,
    ngx_uint_t first, ngx_uint_t n, uint64_t key);
static ngx_int_t ngx_webhook_registry_tokens(ngx_webhook_registered_t *set);
static ngx_int_t ngx_webhook_registry_tokens_few(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n);
static ngx_int_t ngx_webhook_registry_token(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_found(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_token(const void *one,
    const void *two);


ngx_webhook_registered_t *
ngx_webhook_registry_set(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_t *old, ngx_array_t *found, ngx_uint_t *count,
    uint64_t change, ngx_log_t *log)
{
    ngx_int_t                  rc;
    ngx_uint_t                 n;
    ngx_webhook_registered_t  *set;

    set = ngx_webhook_registered_create(wmcf, old, log);
    if (set == NULL) {
        return NULL;
    }

    set->change = change;

    n = ngx_webhook_registry_sort(found->elts, found->nelts);
    *count = n;

    if (ngx_webhook_registry_arrays(set, old, found) != NGX_OK
        || ngx_webhook_registry_merge(set, &set->endpoints,
                                      old ? &old->endpoints : NULL,
                                      found->elts, n, WEBHOOK_OBJECT_ENDPOINT)
           != NGX_OK
        || ngx_webhook_registry_merge(set, &set->receivers,
                                      old ? &old->receivers : NULL,
                                      found->elts, n, WEBHOOK_OBJECT_RECEIVER)
           != NGX_OK)
    {
        goto failed;
    }

    if (old && n <= NGX_WEBHOOK_REGISTRY_FEW) {
        ngx_webhook_registry_ids_few(set, old, found->elts, n);
        rc = ngx_webhook_registry_tokens_few(set, old, found->elts, n);

    } else {
        ngx_webhook_registry_ids(set);
        rc = ngx_webhook_registry_tokens(set);
    }

    if (rc != NGX_OK
        || ngx_webhook_registry_groups(set, old, found->elts, n, log)
           != NGX_OK)
    {
        goto failed;
    }

    return set;

failed:

    ngx_webhook_registered_release(set);

    return NULL;
}


static ngx_int_t
ngx_webhook_registry_arrays(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_array_t *found)
{
    ngx_uint_t  more, endpoints, receivers;

    more = found->nelts + 1;

    endpoints = (old ? old->endpoints.nelts : 0) + more;
    receivers = (old ? old->receivers.nelts : 0) + more;

    if (ngx_array_init(&set->endpoints, set->pool, endpoints,
                       sizeof(ngx_webhook_object_t *))
        != NGX_OK
        || ngx_array_init(&set->receivers, set->pool, receivers,
                          sizeof(ngx_webhook_object_t *))
           != NGX_OK
        || ngx_array_init(&set->apis, set->pool, receivers,
                          sizeof(ngx_webhook_object_t *))
           != NGX_OK
        || ngx_array_init(&set->groups, set->pool,
                          (old ? old->groups.nelts : 0) + more,
                          sizeof(ngx_webhook_registered_group_t *))
           != NGX_OK
        || ngx_array_init(&set->url_tokens, set->pool,
                          (old ? old->url_tokens.nelts : 0) + 2 * more,
                          sizeof(ngx_webhook_registered_token_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    set->ids = ngx_palloc(set->pool,
                          (set->wmcf->endpoints.nelts + endpoints + receivers)
                          * sizeof(uint64_t));

    return set->ids ? NGX_OK : NGX_ERROR;
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


/* Both are ascending; there is room for all. */

static ngx_int_t
ngx_webhook_registry_merge(ngx_webhook_registered_t *set, ngx_array_t *to,
    ngx_array_t *from, ngx_webhook_registry_found_t *found, ngx_uint_t n,
    webhook_object_e kind)
{
    ngx_uint_t              i, pos, at, nold;
    ngx_webhook_object_t  **old, **new, **gone;

    old = from ? from->elts : NULL;
    nold = from ? from->nelts : 0;
    new = to->elts;
    pos = 0;

    for (i = 0; i < n; i++) {

        if (found[i].kind != kind) {
            continue;
        }

        at = ngx_webhook_registry_place(old, pos, nold, found[i].key);

        if (at > pos) {
            ngx_memcpy(&new[to->nelts], &old[pos],
                       (at - pos) * sizeof(ngx_webhook_object_t *));

            to->nelts += at - pos;
            pos = at;
        }

        if (pos < nold && old[pos]->key == found[i].key) {

            gone = ngx_array_push(&set->rest->objects);
            if (gone == NULL) {
                return NGX_ERROR;
            }

            *gone = old[pos++];
        }

        if (found[i].object) {
            new[to->nelts++] = found[i].object;
        }
    }

    if (nold > pos) {
        ngx_memcpy(&new[to->nelts], &old[pos],
                   (nold - pos) * sizeof(ngx_webhook_object_t *));

        to->nelts += nold - pos;
    }

    return NGX_OK;
}


/* The first place from which on keys are not less. */

static ngx_uint_t
ngx_webhook_registry_place(ngx_webhook_object_t **objects, ngx_uint_t first,
    ngx_uint_t n, uint64_t key)
{
    ngx_uint_t  mid;

    while (first < n) {
        mid = first + (n - first) / 2;

        if (objects[mid]->key < key) {
            first = mid + 1;

        } else {
            n = mid;
        }
    }

    return first;
}


/* -------------------------------------------------------- URL's tokens --- */

static ngx_int_t
ngx_webhook_registry_tokens(ngx_webhook_registered_t *set)
{
    ngx_uint_t              i;
    ngx_webhook_object_t  **object;

    object = set->receivers.elts;

    for (i = 0; i < set->receivers.nelts; i++) {
        if (ngx_webhook_registry_token(set, object[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (set->url_tokens.nelts > 1) {
        ngx_qsort(set->url_tokens.elts, (size_t) set->url_tokens.nelts,
              sizeof(ngx_webhook_registered_token_t),
              ngx_webhook_registry_cmp_token);
    }

    return NGX_OK;
}


/* Those of the old one that are of no object that has changed; then those of
   these, each of which finds its place. */

static ngx_int_t
ngx_webhook_registry_tokens_few(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n)
{
    ngx_uint_t                       i, k, at, first, ngone;
    ngx_webhook_object_t           **gone;
    ngx_webhook_registered_token_t  *from, *to, one;

    from = old->url_tokens.elts;
    to = set->url_tokens.elts;
    gone = set->rest->objects.elts;
    ngone = set->rest->objects.nelts;

    for (i = 0; i < old->url_tokens.nelts; i++) {

        for (k = 0; k < ngone; k++) {
            if (from[i].object == gone[k]) {
                break;
            }
        }

        if (k == ngone) {
            to[set->url_tokens.nelts++] = from[i];
        }
    }

    for (i = 0; i < n; i++) {

        first = set->url_tokens.nelts;

        if (found[i].object
            && ngx_webhook_registry_token(set, found[i].object) != NGX_OK)
        {
            return NGX_ERROR;
        }

        to = set->url_tokens.elts;

        for (k = first; k < set->url_tokens.nelts; k++) {

            one = to[k];

            for (at = k; at > 0; at--) {
                if (ngx_webhook_registry_cmp_token(&to[at - 1], &one) <= 0) {
                    break;
                }

                to[at] = to[at - 1];
            }

            to[at] = one;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_registry_token(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object)
{
    ngx_uint_t                       i;
    ngx_webhook_url_token_t         *url_token;
    ngx_webhook_registered_token_t  *token;

    if (object->receiver == NULL) {
        return NGX_OK;
    }

    url_token = object->receiver->url_tokens.elts;

    for (i = 0; i < object->receiver->url_tokens.nelts; i++) {

        token = ngx_array_push(&set->url_tokens);
        if (token == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(token->digest, url_token[i].digest,
                   NGX_WEBHOOK_DIGEST_LEN);
        token->expires = url_token[i].expires;
        token->object = object;
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
ngx_webhook_registry_cmp_token(const void *one, const void *two)
{
    return ngx_memcmp(((const ngx_webhook_registered_token_t *) one)->digest,
                      ((const ngx_webhook_registered_token_t *) two)->digest,
                      NGX_WEBHOOK_DIGEST_LEN);
}
