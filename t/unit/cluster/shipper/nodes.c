
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Nodes with their stores and shippers on one cluster: what happens on one is
 * sent by another when it dies, once; PostgreSQL goes away and comes back;
 * connections are cut.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"


#define EVENTS  60


static sh_node_t    *a, *b;
static webhook_id_t  ids[EVENTS];


static unsigned
sent(unsigned count, unsigned *most)
{
    unsigned  i, k, n;

    *most = 0;

    for (n = 0, i = 0; i < count; i++) {
        k = sh_times(&ids[i]);
        n += k != 0;
        *most = k > *most ? k : *most;
    }

    return n;
}


static void
test_ship(void)
{
    int64_t   pos;
    unsigned  i, most;

    tap_ok(sh_until(sh_news(a).settled && sh_news(b).settled),
           "two nodes join");

    a->holds = 1;

    for (i = 0; i < EVENTS; i++) {
        ids[i] = sh_put(a, 0);
    }

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == EVENTS),
           "what waits on one is in the cluster");

    a->holds = 0;
    tap_ok(sh_until(sent(EVENTS, &most) == EVENTS) && most == 1,
           "it goes on sending it itself");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 0
                    && pg_number("SELECT count(*) FROM webhook.history")
                       == EVENTS), "and the cluster is told");

    /* What is delivered at once is history alone: before anything is told, however
       long a round takes. */

    pos = pg_number("SELECT last_value FROM webhook.owed_pos");

    ids[0] = sh_put(a, 0);
    (void) sh_send(a);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history")
                    == EVENTS + 1)
           && pg_number("SELECT last_value FROM webhook.owed_pos") == pos,
           "what is delivered at once was never open there");
}


/* An event that was over, and is retried before the cluster is told of it. */

static int  raced;


static void
race(sh_node_t *n, webhook_op_t **ops, uint32_t count)
{
    uint32_t      i;
    webhook_op_t  op;

    for (i = 0; i < count && !raced; i++) {

        if (ops[i]->type == WEBHOOK_OP_SHOW && ops[i]->u.show.endpoint == 0
            && memcmp(&ops[i]->u.show.id, &ids[0], sizeof(webhook_id_t)) == 0)
        {
            memset(&op, 0, sizeof(op));
            op.type = WEBHOOK_OP_RETRY;
            op.u.delivery.event = ids[0];
            op.u.delivery.endpoint = n->ep;
            op.u.delivery.again = 1;

            raced = util_apply(&n->u, &op) == WEBHOOK_STORE_OK;
        }
    }
}


static void
test_race(void)
{
    unsigned  most;
    int64_t   history;

    history = pg_number("SELECT count(*) FROM webhook.history");
    sh_hook = race;
    ids[0] = sh_put(a, 0);
    (void) sh_send(a);

    tap_ok(sh_until(raced), "an event is over, and retried as it is told");
    sh_hook = NULL;

    tap_ok(sh_until(sent(1, &most) == 1 && most == 2), "it is sent again");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history")
                    == history + 1
                    && pg_number("SELECT count(*) FROM webhook.owed") == 0),
           "and is history, once");

    sh_pass(500);
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed") == 0,
           "nothing is left of it");
}


static void
test_dead(void)
{
    uint64_t  moved;
    unsigned  i, most;

    a->holds = 1;

    for (i = 0; i < EVENTS; i++) {
        ids[i] = sh_put(a, 0);
    }

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == EVENTS),
           "%d more", EVENTS);

    moved = sh_news(a).moved;       /* where the machine stood still before */

    a->stopped = 1;
    tap_ok(sh_until(sent(EVENTS, &most) == EVENTS) && most == 1,
           "the node stands still: the other one sends them, each once");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 0),
           "and tells so");

    a->holds = 0;
    a->stopped = 0;
    tap_ok(sh_until(sh_news(a).moved - moved == EVENTS
                    && sh_news(a).settled),
           "it goes on, and is told what became of what it had");
    sh_pass(1500);
    tap_ok(sent(EVENTS, &most) == EVENTS && most == 1,
           "and sends none of it");
    tap_ok(pg_number("SELECT count(*) FROM webhook.history WHERE state = 2")
           == 2 * EVENTS + 2, "each is history once");
}


/* PostgreSQL away. */

static void
test_away(void)
{
    unsigned  i, most;

    a->holds = 1;

    for (i = 0; i < 10; i++) {
        ids[i] = sh_put(a, 0);
    }

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 10),
           "10 are known to the cluster");

    pg_stop(SIGINT);
    (void) sh_until(sh_news(a).away && sh_news(b).away);

    /* well beyond the lease */

    sh_pass(SH_LEASE + 2000);

    for (i = 10; i < 30; i++) {
        ids[i] = sh_put(a, 0);
    }

    sh_pass(500);

    a->holds = 0;
    tap_ok(sh_until(sent(30, &most) >= 20),
           "PostgreSQL is away: what it has not been told of is sent");
    sh_pass(1000);
    tap_ok(sent(10, &most) == 0,
           "what it has, is not, for others might");

    tap_ok(pg_start(), "it is there again");
    tap_ok(sh_until(sent(30, &most) == 30) && most == 1,
           "and all is sent, once");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 0
                    && pg_number("SELECT count(*) FROM webhook.history WHERE"
                                 " state = 2") == 2 * EVENTS + 32),
           "all is there, once");
}


/* Connections are cut again and again. */

static void
test_cut(void)
{
    unsigned  i, cuts, most;
    uint64_t  end;

    cuts = (unsigned) atomic_load(&pg_proxy_cuts);

    for (i = 0; i < EVENTS; i++) {
        ids[i] = sh_put(i % 2 ? a : b, 300);

        if (i % 3 == 0) {
            atomic_store(&pg_proxy_mode, i % 2 ? PG_PROXY_ANSWER
                                               : PG_PROXY_REQUEST);
        }

        sh_pass(20);
    }

    for (end = sh_ms() + 2000; sh_ms() < end; /* void */ ) {
        atomic_store(&pg_proxy_mode, PG_PROXY_ANSWER);
        sh_pass(100);
    }

    atomic_store(&pg_proxy_mode, PG_PROXY_PASS);

    tap_ok(sh_until(sent(EVENTS, &most) == EVENTS) && most == 1,
           "connections were cut %u times: all is sent, once",
           (unsigned) atomic_load(&pg_proxy_cuts) - cuts);
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 0
                    && pg_number("SELECT count(*) FROM webhook.history WHERE"
                                 " state = 2") == 3 * EVENTS + 32),
           "all is there, once");
}


/* A node starts anew, between any two steps of its shipper. */

static void
test_killed(const char *dir)
{
    int       kills;
    unsigned  i, most;

    kills = 0;

    for (i = 0; i < 40; i++) {
        ids[i] = sh_put(a, i % 2 ? 0 : 400);
        sh_pass(i % 7);

        sh_end(a);
        sh_begin(a, dir);
        kills++;

        (void) sh_until(sh_news(a).joined || i % 2);
        sh_pass(i * 5);
    }

    tap_ok(sh_until(sent(40, &most) == 40) && most == 1,
           "it was killed %d times: all is sent, once", kills);
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 0
                    && pg_number("SELECT count(*) FROM webhook.history WHERE"
                                 " state = 2") == 3 * EVENTS + 72),
           "all is there, once");
}


/* The cluster comes back from a backup. */

static void
test_restored(void)
{
    unsigned               i, most;
    webhook_cluster_t     *root;
    webhook_cluster_op_t   op;

    a->holds = 1;

    for (i = 0; i < 10; i++) {
        ids[i] = sh_put(a, 0);
    }

    (void) sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 10);

    pg_do("DELETE FROM webhook.owed; DELETE FROM webhook.history;"
          " DELETE FROM webhook.event");

    root = cl_open("postgres", NULL);
    memset(&op, 0, sizeof(op));
    op.u.admin.what = WEBHOOK_CLUSTER_RESTORED;
    tap_ok(cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN) == WEBHOOK_CLUSTER_OK,
           "the cluster has lost all, and the operator says so");
    webhook_cluster_close(root);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 10),
           "what is open is told again");

    a->holds = 0;
    tap_ok(sh_until(sent(10, &most) == 10) && most == 1, "and sent once");
    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history WHERE"
                              " state = 2") == 3 * EVENTS + 82),
           "history too");
}


/* What waits for its time goes on waiting for it where it is taken. */

static int64_t
due_at(sh_node_t *n)
{
    int64_t       due;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = ids[0];

    due = util_apply(&n->u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
          ? op.u.show.deliveries[0].delivery.due : -1;

    webhook_op_free(&op);

    return due;
}


static void
test_due(void)
{
    ids[0] = sh_put(a, 3600000);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == 1),
           "one is due in an hour");

    a->stopped = 1;

    tap_ok(sh_until(due_at(b) != -1),
           "its node stands still: another one takes it");
    tap_ok(due_at(b) > 3000000 && due_at(b) <= 3600000,
           "and it is due when it was: in %lld ms",
           (long long) due_at(b));
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

    test_ship();
    test_race();
    test_dead();
    test_away();
    test_cut();
    test_killed(dir);
    test_restored();
    test_due();

    util_check(&a->u, "the first node's store");
    util_check(&b->u, "the second node's store");

    sh_remove(a);
    sh_remove(b);

    return tap_done();
}
