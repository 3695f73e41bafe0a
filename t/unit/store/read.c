
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a thread reads while another one writes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <pthread.h>

#include "store_suite.h"


#define EVENTS  400


typedef struct {
    util_t            *u;
    volatile unsigned  put;             /* events that apply() returned of */
    volatile unsigned  end;

    unsigned           reads;
    unsigned           refused;
    unsigned           back;            /* fewer than there were before */
    unsigned           late;            /* fewer than had been put */
} side_t;


static void test_read(void);
static void test_beside(void);
static void *side(void *data);
static int read_op(util_t *u, webhook_op_t *op, webhook_op_e type);


int
main(void)
{
    test_read();
    test_beside();

    return tap_done();
}


static void
test_read(void)
{
    util_t                u;
    uint64_t              erp, change;
    webhook_op_t          op;
    webhook_put_t         put;
    webhook_store_news_t  news;

    util_init(&u);
    util_open(&u);

    erp = util_endpoint(&u, "erp", 100);
    (void) util_put(&u, erp, 0);

    if (!read_op(&u, &op, WEBHOOK_OP_STATS)) {
        tap_ok(1, "this engine reads in turn alone");
        util_free(&u);
        return;
    }

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.stats.events == 1
           && op.u.stats.count == 1 && op.u.stats.owners == 1,
           "statistics, with what was just put");
    webhook_op_free(&op);

    tap_ok(util_stats(&u, 0, NULL).events == 1, "apply() says the same");

    tap_ok(read_op(&u, &op, WEBHOOK_OP_LIST)
           && op.result == WEBHOOK_STORE_OK && op.u.list.count == 1,
           "a list");
    webhook_op_free(&op);

    change = 77;
    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_TASKS;

    tap_ok(webhook_store_read(u.st, &op, &change) == 1, "tasks");
    webhook_op_free(&op);

    webhook_store_news(u.st, &news);
    tap_ok(change == news.change, "the last change is told as by the news");

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&u), erp, "{}", 2);

    tap_ok(webhook_store_read(u.st, &op, &change) == 0,
           "what writes is not done");
    tap_ok(util_stats(&u, 0, NULL).events == 1, "and has changed nothing");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "apply() can do it then");
    webhook_op_free(&op);

    tap_ok(read_op(&u, &op, WEBHOOK_OP_STATS)
           && op.u.stats.events == 2, "the next read sees it");
    webhook_op_free(&op);

    util_close(&u);
    util_free(&u);
}


static void
test_beside(void)
{
    side_t     s;
    util_t     u;
    uint64_t   erp, token;
    unsigned   i;
    pthread_t  thread;
    webhook_id_t  id;

    util_init(&u);
    u.size = 32 << 20;
    util_open(&u);

    erp = util_endpoint(&u, "erp", 100);

    memset(&s, 0, sizeof(s));
    s.u = &u;

    if (pthread_create(&thread, NULL, side, &s) != 0) {
        tap_ok(0, "a thread");
        util_free(&u);
        return;
    }

    for (i = 0; i < EVENTS; i++) {

        if (i % 4) {
            (void) util_put(&u, erp, i % 3 ? 0 : 1000);

        } else {
            token = util_lease(&u, erp, &id);
            (void) util_complete(&u, id, erp, token, WEBHOOK_DONE, 0);
        }

        __atomic_store_n(&s.put, i + 1, __ATOMIC_RELEASE);
    }

    /* it has to have read at least once */

    while (__atomic_load_n(&s.reads, __ATOMIC_ACQUIRE) == 0
           && __atomic_load_n(&s.refused, __ATOMIC_ACQUIRE) == 0)
    {
        sched_yield();
    }

    __atomic_store_n(&s.end, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);

    tap_ok(s.back == 0, "of %u reads none saw less than the one before it",
           s.reads);
    tap_ok(s.late == 0, "nor less than apply() had returned of");
    i = (unsigned) util_stats(&u, 0, NULL).events;
    tap_ok(i == EVENTS, "all was put (%u, log: %s)", i, u.text);

    util_check(&u, "the store is whole");

    util_close(&u);
    util_free(&u);
}


static void *
side(void *data)
{
    side_t *s = data;

    unsigned      put, refused;
    uint64_t      seen, change;
    webhook_op_t  op;

    seen = 0;
    refused = 0;

    while (!__atomic_load_n(&s->end, __ATOMIC_ACQUIRE)) {

        put = __atomic_load_n(&s->put, __ATOMIC_ACQUIRE);

        memset(&op, 0, sizeof(op));
        op.type = s->reads % 2 ? WEBHOOK_OP_LIST : WEBHOOK_OP_STATS;

        if (op.type == WEBHOOK_OP_LIST) {
            op.u.list.filter.state = -1;
            op.u.list.filter.max = 50;
        }

        if (!webhook_store_read(s->u->st, &op, &change)) {
            __atomic_store_n(&s->refused, ++refused, __ATOMIC_RELEASE);
            continue;
        }

        if (op.type == WEBHOOK_OP_STATS) {
            s->back += op.u.stats.events < seen;
            s->late += op.u.stats.events < put;
            seen = op.u.stats.events;
        }

        webhook_op_free(&op);

        __atomic_store_n(&s->reads, s->reads + 1, __ATOMIC_RELEASE);
    }

    return NULL;
}


static int
read_op(util_t *u, webhook_op_t *op, webhook_op_e type)
{
    uint64_t  change;

    memset(op, 0, sizeof(webhook_op_t));

    op->type = type;

    if (type == WEBHOOK_OP_LIST) {
        op->u.list.filter.state = -1;
        op->u.list.filter.max = 10;
    }

    return webhook_store_read(u->st, op, &change);
}
