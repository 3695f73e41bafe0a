
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a node of a cluster is killed at every write and every
 * sync while it ships.  What the cluster was told of is never sent behind the
 * fence's back, nothing that was kept is lost, and in the end the cluster has
 * all as it is.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_util.h"
#include "store_ship.h"


#define EVENTS  6
#define GUESTS  2


/* What the cluster has; shared with the process that is killed. */

typedef struct {
    uint64_t         seq;               /* the last number it took */
    uint64_t         epoch;
    int              told[EVENTS + GUESTS];     /* of it, ... */
    webhook_state_e  state[EVENTS + GUESTS];    /* in this state */
} cluster_t;


typedef struct {
    util_t        u;
    uint64_t      ep;
    webhook_id_t  ids[EVENTS + GUESTS];
    cluster_t     cluster;
    unsigned      kept;                 /* events that were answered */
    unsigned      taken;
    unsigned      sent;                 /* of what was told of, with a shut
                                           fence */
} node_t;


static int
node_which(const node_t *n, const webhook_id_t *id)
{
    int  i;

    for (i = 0; i < EVENTS + GUESTS; i++) {
        if (memcmp(&n->ids[i], id, sizeof(webhook_id_t)) == 0) {
            return i;
        }
    }

    return -1;
}


/* One shipment: the cluster takes all of it, then the node is told so. */

static int
node_ship(node_t *n)
{
    int           which;
    uint32_t      i;
    uint64_t      from, to;
    webhook_op_t  op;

    if (ship_number(&n->u, &op, 3, 1) == UINT32_MAX) {
        return -1;
    }

    from = op.u.ship_number.from;
    to = op.u.ship_number.to;

    for (i = 0; i < op.u.ship_number.count; i++) {
        which = node_which(n, &op.u.ship_number.entries[i].id);

        if (which >= 0) {
            n->cluster.told[which] = 1;
            n->cluster.state[which] = ship_show(&n->u, n->ids[which],
                                                n->ep).state;
        }
    }

    webhook_op_free(&op);

    if (from > n->cluster.seq) {
        return -1;
    }

    n->cluster.seq = to;

    return ship_done(&n->u, to) == WEBHOOK_STORE_OK ? from != to : -1;
}


static int
node_ship_all(node_t *n)
{
    int  rc;

    do {
        rc = node_ship(n);
    } while (rc == 1);

    return rc;
}


/* Sends what may be sent; with the outcome. */

static void
node_send(node_t *n, unsigned most, webhook_outcome_e outcome, int shut)
{
    int           which;
    uint64_t      token;
    webhook_id_t  id;

    while (most--) {
        token = ship_claim(&n->u, n->ep, &id, NULL);

        if (token == 0) {
            return;
        }

        which = node_which(n, &id);

        if (shut && which >= 0 && n->cluster.told[which]) {
            n->sent++;
        }

        (void) util_complete(&n->u, id, n->ep, token, outcome, 0);
    }
}


static void
node_join(node_t *n, uint64_t epoch)
{
    unsigned  i;

    if (n->cluster.epoch != epoch) {
        n->cluster.epoch = epoch;
        n->cluster.seq = 0;

        for (i = 0; i < EVENTS + GUESTS; i++) {
            n->cluster.told[i] = 0;
        }
    }

    if (ship_epoch(&n->u, epoch) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    if (n->cluster.seq == 0) {
        n->cluster.seq = ship_state(&n->u).confirmed;
    }
}


static void
node_make(void *scene)
{
    unsigned  i;
    node_t   *n = scene;

    ship_init(&n->u);

    n->u.wall = UTIL_WALL;

    for (i = 0; i < EVENTS + GUESTS; i++) {
        n->ids[i] = util_id(&n->u);
    }

    util_open(&n->u);
    n->ep = util_endpoint(&n->u, "erp", 10);
    util_close(&n->u);
}


static void
node_put(node_t *n, unsigned i, const char *key)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    util_put_op(&op, &p, n->ids[i], n->ep, "{}", 2);

    if (key) {
        util_str(&p.order, key);
    }

    if (util_apply(&n->u, &op) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    n->kept = i + 1;
}


static void
node_act(void *scene)
{
    unsigned      i;
    node_t       *n = scene;
    webhook_op_t  op;

    util_open(&n->u);

    node_join(n, 7);

    for (i = 0; i < 3; i++) {
        node_put(n, i, i ? "po-17" : NULL);
    }

    pass(&n->u, 2000);

    if (node_ship_all(n) != 0) {
        _exit(1);
    }

    node_send(n, 3, WEBHOOK_RETRY, 1);

    (void) ship_fence(&n->u, 60000);
    node_send(n, 1, WEBHOOK_RETRY, 0);
    node_send(n, 1, WEBHOOK_DONE, 0);
    (void) ship_fence(&n->u, 0);

    for ( /* void */ ; i < EVENTS; i++) {
        node_put(n, i, NULL);
    }

    node_send(n, 1, WEBHOOK_DONE, 1);

    for (i = 0; i < GUESTS; i++) {
        if (ship_take(&n->u, n->ids[EVENTS + i], n->ep, i, 0, 0)
            != WEBHOOK_STORE_OK)
        {
            _exit(1);
        }

        n->cluster.told[EVENTS + i] = 1;
        n->cluster.state[EVENTS + i] = WEBHOOK_PENDING;
        n->taken = i + 1;
    }

    pass(&n->u, 2000);

    /* numbered, and the cluster is away; then it is not */

    (void) ship_number(&n->u, &op, 2, 1);
    webhook_op_free(&op);
    (void) ship_back(&n->u);

    node_send(n, 1, WEBHOOK_RETRY, 1);

    if (node_ship(n) < 0) {
        _exit(1);
    }

    n->cluster.told[1] = 1;
    n->cluster.state[1] = WEBHOOK_DELIVERED;

    (void) ship_settle(&n->u, n->ids[1], n->ep, WEBHOOK_SHIP_FINISHED,
                       WEBHOOK_DELIVERED);

    if (node_ship_all(n) != 0) {
        _exit(1);
    }

    /* another epoch */

    node_join(n, 8);

    if (node_ship_all(n) != 0) {
        _exit(1);
    }

    util_close(&n->u);
}


static int
node_sound(void *scene, int whole)
{
    unsigned             i;
    uint64_t             rows, faults;
    node_t              *n = scene;
    webhook_delivery_t   d;

    (void) whole;

    n->u.st = NULL;

    if (n->sent || util_open(&n->u) != WEBHOOK_STORE_OK
        || util_check_op(&n->u, &rows, &faults) != WEBHOOK_STORE_OK
        || faults)
    {
        return 0;
    }

    /* a process that died leaves the fence as it was */

    (void) ship_fence(&n->u, 0);

    pass(&n->u, 100000);

    node_send(n, 100, WEBHOOK_RELEASE, 1);

    if (n->sent) {
        return 0;
    }

    /* the node goes on, and all comes to its end */

    node_join(n, n->cluster.epoch ? n->cluster.epoch : 7);

    if (ship_state(&n->u).confirmed < n->cluster.seq
        && ship_done(&n->u, n->cluster.seq) != WEBHOOK_STORE_OK)
    {
        return 0;
    }

    (void) ship_fence(&n->u, 3600000);
    node_send(n, 100, WEBHOOK_DONE, 0);
    pass(&n->u, 10);

    if (node_ship_all(n) != 0) {
        return 0;
    }

    for (i = 0; i < EVENTS + GUESTS; i++) {
        d = ship_show(&n->u, n->ids[i], n->ep);

        if (i < EVENTS ? i >= n->kept : i - EVENTS >= n->taken) {

            /* it may be there */

            continue;
        }

        if (d.state != WEBHOOK_DELIVERED || !n->cluster.told[i]
            || n->cluster.state[i] != WEBHOOK_DELIVERED)
        {
            printf("# event %u: %u here, %u %u there\n", i, d.state,
                   n->cluster.told[i], n->cluster.state[i]);
            return 0;
        }
    }

    return util_check_op(&n->u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
node_drop(void *scene)
{
    node_t  *n = scene;

    util_free(&n->u);
}


int
main(void)
{
    static const cut_scene_t  scene = {
        "a node ships", sizeof(node_t), node_make, node_act, node_sound,
        node_drop
    };

    cut_each(&scene);

    return tap_done();
}
