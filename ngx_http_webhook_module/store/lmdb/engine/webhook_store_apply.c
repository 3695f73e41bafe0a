
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A batch of operations: the writes in as few transactions as may be, then the
 * reads.
 */

#include "store/lmdb/engine/webhook_store_apply.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/note/webhook_store_note.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/upkeep/webhook_store_takeover.h"
#include "store/lmdb/history/webhook_store_replay.h"
#include "store/lmdb/session/webhook_store_make_room.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/kept/webhook_store_kept_replay.h"
#include "store/lmdb/engine/webhook_store_failure.h"
#include "store/lmdb/engine/webhook_store_perform.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_APPLY_GROUP_BYTES  ((size_t) 32 * 1024 * 1024)


static uint32_t webhook_apply_peek(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count);
static void webhook_apply_writes(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count);
static void webhook_apply_refused(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count);
static int webhook_apply_group(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t *n, int again, int last);
static void webhook_apply_committed(webhook_txn_t *t, webhook_op_t **ops,
    uint32_t count);
static void webhook_apply_reads(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count);


/* It is longer than 100 lines because it names each operation. */

void
webhook_apply(void *data, webhook_op_t **ops, uint32_t count)
{
    webhook_lmdb_t *st = data;

    uint32_t  i, first, looked, writes, sure, reads;

    writes = 0;
    sure = 0;
    reads = 0;

    for (i = 0; i < count; i++) {

        ops[i]->memory = NULL;
        webhook_op_reset(ops[i]);

        switch (ops[i]->type) {

        case WEBHOOK_OP_PUT_EVENT:
        case WEBHOOK_OP_COMPLETE:
        case WEBHOOK_OP_PUT_CALL:
        case WEBHOOK_OP_SETTLE:
        case WEBHOOK_OP_RETRY:
        case WEBHOOK_OP_CANCEL:
        case WEBHOOK_OP_PAUSE:
        case WEBHOOK_OP_REMEMBER:
        case WEBHOOK_OP_DISCARD:
        case WEBHOOK_OP_OBJECT:
        case WEBHOOK_OP_TASK:
        case WEBHOOK_OP_TASK_END:
        case WEBHOOK_OP_COPY:
        case WEBHOOK_OP_PURGE:
        case WEBHOOK_OP_SHIP_EPOCH:
        case WEBHOOK_OP_SHIP_DONE:
        case WEBHOOK_OP_SHIP_REFUSED:
        case WEBHOOK_OP_SHIP_BACK:
        case WEBHOOK_OP_SHIP_FENCE:
        case WEBHOOK_OP_SHIP_SETTLE:
        case WEBHOOK_OP_SHIP_TAKE:
        case WEBHOOK_OP_SHIP_GIVE:
        case WEBHOOK_OP_SHIP_SHARE:
        case WEBHOOK_OP_SHIP_TURN:
            sure++;
            writes++;
            break;

        case WEBHOOK_OP_CLAIM:
        case WEBHOOK_OP_ENDPOINT:
        case WEBHOOK_OP_TAKEOVER:
        case WEBHOOK_OP_JOURNAL:
        case WEBHOOK_OP_EXPIRE:
        case WEBHOOK_OP_RESERVE:
        case WEBHOOK_OP_TASK_STEP:
        case WEBHOOK_OP_SHIP_NUMBER:
            writes++;
            break;

        case WEBHOOK_OP_REPLAY:
        case WEBHOOK_OP_CLOCK:
        case WEBHOOK_OP_RECORD:
        case WEBHOOK_OP_SHIP_STATE:

            if (webhook_perform_is_read(ops[i])) {
                reads++;

            } else {
                writes++;
                sure += (ops[i]->type == WEBHOOK_OP_RECORD
                         || ops[i]->type == WEBHOOK_OP_SHIP_STATE);
            }

            break;

        default:
            reads++;
        }
    }

    if (writes) {
        first = 0;
        looked = 0;

        /* who might find nothing to write looks first, unless the writer's
           lock is needed anyway */

        if (sure == 0) {
            first = webhook_apply_peek(st, ops, count);
            looked = first + 1;
        }

        /* what may take long is looked for without the lock in any case */

        for (i = looked; i < count; i++) {
            if (ops[i]->type == WEBHOOK_OP_TASK_STEP
                || ops[i]->type == WEBHOOK_OP_JOURNAL)
            {
                (void) webhook_apply_peek(st, &ops[i], 1);
            }
        }

        webhook_apply_writes(st, ops + first, count - first);
    }

    if (reads) {
        webhook_apply_reads(st, ops, count);
    }
}


/* Returns the place of the first operation that has something to write. */

static uint32_t
webhook_apply_peek(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count)
{
    int            rc, todo;
    uint32_t       i;
    webhook_txn_t  t;

    if (st->readonly || webhook_session_begin(st, &t, 0) != 0) {
        return 0;
    }

    for (i = 0; i < count; i++) {

        rc = webhook_perform_peek(&t, ops[i], &todo);

        if (rc || todo) {
            break;
        }
    }

    if (i == count) {
        webhook_space_look(&t);
        webhook_space_watch(&t);
    }

    webhook_session_abort(&t);

    return i;
}


/*
 * Runs the writes in as few transactions as the bytes of bodies allow.  Where
 * one fails, each of its operations is run alone, so that only those fail
 * that have a reason to.
 */

static void
webhook_apply_writes(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count)
{
    int       rc, last;
    size_t    bytes;
    uint32_t  i, n, one, form;

    for ( /* void */ ; count; ops += n, count -= n) {

        bytes = 0;

        for (n = 0; n < count; n++) {

            if (ops[n]->type == WEBHOOK_OP_PUT_EVENT) {

                for (form = 0; form < ops[n]->u.put_event.renditions_count;
                     form++)
                {
                    bytes += ops[n]->u.put_event.renditions[form].body.len;
                }

                if (n && bytes > WEBHOOK_APPLY_GROUP_BYTES) {
                    break;
                }
            }
        }

        last = (n == count);

        st->wanted = 0;
        st->least = UINT64_MAX;
        st->again = 1;

        rc = webhook_apply_group(st, ops, &n, n > 1, last);

        if (last) {
            count = n;
        }

        if (rc) {
            for (i = 0; i < n; i++) {
                one = 1;
                (void) webhook_apply_group(st, &ops[i], &one, 0, 0);
            }
        }

        st->again = 0;

        if (st->wanted) {
            webhook_apply_refused(st, ops, n);
        }

        for (i = 0; st->kept && i < n; i++) {
            webhook_kept_told(ops[i]);
        }

        for (i = 0; st->note && i < n; i++) {
            if (ops[i]->type == WEBHOOK_OP_COMPLETE) {
                webhook_note_told(st, ops[i]);
            }
        }
    }

    if (st->kept) {
        webhook_kept_watch(st);
    }
}


/* What was refused for want of room is tried once more, with what room there
   can be. */

static void
webhook_apply_refused(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count)
{
    uint32_t       i, n;
    webhook_op_t  **list;

    list = malloc(count * sizeof(webhook_op_t *));
    if (list == NULL) {
        return;
    }

    n = 0;

    for (i = 0; i < count; i++) {

        if (ops[i]->result == WEBHOOK_STORE_FULL
            && ((ops[i]->type == WEBHOOK_OP_PUT_EVENT
                 && !(ops[i]->u.put_event.refuse
                      && ops[i]->u.put_event.over))
                || ops[i]->type == WEBHOOK_OP_PUT_CALL
                || ops[i]->type == WEBHOOK_OP_REMEMBER
                || (ops[i]->type == WEBHOOK_OP_OBJECT
                    && ops[i]->u.object.bound == 0)
                || (ops[i]->type == WEBHOOK_OP_COPY && !ops[i]->u.copy.over)
                || (ops[i]->type == WEBHOOK_OP_RESERVE
                    && !ops[i]->u.reserve.bound)))
        {
            list[n++] = ops[i];
        }
    }

    if (n) {

        /* where no room could be made, that is told and no more */

        webhook_make_room(st, st->wanted, st->least);

        (void) webhook_apply_group(st, list, &n, 0, 0);
    }

    free(list);
}


/*
 * Runs the writes of a group in one transaction; what gathered while the lock
 * was waited for joins the last one, and *n is raised.  Returns 0 if each has
 * its result, which may be that the group failed; else, and only if "again" is
 * set or others joined, the failure: running each alone may help.
 */

static int
webhook_apply_group(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t *n,
    int again, int last)
{
    int                     rc;
    uint32_t                i, count;
    webhook_txn_t           t;
    webhook_store_result_e  result;

    count = *n;

    rc = st->readonly ? EROFS : webhook_session_begin(st, &t, 1);

    if (rc) {
        again = 0;
        t.unknown = 0;
        goto failed;
    }

    webhook_env_watch(st);

    rc = webhook_kept_begin(&t);

    if (rc) {
        webhook_session_abort(&t);
        goto failed;
    }

    if (last && st->more) {
        *n += st->more(st->more_ctx);

        for (i = count; i < *n; i++) {
            ops[i]->memory = NULL;
        }

        again |= (*n > count);
        count = *n;
    }

    for (i = 0; i < count; i++) {

        if (webhook_perform_is_read(ops[i])) {
            continue;
        }

        webhook_op_reset(ops[i]);

        rc = webhook_perform_write(&t, ops[i]);

        if (rc) {
            webhook_session_abort(&t);
            goto failed;
        }
    }

    rc = webhook_kept_commit(&t);

    if (rc) {
        webhook_session_abort(&t);
        goto failed;
    }

    rc = webhook_session_commit(&t);

    if (rc == 0) {

        webhook_apply_committed(&t, ops, count);
        return 0;
    }

failed:

    if (st->credit) {
        webhook_credit_undo(st, t.unknown);
    }

    if (again && !t.unknown) {
        return rc;
    }

    result = t.unknown ? WEBHOOK_STORE_UNKNOWN : webhook_failure_result(rc);

    webhook_store_log_error(st, rc, "writing failed");

    if (rc == MDB_MAP_FULL) {
        webhook_env_look(st);
    }

    if (result == WEBHOOK_STORE_FULL) {
        webhook_space_failed(st, rc);
    }

    for (i = 0; i < count; i++) {

        if (!webhook_perform_is_read(ops[i])) {
            webhook_op_reset(ops[i]);
            ops[i]->result = result;
            webhook_kept_failed(st, ops[i]);
        }
    }

    return 0;
}


static void
webhook_apply_committed(webhook_txn_t *t, webhook_op_t **ops, uint32_t count)
{
    uint32_t  i;

    if (t->wanted && t->st->again) {

        /* whether that is so is not known yet */

        t->st->wanted += t->wanted;
        t->refused = 0;

        if (t->least < t->st->least) {
            t->st->least = t->least;
        }
    }

    for (i = 0; i < count; i++) {

        if (ops[i]->type == WEBHOOK_OP_REPLAY) {
            webhook_replay_committed(ops[i]);

        } else if (ops[i]->type == WEBHOOK_OP_TAKEOVER) {
            webhook_takeover_committed(t, ops[i]);

        } else if (ops[i]->type == WEBHOOK_OP_PUT_EVENT
                   && ops[i]->result == WEBHOOK_STORE_OK)
        {
            webhook_space_worked(t->st);
        }
    }

    webhook_kept_committed(t);
    webhook_kept_replay_committed(t);
    webhook_expire_committed(t);
    webhook_space_watch(t);
}


/* Each in a transaction of its own: a long one keeps pages from reuse. */

static void
webhook_apply_reads(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count)
{
    int            rc;
    uint32_t       i;
    webhook_op_t  *op;
    webhook_txn_t  t;

    for (i = 0; i < count; i++) {
        op = ops[i];

        if (!webhook_perform_is_read(op)) {
            continue;
        }

        rc = webhook_session_begin(st, &t, 0);

        if (rc == 0) {
            rc = webhook_perform_read(&t, op);

            webhook_session_abort(&t);
        }

        if (rc) {
            webhook_store_log_error(st, rc, "reading failed");
            webhook_op_reset(op);
            op->result = webhook_failure_result(rc);
        }
    }
}
