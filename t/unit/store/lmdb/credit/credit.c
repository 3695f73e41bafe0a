
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: sends that begin before their event is in the
 * tables, what stands against them, and what becomes of slots that are held.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_scene.h"
#include "store_admission.h"
#include "store_pause.h"


#define MOST  WEBHOOK_CREDIT_MOST


static void test_early(void);
static void test_order(void);
static void test_refused(void);
static void test_revoked(void);
static void test_other(void);
static void test_back(void);
static void test_death(void);
static void test_low(void);


int
main(void)
{
    test_early();
    test_order();
    test_refused();
    test_revoked();
    test_other();
    test_back();
    test_death();
    test_low();

    return tap_done();
}


static void
test_early(void)
{
    scene_t         *s;
    uint32_t         inflight;
    credit_event_t   e, other;

    s = scene_make();
    begun(s, 4 * MOST);

    tap_ok(credits(s, &inflight) == MOST && inflight == MOST,
           "slots are held behind the first event");
    tap_ok(early(s, &e) && e.put.lease_token == 0
           && !kept_there(&s->u, &e.op.u.put_event.id, 100),
           "the next one may be sent before it is in the tables");
    tap_ok(applied(s, &e) && e.put.lease_token == e.put.early
           && kept_there(&s->u, &e.op.u.put_event.id, 100),
           "and is leased by the same token");
    tap_ok(credits(s, &inflight) == MOST && inflight == MOST + 1,
           "in whose stead another one is held");

    util_check(&s->u, "with a lease and slots that are held");

    tap_ok(completed(s, &e, e.put.early, WEBHOOK_DONE) == WEBHOOK_STORE_OK
           && completed(s, &e, e.put.early, WEBHOOK_DONE) == WEBHOOK_STORE_STALE,
           "it is completed once");
    tap_ok(early(s, &e) && early(s, &other)
           && e.put.early != other.put.early
           && applied(s, &e) && applied(s, &other), "two at a time");
    tap_ok(completed(s, &e, e.put.early, WEBHOOK_RETRY) == WEBHOOK_STORE_OK
           && completed(s, &other, other.put.early, WEBHOOK_RELEASE)
              == WEBHOOK_STORE_OK
           && credits(s, &inflight) == MOST && inflight == MOST,
           "one fails, one is released");

    util_check(&s->u, "with outcomes");
    util_close(&s->u);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && credits(s, &inflight) == 0 && inflight == 0,
           "all go back at the end");

    scene_drop(s);
}


/* An outcome that comes before its event. */

static void
test_order(void)
{
    scene_t         *s;
    uint32_t         inflight;
    credit_event_t   e;

    s = scene_make();
    begun(s, 4 * MOST);

    tap_ok(early(s, &e)
           && completed(s, &e, e.put.early, WEBHOOK_DONE)
              == WEBHOOK_STORE_UNAVAILABLE
           && completed(s, &e, e.put.early + 1000, WEBHOOK_DONE)
              == WEBHOOK_STORE_NOT_FOUND,
           "an outcome before its event is to be told again");
    tap_ok(applied(s, &e)
           && completed(s, &e, e.put.early, WEBHOOK_DONE) == WEBHOOK_STORE_OK
           && credits(s, &inflight) == MOST && inflight == MOST, "and is then");

    /* an id that was used before */

    {
        webhook_op_t   op, *p;
        webhook_put_t  put;

        p = &op;

        memset(&put, 0, sizeof(put));
        put.lease = 1;
        util_put_op(&op, &put, e.op.u.put_event.id, s->ep, "{}", 2);

        webhook_store_keep(s->u.st, &p, 1);

        tap_ok(put.early && util_apply(&s->u, p) == WEBHOOK_STORE_DUPLICATE
               && credits(s, &inflight) == MOST && inflight == MOST,
               "of one that was there nothing is leased");
        tap_ok(util_complete(&s->u, op.u.put_event.id, s->ep, put.early,
                             WEBHOOK_DONE, 0) == WEBHOOK_STORE_STALE
               && credits(s, &inflight) == MOST - 1 && inflight == MOST - 1,
               "and its outcome gives the slot back");
    }

    util_check(&s->u, "after that");
    scene_drop(s);
}


static void
test_refused(void)
{
    scene_t         *s;
    uint32_t         inflight;
    webhook_op_t     op, *p;
    webhook_put_t    put[2];
    credit_event_t   e;

    s = scene_make();
    begun(s, 4 * MOST);

    p = &op;

    memset(put, 0, sizeof(put));
    put[0].lease = 1;
    util_put_op(&op, &put[0], util_id(&s->u), s->ep, "{}", 2);
    put[1] = put[0];
    op.u.put_event.deliveries = put;
    op.u.put_event.count = 2;

    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(op.u.put_event.kept && put[0].early && put[1].early == 0
           && util_apply(&s->u, p) == WEBHOOK_STORE_OK,
           "an endpoint that is named twice is sent to once");
    util_check(&s->u, "with it");

    memset(put, 0, sizeof(put));
    put[0].lease = 1;
    put[0].delay = 5;
    util_put_op(&op, &put[0], util_id(&s->u), s->ep, "{}", 2);
    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(op.u.put_event.kept && put[0].early == 0, "with a delay nothing is");
    (void) util_apply(&s->u, p);

    memset(put, 0, sizeof(put));
    util_put_op(&op, &put[0], util_id(&s->u), s->ep, "{}", 2);
    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(op.u.put_event.kept && put[0].early == 0,
           "nor where no lease is asked for");

    util_close(&s->u);
    scene_drop(s);

    s = scene_make();
    begun(s, 1);

    tap_ok(credits(s, &inflight) == 0 && inflight == 0 && early(s, &e) == 0,
           "nothing is held of one slot");

    scene_drop(s);

    s = scene_make();
    begun(s, 8);

    tap_ok(credits(s, &inflight) == 4 && early(s, &e),
           "half of eight are held");

    (void) applied(s, &e);
    crowd(&s->u, s->ep, 5);

    tap_ok(early(s, &e) == 0 && applied(s, &e) && e.put.lease_token == 0,
           "who is due goes first, where there are not slots for all");
    tap_ok(looks(s) == 0 && credits(s, &inflight) == 0
           && inflight == 1, "and gets those that are held");
    util_check(&s->u, "with a backlog");

    scene_drop(s);
}


static int
paused(util_t *u, uint64_t ep, unsigned resume)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;
    op.u.pause.resume = resume & 1;

    return util_apply(u, &op) == WEBHOOK_STORE_OK;
}


static void
against(scene_t *s, unsigned how)
{
    webhook_op_t            op;
    credit_event_t          e;
    webhook_op_endpoint_t  *l;

    switch (how) {

    case 0:
        (void) paused(&s->u, s->ep, 0);
        return;

    case 1:
        (void) pause_all(&s->u, 0, "");
        return;

    case 2:
    case 3:
        l = limits(&op, "erp");
        l->inflight = how == 2 ? 3 : 100;
        l->rate = how == 2 ? 0 : 1000;
        (void) util_apply(&s->u, &op);
        return;
    }

    if (how == 4) {
        (void) broken(&s->u, "erp", 1, 0);
    }

    (void) early(s, &e);
    (void) applied(s, &e);

    util_complete_op(&op, e.op.u.put_event.id, s->ep, e.put.lease_token,
                     how == 4 ? WEBHOOK_RETRY : WEBHOOK_FAILED, 60000);

    op.u.complete.gone = (how == 5);
    op.u.complete.slow = how == 6 ? 5000 : 0;

    (void) util_apply(&s->u, &op);
}


static void
test_revoked(void)
{
    scene_t         *s;
    unsigned         how;
    uint32_t         inflight;
    credit_event_t   e;

    static const char *const  names[] = {
        "a pause", "a pause of all", "a smaller limit", "a rate", "a breaker",
        "an endpoint that is gone", "a hold"
    };

    for (how = 0; how < sizeof(names) / sizeof(names[0]); how++) {
        s = scene_make();
        begun(s, 64);

        tap_ok(early(s, &e) && applied(s, &e)
               && completed(s, &e, e.put.early, WEBHOOK_DONE) == WEBHOOK_STORE_OK,
               "a send, before:");

        against(s, how);

        tap_ok(early(s, &e) == 0, names[how]);
        tap_ok(applied(s, &e)
               && (e.put.lease_token == 0) == (how != 3), "nothing is sent");

        (void) looks(s);

        /* with the smaller limit there is place for one */

        tap_ok(credits(s, &inflight) == (how == 2)
               && inflight == (how == 2 || how == 3),
               "what was held goes back");

        util_check(&s->u, names[how]);
        util_close(&s->u);
        scene_drop(s);
    }

    s = scene_make();
    begun(s, 64);

    tap_ok(paused(&s->u, s->ep, 0) && early(s, &e) == 0 && applied(s, &e)
           && paused(&s->u, s->ep, 1) && early(s, &e) && applied(s, &e),
           "what was paused goes on");

    scene_drop(s);
}


/* One process keeps, another one pauses. */

static void
test_other(void)
{
    int              status, go[2], done[2];
    char             c;
    pid_t            pid;
    scene_t         *s;
    webhook_op_t     op;
    static scene_t   own;
    credit_event_t   e;

    s = scene_make();
    begun(s, 64);

    if (pipe(go) == -1 || pipe(done) == -1) {
        return;
    }

    util_close(&s->u);
    fflush(stdout);

    pid = fork();

    if (pid == 0) {

        /* its store is its own */

        own = *s;
        begun(&own, 64);

        s->kept = early(&own, &e) && applied(&own, &e);

        (void) !write(done[1], "x", 1);
        (void) !read(go[0], &c, 1);

        s->kept += 2 * (early(&own, &e) == 0) + 4 * applied(&own, &e);

        (void) !write(done[1], "x", 1);
        (void) !read(go[0], &c, 1);

        /* the one that waits has a slot of its own */

        s->kept += 8 * (early(&own, &e) != 0);

        util_close(&own.u);
        _exit(0);
    }

    (void) !read(done[0], &c, 1);

    s->u.st = NULL;
    s->u.admin = 1;
    (void) util_open(&s->u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = s->ep;

    tap_ok(util_apply(&s->u, &op) == WEBHOOK_STORE_OK, "another process pauses");

    (void) !write(go[1], "x", 1);
    (void) !read(done[0], &c, 1);

    op.u.pause.resume = 1;
    (void) util_apply(&s->u, &op);

    (void) !write(go[1], "x", 1);
    (void) waitpid(pid, &status, 0);

    tap_ok(s->kept == 15, "nothing is sent from then on, until it resumes");

    util_close(&s->u);
    s->u.admin = 0;

    scene_drop(s);
}


/* What is held goes back. */

static void
test_back(void)
{
    scene_t         *s;
    uint32_t         inflight;
    webhook_op_t     op;
    credit_event_t   e;

    s = scene_make();
    begun(s, 4 * MOST);

    (void) looks(s);

    tap_ok(credits(s, &inflight) == MOST, "they are held for a while");

    s->u.clock += 20000;

    (void) looks(s);

    tap_ok(credits(s, &inflight) == 0 && inflight == 0,
           "and go back where nothing comes");
    tap_ok(early(s, &e) == 0 && applied(s, &e) && e.put.lease_token
           && early(s, &e) && applied(s, &e), "until something does");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_TAKEOVER;
    op.u.takeover.leave = 1;

    (void) util_apply(&s->u, &op);

    tap_ok(credits(s, &inflight) == 0 && inflight == 2,
           "a process that leaves gives all back");
    tap_ok(early(s, &e) == 0 && applied(s, &e) && e.put.lease_token
           && credits(s, &inflight) == 0, "and takes no more");

    util_check(&s->u, "after that");
    scene_drop(s);
}


static void
act_early(scene_t *s)
{
    unsigned        i;
    credit_event_t  e[3];

    begun(s, 4 * MOST);

    for (i = 0; i < 3; i++) {
        s->kept += (early(s, &e[i]) != 0);
        s->ids[i] = e[i].op.u.put_event.id;
    }

    (void) applied(s, &e[0]);
}


static void
test_death(void)
{
    int            status;
    pid_t          pid;
    scene_t       *s;
    uint32_t       inflight;
    webhook_op_t   op;

    s = scene_make();

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        act_early(s);
        kill(getpid(), SIGKILL);
    }

    (void) waitpid(pid, &status, 0);

    s->u.st = NULL;
    s->u.wall += 1000;
    s->u.journal = 0;

    tap_ok(s->kept == 3 && util_open(&s->u) == WEBHOOK_STORE_OK
           && credits(s, &inflight) == 0 && inflight == 0,
           "a death gives all back");
    util_check(&s->u, "after a death");

    (void) util_endpoint(&s->u, "erp", 100);

    tap_ok(looks(s) == 2
           && util_claim(&s->u, &op, &s->ep, 10) == 3,
           "and what was being sent is due");

    webhook_op_free(&op);
    util_check(&s->u, "with what goes out again");
    util_close(&s->u);
    scene_drop(s);

    /* of one that is seen by a process that lives */

    s = scene_make();

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        act_early(s);
        pause();
        _exit(0);
    }

    while (((volatile scene_t *) s)->kept < 3) {
        usleep(1000);
    }

    s->u.wall += 1000;
    s->u.journal = 0;

    (void) kept_open(&s->u);

    tap_ok(credits(s, &inflight) == MOST, "what a process holds that lives stays");

    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, &status, 0);

    tap_ok(looks(s) == 2 && credits(s, &inflight) == 0,
           "until it is gone, whoever sees that has a journal or not");
    util_check(&s->u, "after that");

    scene_drop(s);
}


/* Who keeps is told in time that few are left. */

static void
test_low(void)
{
    scene_t         *s;
    unsigned         i, low, wrong;
    uint32_t         inflight;
    credit_event_t   e[17];

    s = scene_make();
    begun(s, 32);

    tap_ok(credits(s, &inflight) == 16, "a share is held");

    low = 0;
    wrong = 0;

    for (i = 0; i < 16; i++) {
        wrong += !early(s, &e[i]) || (e[i].put.low != (i >= 12));
        low += e[i].put.low;
    }

    tap_ok(wrong == 0 && low == 4, "which runs low when a fourth is left");
    tap_ok(early(s, &e[16]) == 0 && e[16].put.low == 0, "and is used up");

    wrong = 0;

    for (i = 0; i < 17; i++) {
        wrong += !applied(s, &e[i]);
    }

    for (i = 0; i < 17; i++) {
        wrong += completed(s, &e[i], e[i].put.lease_token, WEBHOOK_DONE)
                 != WEBHOOK_STORE_OK;
    }

    tap_ok(wrong == 0, "all are sent");

    wrong = !early(s, &e[0]) || !applied(s, &e[0]);

    tap_ok(!wrong && early(s, &e[1]) && e[1].put.low == 0,
           "and it is not low any more");

    (void) applied(s, &e[1]);

    scene_drop(s);
}
