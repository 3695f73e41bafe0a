
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: events that are being removed, and what is leased
 * ahead of a slot, noted, or sent before it is in the tables.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_scene.h"
#include "store_ahead.h"
#include "store_wide.h"

#include <sys/wait.h>


#define WIDE   150                      /* more than go in one step */
#define LIMIT  3


static uint64_t  eps[WIDE];
static uint64_t  last;                  /* the endpoint whose row goes last */


static void test_ahead(void);
static void test_met(void);
static void test_step(void);
static void test_noted(int whole);
static void test_early(void);
static void test_again(void);


int
main(void)
{
    test_ahead();
    test_met();
    test_step();
    test_noted(0);
    test_noted(1);
    test_early();
    test_again();

    return tap_done();
}


static void
endpoints(util_t *u, uint32_t limit)
{
    unsigned  i;

    wide_endpoints(u, eps, WIDE, limit);

    for (i = 0, last = 0; i < WIDE; i++) {
        last = eps[i] > last ? eps[i] : last;
    }
}


static void
opened(util_t *u)
{
    util_init(u);

    u->size = (uint64_t) 64 << 20;
    u->keep = WEBHOOK_NEVER;

    util_open(u);
    endpoints(u, LIMIT);
}


/* What is leased ahead is sent soon: its event stays. */

static void
test_ahead(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       more;
    webhook_id_t   id;
    webhook_op_t   claim, op;

    begin(&u, &ep, LIMIT, 12, &claim, &op, LIMIT);

    id = op.u.complete.stock[0].event.id;

    tap_ok(op.u.complete.stock_count == LIMIT
           && wide_purge(&u, id, &more) == WEBHOOK_STORE_STALE && !more
           && wide_show(&u, id) == WEBHOOK_STORE_OK,
           "one that is leased ahead stays");

    (void) util_complete(&u, id, ep, op.u.complete.stock[0].lease_token,
                         WEBHOOK_RELEASE, 0);

    tap_ok(wide_purge(&u, id, &more) == WEBHOOK_STORE_OK && !more
           && wide_show(&u, id) == WEBHOOK_STORE_NOT_FOUND,
           "and goes once it has come back");

    end(&u, &claim, &op, "leased ahead");
}


/* Who leases ahead meets one that is being removed: it is passed over, and
   does not wait any more. */

static void
test_met(void)
{
    util_t                    u;
    unsigned                  i, good, more;
    webhook_id_t              wide, behind;
    webhook_op_t              claim, op;
    webhook_endpoint_stats_t  e;

    opened(&u);

    for (i = 0; i < LIMIT + 1; i++) {
        (void) util_put(&u, last, 0);
        u.clock++;
    }

    (void) util_claim(&u, &claim, &last, LIMIT);

    wide = wide_put(&u, eps, WIDE, NULL);
    u.clock++;
    behind = util_put(&u, last, 0);

    tap_ok(wide_purge(&u, wide, &more) == WEBHOOK_STORE_OK && more,
           "some of it is gone");

    done(&u, &op, &claim.u.claim.leases[0], WEBHOOK_DONE, LIMIT, NULL);

    good = op.u.complete.next != NULL && op.u.complete.stock_count == 1
           && memcmp(&op.u.complete.stock[0].event.id, &behind, 16) == 0;

    (void) util_stats(&u, last, &e);

    tap_ok(good && e.cancelled == 1 && e.states[WEBHOOK_PENDING] == 0,
           "what is behind it is leased ahead");

    util_check(&u, "leased ahead of it");

    tap_ok(wide_expire(&u, wide) && wide_show(&u, behind) == WEBHOOK_STORE_OK,
           "the rest of it goes");

    end(&u, &claim, &op, "passed over");
}


/* A lease ran out, and its event is being removed: the outcome of the send says
   nothing of what would be next. */

static void
test_step(void)
{
    util_t          u;
    unsigned        i, more;
    uint64_t        token;
    webhook_id_t    id;
    webhook_op_t    op, claim;
    webhook_put_t   puts[WIDE];

    opened(&u);

    memset(puts, 0, sizeof(puts));

    for (i = 0; i < WIDE; i++) {
        puts[i].endpoint = eps[i];
        puts[i].steps = 2;
    }

    id = util_id(&u);

    util_put_op(&op, puts, id, eps[0], "{\"a\":1}", 7);
    op.u.put_event.count = WIDE;
    op.u.put_event.renditions = util_form("{\"a\":1}", 7);
    op.u.put_event.renditions_count = 2;

    (void) util_form("{\"b\":2}", 7);

    (void) util_apply(&u, &op);

    (void) util_claim(&u, &claim, &last, 1);
    token = claim.u.claim.count ? claim.u.claim.leases[0].lease_token : 0;
    webhook_op_free(&claim);

    u.clock += 600000;
    (void) util_takeover(&u);

    tap_ok(token && wide_purge(&u, id, &more) == WEBHOOK_STORE_OK && more
           && wide_rows(&u, WEBHOOK_DB_DELIVERIES, id) == WIDE - 100 + 1,
           "one whose lease ran out is being removed");

    util_complete_op(&op, id, last, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.complete.next == NULL,
           "its next step is not sent");

    webhook_op_free(&op);

    util_check(&u, "with an outcome");

    tap_ok(wide_expire(&u, id), "it goes, with what was known of the send");

    util_check(&u, "with no step");
    util_free(&u);
}


/* A process that has noted what it sent dies, and its event is gone, or some
   of it is. */

static void
test_noted(int whole)
{
    int                       status;
    pid_t                     pid;
    util_t                    u;
    unsigned                  more;
    webhook_id_t              id;
    webhook_op_t              op, claim, *ops[1];
    webhook_endpoint_stats_t  e;

    opened(&u);

    id = wide_put(&u, eps, WIDE, NULL);

    util_close(&u);

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        util_open(&u);

        if (util_claim(&u, &claim, &last, 1) != 1) {
            _exit(1);
        }

        util_complete_op(&op, id, last, claim.u.claim.leases[0].lease_token,
                         WEBHOOK_DONE, 0);

        ops[0] = &op;
        webhook_store_note(u.st, ops, 1);

        if (op.u.complete.noted == 0) {
            _exit(2);
        }

        if (wide_purge(&u, id, &more) != WEBHOOK_STORE_STALE) {
            _exit(3);
        }

        /* it stood still for long */

        u.clock += 600000;
        (void) util_takeover(&u);

        if (wide_purge(&u, id, &more) != WEBHOOK_STORE_OK || !more) {
            _exit(4);
        }

        while (whole && more) {
            (void) wide_purge(&u, id, &more);
        }

        _exit(0);
    }

    (void) waitpid(pid, &status, 0);

    tap_ok(status == 0, "one that is noted stays while its lease runs (%d)",
           WEXITSTATUS(status));

    u.clock += 600000;
    util_open(&u);

    (void) util_stats(&u, last, &e);

    tap_ok(e.delivered == (whole ? 0 : 1) && e.states[WEBHOOK_SENDING] == 0
           && e.states[WEBHOOK_PENDING] == 0
           && wide_show(&u, id) == WEBHOOK_STORE_NOT_FOUND,
           "what was noted of it %s", whole ? "says nothing any more"
                                            : "holds, and it is gone all the same");

    util_check(&u, "noted");

    tap_ok(wide_expire(&u, id), "all of it goes");

    util_check(&u, "noted and gone");
    util_free(&u);
}


/* Sent before it is in the tables. */

static void
test_early(void)
{
    scene_t         *s;
    uint32_t         inflight, held;
    unsigned         more;
    credit_event_t   e;

    s = scene_make();
    begun(s, 100);

    tap_ok(early(s, &e) && e.op.u.put_event.kept
           && wide_purge(&s->u, e.op.u.put_event.id, &more)
              != WEBHOOK_STORE_OK && !more,
           "one that is being sent from the journal is not removed");
    tap_ok(applied(s, &e)
           && wide_purge(&s->u, e.op.u.put_event.id, &more)
              == WEBHOOK_STORE_STALE && !more, "nor once it is in the tables");
    tap_ok(completed(s, &e, e.put.early, WEBHOOK_RETRY) == WEBHOOK_STORE_OK
           && wide_purge(&s->u, e.op.u.put_event.id, &more)
              == WEBHOOK_STORE_OK && !more, "then it is");
    held = credits(s, &inflight);

    tap_ok(completed(s, &e, e.put.early, WEBHOOK_DONE)
           == WEBHOOK_STORE_NOT_FOUND
           && credits(s, &inflight) == held && inflight == held,
           "and what else is told of the send changes nothing");

    util_check(&s->u, "sent early");
    scene_drop(s);
}


/* An id of one that is being removed is kept again, and sent at once: it is
   known not to be another's, and the slot comes back. */

static void
test_again(void)
{
    scene_t        *s;
    uint32_t        inflight, held, left;
    unsigned        more;
    webhook_id_t    id;
    webhook_op_t    op, *p;
    webhook_put_t   put;

    s = scene_make();
    begun(s, 100);

    endpoints(&s->u, 100);

    id = wide_put(&s->u, eps, WIDE, NULL);

    (void) wide_purge(&s->u, id, &more);

    held = credits(s, &inflight);

    p = &op;

    memset(&put, 0, sizeof(put));
    put.lease = 1;
    util_put_op(&op, &put, id, s->ep, "{}", 2);

    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(more && put.early && util_apply(&s->u, p) == WEBHOOK_STORE_DUPLICATE,
           "one with the id of one that is being removed is not kept");

    (void) util_complete(&s->u, id, s->ep, put.early, WEBHOOK_DONE, 0);

    left = credits(s, &inflight);

    tap_ok(held && left + 1 == held && inflight == left,
           "its slot comes back");

    tap_ok(wide_expire(&s->u, id), "what was there goes");

    util_check(&s->u, "kept again");
    scene_drop(s);
}
