
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is over gets numbers.  It is found by the time it was: rows that come are
 * behind all that were committed before.
 */

#include "store/lmdb/ship/webhook_store_ship_history.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/ship/webhook_store_ship_int.h"


static int webhook_ship_class(webhook_txn_t *t, webhook_ship_step_t *s,
    unsigned class);
static int webhook_ship_known(webhook_txn_t *t, const webhook_id_t *id,
    int *known);


/* What is over, class by class. */

int
webhook_ship_history(webhook_txn_t *t, webhook_ship_step_t *s)
{
    int       rc;
    unsigned  class;

    for (class = 0; class < WEBHOOK_CLASSES && s->left; class++) {

        rc = webhook_ship_class(t, s, class);

        if (rc || s->todo) {
            return rc;
        }
    }

    return 0;
}


static int
webhook_ship_class(webhook_txn_t *t, webhook_ship_step_t *s, unsigned class)
{
    int                    rc, known;
    uint64_t               number;
    unsigned               looks, i;
    unsigned char          key[WEBHOOK_KEY_FINISHED];
    webhook_outbox_row_t   e;

    for (looks = 0; s->left; looks++) {

        if (looks == WEBHOOK_SHIP_LOOKS) {
            s->n->more = 1;
            return 0;
        }

        key[0] = (unsigned char) class;
        memcpy(key + 1, t->cluster.history[class], WEBHOOK_HISTORY_CURSOR);

        for (i = WEBHOOK_KEY_FINISHED - 1; ++key[i] == 0 && i; i--) {
            /* void */
        }

        rc = webhook_finished_from(t, key);

        /* what is over as of now may have others that come before it */

        if (rc == MDB_NOTFOUND
            || (rc == 0 && (key[0] != class
                            || webhook_get_u64(key + 1) >= t->age)))
        {
            return 0;
        }

        if (rc) {
            return rc;
        }

        if (!t->write) {
            s->todo = 1;
            return 0;
        }

        memset(&e, 0, sizeof(e));

        memcpy(e.id.bytes, key + 9, 16);

        e.kind = class == WEBHOOK_CLASS_CALL ? WEBHOOK_SHIP_CALL
                                             : WEBHOOK_SHIP_EVENT;
        e.part = webhook_ship_part(s, &e.id);
        known = 0;

        if (e.kind == WEBHOOK_SHIP_EVENT) {
            rc = webhook_ship_known(t, &e.id, &known);
        }

        if (rc == 0 && !known) {
            rc = webhook_outbox_add(t, &e, &number);
            s->left--;
        }

        if (rc) {
            return rc;
        }

        memcpy(t->cluster.history[class], key + 1, WEBHOOK_HISTORY_CURSOR);
        t->cluster_dirty = 1;
    }

    return 0;
}


/* Have all deliveries of an event numbers?  Then the cluster was told of each
   change. */

static int
webhook_ship_known(webhook_txn_t *t, const webhook_id_t *id, int *known)
{
    int                      rc;
    MDB_val                  k, val;
    MDB_cursor              *c;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t   d;

    *known = 0;

    webhook_key_delivery(key, id, 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);

    while (rc == 0 && k.mv_size == WEBHOOK_KEY_DELIVERY
           && memcmp(k.mv_data, id->bytes, 16) == 0)
    {
        if (webhook_row_read_delivery(&val, &d) == 0) {

            if (!webhook_outbox_numbered(t, &d) && !d.alone) {
                *known = 0;
                return 0;
            }

            *known = 1;
        }

        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_ship_audit(webhook_txn_t *t, webhook_ship_step_t *s)
{
    int                    rc;
    MDB_val                found, val;
    uint64_t               number;
    unsigned char          key[WEBHOOK_KEY_AUDIT];
    webhook_outbox_row_t   e;

    while (s->left && t->cluster.audit < UINT64_MAX) {

        webhook_set_u64(key, t->cluster.audit + 1);

        rc = webhook_txn_seek(t, WEBHOOK_DB_AUDIT, key, sizeof(key), &found,
                              &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (!t->write) {
            s->todo = 1;
            return 0;
        }

        memset(&e, 0, sizeof(e));

        e.kind = WEBHOOK_SHIP_AUDIT;
        e.part = s->n->part_now;
        e.endpoint = webhook_get_u64(found.mv_data);

        rc = webhook_outbox_add(t, &e, &number);
        if (rc) {
            return rc;
        }

        t->cluster.audit = e.endpoint;
        s->left--;
    }

    return 0;
}
