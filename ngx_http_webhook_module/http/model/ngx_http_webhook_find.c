
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook.h"
#include "http/model/ngx_http_webhook_url_token.h"
#include "core/base/webhook_hash.h"


static void *ngx_webhook_find(ngx_array_t *array, uint64_t id);


ngx_uint_t
ngx_webhook_type_asked(ngx_webhook_type_t *type, ngx_str_t *pattern)
{
    if (type->own && (pattern->len < sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1
                      || ngx_strncmp(pattern->data, NGX_WEBHOOK_OWN_PREFIX,
                                     sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1)
                         != 0))
    {
        return 0;
    }

    return webhook_pattern_match(ngx_webhook_str(pattern),
                                 ngx_webhook_str(&type->name));
}


ngx_webhook_endpoint_t *
ngx_webhook_endpoint_find(ngx_webhook_main_conf_t *wmcf, uint64_t id)
{
    return ngx_webhook_find(&wmcf->endpoints, id);
}


ngx_webhook_receiver_t *
ngx_webhook_receiver_find(ngx_webhook_main_conf_t *wmcf, uint64_t id)
{
    return ngx_webhook_find(&wmcf->receivers, id);
}


static void *
ngx_webhook_find(ngx_array_t *array, uint64_t id)
{
    ngx_uint_t             first, last, mid;
    ngx_webhook_named_t  **named;

    named = array->elts;
    first = 0;
    last = array->nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (named[mid]->id == id) {
            return named[mid];
        }

        if (named[mid]->id < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


ngx_webhook_receiver_t *
ngx_webhook_receiver_by_token(ngx_webhook_main_conf_t *wmcf, ngx_str_t *token)
{
    size_t                    i;
    ngx_webhook_url_token_t  *t;
    u_char                    digest[NGX_WEBHOOK_DIGEST_LEN];

    if (!ngx_webhook_url_token_valid(token)) {
        return NULL;
    }

    ngx_webhook_url_token_digest(token, digest);

    t = wmcf->url_tokens.elts;

    i = webhook_hash_find(t, wmcf->url_tokens.nelts, sizeof(*t), digest);

    return i < wmcf->url_tokens.nelts
           && (t[i].expires == 0 || ngx_time() < t[i].expires)
           ? t[i].receiver : NULL;
}
