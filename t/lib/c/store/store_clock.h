
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of a wrong wall clock share.
 */

#ifndef STORE_CLOCK_H
#define STORE_CLOCK_H

#include "store_suite.h"


#define MINUTE  ((uint64_t) 60 * 1000)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)


static int  synced;


__attribute__((unused))
static int
util_synced(void *ctx)
{
    (void) ctx;

    return synced;
}


/* A boot of the machine after "off", as its wall clock says. */
__attribute__((unused))
static void
boot(util_t *u, int64_t off)
{
    static unsigned  n;
    static char      name[32];

    util_close(u);

    snprintf(name, sizeof(name), "boot-%u", 100 + n++);

    u->boot = name;
    u->clock = 5000;
    u->real += (uint64_t) off;

    (void) util_open(u);
}


__attribute__((unused))
static void
run(util_t *u, uint64_t ms)
{
    u->clock += ms;
    u->real += ms;
}


__attribute__((unused))
static uint64_t
start(util_t *u)
{
    util_init(u);

    u->keep = 7 * DAY;
    u->real = UTIL_WALL;
    u->synced = util_synced;
    synced = 0;

    (void) util_open(u);

    return util_endpoint(u, "erp", 10);
}


__attribute__((unused))
static void
delivered(util_t *u, uint64_t ep)
{
    uint64_t      token;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    (void) util_complete(u, id, ep, token, WEBHOOK_DONE, 0);
}


__attribute__((unused))
static uint64_t
kept(util_t *u)
{
    unsigned  more;

    do {
        (void) util_expire(u, 100, &more);
    } while (more);

    return util_stats(u, 0, NULL).events;
}


/* What a call that repeats is told. */
__attribute__((unused))
static webhook_dedupe_e
asks(util_t *u, int settle)
{
    webhook_op_t      op;
    webhook_dedupe_e  state;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 1;
    op.u.reserve.run = 1000;
    (void) util_apply(u, &op);

    state = op.u.reserve.state;

    if (state == WEBHOOK_DEDUPE_NEW && settle) {
        uint64_t  token = op.u.reserve.token;

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SETTLE;
        op.u.settle.scope = 1;
        op.u.settle.token = token;
        op.u.settle.keep = 7 * DAY;
        (void) util_apply(u, &op);
    }

    webhook_op_free(&op);

    return state;
}


__attribute__((unused))
static webhook_op_clock_t
clock_op(util_t *u, int accept)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CLOCK;
    op.u.clock.accept = accept ? 1 : 0;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        op.u.clock.doubt = UINT64_MAX;
    }

    return op.u.clock;
}


#endif /* STORE_CLOCK_H */
