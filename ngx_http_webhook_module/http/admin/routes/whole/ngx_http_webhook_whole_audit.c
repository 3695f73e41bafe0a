
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
#define NGX_WEBHOOK_AUDIT_LOOKED 1000           /* at of records, a page, where
                                                   not all are wanted */


/* Members of a record that have to be so: those that are set. */

typedef struct {
    ngx_str_t                   values[4];
    ngx_uint_t                  set;
    uint32_t                    max;
    ngx_webhook_api_texts_t   *texts;
    uint64_t                    before;         /* where the next page begins, */
    ngx_uint_t                  more;           /*   if there is one */
} ngx_webhook_whole_asked_t;


static void ngx_webhook_whole_audit_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_audit_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_uint_t ngx_webhook_whole_audit_meant(
    ngx_webhook_whole_asked_t *asked, json_t *record);


static const char  *ngx_webhook_whole_audit_names[] = {
    "by", "kind", "action", "id"
};


ngx_int_t
ngx_webhook_whole_audit(ngx_webhook_api_t *api)
{
    u_char                      cursor[8];
    ngx_int_t                   rc;
    ngx_uint_t                  i, from;
    webhook_op_t                op;
    ngx_webhook_whole_asked_t  *asked;

    asked = ngx_pcalloc(api->pool, sizeof(ngx_webhook_whole_asked_t));
    if (asked == NULL) {
        return NGX_ERROR;
    }

    asked->texts = ngx_webhook_api_page_texts(api);
    if (asked->texts == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < 4; i++) {
        asked->set |= ngx_webhook_api_query(api,
                                            ngx_webhook_whole_audit_names[i],
                                            &asked->values[i]);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_AUDIT;
    op.u.audit.max_bytes = NGX_WEBHOOK_AUDIT_BYTES;

    ngx_webhook_access_whose(&api->who, &op.u.audit.company);

    rc = ngx_webhook_api_query_limit(api, &asked->max);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, cursor, 8, &from);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    for (i = 0; from && i < 8; i++) {
        op.u.audit.before = op.u.audit.before << 8 | cursor[i];
    }

    op.u.audit.max = asked->set ? NGX_WEBHOOK_AUDIT_LOOKED : asked->max;
    api->data = asked;

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_whole_audit_seen,
                                     ngx_webhook_whole_audit_read);
}


/* Where not all are wanted a page may have less than it could, and even none:
   "next" goes on behind what was looked at.  Any thread. */

static void
ngx_webhook_whole_audit_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    json_t                     *record;
    uint32_t                    i;
    webhook_op_audit_t         *audit;
    ngx_webhook_whole_asked_t  *asked;

    asked = api->data;
    audit = &op->u.audit;

    asked->texts->seen = 1;
    asked->before = audit->before;
    asked->more = audit->more;

    for (i = 0; i < audit->count && !asked->texts->failed; i++) {

        if (asked->texts->n == asked->max) {
            asked->before = audit->records[i - 1].number;
            asked->more = 1;
            break;
        }

        record = webhook_view_audit(&audit->records[i]);

        if (record && !ngx_webhook_whole_audit_meant(asked, record)) {
            json_decref(record);
            continue;
        }

        ngx_webhook_api_page_add(asked->texts, record);
    }
}


static ngx_int_t
ngx_webhook_whole_audit_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    u_char                      cursor[8];
    ngx_uint_t                  i;
    ngx_webhook_whole_asked_t  *asked;

    asked = api->data;

    if (!asked->texts->seen) {
        ngx_webhook_whole_audit_seen(api, op);
    }

    if (asked->texts->failed) {
        return NGX_ERROR;
    }

    for (i = 0; i < 8; i++) {
        cursor[i] = (u_char) (asked->before >> (56 - 8 * i));
    }

    return ngx_webhook_api_page_text(api, &asked->texts->items,
                                     asked->more ? cursor : NULL, 8);
}


static ngx_uint_t
ngx_webhook_whole_audit_meant(ngx_webhook_whole_asked_t *asked,
    json_t *record)
{
    json_t      *value;
    ngx_str_t   *text;
    ngx_uint_t   i;

    for (i = 0; i < 4; i++) {

        text = &asked->values[i];

        if (text->len == 0) {
            continue;
        }

        value = json_object_get(record, ngx_webhook_whole_audit_names[i]);

        if (json_string_length(value) != text->len
            || ngx_memcmp(json_string_value(value), text->data, text->len)
               != 0)
        {
            return 0;
        }
    }

    return 1;
}
