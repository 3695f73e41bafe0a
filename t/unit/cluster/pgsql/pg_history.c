
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIST, SHOW, CALLS, RETRY: what people see of all nodes; companies.
 */

#include "cluster_util.h"


#define COUNT  60

static cl_node_t                   n[2];
static webhook_cluster_delivery_t  d[COUNT];


static webhook_cluster_result_e
list(webhook_cluster_op_t *op)
{
    return cl_run(n[0].c, op, WEBHOOK_CLUSTER_LIST);
}


static void
filter(webhook_cluster_op_t *op)
{
    memset(op, 0, sizeof(webhook_cluster_op_t));
    op->u.list.filter.state = -1;
    op->u.list.filter.max = 1000;
}


static void
test_list(void)
{
    int                   twice;
    uint32_t              i, j, k, pages;
    webhook_id_t          last;
    webhook_cluster_op_t  op;

    for (i = 0; i < COUNT; i++) {
        cl_delivery(&d[i], 100 + i % 3);
        d[i].full.delivery.state = (webhook_state_e)
                                       (i % 4 == 0 ? WEBHOOK_PENDING
                                        : i % 4 == 1 ? WEBHOOK_DEAD
                                        : WEBHOOK_DELIVERED);
        d[i].full.delivery.finished = i % 4 ? cl_wall() : 0;
        d[i].full.delivery.company = cl_str(i % 2 ? "acme" : "other");
        d[i].full.delivery.type = cl_str(i % 5 ? "order.add" : "user_new");
        d[i].full.delivery.status = i % 4 == 1 ? 503 : 200;
    }

    for (i = 0; i < COUNT; i++) {
        (void) cl_ship(&n[i % 2], &d[i], 1, NULL);
    }

    filter(&op);
    tap_ok(cl_is(n[0].c, list(&op), WEBHOOK_CLUSTER_OK)
           && op.u.list.count == COUNT && !op.u.list.filter.more
           && op.u.list.damaged == 0
           && memcmp(&op.u.list.deliveries[0].full.delivery.event,
                     &d[COUNT - 1].full.delivery.event, 16) == 0,
           "LIST tells all, the newest first: %u", op.u.list.count);
    webhook_cluster_op_free(&op);

    /* by pages */

    filter(&op);
    op.u.list.filter.max = 7;
    memset(&last, 0xff, sizeof(last));
    twice = 0;
    k = 0;
    pages = 0;

    do {
        webhook_cluster_op_free(&op);

        if (list(&op) != WEBHOOK_CLUSTER_OK) {
            break;
        }

        for (j = 0; j < op.u.list.count; j++) {
            twice |= memcmp(&op.u.list.deliveries[j].full.delivery.event,
                            &last, 16) >= 0;
            last = op.u.list.deliveries[j].full.delivery.event;
        }

        k += op.u.list.count;
        op.u.list.filter.from = 1;
        pages++;

    } while (op.u.list.filter.more);

    webhook_cluster_op_free(&op);
    tap_ok(k == COUNT && !twice, "page by page each once, in order: %u of %u"
           " pages", k, pages);

    filter(&op);
    op.u.list.filter.oldest = 1;
    tap_ok(list(&op) == WEBHOOK_CLUSTER_OK && op.u.list.count == COUNT
           && memcmp(&op.u.list.deliveries[0].full.delivery.event,
                     &d[0].full.delivery.event, 16) == 0, "the oldest first");
    webhook_cluster_op_free(&op);
}


static void
test_filters(void)
{
    uint32_t              i;
    webhook_cluster_op_t  op;

    struct {
        const char  *what;
        uint32_t     want;
        int          state;
        uint64_t     endpoint;
        const char  *company;
        const char  *type;
        const char  *node;
        uint32_t     least;
    } f[] = {
        { "of what waits", 15, WEBHOOK_PENDING, 0, NULL, NULL, NULL, 0 },
        { "of what is dead", 15, WEBHOOK_DEAD, 0, NULL, NULL, NULL, 0 },
        { "of what was delivered", 30, WEBHOOK_DELIVERED, 0, NULL, NULL, NULL,
          0 },
        { "of an endpoint", 20, -1, 101, NULL, NULL, NULL, 0 },
        { "of a company", 30, -1, 0, "acme", NULL, NULL, 0 },
        { "of another company", 0, -1, 0, "nobody", NULL, NULL, 0 },
        { "of a company, dead", 15, WEBHOOK_DEAD, 0, "acme", NULL, NULL, 0 },
        { "of a type", 12, -1, 0, NULL, "user_*", NULL, 0 },
        { "of a type that is no pattern of LIKE", 0, -1, 0, NULL, "user%",
          NULL, 0 },
        { "of a node", 30, -1, 0, NULL, NULL, "n2", 0 },
        { "of no node", 0, -1, 0, NULL, NULL, "n9", 0 },
        { "by the last answer", 15, -1, 0, NULL, NULL, NULL, 500 },
    };

    for (i = 0; i < sizeof(f) / sizeof(f[0]); i++) {
        filter(&op);
        op.u.list.filter.state = f[i].state;
        op.u.list.filter.endpoint = f[i].endpoint;

        if (f[i].company) {
            op.u.list.filter.company.which = WEBHOOK_COMPANY_ONE;
            op.u.list.filter.company.name = cl_str(f[i].company);
        }

        if (f[i].type) {
            op.u.list.filter.type = cl_str(f[i].type);
        }

        if (f[i].node) {
            op.u.list.node = cl_str(f[i].node);
        }

        if (f[i].least) {
            op.u.list.filter.least = f[i].least;
            op.u.list.filter.most = 599;
        }

        tap_ok(cl_is(n[0].c, list(&op), WEBHOOK_CLUSTER_OK)
               && op.u.list.count == f[i].want, "%s: %u of %u", f[i].what,
               op.u.list.count, f[i].want);
        webhook_cluster_op_free(&op);
    }
}


static void
test_show(void)
{
    uint32_t              i;
    webhook_cluster_op_t  op;

    memset(&op, 0, sizeof(op));
    op.u.show.id = d[0].full.delivery.event;
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_SHOW),
                 WEBHOOK_CLUSTER_OK)
           && op.u.show.count == 1
           && op.u.show.deliveries[0].full.delivery.endpoint == 100
           && op.u.show.deliveries[0].node.len == 2
           && op.u.show.event.renditions_count == 1
           && op.u.show.event.renditions[0].body.len == 2
           && op.u.show.event.company.len == 5, "SHOW tells one, whole");
    webhook_cluster_op_free(&op);

    op.u.show.company.which = WEBHOOK_COMPANY_ONE;
    op.u.show.company.name = cl_str("acme");
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_SHOW),
                 WEBHOOK_CLUSTER_NOT_FOUND), "not to another company");

    /* dead ones again */

    memset(&op, 0, sizeof(op));
    op.u.retry.event = d[1].full.delivery.event;
    op.u.retry.endpoint = 101;
    op.u.retry.company.which = WEBHOOK_COMPANY_ONE;
    op.u.retry.company.name = cl_str("other");
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_RETRY),
                 WEBHOOK_CLUSTER_NOT_FOUND), "RETRY is refused to it");
    op.u.retry.company.name = cl_str("acme");
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_RETRY),
                 WEBHOOK_CLUSTER_OK), "and done for the one whose it is");
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_RETRY),
                 WEBHOOK_CLUSTER_DUPLICATE), "once");

    op.u.retry.event = d[2].full.delivery.event;
    op.u.retry.endpoint = 102;
    op.u.retry.company.which = WEBHOOK_COMPANY_ANY;
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_RETRY),
                 WEBHOOK_CLUSTER_DUPLICATE), "not what was delivered");

    (void) cl_claim(&n[1], &op, 10);
    tap_ok(op.u.claim.deliveries_count == 1
           && memcmp(&op.u.claim.deliveries[0].full.delivery.event,
                     &d[1].full.delivery.event, 16) == 0,
           "the first who looks takes it");
    webhook_cluster_op_free(&op);

    for (i = 0; i < 2; i++) {
        d[1].fresh = 0;
        d[1].full.delivery.state = WEBHOOK_DELIVERED;
    }

    tap_ok(cl_ship(&n[1], &d[1], 1, NULL) == WEBHOOK_CLUSTER_OK
           && pg_number("SELECT count(*) FROM webhook.history") == 45,
           "and it is history again, once");
}


static void
test_calls(void)
{
    uint32_t                i;
    webhook_id_t            id;
    webhook_cluster_op_t    op;
    webhook_cluster_call_t  c[5];
    webhook_call_action_t   action;

    memset(&op, 0, sizeof(op));
    memset(c, 0, sizeof(c));
    memset(&action, 0, sizeof(action));
    action.method = cl_str("POST");
    action.uri = cl_str("/orders");
    action.status = 201;

    for (i = 0; i < 5; i++) {
        (void) webhook_id_make(&cl_ids, cl_wall(), &c[i].call.id);
        c[i].call.receiver = 3 + i % 2;
        c[i].call.name = cl_str("shop");
        c[i].call.wall = cl_wall();
        c[i].call.status = i == 4 ? 500 : 200;
        c[i].call.company = cl_str("acme");
        c[i].call.outcome = WEBHOOK_CALL_OK;
        c[i].call.body = cl_str("{\"a\":1}");
        c[i].call.whole = 1;
        c[i].call.actions = &action;
        c[i].call.actions_count = 1;
        c[i].part = (uint32_t) (cl_wall() / CL_HOUR);
    }

    id = c[2].call.id;

    op.u.ship.from = n[0].number;
    op.u.ship.to = n[0].number + 5;
    op.u.ship.calls = c;
    op.u.ship.calls_count = 5;
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_SHIP),
                 WEBHOOK_CLUSTER_OK), "calls are shipped");
    n[0].number += 5;

    memset(&op, 0, sizeof(op));
    op.u.calls.filter.max = 2;
    tap_ok(cl_is(n[0].c, cl_run(n[0].c, &op, WEBHOOK_CLUSTER_CALLS),
                 WEBHOOK_CLUSTER_OK)
           && op.u.calls.count == 2 && op.u.calls.filter.more
           && op.u.calls.calls[0].call.status == 500
           && op.u.calls.calls[0].call.body.len == 7
           && op.u.calls.calls[0].call.whole
           && op.u.calls.calls[0].call.actions_count == 1
           && op.u.calls.calls[0].call.actions[0].status == 201
           && op.u.calls.calls[0].node.len == 2, "the newest first");
    webhook_cluster_op_free(&op);

    op.u.calls.filter.from = 1;
    op.u.calls.filter.max = 10;
    tap_ok(cl_run(n[0].c, &op, WEBHOOK_CLUSTER_CALLS) == WEBHOOK_CLUSTER_OK
           && op.u.calls.count == 3 && !op.u.calls.filter.more,
           "then the rest");
    webhook_cluster_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.u.calls.filter.max = 10;
    op.u.calls.filter.receiver = 4;
    tap_ok(cl_run(n[0].c, &op, WEBHOOK_CLUSTER_CALLS) == WEBHOOK_CLUSTER_OK
           && op.u.calls.count == 2, "of a receiver");
    webhook_cluster_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.u.calls.filter.max = 10;
    op.u.calls.filter.id = &id;
    tap_ok(cl_run(n[0].c, &op, WEBHOOK_CLUSTER_CALLS) == WEBHOOK_CLUSTER_OK
           && op.u.calls.count == 1
           && memcmp(&op.u.calls.calls[0].call.id, &id, 16) == 0,
           "one by its id");
    webhook_cluster_op_free(&op);

    op.u.calls.filter.company.which = WEBHOOK_COMPANY_ONE;
    op.u.calls.filter.company.name = cl_str("other");
    tap_ok(cl_run(n[0].c, &op, WEBHOOK_CLUSTER_CALLS)
           == WEBHOOK_CLUSTER_NOT_FOUND, "not to another company");
}


int
main(void)
{
    cl_cluster();

    cl_node(&n[0], "n1", NULL);
    cl_node(&n[1], "n2", NULL);
    tap_ok(cl_join(&n[0]) == WEBHOOK_CLUSTER_OK
           && cl_join(&n[1]) == WEBHOOK_CLUSTER_OK, "two nodes");

    test_list();
    test_filters();
    test_show();
    test_calls();

    webhook_cluster_close(n[0].c);
    webhook_cluster_close(n[1].c);

    return tap_done();
}
