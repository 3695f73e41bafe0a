
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the random walk of a node of a cluster knows: the deliveries there are,
 * and what the cluster has of them.
 */

#ifndef SHIP_WALK_H
#define SHIP_WALK_H

#include "store_ship.h"


#define WALK_STEPS      4000
#define WALK_EVENTS     4000
#define WALK_ENDPOINTS  3
#define WALK_LEASE      30000           /* of util_claim() */


typedef struct {
    webhook_id_t     id;
    uint64_t         ep;
    unsigned         told:1;            /* the cluster knows it */
    unsigned         maybe:1;           /* or may know it */
    unsigned         purged:1;
    webhook_state_e  state;             /* as it was told */
    uint64_t         token;             /* of a lease that runs */
    unsigned         ahead:1;           /* it was given ahead, and nothing is
                                           sent yet */
} thing_t;


static util_t    u;
static uint64_t  eps[WALK_ENDPOINTS];
static thing_t   things[WALK_EVENTS];
static unsigned  things_count;
static uint64_t  seq, epoch, fence;     /* as the test knows it: engine time
                                           of the clock */
static unsigned  broken, leases, stocked, took, shipped, seed;


static unsigned
any(unsigned n)
{
    seed = seed * 1103515245 + 12345;

    return (seed >> 8) % n;
}


/* To the cluster what waits and what is sent is the same. */

static webhook_state_e
open_state(webhook_state_e state)
{
    return state == WEBHOOK_SENDING ? WEBHOOK_PENDING : state;
}


static thing_t *
thing_find(const webhook_id_t *id)
{
    unsigned  i;

    for (i = 0; i < things_count; i++) {
        if (memcmp(&things[i].id, id, sizeof(webhook_id_t)) == 0) {
            return &things[i];
        }
    }

    return NULL;
}


static thing_t *
thing_any(void)
{
    return things_count ? &things[any(things_count)] : NULL;
}


/* Has the cluster, perhaps, something that waits or is sent? */

static int
thing_known(const thing_t *x)
{
    return (x->told && open_state(x->state) == WEBHOOK_PENDING) || x->maybe;
}


/* One was leased. */

static void
leased(const webhook_id_t *id, uint64_t token, unsigned ahead)
{
    thing_t  *x;

    x = thing_find(id);

    leases++;

    if (x == NULL || x->purged) {
        printf("# something that is not there is sent\n");
        broken++;
        return;
    }

    x->token = token;
    x->ahead = ahead;

    if (thing_known(x) && (ahead || u.clock + WALK_LEASE > fence)) {
        printf("# %u: what the cluster knows%s is sent %s, %s\n",
               (unsigned) (x - things), x->told ? "" : ", perhaps,",
               ahead ? "ahead" : "behind the fence",
               webhook_state_name(x->state));
        broken++;
    }
}


/* The outcome of one: another one has its slot already, or the store gives it to
   one, and some ahead. */

static void
complete(thing_t *x)
{
    unsigned               i, from;
    thing_t               *y;
    webhook_op_t           op;
    webhook_outcome_e      outcome;
    webhook_op_complete_t *c;

    outcome = any(10) < 6 ? WEBHOOK_DONE
              : any(2) ? WEBHOOK_RETRY
              : any(2) ? WEBHOOK_FAILED : WEBHOOK_RELEASE;

    if (x->ahead) {
        outcome = WEBHOOK_RELEASE;
    }

    util_complete_op(&op, x->id, x->ep, x->token, outcome, any(5000));

    c = &op.u.complete;

    if (outcome != WEBHOOK_RELEASE && any(4)) {
        c->lease = WALK_LEASE;
        c->ahead = any(4);
    }

    from = any(things_count);

    for (i = 0; outcome == WEBHOOK_DONE && i < things_count; i++) {
        y = &things[(from + i) % things_count];

        if (y->ahead && y->ep == x->ep) {

            if (thing_known(y)) {
                printf("# %u: the cluster knows what was leased ahead\n",
                       (unsigned) (y - things));
                broken++;
            }

            y->ahead = 0;
            c->took = y->id;
            c->took_token = y->token;
            took++;
            break;
        }
    }

    x->token = 0;
    x->ahead = 0;

    (void) util_apply(&u, &op);

    if (c->next) {
        leased(&c->next->event.id, c->next->lease_token, 0);
    }

    for (i = 0; i < c->stock_count; i++) {
        leased(&c->stock[i].event.id, c->stock[i].lease_token, 1);
        stocked++;
    }

    webhook_op_free(&op);
}


#endif /* SHIP_WALK_H */
