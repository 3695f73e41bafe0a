
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A node on which events never end: it takes what a dead one had all the same, and
 * sees to what else there is to do.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"


#define EVENTS  60


static sh_node_t    *a, *b;


static int
busy(void)
{
    (void) sh_put(b, 0);

    return 1;
}


int
main(void)
{
    unsigned     i;
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
        (void) sh_put(a, 0);
    }

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed WHERE node = 1")
                    == EVENTS), "what waits on one is in the cluster");

    a->stopped = 1;

    i = sh_until(busy() && sh_news(b).taken >= EVENTS);

    tap_ok(i,
           "it stands still, and the other one is busy, and takes them: %llu",
           (unsigned long long) sh_news(b).taken);

    printf("# sent %u, shipped %llu\n", sh_sent_count,
           (unsigned long long) sh_news(b).shipped);

    sh_remove(a);
    sh_remove(b);

    return tap_done();
}
