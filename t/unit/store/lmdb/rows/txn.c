
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows are those of a model after any row of reads, writes
 * and removals, by single rows and by a cursor that walks meanwhile, on pages
 * that are split and merged; and what is appended stands behind all others.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define TXN_ROWS    3000
#define TXN_KEY     24
#define TXN_VALUE   900
#define TXN_ROUNDS  150
#define TXN_STEPS   600


typedef struct {
    size_t         len;                 /* 0: there is none */
    unsigned char  seed;
} row_t;


static row_t     rows[TXN_ROWS], before[TXN_ROWS];
static uint64_t  last, last_before;
static uint64_t  seed = 88172645463325252ULL;


static unsigned
dice(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return (unsigned) (seed >> 33) % n;
}


static void
key_of(unsigned char *key, unsigned i)
{
    memset(key, 0, TXN_KEY);
    webhook_set_u64(key + 8, i / 3);
    webhook_set_u64(key + 16, i % 3);
}


static int
same(const row_t *row, const MDB_val *val)
{
    size_t  i;

    if (val->mv_size != row->len) {
        return 0;
    }

    for (i = 0; i < row->len; i++) {
        if (((unsigned char *) val->mv_data)[i]
            != (unsigned char) (row->seed + i))
        {
            return 0;
        }
    }

    return 1;
}


static int
put(webhook_txn_t *t, unsigned i, size_t len)
{
    size_t         k;
    unsigned char  key[TXN_KEY], value[TXN_VALUE];

    key_of(key, i);

    rows[i].len = len;
    rows[i].seed = (unsigned char) dice(256);

    for (k = 0; k < len; k++) {
        value[k] = (unsigned char) (rows[i].seed + k);
    }

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, TXN_KEY, value, len,
                           0)
           == 0;
}


static int
get(webhook_txn_t *t, unsigned i)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[TXN_KEY];

    key_of(key, i);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, TXN_KEY, &val);

    return rows[i].len ? rc == 0 && same(&rows[i], &val) : rc == MDB_NOTFOUND;
}


static int
del(webhook_txn_t *t, unsigned i, unsigned take)
{
    int            rc;
    size_t         len, was;
    unsigned char  key[TXN_KEY];

    key_of(key, i);

    was = rows[i].len;
    len = was;
    rows[i].len = 0;

    rc = take ? webhook_txn_take(t, WEBHOOK_DB_DELIVERIES, key, TXN_KEY, &len)
              : webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, key, TXN_KEY);

    return was ? rc == 0 && len == was : rc == MDB_NOTFOUND;
}


/* A cursor goes on to the next row, whatever is done to rows around it. */

static int
walk(webhook_txn_t *t)
{
    int            ok;
    MDB_val        k, v;
    unsigned       i, n, other;
    MDB_cursor    *c;
    unsigned char  key[TXN_KEY];

    i = dice(TXN_ROWS);
    key_of(key, i);

    if (webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c) != 0) {
        return 0;
    }

    k.mv_data = key;
    k.mv_size = TXN_KEY;

    if (mdb_cursor_get(c, &k, &v, MDB_SET_RANGE) != 0) {
        return 1;
    }

    ok = 1;

    for (n = dice(40); n && ok; n--) {

        i = (unsigned) webhook_get_u64((unsigned char *) k.mv_data + 8) * 3
            + (unsigned) webhook_get_u64((unsigned char *) k.mv_data + 16);

        ok = same(&rows[i], &v);

        /* not the one it stands at, which may be another one then */

        other = dice(TXN_ROWS);

        if (other != i) {
            ok &= dice(2) ? del(t, other, 0)
                          : put(t, other, 1 + dice(TXN_VALUE - 1));
        }

        for (i++; i < TXN_ROWS && rows[i].len == 0; i++) { /* void */ }

        if (mdb_cursor_get(c, &k, &v, MDB_NEXT) != 0) {
            return ok && i == TXN_ROWS;
        }

        key_of(key, i);

        ok &= i < TXN_ROWS && memcmp(k.mv_data, key, TXN_KEY) == 0;
    }

    return ok;
}


static int
append(webhook_txn_t *t)
{
    int            rc;
    void          *data;
    size_t         len;
    uint64_t       number;
    unsigned char  key[8];

    len = 1 + dice(TXN_VALUE);

    /* at times where one already is */

    number = last && dice(10) == 0 ? last - dice(3) % last
                                   : last + 1 + dice(3);

    webhook_set_u64(key, number);

    rc = webhook_txn_append(t, WEBHOOK_DB_BODIES, key, sizeof(key), len, &data);

    if (number <= last) {
        return rc == MDB_KEYEXIST;
    }

    if (rc) {
        return 0;
    }

    memset(data, (int) (number & 0xff), len);
    last = number;

    return 1;
}


/* Some are put before the end, where one may already be.  Where their page is
   split by that, a cursor is left on what is not the last page any more. */

static int
insert(webhook_txn_t *t)
{
    size_t         len;
    uint64_t       number;
    unsigned char  key[8], value[TXN_VALUE];

    if (last == 0) {
        return 1;
    }

    number = last - dice(12) % last;
    len = 1 + dice(TXN_VALUE);

    webhook_set_u64(key, number);
    memset(value, (int) (number & 0xff), len);

    return webhook_txn_put(t, WEBHOOK_DB_BODIES, key, sizeof(key), value, len,
                           0)
           == 0;
}


/* What was appended is read and removed anywhere, and at the end most. */

static int
shorten(webhook_txn_t *t)
{
    int            rc;
    MDB_val        val;
    uint64_t       number;
    unsigned char  key[8];

    if (last == 0) {
        return 1;
    }

    number = dice(2) ? last : last - dice(200) % last;

    webhook_set_u64(key, number);

    if (dice(3) == 0) {
        rc = webhook_txn_get(t, WEBHOOK_DB_BODIES, key, sizeof(key), &val);

        return rc == MDB_NOTFOUND
               || (rc == 0 && *(unsigned char *) val.mv_data
                              == (number & 0xff));
    }

    rc = webhook_txn_del(t, WEBHOOK_DB_BODIES, key, sizeof(key));

    if (rc && rc != MDB_NOTFOUND) {
        return 0;
    }

    rc = webhook_txn_number(t, WEBHOOK_DB_BODIES, &number);

    last = number ? number - 1 : 0;

    return rc == 0;
}


/* All rows, in the order of their keys. */

static int
whole(util_t *u)
{
    int             ok;
    MDB_val         k, v;
    unsigned        i;
    uint64_t        number, n;
    MDB_cursor     *c;
    webhook_txn_t   t;
    unsigned char   key[TXN_KEY];

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return 0;
    }

    ok = webhook_txn_cursor(&t, WEBHOOK_DB_DELIVERIES, &c) == 0;

    for (i = 0; i < TXN_ROWS && ok; i++) {

        if (rows[i].len == 0) {
            continue;
        }

        key_of(key, i);

        ok = mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0
             && k.mv_size == TXN_KEY && memcmp(k.mv_data, key, TXN_KEY) == 0
             && same(&rows[i], &v);
    }

    ok = ok && mdb_cursor_get(c, &k, &v, MDB_NEXT) == MDB_NOTFOUND
         && webhook_txn_cursor(&t, WEBHOOK_DB_BODIES, &c) == 0;

    for (number = 0; ok && mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0;
         number = n)
    {
        n = webhook_get_u64(k.mv_data);

        ok = n > number && *(unsigned char *) v.mv_data == (n & 0xff);
    }

    webhook_session_abort(&t);

    return ok && number == last;
}


/* One transaction: rows near to each other, as those of events are, and rows
   anywhere. */

static int
round_of(webhook_txn_t *t, unsigned wild)
{
    int       ok;
    unsigned  n, i, near, less;

    near = dice(TXN_ROWS);
    less = dice(4);
    ok = 1;

    for (n = 1 + dice(TXN_STEPS); n && ok; n--) {

        if (dice(20) == 0) {
            near = dice(TXN_ROWS);
        }

        i = wild ? dice(TXN_ROWS) : (near + dice(12)) % TXN_ROWS;

        switch (dice(8)) {

        case 0:
        case 1:
            ok = put(t, i, 1 + dice(less ? TXN_VALUE - 1 : 40));
            break;

        case 2:
            ok = less > 1 ? put(t, i, 1 + dice(TXN_VALUE - 1)) : del(t, i, 0);
            break;

        case 3:
            ok = del(t, i, dice(2));
            break;

        case 4:
            ok = dice(8) ? get(t, i) : walk(t);
            break;

        case 5:
            ok = dice(3) ? append(t) : insert(t);
            break;

        case 6:
            ok = less > 1 ? append(t) : shorten(t);
            break;

        default:
            ok = get(t, i);
        }
    }

    return ok;
}


/*
 * A row before the first of a table that is one page, which is split by it: the
 * cursor that was at the end is left on the first half.  What is appended then
 * stands behind all others all the same.
 */

static void
test_split(void)
{
    int             good;
    void           *data;
    util_t          u;
    MDB_val         k, v;
    unsigned        n;
    uint64_t        number, before;
    MDB_cursor     *c;
    webhook_txn_t   t;
    unsigned char   key[8], value[TXN_VALUE];

    util_init(&u);

    good = util_open(&u) == WEBHOOK_STORE_OK
           && webhook_session_begin(util_lmdb(&u), &t, 1) == 0;

    memset(value, 0, sizeof(value));

    for (number = 100; number < 104 && good; number++) {
        webhook_set_u64(key, number);

        good = webhook_txn_append(&t, WEBHOOK_DB_BODIES, key, sizeof(key),
                                  TXN_VALUE, &data)
               == 0;
    }

    webhook_set_u64(key, 50);

    good = good && webhook_txn_put(&t, WEBHOOK_DB_BODIES, key, sizeof(key),
                                   value, TXN_VALUE, 0)
                   == 0;

    webhook_set_u64(key, 104);

    good = good && webhook_txn_append(&t, WEBHOOK_DB_BODIES, key, sizeof(key),
                                      TXN_VALUE, &data)
                   == 0
           && webhook_txn_cursor(&t, WEBHOOK_DB_BODIES, &c) == 0;

    before = 0;

    for (n = 0; good && mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0; n++) {
        number = webhook_get_u64(k.mv_data);

        good = number > before;
        before = number;
    }

    tap_ok(good && n == 6 && before == 104,
           "a row is appended behind all others after a page was split");

    webhook_session_abort(&t);

    util_free(&u);
}


int
main(void)
{
    util_t         u;
    unsigned       i, ok, full;
    webhook_txn_t  t;

    test_split();

    util_init(&u);
    u.size = 256 << 20;

    ok = util_open(&u) == WEBHOOK_STORE_OK;
    full = 0;

    for (i = 0; i < TXN_ROUNDS && ok; i++) {

        memcpy(before, rows, sizeof(rows));
        last_before = last;

        if (webhook_session_begin(util_lmdb(&u), &t, 1) != 0) {
            ok = 0;
            break;
        }

        ok = round_of(&t, i % 3 == 0);

        if (dice(5) == 0) {

            webhook_session_abort(&t);

            memcpy(rows, before, sizeof(rows));
            last = last_before;

        } else {
            ok &= webhook_session_commit(&t) == 0;
        }

        ok &= whole(&u);
        full += ok && last > last_before;
    }

    tap_ok(ok, "rows are those of the model, %u transactions", i);
    tap_ok(full > TXN_ROUNDS / 4, "rows were appended in %u of them", full);

    util_abandon(&u);
    util_free(&u);

    return tap_done();
}
