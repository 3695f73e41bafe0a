
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is kept of an event goes before its time, whether or not it is owed.
 * From the first step on it is gone for whoever asks; then its deliveries go,
 * some at a time, what waits after it was cancelled, so that the queue, the next
 * of an order key and the counters are as they would be.
 */

#include "store/lmdb/tasks/webhook_store_purge.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/expire/webhook_store_remove.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"


static int webhook_purge_next(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t *endpoint, webhook_delivery_row_t *d);
static int webhook_purge_sending(webhook_txn_t *t, const webhook_id_t *id,
    int *sending);
static int webhook_purge_rest(webhook_txn_t *t, const webhook_id_t *id,
    unsigned *more);


int
webhook_purge(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    unsigned             more;
    webhook_op_purge_t  *p;

    p = &op->u.purge;

    more = 0;

    rc = p->call ? webhook_purge_call(t, &p->id, &p->company, &op->result)
                   : webhook_purge_event(t, &p->id, &p->company, &op->result,
                                         &more);

    p->more = more;

    return rc;
}


int
webhook_purge_event(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result,
    unsigned *more)
{
    int                 rc, sending;
    unsigned char       key[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t  head;

    *more = 0;
    *result = WEBHOOK_STORE_NOT_FOUND;

    rc = webhook_history_entry_head(t, id, &head);

    if (rc == MDB_CORRUPTED
        || (rc == MDB_NOTFOUND && !webhook_head_gone(&head))
        || (rc == 0 && !webhook_company_match(company, &head.company)))
    {
        return 0;
    }

    if (rc == MDB_NOTFOUND) {

        /* what is left of it, as others were asked to remove it */

        *result = WEBHOOK_STORE_OK;

        return webhook_purge_rest(t, id, more);
    }

    if (rc == 0) {
        rc = webhook_purge_sending(t, id, &sending);
    }

    if (rc) {
        return rc;
    }

    if (sending) {
        *result = WEBHOOK_STORE_STALE;
        return 0;
    }

    *result = WEBHOOK_STORE_OK;

    rc = webhook_finished_find(t, id, head.finished, key);

    if (rc == 0) {
        rc = webhook_finished_del(t, key);
    }

    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = webhook_outbox_purged(t, id);
    }

    if (rc == 0) {
        rc = webhook_remove_begin(t, id);
    }

    t->purged = 1;

    return rc ? rc : webhook_purge_rest(t, id, more);
}


/* Some of what is left of one that is being removed. */

static int
webhook_purge_rest(webhook_txn_t *t, const webhook_id_t *id, unsigned *more)
{
    int            rc;
    MDB_val        val;
    uint32_t       pages;
    unsigned char  key[WEBHOOK_KEY_FINISHED];

    pages = 0;

    webhook_key_finished(key, WEBHOOK_CLASS_DELIVERED, 0, id);

    rc = webhook_finished_del(t, key);

    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = webhook_remove_event(t, id, &pages);
    }

    if (rc == 0) {
        rc = webhook_txn_get(t, WEBHOOK_DB_FINISHED, key, sizeof(key), &val);

        *more = rc == 0;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_purge_left(webhook_txn_t *t, int remove, int *found)
{
    int            rc;
    unsigned       more;
    webhook_id_t   id;
    unsigned char  key[WEBHOOK_KEY_FINISHED];

    rc = webhook_finished_first_gone(t, key, found);

    if (rc || !*found || !remove) {
        return rc;
    }

    memcpy(id.bytes, key + 9, sizeof(id.bytes));

    return webhook_purge_rest(t, &id, &more);
}


/* The first delivery of the event to an endpoint behind this one that can be
   read, and its endpoint; MDB_NOTFOUND. */

static int
webhook_purge_next(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t *endpoint, webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        found, val;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    while (*endpoint < UINT64_MAX) {

        webhook_key_delivery(key, id, *endpoint + 1);

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                              &found, &val);
        if (rc) {
            return rc;
        }

        if (memcmp(found.mv_data, id->bytes, 16) != 0) {
            return MDB_NOTFOUND;
        }

        *endpoint = webhook_get_u64((unsigned char *) found.mv_data + 16);

        if (webhook_row_read_delivery(&val, d) == 0) {
            return 0;
        }
    }

    return MDB_NOTFOUND;
}


static int
webhook_purge_sending(webhook_txn_t *t, const webhook_id_t *id, int *sending)
{
    int                     rc;
    uint64_t                endpoint;
    webhook_delivery_row_t  d;

    *sending = 0;
    endpoint = 0;

    do {
        rc = webhook_purge_next(t, id, &endpoint, &d);

        if (rc == 0 && d.state == WEBHOOK_SENDING) {
            *sending = 1;
        }

    } while (rc == 0 && !*sending);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_purge_call(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result)
{
    int                  rc;
    MDB_val              val;
    uint32_t             pages;
    unsigned char        key[WEBHOOK_KEY_FINISHED];
    webhook_call_row_t   call;

    rc = webhook_txn_get(t, WEBHOOK_DB_CALLS, id->bytes, 16, &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc || webhook_row_read_call(&val, &call) != 0
        || !webhook_company_match(company, &call.company))
    {
        *result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    *result = WEBHOOK_STORE_OK;

    webhook_key_finished(key, WEBHOOK_CLASS_CALL, call.kept, id);

    rc = webhook_finished_del(t, key);

    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = webhook_outbox_purged(t, id);
    }

    if (rc) {
        return rc;
    }

    pages = 0;

    return webhook_remove_call(t, id, &pages);
}
