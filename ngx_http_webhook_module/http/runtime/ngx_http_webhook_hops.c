
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_hops.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_HOPS_TOP  1000          /* more are told as these */


static ngx_uint_t ngx_webhook_hops_read(ngx_str_t *text);


ngx_uint_t
ngx_webhook_hops(ngx_http_request_t *r)
{
    ngx_uint_t        i, hops;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    hops = 0;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return hops;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == sizeof(NGX_WEBHOOK_HOPS_HEADER) - 1
            && ngx_strncasecmp(h[i].key.data,
                               (u_char *) NGX_WEBHOOK_HOPS_HEADER,
                               sizeof(NGX_WEBHOOK_HOPS_HEADER) - 1)
               == 0)
        {
            hops = ngx_max(hops, ngx_webhook_hops_read(&h[i].value));
        }
    }
}


static ngx_uint_t
ngx_webhook_hops_read(ngx_str_t *text)
{
    ngx_int_t  n;

    n = ngx_atoi(text->data, text->len);

    if (n == NGX_ERROR) {
        return 0;
    }

    return ngx_min(n, NGX_WEBHOOK_HOPS_TOP);
}


ngx_uint_t
ngx_webhook_hops_allow(ngx_uint_t hops, ngx_str_t *type, ngx_log_t *log)
{
    if (hops < NGX_WEBHOOK_HOPS_MAX) {
        return 1;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "no webhook event \"%V\" is created: its request was caused "
                  "by a chain of %ui webhooks", type, hops);

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_LOOPED, 1);

    return 0;
}
