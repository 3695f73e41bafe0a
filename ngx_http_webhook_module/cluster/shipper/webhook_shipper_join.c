
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Joining: who the node is, and what became of what it had.
 */

#include "cluster/shipper/webhook_shipper_int.h"


#define webhook_shipper_ok(sh)  ((sh)->ops[0]->result == WEBHOOK_STORE_OK)


int
webhook_shipper_start(webhook_shipper_t *sh)
{
    (void) webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_STATE);

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_started(webhook_shipper_t *sh)
{
    static const webhook_id_t  none;

    if (!webhook_shipper_ok(sh)) {
        return webhook_shipper_broken(sh);
    }

    sh->known = sh->ops[0]->u.ship_state;
    sh->anew = sh->anew || sh->known.change == 0;
    sh->whole = 0;
    sh->newer = 0;

    webhook_shipper_told_none(sh);

    /* what was asked for before, whose answer may have been lost */

    return memcmp(&sh->known.next, &none, sizeof(webhook_id_t)) == 0
           ? WEBHOOK_SHIPPER_NEXT : WEBHOOK_SHIPPER_JOIN;
}


int
webhook_shipper_next_kept(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_STATE);
    op->u.ship_state.set = WEBHOOK_SHIP_SET_NEXT;

    if (!sh->o.random(sh->o.ctx, op->u.ship_state.next.bytes,
                      WEBHOOK_ID_LEN))
    {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "no randomness for the node's session");
        sh->state = webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_START);
        return WEBHOOK_SHIPPER_AGAIN;
    }

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_next_was(webhook_shipper_t *sh)
{
    /* read anew: there is an incarnation by now */

    return webhook_shipper_ok(sh) ? WEBHOOK_SHIPPER_START
                                  : webhook_shipper_broken(sh);
}


int
webhook_shipper_join(webhook_shipper_t *sh)
{
    webhook_cluster_join_t  *j;

    memset(&sh->call, 0, sizeof(sh->call));

    j = &sh->call.u.join;

    j->name = sh->o.name;
    j->boot = sh->o.boot;
    j->version = sh->o.version;
    j->lease = sh->o.lease;
    j->beat = sh->o.beat;
    j->known = sh->known.epoch;
    j->assigned = sh->known.assigned;
    memcpy(j->incarnation, sh->known.incarnation.bytes,
           WEBHOOK_CLUSTER_NONCE);
    memcpy(j->held, sh->known.session.bytes, WEBHOOK_CLUSTER_NONCE);
    memcpy(j->next, sh->known.next.bytes, WEBHOOK_CLUSTER_NONCE);

    sh->asked_at = sh->o.clock(sh->o.ctx);

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_JOIN);
}


webhook_shipper_state_e
webhook_shipper_was_joined(webhook_shipper_t *sh)
{
    webhook_cluster_join_t  *j;

    j = &sh->call.u.join;

    switch (sh->call.result) {

    case WEBHOOK_CLUSTER_OK:
        break;

    case WEBHOOK_CLUSTER_BUSY:
        return webhook_shipper_rest(sh, j->wait < sh->o.beat ? j->wait + 10
                                                             : sh->o.beat,
                                    WEBHOOK_SHIPPER_START);

    default:
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_START);
    }

    sh->join = *j;
    sh->until = sh->asked_at + j->good;
    sh->part_now = j->part_now;
    sh->part_min = j->part_min;
    sh->part_max = j->part_max;
    sh->registry = j->registry;
    sh->backoff = 0;
    sh->drains = 0;
    sh->unsure = 0;             /* what was on its way has arrived, or never
                                   will */
    sh->news.away = 0;
    sh->news.doubled = 0;

    return WEBHOOK_SHIPPER_SESSION;
}


int
webhook_shipper_session(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_STATE);
    op->u.ship_state.set = WEBHOOK_SHIP_SET_SESSION;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_session_was(webhook_shipper_t *sh)
{
    if (!webhook_shipper_ok(sh)) {
        return webhook_shipper_broken(sh);
    }

    return sh->join.epoch != sh->known.epoch ? WEBHOOK_SHIPPER_EPOCH
                                             : WEBHOOK_SHIPPER_KNOWN;
}


int
webhook_shipper_epoch(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_EPOCH);
    op->u.ship_epoch.epoch = sh->join.epoch;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_epoch_was(webhook_shipper_t *sh)
{
    if (!webhook_shipper_ok(sh)) {
        return webhook_shipper_broken(sh);
    }

    if (sh->ops[0]->u.ship_epoch.more) {
        return WEBHOOK_SHIPPER_EPOCH;
    }

    if (sh->known.epoch) {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "the cluster has a new epoch: all that is kept"
                            " here is shipped anew");
    }

    /* the registry is another one, too */

    sh->anew = 1;
    sh->lost = 0;

    return WEBHOOK_SHIPPER_KNOWN;
}


int
webhook_shipper_known(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_DONE);
    op->u.ship_done.to = sh->join.shipped;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_known_was(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = sh->ops[0];

    if (op->result == WEBHOOK_STORE_STALE) {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "the cluster has more of this node than it ever"
                            " told: this is an older copy of its store");
        return webhook_shipper_rest(sh, WEBHOOK_SHIPPER_STUCK,
                                    WEBHOOK_SHIPPER_START);
    }

    if (op->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    if (op->u.ship_done.more) {
        return WEBHOOK_SHIPPER_KNOWN;
    }

    sh->from = 0;
    sh->news.joined = 1;
    sh->next = sh->o.clock(sh->o.ctx) + sh->o.beat / 2;

    return WEBHOOK_SHIPPER_OPEN;
}


int
webhook_shipper_open(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_ASK);
    op->u.ship_ask.max = WEBHOOK_SHIPPER_PAGE;
    op->u.ship_ask.from = sh->from;
    memcpy(op->u.ship_ask.cursor, sh->cursor, WEBHOOK_SHIP_CURSOR);

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_opened(webhook_shipper_t *sh)
{
    uint32_t                  i, n;
    webhook_op_t             *op;
    webhook_op_ship_ask_t    *a;
    webhook_cluster_known_t  *k;

    op = sh->ops[0];
    a = &op->u.ship_ask;

    if (!webhook_shipper_ok(sh)) {
        return webhook_shipper_broken(sh);
    }

    for (n = 0, i = 0; i < a->count && i < WEBHOOK_SHIPPER_PAGE; i++) {
        k = &sh->asked[n++];

        memset(k, 0, sizeof(webhook_cluster_known_t));
        k->event = a->open[i].event;
        k->endpoint = a->open[i].endpoint;
        k->part = a->open[i].part;
        k->pos = a->open[i].number;
    }

    sh->asked_count = n;
    sh->from = a->more;
    memcpy(sh->cursor, a->cursor, WEBHOOK_SHIP_CURSOR);

    webhook_op_free(op);

    if (n) {
        return WEBHOOK_SHIPPER_ASK;
    }

    sh->after = 0;

    return sh->from ? WEBHOOK_SHIPPER_OPEN : WEBHOOK_SHIPPER_MINE;
}


int
webhook_shipper_ask(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->call.u.ask.known = sh->asked;
    sh->call.u.ask.count = sh->asked_count;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_ASK);
}


webhook_shipper_state_e
webhook_shipper_was_asked(webhook_shipper_t *sh)
{
    if (sh->call.result != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_ASK);
    }

    return WEBHOOK_SHIPPER_SETTLE;
}


int
webhook_shipper_settle(webhook_shipper_t *sh)
{
    uint32_t                   i, n;
    webhook_op_ship_settle_t  *s;
    webhook_cluster_known_t   *k;

    for (n = 0, i = 0; i < sh->asked_count; i++) {
        k = &sh->asked[i];

        /* What was given a number that did not arrive may never have been
           told; or it was told that it is over, and it was retried since. */

        if (k->verdict == WEBHOOK_CLUSTER_YOURS
            || ((k->verdict == WEBHOOK_CLUSTER_GONE
                 || k->verdict == WEBHOOK_CLUSTER_TOLD)
                && k->pos > sh->join.shipped))
        {
            continue;
        }

        s = &webhook_shipper_op(sh, n++, WEBHOOK_OP_SHIP_SETTLE)
             ->u.ship_settle;

        s->event = k->event;
        s->endpoint = k->endpoint;
        s->wall = k->finished;
        s->status = k->status;

        /* What is not known any more was over so long ago that it was
           forgotten. */

        s->verdict = k->verdict == WEBHOOK_CLUSTER_MOVED
                     ? WEBHOOK_SHIP_MOVED : WEBHOOK_SHIP_FINISHED;
        s->state = k->verdict == WEBHOOK_CLUSTER_OVER
                   || k->verdict == WEBHOOK_CLUSTER_TOLD
                   ? k->state : WEBHOOK_CANCELLED;
    }

    sh->news.moved += n;

    if (n == 0) {
        return webhook_shipper_go(sh, sh->from ? WEBHOOK_SHIPPER_OPEN
                                               : WEBHOOK_SHIPPER_MINE);
    }

    return webhook_shipper_store(sh, n);
}


webhook_shipper_state_e
webhook_shipper_settled(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {
        if (sh->ops[i]->result == WEBHOOK_STORE_FULL
            || sh->ops[i]->result == WEBHOOK_STORE_UNAVAILABLE
            || sh->ops[i]->result == WEBHOOK_STORE_UNKNOWN)
        {
            return webhook_shipper_broken(sh);
        }
    }

    sh->after = 0;

    return sh->from ? WEBHOOK_SHIPPER_OPEN : WEBHOOK_SHIPPER_MINE;
}
