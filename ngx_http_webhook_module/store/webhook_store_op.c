
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Operations and their results by themselves: as they were before they ran,
 * freed, in words.
 */

#include "store/webhook_store_op.h"
#include "store/webhook_store_memory.h"


/* Makes an operation as it was before it ran.  It is longer than 100 lines
   because each operation has outputs of its own. */

void
webhook_op_reset(webhook_op_t *op)
{
    uint32_t  i;
    unsigned  look;
    uint64_t  endpoint;

    webhook_op_free(op);

    op->result = WEBHOOK_STORE_UNAVAILABLE;

    if (op->recorded) {
        op->recorded->once.known = 0;
        op->recorded->once.differs = 0;
    }

    switch (op->type) {

    case WEBHOOK_OP_PUT_EVENT:

        for (i = 0; i < op->u.put_event.count; i++) {
            op->u.put_event.deliveries[i].lease_token = 0;
            op->u.put_event.deliveries[i].over = 0;
        }

        op->u.put_event.over = 0;

        op->u.put_event.first = op->u.put_event.id;
        op->u.put_event.differs = 0;
        op->u.put_event.unprotected = 0;
        op->u.put_event.wait = WEBHOOK_NEVER;
        break;

    case WEBHOOK_OP_CLAIM:
        op->u.claim.next = WEBHOOK_NEVER;
        break;

    case WEBHOOK_OP_COMPLETE:
        op->u.complete.mark = 0;
        op->u.complete.waiting = 0;
        op->u.complete.wait = WEBHOOK_NEVER;
        op->u.complete.opened = 0;
        op->u.complete.closed = 0;
        op->u.complete.paused = 0;
        op->u.complete.disabled = 0;
        break;

    case WEBHOOK_OP_TAKEOVER:
        op->u.takeover.count = 0;
        op->u.takeover.forgot = 0;
        break;

    case WEBHOOK_OP_JOURNAL:
        op->u.journal.count = 0;
        op->u.journal.more = 0;
        break;

    case WEBHOOK_OP_PURGE:
        op->u.purge.more = 0;
        break;

    case WEBHOOK_OP_EXPIRE:
        op->u.expire.count = 0;
        op->u.expire.cancelled = 0;
        op->u.expire.removed = 0;
        op->u.expire.more = 0;
        break;

    case WEBHOOK_OP_RESERVE:
        op->u.reserve.state = WEBHOOK_DEDUPE_NEW;
        op->u.reserve.token = 0;
        op->u.reserve.bound = 0;
        op->u.reserve.answer.status = 0;
        op->u.reserve.answer.sent = 0;
        op->u.reserve.answer.durable = 0;
        break;

    case WEBHOOK_OP_REPLAY:
        op->u.replay.count = 0;
        op->u.replay.filter.more = 0;
        break;

    case WEBHOOK_OP_LIST:
        op->u.list.filter.more = 0;
        op->u.list.damaged = 0;
        break;

    case WEBHOOK_OP_CALLS:
        op->u.calls.more = 0;
        op->u.calls.damaged = 0;
        break;

    case WEBHOOK_OP_KNOWN:
        op->u.known.more = 0;
        op->u.known.damaged = 0;
        break;

    case WEBHOOK_OP_QUARANTINE:
        op->u.quarantine.more = 0;
        break;

    case WEBHOOK_OP_DISCARD:
        op->u.discard.more = 0;
        op->u.discard.count = 0;
        break;

    case WEBHOOK_OP_OBJECT:
        op->u.object.version = 0;
        op->u.object.change = 0;
        op->u.object.taken = 0;
        op->u.object.owed = 0;
        op->u.object.bound = 0;
        op->u.object.pending = 0;
        op->u.object.sending = 0;
        op->u.object.once.known = 0;
        op->u.object.once.differs = 0;
        break;

    case WEBHOOK_OP_RECORD:
        op->u.record.number = 0;
        op->u.record.once.known = 0;
        op->u.record.once.differs = 0;
        break;

    case WEBHOOK_OP_OBJECTS:
        op->u.objects.more = 0;
        op->u.objects.damaged = 0;
        break;

    case WEBHOOK_OP_CHANGES:
        op->u.changes.more = 0;
        op->u.changes.lost = 0;
        op->u.changes.damaged = 0;
        op->u.changes.next = op->u.changes.since;
        op->u.changes.last = 0;
        break;

    case WEBHOOK_OP_AUDIT:
        op->u.audit.more = 0;
        op->u.audit.damaged = 0;
        break;

    case WEBHOOK_OP_TASK:
        op->u.task.bound = 0;
        op->u.task.once.known = 0;
        op->u.task.once.differs = 0;
        break;

    case WEBHOOK_OP_TASK_LOOK:
    case WEBHOOK_OP_TASK_STEP:
        op->u.task_step.todo = 0;
        op->u.task_step.made = 0;
        op->u.task_step.count = 0;
        op->u.task_step.over = 0;
        op->u.task_step.wait = WEBHOOK_NEVER;
        break;

    case WEBHOOK_OP_TASKS:
        op->u.tasks.more = 0;
        op->u.tasks.damaged = 0;
        break;

    case WEBHOOK_OP_COUNT:
        op->u.counted.count = 0;
        op->u.counted.unread = 0;
        op->u.counted.filter.more = 0;
        break;

    case WEBHOOK_OP_STATS:
        endpoint = op->u.stats.endpoint;
        look = op->u.stats.look;
        memset(&op->u.stats, 0, sizeof(webhook_op_stats_t));
        op->u.stats.endpoint = endpoint;
        op->u.stats.look = look & 1;
        break;

    case WEBHOOK_OP_CHECK:
        memset(&op->u.check, 0, sizeof(webhook_op_check_t));
        break;

    case WEBHOOK_OP_SHIP_EPOCH:
        op->u.ship_epoch.more = 0;
        break;

    case WEBHOOK_OP_SHIP_NUMBER:
        op->u.ship_number.from = 0;
        op->u.ship_number.to = 0;
        op->u.ship_number.more = 0;
        op->u.ship_number.limits = 0;
        op->u.ship_number.turns = 0;
        break;

    case WEBHOOK_OP_SHIP_DONE:
        op->u.ship_done.more = 0;
        break;

    case WEBHOOK_OP_SHIP_BACK:
        op->u.ship_back.count = 0;
        op->u.ship_back.more = 0;
        break;

    case WEBHOOK_OP_SHIP_FENCE:
        op->u.ship_fence.more = 0;
        break;

    case WEBHOOK_OP_SHIP_ASK:
        op->u.ship_ask.more = 0;
        break;

    case WEBHOOK_OP_SHIP_LIMITS:
        op->u.ship_limits.waits = 0;
        op->u.ship_limits.more = 0;
        break;

    case WEBHOOK_OP_SHIP_TURNS:
        op->u.ship_turns.waits = 0;
        op->u.ship_turns.more = 0;
        break;

    case WEBHOOK_OP_SHIP_TURN:
        op->u.ship_turn.turned = 0;
        op->u.ship_turn.missing = 0;
        break;

    case WEBHOOK_OP_SHIP_TAKE:
        op->u.ship_take.count = 0;
        break;

    case WEBHOOK_OP_SHIP_GIVE:
        op->u.ship_give.count = 0;
        op->u.ship_give.more = 0;
        break;

    default:
        break;
    }
}


size_t
webhook_op_size(const webhook_op_t *op)
{
    return webhook_memory_size(op->memory);
}


/* It is longer than 100 lines because each operation has outputs of its own. */

void
webhook_op_free(webhook_op_t *op)
{
    webhook_memory_free(&op->memory);

    if (op->recorded) {
        memset(&op->recorded->once.first, 0, sizeof(webhook_str_t));
    }

    switch (op->type) {

    case WEBHOOK_OP_CLAIM:
        op->u.claim.leases = NULL;
        op->u.claim.count = 0;
        break;

    case WEBHOOK_OP_COMPLETE:
        op->u.complete.next = NULL;
        op->u.complete.stock = NULL;
        op->u.complete.stock_count = 0;
        break;

    case WEBHOOK_OP_LIST:
        op->u.list.deliveries = NULL;
        op->u.list.count = 0;
        break;

    case WEBHOOK_OP_SHOW:
        memset(&op->u.show.type, 0, sizeof(webhook_str_t));
        memset(&op->u.show.company, 0, sizeof(webhook_str_t));
        op->u.show.renditions = NULL;
        op->u.show.renditions_count = 0;
        op->u.show.deliveries = NULL;
        op->u.show.count = 0;
        op->u.show.broken = 0;
        op->u.show.damaged = 0;
        break;

    case WEBHOOK_OP_CALLS:
        op->u.calls.calls = NULL;
        op->u.calls.count = 0;
        break;

    case WEBHOOK_OP_KNOWN:
        op->u.known.known = NULL;
        op->u.known.count = 0;
        break;

    case WEBHOOK_OP_QUARANTINE:
        op->u.quarantine.rows = NULL;
        op->u.quarantine.count = 0;
        break;

    case WEBHOOK_OP_RESERVE:
        memset(&op->u.reserve.answer.text, 0, sizeof(webhook_str_t));
        memset(&op->u.reserve.answer.type, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_OP_OBJECT:
        memset(&op->u.object.once.first, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_OP_RECORD:
        memset(&op->u.record.once.first, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_OP_OBJECTS:
        op->u.objects.objects = NULL;
        op->u.objects.count = 0;
        break;

    case WEBHOOK_OP_CHANGES:
        op->u.changes.objects = NULL;
        op->u.changes.count = 0;
        break;

    case WEBHOOK_OP_AUDIT:
        op->u.audit.records = NULL;
        op->u.audit.count = 0;
        break;

    case WEBHOOK_OP_TASK:
        memset(&op->u.task.once.first, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_OP_TASKS:
        op->u.tasks.tasks = NULL;
        op->u.tasks.count = 0;
        break;

    case WEBHOOK_OP_RINGS:
        op->u.rings.rings = NULL;
        op->u.rings.count = 0;
        op->u.rings.waiting = -1;
        break;

    case WEBHOOK_OP_STATS:
        op->u.stats.endpoints = NULL;
        op->u.stats.count = 0;
        memset(&op->u.stats.reason, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_OP_SHIP_NUMBER:
        op->u.ship_number.entries = NULL;
        op->u.ship_number.count = 0;
        break;

    case WEBHOOK_OP_SHIP_LIMITS:
        op->u.ship_limits.limits = NULL;
        op->u.ship_limits.count = 0;
        break;

    case WEBHOOK_OP_SHIP_TURNS:
        op->u.ship_turns.turns = NULL;
        op->u.ship_turns.count = 0;
        break;

    case WEBHOOK_OP_SHIP_ASK:
        op->u.ship_ask.open = NULL;
        op->u.ship_ask.count = 0;
        break;

    case WEBHOOK_OP_CHECK:
        op->u.check.text.data = NULL;
        op->u.check.text.len = 0;
        break;

    default:
        break;
    }
}


int
webhook_company_match(const webhook_company_t *asked,
    const webhook_str_t *company)
{
    switch (asked->which) {

    case WEBHOOK_COMPANY_NONE:
        return company->len == 0;

    case WEBHOOK_COMPANY_ONE:
        return asked->name.len && asked->name.len == company->len
               && memcmp(asked->name.data, company->data, company->len) == 0;

    default: /* WEBHOOK_COMPANY_ANY */
        return 1;
    }
}


const char *
webhook_state_name(webhook_state_e state)
{
    switch (state) {

    case WEBHOOK_PENDING:
        return "pending";

    case WEBHOOK_SENDING:
        return "sending";

    case WEBHOOK_DELIVERED:
        return "delivered";

    case WEBHOOK_DEAD:
        return "dead";

    case WEBHOOK_CANCELLED:
        return "cancelled";
    }

    return "unknown";
}


int
webhook_state_parse(const webhook_str_t *text)
{
    int          i;
    const char  *name;

    for (i = 0; i < WEBHOOK_STATES; i++) {
        name = webhook_state_name(i);

        if (strlen(name) == text->len
            && memcmp(name, text->data, text->len) == 0)
        {
            return i;
        }
    }

    return -1;
}


const char *
webhook_call_outcome_name(webhook_call_outcome_e outcome)
{
    switch (outcome) {

    case WEBHOOK_CALL_UNTOLD:
        break;

    case WEBHOOK_CALL_OK:
        return "ok";

    case WEBHOOK_CALL_ACCEPTED:
        return "accepted";

    case WEBHOOK_CALL_REPEAT:
        return "repeat";

    case WEBHOOK_CALL_SKIPPED:
        return "skipped";

    case WEBHOOK_CALL_REFUSED:
        return "refused";

    case WEBHOOK_CALL_FAILED:
        return "failed";

    case WEBHOOK_CALL_DRY_RUN:
        return "dry_run";

    case WEBHOOK_CALL_HANDSHAKE:
        return "handshake";

    case WEBHOOK_CALL_TEST:
        return "test";
    }

    return NULL;
}


webhook_call_outcome_e
webhook_call_outcome_parse(const webhook_str_t *text)
{
    int          i;
    const char  *name;

    for (i = WEBHOOK_CALL_UNTOLD + 1; i < WEBHOOK_CALL_OUTCOMES; i++) {
        name = webhook_call_outcome_name(i);

        if (strlen(name) == text->len
            && memcmp(name, text->data, text->len) == 0)
        {
            return i;
        }
    }

    return WEBHOOK_CALL_UNTOLD;
}


const char *
webhook_task_kind_name(webhook_task_kind_e kind)
{
    switch (kind) {

    case WEBHOOK_TASK_RETRY:
        return "retry";

    case WEBHOOK_TASK_CANCEL:
        return "cancel";

    case WEBHOOK_TASK_REPLAY:
        return "replay";

    case WEBHOOK_TASK_PURGE:
        return "purge";
    }

    return "unknown";
}


const char *
webhook_task_state_name(webhook_task_state_e state)
{
    switch (state) {

    case WEBHOOK_TASK_RUNNING:
        return "running";

    case WEBHOOK_TASK_DONE:
        return "done";

    case WEBHOOK_TASK_ENDED:
        return "ended";
    }

    return "unknown";
}


const char *
webhook_store_result_text(webhook_store_result_e result)
{
    switch (result) {

    case WEBHOOK_STORE_OK:
        return "done";

    case WEBHOOK_STORE_DUPLICATE:
        return "it is there already";

    case WEBHOOK_STORE_STALE:
        return "the lease is over";

    case WEBHOOK_STORE_NOT_FOUND:
        return "there is no such thing";

    case WEBHOOK_STORE_FULL:
        return "the store is full";

    case WEBHOOK_STORE_UNAVAILABLE:
        return "the store is not available";

    case WEBHOOK_STORE_UNKNOWN:
        return "the store failed; perhaps it is done";
    }

    return "unknown";
}
