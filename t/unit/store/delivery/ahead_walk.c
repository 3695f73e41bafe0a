
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk at random of several processes that lease ahead of slots, pause, fail and
 * die: no more is under way than the limit, nothing is begun once a pause was
 * answered, and each delivery is done.
 *
 *     ahead_walk [seed]
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>


#define WORKERS  3
#define LIMIT    5
#define EVENTS   600
#define STOCK    16
#define ROUNDS   50                     /* walks, until enough were ahead */


typedef struct {
    unsigned  under_way;
    unsigned  most;
    unsigned  paused;                   /* a pause was answered */
    unsigned  early;                    /* begun nevertheless */
    unsigned  begun;
    unsigned  ahead;                    /* of them, with another's slot */
} shared_t;


typedef struct {
    webhook_lease_t  leases[STOCK * 4];
    unsigned         n;
} list_t;


static shared_t  *all;
static uint64_t   ep;
static uint32_t   state;
static uint64_t   mark;
static list_t     sends;                /* each has a slot */
static list_t     stock;


static uint32_t
roll(uint32_t n)
{
    uint32_t  x;

    x = state += 0x9e3779b9;
    x = (x ^ x >> 16) * 0x21f0aaad;
    x = (x ^ x >> 15) * 0x735a2d97;
    x ^= x >> 15;

    return (uint32_t) ((uint64_t) x * n >> 32);
}


static void
under_way(void)
{
    unsigned  n, most;

    n = __atomic_add_fetch(&all->under_way, 1, __ATOMIC_SEQ_CST);
    most = __atomic_load_n(&all->most, __ATOMIC_SEQ_CST);

    while (n > most
           && !__atomic_compare_exchange_n(&all->most, &most, n, 0,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    {
        /* void */
    }

    __atomic_add_fetch(&all->begun, 1, __ATOMIC_SEQ_CST);
}


static webhook_lease_t
take(list_t *list, unsigned i)
{
    webhook_lease_t  lease;

    lease = list->leases[i];

    memmove(&list->leases[i], &list->leases[i + 1],
            (--list->n - i) * sizeof(webhook_lease_t));

    return lease;
}


static void
give_back(util_t *u)
{
    webhook_lease_t  lease;

    while (stock.n) {
        lease = take(&stock, 0);

        (void) util_complete(u, lease.event.id, ep, lease.lease_token,
                             WEBHOOK_RELEASE, 0);
    }
}


/* One of the sends is over. */

static void
over(util_t *u)
{
    unsigned           i, paused;
    webhook_op_t       op;
    webhook_lease_t    lease, next;
    webhook_outcome_e  outcome;

    lease = take(&sends, roll(sends.n));

    outcome = roll(8) ? WEBHOOK_DONE : roll(2) ? WEBHOOK_RETRY
                                               : WEBHOOK_RELEASE;

    __atomic_sub_fetch(&all->under_way, 1, __ATOMIC_SEQ_CST);

    util_complete_op(&op, lease.event.id, ep, lease.lease_token, outcome, 0);

    paused = __atomic_load_n(&all->paused, __ATOMIC_SEQ_CST);

    if (outcome == WEBHOOK_DONE && stock.n
        && mark == webhook_store_revoked(u->st, ep))
    {
        next = take(&stock, 0);

        under_way();

        __atomic_add_fetch(&all->early, paused, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&all->ahead, 1, __ATOMIC_SEQ_CST);

        op.u.complete.took = next.event.id;
        op.u.complete.took_token = next.lease_token;

        sends.leases[sends.n++] = next;
    }

    if (outcome != WEBHOOK_RELEASE && stock.n < STOCK && sends.n < STOCK) {
        op.u.complete.lease = 30000;
        op.u.complete.ahead = roll(4);
    }

    if (sends.n && roll(60) == 0) {

        /* it dies before that is told */

        __atomic_sub_fetch(&all->under_way, sends.n, __ATOMIC_SEQ_CST);
        _exit(2);
    }

    (void) util_apply(u, &op);

    if (op.u.complete.next) {
        sends.leases[sends.n++] = *op.u.complete.next;
        under_way();
    }

    for (i = 0; i < op.u.complete.stock_count; i++) {
        stock.leases[stock.n++] = op.u.complete.stock[i];
    }

    if (op.result == WEBHOOK_STORE_OK) {
        mark = op.u.complete.mark;
    }

    webhook_op_free(&op);

    if (mark == 0 || sends.n == 0) {
        give_back(u);
    }
}


static void
claim(util_t *u)
{
    unsigned      i;
    webhook_op_t  op;

    if (sends.n > STOCK / 2) {
        return;
    }

    (void) util_claim(u, &op, &ep, 1 + roll(LIMIT));

    for (i = 0; i < op.u.claim.count; i++) {
        sends.leases[sends.n++] = op.u.claim.leases[i];
        under_way();
    }

    webhook_op_free(&op);
}


/* Nobody else may resume meanwhile, or what begins is no fault. */

static void
halt(util_t *u)
{
    unsigned      none;
    webhook_op_t  op;

    none = 0;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;

    (void) util_apply(u, &op);

    (void) __atomic_compare_exchange_n(&all->paused, &none, 1, 0,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    usleep(2000);

    __atomic_store_n(&all->paused, 0, __ATOMIC_SEQ_CST);

    op.u.pause.resume = 1;
    (void) util_apply(u, &op);
}


/* 0: nothing is left to do; 2: it died. */

static int
worker(util_t *u, uint32_t seed, int pauses)
{
    webhook_endpoint_stats_t  e;

    state = seed;
    util_open(u);

    for ( ;; ) {
        (void) util_takeover(u);

        if (sends.n == 0 || roll(6) == 0) {
            claim(u);
        }

        while (sends.n && roll(12)) {
            over(u);
        }

        if (pauses && roll(20) == 0) {
            halt(u);
        }

        if (sends.n == 0) {
            (void) util_stats(u, ep, &e);

            if (e.states[WEBHOOK_PENDING] + e.states[WEBHOOK_SENDING] == 0) {
                util_close(u);
                return 0;
            }

            usleep(500);
        }
    }
}


/* So many events, and the processes that deliver them: how many there were, or 0
   if one ended as it should not. */

static unsigned
walk(util_t *u, uint32_t seed)
{
    int       status, died;
    pid_t     pid;
    unsigned  i, lives, live;

    util_open(u);

    for (i = 0; i < EVENTS; i++) {
        (void) util_put(u, ep, 0);
    }

    util_close(u);
    fflush(stdout);

    lives = 0;
    live = 0;
    died = 0;

    for ( ;; ) {

        while (live < WORKERS && (lives < WORKERS || died)) {
            pid = fork();

            if (pid == 0) {
                i = (unsigned) worker(u, seed + lives * 7919, lives == 0);
                _exit((int) i);
            }

            live++;
            lives++;
            died = 0;
        }

        if (wait(&status) == -1) {
            return lives;
        }

        live--;

        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0
                                   && WEXITSTATUS(status) != 2))
        {
            tap_ok(0, "a process ended by %d", status);
            return 0;
        }

        died = WEXITSTATUS(status) == 2;
    }
}


int
main(int argc, char **argv)
{
    util_t                    u;
    unsigned                  n, lives, rounds;
    uint32_t                  seed;
    webhook_endpoint_stats_t  e;

    seed = argc > 1 ? (uint32_t) atoi(argv[1]) : (uint32_t) getpid();

    printf("# seed %u\n", seed);

    all = mmap(NULL, sizeof(shared_t), PROT_READ|PROT_WRITE,
               MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", LIMIT);

    util_close(&u);

    /* how many of a walk go ahead is a matter of chance */

    lives = 0;
    rounds = 0;

    do {
        n = walk(&u, seed + rounds * 104729);

        lives += n;
        rounds++;

    } while (n && all->ahead <= EVENTS / 8 && rounds < ROUNDS);

    printf("# %u begun, %u of them ahead, %u processes, %u walks\n", all->begun,
           all->ahead, lives, rounds);

    tap_ok(all->most <= LIMIT && all->most > 1,
           "%u were under way at most, of %u", all->most, LIMIT);
    tap_ok(all->early == 0, "none was begun after a pause was answered");
    tap_ok(all->ahead > EVENTS / 8, "many took another's slot");
    tap_ok(all->under_way == 0, "none is under way in the end");

    util_open(&u);
    (void) util_takeover(&u);
    (void) util_stats(&u, ep, &e);

    tap_ok(e.delivered == EVENTS * rounds && e.states[WEBHOOK_SENDING] == 0,
           "each is delivered, and once");

    util_check(&u, "after the walk");
    util_free(&u);

    return tap_done();
}
