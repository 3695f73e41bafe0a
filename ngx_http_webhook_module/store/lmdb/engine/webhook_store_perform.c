
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which function performs which operation.
 */

#include "store/lmdb/engine/webhook_store_perform.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/repeats/webhook_store_dedupe.h"
#include "store/lmdb/repeats/webhook_store_known.h"
#include "store/lmdb/objects/webhook_store_audit.h"
#include "store/lmdb/objects/webhook_store_object.h"
#include "store/lmdb/objects/webhook_store_objects.h"
#include "store/lmdb/objects/webhook_store_once.h"
#include "store/lmdb/ops/webhook_store_call.h"
#include "store/lmdb/ops/webhook_store_claim.h"
#include "store/lmdb/ops/webhook_store_complete.h"
#include "store/lmdb/ops/webhook_store_endpoint.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/upkeep/webhook_store_sweep.h"
#include "store/lmdb/upkeep/webhook_store_takeover.h"
#include "store/lmdb/history/webhook_store_admin.h"
#include "store/lmdb/history/webhook_store_history_list.h"
#include "store/lmdb/history/webhook_store_history_rings.h"
#include "store/lmdb/history/webhook_store_history_show.h"
#include "store/lmdb/history/webhook_store_history_stats.h"
#include "store/lmdb/history/webhook_store_replay.h"
#include "store/lmdb/tasks/webhook_store_copy.h"
#include "store/lmdb/tasks/webhook_store_purge.h"
#include "store/lmdb/tasks/webhook_store_task.h"
#include "store/lmdb/tasks/webhook_store_task_step.h"
#include "store/lmdb/ship/webhook_store_ship.h"
#include "store/lmdb/ship/limits/webhook_store_ship_limits.h"
#include "store/lmdb/ship/turns/webhook_store_ship_turns.h"
#include "store/lmdb/ship/webhook_store_ship_number.h"
#include "store/lmdb/ship/webhook_store_ship_settle.h"
#include "store/lmdb/ship/webhook_store_ship_take.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/kept/webhook_store_kept_look.h"
#include "store/lmdb/kept/webhook_store_kept_replay.h"
#include "store/lmdb/repair/webhook_store_quarantined.h"
#include "store/lmdb/check/webhook_store_check.h"

#include <errno.h>


static int webhook_perform_recorded(webhook_txn_t *t, webhook_op_t *op);
static int webhook_perform_known(webhook_txn_t *t, webhook_op_t *op,
    int *known);
static int webhook_perform_record(webhook_txn_t *t, webhook_op_t *op);
static int webhook_perform_over(webhook_txn_t *t, webhook_op_t *op,
    const webhook_str_t *company, const webhook_str_t *data,
    const webhook_once_t *once);
static int webhook_perform_one(webhook_txn_t *t, webhook_op_t *op);
static int webhook_perform_ship(webhook_txn_t *t, webhook_op_t *op);
static int webhook_perform_leases(const webhook_op_t *op);
static int webhook_perform_stats(webhook_txn_t *t, webhook_op_t *op);


int
webhook_perform_is_read(const webhook_op_t *op)
{
    return op->type >= WEBHOOK_OP_LIST
           || (op->type == WEBHOOK_OP_REPLAY && op->u.replay.dry_run)
           || (op->type == WEBHOOK_OP_RECORD && op->u.record.ask)
           || (op->type == WEBHOOK_OP_CLOCK && !op->u.clock.accept)
           || (op->type == WEBHOOK_OP_SHIP_STATE && !op->u.ship_state.set);
}


int
webhook_perform_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    *todo = 0;

    if (op->recorded) {

        /* what is to be recorded is written in any case */

        *todo = 1;
        return 0;
    }

    switch (op->type) {

    case WEBHOOK_OP_CLAIM:
        return webhook_claim_peek(t, op, todo);

    case WEBHOOK_OP_ENDPOINT:
        return webhook_endpoint_peek(t, op, todo);

    case WEBHOOK_OP_TAKEOVER:
        return webhook_takeover_peek(t, op, todo);

    case WEBHOOK_OP_JOURNAL:
        return webhook_kept_look(t, op, todo);

    case WEBHOOK_OP_EXPIRE:
        return webhook_sweep_peek(t, op, todo);

    case WEBHOOK_OP_RESERVE:
        return webhook_dedupe_reserve_peek(t, op, todo);

    case WEBHOOK_OP_REPLAY:
        return webhook_replay_peek(t, op, todo);

    case WEBHOOK_OP_TASK_STEP:
        return webhook_task_step_peek(t, op, todo);

    case WEBHOOK_OP_SHIP_NUMBER:
        return webhook_ship_number_peek(t, op, todo);

    case WEBHOOK_OP_CLOCK:
        *todo = 1;
        return 0;

    default:
        return 0;
    }
}


int
webhook_perform_write(webhook_txn_t *t, webhook_op_t *op)
{
    if (t->st->admin && webhook_perform_leases(op)) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    return op->recorded ? webhook_perform_recorded(t, op)
                        : webhook_perform_one(t, op);
}


/* With what is kept with it: should that fail the transaction does. */

static int
webhook_perform_recorded(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, known;
    webhook_recorded_t  *r;

    r = op->recorded;

    rc = webhook_perform_known(t, op, &known);

    if (rc || known) {
        return rc;
    }

    rc = webhook_perform_one(t, op);

    if (rc || op->result != WEBHOOK_STORE_OK) {
        return rc;
    }

    rc = webhook_audit_add(t, r->wall, &r->company, &r->audit, NULL);

    return rc ? rc : webhook_once_keep(t, &r->once);
}


/* Was it done before, or cannot be recorded?  That is the result then. */

static int
webhook_perform_known(webhook_txn_t *t, webhook_op_t *op, int *known)
{
    int                  rc;
    webhook_recorded_t  *r;

    r = op->recorded;
    *known = 1;

    if (webhook_perform_over(t, op, &r->company, &r->audit, &r->once)) {
        return 0;
    }

    if (t->st->replaced) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_once_look(t, op, &r->once);
    if (rc || r->once.known) {
        return rc;
    }

    if (r->once.keep && webhook_space_attempt(t) == 0) {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    *known = 0;

    return 0;
}


static int
webhook_perform_record(webhook_txn_t *t, webhook_op_t *op)
{
    webhook_op_record_t  *r;

    r = &op->u.record;

    return webhook_perform_over(t, op, &r->company, &r->data, &r->once)
           ? 0 : webhook_once_record(t, op);
}


/* Is what is to be recorded over a bound?  That is told, and is the result. */

static int
webhook_perform_over(webhook_txn_t *t, webhook_op_t *op,
    const webhook_str_t *company, const webhook_str_t *data,
    const webhook_once_t *once)
{
    if (!webhook_audit_bad(company, data) && !webhook_once_bad(once)) {
        return 0;
    }

    webhook_store_log_error(t->st, EINVAL, "a record exceeds a bound");
    op->result = WEBHOOK_STORE_UNAVAILABLE;

    return 1;
}


static int
webhook_perform_one(webhook_txn_t *t, webhook_op_t *op)
{
    switch (op->type) {

    case WEBHOOK_OP_PUT_EVENT:
        return op->u.put_event.kept ? webhook_kept_put(t, op)
                                    : webhook_event_put(t, op);

    case WEBHOOK_OP_CLAIM:
        return webhook_claim(t, op);

    case WEBHOOK_OP_COMPLETE:
        return webhook_complete(t, op);

    case WEBHOOK_OP_ENDPOINT:
        return webhook_endpoint_put(t, op);

    case WEBHOOK_OP_TAKEOVER:
        return webhook_takeover(t, op);

    case WEBHOOK_OP_JOURNAL:
        return webhook_kept_replay(t, op);

    case WEBHOOK_OP_EXPIRE:
        return webhook_sweep(t, op);

    case WEBHOOK_OP_PUT_CALL:
        return webhook_call_put(t, op);

    case WEBHOOK_OP_RESERVE:
        return webhook_dedupe_reserve(t, op);

    case WEBHOOK_OP_SETTLE:
        return webhook_dedupe_settle(t, op);

    case WEBHOOK_OP_RETRY:
        return webhook_admin_retry(t, op);

    case WEBHOOK_OP_CANCEL:
        return webhook_admin_cancel(t, op);

    case WEBHOOK_OP_PAUSE:
        return webhook_admin_pause(t, op);

    case WEBHOOK_OP_REPLAY:
        return webhook_replay(t, op);

    case WEBHOOK_OP_CLOCK:
        return webhook_time_accept(t, op);

    case WEBHOOK_OP_REMEMBER:
        return webhook_known_remember(t, op);

    case WEBHOOK_OP_DISCARD:
        return webhook_quarantined_discard(t, op);

    case WEBHOOK_OP_OBJECT:
        return webhook_object_put(t, op);

    case WEBHOOK_OP_RECORD:
        return webhook_perform_record(t, op);

    case WEBHOOK_OP_TASK:
        return webhook_task_put(t, op);

    case WEBHOOK_OP_TASK_STEP:
        return webhook_task_step(t, op);

    case WEBHOOK_OP_TASK_END:
        return webhook_task_end(t, op);

    case WEBHOOK_OP_COPY:
        return webhook_copy(t, op);

    case WEBHOOK_OP_PURGE:
        return webhook_purge(t, op);

    default:
        return webhook_perform_ship(t, op);
    }
}


/* What only a node of a cluster does. */

static int
webhook_perform_ship(webhook_txn_t *t, webhook_op_t *op)
{
    switch (op->type) {

    case WEBHOOK_OP_SHIP_STATE:
        return webhook_ship_state(t, op);

    case WEBHOOK_OP_SHIP_EPOCH:
        return webhook_ship_epoch(t, op);

    case WEBHOOK_OP_SHIP_NUMBER:
        return webhook_ship_number(t, op);

    case WEBHOOK_OP_SHIP_DONE:
        return webhook_ship_done(t, op);

    case WEBHOOK_OP_SHIP_REFUSED:
        return webhook_ship_refused(t, op);

    case WEBHOOK_OP_SHIP_BACK:
        return webhook_ship_back(t, op);

    case WEBHOOK_OP_SHIP_FENCE:
        return webhook_ship_fence(t, op);

    case WEBHOOK_OP_SHIP_SETTLE:
        return webhook_ship_settle(t, op);

    case WEBHOOK_OP_SHIP_TAKE:
        return webhook_ship_take(t, op);

    case WEBHOOK_OP_SHIP_GIVE:
        return webhook_ship_give(t, op);

    case WEBHOOK_OP_SHIP_SHARE:
        return webhook_ship_share(t, op);

    case WEBHOOK_OP_SHIP_TURN:
        return webhook_ship_turn(t, op);

    default:
        return EINVAL;
    }
}


/* A lease belongs to an owner's slot, which a tool has not got. */

static int
webhook_perform_leases(const webhook_op_t *op)
{
    uint32_t  i;

    if (op->type == WEBHOOK_OP_PUT_EVENT) {

        for (i = 0; i < op->u.put_event.count; i++) {
            if (op->u.put_event.deliveries[i].lease) {
                return 1;
            }
        }
    }

    return op->type == WEBHOOK_OP_CLAIM
           || (op->type == WEBHOOK_OP_COMPLETE && op->u.complete.lease);
}


static int
webhook_perform_stats(webhook_txn_t *t, webhook_op_t *op)
{
    int  rc;

    rc = webhook_history_stats(t, op);

    return rc ? rc : webhook_kept_stats(t, &op->u.stats);
}


int
webhook_perform_read(webhook_txn_t *t, webhook_op_t *op)
{
    switch (op->type) {

    case WEBHOOK_OP_REPLAY:
        return webhook_replay_count(t, op);

    case WEBHOOK_OP_RECORD:
        return webhook_perform_record(t, op);

    case WEBHOOK_OP_OBJECTS:
        return webhook_objects_list(t, op);

    case WEBHOOK_OP_CHANGES:
        return webhook_objects_changes(t, op);

    case WEBHOOK_OP_AUDIT:
        return webhook_audit_list(t, op);

    case WEBHOOK_OP_LIST:
        return webhook_history_list(t, op);

    case WEBHOOK_OP_SHOW:
        return webhook_history_show(t, op);

    case WEBHOOK_OP_CALLS:
        return webhook_call_list(t, op);

    case WEBHOOK_OP_KNOWN:
        return webhook_known_list(t, op);

    case WEBHOOK_OP_QUARANTINE:
        return webhook_quarantined_list(t, op);

    case WEBHOOK_OP_TASKS:
        return webhook_task_list(t, op);

    case WEBHOOK_OP_TASK_LOOK:
        return webhook_task_step_look(t, op);

    case WEBHOOK_OP_COUNT:
        return webhook_task_count(t, op);

    case WEBHOOK_OP_RINGS:
        return webhook_history_rings(t, op);

    case WEBHOOK_OP_STATS:
        return webhook_perform_stats(t, op);

    case WEBHOOK_OP_CLOCK:
        return webhook_time_tell(t, op);

    case WEBHOOK_OP_SHIP_STATE:
        return webhook_ship_state(t, op);

    case WEBHOOK_OP_SHIP_ASK:
        return webhook_ship_ask(t, op);

    case WEBHOOK_OP_SHIP_LIMITS:
        return webhook_ship_limits(t, op);

    case WEBHOOK_OP_SHIP_TURNS:
        return webhook_ship_turns(t, op);

    case WEBHOOK_OP_SHIP_HAVE:
        return webhook_ship_have(t, op);

    case WEBHOOK_OP_CHECK:
        return webhook_check_op(t, op);

    default:
        return EINVAL;
    }
}
