
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The groups of a set: the endpoints of each company, and those of none.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


static void ngx_webhook_registry_count(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, int n);
static ngx_int_t ngx_webhook_registry_renew(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *was, ngx_webhook_object_t *object, ngx_log_t *log);
static ngx_webhook_registered_group_t *ngx_webhook_registry_regrouped(
    ngx_webhook_registered_t *set, ngx_webhook_registered_group_t *old,
    ngx_webhook_object_t *was, ngx_webhook_object_t *object, ngx_log_t *log);
static ngx_int_t ngx_webhook_registry_ungroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_group_t *group);
static ngx_int_t ngx_webhook_registry_regroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_log_t *log);
static ngx_webhook_registered_group_t *ngx_webhook_registry_group(
    ngx_webhook_registered_t *set, ngx_webhook_registered_t *old,
    ngx_webhook_object_t **objects, ngx_uint_t n, ngx_log_t *log);
static ngx_webhook_registered_group_t *ngx_webhook_registry_made(
    ngx_webhook_registered_t *set, ngx_str_t *company, ngx_uint_t n,
    ngx_log_t *log);
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

    if (old->groups.nelts) {
        ngx_memcpy(set->groups.elts, old->groups.elts,
                   old->groups.nelts
                   * sizeof(ngx_webhook_registered_group_t *));
        set->groups.nelts = old->groups.nelts;
    }

    for (i = 0; i < n; i++) {

        if (found[i].kind != WEBHOOK_OBJECT_ENDPOINT) {
            continue;
        }

        was = ngx_webhook_registered_endpoint(old, found[i].key);

        ngx_webhook_registry_count(set, was, -1);
        ngx_webhook_registry_count(set, found[i].object, 1);

        if (ngx_webhook_registry_renew(set, was, found[i].object, log)
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


/* Another group in the place of a company's, or none where nobody is left; with
   an object, or without it.  There is room for it. */

static ngx_int_t
ngx_webhook_registry_renew(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *was, ngx_webhook_object_t *object, ngx_log_t *log)
{
    ngx_str_t                        *company;
    ngx_uint_t                        first, last, mid;
    ngx_webhook_registered_group_t   *group, *old, **groups;

    was = (was && was->endpoint) ? was : NULL;
    object = (object && object->endpoint) ? object : NULL;

    if (was == NULL && object == NULL) {
        return NGX_OK;
    }

    company = was ? &was->company : &object->company;
    groups = set->groups.elts;

    first = 0;
    last = set->groups.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (ngx_memn2cmp(groups[mid]->company.data, company->data,
                         groups[mid]->company.len, company->len)
            < 0)
        {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    old = ngx_webhook_registered_group(set, company);

    group = ngx_webhook_registry_regrouped(set, old, was, object, log);

    if (group == NULL
        || (old && ngx_webhook_registry_ungroup(set, old) != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (group->n == 0) {

        /* it goes with the set if that goes, and with the next one else */

        if (ngx_webhook_registry_ungroup(set, group) != NGX_OK) {
            return NGX_ERROR;
        }

        if (old) {
            set->groups.nelts--;
            ngx_memmove(&groups[first], &groups[first + 1],
                        (set->groups.nelts - first) * sizeof(groups[0]));
        }

        return NGX_OK;
    }

    if (old == NULL) {
        ngx_memmove(&groups[first + 1], &groups[first],
                    (set->groups.nelts - first) * sizeof(groups[0]));
        set->groups.nelts++;
    }

    groups[first] = group;

    return NGX_OK;
}


static ngx_webhook_registered_group_t *
ngx_webhook_registry_regrouped(ngx_webhook_registered_t *set,
    ngx_webhook_registered_group_t *old, ngx_webhook_object_t *was,
    ngx_webhook_object_t *object, ngx_log_t *log)
{
    uint64_t                         key;
    ngx_uint_t                       first, last, mid, n;
    ngx_webhook_registered_group_t  *group;

    n = old ? old->n : 0;
    key = was ? was->key : object->key;

    group = ngx_webhook_registry_made(set,
                                      was ? &was->company : &object->company,
                                      n + 1, log);
    if (group == NULL) {
        return NULL;
    }

    first = 0;
    last = n;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (old->objects[mid]->key < key) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first) {
        ngx_memcpy(group->objects, old->objects,
                   first * sizeof(ngx_webhook_object_t *));
    }

    group->n = first;

    if (object) {
        group->objects[group->n++] = object;
    }

    if (first < n && old->objects[first]->key == key) {
        first++;
    }

    if (first < n) {
        ngx_memcpy(&group->objects[group->n], &old->objects[first],
                   (n - first) * sizeof(ngx_webhook_object_t *));
        group->n += n - first;
    }

    return group;
}


/* A group that is in the set no more: it goes with the old set, unless it was
   made for this one. */

static ngx_int_t
ngx_webhook_registry_ungroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_group_t *group)
{
    ngx_uint_t                        i;
    ngx_webhook_registered_group_t  **made, **gone;

    made = set->made.elts;

    for (i = 0; i < set->made.nelts; i++) {

        if (made[i] == group) {
            made[i] = made[--set->made.nelts];
            ngx_webhook_registered_group_free(group);
            return NGX_OK;
        }
    }

    gone = ngx_array_push(&set->rest->groups);
    if (gone == NULL) {
        return NGX_ERROR;
    }

    *gone = group;

    return NGX_OK;
}


/* All of them, where much has changed. */

static ngx_int_t
ngx_webhook_registry_regroup(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_log_t *log)
{
    ngx_uint_t                        i, k, n;
    ngx_webhook_object_t            **object, **sorted;
    ngx_webhook_registered_group_t   *group, **to, **was;

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

    was = old ? old->groups.elts : NULL;

    for (i = 0; old && i < old->groups.nelts; i++) {

        if (ngx_webhook_registered_group(set, &was[i]->company) != was[i]
            && ngx_webhook_registry_ungroup(set, was[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
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
        return group;
    }

    group = ngx_webhook_registry_made(set, &objects[0]->company, n, log);

    if (group) {
        ngx_memcpy(group->objects, objects,
                   n * sizeof(ngx_webhook_object_t *));
        group->n = n;
    }

    return group;
}


/* A new one, which is the set's until that is in force. */

static ngx_webhook_registered_group_t *
ngx_webhook_registry_made(ngx_webhook_registered_t *set, ngx_str_t *company,
    ngx_uint_t n, ngx_log_t *log)
{
    ngx_webhook_registered_group_t  **made;

    made = ngx_array_push(&set->made);
    if (made == NULL) {
        return NULL;
    }

    *made = ngx_webhook_registered_group_create(company, n,
                                                set->wmcf->types.nelts, log);
    if (*made == NULL) {
        set->made.nelts--;
        return NULL;
    }

    return *made;
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
