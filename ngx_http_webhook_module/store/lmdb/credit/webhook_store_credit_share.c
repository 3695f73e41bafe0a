
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How many credits there may be.
 */

#include "store/lmdb/credit/webhook_store_credit_int.h"
#include "store/lmdb/layout/webhook_store_row.h"


unsigned
webhook_credit_open(const webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    return !ep->paused && !ep->open && ep->rate == 0 && !ep->shared
           && ep->held <= t->now;
}


/* Of the slots that are free for anybody half are for all processes in equal
   shares; who waits already has his, and so does what is leased ahead. */

uint32_t
webhook_credit_share(const webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    uint32_t held)
{
    uint64_t           room, used;
    webhook_credit_t  *c;

    c = t->st->credit;

    if (c->closed || c->doubt || c->owners == 0 || t->paused
        || !webhook_credit_open(t, ep) || webhook_row_stocked(ep))
    {
        return 0;
    }

    used = (uint64_t) ep->inflight + ep->states[WEBHOOK_PENDING];
    room = (uint64_t) ep->limit + held;

    if (used >= room) {
        return 0;
    }

    room = (room - used) / 2 / c->owners;

    return room < WEBHOOK_CREDIT_MOST ? (uint32_t) room : WEBHOOK_CREDIT_MOST;
}
