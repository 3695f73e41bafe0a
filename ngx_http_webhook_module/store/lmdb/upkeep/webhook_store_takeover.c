
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TAKEOVER: leases come back from owners that died, and when they run out; and
 * what a process does as it opens the store and as it leaves.
 */

#include "store/lmdb/upkeep/webhook_store_takeover.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_reclaim.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/upkeep/webhook_store_noted.h"

#include <unistd.h>


#define WEBHOOK_TAKEOVER_CHECK  10000   /* ms between looks at readers */


static int webhook_takeover_dead(webhook_txn_t *t, const uint64_t *owners,
    const uint32_t *slots, uint32_t owners_count, uint32_t *count);
static int webhook_takeover_reclaim(webhook_txn_t *t, const uint64_t *owners,
    uint32_t owners_count, uint32_t *count);
static int webhook_takeover_run_out(webhook_txn_t *t, uint32_t *count);
static void webhook_takeover_readers(webhook_txn_t *t);


int
webhook_takeover_start(webhook_txn_t *t)
{
    int                  rc;
    size_t               len;
    uint32_t             count, taken, slots[WEBHOOK_SLOTS_MAX];
    uint64_t             owners[WEBHOOK_SLOTS_MAX];
    webhook_lmdb_t      *st;
    webhook_owner_row_t  row;
    unsigned char        key[WEBHOOK_KEY_OWNER], buf[WEBHOOK_ROW_MAX];

    st = t->st;
    taken = 0;

    rc = webhook_owner_dead(t, owners, slots, &count, 1);
    if (rc) {
        return rc;
    }

    if (count) {
        rc = webhook_takeover_dead(t, owners, slots, count, &taken);
        if (rc) {
            return rc;
        }
    }

    if (taken) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "took over %u deliveries that were being sent when "
                          "their process died", taken);
    }

    rc = webhook_credit_dead(t);
    if (rc) {
        return rc;
    }

    if (st->slot == -1) {

        /* a tool */

        return 0;
    }

    row.incarnation = st->incarnation;
    row.pid = (uint32_t) getpid();
    row.wall = webhook_clock_wall();

    webhook_set_u32(key, (uint32_t) st->slot);

    len = webhook_row_write_owner(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_OWNERS, key, sizeof(key), buf, len,
                           0);
}


int
webhook_takeover_end(webhook_txn_t *t)
{
    int            rc;
    uint32_t       slot, taken;
    unsigned char  key[WEBHOOK_KEY_OWNER];

    taken = 0;

    if (t->st->slot == -1) {
        return 0;
    }

    slot = (uint32_t) t->st->slot;

    rc = webhook_takeover_dead(t, &t->st->incarnation, &slot, 1, &taken);

    if (rc == 0) {
        rc = webhook_credit_end(t);
    }

    if (rc) {
        return rc;
    }

    webhook_set_u32(key, slot);

    rc = webhook_txn_del(t, WEBHOOK_DB_OWNERS, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* What owners that are gone have noted is applied, and the rest of what they
   leased is due again. */

static int
webhook_takeover_dead(webhook_txn_t *t, const uint64_t *owners,
    const uint32_t *slots, uint32_t owners_count, uint32_t *count)
{
    int       rc;
    uint32_t  i;

    for (i = 0; i < owners_count; i++) {
        rc = webhook_noted(t, slots[i], owners[i]);
        if (rc) {
            return rc;
        }
    }

    return webhook_takeover_reclaim(t, owners, owners_count, count);
}


/* Ends the leases of owners, and those that ran out, at every endpoint. */

static int
webhook_takeover_reclaim(webhook_txn_t *t, const uint64_t *owners,
    uint32_t owners_count, uint32_t *count)
{
    int                      rc;
    MDB_val                  key, val;
    uint64_t                 id;
    MDB_cursor              *c;
    webhook_endpoint_row_t  *ep, row;

    /* the table has to show what the batch did so far */

    rc = webhook_wake_flush(t);
    if (rc) {
        return rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_ENDPOINT) {
            continue;
        }

        /* one that is damaged is made anew when it is got */

        if (webhook_row_read_endpoint(&val, &row) == 0
            && row.states[WEBHOOK_SENDING] == 0)
        {
            continue;
        }

        id = webhook_get_u64(key.mv_data);

        rc = webhook_endpoint_row_get(t, id, &ep);
        if (rc) {
            return rc;
        }

        rc = webhook_reclaim(t, ep, owners, owners_count, count);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/*
 * Ends the leases that ran out; their endpoints wake by now.  With count
 * NULL, changes nothing and returns MDB_KEYEXIST if there is one.
 */

static int
webhook_takeover_run_out(webhook_txn_t *t, uint32_t *count)
{
    int                      rc;
    MDB_val                  key, val;
    uint64_t                 time, id;
    MDB_cursor              *c;
    unsigned char           *p;
    webhook_endpoint_row_t  *ep;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_WAKE, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_WAKE) {
            continue;
        }

        p = key.mv_data;

        if (webhook_get_u64(p) > t->now) {
            return 0;
        }

        id = webhook_get_u64(p + 8);

        rc = webhook_delivery_first(t, id, WEBHOOK_LANE_LEASE, &time, NULL,
                                 NULL);
        if (rc) {
            return rc;
        }

        if (time > t->now) {
            continue;
        }

        if (count == NULL) {
            return MDB_KEYEXIST;
        }

        /* the wake index itself is written at the end only */

        rc = webhook_endpoint_row_get(t, id, &ep);
        if (rc) {
            return rc;
        }

        rc = webhook_reclaim(t, ep, NULL, 0, count);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A reader that died keeps pages from being used again. */

static void
webhook_takeover_readers(webhook_txn_t *t)
{
    int               dead;
    webhook_lmdb_t  *st;

    st = t->st;

    if (t->now - st->checked >= WEBHOOK_TAKEOVER_CHECK) {
        st->checked = t->now;

        mdb_reader_check(st->env, &dead);
    }
}


void
webhook_takeover_committed(webhook_txn_t *t, webhook_op_t *op)
{
    if (op->u.takeover.forgot) {
        t->st->forgot = 0;
    }
}


int
webhook_takeover_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int        rc;
    uint32_t   count, slots[WEBHOOK_SLOTS_MAX];
    uint64_t   owners[WEBHOOK_SLOTS_MAX];

    webhook_takeover_readers(t);

    (void) webhook_quarantine_count(t, &t->st->quarantine);

    op->result = WEBHOOK_STORE_OK;
    *todo = 1;

    rc = webhook_owner_dead(t, owners, slots, &count, 0);

    if (rc || count) {
        return rc;
    }

    rc = webhook_takeover_run_out(t, NULL);

    if (rc == MDB_KEYEXIST) {
        return 0;
    }

    if (rc == 0) {
        rc = webhook_credit_look_peek(t, op->u.takeover.leave, todo);

        if (rc || *todo) {
            return rc;
        }
    }

    *todo = 0;

    op->u.takeover.forgot = t->st->forgot;
    t->st->forgot = 0;

    return rc;
}


int
webhook_takeover(webhook_txn_t *t, webhook_op_t *op)
{
    int       rc;
    uint32_t  count, slots[WEBHOOK_SLOTS_MAX];
    uint64_t  owners[WEBHOOK_SLOTS_MAX];

    webhook_takeover_readers(t);

    (void) webhook_quarantine_count(t, &t->st->quarantine);

    op->result = WEBHOOK_STORE_OK;
    op->u.takeover.forgot = t->st->forgot;

    rc = webhook_owner_dead(t, owners, slots, &count, 1);

    if (rc == 0) {
        rc = webhook_credit_look(t, op->u.takeover.leave);
    }

    if (rc) {
        return rc;
    }

    if (count) {
        return webhook_takeover_dead(t, owners, slots, count,
                                     &op->u.takeover.count);
    }

    rc = webhook_wake_flush(t);
    if (rc) {
        return rc;
    }

    return webhook_takeover_run_out(t, &op->u.takeover.count);
}
