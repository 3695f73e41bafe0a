
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: history that ends.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_expire(void);
static void test_expire_steps(void);


int
main(void)
{
    test_expire();
    test_expire_steps();

    return tap_done();
}


static void
test_expire(void)
{
    util_t                    u;
    uint64_t                  ep[2], token[2];
    unsigned                  more;
    webhook_op_t              op;
    webhook_id_t              owed, half, done;
    webhook_put_t             put[2];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 10);
    ep[1] = util_endpoint(&u, "crm", 10);

    /* nothing of one is done, a half of another, all of the third */

    owed = util_put(&u, ep[0], 0);

    half = util_id(&u);
    memset(put, 0, sizeof(put));
    put[0].lease = 1;
    put[1].lease = 1;
    util_put_op(&op, put, half, ep[0], "{}", 2);
    put[1].endpoint = ep[1];
    op.u.put_event.count = 2;
    (void) util_apply(&u, &op);

    token[1] = put[1].lease_token;
    (void) util_complete(&u, half, ep[0], put[0].lease_token, WEBHOOK_DONE, 0);

    token[0] = util_lease(&u, ep[0], &done);
    (void) util_complete(&u, done, ep[0], token[0], WEBHOOK_FAILED, 0);

    u.clock += 59999;

    tap_ok(util_expire(&u, 100, &more) == 0 && !more,
           "nothing goes before its time");

    u.clock += 1;

    tap_ok(util_expire(&u, 100, &more) == 1 && !more,
           "what is finished goes at its time");

    util_check(&u, "expired");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = done;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND, "it is gone");

    webhook_op_free(&op);

    op.u.show.id = half;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "an event that is owed to one of two stays");

    webhook_op_free(&op);

    u.clock += (uint64_t) 1 << 40;

    tap_ok(util_expire(&u, 100, &more) == 0, "however long that takes");

    tap_ok(util_complete(&u, half, ep[1], token[1], WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "it is delivered to the other");

    tap_ok(util_expire(&u, 100, &more) == 0,
           "its time begins with the last delivery");

    u.clock += 60000;

    tap_ok(util_expire(&u, 100, &more) == 1, "and passes");

    op.u.show.id = owed;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "what is owed is there");

    webhook_op_free(&op);

    (void) util_stats(&u, ep[0], &e);

    tap_ok(e.states[WEBHOOK_DELIVERED] == 0 && e.states[WEBHOOK_DEAD] == 0
           && e.states[WEBHOOK_PENDING] == 1 && e.delivered == 1
           && e.dead == 1 && e.attempts == 2,
           "counters of what is kept went down, those of ever did not");

    util_check(&u, "expired all");
    util_free(&u);
}


static void
test_expire_steps(void)
{
    enum { N = 300 };

    util_t          u;
    unsigned        i, more, steps, removed;
    uint64_t        ep, token;
    webhook_op_t    op;
    webhook_id_t    id;
    webhook_put_t   put;
    unsigned char  *body;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    body = calloc(1, 40000);

    for (i = 0; i < N; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        id = util_id(&u);

        util_put_op(&op, &put, id, ep, body, i % 3 ? 40000 : 100);
        (void) util_apply(&u, &op);

        token = put.lease_token;

        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    u.clock += 60000;

    tap_ok(util_expire(&u, 0, &more) == 0, "a step of none");
    tap_ok(util_expire(&u, 10, &more) == 10 && more,
           "a step of ten, and there is more");

    steps = 0;
    removed = 10;

    do {
        i = util_expire(&u, 1000, &more);
        removed += i;
        steps++;

        if (i > 200) {
            break;
        }

    } while (more && steps < 1000);

    tap_ok(removed == N && steps > 3, "steps are short: %u for %u", steps,
           removed);

    util_check(&u, "steps");

    tap_ok(util_stats(&u, 0, NULL).events == 0, "none is left");

    util_free(&u);
    free(body);
}
