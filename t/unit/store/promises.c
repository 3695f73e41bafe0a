
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what holds of all operations alike.  An operation is
 * applied whole or not at all; outputs are copies; pages of a list come to an
 * end whatever happens meanwhile; a wall clock that steps steers nothing.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define DAY    ((uint64_t) 24 * 3600 * 1000)


static void test_whole(void);
static void test_copies(void);
static void test_pages(void);
static void test_wall(void);


int
main(void)
{
    test_whole();
    test_copies();
    test_pages();
    test_wall();

    return tap_done();
}


static webhook_store_result_e
show(util_t *u, const webhook_id_t *id, webhook_state_e *state)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    result = util_apply(u, &op);

    if (state && op.u.show.count) {
        *state = op.u.show.deliveries[0].delivery.state;
    }

    webhook_op_free(&op);

    return result;
}


/* An event is put with all of its deliveries, or nothing of it is there. */

static void
test_whole(void)
{
    util_t         u;
    uint64_t       a, b;
    unsigned       i;
    webhook_op_t   op[3], claim, *ops[3];
    webhook_id_t   id[3];
    webhook_put_t  put[3][2];

    util_init(&u);
    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    b = util_endpoint(&u, "b", 10);

    memset(put, 0, sizeof(put));

    for (i = 0; i < 3; i++) {
        id[i] = util_id(&u);
        util_put_op(&op[i], put[i], id[i], a, "{}", 2);

        put[i][0].lease = 1;
        put[i][1].endpoint = b;

        op[i].u.put_event.count = 2;
        op[i].u.put_event.idempotency.keep = DAY;
        op[i].u.put_event.idempotency.key[0] = (unsigned char) i;

        ops[i] = &op[i];
    }

    put[1][1].rendition = 1;            /* which it has not got */

    util_batch(&u, ops, 3);

    tap_ok(op[0].result == WEBHOOK_STORE_OK
           && op[1].result == WEBHOOK_STORE_UNAVAILABLE
           && op[2].result == WEBHOOK_STORE_OK,
           "one of a batch fails, the others do not");
    tap_ok(put[0][0].lease_token && put[1][0].lease_token == 0
           && put[2][0].lease_token,
           "and has no lease");
    tap_ok(show(&u, &id[1], NULL) == WEBHOOK_STORE_NOT_FOUND
           && util_stats(&u, 0, NULL).events == 2
           && util_stats(&u, 0, NULL).idempotency == 2,
           "nothing of it is there");

    (void) util_claim(&u, &claim, &a, 10);

    tap_ok(claim.u.claim.count == 0, "nor is its first delivery due");
    webhook_op_free(&claim);

    put[1][1].rendition = 0;

    tap_ok(util_apply(&u, &op[1]) == WEBHOOK_STORE_OK && put[1][0].lease_token,
           "put right, it is put under the same id and key");
    tap_ok(util_apply(&u, &op[1]) == WEBHOOK_STORE_DUPLICATE
           && put[1][0].lease_token == 0,
           "and again it is there, and not leased");

    util_check(&u, "whole");
    util_free(&u);
}


/* What an operation returned is the caller's, also once the store has changed,
   and is closed. */

static void
test_copies(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  claim, list;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 0);
    (void) util_claim(&u, &claim, &ep, 1);

    memset(&list, 0, sizeof(list));

    list.type = WEBHOOK_OP_LIST;
    list.u.list.filter.state = -1;
    list.u.list.filter.max = 10;

    (void) util_apply(&u, &list);

    if (claim.u.claim.count == 1) {
        (void) util_complete(&u, claim.u.claim.leases[0].event.id, ep,
                             claim.u.claim.leases[0].lease_token, WEBHOOK_DONE,
                             0);
    }

    u.clock += u.keep + 1;

    while (util_expire(&u, 100, NULL) > 0) { /* void */ }

    tap_ok(util_stats(&u, 0, NULL).events == 0, "the event is removed");

    util_close(&u);

    tap_ok(claim.u.claim.count == 1
           && claim.u.claim.leases[0].event.rendition.body.len == 2
           && memcmp(claim.u.claim.leases[0].event.rendition.body.data, "{}", 2)
              == 0, "a body that was claimed before is whole");
    tap_ok(list.u.list.count == 1
           && list.u.list.deliveries[0].endpoint_name.len == 3
           && memcmp(list.u.list.deliveries[0].endpoint_name.data, "erp", 3)
              == 0
           && list.u.list.deliveries[0].type.len == 9
           && memcmp(list.u.list.deliveries[0].type.data, "order.add", 9)
              == 0, "so is a page of a list");

    webhook_op_free(&claim);
    webhook_op_free(&list);

    util_free(&u);
}


/* Whoever turns page after page sees each once, though events come and go and
   the store is closed in between. */

static void
pages(unsigned oldest)
{
    enum { N = 40 };

    util_t         u;
    uint64_t       ep;
    unsigned       i, n, stay, twice, missed, seen[N];
    webhook_op_t   op;
    webhook_id_t   id[N], *d;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    /* every second one is finished, and goes away meanwhile */

    for (i = 0; i < N; i++) {
        seen[i] = 0;
        id[i] = i % 2 ? ended(&u, ep, WEBHOOK_DONE)
                      : util_put(&u, ep, 7 * DAY);
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 3;
    op.u.list.filter.oldest = oldest & 1;

    for (n = 0; n < 1000; n++) {

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        for (i = 0; i < op.u.list.count; i++) {
            d = &op.u.list.deliveries[i].event;

            for (stay = 0; stay < N; stay++) {
                seen[stay] += memcmp(d, &id[stay], sizeof(*d)) == 0;
            }
        }

        if (!op.u.list.filter.more) {
            break;
        }

        op.u.list.filter.from = 1;
        webhook_op_free(&op);

        if (n < N) {
            (void) util_put(&u, ep, DAY);
        }

        if (n == 3) {
            u.clock += u.keep + 1;

            while (util_expire(&u, 100, NULL) > 0) { /* void */ }

            util_close(&u);
            util_open(&u);
        }
    }

    webhook_op_free(&op);

    twice = 0;
    missed = 0;

    for (i = 0; i < N; i++) {
        twice += seen[i] > 1;
        missed += i % 2 == 0 && seen[i] == 0;
    }

    tap_ok(n < 1000 && missed == 0 && twice == 0, "%s first: %u pages, %u "
           "are missed, %u come twice", oldest ? "oldest" : "newest", n,
           missed, twice);

    util_check(&u, "pages");
    util_free(&u);
}


static void
test_pages(void)
{
    pages(0);
    pages(1);
}


/* The wall clock steps by days, either way, while the store is open and while
   it is closed: delays and leases run on. */

static void
test_wall(void)
{
    int           i;
    util_t        u;
    uint64_t      ep, token;
    webhook_id_t  id;
    webhook_op_t  op;

    static const int64_t  steps[] = { 3, -5, 400, -398 };

    util_init(&u);

    u.real = UTIL_WALL;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 60000);
    token = util_lease(&u, ep, &id);

    for (i = 0; i < 4; i++) {
        u.real += (uint64_t) (steps[i] * (int64_t) DAY);
        u.clock += 2500;

        if (i % 2) {
            (void) util_put(&u, ep, DAY);
        }

        tap_ok(util_claim(&u, &op, &ep, 10) == 0
               && op.u.claim.next == 30000 - (uint64_t) (i + 1) * 2500,
               "%lld days: the lease has %llu ms yet", (long long) steps[i],
               (unsigned long long) op.u.claim.next);
        webhook_op_free(&op);
    }

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "it is completed");

    for (i = 0; i < 4; i++) {
        util_close(&u);
        u.real += (uint64_t) (steps[i] * (int64_t) DAY);
        u.clock += 2500;
        util_open(&u);

        tap_ok(util_claim(&u, &op, &ep, 10) == 0
               && op.u.claim.next == 50000 - (uint64_t) (i + 1) * 2500,
               "closed meanwhile: the next is due in %llu ms",
               (unsigned long long) op.u.claim.next);
        webhook_op_free(&op);
    }

    util_check(&u, "wall");
    util_free(&u);
}
