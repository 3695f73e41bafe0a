
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
#define PERIOD    4000000               /* us that they ask */
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
static int              held[NODES];    /* slots that a node has by now */
static _Atomic int      granted, over, failed, calls;
static send_t           sends[MOST];
static _Atomic int      sends_count;


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
    int64_t                  before, after, at, end;
    struct timespec          pause = { 0, 3000000 };
    webhook_cluster_t       *c;
    webhook_cluster_op_t     op;
    webhook_cluster_limit_t  l;

    n = (int) (intptr_t) arg / THREADS;

    c = cl_open(nodes[n].name, NULL);
    webhook_cluster_use(c, &nodes[n].session);

    end = us() + PERIOD;

    for (i = 0; us() < end; i++) {

        /* One at a time of a node, as its shipper does: what is held is what
           the last call said. */

        pthread_mutex_lock(&held_lock[n]);

        memset(&op, 0, sizeof(op));
        memset(&l, 0, sizeof(l));
        l.endpoint = 77;
        l.inflight = INFLIGHT;
        l.rate = RATE;
        l.per = 1000;
        l.burst = BURST;

        /* some of what it had ended, and may not be counted as held */

        slots = i % 3 ? held[n] : 0;
        atomic_fetch_sub(&granted, held[n] - slots);
        held[n] = slots;
        l.held = (uint32_t) slots;

        l.want = (uint32_t) (1 + (i + n) % 7);
        l.sends = (uint32_t) (1 + (i * 7 + n) % 30);

        if (l.want < l.held) {
            l.want = l.held;
        }

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

        if (atomic_fetch_add(&granted, (int) l.slots - held[n])
            + (int) l.slots - held[n] > INFLIGHT)
        {
            atomic_fetch_add(&over, 1);
        }

        held[n] = (int) l.slots;

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


int
main(void)
{
    int        i, j, n, most, worst;
    char       name[4];
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

    tap_ok(n > 2 * RATE && worst <= RATE + BURST,
           "of %d sends at most %d were within a second, of %d a second and %d"
           " at once", n, worst, RATE, BURST);

    tap_ok(pg_number("SELECT sum(slots) FROM webhook.share") <= INFLIGHT,
           "shares in sum are within the limit");

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
