
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how many waited in each minute, and how long sends took.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define MINUTE  60000
#define SHOWN   60                      /* minutes that are asked for */


typedef struct {
    uint64_t        now;                /* the first minute */
    int64_t         first;              /* how many waited before it */
    int64_t         waiting[SHOWN];
    webhook_ring_t  at[SHOWN];          /* those that there are */
    uint32_t        rows;
} seen_t;


static void test_waiting(void);
static void test_took(void);
static void test_ends(void);
static void test_steps(void);


int
main(void)
{
    test_waiting();
    test_took();
    test_ends();
    test_steps();

    return tap_done();
}


/* All minutes from the first one on, with those that are left out. */

static void
look(util_t *u, seen_t *s, const uint64_t *endpoints, uint32_t count,
    uint32_t minutes)
{
    int64_t       last;
    uint32_t      i, n;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    memset(s->at, 0, sizeof(s->at));

    op.type = WEBHOOK_OP_RINGS;
    op.u.rings.endpoints = endpoints;
    op.u.rings.endpoints_count = count;
    op.u.rings.from = s->now;
    op.u.rings.to = s->now + minutes;

    s->rows = UINT32_MAX;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return;
    }

    s->rows = op.u.rings.count;
    s->first = last = op.u.rings.waiting;

    for (i = 0, n = 0; i < minutes; i++) {

        if (n < s->rows && op.u.rings.rings[n].minute == s->now + i) {
            s->at[i] = op.u.rings.rings[n++];
            last = s->at[i].waiting;
        }

        s->waiting[i] = last;
    }

    webhook_op_free(&op);
}


static void
begin(util_t *u, seen_t *s)
{
    util_init(u);

    u->real = UTIL_WALL - UTIL_WALL % (60 * MINUTE);    /* a full hour */
    s->now = u->real / MINUTE;

    util_open(u);
}


static void
test_waiting(void)
{
    util_t        u;
    seen_t        s;
    uint64_t      ep[2], token;
    unsigned      i;
    webhook_id_t  id;

    begin(&u, &s);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    /* minute 0: three for one, two for the other */

    for (i = 0; i < 3; i++) {
        (void) util_put(&u, ep[0], 0);
    }

    (void) util_put(&u, ep[1], 0);
    (void) util_put(&u, ep[1], 0);

    /* 5: one is delivered, one fails and waits again */

    u.real += 5 * MINUTE;

    (void) task_end(&u, ep[0], WEBHOOK_DONE);
    (void) task_end(&u, ep[0], WEBHOOK_RETRY);

    /* 7: one is put and leased, which counts while it is sent, until 9 */

    u.real += 2 * MINUTE;
    token = util_lease(&u, ep[0], &id);
    u.real += 2 * MINUTE;
    (void) util_complete(&u, id, ep[0], token, WEBHOOK_RELEASE, 0);
    u.real += MINUTE;
    (void) task_end(&u, ep[0], WEBHOOK_FAILED);

    look(&u, &s, ep, 1, 12);

    tap_ok(s.first == 0 && s.waiting[0] == 3 && s.waiting[4] == 3,
           "what was put waits");
    tap_ok(s.waiting[5] == 2 && s.waiting[6] == 2,
           "what is delivered does not, what is to be tried again does");
    tap_ok(s.waiting[7] == 3 && s.waiting[8] == 3, "what is sent counts");
    tap_ok(s.waiting[9] == 3, "and when its lease ends");
    tap_ok(s.waiting[10] == 2 && s.waiting[11] == 2, "until it is over");

    look(&u, &s, ep, 2, 12);

    tap_ok(s.waiting[0] == 5 && s.waiting[5] == 4 && s.waiting[7] == 5
           && s.waiting[11] == 4, "of two in sum");

    look(&u, &s, NULL, 0, 12);

    tap_ok(s.first == 0 && s.waiting[0] == 5 && s.waiting[5] == 4
           && s.waiting[7] == 5 && s.waiting[11] == 4, "of all");

    look(&u, &s, ep, 1, 6);

    tap_ok(s.first == 0 && s.waiting[0] == 3 && s.waiting[5] == 2,
           "until some time ago: by what changed since");

    s.now += 6;
    look(&u, &s, ep, 1, 3);

    tap_ok(s.first == 2 && s.waiting[0] == 2 && s.waiting[1] == 3,
           "from some time on: what waited before");

    s.now -= 6;

    webhook_store_close(u.st);
    util_open(&u);

    look(&u, &s, NULL, 0, 12);

    tap_ok(s.waiting[0] == 5 && s.waiting[7] == 5 && s.waiting[11] == 4,
           "opened again: the same");

    util_check(&u, "rings");
    util_free(&u);
}


static void
test_took(void)
{
    util_t        u;
    seen_t        s;
    uint64_t      ep, token;
    webhook_id_t  id;
    webhook_op_t  op;

    begin(&u, &s);

    ep = util_endpoint(&u, "erp", 100);

    (void) ended(&u, ep, WEBHOOK_DONE);     /* 1500 usec each */
    (void) ended(&u, ep, WEBHOOK_RETRY);

    token = util_lease(&u, ep, &id);
    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.attempt.total = UINT32_MAX;
    (void) util_apply(&u, &op);
    webhook_op_free(&op);

    u.real += MINUTE;

    (void) ended(&u, ep, WEBHOOK_DONE);

    look(&u, &s, &ep, 1, 2);

    tap_ok(s.at[0].sends == 3 && s.at[0].took == 3000 + (uint64_t) UINT32_MAX
           && s.at[0].longest == UINT32_MAX, "how long they took");
    tap_ok(s.at[1].sends == 1 && s.at[1].took == 1500
           && s.at[1].longest == 1500, "in the minute under way, too");

    look(&u, &s, NULL, 0, 2);

    tap_ok(s.at[0].took == 3000 + (uint64_t) UINT32_MAX
           && s.at[1].longest == 1500, "of all");

    util_free(&u);
}


/* What is cancelled, purged or given up, and an endpoint that is gone. */

static void
test_ends(void)
{
    util_t        u;
    seen_t        s;
    uint64_t      ep;
    unsigned      i;
    webhook_op_t  op;
    webhook_id_t  id[4];

    begin(&u, &s);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 4; i++) {
        id[i] = util_put(&u, ep, 0);
    }

    u.real += 10 * MINUTE;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id[1];
    (void) util_apply(&u, &op);

    u.real += 10 * MINUTE;

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall + 1);
    op.u.task.filter.endpoint = ep;

    tap_ok(task_all(&u, &op) == 3, "what waits is cancelled");

    u.real += 10 * MINUTE;

    look(&u, &s, NULL, 0, 40);

    tap_ok(s.waiting[9] == 4, "four waited");
    tap_ok(s.waiting[10] == 3 && s.waiting[19] == 3, "one is purged");
    tap_ok(s.waiting[20] == 0 && s.waiting[30] == 0, "the rest is cancelled");

    look(&u, &s, &ep, 1, 40);

    tap_ok(s.waiting[9] == 4 && s.waiting[10] == 3 && s.waiting[20] == 0,
           "the same of the endpoint");

    util_check(&u, "what ends");
    util_free(&u);
}


/* By more than a minute: how many wait at the end of each step. */

static void
test_steps(void)
{
    util_t           u;
    seen_t           s;
    uint64_t         ep;
    unsigned         i;
    webhook_op_t     op;
    webhook_ring_t  *r;

    begin(&u, &s);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 30; i++) {
        (void) util_put(&u, ep, 0);
        u.real += MINUTE;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RINGS;
    op.u.rings.endpoints = &ep;
    op.u.rings.endpoints_count = 1;
    op.u.rings.from = s.now;
    op.u.rings.to = s.now + 60;
    op.u.rings.step = 15;

    (void) util_apply(&u, &op);

    r = op.u.rings.rings;

    tap_ok(op.u.rings.count == 2 && op.u.rings.waiting == 0
           && r[0].waiting == 15 && r[1].waiting == 30
           && r[1].minute == s.now + 15, "by a quarter of an hour");

    webhook_op_free(&op);
    util_free(&u);
}
