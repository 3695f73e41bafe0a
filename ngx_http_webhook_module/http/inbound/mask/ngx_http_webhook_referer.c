
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/mask/ngx_http_webhook_referer.h"
#include "http/inbound/mask/ngx_http_webhook_url_token_like.h"


void
ngx_webhook_referer(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    if (r->headers_in.referer == NULL) {
        return;
    }

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != sizeof("Referer") - 1
            || ngx_strncasecmp(h[i].key.data, (u_char *) "Referer",
                               sizeof("Referer") - 1)
               != 0
            || !ngx_webhook_token_like(r, h[i].value.data,
                                     h[i].value.data + h[i].value.len))
        {
            continue;
        }

        /* where it was read, for what has looked at it already */

        ngx_memset(h[i].value.data, '*', h[i].value.len);

        h[i].value.len = ngx_min(h[i].value.len, sizeof("***") - 1);
        h[i].value.data[h[i].value.len] = '\0';
    }
}
