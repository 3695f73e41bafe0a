
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * CLAIM, FETCH, MINE, RELEASE: what is whose after a node died; keys in order.
 */

#include "cluster_util.h"
#include "pg_proxy.h"


#define KEY  0x8000000000000001ull


static cl_node_t                   a, b, c;
static int64_t                     ahead;
static webhook_cluster_delivery_t  claimed[10];     /* of test_claim() */


/* a node is dead once others have renewed for as long as its lease */

static void
kill_node(void)
{
    int  i;

    for (i = 0; i < CL_LEASE / 5000 + 1; i++) {
        cl_pass(&b, &ahead, 5000);
        (void) cl_beat(&c, NULL);
    }
}


static void
test_claim(void)
{
    uint32_t                    i, n;
    webhook_attempt_t           attempt;
    webhook_cluster_op_t        op;
    webhook_cluster_beat_t      beat;
    webhook_cluster_delivery_t *d, *got;

    d = claimed;

    for (i = 0; i < 10; i++) {
        cl_delivery(&d[i], 5);
        d[i].full.delivery.body_len = 100;
    }

    memset(&attempt, 0, sizeof(attempt));
    attempt.number = 1;
    attempt.status = 500;
    attempt.error = cl_str("answered 500");
    attempt.answer = cl_str("oops");
    d[3].full.attempts = &attempt;
    d[3].full.attempts_count = 1;
    d[3].full.delivery.attempts = 1;
    d[3].full.delivery.due = 60000;

    tap_ok(cl_is(a.c, cl_ship(&a, d, 10, NULL), WEBHOOK_CLUSTER_OK),
           "a node ships 10 deliveries");

    attempt.number = 2;
    attempt.status = 502;
    d[3].full.delivery.attempts = 2;
    d[3].fresh = 0;
    tap_ok(cl_is(a.c, cl_ship(&a, &d[3], 1, NULL), WEBHOOK_CLUSTER_OK),
           "and one of them again");

    tap_ok(cl_is(b.c, cl_claim(&b, &op, 100), WEBHOOK_CLUSTER_OK)
           && op.u.claim.deliveries_count == 0,
           "while it lives nobody else gets any");

    kill_node();
    cl_beat(&b, &beat);
    tap_ok(beat.claimable, "it dies");

    tap_ok(cl_is(b.c, cl_claim(&b, &op, 4), WEBHOOK_CLUSTER_OK)
           && op.u.claim.deliveries_count == 4
           && op.u.claim.events_count == 4, "others take what it had");

    got = &op.u.claim.deliveries[3];
    tap_ok(memcmp(&got->full.delivery.event, &d[3].full.delivery.event, 16)
               == 0
           && got->full.delivery.attempts == 2
           && got->full.attempts_count == 2
           && got->full.attempts[0].status == 500
           && got->full.attempts[1].number == 2
           && got->full.delivery.endpoint_name.len == 3
           && got->full.delivery.due > 30000
           && got->full.delivery.due <= 60000
           && got->node.len == 2 && memcmp(got->node.data, "n1", 2) == 0,
           "with all attempts, and when it is due");
    tap_ok(op.u.claim.events[3].renditions_count == 1
           && op.u.claim.events[3].renditions[0].body.len == 2
           && memcmp(op.u.claim.events[3].renditions[0].body.data, "{}", 2)
              == 0
           && op.u.claim.events[3].type.len == 9, "and the event");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(c.c, cl_claim(&c, &op, 100), WEBHOOK_CLUSTER_OK)
           && op.u.claim.deliveries_count == 6,
           "a third node takes the rest");
    webhook_cluster_op_free(&op);

    /* its own */

    memset(&op, 0, sizeof(op));
    op.u.ask.max = 3;
    n = 0;

    do {
        webhook_cluster_op_free(&op);
        cl_run(b.c, &op, WEBHOOK_CLUSTER_MINE);
        n += op.u.ask.count;
    } while (op.result == WEBHOOK_CLUSTER_OK && op.u.ask.count);

    tap_ok(n == 4, "MINE tells each of what it took, page by page");
}


/* The node whose they were is back. */

static void
test_back(void)
{
    uint32_t                    i, n;
    webhook_cluster_ship_t      ship;
    webhook_cluster_delivery_t *d;

    d = claimed;

    tap_ok(cl_is(a.c, cl_beat(&a, NULL), WEBHOOK_CLUSTER_FENCED)
           && cl_is(a.c, cl_join(&a), WEBHOOK_CLUSTER_OK)
           && a.number == 11, "the node is back");

    /* what it had may be in the index for long, if there is an old snapshot */

    tap_ok(pg_number("SELECT claimed FROM webhook.node WHERE name = 'n1'")
               >= 10
           && pg_number("SELECT count(*) FROM webhook.owed o WHERE"
                        " o.pos <= webhook.unclaimed(o.node)") == 0,
           "who claims what it has passes over nothing that it had");

    for (n = 0, i = 0; i < 10; i++) {
        n += cl_ask(&a, &d[i]).verdict == WEBHOOK_CLUSTER_MOVED;
        d[i].fresh = 0;
        d[i].full.delivery.state = WEBHOOK_DELIVERED;
        d[i].full.delivery.finished = cl_wall();
    }

    tap_ok(n == 10, "all that it had is others' now");

    d[3].full.attempts_count = 0;
    tap_ok(cl_is(a.c, cl_ship(&a, d, 10, &ship), WEBHOOK_CLUSTER_OK)
           && ship.stale == 10
           && pg_number("SELECT count(*) FROM webhook.owed") == 10
           && pg_number("SELECT count(*) FROM webhook.history") == 0,
           "what it says of them is of no effect");

    tap_ok(cl_is(b.c, cl_ship(&b, d, 4, &ship), WEBHOOK_CLUSTER_OK)
           && ship.stale == 0
           && cl_is(c.c, cl_ship(&c, &d[4], 6, &ship), WEBHOOK_CLUSTER_OK)
           && ship.stale == 0
           && pg_number("SELECT count(*) FROM webhook.owed") == 0
           && pg_number("SELECT count(*) FROM webhook.history") == 10,
           "what those say who have them, is");
}


/* A claim whose answer is lost. */

static void
test_lost(const char *dir)
{
    cl_node_t                   p;
    webhook_cluster_op_t        op, fetch;
    webhook_cluster_delivery_t  d[3];

    cl_delivery(&d[0], 6);
    cl_delivery(&d[1], 6);
    cl_delivery(&d[2], 6);
    tap_ok(cl_ship(&a, d, 3, NULL) == WEBHOOK_CLUSTER_OK, "three more");
    kill_node();

    p = b;
    p.c = cl_open("n2", dir);
    webhook_cluster_use(p.c, &b.session);
    (void) cl_beat(&p, NULL);

    atomic_store(&pg_proxy_mode, PG_PROXY_ANSWER);
    tap_ok(cl_is(p.c, cl_claim(&p, &op, 10), WEBHOOK_CLUSTER_UNKNOWN),
           "the answer to a claim is lost");
    webhook_cluster_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.u.ask.max = 100;
    tap_ok(cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_MINE),
                 WEBHOOK_CLUSTER_OK) && op.u.ask.count == 3,
           "MINE tells what was taken");

    memset(&fetch, 0, sizeof(fetch));
    fetch.u.claim.known = op.u.ask.known;
    fetch.u.claim.known_count = 2;
    tap_ok(cl_is(b.c, cl_run(b.c, &fetch, WEBHOOK_CLUSTER_FETCH),
                 WEBHOOK_CLUSTER_OK)
           && fetch.u.claim.deliveries_count == 2
           && fetch.u.claim.events_count == 2, "FETCH brings it whole");
    webhook_cluster_op_free(&fetch);

    pg_do("UPDATE webhook.owed SET bytes = 5000000");
    tap_ok(cl_is(b.c, cl_run(b.c, &fetch, WEBHOOK_CLUSTER_FETCH),
                 WEBHOOK_CLUSTER_OK)
           && fetch.u.claim.deliveries_count == 1, "large ones one by one");
    webhook_cluster_op_free(&fetch);
    pg_do("UPDATE webhook.owed SET bytes = 2");

    tap_ok(cl_is(c.c, cl_run(c.c, &fetch, WEBHOOK_CLUSTER_FETCH),
                 WEBHOOK_CLUSTER_OK)
           && fetch.u.claim.deliveries_count == 0, "to no one else");
    webhook_cluster_op_free(&fetch);
    webhook_cluster_op_free(&op);

    /* drained: given to nobody */

    memset(&op, 0, sizeof(op));
    op.u.ask.max = 2;
    tap_ok(cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_RELEASE),
                 WEBHOOK_CLUSTER_OK) && op.u.ask.count == 2,
           "RELEASE gives the oldest away");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(c.c, cl_claim(&c, &op, 10), WEBHOOK_CLUSTER_OK)
           && op.u.claim.deliveries_count == 2, "and another takes them");
    webhook_cluster_op_free(&op);

    webhook_cluster_close(p.c);
    pg_do("DELETE FROM webhook.owed");
}


/* All of a key come to one node, in order. */

static void
test_keys(void)
{
    int                         in_order;
    uint32_t                    i, n, k, keyed;
    uint64_t                    place;
    webhook_cluster_op_t        op;
    webhook_cluster_delivery_t  d[40];

    (void) cl_join(&a);

    for (i = 0; i < 40; i++) {
        cl_delivery(&d[i], 9);
        d[i].full.delivery.order = i % 2 ? KEY : 0;
        d[i].full.delivery.place = i + 1;
    }

    tap_ok(cl_ship(&a, d, 40, NULL) == WEBHOOK_CLUSTER_OK,
           "40 deliveries, 20 of them of one key");
    kill_node();

    in_order = 1;
    keyed = 0;
    place = 0;

    tap_ok(cl_claim(&b, &op, 10) == WEBHOOK_CLUSTER_OK
           && op.u.claim.deliveries_count == 10, "one node takes 10");

    for (i = 0; i < 10; i++) {
        if (op.u.claim.deliveries[i].full.delivery.order == KEY) {
            in_order &= op.u.claim.deliveries[i].full.delivery.place > place;
            place = op.u.claim.deliveries[i].full.delivery.place;
            keyed++;
        }
    }

    webhook_cluster_op_free(&op);

    for (n = 0, k = 0, i = 0; i < 10; i++) {
        uint32_t  j;

        (void) cl_claim(&c, &op, 10);
        n += op.u.claim.deliveries_count;

        for (j = 0; j < op.u.claim.deliveries_count; j++) {
            k += op.u.claim.deliveries[j].full.delivery.order == KEY;
        }

        webhook_cluster_op_free(&op);
    }

    tap_ok(n == 15 && k == 0, "another one gets what has no key, and none of"
           " that: %u, %u", n, k);

    for (i = 0; i < 10; i++) {
        uint32_t  j;

        (void) cl_claim(&b, &op, 10);

        for (j = 0; j < op.u.claim.deliveries_count; j++) {
            in_order &= op.u.claim.deliveries[j].full.delivery.place > place;
            place = op.u.claim.deliveries[j].full.delivery.place;
            keyed++;
        }

        webhook_cluster_op_free(&op);
    }

    tap_ok(keyed == 20 && in_order, "the first has all 20, in order");

    pg_do("DELETE FROM webhook.owed");
}


/* Records of a format that the node does not know. */

static void
test_format(void)
{
    webhook_cluster_op_t        op;
    webhook_cluster_delivery_t  d[2];

    (void) cl_join(&a);

    cl_delivery(&d[0], 10);
    cl_delivery(&d[1], 10);
    tap_ok(cl_ship(&a, d, 2, NULL) == WEBHOOK_CLUSTER_OK, "two, ...");
    pg_do("UPDATE webhook.owed SET format = 2 WHERE pos ="
          " (SELECT min(pos) FROM webhook.owed)");
    kill_node();

    tap_ok(cl_claim(&b, &op, 10) == WEBHOOK_CLUSTER_OK
           && op.u.claim.deliveries_count == 1
           && memcmp(&op.u.claim.deliveries[0].full.delivery.event,
                     &d[1].full.delivery.event, 16) == 0,
           "... the first of which a newer node has told: it is left to such");
    webhook_cluster_op_free(&op);

    /* and a record that is damaged */

    (void) cl_join(&a);
    cl_delivery(&d[0], 11);
    cl_delivery(&d[1], 11);
    tap_ok(cl_ship(&a, d, 2, NULL) == WEBHOOK_CLUSTER_OK, "two, ...");
    pg_do("UPDATE webhook.owed SET record = '\\x0102' WHERE endpoint = 11 AND"
          " pos = (SELECT min(pos) FROM webhook.owed WHERE endpoint = 11)");
    kill_node();

    tap_ok(cl_claim(&b, &op, 10) == WEBHOOK_CLUSTER_OK
           && op.u.claim.deliveries_count == 1 && op.u.claim.damaged == 1,
           "... one of which is damaged: it is counted, the other one taken");
    webhook_cluster_op_free(&op);

    pg_do("DELETE FROM webhook.owed");
}


/* More of such than fit into a page, while a newer node lives, which does not take
   them. */

static void
test_newer(void)
{
    uint32_t                    taken;
    webhook_cluster_op_t        op;
    webhook_cluster_delivery_t  d[3];

    (void) cl_join(&a);

    cl_delivery(&d[0], 13);
    cl_delivery(&d[1], 13);
    cl_delivery(&d[2], 14);
    tap_ok(cl_ship(&a, d, 3, NULL) == WEBHOOK_CLUSTER_OK, "three, ...");
    pg_do("UPDATE webhook.owed SET format = 2 WHERE endpoint = 13");
    pg_do("UPDATE webhook.owed SET pos = pos + 10000 WHERE endpoint = 14");
    pg_do("INSERT INTO webhook.owed SELECT gen_random_uuid(), endpoint, part,"
          " node, origin, pos + 1 + i, turn, state, sends, status, ord, place,"
          " wall, bytes, type, company, format, record"
          " FROM (SELECT * FROM webhook.owed WHERE endpoint = 13"
          " ORDER BY pos LIMIT 1) o, generate_series(1, 1500) i");
    kill_node();
    pg_do("UPDATE webhook.node SET format = 2 WHERE name = 'n3'");

    taken = 0;

    if (cl_claim(&b, &op, 10) == WEBHOOK_CLUSTER_OK) {
        taken = op.u.claim.deliveries_count;
        webhook_cluster_op_free(&op);
    }

    tap_ok(taken == 0 && cl_claim(&b, &op, 10) == WEBHOOK_CLUSTER_OK
           && op.u.claim.deliveries_count == 1
           && memcmp(&op.u.claim.deliveries[0].full.delivery.event,
                     &d[2].full.delivery.event, 16) == 0,
           "... and 1500 before them that are for a newer node, which does not"
           " take them: what comes behind is not held up");
    webhook_cluster_op_free(&op);
    tap_ok(pg_number("SELECT count(*) FROM webhook.owed WHERE format = 2")
           == 1502 && pg_number("SELECT count(*) FROM webhook.owed o JOIN"
                                " webhook.node n ON n.id = o.node WHERE"
                                " n.name = 'n2'") == 1, "they are left to it");

    pg_do("UPDATE webhook.node SET format = 1 WHERE name = 'n3'");
    pg_do("DELETE FROM webhook.owed");
}


/* Keys that the cluster orders: asks as a node, and tells how many of its own go
   first, of which the first one is this. */

static uint32_t
turns(cl_node_t *n, const webhook_cluster_delivery_t *first)
{
    uint32_t              count;
    webhook_cluster_op_t  op;
    webhook_ship_turn_t   t;

    memset(&op, 0, sizeof(op));
    memset(&t, 0, sizeof(t));

    t.endpoint = 12;
    t.order = KEY;
    op.u.turns.turns = &t;
    op.u.turns.count = 1;

    if (cl_run(n->c, &op, WEBHOOK_CLUSTER_TURNS) != WEBHOOK_CLUSTER_OK) {
        return UINT32_MAX;
    }

    count = op.u.turns.heads_count;

    if (count
        && (memcmp(&op.u.turns.heads[0].event, &first->full.delivery.event, 16)
            || op.u.turns.heads[0].endpoint != 12
            || op.u.turns.heads[0].order != KEY))
    {
        count = UINT32_MAX;
    }

    webhook_cluster_op_free(&op);

    return count;
}


static void
test_turns(void)
{
    uint32_t                    i;
    cl_node_t                  *n[2] = { &b, &c };
    webhook_cluster_delivery_t  d[26];

    for (i = 0; i < 26; i++) {
        cl_delivery(&d[i], 12);
        d[i].full.delivery.order = KEY;
        d[i].ordered = 1;
        (void) cl_ship(i < 6 ? n[i % 2] : &c, &d[i], 1, NULL);
    }

    for (i = 0; i < 5; i++) {
        if (turns(n[i % 2], &d[i]) != 1 || turns(n[(i + 1) % 2], &d[i]) != 0) {
            break;
        }

        d[i].fresh = 0;
        d[i].full.delivery.state = WEBHOOK_DELIVERED;
        (void) cl_ship(n[i % 2], &d[i], 1, NULL);
    }

    tap_ok(i == 5, "of a key of two nodes one goes first, then the next, as"
           " they came: %u", i);

    tap_ok(turns(&c, &d[5]) == 16 && turns(&a, &d[5]) != 16,
           "of a node that has all the rest, some");

    d[6].fresh = 0;
    d[6].full.delivery.state = WEBHOOK_DELIVERED;
    (void) cl_ship(&c, &d[6], 1, NULL);

    d[6].full.delivery.state = WEBHOOK_PENDING;
    (void) cl_ship(&c, &d[6], 1, NULL);

    for (i = 7; i < 26; i++) {
        d[i].fresh = 0;
        d[i].full.delivery.state = WEBHOOK_CANCELLED;
    }

    (void) cl_ship(&c, &d[7], 19, NULL);

    d[5].fresh = 0;
    d[5].full.delivery.state = WEBHOOK_DEAD;
    d[5].full.delivery.blocks = 1;
    (void) cl_ship(&c, &d[5], 1, NULL);

    tap_ok(turns(&c, &d[5]) == 2, "one that is dead and blocks its key stays"
           " first, one that was retried is the last");

    d[5].full.delivery.blocks = 0;
    (void) cl_ship(&c, &d[5], 1, NULL);

    tap_ok(turns(&c, &d[6]) == 1, "until it blocks no more");
}


int
main(void)
{
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();

    cl_node(&a, "n1", NULL);
    cl_node(&b, "n2", NULL);
    cl_node(&c, "n3", NULL);
    tap_ok(cl_join(&a) == WEBHOOK_CLUSTER_OK
           && cl_join(&b) == WEBHOOK_CLUSTER_OK
           && cl_join(&c) == WEBHOOK_CLUSTER_OK, "three nodes");

    test_claim();
    test_back();
    test_lost(dir);
    test_keys();
    test_format();
    test_newer();
    test_turns();

    webhook_cluster_close(a.c);
    webhook_cluster_close(b.c);
    webhook_cluster_close(c.c);

    return tap_done();
}
