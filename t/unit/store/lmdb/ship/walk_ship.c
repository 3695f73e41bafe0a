
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a node of a cluster at random.  Events are put, sent, tried
 * again, cancelled, purged and forgotten; they are shipped to a cluster whose
 * answers get lost or which is away; the process dies, the machine boots, the
 * cluster is restored, gives and takes.  Whatever happens
 *
 *   - what the cluster may know of is leased only where the fence allows it,
 *   - it knows of nothing that is leased ahead,
 *   - the store is sound,
 *   - once all is told, the cluster has each delivery as it is here.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "ship_walk.h"


static void
step_put(void)
{
    char           key[8];
    thing_t       *x;
    webhook_op_t   op;
    webhook_put_t  p;

    if (things_count == WALK_EVENTS) {
        return;
    }

    x = &things[things_count++];

    memset(x, 0, sizeof(thing_t));
    memset(&p, 0, sizeof(p));

    x->id = util_id(&u);
    x->ep = eps[any(WALK_ENDPOINTS)];

    util_put_op(&op, &p, x->id, x->ep, "{}", 2);

    p.lease = any(3) == 0;
    p.delay = any(5) ? 0 : any(20000);

    if (any(3) == 0) {
        snprintf(key, sizeof(key), "%u", any(4));
        util_str(&p.order, key);
    }

    (void) util_apply(&u, &op);

    x->token = p.lease_token;
}


static void
step_claim(void)
{
    uint64_t      ep, token;
    webhook_id_t  id;

    ep = eps[any(WALK_ENDPOINTS)];

    token = ship_claim(&u, ep, &id, NULL);

    if (token) {
        leased(&id, token, 0);
    }
}


static void
step_complete(void)
{
    unsigned  i, from;
    thing_t  *x;

    if (things_count == 0) {
        return;
    }

    from = any(things_count);

    for (i = 0; i < things_count; i++) {
        x = &things[(from + i) % things_count];

        if (x->token && (!x->ahead || any(4) == 0)) {
            complete(x);
            return;
        }
    }
}


/* Ships some; "how": 0: all is well; 1: it was applied, and nobody was told;
   2: it was not, for sure; 3: the same, and nothing is given back. */

static void
step_ship(unsigned how, unsigned max)
{
    uint32_t               i;
    uint64_t               from, to;
    thing_t               *x;
    webhook_op_t           op;
    webhook_state_e        state;
    webhook_ship_entry_t  *e;

    if (ship_number(&u, &op, max, any(4) != 0 || how == 0)
        == UINT32_MAX)
    {
        broken++;
        return;
    }

    from = op.u.ship_number.from;
    to = op.u.ship_number.to;

    if (from > seq) {
        printf("# entries are missing\n");
        broken++;
    }

    if (from < seq) {

        /* the cluster had more than the node was told */

        webhook_op_free(&op);
        broken += ship_done(&u, seq) != WEBHOOK_STORE_OK;
        return;
    }

    for (i = 0; i < op.u.ship_number.count; i++) {
        e = &op.u.ship_number.entries[i];

        x = thing_find(&e->id);

        if (x == NULL) {
            continue;
        }

        if (e->kind == WEBHOOK_SHIP_DELIVERY && e->fresh && x->told) {
            printf("# %u: what was told of is fresh (number %llu, confirmed "
                   "%llu, %llu)\n", (unsigned) (x - things),
                   (unsigned long long) e->number, (unsigned long long) from,
                   (unsigned long long) seq);
            broken++;
        }

        if (how >= 2) {
            x->maybe |= how == 3 && e->kind == WEBHOOK_SHIP_DELIVERY;
            continue;
        }

        shipped++;

        if (e->kind == WEBHOOK_SHIP_PURGED) {
            x->told = 0;
            continue;
        }

        state = ship_show(&u, x->id, x->ep).state;

        if (e->kind == WEBHOOK_SHIP_EVENT
            && open_state(state) == WEBHOOK_PENDING)
        {
            continue;
        }

        x->told = 1;
        x->state = state;
    }

    webhook_op_free(&op);

    if (how < 2 && to > seq) {
        seq = to;
    }

    if (how == 0) {
        broken += ship_done(&u, seq) != WEBHOOK_STORE_OK;
    }

    if (how == 2 && ship_state(&u).confirmed == seq) {
        (void) ship_back(&u);

        for (i = 0; i < things_count; i++) {
            things[i].maybe = 0;
        }
    }
}


static void
step_fence(void)
{
    uint64_t  left;

    left = any(4) ? 20000 + any(60000) : 0;

    broken += ship_fence(&u, left) != WEBHOOK_STORE_OK;

    if (left == 0 || u.clock + left > fence) {
        fence = left ? u.clock + left : 0;
    }
}


static void
step_hand(void)
{
    thing_t       *x;
    webhook_op_t   op;

    x = thing_any();

    if (x == NULL) {
        return;
    }

    memset(&op, 0, sizeof(op));

    switch (any(4)) {

    case 0:
        op.type = WEBHOOK_OP_PURGE;
        op.u.purge.id = x->id;

        if (util_apply(&u, &op) == WEBHOOK_STORE_OK) {
            x->purged = 1;
        }

        return;

    case 1:
        op.type = WEBHOOK_OP_CANCEL;
        break;

    default:
        op.type = WEBHOOK_OP_RETRY;
        op.u.delivery.again = any(2);
        break;
    }

    op.u.delivery.event = x->id;
    op.u.delivery.endpoint = x->ep;

    (void) util_apply(&u, &op);
}


/* The cluster says something of what it knows, or gives something. */

static void
step_told(void)
{
    thing_t  *x;

    if (any(3) == 0 && things_count < WALK_EVENTS) {
        x = &things[things_count++];

        memset(x, 0, sizeof(thing_t));

        x->id = util_id(&u);
        x->ep = eps[any(WALK_ENDPOINTS)];

        if (ship_take(&u, x->id, x->ep, any(4), any(2) ? 1 + any(3) : 0,
                      1 + any(100)) == WEBHOOK_STORE_OK)
        {
            x->told = 1;
            x->state = WEBHOOK_PENDING;
        }

        return;
    }

    x = thing_any();

    if (x == NULL || !x->told || x->purged) {
        return;
    }

    if (any(2)) {

        if (ship_settle(&u, x->id, x->ep, WEBHOOK_SHIP_FINISHED,
                        WEBHOOK_DELIVERED + any(3)) == WEBHOOK_STORE_OK)
        {
            x->state = ship_show(&u, x->id, x->ep).state;
        }

    } else if (ship_settle(&u, x->id, x->ep, WEBHOOK_SHIP_MOVED, 0)
               == WEBHOOK_STORE_OK)
    {
        x->state = WEBHOOK_CANCELLED;

        if (any(2)
            && ship_take(&u, x->id, x->ep, 1, 0, 0) == WEBHOOK_STORE_OK)
        {
            x->state = WEBHOOK_PENDING;
        }
    }
}


static void
step_open(void)
{
    unsigned  i;

    (void) util_open(&u);

    for (i = 0; i < WALK_ENDPOINTS; i++) {
        char  name[8];

        snprintf(name, sizeof(name), "ep-%u", i);
        eps[i] = util_endpoint(&u, name, 4);
    }
}


static void
step_end(void)
{
    unsigned     i;
    static char  boot[32];

    if (any(2)) {
        util_abandon(&u);

    } else {
        util_close(&u);
    }

    if (any(4) == 0) {
        snprintf(boot, sizeof(boot), "boot-%u", any(1000000));
        u.boot = boot;
        u.clock = 5000;
        fence = 0;
    }

    for (i = 0; i < things_count; i++) {
        things[i].token = 0;
        things[i].ahead = 0;
    }

    step_open();
}


/* The cluster was restored from a copy. */

static void
step_epoch(void)
{
    unsigned  i;

    broken += ship_epoch(&u, ++epoch) != WEBHOOK_STORE_OK;

    for (i = 0; i < things_count; i++) {
        things[i].told = 0;
        things[i].maybe = 0;
    }

    seq = ship_state(&u).confirmed;
    fence = 0;
}


static void
step(void)
{
    unsigned  n;

    n = any(1000);

    if (n < 250) {
        step_put();

    } else if (n < 450) {
        step_claim();

    } else if (n < 640) {
        step_complete();

    } else if (n < 740) {
        step_ship(any(4) == 0 ? 1 + any(3) : 0, 1 + any(20));

    } else if (n < 790) {
        step_fence();

    } else if (n < 900) {
        pass(&u, any(1500));

    } else if (n < 945) {
        step_hand();

    } else if (n < 980) {
        step_told();

    } else if (n < 990) {
        (void) util_expire(&u, 100, NULL);

    } else if (n < 998) {
        step_end();

    } else {
        step_epoch();
    }
}


static int
sound(void)
{
    uint64_t  rows, faults;

    return util_check_op(&u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


/* All is told: is the cluster's picture right? */

static unsigned
wrong(void)
{
    uint64_t             last;
    unsigned             i, n;
    webhook_delivery_t   d;

    if (ship_done(&u, seq) != WEBHOOK_STORE_OK) {
        return 1;
    }

    /* what is leased ahead goes back, and what is sent gets a number */

    for (i = 0; i < things_count; i++) {
        if (things[i].ahead) {
            complete(&things[i]);
        }
    }

    (void) ship_fence(&u, 10 * WALK_LEASE);

    pass(&u, 5000);

    for (i = 0; i < 3; i++) {

        do {
            last = seq;
            step_ship(0, 100);
            pass(&u, 1);
        } while (last != seq);

        /* what had a delay may be due since a moment */

        pass(&u, 2000);
    }

    n = 0;

    for (i = 0; i < things_count; i++) {
        d = ship_show(&u, things[i].id, things[i].ep);

        if (d.endpoint == 0) {

            /* purged, or forgotten after it was told */

            n += things[i].purged && things[i].told;
            continue;
        }

        if (!things[i].told || open_state(things[i].state)
                               != open_state(d.state))
        {
            printf("# %u: %s here, %s %s there; number %llu\n", i,
                   webhook_state_name(d.state),
                   things[i].told ? "told" : "not told",
                   webhook_state_name(things[i].state),
                   (unsigned long long) d.number);
            n++;
        }
    }

    return n;
}


static void
walk(unsigned start)
{
    unsigned  i, unsound;

    seed = start;
    things_count = 0;
    fence = 0;
    epoch = 0;
    broken = 0;
    leases = 0;
    stocked = 0;
    took = 0;
    shipped = 0;
    unsound = 0;

    ship_init(&u);
    u.keep = 300000;

    step_open();
    step_epoch();

    for (i = 0; i < WALK_STEPS && !broken && !unsound; i++) {
        step();

        if (i % 400 == 399) {
            unsound += !sound();
        }
    }

    tap_ok(broken == 0, "walk %u: the fence holds (%u leases, %u ahead of "
           "which %u were sent, %u shipped, %u steps)", start, leases, stocked,
           took, shipped, i);
    tap_ok(unsound == 0, "walk %u: the store is sound", start);
    tap_ok(wrong() == 0 && broken == 0,
           "walk %u: the cluster has all as it is", start);
    tap_ok(sound(), "walk %u: and it is sound then", start);

    util_free(&u);
}


int
main(void)
{
    unsigned     i, from, n;
    const char  *text;

    /* WEBHOOK_TEST_WALKS=N, or FROM-TO */

    text = getenv("WEBHOOK_TEST_WALKS");

    from = 1;
    n = 6;

    if (text && sscanf(text, "%u-%u", &from, &n) == 1) {
        n = from;
        from = 1;
    }

    for (i = from; i <= n; i++) {
        walk(i);
    }

    return tap_done();
}
