
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what the check finds in the index of what waits, and in
 * the marks of those that are not in it; and that such damage stops nothing.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store_listed.h"


typedef enum {
    DAMAGE_NONE = 0,
    DAMAGE_MARK,                        /* one that is out of order has one */
    DAMAGE_NO_MARK,                     /* one that is in order has none */
    DAMAGE_LONG,                        /* more than a mark */
    DAMAGE_RETRY,                       /* a retry has one */
    DAMAGE_NOT_LISTED,                  /* one without a mark has no row */
    DAMAGE_LISTED,                      /* one with a mark has a row */
    DAMAGE_STATE,                       /* it is listed in another state */
    DAMAGE_NOBODY,                      /* what is not there is listed */
    DAMAGE_UNWRITTEN,                   /* and is to be written to it */
    DAMAGE_REMOVED,                     /* one that is listed is to go */
    DAMAGE_ROW,                         /* a row cannot be read */
    DAMAGE_WITHIN,                      /* a row begins within another */
    DAMAGES
} damage_e;


/* The row of one in the queue, wherever it stands. */

static void
damage_due(util_t *u, uint64_t ep, const webhook_id_t *id, const char *value)
{
    unsigned char            key[WEBHOOK_KEY_DUE];
    webhook_txn_t            t;
    webhook_delivery_row_t   d;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return;
    }

    if (webhook_delivery_read(&t, ep, id, &d) == 0) {
        webhook_key_due(key, ep, webhook_delivery_lane(&d), d.due, id);
    }

    webhook_session_abort(&t);

    tamper(u, WEBHOOK_DB_DUE, key, sizeof(key), value, strlen(value));
}


static void
damage_listed(util_t *u, uint64_t ep, webhook_state_e state,
    const webhook_id_t *id, int del)
{
    webhook_txn_t  t;

    if (webhook_session_begin(util_lmdb(u), &t, 1) != 0) {
        return;
    }

    if (del) {
        (void) webhook_listed_rows_del(&t, ep, state, id);

    } else {
        (void) webhook_listed_row(&t, ep, state, id);
    }

    (void) mdb_txn_commit(t.txn);
}


/* The row of two: that of a retry and of what waits for a while. */

static void
damage_value(util_t *u, uint64_t ep, const webhook_id_t *id, const void *value,
    size_t len)
{
    unsigned char  key[WEBHOOK_KEY_LISTED];

    webhook_key_listed(key, ep, WEBHOOK_PENDING, id);

    tamper(u, WEBHOOK_DB_LISTED, key, sizeof(key), value, len);
}


/* What the endpoint's row has is written to the index; and a change comes. */

static void
damage_row(util_t *u, uint64_t ep, const webhook_id_t *id, int del)
{
    int                      rc;
    webhook_txn_t            t;
    webhook_endpoint_row_t  *row;

    if (webhook_session_begin(util_lmdb(u), &t, 1) != 0) {
        return;
    }

    rc = webhook_endpoint_row_get(&t, ep, &row);

    if (rc == 0) {
        rc = webhook_listed_write(&t, row);
    }

    if (rc == 0 && id) {
        rc = del ? webhook_listed_del(&t, row, WEBHOOK_PENDING, id)
                 : webhook_listed_put(&t, row, WEBHOOK_PENDING, id);
    }

    if (rc == 0) {
        rc = webhook_wake_flush(&t);
    }

    if (rc) {
        webhook_session_abort(&t);
        return;
    }

    (void) webhook_session_commit(&t);
}


/* Events that wait: 0 and 1 in order, 2 for a while, 3 for a retry. */

static void
damage(util_t *u, uint64_t ep, damage_e what, const webhook_id_t *ids)
{
    webhook_id_t  none;

    switch (what) {

    case DAMAGE_MARK:
        damage_due(u, ep, &ids[2], "-");
        break;

    case DAMAGE_NO_MARK:
        damage_due(u, ep, &ids[0], "");
        break;

    case DAMAGE_LONG:
        damage_due(u, ep, &ids[0], "--");
        break;

    case DAMAGE_RETRY:
        damage_due(u, ep, &ids[3], "-");
        break;

    case DAMAGE_NOT_LISTED:
        damage_listed(u, ep, WEBHOOK_PENDING, &ids[2], 1);
        break;

    case DAMAGE_LISTED:
        damage_listed(u, ep, WEBHOOK_PENDING, &ids[1], 0);
        break;

    case DAMAGE_STATE:
        damage_listed(u, ep, WEBHOOK_DEAD, &ids[3], 0);
        break;

    case DAMAGE_NOBODY:
        none = util_id(u);
        damage_listed(u, ep, WEBHOOK_PENDING, &none, 0);
        break;

    case DAMAGE_UNWRITTEN:
        none = util_id(u);
        damage_row(u, ep, &none, 0);
        break;

    case DAMAGE_REMOVED:
        damage_row(u, ep, &ids[2], 1);
        break;

    case DAMAGE_ROW:
        damage_value(u, ep, &ids[3], "x", 1);
        break;

    case DAMAGE_WITHIN:
        damage_value(u, ep, &ids[2], "", 0);
        break;

    default:
        break;
    }
}


static void
test_damage(damage_e what, const char *name)
{
    util_t         u;
    uint64_t       ep, token, looked, faults;
    unsigned       i, n;
    webhook_id_t   ids[4];

    util_init(&u);

    u.real = UTIL_WALL;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    token = util_lease(&u, ep, &ids[3]);
    (void) util_complete(&u, ids[3], ep, token, WEBHOOK_RETRY, 1000);

    for (i = 0; i < 3; i++) {
        u.wall = u.real;
        ids[i] = util_put(&u, ep, i == 2 ? 500 : 0);
    }

    damage_row(&u, ep, NULL, 0);
    damage(&u, ep, what, ids);

    tap_ok(util_check_op(&u, &looked, &faults) == WEBHOOK_STORE_OK
           && (faults != 0) == (what != DAMAGE_NONE),
           "%s", name);

    u.clock += 2000;

    for (i = 0, n = 0; i < 4; i++) {
        n += task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(n == 4, "%s: all are sent", name);

    util_free(&u);
}


int
main(void)
{
    unsigned  i;

    static const char *const  names[DAMAGES] = {
        "none", "a mark out of order", "a mark is missing", "a long mark",
        "the mark of a retry", "one is not listed",
        "one with a mark is listed", "one is listed as dead",
        "what is not there is listed", "and is to be written",
        "one that waits is to be removed", "a row cannot be read",
        "a row begins within another"
    };

    for (i = 0; i < DAMAGES; i++) {
        test_damage((damage_e) i, names[i]);
    }

    return tap_done();
}
