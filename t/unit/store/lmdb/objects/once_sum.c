
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: what a caller's answers take is known by the
 * oldest and the newest of them, whatever there is between, and also where an
 * older version wrote some.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store_object.h"
#include "store_util.h"


static void test_between(void);
static void test_old(void);
static void test_old_bytes(void);
static void test_removed(void);
static void test_wrong(void);


int
main(void)
{
    test_between();
    test_old();
    test_old_bytes();
    test_removed();
    test_wrong();

    return tap_done();
}


static webhook_store_result_e
answer(util_t *u, unsigned n, const char *text, uint64_t keep)
{
    webhook_op_t  op;

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, n, 1, text);
    op.u.record.once.keep = keep;

    return util_apply(u, &op);
}


static unsigned
known(util_t *u, unsigned from, unsigned to)
{
    unsigned      i, n;
    webhook_op_t  op;

    for (n = 0, i = from; i < to; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, i, 1, "");
        op.u.record.ask = 1;

        n += util_apply(u, &op) == WEBHOOK_STORE_DUPLICATE;

        webhook_op_free(&op);
    }

    return n;
}


static int
row(util_t *u, uint64_t number, unsigned char *value)
{
    int             rc;
    size_t          len;
    MDB_val         val;
    webhook_txn_t   t;
    unsigned char   key[WEBHOOK_KEY_ANSWER_CALLER];

    webhook_key_numbered(key, 1, number);

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return -1;
    }

    rc = webhook_txn_get(&t, WEBHOOK_DB_ANSWER_CALLERS, key, sizeof(key),
                         &val);
    len = 0;

    if (rc == 0) {
        len = val.mv_size;
        memcpy(value, val.mv_data, len);
    }

    webhook_session_abort(&t);

    return (int) len;
}


static void
set(util_t *u, uint64_t number, const unsigned char *value, size_t len)
{
    unsigned char  key[WEBHOOK_KEY_ANSWER_CALLER];

    webhook_key_numbered(key, 1, number);

    tamper(u, WEBHOOK_DB_ANSWER_CALLERS, key, sizeof(key), value, len);
}


/* As an older version wrote it. */

static void
age(util_t *u, uint64_t number)
{
    unsigned char  value[WEBHOOK_ANSWER_SUM];

    if (row(u, number, value) == WEBHOOK_ANSWER_SUM) {
        set(u, number, value, WEBHOOK_ANSWER_SUM_OLD);
    }
}


/* Nobody looks at what is between the oldest and the newest. */

static void
test_between(void)
{
    util_t         u;
    unsigned       i;
    unsigned char  value[WEBHOOK_ANSWER_SUM];

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 20; i++) {
        (void) answer(&u, i, "answer", 3600000);
    }

    tap_ok(row(&u, 10, value) == WEBHOOK_ANSWER_SUM, "a row of today");

    webhook_set_u64(value + WEBHOOK_ONCE_LEN, UINT64_MAX / 2);
    set(&u, 10, value, sizeof(value));

    tap_ok(answer(&u, 20, "answer", 3600000) == WEBHOOK_STORE_OK
           && known(&u, 0, 21) == 21, "all are known");

    util_free(&u);
}


static void
test_old(void)
{
    util_t         u;
    unsigned       i, bad;
    unsigned char  value[WEBHOOK_ANSWER_SUM];

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 7; i++) {
        (void) answer(&u, i, "answer", 3600000);
        age(&u, i);
    }

    tap_ok(row(&u, 6, value) == WEBHOOK_ANSWER_SUM_OLD, "rows of before");
    util_check(&u, "of before");

    for (bad = 0, i = 7; i < WEBHOOK_ONCE_CALLER_MAX + 5; i++) {
        bad += answer(&u, i, "answer", 3600000) != WEBHOOK_STORE_OK;
    }

    tap_ok(bad == 0, "others come");
    tap_ok(known(&u, 0, 5) == 0
           && known(&u, 5, WEBHOOK_ONCE_CALLER_MAX + 5)
              == WEBHOOK_ONCE_CALLER_MAX, "the oldest go as before");
    util_check(&u, "both");

    for (i = 0; i < 10; i++) {
        (void) answer(&u, 10000 + i, "answer", 3600000);
    }

    tap_ok(known(&u, 0, 15) == 0
           && known(&u, 15, WEBHOOK_ONCE_CALLER_MAX + 5)
              == WEBHOOK_ONCE_CALLER_MAX - 10
           && known(&u, 10000, 10010) == 10, "and when those of before are gone");

    util_check(&u, "of today");
    util_free(&u);
}


/* By bytes: rows of before take what they say. */

static void
test_old_bytes(void)
{
    util_t    u;
    unsigned  i;

    static char  text[100001];

    memset(text, 'x', sizeof(text) - 1);

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 8; i++) {
        (void) answer(&u, i, text, 3600000);
        age(&u, i);
    }

    for (i = 8; i < 40; i++) {
        (void) answer(&u, i, text, 3600000);
    }

    tap_ok(known(&u, 0, 30) == 0 && known(&u, 30, 40) >= 8
           && known(&u, 39, 40) == 1, "a megabyte: %u of them",
           known(&u, 30, 40));

    util_check(&u, "bytes");
    util_free(&u);
}


/* Some end before those around them. */

static void
test_removed(void)
{
    util_t    u;
    unsigned  i;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 100; i++) {
        (void) answer(&u, i, "answer", i % 10 == 0 || i < 50 ? 3600000 : 1000);
    }

    u.clock += 2000;

    object_expire(&u);

    tap_ok(known(&u, 0, 100) == 55, "those are forgotten");
    util_check(&u, "gaps");

    for (i = 100; i < WEBHOOK_ONCE_CALLER_MAX; i++) {
        (void) answer(&u, i, "answer", 3600000);
    }

    tap_ok(known(&u, 0, WEBHOOK_ONCE_CALLER_MAX)
           == WEBHOOK_ONCE_CALLER_MAX - 45, "no other is, while there is room");

    for (i = 0; i < WEBHOOK_ONCE_CALLER_MAX; i++) {
        (void) answer(&u, 10000 + i, "answer", 3600000);
    }

    tap_ok(known(&u, 0, WEBHOOK_ONCE_CALLER_MAX) == 0
           && known(&u, 10000, 10000 + WEBHOOK_ONCE_CALLER_MAX)
              == WEBHOOK_ONCE_CALLER_MAX, "then there are as many as ever");

    util_check(&u, "removed");
    util_free(&u);
}


/* The check tells of sums that are none, and they harm nobody. */

static void
test_wrong(void)
{
    util_t         u;
    uint64_t       rows, faults;
    unsigned       i;
    unsigned char  value[WEBHOOK_ANSWER_SUM];

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 5; i++) {
        (void) answer(&u, i, "answer", 3600000);
    }

    (void) util_check_op(&u, &rows, &faults);
    tap_ok(faults == 0, "sound");

    (void) row(&u, 4, value);
    webhook_set_u64(value + WEBHOOK_ONCE_LEN + 8, 7);
    set(&u, 4, value, sizeof(value));

    (void) util_check_op(&u, &rows, &faults);
    tap_ok(faults == 1, "a sum that is less than that of its parts");

    tap_ok(answer(&u, 5, "answer", 3600000) == WEBHOOK_STORE_OK
           && known(&u, 0, 6) == 6, "all are known");

    util_free(&u);
}
