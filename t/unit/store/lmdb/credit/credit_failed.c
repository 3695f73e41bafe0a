
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: commits that fail while something is sent whose
 * event is in the journal alone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_fault.h"
#include "credit_scene.h"


static void test_commit(fault_e kind, const char *name);
static void test_take(fault_e kind, const char *name);


int
main(void)
{
    test_commit(FAULT_WRITE, "a write");
    test_commit(FAULT_SYNC, "a sync");
    test_commit(FAULT_META, "the last page");

    test_take(FAULT_WRITE, "a write");
    test_take(FAULT_SYNC, "a sync");
    test_take(FAULT_META, "the last page");

    return tap_done();
}


static void
fail(fault_e kind)
{
    fault_errno = EIO;
    fault_after = 0;
    fault_lasts = 1;
    fault = kind;
}


static void
test_commit(fault_e kind, const char *name)
{
    scene_t         *s;
    uint32_t         inflight, held;
    webhook_op_t     op;
    credit_event_t   e[3];

    s = scene_make();
    begun(s, 100);

    tap_ok(early(s, &e[0]) && early(s, &e[1]) && early(s, &e[2]), name);

    fail(kind);

    tap_ok(applied(s, &e[0]), "a commit fails: it is kept");

    fault = FAULT_NONE;

    tap_ok(applied(s, &e[1]), "the next one waits for it");
    tap_ok(completed(s, &e[0], e[0].put.early, WEBHOOK_DONE)
           == WEBHOOK_STORE_UNAVAILABLE
           && completed(s, &e[1], e[1].put.early, WEBHOOK_DONE)
              == WEBHOOK_STORE_UNAVAILABLE, "and so do outcomes");

    tap_ok(looks(s) == 3, "all are put soon");
    util_check(&s->u, "leased");

    s->u.clock += 50;

    tap_ok(util_claim(&s->u, &op, &s->ep, 10) == 0,
           "as long as any, so that nobody else sends them");
    webhook_op_free(&op);

    tap_ok(completed(s, &e[0], e[0].put.early, WEBHOOK_DONE) == WEBHOOK_STORE_OK
           && completed(s, &e[1], e[1].put.early, WEBHOOK_DONE)
              == WEBHOOK_STORE_OK, "their outcomes are stored");
    tap_ok(applied(s, &e[2])
           && completed(s, &e[2], e[2].put.early, WEBHOOK_DONE)
              == WEBHOOK_STORE_OK, "and that of one that was put meanwhile");

    held = credits(s, &inflight);
    tap_ok(held == inflight, "nothing is in flight");

    tap_ok(!early(s, &e[0]) == (held == 0) && applied(s, &e[0])
           && early(s, &e[1]) && applied(s, &e[1]), "and all goes on");

    util_check(&s->u, "after a commit that failed");
    util_close(&s->u);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && credits(s, &inflight) == 0 && inflight == 0, "to its end");

    scene_drop(s);
}


/* The commit by which the first ones are taken. */

static void
test_take(fault_e kind, const char *name)
{
    scene_t         *s;
    uint32_t         inflight;
    credit_event_t   e[2];

    s = scene_make();

    (void) kept_open(&s->u);
    (void) looks(s);
    (void) util_endpoint(&s->u, "erp", 100);

    tap_ok(early(s, &e[0]) == 0, name);

    fail(kind);

    (void) applied(s, &e[0]);

    fault = FAULT_NONE;

    tap_ok(early(s, &e[1]) == 0, "nothing is held");

    (void) looks(s);

    tap_ok(credits(s, &inflight) == 0 && inflight == 0, "in the rows either");
    util_check(&s->u, "after a commit that failed");

    (void) util_takeover(&s->u);

    tap_ok(early(s, &e[0]) == 0 && applied(s, &e[0]) && early(s, &e[1])
           && applied(s, &e[1]), "and all goes on");

    util_check(&s->u, "to its end");
    scene_drop(s);
}
