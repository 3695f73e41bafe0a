
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: order by key, steps.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define PLACES  16


static void test_heads(void);
static void test_head_stays(void);
static void test_capture_order(void);
static void test_dead_skipped(void);
static void test_dead_blocks(void);
static void test_block_ends(void);
static void test_parked_by_hand(void);
static void test_again(void);
static void test_crowd(void);
static void test_steps(void);
static void test_steps_again(void);
static void test_step_waits(void);
static void test_bounds(void);
static void test_damaged(void);


int
main(void)
{
    test_heads();
    test_head_stays();
    test_capture_order();
    test_dead_skipped();
    test_dead_blocks();
    test_block_ends();
    test_parked_by_hand();
    test_again();
    test_crowd();
    test_steps();
    test_steps_again();
    test_step_waits();
    test_bounds();
    test_damaged();

    return tap_done();
}


static uint64_t
endpoint(util_t *u, const char *name, unsigned block)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name(name);
    op.u.endpoint.inflight = 100;
    op.u.endpoint.order_block = block;
    util_str(&op.u.endpoint.name, name);

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.endpoint.id : 0;
}


/* Puts an event with a key; its token, or 0. */

static uint64_t
put(util_t *u, uint64_t ep, const char *key, unsigned lease, webhook_id_t *id)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    *id = util_id(u);

    p.lease = lease;
    util_str(&p.order, key);

    util_put_op(&op, &p, *id, ep, "{}", 2);

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# a put failed\n");
    }

    return p.token;
}


static int
same(const webhook_id_t *a, const webhook_id_t *b)
{
    return memcmp(a, b, sizeof(webhook_id_t)) == 0;
}


/* Claims one; 1 if it is this. */

static int
claims(util_t *u, uint64_t ep, const webhook_id_t *id, uint64_t *token)
{
    int           ok;
    webhook_op_t  op;

    ok = util_claim(u, &op, &ep, 1) == 1
         && same(&op.u.claim.leases[0].event.id, id);

    *token = ok ? op.u.claim.leases[0].token : 0;

    webhook_op_free(&op);

    return ok;
}


/* Claims all; returns how many, and the token of this one. */

static uint32_t
claims_among(util_t *u, uint64_t ep, const webhook_id_t *id, uint64_t *token)
{
    uint32_t      i, n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 100);

    *token = 0;

    for (i = 0; i < op.u.claim.count; i++) {
        if (same(&op.u.claim.leases[i].event.id, id)) {
            *token = op.u.claim.leases[i].token;
        }
    }

    webhook_op_free(&op);

    return n;
}


static int
claims_none(util_t *u, uint64_t ep)
{
    int           ok;
    webhook_op_t  op;

    ok = util_claim(u, &op, &ep, 1) == 0;

    webhook_op_free(&op);

    return ok;
}


static webhook_delivery_t
shown(util_t *u, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t        op;
    webhook_delivery_t  d;

    memset(&op, 0, sizeof(op));
    memset(&d, 0, sizeof(d));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;
    op.u.show.endpoint = ep;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK) {
        d = op.u.show.deliveries[0].delivery;

    } else {
        d.attempts = UINT32_MAX;
    }

    webhook_op_free(&op);

    return d;
}


static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = *id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
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

        token[i + 3] = op.u.complete.next->token;

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
test_dead_skipped(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_id_t        id[3];
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);
    (void) put(&u, ep, "k", 1, &id[2]);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks
           && claims(&u, ep, &id[1], &token), "a dead head is passed over");

    /* and comes again behind who is the head by now, before all others */

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[0]) == WEBHOOK_STORE_OK,
           "it is to be tried again");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_PENDING && d.parked, "so it is parked");

    util_check(&u, "again");

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[0], &token), "it goes before later ones");

    util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[2], &token), "which follow");

    util_check(&u, "skipped");
    util_free(&u);
}


static void
test_dead_blocks(void)
{
    util_t              u;
    unsigned            i;
    uint64_t            ep, token, other;
    webhook_id_t        id[4], free;
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);
    other = put(&u, ep, "", 1, &free);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);
    util_complete(&u, free, ep, other, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && d.blocks && claims_none(&u, ep),
           "a dead head blocks its key");

    d = shown(&u, ep, &free);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks,
           "one without a key blocks nothing");

    tap_ok(put(&u, ep, "k", 1, &id[2]) == 0, "those that come are parked");
    tap_ok(put(&u, ep, "l", 1, &id[3]) != 0, "other keys are free");

    util_check(&u, "blocked");

    u.clock += 1000000;

    for (i = 0; i < 10 && util_expire(&u, 100, NULL); i++) {
        /* void */
    }

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && d.blocks,
           "history does not end while it blocks");

    d = shown(&u, ep, &free);

    tap_ok(d.attempts == UINT32_MAX, "that of others does");

    util_check(&u, "expired");
    util_close(&u);
    util_open(&u);

    /* tried again */

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[0]) == WEBHOOK_STORE_OK,
           "it is to be tried again");

    util_check(&u, "tried");

    (void) util_takeover(&u);

    tap_ok(claims_among(&u, ep, &id[0], &token) == 2 && token,
           "and is, beside another key's");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_SENDING && d.attempts == 1
           && claims_none(&u, ep), "it is the head as before");

    util_close(&u);
    util_open(&u);

    (void) claims_among(&u, ep, &id[0], &token);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.blocks && d.attempts == 2, "it fails and blocks again");

    util_check(&u, "blocked again");

    /* given up */

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0])
           == WEBHOOK_STORE_OK, "it is given up");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0])
           == WEBHOOK_STORE_DUPLICATE, "but once");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks
           && claims(&u, ep, &id[1], &token), "the next goes");

    util_check(&u, "given up");

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);
    u.clock += 1000000;

    for (i = 0; i < 10 && util_expire(&u, 100, NULL); i++) {
        /* void */
    }

    d = shown(&u, ep, &id[0]);

    tap_ok(d.attempts == UINT32_MAX, "and it is history, which ends");

    util_check(&u, "history");
    util_free(&u);
}


/* An endpoint that does not want blocks any more. */

static void
test_block_ends(void)
{
    enum { N = 700 };

    char                      key[16];
    util_t                    u;
    unsigned                  i, n;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_endpoint_stats_t  s;

    static webhook_id_t       id[N], next[N];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    for (i = 0; i < N; i++) {
        snprintf(key, sizeof(key), "key-%u", i);

        token = put(&u, ep, key, 1, &id[i]);
        (void) put(&u, ep, key, 1, &next[i]);
        util_complete(&u, id[i], ep, token, WEBHOOK_FAILED, 0);
    }

    tap_ok(claims_none(&u, ep), "%u keys are blocked", (unsigned) N);

    (void) endpoint(&u, "erp", 0);

    util_check(&u, "not wanted");

    n = 0;

    for (i = 0; i < 100 && n < N; i++) {

        if (util_claim(&u, &op, &ep, 100) == UINT32_MAX) {
            break;
        }

        while (op.u.claim.count) {
            op.u.claim.count--;
            n++;

            (void) util_complete(&u,
                              op.u.claim.leases[op.u.claim.count].event.id,
                              ep, op.u.claim.leases[op.u.claim.count].token,
                              WEBHOOK_DONE, 0);
        }

        webhook_op_free(&op);
    }

    (void) util_stats(&u, ep, &s);

    tap_ok(n == N && s.states[WEBHOOK_DEAD] == N
           && s.states[WEBHOOK_DELIVERED] == N, "then they are not");

    util_check(&u, "unblocked");

    u.clock += 1000000;

    for (i = 0; i < 1000 && util_expire(&u, 100, NULL); i++) {
        /* void */
    }

    tap_ok(util_stats(&u, ep, &s).events == 0, "all of it is history");

    util_check(&u, "block ends");
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

    tap_ok(d.state == WEBHOOK_DEAD && !d.parked && !d.blocks
           && claims_none(&u, ep), "which is nobody's turn");

    util_check(&u, "cancelled");

    /* a head that waits, and is given up, does not block */

    util_complete(&u, id[0], ep, token, WEBHOOK_RETRY, 100000);

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0]) == WEBHOOK_STORE_OK,
           "the head is given up");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks
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

    webhook_store_apply(u.st, list, N);

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

        token = op.u.complete.next->token;

        webhook_op_free(&op);
    }

    tap_ok(ok, "%u of one key, one after the other", i + 1);

    util_check(&u, "crowd");
    util_free(&u);

    free(ops);
    free(list);
    free(puts);
}


/* An event of three steps. */

static void
put_steps(util_t *u, uint64_t ep, const char *key, webhook_id_t *id)
{
    webhook_op_t   op;
    webhook_put_t  p;

    static webhook_rendition_t  forms[4];

    memset(&p, 0, sizeof(p));

    util_str(&forms[0].body, "unused");
    util_str(&forms[1].body, "one");
    util_str(&forms[2].body, "two");
    util_str(&forms[2].request, "PUT /two");
    util_str(&forms[3].body, "three");

    *id = util_id(u);

    util_put_op(&op, &p, *id, ep, "", 0);

    op.u.put_event.forms = forms;
    op.u.put_event.forms_count = 4;

    p.form = 1;
    p.steps = 3;
    util_str(&p.order, key);

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# a put failed\n");
    }
}


static int
is_step(const webhook_lease_t *l, const webhook_id_t *id, uint32_t step,
    uint32_t attempt, const char *body)
{
    return l && same(&l->event.id, id) && l->step == step
           && l->attempt == attempt && l->retry == (attempt > 1)
           && l->event.form.body.len == strlen(body)
           && memcmp(l->event.form.body.data, body, strlen(body)) == 0;
}


static void
test_steps(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op, claim;
    webhook_id_t              id, other;
    webhook_delivery_t        d;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    put_steps(&u, ep, "k", &id);
    (void) put(&u, ep, "k", 1, &other);

    d = shown(&u, ep, &id);

    tap_ok(d.steps == 3 && d.step == 0 && d.form == 1 && d.body_len == 3,
           "three steps");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 0, 1, "one"), "the first");

    token = claim.u.claim.leases->token;
    webhook_op_free(&claim);

    /* done, and the next is had at once */

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && is_step(op.u.complete.next, &id, 1, 1, "two")
           && op.u.complete.next->event.form.request.len == 8,
           "the second comes with the completion of the first");

    util_check(&u, "second step");

    token = op.u.complete.next->token;
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.delivered == 0 && s.attempts == 1
           && s.states[WEBHOOK_SENDING] == 1, "nothing is delivered yet");

    util_complete(&u, id, ep, token, WEBHOOK_RETRY, 1000);

    u.clock += 1000;

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 1, 2, "two"),
           "it is tried again by itself");

    token = claim.u.claim.leases->token;
    webhook_op_free(&claim);

    /* done, and the next waits */

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    util_check(&u, "third step");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 2, 1, "three"),
           "attempts begin anew with each step");

    token = claim.u.claim.leases->token;
    webhook_op_free(&claim);

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DELIVERED && d.attempts == 4 && d.step == 2
           && d.form == 3, "history goes on");

    tap_ok(claims(&u, ep, &other, &token), "the key was taken until then");

    util_check(&u, "steps");
    util_free(&u);
}


static void
test_steps_again(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_op_t        op, claim;
    webhook_id_t        id;
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    put_steps(&u, ep, "", &id);

    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_RETRY, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DEAD && d.step == 1 && d.form == 2
           && d.attempts == 3, "dead at the second step");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id) == WEBHOOK_STORE_OK
           && util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 1, 1, "two"),
           "it goes on there, with all attempts before it");

    token = claim.u.claim.leases->token;
    webhook_op_free(&claim);

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DELIVERED && d.attempts == 5, "delivered");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter.state = WEBHOOK_DELIVERED;
    op.u.replay.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.replay.count == 1, "replayed");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 0, 1, "one"),
           "from the first step on");

    webhook_op_free(&claim);

    util_check(&u, "steps again");
    util_free(&u);
}


/* A step that may not go at once keeps its place. */

static void
test_step_waits(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, other;

    util_init(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = ep = util_name("erp");
    op.u.endpoint.inflight = 1;
    op.u.endpoint.rate = 10;
    op.u.endpoint.per = 1000;
    (void) util_apply(&u, &op);

    put_steps(&u, ep, "", &id);
    u.clock++;
    (void) put(&u, ep, "", 0, &other);

    (void) claims(&u, ep, &id, &token);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL && op.u.complete.wait > 90
           && op.u.complete.wait <= 100,
           "a step waits for its turn");
    webhook_op_free(&op);

    u.clock += 100;

    tap_ok(claims(&u, ep, &id, &token),
           "and goes before what came later");

    util_check(&u, "step waits");
    util_free(&u);
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
    p.form = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "and a form that is not there");

    p.form = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all else is not");

    util_check(&u, "bounds");
    util_free(&u);
}


/* Puts a row into a table, behind the store's back. */

static void
tamper(util_t *u, webhook_db_e db, const void *key, size_t key_len,
    const void *data, size_t len)
{
    webhook_txn_t  t;

    if (webhook_txn_begin(u->st, &t, 1) != 0) {
        return;
    }

    if (data) {
        (void) webhook_txn_put(&t, db, key, key_len, data, len, 0);

    } else {
        (void) webhook_txn_del(&t, db, key, key_len);
    }

    (void) mdb_txn_commit(t.txn);
}


/* Damage does not stop a key for ever. */

static void
test_damaged(void)
{
    util_t         u;
    unsigned       i;
    uint64_t       ep, token, order;
    webhook_id_t   id[8];
    webhook_str_t  k;
    unsigned char  key[64];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    util_str(&k, "k");
    order = webhook_id_name(&k);

    /* a head that cannot be read */

    for (i = 0; i < 8; i++) {
        (void) put(&u, ep, "k", 0, &id[i]);
    }

    webhook_key_delivery(key, &id[0], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    tap_ok(claims(&u, ep, &id[1], &token),
           "a head that cannot be read makes way");

    util_check(&u, "head");

    /* one that is parked */

    webhook_key_delivery(key, &id[2], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[3], &token), "so does one that is parked");

    util_check(&u, "parked");

    /* a head that is leased, and cannot be read when its lease ends */

    webhook_key_delivery(key, &id[3], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 1 && claims(&u, ep, &id[4], &token),
           "and one that is being sent");

    util_check(&u, "sent");

    /* an event whose head is gone */

    util_complete(&u, id[4], ep, token, WEBHOOK_RETRY, 0);

    webhook_key_delivery(key, &id[4], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    tap_ok(claims(&u, ep, &id[5], &token), "and one without its event");

    /* a key whose head is nobody: who comes has its turn */

    util_complete(&u, id[5], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[6], &token), "the next");

    webhook_key_head(key, ep, order);
    tamper(&u, WEBHOOK_DB_HEADS, key, 16, &id[5], 16);

    (void) put(&u, ep, "k", 0, &id[0]);

    tap_ok(claims(&u, ep, &id[7], &token),
           "a key whose head is over goes on with the next put");

    util_free(&u);
}
