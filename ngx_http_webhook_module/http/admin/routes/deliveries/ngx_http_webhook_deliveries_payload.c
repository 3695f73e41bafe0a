
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET deliveries/{id}/payload: the bytes that are sent, as they are.
 */

#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"


static ngx_int_t ngx_webhook_deliveries_bytes(ngx_webhook_api_t *api,
    webhook_op_t *op);


ngx_int_t
ngx_webhook_deliveries_payload(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_bytes);
}


/* A body may have a hundred megabytes: it is sent from where the store put
   it, which becomes the request's. */

static ngx_int_t
ngx_webhook_deliveries_bytes(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_str_t             body;
    webhook_rendition_t  *r;

    r = ngx_webhook_deliveries_rendition(op);

    if (r == NULL) {
        return ngx_webhook_api_problem(api, NGX_HTTP_NOT_FOUND,
                                       "The payload of this delivery cannot be "
                                       "read any more: its row in the store is "
                                       "damaged");
    }

    body = *ngx_webhook_nstr(&r->body);

    if (ngx_webhook_scope_keep(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_attachment(api, &body, "payload.bin");
}
