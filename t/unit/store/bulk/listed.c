
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: lists by endpoint and state, by company and by status say
 * the same as what was put and became of it, whatever happened to it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define EPS     4
#define EVENTS  400


static void test_states(void);
static void test_company(void);
static void test_status(void);
static void test_stats(void);
static void compare(util_t *u, const uint64_t *ep, const char *name);


int
main(void)
{
    test_states();
    test_company();
    test_status();
    test_stats();

    return tap_done();
}


/* All that can happen to deliveries happens, in some order. */

static void
test_states(void)
{
    util_t            u;
    uint64_t          ep[EPS];
    unsigned          i, n;
    webhook_op_t      op;
    webhook_id_t      ids[EVENTS];
    webhook_put_t     put[EPS];

    static const char  *names[EPS] = { "erp", "crm", "bi", "wms" };

    util_init(&u);
    util_open(&u);

    for (i = 0; i < EPS; i++) {
        ep[i] = util_endpoint(&u, names[i], 20);
    }

    for (i = 0; i < EVENTS; i++) {
        memset(put, 0, sizeof(put));

        ids[i] = util_id(&u);

        util_put_op(&op, put, ids[i], ep[0], "{}", 2);

        op.u.put_event.count = 1 + i % EPS;

        for (n = 0; n < EPS; n++) {
            put[n].endpoint = ep[(i + n) % EPS];
            put[n].lease = i % 3 == 0;

            if (i % 5 == 0) {
                util_str(&put[n].order, i % 10 ? "a" : "b");
            }
        }

        (void) util_apply(&u, &op);

        for (n = 0; n < op.u.put_event.count; n++) {
            if (put[n].lease_token) {
                (void) util_complete(&u, ids[i], put[n].endpoint,
                                     put[n].lease_token,
                                     (webhook_outcome_e) ((i + n) % 4), 10);
            }
        }
    }

    compare(&u, ep, "put");

    for (i = 0; i < 300; i++) {
        (void) task_end(&u, ep[i % EPS], (webhook_outcome_e) (i % 4));
        u.clock += 3;
    }

    compare(&u, ep, "sent");

    for (i = 0; i < EVENTS; i++) {
        memset(&op, 0, sizeof(op));

        op.type = i % 2 ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
        op.u.delivery.event = ids[i];
        op.u.delivery.endpoint = ep[i % EPS];

        if (i % 7 == 0) {
            (void) util_apply(&u, &op);
        }
    }

    compare(&u, ep, "by hand");

    for (i = 0; i < 100; i++) {
        (void) task_end(&u, ep[i % EPS], WEBHOOK_FAILED);
    }

    webhook_store_close(u.st);
    util_open(&u);

    compare(&u, ep, "opened again");

    u.clock += u.keep * 2;

    do {
        (void) util_expire(&u, 100, &n);
    } while (n);

    compare(&u, ep, "expired");

    util_free(&u);
}


/* Of each endpoint and of all, each state: as many as STATS counts, in order,
   in both directions, on pages of any size. */

static void
compare(util_t *u, const uint64_t *ep, const char *name)
{
    int                       state;
    uint64_t                  n, all[WEBHOOK_STATES];
    unsigned                  i, ordered, good, oldest;
    webhook_filter_t          f;
    webhook_endpoint_stats_t  e;

    good = 1;

    memset(all, 0, sizeof(all));
    memset(&f, 0, sizeof(f));

    for (i = 0; i <= EPS; i++) {

        if (i < EPS) {
            util_stats(u, ep[i], &e);
        }

        for (state = 0; state < WEBHOOK_STATES; state++) {

            for (oldest = 0; oldest < 2; oldest++) {
                f.endpoint = i < EPS ? ep[i] : 0;
                f.state = state;
                f.oldest = oldest;

                n = task_listed(u, &f, oldest ? 7 : 200, &ordered);

                if (!ordered
                    || n != (i < EPS ? e.states[state] : all[state]))
                {
                    printf("# endpoint %u, state %d: %llu, of %llu%s\n", i,
                           state, (unsigned long long) n,
                           (unsigned long long) (i < EPS ? e.states[state]
                                                         : all[state]),
                           ordered ? "" : ", in no order");
                    good = 0;
                }
            }

            if (i < EPS) {
                all[state] += n;
            }
        }
    }

    tap_ok(good, "%s: lists have what there is", name);

    util_check(u, name);
}


static void
test_company(void)
{
    util_t            u;
    uint64_t          ep;
    unsigned          i;
    webhook_op_t      op;
    webhook_id_t      id;
    webhook_put_t     put;
    webhook_filter_t  f;

    static const char  *companies[] = { "", "1260", "126", "12600" };

    static char  long_name[66];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 40; i++) {
        id = task_put(&u, ep, companies[i % 4], "order.add");
    }

    memset(&f, 0, sizeof(f));

    for (i = 0; i < 2; i++) {
        f.state = i ? WEBHOOK_PENDING : -1;
        f.company.which = WEBHOOK_COMPANY_ANY;

        tap_ok(task_listed(&u, &f, 3, NULL) == 40, "all companies");

        f.company.which = WEBHOOK_COMPANY_NONE;

        tap_ok(task_listed(&u, &f, 3, NULL) == 10, "what is nobody's");

        f.company.which = WEBHOOK_COMPANY_ONE;
        util_str(&f.company.name, "1260");

        tap_ok(task_listed(&u, &f, 3, NULL) == 10,
               "a company's, and not those of names that begin alike");

        util_str(&f.company.name, "");

        tap_ok(task_listed(&u, &f, 3, NULL) == 0, "a company without a name "
               "has nothing");
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.show.company.len == 5
           && memcmp(op.u.show.company.data, "12600", 5) == 0,
           "an event is shown with its company");

    webhook_op_free(&op);

    memset(&put, 0, sizeof(put));
    memset(long_name, 'c', sizeof(long_name) - 1);

    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
    util_str(&op.u.put_event.company, long_name);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a name of 65 bytes is over the bound");

    long_name[64] = '\0';

    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
    util_str(&op.u.put_event.company, long_name);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "one of 64 is not");

    util_check(&u, "companies");
    util_free(&u);
}


static void
test_status(void)
{
    util_t            u;
    uint64_t          ep;
    unsigned          i;
    webhook_filter_t  f;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 10; i++) {
        (void) ended(&u, ep, i < 3 ? WEBHOOK_FAILED : WEBHOOK_DONE);
    }

    (void) util_put(&u, ep, 1000);

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.least = 500;
    f.most = 599;

    tap_ok(task_listed(&u, &f, 100, NULL) == 3, "5xx");

    f.least = 200;
    f.most = 200;

    tap_ok(task_listed(&u, &f, 100, NULL) == 7, "200");

    f.least = 0;
    f.most = 599;

    tap_ok(task_listed(&u, &f, 100, NULL) == 11, "any, and none yet");

    util_free(&u);
}


static void
test_stats(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    (void) util_endpoint(&u, "crm", 100);
    (void) util_put(&u, ep, 0);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.count == 1
           && op.u.stats.endpoints[0].id == ep
           && op.u.stats.endpoints[0].states[WEBHOOK_PENDING] == 1,
           "statistics of one endpoint");

    webhook_op_free(&op);

    op.u.stats.endpoint = 12345;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.count == 0
           && op.u.stats.size != 0, "of one that is not known there are none");

    webhook_op_free(&op);
    util_free(&u);
}
