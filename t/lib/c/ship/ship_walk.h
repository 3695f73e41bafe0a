
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


#endif /* SHIP_WALK_H */
