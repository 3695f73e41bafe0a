
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the pause of an endpoint.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"


static void test_pause(void);


int
main(void)
{
    test_pause();

    return tap_done();
}


static webhook_store_result_e
pause_op(util_t *u, uint64_t ep, const char *reason)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;

    if (reason) {
        util_str(&op.u.pause.reason, reason);

    } else {
        op.u.pause.resume = 1;
    }

    return util_apply(u, &op);
}


static void
test_pause(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id, other;
    webhook_endpoint_stats_t  s;

    static char               text[1000];

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 1, 0);

    tap_ok(pause_op(&u, ep + 1, "no") == WEBHOOK_STORE_NOT_FOUND,
           "an endpoint that is not there cannot pause");

    token = util_lease(&u, ep, &id);
    crowd(&u, ep, 3);

    tap_ok(pause_op(&u, ep, "maintenance") == WEBHOOK_STORE_OK, "it pauses");

    tap_ok(util_lease(&u, ep, &other) == 0, "nothing is leased");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 30000,
           "or claimed, but what is under way goes on");
    webhook_op_free(&op);

    util_check(&u, "paused");

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL, "and brings no other");

    util_close(&u);
    util_open(&u);

    (void) broken(&u, "erp", 2, 0);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0
           && op.u.claim.next == UINT64_MAX,
           "neither a restart nor another limit ends a pause");
    webhook_op_free(&op);

    tap_ok(pause_op(&u, ep, NULL) == WEBHOOK_STORE_OK
           && util_claim(&u, &op, &ep, 10) == 4, "it resumes");
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(!s.paused, "and says so");

    /* resumed, it is as good as new */

    (void) broken(&u, "erp", 1, 0);

    id = util_put(&u, ep, 0);
    (void) util_claim(&u, &op, &ep, 1);
    token = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    util_complete_op(&op, id, ep, token, WEBHOOK_FAILED, 0);
    op.u.complete.slow = 60000;
    (void) util_apply(&u, &op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.open && s.held == 60000, "open, and slow");

    memset(text, 'x', sizeof(text) - 1);

    tap_ok(pause_op(&u, ep, text) == WEBHOOK_STORE_OK, "a long reason");
    tap_ok(pause_op(&u, ep, NULL) == WEBHOOK_STORE_OK, "and resumed");

    (void) util_stats(&u, ep, &s);

    tap_ok(!s.open && s.held == 0 && util_lease(&u, ep, &id) != 0,
           "the breaker is closed and the hold is over");

    util_check(&u, "resumed");
    util_free(&u);
}
