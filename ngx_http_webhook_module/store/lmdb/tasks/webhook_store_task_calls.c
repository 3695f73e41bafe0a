
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The second pass of a task that removes what was kept: calls.  Those that have
 * a value are looked for in transactions that read, as events are.
 */

#include "store/lmdb/tasks/webhook_store_task_step_int.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/ops/webhook_store_call.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/tasks/webhook_store_purge.h"
#include "store/lmdb/tasks/webhook_store_task_skip.h"

#include <errno.h>


static int webhook_task_call_next(webhook_txn_t *t, webhook_filter_t *f,
    webhook_id_t *id, webhook_call_row_t *call, int *bad);
static int webhook_task_call(webhook_step_t *x, const webhook_id_t *id,
    const webhook_call_row_t *call);
static int webhook_task_calls_find_next(webhook_txn_t *t, webhook_find_t *f,
    const webhook_path_t *path);
static int webhook_task_find_call(webhook_txn_t *t, const webhook_find_t *f,
    const webhook_path_t *path, const webhook_id_t *id, int *found);


int
webhook_task_calls(webhook_step_t *x)
{
    int                  rc, bad;
    unsigned             rows;
    webhook_id_t         id;
    webhook_call_row_t   call;

    for (rows = 0; rows < WEBHOOK_STEP_ROWS && !webhook_step_late(x); rows++) {

        rc = webhook_task_call_next(x->t, &x->filter, &id, &call, &bad);

        if (rc == MDB_NOTFOUND) {
            x->over = 1;
            return 0;
        }

        if (webhook_handle_damaged(rc)) {
            webhook_task_skip_lost(x->t->st, &x->row.task.id, x->changes == 1);
        }

        if (rc == 0) {
            rc = webhook_task_call(x, &id, bad ? NULL : &call);
        }

        if (rc) {
            return rc;
        }

        webhook_task_call_pass(&x->filter, &id);
    }

    return 0;
}


/* The one behind the cursor; MDB_NOTFOUND. */

static int
webhook_task_call_next(webhook_txn_t *t, webhook_filter_t *f,
    webhook_id_t *id, webhook_call_row_t *call, int *bad)
{
    int      rc;
    MDB_val  found, val;

    if (!f->from && f->since) {
        webhook_filter_bound(f->cursor, f->since);
        f->from = 1;
    }

    rc = webhook_txn_seek(t, WEBHOOK_DB_CALLS, f->cursor, 16, &found, &val);
    if (rc) {
        return rc;
    }

    memcpy(id->bytes, found.mv_data, 16);

    if (webhook_id_time(id) >= f->until) {
        return MDB_NOTFOUND;
    }

    *bad = webhook_row_read_call(&val, call) != 0;

    return 0;
}


/* From behind it on. */

void
webhook_task_call_pass(webhook_filter_t *f, const webhook_id_t *id)
{
    unsigned  i;

    memcpy(f->cursor, id->bytes, 16);

    for (i = 16; i > 0 && ++f->cursor[i - 1] == 0; i--) { /* void */ }

    f->from = 1;
}


/* Whose a call was that cannot be read is not known; it stays, and is told
   of. */

static int
webhook_task_call(webhook_step_t *x, const webhook_id_t *id,
    const webhook_call_row_t *call)
{
    int                     rc;
    webhook_store_result_e  result;

    if (call && !webhook_company_match(&x->filter.company, &call->company)) {
        return 0;
    }

    result = WEBHOOK_STORE_NOT_FOUND;

    if (call) {
        rc = webhook_task_call_go(x, id, &result);
        if (rc) {
            return rc;
        }
    }

    x->changes--;

    if (result == WEBHOOK_STORE_OK) {
        x->s->count++;
        x->row.task.done++;

    } else {
        x->row.task.failed++;
    }

    return 0;
}


int
webhook_task_call_go(webhook_step_t *x, const webhook_id_t *id,
    webhook_store_result_e *result)
{
    int                rc;
    webhook_company_t  any;

    if (webhook_task_skip_is_bad(x->t->st, id, 0)) {

        /* that is kept before anything else can fail */

        x->changes = 1;
        *result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    memset(&any, 0, sizeof(webhook_company_t));

    rc = webhook_purge_call(x->t, id, &any, result);

    if (webhook_handle_damaged(rc)) {
        webhook_task_skip_bad(x->t->st, id, 0);
    }

    return rc;
}


/* ------------------------------------------------------------- by a value --- */

int
webhook_task_calls_find(webhook_txn_t *t, webhook_find_t *f)
{
    int              rc;
    webhook_path_t  *path;

    f->known = 0;

    path = webhook_path_compile(f->path, NULL);
    if (path == NULL) {
        return ENOMEM;
    }

    rc = webhook_task_calls_find_next(t, f, path);

    webhook_path_free(path);

    if (rc == MDB_NOTFOUND) {
        f->found->over = 1;
        return 0;
    }

    return rc;
}


/* MDB_NOTFOUND at the end of all. */

static int
webhook_task_calls_find_next(webhook_txn_t *t, webhook_find_t *f,
    const webhook_path_t *path)
{
    int                  rc, bad, found;
    uint32_t             n;
    uint64_t             begun;
    webhook_id_t         id;
    webhook_call_row_t   call;

    begun = webhook_clock_usec();

    for (n = 0; n < WEBHOOK_FIND_ROWS; n++) {

        if (f->found->count == WEBHOOK_TASK_FOUND
            || (n && webhook_clock_usec() - begun >= f->usec))
        {
            return 0;
        }

        rc = webhook_task_call_next(t, f->filter, &id, &call, &bad);
        if (rc) {
            return rc;
        }

        found = -1;

        if (!bad) {
            found = 0;

            if (webhook_company_match(&f->filter->company, &call.company)) {
                rc = webhook_task_find_call(t, f, path, &id, &found);
            }
        }

        if (rc && !webhook_find_damaged(rc)) {
            return rc;
        }

        webhook_task_find_add(f, &id, rc, found);
        webhook_task_call_pass(f->filter, &id);

        if (rc) {
            return 0;
        }
    }

    return 0;
}


/* What an action was sent was cut where it was long, and is made of the call's
   body: it counts where it can be looked into. */

static int
webhook_task_find_call(webhook_txn_t *t, const webhook_find_t *f,
    const webhook_path_t *path, const webhook_id_t *id, int *found)
{
    int                 rc, one;
    void               *memory;
    uint32_t            i;
    webhook_call_t      call;
    webhook_company_t   any;

    static const webhook_str_t  json = webhook_str("application/json");

    *found = 0;

    memory = NULL;
    memset(&any, 0, sizeof(webhook_company_t));
    memset(&call, 0, sizeof(webhook_call_t));

    rc = webhook_call_read(t, &memory, id, &any, &call);

    if (rc == 0) {
        rc = webhook_task_find_body(path, f->value, &call.content_type,
                                    &call.body, found);
    }

    for (i = 0; rc == 0 && *found != 1 && i < call.actions_count; i++) {

        rc = webhook_task_find_body(path, f->value, &json,
                                    &call.actions[i].body, &one);
        if (rc == 0 && one == 1) {
            *found = 1;
        }
    }

    webhook_memory_free(&memory);
    return rc;
}
