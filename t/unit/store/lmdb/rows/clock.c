
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a wall clock that is wrong when the machine boots.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define MINUTE  ((uint64_t) 60 * 1000)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)


static void test_ahead(void);
static void test_ahead_right(void);
static void test_accept(void);
static void test_again(void);
static void test_behind(void);
static void test_off(void);
static void test_first(void);
static void test_version(void);


static int  synced;


static int
util_synced(void *ctx)
{
    (void) ctx;

    return synced;
}


int
main(void)
{
    test_ahead();
    test_ahead_right();
    test_accept();
    test_again();
    test_behind();
    test_off();
    test_first();
    test_version();

    return tap_done();
}


/* A boot of the machine after "off", as its wall clock says. */

static void
boot(util_t *u, int64_t off)
{
    static unsigned  n;
    static char      name[32];

    util_close(u);

    snprintf(name, sizeof(name), "boot-%u", 100 + n++);

    u->boot = name;
    u->clock = 5000;
    u->real += (uint64_t) off;

    (void) util_open(u);
}


static void
run(util_t *u, uint64_t ms)
{
    u->clock += ms;
    u->real += ms;
}


static uint64_t
start(util_t *u)
{
    util_init(u);

    u->keep = 7 * DAY;
    u->real = UTIL_WALL;
    u->synced = util_synced;
    synced = 0;

    (void) util_open(u);

    return util_endpoint(u, "erp", 10);
}


static void
delivered(util_t *u, uint64_t ep)
{
    uint64_t      token;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    (void) util_complete(u, id, ep, token, WEBHOOK_DONE, 0);
}


static uint64_t
kept(util_t *u)
{
    unsigned  more;

    do {
        (void) util_expire(u, 100, &more);
    } while (more);

    return util_stats(u, 0, NULL).events;
}


/* What a call that repeats is told. */

static webhook_dedupe_e
asks(util_t *u, int settle)
{
    webhook_op_t      op;
    webhook_dedupe_e  state;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 1;
    op.u.reserve.run = 1000;
    (void) util_apply(u, &op);

    state = op.u.reserve.state;

    if (state == WEBHOOK_DEDUPE_NEW && settle) {
        uint64_t  token = op.u.reserve.token;

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SETTLE;
        op.u.settle.scope = 1;
        op.u.settle.token = token;
        op.u.settle.keep = 7 * DAY;
        (void) util_apply(u, &op);
    }

    webhook_op_free(&op);

    return state;
}


static webhook_op_clock_t
clock_op(util_t *u, int accept)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CLOCK;
    op.u.clock.accept = accept ? 1 : 0;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        op.u.clock.doubt = UINT64_MAX;
    }

    return op.u.clock;
}


/* Eight days ahead at boot; set right minutes later. */

static void
test_ahead(void)
{
    util_t              u;
    unsigned            i;
    uint64_t            ep;
    webhook_op_t        op;
    webhook_id_t        id;
    webhook_op_clock_t  c;

    ep = start(&u);

    delivered(&u, ep);
    (void) asks(&u, 1);
    (void) util_put(&u, ep, HOUR);

    tap_ok(clock_op(&u, 0).doubt == 0, "nothing is doubted");

    u.logs[WEBHOOK_STORE_LOG_ERROR] = 0;

    boot(&u, (int64_t) (8 * DAY + HOUR));

    c = clock_op(&u, 0);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(u.text, "went on by 193 hours") != NULL,
           "a clock that is days ahead is told (%s)", u.text);
    tap_ok(c.doubt == 8 * DAY + HOUR && !c.synced && c.wall == u.real,
           "and doubted");

    tap_ok(asks(&u, 0) == WEBHOOK_DEDUPE_SEEN && kept(&u) == 2
           && asks(&u, 0) == WEBHOOK_DEDUPE_SEEN,
           "nothing that is kept grows old by it");

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "what waits goes on");
    id = op.u.claim.leases[0].event.id;
    (void) util_complete(&u, id, ep, op.u.claim.leases[0].token,
                         WEBHOOK_RETRY, MINUTE);
    webhook_op_free(&op);

    run(&u, MINUTE);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "and retries have their time");
    webhook_op_free(&op);

    delivered(&u, ep);

    util_check(&u, "doubted");

    /* the time server answers: it was an hour that the machine was off */

    u.real -= 8 * DAY;
    synced = 1;

    for (i = 0; i < 9; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    (void) kept(&u);

    tap_ok(clock_op(&u, 0).doubt != 0, "for ten minutes it is doubted yet");

    synced = 0;
    (void) kept(&u);
    synced = 1;

    for (i = 0; i < 10; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    tap_ok(clock_op(&u, 0).doubt != 0, "ten minutes without a break");

    tap_ok(kept(&u) == 3 && clock_op(&u, 0).doubt == 0
           && asks(&u, 0) == WEBHOOK_DEDUPE_SEEN,
           "then it is not, and all is there");

    /* the age of what is kept is right from now on */

    run(&u, 7 * DAY - 2 * HOUR);

    tap_ok(kept(&u) == 3, "kept for seven days");

    run(&u, HOUR);

    tap_ok(kept(&u) == 1, "and no longer: the hour counted");

    run(&u, HOUR + MINUTE);

    tap_ok(asks(&u, 0) == WEBHOOK_DEDUPE_NEW, "so do keys of repeats");

    util_check(&u, "believed");
    util_free(&u);
}


/* The machine was off for eight days, really. */

static void
test_ahead_right(void)
{
    util_t    u;
    unsigned  i;
    uint64_t  ep;

    ep = start(&u);

    delivered(&u, ep);

    boot(&u, (int64_t) (8 * DAY));

    tap_ok(kept(&u) == 1, "off for eight days: doubted at first");

    synced = 1;

    for (i = 0; i <= 10; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    tap_ok(kept(&u) == 0 && clock_op(&u, 0).doubt == 0,
           "once the clock is synchronized it is old");

    util_check(&u, "off");
    util_free(&u);
}


static void
test_accept(void)
{
    util_t              u;
    uint64_t            ep;
    webhook_op_clock_t  c;

    ep = start(&u);

    delivered(&u, ep);

    tap_ok(clock_op(&u, 1).doubt == 0 && kept(&u) == 1,
           "there is nothing to accept");

    boot(&u, (int64_t) (8 * DAY));

    c = clock_op(&u, 1);

    tap_ok(c.doubt == 0 && kept(&u) == 0, "accepted, it is right at once");

    /* a tool does it, while nginx has the store open */

    delivered(&u, ep);

    boot(&u, (int64_t) (8 * DAY));

    {
        util_t  tool = u;

        tool.st = NULL;
        tool.admin = 1;

        fflush(stdout);

        if (fork() == 0) {
            (void) util_open(&tool);
            c = clock_op(&tool, 1);
            util_close(&tool);
            _exit(c.doubt != 0);
        }

        wait(NULL);
    }

    tap_ok(clock_op(&u, 0).doubt == 0 && kept(&u) == 0,
           "by another process, too");

    util_check(&u, "accepted");
    util_free(&u);
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

    before = webhook_clock_now(u.st);

    boot(&u, (int64_t) (8 * DAY));
    boot(&u, (int64_t) (30 * DAY));
    boot(&u, (int64_t) HOUR);

    tap_ok(clock_op(&u, 0).doubt == 38 * DAY && kept(&u) == 1,
           "doubts add up");

    boot(&u, -(int64_t) (38 * DAY));

    tap_ok(webhook_clock_now(u.st) >= before + 38 * DAY + HOUR,
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

    before = webhook_clock_now(u.st);
    u.logs[WEBHOOK_STORE_LOG_WARN] = 0;

    boot(&u, -(int64_t) (19000 * DAY));

    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 1, "a clock that is years behind "
           "is told (%s)", u.text);
    tap_ok(webhook_clock_now(u.st) >= before
           && webhook_clock_now(u.st) < before + MINUTE,
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
           && webhook_clock_now(u.st) >= before + 3 * HOUR
           && webhook_clock_now(u.st) < before + 4 * HOUR,
           "the hours that the machine was off count");

    util_check(&u, "behind");
    util_free(&u);
}


/* Less than a day is nothing odd. */

static void
test_off(void)
{
    util_t    u;
    uint64_t  ep;

    ep = start(&u);

    u.keep = 20 * HOUR;
    boot(&u, 0);

    delivered(&u, ep);

    boot(&u, (int64_t) (19 * HOUR));

    tap_ok(clock_op(&u, 0).doubt == 0 && kept(&u) == 1, "19 hours off");

    boot(&u, (int64_t) (2 * HOUR));

    tap_ok(kept(&u) == 0, "and two more");

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
           && webhook_clock_now(u.st) >= UTIL_WALL
           && webhook_clock_now(u.st) < UTIL_WALL + MINUTE,
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

    if (webhook_session_begin(u.st, &t, 1) == 0) {

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

    if (webhook_session_begin(u.st, &t, 1) == 0) {

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
    u.st->readonly = 1;

    util_close(&u);
    u.readonly = 0;

    boot(&u, (int64_t) (8 * DAY));

    tap_ok(clock_op(&u, 0).doubt > 7 * DAY && kept(&u) == 1,
           "then the store's own time is what it is held against");

    util_free(&u);
}
