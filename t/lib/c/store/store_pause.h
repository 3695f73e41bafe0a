
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of pauses share.
 */

#ifndef STORE_PAUSE_H
#define STORE_PAUSE_H

#include "store_suite.h"


__attribute__((unused))
static webhook_store_result_e
pause_all(util_t *u, int resume, const char *reason)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.all = 1;
    op.u.pause.resume = resume ? 1 : 0;
    op.u.pause.reason.data = (unsigned char *) reason;
    op.u.pause.reason.len = strlen(reason);

    return util_apply(u, &op);
}


/* What may be claimed now; *next is when it is to be looked again. */
__attribute__((unused))
static uint32_t
claims(util_t *u, uint64_t ep, uint64_t *next)
{
    uint32_t      n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 10);
    *next = op.u.claim.next;

    webhook_op_free(&op);

    return n;
}


__attribute__((unused))
static int
is_paused(util_t *u, const char *reason)
{
    int           ok;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;

    ok = util_apply(u, &op) == WEBHOOK_STORE_OK && op.u.stats.paused
         && op.u.stats.reason.len == strlen(reason)
         && (*reason == '\0'
             || memcmp(op.u.stats.reason.data, reason, strlen(reason)) == 0);

    webhook_op_free(&op);

    return ok;
}


#endif /* STORE_PAUSE_H */
