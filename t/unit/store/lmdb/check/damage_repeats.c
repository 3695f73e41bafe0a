
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is known of a repeat is damaged.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_idempotency.h"


static void test_damaged(void);


int
main(void)
{
    test_damaged();

    return tap_done();
}


/* A row that cannot be read: an event too many, and none too few. */

static void
test_damaged(void)
{
    util_t         u;
    unsigned       more;
    webhook_op_t   op;
    webhook_id_t   a, b;
    webhook_txn_t  t;
    unsigned char  key[WEBHOOK_KEY_IDEMPOTENCY];

    util_init(&u);
    util_open(&u);
    util_endpoint(&u, "erp", 8);

    (void) put(&u, &op, 1, 1, &a);

    webhook_key_idempotency(key, &op.u.put_event.idempotency);

    tap_ok(webhook_session_begin(util_lmdb(&u), &t, 1) == 0
           && webhook_txn_put(&t, WEBHOOK_DB_IDEMPOTENCY, key, sizeof(key),
                              "x", 1, 0) == 0
           && webhook_session_commit(&t) == 0, "a row is damaged");

    tap_ok(put(&u, &op, 1, 1, &b) == 1, "a repeat is an event");
    tap_ok(put(&u, &op, 1, 1, &b) == 0, "and known from then on");

    u.clock += KEEP;

    while (util_expire(&u, 100, &more) > 0) { /* void */ }

    tap_ok(util_stats(&u, 0, NULL).idempotency == 0, "both ends go");

    util_check(&u, "after damage");
    util_free(&u);
}
