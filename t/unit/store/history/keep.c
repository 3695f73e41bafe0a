
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how much history is kept, and the mark that warns.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_keep_bytes(void);
static void test_keep_attempts(unsigned attempts, size_t answer);
static void test_order(int by_size);
static void test_retried(void);
static void test_keep_history(void);
static void test_drop_history(void);
static void test_warn(void);


int
main(void)
{
    test_keep_bytes();
    test_keep_attempts(12, 1024);
    test_keep_attempts(12, 0);
    test_keep_attempts(1, 100);
    test_order(0);
    test_order(1);
    test_retried();
    test_keep_history();
    test_drop_history();
    test_warn();

    return tap_done();
}


static void
test_keep_bytes(void)
{
    util_t              u;
    unsigned            i, more;
    uint64_t            ep;
    webhook_op_stats_t  s;

    util_init(&u);

    u.keep = 86400000;
    u.keep_bytes = 100 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 50; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) util_put(&u, ep, 100000);
    }

    tap_ok(util_expire(&u, 1000, NULL) == 0, "history below its bound stays");

    for (i = 0; i < 500; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
    }

    do {
        (void) util_expire(&u, 1000, &more);
    } while (more);

    s = util_stats(&u, 0, NULL);

    tap_ok(s.events > 50 + 150 && s.events < 50 + 300,
           "above it the oldest goes: %u stay", (unsigned) s.events);

    util_check(&u, "keep_bytes");
    util_free(&u);
}


/* What history takes is what the store has more in use. */

static void
test_keep_attempts(unsigned attempts, size_t answer)
{
    util_t                u;
    double                ratio;
    uint64_t              ep, token, before;
    unsigned              i, k, more;
    webhook_id_t          id;
    webhook_op_t          op;
    webhook_put_t         put;
    webhook_op_stats_t    s;

    static unsigned char  bytes[1024];
    static char           body[500];

    memset(bytes, 'a', sizeof(bytes));
    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 256 << 20;
    u.keep = 86400000;
    u.keep_bytes = 4 << 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);
    before = util_stats(&u, 0, NULL).used;

    for (i = 0; i < (answer ? 8000 : 40000) / attempts; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        id = util_id(&u);

        util_put_op(&op, &put, id, ep, body, sizeof(body));
        (void) util_apply(&u, &op);

        token = put.lease_token;

        for (k = 1; k <= attempts; k++) {
            util_complete_op(&op, id, ep, token, k == attempts
                             ? WEBHOOK_FAILED : WEBHOOK_RETRY, 0);

            op.u.complete.attempt.answer.data = bytes;
            op.u.complete.attempt.answer.len = answer;
            op.u.complete.lease = k == attempts ? 0 : 30000;

            (void) util_apply(&u, &op);

            token = op.u.complete.next ? op.u.complete.next->lease_token : 0;

            webhook_op_free(&op);
        }

        if (i % 100 == 0) {
            (void) util_expire(&u, 1000, NULL);
        }
    }

    do {
        (void) util_expire(&u, 1000, &more);
    } while (more);

    s = util_stats(&u, 0, NULL);

    ratio = (double) (s.used - before) / (double) u.keep_bytes;

    tap_ok(s.events > 10 && ratio > 0.8 && ratio < 1.2,
           "with %u attempts and %zu bytes of an answer %u events take %.2f "
           "of keep_bytes", attempts, answer, (unsigned) s.events, ratio);

    util_check(&u, "attempts");
    util_free(&u);
}


static int
there(util_t *u, webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    (void) util_apply(u, &op);
    webhook_op_free(&op);

    return op.result == WEBHOOK_STORE_OK;
}


static void
put_call(util_t *u, webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    *id = util_id(u);

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = *id;
    op.u.put_call.call.receiver = util_name("shop");
    util_str(&op.u.put_call.call.name, "shop");

    (void) util_apply(u, &op);
}


/* 3000 events that are delivered at once; how many were not. */

static unsigned
order_delivered(util_t *u, uint64_t ep, const char *body, size_t len)
{
    unsigned       i, failed;
    webhook_id_t   id;
    webhook_op_t   op;
    webhook_put_t  put;

    failed = 0;

    for (i = 0; i < 3000; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        u->clock++;
        id = util_id(u);

        util_put_op(&op, &put, id, ep, body, len);

        if (util_apply(u, &op) != WEBHOOK_STORE_OK
            || util_complete(u, id, ep, put.lease_token, WEBHOOK_DONE, 0)
               != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        (void) util_expire(u, 100, NULL);
    }

    return failed;
}


static void
order_dead(util_t *u, uint64_t ep, const char *body, size_t len)
{
    unsigned       i, more;
    uint64_t       token;
    webhook_id_t   id;
    webhook_op_t   op;
    webhook_put_t  put;

    for (i = 0; i < 1500; i++) {
        u->clock++;

        memset(&put, 0, sizeof(put));
        put.lease = 1;

        id = util_id(u);

        util_put_op(&op, &put, id, ep, body, len);
        (void) util_apply(u, &op);

        token = put.lease_token;

        (void) util_complete(u, id, ep, token, WEBHOOK_FAILED, 0);

        if (i % 50 == 0) {
            do {
                (void) util_expire(u, 100, &more);
            } while (more);
        }
    }
}


/* What makes room: delivered events, then calls, dead letters last; and these
   are told of. */

static void
test_order(int by_size)
{
    enum  { N = 20 };

    util_t                u;
    uint64_t              ep;
    unsigned              i, more, dead, failed;
    webhook_id_t          call, letters[N];
    webhook_op_stats_t    s;
    webhook_store_news_t  news;

    static char           body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = by_size ? WEBHOOK_STORE_SIZE_MIN : 64 << 20;
    u.keep = 3600000;
    u.keep_bytes = by_size ? 0 : 100 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < N; i++) {
        letters[i] = ended(&u, ep, WEBHOOK_FAILED);
    }

    put_call(&u, &call);

    failed = order_delivered(&u, ep, body, sizeof(body));
    dead = 0;

    for (i = 0; i < N; i++) {
        dead += there(&u, &letters[i]);
    }

    s = util_stats(&u, 0, NULL);
    webhook_store_news(u.st, &news);

    tap_ok(failed == 0 && dead == N && s.calls == 1 && s.events < 1500,
           "3000 delivered events make room for each other; %u of %u dead "
           "letters are there, and the call", dead, (unsigned) N);
    tap_ok(news.dropped == 0 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "and nothing is told");

    /* now there are dead letters alone */

    order_dead(&u, ep, body, sizeof(body));

    webhook_store_news(u.st, &news);
    s = util_stats(&u, 0, NULL);

    tap_ok(news.dropped > 100 && news.dropped <= 1500 + N && s.calls == 0
           && !there(&u, &letters[0]),
           "dead letters go where nothing else is left, the oldest first: %u",
           (unsigned) news.dropped);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(u.text, "dead letters were removed before their time")
           && strstr(u.text, by_size ? "size" : "keep_bytes"),
           "which is told: %s", u.text);

    webhook_store_news(u.st, &news);

    tap_ok(news.dropped == 0, "and counted once");

    u.clock += u.keep;

    do {
        (void) util_expire(&u, 1000, &more);
    } while (more);

    webhook_store_news(u.st, &news);

    tap_ok(util_stats(&u, 0, NULL).events == 0 && news.dropped == 0,
           "those that go at their time are not");

    util_check(&u, "order");
    util_free(&u);
}


/* One that is sent again, and delivered, is a dead letter no more. */

static void
test_retried(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_id_t   first, second;
    webhook_op_t   op;

    util_init(&u);

    u.keep = 3600000;
    u.keep_bytes = 10 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    first = ended(&u, ep, WEBHOOK_FAILED);
    second = ended(&u, ep, WEBHOOK_FAILED);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = first;
    op.u.delivery.endpoint = ep;

    (void) util_apply(&u, &op);

    util_check(&u, "due again");

    (void) util_claim(&u, &op, &ep, 1);

    (void) util_complete(&u, first, ep, op.u.claim.leases[0].lease_token,
                         WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    util_check(&u, "delivered");

    for (i = 0; i < 100; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) util_expire(&u, 100, NULL);
    }

    tap_ok(!there(&u, &first) && there(&u, &second),
           "who is delivered in the end makes room");

    util_free(&u);
}


static void
test_keep_history(void)
{
    util_t                  u;
    unsigned                i, n;
    uint64_t                ep, token;
    webhook_id_t            id;
    webhook_op_t            op;
    webhook_put_t           put;

    static char             body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;
    u.keep = 3600000;
    u.keep_history = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 100000; n++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        (void) util_complete(&u, op.u.put_event.id, ep, put.lease_token,
                             WEBHOOK_DONE, 0);

        (void) util_expire(&u, 100, NULL);
    }

    tap_ok(op.result == WEBHOOK_STORE_FULL && n > 500,
           "history stays, new events are refused after %u", n);
    tap_ok(util_stats(&u, 0, NULL).events == n, "all of it stays");

    u.clock += u.keep;

    for (i = 0; i < 1000; i++) {
        if (util_expire(&u, 100, NULL) == 0) {
            break;
        }
    }

    token = util_lease(&u, ep, &id);

    tap_ok(token != 0, "until its time: then there is room");

    u.clock += 20000;

    (void) util_lease(&u, ep, &id);

    tap_ok(strstr(u.text, "room again") || strstr(u.text, "events again"),
           "which is told: %s", u.text);

    util_check(&u, "keep_history");
    util_free(&u);
}


/* What is finished makes room at once, without a step of EXPIRE between. */

static void
test_drop_history(void)
{
    util_t         u;
    unsigned       i, failed;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[300000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 16 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    failed = 0;

    for (i = 0; i < 500; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body,
                    i % 3 ? 5000 : sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || util_complete(&u, op.u.put_event.id, ep, put.lease_token,
                             WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(failed == 0 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "50 MB go through 16 without a refusal: %u", failed);

    util_check(&u, "drop");
    util_free(&u);
}


static void
test_warn(void)
{
    util_t         u;
    unsigned       n;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 32 << 20;
    u.warn_water = 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 10000 && u.logs[WEBHOOK_STORE_LOG_WARN] == 0; n++) {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        (void) util_apply(&u, &op);
    }

    tap_ok(strstr(u.text, " 20 percent") != NULL, "it is told early: %s",
           u.text);

    util_free(&u);
}
