
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is brought from elsewhere leaves the reserve whole.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_room(void);


int
main(void)
{
    test_room();

    return tap_done();
}


/* An event's history counts when room is taken for it. */

static void
test_room(void)
{
    util_t               u;
    unsigned             i, n;
    webhook_op_t         op;
    webhook_id_t         id;
    webhook_put_t        put;
    webhook_past_t       past;
    webhook_attempt_t    attempts[200];
    webhook_op_stats_t  *s;

    static unsigned char  answer[1024];

    util_init(&u);

    u.size = 8 << 20;
    u.keep_history = 1;

    util_open(&u);
    (void) util_endpoint(&u, "erp", 10);

    memset(attempts, 0, sizeof(attempts));
    memset(&past, 0, sizeof(past));
    memset(answer, 'x', sizeof(answer));

    for (i = 0; i < 200; i++) {
        attempts[i].number = i + 1;
        attempts[i].answer.data = answer;
        attempts[i].answer.len = sizeof(answer);
    }

    past.state = WEBHOOK_DEAD;
    past.sends = 200;
    past.finished = UTIL_WALL;
    past.attempts = attempts;
    past.attempts_count = 200;

    for (n = 0; n < 200; n++) {
        memset(&put, 0, sizeof(put));

        id = util_id(&u);
        put.past = &past;

        util_put_op(&op, &put, id, util_name("erp"), "{}", 2);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(n > 2 && n < 200 && op.result == WEBHOOK_STORE_FULL,
           "room: %u events with 200 attempts each, then it is full", n);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    s = &op.u.stats;

    (void) util_apply(&u, &op);

    tap_ok(s->used <= util_lmdb(&u)->mark, "room: and the reserve is whole");

    webhook_op_free(&op);
    util_free(&u);
}
