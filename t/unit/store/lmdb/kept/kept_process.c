
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: several processes, each with a journal of its own,
 * in one store, are killed whenever it may be.  Nothing is lost that was kept,
 * and nothing that was delivered comes again, though history is short, so that
 * its id is not known any more.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_kept.h"

#include <sys/mman.h>


#define PROCESSES  4
#define EVENTS     3000
#define KILLS      40
#define BATCH      6


typedef struct {
    webhook_id_t   id;
    size_t         len;
    unsigned char  told;                /* that it is kept */
    unsigned char  sent;                /* its outcome was handed over */
    unsigned char  done;                /* and is in the store */
} event_t;


typedef struct {
    util_t         u;
    uint64_t       ep;
    unsigned       count;
    unsigned       kept;                /* in a journal */
    unsigned       put;                 /* out of journals */
    unsigned       again;               /* deliveries of what was done */
    unsigned       failed;              /* stores that did not open */
    event_t        events[EVENTS];
} scene_t;


static scene_t   *s;
static unsigned   chance;               /* of this process */


static void process(unsigned number);
static unsigned work(util_t *u);
static void finish(util_t *u, uint64_t n, uint64_t token);
static void claim(util_t *u);
static void look(util_t *u);
static unsigned progress(unsigned from, unsigned by);
static unsigned lost(void);


int
main(void)
{
    int       status;
    pid_t     pids[PROCESSES];
    unsigned  i, kills, from, told;

    s = mmap(NULL, sizeof(scene_t), PROT_READ|PROT_WRITE,
             MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (s == MAP_FAILED) {
        exit(1);
    }

    kept_init(&s->u);

    s->u.clock = 0;
    s->u.keep = 200;
    s->ep = util_name("erp");

    fflush(stdout);

    for (i = 0; i < PROCESSES; i++) {
        pids[i] = fork();

        if (pids[i] == 0) {
            process(i);
        }
    }

    from = 0;

    for (kills = 0; kills < KILLS; kills++) {

        from = progress(from, EVENTS / (KILLS + 10));
        i = (kills * 7 + from) % PROCESSES;

        kill(pids[i], SIGKILL);
        (void) waitpid(pids[i], &status, 0);

        pids[i] = fork();

        if (pids[i] == 0) {
            process(PROCESSES + kills);
        }
    }

    (void) progress(from, EVENTS / (KILLS + 10));

    for (i = 0; i < PROCESSES; i++) {
        kill(pids[i], SIGKILL);
        (void) waitpid(pids[i], &status, 0);
    }

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0,
           "%u processes were killed", kills + PROCESSES);

    s->put += kept_replay(&s->u);

    for (i = 0, told = 0; i < s->count && i < EVENTS; i++) {
        told += s->events[i].told;
    }

    tap_ok(told > EVENTS / 3 && s->kept > told / 2 && s->failed == 0,
           "%u events were kept, %u of them in journals", told, s->kept);
    tap_ok(s->put > 0, "%u were put out of these", s->put);
    tap_ok(lost() == 0, "none is lost");
    tap_ok(s->again == 0, "and none that was delivered comes again");
    tap_ok(util_files(&s->u, "journal.") == 0, "no journal is left");

    util_check(&s->u, "afterwards");
    util_free(&s->u);

    return tap_done();
}


static unsigned
roll(unsigned n)
{
    chance = chance * 1103515245 + 12345;

    return (chance >> 16) % n;
}


static void
process(unsigned number)
{
    util_t  u;

    u = s->u;
    u.wall = UTIL_WALL + (uint64_t) number * 1000000;
    memset(&u.ids, 0, sizeof(u.ids));

    chance = number * 7919 + 1;

    if (kept_open(&u) != WEBHOOK_STORE_OK) {
        __atomic_add_fetch(&s->failed, 1, __ATOMIC_SEQ_CST);
        printf("# %s\n", u.text);
        fflush(stdout);
        _exit(1);
    }

    (void) util_endpoint(&u, "erp", 1000);

    while (work(&u)) {

        if (roll(3) == 0) {
            claim(&u);
        }

        if (roll(4) == 0) {
            look(&u);
        }
    }

    for ( ;; ) {
        pause();
    }
}


/* Keeps some events, applies them, and sends what it may. */

static unsigned
work(util_t *u)
{
    unsigned        i, n, first;
    event_t        *e;
    webhook_op_t    ops[BATCH], *p[BATCH];
    webhook_put_t   put[BATCH];

    n = 1 + roll(BATCH);

    first = __atomic_fetch_add(&s->count, n, __ATOMIC_SEQ_CST);

    if (first + n > EVENTS) {
        return 0;
    }

    memset(put, 0, sizeof(put));

    for (i = 0; i < n; i++) {
        e = &s->events[first + i];
        e->id = util_id(u);
        e->len = (first + i) * 997 % KEPT_BODY + 1;

        put[i].lease = roll(2);

        util_put_op(&ops[i], &put[i], e->id, s->ep, kept_body, e->len);

        ops[i].u.put_event.wall = first + i;
        p[i] = &ops[i];
    }

    webhook_store_keep(u->st, p, n);

    for (i = 0; i < n; i++) {
        if (ops[i].u.put_event.kept) {
            s->events[first + i].told = 1;
            __atomic_add_fetch(&s->kept, 1, __ATOMIC_SEQ_CST);
        }
    }

    webhook_store_apply(u->st, p, n);

    for (i = 0; i < n; i++) {

        if (ops[i].result <= WEBHOOK_STORE_DUPLICATE) {
            s->events[first + i].told = 1;
        }

        if (put[i].lease_token) {
            finish(u, first + i, put[i].lease_token);
        }
    }

    return 1;
}


static void
finish(util_t *u, uint64_t n, uint64_t token)
{
    event_t  *e;

    e = &s->events[n];

    if (e->done) {
        __atomic_add_fetch(&s->again, 1, __ATOMIC_SEQ_CST);
    }

    e->sent = 1;

    if (util_complete(u, e->id, s->ep, token, WEBHOOK_DONE, 0)
        == WEBHOOK_STORE_OK)
    {
        e->done = 1;
    }
}


static void
claim(util_t *u)
{
    uint32_t      i;
    uint64_t      ns[8], tokens[8];
    uint32_t      count;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    count = util_claim(u, &op, &s->ep, 8);

    if (count == UINT32_MAX) {
        return;
    }

    for (i = 0; i < count; i++) {
        ns[i] = op.u.claim.leases[i].event.wall;
        tokens[i] = op.u.claim.leases[i].lease_token;
    }

    webhook_op_free(&op);

    for (i = 0; i < count; i++) {
        finish(u, ns[i], tokens[i]);
    }
}


static void
look(util_t *u)
{
    unsigned      more;
    webhook_op_t  op;

    (void) util_takeover(u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_JOURNAL;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK) {
        __atomic_add_fetch(&s->put, op.u.journal.count, __ATOMIC_SEQ_CST);
    }

    (void) util_expire(u, 64, &more);
}


/* Waits until there are so many events more, and returns how many. */

static unsigned
progress(unsigned from, unsigned by)
{
    unsigned         count;
    struct timespec  pause;

    pause.tv_sec = 0;
    pause.tv_nsec = 500 * 1000;

    do {
        nanosleep(&pause, NULL);

        count = __atomic_load_n(&s->count, __ATOMIC_SEQ_CST);

    } while (count < from + by && count < EVENTS && s->failed == 0);

    return count;
}


/* What was kept and is not there, but for what may have been delivered. */

static unsigned
lost(void)
{
    unsigned   i, n;
    event_t   *e;

    n = 0;

    for (i = 0; i < s->count && i < EVENTS; i++) {
        e = &s->events[i];

        if (e->told && !e->sent && !kept_there(&s->u, &e->id, e->len)) {
            printf("# event %u\n", i);
            n++;
        }
    }

    return n;
}
