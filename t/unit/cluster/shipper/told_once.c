
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Attempts are told to the cluster once, however often a delivery is tried; where it
 * is not known what was told, all of them are, and none is there twice.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"


#define TRIES  6


static sh_node_t     *a;
static webhook_id_t   id;


static void
fails_once(unsigned n)
{
    int   done;
    char  sql[80];

    done = 0;

    (void) sh_until(done || (done = sh_attempt(a, WEBHOOK_RETRY, 0, &id)));

    snprintf(sql, sizeof(sql), "SELECT sends FROM webhook.owed");

    tap_ok(sh_until(pg_number(sql) == (int64_t) n),
           "attempt %u is told of", n);
}


/* What the cluster has: so many, each once, in their order. */

static unsigned
attempts(void)
{
    unsigned                  n;
    webhook_cluster_t        *root;
    webhook_cluster_op_t      op;
    webhook_delivery_full_t  *full;

    root = cl_open("n1", NULL);

    memset(&op, 0, sizeof(op));
    op.u.show.id = id;

    n = 0;

    if (cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_SHOW),
              WEBHOOK_CLUSTER_OK)
        && op.u.show.count == 1)
    {
        full = &op.u.show.deliveries[0].full;

        while (n < full->attempts_count && full->attempts[n].number == n + 1) {
            n++;
        }

        n = n == full->attempts_count ? n : 0;
    }

    webhook_cluster_op_free(&op);
    webhook_cluster_close(root);

    return n;
}


int
main(void)
{
    unsigned     i;
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();
    sh_loud = getenv("LOUD") != NULL;

    pg_do("UPDATE webhook.cluster SET beat = 500");

    a = sh_node(0, "n1", dir);
    a->holds = 1;

    tap_ok(sh_until(sh_news(a).settled), "a node joins");

    id = sh_put(a, 0);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 1),
           "a delivery is known to the cluster");

    for (i = 1; i <= TRIES; i++) {
        fails_once(i);
    }

    tap_ok(attempts() == TRIES, "the cluster has all of them, each once");
    tap_ok(pg_number("SELECT count(*) FROM webhook.attempt") == TRIES
           && pg_number("SELECT count(*) FROM webhook.attempt x WHERE"
                        " length(x.record) > 1.5 * (SELECT min(length(record))"
                        " FROM webhook.attempt)") == 0,
           "of which each was told once");

    /* who begins anew does not know what was told */

    sh_end(a);
    sh_begin(a, dir);

    tap_ok(sh_until(sh_news(a).settled), "it begins anew");

    fails_once(TRIES + 1);

    tap_ok(attempts() == TRIES + 1, "all are there, each once");

    fails_once(TRIES + 2);
    fails_once(TRIES + 3);

    tap_ok(attempts() == TRIES + 3
           && pg_number("SELECT count(*) FROM webhook.attempt") == TRIES + 2,
           "and so it goes on");

    /* it is over, and what is told then is the last */

    a->holds = 0;

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history") == 1),
           "it is delivered");
    tap_ok(attempts() == TRIES + 4, "after %d attempts", TRIES + 4);

    util_check(&a->u, "the node's store");

    sh_remove(a);

    return tap_done();
}
