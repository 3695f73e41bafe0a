
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Made t/data/store-1.mdb.gz: a store of format 1, as it is before it is
 * brought to a newer one.  It is not built any more, since it has to be built
 * from the sources of a version that writes format 1; then
 *
 *     cc -I SRC/core -I SRC/store -I t/lib/c -I t/lib/c/store -o store-1 \
 *         t/data/store-1.c libwebhook.a -llmdb -lcrypto ...
 *     ./store-1 t/data/store-1.mdb && gzip -9n t/data/store-1.mdb
 *
 * What is in it: t/lib/c/store/store_one.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"


static util_t  u;


/* Puts an event; the token of its first delivery, if that asked for one. */

static uint64_t
put(unsigned kind, one_event_e event, const char *endpoint, const char *order,
    unsigned lease)
{
    unsigned              i, n;
    char                  key[64];
    webhook_op_t          op;
    webhook_put_t         puts[3];
    webhook_str_t         body;
    webhook_rendition_t   renditions[2];
    unsigned char         bodies[2][ONE_LONG];

    memset(&op, 0, sizeof(op));
    memset(puts, 0, sizeof(puts));
    memset(renditions, 0, sizeof(renditions));

    n = event == ONE_STEPS ? 2 : 1;

    for (i = 0; i < n; i++) {
        body = one_body(kind, event, i);
        memcpy(bodies[i], body.data, body.len);

        renditions[i].body.data = bodies[i];
        renditions[i].body.len = body.len;

        util_str(&renditions[i].content_type, "application/json");
        util_str(&renditions[i].request, "POST /hook");
        util_str(&renditions[i].headers, "X-Shop: 7\r\n");
    }

    op.type = WEBHOOK_OP_PUT_EVENT;
    op.u.put_event.id = one_id(kind, event);
    op.u.put_event.wall = one_wall(kind, event);
    util_str(&op.u.put_event.type, "order.add");
    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = n;
    op.u.put_event.deliveries = puts;
    op.u.put_event.count = endpoint ? 1 : 0;
    op.u.put_event.lease = 30000;

    if (endpoint) {
        puts[0].endpoint = util_name(endpoint);
        puts[0].lease = lease;
        puts[0].steps = n;
    }

    if (order) {
        snprintf(key, sizeof(key), "%s-%u", order, kind);
        util_str(&puts[0].order, key);
    }

    if (event == ONE_SEVERAL) {
        puts[1].endpoint = util_name("bi");
        puts[2].endpoint = util_name("wms");
        op.u.put_event.count = 3;
    }

    if (util_apply(&u, &op) != WEBHOOK_STORE_OK
        || (lease && puts[0].lease_token == 0))
    {
        fprintf(stderr, "event %u of kind %u is not kept\n", event, kind);
        exit(1);
    }

    return puts[0].lease_token;
}


static void
end(unsigned kind, one_event_e event, const char *endpoint, uint64_t token,
    webhook_outcome_e outcome, uint64_t delay)
{
    if (util_complete(&u, one_id(kind, event), util_name(endpoint), token,
                      outcome, delay)
        != WEBHOOK_STORE_OK)
    {
        fprintf(stderr, "event %u of kind %u does not end\n", event, kind);
        exit(1);
    }
}


/* Sent once, and leased again: while nothing else of its endpoint is due. */

static uint64_t
again(unsigned kind, one_event_e event)
{
    uint64_t      token, endpoint;
    webhook_op_t  op;

    token = put(kind, event, "erp", NULL, 1);

    end(kind, event, "erp", token, WEBHOOK_RETRY, 0);

    endpoint = util_name("erp");

    if (util_claim(&u, &op, &endpoint, 1) != 1) {
        fprintf(stderr, "event %u of kind %u is not due\n", event, kind);
        exit(1);
    }

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    return token;
}


static void
endpoints(void)
{
    webhook_op_t  op;

    (void) util_endpoint(&u, "erp", 50);
    (void) util_endpoint(&u, "bi", 50);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name("crm");
    op.u.endpoint.inflight = 50;
    op.u.endpoint.rate = 1000;
    op.u.endpoint.burst = 100;
    op.u.endpoint.order_block = 1;
    util_str(&op.u.endpoint.name, "crm");
    (void) util_apply(&u, &op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = util_name("bi");
    util_str(&op.u.pause.reason, "it moves house");
    (void) util_apply(&u, &op);
}


static void
events(unsigned kind)
{
    uint64_t  token;

    token = again(kind, ONE_DELIVERED);
    end(kind, ONE_DELIVERED, "erp", token, WEBHOOK_DONE, 0);

    (void) again(kind, ONE_RESENDING);

    token = put(kind, ONE_RETRY, "erp", NULL, 1);
    end(kind, ONE_RETRY, "erp", token, WEBHOOK_RETRY, 3600000);

    (void) put(kind, ONE_SENDING, "erp", NULL, 1);

    token = put(kind, ONE_DEAD, "erp", NULL, 1);
    end(kind, ONE_DEAD, "erp", token, WEBHOOK_FAILED, 0);

    token = put(kind, ONE_BODY, "erp", NULL, 1);
    end(kind, ONE_BODY, "erp", token, WEBHOOK_DONE, 0);

    token = put(kind, ONE_STEPS, "erp", NULL, 1);
    end(kind, ONE_STEPS, "erp", token, WEBHOOK_DONE, 0);

    /* the second step fails once, so that it is not due at once */

    {
        uint64_t      endpoint = util_name("erp");
        webhook_op_t  op;

        if (util_claim(&u, &op, &endpoint, 1) != 1) {
            exit(1);
        }

        token = op.u.claim.leases[0].lease_token;
        webhook_op_free(&op);
    }

    end(kind, ONE_STEPS, "erp", token, WEBHOOK_RETRY, 3600000);

    token = put(kind, ONE_SEVERAL, "erp", NULL, 1);
    end(kind, ONE_SEVERAL, "erp", token, WEBHOOK_DONE, 0);

    (void) put(kind, ONE_PAUSED, "bi", NULL, 0);
    (void) put(kind, ONE_NOBODY, NULL, NULL, 0);

    (void) put(kind, ONE_HEAD, "crm", "customer", 0);
    (void) put(kind, ONE_PARKED, "crm", "customer", 0);

    token = put(kind, ONE_BLOCKS, "crm", "order", 1);
    (void) put(kind, ONE_BLOCKED, "crm", "order", 0);
    end(kind, ONE_BLOCKS, "crm", token, WEBHOOK_FAILED, 0);
}


static void
calls(void)
{
    unsigned               i;
    webhook_op_t           op;
    webhook_call_action_t  action;

    for (i = 0; i < ONE_CALLS; i++) {
        memset(&op, 0, sizeof(op));
        memset(&action, 0, sizeof(action));

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = one_call(i);
        op.u.put_call.call.receiver = util_name(i % 2 ? "shop" : "bank");
        util_str(&op.u.put_call.call.name, i % 2 ? "shop" : "bank");
        op.u.put_call.call.wall = ONE_WALL + i * ONE_STEP;
        op.u.put_call.call.status = 200;
        util_str(&op.u.put_call.call.body, "{\"_id\":7}");

        util_str(&action.method, "PATCH");
        util_str(&action.uri, "/api/sale.order/7");
        action.status = 200;

        op.u.put_call.call.actions = &action;
        op.u.put_call.call.actions_count = 1;

        (void) util_apply(&u, &op);
    }
}


static void
repeats(void)
{
    unsigned       i;
    uint64_t       token;
    webhook_op_t   op;

    for (i = 0; i < ONE_REPEATS; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_RESERVE;
        op.u.reserve.scope = util_name("shop");
        op.u.reserve.run = 60000;
        one_repeat(i, op.u.reserve.key);

        (void) util_apply(&u, &op);

        token = op.u.reserve.token;

        webhook_op_free(&op);

        if (i == ONE_REPEATS - 1) {
            break;
        }

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SETTLE;
        op.u.settle.scope = util_name("shop");
        op.u.settle.token = token;
        op.u.settle.keep = 1000ULL * 3600 * 1000;
        op.u.settle.status = 200 + i;
        util_str(&op.u.settle.answer, "{\"status\":\"ok\"}");
        one_repeat(i, op.u.settle.key);

        (void) util_apply(&u, &op);
    }
}


int
main(int argc, char **argv)
{
    unsigned  kind;

    if (argc != 2) {
        return 1;
    }

    util_init(&u);

    u.size = 8 << 20;

    if (util_open(&u) != WEBHOOK_STORE_OK) {
        return 1;
    }

    endpoints();

    for (kind = 0; kind < ONE_KINDS; kind++) {
        events(kind);
    }

    /* they are due at once: last, so that no claim above gets them */

    for (kind = 0; kind < ONE_KINDS; kind++) {
        (void) put(kind, ONE_PENDING, "erp", NULL, 0);
    }

    calls();
    repeats();

    if (!util_check(&u, argv[1])
        || webhook_store_backup(u.st, argv[1]) != WEBHOOK_STORE_OK)
    {
        return 1;
    }

    util_free(&u);

    return 0;
}
