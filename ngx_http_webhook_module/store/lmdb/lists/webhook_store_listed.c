
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who asks for what waits for an endpoint, or for its dead letters, is not to
 * look at all that was delivered.  So a delivery that is PENDING or DEAD has a
 * row here, by its endpoint, its state and its event, in the order in which
 * lists tell of them, or a place in one.  One that is leased at once, and
 * delivered, never has.
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
#include "store/lmdb/lists/webhook_store_listed_recount.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"


static int webhook_listed_change(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, unsigned del, const webhook_id_t *id);
static const unsigned char *webhook_listed_entry(
    const unsigned char *unwritten, size_t len, webhook_state_e state,
    const webhook_id_t *id);
static int webhook_listed_write_state(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, webhook_state_e state);
static size_t webhook_listed_sort(const webhook_endpoint_row_t *ep,
    webhook_state_e state, unsigned del, const unsigned char **changes,
    size_t n);


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

        rc = webhook_listed_rows_del(t, ep->id, state, id);

        return rc == MDB_CORRUPTED ? webhook_listed_recount(t, ep->id) : rc;
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

    rc = webhook_listed_write_state(t, ep, WEBHOOK_PENDING);

    if (rc == 0) {
        rc = webhook_listed_write_state(t, ep, WEBHOOK_DEAD);
    }

    if (rc == 0) {
        ep->unwritten_len = 0;
        ep->dirty = 1;
    }

    return rc;
}


static int
webhook_listed_write_state(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    webhook_state_e state)
{
    int                   rc;
    size_t                n;
    const unsigned char  *changes[WEBHOOK_UNWRITTEN_MAX];

    /* what goes is among the oldest as a rule, and what comes among the newest:
       so they are almost in order */

    n = webhook_listed_sort(ep, state, WEBHOOK_UNWRITTEN_DEL, changes, 0);
    n = webhook_listed_sort(ep, state, 0, changes, n);

    rc = webhook_listed_rows_change(t, ep->id, state, changes, n);

    if (rc == MDB_CORRUPTED) {
        rc = webhook_listed_recount(t, ep->id);

        if (rc == 0) {
            rc = webhook_listed_rows_change(t, ep->id, state, changes, n);
        }
    }

    return rc;
}


/* Adds the changes of one kind to n others, in the order of events. */

static size_t
webhook_listed_sort(const webhook_endpoint_row_t *ep, webhook_state_e state,
    unsigned del, const unsigned char **changes, size_t n)
{
    size_t                i, k;
    const unsigned char  *p;

    for (i = 0; i < ep->unwritten_len; i += WEBHOOK_UNWRITTEN_LEN) {

        p = &ep->unwritten[i];

        if (p[0] != ((unsigned) state | del)) {
            continue;
        }

        for (k = n++; k && memcmp(changes[k - 1] + 1, p + 1, 16) > 0; k--) {
            changes[k] = changes[k - 1];
        }

        changes[k] = p;
    }

    return n;
}


int
webhook_listed_row(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    int  rc;

    rc = webhook_listed_rows_put(t, endpoint, state, id);

    return rc == MDB_CORRUPTED ? webhook_listed_recount(t, endpoint) : rc;
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
