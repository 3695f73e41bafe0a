
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The search in a set.
 */

#include "http/runtime/registered/ngx_http_webhook_registered.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"
#include "http/model/ngx_http_webhook_url_token.h"
#include "core/base/webhook_hash.h"
#include "core/base/webhook_id.h"


static ngx_webhook_object_t *ngx_webhook_registered_find(ngx_array_t *array,
    uint64_t key);
static ngx_webhook_object_t *ngx_webhook_registered_api(
    ngx_webhook_registered_t *set, uint64_t id);


ngx_webhook_endpoint_t *
ngx_webhook_registered_target(ngx_webhook_main_conf_t *wmcf, uint64_t id)
{
    ngx_webhook_object_t      *object;
    ngx_webhook_endpoint_t    *ep;
    ngx_webhook_registered_t  *set;

    ep = ngx_webhook_endpoint_find(wmcf, id);

    if (ep || wmcf->registry == NULL) {
        return ep;
    }

    set = ngx_webhook_registered_hold(wmcf);
    if (set == NULL) {
        return NULL;
    }

    object = ngx_webhook_registered_find(&set->endpoints, id);

    if (object) {
        ep = object->endpoint;

    } else {
        object = ngx_webhook_registered_api(set, id);
        ep = object ? object->receiver->api : NULL;
    }

    if (object && (object->reason || object->unconfirmed)) {
        ep = NULL;
    }

    ngx_webhook_registered_release(set);

    return ep;
}


static ngx_webhook_object_t *
ngx_webhook_registered_api(ngx_webhook_registered_t *set, uint64_t id)
{
    ngx_uint_t              first, last, mid;
    ngx_webhook_object_t  **object;

    object = set->apis.elts;
    first = 0;
    last = set->apis.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (object[mid]->receiver->api->id == id) {
            return object[mid];
        }

        if (object[mid]->receiver->api->id < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


ngx_webhook_object_t *
ngx_webhook_registered_endpoint(ngx_webhook_registered_t *set, uint64_t key)
{
    return set ? ngx_webhook_registered_find(&set->endpoints, key) : NULL;
}


ngx_webhook_object_t *
ngx_webhook_registered_receiver(ngx_webhook_registered_t *set, uint64_t key)
{
    return set ? ngx_webhook_registered_find(&set->receivers, key) : NULL;
}


static ngx_webhook_object_t *
ngx_webhook_registered_find(ngx_array_t *array, uint64_t key)
{
    ngx_uint_t              first, last, mid;
    ngx_webhook_object_t  **object;

    object = array->elts;
    first = 0;
    last = array->nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (object[mid]->key == key) {
            return object[mid];
        }

        if (object[mid]->key < key) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_webhook_registered_owns(ngx_webhook_registered_t *set, uint64_t id,
    webhook_str_t *name)
{
    webhook_str_t  receiver;

    if (set == NULL) {
        return 0;
    }

    if (ngx_webhook_registered_find(&set->endpoints, id)
        || ngx_webhook_registered_api(set, id))
    {
        return 1;
    }

    /* a receiver that could not be built has no API here */

    return ngx_webhook_registered_api_named(name, &receiver)
           && ngx_webhook_registered_find(&set->receivers,
                                          webhook_id_name(&receiver))
              != NULL;
}


ngx_webhook_object_t *
ngx_webhook_registered_by_token(ngx_webhook_registered_t *set,
    ngx_str_t *token)
{
    u_char                           digest[NGX_WEBHOOK_DIGEST_LEN];
    size_t                           i;
    ngx_webhook_registered_token_t  *t;

    if (set == NULL || set->url_tokens.nelts == 0
        || !ngx_webhook_url_token_valid(token))
    {
        return NULL;
    }

    ngx_webhook_url_token_digest(token, digest);

    t = set->url_tokens.elts;

    /* two receivers may have been given one token: the one that holds counts */

    for (i = webhook_hash_find(t, set->url_tokens.nelts, sizeof(*t), digest);
         i < set->url_tokens.nelts
         && ngx_memcmp(t[i].digest, digest, sizeof(digest)) == 0;
         i++)
    {
        if (t[i].expires == 0 || ngx_time() < t[i].expires) {
            return t[i].object;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_webhook_registered_asks(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type)
{
    ngx_uint_t                 asks;
    ngx_webhook_registered_t  *set;

    if (wmcf->registry == NULL) {
        return 0;
    }

    if (ngx_webhook_registered_behind(wmcf)) {
        return 1;
    }

    set = ngx_webhook_registered_hold(wmcf);

    asks = set ? set->asked[type - (ngx_webhook_type_t *) wmcf->types.elts] : 0;

    ngx_webhook_registered_release(set);

    return asks;
}


ngx_uint_t
ngx_webhook_registered_expressions(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type)
{
    ngx_uint_t                 n;
    ngx_webhook_registered_t  *set;

    set = ngx_webhook_registered_hold(wmcf);

    n = set ? set->expressions[type - (ngx_webhook_type_t *) wmcf->types.elts]
            : 0;

    ngx_webhook_registered_release(set);

    return n;
}


ngx_webhook_registered_group_t *
ngx_webhook_registered_group(ngx_webhook_registered_t *set,
    ngx_str_t *company)
{
    ngx_int_t                         rc;
    ngx_uint_t                        first, last, mid;
    ngx_webhook_registered_group_t  **group;

    group = set->groups.elts;
    first = 0;
    last = set->groups.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        rc = ngx_memn2cmp(group[mid]->company.data, company->data,
                          group[mid]->company.len, company->len);
        if (rc == 0) {
            return group[mid];
        }

        if (rc < 0) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_webhook_company_valid(ngx_str_t *text)
{
    u_char      c;
    ngx_uint_t  i;

    if (text->len == 0 || text->len > WEBHOOK_COMPANY_MAX) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')
        {
            continue;
        }

        return 0;
    }

    return 1;
}
