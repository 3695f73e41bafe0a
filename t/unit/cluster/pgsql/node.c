
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Nodes: who may join, when one is dead, what its return is like; the clock.
 */

#include "cluster_util.h"


static void
test_join(void)
{
    cl_node_t             a, again, other, copy;
    webhook_cluster_op_t  op;

    cl_node(&a, "n1", NULL);

    tap_ok(cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_FENCED),
           "who has not joined is nobody");
    tap_ok(cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_OK), "a node joins");
    tap_ok(a.join.epoch != 0 && a.join.shipped == 0
           && a.join.good == CL_LEASE - 10000
           && a.join.part_min <= a.join.part_now
           && a.join.part_max > a.join.part_now + 24,
           "it is told what there is, and that its lease is good for %llu ms",
           (unsigned long long) a.join.good);
    tap_ok(cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_OK), "and renews");

    /* the answer was lost, and the node asks again */

    again = a;
    again.join.next[0]--;
    memset(again.join.held, 0, WEBHOOK_CLUSTER_NONCE);
    tap_ok(cl_is(a.c, cl_join(&again), WEBHOOK_CLUSTER_OK),
           "JOIN can be repeated");

    /* another store under its name */

    cl_node(&other, "n1", NULL);
    memset(other.join.incarnation, 'x', WEBHOOK_CLUSTER_NONCE);
    tap_ok(cl_is(other.c, cl_join(&other), WEBHOOK_CLUSTER_DOUBLED),
           "another store of the name is refused: %s",
           webhook_cluster_error(other.c));
    webhook_cluster_close(other.c);

    /* a copy of its disk, made before it joined last; on another machine */

    copy = a;
    copy.c = cl_open("n1", NULL);
    copy.join.boot = cl_str("boot of the copy");
    copy.join.next[5] = 'z';
    tap_ok(cl_is(copy.c, cl_join(&copy), WEBHOOK_CLUSTER_BUSY)
           && copy.join.wait > 0 && copy.join.wait <= CL_LEASE,
           "a copy elsewhere waits while it lives, for %llu ms",
           (unsigned long long) copy.join.wait);

    tap_ok(cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_OK),
           "it starts again, at once, for it is the same boot");
    tap_ok(cl_is(copy.c, cl_join(&copy), WEBHOOK_CLUSTER_DOUBLED),
           "the copy is behind by then, and refused for good: %s",
           webhook_cluster_error(copy.c));
    webhook_cluster_close(copy.c);

    /* the same on one machine, where the copy is not told to wait: whichever
       joins second ends the other */

    copy = a;
    copy.c = cl_open("n1", NULL);
    copy.join.next[5] = 'y';
    tap_ok(cl_is(copy.c, cl_join(&copy), WEBHOOK_CLUSTER_OK)
           && cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_FENCED)
           && cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_DOUBLED),
           "of two with one name only one goes on");
    webhook_cluster_close(copy.c);

    /* the name of another role */

    cl_node(&other, "n1", NULL);
    webhook_cluster_close(other.c);
    other.c = cl_open("n2", NULL);
    tap_ok(cl_is(other.c, cl_join(&other), WEBHOOK_CLUSTER_DOUBLED),
           "a name is its role's: %s", webhook_cluster_error(other.c));
    webhook_cluster_close(other.c);

    /* a lease that is shorter than what has to fit into it */

    cl_node(&other, "n3", NULL);
    other.join.lease = 10000;
    tap_ok(cl_is(other.c, cl_join(&other), WEBHOOK_CLUSTER_REFUSED),
           "a lease of two heartbeats is refused: %s",
           webhook_cluster_error(other.c));
    webhook_cluster_close(other.c);

    /* status */

    memset(&op, 0, sizeof(op));
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_STATUS),
                 WEBHOOK_CLUSTER_OK)
           && op.u.status.count == 1
           && op.u.status.nodes[0].life == WEBHOOK_CLUSTER_LIVES
           && op.u.status.nodes[0].ahead > -5000
           && op.u.status.nodes[0].ahead < 5000,
           "STATUS tells of it");
    webhook_cluster_op_free(&op);

    webhook_cluster_close(a.c);
}


/* The cluster's clock goes on only while somebody renews. */

static void
test_clock(void)
{
    int64_t                 ahead;
    cl_node_t               a, b;
    webhook_cluster_op_t    op;
    webhook_cluster_beat_t  first, then;

    webhook_cluster_delivery_t  d;

    ahead = 0;

    cl_node(&a, "n4", NULL);
    cl_node(&b, "n5", NULL);
    tap_ok(cl_join(&a) == WEBHOOK_CLUSTER_OK
           && cl_join(&b) == WEBHOOK_CLUSTER_OK, "two nodes");

    cl_delivery(&d, 7);
    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_OK),
           "one of which ships");

    cl_beat(&b, &first);

    ahead += 600000;
    cl_clock(ahead);
    cl_beat(&b, &then);
    tap_ok(then.now - first.now == 10000,
           "the server's clock is set 10 minutes ahead: the cluster's goes on"
           " by two heartbeats");
    tap_ok(!then.claimable, "and nobody is dead");

    ahead -= 1200000;
    cl_clock(ahead);
    cl_beat(&b, &first);
    tap_ok(first.now == then.now, "it is set back: the cluster's stands");

    ahead += 1000;
    cl_clock(ahead);
    cl_beat(&b, &then);
    tap_ok(then.now - first.now >= 1000 && then.now - first.now <= 10000,
           "and goes on from there");

    tap_ok(cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_OK),
           "the other one renews as if nothing had been");

    /* a new leader */

    webhook_cluster_op_t  *claim = &op;

    pg_stop(SIGQUIT);
    tap_ok(pg_start(), "the server crashes, and is there again");

    cl_pass(&b, &ahead, CL_LEASE - 3000);
    cl_beat(&b, &then);
    tap_ok(!then.claimable && cl_claim(&b, claim, 10) == WEBHOOK_CLUSTER_OK
           && claim->u.claim.deliveries_count == 0,
           "for a lease nobody is taken for dead");
    webhook_cluster_op_free(claim);

    cl_pass(&b, &ahead, 2 * CL_LEASE);
    cl_beat(&b, &then);
    tap_ok(then.claimable && cl_is(b.c, cl_claim(&b, claim, 10),
                                   WEBHOOK_CLUSTER_OK)
           && claim->u.claim.deliveries_count == 1,
           "then who has not renewed is, and what it had is taken");
    webhook_cluster_op_free(claim);

    tap_ok(cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_FENCED)
           && cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_FENCED),
           "it can neither renew nor ship");
    tap_ok(cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_OK)
           && a.join.shipped == 1, "before it has joined anew");
    tap_ok(cl_ask(&a, &d).verdict == WEBHOOK_CLUSTER_MOVED,
           "and is told that another has what it had");

    /* leaving */

    memset(&op, 0, sizeof(op));
    tap_ok(cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_LEAVE),
                 WEBHOOK_CLUSTER_OK), "the other leaves");
    cl_pass(&a, &ahead, 2);
    cl_beat(&a, &then);
    tap_ok(then.claimable && cl_is(a.c, cl_claim(&a, claim, 10),
                                   WEBHOOK_CLUSTER_OK)
           && claim->u.claim.deliveries_count == 1,
           "what it has can be taken at once");
    webhook_cluster_op_free(claim);

    webhook_cluster_close(a.c);
    webhook_cluster_close(b.c);

    cl_clock(0);
}


/* A role of a node has no rights but to call functions. */

static void
test_rights(void)
{
    int         i, refused;
    char        place[160], sql[160];
    PGconn     *c;
    PGresult   *r, *tables;

    snprintf(place, sizeof(place), "host=%s user=n1 dbname=postgres", pg_dir);

    c = pg_root();
    tables = PQexec(c, "SELECT relname FROM pg_class WHERE relnamespace ="
                       " 'webhook'::regnamespace AND relkind IN ('r', 'p')");
    PQfinish(c);

    c = PQconnectdb(place);
    refused = 0;

    for (i = 0; i < PQntuples(tables); i++) {
        snprintf(sql, sizeof(sql), "SELECT 1 FROM webhook.%s LIMIT 1",
                 PQgetvalue(tables, i, 0));
        r = PQexec(c, sql);
        refused += strcmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501")
                   == 0;
        PQclear(r);

        snprintf(sql, sizeof(sql), "DELETE FROM webhook.%s",
                 PQgetvalue(tables, i, 0));
        r = PQexec(c, sql);
        refused += strcmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501")
                   == 0;
        PQclear(r);
    }

    tap_ok(i > 20 && refused == 2 * i,
           "a node can neither read nor write any of %d tables", i);
    PQclear(tables);

    r = PQexec(c, "SELECT webhook.restored()");
    tap_ok(strcmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501") == 0,
           "nor do what the operator does");
    PQclear(r);

    r = PQexec(c, "SELECT webhook.wrote(1, 1, '')");
    tap_ok(strcmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501") == 0,
           "nor call what is within");
    PQclear(r);

    PQfinish(c);
}


int
main(void)
{
    cl_cluster();

    test_join();
    test_clock();
    test_rights();

    return tap_done();
}
