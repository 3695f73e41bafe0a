
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of repeats share.
 */

#ifndef STORE_DEDUPE_H
#define STORE_DEDUPE_H

#include "store_suite.h"


#define SCOPE  UINT64_C(0x1122334455667788)


__attribute__((unused))
static void
reserve_op(webhook_op_t *op, unsigned key, uint64_t run)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_RESERVE;
    op->u.reserve.scope = SCOPE;
    op->u.reserve.run = run;

    memset(op->u.reserve.key, (int) (key & 0xff), 32);
    memcpy(op->u.reserve.key, &key, sizeof(key));
}


/* Returns the state, or -1; *token and the answer's length are told. */

__attribute__((unused))
static int
reserve(util_t *u, unsigned key, uint64_t run, uint64_t *token)
{
    int           state;
    webhook_op_t  op;

    reserve_op(&op, key, run);

    state = util_apply(u, &op) == WEBHOOK_STORE_OK
            ? (int) op.u.reserve.state : -1;

    if (token) {
        *token = op.u.reserve.token;
    }

    webhook_op_free(&op);

    return state;
}


__attribute__((unused))
static webhook_store_result_e
settle(util_t *u, unsigned key, uint64_t token, uint64_t keep,
    uint32_t status, const char *answer)
{
    webhook_op_t  op, from;

    reserve_op(&from, key, 0);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SETTLE;
    op.u.settle.scope = SCOPE;
    op.u.settle.token = token;
    op.u.settle.keep = keep;
    op.u.settle.answer.status = status;

    memcpy(op.u.settle.key, from.u.reserve.key, 32);
    util_str(&op.u.settle.answer.text, answer);

    return util_apply(u, &op);
}


#endif /* STORE_DEDUPE_H */
