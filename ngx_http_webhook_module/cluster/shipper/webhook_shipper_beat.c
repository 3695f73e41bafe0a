
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The second machine: it renews the lease, and sets the fence.
 */

#include "cluster/shipper/webhook_shipper_int.h"


static int webhook_beater_begin(webhook_shipper_t *sh);
static int webhook_beater_wait(webhook_shipper_t *sh, uint64_t now);
static void webhook_beater_end(webhook_shipper_t *sh);
static void webhook_beater_beaten(webhook_shipper_t *sh);
static void webhook_beater_behind(webhook_shipper_t *sh);


const webhook_shipper_task_t *
webhook_shipper_beat(webhook_shipper_t *sh, const char *error)
{
    if (error) {
        sh->error = error;
    }

    if (sh->beat_begun) {
        sh->beat_begun = 0;
        webhook_beater_end(sh);
    }

    while (webhook_beater_begin(sh) == WEBHOOK_SHIPPER_AGAIN) {
        /* void */
    }

    sh->beat_begun = 1;

    return &sh->beat_task;
}


static int
webhook_beater_begin(webhook_shipper_t *sh)
{
    uint64_t                 now;
    webhook_cluster_beat_t  *b;

    now = sh->o.clock(sh->o.ctx);

    switch (sh->beating) {

    case WEBHOOK_BEATER_WAIT:

        return webhook_beater_wait(sh, now);

    case WEBHOOK_BEATER_BEAT:
        memset(&sh->beat, 0, sizeof(sh->beat));

        b = &sh->beat.u.beat;
        b->lag = sh->news.lag;
        b->waiting = sh->news.waiting;
        b->wall = sh->o.wall(sh->o.ctx);
        b->known = sh->known.change;

        sh->beat.type = WEBHOOK_CLUSTER_BEAT;
        sh->beat.timeout = sh->o.beat;

        /* what the answer grants is counted from here */

        sh->beat_at = now;

        sh->beat_task.need = WEBHOOK_SHIPPER_CLUSTER;
        sh->beat_task.op = &sh->beat;
        break;

    case WEBHOOK_BEATER_LOOK:
        webhook_shipper_look(sh);
        break;

    case WEBHOOK_BEATER_LIMITS:
        webhook_shipper_limits(sh);
        break;

    case WEBHOOK_BEATER_SHARE:
        webhook_shipper_share(sh);
        break;

    case WEBHOOK_BEATER_WAITING:
        webhook_shipper_waiting(sh);
        break;

    case WEBHOOK_BEATER_TURNS:
        webhook_shipper_turns(sh);
        break;

    case WEBHOOK_BEATER_TURN:
        webhook_shipper_turn(sh);
        break;

    default: /* WEBHOOK_BEATER_FENCE */
        memset(&sh->fence, 0, sizeof(sh->fence));

        sh->fence.type = WEBHOOK_OP_SHIP_FENCE;

        /* what is given to others is not begun any more */

        sh->fence.u.ship_fence.left = sh->until > now && !sh->drains
                                      ? sh->until - now : 0;
        sh->fence.u.ship_fence.at = now;
        sh->fence_ops[0] = &sh->fence;

        memset(&sh->state_op, 0, sizeof(sh->state_op));

        sh->state_op.type = WEBHOOK_OP_SHIP_STATE;
        sh->fence_ops[1] = &sh->state_op;

        sh->beat_task.need = WEBHOOK_SHIPPER_STORE;
        sh->beat_task.ops = sh->fence_ops;
        sh->beat_task.count = 2;
    }

    return WEBHOOK_SHIPPER_TASK;
}


/* What is to be done next, or how long there is nothing. */

static int
webhook_beater_wait(webhook_shipper_t *sh, uint64_t now)
{
    if (sh->fenced && sh->news.settled) {
        sh->beating = WEBHOOK_BEATER_FENCE;
        return WEBHOOK_SHIPPER_AGAIN;
    }

    if (sh->news.joined && now >= sh->next) {
        sh->beating = WEBHOOK_BEATER_BEAT;
        return WEBHOOK_SHIPPER_AGAIN;
    }

    if (webhook_shipper_limits_due(sh, now)) {
        sh->beating = WEBHOOK_BEATER_LOOK;
        return WEBHOOK_SHIPPER_AGAIN;
    }

    if (webhook_shipper_turns_due(sh, now)) {
        sh->beating = WEBHOOK_BEATER_WAITING;
        return WEBHOOK_SHIPPER_AGAIN;
    }

    sh->beat_task.need = WEBHOOK_SHIPPER_WAIT;
    sh->beat_task.wait = sh->news.joined && sh->next - now < 100
                         ? sh->next - now : 100;

    if (sh->limits.some && sh->limits.at - now < sh->beat_task.wait) {
        sh->beat_task.wait = sh->limits.at - now;
    }

    if (sh->turns.some && sh->turns.at - now < sh->beat_task.wait) {
        sh->beat_task.wait = sh->turns.at - now;
    }

    return WEBHOOK_SHIPPER_TASK;
}


static void
webhook_beater_end(webhook_shipper_t *sh)
{
    switch (sh->beating) {

    case WEBHOOK_BEATER_WAIT:
        break;

    case WEBHOOK_BEATER_BEAT:
        webhook_beater_beaten(sh);
        break;

    case WEBHOOK_BEATER_LOOK:
        sh->beating = webhook_shipper_looked(sh);
        break;

    case WEBHOOK_BEATER_LIMITS:
        sh->beating = webhook_shipper_limited(sh);
        break;

    case WEBHOOK_BEATER_SHARE:
        sh->beating = webhook_shipper_shared(sh);
        break;

    case WEBHOOK_BEATER_WAITING:
        sh->beating = webhook_shipper_waited(sh);
        break;

    case WEBHOOK_BEATER_TURNS:
        sh->beating = webhook_shipper_turns_were(sh);
        break;

    case WEBHOOK_BEATER_TURN:
        sh->beating = webhook_shipper_turned(sh);
        break;

    default: /* WEBHOOK_BEATER_FENCE */

        if (sh->state_op.result == WEBHOOK_STORE_OK) {
            webhook_beater_behind(sh);
        }

        if (sh->fence.result == WEBHOOK_STORE_OK
            && sh->fence.u.ship_fence.more)
        {
            break;
        }

        sh->fenced = (sh->fence.result != WEBHOOK_STORE_OK);
        sh->beating = WEBHOOK_BEATER_WAIT;
    }
}


static void
webhook_beater_beaten(webhook_shipper_t *sh)
{
    webhook_cluster_beat_t  *b;

    b = &sh->beat.u.beat;

    sh->beating = WEBHOOK_BEATER_WAIT;

    switch (sh->beat.result) {

    case WEBHOOK_CLUSTER_OK:

        if (b->draining && !sh->drains) {

            /* sends that have begun end by then */

            sh->drained = sh->until;
        }

        sh->drains = b->draining;
        sh->until = sh->beat_at + b->good;
        sh->next = sh->beat_at + sh->o.beat;
        sh->fenced = 1;
        sh->part_now = b->part_now;
        sh->part_min = b->part_min;
        sh->part_max = b->part_max;
        sh->registry = b->registry;
        sh->elected = b->elected;

        if (!b->elected) {
            sh->news.unread = 0;        /* another one looks */
        }

        sh->claimable = b->claimable;
        sh->news.ahead = b->ahead;
        sh->draining = b->draining;

        if (sh->news.away && !sh->unsure) {
            sh->news.away = 0;
            sh->backoff = 0;

            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_NOTICE,
                                "the cluster is there again");
        }

        break;

    case WEBHOOK_CLUSTER_FENCED:
    case WEBHOOK_CLUSTER_EPOCH:

        /* The first machine finds the same in its next call, and joins. */

        sh->next = sh->beat_at + sh->o.beat;

        if (sh->news.settled) {
            sh->news.settled = 0;

            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                                "the cluster has given this node up, or begun"
                                " an epoch: it joins anew");
        }

        break;

    default:
        sh->next = sh->o.clock(sh->o.ctx) + 500;

        if (!sh->news.away) {
            sh->news.away = 1;
            sh->news.failures++;

            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                                "the cluster is away: %s; what it has not been"
                                " told of is sent meanwhile", sh->error);
        }
    }
}


/* What the next heartbeat tells, and what the cluster will never be told. */

static void
webhook_beater_behind(webhook_shipper_t *sh)
{
    webhook_op_ship_state_t  *s;

    s = &sh->state_op.u.ship_state;

    sh->news.lag = s->lag;
    sh->news.waiting = s->entries + s->waits;

    if (s->gone > sh->known.gone) {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "%llu events and calls were removed from the store"
                            " before the cluster was told of them: it was away"
                            " for longer than they are kept",
                            (unsigned long long) (s->gone - sh->known.gone));
    }

    sh->known.gone = s->gone;
    sh->news.gone = s->gone;
}
