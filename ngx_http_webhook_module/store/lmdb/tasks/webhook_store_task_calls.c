
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The second pass of a task that removes what was kept: calls.
 */

#include "store/lmdb/tasks/webhook_store_task_step_int.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/tasks/webhook_store_purge.h"
#include "store/lmdb/tasks/webhook_store_task_skip.h"


static int webhook_task_call(webhook_step_t *x, const webhook_id_t *id,
    const webhook_company_t *company, const webhook_call_row_t *call);
static int webhook_task_call_meant(webhook_step_t *x, const webhook_id_t *id,
    const webhook_company_t *company, const webhook_call_row_t *call,
    int *meant);


int
webhook_task_calls(webhook_step_t *x)
{
    int                      rc;
    MDB_val                  found, val;
    unsigned                 i, rows;
    webhook_id_t             id;
    webhook_filter_t        *f;
    webhook_call_row_t       call;
    webhook_company_t        company;

    f = &x->filter;
    company = f->company;

    if (!f->from && f->since) {
        webhook_filter_bound(f->cursor, f->since);
        f->from = 1;
    }

    memcpy(id.bytes, f->cursor, sizeof(id.bytes));

    for (rows = 0; rows < WEBHOOK_STEP_ROWS && !webhook_step_late(x); rows++) {

        rc = webhook_txn_seek(x->t, WEBHOOK_DB_CALLS, id.bytes, 16, &found,
                              &val);

        if (webhook_handle_damaged(rc)) {
            webhook_task_skip_lost(x->t->st, &x->row.task.id, x->changes == 1);
        }

        if (rc) {
            break;
        }

        memcpy(id.bytes, found.mv_data, 16);

        if (webhook_id_time(&id) >= f->until) {
            rc = MDB_NOTFOUND;
            break;
        }

        rc = webhook_row_read_call(&val, &call);

        rc = webhook_task_call(x, &id, &company, rc ? NULL : &call);
        if (rc) {
            return rc;
        }

        /* from behind it on */

        for (i = 16; i > 0 && ++id.bytes[i - 1] == 0; i--) { /* void */ }

        memcpy(f->cursor, id.bytes, 16);
        f->from = 1;

        rc = 0;
    }

    if (rc == MDB_NOTFOUND) {
        x->over = 1;
        return 0;
    }

    return rc;
}


/* Whose a call was that cannot be read is not known; it stays, and is told
   of. */

static int
webhook_task_call(webhook_step_t *x, const webhook_id_t *id,
    const webhook_company_t *company, const webhook_call_row_t *call)
{
    int                     rc, meant;
    webhook_store_result_e  result;

    if (call == NULL) {
        x->row.task.failed++;
        x->changes--;
        return 0;
    }

    if (webhook_task_skip_is_bad(x->t->st, id, 0)) {
        x->row.task.failed++;
        x->changes = 0;
        return 0;
    }

    result = WEBHOOK_STORE_NOT_FOUND;

    rc = webhook_task_call_meant(x, id, company, call, &meant);

    if (rc == 0 && meant) {
        rc = webhook_purge_call(x->t, id, company, &result);
    }

    if (webhook_handle_damaged(rc)) {
        webhook_task_skip_bad(x->t->st, id, 0);
    }

    if (rc == 0 && result == WEBHOOK_STORE_OK) {
        x->changes--;
        x->s->count++;
        x->row.task.done++;
    }

    return rc;
}


static int
webhook_task_call_meant(webhook_step_t *x, const webhook_id_t *id,
    const webhook_company_t *company, const webhook_call_row_t *call,
    int *meant)
{
    int  rc, found;

    *meant = webhook_company_match(company, &call->company);

    if (!*meant || x->row.task.path.len == 0) {
        return 0;
    }

    rc = webhook_task_find_call(x->t, &x->row, id, &found);

    *meant = (rc == 0 && found == 1);

    if (rc == 0 && found == -1) {
        x->row.task.failed++;
    }

    return rc;
}
