
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Removing what is over.  Everything that is finished stands in one index by
 * its class and the time it finished, so what is to go first is at hand: by
 * age the oldest, for want of room delivered events, calls, cancelled events,
 * and dead letters last.  A step is short: it ends
 * after so many pages too, since what a transaction frees it also has to note
 * down, and that note should fit on a page or two.
 */

#include "store/lmdb/ops/webhook_store_expire.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_room.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_orphan.h"
#include "store/lmdb/ops/webhook_store_call.h"
#include "store/lmdb/ops/webhook_store_dedupe.h"
#include "store/lmdb/ops/webhook_store_idempotency.h"
#include "store/lmdb/ops/webhook_store_pack.h"
#include "store/lmdb/ops/webhook_store_pack_move.h"


#define WEBHOOK_EXPIRE_QUIET  60000     /* ms between two lines about dead
                                           letters */


static int webhook_expire_first(webhook_txn_t *t, size_t bytes,
    unsigned char *key, int *found);
static int webhook_expire_some(webhook_txn_t *t, size_t bytes, int *found);
static int webhook_expire_remove(webhook_txn_t *t, const unsigned char *key,
    uint32_t *pages);
static int webhook_expire_aged(webhook_txn_t *t, const unsigned char *key);
static int webhook_expire_event(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);
static int webhook_expire_owed(webhook_txn_t *t, const webhook_id_t *id,
    int *owed, int *any);
static int webhook_expire_delivery(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d);


int
webhook_expire_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_FINISHED];
    unsigned char  end[WEBHOOK_KEY_IDEMPOTENCY_END];

    op->result = WEBHOOK_STORE_OK;

    if (op->u.expire.max == 0) {
        *todo = 0;
        return 0;
    }

    if (webhook_time_sure(t)) {
        *todo = 1;
        return 0;
    }

    rc = webhook_pack_peek(t, todo);

    if (rc == 0 && !*todo) {
        rc = webhook_expire_first(t, 0, key, todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_dedupe_over(t, todo);
    }

    if (rc == 0 && !*todo) {
        rc = webhook_expire_ended(t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end,
                                  sizeof(end), todo);
    }

    if (rc == 0 && !*todo && !t->paused) {
        rc = webhook_orphan_peek(t, &op->u.expire, todo);
    }

    return rc;
}


int
webhook_expire(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc, found, more;
    uint32_t              pages;
    unsigned char         key[WEBHOOK_KEY_FINISHED];
    webhook_op_expire_t  *x;

    x = &op->u.expire;

    op->result = WEBHOOK_STORE_OK;
    pages = 0;

    if (webhook_room_short(t, 2)) {

        /* it would free nothing, and take pages that outcomes need */

        return 0;
    }

    webhook_pack_begin(t);

    if (t->st->pack.found) {

        /* before anything is removed, which changes the pages */

        x->more = 1;

        rc = webhook_pack(t);

        if (rc || webhook_pack_note_behind(&t->st->pack)) {
            return rc;
        }
    }

    webhook_time_settle(t);

    for ( ;; ) {
        rc = webhook_expire_first(t, 0, key, &found);
        if (rc) {
            return rc;
        }

        if (!found) {
            break;
        }

        if (x->count >= x->max || pages >= WEBHOOK_EXPIRE_PAGES) {
            x->more = 1;
            return 0;
        }

        rc = webhook_expire_remove(t, key, &pages);
        if (rc) {
            return rc;
        }

        x->count++;
    }

    rc = webhook_dedupe_expire(t, x->max, &x->count, &pages, &more);

    if (rc == 0 && more) {
        x->more = 1;
        return 0;
    }

    if (rc == 0) {
        rc = webhook_idempotency_expire(t, x->max, &x->count, &pages, &more);
    }

    /* who looks at a copy need not have its endpoints */

    if (rc == 0 && !more && !t->paused) {
        rc = webhook_orphan_expire(t, x, &pages, &more);
    }

    if (rc == 0 && more) {
        x->more = 1;
    }

    return rc;
}


int
webhook_expire_ended(webhook_txn_t *t, webhook_db_e db, unsigned char *key,
    size_t key_len, int *found)
{
    int      rc;
    MDB_val  k, val;

    *found = 0;

    memset(key, 0, key_len);

    rc = webhook_txn_seek(t, db, key, key_len, &k, &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    memcpy(key, k.mv_data, key_len);

    *found = webhook_get_u64(key) <= t->age;

    return 0;
}


int
webhook_expire_take(webhook_txn_t *t, size_t bytes, int *taken)
{
    int       rc, found;
    unsigned  refused;

    refused = t->refused;

    for ( ;; ) {
        *taken = webhook_space_take(t, bytes);

        if (*taken) {
            t->refused = refused;
            return 0;
        }

        /* what is finished makes room, if all of it were enough, and not more
           in a transaction than in a step of EXPIRE; none at once where pages
           are missing, since what a transaction frees is not for itself */

        found = 0;

        if (!t->st->keep_history && !t->pinned
            && t->pages < WEBHOOK_EXPIRE_PAGES
            && t->used + bytes <= t->st->mark + t->state.history)
        {
            rc = webhook_expire_some(t, bytes, &found);
            if (rc) {
                return rc;
            }
        }

        if (!found) {

            if (t->wanted == 0 || bytes < t->least) {
                t->least = bytes;
            }

            t->wanted += bytes;
            return 0;
        }
    }
}


/* Removes one finished thing, if it is to go; *found tells. */

static int
webhook_expire_some(webhook_txn_t *t, size_t bytes, int *found)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_FINISHED];

    rc = webhook_expire_first(t, bytes, key, found);

    if (rc == 0 && *found) {
        rc = webhook_expire_remove(t, key, &t->pages);
        t->measured = 0;
    }

    return rc;
}


int
webhook_expire_round(webhook_txn_t *t, uint64_t bytes, int *go_on)
{
    int  rc, found;

    for ( ;; ) {

        if (webhook_space_take(t, bytes)) {
            *go_on = t->pages != 0;
            return 0;
        }

        if (t->pinned || t->st->keep_history
            || t->pages >= WEBHOOK_EXPIRE_PAGES)
        {
            break;
        }

        rc = webhook_expire_some(t, bytes, &found);
        if (rc) {
            return rc;
        }

        if (!found) {
            *go_on = t->pages != 0;
            return 0;
        }
    }

    if (t->pages) {
        *go_on = 1;
        return 0;
    }

    /* what was freed by the last transactions comes back with the next; what
       a reader keeps, when it is gone */

    if (t->pinned && webhook_room_reader(t)) {

        if (!webhook_room_young(t)) {
            return 0;
        }

        webhook_room_wait();
    }

    *go_on = t->pinned;

    return 0;
}


static int
webhook_expire_remove(webhook_txn_t *t, const unsigned char *key,
    uint32_t *pages)
{
    int           rc;
    webhook_id_t  id;

    memcpy(id.bytes, key + 9, 16);

    rc = webhook_finished_del(t, key);
    if (rc) {
        return rc;
    }

    if (key[0] == WEBHOOK_CLASS_DEAD && !webhook_expire_aged(t, key)) {
        t->dropped++;
    }

    return key[0] == WEBHOOK_CLASS_CALL
           ? webhook_call_del(t, &id, pages)
           : webhook_expire_event(t, &id, pages);
}


/*
 * A finished thing that is to go: because of its age, whatever it is; because
 * of all their bytes, or because the store with so many bytes more is nearly
 * at the mark where it takes nothing any more, by class.
 */

static int
webhook_expire_first(webhook_txn_t *t, size_t bytes, unsigned char *key,
    int *found)
{
    int            rc;
    uint64_t       used, mark;
    unsigned       class, any;
    unsigned char  oldest[WEBHOOK_KEY_FINISHED];

    *found = 0;
    any = 0;

    for (class = 0; class < WEBHOOK_CLASSES; class = oldest[0] + 1) {

        rc = webhook_finished_first(t, class, oldest);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        if (webhook_expire_aged(t, oldest)) {
            memcpy(key, oldest, WEBHOOK_KEY_FINISHED);
            *found = 1;
            return 0;
        }

        if (!any) {
            memcpy(key, oldest, WEBHOOK_KEY_FINISHED);
            any = 1;
        }
    }

    if (!any) {
        return 0;
    }

    if (t->st->keep_bytes && t->state.history > t->st->keep_bytes) {
        *found = 1;
        return 0;
    }

    if (t->st->keep_history) {
        return 0;
    }

    rc = webhook_used_count(t, &used);
    if (rc) {
        return rc;
    }

    mark = webhook_space_mark(t);

    if (bytes < mark / 32) {
        bytes = mark / 32;
    }

    *found = used + bytes > mark;

    return 0;
}


static int
webhook_expire_aged(webhook_txn_t *t, const unsigned char *key)
{
    return webhook_later(webhook_get_u64(key + 1), t->st->keep) <= t->age;
}


/* Nobody knows of a dead letter but who looks at it here. */

void
webhook_expire_committed(webhook_txn_t *t)
{
    webhook_store_t  *st;

    st = t->st;

    st->dropped += t->dropped;
    st->dropped_untold += t->dropped;

    if (st->dropped_untold == 0
        || (st->dropped_time && t->now - st->dropped_time
                                < WEBHOOK_EXPIRE_QUIET))
    {
        return;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" has no room for all that is finished "
                      "(%s): %llu dead letters went before their time",
                      st->path,
                      st->keep_bytes && t->state.history
                                        > st->keep_bytes / 10 * 9
                      ? "keep_bytes" : "size",
                      (unsigned long long) st->dropped_untold);

    st->dropped_untold = 0;
    st->dropped_time = t->now ? t->now : 1;
}


static int
webhook_expire_event(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages)
{
    int                     rc, owed, any, damaged;
    MDB_val                 k, val;
    uint32_t                i;
    uint64_t                endpoint;
    unsigned char           key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t      head;
    webhook_delivery_row_t  d;

    rc = webhook_expire_owed(t, id, &owed, &any);
    if (rc) {
        return rc;
    }

    head.forms_count = 0;

    if (owed || !any) {

        /* it stands there by mistake; who is owed is never removed */

        return 0;
    }

    for ( ;; ) {
        webhook_key_delivery(key, id, 0);

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                              &val);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        if (memcmp(k.mv_data, id->bytes, 16) != 0) {
            break;
        }

        memcpy(key, k.mv_data, sizeof(key));

        endpoint = webhook_get_u64((unsigned char *) k.mv_data + 16);

        damaged = 0;

        if (endpoint == 0) {

            if (webhook_row_read_head(&val, &head) != 0) {
                head.forms_count = 0;
                damaged = 1;
            }

        } else if (webhook_row_read_delivery(&val, &d) != 0) {

            /* its counter cannot be told */

            d.state = WEBHOOK_DEAD;
            damaged = 1;
        }

        rc = damaged ? webhook_quarantine(t, WEBHOOK_DB_DELIVERIES, key,
                                          sizeof(key), 0)
                     : webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, key,
                                       sizeof(key));
        if (rc) {
            return rc;
        }

        if (endpoint == 0) {
            continue;
        }

        rc = webhook_expire_delivery(t, id, endpoint, &d);
        if (rc) {
            return rc;
        }

        (*pages)++;
    }

    webhook_key_delivery(key, id, 0);

    webhook_pack_note(&t->st->pack, WEBHOOK_DB_DELIVERIES, key, 16);
    webhook_pack_note(&t->st->pack, WEBHOOK_DB_ATTEMPTS, key, 16);

    for (i = 0; i < head.forms_count; i++) {
        rc = webhook_blob_del(t, head.forms[i].blob,
                              (size_t) head.forms[i].fields
                              + head.forms[i].body, pages);
        if (rc) {
            return rc;
        }
    }

    if (t->state.events) {
        t->state.events--;
    }

    return 0;
}


static int
webhook_expire_owed(webhook_txn_t *t, const webhook_id_t *id, int *owed,
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
webhook_expire_delivery(webhook_txn_t *t, const webhook_id_t *id,
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
