
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An endpoint of whose deliveries some are leased ahead of slots.
 */

#ifndef STORE_AHEAD_H
#define STORE_AHEAD_H

#include "store_suite.h"


/* An outcome that asks for so many ahead; took: who has the slot, or NULL. */

__attribute__((unused))
static void
done(util_t *u, webhook_op_t *op, const webhook_lease_t *lease,
    webhook_outcome_e outcome, uint32_t ahead, const webhook_lease_t *took)
{
    util_complete_op(op, lease->event.id, lease->endpoint, lease->lease_token,
                     outcome, 0);

    op->u.complete.lease = 30000;
    op->u.complete.ahead = ahead;

    if (took) {
        op->u.complete.took = took->event.id;
        op->u.complete.took_token = took->lease_token;
    }

    (void) util_apply(u, op);
}


__attribute__((unused))
static unsigned
sending(util_t *u, uint64_t ep)
{
    webhook_endpoint_stats_t  e;

    (void) util_stats(u, ep, &e);

    return (unsigned) e.states[WEBHOOK_SENDING];
}


__attribute__((unused))
static unsigned
claimable(util_t *u, uint64_t ep)
{
    unsigned      i, n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 100);

    for (i = 0; i < n; i++) {
        (void) util_complete(u, op.u.claim.leases[i].event.id, ep,
                             op.u.claim.leases[i].lease_token, WEBHOOK_RELEASE,
                             0);
    }

    webhook_op_free(&op);

    return n;
}


/* So many wait for an endpoint, and its slots are in use; one is over, with so
   many ahead. */

__attribute__((unused))
static void
begin(util_t *u, uint64_t *ep, uint32_t limit, unsigned waiting,
    webhook_op_t *claim, webhook_op_t *op, uint32_t ahead)
{
    unsigned  i;

    util_init(u);
    util_open(u);

    *ep = util_endpoint(u, "erp", limit);

    for (i = 0; i < waiting; i++) {
        (void) util_put(u, *ep, 0);
        u->clock++;
    }

    (void) util_claim(u, claim, ep, 100);

    done(u, op, &claim->u.claim.leases[0], WEBHOOK_DONE, ahead, NULL);
}


__attribute__((unused))
static void
end(util_t *u, webhook_op_t *claim, webhook_op_t *op, const char *name)
{
    webhook_op_free(claim);
    webhook_op_free(op);

    util_check(u, name);
    util_close(u);

    util_open(u);
    util_check(u, "and once it was closed");
    util_free(u);
}


#endif /* STORE_AHEAD_H */
