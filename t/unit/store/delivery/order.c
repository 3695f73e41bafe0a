
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: order by key.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_order.h"


#define PLACES  16


static void test_heads(void);
static void test_head_stays(void);
static void test_capture_order(void);
static void test_parked_by_hand(void);
static void test_again(void);
static void test_crowd(void);
static void test_bounds(void);


int
main(void)
{
    test_heads();
    test_head_stays();
    test_capture_order();
    test_parked_by_hand();
    test_again();
    test_crowd();
    test_bounds();

    return tap_done();
}


static void
test_heads(void)
{
    util_t                    u;
    unsigned                  i, ok;
    uint64_t                  ep, other, token[9], next;
    webhook_op_t              op;
    webhook_id_t              id[9], free;
    webhook_delivery_t        d;
    webhook_endpoint_stats_t  s;

    static const char  *keys[] = { "a", "b", "c" };

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);
    other = endpoint(&u, "crm", 0);

    for (i = 0; i < 9; i++) {
        token[i] = put(&u, ep, keys[i % 3], 1, &id[i]);
    }

    tap_ok(token[0] && token[1] && token[2] && !token[3] && !token[4]
           && !token[5] && !token[6] && !token[7] && !token[8],
           "the first of each key is leased, the others are not");

    tap_ok(claims_none(&u, ep), "or claimed");

    tap_ok(put(&u, other, "a", 1, &free) != 0,
           "another endpoint's keys are its own");
    tap_ok(put(&u, ep, "", 1, &free) != 0, "what has no key waits for none");

    d = shown(&u, ep, &id[3]);

    tap_ok(d.state == WEBHOOK_PENDING && d.parked && !d.blocks && d.due == 0,
           "they are parked");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_SENDING && !d.parked, "and the first is not");

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_PENDING] == 6 && s.states[WEBHOOK_SENDING] == 4,
           "who is parked is pending");

    util_check(&u, "parked");

    ok = 1;

    for (i = 0; i < 6; i++) {
        util_complete_op(&op, id[i], ep, token[i], WEBHOOK_DONE, 0);
        op.u.complete.lease = 30000;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.complete.next == NULL
            || !same(&op.u.complete.next->event.id, &id[i + 3]))
        {
            ok = 0;
            break;
        }

        token[i + 3] = op.u.complete.next->lease_token;

        webhook_op_free(&op);
    }

    tap_ok(ok, "each completion brings the next of its key");

    util_check(&u, "promoted");

    for (i = 6; i < 9; i++) {
        (void) util_complete(&u, id[i], ep, token[i], WEBHOOK_DONE, 0);
    }

    tap_ok(put(&u, ep, "a", 1, &id[0]) != 0, "then the key is free");

    next = put(&u, ep, "a", 1, &id[1]);

    tap_ok(next == 0, "and taken");

    util_check(&u, "free");
    util_free(&u);
}


/* Whatever happens to the head, it is the head until it is over. */

static void
test_head_stays(void)
{
    util_t         u;
    uint64_t       ep, token;
    webhook_op_t   op;
    webhook_id_t   id[2];
    webhook_put_t  delayed;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);

    util_complete(&u, id[0], ep, token, WEBHOOK_RETRY, 60000);

    tap_ok(claims_none(&u, ep), "while it waits to be tried again");

    u.clock += 60000;

    tap_ok(claims(&u, ep, &id[0], &token), "it is tried");

    util_complete(&u, id[0], ep, token, WEBHOOK_RELEASE, 0);

    tap_ok(claims(&u, ep, &id[0], &token), "released, and claimed again");

    util_complete(&u, id[0], ep, token, WEBHOOK_RELEASE, 1000);

    tap_ok(claims_none(&u, ep), "released for later");

    u.clock += 1000;

    tap_ok(claims(&u, ep, &id[0], &token), "later");

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 1 && claims(&u, ep, &id[0], &token),
           "its lease ended");

    util_check(&u, "head");
    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && claims(&u, ep, &id[0], &token), "its process ended");

    util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[1], &token), "then the next");

    /* one that is to be sent later is the head until then */

    memset(&delayed, 0, sizeof(delayed));

    delayed.delay = 1000;
    util_str(&delayed.order, "later");

    id[0] = util_id(&u);
    util_put_op(&op, &delayed, id[0], ep, "{}", 2);
    (void) util_apply(&u, &op);

    tap_ok(put(&u, ep, "later", 1, &id[1]) == 0 && claims_none(&u, ep),
           "a head that is not due yet");

    u.clock += 1000;

    tap_ok(claims(&u, ep, &id[0], &token), "goes first");

    util_check(&u, "next");
    util_free(&u);
}


/* Events whose ids do not ascend. */

static void
test_capture_order(void)
{
    util_t        u;
    unsigned      i, ok;
    uint64_t      ep, token;
    webhook_id_t  id[50];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    for (i = 0; i < 50; i++) {
        u.wall = UTIL_WALL - 1000 * i + (i * 7919) % 500;
        memset(&u.ids, 0, sizeof(u.ids));

        (void) put(&u, ep, "k", 0, &id[i]);
    }

    ok = 1;

    for (i = 0; i < 50; i++) {
        ok &= claims(&u, ep, &id[i], &token);
        util_complete(&u, id[i], ep, token, WEBHOOK_DONE, 0);
        u.clock++;
    }

    tap_ok(ok, "the order is that of the puts, whatever the ids are");

    util_check(&u, "order");
    util_free(&u);
}


static void
test_parked_by_hand(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_id_t        id[4];
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);
    (void) put(&u, ep, "k", 1, &id[2]);
    (void) put(&u, ep, "k", 1, &id[3]);

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[2]) == WEBHOOK_STORE_OK
           && claims_none(&u, ep), "who is parked stays so");

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[1]) == WEBHOOK_STORE_OK,
           "or is given up");

    d = shown(&u, ep, &id[1]);

    tap_ok(d.state == WEBHOOK_CANCELLED && !d.parked && !d.blocks
           && claims_none(&u, ep), "which is nobody's turn");

    util_check(&u, "cancelled");

    /* a head that waits, and is given up, does not block */

    util_complete(&u, id[0], ep, token, WEBHOOK_RETRY, 100000);

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0]) == WEBHOOK_STORE_OK,
           "the head is given up");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_CANCELLED && !d.blocks
           && claims(&u, ep, &id[2], &token), "then the next one has it");

    util_complete(&u, id[2], ep, token, WEBHOOK_RETRY, 100000);

    tap_ok(claims_none(&u, ep)
           && by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[2]) == WEBHOOK_STORE_OK
           && claims(&u, ep, &id[2], &token), "a head goes at once, by hand");

    util_check(&u, "by hand");
    util_free(&u);
}


/* Finished ones are due again: one at a time, in their order. */

static void
test_again(void)
{
    util_t        u;
    unsigned      i, ok;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id[PLACES];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    for (i = 0; i < PLACES; i++) {
        (void) put(&u, ep, "k", 0, &id[i]);
    }

    for (i = 0; i < PLACES - 1; i++) {
        (void) claims(&u, ep, &id[i], &token);
        util_complete(&u, id[i], ep, token,
                      i % 3 ? WEBHOOK_DONE : WEBHOOK_FAILED, 0);
    }

    tap_ok(claims(&u, ep, &id[PLACES - 1], &token), "the last is the head");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter.state = -1;
    op.u.replay.filter.max = 1000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.replay.count == PLACES - 1, "all others are due again");

    util_check(&u, "again");

    tap_ok(claims_none(&u, ep), "and wait for it");

    util_complete(&u, id[PLACES - 1], ep, token, WEBHOOK_DONE, 0);

    ok = 1;

    for (i = 0; i < PLACES - 1; i++) {
        ok &= claims(&u, ep, &id[i], &token) && claims_none(&u, ep);
        util_complete(&u, id[i], ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(ok, "they go in their order");

    util_check(&u, "in order");
    util_free(&u);
}


/* A key with a crowd behind it costs no more than one with few. */

static void
test_crowd(void)
{
    enum { N = 4000 };

    util_t         u;
    unsigned       i, ok;
    uint64_t       ep, token;
    webhook_op_t   op, *ops, **list;
    webhook_put_t  *puts;

    static webhook_id_t  id[N];

    util_init(&u);

    u.size = 256 << 20;

    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    ops = calloc(N, sizeof(webhook_op_t));
    list = calloc(N, sizeof(webhook_op_t *));
    puts = calloc(N, sizeof(webhook_put_t));

    for (i = 0; i < N; i++) {
        id[i] = util_id(&u);
        util_put_op(&ops[i], &puts[i], id[i], ep, "{}", 2);
        util_str(&puts[i].order, "k");
        list[i] = &ops[i];
    }

    util_batch(&u, list, N);

    (void) claims(&u, ep, &id[0], &token);

    ok = 1;

    for (i = 0; i + 1 < N; i++) {
        util_complete_op(&op, id[i], ep, token, WEBHOOK_DONE, 0);
        op.u.complete.lease = 30000;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.complete.next == NULL
            || !same(&op.u.complete.next->event.id, &id[i + 1]))
        {
            ok = 0;
            break;
        }

        token = op.u.complete.next->lease_token;

        webhook_op_free(&op);
    }

    tap_ok(ok, "%u of one key, one after the other", i + 1);

    util_check(&u, "crowd");
    util_free(&u);

    free(ops);
    free(list);
    free(puts);
}


static void
test_bounds(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  p;

    static char    text[300];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    memset(text, 'x', sizeof(text));
    memset(&p, 0, sizeof(p));

    util_put_op(&op, &p, util_id(&u), ep, "{}", 2);

    p.order.data = (unsigned char *) text;
    p.order.len = 256;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a key of 256 bytes is refused");

    p.order.len = 255;
    p.steps = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "so are more steps than forms");

    p.steps = 1;
    p.rendition = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "and a form that is not there");

    p.rendition = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all else is not");

    util_check(&u, "bounds");
    util_free(&u);
}
