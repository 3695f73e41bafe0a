
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: lists, one event, statistics.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_list(void);
static void test_list_filters(void);
static void test_list_bounds(void);
static void test_show(void);
static void test_stats(void);


int
main(void)
{
    test_list();
    test_list_filters();
    test_list_bounds();
    test_show();
    test_stats();

    return tap_done();
}


static void
list_op(webhook_op_t *op, uint32_t max)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_LIST;
    op->u.list.filter.state = -1;
    op->u.list.filter.max = max;
}


/* 20 events, of two types in turns, for two endpoints. */

static void
put_twenty(util_t *u, const uint64_t *ep, webhook_id_t *id)
{
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  put[2];

    for (i = 0; i < 20; i++) {
        memset(put, 0, sizeof(put));

        id[i] = util_id(u);

        util_put_op(&op, put, id[i], ep[0], "body", 4);

        put[1].endpoint = ep[1];
        put[1].delay = 5000;
        op.u.put_event.count = 2;

        util_str(&op.u.put_event.type,
                 i % 2 ? "order.add" : "product.edit");

        (void) util_apply(u, &op);
    }
}


static void
test_list(void)
{
    util_t        u;
    unsigned      i, n, ok;
    uint64_t      ep[2];
    webhook_op_t  op;
    webhook_id_t  id[20];

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    list_op(&op, 10);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 0
           && !op.u.list.filter.more, "an empty store lists nothing");

    webhook_op_free(&op);

    put_twenty(&u, ep, id);

    /* pages of 7: each row once, the newest event first */

    list_op(&op, 7);

    n = 0;
    ok = 1;

    do {
        (void) util_apply(&u, &op);

        for (i = 0; i < op.u.list.count; i++, n++) {
            if (memcmp(&op.u.list.deliveries[i].event, &id[19 - n / 2], 16)
                != 0)
            {
                ok = 0;
            }
        }

        i = op.u.list.filter.more;

        webhook_op_free(&op);

        op.u.list.filter.from = 1;

    } while (i && n < 100);

    tap_ok(ok && n == 40, "pages hold each row once, the newest first");

    list_op(&op, 100);
    op.u.list.filter.endpoint = ep[1];

    (void) util_apply(&u, &op);

    tap_ok(op.u.list.count == 20 && op.u.list.deliveries[0].endpoint == ep[1]
           && op.u.list.deliveries[0].endpoint_name.len == 3
           && memcmp(op.u.list.deliveries[0].endpoint_name.data, "crm", 3)
              == 0
           && op.u.list.deliveries[0].due == 5000
           && op.u.list.deliveries[0].body_len == 4
           && op.u.list.deliveries[0].state == WEBHOOK_PENDING
           && op.u.list.deliveries[0].wall == webhook_id_time(&id[19]),
           "of one endpoint");

    webhook_op_free(&op);

    list_op(&op, 0);
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 0,
           "a page of none");
    webhook_op_free(&op);

    list_op(&op, 10);
    op.u.list.filter.from = 1;
    memset(op.u.list.filter.cursor, 0xff, WEBHOOK_CURSOR_LEN);
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 10 && op.u.list.filter.more, "any cursor will do");
    webhook_op_free(&op);

    util_check(&u, "list");
    util_free(&u);
}


static void
test_list_filters(void)
{
    util_t        u;
    unsigned      i;
    uint64_t      ep[2], token;
    webhook_op_t  op;
    webhook_id_t  id[20];

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    put_twenty(&u, ep, id);

    u.clock += 100;

    (void) util_claim(&u, &op, &ep[0], 5);

    for (i = 0; i < 5; i++) {
        token = op.u.claim.leases[i].lease_token;

        if (i < 2) {
            (void) util_complete(&u, id[i], ep[0], token, WEBHOOK_DONE, 0);

        } else if (i < 3) {
            (void) util_complete(&u, id[i], ep[0], token, WEBHOOK_FAILED, 0);
        }
    }

    webhook_op_free(&op);

    list_op(&op, 100);
    op.u.list.filter.state = WEBHOOK_DELIVERED;

    (void) util_apply(&u, &op);

    tap_ok(op.u.list.count == 2 && op.u.list.deliveries[0].status == 200
           && op.u.list.deliveries[0].attempts == 1
           && op.u.list.deliveries[0].finished == UTIL_WALL + 1,
           "what was delivered");

    webhook_op_free(&op);

    op.u.list.filter.state = WEBHOOK_DEAD;
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 1 && op.u.list.deliveries[0].status == 500,
           "what is dead");
    webhook_op_free(&op);

    op.u.list.filter.state = WEBHOOK_SENDING;
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 2, "what is being sent");
    webhook_op_free(&op);

    op.u.list.filter.state = WEBHOOK_PENDING;
    op.u.list.filter.endpoint = ep[0];
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 15 && op.u.list.deliveries[0].due == -100,
           "what waits, for 100 ms already");
    webhook_op_free(&op);

    list_op(&op, 100);
    util_str(&op.u.list.filter.type, "order.*");
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 20 && op.u.list.deliveries[0].type.len == 9
           && memcmp(op.u.list.deliveries[0].type.data, "order.add", 9) == 0,
           "of a type");
    webhook_op_free(&op);

    list_op(&op, 100);
    op.u.list.filter.since = webhook_id_time(&id[5]);
    op.u.list.filter.until = webhook_id_time(&id[8]);
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 6
           && memcmp(&op.u.list.deliveries[0].event, &id[7], 16) == 0
           && memcmp(&op.u.list.deliveries[5].event, &id[5], 16) == 0,
           "from a time on, and before one");
    webhook_op_free(&op);

    list_op(&op, 100);
    op.u.list.filter.until = UINT64_MAX;
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 40, "before the end of time");
    webhook_op_free(&op);

    list_op(&op, 100);
    op.u.list.filter.since = UINT64_MAX;
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 0, "from the end of time on");
    webhook_op_free(&op);

    util_check(&u, "filters");
    util_free(&u);
}


/* A list looks at so many rows and no more. */

static void
test_list_bounds(void)
{
    enum { N = 6000, BATCH = 500 };

    util_t          u;
    unsigned        i, j, pages, found;
    uint64_t        ep;
    webhook_op_t   *ops, **list, op;
    webhook_put_t  *puts;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    ops = calloc(BATCH, sizeof(webhook_op_t));
    list = calloc(BATCH, sizeof(webhook_op_t *));
    puts = calloc(BATCH, sizeof(webhook_put_t));

    for (i = 0; i < N / BATCH; i++) {
        for (j = 0; j < BATCH; j++) {
            memset(&puts[j], 0, sizeof(webhook_put_t));
            puts[j].lease = 1;
            util_put_op(&ops[j], &puts[j], util_id(&u), ep, "{}", 2);
            list[j] = &ops[j];
        }

        util_batch(&u, list, BATCH);
    }

    /* the only one that is being sent is the oldest */

    list_op(&op, 10);
    op.u.list.filter.state = WEBHOOK_SENDING;

    pages = 0;
    found = 0;

    do {
        (void) util_apply(&u, &op);

        found += op.u.list.count;
        pages++;
        i = op.u.list.filter.more;

        if (pages == 1) {
            tap_ok(op.u.list.count == 0 && op.u.list.filter.more,
                   "a page may be empty and not the last");
        }

        webhook_op_free(&op);

        op.u.list.filter.from = 1;

    } while (i && pages < 100);

    tap_ok(found == 1 && pages == 2, "it is found at last, in %u pages",
           pages);

    util_free(&u);

    free(ops);
    free(list);
    free(puts);
}


static void
test_show(void)
{
    util_t              u;
    uint64_t            ep[2], token;
    webhook_op_t        op;
    webhook_id_t        id;
    webhook_put_t       put[2];
    webhook_attempt_t  *a;

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 10);
    ep[1] = util_endpoint(&u, "crm", 10);

    id = util_id(&u);

    memset(put, 0, sizeof(put));
    put[0].lease = 1;

    util_put_op(&op, put, id, ep[0], "the body", 8);
    put[1].endpoint = ep[1];
    op.u.put_event.count = 2;

    (void) util_apply(&u, &op);

    util_complete_op(&op, id, ep[0], put[0].lease_token, WEBHOOK_RETRY, 100);
    op.u.complete.attempt.status = 503;
    op.u.complete.attempt.connect = 11;
    op.u.complete.attempt.tls = 22;
    op.u.complete.attempt.first_byte = 33;
    op.u.complete.attempt.total = 44;
    util_str(&op.u.complete.attempt.error, "busy");

    (void) util_apply(&u, &op);

    u.clock += 100;

    (void) util_claim(&u, &op, &ep[0], 1);
    token = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    (void) util_complete(&u, id, ep[0], token, WEBHOOK_DONE, 0);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 2,
           "an event with its two deliveries");
    tap_ok(op.u.show.renditions->body.len == 8
           && memcmp(op.u.show.renditions->body.data, "the body", 8) == 0
           && op.u.show.type.len == 9 && op.u.show.wall == webhook_id_time(&id)
           && memcmp(&op.u.show.id, &id, 16) == 0, "and its bytes");

    webhook_op_free(&op);

    op.u.show.endpoint = ep[0];

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
           && op.u.show.deliveries[0].delivery.state == WEBHOOK_DELIVERED
           && op.u.show.deliveries[0].attempts_count == 2,
           "one delivery with its two attempts");

    a = op.u.show.deliveries[0].attempts;

    tap_ok(a[0].number == 1 && a[0].status == 503 && a[0].connect == 11
           && a[0].tls == 22 && a[0].first_byte == 33 && a[0].total == 44
           && a[0].wall == UTIL_WALL
           && a[0].error.len == 4 && memcmp(a[0].error.data, "busy", 4) == 0
           && a[0].address.len == 12
           && a[0].answer.len == 6
           && memcmp(a[0].answer.data, "answer", 6) == 0,
           "the first, with all about it");
    tap_ok(a[1].number == 2 && a[1].status == 200 && a[1].error.len == 0,
           "and the second");

    webhook_op_free(&op);

    op.u.show.endpoint = ep[0] + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND
           && op.u.show.deliveries == NULL, "no such delivery");

    webhook_op_free(&op);

    op.u.show.endpoint = 0;
    op.u.show.id = util_id(&u);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND, "no such event");

    webhook_op_free(&op);

    util_check(&u, "show");
    util_free(&u);
}


static void
test_stats(void)
{
    util_t              u;
    unsigned            i;
    char                name[16];
    webhook_op_t        op;
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    s = util_stats(&u, 0, NULL);

    tap_ok(s.size == 64 << 20 && s.used > 0 && s.used < 1 << 20
           && s.owners == 1 && s.count == 0 && !s.full, "an empty store");

    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "e-%u", i);
        (void) util_put(&u, util_endpoint(&u, name, i), 0);
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;

    (void) util_apply(&u, &op);

    tap_ok(op.u.stats.count == 5 && op.u.stats.events == 5
           && op.u.stats.endpoints[0].name.len == 3
           && op.u.stats.endpoints[4].states[WEBHOOK_PENDING] == 1,
           "five endpoints");

    webhook_op_free(&op);

    util_free(&u);
}
