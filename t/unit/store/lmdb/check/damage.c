
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows that are damaged in a file that is whole, and noise.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_object.h"


static void test_format(void);
static void test_endpoint(void);
static void test_claimed(void);
static void test_foreign(void);
static void test_indexes(void);
static void test_noise(void);


int
main(void)
{
    test_format();
    test_endpoint();
    test_claimed();
    test_foreign();
    test_indexes();
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


/* Sends all that waits for either; how much it was. */

static uint64_t
sent(util_t *u, uint64_t ep, uint64_t other)
{
    int           i;
    uint32_t      k;
    uint64_t      count;
    webhook_op_t  claim;

    count = 0;

    for (i = 0; i < 300; i++) {
        if (util_claim(u, &claim, i % 2 ? &ep : &other, 100)
            == UINT32_MAX)
        {
            break;
        }

        for (k = 0; k < claim.u.claim.count; k++) {
            count++;
            (void) util_complete(u, claim.u.claim.leases[k].event.id,
                                 claim.u.claim.leases[k].endpoint,
                                 claim.u.claim.leases[k].lease_token,
                                 WEBHOOK_DONE, 0);
        }

        webhook_op_free(&claim);
    }

    return count;
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
                                 claimed.u.claim.leases[0].lease_token,
                                 WEBHOOK_RELEASE, 0);
            webhook_op_free(&claimed);
            (void) util_apply(&u, &op);
        }

        tap_ok(op.u.takeover.forgot, "its limits are asked for");
        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && !op.u.takeover.forgot, "once");

        (void) util_endpoint(&u, "erp", 10);
        (void) util_check(&u, "an endpoint made anew");

        count = sent(&u, ep, other);

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


/* An object, a record and an answer, with those of before. */

static void
noise_objects(util_t *u, unsigned n)
{
    char          id[16];
    webhook_op_t  op;

    snprintf(id, sizeof(id), "ep_%u", n % 5);

    object_op(&op, id, n % 2 ? "a" : "", id, "data");

    op.u.object.expect = n % 3 ? WEBHOOK_OBJECT_ANY : WEBHOOK_OBJECT_MAKE;
    util_str(&op.u.object.audit, "record");
    object_once(&op.u.object.once, 1, n % 7, 1, "answer");
    op.u.object.once.keep = 20000;

    (void) util_apply(u, &op);
    webhook_op_free(&op);

    (void) object_remove(u, &op, n % 11 ? "ep_x" : "ep_3", "", 1);
    (void) object_get(u, &op, id);
    webhook_op_free(&op);

    object_changes(u, &op, 0, 100);
    webhook_op_free(&op);

    object_audit(u, &op, n % 2 ? "a" : NULL, 100);
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.max = 100;
    (void) util_apply(u, &op);
    webhook_op_free(&op);
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

        noise_objects(&u, n);

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
