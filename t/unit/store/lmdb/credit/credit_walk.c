
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: several processes keep, send and complete at
 * random, one of them pauses and changes limits, and all of them are killed
 * again and again.  Never are more sends under way than the limit that is in
 * force, and none begins after a pause was answered.
 *
 *     credit_walk [seed]
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_scene.h"
#include "store_admission.h"


#define WALKERS  4
#define KILLS    20
#define QUEUE    6                      /* events that are not applied yet */
#define SENDS    64
#define LIMIT    48
#define OPEN     16                     /* more would all wait for slots */


/* A kill takes nothing from files that are not synced. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


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
    volatile unsigned  faults;
    volatile int       stop;
} walk_t;


typedef struct {
    webhook_id_t       event;
    uint64_t           token;
    unsigned           over;            /* its outcome is to be told again */
} walk_send_t;


static walk_t          *w;
static scene_t         *s;
static unsigned         who;
static uint64_t         dice;

static credit_event_t   queue[QUEUE];
static unsigned         queued;
static walk_send_t      sends[SENDS];
static unsigned         sent;


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


static void
begins(const walk_now_t *n, const webhook_id_t *event, uint64_t token)
{
    int  under;

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
    sent++;
}


static void
ends(unsigned i)
{
    webhook_outcome_e       outcome;
    webhook_store_result_e  result;

    static const webhook_outcome_e  outcomes[] = {
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE,
        WEBHOOK_DONE, WEBHOOK_FAILED, WEBHOOK_RELEASE, WEBHOOK_RETRY
    };

    if (!sends[i].over) {
        __atomic_sub_fetch(&w->under, 1, __ATOMIC_SEQ_CST);
        __atomic_sub_fetch(&w->mine[who], 1, __ATOMIC_SEQ_CST);
        sends[i].over = 1;
    }

    outcome = outcomes[roll(8)];

    result = util_complete(&s->u, sends[i].event, s->ep, sends[i].token,
                           outcome, 0);

    if (result == WEBHOOK_STORE_UNAVAILABLE) {
        return;
    }

    if (result != WEBHOOK_STORE_OK) {
        faulty("an outcome is not stored", (int) result);
    }

    if (outcome == WEBHOOK_DONE || outcome == WEBHOOK_FAILED) {
        __atomic_sub_fetch(&w->open, 1, __ATOMIC_SEQ_CST);
    }

    sends[i] = sends[--sent];
}


static void
keeps(void)
{
    walk_now_t       n;
    credit_event_t  *e;

    if (queued == QUEUE || sent + QUEUE * 2 > SENDS || w->open > OPEN) {
        return;
    }

    __atomic_add_fetch(&w->open, 1, __ATOMIC_SEQ_CST);

    e = &queue[queued];
    n = now();

    if (kept_one(&s->u, &e->op, &e->put, s->ep, 100)) {
        __atomic_add_fetch(&w->kept, 1, __ATOMIC_SEQ_CST);
    }

    queued++;

    if (e->put.early) {
        __atomic_add_fetch(&w->early, 1, __ATOMIC_SEQ_CST);
        begins(&n, &e->op.u.put_event.id, e->put.early);
    }
}


static void
applies(void)
{
    unsigned         i;
    walk_now_t       n;
    webhook_op_t    *ops[QUEUE];

    if (queued == 0) {
        return;
    }

    for (i = 0; i < queued; i++) {
        queue[i].op.u.put_event.deliveries = &queue[i].put;
        ops[i] = &queue[i].op;
    }

    n = now();

    webhook_store_apply(s->u.st, ops, queued);

    for (i = 0; i < queued; i++) {

        if (ops[i]->result != WEBHOOK_STORE_OK) {
            faulty("an event is not stored", (int) ops[i]->result);
        }

        if (queue[i].put.lease_token && !queue[i].put.early) {
            begins(&n, &ops[i]->u.put_event.id, queue[i].put.lease_token);
        }
    }

    queued = 0;
}


static void
claims_some(void)
{
    unsigned      i;
    walk_now_t    n;
    webhook_op_t  op;

    if (sent + QUEUE * 2 > SENDS) {
        return;
    }

    n = now();

    if (util_claim(&s->u, &op, &s->ep, 4) == UINT32_MAX) {
        faulty("no claim", 0);
        return;
    }

    for (i = 0; i < op.u.claim.count; i++) {
        begins(&n, &op.u.claim.leases[i].event.id,
               op.u.claim.leases[i].lease_token);
    }

    webhook_op_free(&op);
}


/* One of them steers. */

static void
steers(void)
{
    int                     limit;
    webhook_op_t            op;
    webhook_op_endpoint_t  *l;

    if (w->paused || roll(2)) {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_PAUSE;
        op.u.pause.endpoint = s->ep;

        if (w->paused) {
            w->paused = 0;
            __atomic_add_fetch(&w->turns, 2, __ATOMIC_SEQ_CST);

            op.u.pause.resume = 1;
            (void) util_apply(&s->u, &op);
            return;
        }

        if (util_apply(&s->u, &op) == WEBHOOK_STORE_OK) {
            w->paused = 1;
        }

        return;
    }

    limit = 4 + (int) roll(LIMIT - 3);

    if (limit > w->bound) {
        w->bound = limit;
    }

    l = limits(&op, "erp");
    l->inflight = (uint32_t) limit;

    (void) util_apply(&s->u, &op);

    w->bound = limit;
}


static void
walk(unsigned steps)
{
    unsigned  n;

    for (n = 0; n < steps && !w->stop; n++) {

        switch (roll(who ? 11 : 12)) {

        case 0:
        case 1:
        case 2:
            keeps();
            break;

        case 3:
        case 4:
            applies();
            break;

        case 5:
        case 6:
        case 7:
        case 8:
            if (sent) {
                ends(roll(sent));
            }

            break;

        case 9:
            claims_some();
            break;

        case 10:
            (void) util_takeover(&s->u);
            break;

        default:
            steers();
        }
    }

    applies();

    while (sent) {
        ends(sent - 1);
    }

    util_close(&s->u);
    _exit(0);
}


static pid_t
start(unsigned n, unsigned turn)
{
    pid_t            pid;
    static scene_t   own;

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        who = n;
        own = w->s;
        s = &own;
        dice ^= ((uint64_t) turn + 1) * 0x9e3779b97f4a7c15ULL;
        s->u.wall += 1000 * (uint64_t) (turn + 1);

        if (kept_open(&s->u) != WEBHOOK_STORE_OK
            || looks(s) == UINT32_MAX)
        {
            faulty("no store", 0);
            _exit(1);
        }

        walk(1000000);
    }

    return pid;
}


int
main(int argc, char **argv)
{
    int       status;
    pid_t     pid[WALKERS];
    scene_t  *left;
    uint32_t  inflight, held;
    unsigned  i, n, turn, seen;

    dice = argc > 1 ? strtoull(argv[1], NULL, 10)
                    : (uint64_t) time(NULL) * 1000003 + (uint64_t) getpid();
    dice |= 1;

    printf("# seed %llu\n", (unsigned long long) dice);

    w = mmap(NULL, sizeof(walk_t), PROT_READ|PROT_WRITE,
             MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (w == MAP_FAILED) {
        exit(1);
    }

    left = &w->s;

    kept_init(&left->u);
    left->u.size = 512 << 20;
    left->ep = util_name("erp");

    (void) util_open(&left->u);
    (void) util_endpoint(&left->u, "erp", LIMIT);
    util_close(&left->u);

    w->bound = LIMIT;

    for (turn = 0; turn < WALKERS; turn++) {
        pid[turn] = start(turn, turn);
    }

    for (i = 0; i < KILLS; i++) {

        /* once they have done something since the last one */

        seen = w->early;

        for (n = 0; n < 2000 && w->early < seen + 4 && !w->faults; n++) {
            usleep(2000);
        }

        /* the one that steers stays: what it was doing would not be known */

        n = 1 + roll(WALKERS - 1);

        __atomic_add_fetch(&w->turns, 1, __ATOMIC_SEQ_CST);

        (void) kill(pid[n], SIGKILL);
        (void) waitpid(pid[n], &status, 0);

        __atomic_sub_fetch(&w->under, w->mine[n], __ATOMIC_SEQ_CST);
        w->mine[n] = 0;

        __atomic_add_fetch(&w->turns, 1, __ATOMIC_SEQ_CST);

        pid[n] = start(n, turn++);
    }

    w->stop = 1;

    for (i = 0; i < WALKERS; i++) {
        (void) waitpid(pid[i], &status, 0);

        if (!WIFEXITED(status) || WEXITSTATUS(status)) {
            faulty("a process ended by", status);
        }
    }

    printf("# %u of %u that were kept were sent early\n", w->early, w->kept);

    tap_ok(w->faults == 0 && w->early > KILLS,
           "never too many, none while it is paused");

    left->u.st = NULL;
    left->u.journal = 0;
    left->u.wall += 100000;

    tap_ok(util_open(&left->u) == WEBHOOK_STORE_OK, "they have gone");

    (void) looks(left);

    held = credits(left, &inflight);

    tap_ok(held == 0 && inflight == 0, "nothing is held");
    util_check(&left->u, "after a walk");

    util_free(&left->u);

    return tap_done();
}
