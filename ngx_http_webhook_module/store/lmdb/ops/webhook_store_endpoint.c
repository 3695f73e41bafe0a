
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a configuration says of an endpoint.
 */

#include "store/lmdb/ops/webhook_store_endpoint.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/ops/webhook_store_aside.h"

#include <errno.h>


#define WEBHOOK_ENDPOINT_DAY  ((uint64_t) 24 * 3600 * 1000)


int
webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                      rc;
    webhook_op_endpoint_t   *e;
    webhook_endpoint_row_t  *ep;

    e = &op->u.endpoint;
    *todo = 0;

    if (e->id == 0 || e->name.len > WEBHOOK_NAME_MAX) {
        webhook_store_log_error(t->st, EINVAL, "an endpoint exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_endpoint_row_get(t, e->id, &ep);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    /* when it was named last is written down once a day, no oftener */

    if (!ep->exists || webhook_admission_settle(t, ep, e, 1) || ep->aside
        || webhook_later(ep->named, WEBHOOK_ENDPOINT_DAY) <= t->age
        || ep->name_len != e->name.len
        || (e->name.len && memcmp(ep->name, e->name.data, e->name.len) != 0))
    {
        *todo = 1;
    }

    return 0;
}


int
webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, todo;
    webhook_op_endpoint_t   *e;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_peek(t, op, &todo);

    if (rc || !todo) {
        return rc;
    }

    e = &op->u.endpoint;

    rc = webhook_endpoint_row_get(t, e->id, &ep);
    if (rc) {
        return rc;
    }

    (void) webhook_admission_settle(t, ep, e, 0);

    webhook_aside_back(t, ep);

    ep->named = t->age;
    ep->name_len = (unsigned char) e->name.len;

    if (e->name.len) {
        memcpy(ep->name, e->name.data, e->name.len);
    }

    ep->dirty = 1;

    return 0;
}
