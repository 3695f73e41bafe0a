
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who asks for what waits for an endpoint, or for its dead letters, is not to
 * look at all that was delivered.  So a delivery that is PENDING or DEAD has a
 * row here, by its endpoint, its state and its event, in the order in which
 * lists tell of them.  One that is leased at once, and delivered, never has.
 *
 * Nor has one that waits for its first send in the order of ids.  The lane of
 * first sends is in the order of due times, and ids begin with a time, too.  So
 * what is put without a delay is not due now, but when its id was made: some
 * milliseconds earlier, and before now in any case.  All that wait so for an
 * endpoint are due by the same difference (skew) later than the times of their
 * ids, which makes the lane an index of them: who looks for an id knows where
 * it stands.  Their rows in the lane bear a mark, and the endpoint's row has
 * the difference, which may change while there are no marks.
 *
 * What is in another order has no mark, but a row here: what has a delay, is
 * made due by hand or was put long after its id was made; and, until all that
 * have a mark are sent, what comes after the wall clock was set or the machine
 * booted.
 *
 * A row is not written at once: whatever writes one row of another table pays
 * for some pages.  The endpoint's row, which is written anyway, has up to 32
 * changes that are not in the index yet; then all of them are written.
 */

#include "store/lmdb/lists/webhook_store_listed.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/rows/webhook_store_txn.h"


static int webhook_listed_change(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, unsigned del, const webhook_id_t *id);
static const unsigned char *webhook_listed_entry(
    const unsigned char *unwritten, size_t len, webhook_state_e state,
    const webhook_id_t *id);
static int webhook_listed_write_some(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, int del);
static int webhook_listed_remove(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);


int
webhook_listed_put(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, const webhook_id_t *id)
{
    return webhook_listed_change(t, ep, state, 0, id);
}


int
webhook_listed_del(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, const webhook_id_t *id)
{
    return webhook_listed_change(t, ep, state, WEBHOOK_UNWRITTEN_DEL, id);
}


/* The last word of a delivery counts. */

static int
webhook_listed_change(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, unsigned del, const webhook_id_t *id)
{
    int             rc;
    unsigned char  *p;

    if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
        return 0;
    }

    p = (unsigned char *) webhook_listed_entry(ep->unwritten,
                                               ep->unwritten_len, state, id);

    if (p == NULL && del && !ep->exists) {

        /* no row is to be made for it */

        return webhook_listed_remove(t, ep->id, state, id);
    }

    if (p == NULL) {

        if (ep->unwritten_len == sizeof(ep->unwritten)) {
            rc = webhook_listed_write(t, ep);
            if (rc) {
                return rc;
            }
        }

        p = &ep->unwritten[ep->unwritten_len];
        ep->unwritten_len += WEBHOOK_UNWRITTEN_LEN;

        memcpy(p + 1, id->bytes, sizeof(id->bytes));
    }

    p[0] = (unsigned char) ((unsigned) state | del);

    ep->dirty = 1;

    return 0;
}


static const unsigned char *
webhook_listed_entry(const unsigned char *unwritten, size_t len,
    webhook_state_e state, const webhook_id_t *id)
{
    const unsigned char  *p;

    /* most that go came not long ago */

    for (p = unwritten + len; p > unwritten; /* void */ ) {
        p -= WEBHOOK_UNWRITTEN_LEN;

        if ((p[0] & ~WEBHOOK_UNWRITTEN_DEL) == (unsigned) state
            && memcmp(p + 1, id->bytes, sizeof(id->bytes)) == 0)
        {
            return p;
        }
    }

    return NULL;
}


webhook_listed_e
webhook_listed_find(const unsigned char *unwritten, size_t len,
    webhook_state_e state, const webhook_id_t *id)
{
    const unsigned char  *p;

    p = webhook_listed_entry(unwritten, len, state, id);

    return p == NULL ? WEBHOOK_LISTED_SAME
           : p[0] & WEBHOOK_UNWRITTEN_DEL ? WEBHOOK_LISTED_DEL
                                          : WEBHOOK_LISTED_PUT;
}


int
webhook_listed_write(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int  rc;

    if (ep->unwritten_len == 0) {
        return 0;
    }

    /* what goes is among the oldest as a rule, and what comes among the newest:
       one after the other they are on the same pages */

    rc = webhook_listed_write_some(t, ep, 1);

    if (rc == 0) {
        rc = webhook_listed_write_some(t, ep, 0);
    }

    if (rc == 0) {
        ep->unwritten_len = 0;
        ep->dirty = 1;
    }

    return rc;
}


static int
webhook_listed_write_some(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int del)
{
    int                   rc;
    size_t                i;
    webhook_id_t          id;
    webhook_state_e       state;
    const unsigned char  *p;

    rc = 0;

    for (i = 0; rc == 0 && i < ep->unwritten_len; i += WEBHOOK_UNWRITTEN_LEN) {

        p = &ep->unwritten[i];

        if (((p[0] & WEBHOOK_UNWRITTEN_DEL) != 0) != del) {
            continue;
        }

        state = (webhook_state_e) (p[0] & ~WEBHOOK_UNWRITTEN_DEL);

        memcpy(id.bytes, p + 1, sizeof(id.bytes));

        rc = del ? webhook_listed_remove(t, ep->id, state, &id)
                 : webhook_listed_row(t, ep->id, state, &id);
    }

    return rc;
}


static int
webhook_listed_remove(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id)
{
    int            rc;
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_LISTED];

    webhook_key_listed(key, endpoint, state, id);

    rc = webhook_txn_take(t, WEBHOOK_DB_LISTED, key, sizeof(key), &len);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_listed_row(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    int            rc;
    MDB_val        k, v;
    MDB_cursor    *c;
    unsigned char  key[WEBHOOK_KEY_LISTED];

    webhook_key_listed(key, endpoint, state, id);

    k.mv_data = key;
    k.mv_size = sizeof(key);
    v.mv_data = key;
    v.mv_size = 0;

    /* by the cursor, which stands where the one before was put */

    rc = webhook_txn_cursor(t, WEBHOOK_DB_LISTED, &c);

    if (rc == 0) {
        rc = mdb_cursor_put(c, &k, &v, 0);
        t->st->seldom_time = 0;
    }

    if (rc == 0) {
        t->dirty = 1;
    }

    return rc;
}


int
webhook_listed_has(const webhook_txn_t *t, int state)
{
    /* on its way from an older format they are not all there; of format 4 some
       first sends are in the lane alone, without a mark */

    return (state == WEBHOOK_PENDING || state == WEBHOOK_DEAD)
           && !t->st->migrating && t->st->format >= 5
           && (t->st->absent & 1U << WEBHOOK_DB_LISTED) == 0;
}


uint64_t
webhook_listed_due(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, uint64_t due)
{
    uint64_t  time;

    if (due > t->now) {
        return due;
    }

    if (ep->marked == 0 || ep->states[WEBHOOK_PENDING] == 0) {

        /* an id was made before it is put; one millisecond more, since both
           clocks are cut to whole ones */

        ep->marked = 0;
        ep->skew = t->now - webhook_clock_real(t->st) - 1;
    }

    time = webhook_id_time(id) + ep->skew;

    /* a time that is to come is farther away than any */

    return due - time <= WEBHOOK_LISTED_NEAR ? time : due;
}


int
webhook_listed_ordered(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, const webhook_id_t *id, uint64_t due)
{
    return due <= t->now && due - webhook_id_time(id) == ep->skew;
}
