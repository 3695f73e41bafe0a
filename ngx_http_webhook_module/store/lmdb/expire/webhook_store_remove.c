
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Removing what is finished: an event with all its rows, or a call.  An event of
 * many deliveries goes in steps, each in a transaction of its own, so that nobody
 * waits for all of it; whoever looks for something to remove goes on with it.
 */

#include "store/lmdb/expire/webhook_store_remove.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"


#define WEBHOOK_REMOVE_ROWS  100        /* deliveries in a step */


static int webhook_remove_head(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);
static int webhook_remove_row(webhook_txn_t *t, const webhook_id_t *id,
    int gone, uint32_t *pages, int *done);
static int webhook_remove_owed(webhook_txn_t *t, const webhook_id_t *id,
    int *owed, int *any);
static int webhook_remove_delivery(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d);


int
webhook_remove_event(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages)
{
    int                 rc, owed, any, done;
    unsigned            n;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t  head;

    head.finished = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc || webhook_row_read_head(&val, &head) != 0
        || !webhook_head_gone(&head))
    {
        head.finished = 0;

        rc = webhook_remove_owed(t, id, &owed, &any);
        if (rc) {
            return rc;
        }

        if (owed || !any) {

            /* it stands there by mistake; who is owed is never removed */

            return 0;
        }
    }

    for (n = 0; n < WEBHOOK_REMOVE_ROWS; n++) {

        rc = webhook_remove_row(t, id, webhook_head_gone(&head), pages, &done);

        if (rc) {
            return rc;
        }

        if (done) {
            return webhook_remove_head(t, id, pages);
        }
    }

    /* the others go in the next step */

    return webhook_remove_begin(t, id);
}


int
webhook_remove_begin(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    webhook_head_row_t  head;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND || (rc == 0
                               && webhook_row_read_head(&val, &head) != 0))
    {
        /* damaged: nobody knows of it, and who expires it goes on */

        return webhook_finished_event(t, id, 0, NULL);
    }

    if (rc == 0 && !webhook_head_gone(&head)) {
        head.finished = WEBHOOK_HEAD_GONE;

        len = webhook_row_write_head(buf, &head);

        rc = webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                             len, 0);
    }

    return rc ? rc : webhook_finished_gone(t, id);
}


/* The last row of an event, and its bodies. */

static int
webhook_remove_head(webhook_txn_t *t, const webhook_id_t *id, uint32_t *pages)
{
    int                 rc;
    MDB_val             val;
    uint32_t            i;
    unsigned char       key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t  head;

    head.renditions_count = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0 && webhook_row_read_head(&val, &head) != 0) {
        head.renditions_count = 0;

        rc = webhook_quarantine(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), 0);

    } else if (rc == 0) {
        rc = webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key));
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_pack_note(&t->st->pack, WEBHOOK_DB_DELIVERIES, key, 16);
    webhook_pack_note(&t->st->pack, WEBHOOK_DB_ATTEMPTS, key, 16);

    for (i = 0; i < head.renditions_count; i++) {
        rc = webhook_blob_del(t, head.renditions[i].blob,
                              (size_t) head.renditions[i].fields
                              + head.renditions[i].body, pages);
        if (rc) {
            return rc;
        }
    }

    if (t->state.events) {
        t->state.events--;
    }

    return 0;
}


/* Removes the first of the event's deliveries, and what belongs to it; *done is
   set where there is none.  One that waits is cancelled before. */

static int
webhook_remove_row(webhook_txn_t *t, const webhook_id_t *id, int gone,
    uint32_t *pages, int *done)
{
    int                      rc, damaged;
    MDB_val                  k, val;
    uint64_t                 endpoint;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    *done = 0;

    webhook_key_delivery(key, id, 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && memcmp(k.mv_data, id->bytes, 16) != 0))
    {
        *done = 1;
        return 0;
    }

    if (rc) {
        return rc;
    }

    memcpy(key, k.mv_data, sizeof(key));

    endpoint = webhook_get_u64(key + 16);

    damaged = webhook_row_read_delivery(&val, &d) != 0;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);

    if (rc == 0 && damaged) {

        /* its counter cannot be told; it may be listed as one that waits */

        d.state = WEBHOOK_DEAD;

        rc = webhook_listed_del(t, ep, WEBHOOK_PENDING, id);

    } else if (rc == 0 && gone && (d.state == WEBHOOK_PENDING || d.blocks)) {
        rc = webhook_queue_cancel(t, ep, id, &d);
    }

    if (rc) {
        return rc;
    }

    rc = damaged ? webhook_quarantine(t, WEBHOOK_DB_DELIVERIES, key,
                                      sizeof(key), 0)
                 : webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, key,
                                   sizeof(key));
    if (rc) {
        return rc;
    }

    (*pages)++;

    return webhook_remove_delivery(t, id, endpoint, &d);
}


static int
webhook_remove_owed(webhook_txn_t *t, const webhook_id_t *id, int *owed,
    int *any)
{
    int                     rc;
    MDB_val                 k, val;
    MDB_cursor             *c;
    unsigned char           key[WEBHOOK_KEY_DELIVERY], *p;
    webhook_delivery_row_t  d;

    *owed = 0;
    *any = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    while (rc == 0) {

        p = k.mv_data;

        if (k.mv_size < 16 || memcmp(p, id->bytes, 16) != 0) {
            return 0;
        }

        *any = 1;

        if (k.mv_size == WEBHOOK_KEY_DELIVERY
            && webhook_get_u64(p + 16) != 0
            && webhook_row_read_delivery(&val, &d) == 0
            && (d.state == WEBHOOK_PENDING || d.state == WEBHOOK_SENDING))
        {
            *owed = 1;
            return 0;
        }

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Its attempts, and its place in the endpoint's counters. */

static int
webhook_remove_delivery(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d)
{
    int                      rc;
    MDB_val                  k, val;
    MDB_cursor              *c;
    unsigned char            key[WEBHOOK_KEY_ATTEMPT];
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);
    if (rc) {
        return rc;
    }

    if (ep->states[d->state]) {
        ep->states[d->state]--;
        ep->dirty = 1;
    }

    rc = webhook_listed_del(t, ep, d->state, id);
    if (rc) {
        return rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ATTEMPTS, &c);
    if (rc) {
        return rc;
    }

    for ( ;; ) {
        webhook_key_attempt(key, id, endpoint, 0);

        k.mv_data = key;
        k.mv_size = sizeof(key);

        rc = mdb_cursor_get(c, &k, &val, MDB_SET_RANGE);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (k.mv_size < 24 || memcmp(k.mv_data, key, 24) != 0) {
            return 0;
        }

        rc = mdb_cursor_del(c, 0);
        if (rc) {
            return rc;
        }

        t->dirty = 1;
    }
}


int
webhook_remove_call(webhook_txn_t *t, const webhook_id_t *id, uint32_t *pages)
{
    int                  rc, damaged;
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_RECEIVER];
    webhook_call_row_t   call;

    rc = webhook_txn_get(t, WEBHOOK_DB_CALLS, id->bytes, 16, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    damaged = webhook_row_read_call(&val, &call);

    if (!damaged) {
        webhook_key_receiver(key, call.receiver, id);

        rc = webhook_txn_del(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key));
        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        rc = webhook_blob_del(t, call.record, call.record_len, pages);
        if (rc) {
            return rc;
        }
    }

    rc = damaged ? webhook_quarantine(t, WEBHOOK_DB_CALLS, id->bytes, 16, 0)
                 : webhook_txn_del(t, WEBHOOK_DB_CALLS, id->bytes, 16);
    if (rc) {
        return rc;
    }

    if (t->state.calls) {
        t->state.calls--;
    }

    return 0;
}
