
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whose deliveries a worker sends, and how long one may take.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"


static void ngx_webhook_registry_apis(ngx_webhook_registered_t *set);
static void ngx_webhook_registry_api(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, ngx_uint_t in);
static void ngx_webhook_registry_id(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, ngx_uint_t in);
static int ngx_libc_cdecl ngx_webhook_registry_cmp_api(const void *one,
    const void *two);


void
ngx_webhook_registry_ids(ngx_webhook_registered_t *set)
{
    ngx_uint_t                i, k, a;
    ngx_webhook_object_t    **object, **api, *ep, *rcv;
    ngx_webhook_endpoint_t  **eps, *conf;

    ngx_webhook_registry_apis(set);

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
            return;
        }
    }
}


static void
ngx_webhook_registry_apis(ngx_webhook_registered_t *set)
{
    ngx_uint_t              i;
    ngx_webhook_object_t  **object, **api;

    object = set->receivers.elts;
    api = set->apis.elts;

    for (i = 0; i < set->receivers.nelts; i++) {

        if (object[i]->receiver && object[i]->receiver->api) {
            api[set->apis.nelts++] = object[i];
        }
    }

    if (set->apis.nelts > 1) {
        ngx_qsort(set->apis.elts, (size_t) set->apis.nelts,
                  sizeof(ngx_webhook_object_t *), ngx_webhook_registry_cmp_api);
    }
}


/* Those of the old one, but for what has changed. */

void
ngx_webhook_registry_ids_few(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n)
{
    ngx_uint_t             i;
    ngx_webhook_object_t  *was;

    if (old->apis.nelts) {
        ngx_memcpy(set->apis.elts, old->apis.elts,
                   old->apis.nelts * sizeof(ngx_webhook_object_t *));
        set->apis.nelts = old->apis.nelts;
    }

    if (old->nids) {
        ngx_memcpy(set->ids, old->ids, old->nids * sizeof(uint64_t));
        set->nids = old->nids;
    }

    set->total = old->total;

    for (i = 0; i < n; i++) {

        was = found[i].kind == WEBHOOK_OBJECT_ENDPOINT
              ? ngx_webhook_registered_endpoint(old, found[i].key)
              : ngx_webhook_registered_receiver(old, found[i].key);

        ngx_webhook_registry_api(set, was, 0);
        ngx_webhook_registry_id(set, was, 0);

        ngx_webhook_registry_api(set, found[i].object, 1);
        ngx_webhook_registry_id(set, found[i].object, 1);
    }
}


/* Takes a receiver that has an API into the array, or out of it; there is
   room. */

static void
ngx_webhook_registry_api(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, ngx_uint_t in)
{
    uint64_t                id;
    ngx_uint_t              first, last, mid;
    ngx_webhook_object_t  **api;

    if (object == NULL || object->receiver == NULL
        || object->receiver->api == NULL)
    {
        return;
    }

    id = object->receiver->api->id;
    api = set->apis.elts;

    first = 0;
    last = set->apis.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (api[mid]->receiver->api->id < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (in) {
        ngx_memmove(&api[first + 1], &api[first],
                    (set->apis.nelts - first) * sizeof(api[0]));
        api[first] = object;
        set->apis.nelts++;

    } else if (first < set->apis.nelts && api[first] == object) {
        set->apis.nelts--;
        ngx_memmove(&api[first], &api[first + 1],
                    (set->apis.nelts - first) * sizeof(api[0]));
    }
}


/* The same of the id that deliveries to it go to, if it acts. */

static void
ngx_webhook_registry_id(ngx_webhook_registered_t *set,
    ngx_webhook_object_t *object, ngx_uint_t in)
{
    uint64_t                 id;
    ngx_uint_t               first, last, mid;
    ngx_webhook_endpoint_t  *ep;

    if (object == NULL || object->reason) {
        return;
    }

    ep = object->receiver ? object->receiver->api
         : object->unconfirmed ? NULL : object->endpoint;

    if (ep == NULL) {
        return;
    }

    id = object->receiver ? ep->id : object->key;

    first = 0;
    last = set->nids;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (set->ids[mid] < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (in) {
        ngx_memmove(&set->ids[first + 1], &set->ids[first],
                    (set->nids - first) * sizeof(uint64_t));
        set->ids[first] = id;
        set->nids++;
        set->total = ngx_max(set->total, ep->timeout.total);

    } else if (first < set->nids && set->ids[first] == id) {
        set->nids--;
        ngx_memmove(&set->ids[first], &set->ids[first + 1],
                    (set->nids - first) * sizeof(uint64_t));
    }
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
