
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tasks: what is to be done with many deliveries, a little a transaction.  A
 * row says what, and how far that has come; the steps are in a unit of their
 * own.
 */

#include "store/lmdb/tasks/webhook_store_task.h"
#include "core/base/webhook_id.h"
#include "core/json/webhook_path.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/objects/webhook_store_audit.h"
#include "store/lmdb/objects/webhook_store_once.h"

#include <errno.h>


#define WEBHOOK_TASK_PAGE  200          /* entries in an answer at most, */
#define WEBHOOK_TASK_LOOK  2000         /* rows that are looked at for it */
#define WEBHOOK_TASK_OLD   4            /* that go as one is made */


static int webhook_task_bad(const webhook_op_task_t *o);
static int webhook_task_bad_path(const webhook_op_task_t *o);
static int webhook_task_room(webhook_txn_t *t, const webhook_str_t *company,
    int *room);
static int webhook_task_new(webhook_txn_t *t, const webhook_op_task_t *o);
static int webhook_task_forget(webhook_txn_t *t);
static int webhook_task_page(webhook_txn_t *t, webhook_op_t *op);
static int webhook_task_fill(void **memory, const webhook_task_row_t *row,
    webhook_task_t *out);


int
webhook_task_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                 rc, room;
    MDB_val             val;
    webhook_op_task_t  *o;

    o = &op->u.task;

    if (t->st->replaced || webhook_task_bad(o)) {
        webhook_store_log_error(t->st, EINVAL, "a task exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_once_look(t, op, &o->once);
    if (rc || o->once.known) {
        return rc;
    }

    rc = webhook_txn_get(t, WEBHOOK_DB_TASKS, o->id.bytes, WEBHOOK_KEY_TASK,
                         &val);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_task_room(t, &o->company, &room);
    if (rc) {
        return rc;
    }

    if (!room) {
        o->bound = 1;
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    /* a task may be what makes room, so it is made in a store that is full,
       too, and so is the answer to its repeats; what is kept of it is bounded
       by the number of tasks, and what a caller may have of answers.  Where
       there is hardly room for outcomes it has to do without a repeat. */

    if (o->once.keep && webhook_space_attempt(t) == 0) {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    rc = webhook_task_new(t, o);

    if (rc == 0) {
        rc = webhook_audit_add(t, o->wall, &o->company, &o->audit, NULL);
    }

    if (rc == 0) {
        rc = webhook_once_keep(t, &o->once);
    }

    if (rc == 0) {
        rc = webhook_task_forget(t);
    }

    op->result = WEBHOOK_STORE_OK;

    return rc;
}


static int
webhook_task_bad(const webhook_op_task_t *o)
{
    const webhook_filter_t  *f;

    f = &o->filter;

    return (unsigned) o->kind >= WEBHOOK_TASK_KINDS
           || f->state < -1 || f->state >= WEBHOOK_STATES
           || f->type.len > WEBHOOK_STORE_TYPE_MAX
           || (unsigned) f->company.which > WEBHOOK_COMPANY_ONE
           || f->company.name.len > WEBHOOK_COMPANY_MAX
           || o->company.len > WEBHOOK_COMPANY_MAX
           || webhook_task_bad_path(o)
           || webhook_audit_bad(&o->company, &o->audit)
           || webhook_once_bad(&o->once);
}


static int
webhook_task_bad_path(const webhook_op_task_t *o)
{
    webhook_path_t  *path;

    if (o->path.len == 0) {
        return o->value.len != 0;
    }

    if (o->kind != WEBHOOK_TASK_PURGE || o->path.len > WEBHOOK_TASK_PATH_MAX
        || o->value.len == 0 || o->value.len > WEBHOOK_TASK_VALUE_MAX)
    {
        return 1;
    }

    path = webhook_path_compile(&o->path, NULL);

    webhook_path_free(path);

    return path == NULL;
}


/* May one more of the company be under way? */

static int
webhook_task_room(webhook_txn_t *t, const webhook_str_t *company, int *room)
{
    int                  rc;
    uint32_t             n;
    webhook_id_t         id;
    unsigned char        buf[WEBHOOK_ROW_MAX];
    webhook_company_t    same;
    webhook_task_row_t   row;

    same.which = company->len ? WEBHOOK_COMPANY_ONE : WEBHOOK_COMPANY_NONE;
    same.name = *company;

    memset(id.bytes, 0xff, sizeof(id.bytes));

    for (n = 0; n < WEBHOOK_TASK_RUN_MAX; /* void */ ) {

        rc = webhook_task_running(t, &id, buf, &row);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        n += webhook_company_match(&same, &row.task.company);
    }

    *room = n < WEBHOOK_TASK_RUN_MAX;

    return 0;
}


static int
webhook_task_new(webhook_txn_t *t, const webhook_op_task_t *o)
{
    webhook_task_t      *task;
    webhook_task_row_t   row;

    memset(&row, 0, sizeof(row));

    task = &row.task;

    task->id = o->id;
    task->kind = o->kind;
    task->state = WEBHOOK_TASK_RUNNING;
    task->filter = o->filter;
    task->calls = o->calls;
    task->path = o->path;
    task->value = o->value;
    task->company = o->company;
    task->by = o->by;
    task->created = o->wall;
    task->expected = o->expected;

    if (task->by.len > WEBHOOK_TASK_BY_MAX) {
        task->by.len = WEBHOOK_TASK_BY_MAX;
    }

    task->filter.from = 0;
    memset(task->filter.cursor, 0, WEBHOOK_CURSOR_LEN);

    row.until = o->wall;

    if (o->filter.until && o->filter.until < row.until) {
        row.until = o->filter.until;
    }

    t->state.tasks++;

    return webhook_task_write(t, &row);
}


/* The oldest of those that are over, where there are too many. */

static int
webhook_task_forget(webhook_txn_t *t)
{
    int                  rc;
    MDB_val              key, val;
    MDB_stat             stat;
    size_t               i;
    uint32_t             n, rows;
    unsigned char        next[WEBHOOK_KEY_TASK];
    webhook_task_row_t   row;

    memset(next, 0, sizeof(next));

    rows = 0;

    for (n = 0; n < WEBHOOK_TASK_OLD; /* void */ ) {

        rc = webhook_txn_stat(t, WEBHOOK_DB_TASKS, &stat);

        if (rc == 0 && stat.ms_entries <= WEBHOOK_TASK_KEEP + t->state.tasks) {
            return 0;
        }

        if (rc == 0) {
            rc = webhook_txn_seek(t, WEBHOOK_DB_TASKS, next, sizeof(next),
                                  &key, &val);
        }

        if (rc || rows++ == WEBHOOK_TASK_LOOK) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memcpy(next, key.mv_data, sizeof(next));

        if (webhook_row_read_task(&val, &row) != 0
            || row.task.state != WEBHOOK_TASK_RUNNING)
        {
            rc = webhook_txn_del(t, WEBHOOK_DB_TASKS, next, sizeof(next));
            if (rc) {
                return rc;
            }

            n++;
            continue;
        }

        for (i = sizeof(next); i > 0 && ++next[i - 1] == 0; i--) { /* void */ }
    }

    return 0;
}


int
webhook_task_end(webhook_txn_t *t, webhook_op_t *op)
{
    int                     rc;
    unsigned char           buf[WEBHOOK_ROW_MAX];
    webhook_task_row_t      row;
    webhook_op_task_end_t  *o;

    o = &op->u.task_end;

    rc = webhook_task_read(t, &o->id, buf, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0
            && !webhook_company_match(&o->company, &row.task.company)))
    {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (row.task.state != WEBHOOK_TASK_RUNNING) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (webhook_audit_bad(&row.task.company, &o->audit)) {
        webhook_store_log_error(t->st, EINVAL, "a record exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_task_over(t, &row, WEBHOOK_TASK_ENDED, o->wall);

    rc = webhook_task_write(t, &row);

    if (rc == 0) {
        rc = webhook_audit_add(t, o->wall, &row.task.company, &o->audit, NULL);
    }

    op->result = WEBHOOK_STORE_OK;

    return rc;
}


void
webhook_task_over(webhook_txn_t *t, webhook_task_row_t *row,
    webhook_task_state_e state, uint64_t wall)
{
    row->task.state = state;
    row->task.ended = wall ? wall : 1;
    row->task.full = 0;

    /* it may be what was to be forgotten */

    row->task.value.len = 0;

    if (t->state.tasks) {
        t->state.tasks--;
    }
}


int
webhook_task_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    uint32_t             max;
    unsigned char        buf[WEBHOOK_ROW_MAX];
    webhook_op_tasks_t  *o;
    webhook_task_row_t   row;

    o = &op->u.tasks;

    max = o->max < WEBHOOK_TASK_PAGE ? o->max : WEBHOOK_TASK_PAGE;

    if (o->id || max == 0) {
        max = 1;
    }

    o->tasks = webhook_memory_alloc(&op->memory, max * sizeof(webhook_task_t));
    if (o->tasks == NULL) {
        return ENOMEM;
    }

    o->max = max;

    if (o->id == NULL) {
        op->result = WEBHOOK_STORE_OK;
        return webhook_task_page(t, op);
    }

    rc = webhook_task_read(t, o->id, buf, &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0
            && !webhook_company_match(&o->company, &row.task.company)))
    {
        webhook_op_free(op);

        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    o->count = 1;

    op->result = WEBHOOK_STORE_OK;

    return webhook_task_fill(&op->memory, &row, o->tasks);
}


static int
webhook_task_page(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    MDB_val              key, val;
    uint32_t             rows;
    unsigned char        next[WEBHOOK_KEY_TASK];
    webhook_op_tasks_t  *o;
    webhook_task_row_t   row;

    o = &op->u.tasks;

    memset(next, 0xff, sizeof(next));

    if (o->from) {
        memcpy(next, o->cursor, sizeof(next));
    }

    for (rows = 0; /* void */ ; rows++) {

        rc = webhook_txn_seek_before(t, WEBHOOK_DB_TASKS, next, sizeof(next),
                                     &key, &val);
        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (o->count == o->max || rows == WEBHOOK_TASK_LOOK) {
            o->more = 1;
            return 0;
        }

        memcpy(next, key.mv_data, sizeof(next));

        memset(o->cursor, 0, WEBHOOK_CURSOR_LEN);
        memcpy(o->cursor, next, sizeof(next));

        if (webhook_row_read_task(&val, &row) != 0) {
            o->damaged++;
            continue;
        }

        if (!webhook_company_match(&o->company, &row.task.company)) {
            continue;
        }

        memcpy(row.task.id.bytes, next, sizeof(next));

        rc = webhook_task_fill(&op->memory, &row, &o->tasks[o->count]);
        if (rc) {
            return rc;
        }

        o->count++;
    }
}


/* The texts are copied. */

static int
webhook_task_fill(void **memory, const webhook_task_row_t *row,
    webhook_task_t *out)
{
    const webhook_task_t  *task;

    task = &row->task;

    *out = *task;

    out->value.data = NULL;
    out->value.len = 0;

    if (webhook_memory_text(memory, &task->filter.type, &out->filter.type) != 0
        || webhook_memory_text(memory, &task->filter.company.name,
                               &out->filter.company.name) != 0
        || webhook_memory_text(memory, &task->path, &out->path) != 0
        || webhook_memory_text(memory, &task->company, &out->company) != 0
        || webhook_memory_text(memory, &task->by, &out->by) != 0)
    {
        return ENOMEM;
    }

    return 0;
}


int
webhook_task_read(webhook_txn_t *t, const webhook_id_t *id,
    unsigned char *buf, webhook_task_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_TASKS, id->bytes, WEBHOOK_KEY_TASK,
                         &val);
    if (rc) {
        return rc;
    }

    if (val.mv_size > WEBHOOK_ROW_MAX) {
        return MDB_CORRUPTED;
    }

    memcpy(buf, val.mv_data, val.mv_size);

    val.mv_data = buf;

    rc = webhook_row_read_task(&val, row);

    row->task.id = *id;

    return rc;
}


int
webhook_task_write(webhook_txn_t *t, const webhook_task_row_t *row)
{
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    len = webhook_row_write_task(buf, row);

    return webhook_txn_put(t, WEBHOOK_DB_TASKS, row->task.id.bytes,
                           WEBHOOK_KEY_TASK, buf, len, 0);
}


int
webhook_task_running(webhook_txn_t *t, webhook_id_t *id, unsigned char *buf,
    webhook_task_row_t *row)
{
    int      rc;
    MDB_val  key, val;

    /* they are among the newest */

    if (t->state.tasks == 0) {
        return MDB_NOTFOUND;
    }

    for ( ;; ) {
        rc = webhook_txn_seek_before(t, WEBHOOK_DB_TASKS, id->bytes,
                                     WEBHOOK_KEY_TASK, &key, &val);
        if (rc) {
            return rc;
        }

        memcpy(id->bytes, key.mv_data, WEBHOOK_KEY_TASK);

        rc = webhook_task_read(t, id, buf, row);

        if (rc == 0 && row->task.state == WEBHOOK_TASK_RUNNING) {
            return 0;
        }

        if (rc == MDB_CORRUPTED && t->write) {

            /* nobody goes on with it; the counter is made right */

            rc = webhook_quarantine(t, WEBHOOK_DB_TASKS, id->bytes,
                                    WEBHOOK_KEY_TASK, 0);

            if (rc == 0) {
                rc = webhook_recount_tasks(t);
            }
        }

        if (rc && rc != MDB_CORRUPTED) {
            return rc;
        }
    }
}
