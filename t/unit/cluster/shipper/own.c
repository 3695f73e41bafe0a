
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry between nodes: what they had registered before they joined, what
 * was removed while one was away for long, and what a restored cluster does not
 * know.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"
#include "store_object.h"


static sh_node_t  *a, *b;


/* What a node has of an id: its version, 0 if it is not there; negative: it is not
   the cluster's. */

static int
has(sh_node_t *n, const char *id)
{
    int                      version;
    webhook_op_t             op;
    const webhook_object_t  *o;

    o = object_get(&n->u, &op, id);
    version = o ? (int) o->version * (o->shared ? 1 : -1) : 0;

    webhook_op_free(&op);

    return version;
}


static void
test_own(void)
{
    tap_ok(object_make(&a->u, "ep_1", "acme", "erp", "one") == WEBHOOK_STORE_OK
           && object_change(&a->u, "ep_1", "acme", "erp", "two", 1)
              == WEBHOOK_STORE_OK
           && object_make(&a->u, "ep_2", "acme", "shop", "three")
              == WEBHOOK_STORE_OK, "a node has two of its own");

    tap_ok(sh_until(has(a, "ep_1") == 2 && has(a, "ep_2") == 1),
           "they become the cluster's, with their versions");
}


static void
test_taken(const char *dir)
{
    b = sh_node(1, "n2", dir);

    tap_ok(object_make(&b->u, "ep_3", "acme", "erp", "four")
           == WEBHOOK_STORE_OK
           && object_make(&b->u, "ep_4", "acme", "till", "five")
              == WEBHOOK_STORE_OK, "another has two, one of that name");

    tap_ok(sh_until(has(a, "ep_4") == 1 && has(b, "ep_4") == 1
                    && has(b, "ep_2") == 1),
           "the other one is the cluster's");
    tap_ok(sh_until(has(b, "ep_1") == 2), "it gets the one of the name");
    tap_ok(has(b, "ep_3") == -1 && has(a, "ep_3") == 0,
           "and keeps its own, alone");
}


static void
test_lost(void)
{
    b->stopped = 1;

    pg_do("DELETE FROM webhook.object WHERE id = 'ep_2'");
    pg_do("UPDATE webhook.registry SET version = version + 1,"
          " forgot = version + 1");

    tap_ok(sh_until(has(a, "ep_2") == 0), "what is gone is gone here");

    b->stopped = 0;

    tap_ok(sh_until(has(b, "ep_2") == 0),
           "and where it was missed that it was removed");
    tap_ok(has(b, "ep_1") == 2 && has(b, "ep_4") == 1 && has(b, "ep_3") == -1,
           "the others stay");
}


static void
test_restored(void)
{
    pg_do("DELETE FROM webhook.object WHERE id = 'ep_4'");
    pg_do("SELECT webhook.restored()");

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.object WHERE id ="
                              " 'ep_4' AND NOT removed") == 1),
           "what a backup did not have is told anew");
    tap_ok(sh_until(has(a, "ep_4") == 1 && has(b, "ep_4") == 1),
           "and stays");
}


int
main(void)
{
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();
    sh_loud = getenv("LOUD") != NULL;

    pg_do("UPDATE webhook.cluster SET beat = 500");

    a = sh_node(0, "n1", dir);

    test_own();
    test_taken(dir);
    test_lost();
    test_restored();

    util_check(&a->u, "the first node's store");
    util_check(&b->u, "the second node's store");

    sh_remove(a);
    sh_remove(b);

    return tap_done();
}
