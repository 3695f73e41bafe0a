
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For the test of kills: a process that puts, claims and completes until it is
 * killed, and tells what it was told was done.
 */

#ifndef STORE_KILL_H
#define STORE_KILL_H

#include <sys/prctl.h>

#include "store_suite.h"


#define ENDPOINTS  3
#define BATCH      24
#define KEYS       20                   /* order keys */
#define STEPPED    1                    /* the endpoint of two steps */
#define BLOCKING   2                    /* and that whose dead heads block */


typedef enum {
    ACK_PUT = 1,
    ACK_DONE,
    ACK_RETRY,
    ACK_DEAD,
    ACK_CANCEL,
    ACK_LEASE
} ack_e;


typedef struct {
    webhook_id_t  id;
    uint64_t      token;
    uint8_t       kind;
    uint8_t       endpoint;
    uint8_t       step;
} ack_t;


/* What a child has at hand: a batch, and the leases that it holds. */

typedef struct {
    webhook_op_t         ops[BATCH * 2 + 5];
    webhook_put_t        puts[BATCH];
    webhook_rendition_t  forms[BATCH][2];
    char                 keys[BATCH][8];
    unsigned             n;             /* operations */
    unsigned             first;         /* of them that completes */
    ack_t                acks[BATCH * 4];
    ack_t                leases[BATCH * 4];
    ack_t                next[BATCH * 4];
    unsigned             acked;
    unsigned             held;
    unsigned             fresh;         /* of the next */
    uint64_t             sorted[ENDPOINTS];
    unsigned char        body[6000];
} child_t;


static uint32_t   seed;
static uint64_t   endpoints[ENDPOINTS];

static const char  *names[ENDPOINTS] = { "erp", "crm", "shop" };


static uint32_t
roll(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (uint32_t) ((uint64_t) (seed >> 8) * n >> 24);
}


static uint64_t
limit(util_t *u, unsigned e)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = endpoints[e];
    op.u.endpoint.inflight = 20;
    op.u.endpoint.order_block = e == BLOCKING;
    util_str(&op.u.endpoint.name, names[e]);

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.endpoint.id : 0;
}


static void
child_ack(ack_t *acks, unsigned *n, const webhook_id_t *id, uint64_t endpoint,
    uint64_t token, uint32_t step, ack_e kind)
{
    unsigned  e;

    for (e = 0; endpoints[e] != endpoint; e++) {
        /* void */
    }

    acks[*n].id = *id;
    acks[*n].token = token;
    acks[*n].kind = kind;
    acks[*n].endpoint = (uint8_t) e;
    acks[*n].step = (uint8_t) step;
    (*n)++;
}


static ack_e
child_kind(const ack_t *lease, webhook_outcome_e outcome)
{
    if (outcome == WEBHOOK_FAILED) {
        return ACK_DEAD;
    }

    return outcome == WEBHOOK_DONE
           && (lease->endpoint != STEPPED || lease->step == 1)
           ? ACK_DONE : ACK_RETRY;
}


/* Who may be dead is tried again or given up. */

static void
child_hand(webhook_op_t *op, const ack_t *lease)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = roll(2) ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
    op->u.delivery.event = lease->id;
    op->u.delivery.endpoint = endpoints[lease->endpoint];
}


static void
child_open(child_t *c, util_t *u)
{
    unsigned  i, n;
    uint64_t  swap;

    prctl(PR_SET_PDEATHSIG, SIGKILL);

    memset(&u->ids, 0, sizeof(u->ids));

    if (util_open(u) != WEBHOOK_STORE_OK) {
        fprintf(stderr, "# open: %s\n", u->text);
        _exit(1);
    }

    for (i = 0; i < ENDPOINTS; i++) {
        (void) limit(u, i);
        c->sorted[i] = endpoints[i];
    }

    for (i = 1; i < ENDPOINTS; i++) {
        for (n = i; n && c->sorted[n] < c->sorted[n - 1]; n--) {
            swap = c->sorted[n];
            c->sorted[n] = c->sorted[n - 1];
            c->sorted[n - 1] = swap;
        }
    }
}


static void
child_puts(child_t *c, util_t *u)
{
    unsigned  i, e, fresh;
    uint64_t  now;

    c->n = 0;
    now = util_now(CLOCK_REALTIME);

    fresh = roll(BATCH);

    for (i = 0; i < fresh; i++) {
        memset(&c->puts[i], 0, sizeof(webhook_put_t));

        c->puts[i].lease = roll(2);
        c->puts[i].delay = roll(4) ? 0 : roll(50);

        u->wall = now;

        e = roll(ENDPOINTS);

        util_put_op(&c->ops[c->n], &c->puts[i], util_id(u), endpoints[e],
                    c->body, roll(10) ? roll(800) : roll(sizeof(c->body)));

        if (roll(2)) {
            snprintf(c->keys[i], sizeof(c->keys[i]), "k%u", roll(KEYS) % 100);
            util_str(&c->puts[i].order, c->keys[i]);
        }

        if (e == STEPPED) {
            c->forms[i][0] = *c->ops[c->n].u.put_event.renditions;
            c->forms[i][1] = c->forms[i][0];

            c->ops[c->n].u.put_event.renditions = c->forms[i];
            c->ops[c->n].u.put_event.renditions_count = 2;

            c->puts[i].steps = 2;
        }

        c->n++;
    }
}


/* What is done beside the puts. */

static void
child_rest(child_t *c, int expire)
{
    unsigned       i;
    webhook_op_t  *op;

    static const webhook_outcome_e  outcomes[] = {
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE,
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_RETRY, WEBHOOK_FAILED
    };

    c->first = c->n;

    for (i = 0; i < c->held && i < BATCH; i++) {
        util_complete_op(&c->ops[c->n], c->leases[i].id,
                         endpoints[c->leases[i].endpoint], c->leases[i].token,
                         outcomes[roll(8)], roll(30));

        c->ops[c->n].u.complete.lease = roll(2) ? 30000 : 0;
        c->n++;
    }

    op = &c->ops[c->n++];
    memset(op, 0, sizeof(webhook_op_t));
    op->type = WEBHOOK_OP_CLAIM;
    op->u.claim.endpoints = c->sorted;
    op->u.claim.endpoints_count = ENDPOINTS;
    op->u.claim.max = roll(8);
    op->u.claim.max_bytes = 100000;
    op->u.claim.lease = 30000;

    if (c->held && roll(3) == 0) {
        child_hand(&c->ops[c->n++], &c->leases[0]);
    }

    op = &c->ops[c->n++];
    memset(op, 0, sizeof(webhook_op_t));
    op->type = WEBHOOK_OP_TAKEOVER;

    if (expire) {
        op = &c->ops[c->n++];
        memset(op, 0, sizeof(webhook_op_t));
        op->type = WEBHOOK_OP_EXPIRE;
        op->u.expire.max = 40;
    }
}


/* What came of one operation. */

static void
child_result(child_t *c, webhook_op_t *op, unsigned i)
{
    webhook_lease_t  *lease;

    switch (op->type) {

    case WEBHOOK_OP_PUT_EVENT:
        child_ack(c->acks, &c->acked, &op->u.put_event.id,
                  c->puts[i].endpoint, 0, 0, ACK_PUT);

        if (c->puts[i].lease_token) {
            child_ack(c->next, &c->fresh, &op->u.put_event.id,
                      c->puts[i].endpoint, c->puts[i].lease_token, 0,
                      ACK_LEASE);
        }

        break;

    case WEBHOOK_OP_COMPLETE:
        child_ack(c->acks, &c->acked, &op->u.complete.event,
                  op->u.complete.endpoint, op->u.complete.lease_token, 0,
                  child_kind(&c->leases[i - c->first],
                             op->u.complete.outcome));

        lease = op->u.complete.next;

        if (lease) {
            child_ack(c->next, &c->fresh, &lease->event.id, lease->endpoint,
                      lease->lease_token, lease->step, ACK_LEASE);
        }

        break;

    case WEBHOOK_OP_CLAIM:

        while (op->u.claim.count--) {
            lease = &op->u.claim.leases[op->u.claim.count];

            child_ack(c->next, &c->fresh, &lease->event.id, lease->endpoint,
                      lease->lease_token, lease->step, ACK_LEASE);
        }

        break;

    case WEBHOOK_OP_CANCEL:

        if (op->result == WEBHOOK_STORE_OK) {
            child_ack(c->acks, &c->acked, &op->u.delivery.event,
                      op->u.delivery.endpoint, 0, 0, ACK_CANCEL);
        }

        break;

    default:
        break;
    }
}


static void
child_told(child_t *c, util_t *u)
{
    unsigned       i;
    webhook_op_t  *op;

    /* leases of which the outcome was not told stay as they are */

    c->fresh = 0;
    c->acked = 0;

    for (i = BATCH; i < c->held; i++) {
        c->next[c->fresh++] = c->leases[i];
    }

    for (i = 0; i < c->n; i++) {
        op = &c->ops[i];

        if (op->result != WEBHOOK_STORE_OK
            && op->type != WEBHOOK_OP_RETRY
            && op->type != WEBHOOK_OP_CANCEL)
        {
            /* stale: another took over from a process that was killed
               and came back as this one?  It never did: an error */

            fprintf(stderr, "# operation %d: %s; %s\n", (int) op->type,
                    webhook_store_result_text(op->result), u->text);
            _exit(2);
        }

        child_result(c, op, i);

        webhook_op_free(op);
    }
}


static void
child_run(util_t *u, int out, int expire)
{
    unsigned       i;
    webhook_op_t  *list[BATCH * 2 + 5];

    static child_t  c;

    child_open(&c, u);

    c.held = 0;

    for ( ;; ) {
        child_puts(&c, u);
        child_rest(&c, expire);

        for (i = 0; i < c.n; i++) {
            list[i] = &c.ops[i];
        }

        util_batch(u, list, c.n);

        child_told(&c, u);

        memcpy(c.leases, c.next, c.fresh * sizeof(ack_t));
        c.held = c.fresh;

        /* one write, and less than a pipe takes at once */

        if (c.acked && write(out, c.acks, c.acked * sizeof(ack_t)) == -1) {
            _exit(3);
        }

        usleep(roll(1500));
    }
}


#endif /* STORE_KILL_H */
