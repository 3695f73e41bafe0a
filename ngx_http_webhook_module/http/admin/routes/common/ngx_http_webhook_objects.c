
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
    ngx_webhook_api_texts_t       *texts;
    ngx_webhook_objects_cursor_t   cursor;
    ngx_uint_t                     from;        /* cursor is set */
    ngx_webhook_named_t           *named;       /* the one, if it is of
                                                   nginx.conf */
    webhook_op_stats_t             stats;
    unsigned                       looked:1;    /* at stats: those of nginx.conf
                                                   are in texts */
    unsigned                       more:1;      /* of them than fit */
    ngx_int_t                    (*read)(ngx_webhook_api_t *api,
                                       const webhook_object_t *object,
                                       json_t *definition);
} ngx_webhook_objects_t;


static ngx_int_t ngx_webhook_objects_list_go(ngx_webhook_api_t *api);
static void ngx_webhook_objects_look(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_looked(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_objects_stats(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_objects_configured(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o);
static json_t *ngx_webhook_objects_named(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o, ngx_webhook_named_t *named);
static ngx_int_t ngx_webhook_objects_ask(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o);
static void ngx_webhook_objects_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_objects_view(ngx_webhook_api_t *api,
    const void *one);
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
    ngx_webhook_objects_t  *o;

    o = ngx_pcalloc(api->pool, sizeof(ngx_webhook_objects_t));
    if (o == NULL) {
        return NULL;
    }

    o->texts = ngx_webhook_api_page_texts(api);
    if (o->texts == NULL) {
        return NULL;
    }

    o->kind = kind;
    api->data = o;

    return o;
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

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_objects_look,
                                     ngx_webhook_objects_stats);
}


/* How things stand, with which those of nginx.conf are all that they are.  Any
   thread. */

static void
ngx_webhook_objects_look(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    o->stats = op->u.stats;
    o->looked = 1;

    if (o->named) {
        ngx_webhook_api_page_add(o->texts,
                                 ngx_webhook_objects_named(api, o, o->named));

    } else if (o->limit && o->company.which == WEBHOOK_COMPANY_ANY
               && !o->cursor.registered)
    {
        ngx_webhook_objects_configured(api, o);
    }
}


/* Behind that: NGX_OK or NGX_ERROR. */

static ngx_int_t
ngx_webhook_objects_looked(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (!o->looked) {
        ngx_webhook_objects_look(api, op);
    }

    if (o->texts->failed) {
        return NGX_ERROR;
    }

    return ngx_webhook_scope_keep(api, op);
}


static ngx_int_t
ngx_webhook_objects_stats(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (ngx_webhook_objects_looked(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    if (o->more || api->wmcf->registry == NULL) {
        return ngx_webhook_objects_page(api, o, o->more);
    }

    return ngx_webhook_objects_ask(api, o);
}


/* Endpoints and receivers begin alike. */

static void
ngx_webhook_objects_configured(ngx_webhook_api_t *api,
    ngx_webhook_objects_t *o)
{
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

        if (o->texts->n == o->limit) {
            o->more = 1;
            return;
        }

        ngx_webhook_api_page_add(o->texts,
                                 ngx_webhook_objects_named(api, o, named[i]));

        if (o->texts->failed) {
            return;
        }

        for (j = 0; j < 8; j++) {
            o->cursor.key[j] = (u_char) (named[i]->id >> (56 - 8 * j));
        }
    }
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

    if (o->texts->n == o->limit) {

        /* whether there is one more is told by the next page */

        return ngx_webhook_objects_page(api, o, 1);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = o->kind;
    op.u.objects.company = o->company;
    op.u.objects.max = o->limit - o->texts->n;
    op.u.objects.max_bytes = NGX_WEBHOOK_OBJECTS_BYTES;

    if (o->cursor.registered) {
        op.u.objects.from = 1;
        ngx_memcpy(op.u.objects.cursor, o->cursor.object,
                   WEBHOOK_OBJECT_CURSOR);
    }

    o->texts->seen = 0;

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_objects_seen,
                                     ngx_webhook_objects_found);
}


/* Any thread: each is opened with its key, which takes its time. */

static void
ngx_webhook_objects_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    ngx_webhook_api_page_each(api, o->texts, op->u.objects.objects,
                              op->u.objects.count, sizeof(webhook_object_t),
                              ngx_webhook_objects_view);
}


static json_t *
ngx_webhook_objects_view(ngx_webhook_api_t *api, const void *one)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    return ngx_webhook_shown_kept(api, one, &o->stats);
}


static ngx_int_t
ngx_webhook_objects_found(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (!o->texts->seen) {
        ngx_webhook_objects_seen(api, op);
    }

    if (o->texts->failed) {
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
    return ngx_webhook_api_page_text(api, &o->texts->items,
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
    webhook_op_t                op;
    ngx_webhook_objects_t      *o;
    ngx_webhook_scope_thing_t   thing;

    o = ngx_webhook_scope(api)->data;

    if (ngx_webhook_scope_thing(api, o->kind, &thing)
        && thing.object == NULL)
    {
        o->named = o->kind == WEBHOOK_OBJECT_ENDPOINT
                   ? (ngx_webhook_named_t *) thing.endpoint
                   : (ngx_webhook_named_t *) thing.receiver;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = ngx_webhook_scope_key(o->kind,
                                            ngx_webhook_str(&api->values[0]));

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_objects_look,
                                     ngx_webhook_objects_got_stats);
}


static ngx_int_t
ngx_webhook_objects_got_stats(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_objects_t  *o;

    o = ngx_webhook_scope(api)->data;

    if (ngx_webhook_objects_looked(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    if (o->named) {
        return ngx_webhook_api_page_one(api, &o->texts->items);
    }

    return ngx_webhook_objects_one(api, o, ngx_webhook_objects_seen,
                                   ngx_webhook_objects_got);
}


/* Asks the store for the object; reads one of nginx.conf at once. */
static ngx_int_t
ngx_webhook_objects_one(ngx_webhook_api_t *api, ngx_webhook_objects_t *o,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    webhook_op_t               op;
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

    return o->read(api, NULL, NULL);
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

    if (!o->texts->seen) {
        ngx_webhook_objects_seen(api, op);
    }

    return o->texts->failed ? NGX_ERROR
                            : ngx_webhook_api_page_one(api, &o->texts->items);
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
