
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIMITS: three nodes with four threads each, which all want more than there is;
 * slots in sum, and sends by the clock, never exceed what there may be.
 */

#include "cluster_util.h"

#include <pthread.h>
#include <stdatomic.h>


#define NODES     3
#define THREADS   4
#define PERIOD    4000000               /* us that they ask, or longer, ... */
#define ENOUGH    (2 * 100)             /* until there were more sends, ... */
#define PATIENCE  120000000             /* us, but no longer than that */
#define INFLIGHT  5
#define RATE      100
#define BURST     3
#define HORIZON   500                   /* ms */
#define MOST      20000                 /* sends */

/* How late a node may find that a send was its own; nothing is compared by the
   clocks of two processes: a grant is placed by the clock of who asked, before
   and after. */


typedef struct {
    int64_t   from;                     /* us: not before, ... */
    int64_t   to;                       /* ... and not behind */
} send_t;


static cl_node_t        nodes[NODES];
static pthread_mutex_t  held_lock[NODES];
static int              held[NODES];    /* slots that a node may have in use */
static int              given[NODES];   /* as it was answered */
static _Atomic int      granted, over, failed, calls;
static send_t           sends[MOST];
static _Atomic int      sends_count;
static uint32_t         sends_of;       /* of the last ask() */


static int64_t
us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static void *
thread(void *arg)
{
    int                      i, n, k, t, slots;
    int64_t                  before, after, at, begun;
    struct timespec          pause = { 0, 3000000 };
    webhook_cluster_t       *c;
    webhook_cluster_op_t     op;
    webhook_cluster_limit_t  l;

    n = (int) (intptr_t) arg / THREADS;

    c = cl_open(nodes[n].name, NULL);
    webhook_cluster_use(c, &nodes[n].session);

    begun = us();

    for (i = 0;
         us() < begun + PERIOD
         || (atomic_load(&sends_count) <= ENOUGH && us() < begun + PATIENCE);
         i++)
    {

        /* One at a time of a node, as its shipper does.  What it is to give
           back it may have in use yet, until its next call. */

        pthread_mutex_lock(&held_lock[n]);

        memset(&op, 0, sizeof(op));
        memset(&l, 0, sizeof(l));
        l.endpoint = 77;
        l.inflight = INFLIGHT;
        l.rate = RATE;
        l.per = 1000;
        l.burst = BURST;

        /* some of what it had in use beyond its slots may be over */

        slots = i % 3 ? held[n] : given[n];
        atomic_fetch_sub(&granted, held[n] - slots);
        held[n] = slots;
        l.held = (uint32_t) slots;

        l.want = (uint32_t) (1 + (i + n) % 7);
        l.sends = (uint32_t) (1 + (i * 7 + n) % 30);

        op.u.limits.limits = &l;
        op.u.limits.count = 1;
        op.u.limits.horizon = HORIZON;

        before = us();

        if (cl_run(c, &op, WEBHOOK_CLUSTER_LIMITS) != WEBHOOK_CLUSTER_OK) {
            printf("# %s\n", webhook_cluster_error(c));
            atomic_fetch_add(&failed, 1);
        }

        after = us();

        /* the sum of what nodes have */

        given[n] = (int) l.slots;
        slots = given[n] > held[n] ? given[n] : held[n];

        if (atomic_fetch_add(&granted, slots - held[n]) + slots - held[n]
            > INFLIGHT)
        {
            atomic_fetch_add(&over, 1);
        }

        held[n] = slots;

        pthread_mutex_unlock(&held_lock[n]);

        for (k = 0; k < (int) l.count; k++) {
            at = l.first + k * (int64_t) l.gap;

            if (at < 0) {
                at = 0;
            }

            t = atomic_fetch_add(&sends_count, 1);

            if (t < MOST) {
                sends[t].from = before + at;
                sends[t].to = after + at;
            }
        }

        atomic_fetch_add(&calls, 1);
        nanosleep(&pause, NULL);
    }

    webhook_cluster_close(c);

    return NULL;
}


static int
earlier(const void *a, const void *b)
{
    const send_t  *x = a, *y = b;

    return x->to < y->to ? -1 : x->to > y->to;
}


/* What a node gets of an endpoint with so many slots. */

static uint32_t
ask(int n, uint64_t endpoint, uint32_t inflight, uint32_t held, uint32_t want)
{
    webhook_cluster_op_t     op;
    webhook_cluster_limit_t  l;

    memset(&op, 0, sizeof(op));
    memset(&l, 0, sizeof(l));

    l.endpoint = endpoint;
    l.inflight = inflight;
    l.rate = 100;
    l.per = 1000;
    l.held = held;
    l.want = want;
    l.sends = 10;

    op.u.limits.limits = &l;
    op.u.limits.count = 1;
    op.u.limits.horizon = HORIZON;

    if (cl_run(nodes[n].c, &op, WEBHOOK_CLUSTER_LIMITS) != WEBHOOK_CLUSTER_OK) {
        printf("# %s\n", webhook_cluster_error(nodes[n].c));
        return UINT32_MAX;
    }

    sends_of = l.count;

    return l.slots;
}


/* Who has more than its part gives it back; with one slot for three each has it
   in turn. */

static void
turns(void)
{
    int              i, n, had[NODES], rounds;
    uint32_t         slots[NODES], sum;
    struct timespec  pause = { 0, 20000000 };

    tap_ok(ask(0, 78, 5, 0, 9) == 5, "who is alone has all");
    tap_ok(ask(1, 78, 5, 0, 9) == 0, "there is none for the second node");
    tap_ok(ask(0, 78, 5, 5, 9) == 3, "the first one has to give some back");
    tap_ok(ask(1, 78, 5, 0, 9) == 0, "which it may use yet");
    tap_ok(ask(0, 78, 5, 3, 9) == 3, "it has done so");
    tap_ok(ask(1, 78, 5, 0, 9) == 2, "the second one has the rest");
    tap_ok(ask(2, 78, 5, 0, 1) == 0, "the third one waits");
    tap_ok(ask(0, 78, 5, 3, 9) == 2 && ask(0, 78, 5, 2, 9) == 2
           && ask(2, 78, 5, 0, 1) == 1, "until it gets its part");

    memset(slots, 0, sizeof(slots));
    memset(had, 0, sizeof(had));
    sum = 0;

    for (rounds = 0; rounds < 1000; rounds++) {

        for (n = 0; n < NODES; n++) {
            slots[n] = ask(n, 79, 1, slots[n], 1);
            had[n] += slots[n] == 1;
        }

        for (i = 0, n = 0; n < NODES; n++) {
            i += slots[n] == 1;
        }

        sum += i > 1;

        if (had[0] && had[1] && had[2]) {
            break;
        }

        nanosleep(&pause, NULL);
    }

    tap_ok(rounds < 1000 && sum == 0,
           "one slot is had by each node in turn, by one at a time");
}


/* Behind a backup nobody knows what nodes have in use. */

static void
restored(void)
{
    int64_t  ahead;

    tap_ok(pg_number("SELECT webhook.restored()") > 1, "restored");

    ahead = 0;

    tap_ok(cl_join(&nodes[0]) == WEBHOOK_CLUSTER_OK, "a node is back");
    tap_ok(ask(0, 80, 5, 0, 3) == 0 && sends_of == 0, "it gets nothing");
    tap_ok(ask(0, 80, 5, 2, 3) == 2, "but keeps what it has in use");

    cl_pass(&nodes[0], &ahead, 2 * CL_LEASE);

    tap_ok(ask(0, 80, 5, 2, 3) == 3 && sends_of > 0, "and more a lease later");
}


int
main(void)
{
    int        i, j, n, most, worst;
    char       name[16];
    int64_t    ahead;
    pthread_t  t[NODES * THREADS];

    cl_cluster();

    for (i = 0; i < NODES; i++) {
        snprintf(name, sizeof(name), "n%d", i + 1);
        cl_node(&nodes[i], strdup(name), NULL);
        tap_ok(cl_join(&nodes[i]) == WEBHOOK_CLUSTER_OK, "node %d", i);
        pthread_mutex_init(&held_lock[i], NULL);
    }

    for (i = 0; i < NODES * THREADS; i++) {
        pthread_create(&t[i], NULL, thread, (void *) (intptr_t) i);
    }

    for (i = 0; i < NODES * THREADS; i++) {
        pthread_join(t[i], NULL);
    }

    tap_ok(atomic_load(&failed) == 0, "no call failed");
    tap_ok(atomic_load(&over) == 0,
           "slots in sum were never above %d, in %d calls", INFLIGHT,
           atomic_load(&calls));

    /*
     * When a send may begin is known to within its call: not before "from", not
     * behind "to" if it is begun when it may.  Of sends that surely lie within a
     * window there are no more than its length allows.
     */

    n = atomic_load(&sends_count);
    n = n < MOST ? n : MOST;
    qsort(sends, (size_t) n, sizeof(send_t), earlier);
    worst = 0;

    for (i = 0; i < n; i++) {
        most = 0;

        for (j = 0; j < n; j++) {
            if (sends[j].from >= sends[i].from
                && sends[j].to < sends[i].from + 1000000)
            {
                most++;
            }
        }

        if (most > worst) {
            worst = most;
        }
    }

    tap_ok(n > ENOUGH && worst <= RATE + BURST,
           "of %d sends at most %d were within a second, of %d a second and %d"
           " at once", n, worst, RATE, BURST);

    tap_ok(pg_number("SELECT sum(slots) FROM webhook.share") <= INFLIGHT,
           "shares in sum are within the limit");

    turns();
    restored();

    /* whoever dies gives its slots back */

    ahead = 0;
    cl_pass(&nodes[0], &ahead, 2 * CL_LEASE);
    tap_ok(pg_number("SELECT count(*) FROM webhook.share WHERE node <> 1")
           == 0, "those of the dead are nobody's");

    for (i = 0; i < NODES; i++) {
        webhook_cluster_close(nodes[i].c);
    }

    return tap_done();
}
