
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what SHOW tells of the events of one store is put into
 * another, which then tells the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define EVENTS  7


static void test_events(void);


static uint64_t  erp, crm;


int
main(void)
{
    erp = util_name("erp");
    crm = util_name("crm");

    test_events();

    return tap_done();
}


static void
show(util_t *u, webhook_op_t *op, const webhook_id_t *id)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_SHOW;
    op->u.show.id = *id;

    if (util_apply(u, op) != WEBHOOK_STORE_OK) {
        op->u.show.count = 0;
    }
}


/* An event of two renditions for two endpoints, the second of which sends
   both, one after the other, in the order of a key. */

static void
put(util_t *u, webhook_id_t *id)
{
    webhook_op_t         op;
    webhook_put_t        put[2];
    webhook_rendition_t  renditions[2];

    memset(put, 0, sizeof(put));

    *id = util_id(u);

    util_put_op(&op, put, *id, erp, "{\"a\":1}", 7);

    renditions[0] = *op.u.put_event.renditions;
    renditions[1] = renditions[0];
    util_str(&renditions[1].request, "PUT /orders/7");
    util_str(&renditions[1].headers, "X-A: b\r\n");

    put[0].lease = 1;
    put[1].endpoint = crm;
    put[1].steps = 2;
    util_str(&put[1].order, "customer 7");

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 2;
    op.u.put_event.count = 2;

    (void) util_apply(u, &op);

    if (put[0].lease_token) {
        (void) util_complete(u, *id, erp, put[0].lease_token, WEBHOOK_RETRY, 0);
    }
}


static void
act(util_t *u, uint64_t ep, unsigned n, webhook_outcome_e outcome)
{
    unsigned      i;
    webhook_op_t  op;

    while (n--) {
        (void) util_claim(u, &op, &ep, 1);

        for (i = 0; i < op.u.claim.count; i++) {
            (void) util_complete(u, op.u.claim.leases[i].event.id, ep,
                                 op.u.claim.leases[i].lease_token, outcome, 0);
        }

        webhook_op_free(&op);
    }
}


/* Deliveries in every state but one: what is being sent is not carried on. */

static void
fill(util_t *u, webhook_id_t *id)
{
    unsigned      i;
    webhook_op_t  op;

    (void) util_endpoint(u, "erp", 100);
    (void) util_endpoint(u, "crm", 100);

    for (i = 0; i < EVENTS; i++) {
        put(u, &id[i]);
    }

    act(u, erp, 2, WEBHOOK_DONE);
    act(u, erp, 2, WEBHOOK_FAILED);
    act(u, erp, 1, WEBHOOK_RETRY);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CANCEL;
    op.u.delivery.event = id[EVENTS - 1];
    op.u.delivery.endpoint = erp;
    (void) util_apply(u, &op);

    /* the head of the key: one step done, the other failed once */

    act(u, crm, 1, WEBHOOK_DONE);
    act(u, crm, 1, WEBHOOK_RETRY);
}


/* Puts into u what op tells of another store. */

static webhook_store_result_e
carry(util_t *u, const webhook_op_t *op)
{
    uint32_t                        i;
    webhook_op_t                    in;
    webhook_put_t                   put[2];
    webhook_past_t                  past[2];
    const webhook_delivery_full_t  *d;

    memset(&in, 0, sizeof(in));
    memset(put, 0, sizeof(put));
    memset(past, 0, sizeof(past));

    in.type = WEBHOOK_OP_PUT_EVENT;
    in.u.put_event.id = op->u.show.id;
    in.u.put_event.wall = op->u.show.wall;
    in.u.put_event.type = op->u.show.type;
    in.u.put_event.renditions = op->u.show.renditions;
    in.u.put_event.renditions_count = op->u.show.renditions_count;
    in.u.put_event.deliveries = put;
    in.u.put_event.count = op->u.show.count;

    for (i = 0; i < op->u.show.count; i++) {
        d = &op->u.show.deliveries[i];

        put[i].endpoint = d->delivery.endpoint;
        put[i].rendition = d->delivery.rendition - d->delivery.step;
        put[i].steps = d->delivery.steps;
        put[i].past = &past[i];

        past[i].state = d->delivery.state;
        past[i].step = d->delivery.step;
        past[i].sends = d->delivery.attempts;
        past[i].status = d->delivery.status;
        past[i].finished = d->delivery.finished;
        past[i].order = d->delivery.order;
        past[i].place = d->delivery.place;
        past[i].blocks = d->delivery.blocks;
        past[i].attempts = d->attempts;
        past[i].attempts_count = d->attempts_count;
    }

    return util_apply(u, &in);
}


static int
same_text(const webhook_str_t *a, const webhook_str_t *b)
{
    return a->len == b->len && (a->len == 0
                                || memcmp(a->data, b->data, a->len) == 0);
}


static int
same_attempts(const webhook_delivery_full_t *a,
    const webhook_delivery_full_t *b)
{
    uint32_t                  i;
    const webhook_attempt_t  *x, *y;

    if (a->attempts_count != b->attempts_count) {
        return 0;
    }

    for (i = 0; i < a->attempts_count; i++) {
        x = &a->attempts[i];
        y = &b->attempts[i];

        if (x->wall != y->wall || x->number != y->number
            || x->status != y->status || x->connect != y->connect
            || x->tls != y->tls || x->first_byte != y->first_byte
            || x->total != y->total || !same_text(&x->error, &y->error)
            || !same_text(&x->address, &y->address)
            || !same_text(&x->answer, &y->answer))
        {
            return 0;
        }
    }

    return 1;
}


static int
same_delivery(const webhook_delivery_full_t *a,
    const webhook_delivery_full_t *b)
{
    const webhook_delivery_t  *x, *y;

    x = &a->delivery;
    y = &b->delivery;

    return x->endpoint == y->endpoint && x->state == y->state
           && x->attempts == y->attempts && x->status == y->status
           && x->finished == y->finished && x->rendition == y->rendition
           && x->step == y->step && x->steps == y->steps
           && x->parked == y->parked && x->blocks == y->blocks
           && x->order == y->order && x->place == y->place
           && same_attempts(a, b);
}


static int
same_event(const webhook_op_show_t *a, const webhook_op_show_t *b)
{
    uint32_t                    i;
    const webhook_rendition_t  *x, *y;

    if (a->wall != b->wall || !same_text(&a->type, &b->type)
        || a->renditions_count != b->renditions_count || a->count != b->count)
    {
        return 0;
    }

    for (i = 0; i < a->renditions_count; i++) {
        x = &a->renditions[i];
        y = &b->renditions[i];

        if (!same_text(&x->request, &y->request)
            || !same_text(&x->content_type, &y->content_type)
            || !same_text(&x->headers, &y->headers)
            || !same_text(&x->body, &y->body))
        {
            return 0;
        }
    }

    for (i = 0; i < a->count; i++) {
        if (!same_delivery(&a->deliveries[i], &b->deliveries[i])) {
            return 0;
        }
    }

    return 1;
}


/* Delivers what has a key: the times that it is the right one's turn, of which
   the first has one step behind it. */

static unsigned
goes_on(util_t *u, const webhook_id_t *id)
{
    uint64_t      ep;
    unsigned      i, step, same;
    webhook_op_t  op;

    ep = crm;
    same = 0;

    for (i = 0; i < EVENTS; i++) {

        for (step = i == 0 ? 1 : 0; step < 2; step++) {
            (void) util_claim(u, &op, &ep, 10);

            same += op.u.claim.count == 1
                    && op.u.claim.leases[0].step == step
                    && memcmp(&op.u.claim.leases[0].event.id, &id[i],
                              sizeof(webhook_id_t)) == 0;

            if (op.u.claim.count) {
                (void) util_complete(u, op.u.claim.leases[0].event.id, crm,
                                     op.u.claim.leases[0].lease_token,
                                     WEBHOOK_DONE, 0);
            }

            webhook_op_free(&op);
        }
    }

    return same;
}


/* Moves from one store to the other in one process: one at a time is open. */

static void
test_events(void)
{
    util_t                    u, v;
    unsigned                  i, states[WEBHOOK_STATES], put_well, same;
    webhook_op_t              was[EVENTS], is;
    webhook_id_t              id[EVENTS];
    webhook_endpoint_stats_t  a, b, c, d;

    util_init(&u);
    util_init(&v);

    util_open(&u);
    fill(&u, id);

    memset(states, 0, sizeof(states));

    for (i = 0; i < EVENTS; i++) {
        show(&u, &was[i], &id[i]);

        if (was[i].u.show.count == 2) {
            states[was[i].u.show.deliveries[0].delivery.endpoint == erp
                   ? was[i].u.show.deliveries[0].delivery.state
                   : was[i].u.show.deliveries[1].delivery.state]++;
        }
    }

    tap_ok(states[WEBHOOK_DELIVERED] == 2 && states[WEBHOOK_DEAD] == 2
           && states[WEBHOOK_CANCELLED] == 1 && states[WEBHOOK_PENDING] == 2,
           "%u delivered, %u dead, %u cancelled, %u wait",
           states[WEBHOOK_DELIVERED], states[WEBHOOK_DEAD],
           states[WEBHOOK_CANCELLED], states[WEBHOOK_PENDING]);

    (void) util_stats(&u, erp, &a);
    (void) util_stats(&u, crm, &c);

    util_close(&u);

    v.keep = u.keep;
    v.clock = u.clock;

    util_open(&v);

    (void) util_endpoint(&v, "erp", 100);
    (void) util_endpoint(&v, "crm", 100);

    put_well = 0;
    same = 0;

    /* in an order that is not theirs */

    for (i = 0; i < EVENTS; i++) {
        put_well += carry(&v, &was[(i * 3) % EVENTS]) == WEBHOOK_STORE_OK;
    }

    for (i = 0; i < EVENTS; i++) {
        show(&v, &is, &id[i]);
        same += same_event(&was[i].u.show, &is.u.show);
        webhook_op_free(&is);
    }

    tap_ok(put_well == EVENTS, "%u events are put into another store",
           put_well);
    tap_ok(same == EVENTS, "%u of them are there as they were", same);

    (void) util_stats(&v, erp, &b);
    (void) util_stats(&v, crm, &d);

    tap_ok(memcmp(a.states, b.states, sizeof(a.states)) == 0
           && memcmp(c.states, d.states, sizeof(c.states)) == 0,
           "and counted so");

    put_well = 0;

    for (i = 0; i < EVENTS; i++) {
        put_well += carry(&v, &was[i]) == WEBHOOK_STORE_DUPLICATE;
        webhook_op_free(&was[i]);
    }

    tap_ok(put_well == EVENTS, "once more they are there already");

    util_check(&v, "events");

    tap_ok(goes_on(&v, id) == 2 * EVENTS - 1,
           "its key goes on where it stood, in its order");

    util_check(&v, "its key");

    util_free(&u);
    util_free(&v);
}
