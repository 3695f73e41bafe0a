
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of replays share.
 */

#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include "store_suite.h"


/* Replays all that the filter means; returns how many, or -1. */
__attribute__((unused))
static long
replay(util_t *u, webhook_filter_t *filter, int dry, unsigned *calls)
{
    long          count;
    unsigned      n;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = *filter;
    op.u.replay.dry_run = dry ? 1 : 0;

    count = 0;

    for (n = 1; n < 100000; n++) {

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            count = -1;
            break;
        }

        count += op.u.replay.count;

        if (!op.u.replay.filter.more) {
            break;
        }
    }

    if (calls) {
        *calls = n;
    }

    return count;
}


#endif /* STORE_REPLAY_H */
