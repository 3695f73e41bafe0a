
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the cluster might not take, and has to: an event with more deliveries than a
 * batch has places; many events that have some each; and what belongs to a partition
 * that is not there, which is made.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "shipper_util.h"
#include "cluster/shipper/webhook_shipper_int.h"


#define LARGE  (WEBHOOK_CLUSTER_BATCH + 500)
#define SOME   30
#define MANY   100


static sh_node_t  *a;
static uint64_t    endpoints[LARGE];


/* An event for so many of them, which is delivered to all. */

static webhook_id_t
event(unsigned count, int done)
{
    unsigned              i;
    webhook_id_t          id;
    webhook_op_t          op;
    static webhook_put_t  puts[LARGE];

    sh_time(a);
    memset(puts, 0, sizeof(puts));

    id = util_id(&a->u);

    util_put_op(&op, puts, id, endpoints[0], "{}", 2);
    op.u.put_event.count = count;

    for (i = 0; i < count; i++) {
        puts[i].endpoint = endpoints[i];
        puts[i].lease = done ? 1 : 0;
        puts[i].delay = done ? 0 : 3600000;
    }

    if (util_apply(&a->u, &op) != WEBHOOK_STORE_OK) {
        printf("# an event is not taken\n");
    }

    for (i = 0; done && i < count; i++) {
        (void) util_complete(&a->u, id, endpoints[i], puts[i].lease_token,
                             WEBHOOK_DONE, 0);
    }

    return id;
}


static void
test_large(void)
{
    (void) event(LARGE, 1);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history")
                    == LARGE || sh_news(a).refused)
           && sh_news(a).refused == 0,
           "an event with %d deliveries is history", LARGE);

    (void) event(LARGE, 0);

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.owed") == LARGE
                    || sh_news(a).refused)
           && sh_news(a).refused == 0, "one that is open is owed");
}


static void
test_many(void)
{
    int       i;
    uint64_t  before;

    pg_stop(SIGINT);
    (void) sh_until(sh_news(a).away);

    for (i = 0; i < MANY; i++) {
        (void) event(SOME, 1);
    }

    tap_ok(pg_start(), "the cluster was away, while much came to be told");

    before = sh_news(a).failures;

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history")
                    == LARGE + SOME * MANY), "it is told");
    tap_ok(sh_news(a).refused == 0 && sh_news(a).failures - before < 20,
           "in batches of which none is too large");
    tap_ok(a->sh->limit == a->sh->o.batch, "and that are not made smaller");
}


static void
test_part(void)
{
    webhook_id_t  id;

    pg_do("DO $$ DECLARE t text; BEGIN FOR t IN SELECT c.relname FROM"
          " pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE"
          " c.relkind = 'r' AND c.relname ~ '^(history|event)_'"
          " LOOP EXECUTE 'DROP TABLE webhook.' || t; END LOOP; END $$");

    tap_ok(pg_number("SELECT count(*) FROM webhook.history") == 0,
           "partitions are gone");

    a->sh->tidied = 0;
    id = event(1, 1);
    (void) id;

    tap_ok(sh_until(pg_number("SELECT count(*) FROM webhook.history") == 1
                    || sh_news(a).refused),
           "what belongs there is there, once they are made");
    tap_ok(sh_news(a).refused == 0, "and was not refused meanwhile");
    tap_ok(pg_number("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND"
                     " relname ~ '^history_'")
           == pg_number("SELECT (made_to - made_from) / width FROM"
                        " webhook.cluster"), "all of them");
}


int
main(void)
{
    int          i;
    char         name[16];
    const char  *dir;

    cl_cluster();
    dir = pg_proxy();
    sh_loud = getenv("LOUD") != NULL;

    pg_do("UPDATE webhook.cluster SET beat = 500");

    a = sh_node(0, "n1", dir);
    a->holds = 1;

    for (i = 0; i < LARGE; i++) {
        snprintf(name, sizeof(name), "ep%d", i);
        endpoints[i] = util_endpoint(&a->u, name, 1000);
    }

    tap_ok(sh_until(sh_news(a).settled), "a node joins");

    test_large();
    test_many();
    test_part();

    util_check(&a->u, "the node's store");

    sh_remove(a);

    return tap_done();
}
