
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of admission share: endpoints and what waits for them.
 */

#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "store_suite.h"


/* An ENDPOINT of which the limits are to be set. */
__attribute__((unused))
static webhook_op_endpoint_t *
limits(webhook_op_t *op, const char *name)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_ENDPOINT;
    op->u.endpoint.id = util_name(name);
    op->u.endpoint.inflight = 1000;
    util_str(&op->u.endpoint.name, name);

    return &op->u.endpoint;
}


__attribute__((unused))
static void
crowd(util_t *u, uint64_t ep, unsigned n)
{
    while (n--) {
        (void) util_put(u, ep, 0);
    }
}


__attribute__((unused))
static uint64_t
broken(util_t *u, const char *name, uint32_t failures, uint32_t percent)
{
    webhook_op_t            op;
    webhook_op_endpoint_t  *e;

    e = limits(&op, name);

    e->break_failures = failures;
    e->break_percent = percent;
    e->break_window = 10000;
    e->break_open_timeout = 5000;

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? e->id : 0;
}


#endif /* STORE_GATE_H */
