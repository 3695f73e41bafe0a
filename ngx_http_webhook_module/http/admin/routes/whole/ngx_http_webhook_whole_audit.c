
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET audit: who changed what.
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "store/view/webhook_view.h"


#define NGX_WEBHOOK_AUDIT_BYTES  524288         /* of records, a page */


static ngx_int_t ngx_webhook_whole_audit_read(ngx_webhook_api_t *api,
    webhook_op_t *op);


ngx_int_t
ngx_webhook_whole_audit(ngx_webhook_api_t *api)
{
    u_char        cursor[8];
    ngx_int_t     rc;
    ngx_uint_t    i, from;
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_AUDIT;
    op.u.audit.max_bytes = NGX_WEBHOOK_AUDIT_BYTES;

    ngx_webhook_access_whose(&api->who, &op.u.audit.company);

    rc = ngx_webhook_api_query_limit(api, &op.u.audit.max);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, cursor, 8, &from);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    for (i = 0; from && i < 8; i++) {
        op.u.audit.before = op.u.audit.before << 8 | cursor[i];
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_audit_read);
}


static ngx_int_t
ngx_webhook_whole_audit_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    u_char      cursor[8];
    json_t     *items;
    uint32_t    i;

    items = json_array();
    if (items == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < op->u.audit.count; i++) {

        if (json_array_append_new(items,
                                  webhook_view_audit(&op->u.audit.records[i]))
            != 0)
        {
            json_decref(items);
            return NGX_ERROR;
        }
    }

    for (i = 0; i < 8; i++) {
        cursor[i] = (u_char) (op->u.audit.before >> (56 - 8 * i));
    }

    return ngx_webhook_api_page(api, items,
                                op->u.audit.more ? cursor : NULL, 8);
}
