
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: rows of the index of what waits, each of which is
 * of many deliveries, beside an array that has the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_listed.h"


#define EVENTS  2000                    /* that may be in it */
#define MINE    7                       /* the endpoint */
#define STEPS   3000


typedef struct {
    util_t          u;
    webhook_txn_t   t;
    unsigned char   in[EVENTS];
    uint64_t        seed;
} index_t;


static uint64_t
draw(index_t *x, uint64_t n)
{
    x->seed ^= x->seed << 13;
    x->seed ^= x->seed >> 7;
    x->seed ^= x->seed << 17;

    return x->seed % n;
}


/* The ids that are looked for are between those that may be there, too. */

static webhook_id_t
event(unsigned n)
{
    webhook_id_t  id;

    memset(&id, 0, sizeof(id));

    webhook_set_u64(id.bytes, (uint64_t) (n / 50 + 1) << 16);
    webhook_set_u64(id.bytes + 8, n);

    return id;
}


static void
need(int ok, const char *what)
{
    if (!ok) {
        printf("Bail out! %s\n", what);
        exit(1);
    }
}


static void
begin(index_t *x)
{
    memset(x, 0, sizeof(index_t));

    x->seed = 88172645463325252ULL;

    util_init(&x->u);
    util_open(&x->u);

    need(webhook_session_begin(util_lmdb(&x->u), &x->t, 1) == 0,
         "no transaction");
}


static void
end(index_t *x)
{
    webhook_session_abort(&x->t);
    util_free(&x->u);
}


/* What others have, before and behind: it stays as it is. */

static int
others(index_t *x, int make)
{
    int           good;
    unsigned      i;
    webhook_id_t  id;

    static const struct {
        uint64_t         endpoint;
        webhook_state_e  state;
    } whose[] = {
        { MINE - 1, WEBHOOK_PENDING }, { MINE - 1, WEBHOOK_DEAD },
        { MINE, WEBHOOK_DEAD }, { MINE + 1, WEBHOOK_PENDING }
    };

    good = 1;
    id = event(EVENTS / 2);

    for (i = 0; i < 4; i++) {
        good &= make ? webhook_listed_rows_put(&x->t, whose[i].endpoint,
                                               whose[i].state, &id) == 0
                     : webhook_listed_rows_find(&x->t, whose[i].endpoint,
                                                whose[i].state, &id) == 0;
    }

    return good;
}


/* A row as it is told. */

static void
row(index_t *x, const webhook_id_t *id, const void *value, size_t len)
{
    unsigned char  key[WEBHOOK_KEY_LISTED];

    webhook_key_listed(key, MINE, WEBHOOK_PENDING, id);

    need(webhook_txn_put(&x->t, WEBHOOK_DB_LISTED, key, sizeof(key), value, len,
                         0) == 0, "no row");
}


/* So many changes at once, of events from one on, in steps of up to so many. */

static void
change(index_t *x, unsigned from, unsigned step, unsigned n, int del)
{
    unsigned              i;
    unsigned char         buf[WEBHOOK_UNWRITTEN_MAX][WEBHOOK_UNWRITTEN_LEN];
    webhook_id_t          id;
    const unsigned char  *changes[WEBHOOK_UNWRITTEN_MAX];

    for (i = 0; i < n && from < EVENTS; i++) {

        x->in[from] = del < 0 ? draw(x, 2) == 0 : !del;

        id = event(from);

        buf[i][0] = (unsigned char) (WEBHOOK_PENDING
                                     | (x->in[from] ? 0
                                                    : WEBHOOK_UNWRITTEN_DEL));
        memcpy(buf[i] + 1, id.bytes, sizeof(id.bytes));

        changes[i] = buf[i];
        from += 1 + (unsigned) draw(x, step);
    }

    need(webhook_listed_rows_change(&x->t, MINE, WEBHOOK_PENDING, changes, i)
         == 0, "a change fails");
}


/* Whether the rows tell what the array has: of each event, and in both
   orders. */

static int
same(index_t *x)
{
    int           rc, oldest;
    unsigned      i, n, from, seen;
    webhook_id_t  id, at;

    for (i = 0; i < EVENTS; i++) {
        id = event(i);

        if ((webhook_listed_rows_find(&x->t, MINE, WEBHOOK_PENDING, &id) == 0)
            != x->in[i])
        {
            printf("# %u is %sin the array alone\n", i, x->in[i] ? "" : "not ");
            return 0;
        }
    }

    for (oldest = 0; oldest < 2; oldest++) {

        memset(&at, oldest ? 0 : 0xff, sizeof(at));

        for (i = 0; i < EVENTS; i++) {
            n = oldest ? i : EVENTS - 1 - i;

            if (!x->in[n]) {
                continue;
            }

            id = event(n);

            if (webhook_listed_rows_next(&x->t, MINE, WEBHOOK_PENDING, &at,
                                         oldest, 0, &at) != 0
                || memcmp(&at, &id, sizeof(at)) != 0)
            {
                printf("# %u is not found in order\n", n);
                return 0;
            }
        }

        if (webhook_listed_rows_next(&x->t, MINE, WEBHOOK_PENDING, &at, oldest,
                                     0, &at) != MDB_NOTFOUND)
        {
            printf("# there is one more\n");
            return 0;
        }
    }

    /* from anywhere, this one itself or not */

    for (i = 0; i < 200; i++) {
        from = (unsigned) draw(x, EVENTS);
        seen = i & 1;
        oldest = i & 2;
        at = event(from);

        rc = webhook_listed_rows_next(&x->t, MINE, WEBHOOK_PENDING, &at, oldest,
                                      (int) seen, &id);

        for (n = from; n < EVENTS; n += oldest ? 1U : -1U) {
            if (x->in[n] && (n != from || seen)) {
                break;
            }
        }

        at = event(n);

        if (n < EVENTS ? rc || memcmp(&at, &id, sizeof(at)) != 0
                       : rc != MDB_NOTFOUND)
        {
            printf("# from %u on another one is found\n", from);
            return 0;
        }
    }

    return others(x, 0);
}


/* The rows, and how many events they have; 0 where one is too long, or out of
   order. */

static unsigned
count(index_t *x, unsigned *events)
{
    int             rc;
    size_t          some;
    MDB_val         key, val;
    unsigned        n;
    MDB_cursor     *c;
    unsigned char   ids[WEBHOOK_LISTED_IDS * 16], last[16];

    n = 0;
    *events = 0;
    memset(last, 0, sizeof(last));

    rc = webhook_txn_cursor(&x->t, WEBHOOK_DB_LISTED, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (webhook_get_u64(key.mv_data) != MINE
            || ((unsigned char *) key.mv_data)[8] != WEBHOOK_PENDING)
        {
            continue;
        }

        if (webhook_listed_rows_read(&key, &val, ids, &some) != 0
            || (n && memcmp(last, ids, 16) >= 0))
        {
            return 0;
        }

        memcpy(last, ids + (some - 1) * 16, 16);

        n++;
        *events += (unsigned) some;
    }

    return n;
}


/* As most come and go: at the end and at the begin. */

static void
test_queue(void)
{
    index_t   x;
    int       good;
    unsigned  i, n, events;

    begin(&x);

    good = others(&x, 1);

    for (i = 0; i < EVENTS; i += 32) {
        change(&x, i, 1, 32, 0);
    }

    n = count(&x, &events);

    tap_ok(same(&x) && good && events == EVENTS
           && n == (EVENTS + WEBHOOK_LISTED_IDS - 1) / WEBHOOK_LISTED_IDS,
           "rows are full where all come in their order: %u", n);

    for (i = 0; i < EVENTS / 2; i += 25) {
        change(&x, i, 1, 25, 1);
        good &= count(&x, &events) != 0;
    }

    n = count(&x, &events);

    tap_ok(same(&x) && good && events == EVENTS / 2
           && n <= EVENTS / 2 / WEBHOOK_LISTED_IDS + 2,
           "the oldest go: %u", n);

    for (i = EVENTS; i > EVENTS / 2; i -= 20) {
        change(&x, i - 20, 1, 20, 1);
    }

    tap_ok(same(&x) && count(&x, &events) == 0 && events == 0, "and all");

    end(&x);
}


/* Rows of one each, of an older format, and of few become rows of some. */

static void
test_few(void)
{
    index_t       x;
    unsigned      i, n, events;
    webhook_id_t  id;

    begin(&x);

    for (i = 0; i < EVENTS; i++) {
        id = event(i);
        row(&x, &id, "", 0);

        x.in[i] = 1;
    }

    (void) others(&x, 1);

    tap_ok(same(&x) && count(&x, &events) == EVENTS, "a row for each");

    for (i = 0; i < EVENTS; i += 10) {
        change(&x, i, 1, 9, 1);
    }

    n = count(&x, &events);

    tap_ok(same(&x) && events == EVENTS / 10 && n <= events,
           "most of them go: %u", n);

    for (i = 0; i < EVENTS; i++) {
        change(&x, i, 1, 1, 0);
    }

    n = count(&x, &events);

    tap_ok(same(&x) && n && events == EVENTS
           && n <= 3 * EVENTS / WEBHOOK_LISTED_IDS,
           "and come again, among others: %u", n);

    for (i = 0; i < EVENTS; i += 40) {
        change(&x, i + 2, 1, 32, 1);
        change(&x, i + 34, 1, 6, 1);
    }

    n = count(&x, &events);

    tap_ok(same(&x) && events == EVENTS / 20 && n && n < events,
           "of many few are left: %u", n);

    for (i = 0; i < EVENTS; i += 40) {
        change(&x, i + 2, 1, 1, 0);
    }

    n = count(&x, &events);

    tap_ok(same(&x) && events == 3 * EVENTS / 40
           && n <= events / 8,
           "and stand together when others come: %u", n);

    end(&x);
}


static void
test_any(void)
{
    index_t   x;
    int       good;
    unsigned  i, events, sum, n;

    begin(&x);

    good = others(&x, 1);

    for (i = 0; i < STEPS; i++) {

        change(&x, (unsigned) draw(&x, EVENTS),
               i % 3 ? 1 : 1 + (unsigned) draw(&x, EVENTS / 8),
               1 + (unsigned) draw(&x, WEBHOOK_UNWRITTEN_MAX),
               i / 300 % 3 == 0 ? 0 : i / 300 % 3 == 1 ? 1 : -1);

        if (i % 20 == 0) {
            good &= same(&x);

            for (n = 0, sum = 0; n < EVENTS; n++) {
                sum += x.in[n];
            }

            good &= (count(&x, &events) != 0) == (sum != 0) && events == sum;
        }
    }

    tap_ok(good && same(&x), "any come and go");

    end(&x);
}


/* A row that cannot be read is told of, and taken away; who reads passes it
   over. */

static void
test_damaged(void)
{
    int             rc;
    char            what[8];
    index_t         x;
    unsigned        i, n;
    webhook_id_t    id, at;
    unsigned char   ids[64 * 16];
    const unsigned  lens[] = { 5, 16, 62 * 16, 48 };

    for (i = 0; i < 4; i++) {
        begin(&x);

        (void) others(&x, 1);

        change(&x, 100, 1, 3, 0);

        id = event(400);
        row(&x, &id, "", 0);
        x.in[400] = 1;

        /* a part of one, one that is before its row, too many, no order */

        for (n = 0; n < 64; n++) {
            id = event(i == 1 ? 1 : i == 2 ? 201 + n : 300 - n % 2);
            memcpy(ids + n * 16, id.bytes, 16);
        }

        id = event(200);
        row(&x, &id, ids, lens[i]);

        snprintf(what, sizeof(what), "%u", i);

        memset(&at, 0xff, sizeof(at));

        for (n = 0; n < EVENTS; n++) {
            id = at;

            if (webhook_listed_rows_next(&x.t, MINE, WEBHOOK_PENDING, &id, 0,
                                         0, &at) != 0
                || memcmp(&at, &id, sizeof(at)) >= 0)
            {
                break;
            }
        }

        rc = webhook_listed_rows_find(&x.t, MINE, WEBHOOK_PENDING, &id);

        tap_ok(n >= 5 && n < EVENTS && rc == 0, "%s: a walk ends", what);

        id = event(250);

        tap_ok(webhook_listed_rows_put(&x.t, MINE, WEBHOOK_PENDING, &id)
               == MDB_CORRUPTED
               && webhook_listed_rows_put(&x.t, MINE, WEBHOOK_PENDING, &id)
                  == 0,
               "%s: the row is taken away", what);

        x.in[250] = 1;

        tap_ok(same(&x), "%s: others are there", what);

        end(&x);
    }
}


int
main(void)
{
    test_queue();
    test_few();
    test_any();
    test_damaged();

    return tap_done();
}
