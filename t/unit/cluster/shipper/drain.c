
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A node that is alive is drained while it sends: another one sends the rest, and
 * each is sent once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"


#define EVENTS  1500


static sh_node_t    *a, *b;
static webhook_id_t  ids[EVENTS];


static unsigned
sent(unsigned *most)
{
    unsigned  i, k, n;

    *most = 0;

    for (n = 0, i = 0; i < EVENTS; i++) {
        k = sh_times(&ids[i]);
        n += k != 0;
        *most = k > *most ? k : *most;
    }

    return n;
}


int
main(void)
{
    unsigned     i, most;
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();
    sh_loud = getenv("LOUD") != NULL;

    pg_do("UPDATE webhook.cluster SET beat = 500");

    a = sh_node(0, "n1", dir);
    b = sh_node(1, "n2", dir);

    tap_ok(sh_until(sh_news(a).settled && sh_news(b).settled),
           "two nodes join");

    a->holds = 1;

    for (i = 0; i < EVENTS; i++) {
        ids[i] = sh_put(a, 0);
    }

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == EVENTS),
           "what waits on one is in the cluster");

    a->holds = 0;

    tap_ok(pg_number("SELECT webhook.drain('n1', false)") == -2,
           "it is drained, and lives");

    tap_ok(sh_until(sh_sent_count >= EVENTS
                    && pg_number("SELECT count(*) FROM webhook.owed") == 0),
           "all are sent");

    i = sent(&most);

    tap_ok(i == EVENTS, "all %u of them", i);
    tap_ok(most == 1 && sh_sent_count == EVENTS,
           "each once: %u sends, %u of one at most", sh_sent_count, most);
    tap_ok(sh_news(b).taken > 0 && sh_news(a).taken == 0,
           "the other one took %llu, and it none itself (%llu)",
           (unsigned long long) sh_news(b).taken,
           (unsigned long long) sh_news(a).taken);

    util_check(&a->u, "the first node's store");
    util_check(&b->u, "the second node's store");

    sh_remove(a);
    sh_remove(b);

    return tap_done();
}
