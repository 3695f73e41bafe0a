
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Steps of the walk at random, of the store and of the model beside it: puts,
 * claims, outcomes.
 */

#ifndef STORE_MODEL_STEPS_H
#define STORE_MODEL_STEPS_H

#include "store_model.h"


/* Whether a delivery that is put is leased with it; slots that are held for what
   a journal will keep may be missing. */

static unsigned
is_leased(util_t *u, const model_t *m, unsigned e, const webhook_put_t *put)
{
    unsigned  i, free, waiting;

    free = put->lease && put->delay == 0 && !m->parked[e]
           && inflight(e) < limits[e];

    for (i = 0, waiting = 0; i < events; i++) {
        waiting += !model[i].gone && model[i].wants[e]
                   && model[i].state[e] == WEBHOOK_PENDING;
    }

    /* not before others that are due, unless there is room for all */

    if ((oldest(u, e, 0) != UINT64_MAX || oldest(u, e, 1) != UINT64_MAX)
        && inflight(e) + waiting >= limits[e])
    {
        free = 0;
    }

    return free;
}


/* One that is there already, or was once. */

static void
step_put_again(util_t *u)
{
    model_t        *m;
    webhook_op_t    op, *p;
    webhook_put_t   put;

    m = &model[roll(events)];

    if (!m->gone) {
        memset(&put, 0, sizeof(put));

        put.lease = 1;

        util_put_op(&op, &put, m->id, endpoints[0], bytes, 5);

        /* of which something is known: it is not kept */

        p = &op;
        webhook_store_apply(u->st, &p, 1);

        expect(op.result == WEBHOOK_STORE_DUPLICATE && put.lease_token == 0,
               "a duplicate");
    }
}


static void
step_put(util_t *u)
{
    model_t        *m;
    uint64_t        age;
    unsigned        e, n, free, key[ENDPOINTS];
    webhook_op_t    op;
    webhook_id_t    id;
    webhook_put_t   puts[ENDPOINTS];

    static const char     *keys[KEYS + 1] = { "", "a", "b", "c", "d", "e" };
    webhook_rendition_t    renditions[3];

    if (events == EVENTS) {
        return;
    }

    if (events && roll(20) == 0) {
        step_put_again(u);
        return;
    }

    m = &model[events++];

    /* not in the order of time */

    u->wall = u->real;
    age = roll(8);
    id = util_id(u);

    webhook_id_timed(&id, u->real - age, &m->id);

    m->used = 1;
    m->len = roll(4) ? roll(3000) : roll(sizeof(bytes));

    memset(puts, 0, sizeof(puts));

    n = 0;

    for (e = 0; e < ENDPOINTS; e++) {
        if (roll(3) == 0) {
            puts[n].endpoint = endpoints[e];
            puts[n].lease = roll(2);
            puts[n].delay = roll(3) ? 0 : roll(4000);
            puts[n].steps = roll(4) ? roll(2) : 1 + roll(3);
            key[n] = roll(2) ? roll(KEYS + 1) : 0;
            util_str(&puts[n].order, keys[key[n]]);
            n++;
        }
    }

    util_put_op(&op, puts, m->id, n ? puts[0].endpoint : 0, bytes, m->len);

    renditions[0] = *op.u.put_event.renditions;
    renditions[1] = renditions[0];
    renditions[2] = renditions[0];

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 3;
    op.u.put_event.count = n;
    op.u.put_event.lease = 5000;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        expect(op.result == WEBHOOK_STORE_FULL, "a put");
        m->gone = 1;
        return;
    }

    m->place = ++place;

    while (n--) {
        e = endpoint_of(puts[n].endpoint);

        m->key[e] = key[n];
        m->steps[e] = puts[n].steps ? puts[n].steps : 1;

        enter(m, e);

        free = is_leased(u, m, e, &puts[n]);

        expect((puts[n].lease_token != 0) == free || unseen(e)
               || (!puts[n].lease_token && util_journal(u)), "a lease");

        if (puts[n].lease_token) {
            turned(e, 0);
        }

        m->wants[e] = 1;
        m->state[e] = puts[n].lease_token ? WEBHOOK_SENDING : WEBHOOK_PENDING;
        m->token[e] = puts[n].lease_token;
        m->due[e] = u->clock + puts[n].delay;
        m->end[e] = u->clock + 5000;

        /* what waits from now on is due since its id was made */

        if (puts[n].lease_token == 0 && puts[n].delay == 0) {
            m->due[e] -= age + 1;
        }
    }

    finished(u, m);
}


static void
step_takeover(util_t *u)
{
    unsigned  e;

    (void) util_takeover(u);

    for (e = 0; e < ENDPOINTS; e++) {
        run_out(u, e, 1);
    }
}


/* Slots that were held for what a journal will keep are given back where others
   wait for them: with the next takeover something can be claimed. */

static int
late(util_t *u, unsigned e)
{
    int           ok;
    webhook_op_t  op;

    step_takeover(u);

    ok = (util_claim(u, &op, &endpoints[e], 1) == 1);

    if (ok) {
        claimed(u, op.u.claim.leases);
    }

    webhook_op_free(&op);

    return ok;
}


static void
step_claim(util_t *u)
{
    unsigned      i, e, n, due;
    uint64_t      some[ENDPOINTS], swap;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    n = 0;

    for (e = 0; e < ENDPOINTS; e++) {
        if (roll(2)) {
            some[n++] = endpoints[e];
        }
    }

    for (i = 1; i < n; i++) {
        for (e = i; e && some[e] < some[e - 1]; e--) {
            swap = some[e];
            some[e] = some[e - 1];
            some[e - 1] = swap;
        }
    }

    op.type = WEBHOOK_OP_CLAIM;
    op.u.claim.endpoints = some;
    op.u.claim.endpoints_count = n;
    op.u.claim.max = roll(12);
    op.u.claim.max_bytes = roll(2) ? 100000 : 1000;
    op.u.claim.lease = 5000;

    expect(util_apply(u, &op) == WEBHOOK_STORE_OK, "a claim");

    /* one that is full may not have come to each endpoint */

    for (e = 0; e < n; e++) {
        run_out(u, endpoint_of(some[e]), op.u.claim.count < op.u.claim.max
                                         && op.u.claim.max_bytes > 10000);
    }

    for (i = 0; i < op.u.claim.count; i++) {
        claimed(u, &op.u.claim.leases[i]);
    }

    /* if there was room, nothing may be left that is due */

    if (op.u.claim.count < op.u.claim.max && op.u.claim.max_bytes > 10000) {

        for (e = 0; e < n; e++) {
            due = 0;

            for (i = 0; i < events; i++) {
                swap = endpoint_of(some[e]);

                if (!model[i].gone && model[i].wants[swap]
                    && model[i].state[swap] == WEBHOOK_PENDING
                    && !model[i].parked[swap]
                    && model[i].due[swap] <= u->clock)
                {
                    due++;
                }
            }

            swap = endpoint_of(some[e]);

            if (due && inflight(swap) < limits[swap]) {

                size_t  len;

                for (len = 0, i = 0; i < op.u.claim.count; i++) {
                    len += op.u.claim.leases[i].event.rendition.body.len;
                }

                expect(len >= op.u.claim.max_bytes
                       || (util_journal(u) && late(u, (unsigned) swap)),
                       "what is due was left");
            }
        }
    }

    webhook_op_free(&op);
}


static void
completed(util_t *u, model_t *m, unsigned e, const webhook_op_t *op)
{
    switch (op->u.complete.outcome) {

    case WEBHOOK_DONE:
        m->attempts[e]++;

        if (m->step[e] + 1 < m->steps[e]) {
            m->state[e] = WEBHOOK_PENDING;
            m->step[e]++;
            m->tries[e] = 0;
            break;
        }

        m->tries[e]++;
        over(u, m, e, WEBHOOK_DELIVERED, 0);
        break;

    case WEBHOOK_FAILED:
        m->attempts[e]++;
        m->tries[e]++;
        over(u, m, e, WEBHOOK_DEAD, 1);
        break;

    case WEBHOOK_RETRY:
        m->state[e] = WEBHOOK_PENDING;
        m->attempts[e]++;
        m->tries[e]++;
        m->due[e] = u->clock + op->u.complete.delay;
        break;

    default:
        m->state[e] = WEBHOOK_PENDING;

        if (op->u.complete.delay) {
            m->due[e] = u->clock + op->u.complete.delay;
        }
    }
}


static void
step_complete(util_t *u)
{
    model_t            *m;
    unsigned            i, e, n;
    uint64_t            delay;
    webhook_op_t        ops[16], *list[16];
    webhook_outcome_e   outcome;

    n = 0;

    for (i = roll(events + 1); i < events && n < 16; i++) {
        m = &model[i];

        for (e = 0; e < ENDPOINTS && n < 16; e++) {

            if (m->gone || !m->wants[e] || m->token[e] == 0) {
                continue;
            }

            outcome = roll(3) ? WEBHOOK_DONE : roll(4);
            delay = roll(2) ? 0 : roll(4000);

            util_complete_op(&ops[n], m->id, endpoints[e], m->token[e],
                             outcome, delay);

            if (roll(3) == 0) {
                ops[n].u.complete.lease = 5000;
            }

            list[n] = &ops[n];
            n++;
        }
    }

    if (n == 0) {
        return;
    }

    util_batch(u, list, n);

    for (i = 0; i < n; i++) {
        m = find(&ops[i].u.complete.event);
        e = endpoint_of(ops[i].u.complete.endpoint);

        /* an earlier one of the batch may have claimed it anew */

        if (m->token[e] != ops[i].u.complete.lease_token) {
            expect(ops[i].result == WEBHOOK_STORE_STALE, "it is not stale");
            webhook_op_free(&ops[i]);
            continue;
        }

        /* that the lease ran out meanwhile does not matter */

        expect(ops[i].result == WEBHOOK_STORE_OK, "a completion");

        m->token[e] = 0;
        m->unseen[e] = 0;

        completed(u, m, e, &ops[i]);

        if (ops[i].u.complete.next) {
            claimed(u, ops[i].u.complete.next);
        }

        webhook_op_free(&ops[i]);
    }
}


#endif /* STORE_MODEL_STEPS_H */
