
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A long walk at random through the operations of the store, beside a model
 * that is as simple as can be; both have to agree, and the store has to be
 * sound all along.
 *
 *     model [seed]
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_model.h"


static void
step_put(util_t *u)
{
    model_t        *m;
    unsigned        e, i, n, free, waiting, key[ENDPOINTS];
    webhook_op_t    op;
    webhook_put_t   puts[ENDPOINTS];

    static const char     *keys[KEYS + 1] = { "", "a", "b", "c", "d", "e" };
    webhook_rendition_t    forms[3];

    if (events == EVENTS) {
        return;
    }

    if (events && roll(20) == 0) {

        /* one that is there already, or was once */

        m = &model[roll(events)];

        if (!m->gone) {
            memset(puts, 0, sizeof(puts));
            puts[0].lease = 1;
            util_put_op(&op, puts, m->id, endpoints[0], bytes, 5);

            expect(util_apply(u, &op) == WEBHOOK_STORE_DUPLICATE
                   && puts[0].token == 0, "a duplicate");
        }

        return;
    }

    m = &model[events++];

    m->id = util_id(u);
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

    forms[0] = *op.u.put_event.forms;
    forms[1] = forms[0];
    forms[2] = forms[0];

    op.u.put_event.forms = forms;
    op.u.put_event.forms_count = 3;
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

        free = puts[n].lease && puts[n].delay == 0 && !m->parked[e]
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

        expect((puts[n].token != 0) == free || unseen(e),
               "a lease with a put");

        if (puts[n].token) {
            turned(e, 0);
        }

        m->wants[e] = 1;
        m->state[e] = puts[n].token ? WEBHOOK_SENDING : WEBHOOK_PENDING;
        m->token[e] = puts[n].token;
        m->due[e] = u->clock + puts[n].delay;
        m->end[e] = u->clock + 5000;
    }

    finished(u, m);
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
                    len += op.u.claim.leases[i].event.form.body.len;
                }

                expect(len >= op.u.claim.max_bytes, "what is due was left");
            }
        }
    }

    webhook_op_free(&op);
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

    webhook_store_apply(u->st, list, n);

    for (i = 0; i < n; i++) {
        m = find(&ops[i].u.complete.event);
        e = endpoint_of(ops[i].u.complete.endpoint);

        /* an earlier one of the batch may have claimed it anew */

        if (m->token[e] != ops[i].u.complete.token) {
            expect(ops[i].result == WEBHOOK_STORE_STALE, "it is not stale");
            webhook_op_free(&ops[i]);
            continue;
        }

        /* that the lease ran out meanwhile does not matter */

        expect(ops[i].result == WEBHOOK_STORE_OK, "a completion");

        m->token[e] = 0;
        m->unseen[e] = 0;

        switch (ops[i].u.complete.outcome) {

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
            m->due[e] = u->clock + ops[i].u.complete.delay;
            break;

        default:
            m->state[e] = WEBHOOK_PENDING;

            if (ops[i].u.complete.delay) {
                m->due[e] = u->clock + ops[i].u.complete.delay;
            }
        }

        if (ops[i].u.complete.next) {
            claimed(u, ops[i].u.complete.next);
        }

        webhook_op_free(&ops[i]);
    }
}


/* A delivery is sent again or given up, by hand. */

static void
step_hand(util_t *u)
{
    int                      retry;
    model_t                 *m;
    unsigned                 e;
    webhook_op_t             op;
    webhook_store_result_e   want;

    if (events == 0) {
        return;
    }

    m = &model[roll(events)];
    e = roll(ENDPOINTS);
    retry = roll(3) != 0;

    memset(&op, 0, sizeof(op));

    op.type = retry ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
    op.u.delivery.event = m->id;
    op.u.delivery.endpoint = endpoints[e];

    (void) util_apply(u, &op);

    if (m->gone || !m->wants[e]) {
        expect(op.result == WEBHOOK_STORE_NOT_FOUND, "by hand: not there");
        return;
    }

    if (m->unseen[e] && op.result == WEBHOOK_STORE_STALE) {
        return;
    }

    want = WEBHOOK_STORE_OK;

    switch (m->state[e]) {

    case WEBHOOK_SENDING:
        want = WEBHOOK_STORE_STALE;
        break;

    case WEBHOOK_DELIVERED:
        want = WEBHOOK_STORE_DUPLICATE;
        break;

    case WEBHOOK_DEAD:
    case WEBHOOK_CANCELLED:

        if (!retry) {

            if (!m->blocks[e]) {
                want = WEBHOOK_STORE_DUPLICATE;
                break;
            }

            m->blocks[e] = 0;
            m->state[e] = WEBHOOK_CANCELLED;
            leave(m, e);
            finished(u, m);
            break;
        }

        m->state[e] = WEBHOOK_PENDING;
        m->tries[e] = 0;
        m->due[e] = u->clock;
        m->finished = 0;

        if (!m->blocks[e]) {
            enter(m, e);
        }

        m->blocks[e] = 0;
        break;

    default: /* WEBHOOK_PENDING */

        if (retry) {
            m->due[e] = u->clock;

        } else {
            over(u, m, e, WEBHOOK_CANCELLED, 0);
        }
    }

    expect(op.result == want, "by hand");
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


/* What makes room sooner: delivered, cancelled, dead. */

static unsigned
class(const model_t *m)
{
    unsigned  e, worst;

    worst = 0;

    for (e = 0; e < ENDPOINTS; e++) {

        if (m->wants[e] && m->state[e] == WEBHOOK_DEAD) {
            return 2;
        }

        if (m->wants[e] && m->state[e] == WEBHOOK_CANCELLED) {
            worst = 1;
        }
    }

    return worst;
}


/* One that went before its time: nothing stays that should have gone sooner. */

static void
gone_early(const model_t *m)
{
    unsigned  i;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].finished) {
            expect(class(&model[i]) > class(m)
                   || (class(&model[i]) == class(m)
                       && model[i].finished >= m->finished),
                   "one went before its turn");
        }
    }
}


static void
step_expire(util_t *u)
{
    unsigned       i, n, early;
    webhook_op_t   op;
    model_t       *gone[20];

    n = util_expire(u, roll(20), NULL);
    early = 0;

    /* which of them go, the store tells */

    for (i = 0; i < events && n; i++) {

        if (model[i].gone || model[i].finished == 0) {
            continue;
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = model[i].id;

        if (util_apply(u, &op) == WEBHOOK_STORE_NOT_FOUND) {
            model[i].gone = 1;
            n--;

            if (model[i].finished + u->keep > u->clock) {
                gone[early++] = &model[i];
            }
        }

        webhook_op_free(&op);
    }

    expect(n == 0, "what expired was not finished");

    while (early) {
        gone_early(gone[--early]);
    }
}


static uint64_t
limit(util_t *u, unsigned e)
{
    char          name[16];
    webhook_op_t  op;

    snprintf(name, sizeof(name), "e-%u", e);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name(name);
    op.u.endpoint.inflight = limits[e];
    op.u.endpoint.order_block = blocking(e);
    util_str(&op.u.endpoint.name, name);

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.endpoint.id : 0;
}


static void
compare(util_t *u)
{
    unsigned                    i, e, s;
    uint64_t                    states[ENDPOINTS][WEBHOOK_STATES], kept;
    webhook_op_t                op;
    webhook_endpoint_stats_t    stats;
    webhook_delivery_full_t    *d;

    memset(states, 0, sizeof(states));
    kept = 0;

    for (i = 0; i < events; i++) {

        if (model[i].gone) {
            continue;
        }

        kept++;

        for (e = 0; e < ENDPOINTS; e++) {
            if (model[i].wants[e]) {
                states[e][model[i].state[e]]++;
            }
        }
    }

    expect(util_stats(u, 0, NULL).events == kept, "the count of events");

    for (e = 0; e < ENDPOINTS; e++) {
        (void) util_stats(u, endpoints[e], &stats);

        for (s = 0; s < WEBHOOK_STATES; s++) {
            expect(stats.states[s] == states[e][s], "the count of a state");
        }
    }

    for (i = 0; i < events; i++) {

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = model[i].id;

        (void) util_apply(u, &op);

        expect((op.result == WEBHOOK_STORE_OK) == !model[i].gone,
               "an event is there or not");

        for (s = 0; s < op.u.show.count; s++) {
            d = &op.u.show.deliveries[s];
            e = endpoint_of(d->delivery.endpoint);

            expect(model[i].wants[e]
                   && d->delivery.state == model[i].state[e]
                   && d->delivery.attempts == model[i].attempts[e]
                   && d->attempts_count == model[i].attempts[e]
                   && d->delivery.parked == model[i].parked[e]
                   && d->delivery.blocks == model[i].blocks[e]
                   && d->delivery.step == model[i].step[e]
                   && d->delivery.steps == model[i].steps[e],
                   "a delivery is as it should be");
        }

        webhook_op_free(&op);
    }
}


int
main(int argc, char **argv)
{
    util_t    u;
    unsigned  i, step, sound;

    seed = argc > 1 ? (uint32_t) atoi(argv[1]) : 20240131;

    printf("# seed %u\n", seed);

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char) (i * 13 + i / 250);
    }

    util_init(&u);

    u.size = 32 << 20;
    u.keep = 60000;
    u.keep_bytes = 400 * 1000;

    util_open(&u);

    for (i = 0; i < ENDPOINTS; i++) {
        limits[i] = 1 + roll(10);
        endpoints[i] = limit(&u, i);
    }

    sound = 1;

    for (step = 0; step < STEPS; step++) {

        switch (roll(12)) {

        case 0:
        case 1:
        case 2:
        case 3:
            step_put(&u);
            break;

        case 4:
        case 5:
            step_claim(&u);
            break;

        case 6:
        case 7:
        case 8:
            step_complete(&u);
            break;

        case 9:
            u.clock += roll(1000);
            break;

        case 10:
            step_expire(&u);
            break;

        default:

            switch (roll(20)) {

            case 0:

                /* a close gives back what is leased */

                util_close(&u);
                expect(util_open(&u) == WEBHOOK_STORE_OK, "an open");

                for (i = 0; i < events * ENDPOINTS; i++) {
                    model_t  *m = &model[i / ENDPOINTS];

                    if (!m->gone && m->wants[i % ENDPOINTS]
                        && m->state[i % ENDPOINTS] == WEBHOOK_SENDING)
                    {
                        m->state[i % ENDPOINTS] = WEBHOOK_PENDING;
                    }

                    m->unseen[i % ENDPOINTS] = 0;
                }

                break;

            case 1:
                i = roll(ENDPOINTS);
                limits[i] = roll(10);
                (void) limit(&u, i);
                break;

            case 2:
            case 3:
            case 4:
                step_hand(&u);
                break;

            default:
                step_takeover(&u);
            }
        }

        if (step % 500 == 499) {
            uint64_t  rows, faults;

            if (util_check_op(&u, &rows, &faults) != WEBHOOK_STORE_OK
                || faults)
            {
                printf("# not sound after step %u\n", step);
                sound = 0;
                break;
            }

            step_takeover(&u);
            compare(&u);
        }
    }

    tap_ok(wrong == 0, "the store does what the model does (%u events, %u "
           "times not)", events, wrong);
    tap_ok(sound, "and is sound");

    util_free(&u);

    return tap_done();
}
