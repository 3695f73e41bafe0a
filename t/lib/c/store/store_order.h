
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of order by key share.
 */

#ifndef STORE_ORDER_H
#define STORE_ORDER_H

#include "store_suite.h"


__attribute__((unused))
static uint64_t
endpoint(util_t *u, const char *name, unsigned block)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name(name);
    op.u.endpoint.inflight = 100;
    op.u.endpoint.order_block = block;
    util_str(&op.u.endpoint.name, name);

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.endpoint.id : 0;
}


/* Puts an event with a key; its token, or 0. */
__attribute__((unused))
static uint64_t
put(util_t *u, uint64_t ep, const char *key, unsigned lease, webhook_id_t *id)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    *id = util_id(u);

    p.lease = lease;
    util_str(&p.order, key);

    util_put_op(&op, &p, *id, ep, "{}", 2);

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# a put failed\n");
    }

    return p.lease_token;
}


__attribute__((unused))
static int
same(const webhook_id_t *a, const webhook_id_t *b)
{
    return memcmp(a, b, sizeof(webhook_id_t)) == 0;
}


/* Claims one; 1 if it is this. */
__attribute__((unused))
static int
claims(util_t *u, uint64_t ep, const webhook_id_t *id, uint64_t *token)
{
    int           ok;
    webhook_op_t  op;

    ok = util_claim(u, &op, &ep, 1) == 1
         && same(&op.u.claim.leases[0].event.id, id);

    *token = ok ? op.u.claim.leases[0].lease_token : 0;

    webhook_op_free(&op);

    return ok;
}


/* Claims all; returns how many, and the token of this one. */
__attribute__((unused))
static uint32_t
claims_among(util_t *u, uint64_t ep, const webhook_id_t *id, uint64_t *token)
{
    uint32_t      i, n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 100);

    *token = 0;

    for (i = 0; i < op.u.claim.count; i++) {
        if (same(&op.u.claim.leases[i].event.id, id)) {
            *token = op.u.claim.leases[i].lease_token;
        }
    }

    webhook_op_free(&op);

    return n;
}


__attribute__((unused))
static int
claims_none(util_t *u, uint64_t ep)
{
    int           ok;
    webhook_op_t  op;

    ok = util_claim(u, &op, &ep, 1) == 0;

    webhook_op_free(&op);

    return ok;
}


__attribute__((unused))
static webhook_delivery_t
shown(util_t *u, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t        op;
    webhook_delivery_t  d;

    memset(&op, 0, sizeof(op));
    memset(&d, 0, sizeof(d));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;
    op.u.show.endpoint = ep;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK) {
        d = op.u.show.deliveries[0].delivery;

    } else {
        d.attempts = UINT32_MAX;
    }

    webhook_op_free(&op);

    return d;
}


__attribute__((unused))
static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = *id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


#endif /* STORE_ORDER_H */
