
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIST: deliveries, the newest first or the oldest.
 */

#include "store/lmdb/history/webhook_store_history_list.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"
#include "store/lmdb/walk/webhook_store_walk.h"
#include "store/lmdb/history/webhook_store_history_gone.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_HISTORY_PAGE  1000      /* entries in an answer at most */
#define WEBHOOK_HISTORY_USEC  50000     /* for a search */
#define WEBHOOK_HISTORY_BODY  1048576   /* bytes of each body, in it */


/* A search in bodies. */

typedef struct {
    const webhook_str_find_t  *find;    /* NULL: there is none */
    uint64_t                   begun;
    unsigned char             *data;    /* of the one that is looked at */
    size_t                     size;
} webhook_history_search_t;


static int webhook_history_page(webhook_txn_t *t, webhook_op_t *op,
    webhook_walk_t *w, webhook_history_search_t *search, uint32_t max);
static int webhook_history_holds(webhook_txn_t *t,
    webhook_history_search_t *search, const webhook_walk_hit_t *hit,
    webhook_delivery_t *d);


int
webhook_history_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                        rc;
    uint32_t                   max;
    webhook_walk_t             w;
    webhook_filter_t          *f;
    webhook_op_list_t         *l;
    webhook_history_search_t   search;

    l = &op->u.list;
    f = &l->filter;

    max = f->max < WEBHOOK_HISTORY_PAGE ? f->max : WEBHOOK_HISTORY_PAGE;

    l->deliveries = webhook_memory_alloc(&op->memory,
                                         max * sizeof(webhook_delivery_t));
    if (l->deliveries == NULL) {
        return ENOMEM;
    }

    webhook_walk_init(&w, f, WEBHOOK_FILTER_ROWS);

    memset(&search, 0, sizeof(search));

    search.find = l->find;
    search.begun = l->find ? webhook_clock_usec() : 0;

    rc = webhook_history_page(t, op, &w, &search, max);

    free(search.data);
    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    memcpy(f->cursor, w.cursor, WEBHOOK_CURSOR_LEN);

    f->more = (rc == 0) ? 1 : 0;
    l->damaged = w.damaged;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* MDB_NOTFOUND at the end of all. */

static int
webhook_history_page(webhook_txn_t *t, webhook_op_t *op, webhook_walk_t *w,
    webhook_history_search_t *search, uint32_t max)
{
    int                  rc, got;
    webhook_op_list_t   *l;
    webhook_delivery_t  *d;
    webhook_walk_hit_t   hit;

    l = &op->u.list;

    for ( ;; ) {
        rc = webhook_walk_next(t, w, &hit, &got);

        if (rc || !got || l->count == max) {
            return rc;
        }

        if (search->find && l->count
            && webhook_clock_usec() - search->begun >= WEBHOOK_HISTORY_USEC)
        {
            return 0;
        }

        d = &l->deliveries[l->count];

        rc = webhook_history_entry_fill(t, &op->memory, &hit.id, hit.endpoint,
                                        &hit.d, &hit.head, d);

        if (rc == 0) {
            rc = webhook_history_gone(t, &l->filter.company, d);
        }

        if (rc == 0 && search->find) {
            rc = webhook_history_holds(t, search, &hit, d);
        }

        if (rc) {
            return rc;
        }

        l->count++;

        webhook_walk_pass(w, &hit);
    }
}


/* One that cannot be read holds nothing. */

static int
webhook_history_holds(webhook_txn_t *t, webhook_history_search_t *search,
    const webhook_walk_hit_t *hit, webhook_delivery_t *d)
{
    int                             rc;
    size_t                          len;
    unsigned char                  *p;
    const webhook_rendition_row_t  *row;

    if (d->rendition >= hit->head.renditions_count) {
        return 0;
    }

    row = &hit->head.renditions[d->rendition];

    len = row->body < WEBHOOK_HISTORY_BODY ? row->body : WEBHOOK_HISTORY_BODY;

    if (len == 0) {
        return 0;
    }

    len += row->fields;

    if (search->size < len) {

        p = realloc(search->data, len);
        if (p == NULL) {
            return ENOMEM;
        }

        search->data = p;
        search->size = len;
    }

    rc = webhook_blob_begin(t, row->blob, search->data, len);

    if (rc == 0) {
        d->holds = (webhook_str_find(search->find,
                                     search->data + row->fields,
                                     len - row->fields)
                    != 0);
    }

    return rc == MDB_CORRUPTED ? 0 : rc;
}
