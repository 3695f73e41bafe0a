
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "http/runtime/ngx_http_webhook_clock.h"


static ngx_int_t ngx_webhook_record_text(ngx_webhook_api_t *api,
    json_t *record, webhook_str_t *data);
static ngx_int_t ngx_webhook_record_done(ngx_webhook_api_t *api,
    webhook_op_t *op);


ngx_int_t
ngx_webhook_record_data(ngx_webhook_api_t *api, const char *action,
    ngx_str_t *id, json_t *more, webhook_str_t *data)
{
    json_t      *record, *by;
    ngx_int_t    rc;
    const char  *what;

    by = api->who.name.len
         ? ngx_webhook_api_string(ngx_webhook_str(&api->who.name))
         : json_null();

    what = ngx_strchr(action, '.') + 1;

    record = json_pack("{s:o, s:s, s:s%, s:o}", "by", by, "action", what,
                       "kind", action, (size_t) (what - action - 1),
                       "id",
                       id ? ngx_webhook_api_string(ngx_webhook_str(id))
                          : json_null());

    if (record == NULL) {
        json_decref(more);
        return NGX_ERROR;
    }

    rc = NGX_DECLINED;

    if (more) {
        if (json_object_update_missing(record, more) == 0) {
            rc = ngx_webhook_record_text(api, record, data);
        }

        if (rc == NGX_DECLINED) {
            json_object_del(record, "changes");
            json_object_del(record, "filter");
            json_object_set_new(record, "cut", json_true());
        }

        json_decref(more);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_webhook_record_text(api, record, data);
    }

    json_decref(record);

    return rc == NGX_OK ? NGX_OK : NGX_ERROR;
}


/* NGX_DECLINED: it is too long. */

static ngx_int_t
ngx_webhook_record_text(ngx_webhook_api_t *api, json_t *record,
    webhook_str_t *data)
{
    size_t  len;

    len = json_dumpb(record, NULL, 0, JSON_COMPACT);

    if (len == 0) {
        return NGX_ERROR;
    }

    if (len > WEBHOOK_AUDIT_DATA_MAX) {
        return NGX_DECLINED;
    }

    data->data = ngx_pnalloc(api->pool, len);
    if (data->data == NULL) {
        return NGX_ERROR;
    }

    data->len = json_dumpb(record, (char *) data->data, len, JSON_COMPACT);

    return data->len == len ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webhook_record_with(ngx_webhook_api_t *api, webhook_op_t *op,
    const char *action, ngx_str_t *id, const webhook_str_t *company,
    json_t *more)
{
    webhook_recorded_t  *recorded;

    recorded = ngx_pcalloc(api->pool, sizeof(webhook_recorded_t));

    if (recorded == NULL) {
        json_decref(more);
        return NGX_ERROR;
    }

    recorded->wall = ngx_webhook_clock_wall();
    recorded->company = *company;

    op->recorded = recorded;

    return ngx_webhook_record_data(api, action, id, more, &recorded->audit);
}


ngx_int_t
ngx_webhook_record(ngx_webhook_api_t *api, const char *action, ngx_str_t *id,
    const webhook_str_t *company, json_t *more, ngx_str_t *begun,
    ngx_webhook_api_pt next)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = ngx_webhook_clock_wall();
    op.u.record.company = *company;

    if (ngx_webhook_record_data(api, action, id, more, &op.u.record.data)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (begun
        && ngx_webhook_api_begun(api, api->pool, begun, &op.u.record.once)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webhook_scope(api)->next = next;

    return ngx_webhook_api_store(api, &op, ngx_webhook_record_done);
}


/* Above the high-water mark records are written too, as long as outcomes are. */

static ngx_int_t
ngx_webhook_record_done(ngx_webhook_api_t *api, webhook_op_t *op)
{
    switch (op->result) {

    case WEBHOOK_STORE_OK:
        return ngx_webhook_scope(api)->next(api);

    case WEBHOOK_STORE_DUPLICATE:
        return ngx_webhook_api_known(api, &op->u.record.once);

    default:
        return ngx_webhook_api_full(api);
    }
}
