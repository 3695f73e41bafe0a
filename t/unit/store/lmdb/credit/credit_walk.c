
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit, and of what is leased ahead of slots, together:
 * several processes keep, send and complete at random, one of them pauses and
 * changes limits, and all of them are killed again and again.  Never are more sends
 * under way than the limit that is in force, none begins after a pause was
 * answered, and none is sent again whose outcome was noted.  By turns little waits,
 * so that slots are held in advance, and so much that none are.
 *
 *     credit_walk [seed]
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_walk.h"
#include "store_admission.h"


/* A kill takes nothing from files that are not synced. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


static void
gives_back(void)
{
    while (stocked) {
        stocked--;

        if (util_complete(&s->u, stock[stocked].event, s->ep,
                          stock[stocked].token, WEBHOOK_RELEASE, 0)
            != WEBHOOK_STORE_OK)
        {
            faulty("one does not go back", 0);
        }
    }
}


/* The slot of one that is over, whose outcome is noted, is the next one's. */

static void
passes(webhook_op_t *op)
{
    unsigned      n;
    walk_now_t    before;
    webhook_op_t  *ops[1];

    if (stocked == 0 || mark != webhook_store_revoked(s->u.st, s->ep)) {
        return;
    }

    ops[0] = op;
    webhook_store_note(s->u.st, ops, 1);

    if (op->u.complete.noted == 0) {
        return;
    }

    notes(&op->u.complete.event);

    before = now();

    if (mark != webhook_store_revoked(s->u.st, s->ep)) {
        return;
    }

    op->u.complete.took = stock[0].event;
    op->u.complete.took_token = stock[0].token;

    begins(&before, &stock[0].event, stock[0].token);

    __atomic_add_fetch(&w->passed, 1, __ATOMIC_SEQ_CST);

    stocked--;

    for (n = 0; n < stocked; n++) {
        stock[n] = stock[n + 1];
    }
}


static void
ends(unsigned i)
{
    unsigned                n, first;
    walk_now_t              before;
    webhook_op_t            op;
    webhook_outcome_e       outcome;
    webhook_store_result_e  result;

    static const webhook_outcome_e  outcomes[] = {
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE,
        WEBHOOK_DONE, WEBHOOK_FAILED, WEBHOOK_RELEASE, WEBHOOK_RETRY
    };

    first = !sends[i].over;

    if (first) {
        __atomic_sub_fetch(&w->under, 1, __ATOMIC_SEQ_CST);
        __atomic_sub_fetch(&w->mine[who], 1, __ATOMIC_SEQ_CST);
        sends[i].over = 1;
    }

    outcome = outcomes[roll(8)];

    util_complete_op(&op, sends[i].event, s->ep, sends[i].token, outcome, 0);

    if (first && outcome == WEBHOOK_DONE && !sends[i].early
        && sent + QUEUE * 2 < SENDS)
    {
        passes(&op);
    }

    if (outcome != WEBHOOK_RELEASE && sent + QUEUE * 2 < SENDS && !w->stop) {
        op.u.complete.lease = 30000;
        op.u.complete.ahead = stocked < STOCK - 4 ? roll(5) : 0;
    }

    before = now();

    result = util_apply(&s->u, &op);

    if (op.u.complete.next) {
        begins(&before, &op.u.complete.next->event.id,
               op.u.complete.next->lease_token);
    }

    for (n = 0; n < op.u.complete.stock_count; n++) {
        stock[stocked].event = op.u.complete.stock[n].event.id;
        stock[stocked++].token = op.u.complete.stock[n].lease_token;
    }

    if (result == WEBHOOK_STORE_OK) {
        mark = op.u.complete.mark;
    }

    webhook_op_free(&op);

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

    if (mark == 0 || sent == 0) {
        gives_back();
    }
}


static void
keeps(void)
{
    walk_now_t       n;
    credit_event_t  *e;

    if (queued == QUEUE || sent + QUEUE * 2 > SENDS || w->open > w->most) {
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
        sends[sent - 1].early = 1;
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
        __atomic_add_fetch(&w->turns, 2, __ATOMIC_SEQ_CST);
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

            if (roll(8) == 0) {
                gives_back();
            }

            break;

        default:
            steers();
        }
    }

    applies();
    gives_back();

    while (sent) {
        ends(sent - 1);
    }

    gives_back();

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


static void
kills(pid_t *pid)
{
    int        status;
    unsigned   i, n, turn, seen;

    volatile unsigned  *from;

    turn = WALKERS;

    for (i = 0; i < KILLS; i++) {

        /* once they have done something since the last one */

        w->most = i % 2 ? BACKLOG : OPEN;
        from = i % 2 ? &w->passed : &w->early;
        seen = *from;

        for (n = 0; n < 30000 && *from < seen + 4 && !w->faults; n++) {
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
}


int
main(int argc, char **argv)
{
    int       status;
    pid_t     pid[WALKERS];
    scene_t  *left;
    uint32_t  inflight, held;
    unsigned  i;

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
    w->most = OPEN;

    for (i = 0; i < WALKERS; i++) {
        pid[i] = start(i, i);
    }

    kills(pid);

    w->stop = 1;

    for (i = 0; i < WALKERS; i++) {
        (void) waitpid(pid[i], &status, 0);

        if (!WIFEXITED(status) || WEXITSTATUS(status)) {
            faulty("a process ended by", status);
        }
    }

    printf("# %u of %u that were kept were sent early\n", w->early, w->kept);

    printf("# %u took another's slot, %u outcomes were noted\n", w->passed,
           w->noted_count);

    tap_ok(w->faults == 0 && w->early > KILLS,
           "never too many, none while it is paused, none again");
    tap_ok(w->passed > KILLS, "slots pass");

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
