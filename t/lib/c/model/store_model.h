
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A store's events and deliveries, as simple as can be: what the walk at random
 * holds the store against.
 */

#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "store_suite.h"


#define EVENTS     4000
#define ENDPOINTS  6
#define STEPS      6000
#define KEYS       5                    /* order keys, of each endpoint */


typedef struct {
    webhook_id_t     id;
    unsigned         used:1;
    unsigned         gone:1;            /* expired, or was refused */
    size_t           len;
    unsigned         wants[ENDPOINTS];
    webhook_state_e  state[ENDPOINTS];
    uint64_t         token[ENDPOINTS];
    uint64_t         due[ENDPOINTS];
    uint64_t         end[ENDPOINTS];
    uint32_t         attempts[ENDPOINTS];
    uint32_t         tries[ENDPOINTS];
    unsigned         key[ENDPOINTS];    /* 1.., 0: none */
    unsigned         step[ENDPOINTS];
    unsigned         steps[ENDPOINTS];
    unsigned         parked[ENDPOINTS];
    unsigned         blocks[ENDPOINTS];
    unsigned         unseen[ENDPOINTS]; /* its lease ran out, which the store
                                           may not have noticed yet */
    unsigned         place;
    uint64_t         finished;
} model_t;


static uint32_t       seed;
static model_t        model[EVENTS];
static unsigned       events;
static uint64_t       endpoints[ENDPOINTS];
static uint32_t       limits[ENDPOINTS];
static model_t       *heads[ENDPOINTS][KEYS + 1];
static unsigned       turn[ENDPOINTS];      /* first sends since a retry */
static unsigned       place;
static unsigned       wrong;
static unsigned char  bytes[20000];


/* Not one after the other of a simple generator: of such, what follows one
   number is much the same each time. */

static uint32_t
roll(uint32_t n)
{
    uint32_t  x;

    x = seed += 0x9e3779b9;
    x = (x ^ x >> 16) * 0x21f0aaad;
    x = (x ^ x >> 15) * 0x735a2d97;
    x ^= x >> 15;

    return (uint32_t) ((uint64_t) x * n >> 32);
}


static void
expect(int ok, const char *what)
{
    if (!ok && wrong++ < 10) {
        printf("# %s\n", what);
    }
}


static uint32_t
inflight(unsigned e)
{
    unsigned  i;
    uint32_t  n;

    n = 0;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].wants[e]
            && model[i].state[e] == WEBHOOK_SENDING)
        {
            n++;
        }
    }

    return n;
}


/* Ends the model's leases that ran out; "seen" if the store has noticed all of
   them for sure. */

static void
run_out(util_t *u, unsigned e, int seen)
{
    unsigned  i;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].wants[e]
            && model[i].state[e] == WEBHOOK_SENDING
            && model[i].end[e] <= u->clock)
        {
            model[i].state[e] = WEBHOOK_PENDING;
            model[i].unseen[e] = 1;
        }

        if (seen) {
            model[i].unseen[e] = 0;
        }
    }
}


/* A lease that ran out holds its slot until a claim or a takeover sees it, and
   a claim that is full may not. */

static int
unseen(unsigned e)
{
    unsigned  i;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].wants[e] && model[i].unseen[e]) {
            return 1;
        }
    }

    return 0;
}


/* The time of the oldest one that is due: a retry, or a first send; the end of
   time if there is none. */

static uint64_t
oldest(util_t *u, unsigned e, unsigned retry)
{
    unsigned  i;
    uint64_t  time;

    time = UINT64_MAX;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].wants[e]
            && model[i].state[e] == WEBHOOK_PENDING && !model[i].parked[e]
            && (model[i].tries[e] != 0) == retry
            && model[i].due[e] <= u->clock && model[i].due[e] < time)
        {
            time = model[i].due[e];
        }
    }

    return time;
}


static void
turned(unsigned e, unsigned retry)
{
    if (retry) {
        turn[e] = 0;

    } else if (turn[e] < 3) {
        turn[e]++;
    }
}


static model_t *
find(const webhook_id_t *id)
{
    unsigned  i;

    for (i = events; i-- > 0; ) {
        if (memcmp(&model[i].id, id, 16) == 0) {
            return &model[i];
        }
    }

    return NULL;
}


static unsigned
endpoint_of(uint64_t id)
{
    unsigned  e;

    for (e = 0; e < ENDPOINTS; e++) {
        if (endpoints[e] == id) {
            break;
        }
    }

    return e;
}


static void
finished(util_t *u, model_t *m)
{
    unsigned  e;

    m->finished = 0;

    for (e = 0; e < ENDPOINTS; e++) {
        if (m->wants[e]
            && (m->state[e] < WEBHOOK_DELIVERED || m->blocks[e]))
        {
            return;
        }
    }

    m->finished = u->clock;
}


/* Odd endpoints block a key behind a dead head. */

static int
blocking(unsigned e)
{
    return e & 1;
}


/* A delivery comes to its key: it is the head, or parked. */

static void
enter(model_t *m, unsigned e)
{
    if (m->key[e] == 0) {
        return;
    }

    m->parked[e] = heads[e][m->key[e]] != NULL;

    if (!m->parked[e]) {
        heads[e][m->key[e]] = m;
    }
}


/* The head of a key is over: the first that is parked is the next. */

static void
leave(model_t *m, unsigned e)
{
    unsigned   i;
    model_t   *next;

    if (m->key[e] == 0) {
        return;
    }

    next = NULL;

    for (i = 0; i < events; i++) {
        if (!model[i].gone && model[i].wants[e]
            && model[i].key[e] == m->key[e] && model[i].parked[e]
            && (next == NULL || model[i].place < next->place))
        {
            next = &model[i];
        }
    }

    heads[e][m->key[e]] = next;

    if (next) {
        next->parked[e] = 0;
    }
}


/* An outcome that ends a delivery. */

static void
over(util_t *u, model_t *m, unsigned e, webhook_state_e state, int block)
{
    unsigned  head;

    head = m->key[e] && !m->parked[e];

    m->state[e] = state;
    m->parked[e] = 0;
    m->token[e] = 0;
    m->unseen[e] = 0;

    if (head && state == WEBHOOK_DEAD && block && blocking(e)) {
        m->blocks[e] = 1;

    } else if (head) {
        leave(m, e);
    }

    finished(u, m);
}


/* One that has been claimed: was it due, and was it its turn? */

static void
claimed(util_t *u, const webhook_lease_t *lease)
{
    model_t   *m;
    unsigned   e;

    e = endpoint_of(lease->endpoint);
    m = find(&lease->event.id);

    if (m == NULL || e == ENDPOINTS || m->gone || !m->wants[e]) {
        expect(0, "claimed what is not there");
        return;
    }

    expect(m->state[e] == WEBHOOK_PENDING, "claimed what is not pending");
    expect(!m->parked[e], "claimed what is parked");
    expect(m->due[e] <= u->clock, "claimed before its time");
    expect(lease->event.rendition.body.len == m->len
           && memcmp(lease->event.rendition.body.data, bytes, m->len) == 0,
           "claimed other bytes");
    expect(lease->attempt == m->tries[e] + 1
           && lease->step == m->step[e]
           && lease->retry == (m->tries[e] != 0), "another attempt");
    expect(inflight(e) < limits[e], "over the limit");

    if (!unseen(e)) {

        if (oldest(u, e, turn[e] == 3) != UINT64_MAX) {
            expect(lease->retry == (turn[e] == 3), "it is another's turn");
        }

        /* the next step goes at once */

        expect(lease->step || m->due[e] == oldest(u, e, lease->retry),
               "it is not the oldest");
    }

    turned(e, lease->retry);

    m->unseen[e] = 0;
    m->state[e] = WEBHOOK_SENDING;
    m->token[e] = lease->lease_token;
    m->end[e] = u->clock + 5000;
}


#endif /* STORE_MODEL_H */
