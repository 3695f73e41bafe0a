
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/payload/ngx_http_webhook_traceparent.h"


/* Of two such headers none is to be believed. */

webhook_trace_t *
ngx_webhook_traceparent(ngx_http_request_t *r, webhook_trace_t *trace)
{
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_list_part_t         *part;
    ngx_table_elt_t         *h;
    ngx_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->trace != 1) {
        return NULL;
    }

    value = NULL;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != sizeof("traceparent") - 1
            || ngx_strncasecmp(h[i].key.data, (u_char *) "traceparent",
                               sizeof("traceparent") - 1)
               != 0)
        {
            continue;
        }

        if (value) {
            return NULL;
        }

        value = &h[i].value;
    }

    if (value == NULL
        || webhook_trace_parse(ngx_webhook_str(value), trace) != WEBHOOK_OK)
    {
        return NULL;
    }

    return trace;
}
