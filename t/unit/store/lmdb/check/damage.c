
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows that are damaged in a file that is whole, and noise.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_format(void);
static void test_endpoint(void);
static void test_claimed(void);
static void test_foreign(void);
static void test_indexes(void);
static void test_damaged_rows(void);
static void test_damaged_history(void);
static void test_noise(void);


int
main(void)
{
    test_format();
    test_endpoint();
    test_claimed();
    test_foreign();
    test_indexes();
    test_damaged_rows();
    test_damaged_history();
    test_noise();

    return tap_done();
}


static void
test_format(void)
{
    util_t                    u;
    uint64_t                  ep;
    webhook_op_stats_t        s;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, "F\x01\x00\x00\x00\x7f", 6);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "a store of a newer version is refused and left: %s", u.text);

    util_free(&u);

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, "F\x01\x00", 3);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0
           && util_stats(&u, 0, NULL).quarantine == 1,
           "a format that cannot be read is told by the tables");

    util_close(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 0);
    (void) ended(&u, ep, WEBHOOK_DONE);

    tamper(&u, WEBHOOK_DB_META, "state", 5, "S\x01", 2);

    (void) util_put(&u, ep, 0);

    s = util_stats(&u, ep, &e);

    tap_ok(s.events == 3 && e.states[WEBHOOK_PENDING] == 2,
           "counters that cannot be read are counted anew");

    (void) util_check(&u, "counters");

    tamper(&u, WEBHOOK_DB_META, "state", 5, NULL, 0);
    tamper(&u, WEBHOOK_DB_META, "clock", 5, "T", 1);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0
           && util_stats(&u, 0, NULL).events == 3,
           "at an open, too, with a clock that cannot be read");

    (void) util_check(&u, "clock");

    util_free(&u);
}


/* An endpoint's row that cannot be read: it is made anew, and what waits for
   it, or for others, waits on. */

static void
test_endpoint(void)
{
    int                       i, open;
    util_t                    u;
    uint64_t                  ep, other, count;
    webhook_op_t              op, claimed;
    webhook_id_t              id;
    unsigned char             key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_stats_t  e;

    for (open = 0; open < 2; open++) {

        util_init(&u);
        util_open(&u);

        ep = util_endpoint(&u, "erp", 10);
        other = util_endpoint(&u, "crm", 10);

        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) ended(&u, ep, WEBHOOK_FAILED);
        (void) util_lease(&u, ep, &id);

        for (i = 0; i < 1000; i++) {
            (void) util_put(&u, i % 2 ? ep : other, 0);
        }

        webhook_set_u64(key, ep);
        tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "P", 1);

        if (open) {
            util_close(&u);

            tap_ok(util_open(&u) == WEBHOOK_STORE_OK
                   && util_files(&u, "data.mdb.damaged-") == 0,
                   "a store with a damaged endpoint is opened");

        } else {
            (void) util_put(&u, ep, 0);
        }

        (void) util_stats(&u, ep, &e);

        tap_ok(e.states[WEBHOOK_PENDING] == 501
               && e.states[WEBHOOK_SENDING] == (open ? 0 : 1)
               && e.states[WEBHOOK_DELIVERED] == 2
               && e.states[WEBHOOK_DEAD] == 1 && e.inflight == 1,
               "its counters are counted anew");
        tap_ok(util_stats(&u, 0, NULL).quarantine == 1,
               "what it was is in quarantine: %s", u.text);
        tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] >= 2, "that is told");

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_TAKEOVER;

        (void) util_apply(&u, &op);

        if (open) {

            /* it was made anew when the store was closed */

            tap_ok(util_claim(&u, &claimed, &ep, 1) == 1, "it is claimed");
            (void) util_complete(&u, claimed.u.claim.leases[0].event.id, ep,
                                 claimed.u.claim.leases[0].token,
                                 WEBHOOK_RELEASE, 0);
            webhook_op_free(&claimed);
            (void) util_apply(&u, &op);
        }

        tap_ok(op.u.takeover.forgot, "its limits are asked for");
        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && !op.u.takeover.forgot, "once");

        (void) util_endpoint(&u, "erp", 10);
        (void) util_check(&u, "an endpoint made anew");

        count = 0;

        for (i = 0; i < 300; i++) {
            uint32_t      k;
            webhook_op_t  claim;

            if (util_claim(&u, &claim, i % 2 ? &ep : &other, 100)
                == UINT32_MAX)
            {
                break;
            }

            for (k = 0; k < claim.u.claim.count; k++) {
                count++;
                (void) util_complete(&u, claim.u.claim.leases[k].event.id,
                                     claim.u.claim.leases[k].endpoint,
                                     claim.u.claim.leases[k].token,
                                     WEBHOOK_DONE, 0);
            }

            webhook_op_free(&claim);
        }

        tap_ok(count == 1001, "all that waited is sent: %u",
               (unsigned) count);

        (void) util_check(&u, "all sent");

        util_free(&u);
    }
}


/* The same where a claim is the first to look at it. */

static void
test_claimed(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   claim;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 0);

    webhook_set_u64(key, ep);
    tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "P", 1);

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1,
           "what waits for a damaged endpoint is claimed: %s", u.text);

    webhook_op_free(&claim);

    tap_ok(util_stats(&u, 0, NULL).quarantine == 1,
           "which is made anew by the claim");

    util_free(&u);
}


/* Files that another LMDB wrote are whole, and are left as they are. */

static void
test_foreign(void)
{
    int             fd, i;
    char            file[300];
    util_t          u;
    uint32_t        word;
    struct stat     before, after;

    for (i = 0; i < 2; i++) {
        util_init(&u);
        util_open(&u);
        (void) util_put(&u, util_endpoint(&u, "erp", 10), 0);
        util_close(&u);

        snprintf(file, sizeof(file), "%s/data.mdb", u.dir);

        fd = open(file, O_RDWR);

        /* the version, and the magic number of another byte order, in both
           of the pages that LMDB begins with */

        word = i == 0 ? 2 : 0xdec0efbe;

        tap_ok(pwrite(fd, &word, 4, 16 + (i == 0 ? 4 : 0)) == 4
               && pwrite(fd, &word, 4, 4096 + 16 + (i == 0 ? 4 : 0)) == 4,
               "a file of another LMDB");
        close(fd);

        (void) stat(file, &before);

        u.logs[WEBHOOK_STORE_LOG_EMERG] = 0;

        tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
               && util_files(&u, "data.mdb.damaged-") == 0
               && u.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
               "it is not taken: %s", u.text);

        (void) stat(file, &after);

        tap_ok(before.st_ino == after.st_ino
               && before.st_size == after.st_size, "and stays");

        util_free(&u);
    }
}


/* Rows that stand in an index under a key that is no such key. */

static void
test_indexes(void)
{
    util_t         u;
    unsigned       i;
    uint64_t       ep, count;
    webhook_op_t   op;

    static const webhook_db_e  tables[] = {
        WEBHOOK_DB_ATTEMPTS, WEBHOOK_DB_DUE, WEBHOOK_DB_HEADS,
        WEBHOOK_DB_PARKED, WEBHOOK_DB_WAKE, WEBHOOK_DB_ENDPOINTS,
        WEBHOOK_DB_FINISHED, WEBHOOK_DB_OWNERS, WEBHOOK_DB_REPEATS,
        WEBHOOK_DB_IDEMPOTENCY_ENDS, WEBHOOK_DB_DELIVERIES
    };

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {

        util_init(&u);
        util_open(&u);

        ep = util_endpoint(&u, "erp", 100);

        (void) util_put(&u, ep, 0);
        (void) ended(&u, ep, WEBHOOK_DONE);

        tamper(&u, tables[i], "\0", 1, "x", 1);
        tamper(&u, tables[i], "\xff\xff\xff", 3, "x", 1);

        (void) util_put(&u, ep, 0);

        count = util_claim(&u, &op, &ep, 10);

        webhook_op_free(&op);

        tap_ok(count == 2, "table %u: what waits is claimed: %u",
               (unsigned) tables[i], (unsigned) count);

        u.clock += 100000;

        tap_ok(util_takeover(&u) == 2 && util_expire(&u, 10, NULL) == 1,
               "leases end, and history goes");

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_LIST;
        op.u.list.filter.state = -1;
        op.u.list.filter.max = 10;

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && op.u.list.count == 2, "the rest is listed");

        webhook_op_free(&op);

        util_close(&u);

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK
               && util_files(&u, "data.mdb.damaged-") == 0,
               "and it is opened");

        util_free(&u);
    }
}


/* Rows that hold nonsense: a delivery that cannot be read is given up, loudly,
   and does not stand in the way of others. */

static void
test_damaged_rows(void)
{
    util_t                    u;
    unsigned                  i, n;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id[8];
    unsigned char             key[64];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 8; i++) {
        id[i] = util_put(&u, ep, 0);
        u.clock++;
    }

    /* 0: its delivery; 1: its head; 2: no delivery; 3: no head; 4: the body */

    webhook_key_delivery(key, &id[0], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    webhook_key_delivery(key, &id[1], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x01zzz", 5);

    webhook_key_delivery(key, &id[2], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_key_delivery(key, &id[3], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_set_u64(key, 4);
    tamper(&u, WEBHOOK_DB_BODIES, key, 8, "longer than it says", 19);

    n = util_claim(&u, &op, &ep, 100);

    tap_ok(n == 3, "of eight deliveries five cannot be read: %u claimed", n);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] > 0, "that is told: %s", u.text);
    tap_ok(memcmp(&op.u.claim.leases[0].event.id, &id[5], 16) == 0,
           "the others are whole");

    token = op.u.claim.leases[0].token;

    webhook_op_free(&op);

    tap_ok(util_complete(&u, id[5], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "and are delivered");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_PENDING] == 0 && e.states[WEBHOOK_SENDING] == 2
           && e.states[WEBHOOK_DEAD] == 4, "those that are there are dead");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id[0];

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
           && op.u.show.deliveries[0].attempts_count == 1
           && op.u.show.deliveries[0].attempts[0].error.len > 0,
           "and say why");

    webhook_op_free(&op);

    /* a result is taken though the event is damaged meanwhile */

    token = util_lease(&u, ep, &id[0]);

    webhook_key_delivery(key, &id[0], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x02zzz", 5);

    tap_ok(util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "an outcome is taken of a damaged event");

    /* a leased one that cannot be read */

    token = util_lease(&u, ep, &id[1]);

    webhook_key_delivery(key, &id[1], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01", 2);

    tap_ok(util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_UNAVAILABLE, "one that cannot be read fails");

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 3, "its lease ends as all do");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_SENDING] == 0 && e.states[WEBHOOK_DEAD] == 5,
           "and it is dead");

    /* all of it goes in its time */

    n = util_claim(&u, &op, &ep, 100);

    for (i = 0; i < n; i++) {
        (void) util_complete(&u, op.u.claim.leases[i].event.id, ep,
                             op.u.claim.leases[i].token, WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    u.clock += 60000;

    for (i = 0; i < 100 && util_expire(&u, 1000, NULL) > 0; i++) {
        /* void */
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 100;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 0,
           "what was damaged is removed like the rest");

    webhook_op_free(&op);

    util_free(&u);
}


static void
test_damaged_history(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op, bad, *ops[3], good[2];
    webhook_id_t   id, call;
    webhook_put_t  put[2];
    unsigned char  key[64];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    id = util_put(&u, ep, 0);
    (void) util_put(&u, ep, 0);

    webhook_key_delivery(key, &id, ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01\xff", 3);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 1,
           "a list passes over what it cannot read");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 0
           && op.u.show.damaged == 1, "it is shown as damaged");

    webhook_op_free(&op);

    /* one that is owed, and said to be finished */

    call = util_put(&u, ep, 0);

    webhook_key_finished(key, WEBHOOK_CLASS_DELIVERED, 1, &call);
    tamper(&u, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED, "", 0);

    tap_ok(util_expire(&u, 100, NULL) == 1, "a row that should not be goes");

    op.u.show.id = call;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING,
           "but not the event, which is owed");

    webhook_op_free(&op);

    /* in a batch, it fails alone */

    memset(&bad, 0, sizeof(bad));
    memset(put, 0, sizeof(put));

    util_complete_op(&bad, id, ep, 1, WEBHOOK_DONE, 0);
    util_put_op(&good[0], &put[0], util_id(&u), ep, "{}", 2);
    util_put_op(&good[1], &put[1], util_id(&u), ep, "{}", 2);

    put[1].lease = 1;

    ops[0] = &good[0];
    ops[1] = &bad;
    ops[2] = &good[1];

    webhook_store_apply(u.st, ops, 3);

    tap_ok(good[0].result == WEBHOOK_STORE_OK
           && good[1].result == WEBHOOK_STORE_OK
           && good[1].u.put_event.wait == 0
           && bad.result == WEBHOOK_STORE_UNAVAILABLE,
           "in a batch it fails alone");

    /* a call */

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PUT_CALL;
    call = util_id(&u);
    op.u.put_call.call.id = call;
    op.u.put_call.call.receiver = 77;

    (void) util_apply(&u, &op);

    op.u.put_call.call.id = util_id(&u);

    (void) util_apply(&u, &op);

    tamper(&u, WEBHOOK_DB_CALLS, call.bytes, 16, "C\x01", 2);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = 77;
    op.u.calls.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 1,
           "a list of calls passes over it too");

    webhook_op_free(&op);

    u.clock += 60000;

    tap_ok(util_expire(&u, 10, NULL) == 2
           && util_stats(&u, 0, NULL).calls == 0, "and it is removed");

    util_free(&u);
}


/* Every row of the store, damaged at random, one after the other: whatever
   comes of it, no crash. */

static void
test_noise(void)
{
    util_t         u;
    uint32_t       seed, n;
    uint64_t       ep, token;
    unsigned       db, i;
    MDB_val        key, val;
    MDB_cursor    *c;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_txn_t  t;
    unsigned char  row[WEBHOOK_ROW_MAX];

    seed = 4711;

    util_init(&u);
    util_open(&u);

    for (n = 0; n < 300; n++) {

        ep = util_endpoint(&u, "erp", 50);

        for (i = 0; i < 3; i++) {
            (void) util_put(&u, ep, 0);
            token = util_lease(&u, ep, &id);
            (void) util_complete(&u, id, ep, token, i, 10);
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = util_id(&u);
        op.u.put_call.call.receiver = 77;
        (void) util_apply(&u, &op);

        seed = seed * 1103515245 + 12345;
        db = 1 + (seed >> 16) % (WEBHOOK_DBS - 1);

        if (webhook_session_begin(util_lmdb(&u), &t, 1) != 0) {
            break;
        }

        if (webhook_txn_cursor(&t, db, &c) == 0
            && mdb_cursor_get(c, &key, &val, MDB_LAST) == 0
            && val.mv_size > 0 && val.mv_size < sizeof(row))
        {
            memcpy(row, val.mv_data, val.mv_size);

            seed = seed * 1103515245 + 12345;
            row[(seed >> 16) % val.mv_size] ^= 1 << (seed >> 8) % 8;

            seed = seed * 1103515245 + 12345;

            if ((seed >> 16) % 3 == 0) {
                val.mv_size--;
            }

            val.mv_data = row;
            (void) mdb_cursor_put(c, &key, &val, 0);
            t.dirty = 1;
        }

        (void) webhook_session_commit(&t);

        (void) util_claim(&u, &op, &ep, 5);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_LIST;
        op.u.list.filter.state = -1;
        op.u.list.filter.max = 1000;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = id;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_CALLS;
        op.u.calls.max = 100;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        u.clock += 7000;

        (void) util_takeover(&u);
        (void) util_expire(&u, 5, NULL);
    }

    tap_ok(n == 300, "rows of every table are damaged: no crash");

    util_free(&u);
}
