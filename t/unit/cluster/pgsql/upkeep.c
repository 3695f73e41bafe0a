
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Partitions, migrations, DRAIN; and an old snapshot that somebody holds open,
 * beside which all goes on as fast as before.
 */

#include "cluster_util.h"

#include <poll.h>


#define BATCH    100
#define BATCHES  300


static cl_node_t  a, b;


/* ms of the wall clock */
static uint64_t
ms(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static void
test_parts(void)
{
    int64_t                     from, to, ahead, rows;
    webhook_cluster_op_t        op;
    webhook_cluster_beat_t      beat;
    webhook_cluster_delivery_t  d[2];

    ahead = 0;
    from = pg_number("SELECT made_from FROM webhook.cluster");
    to = pg_number("SELECT made_to FROM webhook.cluster");

    memset(&op, 0, sizeof(op));
    cl_beat(&a, &beat);
    tap_ok(beat.elected && cl_is(a.c, cl_run(a.c, &op,
                                             WEBHOOK_CLUSTER_UPKEEP),
                                 WEBHOOK_CLUSTER_OK), "one node is elected");
    cl_beat(&b, &beat);
    tap_ok(!beat.elected
           && cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_UPKEEP),
                    WEBHOOK_CLUSTER_FENCED), "no other one");

    /* one that stays open, one that is over */

    cl_delivery(&d[0], 1);
    cl_delivery(&d[1], 2);
    d[1].full.delivery.state = WEBHOOK_DELIVERED;
    (void) cl_ship(&a, d, 2, NULL);

    /* nine days later */

    ahead = 9LL * 24 * CL_HOUR;
    cl_clock(ahead);

    cl_beat(&a, NULL);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_UPKEEP),
                 WEBHOOK_CLUSTER_OK) && op.u.upkeep.made > 20
           && pg_number("SELECT made_to FROM webhook.cluster") > to + 150,
           "partitions are made ahead: %u", op.u.upkeep.made);
    tap_ok(op.u.upkeep.dropped == 0
           && pg_number("SELECT made_from FROM webhook.cluster") == from,
           "none is dropped while something of its time is open");

    d[0].fresh = 0;
    d[0].full.delivery.state = WEBHOOK_DELIVERED;
    (void) cl_ship(&a, d, 1, NULL);

    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_UPKEEP),
                 WEBHOOK_CLUSTER_OK) && op.u.upkeep.dropped == 1
           && pg_number("SELECT count(*) FROM webhook.history") == 0
           && pg_number("SELECT count(*) FROM webhook.event") == 0,
           "then it is, and history with it");

    /* who reads it while it is to be dropped */

    PGconn  *c = pg_root();

    PQclear(PQexec(c, "BEGIN; SELECT * FROM webhook.event"));
    rows = pg_number("SELECT made_from FROM webhook.cluster");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_UPKEEP),
                 WEBHOOK_CLUSTER_OK) && op.u.upkeep.dropped == 0
           && pg_number("SELECT made_from FROM webhook.cluster") == rows,
           "not while somebody reads, and nobody waits behind it for long");
    PQclear(PQexec(c, "COMMIT"));
    PQfinish(c);
    tap_ok(cl_run(a.c, &op, WEBHOOK_CLUSTER_UPKEEP) == WEBHOOK_CLUSTER_OK
           && op.u.upkeep.dropped == 1, "later it is");

    cl_clock(0);
}


/* Pauses that ended long ago: of an endpoint and of a receiver that were removed
   then, too; of such that were not, and of one of nginx.conf. */

static void
test_pauses(void)
{
    webhook_cluster_op_t  op;

    pg_do("INSERT INTO webhook.object (kind, id, company, name, author, data,"
          " version, change, token, created, updated, removed)"
          " SELECT kind, convert_to(id, 'UTF8'), '', convert_to(id, 'UTF8'),"
          " '', '', 1, 1000 + n, gen_random_uuid(), 0, 0, gone"
          " FROM (VALUES (1, 0, 'ep_1', true), (2, 1, 'rc_1', true),"
          " (3, 0, 'ep_2', false), (4, 1, 'rc_2', false),"
          " (5, 100, 'ep_1', true), (6, 100, 'receiver:rc_1', true),"
          " (7, 100, 'ep_2', true), (8, 100, 'receiver:rc_2', true),"
          " (9, 100, 'erp', true), (10, 100, 'rc_1', true))"
          " v(n, kind, id, gone)");

    memset(&op, 0, sizeof(op));
    cl_beat(&a, NULL);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_UPKEEP),
                 WEBHOOK_CLUSTER_OK)
           && pg_number("SELECT count(*) FROM webhook.object WHERE change IN"
                        " (1001, 1002, 1005, 1006)") == 0,
           "a pause that ended goes with what was paused");
    tap_ok(pg_number("SELECT count(*) FROM webhook.object WHERE change IN"
                     " (1003, 1004, 1007, 1008, 1009, 1010)") == 6,
           "it stays with that, and where it is not known");
    tap_ok(pg_number("SELECT forgot FROM webhook.registry") == 1006,
           "how much was forgotten is known");

    pg_do("DELETE FROM webhook.object");
}


static void
test_admin(void)
{
    int64_t                 ahead;
    cl_node_t               d;
    webhook_cluster_t      *root;
    webhook_cluster_op_t    op;
    webhook_cluster_beat_t  beat;

    webhook_cluster_delivery_t  one;

    root = cl_open("postgres", NULL);

    memset(&op, 0, sizeof(op));
    op.u.admin.what = WEBHOOK_CLUSTER_MIGRATE;
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_OK) && op.u.admin.count == 0,
           "a cluster of today needs no migration");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_UNAVAILABLE),
           "nor may a node try: %s", webhook_cluster_error(a.c));

    pg_do("UPDATE webhook.cluster SET schema = 99");
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_SCHEMA), "one of a newer version is left");
    pg_do("UPDATE webhook.cluster SET schema = 8, least = 2");
    cl_node(&d, "n3", NULL);
    tap_ok(cl_is(d.c, cl_join(&d), WEBHOOK_CLUSTER_SCHEMA),
           "a node that is too old does not join");
    pg_do("UPDATE webhook.cluster SET least = 1");

    /* DRAIN */

    tap_ok(cl_join(&d) == WEBHOOK_CLUSTER_OK, "a third node");
    cl_delivery(&one, 3);
    (void) cl_ship(&d, &one, 1, NULL);

    memset(&op, 0, sizeof(op));
    op.u.admin.what = WEBHOOK_CLUSTER_DRAIN;
    op.u.admin.node = cl_str("n3");
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_BUSY), "one that lives is asked");
    cl_beat(&d, &beat);
    tap_ok(beat.draining, "and is told so");

    ahead = 0;
    cl_pass(&a, &ahead, CL_LEASE + 5000);
    cl_beat(&b, NULL);
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_OK) && op.u.admin.count == 1,
           "one that is dead is given up");

    memset(d.join.incarnation, 'q', WEBHOOK_CLUSTER_NONCE);
    memset(d.join.held, 0, WEBHOOK_CLUSTER_NONCE);
    d.join.known = 0;
    tap_ok(cl_is(d.c, cl_join(&d), WEBHOOK_CLUSTER_OK),
           "its name may be another store's");

    op.u.admin.node = cl_str("nobody");
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_NOT_FOUND), "one that there is not");

    cl_clock(0);
    webhook_cluster_close(d.c);
    webhook_cluster_close(root);
}


/* Events come and go, while somebody holds a snapshot of before. */

static void
test_snapshot(void)
{
    int                         i, j;
    PGconn                     *c;
    int64_t                     ahead;
    uint64_t                    start, worst, took;
    webhook_cluster_op_t        op;
    webhook_cluster_delivery_t *d;

    d = calloc(BATCH, sizeof(webhook_cluster_delivery_t));

    pg_do("DELETE FROM webhook.owed");

    c = pg_root();
    PQclear(PQexec(c, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1"));

    (void) cl_join(&a);
    (void) cl_join(&b);

    worst = 0;

    for (i = 0; i < BATCHES; i++) {
        for (j = 0; j < BATCH; j++) {
            cl_delivery(&d[j], 4);
        }

        if (cl_ship(&a, d, BATCH, NULL) != WEBHOOK_CLUSTER_OK) {
            break;
        }

        for (j = 0; j < BATCH; j++) {
            d[j].fresh = 0;
            d[j].full.delivery.state = WEBHOOK_DELIVERED;
        }

        if (cl_ship(&a, d, BATCH, NULL) != WEBHOOK_CLUSTER_OK) {
            break;
        }
    }

    tap_ok(i == BATCHES, "%d events came and went", i * BATCH);

    /* then the node dies, with 1000 open; another takes them in tens */

    for (i = 0; i < 10; i++) {
        for (j = 0; j < BATCH; j++) {
            cl_delivery(&d[j], 5);
        }

        (void) cl_ship(&a, d, BATCH, NULL);
    }

    ahead = 0;
    cl_pass(&b, &ahead, CL_LEASE + 5000);

    for (i = 0; i < 100; i++) {
        start = ms();

        if (cl_claim(&b, &op, 10) != WEBHOOK_CLUSTER_OK
            || op.u.claim.deliveries_count != 10)
        {
            break;
        }

        took = ms() - start;

        if (i && took > worst) {
            worst = took;
        }

        webhook_cluster_op_free(&op);
    }

    tap_ok(i == 100, "all that it had is taken: the first scan steps over what"
           " is dead, the others go on from there");
    printf("# the slowest of the others took %llu ms\n",
           (unsigned long long) worst);

    /* what it reads, which no load of the machine changes */

    tap_ok(pg_number("SELECT claimed FROM webhook.node WHERE name = 'n1'")
           > BATCH * BATCHES, "from the last one that was taken");

    PQfinish(c);
    free(d);
    cl_clock(0);
}


static int
less(const void *x, const void *y)
{
    const uint64_t  *a = x, *b = y;

    return *a < *b ? -1 : *a > *b;
}


static void
percentiles(const char *what, uint64_t *took, uint32_t count)
{
    qsort(took, count, sizeof(uint64_t), less);

    printf("# %s: %u, ms p50 %llu, p99 %llu, most %llu\n", what, count,
           (unsigned long long) took[count / 2],
           (unsigned long long) took[count - 1 - count / 100],
           (unsigned long long) took[count - 1]);
}


/*
 * WEBHOOK_TEST_SECONDS=600: for so long 1000 events a second come and go, while
 * somebody holds a snapshot of before, and another node takes what a dead one
 * had.
 */

static void
test_long(uint32_t seconds)
{
    int                          j;
    PGconn                      *c;
    int64_t                      ahead;
    uint32_t                     n, ships, claims;
    uint64_t                     begin, start, *ship, *claim;
    cl_node_t                    dead;
    webhook_cluster_op_t         op;
    webhook_cluster_delivery_t  *d;

    d = calloc(2 * BATCH, sizeof(webhook_cluster_delivery_t));
    ship = calloc(20 * seconds, sizeof(uint64_t));
    claim = calloc(20 * seconds, sizeof(uint64_t));

    pg_do("DELETE FROM webhook.owed");
    cl_node(&dead, "n4", NULL);
    (void) cl_join(&dead);

    for (n = 0; n < 2 * seconds; n++) {
        for (j = 0; j < BATCH; j++) {
            cl_delivery(&d[j], 6);
        }

        (void) cl_ship(&dead, d, BATCH, NULL);
    }

    (void) cl_join(&a);
    (void) cl_join(&b);
    ahead = 0;

    for (n = 0; n < 6; n++) {
        cl_pass(&b, &ahead, 4000);
        (void) cl_beat(&a, NULL);
    }

    c = pg_root();
    PQclear(PQexec(c, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1"));

    begin = ms();
    ships = 0;
    claims = 0;

    for (n = 0; n < 10 * seconds; n++) {

        /* 100 that are new, and the 100 before, which are over */

        for (j = 0; j < BATCH; j++) {
            d[BATCH + j] = d[j];
            d[BATCH + j].fresh = 0;
            d[BATCH + j].full.delivery.state = WEBHOOK_DELIVERED;
            cl_delivery(&d[j], 4);
        }

        start = ms();
        (void) cl_ship(&a, d, n ? 2 * BATCH : BATCH, NULL);
        ship[ships++] = ms() - start;

        for (j = 0; j < 2; j++) {
            start = ms();
            (void) cl_claim(&b, &op, 10);
            claim[claims] = ms() - start;
            claims += op.u.claim.deliveries_count != 0;
            webhook_cluster_op_free(&op);
        }

        if (n % 20 == 0) {
            (void) cl_beat(&a, NULL);
            (void) cl_beat(&b, NULL);
        }

        if (n % 300 == 299) {
            printf("# %u s: ship %llu, claim %llu ms\n", n / 10,
                   (unsigned long long) ship[ships - 1],
                   (unsigned long long) claim[claims ? claims - 1 : 0]);
        }

        start = ms();

        if (start < begin + 100 * (n + 1)) {
            poll(NULL, 0, (int) (begin + 100 * (n + 1) - start));
        }
    }

    tap_ok(claims > 0, "%u events in %llu s", n * BATCH,
           (unsigned long long) (ms() - begin) / 1000);
    percentiles("ship", ship, ships);
    percentiles("claim", claim, claims);
    printf("# owed: %lld kB, its index by node %lld kB\n",
           (long long) pg_number("SELECT pg_table_size('webhook.owed')/1024"),
           (long long) pg_number("SELECT pg_relation_size("
                                 "'webhook.owed_node')/1024"));

    PQfinish(c);
    webhook_cluster_close(dead.c);
    free(d);
    free(ship);
    free(claim);
    cl_clock(0);
}


int
main(void)
{
    const char  *seconds;

    cl_cluster();

    cl_node(&a, "n1", NULL);
    cl_node(&b, "n2", NULL);
    tap_ok(cl_join(&a) == WEBHOOK_CLUSTER_OK
           && cl_join(&b) == WEBHOOK_CLUSTER_OK, "two nodes");

    seconds = getenv("WEBHOOK_TEST_SECONDS");

    if (seconds) {
        test_long((uint32_t) atoi(seconds));

    } else {
        test_parts();
        test_pauses();
    test_admin();
        test_snapshot();
    }

    webhook_cluster_close(a.c);
    webhook_cluster_close(b.c);

    return tap_done();
}
