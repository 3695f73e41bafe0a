
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A set is never changed: a newer one is made of it.  What did not change is
 * shared, the objects and the groups of companies.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


#define NGX_WEBHOOK_REGISTRY_FEW  16            /* objects, whose groups alone
                                                   are made anew */


static ngx_int_t ngx_webhook_registry_merge(ngx_array_t *to, ngx_array_t *from,
    ngx_webhook_registry_found_t *found, ngx_uint_t n, webhook_object_e kind);
static ngx_uint_t ngx_webhook_registry_sort(ngx_webhook_registry_found_t *found,
    ngx_uint_t n);
static ngx_int_t ngx_webhook_registry_groups(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n, ngx_log_t *log);
static void ngx_webhook_registry_count(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, int n);
static ngx_int_t ngx_webhook_registry_share(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old);
static ngx_int_t ngx_webhook_registry_renew(ngx_webhook_registered_t *set,
    ngx_str_t *company, ngx_log_t *log);
static ngx_int_t ngx_webhook_registry_regroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_log_t *log);
static ngx_webhook_registered_group_t *ngx_webhook_registry_group(
    ngx_webhook_registered_t *set, ngx_webhook_registered_t *old,
    ngx_webhook_object_t **objects, ngx_uint_t n, ngx_log_t *log);
static ngx_int_t ngx_webhook_registry_ids(ngx_webhook_registered_t *set);
static ngx_int_t ngx_webhook_registry_tokens(ngx_webhook_registered_t *set);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_found(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_company(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_api(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_token(const void *one,
    const void *two);


ngx_webhook_registered_t *
ngx_webhook_registry_set(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_t *old, ngx_array_t *found, uint64_t change,
    ngx_log_t *log)
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

        if (ep && (ep->endpoint == NULL || ep->reason)) {
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


/* ----------------------------------------------------------- listeners --- */

static ngx_int_t
ngx_webhook_registry_groups(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n, ngx_log_t *log)
{
    ngx_uint_t              i;
    ngx_webhook_object_t   *was;

    set->asked = ngx_pcalloc(set->pool, (set->wmcf->types.nelts + 1)
                                        * sizeof(uint32_t));
    if (set->asked == NULL) {
        return NGX_ERROR;
    }

    if (old == NULL || n > NGX_WEBHOOK_REGISTRY_FEW) {
        return ngx_webhook_registry_regroup(set, old, log);
    }

    ngx_memcpy(set->asked, old->asked,
               set->wmcf->types.nelts * sizeof(uint32_t));

    if (ngx_webhook_registry_share(set, old) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        if (found[i].kind != WEBHOOK_OBJECT_ENDPOINT) {
            continue;
        }

        was = ngx_webhook_registered_endpoint(old, found[i].key);

        ngx_webhook_registry_count(set, was, -1);
        ngx_webhook_registry_count(set, found[i].object, 1);

        if (was == NULL) {
            was = found[i].object;
        }

        if (was && ngx_webhook_registry_renew(set, &was->company, log)
                   != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* How many ask for each type, with an endpoint more or less. */

static void
ngx_webhook_registry_count(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, int n)
{
    ngx_uint_t  type;

    if (object == NULL || object->endpoint == NULL) {
        return;
    }

    for (type = 0; type < set->wmcf->types.nelts; type++) {
        if ((object->types[type / 8] >> (type % 8)) & 1) {
            set->asked[type] += n;
        }
    }
}


static ngx_int_t
ngx_webhook_registry_share(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old)
{
    ngx_uint_t                        i;
    ngx_webhook_registered_group_t  **from, **to;

    if (old->groups.nelts == 0) {
        return NGX_OK;
    }

    to = ngx_array_push_n(&set->groups, old->groups.nelts);
    if (to == NULL) {
        return NGX_ERROR;
    }

    from = old->groups.elts;

    for (i = 0; i < old->groups.nelts; i++) {
        to[i] = from[i];
        to[i]->refs++;
    }

    return NGX_OK;
}


/* Another group in the place of a company's, or none where nobody is left. */

static ngx_int_t
ngx_webhook_registry_renew(ngx_webhook_registered_t *set, ngx_str_t *company,
    ngx_log_t *log)
{
    ngx_uint_t                        i, n, at;
    ngx_webhook_object_t            **object, **objects;
    ngx_webhook_registered_group_t   *group, **groups;

    objects = ngx_palloc(set->pool, (set->endpoints.nelts + 1)
                                    * sizeof(ngx_webhook_object_t *));
    if (objects == NULL) {
        return NGX_ERROR;
    }

    object = set->endpoints.elts;
    n = 0;

    for (i = 0; i < set->endpoints.nelts; i++) {
        if (object[i]->endpoint && object[i]->company.len == company->len
            && ngx_memcmp(object[i]->company.data, company->data, company->len)
               == 0)
        {
            objects[n++] = object[i];
        }
    }

    groups = set->groups.elts;

    for (at = 0; at < set->groups.nelts; at++) {
        if (ngx_memn2cmp(groups[at]->company.data, company->data,
                         groups[at]->company.len, company->len)
            >= 0)
        {
            break;
        }
    }

    if (at < set->groups.nelts
        && ngx_memn2cmp(groups[at]->company.data, company->data,
                        groups[at]->company.len, company->len)
           == 0)
    {
        ngx_webhook_registered_group_release(groups[at]);

        set->groups.nelts--;

        ngx_memmove(&groups[at], &groups[at + 1],
                    (set->groups.nelts - at) * sizeof(groups[0]));
    }

    if (n == 0) {
        return NGX_OK;
    }

    group = ngx_webhook_registry_group(set, NULL, objects, n, log);
    if (group == NULL) {
        return NGX_ERROR;
    }

    if (ngx_array_push(&set->groups) == NULL) {
        ngx_webhook_registered_group_release(group);
        return NGX_ERROR;
    }

    groups = set->groups.elts;

    ngx_memmove(&groups[at + 1], &groups[at],
                (set->groups.nelts - 1 - at) * sizeof(groups[0]));

    groups[at] = group;

    return NGX_OK;
}


/* All of them, where much has changed. */

static ngx_int_t
ngx_webhook_registry_regroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_log_t *log)
{
    ngx_uint_t                        i, k, n;
    ngx_webhook_object_t            **object, **sorted;
    ngx_webhook_registered_group_t   *group, **to;

    sorted = ngx_palloc(set->pool, (set->endpoints.nelts + 1)
                                   * sizeof(ngx_webhook_object_t *));
    if (sorted == NULL) {
        return NGX_ERROR;
    }

    object = set->endpoints.elts;
    n = 0;

    for (i = 0; i < set->endpoints.nelts; i++) {

        if (object[i]->endpoint) {
            sorted[n++] = object[i];
            ngx_webhook_registry_count(set, object[i], 1);
        }
    }

    if (n > 1) {
        ngx_qsort(sorted, (size_t) n, sizeof(ngx_webhook_object_t *),
                  ngx_webhook_registry_cmp_company);
    }

    for (i = 0; i < n; i = k) {

        for (k = i + 1; k < n; k++) {
            if (ngx_memn2cmp(sorted[k]->company.data, sorted[i]->company.data,
                             sorted[k]->company.len, sorted[i]->company.len)
                != 0)
            {
                break;
            }
        }

        to = ngx_array_push(&set->groups);
        if (to == NULL) {
            return NGX_ERROR;
        }

        group = ngx_webhook_registry_group(set, old, &sorted[i], k - i, log);

        if (group == NULL) {
            set->groups.nelts--;
            return NGX_ERROR;
        }

        *to = group;
    }

    return NGX_OK;
}


/* The old set's, where the objects are the same; else a new one. */

static ngx_webhook_registered_group_t *
ngx_webhook_registry_group(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_object_t **objects,
    ngx_uint_t n, ngx_log_t *log)
{
    ngx_webhook_registered_group_t  *group;

    group = old ? ngx_webhook_registered_group(old, &objects[0]->company)
                : NULL;

    if (group && group->n == n
        && ngx_memcmp(group->objects, objects,
                      n * sizeof(ngx_webhook_object_t *))
           == 0)
    {
        group->refs++;
        return group;
    }

    group = ngx_webhook_registered_group_create(&objects[0]->company, n,
                                                set->wmcf->types.nelts, log);
    if (group == NULL) {
        return NULL;
    }

    ngx_memcpy(group->objects, objects, n * sizeof(ngx_webhook_object_t *));
    group->n = n;

    return group;
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
ngx_webhook_registry_cmp_company(const void *one, const void *two)
{
    ngx_int_t              rc;
    ngx_webhook_object_t  *a, *b;

    a = *(ngx_webhook_object_t **) one;
    b = *(ngx_webhook_object_t **) two;

    rc = ngx_memn2cmp(a->company.data, b->company.data, a->company.len,
                      b->company.len);

    return rc ? (int) rc : (a->key > b->key) - (a->key < b->key);
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
