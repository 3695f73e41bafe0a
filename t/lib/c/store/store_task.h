
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What tests of companies and tasks share.
 */

#ifndef STORE_TASK_H
#define STORE_TASK_H

#include "store_suite.h"


/* Puts an event of a company, with one delivery that waits. */
__attribute__((unused))
static webhook_id_t
task_put(util_t *u, uint64_t endpoint, const char *company, const char *type)
{
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  put;

    memset(&put, 0, sizeof(put));

    id = util_id(u);

    util_put_op(&op, &put, id, endpoint, "{\"a\":1}", 7);
    util_str(&op.u.put_event.company, company);
    util_str(&op.u.put_event.type, type);

    (void) util_apply(u, &op);

    return id;
}


/* Claims one delivery and ends it so. */
__attribute__((unused))
static int
task_end(util_t *u, uint64_t endpoint, webhook_outcome_e outcome)
{
    uint64_t      token;
    webhook_op_t  op;
    webhook_id_t  id;

    if (util_claim(u, &op, &endpoint, 1) != 1) {
        return 0;
    }

    id = op.u.claim.leases[0].event.id;
    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    return util_complete(u, id, endpoint, token, outcome, 1000)
           == WEBHOOK_STORE_OK;
}


__attribute__((unused))
static void
task_op(webhook_op_t *op, webhook_task_kind_e kind, webhook_id_t id,
    uint64_t wall)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_TASK;
    op->u.task.id = id;
    op->u.task.kind = kind;
    op->u.task.filter.state = -1;
    op->u.task.wall = wall;
    util_str(&op->u.task.by, "manager");
}


/* Sets up a PURGE by a value. */
__attribute__((unused))
static void
task_purge(util_t *u, webhook_op_t *op, const char *path, const char *value)
{
    task_op(op, WEBHOOK_TASK_PURGE, util_id(u), u->wall);

    util_str(&op->u.task.path, path);
    util_str(&op->u.task.value, value);
}


/* A task, as it is told; its path stands in "path". */
__attribute__((unused))
static webhook_store_result_e
task_told(util_t *u, webhook_id_t id, webhook_task_t *out, char path[256])
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));
    memset(out, 0, sizeof(webhook_task_t));

    op.type = WEBHOOK_OP_TASKS;
    op.u.tasks.id = &id;

    result = util_apply(u, &op);

    if (result == WEBHOOK_STORE_OK) {
        *out = op.u.tasks.tasks[0];
        snprintf(path, 256, "%.*s", (int) out->path.len,
                 (const char *) out->path.data);
    }

    webhook_op_free(&op);

    return result;
}


/* Makes steps until no task is under way; returns how many deliveries were
   dealt with, UINT64_MAX on a failure. */
__attribute__((unused))
static uint64_t
task_run(util_t *u, unsigned *steps)
{
    uint64_t      n;
    unsigned      i;
    webhook_op_t  op;

    n = 0;

    for (i = 0; i < 100000; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = u->wall;

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT64_MAX;
        }

        n += op.u.task_step.count;

        if (op.u.task_step.wait == WEBHOOK_NEVER) {

            if (steps) {
                *steps = i + 1;
            }

            return n;
        }

        u->clock += op.u.task_step.wait;
    }

    return UINT64_MAX;
}


/* Makes a task and all its steps. */
__attribute__((unused))
static uint64_t
task_all(util_t *u, webhook_op_t *op)
{
    return util_apply(u, op) == WEBHOOK_STORE_OK ? task_run(u, NULL)
                                                 : UINT64_MAX;
}


/* How many a filter means, page by page. */
__attribute__((unused))
static uint64_t
task_listed(util_t *u, const webhook_filter_t *f, uint32_t max,
    unsigned *ordered)
{
    int                  rc;
    uint64_t             n;
    uint32_t             i;
    webhook_op_t         op;
    webhook_delivery_t  *d, last;

    memset(&op, 0, sizeof(op));
    memset(&last, 0, sizeof(last));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter = *f;
    op.u.list.filter.max = max;

    n = 0;

    if (ordered) {
        *ordered = 1;
    }

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT64_MAX;
        }

        for (i = 0; i < op.u.list.count; i++) {
            d = &op.u.list.deliveries[i];

            rc = memcmp(&d->event, &last.event, 16);

            if (rc == 0) {
                rc = d->endpoint < last.endpoint ? -1
                                                 : d->endpoint > last.endpoint;
            }

            if (ordered && n && (f->oldest ? rc <= 0 : rc >= 0)) {
                *ordered = 0;
            }

            last = *d;
            n++;
        }

        webhook_op_free(&op);

        op.u.list.filter.from = 1;

    } while (op.u.list.filter.more);

    return n;
}


#endif /* STORE_TASK_H */
