
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

#include "store_model_steps.h"
#include "store_task.h"


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
    unsigned                    i, e, s, ordered;
    uint64_t                    states[ENDPOINTS][WEBHOOK_STATES], kept;
    webhook_op_t                op;
    webhook_filter_t            f;
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

    memset(&f, 0, sizeof(f));

    for (e = 0; e < ENDPOINTS; e++) {
        (void) util_stats(u, endpoints[e], &stats);

        f.endpoint = endpoints[e];

        for (s = 0; s < WEBHOOK_STATES; s++) {
            expect(stats.states[s] == states[e][s], "the count of a state");

            f.state = s;
            f.oldest = roll(2);

            expect(task_listed(u, &f, 50, &ordered) == states[e][s] && ordered,
                   "a list");
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


/* A close gives back what is leased. */

static void
step_reopen(util_t *u)
{
    unsigned   i;
    model_t   *m;

    util_close(u);
    expect(util_open(u) == WEBHOOK_STORE_OK, "an open");

    for (i = 0; i < events * ENDPOINTS; i++) {
        m = &model[i / ENDPOINTS];

        if (!m->gone && m->wants[i % ENDPOINTS]
            && m->state[i % ENDPOINTS] == WEBHOOK_SENDING)
        {
            m->state[i % ENDPOINTS] = WEBHOOK_PENDING;
        }

        m->unseen[i % ENDPOINTS] = 0;
    }
}


static void
step_seldom(util_t *u)
{
    unsigned  i;

    switch (roll(20)) {

    case 0:
        step_reopen(u);
        break;

    case 1:
        i = roll(ENDPOINTS);
        limits[i] = roll(10);
        (void) limit(u, i);
        break;

    case 2:
    case 3:
    case 4:
        step_hand(u);
        break;

    default:
        step_takeover(u);
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
    u.real = UTIL_WALL;

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
            i = roll(1000);
            u.clock += i;
            u.real += i;
            break;

        case 10:
            step_expire(&u);
            break;

        default:
            step_seldom(&u);
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
