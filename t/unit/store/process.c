
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: several processes at once, and those that die.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sys/mman.h>

#include "store_process.h"


#define EVENTS     2000
#define WORKERS    4
#define LIMIT      7


typedef struct {
    volatile uint32_t  claimed[EVENTS];
    volatile int       inflight;
    volatile int       most;
    volatile uint32_t  done;
    volatile uint32_t  failed;
} shared_t;


static void test_claims(void);
static void test_open_at_once(void);
static void test_takeover(void);
static void test_takeover_at_open(void);


int
main(void)
{
    test_claims();
    test_open_at_once();
    test_takeover();
    test_takeover_at_open();

    return tap_done();
}


/* The number of an event, which is its body. */

static uint32_t
number_of(const webhook_lease_t *lease)
{
    uint32_t  n;

    memcpy(&n, lease->event.rendition.body.data, sizeof(n));

    return n;
}


static void
leased(shared_t *s, const webhook_lease_t *lease)
{
    int  now, most;

    __atomic_add_fetch(&s->claimed[number_of(lease)], 1, __ATOMIC_SEQ_CST);

    now = __atomic_add_fetch(&s->inflight, 1, __ATOMIC_SEQ_CST);
    most = s->most;

    while (now > most
           && !__atomic_compare_exchange_n(&s->most, &most, now, 0,
                                           __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST))
    {
        /* void */
    }
}


static void
worker(util_t *u, shared_t *s, uint64_t ep)
{
    unsigned          i, idle;
    webhook_op_t      op, done[LIMIT], *ops[LIMIT];
    webhook_lease_t   hold[LIMIT];
    unsigned          count;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    idle = 0;

    while (s->done < EVENTS && idle < 20000) {

        if (util_claim(u, &op, &ep, LIMIT) == UINT32_MAX) {
            _exit(2);
        }

        count = op.u.claim.count;

        if (count == 0) {
            webhook_op_free(&op);
            idle++;
            usleep(200);
            continue;
        }

        idle = 0;

        for (i = 0; i < count; i++) {
            hold[i] = op.u.claim.leases[i];
            leased(s, &hold[i]);

            util_complete_op(&done[i], hold[i].event.id, ep,
                             hold[i].lease_token, WEBHOOK_DONE, 0);
            ops[i] = &done[i];
        }

        webhook_op_free(&op);

        /* before the store knows, or another might count first */

        __atomic_sub_fetch(&s->inflight, (int) count, __ATOMIC_SEQ_CST);

        util_batch(u, ops, count);

        for (i = 0; i < count; i++) {
            if (done[i].result == WEBHOOK_STORE_OK) {
                __atomic_add_fetch(&s->done, 1, __ATOMIC_SEQ_CST);

            } else {
                __atomic_add_fetch(&s->failed, 1, __ATOMIC_SEQ_CST);
            }
        }
    }

    util_close(u);
    _exit(0);
}


/* Each delivery goes to one, and never more at a time than the limit. */

static void
test_claims(void)
{
    int             status;
    pid_t           pid[WORKERS];
    util_t          u;
    uint32_t        i, twice, bad;
    uint64_t        ep;
    shared_t       *s;
    webhook_op_t    op;
    webhook_put_t   put;

    s = mmap(NULL, sizeof(shared_t), PROT_READ|PROT_WRITE,
             MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) {
        return;
    }

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", LIMIT);

    for (i = 0; i < EVENTS; i++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), ep, &i, sizeof(i));
        (void) util_apply(&u, &op);
    }

    util_close(&u);

    fflush(stdout);

    for (i = 0; i < WORKERS; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            worker(&u, s, ep);
        }
    }

    bad = 0;

    for (i = 0; i < WORKERS; i++) {
        waitpid(pid[i], &status, 0);

        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            bad++;
        }
    }

    twice = 0;

    for (i = 0; i < EVENTS; i++) {
        if (s->claimed[i] != 1) {
            twice++;
        }
    }

    tap_ok(bad == 0 && s->done == EVENTS && s->failed == 0,
           "%u processes deliver %u events", WORKERS, s->done);
    tap_ok(twice == 0, "each of them once (%u not)", twice);
    tap_ok(s->most <= LIMIT && s->most > 1,
           "%d at a time at most, of %d allowed", s->most, LIMIT);

    util_open(&u);
    util_check(&u, "many workers");
    util_free(&u);

    munmap(s, sizeof(shared_t));
}


static void
test_open_at_once(void)
{
    util_t    u;
    unsigned  good;

    util_init(&u);

    good = open_at_once(&u, 16);

    tap_ok(good == 16, "%u of 16 processes make one store", good);

    util_open(&u);

    tap_ok(util_stats(&u, 0, NULL).events == 16
           && util_stats(&u, 0, NULL).owners == 1, "and each wrote to it");

    util_check(&u, "made by many");
    util_free(&u);
}


static void
test_takeover(void)
{
    int                       status;
    pid_t                     pid[2];
    util_t                    u;
    uint64_t                  ep;
    webhook_op_t              op;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    {
        webhook_store_t  *mine = u.st;

        u.st = NULL;
        pid[0] = leaser(&u, ep, 10);
        pid[1] = leaser(&u, ep, 5);
        u.st = mine;
    }

    tap_ok(util_stats(&u, 0, NULL).owners == 3, "three processes");
    tap_ok(util_takeover(&u) == 0, "nothing is taken from who lives");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_SENDING] == 15, "15 are being sent");

    kill(pid[0], SIGKILL);
    waitpid(pid[0], &status, 0);

    tap_ok(util_stats(&u, 0, NULL).owners == 2, "one was killed");
    tap_ok(util_takeover(&u) == 10, "what it leased is taken over at once");
    tap_ok(util_takeover(&u) == 0, "once");

    (void) util_stats(&u, ep, &e);

    tap_ok(util_check(&u, "one is dead") && e.states[WEBHOOK_SENDING] == 5,
           "the other keeps what it has");

    tap_ok(util_claim(&u, &op, &ep, 100) == 10
           && op.u.claim.leases[0].attempt == 1,
           "they are due, and no attempt was counted");

    webhook_op_free(&op);

    /* a zombie holds no locks */

    kill(pid[1], SIGKILL);

    while (util_stats(&u, 0, NULL).owners == 2) {
        usleep(1000);
    }

    tap_ok(util_takeover(&u) == 5, "also from who was not waited for");

    waitpid(pid[1], &status, 0);

    util_check(&u, "takeover");
    util_free(&u);
}


static void
test_takeover_at_open(void)
{
    int                 status;
    pid_t               pid;
    util_t              u;
    uint64_t            ep;
    webhook_op_t        op;
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    util_close(&u);

    pid = leaser(&u, ep, 10);

    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);

    util_open(&u);

    s = util_stats(&u, 0, NULL);

    /* and of its journal there is another line */

    tap_ok(s.owners == 1 && u.logs[WEBHOOK_STORE_LOG_NOTICE]
                            == (util_journal(&u) ? 2 : 1),
           "who opens takes the slot of who died: %s", u.text);
    tap_ok(util_claim(&u, &op, &ep, 100) == 10, "and what it leased is due");

    webhook_op_free(&op);

    util_check(&u, "takeover at open");
    util_free(&u);
}
