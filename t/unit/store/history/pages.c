
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a page of a list over all endpoints is bounded work, also
 * where hardly anything is meant, and pages are each of what is meant once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define EVENTS     12000
#define ENDPOINTS  300
#define BATCH      100
#define LOOKED     10000        /* rows for a page, at most */


typedef struct {
    unsigned  pages;
    unsigned  empty;
    unsigned  still;            /* pages whose cursor did not move on */
    unsigned  found;
    unsigned  order;            /* entries that are not where they are to be */
    double    longest;          /* ms of this thread */
} walk_t;


static void make(util_t *u, uint64_t *eps);
static void test_scan(util_t *u);
static void test_listed(util_t *u, const uint64_t *eps);
static void test_growing(util_t *u, const uint64_t *eps);


int
main(void)
{
    util_t    u;
    uint64_t  eps[ENDPOINTS];

    util_init(&u);
    u.size = 256 << 20;
    util_open(&u);

    make(&u, eps);

    test_scan(&u);
    test_listed(&u, eps);
    test_growing(&u, eps);

    util_check(&u, "listed");
    util_free(&u);

    return tap_done();
}


/* Each event goes to two endpoints, by turns; the first and the last are of a
   type and a company of their own. */

static void
make(util_t *u, uint64_t *eps)
{
    char            name[16];
    unsigned        i, n, failed;
    webhook_op_t   *ops, **list;
    webhook_put_t  *puts;

    for (i = 0; i < ENDPOINTS; i++) {
        snprintf(name, sizeof(name), "erp%u", i);
        eps[i] = util_endpoint(u, name, 10);
    }

    ops = calloc(BATCH, sizeof(webhook_op_t));
    list = calloc(BATCH, sizeof(webhook_op_t *));
    puts = calloc(2 * BATCH, sizeof(webhook_put_t));

    if (ops == NULL || list == NULL || puts == NULL) {
        exit(1);
    }

    failed = 0;

    for (i = 0; i < EVENTS; i += BATCH) {

        memset(puts, 0, 2 * BATCH * sizeof(webhook_put_t));

        for (n = 0; n < BATCH; n++) {
            util_put_op(&ops[n], &puts[2 * n], util_id(u),
                        eps[(i + n) % ENDPOINTS], "{\"a\":1}", 7);

            puts[2 * n + 1].endpoint = eps[(i + n + 1) % ENDPOINTS];
            ops[n].u.put_event.count = 2;

            if (i + n == 0 || i + n == EVENTS - 1) {
                util_str(&ops[n].u.put_event.type, "order.rare");
                util_str(&ops[n].u.put_event.company, "rare");
            }

            list[n] = &ops[n];
        }

        util_batch(u, list, BATCH);

        for (n = 0; n < BATCH; n++) {
            failed += ops[n].result != WEBHOOK_STORE_OK;
        }
    }

    free(ops);
    free(list);
    free(puts);

    tap_ok(failed == 0, "%u events of two deliveries", EVENTS);
}


static double
ms(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e3 + (double) ts.tv_nsec / 1e6;
}


static int
before(const webhook_delivery_t *a, const webhook_delivery_t *b)
{
    int  rc;

    rc = memcmp(&a->event, &b->event, 16);

    return rc < 0 || (rc == 0 && a->endpoint < b->endpoint);
}


/* All pages; "more" is called between two. */

static walk_t
pages(util_t *u, const webhook_filter_t *f, void (*more)(util_t *u))
{
    double              begun, took;
    walk_t              w;
    uint32_t            i;
    webhook_op_t        op;
    unsigned char       cursor[WEBHOOK_CURSOR_LEN];
    webhook_delivery_t  last, *d;

    memset(&w, 0, sizeof(w));
    memset(&op, 0, sizeof(op));
    memset(&last, 0, sizeof(last));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter = *f;
    op.u.list.filter.max = 50;

    do {
        memcpy(cursor, op.u.list.filter.cursor, sizeof(cursor));

        begun = ms();

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            w.still++;
            break;
        }

        took = ms() - begun;

        if (took > w.longest) {
            w.longest = took;
        }

        for (i = 0; i < op.u.list.count; i++) {
            d = &op.u.list.deliveries[i];

            if (w.found++ && before(d, &last) == (f->oldest == 1)) {
                w.order++;
            }

            last.event = d->event;
            last.endpoint = d->endpoint;
        }

        w.pages++;
        w.empty += op.u.list.count == 0;
        w.still += op.u.list.filter.more
                   && memcmp(cursor, op.u.list.filter.cursor, sizeof(cursor))
                      == 0;

        webhook_op_free(&op);

        op.u.list.filter.from = 1;

        if (more) {
            more(u);
        }

    } while (op.u.list.filter.more && w.pages < 10 * EVENTS);

    return w;
}


/* By the rows of all deliveries: an event has three. */

static void
test_scan(util_t *u)
{
    int               oldest;
    walk_t            w;
    webhook_filter_t  f;

    for (oldest = 0; oldest < 2; oldest++) {

        memset(&f, 0, sizeof(f));

        f.state = -1;
        f.oldest = oldest;
        util_str(&f.type, "order.rare");

        w = pages(u, &f, NULL);

        tap_ok(w.found == 4 && w.order == 0 && w.still == 0,
               "of a type that two events have");
        tap_ok(w.pages > 3 * EVENTS / LOOKED && w.pages <= 5 && w.empty > 0,
               "in %u pages, %u of them empty, %.1f ms at most", w.pages,
               w.empty, w.longest);

        memset(&f.type, 0, sizeof(f.type));

        f.company.which = WEBHOOK_COMPANY_ONE;
        util_str(&f.company.name, "rare");

        w = pages(u, &f, NULL);

        tap_ok(w.found == 4 && w.order == 0 && w.still == 0
               && w.pages > 3 * EVENTS / LOOKED && w.pages <= 5,
               "of a company, in %u pages, %.1f ms at most", w.pages,
               w.longest);

        memset(&f.company, 0, sizeof(f.company));

        f.state = WEBHOOK_DELIVERED;

        w = pages(u, &f, NULL);

        tap_ok(w.found == 0 && w.still == 0
               && w.pages > 3 * EVENTS / LOOKED && w.pages <= 5,
               "in a state that none has, in %u pages, %.1f ms at most",
               w.pages, w.longest);

        f.state = -1;
        f.least = 500;
        f.most = 599;

        w = pages(u, &f, NULL);

        tap_ok(w.found == 0 && w.still == 0
               && w.pages > 3 * EVENTS / LOOKED && w.pages <= 5,
               "by a status that none had, in %u pages, %.1f ms at most",
               w.pages, w.longest);
    }
}


/* By the indexes of all endpoints. */

static void
test_listed(util_t *u, const uint64_t *eps)
{
    int               oldest;
    walk_t            w;
    unsigned          i;
    webhook_filter_t  f;

    for (i = 0; i < ENDPOINTS; i += 3) {
        (void) task_end(u, eps[i], WEBHOOK_FAILED);
    }

    for (oldest = 0; oldest < 2; oldest++) {

        memset(&f, 0, sizeof(f));

        f.state = WEBHOOK_DEAD;
        f.oldest = oldest;

        w = pages(u, &f, NULL);

        tap_ok(w.found == ENDPOINTS / 3 && w.order == 0 && w.still == 0
               && w.pages <= ENDPOINTS / 3 / 50 + 1,
               "what is dead, in %u pages, %.1f ms at most", w.pages,
               w.longest);

        f.state = WEBHOOK_PENDING;

        w = pages(u, &f, NULL);

        tap_ok(w.found == 2 * EVENTS - ENDPOINTS / 3 && w.order == 0
               && w.still == 0,
               "what waits, in %u pages, %.1f ms at most", w.pages,
               w.longest);

        util_str(&f.type, "order.rare");

        w = pages(u, &f, NULL);

        tap_ok(w.found > 0 && w.found <= 4 && w.still == 0
               && w.pages > 2 * EVENTS / LOOKED && w.pages <= 5,
               "what waits of a type, in %u pages, %.1f ms at most", w.pages,
               w.longest);
    }
}


static void
one_more(util_t *u)
{
    uint64_t  ep;

    ep = util_endpoint(u, "erp0", 10);

    (void) util_put(u, ep, 0);
}


/* What comes between two pages is before them, and takes nothing from them; the
   oldest first come to it in the end. */

static void
test_growing(util_t *u, const uint64_t *eps)
{
    walk_t            w;
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.endpoint = eps[0];

    w = pages(u, &f, one_more);

    tap_ok(w.found == 2 * EVENTS / ENDPOINTS && w.order == 0 && w.still == 0,
           "a list of one endpoint that grows");

    f.endpoint = 0;
    f.until = u->wall - EVENTS + 500;

    w = pages(u, &f, one_more);

    tap_ok(w.found > 0 && w.order == 0 && w.still == 0,
           "a list of all until then, in %u pages, %.1f ms at most", w.pages,
           w.longest);

    f.until = 0;
    f.state = WEBHOOK_DEAD;

    w = pages(u, &f, one_more);

    tap_ok(w.found == ENDPOINTS / 3 && w.order == 0 && w.still == 0,
           "a list of what is dead");
}
