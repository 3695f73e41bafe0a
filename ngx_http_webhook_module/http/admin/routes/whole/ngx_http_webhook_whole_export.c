
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET registry: all that was registered, without its secrets, in pages that
 * POST registry takes.
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"


#define NGX_WEBHOOK_EXPORT_BYTES  1048576       /* of definitions, a question
                                                   to the store */


typedef struct {
    u_char    kind;
    u_char    from;
    u_char    object[WEBHOOK_OBJECT_CURSOR];
} ngx_webhook_export_cursor_t;

typedef struct {
    ngx_webhook_export_cursor_t   cursor;
    uint32_t                      limit;
    json_t                       *items;
} ngx_webhook_export_t;


static ngx_int_t ngx_webhook_export_ask(ngx_webhook_api_t *api,
    ngx_webhook_export_t *export);
static ngx_int_t ngx_webhook_export_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_export_item(ngx_webhook_api_t *api,
    const webhook_object_t *object);
static ngx_int_t ngx_webhook_export_page(ngx_webhook_api_t *api,
    ngx_webhook_export_t *export, ngx_uint_t more);
static void ngx_webhook_export_forget(void *data);


ngx_int_t
ngx_webhook_whole_export(ngx_webhook_api_t *api)
{
    ngx_int_t              rc;
    ngx_uint_t             from;
    ngx_pool_cleanup_t    *cln;
    ngx_webhook_export_t  *export;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_export_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    export = cln->data;
    ngx_memzero(export, sizeof(ngx_webhook_export_t));
    cln->handler = ngx_webhook_export_forget;

    api->data = export;

    rc = ngx_webhook_api_query_limit(api, &export->limit);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, (u_char *) &export->cursor,
                                          sizeof(ngx_webhook_export_cursor_t),
                                          &from);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    if (export->cursor.kind >= WEBHOOK_OBJECT_KINDS) {
        export->cursor.kind = 0;
    }

    export->items = json_array();
    if (export->items == NULL) {
        return NGX_ERROR;
    }

    if (api->wmcf->registry == NULL) {
        return ngx_webhook_export_page(api, export, 0);
    }

    return ngx_webhook_export_ask(api, export);
}


static void
ngx_webhook_export_forget(void *data)
{
    ngx_webhook_export_t *export = data;

    json_decref(export->items);
    export->items = NULL;
}


static ngx_int_t
ngx_webhook_export_ask(ngx_webhook_api_t *api, ngx_webhook_export_t *export)
{
    webhook_op_t  op;

    if (json_array_size(export->items) == export->limit) {
        return ngx_webhook_export_page(api, export, 1);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = (webhook_object_e) export->cursor.kind;
    op.u.objects.max = export->limit
                       - (uint32_t) json_array_size(export->items);
    op.u.objects.max_bytes = NGX_WEBHOOK_EXPORT_BYTES;

    ngx_webhook_access_whose(&api->who, &op.u.objects.company);

    if (export->cursor.from) {
        op.u.objects.from = 1;
        ngx_memcpy(op.u.objects.cursor, export->cursor.object,
                   WEBHOOK_OBJECT_CURSOR);
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_export_read);
}


static ngx_int_t
ngx_webhook_export_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    uint32_t               i;
    ngx_webhook_export_t  *export;

    export = api->data;

    for (i = 0; i < op->u.objects.count; i++) {

        if (json_array_append_new(export->items,
                      ngx_webhook_export_item(api, &op->u.objects.objects[i]))
            != 0)
        {
            return NGX_ERROR;
        }
    }

    if (op->u.objects.more) {
        export->cursor.from = 1;
        ngx_memcpy(export->cursor.object, op->u.objects.cursor,
                   WEBHOOK_OBJECT_CURSOR);

        return ngx_webhook_export_ask(api, export);
    }

    if (export->cursor.kind + 1 == WEBHOOK_OBJECT_KINDS) {
        return ngx_webhook_export_page(api, export, 0);
    }

    ngx_memzero(&export->cursor, sizeof(ngx_webhook_export_cursor_t));
    export->cursor.kind = (u_char) (op->u.objects.kind + 1);

    return ngx_webhook_export_ask(api, export);
}


/* What only the server sets is left out, but for the id. */

static json_t *
ngx_webhook_export_item(ngx_webhook_api_t *api, const webhook_object_t *object)
{
    int                failed;
    json_t            *definition, *json;
    ngx_webhook_why_t  held;

    definition = ngx_webhook_registry_open(api->wmcf, object, &held);

    json = definition == NULL ? json_object()
           : webhook_definition_show((webhook_definition_kind_e) object->kind,
                                     definition, WEBHOOK_DEFINITION_SETTING);

    json_decref(definition);

    if (json == NULL) {
        return NULL;
    }

    failed = json_object_set_new(json, "kind",
                                 json_string(object->kind
                                             == WEBHOOK_OBJECT_ENDPOINT
                                             ? "endpoint" : "receiver"));
    failed |= json_object_set_new(json, "id",
                                  ngx_webhook_api_string(&object->id));
    failed |= json_object_set_new(json, "name",
                                  ngx_webhook_api_string(&object->name));
    failed |= json_object_set_new(json, "company", object->company.len
                                    ? ngx_webhook_api_string(&object->company)
                                    : json_null());
    if (failed) {
        json_decref(json);
        return NULL;
    }

    return json;
}


static ngx_int_t
ngx_webhook_export_page(ngx_webhook_api_t *api, ngx_webhook_export_t *export,
    ngx_uint_t more)
{
    json_t  *items;

    items = export->items;
    export->items = NULL;

    return ngx_webhook_api_page(api, items,
                                more ? (u_char *) &export->cursor : NULL,
                                sizeof(ngx_webhook_export_cursor_t));
}
