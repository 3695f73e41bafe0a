
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is done by hand before the cluster is told of that: what was over, and is
 * retried, is sent, whatever the cluster says that it was; what is purged is not,
 * though the cluster has it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"
#include "cluster/shipper/webhook_shipper_int.h"


static sh_node_t     *a;
static webhook_id_t   retried;


static int
retry(webhook_id_t id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = id;
    op.u.delivery.endpoint = a->ep;

    return util_apply(&a->u, &op) == WEBHOOK_STORE_OK;
}


static int
state(webhook_id_t id)
{
    int           is;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    is = util_apply(&a->u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
         ? (int) op.u.show.deliveries[0].delivery.state : -1;

    webhook_op_free(&op);

    return is;
}


/* A delivery that waited, is in the cluster, and is dead there by now. */

static webhook_id_t
dead(void)
{
    int           failed;
    webhook_id_t  id;

    failed = 0;
    a->holds = 1;
    id = sh_put(a, 0);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 1)
           && sh_until(failed || (failed = sh_attempt(a, WEBHOOK_FAILED, 0,
                                                       &id)))
           && sh_until(pg_number("SELECT count(*) FROM webhook.history WHERE"
                                 " state = 3") == 1),
           "the cluster knows that a delivery is dead");

    return id;
}


static void
sent(webhook_id_t id)
{
    tap_ok(state(id) == WEBHOOK_PENDING, "it waits");

    a->holds = 0;

    tap_ok(sh_until(sh_times(&id) == 1), "it is sent");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history WHERE"
                              " state = 2") == 1), "and delivered there, too");

    pg_do("DELETE FROM webhook.history; DELETE FROM webhook.event");
}


static void
test_join(const char *dir)
{
    webhook_id_t  id;

    id = dead();

    sh_end(a);
    sh_time(a);
    tap_ok(retry(id), "it is retried, and its node begins anew");
    sh_begin(a, dir);

    tap_ok(sh_until(sh_news(a).settled), "and joins");

    sent(id);
}


static void
hook(sh_node_t *n, webhook_op_t **ops, uint32_t count)
{
    (void) n;
    (void) count;

    if (ops[0]->type == WEBHOOK_OP_SHIP_ASK) {
        sh_hook = NULL;
        tap_ok(retry(retried), "it is retried before its node asks");
    }
}


static void
test_stray(void)
{
    retried = dead();
    sh_hook = hook;
    a->sh->strayed = 1;

    tap_ok(sh_until(sh_hook == NULL && !a->sh->strayed
                    && pg_number("SELECT count(*) FROM webhook.owed") == 1),
           "and tells of that");

    sent(retried);
}


static int
purge(webhook_id_t id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id;

    return util_apply(&a->u, &op) == WEBHOOK_STORE_OK;
}


static void
test_purged(const char *dir)
{
    webhook_id_t  id, other;

    a->holds = 1;
    id = sh_put(a, 0);
    other = sh_put(a, 0);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 2),
           "two deliveries are in the cluster");

    sh_end(a);
    sh_time(a);
    tap_ok(purge(id), "one is purged, and its node begins anew");
    a->holds = 0;
    sh_begin(a, dir);

    tap_ok(sh_until(sh_times(&other) == 1
                    && pg_number("SELECT count(*) FROM webhook.owed") == 0),
           "the other one is sent, and nothing is owed");
    tap_ok(sh_times(&id) == 0 && state(id) == -1, "that one is not");
    tap_ok(pg_number("SELECT count(*) FROM webhook.history") == 1
           && pg_number("SELECT count(*) FROM webhook.event") == 1,
           "nothing of it is left");
    pg_do("DELETE FROM webhook.history; DELETE FROM webhook.event");
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

    tap_ok(sh_until(sh_news(a).settled), "a node joins");

    test_join(dir);
    test_stray();
    test_purged(dir);

    util_check(&a->u, "the node's store");

    sh_remove(a);

    return tap_done();
}
