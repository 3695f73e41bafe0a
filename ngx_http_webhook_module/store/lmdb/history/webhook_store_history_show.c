
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHOW: one event with all about it.
 */

#include "store/lmdb/history/webhook_store_history_show.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"
#include "store/lmdb/history/webhook_store_history_gone.h"

#include <errno.h>


static int webhook_history_each(webhook_txn_t *t, webhook_op_show_t *s,
    void **memory, const webhook_head_row_t *head, uint32_t *count);
static int webhook_history_attempts(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_full_t *full,
    uint32_t *damaged);


int
webhook_history_show(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    uint32_t             i, count;
    webhook_op_show_t   *s;
    webhook_head_row_t   head;

    s = &op->u.show;

    rc = webhook_history_entry_head(t, &s->id, &head);

    if (rc == MDB_NOTFOUND) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    count = 0;

    rc = webhook_history_each(t, s, NULL, &head, &count);
    if (rc) {
        return rc;
    }

    if (s->endpoint && count == 0) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    s->deliveries = webhook_memory_alloc(&op->memory,
                                   count * sizeof(webhook_delivery_full_t));
    if (s->deliveries == NULL) {
        return ENOMEM;
    }

    rc = webhook_history_each(t, s, &op->memory, &head, &count);
    if (rc) {
        return rc;
    }

    s->wire = head.wired ? head.wire : s->id;
    s->wall = head.wall;

    s->renditions = webhook_memory_alloc(&op->memory, head.renditions_count
                                         * sizeof(webhook_rendition_t));

    if (s->renditions == NULL
        || webhook_memory_text(&op->memory, &head.type, &s->type) != 0
        || webhook_memory_text(&op->memory, &head.company, &s->company) != 0)
    {
        return ENOMEM;
    }

    for (i = 0; i < head.renditions_count; i++) {
        rc = webhook_rendition_read(t, &head.renditions[i], &op->memory,
                                &s->renditions[i]);

        if (rc == MDB_CORRUPTED) {
            memset(&s->renditions[i], 0, sizeof(webhook_rendition_t));
            s->broken |= (uint64_t) 1 << i;

        } else if (rc) {
            return rc;
        }
    }

    s->renditions_count = head.renditions_count;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* Counts the deliveries that are meant, or, with memory, fills them in. */

static int
webhook_history_each(webhook_txn_t *t, webhook_op_show_t *s, void **memory,
    const webhook_head_row_t *head, uint32_t *count)
{
    int                       rc;
    MDB_val                   k, val;
    uint64_t                  endpoint;
    MDB_cursor               *c;
    unsigned char             key[WEBHOOK_KEY_DELIVERY], *p;
    webhook_delivery_row_t    d;
    webhook_delivery_full_t  *full;

    webhook_key_delivery(key, &s->id, s->endpoint ? s->endpoint : 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    while (rc == 0) {

        p = k.mv_data;

        if (k.mv_size != WEBHOOK_KEY_DELIVERY) {
            s->damaged++;
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
            continue;
        }

        endpoint = webhook_get_u64(p + 16);

        if (memcmp(p, s->id.bytes, 16) != 0
            || (s->endpoint && s->endpoint != endpoint))
        {
            return 0;
        }

        if (memory == NULL) {
            (*count)++;

        } else if (s->count < *count) {

            if (webhook_row_read_delivery(&val, &d) != 0) {
                s->damaged++;
                rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
                continue;
            }

            full = &s->deliveries[s->count];

            rc = webhook_history_entry_fill(t, memory, &s->id, endpoint, &d,
                                            head, &full->delivery);

            if (rc == 0) {
                rc = webhook_history_gone(t, &s->asked, &full->delivery);
            }

            if (rc) {
                return rc;
            }

            rc = webhook_history_attempts(t, memory, &s->id, endpoint, full,
                                          &s->damaged);
            if (rc) {
                return rc;
            }

            s->count++;
        }

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_history_attempts(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_full_t *full,
    uint32_t *damaged)
{
    int                 rc, pass;
    MDB_val             k, val;
    uint32_t            count;
    MDB_cursor         *c;
    unsigned char       key[WEBHOOK_KEY_ATTEMPT];
    webhook_attempt_t   a, *out;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ATTEMPTS, &c);
    if (rc) {
        return rc;
    }

    webhook_key_attempt(key, id, endpoint, 0);

    count = 0;

    /* once to count, once to read */

    for (pass = 0; pass < 2; pass++) {

        if (pass) {

            if (count == 0) {
                return 0;
            }

            full->attempts = webhook_memory_alloc(memory,
                                           count * sizeof(webhook_attempt_t));
            if (full->attempts == NULL) {
                return ENOMEM;
            }
        }

        k.mv_data = key;
        k.mv_size = sizeof(key);

        for (rc = mdb_cursor_get(c, &k, &val, MDB_SET_RANGE);
             rc == 0;
             rc = mdb_cursor_get(c, &k, &val, MDB_NEXT))
        {
            if (k.mv_size < 24 || memcmp(k.mv_data, key, 24) != 0) {
                break;
            }

            if (pass == 0) {
                count++;
                continue;
            }

            if (webhook_row_read_attempt(&val, &a) != 0) {
                (*damaged)++;
                continue;
            }

            out = &full->attempts[full->attempts_count++];

            *out = a;

            if (webhook_memory_text(memory, &a.error, &out->error) != 0
                || webhook_memory_text(memory, &a.address, &out->address)
                   != 0
                || webhook_memory_text(memory, &a.answer, &out->answer) != 0)
            {
                return ENOMEM;
            }
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    return 0;
}
