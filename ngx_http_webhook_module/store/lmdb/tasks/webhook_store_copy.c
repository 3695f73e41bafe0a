
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A new event of what was kept of another: with the same wire id, so that who
 * gets it knows it again, the same type, company and bytes, and one delivery,
 * of all the steps that the other had.  It takes its place in its order key as
 * one that comes now.
 */

#include "store/lmdb/tasks/webhook_store_copy.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/ops/webhook_store_backlog.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"

#include <errno.h>


static int webhook_copy_quota(webhook_txn_t *t, uint64_t endpoint,
    unsigned *quota);
static int webhook_copy_load(webhook_txn_t *t, void **memory,
    webhook_head_row_t *head, const webhook_delivery_row_t *d,
    webhook_rendition_t *renditions);


int
webhook_copy(webhook_txn_t *t, webhook_op_t *op)
{
    return webhook_copy_delivery(t, &op->u.copy, &op->result);
}


int
webhook_copy_delivery(webhook_txn_t *t, webhook_op_copy_t *c,
    webhook_store_result_e *result)
{
    int                      rc;
    unsigned                 quota;
    void                    *memory;
    webhook_op_t             op;
    webhook_put_t            put;
    webhook_past_t           past;
    webhook_head_row_t       head;
    webhook_rendition_t      renditions[WEBHOOK_RENDITIONS_MAX];
    webhook_op_put_event_t  *p;
    webhook_delivery_row_t   d;

    c->over = 0;
    quota = 0;

    rc = c->endpoint ? webhook_delivery_read(t, c->endpoint, &c->event, &d)
                     : MDB_NOTFOUND;

    if (rc == 0) {
        rc = webhook_history_entry_head(t, &c->event, &head);
    }

    if (rc == 0 && c->backlog) {
        rc = webhook_copy_quota(t, c->endpoint, &quota);
    }

    memory = NULL;

    if (rc == 0) {
        rc = webhook_copy_load(t, &memory, &head, &d, renditions);
    }

    if (rc) {
        webhook_memory_free(&memory);

        if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            *result = WEBHOOK_STORE_NOT_FOUND;
            return 0;
        }

        return rc;
    }

    memset(&op, 0, sizeof(op));
    memset(&put, 0, sizeof(put));
    memset(&past, 0, sizeof(past));

    op.type = WEBHOOK_OP_PUT_EVENT;

    p = &op.u.put_event;

    p->id = c->id;
    p->wall = head.wall;
    p->type = head.type;
    p->company = head.company;
    p->renditions = renditions;
    p->renditions_count = d.steps;
    p->deliveries = &put;
    p->count = 1;
    p->wire = head.wired ? &head.wire : &c->event;
    p->backlog = c->backlog;
    p->refuse = 1;

    put.endpoint = c->endpoint;
    put.steps = d.steps;
    put.quota = quota;

    if (d.order) {

        /* of its key the digest alone is kept */

        past.state = WEBHOOK_PENDING;
        past.order = d.order;
        past.ordered = d.ordered;

        put.past = &past;
    }

    webhook_op_reset(&op);

    rc = webhook_event_put(t, &op);

    *result = op.result;
    c->over = op.result == WEBHOOK_STORE_FULL && p->over;

    webhook_memory_free(&memory);

    return rc;
}


/* The quota of a company holds for what it registered. */

static int
webhook_copy_quota(webhook_txn_t *t, uint64_t endpoint, unsigned *quota)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);

    return rc ? rc : webhook_backlog_counts(t, ep, quota);
}


/* What is written next makes views into rows bad: all is copied. */

static int
webhook_copy_load(webhook_txn_t *t, void **memory, webhook_head_row_t *head,
    const webhook_delivery_row_t *d, webhook_rendition_t *renditions)
{
    int            rc;
    uint32_t       i;
    webhook_str_t  type, company;

    if (d->rendition + d->steps > head->renditions_count) {
        return MDB_CORRUPTED;
    }

    for (i = 0; i < d->steps; i++) {
        rc = webhook_rendition_read(t, &head->renditions[d->rendition + i],
                                    memory, &renditions[i]);
        if (rc) {
            return rc;
        }
    }

    type = head->type;
    company = head->company;

    if (webhook_memory_text(memory, &type, &head->type) != 0
        || webhook_memory_text(memory, &company, &head->company) != 0)
    {
        return ENOMEM;
    }

    return 0;
}


int
webhook_copy_behind(webhook_txn_t *t, const webhook_walk_hit_t *hit,
    uint32_t backlog, uint64_t until, webhook_store_result_e *result)
{
    uint64_t           wall;
    webhook_op_copy_t  c;

    memset(&c, 0, sizeof(webhook_op_copy_t));

    c.event = hit->id;
    c.endpoint = hit->endpoint;
    c.backlog = backlog;

    wall = webhook_clock_real(t->st);

    if (wall < until) {
        wall = until;
    }

    if (webhook_id_make(&t->st->ids, wall * 1000, &c.id) != 0) {
        *result = WEBHOOK_STORE_FULL;
        return 0;
    }

    return webhook_copy_delivery(t, &c, result);
}
