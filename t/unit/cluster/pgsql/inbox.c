
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What nodes ask each other to do: STEER, INBOX.  Nobody waits for a node that
 * renews its lease at that moment.
 */

#include "cluster_util.h"


static cl_node_t                   a, b;
static webhook_cluster_delivery_t  d[3];


static webhook_cluster_result_e
steer(int i, const char *company, int cancel, webhook_cluster_op_t *op)
{
    memset(op, 0, sizeof(webhook_cluster_op_t));

    op->u.steer.event = d[i].full.delivery.event;
    op->u.steer.endpoint = d[i].full.delivery.endpoint;
    op->u.steer.cancel = cancel & 1;

    if (company) {
        op->u.steer.company.which = WEBHOOK_COMPANY_ONE;
        op->u.steer.company.name = cl_str(company);
    }

    return cl_run(b.c, op, WEBHOOK_CLUSTER_STEER);
}


static webhook_cluster_result_e
inbox(cl_node_t *n, webhook_cluster_op_t *op, uint64_t done)
{
    memset(op, 0, sizeof(webhook_cluster_op_t));

    op->u.inbox.done[0] = done;
    op->u.inbox.done_count = done != 0;

    return cl_run(n->c, op, WEBHOOK_CLUSTER_INBOX);
}


/* A heartbeat that is not committed yet, of the node that is asked. */

static void
test_beats(void)
{
    char                  sql[400], session[2 * WEBHOOK_CLUSTER_NONCE + 1];
    int                   i;
    PGconn               *c;
    PGresult             *r;
    webhook_cluster_op_t  op;

    for (i = 0; i < WEBHOOK_CLUSTER_NONCE; i++) {
        snprintf(session + 2 * i, 3, "%02x", a.session.session[i]);
    }

    snprintf(sql, sizeof(sql),
             "BEGIN; SET LOCAL SESSION AUTHORIZATION n1;"
             " SELECT * FROM webhook.beat_1(%llu, %u, '\\x%s', 0, 0, 0, 0)",
             (unsigned long long) a.session.epoch, a.session.node, session);

    c = pg_root();

    r = PQexec(c, sql);
    tap_ok(PQresultStatus(r) == PGRES_TUPLES_OK,
           "a node renews its lease: %s", PQerrorMessage(c));
    PQclear(r);

    memset(&op, 0, sizeof(op));
    op.timeout = 15000;
    op.u.steer.event = d[0].full.delivery.event;
    op.u.steer.endpoint = d[0].full.delivery.endpoint;

    tap_ok(cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_STEER),
                 WEBHOOK_CLUSTER_OK), "another one can ask it meanwhile");
    webhook_cluster_op_free(&op);

    PQclear(PQexec(c, "COMMIT"));
    PQfinish(c);
}


int
main(void)
{
    int                   i;
    uint64_t              first;
    webhook_cluster_op_t  op;

    cl_cluster();

    cl_node(&a, "n1", NULL);
    cl_node(&b, "n2", NULL);
    (void) cl_join(&a);
    (void) cl_join(&b);

    for (i = 0; i < 3; i++) {
        cl_delivery(&d[i], 5);
        d[i].full.delivery.company = cl_str("acme");
    }

    tap_ok(cl_is(a.c, cl_ship(&a, d, 2, NULL), WEBHOOK_CLUSTER_OK),
           "a node has two deliveries");

    tap_ok(cl_is(b.c, steer(0, "acme", 0, &op), WEBHOOK_CLUSTER_OK)
           && op.u.steer.node.len == 2
           && memcmp(op.u.steer.node.data, "n1", 2) == 0,
           "it is asked by another one to retry one, which is told its name");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(b.c, steer(1, NULL, 1, &op), WEBHOOK_CLUSTER_OK),
           "and to cancel the other");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(b.c, steer(0, "other", 1, &op), WEBHOOK_CLUSTER_NOT_FOUND),
           "not by who is not of the company");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(b.c, steer(2, NULL, 1, &op), WEBHOOK_CLUSTER_NOT_FOUND),
           "nor of what there is not");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(b.c, inbox(&b, &op, 0), WEBHOOK_CLUSTER_OK)
           && op.u.inbox.count == 0, "who asked is asked nothing");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(a.c, inbox(&a, &op, 0), WEBHOOK_CLUSTER_OK)
           && op.u.inbox.count == 2 && !op.u.inbox.asked[0].cancel
           && op.u.inbox.asked[1].cancel
           && op.u.inbox.asked[0].endpoint == 5
           && memcmp(&op.u.inbox.asked[0].event, &d[0].full.delivery.event,
                     sizeof(webhook_id_t)) == 0,
           "the node is told, in their order");

    first = op.u.inbox.asked[0].number;
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(b.c, inbox(&b, &op, first), WEBHOOK_CLUSTER_OK)
           && pg_number("SELECT count(*) FROM webhook.inbox") == 2,
           "another one cannot say that it was done");
    webhook_cluster_op_free(&op);

    tap_ok(cl_is(a.c, inbox(&a, &op, first), WEBHOOK_CLUSTER_OK)
           && op.u.inbox.count == 1 && op.u.inbox.asked[0].cancel,
           "what it did it is not asked again");
    webhook_cluster_op_free(&op);

    test_beats();

    pg_do("UPDATE webhook.node SET fenced = true WHERE name = 'n1'");
    tap_ok(cl_is(b.c, steer(0, NULL, 0, &op), WEBHOOK_CLUSTER_CONFLICT),
           "a dead node is asked nothing");
    webhook_cluster_op_free(&op);

    webhook_cluster_close(a.c);
    webhook_cluster_close(b.c);

    return tap_done();
}
