
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: objects as the cluster has them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"
#include "store_object.h"


static uint64_t  change;


static void test_shared(void);
static void test_own(void);
static void test_names(void);
static void test_removed(void);


int
main(void)
{
    test_shared();
    test_own();
    test_names();
    test_removed();

    return tap_done();
}


static webhook_store_result_e
share(util_t *u, const char *id, const char *name, const char *data,
    uint64_t version, unsigned removed)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    object_op(&op, id, "a", name, data);

    op.u.object.object.version = version;
    op.u.object.object.created = UTIL_WALL - 1000;
    op.u.object.object.updated = UTIL_WALL - 500;
    op.u.object.object.removed = removed & 1;
    op.u.object.shared = ++change;

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


static int
is(util_t *u, const char *id, const char *name, uint64_t version)
{
    int                      right;
    webhook_op_t             op;
    const webhook_object_t  *o;

    o = object_get(u, &op, id);

    right = o ? object_is(&o->name, name) && o->version == version
                && o->created == UTIL_WALL - 1000
                && o->updated == UTIL_WALL - 500
              : name == NULL;

    webhook_op_free(&op);

    return right;
}


static void
test_shared(void)
{
    util_t  u;

    (void) ship_start(&u, 10);

    tap_ok(share(&u, "ep_1", "erp", "1", 4, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "erp", 4), "one is made at its version");
    tap_ok(share(&u, "ep_1", "erp", "1", 4, 0) == WEBHOOK_STORE_DUPLICATE,
           "once");
    tap_ok(share(&u, "ep_1", "shop", "2", 9, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "shop", 9), "it is changed");
    tap_ok(share(&u, "ep_1", "shop", "3", 9, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "shop", 9),
           "and sealed anew, at the same version");
    tap_ok(share(&u, "ep_1", "shop", "2", 8, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "shop", 8),
           "back, too, where the cluster was restored");
    tap_ok(ship_state(&u).change == change, "the change is kept with it");

    util_check(&u, "shared");
    util_free(&u);
}


/* One that was here before the cluster had it. */

static void
test_own(void)
{
    util_t                   u;
    webhook_op_t             op;
    const webhook_object_t  *o;

    (void) ship_start(&u, 10);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    o = object_get(&u, &op, "ep_1");
    tap_ok(o && !o->shared, "one of this store is not the cluster's");
    webhook_op_free(&op);

    tap_ok(share(&u, "ep_1", "erp", "1", 1, 0) == WEBHOOK_STORE_OK
           && share(&u, "ep_1", "erp", "1", 1, 0) == WEBHOOK_STORE_DUPLICATE,
           "until that has it");

    o = object_get(&u, &op, "ep_1");
    tap_ok(o && o->shared, "then it is");
    webhook_op_free(&op);

    util_check(&u, "own");
    util_free(&u);
}


/* Two change names: each is told as it is in the end. */

static void
test_names(void)
{
    util_t  u;

    (void) ship_start(&u, 10);

    (void) share(&u, "ep_1", "erp", "1", 1, 0);
    (void) share(&u, "ep_2", "shop", "1", 1, 0);

    tap_ok(share(&u, "ep_1", "shop", "1", 3, 0) == WEBHOOK_STORE_OK
           && share(&u, "ep_2", "erp", "1", 2, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "shop", 3) && is(&u, "ep_2", "erp", 2),
           "two change their names");

    util_check(&u, "names");

    tap_ok(object_make(&u, "ep_3", "a", "erp", "1") == WEBHOOK_STORE_DUPLICATE,
           "both are taken");

    util_free(&u);
}


static void
test_removed(void)
{
    util_t                    u;
    uint64_t                  ep;
    unsigned                  more;
    webhook_endpoint_stats_t  e;

    (void) ship_start(&u, 10);

    (void) share(&u, "ep_1", "erp", "1", 1, 0);
    ep = util_endpoint(&u, "ep_1", 10);
    (void) util_put(&u, ep, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    tap_ok(share(&u, "ep_1", "", "", 2, 1) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", NULL, 0), "one is removed");
    tap_ok(share(&u, "ep_1", "", "", 2, 1) == WEBHOOK_STORE_DUPLICATE, "once");
    tap_ok(share(&u, "ep_9", "", "", 2, 1) == WEBHOOK_STORE_OK,
           "or was never here");

    util_check(&u, "removed");

    do {
        (void) util_expire(&u, 100, &more);
    } while (more);

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_CANCELLED] == 1 && ship_all(&u, 0) == 1,
           "what waits is cancelled, and that is told");

    tap_ok(share(&u, "ep_1", "erp", "1", 3, 0) == WEBHOOK_STORE_OK
           && is(&u, "ep_1", "erp", 3), "it is there again");

    util_check(&u, "there again");
    util_free(&u);
}
