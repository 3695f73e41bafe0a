
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST deliveries/retry, cancel and replay: all that a filter means, as a task.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_BULK_TURNS    50            /* questions to the store, to
                                                   count */
#define NGX_WEBHOOK_BULK_TOGETHER 20000         /* deliveries a question */


typedef struct {
    webhook_task_kind_e   kind;
    webhook_filter_t      filter;
    webhook_filter_t      counting;
    uint64_t              count;
    ngx_uint_t            turns;
    webhook_id_t          id;
    unsigned              dry_run:1;
    unsigned              counted:1;
} ngx_webhook_bulk_t;


static ngx_int_t ngx_webhook_bulk(ngx_webhook_api_t *api,
    webhook_task_kind_e kind);
static ngx_int_t ngx_webhook_bulk_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_bulk_body(ngx_webhook_api_t *api,
    ngx_webhook_bulk_t *bulk);
static const char *ngx_webhook_bulk_state(ngx_webhook_bulk_t *bulk);
static ngx_int_t ngx_webhook_bulk_count(ngx_webhook_api_t *api,
    ngx_webhook_bulk_t *bulk);
static ngx_int_t ngx_webhook_bulk_counted(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_bulk_make(ngx_webhook_api_t *api,
    ngx_webhook_bulk_t *bulk);


/* By webhook_task_kind_e. */
static const char  *ngx_webhook_bulk_actions[] = {
    "deliveries.retry", "deliveries.cancel", "deliveries.replay"
};


ngx_int_t
ngx_webhook_whole_bulk_retry(ngx_webhook_api_t *api)
{
    return ngx_webhook_bulk(api, WEBHOOK_TASK_RETRY);
}


ngx_int_t
ngx_webhook_whole_bulk_cancel(ngx_webhook_api_t *api)
{
    return ngx_webhook_bulk(api, WEBHOOK_TASK_CANCEL);
}


ngx_int_t
ngx_webhook_whole_bulk_replay(ngx_webhook_api_t *api)
{
    return ngx_webhook_bulk(api, WEBHOOK_TASK_REPLAY);
}


static ngx_int_t
ngx_webhook_bulk(ngx_webhook_api_t *api, webhook_task_kind_e kind)
{
    ngx_webhook_bulk_t  *bulk;

    bulk = ngx_pcalloc(api->pool, sizeof(ngx_webhook_bulk_t));
    if (bulk == NULL) {
        return NGX_ERROR;
    }

    bulk->kind = kind;
    api->data = bulk;

    return ngx_webhook_scope_begin(api, ngx_webhook_bulk_go);
}


static ngx_int_t
ngx_webhook_bulk_go(ngx_webhook_api_t *api)
{
    ngx_int_t            rc;
    ngx_webhook_bulk_t  *bulk;

    bulk = ngx_webhook_scope(api)->data;

    rc = ngx_webhook_bulk_body(api, bulk);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    bulk->counting = bulk->filter;
    bulk->counting.oldest = 1;

    return ngx_webhook_bulk_count(api, bulk);
}


/* NGX_DECLINED: an answer was set. */

static ngx_int_t
ngx_webhook_bulk_body(ngx_webhook_api_t *api, ngx_webhook_bulk_t *bulk)
{
    json_t      *value;
    ngx_int_t    rc;
    ngx_uint_t   wrong;
    const char  *name, *error;

    rc = ngx_webhook_asked_body(api, &bulk->filter);

    if (rc != NGX_OK) {
        return rc;
    }

    wrong = 0;
    error = ngx_webhook_bulk_state(bulk);

    if (error) {
        wrong = 1;

        if (ngx_webhook_api_error(api, "/filter/state", "%s", error)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    json_object_foreach(api->body, name, value) {

        if (ngx_strcmp(name, "filter") == 0) {
            continue;
        }

        if (ngx_strcmp(name, "dry_run") == 0 && json_is_boolean(value)) {
            bulk->dry_run = json_is_true(value) ? 1 : 0;
            continue;
        }

        wrong = 1;

        if (ngx_webhook_api_error(api, "",
                                  "beside \"filter\" it may have \"dry_run\" "
                                  "alone, which is true or false")
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (!wrong) {
        return NGX_OK;
    }

    return ngx_webhook_api_invalid(api) == NGX_OK ? NGX_DECLINED : NGX_ERROR;
}


/* A state of which nothing can be meant is a mistake. */

static const char *
ngx_webhook_bulk_state(ngx_webhook_bulk_t *bulk)
{
    switch (bulk->filter.state) {

    case -1:
        return NULL;

    case WEBHOOK_PENDING:
        return bulk->kind == WEBHOOK_TASK_REPLAY
               ? "what is pending is not finished: \"retry\" makes it due now"
               : NULL;

    case WEBHOOK_SENDING:
        return "what is being sent cannot be changed: wait for its outcome";

    case WEBHOOK_DELIVERED:
        return bulk->kind == WEBHOOK_TASK_REPLAY ? NULL
               : "what is delivered is finished: \"replay\" sends it again";

    case WEBHOOK_CANCELLED:
        return bulk->kind == WEBHOOK_TASK_CANCEL
               ? "what is cancelled is finished" : NULL;

    default:
        return NULL;
    }
}


static ngx_int_t
ngx_webhook_bulk_count(ngx_webhook_api_t *api, ngx_webhook_bulk_t *bulk)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_COUNT;
    op.u.counted.kind = bulk->kind;
    op.u.counted.filter = bulk->counting;
    op.u.counted.filter.max = NGX_WEBHOOK_BULK_TOGETHER;

    bulk->turns++;

    return ngx_webhook_api_store(api, &op, ngx_webhook_bulk_counted);
}


/* What are too many to be counted in a moment is said to be at least so
   many. */

static ngx_int_t
ngx_webhook_bulk_counted(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_bulk_t  *bulk;

    bulk = ngx_webhook_scope(api)->data;

    bulk->count += op->u.counted.count;

    if (op->u.counted.filter.more) {

        if (bulk->turns < NGX_WEBHOOK_BULK_TURNS) {
            ngx_memcpy(bulk->counting.cursor, op->u.counted.filter.cursor,
                       WEBHOOK_CURSOR_LEN);
            bulk->counting.from = 1;

            return ngx_webhook_bulk_count(api, bulk);
        }

    } else {
        bulk->counted = 1;
    }

    if (bulk->dry_run) {
        return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                    json_pack("{s:I, s:b}",
                                              "count",
                                              (json_int_t) bulk->count,
                                              "complete", bulk->counted));
    }

    return ngx_webhook_bulk_make(api, bulk);
}


/* The answer is made before the task, and kept with it. */

static ngx_int_t
ngx_webhook_bulk_make(ngx_webhook_api_t *api, ngx_webhook_bulk_t *bulk)
{
    u_char              id[WEBHOOK_ID_TEXT_LEN];
    json_t             *more;
    ngx_str_t           text;
    webhook_op_t        op;
    webhook_task_t      task;
    webhook_op_task_t  *t;

    if (ngx_webhook_event_id(&bulk->id) != NGX_OK) {
        return NGX_ERROR;
    }

    webhook_id_text(&bulk->id, id);
    text.data = id;
    text.len = WEBHOOK_ID_TEXT_LEN;

    ngx_memzero(&task, sizeof(webhook_task_t));

    task.id = bulk->id;
    task.kind = bulk->kind;
    task.filter = bulk->filter;
    task.company = *ngx_webhook_str(&api->who.company);
    task.by = *ngx_webhook_str(&api->who.name);
    task.created = ngx_webhook_clock_wall();
    task.expected = bulk->counted ? bulk->count : 0;

    if (ngx_webhook_api_json(api, NGX_HTTP_ACCEPTED,
                             ngx_webhook_whole_task_json(api, &task))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    more = json_pack("{s:o}", "filter",
                     ngx_webhook_asked_json(api, &bulk->filter));
    if (more == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASK;
    t = &op.u.task;

    t->id = bulk->id;
    t->kind = bulk->kind;
    t->filter = bulk->filter;
    t->expected = task.expected;
    t->company = task.company;
    t->by = task.by;
    t->wall = task.created;

    if (ngx_webhook_record_data(api, ngx_webhook_bulk_actions[bulk->kind],
                                &text, more, &t->audit)
        != NGX_OK
        || ngx_webhook_api_keep(api, &t->once) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_task_made);
}
