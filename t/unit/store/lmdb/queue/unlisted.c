
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: the newest first sends that wait are not in the
 * index of what waits; they are few, and lists have them all the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store_task.h"
#include "store_util.h"


#define EVENTS  3000
#define MANY    40                      /* endpoints */


static void test_soon(void);
static void test_backlog(void);
static void test_still(void);
static void test_endpoints(void);
static void test_order(void);
static void test_damaged(void);


int
main(void)
{
    test_soon();
    test_backlog();
    test_still();
    test_endpoints();
    test_order();
    test_damaged();

    return tap_done();
}


/* Rows of the index, and first sends of an endpoint that have none. */

static uint64_t
rows(util_t *u, uint64_t ep, uint32_t *unlisted)
{
    uint64_t                 n;
    MDB_stat                 stat;
    webhook_txn_t            t;
    webhook_endpoint_row_t  *row;

    n = UINT64_MAX;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return n;
    }

    if (webhook_txn_stat(&t, WEBHOOK_DB_LISTED, &stat) == 0
        && webhook_endpoint_row_get(&t, ep, &row) == 0)
    {
        n = stat.ms_entries;
        *unlisted = row->unlisted;
    }

    webhook_session_abort(&t);

    return n;
}


/* What is listed as waiting, in both orders. */

static int
waits(util_t *u, uint64_t ep, uint64_t n)
{
    uint64_t          found;
    unsigned          i, ordered;
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.state = WEBHOOK_PENDING;

    for (i = 0; i < 4; i++) {
        f.endpoint = i < 2 ? ep : 0;
        f.oldest = i & 1;

        found = task_listed(u, &f, i & 1 ? 13 : 200, &ordered);

        if (found != n || !ordered) {
            printf("# %llu are listed, not %llu%s\n",
                   (unsigned long long) found, (unsigned long long) n,
                   ordered ? "" : ", in no order");
            return 0;
        }
    }

    return 1;
}


static int
put(util_t *u, uint64_t ep, webhook_id_t id, uint64_t delay)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    p.delay = delay;

    util_put_op(&op, &p, id, ep, "{}", 2);

    return util_apply(u, &op) == WEBHOOK_STORE_OK;
}


/* What goes before too many are behind it costs the index nothing. */

static void
test_soon(void)
{
    util_t    u;
    uint64_t  ep, n;
    unsigned  i;
    uint32_t  unlisted;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 100; i++) {
        (void) util_put(&u, ep, 0);
    }

    tap_ok(rows(&u, ep, &unlisted) == 0 && unlisted == 100,
           "what waits for its first send has no row at once");
    tap_ok(waits(&u, ep, 100), "and is listed");

    for (n = 0, i = 0; i < 100; i++) {
        n += task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(n == 100 && rows(&u, ep, &unlisted) == 0 && unlisted == 0,
           "nor had it one as it went");

    (void) util_put(&u, ep, 0);
    (void) task_end(&u, ep, WEBHOOK_RETRY);

    tap_ok(rows(&u, ep, &unlisted) == 1 && unlisted == 0 && waits(&u, ep, 1),
           "one that failed has a row");

    util_check(&u, "soon");
    util_free(&u);
}


/* Ids are in another order than time, and some are to go later. */

static void
test_backlog(void)
{
    int                good;
    util_t             u;
    uint64_t           ep, n;
    unsigned           i;
    uint32_t           unlisted;
    webhook_op_t       op;

    static webhook_id_t  ids[EVENTS];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);

    for (i = 0; i < EVENTS; i++) {
        ids[i] = util_id(&u);
    }

    good = 1;

    for (i = 0; i < EVENTS; i++) {
        good &= put(&u, ep, ids[(i * 7 + 11) % EVENTS],
                    i % 10 == 0 ? 5000 : 0);

        u.clock += i % 3 == 0;

        if (i % 500 == 499) {
            good &= waits(&u, ep, i + 1);
        }
    }

    n = rows(&u, ep, &unlisted);

    tap_ok(good && n + unlisted == EVENTS && unlisted <= WEBHOOK_LISTED_NEW,
           "of %u that wait %u have no row", EVENTS, unlisted);

    util_check(&u, "a backlog");

    for (n = 0, i = 0; i < 500; i++) {
        n += task_end(&u, ep, i % 50 ? WEBHOOK_DONE : WEBHOOK_FAILED);
    }

    tap_ok(n == 500 && waits(&u, ep, EVENTS - 500), "some were sent");

    for (i = 0; i < EVENTS; i += 100) {
        memset(&op, 0, sizeof(op));

        op.type = i % 200 ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
        op.u.delivery.event = ids[i];
        op.u.delivery.endpoint = ep;

        (void) util_apply(&u, &op);
    }

    util_check(&u, "by hand");

    u.clock += 10000;

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    n = rows(&u, ep, &unlisted);

    tap_ok(task_all(&u, &op) > 2000, "a task comes to all of them");

    util_check(&u, "a task");

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    tap_ok(task_all(&u, &op) > 2000 && waits(&u, ep, 0), "and cancels them");

    n = rows(&u, ep, &unlisted);

    tap_ok(unlisted == 0, "then none is without a row");

    util_check(&u, "cancelled");
    util_free(&u);
}


/* All at the same time, as of a store that was imported, or a clock that
   stands. */

static void
test_still(void)
{
    util_t    u;
    uint64_t  ep, n;
    unsigned  i;
    uint32_t  unlisted;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < EVENTS; i++) {
        (void) put(&u, ep, util_id(&u), i % 2 ? 0 : 600000);
    }

    n = rows(&u, ep, &unlisted);

    tap_ok(n + unlisted == EVENTS && unlisted <= 2 * WEBHOOK_LISTED_NEW + 1
           && waits(&u, ep, EVENTS),
           "at one time: %u of %u have no row", unlisted, EVENTS);

    util_check(&u, "at one time");
    util_free(&u);
}


/* Of all endpoints together they are not too many either. */

static void
test_endpoints(void)
{
    util_t    u;
    char      name[16];
    uint64_t  ep[MANY], n, sum;
    unsigned  i;
    uint32_t  unlisted;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 400; i++) {
        snprintf(name, sizeof(name), "ep%u", i);

        n = util_endpoint(&u, name, 10);

        if (i < MANY) {
            ep[i] = n;
        }
    }

    for (i = 0; i < MANY * 100; i++) {
        (void) util_put(&u, ep[i % MANY], 0);
        u.clock += i % MANY == 0;
    }

    sum = 0;
    n = 0;

    for (i = 0; i < MANY; i++) {
        n = rows(&u, ep[i], &unlisted);
        sum += unlisted;
    }

    tap_ok(n + sum == MANY * 100
           && sum <= MANY * (WEBHOOK_LISTED_NEW_ALL / 400),
           "of many endpoints %llu have no row", (unsigned long long) sum);

    util_check(&u, "many endpoints");
    util_free(&u);
}


/* Who was parked waits for its first send as its turn comes, though it is not
   new. */

static void
test_order(void)
{
    util_t            u;
    uint64_t          ep;
    unsigned          i;
    webhook_op_t      op;
    webhook_put_t     p;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 600; i++) {
        memset(&p, 0, sizeof(p));

        util_put_op(&op, &p, util_id(&u), ep, "{}", 2);

        if (i % 3) {
            util_str(&p.order, i % 3 == 1 ? "7" : "8");
        }

        (void) util_apply(&u, &op);
        u.clock++;
    }

    tap_ok(waits(&u, ep, 600), "some behind others: all are listed");

    for (i = 0; i < 100; i++) {
        (void) task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(waits(&u, ep, 500), "some were sent");

    util_check(&u, "behind others");

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    tap_ok(task_all(&u, &op) == 500 && waits(&u, ep, 0),
           "a task that cancels comes to those that it promotes");

    util_check(&u, "cancelled in order");
    util_free(&u);
}


/* Where the endpoint's row is lost, which of them have a row is not known. */

static void
test_damaged(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    uint32_t       unlisted;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 1200; i++) {
        (void) util_put(&u, ep, 0);
        u.clock++;
    }

    webhook_set_u64(key, ep);
    tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "x", 1);

    (void) util_put(&u, ep, 0);

    tap_ok(rows(&u, ep, &unlisted) == 1201 && unlisted == 0
           && waits(&u, ep, 1201), "a row that is counted anew: all have one");

    util_check(&u, "counted anew");

    for (i = 0; i < 1201; i++) {
        (void) task_end(&u, ep, WEBHOOK_DONE);
    }

    (void) util_put(&u, ep, 0);

    tap_ok(rows(&u, ep, &unlisted) == 0 && unlisted == 1,
           "once nothing waits any more it begins anew");

    util_check(&u, "anew");
    util_free(&u);
}
