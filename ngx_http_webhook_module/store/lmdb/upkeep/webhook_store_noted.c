
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "store/lmdb/upkeep/webhook_store_noted.h"
#include "store/webhook_store_op.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/note/webhook_store_note.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/ops/webhook_store_complete.h"


typedef struct {
    webhook_txn_t  *t;
    uint32_t        count;
} webhook_noted_t;


static int webhook_noted_apply(void *ctx, webhook_op_t *op);
static int webhook_noted_closed(webhook_txn_t *t, uint64_t endpoint);


int
webhook_noted(webhook_txn_t *t, uint32_t slot, uint64_t incarnation)
{
    int              rc;
    webhook_noted_t  n;

    if (t->st->owners == -1) {
        return 0;
    }

    n.t = t;
    n.count = 0;

    rc = webhook_note_read(t->st, slot, incarnation, webhook_noted_apply, &n);

    if (rc == 0 && n.count) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                          "took over %u outcomes that a process had noted when "
                          "it died", n.count);
    }

    return rc;
}


static int
webhook_noted_apply(void *ctx, webhook_op_t *op)
{
    webhook_noted_t *n = ctx;

    int  rc;

    webhook_op_reset(op);

    rc = webhook_complete(n->t, op);

    /* the row of one that is damaged is met by who ends its lease */

    if (rc == MDB_CORRUPTED) {
        return 0;
    }

    if (rc || op->result != WEBHOOK_STORE_OK) {
        return rc;
    }

    n->count++;

    return op->u.complete.closed ? webhook_noted_closed(n->t,
                                                        op->u.complete.endpoint)
                                 : 0;
}


/* Who sent it would have told of its breaker. */

static int
webhook_noted_closed(webhook_txn_t *t, uint64_t endpoint)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);

    if (rc == 0) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                          "the breaker of webhook endpoint \"%.*s\" closed, "
                          "by what a process had noted when it died",
                          (int) ep->name_len, ep->name);
    }

    return rc;
}
