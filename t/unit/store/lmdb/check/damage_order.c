
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: damaged rows among those of an order key.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_order.h"


static void test_damaged(void);


int
main(void)
{
    test_damaged();

    return tap_done();
}


/* Damage does not stop a key for ever. */

static void
test_damaged(void)
{
    util_t         u;
    unsigned       i;
    uint64_t       ep, token, order;
    webhook_id_t   id[8];
    webhook_str_t  k;
    unsigned char  key[64];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    util_str(&k, "k");
    order = webhook_id_name(&k);

    /* a head that cannot be read */

    for (i = 0; i < 8; i++) {
        (void) put(&u, ep, "k", 0, &id[i]);
    }

    webhook_key_delivery(key, &id[0], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    tap_ok(claims(&u, ep, &id[1], &token),
           "a head that cannot be read makes way");

    util_check(&u, "head");

    /* one that is parked */

    webhook_key_delivery(key, &id[2], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[3], &token), "so does one that is parked");

    util_check(&u, "parked");

    /* a head that is leased, and cannot be read when its lease ends */

    webhook_key_delivery(key, &id[3], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 1 && claims(&u, ep, &id[4], &token),
           "and one that is being sent");

    util_check(&u, "sent");

    /* an event whose head is gone */

    util_complete(&u, id[4], ep, token, WEBHOOK_RETRY, 0);

    webhook_key_delivery(key, &id[4], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    tap_ok(claims(&u, ep, &id[5], &token), "and one without its event");

    /* a key whose head is nobody: who comes has its turn */

    util_complete(&u, id[5], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[6], &token), "the next");

    webhook_key_head(key, ep, order);
    tamper(&u, WEBHOOK_DB_HEADS, key, 16, &id[5], 16);

    (void) put(&u, ep, "k", 0, &id[0]);

    tap_ok(claims(&u, ep, &id[7], &token),
           "a key whose head is over goes on with the next put");

    util_free(&u);
}
