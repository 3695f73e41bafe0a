
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Room for what was refused, in as many transactions as that takes.
 */

#include "store/lmdb/session/webhook_store_make_room.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/session/webhook_store_session.h"


/* Transactions that wait for freed pages alone, at most. */
#define WEBHOOK_MAKE_ROOM_WAITS  10


/*
 * What is freed by a transaction can be used two transactions later, so there
 * are more of them than what is removed asks for.
 */

void
webhook_make_room(webhook_lmdb_t *st, uint64_t bytes, uint64_t least)
{
    int            rc, go_on;
    uint64_t       used, rounds, waits;
    webhook_txn_t  t;

    rounds = 16 + 4 * bytes / (WEBHOOK_EXPIRE_PAGES * st->page);
    waits = WEBHOOK_MAKE_ROOM_WAITS;

    while (rounds-- && waits) {

        if (webhook_session_begin(st, &t, 1) != 0) {
            return;
        }

        rc = webhook_used_count(&t, &used);

        if (rc == 0 && used + least > st->mark + t.state.history) {

            /* too much is owed for any of it */

            webhook_session_abort(&t);
            return;
        }

        go_on = 0;

        if (rc == 0) {
            rc = webhook_expire_round(&t, bytes, &go_on);
        }

        if (rc || !go_on) {
            webhook_session_abort(&t);
            return;
        }

        if (t.pages == 0) {
            waits--;
        }

        t.dirty = 1;

        if (webhook_session_commit(&t) != 0) {
            return;
        }

        webhook_expire_committed(&t);

        /* outside of the transaction, lest others wait for it: who reads beside
           this and is kept waiting by the scheduler comes to its end */

        if (t.pages == 0 && webhook_beside_enter(st)) {
            webhook_beside_exit(st);
        }
    }
}
