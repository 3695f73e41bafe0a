
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


#define MANY  1000


static void test_damaged(void);
static void test_many(void);
static void lose(util_t *u, const webhook_id_t *id, uint64_t ep);


static webhook_id_t  ids[MANY];


int
main(void)
{
    test_damaged();
    test_many();

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


/* So many that cannot be read one after the other are passed in one go, whatever
   it was that came upon them. */

static void
test_many(void)
{
    util_t        u;
    unsigned      i;
    uint64_t      ep, token;
    webhook_id_t  id;

    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    for (i = 0; i < MANY; i++) {
        (void) put(&u, ep, "k", 0, &ids[i]);
    }

    tap_ok(claims(&u, ep, &ids[0], &token), "the head is sent");

    for (i = 1; i < MANY - 2; i++) {
        lose(&u, &ids[i], ep);
    }

    util_complete(&u, ids[0], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &ids[MANY - 2], &token),
           "the first that can be read has its turn");

    util_check(&u, "many were parked");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == MANY - 3
           && e.states[WEBHOOK_DELIVERED] == 1
           && e.states[WEBHOOK_SENDING] == 1
           && e.states[WEBHOOK_PENDING] == 1, "the others are dead letters");

    /* the head and who is behind it, met by a put */

    lose(&u, &ids[MANY - 1], ep);
    util_complete(&u, ids[MANY - 2], ep, token, WEBHOOK_RETRY, 1000000);
    lose(&u, &ids[MANY - 2], ep);

    u.clock += 2000000;

    (void) put(&u, ep, "k", 0, &id);

    tap_ok(claims(&u, ep, &id, &token), "a put comes upon them, too");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK && claims_none(&u, ep), "and the key is free");

    util_check(&u, "a put came upon some");

    util_free(&u);
}


static void
lose(util_t *u, const webhook_id_t *id, uint64_t ep)
{
    unsigned char  key[64];

    webhook_key_delivery(key, id, ep);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);
}
