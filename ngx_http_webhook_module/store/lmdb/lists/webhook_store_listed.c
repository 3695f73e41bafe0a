
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who asks for what waits for an endpoint, or for its dead letters, is not to
 * look at all that was delivered.  So a delivery that is PENDING or DEAD has a
 * row here, by its endpoint, its state and its event, in the order in which
 * lists tell of them.  One that is leased at once, and delivered, never has.
 */

#include "store/lmdb/lists/webhook_store_listed.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"


int
webhook_listed_put(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    unsigned char  key[WEBHOOK_KEY_LISTED];

    if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
        return 0;
    }

    webhook_key_listed(key, endpoint, state, id);

    return webhook_txn_put(t, WEBHOOK_DB_LISTED, key, sizeof(key), "", 0, 0);
}


int
webhook_listed_del(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_LISTED];

    if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
        return 0;
    }

    webhook_key_listed(key, endpoint, state, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_LISTED, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_listed_has(const webhook_txn_t *t, int state)
{
    /* on its way from an older format they are not all there */

    return (state == WEBHOOK_PENDING || state == WEBHOOK_DEAD)
           && !t->st->migrating && t->st->format >= 4
           && (t->st->absent & 1U << WEBHOOK_DB_LISTED) == 0;
}
