
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"


#define NGX_WEBHOOK_OBJECTS_BYTES  1048576      /* of definitions, a question
                                                   to the store */


/* Where a page ends: those of nginx.conf come first, by their keys. */

typedef struct {
    u_char      registered;
    u_char      key[8];
    u_char      object[WEBHOOK_OBJECT_CURSOR];
} ngx_webhook_objects_cursor_t;

typedef struct {
    webhook_object_e               kind;
    webhook_company_t              company;
    uint32_t                       limit;
    webhook_buf_t                  items;       /* JSON texts */
    uint32_t                       n;           /* of them */
    unsigned                       seen:1;      /* what the store answered is in
                                                   them */
    unsigned                       failed:1;    /* there was no memory for it */
    ngx_webhook_objects_cursor_t   cursor;
    ngx_uint_t                     from;        /* cursor is set */
    webhook_op_stats_t             stats;
    ngx_int_t                    (*read)(ngx_webhook_api_t *api,
                                       const webhook_object_t *object,
                                       json_t *definition);
} ngx_webhook_objects_t;


static ngx_int_t ngx_webhook_objects_list_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_objects_stats(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_first(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_objects_configured(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o);
static json_t *ngx_webhook_objects_named(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o, ngx_webhook_named_t *named);
static ngx_int_t ngx_webhook_objects_ask(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o);
static void ngx_webhook_objects_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_found(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_page(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o, ngx_uint_t more);
static ngx_int_t ngx_webhook_objects_get_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_objects_got_stats(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_got(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_one(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o, void (*seen)(ngx_webhook_api_t *api,
    webhook_op_t *op), ngx_int_t (*done)(ngx_webhook_api_t *api,
    webhook_op_t *op));
static ngx_int_t ngx_webhook_objects_read_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_objects_was_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_webhook_objects_t *ngx_webhook_objects_create(
    ngx_webhook_api_t *api, webhook_object_e kind);
static void ngx_webhook_objects_forget(void *data);


ngx_int_t
ngx_webhook_objects_list(ngx_webhook_api_t *api, webhook_object_e kind)
{
    if (ngx_webhook_objects_create(api, kind) == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_scope_begin(api, ngx_webhook_objects_list_go);
}


static ngx_webhook_objects_t *
ngx_webhook_objects_create(ngx_webhook_api_t *api, webhook_object_e kind)
{
    ngx_pool_cleanup_t     *cln;
    ngx_webhook_objects_t  *o;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_objects_t));
    if (cln == NULL) {
        return NULL;
    }

    o = cln->data;
    ngx_memzero(o, sizeof(ngx_webhook_objects_t));
    webhook_buf_init(&o->items, 0);
    cln->handler = ngx_webhook_objects_forget;

    o->kind = kind;
    api->data = o;

    return o;
}


static void
ngx_webhook_objects_forget(void *data)
{
    ngx_webhook_objects_t *o = data;

    ngx_webhook_api_page_wipe(&o->items);
}


static ngx_int_t
ngx_webhook_objects_list_go(ngx_webhook_api_t *api)
{
    ngx_int_t               rc;
    ngx_str_t               company;
    webhook_op_t            op;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    ngx_webhook_access_whose(&api->who, &o->company);

    if (ngx_webhook_api_query(api, "company", &company)) {

        if (!webhook_definition_is_company(ngx_webhook_str(&company))) {
            return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                           "\"company\" of the query: it has to "
                                           "be up to 64 letters, digits, \"_\", "
                                           "\".\" and \"-\"");
        }

        if (!ngx_webhook_access_sees(&api->who, ngx_webhook_str(&company))) {
            return ngx_webhook_api_not_found(api, "company", &company);
        }

        o->company.which = WEBHOOK_COMPANY_ONE;
        o->company.name = *ngx_webhook_str(&company);
    }

    rc = ngx_webhook_api_query_limit(api, &o->limit);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, (u_char *) &o->cursor,
                                          sizeof(ngx_webhook_objects_cursor_t),
                                          &o->from);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;

    return ngx_webhook_api_store(api, &op, ngx_webhook_objects_stats);
}


static ngx_int_t
ngx_webhook_objects_stats(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;
    o->stats = op->u.stats;

    if (ngx_webhook_scope_keep(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_objects_first(api);
}


static ngx_int_t
ngx_webhook_objects_first(ngx_webhook_api_t *api)
{
    ngx_int_t               rc;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (o->company.which == WEBHOOK_COMPANY_ANY && !o->cursor.registered) {

        rc = ngx_webhook_objects_configured(api, o);

        if (rc != NGX_OK) {
            return rc == NGX_DONE ? ngx_webhook_objects_page(api, o, 1)
                                  : NGX_ERROR;
        }
    }

    if (api->wmcf->registry == NULL) {
        return ngx_webhook_objects_page(api, o, 0);
    }

    return ngx_webhook_objects_ask(api, o);
}


/* Endpoints and receivers begin alike.  NGX_DONE: there are more than are
   wanted. */

static ngx_int_t
ngx_webhook_objects_configured(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o)
{
    json_t                *json;
    uint64_t               key;
    ngx_uint_t             i, j;
    ngx_array_t           *all;
    ngx_webhook_named_t  **named;

    all = o->kind == WEBHOOK_OBJECT_ENDPOINT ? &api->wmcf->endpoints
                                             : &api->wmcf->receivers;
    named = all->elts;
    key = 0;

    for (i = 0; i < 8; i++) {
        key = key << 8 | o->cursor.key[i];
    }

    for (i = 0; i < all->nelts; i++) {

        if ((o->from && named[i]->id <= key)
            || (o->kind == WEBHOOK_OBJECT_ENDPOINT
                && ((ngx_webhook_endpoint_t *) named[i])->internal))
        {
            continue;
        }

        if (o->n == o->limit) {
            return NGX_DONE;
        }

        json = ngx_webhook_objects_named(api, o, named[i]);

        if (ngx_webhook_api_page_item(&o->items, json) != NGX_OK) {
            return NGX_ERROR;
        }

        o->n++;

        for (j = 0; j < 8; j++) {
            o->cursor.key[j] = (u_char) (named[i]->id >> (56 - 8 * j));
        }
    }

    return NGX_OK;
}


static json_t *
ngx_webhook_objects_named(ngx_webhook_api_t *api, ngx_webhook_objects_t *o,
    ngx_webhook_named_t *named)
{
    json_t  *json;

    json = o->kind == WEBHOOK_OBJECT_ENDPOINT
           ? ngx_webhook_shown_endpoint(api, (ngx_webhook_endpoint_t *) named)
           : ngx_webhook_shown_receiver(api, (ngx_webhook_receiver_t *) named);

    return ngx_webhook_shown_state(api, o->kind, json, &o->stats,
                                   ngx_webhook_str(&named->name), NULL);
}


static ngx_int_t
ngx_webhook_objects_ask(ngx_webhook_api_t *api, ngx_webhook_objects_t *o)
{
    webhook_op_t  op;

    if (o->n == o->limit) {

        /* whether there is one more is told by the next page */

        return ngx_webhook_objects_page(api, o, 1);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = o->kind;
    op.u.objects.company = o->company;
    op.u.objects.max = o->limit - o->n;
    op.u.objects.max_bytes = NGX_WEBHOOK_OBJECTS_BYTES;

    if (o->cursor.registered) {
        op.u.objects.from = 1;
        ngx_memcpy(op.u.objects.cursor, o->cursor.object,
                   WEBHOOK_OBJECT_CURSOR);
    }

    o->seen = 0;

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_objects_seen,
                                     ngx_webhook_objects_found);
}


/* Any thread: each is opened with its key, which takes its time. */

static void
ngx_webhook_objects_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    uint32_t                i;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;
    o->seen = 1;

    for (i = 0; i < op->u.objects.count && !o->failed; i++) {

        if (ngx_webhook_api_page_item(&o->items,
                                      ngx_webhook_shown_kept(api,
                                                 &op->u.objects.objects[i],
                                                 &o->stats))
            != NGX_OK)
        {
            o->failed = 1;
        }

        o->n++;
    }
}


static ngx_int_t
ngx_webhook_objects_found(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (!o->seen) {
        ngx_webhook_objects_seen(api, op);
    }

    if (o->failed) {
        return NGX_ERROR;
    }

    if (!op->u.objects.more) {
        return ngx_webhook_objects_page(api, o, 0);
    }

    o->cursor.registered = 1;
    ngx_memcpy(o->cursor.object, op->u.objects.cursor, WEBHOOK_OBJECT_CURSOR);

    return ngx_webhook_objects_ask(api, o);
}


static ngx_int_t
ngx_webhook_objects_page(ngx_webhook_api_t *api, ngx_webhook_objects_t *o,
    ngx_uint_t more)
{
    return ngx_webhook_api_page_text(api, &o->items,
                                     more ? (u_char *) &o->cursor : NULL,
                                     sizeof(ngx_webhook_objects_cursor_t));
}


ngx_int_t
ngx_webhook_objects_get(ngx_webhook_api_t *api, webhook_object_e kind)
{
    if (ngx_webhook_objects_create(api, kind) == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_scope_begin(api, ngx_webhook_objects_get_go);
}


static ngx_int_t
ngx_webhook_objects_get_go(ngx_webhook_api_t *api)
{
    webhook_op_t            op;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = ngx_webhook_scope_key(o->kind,
                                            ngx_webhook_str(&api->values[0]));

    return ngx_webhook_api_store(api, &op, ngx_webhook_objects_got_stats);
}


static ngx_int_t
ngx_webhook_objects_got_stats(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;
    o->stats = op->u.stats;

    if (ngx_webhook_scope_keep(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_objects_one(api, o, ngx_webhook_objects_seen,
                                   ngx_webhook_objects_got);
}


/* Answers one of nginx.conf at once, or asks the store for the object. */

static ngx_int_t
ngx_webhook_objects_one(ngx_webhook_api_t *api, ngx_webhook_objects_t *o,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    webhook_op_t               op;
    ngx_webhook_named_t       *named;
    ngx_webhook_scope_thing_t  thing;

    if (!ngx_webhook_scope_thing(api, o->kind, &thing)) {
        return ngx_webhook_api_not_found(api, ngx_webhook_scope_kind(o->kind),
                                         &api->values[0]);
    }

    if (thing.object) {
        ngx_memzero(&op, sizeof(webhook_op_t));

        op.type = WEBHOOK_OP_OBJECTS;
        op.u.objects.kind = o->kind;
        op.u.objects.id = *ngx_webhook_str(&api->values[0]);
        op.u.objects.max = 1;

        ngx_webhook_access_whose(&api->who, &op.u.objects.company);

        return ngx_webhook_api_store_see(api, &op, seen, done);
    }

    if (o->read) {
        return o->read(api, NULL, NULL);
    }

    named = o->kind == WEBHOOK_OBJECT_ENDPOINT
            ? (ngx_webhook_named_t *) thing.endpoint
            : (ngx_webhook_named_t *) thing.receiver;

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                ngx_webhook_objects_named(api, o, named));
}


static ngx_int_t
ngx_webhook_objects_got(ngx_webhook_api_t *api, webhook_op_t *op)
{
    webhook_object_t       *object;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (op->result != WEBHOOK_STORE_OK || op->u.objects.count == 0) {
        return ngx_webhook_api_not_found(api, ngx_webhook_scope_kind(o->kind),
                                         &api->values[0]);
    }

    object = op->u.objects.objects;

    if (ngx_webhook_api_etag(api, object->version) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!o->seen) {
        ngx_webhook_objects_seen(api, op);
    }

    return o->failed ? NGX_ERROR : ngx_webhook_api_page_one(api, &o->items);
}


ngx_int_t
ngx_webhook_objects_read(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_int_t (*read)(ngx_webhook_api_t *api, const webhook_object_t *object,
    json_t *definition))
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_objects_create(api, kind);
    if (o == NULL) {
        return NGX_ERROR;
    }

    o->read = read;

    return ngx_webhook_scope_begin(api, ngx_webhook_objects_read_go);
}


static ngx_int_t
ngx_webhook_objects_read_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_one(api, ngx_webhook_scope(api)->data, NULL,
                                   ngx_webhook_objects_was_read);
}


static ngx_int_t
ngx_webhook_objects_was_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    json_t                 *definition;
    ngx_int_t               rc;
    webhook_object_t       *object;
    ngx_webhook_why_t       held;
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (op->result != WEBHOOK_STORE_OK || op->u.objects.count == 0) {
        return ngx_webhook_api_not_found(api, ngx_webhook_scope_kind(o->kind),
                                         &api->values[0]);
    }

    object = op->u.objects.objects;

    definition = ngx_webhook_registry_open(api->wmcf, object, &held);

    if (definition == NULL || held.text) {
        json_decref(definition);

        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The %s is held: %s",
                                       ngx_webhook_scope_kind(o->kind),
                                       held.text);
    }

    rc = o->read(api, object, definition);

    json_decref(definition);

    return rc;
}
