
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"
#include "ngx_http_webhook_lookup.h"


/*
 * A client that repeats a call, since no answer came or for any other reason,
 * sends the same key.  Its event gets the id that it had the first time, so
 * that the store sees what it has already.  Two requests are the same by all
 * of: type of event, method, host, URI as the client wrote it, key, and
 * Authorization, so that the keys of two clients do not meet.
 *
 * Rules of one type that match one request make an event each: those are told
 * apart by their order.
 */

ngx_int_t
ngx_http_webhook_capture_id(ngx_http_request_t *r,
    ngx_http_webhook_loc_conf_t *wlcf, ngx_uint_t rule, webhook_id_t *id)
{
    u_char                     text[NGX_INT_T_LEN];
    ngx_uint_t                 i, n;
    webhook_str_t              texts[8];
    webhook_value_t            key;
    ngx_http_webhook_rule_t  **rules;

    if (wlcf->idempotency.len == 0) {
        return ngx_http_webhook_event_id(id);
    }

    if (ngx_http_webhook_lookup_header(r,
                                   ngx_http_webhook_str(&wlcf->idempotency),
                                   &key)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (key.missing || key.span.len == 0) {
        return ngx_http_webhook_event_id(id);
    }

    rules = wlcf->rules->elts;
    n = 0;

    for (i = 0; i < rule; i++) {
        n += (rules[i]->type == rules[rule]->type);
    }

    ngx_memzero(texts, sizeof(texts));

    texts[0].data = (u_char *) "webhook_idempotency";
    texts[0].len = sizeof("webhook_idempotency") - 1;
    texts[1] = *ngx_http_webhook_str(&rules[rule]->type->name);
    texts[2] = *ngx_http_webhook_str(&r->method_name);
    texts[3] = *ngx_http_webhook_str(&r->headers_in.server);
    texts[4] = *ngx_http_webhook_str(&r->unparsed_uri);
    texts[5] = key.span;

    if (r->headers_in.authorization) {
        texts[6] =
               *ngx_http_webhook_str(&r->headers_in.authorization->value);
    }

    texts[7].data = text;
    texts[7].len = ngx_sprintf(text, "%ui", n) - text;

    webhook_id_hash(texts, 8, id);

    return NGX_OK;
}
