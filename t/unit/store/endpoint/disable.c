
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: endpoints that fail for long; and for how long something
 * has been due.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"


#define TEST_HOUR  UINT64_C(3600000)


static void test_disable(void);
static void test_off(void);
static void test_due(void);


int
main(void)
{
    test_disable();
    test_off();
    test_due();

    return tap_done();
}


/* One send with this outcome; 1: it paused the endpoint, 2: it disabled it. */

static unsigned
sent(util_t *u, uint64_t ep, webhook_outcome_e outcome, uint64_t disable)
{
    uint64_t      token;
    webhook_op_t  op;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    util_complete_op(&op, id, ep, token, outcome, 1000 * TEST_HOUR);
    op.u.complete.disable = disable;

    if (token == 0 || util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return 8;
    }

    return op.u.complete.paused | op.u.complete.disabled << 1;
}


static void
resume(util_t *u, uint64_t ep)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;
    op.u.pause.resume = 1;

    (void) util_apply(u, &op);
}


/* 1 if the reason of the pause begins like that. */

static int
reason_is(util_t *u, uint64_t ep, const char *text)
{
    int            is;
    uint32_t       i;
    webhook_op_t   op;
    webhook_str_t *reason;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;
    (void) util_apply(u, &op);

    is = 0;

    for (i = 0; i < op.u.stats.count; i++) {
        reason = &op.u.stats.endpoints[i].reason;

        if (op.u.stats.endpoints[i].id == ep && reason->len >= strlen(text)
            && memcmp(reason->data, text, strlen(text)) == 0)
        {
            is = 1;
        }
    }

    webhook_op_free(&op);

    return is;
}


static void
test_disable(void)
{
    util_t                    u;
    uint64_t                  ep, five;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    five = 5 * TEST_HOUR;

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, five) == 0, "it fails");

    u.clock += five - 1;

    tap_ok(sent(&u, ep, WEBHOOK_FAILED, five) == 0, "not for long enough");
    tap_ok(sent(&u, ep, WEBHOOK_DONE, five) == 0, "one that succeeds");

    u.clock += 10;

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, five) == 0, "begins it anew");

    u.clock += five / 2;

    tap_ok(sent(&u, ep, WEBHOOK_RELEASE, five) == 0,
           "what was not sent is no failure");

    util_close(&u);
    util_open(&u);
    (void) util_endpoint(&u, "erp", 100);

    u.clock += five / 2;

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, five) == 3,
           "it is disabled, also over a restart");

    (void) util_stats(&u, ep, &s);

    tap_ok(s.paused && s.states[WEBHOOK_PENDING] == 4, "nothing is lost");
    tap_ok(reason_is(&u, ep, "disabled: it has failed for 5 hours"),
           "and it is known why");

    resume(&u, ep);

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, five) == 0,
           "once resumed, it has its time again");

    u.clock += five;

    tap_ok(sent(&u, ep, WEBHOOK_FAILED, five) == 3, "and no more");

    util_check(&u, "disable");
    util_free(&u);
}


static void
test_off(void)
{
    util_t    u;
    uint64_t  ep;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, 0) == 0, "it fails");

    u.clock += 10000 * TEST_HOUR;

    tap_ok(sent(&u, ep, WEBHOOK_RETRY, 0) == 0, "for as long as it likes");

    util_check(&u, "off");
    util_free(&u);
}


static void
test_due(void)
{
    util_t                    u;
    uint64_t                  ep, other, token;
    webhook_id_t              id;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    other = util_endpoint(&u, "other", 1);

    (void) util_put(&u, ep, 500);
    (void) util_put(&u, other, 0);

    (void) util_stats(&u, ep, &s);
    tap_ok(s.due == 0, "what is due later is not due");

    u.clock += 700;

    (void) util_stats(&u, ep, &s);
    tap_ok(s.due == 200, "how long it has been");

    (void) util_stats(&u, other, &s);
    tap_ok(s.due == 700, "by endpoint");

    u.clock += 1000;
    (void) util_put(&u, ep, 0);

    (void) util_stats(&u, ep, &s);
    tap_ok(s.due == 1200, "the oldest counts");

    token = util_lease(&u, other, &id);

    tap_ok(token == 0, "one that is due goes before another");

    util_check(&u, "due");
    util_free(&u);
}
