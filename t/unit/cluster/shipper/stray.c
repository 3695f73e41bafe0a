
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a node does not notice by itself: that another one has by now what it holds
 * to be its own; that a pause ended long ago, while it was away.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"
#include "cluster/shipper/webhook_shipper_int.h"


static sh_node_t  *a, *b;


static int
moved(sh_node_t *n, webhook_id_t id)
{
    int           is;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    is = util_apply(&n->u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
         && op.u.show.deliveries[0].delivery.moved;

    webhook_op_free(&op);

    return is;
}


static void
test_stray(const char *dir)
{
    int           failed;
    webhook_id_t  id, other;

    failed = 0;
    a->holds = 1;
    b->holds = 1;

    id = sh_put(a, 0);
    other = sh_put(a, 3600000);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 2),
           "two deliveries of one node are in the cluster");

    pg_do("UPDATE webhook.owed SET node = (SELECT id FROM webhook.node WHERE"
          " name = 'n2'), pos = nextval('webhook.owed_pos')"
          " WHERE pos = (SELECT min(pos) FROM webhook.owed)");

    tap_ok(sh_until(failed || (failed = sh_attempt(a, WEBHOOK_RETRY, 3600000,
                                                    &id))), "an attempt fails");
    tap_ok(sh_until(moved(a, id)),
           "another one has one of them: who tells of it learns that");
    tap_ok(!moved(a, other), "and keeps the other");
    tap_ok(sh_news(a).settled && sh_news(a).moved == 1
           && pg_number("SELECT count(*) FROM webhook.owed") == 2,
           "it need not join anew");

    /* the other one has it when it next looks */

    sh_end(b);
    b->holds = 0;
    a->holds = 0;
    sh_begin(b, dir);

    tap_ok(sh_until(sh_times(&id) == 1), "it is sent");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history") == 1),
           "and is over");
    tap_ok(sh_times(&id) == 1, "once");
}


static int
paused(sh_node_t *n)
{
    int           is;
    uint32_t      i;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = n->ep;

    is = 0;

    if (util_apply(&n->u, &op) == WEBHOOK_STORE_OK) {
        for (i = 0; i < op.u.stats.count; i++) {
            is |= op.u.stats.endpoints[i].id == n->ep
                  && op.u.stats.endpoints[i].paused;
        }
    }

    webhook_op_free(&op);

    return is;
}


static void
pauses(int ends)
{
    char  sql[800];

    snprintf(sql, sizeof(sql),
             "WITH v AS (UPDATE webhook.registry SET version = version + 1"
             " RETURNING version)"
             " INSERT INTO webhook.object (kind, id, company, name, author,"
             " data, version, change, token, created, updated, removed)"
             " SELECT 100, 'erp', '', 'erp', '', 'why', 1, version,"
             " gen_random_uuid(), webhook.real_ms(), webhook.real_ms(), %s"
             " FROM v ON CONFLICT (kind, id) DO UPDATE SET removed = %s,"
             " change = excluded.change", ends ? "true" : "false",
             ends ? "true" : "false");
    pg_do(sql);
}


/* 31 days, in which nodes that are there tidy up. */

static void
test_pause(void)
{
    pauses(0);

    tap_ok(sh_until(paused(a) && paused(b)), "an endpoint is paused");

    b->stopped = 1;
    pauses(1);

    tap_ok(sh_until(!paused(a)), "and resumed, while one node is away");

    /* and something that was removed, which is forgotten */

    pg_do("WITH v AS (UPDATE webhook.registry SET version = version + 1"
          " RETURNING version)"
          " INSERT INTO webhook.object (kind, id, company, name, author, data,"
          " version, change, token, created, updated, removed)"
          " SELECT 0, 'ep_1', '', '', '', '', 1, version,"
          " gen_random_uuid(), 0, 0, true FROM v");
    pg_do("UPDATE webhook.object SET updated = updated - 31 * 86400000::bigint"
          " WHERE updated > 0");
    pg_do("UPDATE webhook.clock SET elected = (SELECT id FROM webhook.node"
          " WHERE name = 'n1')");

    (void) sh_until(a->sh->elected);
    a->sh->tidied = 0;

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.object WHERE"
                              " id = 'ep_1'") == 0),
           "what was removed is forgotten");

    b->stopped = 0;

    tap_ok(sh_until(!paused(b)), "the one that was away resumes it, too");
    tap_ok(!paused(a), "and the other goes on");
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
    b = sh_node(1, "n2", dir);

    tap_ok(sh_until(sh_news(a).settled && sh_news(b).settled),
           "two nodes join");

    test_stray(dir);
    test_pause();

    util_check(&a->u, "the first node's store");
    util_check(&b->u, "the second node's store");

    sh_remove(a);
    sh_remove(b);

    return tap_done();
}
