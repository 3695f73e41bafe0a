
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints of objects that were removed while deliveries waited.  There may be
 * a million of these, so they are not cancelled with the object: the endpoint
 * is noted down, and EXPIRE does it, a few at a time.
 *
 * And what is left of objects that were removed: an id, for who asks what has
 * changed, by which an endpoint's row is known to be that of nobody any more.
 */

#include "store/lmdb/objects/webhook_store_object_drain.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/objects/webhook_store_object_row.h"


#define WEBHOOK_DRAIN_REASON  "it was removed"

#define WEBHOOK_OBJECT_SHARE  16384     /* bytes of the store for each that was
                                           removed, ... */
#define WEBHOOK_OBJECT_LEFT   100000    /* ... and so many at most, twice as
                                           many while their endpoints have
                                           deliveries */
#define WEBHOOK_OBJECT_LOOK   16        /* of the oldest */


static int webhook_object_oldest(webhook_txn_t *t, int any);
static int webhook_object_used(webhook_txn_t *t, const unsigned char *object,
    int *used);
static int webhook_object_drain_note(webhook_txn_t *t, uint64_t endpoint,
    const unsigned char *key);


int
webhook_object_drain_begin(webhook_txn_t *t, unsigned kind,
    const webhook_str_t *id, const unsigned char *key)
{
    int                      rc, owed;
    uint64_t                 endpoint;
    webhook_str_t            reason;
    webhook_endpoint_row_t  *ep;

    endpoint = webhook_object_row_endpoint(kind, id);

    rc = webhook_endpoint_row_get(t, endpoint, &ep);
    if (rc) {
        return rc;
    }

    owed = ep->states[WEBHOOK_PENDING] || ep->states[WEBHOOK_SENDING]
           || ep->blocked;

    if (!owed && ep->name_len == 0) {
        return 0;
    }

    /* by which what is put for it late is known, too */

    reason.data = (unsigned char *) WEBHOOK_DRAIN_REASON;
    reason.len = sizeof(WEBHOOK_DRAIN_REASON) - 1;

    webhook_endpoint_row_pause(ep, &reason);

    if (!owed) {
        return 0;
    }

    webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\": \"%.*s\" was removed: the %llu "
                      "deliveries that are pending for it are cancelled",
                      t->st->path, (int) id->len, id->data,
                      (unsigned long long) (ep->states[WEBHOOK_PENDING]
                                            + ep->blocked));

    return webhook_object_drain_note(t, endpoint, key);
}


int
webhook_object_drain_late(webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    int              rc;
    unsigned char    key[WEBHOOK_KEY_OBJECT];
    webhook_owned_e  owned;

    if (!ep->paused) {
        return 0;
    }

    rc = webhook_object_row_owned(t, ep->name, ep->name_len, &owned);

    if (rc || owned != WEBHOOK_OWNED_REMOVED) {
        return rc;
    }

    (void) webhook_object_row_named(ep->name, ep->name_len, key);

    return webhook_object_drain_note(t, ep->id, key);
}


static int
webhook_object_drain_note(webhook_txn_t *t, uint64_t endpoint,
    const unsigned char *key)
{
    unsigned char  row[WEBHOOK_KEY_OBJECT_LIST];

    webhook_key_object_list(row, WEBHOOK_OBJECT_DRAIN, endpoint, 0);

    return webhook_txn_put(t, WEBHOOK_DB_OBJECT_LISTS, row, sizeof(row),
                           key + 1, WEBHOOK_OBJECT_DIGEST, 0);
}


int
webhook_object_drain_next(webhook_txn_t *t, uint64_t from, uint64_t *endpoint)
{
    int             rc;
    MDB_val         found, val;
    unsigned char   key[WEBHOOK_KEY_OBJECT_LIST], *p;

    webhook_key_object_list(key, WEBHOOK_OBJECT_DRAIN, from, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key), &found,
                          &val);
    if (rc) {
        return rc;
    }

    p = found.mv_data;

    if (p[0] != WEBHOOK_OBJECT_DRAIN) {
        return MDB_NOTFOUND;
    }

    *endpoint = webhook_get_u64(p + 1);

    return 0;
}


int
webhook_object_drain_end(webhook_txn_t *t, uint64_t endpoint)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_OBJECT_LIST];

    webhook_key_object_list(key, WEBHOOK_OBJECT_DRAIN, endpoint, 0);

    rc = webhook_txn_del(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_object_left(webhook_txn_t *t, const unsigned char *object,
    uint64_t change)
{
    int            rc;
    uint64_t       max;
    unsigned char  key[WEBHOOK_KEY_OBJECT_LIST];

    webhook_key_object_list(key, WEBHOOK_OBJECT_REMOVED, 0, change);

    /* with the kind, which is not that of the list */

    rc = webhook_txn_put(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key), object,
                         WEBHOOK_KEY_OBJECT, 0);
    if (rc) {
        return rc;
    }

    t->state.removed++;

    max = t->st->limit / WEBHOOK_OBJECT_SHARE;

    if (max > WEBHOOK_OBJECT_LEFT) {
        max = WEBHOOK_OBJECT_LEFT;
    }

    return t->state.removed > max
           ? webhook_object_oldest(t, t->state.removed > 2 * max) : 0;
}


/* One whose endpoint has deliveries yet is passed over, unless any is to go:
   that it was removed is what the endpoint's row goes by, which else would be
   that of one that nobody knows. */

static int
webhook_object_oldest(webhook_txn_t *t, int any)
{
    int            rc, used;
    MDB_val        found, val;
    uint64_t       change;
    unsigned       n, kept;
    unsigned char  key[WEBHOOK_KEY_OBJECT_LIST], object[WEBHOOK_KEY_OBJECT];

    change = 0;

    for (n = 0, used = 1; used; n++) {

        if (n == WEBHOOK_OBJECT_LOOK) {

            if (!any) {
                return 0;
            }

            change = 0;
        }

        webhook_key_object_list(key, WEBHOOK_OBJECT_REMOVED, 0, change);

        rc = webhook_txn_seek(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key),
                              &found, &val);

        if (rc || memcmp(found.mv_data, key, 1) != 0) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memcpy(key, found.mv_data, sizeof(key));

        change = webhook_get_u64(key + 9);

        used = 0;
        kept = val.mv_size == sizeof(object);

        if (kept) {
            memcpy(object, val.mv_data, sizeof(object));

            rc = n == WEBHOOK_OBJECT_LOOK
                 ? 0 : webhook_object_used(t, object, &used);
            if (rc) {
                return rc;
            }
        }

        change += used;
    }

    if (kept) {
        rc = webhook_txn_del(t, WEBHOOK_DB_OBJECTS, object, sizeof(object));
    }

    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = webhook_txn_del(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key));
    }

    if (rc == 0) {
        t->state.removed--;

        rc = webhook_txn_del(t, WEBHOOK_DB_CHANGES, key + 9,
                             WEBHOOK_KEY_CHANGE);
    }

    if (t->state.forgot < change) {
        t->state.forgot = change;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Has the endpoint of an object deliveries? */

static int
webhook_object_used(webhook_txn_t *t, const unsigned char *object, int *used)
{
    int                      rc;
    unsigned char            buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t     row;
    webhook_endpoint_row_t  *ep;

    *used = 0;

    rc = webhook_object_row_get(t, object, buf, &row);

    if (rc) {
        return rc == MDB_NOTFOUND || rc == MDB_CORRUPTED ? 0 : rc;
    }

    rc = webhook_endpoint_row_get(t, webhook_object_row_endpoint(object[0],
                                                                 &row.id),
                                  &ep);

    if (rc == 0) {
        *used = !webhook_endpoint_row_empty(ep);
    }

    return rc;
}
