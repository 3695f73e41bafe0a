
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Limits that hold for all nodes: what the store wants of them is asked for, and
 * what the cluster gives is put into the store.  The heartbeat's machine does it,
 * so that nobody waits for a batch that is shipped.
 */

#include "cluster/shipper/webhook_shipper_int.h"


#define WEBHOOK_SHIPPER_HORIZON   500       /* ms, sends are asked for until
                                               then */
#define WEBHOOK_SHIPPER_RENEW     1000      /* ms between two calls that change
                                               nothing: others may want some */
#define WEBHOOK_SHIPPER_PATIENCE  3000      /* ms that sends wait before that is
                                               told */


static void webhook_shipper_limits_told(webhook_shipper_t *sh);
static int webhook_shipper_limits_need(const webhook_shipper_t *sh,
    const webhook_ship_limit_t *want);
static void webhook_shipper_limits_page(webhook_shipper_t *sh);


int
webhook_shipper_limits_due(const webhook_shipper_t *sh, uint64_t now)
{
    /* NUMBER tells that there are some; not while a batch is on its way, which may
       take long where the cluster is away */

    return now >= sh->limits.at
                  + (sh->limits.some ? 0 : WEBHOOK_SHIPPER_RENEW);
}


void
webhook_shipper_look(webhook_shipper_t *sh)
{
    webhook_op_ship_limits_t   *l;
    webhook_shipper_limits_t   *s;

    s = &sh->limits;

    memset(&s->look, 0, sizeof(webhook_op_t));
    s->look.type = WEBHOOK_OP_SHIP_LIMITS;
    s->ops = &s->look;

    l = &s->look.u.ship_limits;
    l->after = s->after;
    l->max = WEBHOOK_SHIP_LIMITS_MAX;
    l->horizon = WEBHOOK_SHIPPER_HORIZON;

    if (s->after == 0) {
        s->waits = 0;
        s->whole = sh->o.clock(sh->o.ctx) - s->told >= WEBHOOK_SHIPPER_RENEW;
    }

    sh->beat_task.need = WEBHOOK_SHIPPER_STORE;
    sh->beat_task.ops = &s->ops;
    sh->beat_task.count = 1;
}


webhook_beater_state_e
webhook_shipper_looked(webhook_shipper_t *sh)
{
    uint32_t                   i;
    webhook_cluster_limit_t   *c;
    webhook_op_ship_limits_t  *l;
    webhook_shipper_limits_t  *s;
    const webhook_ship_limit_t  *want;

    s = &sh->limits;
    l = &s->look.u.ship_limits;

    s->count = 0;

    if (s->look.result == WEBHOOK_STORE_OK) {

        s->waits += l->waits;

        for (i = 0; i < l->count; i++) {
            want = &l->limits[i];

            if (!webhook_shipper_limits_need(sh, want)) {
                continue;
            }

            c = &s->asked[s->count++];

            memset(c, 0, sizeof(webhook_cluster_limit_t));
            c->endpoint = want->endpoint;
            c->inflight = want->inflight;
            c->rate = want->rate;
            c->per = want->per;
            c->burst = want->burst;
            c->held = want->held;
            c->want = want->want;
            c->sends = want->sends;
        }

        s->some = (l->count || s->after);
        s->more = l->more;
        s->next = l->after;

    } else {
        s->more = 0;
    }

    webhook_op_free(&s->look);

    if (s->count && sh->news.settled) {
        return WEBHOOK_BEATER_LIMITS;
    }

    webhook_shipper_limits_page(sh);

    return WEBHOOK_BEATER_WAIT;
}


/* Whether the cluster is to be asked now. */

static int
webhook_shipper_limits_need(const webhook_shipper_t *sh,
    const webhook_ship_limit_t *want)
{
    return sh->limits.whole || want->sends || want->want != want->kept
           || want->held != want->kept;
}


/* The next endpoints, or all of them later. */

static void
webhook_shipper_limits_page(webhook_shipper_t *sh)
{
    uint64_t                   now;
    webhook_shipper_limits_t  *s;

    s = &sh->limits;

    if (s->more) {
        s->after = s->next;
        return;
    }

    now = sh->o.clock(sh->o.ctx);

    if (s->whole) {
        s->told = now;
    }

    s->after = 0;
    s->at = now + sh->o.pause;

    if (!sh->news.settled) {

        /* nothing can be asked for: what waits is counted, now and then */

        s->some = 1;
        s->at = now + WEBHOOK_SHIPPER_RENEW;
    }

    webhook_shipper_limits_told(sh);
}


static void
webhook_shipper_limits_told(webhook_shipper_t *sh)
{
    uint64_t                   now;
    webhook_shipper_limits_t  *s;

    s = &sh->limits;
    now = sh->o.clock(sh->o.ctx);

    sh->news.limited = s->waits;

    if (s->waits == 0) {

        if (s->logged) {
            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_NOTICE,
                                "endpoints with \"scope=cluster\" have their"
                                " share of the limits again");
        }

        s->logged = 0;
        s->since = 0;

        return;
    }

    if (s->since == 0) {
        s->since = now;
    }

    if (!s->logged && now - s->since >= WEBHOOK_SHIPPER_PATIENCE
        && (sh->news.away || !sh->news.settled))
    {
        s->logged = 1;

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "%u endpoints with \"scope=cluster\" wait for the"
                            " cluster: without it nobody knows what other nodes"
                            " send to them", s->waits);
    }
}


void
webhook_shipper_limits(webhook_shipper_t *sh)
{
    webhook_shipper_limits_t  *s;

    s = &sh->limits;

    memset(&s->call, 0, sizeof(webhook_cluster_op_t));

    s->call.type = WEBHOOK_CLUSTER_LIMITS;
    s->call.timeout = sh->o.beat;
    s->call.u.limits.limits = s->asked;
    s->call.u.limits.count = s->count;
    s->call.u.limits.horizon = WEBHOOK_SHIPPER_HORIZON;

    /* from here on what is given may be used, and is given back to others */

    memcpy(s->session.bytes, sh->join.next, WEBHOOK_CLUSTER_NONCE);
    s->asked_at = sh->o.clock(sh->o.ctx);

    sh->beat_task.need = WEBHOOK_SHIPPER_CLUSTER;
    sh->beat_task.op = &s->call;
}


webhook_beater_state_e
webhook_shipper_limited(webhook_shipper_t *sh)
{
    uint32_t                   i;
    webhook_ship_share_t      *share;
    webhook_op_ship_share_t   *op;
    webhook_shipper_limits_t  *s;

    s = &sh->limits;

    if (s->call.result != WEBHOOK_CLUSTER_OK) {

        /* if the cluster is away, or has given the node up, the heartbeat finds
           the same; what was given stays until the fence */

        sh->news.failures++;

        s->after = 0;
        s->at = sh->o.clock(sh->o.ctx) + WEBHOOK_SHIPPER_RENEW;

        webhook_shipper_limits_told(sh);

        return WEBHOOK_BEATER_WAIT;
    }

    for (i = 0; i < s->count; i++) {
        share = &s->shares[i];

        share->endpoint = s->asked[i].endpoint;
        share->slots = s->asked[i].slots;
        share->first = s->asked[i].first;
        share->gap = s->asked[i].gap;
        share->count = s->asked[i].count;
    }

    memset(&s->share, 0, sizeof(webhook_op_t));
    s->share.type = WEBHOOK_OP_SHIP_SHARE;
    s->ops = &s->share;

    op = &s->share.u.ship_share;
    op->session = s->session;
    op->asked = s->asked_at;
    op->answered = sh->o.clock(sh->o.ctx);
    op->shares = s->shares;
    op->count = s->count;

    return WEBHOOK_BEATER_SHARE;
}


void
webhook_shipper_share(webhook_shipper_t *sh)
{
    sh->beat_task.need = WEBHOOK_SHIPPER_STORE;
    sh->beat_task.ops = &sh->limits.ops;
    sh->beat_task.count = 1;
}


webhook_beater_state_e
webhook_shipper_shared(webhook_shipper_t *sh)
{
    if (sh->limits.share.result == WEBHOOK_STORE_OK && sh->o.shared) {
        sh->o.shared(sh->o.ctx);
    }

    webhook_shipper_limits_page(sh);

    return WEBHOOK_BEATER_WAIT;
}
