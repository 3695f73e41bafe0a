
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What comes from the cluster: what is the node's there and not here, and what
 * others had who are dead; and the other way round, of a node that is drained.
 */

#include "cluster/shipper/webhook_shipper_int.h"
#include "store/webhook_store_memory.h"


static void webhook_shipper_damaged(webhook_shipper_t *sh);
static uint32_t webhook_shipper_event(webhook_shipper_t *sh, uint32_t n,
    const webhook_cluster_event_t *e, uint32_t from);


int
webhook_shipper_mine(webhook_shipper_t *sh)
{
    memset(&sh->page, 0, sizeof(sh->page));

    sh->page.type = WEBHOOK_CLUSTER_MINE;
    sh->page.u.ask.after = sh->after;
    sh->page.u.ask.max = WEBHOOK_SHIPPER_PAGE;

    sh->task.need = WEBHOOK_SHIPPER_CLUSTER;
    sh->task.op = &sh->page;

    return WEBHOOK_SHIPPER_TASK;
}


webhook_shipper_state_e
webhook_shipper_mine_was(webhook_shipper_t *sh)
{
    if (sh->page.result != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, sh->page.result,
                                      WEBHOOK_SHIPPER_MINE);
    }

    sh->after = sh->page.u.ask.after;

    if (sh->page.u.ask.count) {
        return WEBHOOK_SHIPPER_HAVE;
    }

    webhook_cluster_op_free(&sh->page);

    if (!sh->news.settled) {
        sh->news.settled = 1;
        sh->fenced = 1;
        sh->next = sh->o.clock(sh->o.ctx);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_NOTICE,
                            "this node has joined the cluster");
    }

    return WEBHOOK_SHIPPER_IDLE;
}


int
webhook_shipper_have(webhook_shipper_t *sh)
{
    uint32_t       i;
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_HAVE);
    op->u.ship_have.have = sh->have;
    op->u.ship_have.count = sh->page.u.ask.count;

    memset(sh->have, 0, sizeof(sh->have));

    for (i = 0; i < op->u.ship_have.count; i++) {
        sh->have[i].event = sh->page.u.ask.known[i].event;
        sh->have[i].endpoint = sh->page.u.ask.known[i].endpoint;
    }

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_had(webhook_shipper_t *sh)
{
    uint32_t  i, n;

    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        webhook_cluster_op_free(&sh->page);
        return webhook_shipper_broken(sh);
    }

    /* One that is over here, or was purged, of which the cluster has yet to be
       told, is not to be sent again. */

    for (n = 0, i = 0; i < sh->page.u.ask.count; i++) {

        if (sh->have[i].here && sh->have[i].open) {
            continue;
        }

        if (!sh->have[i].untold) {
            sh->page.u.ask.known[n++] = sh->page.u.ask.known[i];

        } else if (!sh->have[i].here && !sh->missed) {

            /* or perhaps it was not */

            sh->missed = sh->o.clock(sh->o.ctx) + WEBHOOK_SHIPPER_MISSED;
        }
    }

    sh->page.u.ask.count = n;

    if (n) {
        return WEBHOOK_SHIPPER_FETCH;
    }

    webhook_cluster_op_free(&sh->page);

    return WEBHOOK_SHIPPER_MINE;
}


int
webhook_shipper_fetch(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->call.u.claim.known = sh->page.u.ask.known;
    sh->call.u.claim.known_count = sh->page.u.ask.count;
    sh->took = 0;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_FETCH);
}


webhook_shipper_state_e
webhook_shipper_fetched(webhook_shipper_t *sh)
{
    webhook_cluster_result_e  rc;

    rc = sh->call.result;

    if (rc != WEBHOOK_CLUSTER_OK) {
        webhook_cluster_op_free(&sh->call);

        if (rc == WEBHOOK_CLUSTER_FENCED || rc == WEBHOOK_CLUSTER_EPOCH) {
            webhook_cluster_op_free(&sh->page);
        }

        return webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_FETCH);
    }

    webhook_shipper_damaged(sh);

    /* those for which there was no room: at once, if there were others */

    if (sh->call.u.claim.deliveries_count + sh->call.u.claim.damaged
        < sh->call.u.claim.known_count)
    {
        sh->missed = sh->o.clock(sh->o.ctx)
                     + (sh->call.u.claim.deliveries_count
                        ? 0 : WEBHOOK_SHIPPER_MISSED);
    }

    return WEBHOOK_SHIPPER_TAKE;
}


int
webhook_shipper_claim(webhook_shipper_t *sh)
{
    uint32_t  room;

    room = sh->o.room ? sh->o.room(sh->o.ctx) : WEBHOOK_SHIPPER_PAGE;

    if (room == 0) {
        return webhook_shipper_go(sh, webhook_shipper_rest(sh, sh->o.pause,
                                                    WEBHOOK_SHIPPER_NUMBER));
    }

    memset(&sh->call, 0, sizeof(sh->call));
    memset(&sh->page, 0, sizeof(sh->page));

    sh->call.u.claim.max = room < WEBHOOK_SHIPPER_PAGE ? room
                                                       : WEBHOOK_SHIPPER_PAGE;
    sh->call.u.claim.max_bytes = WEBHOOK_SHIPPER_BYTES;
    sh->took = 0;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_CLAIM);
}


webhook_shipper_state_e
webhook_shipper_claimed(webhook_shipper_t *sh)
{
    webhook_cluster_result_e  rc;

    rc = sh->call.result;

    if (rc != WEBHOOK_CLUSTER_OK) {
        webhook_cluster_op_free(&sh->call);

        /* perhaps they are ours by now */

        if (rc == WEBHOOK_CLUSTER_UNKNOWN) {
            sh->missed = sh->o.clock(sh->o.ctx);
        }

        return webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_NUMBER);
    }

    webhook_shipper_damaged(sh);

    if (sh->call.u.claim.deliveries_count == 0) {
        webhook_cluster_op_free(&sh->call);
        sh->claimable = 0;
        return WEBHOOK_SHIPPER_NUMBER;
    }

    sh->news.taken += sh->call.u.claim.deliveries_count;

    return WEBHOOK_SHIPPER_TAKE;
}


static void
webhook_shipper_damaged(webhook_shipper_t *sh)
{
    if (sh->call.u.claim.damaged) {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "%u deliveries of the cluster cannot be read here:"
                            " they are left there",
                            sh->call.u.claim.damaged);
    }
}


/* Some events of what was claimed, each with its deliveries. */

int
webhook_shipper_take(webhook_shipper_t *sh)
{
    uint32_t                  n, used;
    webhook_cluster_claim_t  *c;

    c = &sh->call.u.claim;

    for (n = 0, used = 0;
         sh->took < c->events_count && n < WEBHOOK_SHIPPER_READS;
         n++)
    {
        used = webhook_shipper_event(sh, n, &c->events[sh->took++], used);
    }

    if (n == 0) {
        webhook_cluster_op_free(&sh->call);

        if (sh->page.type == WEBHOOK_CLUSTER_MINE) {
            webhook_cluster_op_free(&sh->page);
            sh->page.type = WEBHOOK_CLUSTER_JOIN;

            return webhook_shipper_go(sh, WEBHOOK_SHIPPER_MINE);
        }

        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_NUMBER);
    }

    return webhook_shipper_store(sh, n);
}


/* The operation of one event; "from" is the first free place of deliveries, and
   the one behind is returned. */

static uint32_t
webhook_shipper_event(webhook_shipper_t *sh, uint32_t n,
    const webhook_cluster_event_t *e, uint32_t from)
{
    uint32_t                     i, to;
    webhook_op_t                *op;
    webhook_put_t               *put;
    webhook_past_t              *past;
    webhook_op_put_event_t      *event;
    webhook_cluster_claim_t     *c;
    webhook_cluster_delivery_t  *d;

    c = &sh->call.u.claim;
    event = &sh->events[n];
    to = from;

    memset(event, 0, sizeof(webhook_op_put_event_t));

    for (i = 0; i < c->deliveries_count && to < WEBHOOK_SHIPPER_PAGE; i++) {
        d = &c->deliveries[i];

        if (memcmp(&d->full.delivery.event, &e->id, sizeof(webhook_id_t))
            != 0)
        {
            continue;
        }

        put = &sh->puts[to];
        past = &sh->pasts[to];

        memset(put, 0, sizeof(webhook_put_t));
        memset(past, 0, sizeof(webhook_past_t));

        put->endpoint = d->full.delivery.endpoint;
        put->rendition = d->full.delivery.rendition;
        put->steps = d->full.delivery.steps;
        put->past = past;

        /* it is due when it was there: an endpoint that is down is not sent all
           of that at once */

        if (d->full.delivery.due > 0) {
            put->delay = (uint64_t) d->full.delivery.due;

            if (put->delay > WEBHOOK_SHIPPER_LATE) {
                put->delay = WEBHOOK_SHIPPER_LATE;
            }
        }

        past->state = WEBHOOK_PENDING;
        past->step = d->full.delivery.step;
        past->sends = d->full.delivery.attempts;
        past->tries = d->tries;
        past->status = d->full.delivery.status;
        past->order = d->full.delivery.order;
        past->place = d->full.delivery.place;
        past->ordered = d->turn != 0;
        past->shared = 1;
        past->part = d->part;
        past->attempts = d->full.attempts;
        past->attempts_count = d->full.attempts_count;

        sh->parts[to++] = d->part;
    }

    event->id = e->id;
    event->wire = &e->wire;
    event->wall = e->wall;
    event->type = e->type;
    event->company = e->company;
    event->renditions = e->renditions;
    event->renditions_count = e->renditions_count;
    event->deliveries = &sh->puts[from];
    event->count = to - from;

    op = webhook_shipper_op(sh, n, WEBHOOK_OP_SHIP_TAKE);
    op->u.ship_take.event = event;
    op->u.ship_take.parts = &sh->parts[from];

    return to;
}


webhook_shipper_state_e
webhook_shipper_took(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {

        switch (sh->ops[i]->result) {

        case WEBHOOK_STORE_OK:
        case WEBHOOK_STORE_DUPLICATE:
            break;

        default:

            /* it stays the node's in the cluster, and is asked for again */

            if (!sh->missed) {
                sh->missed = sh->o.clock(sh->o.ctx)
                             + WEBHOOK_SHIPPER_MISSED;

                webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                                    "the store does not take an event of the"
                                    " cluster: %s; it is tried again",
                                    webhook_store_result_text(
                                        sh->ops[i]->result));
            }
        }

        webhook_op_free(sh->ops[i]);
    }

    return WEBHOOK_SHIPPER_TAKE;
}


int
webhook_shipper_release(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->call.u.ask.max = WEBHOOK_SHIPPER_PAGE;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_RELEASE);
}


webhook_shipper_state_e
webhook_shipper_released(webhook_shipper_t *sh)
{
    uint32_t                  n;
    webhook_cluster_result_e  rc;

    n = sh->call.u.ask.count;
    rc = sh->call.result;

    webhook_cluster_op_free(&sh->call);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_RELEASE);
    }

    if (n) {
        return WEBHOOK_SHIPPER_RELEASE;
    }

    sh->from = 0;

    return WEBHOOK_SHIPPER_GIVE;
}


int
webhook_shipper_give(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_GIVE);
    op->u.ship_give.max = WEBHOOK_SHIPPER_PAGE;
    op->u.ship_give.from = sh->from;
    memcpy(op->u.ship_give.cursor, sh->cursor, WEBHOOK_SHIP_CURSOR);

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_gave(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    sh->from = sh->ops[0]->u.ship_give.more;
    memcpy(sh->cursor, sh->ops[0]->u.ship_give.cursor, WEBHOOK_SHIP_CURSOR);

    return sh->from ? WEBHOOK_SHIPPER_GIVE
                    : webhook_shipper_rest(sh, sh->o.beat,
                                           WEBHOOK_SHIPPER_NUMBER);
}
