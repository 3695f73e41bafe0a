
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: rows that are damaged, or gone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_scene.h"


static void test_damaged(void);


int
main(void)
{
    test_damaged();

    return tap_done();
}


/* The key of the one row there is. */

static void
row_key(scene_t *s, unsigned char *key)
{
    memcpy(key, "credit", 6);
    webhook_set_u64(key + 6, util_lmdb(&s->u)->incarnation);
    webhook_set_u64(key + 14, s->ep);
}


static void
test_damaged(void)
{
    scene_t         *s;
    uint32_t         inflight;
    unsigned         i;
    unsigned char    key[22];
    credit_event_t   e;

    for (i = 0; i < 2; i++) {
        s = scene_make();
        begun(s, 100);
        row_key(s, key);

        (void) early(s, &e);

        tamper(&s->u, WEBHOOK_DB_META, key, sizeof(key), i ? "damaged" : NULL,
               7);

        (void) looks(s);

        tap_ok(credits(s, &inflight) == 1 && inflight == 1,
               i ? "a row that is damaged: what is in flight is counted anew"
                 : "the same of one that is gone");
        util_check(&s->u, "with it");

        tap_ok(applied(s, &e) && e.put.lease_token == e.put.early
               && completed(s, &e, e.put.early, WEBHOOK_DONE) == WEBHOOK_STORE_OK,
               "and what is sent is leased");
        tap_ok(early(s, &e) && applied(s, &e), "and all goes on");

        util_check(&s->u, "to its end");
        scene_drop(s);
    }

    /* a row of an endpoint that is damaged */

    s = scene_make();
    begun(s, 100);

    (void) early(s, &e);

    webhook_set_u64(key, s->ep);
    tamper(&s->u, WEBHOOK_DB_ENDPOINTS, key, 8, "damaged", 7);

    tap_ok(applied(s, &e) && e.put.lease_token == e.put.early,
           "an endpoint that is damaged is counted anew, with what is held");

    (void) util_endpoint(&s->u, "erp", 100);
    (void) looks(s);

    util_check(&s->u, "then");
    scene_drop(s);
}
