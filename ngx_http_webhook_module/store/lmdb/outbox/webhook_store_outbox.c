
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The outbox of a node of a cluster.  An entry only names a thing, so that what
 * changes often before the cluster is told of it is told once: of a delivery
 * the entry counts that has its number, others are left behind and passed over.
 *
 * Nothing is read or written here for deliveries that have no number, which are
 * all that are over within a second, and all of a store whose node is in no
 * cluster.
 */

#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_OUTBOX_NUMBERS  20      /* bits, as tokens of a new store */


static int webhook_outbox_lost(webhook_txn_t *t);
static uint64_t webhook_outbox_boot(const webhook_txn_t *t);


int
webhook_outbox_cluster(webhook_txn_t *t)
{
    int      rc;
    MDB_val  val;

    if (t->cluster_read) {
        return 0;
    }

    rc = webhook_txn_get(t, WEBHOOK_DB_META, WEBHOOK_META_CLUSTER,
                         WEBHOOK_META_CLUSTER_LEN, &val);

    if (rc == 0) {
        rc = webhook_row_read_cluster(&val, &t->cluster);
    }

    if (rc == MDB_NOTFOUND) {
        rc = 0;

    } else if (rc == MDB_CORRUPTED) {
        rc = webhook_outbox_lost(t);

    } else if (rc == 0 && t->cluster.boot != webhook_outbox_boot(t)) {
        t->cluster.fence = 0;
    }

    t->cluster_read = (rc == 0);

    return rc;
}


/* The row cannot be read: which numbers were given is not known, so all are as
   if they had not been; and the cluster will not know the node. */

static int
webhook_outbox_lost(webhook_txn_t *t)
{
    int  rc;

    memset(&t->cluster, 0, sizeof(webhook_cluster_row_t));

    t->cluster.assigned = webhook_clock_wall() << WEBHOOK_OUTBOX_NUMBERS;
    t->cluster.confirmed = t->cluster.assigned;
    t->cluster.base = t->cluster.assigned;
    t->cluster.again = 1;

    if (!t->write) {
        return 0;
    }

    rc = webhook_quarantine(t, WEBHOOK_DB_META, WEBHOOK_META_CLUSTER,
                            WEBHOOK_META_CLUSTER_LEN, 0);

    t->cluster_dirty = 1;

    webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\": what is known of the cluster cannot "
                      "be read, and the node has to join it anew",
                      t->st->path);

    return rc;
}


int
webhook_outbox_flush(webhook_txn_t *t)
{
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    if (!t->cluster_dirty) {
        return 0;
    }

    t->cluster.boot = webhook_outbox_boot(t);

    len = webhook_row_write_cluster(buf, &t->cluster);

    t->cluster_dirty = 0;

    return webhook_txn_put(t, WEBHOOK_DB_META, WEBHOOK_META_CLUSTER,
                           WEBHOOK_META_CLUSTER_LEN, buf, len, 0);
}


/* A number for the boot of the machine. */

static uint64_t
webhook_outbox_boot(const webhook_txn_t *t)
{
    webhook_str_t  boot;

    boot.data = (unsigned char *) t->st->boot;
    boot.len = strlen(t->st->boot);

    return webhook_id_name(&boot);
}


int
webhook_outbox_add(webhook_txn_t *t, const webhook_outbox_row_t *e,
    uint64_t *number)
{
    int                    rc;
    size_t                 len;
    unsigned char          key[WEBHOOK_KEY_OUTBOX], buf[WEBHOOK_ROW_MAX];
    webhook_outbox_row_t   row;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    row = *e;

    *number = ++t->cluster.assigned;
    t->cluster.entries++;
    t->cluster_dirty = 1;

    if (row.first == 0) {
        row.first = *number;
    }

    webhook_set_u64(key, *number);

    len = webhook_row_write_outbox(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_OUTBOX, key, sizeof(key), buf, len,
                           0);
}


int
webhook_outbox_change(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d)
{
    int                    rc;
    MDB_val                val;
    unsigned char          key[WEBHOOK_KEY_OUTBOX];
    webhook_outbox_row_t   e, old;

    if (d->number == 0 || d->alone) {
        return 0;
    }

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    memset(&e, 0, sizeof(e));

    e.kind = WEBHOOK_SHIP_DELIVERY;
    e.part = d->part;
    e.id = *id;
    e.endpoint = endpoint;

    if (webhook_outbox_numbered(t, d)) {
        e.first = d->number;

        if (d->number <= t->cluster.confirmed) {
            d->known = 0;
        }

        /* Where the cluster was not told of the last number, it may not have
           been told of any: this one is told instead, and numbers that come
           between are confirmed before it. */

        if (d->number > t->cluster.confirmed) {
            webhook_set_u64(key, d->number);

            rc = webhook_txn_get(t, WEBHOOK_DB_OUTBOX, key, sizeof(key),
                                 &val);

            if (rc == 0 && webhook_row_read_outbox(&val, &old) == 0) {
                e.first = old.first;
                e.unsure = old.unsure || old.first > t->cluster.confirmed;

            } else if (rc == 0 || rc == MDB_NOTFOUND) {

                /* damaged: it may have been told */

                e.first = t->cluster.confirmed;
                e.unsure = 1;

            } else {
                return rc;
            }
        }
    }

    return webhook_outbox_add(t, &e, &d->number);
}


int
webhook_outbox_again(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d)
{
    int  rc;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (webhook_outbox_numbered(t, d)) {
        return webhook_outbox_change(t, id, endpoint, d);
    }

    d->number = 0;

    if (t->cluster.epoch) {
        d->known = 1;
    }

    return 0;
}


int
webhook_outbox_shared(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, uint32_t part, webhook_delivery_row_t *d)
{
    int                    rc;
    webhook_outbox_row_t   e;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    d->guest = 1;
    d->part = part;
    d->number = t->cluster.confirmed;

    if (webhook_outbox_numbered(t, d)) {
        return 0;
    }

    /* none of this epoch was confirmed yet */

    memset(&e, 0, sizeof(e));

    e.kind = WEBHOOK_SHIP_DELIVERY;
    e.part = part;
    e.id = *id;
    e.endpoint = endpoint;
    e.first = WEBHOOK_OUTBOX_TOLD;

    return webhook_outbox_add(t, &e, &d->number);
}


int
webhook_outbox_next(webhook_txn_t *t, uint64_t *number,
    webhook_outbox_row_t *e)
{
    int            rc;
    MDB_val        found, val;
    unsigned char  key[WEBHOOK_KEY_OUTBOX];

    for ( ;; ) {

        if (*number == UINT64_MAX) {
            return MDB_NOTFOUND;
        }

        webhook_set_u64(key, *number + 1);

        rc = webhook_txn_seek(t, WEBHOOK_DB_OUTBOX, key, sizeof(key), &found,
                              &val);
        if (rc) {
            return rc;
        }

        memcpy(key, found.mv_data, sizeof(key));

        *number = webhook_get_u64(key);

        if (webhook_row_read_outbox(&val, e) == 0) {
            return 0;
        }

        if (t->write) {
            rc = webhook_quarantine(t, WEBHOOK_DB_OUTBOX, key, sizeof(key), 0);
            if (rc) {
                return rc;
            }

            if (t->cluster.entries) {
                t->cluster.entries--;
                t->cluster_dirty = 1;
            }
        }
    }
}


int
webhook_outbox_del(webhook_txn_t *t, uint64_t number)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_OUTBOX];

    webhook_set_u64(key, number);

    rc = webhook_txn_del(t, WEBHOOK_DB_OUTBOX, key, sizeof(key));

    if (rc == 0 && t->cluster.entries) {
        t->cluster.entries--;
        t->cluster_dirty = 1;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_outbox_purged(webhook_txn_t *t, const webhook_id_t *id)
{
    int                    rc;
    uint64_t               number;
    webhook_outbox_row_t   e;

    rc = webhook_outbox_cluster(t);

    if (rc || t->cluster.epoch == 0) {
        return rc;
    }

    memset(&e, 0, sizeof(e));

    e.kind = WEBHOOK_SHIP_PURGED;
    e.part = (uint32_t) (webhook_id_time(id) / 3600000);
    e.id = *id;

    return webhook_outbox_add(t, &e, &number);
}


int
webhook_outbox_gone(webhook_txn_t *t, const unsigned char *key)
{
    int  rc;

    rc = webhook_outbox_cluster(t);

    if (rc || t->cluster.epoch == 0 || key[0] >= WEBHOOK_CLASSES) {
        return rc;
    }

    if (memcmp(key + 1, t->cluster.history[key[0]], WEBHOOK_HISTORY_CURSOR)
        > 0)
    {
        t->cluster.gone++;
        t->cluster_dirty = 1;
    }

    return 0;
}


int
webhook_outbox_held(webhook_txn_t *t, const webhook_id_t *id, int *held)
{
    int                      rc;
    MDB_val                  k, val;
    MDB_cursor              *c;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t   d;

    *held = 0;

    rc = webhook_outbox_cluster(t);

    if (rc || t->cluster.assigned == t->cluster.confirmed) {
        return rc;
    }

    webhook_key_delivery(key, id, 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);

    while (rc == 0 && k.mv_size == WEBHOOK_KEY_DELIVERY
           && memcmp(k.mv_data, id->bytes, 16) == 0)
    {
        if (webhook_row_read_delivery(&val, &d) == 0
            && d.number > t->cluster.confirmed)
        {
            *held = 1;
            return 0;
        }

        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_outbox_admits(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    const webhook_delivery_row_t *d, uint64_t lease, int *admitted)
{
    int  rc;

    *admitted = 1;

    if (d->number == 0 && !ep->shared) {
        return 0;
    }

    rc = webhook_outbox_cluster(t);

    if (rc == 0 && (ep->shared || webhook_outbox_numbered(t, d))) {
        rc = webhook_outbox_covers(t, lease, admitted);
    }

    return rc;
}


int
webhook_outbox_covers(webhook_txn_t *t, uint64_t lease, int *covered)
{
    int  rc;

    rc = webhook_outbox_cluster(t);

    *covered = (rc == 0 && webhook_later(t->now, lease) <= t->cluster.fence);

    return rc;
}


uint64_t
webhook_outbox_until(const webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    const webhook_delivery_row_t *d)
{
    /* those that have to end were looked at by webhook_outbox_admits() */

    if (!ep->shared && (d->number == 0 || !webhook_outbox_numbered(t, d))) {
        return 0;
    }

    return t->cluster.fence - (uint64_t) t->st->offset;
}


int
webhook_outbox_shut(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    unsigned char  key[WEBHOOK_KEY_SHUT];

    ep->shut = 1;
    ep->dirty = 1;

    webhook_key_shut(key, ep->id);

    return webhook_txn_put(t, WEBHOOK_DB_META, key, sizeof(key), "", 0, 0);
}


int
webhook_outbox_unshut(webhook_txn_t *t, uint64_t *endpoint)
{
    int            rc;
    MDB_val        k, val;
    MDB_cursor    *c;
    unsigned char  key[WEBHOOK_KEY_SHUT];

    webhook_key_shut(key, 0);

    k.mv_data = key;
    k.mv_size = sizeof(key);

    rc = webhook_txn_cursor(t, WEBHOOK_DB_META, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &k, &val, MDB_SET_RANGE);
    }

    if (rc) {
        return rc;
    }

    if (k.mv_size != sizeof(key)
        || memcmp(k.mv_data, key, WEBHOOK_META_SHUT_LEN) != 0)
    {
        return MDB_NOTFOUND;
    }

    memcpy(key, k.mv_data, sizeof(key));

    *endpoint = webhook_get_u64(key + WEBHOOK_META_SHUT_LEN);

    return webhook_txn_del(t, WEBHOOK_DB_META, key, sizeof(key));
}
