
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a wall clock that is wrong when the machine boots.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_clock.h"


static void test_again(void);
static void test_behind(void);
static void test_first(void);
static void test_version(void);


int
main(void)
{
    test_again();
    test_behind();
    test_first();
    test_version();

    return tap_done();
}


/* Several boots with wrong clocks. */

static void
test_again(void)
{
    util_t    u;
    unsigned  i;
    uint64_t  ep, before;

    ep = start(&u);

    delivered(&u, ep);

    before = webhook_clock_now(util_lmdb(&u));

    boot(&u, (int64_t) (8 * DAY));
    boot(&u, (int64_t) (30 * DAY));
    boot(&u, (int64_t) HOUR);

    tap_ok(clock_op(&u, 0).doubt == 38 * DAY && kept(&u) == 1,
           "doubts add up");

    boot(&u, -(int64_t) (38 * DAY));

    tap_ok(webhook_clock_now(util_lmdb(&u)) >= before + 38 * DAY + HOUR,
           "a right clock turns nothing back");

    synced = 1;

    for (i = 0; i <= 10; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    tap_ok(kept(&u) == 1 && clock_op(&u, 0).doubt == 0,
           "none of the doubts was right");

    delivered(&u, ep);
    run(&u, 6 * DAY);

    tap_ok(kept(&u) == 2, "six days");

    run(&u, DAY);

    tap_ok(kept(&u) == 0, "seven");

    util_check(&u, "again");
    util_free(&u);
}


/* A clock without a battery. */

static void
test_behind(void)
{
    util_t        u;
    uint64_t      ep, before;
    webhook_op_t  op;

    ep = start(&u);

    delivered(&u, ep);
    (void) util_put(&u, ep, HOUR);

    before = webhook_clock_now(util_lmdb(&u));
    u.logs[WEBHOOK_STORE_LOG_WARN] = 0;

    boot(&u, -(int64_t) (19000 * DAY));

    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 1, "a clock that is years behind "
           "is told (%s)", u.text);
    tap_ok(webhook_clock_now(util_lmdb(&u)) >= before
           && webhook_clock_now(util_lmdb(&u)) < before + MINUTE,
           "and turns nothing back");
    tap_ok(util_claim(&u, &op, &ep, 1) == 0
           && op.u.claim.next <= HOUR && op.u.claim.next > HOUR - MINUTE,
           "what waits has its time");
    webhook_op_free(&op);

    /* it is set while the store is open, and the next boot is right */

    u.real += 19000 * DAY;
    run(&u, HOUR);
    delivered(&u, ep);

    boot(&u, (int64_t) (2 * HOUR));

    tap_ok(clock_op(&u, 0).doubt == 0 && kept(&u) == 3
           && webhook_clock_now(util_lmdb(&u)) >= before + 3 * HOUR
           && webhook_clock_now(util_lmdb(&u)) < before + 4 * HOUR,
           "the hours that the machine was off count");

    util_check(&u, "behind");
    util_free(&u);
}


/* A new store has nothing to compare with; and who only reads writes nothing
   down. */

static void
test_first(void)
{
    util_t    u;
    uint64_t  ep;

    ep = start(&u);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 0
           && webhook_clock_now(util_lmdb(&u)) >= UTIL_WALL
           && webhook_clock_now(util_lmdb(&u)) < UTIL_WALL + MINUTE,
           "a new store begins with the wall clock, undoubted");

    delivered(&u, ep);

    u.readonly = 1;
    boot(&u, (int64_t) (8 * DAY));

    tap_ok(util_stats(&u, 0, NULL).events == 1
           && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "who only reads leaves it to others");

    util_close(&u);
    u.readonly = 0;
    (void) util_open(&u);

    tap_ok(clock_op(&u, 0).doubt == 8 * DAY && kept(&u) == 1,
           "who doubt it");

    util_free(&u);
}


/* A store that does not know the wall clock of its last commit. */

static void
test_version(void)
{
    util_t               u;
    MDB_val              val;
    uint64_t             ep;
    webhook_txn_t        t;

    ep = start(&u);

    delivered(&u, ep);

    if (webhook_session_begin(util_lmdb(&u), &t, 1) == 0) {

        webhook_codec_out_t  out;
        unsigned char         buf[WEBHOOK_ROW_MAX];
        size_t                len;

        webhook_codec_write(&out, buf, sizeof(buf), 'S', 1);
        webhook_codec_add_u64(&out, t.state.events);
        webhook_codec_add_u64(&out, t.state.calls);
        webhook_codec_add_u64(&out, t.state.lease);
        webhook_codec_add_u64(&out, t.state.place);
        webhook_codec_add_u64(&out, t.state.last);
        webhook_codec_add_u64(&out, t.state.blob);
        webhook_codec_add_u32(&out, t.state.room);
        webhook_codec_add_u64(&out, t.state.history);
        len = webhook_codec_written(&out);

        val.mv_data = buf;
        val.mv_size = len;

        tap_ok(webhook_row_read_state(&val, &t.state) == 0
               && t.state.wall == 0 && t.state.ahead == 0
               && t.state.last != 0, "the state of version 1 is read");

        webhook_session_abort(&t);
    }

    if (webhook_session_begin(util_lmdb(&u), &t, 1) == 0) {

        /* a commit that leaves the wall clock out */

        unsigned char  buf[WEBHOOK_ROW_MAX];
        size_t         len;

        t.state.wall = 0;
        t.state.last = t.now;
        len = webhook_row_write_state(buf, &t.state);

        (void) webhook_txn_put(&t, WEBHOOK_DB_META, "state", 5, buf, len, 0);
        (void) mdb_txn_commit(t.txn);
        t.txn = NULL;
    }

    /* no commit at the end, which would tell it */

    u.readonly = 1;
    util_lmdb(&u)->readonly = 1;

    util_close(&u);
    u.readonly = 0;

    boot(&u, (int64_t) (8 * DAY));

    tap_ok(clock_op(&u, 0).doubt > 7 * DAY && kept(&u) == 1,
           "then the store's own time is what it is held against");

    util_free(&u);
}
