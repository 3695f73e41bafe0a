
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: who reads it for long keeps pages from use, and what is
 * finished makes room for as much as is wanted.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_room.h"


#define LEASES  200


static void test_reader(uint64_t size);
static void test_reader_held(void);
static void test_reader_young(void);
static void test_large_event(void);
static void test_large_batch(void);
static void test_large_owed(void);


int
main(void)
{
    memset(body, 'b', sizeof(body));

    test_reader(64 << 20);
    test_reader(16 << 20);
    test_reader_held();
    test_reader_young();
    test_large_event();
    test_large_batch();
    test_large_owed();

    return tap_done();
}


/* A read that goes on, as another process's would. */

static MDB_txn *
begin_read(util_t *u)
{
    MDB_txn  *txn;

    if (mdb_txn_begin(util_lmdb(u)->env, NULL, MDB_RDONLY, &txn) != 0) {
        return NULL;
    }

    return txn;
}


/* Ends n sends; how many of their outcomes were refused. */

static unsigned
refused_outcomes(util_t *u, uint64_t ep, const webhook_id_t *ids,
    const uint64_t *tokens, unsigned n)
{
    unsigned  i, failed;

    failed = 0;

    for (i = 0; i < n; i++) {
        if (util_complete(u, ids[i], ep, tokens[i],
                          i % 3 ? WEBHOOK_DONE : WEBHOOK_RETRY, 60000)
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    return failed;
}


/* While somebody reads, events are refused before outcomes are. */

static void
test_reader(uint64_t size)
{
    util_t                  u;
    MDB_txn                *txn;
    uint64_t                ep, token, tokens[LEASES];
    unsigned                i, n, m, failed;
    webhook_id_t            id, ids[LEASES];
    webhook_op_stats_t      s;
    webhook_store_result_e  result;

    util_init(&u);

    u.size = size;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);

    n = size >= 64 << 20 ? LEASES : 20;

    for (i = 0; i < n; i++) {
        (void) put(&u, ep, 2000, 1, &ids[i], &tokens[i]);
    }

    txn = begin_read(&u);
    result = WEBHOOK_STORE_OK;

    for (i = 0; i < 20000; i++) {
        u.clock += 10;

        if (i % 100 == 0) {
            (void) util_takeover(&u);
        }

        result = put(&u, ep, 2000, 0, &id, &token);

        if (result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    s = util_stats(&u, 0, NULL);

    tap_ok(result == WEBHOOK_STORE_FULL && s.used < s.size / 2,
           "a reader lets %u events be taken, then none: %u percent is in "
           "use", i, (unsigned) (s.used * 100 / s.size));

    tap_ok(s.full && s.pinned > s.size / 4 && s.reader == (uint32_t) getpid()
           && s.reader_age >= 1000, "statistics tell so: process %u keeps %u "
           "megabytes for %u ms", s.reader, (unsigned) (s.pinned >> 20),
           (unsigned) s.reader_age);

    tap_ok(strstr(u.text, "accepts no events: process")
           && strstr(u.text, "seconds") && !strstr(u.text, "disk"),
           "the log names it: %s", u.text);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1, "once");

    failed = refused_outcomes(&u, ep, ids, tokens, n);

    tap_ok(failed == 0, "outcomes of %u sends are written, %u are not", n,
           failed);

    tap_ok(util_takeover(&u) != UINT32_MAX
           && util_expire(&u, 100, NULL) != UINT32_MAX, "as all else is");

    mdb_txn_abort(txn);

    for (m = 0; m < 100; m++) {
        result = put(&u, ep, 2000, 0, &id, &token);

        if (result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(m == 100, "the reader is gone, and events are taken");

    u.clock += 20000;
    (void) util_takeover(&u);

    (void) put(&u, ep, 2000, 0, &id, &token);

    tap_ok(strstr(u.text, "accepts events again") != NULL, "which is told: %s",
           u.text);

    s = util_stats(&u, 0, NULL);

    tap_ok(!s.full && s.pinned < s.size / 4, "and shows");

    util_check(&u, "reader");
    util_free(&u);
}


/* What cannot be told of afterwards is not sent. */

static void
test_reader_held(void)
{
    util_t        u;
    MDB_txn      *txn;
    uint64_t      ep, token, next;
    unsigned      i, n, claims, failed;
    webhook_id_t  id;
    webhook_op_t  op;

    util_init(&u);

    u.size = 16 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 1000; i++) {
        (void) put(&u, ep, 1000, 0, &id, &token);
    }

    txn = begin_read(&u);

    claims = 0;
    failed = 0;
    next = 0;

    for (n = 0; n < 2000; n++) {
        i = util_claim(&u, &op, &ep, 1);

        if (i == 0) {
            next = op.u.claim.next;
            webhook_op_free(&op);
            break;
        }

        claims++;

        id = op.u.claim.leases[0].event.id;
        token = op.u.claim.leases[0].lease_token;

        webhook_op_free(&op);

        if (util_complete(&u, id, ep, token, WEBHOOK_RETRY, 0)
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(claims && claims < 2000 && next == 1000 && failed == 0,
           "under a reader %u sends are made and told of, then none; the next "
           "look is in %u ms", claims, (unsigned) next);

    mdb_txn_abort(txn);

    i = util_claim(&u, &op, &ep, 5);
    webhook_op_free(&op);

    tap_ok(i == 5, "the reader is gone, and sends go on");

    util_check(&u, "held");
    util_free(&u);
}


/* A reader of a moment refuses nothing where history fills the store. */

static void
test_reader_young(void)
{
    util_t        u;
    MDB_txn      *txn;
    uint64_t      ep, token;
    unsigned      i, k, failed;
    webhook_id_t  id;

    util_init(&u);

    u.size = 64 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    fill_with_history(&u, ep, 20000);

    failed = 0;

    for (k = 0; k < 20; k++) {
        txn = begin_read(&u);

        for (i = 0; i < 10; i++) {
            if (put(&u, ep, 20000, 1, &id, &token) != WEBHOOK_STORE_OK
                || util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
                   != WEBHOOK_STORE_OK)
            {
                failed++;
            }
        }

        mdb_txn_abort(txn);
    }

    tap_ok(failed == 0, "beside short readers nothing is refused (%u)",
           failed);

    util_check(&u, "short readers");
    util_free(&u);
}


/* While only history fills the store, an event of any size finds room. */

static void
test_large_event(void)
{
    util_t              u;
    uint64_t            ep, token;
    unsigned            refused;
    size_t              len;
    webhook_id_t        id;
    webhook_op_stats_t  s;

    util_init(&u);

    u.size = 128 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    fill_with_history(&u, ep, 64 * 1024);

    refused = 0;

    for (len = 1 << 20; len <= sizeof(body); len *= 2) {
        if (put(&u, ep, len, 0, &id, &token) != WEBHOOK_STORE_OK) {
            refused++;
            printf("# %zu bytes are refused\n", len);
        }
    }

    tap_ok(refused == 0, "1, 2, 4, 8 and 16 megabytes are taken");
    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 0, "and nothing is told");

    s = util_stats(&u, 0, NULL);

    tap_ok(s.used > s.size / 100 * 70, "no more history went than had to: %u "
           "percent is in use", (unsigned) (s.used * 100 / s.size));

    util_check(&u, "large events");
    util_free(&u);
}


static void
test_large_batch(void)
{
    util_t        u;
    uint64_t      ep;
    unsigned      i, round, refused;
    webhook_op_t  *list[64];

    static webhook_op_t   ops[64];
    static webhook_put_t  puts[64];

    util_init(&u);

    u.size = 256 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10000);

    fill_with_history(&u, ep, 64 * 1024);

    refused = 0;

    for (round = 0; round < 6; round++) {

        for (i = 0; i < 64; i++) {
            memset(&puts[i], 0, sizeof(webhook_put_t));
            puts[i].lease = 1;

            util_put_op(&ops[i], &puts[i], util_id(&u), ep, body,
                        256 * 1024);
            list[i] = &ops[i];
        }

        util_batch(&u, list, 64);

        for (i = 0; i < 64; i++) {

            if (ops[i].result != WEBHOOK_STORE_OK
                || util_complete(&u, ops[i].u.put_event.id, ep,
                                 puts[i].lease_token, WEBHOOK_DONE, 0)
                   != WEBHOOK_STORE_OK)
            {
                refused++;
            }
        }
    }

    tap_ok(refused == 0, "six batches of 64 events of 256 kB are taken, %u "
           "are not", refused);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 0, "and nothing is told");

    util_check(&u, "large batches");
    util_free(&u);
}


/* What can find no room does not cost the history. */

static void
test_large_owed(void)
{
    util_t              u;
    uint64_t            ep, token, events;
    webhook_id_t        id;
    webhook_op_stats_t  s;

    util_init(&u);

    u.size = 64 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    while (put(&u, ep, 100000, 0, &id, &token) == WEBHOOK_STORE_OK) {
        s = util_stats(&u, 0, NULL);

        if (s.used > 50 << 20) {
            break;
        }
    }

    (void) ended(&u, ep, WEBHOOK_DONE);
    events = util_stats(&u, 0, NULL).events;

    tap_ok(put(&u, ep, sizeof(body), 0, &id, &token) == WEBHOOK_STORE_FULL,
           "what is too much beside what is owed is refused");

    s = util_stats(&u, 0, NULL);

    tap_ok(s.events == events, "and costs no history");

    util_check(&u, "owed");
    util_free(&u);
}
