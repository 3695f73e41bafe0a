
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how much history is kept, and the mark that warns.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_keep_bytes(void);
static void test_keep_history(void);
static void test_drop_history(void);
static void test_warn(void);


int
main(void)
{
    test_keep_bytes();
    test_keep_history();
    test_drop_history();
    test_warn();

    return tap_done();
}


static void
test_keep_bytes(void)
{
    util_t              u;
    unsigned            i, more;
    uint64_t            ep;
    webhook_op_stats_t  s;

    util_init(&u);

    u.keep = 86400000;
    u.keep_bytes = 100 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 50; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) util_put(&u, ep, 100000);
    }

    tap_ok(util_expire(&u, 1000, NULL) == 0, "history below its bound stays");

    for (i = 0; i < 500; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
    }

    do {
        (void) util_expire(&u, 1000, &more);
    } while (more);

    s = util_stats(&u, 0, NULL);

    tap_ok(s.events > 50 + 80 && s.events < 50 + 130,
           "above it the oldest goes: %u stay", (unsigned) s.events);

    util_check(&u, "keep_bytes");
    util_free(&u);
}


static void
test_keep_history(void)
{
    util_t                  u;
    unsigned                i, n;
    uint64_t                ep, token;
    webhook_id_t            id;
    webhook_op_t            op;
    webhook_put_t           put;

    static char             body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;
    u.keep = 3600000;
    u.keep_history = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 100000; n++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        (void) util_complete(&u, op.u.put_event.id, ep, put.token,
                             WEBHOOK_DONE, 0);

        (void) util_expire(&u, 100, NULL);
    }

    tap_ok(op.result == WEBHOOK_STORE_FULL && n > 500,
           "history stays, new events are refused after %u", n);
    tap_ok(util_stats(&u, 0, NULL).events == n, "all of it stays");

    u.clock += u.keep;

    for (i = 0; i < 1000; i++) {
        if (util_expire(&u, 100, NULL) == 0) {
            break;
        }
    }

    token = util_lease(&u, ep, &id);

    tap_ok(token != 0, "until its time: then there is room");

    u.clock += 20000;

    (void) util_lease(&u, ep, &id);

    tap_ok(strstr(u.text, "room again") || strstr(u.text, "events again"),
           "which is told: %s", u.text);

    util_check(&u, "keep_history");
    util_free(&u);
}


/* What is finished makes room at once, without a step of EXPIRE between. */

static void
test_drop_history(void)
{
    util_t         u;
    unsigned       i, failed;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[300000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 16 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    failed = 0;

    for (i = 0; i < 500; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body,
                    i % 3 ? 5000 : sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || util_complete(&u, op.u.put_event.id, ep, put.token,
                             WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(failed == 0 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "50 MB go through 16 without a refusal: %u", failed);

    util_check(&u, "drop");
    util_free(&u);
}


static void
test_warn(void)
{
    util_t         u;
    unsigned       n;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 32 << 20;
    u.warn_water = 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 10000 && u.logs[WEBHOOK_STORE_LOG_WARN] == 0; n++) {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        (void) util_apply(&u, &op);
    }

    tap_ok(strstr(u.text, " 20 percent") != NULL, "it is told early: %s",
           u.text);

    util_free(&u);
}
