
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHIP, and what it leaves: repeats, cut connections, refused rows, questions of
 * a node that comes back; epochs.
 */

#include "cluster_util.h"
#include "pg_proxy.h"


#define MANY  60000                     /* if each were compared with each other
                                           one: minutes */


static cl_node_t  a;


static void
test_ship(void)
{
    cl_node_t                   again;
    webhook_cluster_ship_t      ship;
    webhook_cluster_delivery_t  d[3];

    cl_delivery(&d[0], 7);
    cl_delivery(&d[1], 0xfedcba9876543210ull);
    cl_delivery(&d[2], 8);
    d[2].full.delivery.state = WEBHOOK_DELIVERED;
    d[2].full.delivery.finished = cl_wall();

    again = a;

    tap_ok(cl_is(a.c, cl_ship(&a, d, 3, &ship), WEBHOOK_CLUSTER_OK)
           && ship.shipped == 3 && ship.stale == 0, "a batch is shipped");
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed") == 2
           && pg_number("SELECT count(*) FROM webhook.history") == 1
           && pg_number("SELECT count(*) FROM webhook.event") == 3,
           "two deliveries are open, one is history, of three events");

    tap_ok(cl_is(a.c, cl_ship(&again, d, 3, &ship), WEBHOOK_CLUSTER_DUPLICATE)
           && ship.shipped == 3, "the same again is known as that");
    again.number = 0;
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed") == 2,
           "and changes nothing");

    tap_ok(pg_number("SELECT writes FROM webhook.shipped WHERE node = 1") >= 2,
           "but the node's row, so that it waits for the standby, too");

    again.number = 9;
    tap_ok(cl_is(a.c, cl_ship(&again, d, 3, &ship), WEBHOOK_CLUSTER_LOST),
           "what goes on from a number that the cluster has not is refused: %s",
           webhook_cluster_error(a.c));

    tap_ok(cl_ask(&a, &d[0]).verdict == WEBHOOK_CLUSTER_YOURS
           && cl_ask(&a, &d[1]).verdict == WEBHOOK_CLUSTER_YOURS,
           "ASK: what is open is the node's");
    tap_ok(cl_ask(&a, &d[2]).verdict == WEBHOOK_CLUSTER_TOLD
           && cl_ask(&a, &d[2]).state == WEBHOOK_DELIVERED,
           "what is over is, as it has told");
    pg_do("UPDATE webhook.history SET node = 0");
    tap_ok(cl_ask(&a, &d[2]).verdict == WEBHOOK_CLUSTER_OVER
           && cl_ask(&a, &d[2]).state == WEBHOOK_DELIVERED,
           "or as another one has");
    pg_do("UPDATE webhook.history SET node = 1");

    /* it goes on: an attempt fails, the other is delivered */

    webhook_attempt_t  attempt;

    memset(&attempt, 0, sizeof(attempt));
    attempt.number = 1;
    attempt.status = 503;
    attempt.error = cl_str("answered 503");
    d[0].fresh = 0;
    d[0].full.delivery.attempts = 1;
    d[0].full.delivery.status = 503;
    d[0].full.attempts = &attempt;
    d[0].full.attempts_count = 1;
    d[1].fresh = 0;
    d[1].full.delivery.attempts = 1;
    d[1].full.delivery.state = WEBHOOK_DELIVERED;
    d[1].full.delivery.finished = cl_wall();

    tap_ok(cl_is(a.c, cl_ship(&a, d, 2, &ship), WEBHOOK_CLUSTER_OK)
           && ship.stale == 0
           && pg_number("SELECT count(*) FROM webhook.owed") == 1
           && pg_number("SELECT count(*) FROM webhook.history") == 2,
           "what came of them is shipped");
    tap_ok(cl_ask(&a, &d[0]).sends == 1
           && cl_ask(&a, &d[0]).status == 503, "and is told");

    /* one that was over is due again */

    d[1].full.delivery.state = WEBHOOK_PENDING;
    tap_ok(cl_is(a.c, cl_ship(&a, &d[1], 1, &ship), WEBHOOK_CLUSTER_OK)
           && pg_number("SELECT count(*) FROM webhook.owed") == 2
           && pg_number("SELECT count(*) FROM webhook.history") == 1,
           "one that was over is open again, and not history");

    cl_delivery(&d[2], 9);
    tap_ok(cl_ask(&a, &d[2]).verdict == WEBHOOK_CLUSTER_GONE,
           "one that was never told of is not known");

    d[0].full.delivery.state = WEBHOOK_CANCELLED;
    d[1].full.delivery.state = WEBHOOK_CANCELLED;
    cl_ship(&a, d, 2, NULL);
}


/* One event with many deliveries, whose work does not grow with their square. */

static void
test_many(void)
{
    uint32_t                     i;
    webhook_cluster_op_t         op;
    webhook_cluster_event_t      e;
    webhook_cluster_delivery_t  *d;

    d = calloc(MANY, sizeof(webhook_cluster_delivery_t));

    for (i = 0; i < MANY; i++) {
        cl_delivery(&d[i], i + 1);
        d[i].full.delivery.event = d[0].full.delivery.event;
        d[i].part = d[0].part;
    }

    cl_event(&e, &d[0]);

    memset(&op, 0, sizeof(op));
    op.u.ship.from = a.number;
    op.u.ship.to = a.number + 1;
    op.u.ship.events = &e;
    op.u.ship.events_count = 1;
    op.u.ship.deliveries = d;
    op.u.ship.deliveries_count = MANY;

    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_SHIP),
                 WEBHOOK_CLUSTER_OK) && op.u.ship.stale == 0
           && pg_number("SELECT count(*) FROM webhook.owed") == MANY,
           "an event with %d deliveries is shipped", MANY);

    a.number++;

    pg_do("TRUNCATE webhook.owed");
    free(d);
}


/* A connection that is cut: before the commit, and behind it. */

static void
test_cut(const char *dir)
{
    int                         i;
    cl_node_t                   p, before;
    webhook_cluster_ship_t      ship;
    webhook_cluster_delivery_t  d;

    p = a;
    p.c = cl_open("n1", dir);
    webhook_cluster_use(p.c, &a.session);

    cl_delivery(&d, 20);
    tap_ok(cl_is(p.c, cl_ship(&p, &d, 1, NULL), WEBHOOK_CLUSTER_OK),
           "through a proxy");

    for (i = 0; i < 5; i++) {
        before = p;
        cl_delivery(&d, 21);

        atomic_store(&pg_proxy_mode, PG_PROXY_ANSWER);
        tap_ok(cl_is(p.c, cl_ship(&p, &d, 1, NULL), WEBHOOK_CLUSTER_UNKNOWN),
               "%d: cut behind the commit: it is not known what became of it",
               i);
        tap_ok(cl_is(p.c, cl_ship(&p, &d, 1, &ship),
                     WEBHOOK_CLUSTER_DUPLICATE)
               && ship.shipped == p.number + 1,
               "%d: it had been applied, and is not applied twice", i);
        p.number = ship.shipped;

        before = p;
        cl_delivery(&d, 22);
        atomic_store(&pg_proxy_mode, PG_PROXY_REQUEST);
        tap_ok(cl_ship(&p, &d, 1, NULL) != WEBHOOK_CLUSTER_OK,
               "%d: cut before its end", i);
        tap_ok(cl_is(p.c, cl_ship(&p, &d, 1, &ship), WEBHOOK_CLUSTER_OK)
               && p.number == before.number + 1,
               "%d: it had not been applied, and is now", i);
    }

    tap_ok(atomic_load(&pg_proxy_cuts) == 10
           && pg_number("SELECT count(*) FROM webhook.owed WHERE endpoint"
                        " IN (21, 22)") == 10, "each is there once");

    /* a server that is away, or silent */

    webhook_cluster_op_t  op;

    atomic_store(&pg_proxy_mode, PG_PROXY_SILENT);
    memset(&op, 0, sizeof(op));
    op.timeout = 300;
    tap_ok(cl_is(p.c, cl_run(p.c, &op, WEBHOOK_CLUSTER_BEAT),
                 WEBHOOK_CLUSTER_UNKNOWN),
           "a server that does not answer is given up: %s",
           webhook_cluster_error(p.c));

    tap_ok(cl_is(p.c, cl_run(p.c, &op, WEBHOOK_CLUSTER_BEAT),
                 WEBHOOK_CLUSTER_UNAVAILABLE),
           "nor can it be connected to: %s", webhook_cluster_error(p.c));

    atomic_store(&pg_proxy_mode, PG_PROXY_REFUSE);
    op.timeout = 10000;
    tap_ok(cl_is(p.c, cl_run(p.c, &op, WEBHOOK_CLUSTER_BEAT),
                 WEBHOOK_CLUSTER_UNAVAILABLE),
           "one that closes connections is not there: %s",
           webhook_cluster_error(p.c));

    atomic_store(&pg_proxy_mode, PG_PROXY_PASS);
    tap_ok(cl_is(p.c, cl_run(p.c, &op, WEBHOOK_CLUSTER_BEAT),
                 WEBHOOK_CLUSTER_OK), "and then it is");

    /* ended by an administrator while it waits: nothing is certain */

    a.number = p.number;
    webhook_cluster_close(p.c);
}


/* The answer is one of success, but it was not waited for the standby. */

static void
test_warning(void)
{
    webhook_cluster_ship_t      ship;
    webhook_cluster_delivery_t  d;

    pg_do("CREATE FUNCTION webhook.warns() RETURNS trigger LANGUAGE plpgsql AS"
          " $$ BEGIN RAISE WARNING 'canceling wait for synchronous"
          " replication due to user request'; RETURN NEW; END $$;"
          " CREATE TRIGGER warns BEFORE INSERT ON webhook.owed"
          " FOR EACH ROW EXECUTE FUNCTION webhook.warns()");

    cl_delivery(&d, 30);
    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_UNKNOWN),
           "a success with a warning is none: %s",
           webhook_cluster_error(a.c));

    pg_do("DROP TRIGGER warns ON webhook.owed");

    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, &ship), WEBHOOK_CLUSTER_DUPLICATE),
           "and is told again");
    a.number = ship.shipped;

    /* what fails at the commit itself, behind the answer */

    pg_do("CREATE FUNCTION webhook.late() RETURNS trigger LANGUAGE plpgsql AS"
          " $$ BEGIN RAISE EXCEPTION SQLSTATE '53100'; END $$;"
          " CREATE CONSTRAINT TRIGGER late AFTER INSERT ON webhook.owed"
          " DEFERRABLE INITIALLY DEFERRED"
          " FOR EACH ROW EXECUTE FUNCTION webhook.late()");

    cl_delivery(&d, 31);
    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_UNAVAILABLE),
           "an answer before a commit that fails is no success");

    pg_do("DROP TRIGGER late ON webhook.owed");

    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, &ship), WEBHOOK_CLUSTER_OK),
           "and can be repeated");
}


/* A row that the server does not take: the others do without it. */

static void
test_refused(void)
{
    cl_node_t                   was;
    webhook_cluster_delivery_t  d[4];
    int                         i;

    for (i = 0; i < 4; i++) {
        cl_delivery(&d[i], 40);
    }

    d[2].full.delivery.state = (webhook_state_e) 9;
    d[2].full.delivery.blocks = 1;

    was = a;
    tap_ok(cl_is(a.c, cl_ship(&a, d, 4, NULL), WEBHOOK_CLUSTER_REFUSED),
           "a batch with a bad row is refused: %s",
           webhook_cluster_error(a.c));
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed WHERE endpoint = 40")
           == 0, "as a whole");

    tap_ok(cl_ship(&a, d, 2, NULL) == WEBHOOK_CLUSTER_OK
           && cl_ship(&a, &d[2], 1, NULL) == WEBHOOK_CLUSTER_REFUSED
           && cl_ship(&a, &d[3], 1, NULL) == WEBHOOK_CLUSTER_OK
           && a.number == was.number + 3,
           "in halves it is found, and the rest is shipped");

    /* whatever bytes there are in texts */

    d[2].full.delivery.state = WEBHOOK_PENDING;
    d[2].full.delivery.type.data = (unsigned char *) "a\0\xff\xfe'\"\\";
    d[2].full.delivery.type.len = 7;
    d[2].full.delivery.error = d[2].full.delivery.type;
    d[2].full.delivery.company = d[2].full.delivery.type;
    tap_ok(cl_is(a.c, cl_ship(&a, &d[2], 1, NULL), WEBHOOK_CLUSTER_OK),
           "texts may be any bytes");

    /* a part that there is not */

    cl_delivery(&d[0], 41);
    d[0].part = 5;
    tap_ok(cl_is(a.c, cl_ship(&a, &d[0], 1, NULL), WEBHOOK_CLUSTER_OK),
           "an event of a time whose partition is gone is kept with the"
           " oldest");
}


/* The cluster comes back from a backup. */

static void
test_epoch(void)
{
    uint64_t                    epoch, before;
    webhook_cluster_op_t        op;
    webhook_cluster_t          *root;
    webhook_cluster_delivery_t  d;

    cl_delivery(&d, 50);
    tap_ok(cl_ship(&a, &d, 1, NULL) == WEBHOOK_CLUSTER_OK, "something is told");
    epoch = a.join.epoch;
    before = a.number;

    pg_do("DELETE FROM webhook.owed; DELETE FROM webhook.history;"
          " UPDATE webhook.shipped SET seq = 2");

    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_LOST),
           "a cluster that has forgotten is noticed");

    root = cl_open("postgres", NULL);
    memset(&op, 0, sizeof(op));
    op.u.admin.what = WEBHOOK_CLUSTER_RESTORED;
    tap_ok(cl_is(root, cl_run(root, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_OK), "the operator says so");
    webhook_cluster_close(root);

    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_FENCED),
           "nodes have to join anew");

    a.join.assigned = before;
    tap_ok(cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_OK)
           && a.join.epoch > epoch && a.number == before,
           "it is another epoch; numbers go on");

    d.fresh = 1;
    tap_ok(cl_is(a.c, cl_ship(&a, &d, 1, NULL), WEBHOOK_CLUSTER_OK)
           && pg_number("SELECT count(*) FROM webhook.owed") == 1,
           "and what the node has is told again");
}


int
main(void)
{
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();

    cl_node(&a, "n1", NULL);
    tap_ok(cl_join(&a) == WEBHOOK_CLUSTER_OK, "a node");

    test_ship();
    test_many();
    test_cut(dir);
    test_warning();
    test_refused();
    test_epoch();

    webhook_cluster_close(a.c);

    return tap_done();
}
