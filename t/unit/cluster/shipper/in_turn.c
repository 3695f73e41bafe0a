
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys that are in order for all nodes: what happens on one node after the other
 * is sent in this order, though one of them stands still, and comes back.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"


#define EVENTS  60
#define KEYS    2


static sh_node_t    *nodes[SH_NODES];
static webhook_id_t  ids[EVENTS];
static unsigned      made;


/* Is its place known to the cluster? */

static int
told(sh_node_t *n, const webhook_id_t *id)
{
    webhook_op_t         op;
    webhook_ship_have_t  have;

    memset(&op, 0, sizeof(op));
    memset(&have, 0, sizeof(have));

    have.event = *id;
    have.endpoint = n->ep;

    op.type = WEBHOOK_OP_SHIP_HAVE;
    op.u.ship_have.have = &have;
    op.u.ship_have.count = 1;

    return util_apply(&n->u, &op) == WEBHOOK_STORE_OK && have.told;
}


/* One after the other, at each of these nodes; 1 if the cluster knows all of
   them. */

static int
make(unsigned count, sh_node_t **at, unsigned at_count)
{
    unsigned       i, known;
    webhook_op_t   op;
    webhook_put_t  p;
    sh_node_t     *n;

    for (known = 0, i = 0; i < count && made < EVENTS; i++, made++) {
        n = at[i % at_count];

        sh_time(n);

        memset(&p, 0, sizeof(p));
        ids[made] = util_id(&n->u);
        util_put_op(&op, &p, ids[made], n->ep, "{}", 2);
        util_str(&p.order, made % KEYS ? "b" : "a");
        p.ordered = 1;

        (void) util_apply(&n->u, &op);

        known += sh_until(told(n, &ids[made]));
    }

    return known == count;
}


static unsigned
sent(void)
{
    unsigned  i, n;

    for (n = 0, i = 0; i < made; i++) {
        n += sh_times(&ids[i]) != 0;
    }

    return n;
}


/* Were those of each key sent in the order in which they were made, each once? */

static int
in_order(void)
{
    unsigned  i, k, wrong, last[KEYS];

    memset(last, 0, sizeof(last));

    for (wrong = 0, i = 0; i < sh_sent_count; i++) {

        for (k = 0; k < made && memcmp(&ids[k], &sh_sent[i], 16) != 0; k++) {
            /* void */
        }

        /* by their number from 1 */

        if (k == made || k / KEYS + 1 != last[k % KEYS] + 1) {
            printf("# event %u is sent, of a key that was at %u\n", k,
                   last[k % KEYS]);
            wrong++;
        }

        last[k % KEYS] = k / KEYS + 1;
    }

    return wrong == 0 && sh_sent_count == made;
}


int
main(void)
{
    unsigned      i;
    const char   *dir;
    static char   names[SH_NODES][4] = { "n1", "n2", "n3" };

    cl_cluster();
    dir = pg_proxy();

    pg_do("UPDATE webhook.cluster SET beat = 500");

    for (i = 0; i < SH_NODES; i++) {
        nodes[i] = sh_node((int) i, names[i], dir);
    }

    tap_ok(sh_until(sh_news(nodes[0]).settled && sh_news(nodes[1]).settled
                    && sh_news(nodes[2]).settled), "three nodes join");

    tap_ok(make(18, nodes, 3), "events at one node after the other");
    tap_ok(sh_until(sent() == made) && in_order(), "are sent in this order");

    /* some of a node that does not get to send them */

    nodes[1]->holds = 1;
    tap_ok(make(12, nodes, 3), "more of them, of which a node does not send its");
    sh_pass(500);
    tap_ok(sent() < made && sh_news(nodes[0]).ordered == KEYS,
           "those behind them wait");
    nodes[1]->stopped = 1;
    tap_ok(sh_until(sent() == made) && in_order(),
           "it stands still: others take them, and all are in order");

    nodes[1]->stopped = 0;
    nodes[1]->holds = 0;
    tap_ok(sh_until(sh_news(nodes[1]).settled && sh_news(nodes[1]).moved),
           "it goes on");
    tap_ok(make(9, nodes, 3) && sh_until(sent() == made) && in_order(),
           "more of them are in order");

    tap_ok(sh_until(sh_news(nodes[0]).ordered + sh_news(nodes[1]).ordered
                    + sh_news(nodes[2]).ordered == 0), "no key waits");

    for (i = 0; i < SH_NODES; i++) {
        (void) util_check(&nodes[i]->u, names[i]);
        sh_remove(nodes[i]);
    }

    return tap_done();
}
