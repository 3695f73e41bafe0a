
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What fails here is not told: apply() tries it anew, with all means to mend
 * what is wrong, and tells.
 */

#include "store/lmdb/engine/webhook_store_read.h"
#include "store/webhook_store_op.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/engine/webhook_store_perform.h"


int
webhook_read(void *data, webhook_op_t *op, uint64_t *change)
{
    webhook_lmdb_t *st = data;

    int            rc;
    webhook_txn_t  t;

    if (!webhook_perform_is_read(op) || !webhook_beside_enter(st)) {
        return 0;
    }

    op->memory = NULL;
    webhook_op_reset(op);

    rc = webhook_session_begin(st->beside, &t, 0);

    if (rc == 0) {
        rc = webhook_perform_read(&t, op);

        webhook_session_abort(&t);
    }

    *change = st->beside->change;

    webhook_beside_exit(st);

    if (rc) {
        webhook_op_free(op);
        webhook_op_reset(op);
        return 0;
    }

    return 1;
}
