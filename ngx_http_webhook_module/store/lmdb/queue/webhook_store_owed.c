
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is owed of an event: its head counts the deliveries that are not
 * finished.  With the last of them the event stands in the index of what is
 * over, and leaves it when one is owed again.
 */

#include "store/lmdb/queue/webhook_store_owed.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn.h"


int
webhook_owed_finish(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    webhook_head_row_t  head;

    len = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == 0) {

        if (head.open == 0 || webhook_head_gone(&head)) {
            return 0;
        }

        head.open--;

        if (head.open == 0) {
            head.finished = t->age;
        }

        /* the texts of the head are good until the next write only */

        len = webhook_row_write_head(buf, &head);

    } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* an outcome is kept though the event is damaged; nothing of that
           can be sent, so it goes the way of all that is finished */

        webhook_store_log_error(t->st, MDB_CORRUPTED,
                                "an event cannot be read");

        head.open = 0;

    } else {
        return rc;
    }

    if (head.open == 0) {
        rc = webhook_finished_event(t, id, t->age, len ? &head : NULL);
        if (rc) {
            return rc;
        }
    }

    if (len == 0) {
        return 0;
    }

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_owed_reopen(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char       fkey[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t  head;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == 0 && (head.open >= head.total || webhook_head_gone(&head))) {
        rc = MDB_CORRUPTED;
    }

    if (rc) {
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    }

    if (head.open == 0) {
        rc = webhook_finished_find(t, id, head.finished, fkey);

        if (rc == 0) {
            rc = webhook_finished_del(t, fkey);
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        /* what was read is gone with a write */

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);

        if (rc == 0) {
            rc = webhook_row_read_head(&val, &head);
        }

        if (rc) {
            return rc;
        }
    }

    head.open++;
    head.finished = 0;

    /* the texts of the head are good until the next write only */

    len = webhook_row_write_head(buf, &head);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}
