
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The groups of a set: the endpoints of each company, and those of none.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


#define NGX_WEBHOOK_REGISTRY_FEW  16            /* objects, whose groups alone
                                                   are made anew */


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
static int ngx_libc_cdecl ngx_webhook_registry_cmp_company(const void *one,
    const void *two);


ngx_int_t
ngx_webhook_registry_groups(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n, ngx_log_t *log)
{
    ngx_uint_t              i;
    ngx_webhook_object_t   *was;

    set->asked = ngx_pcalloc(set->pool, 2 * (set->wmcf->types.nelts + 1)
                                        * sizeof(uint32_t));
    if (set->asked == NULL) {
        return NGX_ERROR;
    }

    set->expressions = set->asked + set->wmcf->types.nelts + 1;

    if (old == NULL || n > NGX_WEBHOOK_REGISTRY_FEW) {
        return ngx_webhook_registry_regroup(set, old, log);
    }

    ngx_memcpy(set->asked, old->asked,
               2 * (set->wmcf->types.nelts + 1) * sizeof(uint32_t));

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

            if (object->expressions) {
                set->expressions[type] += n;
            }
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
