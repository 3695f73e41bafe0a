
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A node of the version before beside newer ones: what they registered of a kind
 * that it does not know it gets once it is of their version; what they had it
 * leaves to them, and says so; what is damaged is left as it is.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"
#include "store_object.h"
#include "cluster/shipper/webhook_shipper_int.h"


#define KIND  "50"


static sh_node_t  *a;


static int
has(const char *id)
{
    int           version;
    webhook_op_t  op;

    version = object_get(&a->u, &op, id) ? 1 : 0;

    webhook_op_free(&op);

    return version;
}


static uint64_t
kept(void)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHIP_STATE;

    (void) util_apply(&a->u, &op);

    return op.u.ship_state.change;
}


/* An object, as another node registers it. */

static void
registers(const char *kind, const char *id)
{
    char  sql[600];

    snprintf(sql, sizeof(sql),
             "WITH v AS (UPDATE webhook.registry SET version = version + 1"
             " RETURNING version)"
             " INSERT INTO webhook.object (kind, id, company, name, author,"
             " data, version, change, token, created, updated)"
             " SELECT %s, '%s', 'acme', '%s', '', 'data', 1, version,"
             " gen_random_uuid(), webhook.real_ms(), webhook.real_ms() FROM v",
             kind, id, id);
    pg_do(sql);
}


static void
test_kind(const char *dir)
{
    int64_t  before;

    registers("0", "ep_1");
    before = pg_number("SELECT version FROM webhook.registry");
    registers(KIND, "new_1");
    registers("0", "ep_2");

    tap_ok(sh_until(has("ep_1") && has("ep_2")),
           "an object of a kind that is not known keeps none from coming");
    tap_ok(sh_until(kept() == (uint64_t) before)
           && webhook_shipper_change(a->sh) == (uint64_t) before + 2,
           "but it is not taken for seen once the node begins anew");

    sh_end(a);
    sh_begin(a, dir);

    tap_ok(sh_until(sh_news(a).settled
                    && webhook_shipper_change(a->sh) == (uint64_t) before + 2)
           && kept() == (uint64_t) before, "nor by the next one");

    /* as one that knows the kind sees it */

    sh_end(a);
    pg_do("UPDATE webhook.object SET kind = 0 WHERE kind = " KIND);
    sh_begin(a, dir);

    tap_ok(sh_until(has("new_1") && kept() == (uint64_t) before + 2),
           "a newer version gets it");
}


/* Deliveries that nobody has, of a node that was drained. */

static void
owed(const char *format, const char *record, int n)
{
    char  sql[800];

    snprintf(sql, sizeof(sql),
             "INSERT INTO webhook.owed (event, endpoint, part, node, origin,"
             " pos, state, sends, status, ord, place, wall, bytes, type,"
             " company, format, record)"
             " SELECT gen_random_uuid(), i, c.made_from, 0, 0,"
             " nextval('webhook.owed_pos'), 0, 0, 0, 0, 0, webhook.real_ms(),"
             " 2, 'order.add', '', %s, %s"
             " FROM webhook.cluster c, generate_series(1, %d) i",
             format, record, n);
    pg_do(sql);
}


static void
test_unread(void)
{
    owed("2", "'\\xff00ff'", 3);

    pg_do("UPDATE webhook.node SET claimed = 0 WHERE id = 0");
    a->sh->tidied = 0;

    tap_ok(sh_until(sh_news(a).unread == 3), "what newer ones wrote is told");
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed WHERE node = 0") == 3
           && sh_news(a).taken == 0, "and is left to them");

    /* a newer one takes it */

    pg_do("DELETE FROM webhook.owed");
    a->sh->tidied = 0;

    tap_ok(sh_until(sh_news(a).unread == 0), "then it is not told any more");
}


/* A record that says it is of this version, and is not. */

static unsigned  asked;


static void
count(sh_node_t *n, webhook_op_t **ops, uint32_t k)
{
    (void) n;

    if (k && ops[0]->type == WEBHOOK_OP_SHIP_HAVE) {
        asked++;
    }
}


static void
test_damaged(const char *dir)
{
    webhook_id_t  id;

    owed("1", "'\\x640900'", 2);
    pg_do("UPDATE webhook.node SET claimed = 0 WHERE id = 0");

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed o JOIN"
                              " webhook.node n ON n.id = o.node"
                              " WHERE n.name = 'n1'") == 2),
           "what is damaged is known as that once it was taken");

    /* it begins anew, and finds that it has them */

    sh_end(a);
    sh_hook = count;
    sh_begin(a, dir);

    tap_ok(sh_until(sh_news(a).settled && asked), "it is asked for");
    sh_hook = NULL;

    id = sh_put(a, 0);

    tap_ok(sh_until(sh_times(&id) == 1), "other things go on");
    tap_ok(a->sh->missed == 0, "it will not be asked for again and again");
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed") == 2,
           "and stays where it is");
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

    test_kind(dir);
    test_unread();
    test_damaged(dir);

    util_check(&a->u, "the node's store");

    sh_remove(a);

    return tap_done();
}
