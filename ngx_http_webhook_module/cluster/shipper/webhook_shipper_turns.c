
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys that are in an order for all nodes: the cluster is asked whose turn it is,
 * and what it says is put into the store.  The heartbeat's machine does it, so
 * that nobody waits for a batch that is shipped.
 */

#include "cluster/shipper/webhook_shipper_int.h"


#define WEBHOOK_SHIPPER_KEYS      64        /* asked for at a time */
#define WEBHOOK_SHIPPER_AGAIN_MS  1000      /* between two looks where none were, or
                                               nothing can be asked for */
#define WEBHOOK_SHIPPER_PATIENCE  3000      /* ms that sends wait before that is
                                               told */


static void webhook_shipper_turns_page(webhook_shipper_t *sh);
static void webhook_shipper_turns_told(webhook_shipper_t *sh, uint64_t now);


int
webhook_shipper_turns_due(const webhook_shipper_t *sh, uint64_t now)
{
    return now >= sh->turns.at
                  + (sh->turns.some ? 0 : WEBHOOK_SHIPPER_AGAIN_MS);
}


void
webhook_shipper_turns_hurry(webhook_shipper_t *sh)
{
    sh->turns.some = 1;

    if (sh->news.settled && !sh->news.away) {
        sh->turns.at = 0;
    }
}


void
webhook_shipper_waiting(webhook_shipper_t *sh)
{
    webhook_op_ship_turns_t  *l;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;

    memset(&s->look, 0, sizeof(webhook_op_t));
    s->look.type = WEBHOOK_OP_SHIP_TURNS;
    s->ops = &s->look;

    l = &s->look.u.ship_turns;
    l->max = WEBHOOK_SHIPPER_KEYS;
    l->from = s->from;
    memcpy(l->cursor, s->cursor, WEBHOOK_SHIP_CURSOR);

    if (!s->from) {
        s->waits = 0;
    }

    /* what comes meanwhile is looked for after this */

    s->at = sh->o.clock(sh->o.ctx) + sh->o.pause;

    sh->beat_task.need = WEBHOOK_SHIPPER_STORE;
    sh->beat_task.ops = &s->ops;
    sh->beat_task.count = 1;
}


webhook_beater_state_e
webhook_shipper_waited(webhook_shipper_t *sh)
{
    webhook_op_ship_turns_t  *l;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;
    l = &s->look.u.ship_turns;

    s->more = 0;

    if (s->look.result == WEBHOOK_STORE_OK) {
        s->waits += l->waits;
        s->more = l->more;
        memcpy(s->cursor, l->cursor, WEBHOOK_SHIP_CURSOR);

        if (l->count && sh->news.settled && !sh->news.away && !sh->drains) {
            return WEBHOOK_BEATER_TURNS;
        }
    }

    webhook_op_free(&s->look);
    webhook_shipper_turns_page(sh);

    return WEBHOOK_BEATER_WAIT;
}


void
webhook_shipper_turns(webhook_shipper_t *sh)
{
    webhook_op_ship_turns_t  *l;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;
    l = &s->look.u.ship_turns;

    memset(&s->call, 0, sizeof(webhook_cluster_op_t));

    s->call.type = WEBHOOK_CLUSTER_TURNS;
    s->call.timeout = sh->o.beat;
    s->call.u.turns.turns = l->turns;
    s->call.u.turns.count = l->count;

    memcpy(s->session.bytes, sh->join.next, WEBHOOK_CLUSTER_NONCE);

    sh->beat_task.need = WEBHOOK_SHIPPER_CLUSTER;
    sh->beat_task.op = &s->call;
}


webhook_beater_state_e
webhook_shipper_turns_were(webhook_shipper_t *sh)
{
    webhook_op_ship_turn_t   *op;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;

    webhook_op_free(&s->look);

    if (s->call.result != WEBHOOK_CLUSTER_OK) {

        /* if the cluster is away, or has given the node up, the heartbeat finds
           the same */

        sh->news.failures++;

        s->from = 0;
        s->at = sh->o.clock(sh->o.ctx) + WEBHOOK_SHIPPER_AGAIN_MS;

        return WEBHOOK_BEATER_WAIT;
    }

    if (s->call.u.turns.heads_count == 0) {
        webhook_cluster_op_free(&s->call);
        webhook_shipper_turns_page(sh);

        return WEBHOOK_BEATER_WAIT;
    }

    memset(&s->turn, 0, sizeof(webhook_op_t));
    s->turn.type = WEBHOOK_OP_SHIP_TURN;
    s->ops = &s->turn;

    op = &s->turn.u.ship_turn;
    op->session = s->session;
    op->turns = s->call.u.turns.heads;
    op->count = s->call.u.turns.heads_count;

    return WEBHOOK_BEATER_TURN;
}


void
webhook_shipper_turn(webhook_shipper_t *sh)
{
    sh->beat_task.need = WEBHOOK_SHIPPER_STORE;
    sh->beat_task.ops = &sh->turns.ops;
    sh->beat_task.count = 1;
}


webhook_beater_state_e
webhook_shipper_turned(webhook_shipper_t *sh)
{
    webhook_op_ship_turn_t   *op;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;
    op = &s->turn.u.ship_turn;

    webhook_cluster_op_free(&s->call);

    if (s->turn.result == WEBHOOK_STORE_OK) {

        /* what the cluster has of this node, and is not here, has others wait */

        if (op->missing && !sh->missed) {
            sh->missed = sh->o.clock(sh->o.ctx) + WEBHOOK_SHIPPER_MISSED;
        }

        if (op->turned && sh->o.shared) {
            sh->o.shared(sh->o.ctx);
        }
    }

    webhook_shipper_turns_page(sh);

    return WEBHOOK_BEATER_WAIT;
}


/* The next keys, or all of them later. */

static void
webhook_shipper_turns_page(webhook_shipper_t *sh)
{
    uint64_t                  now;
    webhook_shipper_turns_t  *s;

    s = &sh->turns;
    s->from = s->more;

    if (s->more) {
        s->at = 0;
        return;
    }

    now = sh->o.clock(sh->o.ctx);

    s->some = (s->waits != 0);

    if (s->some && (!sh->news.settled || sh->news.away)) {
        s->at = now + WEBHOOK_SHIPPER_AGAIN_MS;
    }

    sh->news.ordered = s->waits;

    webhook_shipper_turns_told(sh, now);
}


static void
webhook_shipper_turns_told(webhook_shipper_t *sh, uint64_t now)
{
    webhook_shipper_turns_t  *s;

    s = &sh->turns;

    if (s->waits == 0 || (sh->news.settled && !sh->news.away)) {

        if (s->logged) {
            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_NOTICE,
                                "keys that are in order for all nodes have"
                                " their turns again");
        }

        s->logged = 0;
        s->since = 0;

        return;
    }

    if (s->since == 0) {
        s->since = now;
    }

    if (!s->logged && now - s->since >= WEBHOOK_SHIPPER_PATIENCE) {
        s->logged = 1;

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "%u keys of \"order_by\" with \"scope=cluster\" wait"
                            " for the cluster: without it nobody knows whose"
                            " turn it is", s->waits);
    }
}
