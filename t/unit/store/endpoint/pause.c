
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: it pauses as a whole.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_pause.h"


static void test_pause(void);
static void test_steps(void);
static void test_orphans(void);
static void test_again(void);


int
main(void)
{
    test_pause();
    test_steps();
    test_orphans();
    test_again();

    return tap_done();
}


static void
test_pause(void)
{
    util_t                u;
    uint64_t              ep, ep2, token, next;
    webhook_id_t          busy;
    webhook_op_t          op;
    webhook_put_t         put;
    webhook_store_news_t  news;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 0);

    token = util_lease(&u, ep, &busy);
    (void) util_put(&u, ep, 0);

    tap_ok(pause_all(&u, 1, "") == WEBHOOK_STORE_DUPLICATE,
           "what is not paused cannot go on");
    tap_ok(pause_all(&u, 0, "a copy") == WEBHOOK_STORE_OK, "it is paused");
    tap_ok(is_paused(&u, "a copy"), "and stats say so");

    webhook_store_news(u.st, &news);
    tap_ok(news.paused, "and the news");

    tap_ok(claims(&u, ep, &next) == 0 && next && next <= 1000,
           "nothing is claimed, and it is looked again soon");

    /* an outcome is taken, and brings nothing new */

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COMPLETE;
    op.u.complete.event = busy;
    op.u.complete.endpoint = ep;
    op.u.complete.lease_token = token;
    op.u.complete.outcome = WEBHOOK_DONE;
    op.u.complete.lease = 60000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL,
           "who ends a send gets no other");
    webhook_op_free(&op);

    /* nor does a new event, also not to an endpoint that was not there */

    memset(&put, 0, sizeof(put));
    put.endpoint = util_endpoint(&u, "new", 10);
    put.lease = 1;

    ep2 = put.endpoint;

    util_put_op(&op, &put, util_id(&u), ep2, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && put.lease_token == 0,
           "a new event is not leased");

    util_close(&u);
    util_open(&u);

    tap_ok(is_paused(&u, "a copy") && claims(&u, ep, &next) == 0,
           "so it is for who opens it anew");
    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 1
           && strstr(u.text, "resume --all"), "who is told, once");

    tap_ok(pause_all(&u, 1, "") == WEBHOOK_STORE_OK, "it goes on");
    tap_ok(claims(&u, ep, &next) == 2, "what waited is claimed");
    tap_ok(claims(&u, ep2, &next) == 1, "the new one too");

    webhook_store_news(u.st, &news);
    tap_ok(!news.paused, "and the news are good");

    util_free(&u);
}


/* The next step of a delivery is not leased either. */

static void
test_steps(void)
{
    util_t               u;
    uint64_t             ep, next;
    webhook_id_t         id;
    webhook_op_t         op;
    webhook_put_t        put;
    webhook_rendition_t  renditions[2];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "steps", 10);
    id = util_id(&u);

    memset(&put, 0, sizeof(put));

    put.lease = 1;
    put.steps = 2;

    util_put_op(&op, &put, id, ep, "{}", 2);

    renditions[0] = renditions[1] = *op.u.put_event.renditions;
    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && put.lease_token,
           "the first step is leased");

    (void) pause_all(&u, 0, "");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COMPLETE;
    op.u.complete.event = id;
    op.u.complete.endpoint = ep;
    op.u.complete.lease_token = put.lease_token;
    op.u.complete.outcome = WEBHOOK_DONE;
    op.u.complete.lease = 60000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL, "the second is not");
    webhook_op_free(&op);

    (void) pause_all(&u, 1, "");

    tap_ok(claims(&u, ep, &next) == 1, "until it goes on");

    util_free(&u);
}


static void
test_orphans(void)
{
    util_t        u;
    unsigned      i;
    webhook_op_t  op;

    util_init(&u);
    u.orphans = 3600000;
    util_open(&u);

    (void) util_put(&u, util_endpoint(&u, "gone", 10), 0);
    (void) pause_all(&u, 0, "");

    for (i = 0; i < 2; i++) {
        u.clock += 3 * 3600000;

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = 100;

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && op.u.expire.cancelled == i,
               i ? "then it is" : "no orphan is cancelled while it pauses");

        (void) pause_all(&u, 1, "");
    }

    util_free(&u);
}


/* RETRY of what is delivered; what a list tells of the last send. */

static void
test_again(void)
{
    util_t        u;
    uint64_t      ep, next, token;
    webhook_id_t  done, bad;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    done = ended(&u, ep, WEBHOOK_DONE);

    token = util_lease(&u, ep, &bad);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COMPLETE;
    op.u.complete.event = bad;
    op.u.complete.endpoint = ep;
    op.u.complete.lease_token = token;
    op.u.complete.outcome = WEBHOOK_FAILED;
    op.u.complete.attempt.wall = UTIL_WALL;
    util_str(&op.u.complete.attempt.error, "connection refused");

    (void) util_apply(&u, &op);
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 2,
           "a list");
    tap_ok(memcmp(&op.u.list.deliveries[0].event, &bad, 16) == 0
           && op.u.list.deliveries[0].sent == UTIL_WALL
           && op.u.list.deliveries[0].error.len == 18,
           "says what went wrong");
    tap_ok(op.u.list.deliveries[1].error.len == 0, "and what did not");
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = done;
    op.u.delivery.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE,
           "what is delivered is not tried again");

    op.u.delivery.again = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && claims(&u, ep, &next) == 1, "but sent again if that is meant");

    util_check(&u, "again");
    util_free(&u);
}
