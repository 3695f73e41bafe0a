
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What processes that walk at random share, and what each of them knows; the rules
 * for a send that begins.
 */

#ifndef CREDIT_WALK_H
#define CREDIT_WALK_H

#include "credit_scene.h"


#define WALKERS  4
#define KILLS    20
#define QUEUE    6                      /* events that are not applied yet */
#define SENDS    64
#define LIMIT    48
#define OPEN     16                     /* more would all wait for slots, ... */
#define BACKLOG  120                    /* ... which they are to, by turns */
#define STOCK    32
#define NOTED    (1 << 16)


typedef struct {
    scene_t            s;               /* as children are to copy it */
    volatile int       under;           /* sends that are under way */
    volatile int       mine[WALKERS];
    volatile int       bound;           /* of the limits that may be in force */
    volatile int       paused;          /* was answered */
    volatile unsigned  turns;           /* of pauses, and of kills: odd while
                                           one is under way */
    volatile unsigned  early;
    volatile unsigned  kept;
    volatile int       open;            /* deliveries that are not finished */
    volatile int       most;            /* of these that there are to be */
    volatile unsigned  passed;          /* slots */
    volatile unsigned  noted_count;
    webhook_id_t       noted[NOTED];
    volatile unsigned  faults;
    volatile int       stop;
} walk_t;


typedef struct {
    webhook_id_t       event;
    uint64_t           token;
    unsigned           over;            /* its outcome is to be told again */
    unsigned           early;
} walk_send_t;


static walk_t          *w;
static scene_t         *s;
static unsigned         who;
static uint64_t         dice;

static credit_event_t   queue[QUEUE];
static unsigned         queued;
static walk_send_t      sends[SENDS];
static unsigned         sent;

static walk_send_t      stock[STOCK];
static unsigned         stocked;
static uint64_t         mark;


static unsigned
roll(unsigned n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;

    return (unsigned) (dice >> 33) % n;
}


static void
faulty(const char *text, int n)
{
    printf("# %s: %d\n", text, n);
    fflush(stdout);

    __atomic_add_fetch(&w->faults, 1, __ATOMIC_SEQ_CST);
}


/* What is so before something is asked for; and whether it still is. */

typedef struct {
    int       bound;
    int       paused;
    unsigned  turns;
} walk_now_t;


static walk_now_t
now(void)
{
    walk_now_t  n;

    n.turns = w->turns;
    n.paused = w->paused;
    n.bound = w->bound;

    return n;
}


/* Its outcome was noted: it must not be sent any more. */

static void
notes(const webhook_id_t *event)
{
    unsigned  i;

    i = __atomic_fetch_add(&w->noted_count, 1, __ATOMIC_SEQ_CST);

    w->noted[i % NOTED] = *event;
}


static unsigned
was_noted(const webhook_id_t *event)
{
    unsigned  i;

    for (i = 0; i < NOTED && i < w->noted_count; i++) {
        if (memcmp(&w->noted[i], event, sizeof(webhook_id_t)) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
begins(const walk_now_t *n, const webhook_id_t *event, uint64_t token)
{
    int  under;

    if (was_noted(event)) {
        faulty("it was sent before", 0);
    }

    __atomic_add_fetch(&w->mine[who], 1, __ATOMIC_SEQ_CST);
    under = __atomic_add_fetch(&w->under, 1, __ATOMIC_SEQ_CST);

    if (!(n->turns & 1) && n->turns == w->turns) {

        if (under > n->bound) {
            faulty("too many are under way", under);
        }

        if (n->paused) {
            faulty("it is paused", under);
        }
    }

    sends[sent].event = *event;
    sends[sent].token = token;
    sends[sent].over = 0;
    sends[sent].early = 0;
    sent++;
}


#endif /* CREDIT_WALK_H */
