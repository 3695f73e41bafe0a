
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which of the endpoints that a claim names have something to do.  The wake
 * index has them in their order, with those of others in between, of which a
 * few are set aside.  Where they are many, the endpoints of the claim are
 * looked up instead.
 */

#include "store/lmdb/ops/webhook_store_ready.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/ops/webhook_store_aside.h"


#define WEBHOOK_READY_OTHERS  16        /* endpoints set aside in a claim */
#define WEBHOOK_READY_PASSED  64        /* others passed over, after which */
#define WEBHOOK_READY_LOOK    4096      /* so many are looked up themselves */


static int webhook_ready_look(webhook_txn_t *t, webhook_op_claim_t *c,
    uint64_t *ready, uint32_t *count);
static int webhook_ready_named(const webhook_op_claim_t *c, uint64_t id);


int
webhook_ready_find(webhook_txn_t *t, webhook_op_claim_t *c, uint64_t *ready,
    uint32_t *count, int *strange)
{
    int             rc;
    MDB_val         key, val;
    uint32_t        others, passed;
    uint64_t        time, id, *next, other[WEBHOOK_READY_OTHERS];
    MDB_cursor     *cursor;
    unsigned char  *p;

    next = &c->next;
    others = 0;
    passed = 0;

    *count = 0;
    *next = WEBHOOK_NEVER;

    if (strange) {
        *strange = 0;
    }

    if (c->endpoints_count == 0) {
        return 0;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_WAKE, &cursor);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(cursor, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(cursor, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_WAKE) {
            continue;
        }

        p = key.mv_data;

        time = webhook_get_u64(p);
        id = webhook_get_u64(p + 8);

        if (time > t->now && *next != WEBHOOK_NEVER) {
            break;
        }

        if (!webhook_ready_named(c, id)) {

            if (strange && others < WEBHOOK_READY_OTHERS) {
                other[others++] = id;
            }

            if (++passed == WEBHOOK_READY_PASSED
                && c->endpoints_count <= WEBHOOK_READY_LOOK)
            {
                rc = webhook_ready_look(t, c, ready, count);
                break;
            }

            continue;
        }

        if (*next == WEBHOOK_NEVER) {
            *next = time > t->now ? time - t->now : 0;
        }

        if (time > t->now) {
            break;
        }

        ready[(*count)++] = id;

        if (*count == WEBHOOK_READY_MAX) {
            break;
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    return strange ? webhook_aside_set(t, other, others, strange) : 0;
}


static int
webhook_ready_look(webhook_txn_t *t, webhook_op_claim_t *c, uint64_t *ready,
    uint32_t *count)
{
    int                     rc;
    MDB_val                 val;
    uint32_t                i, k;
    uint64_t                wake, wakes[WEBHOOK_READY_MAX];
    unsigned char           key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  row;

    *count = 0;
    wake = WEBHOOK_NEVER;

    for (i = 0; i < c->endpoints_count; i++) {
        webhook_set_u64(key, c->endpoints[i]);

        rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

        if (rc == MDB_NOTFOUND) {
            continue;
        }

        if (rc) {
            return rc;
        }

        if (webhook_row_read_endpoint(&val, &row) != 0) {

            /* damaged: it is made anew when it is got */

            row.wake = 0;
        }

        if (row.wake < wake) {
            wake = row.wake;
        }

        if (row.wake > t->now) {
            continue;
        }

        /* the oldest first; of too many the oldest */

        k = *count;

        if (k == WEBHOOK_READY_MAX) {

            if (row.wake >= wakes[k - 1]) {
                continue;
            }

            k--;

        } else {
            (*count)++;
        }

        for ( /* void */ ; k && wakes[k - 1] > row.wake; k--) {
            wakes[k] = wakes[k - 1];
            ready[k] = ready[k - 1];
        }

        wakes[k] = row.wake;
        ready[k] = c->endpoints[i];
    }

    c->next = wake == WEBHOOK_NEVER ? WEBHOOK_NEVER
              : wake > t->now ? wake - t->now : 0;

    return 0;
}


static int
webhook_ready_named(const webhook_op_claim_t *c, uint64_t id)
{
    uint32_t  low, high, i;

    low = 0;
    high = c->endpoints_count;

    while (low < high) {
        i = low + (high - low) / 2;

        if (c->endpoints[i] == id) {
            return 1;
        }

        if (c->endpoints[i] < id) {
            low = i + 1;

        } else {
            high = i;
        }
    }

    return 0;
}
