
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET tasks and tasks/{id}, DELETE tasks/{id}.
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"


typedef struct {
    webhook_id_t                id;             /* of one */
    ngx_uint_t                  end;
    ngx_webhook_api_texts_t   *texts;
} ngx_webhook_whole_task_t;


static ngx_webhook_whole_task_t *ngx_webhook_whole_task_create(
    ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_tasks_go(ngx_webhook_api_t *api);
static void ngx_webhook_whole_tasks_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_whole_task_view(ngx_webhook_api_t *api,
    const void *one);
static ngx_int_t ngx_webhook_whole_tasks_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_one(ngx_webhook_api_t *api,
    ngx_uint_t end);
static ngx_int_t ngx_webhook_whole_one_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_one_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_end(ngx_webhook_api_t *api,
    const webhook_task_t *task);
static ngx_int_t ngx_webhook_whole_ended(ngx_webhook_api_t *api,
    webhook_op_t *op);


ngx_int_t
ngx_webhook_whole_tasks(ngx_webhook_api_t *api)
{
    if (ngx_webhook_whole_task_create(api) == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_scope_begin(api, ngx_webhook_whole_tasks_go);
}


static ngx_webhook_whole_task_t *
ngx_webhook_whole_task_create(ngx_webhook_api_t *api)
{
    ngx_webhook_whole_task_t  *task;

    task = ngx_pcalloc(api->pool, sizeof(ngx_webhook_whole_task_t));
    if (task == NULL) {
        return NULL;
    }

    task->texts = ngx_webhook_api_page_texts(api);
    if (task->texts == NULL) {
        return NULL;
    }

    api->data = task;

    return task;
}


static ngx_int_t
ngx_webhook_whole_tasks_go(ngx_webhook_api_t *api)
{
    ngx_int_t     rc;
    ngx_uint_t    from;
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASKS;

    ngx_webhook_access_whose(&api->who, &op.u.tasks.company);

    rc = ngx_webhook_api_query_limit(api, &op.u.tasks.max);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, op.u.tasks.cursor,
                                          WEBHOOK_CURSOR_LEN, &from);
        op.u.tasks.from = from ? 1 : 0;
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_whole_tasks_seen,
                                     ngx_webhook_whole_tasks_read);
}


/* Any thread. */

static void
ngx_webhook_whole_tasks_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_whole_task_t  *task;

    task = ngx_webhook_scope(api)->data;

    ngx_webhook_api_page_each(api, task->texts, op->u.tasks.tasks,
                              op->u.tasks.count, sizeof(webhook_task_t),
                              ngx_webhook_whole_task_view);
}


static json_t *
ngx_webhook_whole_task_view(ngx_webhook_api_t *api, const void *one)
{
    return ngx_webhook_whole_task_json(api, one);
}


static ngx_int_t
ngx_webhook_whole_tasks_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_whole_task_t  *task;

    task = ngx_webhook_scope(api)->data;

    if (!task->texts->seen) {
        ngx_webhook_whole_tasks_seen(api, op);
    }

    if (task->texts->failed) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_text(api, &task->texts->items,
                                     op->u.tasks.more ? op->u.tasks.cursor
                                                      : NULL,
                                     WEBHOOK_CURSOR_LEN);
}


ngx_int_t
ngx_webhook_whole_task(ngx_webhook_api_t *api)
{
    return ngx_webhook_whole_one(api, 0);
}


ngx_int_t
ngx_webhook_whole_task_end(ngx_webhook_api_t *api)
{
    return ngx_webhook_whole_one(api, 1);
}


static ngx_int_t
ngx_webhook_whole_one(ngx_webhook_api_t *api, ngx_uint_t end)
{
    ngx_webhook_whole_task_t  *task;

    task = ngx_webhook_whole_task_create(api);
    if (task == NULL) {
        return NGX_ERROR;
    }

    if (webhook_id_parse(ngx_webhook_str(&api->values[0]), &task->id)
        != WEBHOOK_OK)
    {
        return ngx_webhook_api_not_found(api, "task", &api->values[0]);
    }

    task->end = end;

    return ngx_webhook_scope_begin(api, ngx_webhook_whole_one_go);
}


static ngx_int_t
ngx_webhook_whole_one_go(ngx_webhook_api_t *api)
{
    webhook_op_t               op;
    ngx_webhook_whole_task_t  *task;

    task = ngx_webhook_scope(api)->data;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASKS;
    op.u.tasks.id = &task->id;
    op.u.tasks.max = 1;

    ngx_webhook_access_whose(&api->who, &op.u.tasks.company);

    return ngx_webhook_api_store_see(api, &op,
                                     task->end ? NULL
                                               : ngx_webhook_whole_tasks_seen,
                                     ngx_webhook_whole_one_read);
}


static ngx_int_t
ngx_webhook_whole_one_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    const webhook_task_t      *found;
    ngx_webhook_whole_task_t  *task;

    task = ngx_webhook_scope(api)->data;

    if (op->result != WEBHOOK_STORE_OK || op->u.tasks.count == 0
        || !ngx_webhook_access_sees(&api->who, &op->u.tasks.tasks[0].company))
    {
        return ngx_webhook_api_not_found(api, "task", &api->values[0]);
    }

    found = &op->u.tasks.tasks[0];

    if (task->end) {
        return ngx_webhook_whole_end(api, found);
    }

    if (!task->texts->seen) {
        ngx_webhook_whole_tasks_seen(api, op);
    }

    return task->texts->failed ? NGX_ERROR
                               : ngx_webhook_api_page_one(api,
                                                       &task->texts->items);
}


static ngx_int_t
ngx_webhook_whole_end(ngx_webhook_api_t *api, const webhook_task_t *task)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASK_END;
    op.u.task_end.id = task->id;
    op.u.task_end.wall = ngx_webhook_clock_wall();

    ngx_webhook_access_whose(&api->who, &op.u.task_end.company);

    if (ngx_webhook_record_data(api, "task.end", &api->values[0], NULL,
                                &op.u.task_end.audit)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_ended);
}


/* One that was over is as good. */

static ngx_int_t
ngx_webhook_whole_ended(ngx_webhook_api_t *api, webhook_op_t *op)
{
    if (op->result == WEBHOOK_STORE_NOT_FOUND) {
        return ngx_webhook_api_not_found(api, "task", &api->values[0]);
    }

    return ngx_webhook_api_empty(api);
}


json_t *
ngx_webhook_whole_task_json(ngx_webhook_api_t *api, const webhook_task_t *task)
{
    u_char   id[WEBHOOK_ID_TEXT_LEN];
    json_t  *state;

    webhook_id_text(&task->id, id);

    state = task->state == WEBHOOK_TASK_RUNNING && task->full
            ? json_string(task->kind == WEBHOOK_TASK_REPLAY
                          || task->kind == WEBHOOK_TASK_RETRY
                          ? "it waits for room: the store is full, or a company "
                            "has as many deliveries waiting as it may have"
                          : "the store is full: it waits for room")
            : json_null();

    return json_pack("{s:o, s:s, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o,"
                     " s:I, s:I, s:o, s:o}",
                     "id", json_stringn((char *) id, WEBHOOK_ID_TEXT_LEN),
                     "kind", webhook_task_kind_name(task->kind),
                     "state", webhook_task_state_name(task->state),
                     "filter", ngx_webhook_asked_json(api, &task->filter),
                     "calls", task->calls,
                     "path",
                     task->path.len ? ngx_webhook_api_string(&task->path)
                                    : json_null(),
                     "company",
                     task->company.len ? ngx_webhook_api_string(&task->company)
                                       : json_null(),
                     "by", task->by.len ? ngx_webhook_api_string(&task->by)
                                        : json_null(),
                     "created", ngx_webhook_api_time(task->created),
                     "ended", ngx_webhook_api_time(task->ended),
                     "expected",
                     task->expected ? json_integer((json_int_t) task->expected)
                                    : json_null(),
                     "done", (json_int_t) task->done,
                     "failed", (json_int_t) task->failed,
                     "reached", ngx_webhook_api_time(task->reached),
                     "waits", state);
}


ngx_int_t
ngx_webhook_whole_task_made(ngx_webhook_api_t *api, webhook_op_t *op)
{
    switch (op->result) {

    case WEBHOOK_STORE_OK:
        return NGX_OK;

    case WEBHOOK_STORE_DUPLICATE:
        return ngx_webhook_api_known(api, &op->u.task.once);

    default:
        if (op->u.task.bound) {
            return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                           "Two tasks are in progress "
                                           "already: wait for one of them, "
                                           "or end it");
        }

        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "The store is full: no task can be made "
                                       "until there is room");
    }
}
