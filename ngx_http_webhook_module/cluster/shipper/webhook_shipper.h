
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The shipper: what stands between a node's store and the cluster.  It is a
 * machine that does nothing by itself: webhook_shipper_next() says what is to be
 * done next, and is called again once that was done; so nothing here blocks, and
 * whoever runs it decides where.
 *
 * There are two of them, which know of each other: one ships, asks, takes; the
 * other one renews the node's lease (webhook_shipper_beat()).  They are called on
 * one thread, but what they ask for may be done at the same time, on two handles
 * of the cluster.
 *
 *   JOIN, then ASK and MINE: what the node had, and may have lost, is known
 *     before the first fence is set, without which nothing is sent that was
 *     shipped;
 *   then SHIP, batch by batch; CLAIM where there is something to take and "room"
 *     for it; CHANGES of the registry; UPKEEP by the node that is elected.
 *
 * While the cluster is away nothing gets a number, and what surely did not
 * arrive gives its number back: it is sent as by a node of no cluster.
 */

#ifndef WEBHOOK_SHIPPER_H
#define WEBHOOK_SHIPPER_H

#include "cluster/webhook_cluster.h"
#include "store/webhook_store.h"


#define WEBHOOK_SHIPPER_OPS     256     /* operations of the store in a batch */
#define WEBHOOK_SHIPPER_BYTES   (4 * 1024 * 1024)   /* of a batch, about */


typedef struct webhook_shipper_s  webhook_shipper_t;


/* What is to be done. */

typedef enum {
    WEBHOOK_SHIPPER_STORE = 0,      /* webhook_store_apply() of "ops" */
    WEBHOOK_SHIPPER_CLUSTER,        /* webhook_cluster_run() of "op" */
    WEBHOOK_SHIPPER_WAIT            /* for so many ms, at most */
} webhook_shipper_need_e;

typedef struct {
    webhook_shipper_need_e   need;
    webhook_op_t           **ops;
    uint32_t                 count;
    webhook_cluster_op_t    *op;
    uint64_t                 wait;
} webhook_shipper_task_t;


typedef struct {
    webhook_str_t  name;            /* of the node */
    webhook_str_t  boot;            /* of the machine */
    webhook_str_t  version;
    uint32_t       lease;           /* ms */
    uint32_t       beat;            /* ms */
    uint32_t       batch;           /* entries at most; 0: 200 */
    uint32_t       older;           /* ms, see SHIP_NUMBER; 0: 1000 */
    uint32_t       pause;           /* ms between two looks; 0: 200 */
    unsigned       history:1;       /* what is over is shipped, too */

    /* How many deliveries may be taken now; NULL: as many as there are. */
    uint32_t     (*room)(void *ctx);

    /* There may be something that can be sent now; NULL: nobody cares. */
    void         (*shared)(void *ctx);

    /* ms of the store's clock, which only goes on, also while the machine
       sleeps; ms since 1970; randomness, 0 if there is none */
    uint64_t     (*clock)(void *ctx);
    uint64_t     (*wall)(void *ctx);
    int          (*random)(void *ctx, void *buf, size_t len);

    void         (*log)(void *ctx, webhook_store_log_e level,
                        const char *text);
    void          *ctx;
} webhook_shipper_options_t;


/* For metrics, and to be told. */

typedef struct {
    uint64_t       shipped;         /* entries */
    uint64_t       batches;
    uint64_t       taken;           /* deliveries, of others */
    uint64_t       moved;           /* that others have taken from here */
    uint64_t       refused;         /* that the cluster does not take */
    uint64_t       unknown;         /* commits of which nothing was known */
    uint64_t       failures;        /* calls that were not done */
    uint64_t       lag;             /* ms, as of the last heartbeat */
    uint64_t       waiting;         /* entries, and what has none yet; the same */
    uint64_t       gone;            /* what was removed before it was told */
    uint64_t       unread;          /* deliveries that wait for a node of a newer
                                       version */
    uint64_t       limited;         /* endpoints whose limits are for all nodes,
                                       and that wait for the cluster */
    uint64_t       ordered;         /* keys that wait for their turn among all
                                       nodes */
    uint64_t       told;            /* batches that the store was told of */
    uint64_t       left;            /* ms of the lease */
    int64_t        ahead;           /* ms, the wall clock here before that of the
                                       cluster */
    unsigned       joined:1;
    unsigned       settled:1;       /* it knows what became of what it had */
    unsigned       away:1;          /* the cluster is */
    unsigned       doubled:1;
} webhook_shipper_news_t;


/* NULL: no memory.  Texts of the options have to live as long. */
webhook_shipper_t *webhook_shipper_create(
    const webhook_shipper_options_t *options);

/* Nothing that it asked for may be under way. */
void webhook_shipper_free(webhook_shipper_t *sh);

/* What is next, once the last one was done; for "error" see
   webhook_cluster_error(), of the last CLUSTER; or NULL.  The second one's handle
   uses the session of the first one's (webhook_cluster_use()), anew in each of its
   calls. */
const webhook_shipper_task_t *webhook_shipper_next(webhook_shipper_t *sh,
    const char *error);
const webhook_shipper_task_t *webhook_shipper_beat(webhook_shipper_t *sh,
    const char *error);

/* The registry has come to a change, at least: it is asked for when it is next
   idle, and not only after the next heartbeat.  And the change up to which the
   store has it. */
void webhook_shipper_hear(webhook_shipper_t *sh, uint64_t change);
uint64_t webhook_shipper_change(webhook_shipper_t *sh);

/* The second machine has something to do at once, even if it WAITs. */
int webhook_shipper_ready(const webhook_shipper_t *sh);

void webhook_shipper_news(webhook_shipper_t *sh,
    webhook_shipper_news_t *news);


#endif /* WEBHOOK_SHIPPER_H */
