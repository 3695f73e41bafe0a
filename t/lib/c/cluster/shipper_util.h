
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whole nodes: each with a store of LMDB, a shipper, and two connections to the
 * cluster.  One loop plays all of them, and who sends.
 */

#ifndef SHIPPER_UTIL_H
#define SHIPPER_UTIL_H

#include "store_ship.h"
#include "cluster_util.h"
#include "pg_proxy.h"
#include "cluster/shipper/webhook_shipper.h"

#include <sys/random.h>


#define SH_BEAT      500                /* ms */
#define SH_LEASE     15000              /* longer than any round of all takes */
#define SH_SEND      1000               /* ms that a send takes at most */
#define SH_NODES     3
#define SH_SENT      4000
#define SH_PATIENCE  300                /* seconds */


typedef struct {
    const char                    *name;
    util_t                         u;
    webhook_cluster_t             *c[2];
    webhook_shipper_t             *sh;
    const webhook_shipper_task_t  *task[2];
    uint64_t                       due[2];      /* ms, of a WAIT */
    uint64_t                       ep;
    unsigned                       stopped:1;   /* as by SIGSTOP */
    unsigned                       holds:1;     /* it sends nothing */
} sh_node_t;


static sh_node_t     sh_nodes[SH_NODES];
static webhook_id_t  sh_sent[SH_SENT];      /* what was sent, by anybody */
static unsigned      sh_sent_count;
static int           sh_loud;

/* called before a node's batch of the store */
static void        (*sh_hook)(sh_node_t *n, webhook_op_t **ops,
                              uint32_t count);


static uint64_t
sh_ms(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static uint64_t
sh_clock(void *ctx)
{
    (void) ctx;

    return 1000000 + sh_ms();           /* as that of the stores */
}


static uint64_t
sh_wall(void *ctx)
{
    (void) ctx;

    return cl_wall();
}


static int
sh_random(void *ctx, void *buf, size_t len)
{
    (void) ctx;

    return getrandom(buf, len, 0) == (ssize_t) len;
}


static void
sh_log(void *ctx, webhook_store_log_e level, const char *text)
{
    sh_node_t  *n = ctx;

    if (sh_loud || level == WEBHOOK_STORE_LOG_WARN) {
        printf("# %s: %d: %s\n", n->name, (int) level, text);
    }
}


/* Its clocks are the machine's. */
static void
sh_time(sh_node_t *n)
{
    n->u.clock = 1000000 + sh_ms();
    n->u.real = cl_wall();
    n->u.wall = n->u.real;
}


static void
sh_begin(sh_node_t *n, const char *dir)
{
    int                        i;
    webhook_shipper_options_t  o;

    memset(&o, 0, sizeof(o));
    o.name = cl_str(n->name);
    o.boot = cl_str("boot-1");
    o.version = cl_str("1.0");
    o.lease = SH_LEASE;
    o.beat = SH_BEAT;
    o.older = 200;
    o.pause = 20;
    o.history = 1;
    o.clock = sh_clock;
    o.wall = sh_wall;
    o.random = sh_random;
    o.log = sh_log;
    o.ctx = n;

    n->sh = webhook_shipper_create(&o);

    for (i = 0; i < 2; i++) {
        n->c[i] = cl_open(n->name, dir);
    }

    n->task[0] = webhook_shipper_next(n->sh, NULL);
    n->task[1] = webhook_shipper_beat(n->sh, NULL);
    n->due[0] = n->due[1] = 0;
}


/* A node with a new store. */
__attribute__((unused))
static sh_node_t *
sh_node(int i, const char *name, const char *dir)
{
    sh_node_t  *n;

    n = &sh_nodes[i];
    memset(n, 0, sizeof(sh_node_t));
    n->name = name;

    util_init(&n->u);
    n->u.keep = 3600000;
    sh_time(n);
    (void) util_open(&n->u);
    n->ep = util_endpoint(&n->u, "erp", 1000);

    sh_begin(n, dir);

    return n;
}


/* It ends, at once; its store stays. */
static void
sh_end(sh_node_t *n)
{
    int  i;

    webhook_shipper_free(n->sh);
    n->sh = NULL;

    for (i = 0; i < 2; i++) {
        webhook_cluster_close(n->c[i]);
    }
}


__attribute__((unused))
static void
sh_remove(sh_node_t *n)
{
    if (n->sh) {
        sh_end(n);
    }

    util_close(&n->u);
    util_free(&n->u);
}


/* Does what one machine of a node has to do. */
static void
sh_do(sh_node_t *n, int m)
{
    const char                    *error;
    webhook_cluster_session_t      s;
    const webhook_shipper_task_t  *t;

    t = n->task[m];
    error = NULL;

    switch (t->need) {

    case WEBHOOK_SHIPPER_STORE:

        if (sh_hook && m == 0) {
            sh_hook(n, t->ops, t->count);
        }

        webhook_store_apply(n->u.st, t->ops, t->count);
        break;

    case WEBHOOK_SHIPPER_CLUSTER:

        if (m == 1) {
            webhook_cluster_session(n->c[0], &s);
            webhook_cluster_use(n->c[1], &s);
        }

        webhook_cluster_run(n->c[m], t->op);
        error = webhook_cluster_error(n->c[m]);
        break;

    default:

        if (n->due[m] == 0) {
            n->due[m] = sh_ms() + t->wait;
        }

        if (sh_ms() < n->due[m]) {
            return;
        }

        n->due[m] = 0;
    }

    n->task[m] = m == 0 ? webhook_shipper_next(n->sh, error)
                        : webhook_shipper_beat(n->sh, error);
}


/* An attempt, of the first delivery that may be sent; 0: there is none. */
static int
sh_attempt(sh_node_t *n, webhook_outcome_e outcome, uint64_t delay,
    webhook_id_t *id)
{
    webhook_op_t  op;
    uint64_t      token;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CLAIM;
    op.u.claim.endpoints = &n->ep;
    op.u.claim.endpoints_count = 1;
    op.u.claim.max = 1;
    op.u.claim.lease = SH_SEND;

    if (util_apply(&n->u, &op) != WEBHOOK_STORE_OK || op.u.claim.count == 0) {
        webhook_op_free(&op);
        return 0;
    }

    *id = op.u.claim.leases[0].event.id;
    token = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    if (util_complete(&n->u, *id, n->ep, token, outcome, delay)
        != WEBHOOK_STORE_OK)
    {
        printf("# %s: what came of an attempt is not taken\n", n->name);
    }

    return 1;
}


/* Sends one delivery, if there is one that may be sent. */
static void
sh_send(sh_node_t *n)
{
    webhook_id_t  id;

    if (sh_attempt(n, WEBHOOK_DONE, 0, &id) && sh_sent_count < SH_SENT) {
        sh_sent[sh_sent_count++] = id;
    }
}


/* One round of all. */
static void
sh_round(void)
{
    int              i;
    sh_node_t       *n;
    struct timespec  pause = { 0, 1000000 };

    for (i = 0; i < SH_NODES; i++) {
        n = &sh_nodes[i];

        if (n->sh == NULL || n->stopped) {
            continue;
        }

        sh_time(n);
        sh_do(n, 1);
        sh_do(n, 0);

        if (!n->holds) {
            sh_send(n);
        }
    }

    nanosleep(&pause, NULL);
}


/* Plays until the condition holds; 0: it never did. */
#define sh_until(condition)                                                   \
    __extension__ ({                                                          \
        uint64_t  sh_end_ = sh_ms() + SH_PATIENCE * 1000;                     \
                                                                              \
        while (!(condition) && sh_ms() < sh_end_) {                           \
            sh_round();                                                       \
        }                                                                     \
                                                                              \
        (condition);                                                          \
    })


__attribute__((unused))
static webhook_shipper_news_t
sh_news(sh_node_t *n)
{
    webhook_shipper_news_t  news;

    webhook_shipper_news(n->sh, &news);

    return news;
}


/* How often it was sent. */
__attribute__((unused))
static unsigned
sh_times(const webhook_id_t *id)
{
    unsigned  i, k;

    for (k = 0, i = 0; i < sh_sent_count; i++) {
        k += memcmp(&sh_sent[i], id, sizeof(webhook_id_t)) == 0;
    }

    return k;
}


/* An event that happens on a node now. */
__attribute__((unused))
static webhook_id_t
sh_put(sh_node_t *n, uint64_t delay)
{
    sh_time(n);

    return util_put(&n->u, n->ep, delay);
}


/* Lets so many ms go by. */
__attribute__((unused))
static void
sh_pass(uint64_t ms)
{
    uint64_t  end;

    for (end = sh_ms() + ms; sh_ms() < end; /* void */ ) {
        sh_round();
    }
}


#endif /* SHIPPER_UTIL_H */
