
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST purge: what is kept of an event, of a call, of all of a company, or of
 * all that has a value at a path.
 */

#include "core/definition/webhook_definition.h"
#include "core/json/webhook_path.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_PURGE_TURNS     50      /* questions to the store, to
                                               count */
#define NGX_WEBHOOK_PURGE_TOGETHER  20000   /* events a question */


/* What a task is to remove. */

typedef struct {
    ngx_str_t          company;             /* empty: of any */
    ngx_str_t          path;                /* empty: whatever they are */
    ngx_str_t          value;
    webhook_filter_t   counting;
    uint64_t           count;
    uint64_t           unread;
    ngx_uint_t         turns;
    unsigned           dry_run:1;
    unsigned           wrong:1;
} ngx_webhook_purge_t;


static ngx_int_t ngx_webhook_whole_purge_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_purge_wrong(ngx_webhook_api_t *api,
    const char *pointer, const char *detail);
static ngx_int_t ngx_webhook_whole_purge_one(ngx_webhook_api_t *api,
    json_t *value, ngx_uint_t call);
static ngx_int_t ngx_webhook_whole_purged(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_purge_rest(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_purge_many(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_purge_member(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge, const char *name, json_t *value);
static const char *ngx_webhook_whole_purge_path(ngx_str_t *path);
static ngx_int_t ngx_webhook_whole_purge_text(ngx_webhook_api_t *api,
    json_t *value, ngx_str_t *text);
static void ngx_webhook_whole_purge_filter(ngx_webhook_purge_t *purge,
    webhook_filter_t *filter);
static ngx_int_t ngx_webhook_whole_purge_count(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge);
static ngx_int_t ngx_webhook_whole_purge_counted(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_purge_make(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge);


ngx_int_t
ngx_webhook_whole_purge(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_whole_purge_go);
}


/* Events of a company are owed to endpoints of nginx.conf, too, which are not
   its to take from. */

static ngx_int_t
ngx_webhook_whole_purge_go(ngx_webhook_api_t *api)
{
    json_t      *event, *call;

    if (!api->who.all) {
        return ngx_webhook_api_problem(api, NGX_HTTP_FORBIDDEN,
                                       "An operator purges: somebody who is "
                                       "allowed all companies");
    }

    event = json_object_get(api->body, "event");
    call = json_object_get(api->body, "call");

    if (event == NULL && call == NULL) {
        return ngx_webhook_whole_purge_many(api);
    }

    if (json_object_size(api->body) != 1) {
        return ngx_webhook_whole_purge_wrong(api, "",
                                             "beside \"event\" or \"call\" "
                                             "there is nothing else");
    }

    return event ? ngx_webhook_whole_purge_one(api, event, 0)
                 : ngx_webhook_whole_purge_one(api, call, 1);
}


static ngx_int_t
ngx_webhook_whole_purge_wrong(ngx_webhook_api_t *api, const char *pointer,
    const char *detail)
{
    if (ngx_webhook_api_error(api, pointer, "%s", detail) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_invalid(api);
}


static ngx_int_t
ngx_webhook_whole_purge_one(ngx_webhook_api_t *api, json_t *value,
    ngx_uint_t call)
{
    ngx_str_t     text;
    webhook_op_t  op;

    static const webhook_str_t  none = webhook_str("");

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.call = call ? 1 : 0;

    text.data = (u_char *) json_string_value(value);
    text.len = json_string_length(value);

    if (text.data == NULL
        || webhook_id_parse(ngx_webhook_str(&text), &op.u.purge.id)
           != WEBHOOK_OK)
    {
        return ngx_webhook_whole_purge_wrong(api, call ? "/call" : "/event",
                                             "it has to be an id, 8-4-4-4-12 "
                                             "hexadecimal digits");
    }

    api->values[0] = text;

    if (ngx_webhook_record_with(api, &op, call ? "call.purge" : "event.purge",
                                &api->values[0], &none, NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_purged);
}


static ngx_int_t
ngx_webhook_whole_purged(ngx_webhook_api_t *api, webhook_op_t *op)
{
    if (op->result == WEBHOOK_STORE_STALE) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "A delivery of the event is being sent "
                                       "at this moment: wait for its outcome");
    }

    if (op->result == WEBHOOK_STORE_FULL) {
        return ngx_webhook_api_full(api);
    }

    if (op->result != WEBHOOK_STORE_OK) {
        return ngx_webhook_api_not_found(api, op->u.purge.call ? "call"
                                                               : "event",
                                         &api->values[0]);
    }

    return ngx_webhook_whole_purge_rest(api, op);
}


/* An event of many deliveries is gone for whoever asks, but goes in several
   steps; where nothing is found any more, the store itself was faster. */

static ngx_int_t
ngx_webhook_whole_purge_rest(ngx_webhook_api_t *api, webhook_op_t *op)
{
    webhook_op_t  next;

    if (op->result != WEBHOOK_STORE_OK || !op->u.purge.more) {
        return ngx_webhook_api_empty(api);
    }

    ngx_memzero(&next, sizeof(webhook_op_t));

    next.type = WEBHOOK_OP_PURGE;
    next.u.purge.id = op->u.purge.id;

    return ngx_webhook_api_store(api, &next, ngx_webhook_whole_purge_rest);
}


/* ------------------------------------------------------------- a task --- */

static ngx_int_t
ngx_webhook_whole_purge_many(ngx_webhook_api_t *api)
{
    json_t               *value;
    const char           *name;
    ngx_webhook_purge_t  *purge;

    purge = ngx_pcalloc(api->pool, sizeof(ngx_webhook_purge_t));
    if (purge == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_scope(api)->data = purge;

    json_object_foreach(api->body, name, value) {

        if (ngx_webhook_whole_purge_member(api, purge, name, value) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (purge->wrong) {
        return ngx_webhook_api_invalid(api);
    }

    if (purge->path.len == 0 && purge->value.len == 0
        && purge->company.len == 0)
    {
        return ngx_webhook_whole_purge_wrong(api, "",
                                             "say what is to go: \"event\", "
                                             "\"call\", \"company\", or "
                                             "\"path\" and \"value\"");
    }

    if ((purge->path.len == 0) != (purge->value.len == 0)) {
        return ngx_webhook_whole_purge_wrong(api, "",
                                             "\"path\" and \"value\" go "
                                             "together");
    }

    if (!purge->dry_run) {
        return ngx_webhook_whole_purge_make(api, purge);
    }

    ngx_webhook_whole_purge_filter(purge, &purge->counting);

    return ngx_webhook_whole_purge_count(api, purge);
}


static ngx_int_t
ngx_webhook_whole_purge_member(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge, const char *name, json_t *value)
{
    char         pointer[sizeof("/company")];
    ngx_int_t    rc;
    ngx_str_t    text;
    const char  *error;

    if (ngx_strcmp(name, "dry_run") == 0 && json_is_boolean(value)) {
        purge->dry_run = json_is_true(value) ? 1 : 0;
        return NGX_OK;
    }

    rc = ngx_webhook_whole_purge_text(api, value, &text);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    error = NULL;

    if (ngx_strcmp(name, "company") == 0) {
        purge->company = text;

        if (!webhook_definition_is_company(ngx_webhook_str(&text))) {
            error = "it has to be up to 64 letters, digits, \"_\", \".\" "
                    "and \"-\"";
        }

    } else if (ngx_strcmp(name, "path") == 0) {
        purge->path = text;
        error = ngx_webhook_whole_purge_path(&text);

    } else if (ngx_strcmp(name, "value") == 0) {
        purge->value = text;

        if (text.len == 0 || text.len > WEBHOOK_TASK_VALUE_MAX) {
            error = "it has to be a text of 1 to 512 bytes, or an integer; a "
                    "number, true or false is given as it is written in the "
                    "payload";
        }

    } else {
        name = "";
        error = "unknown member, or one of another type; there are \"event\", "
                "\"call\", \"company\", \"path\", \"value\" and "
                "\"dry_run\"";
    }

    if (error == NULL) {
        return NGX_OK;
    }

    purge->wrong = 1;

    (void) ngx_snprintf((u_char *) pointer, sizeof(pointer), "%s%s%Z",
                        *name ? "/" : "", name);

    return ngx_webhook_api_error(api, pointer, "%s", error);
}


static const char *
ngx_webhook_whole_purge_path(ngx_str_t *path)
{
    webhook_path_t  *compiled;

    if (path->len && path->len <= WEBHOOK_TASK_PATH_MAX) {

        compiled = webhook_path_compile(ngx_webhook_str(path), NULL);

        if (compiled) {
            webhook_path_free(compiled);
            return NULL;
        }
    }

    return "it has to be a path of up to 255 bytes, such as "
           "\"customer.email\" or \"lines[].sku\"";
}


/* Empty: it is none. */

static ngx_int_t
ngx_webhook_whole_purge_text(ngx_webhook_api_t *api, json_t *value,
    ngx_str_t *text)
{
    ngx_str_null(text);

    if (json_is_string(value)) {
        text->data = (u_char *) json_string_value(value);
        text->len = json_string_length(value);

    } else if (json_is_integer(value)) {

        text->data = ngx_pnalloc(api->pool, NGX_INT64_LEN);
        if (text->data == NULL) {
            return NGX_ERROR;
        }

        text->len = ngx_sprintf(text->data, "%L",
                                (int64_t) json_integer_value(value))
                    - text->data;
    }

    return NGX_OK;
}


static void
ngx_webhook_whole_purge_filter(ngx_webhook_purge_t *purge,
    webhook_filter_t *filter)
{
    ngx_memzero(filter, sizeof(webhook_filter_t));

    filter->state = -1;

    if (purge->company.len) {
        filter->company.which = WEBHOOK_COMPANY_ONE;
        filter->company.name = *ngx_webhook_str(&purge->company);
    }
}


static ngx_int_t
ngx_webhook_whole_purge_count(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_COUNT;
    op.u.counted.kind = WEBHOOK_TASK_PURGE;
    op.u.counted.filter = purge->counting;
    op.u.counted.filter.oldest = 1;
    op.u.counted.filter.max = NGX_WEBHOOK_PURGE_TOGETHER;
    op.u.counted.path = *ngx_webhook_str(&purge->path);
    op.u.counted.value = *ngx_webhook_str(&purge->value);

    purge->turns++;

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_purge_counted);
}


/* What are too many to be counted in a moment is said to be at least so
   many. */

static ngx_int_t
ngx_webhook_whole_purge_counted(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_purge_t  *purge;

    purge = ngx_webhook_scope(api)->data;

    purge->count += op->u.counted.count;
    purge->unread += op->u.counted.unread;

    if (op->u.counted.filter.more && purge->turns < NGX_WEBHOOK_PURGE_TURNS) {

        ngx_memcpy(purge->counting.cursor, op->u.counted.filter.cursor,
                   WEBHOOK_CURSOR_LEN);
        purge->counting.from = 1;

        return ngx_webhook_whole_purge_count(api, purge);
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:I, s:b, s:I}",
                                          "count", (json_int_t) purge->count,
                                          "complete",
                                          !op->u.counted.filter.more,
                                          "unread",
                                          (json_int_t) purge->unread));
}


/* Events and calls up to now: a task, of nobody's company, for its own may not
   be there any more.  What was to be forgotten is not kept in the audit. */

static ngx_int_t
ngx_webhook_whole_purge_make(ngx_webhook_api_t *api,
    ngx_webhook_purge_t *purge)
{
    u_char              id[WEBHOOK_ID_TEXT_LEN];
    json_t             *more;
    ngx_str_t           text;
    webhook_op_t        op;
    webhook_task_t      task;
    webhook_op_task_t  *t;

    ngx_memzero(&task, sizeof(webhook_task_t));

    if (ngx_webhook_event_id(&task.id) != NGX_OK) {
        return NGX_ERROR;
    }

    task.kind = WEBHOOK_TASK_PURGE;
    task.calls = 1;
    task.path = *ngx_webhook_str(&purge->path);
    task.by = *ngx_webhook_str(&api->who.name);
    task.created = ngx_webhook_clock_wall();

    ngx_webhook_whole_purge_filter(purge, &task.filter);

    if (ngx_webhook_api_json(api, NGX_HTTP_ACCEPTED,
                             ngx_webhook_whole_task_json(api, &task))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    webhook_id_text(&task.id, id);
    text.data = id;
    text.len = WEBHOOK_ID_TEXT_LEN;

    more = json_pack("{s:o}", "filter",
                     ngx_webhook_asked_json(api, &task.filter));

    if (more == NULL
        || (purge->path.len
            && json_object_set_new(more, "path",
                         ngx_webhook_api_string(ngx_webhook_str(&purge->path)))
               != 0))
    {
        json_decref(more);
        return NGX_ERROR;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASK;
    t = &op.u.task;

    t->id = task.id;
    t->kind = task.kind;
    t->filter = task.filter;
    t->calls = 1;
    t->path = task.path;
    t->value = *ngx_webhook_str(&purge->value);
    t->by = task.by;
    t->wall = task.created;

    if (ngx_webhook_record_data(api, purge->path.len ? "value.purge"
                                                     : "company.purge",
                                &text, more, &t->audit)
        != NGX_OK
        || ngx_webhook_api_keep(api, &t->once) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_task_made);
}
