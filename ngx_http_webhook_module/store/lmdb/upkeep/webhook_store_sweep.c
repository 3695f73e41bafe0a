
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * EXPIRE: what is to go by its age, or for want of room, goes step by step.
 * Before that rows of thin pages are moved together.  A step is short: it ends
 * after so many pages too, since what a transaction frees it also has to note
 * down, and that note should fit on a page or two.
 */

#include "store/lmdb/upkeep/webhook_store_sweep.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/lists/webhook_store_ring.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/expire/webhook_store_pack.h"
#include "store/lmdb/expire/webhook_store_pack_move.h"
#include "store/lmdb/repeats/webhook_store_dedupe_expire.h"
#include "store/lmdb/repeats/webhook_store_idempotency.h"
#include "store/lmdb/objects/webhook_store_audit.h"
#include "store/lmdb/objects/webhook_store_once.h"
#include "store/lmdb/upkeep/webhook_store_drain.h"
#include "store/lmdb/upkeep/webhook_store_orphan.h"


static int webhook_sweep_objects_peek(webhook_txn_t *t, int *todo);
static int webhook_sweep_objects(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more);


int
webhook_sweep_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_FINISHED];
    unsigned char  end[WEBHOOK_KEY_IDEMPOTENCY_END];

    op->result = WEBHOOK_STORE_OK;

    if (op->u.expire.max == 0) {
        *todo = 0;
        return 0;
    }

    if (webhook_time_sure(t)) {
        *todo = 1;
        return 0;
    }

    rc = webhook_pack_peek(t, todo);

    if (rc == 0 && !*todo) {
        rc = webhook_expire_first(t, 0, key, todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_dedupe_expire_peek(t, todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_expire_ended(t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end,
                                  sizeof(end), todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_sweep_objects_peek(t, todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_ring_sweep_peek(t, todo);
    }

    if (rc == 0 && !*todo && !t->paused) {
        rc = webhook_orphan_peek(t, &op->u.expire, todo);
    }

    return rc;
}


static int
webhook_sweep_objects_peek(webhook_txn_t *t, int *todo)
{
    int            rc;
    unsigned char  end[WEBHOOK_KEY_ANSWER_END];

    rc = webhook_expire_ended(t, WEBHOOK_DB_ANSWER_ENDS, end, sizeof(end),
                              todo);

    if (rc == 0 && !*todo) {
        rc = webhook_audit_peek(t, todo);
    }

    if (rc == 0 && !*todo && !t->paused) {
        rc = webhook_drain_peek(t, todo);
    }

    return rc;
}


int
webhook_sweep(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc, found, more;
    uint32_t              pages;
    unsigned char         key[WEBHOOK_KEY_FINISHED];
    webhook_op_expire_t  *x;

    x = &op->u.expire;

    op->result = WEBHOOK_STORE_OK;
    pages = 0;

    if (webhook_headroom_short(t, 2)) {

        /* it would free nothing, and take pages that outcomes need */

        return 0;
    }

    webhook_pack_begin(t);

    if (t->st->pack.found) {

        /* before anything is removed, which changes the pages */

        x->more = 1;

        rc = webhook_pack_move(t);

        if (rc || webhook_pack_note_behind(&t->st->pack)) {
            return rc;
        }
    }

    webhook_time_settle(t);

    for ( ;; ) {
        rc = webhook_expire_first(t, 0, key, &found);
        if (rc) {
            return rc;
        }

        if (!found) {
            break;
        }

        if (x->count >= x->max || pages >= WEBHOOK_EXPIRE_PAGES) {
            x->more = 1;
            return 0;
        }

        rc = webhook_expire_remove(t, key, &pages);
        if (rc) {
            return rc;
        }

        x->count++;
    }

    rc = webhook_dedupe_expire(t, x->max, &x->count, &pages, &more);

    if (rc == 0 && more) {
        x->more = 1;
        return 0;
    }

    if (rc == 0) {
        rc = webhook_idempotency_expire(t, x->max, &x->count, &pages, &more);
    }

    if (rc == 0 && !more) {
        rc = webhook_sweep_objects(t, x, &pages, &more);
    }

    if (rc == 0 && !more) {
        rc = webhook_ring_sweep(t, &more);
    }

    /* who looks at a copy need not have its endpoints */

    if (rc == 0 && !more && !t->paused) {
        rc = webhook_orphan_expire(t, x, &pages, &more);
    }

    if (rc == 0 && more) {
        x->more = 1;
    }

    return rc;
}


/* Answers and records of the audit that are over, and what waits for what was
   removed. */

static int
webhook_sweep_objects(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more)
{
    int  rc;

    rc = webhook_once_expire(t, x->max, &x->count, pages, more);

    if (rc == 0 && !*more) {
        rc = webhook_audit_expire(t, x->max, &x->count, pages, more);
    }

    if (rc == 0 && !*more && !t->paused) {
        rc = webhook_drain(t, x, pages, more);
    }

    return rc;
}
