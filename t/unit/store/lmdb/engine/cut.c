
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync of what changes
 * much of it at once.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_one.h"
#include "store_task.h"


static void test_migrate(void);
static void test_migrate_three(void);
static void test_migrate_four(void);
static void test_import(void);
static void test_quarantine(void);


int
main(void)
{
    test_migrate();
    test_migrate_three();
    test_migrate_four();
    test_import();
    test_quarantine();

    return tap_done();
}


/* Opens it in a process of its own; that is what is killed. */

static void
migrate_make(void *scene)
{
    util_t  *u = scene;

    static const webhook_lmdb_options_t  few = { .migrate = 7 };

    one_init(u);

    u->own = &few;
}


static void
migrate_act(void *scene)
{
    util_t  *u = scene;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    util_close(u);
}


static int
migrate_sound(void *scene, int whole)
{
    util_t  *u = scene;

    (void) whole;

    u->st = NULL;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        printf("# %s\n", u->text);
        return 0;
    }

    return util_lmdb(u)->format == WEBHOOK_STORE_FORMAT && one_sound(u)
           && util_files(u, "data.mdb.damaged-") == 0;
}


static void
drop(void *scene)
{
    util_free(scene);
}


static void
test_migrate(void)
{
    static const cut_scene_t  scene = {
        "format 1 is opened", sizeof(util_t), migrate_make, migrate_act,
        migrate_sound, drop
    };

    cut_each(&scene);
}


static void
migrate_three_make(void *scene)
{
    util_t  *u = scene;

    static const webhook_lmdb_options_t  few = { .migrate = 7 };

    one_init_file(u, ONE_FILE_3);

    u->own = &few;
}


static void
test_migrate_three(void)
{
    static const cut_scene_t  scene = {
        "format 3 is opened", sizeof(util_t), migrate_three_make, migrate_act,
        migrate_sound, drop
    };

    cut_each(&scene);
}


/* Of what waits the newest come into the index. */

static void
migrate_four_make(void *scene)
{
    util_t  *u = scene;

    static const webhook_lmdb_options_t  few = { .migrate = 50 };

    one_init_file(u, FOUR_FILE);

    u->own = &few;
}


static int
migrate_four_sound(void *scene, int whole)
{
    util_t            *u = scene;
    uint64_t           n;
    unsigned           ordered;
    webhook_filter_t   f;

    if (!migrate_sound(scene, whole)) {
        return 0;
    }

    memset(&f, 0, sizeof(f));

    f.endpoint = util_name("shop");
    f.state = WEBHOOK_PENDING;

    n = task_listed(u, &f, 200, &ordered);

    return n == FOUR_EVENTS && ordered;
}


static void
test_migrate_four(void)
{
    static const cut_scene_t  scene = {
        "format 4 is opened", sizeof(util_t), migrate_four_make, migrate_act,
        migrate_four_sound, drop
    };

    cut_each(&scene);
}


/* What another store had is put, twice. */

#define IMPORTS  6


typedef struct {
    util_t        u;
    webhook_id_t  ids[IMPORTS];
    unsigned      told;                 /* that they are kept */
} import_t;


static webhook_store_result_e
import_put(util_t *u, webhook_id_t id, unsigned n)
{
    webhook_op_t        op;
    webhook_id_t        wire;
    webhook_put_t       put[2];
    webhook_past_t      past[2];
    webhook_attempt_t   attempts[2];

    memset(put, 0, sizeof(put));
    memset(past, 0, sizeof(past));
    memset(attempts, 0, sizeof(attempts));

    wire = id;
    wire.bytes[6] = 0x85;

    util_put_op(&op, &put[0], id, util_name("erp"), "{}", 2);

    attempts[0].number = 1;
    attempts[0].status = 500;
    attempts[1].number = 2;
    attempts[1].status = 200;

    past[0].state = n % 5;
    past[0].sends = 2;
    past[0].finished = UTIL_WALL;
    past[0].attempts = attempts;
    past[0].attempts_count = 2;

    past[1].state = WEBHOOK_DELIVERED;
    past[1].finished = UTIL_WALL;

    put[0].past = &past[0];
    put[1].past = &past[1];
    put[1].endpoint = util_name("crm");

    op.u.put_event.count = 2;
    op.u.put_event.wire = &wire;

    return util_apply(u, &op);
}


static void
import_make(void *scene)
{
    unsigned   i;
    import_t  *m = scene;

    util_init(&m->u);

    for (i = 0; i < IMPORTS; i++) {
        m->ids[i] = util_id(&m->u);
    }

    util_open(&m->u);
    (void) util_endpoint(&m->u, "erp", 10);
    util_close(&m->u);
}


static void
import_act(void *scene)
{
    unsigned   i;
    import_t  *m = scene;

    util_open(&m->u);

    for (i = 0; i < IMPORTS; i++) {
        if (import_put(&m->u, m->ids[i], i) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        m->told = i + 1;
    }

    util_close(&m->u);
}


static int
import_sound(void *scene, int whole)
{
    unsigned                  i, put;
    uint64_t                  rows, faults;
    import_t                 *m = scene;
    webhook_op_t              op;
    webhook_endpoint_stats_t  e;
    webhook_store_result_e    result;

    (void) whole;

    m->u.st = NULL;

    if (util_open(&m->u) != WEBHOOK_STORE_OK) {
        return 0;
    }

    put = 0;

    for (i = 0; i < IMPORTS; i++) {
        result = import_put(&m->u, m->ids[i], i);

        if (result == WEBHOOK_STORE_DUPLICATE) {
            put++;

        } else if (result != WEBHOOK_STORE_OK || i < m->told) {
            return 0;
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = m->ids[i];
        op.u.show.endpoint = util_name("erp");

        (void) util_apply(&m->u, &op);

        if (op.u.show.count != 1 || op.u.show.wire.bytes[6] != 0x85
            || op.u.show.deliveries[0].attempts_count != 2
            || op.u.show.deliveries[0].delivery.state
               != (i % 5 == WEBHOOK_SENDING ? WEBHOOK_PENDING : i % 5))
        {
            return 0;
        }

        webhook_op_free(&op);
    }

    (void) util_stats(&m->u, util_name("crm"), &e);

    return put >= m->told && e.states[WEBHOOK_DELIVERED] == IMPORTS
           && util_check_op(&m->u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
import_drop(void *scene)
{
    import_t  *m = scene;

    util_free(&m->u);
}


static void
test_import(void)
{
    static const cut_scene_t  scene = {
        "what another store had is put", sizeof(import_t), import_make,
        import_act, import_sound, import_drop
    };

    cut_each(&scene);
}


/* A store whose counters, an endpoint and a delivery are damaged. */

#define WAITING  20


static void
quarantine_make(void *scene)
{
    unsigned        i;
    uint64_t        ep;
    util_t         *u = scene;
    webhook_id_t    id;
    unsigned char   key[WEBHOOK_KEY_DELIVERY];

    util_init(u);
    util_open(u);

    ep = util_endpoint(u, "erp", 10);

    for (i = 0; i < WAITING; i++) {
        id = util_put(u, ep, 0);
    }

    webhook_key_delivery(key, &id, ep);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, sizeof(key), "D", 1);

    util_close(u);
    util_open(u);

    webhook_set_u64(key, ep);
    tamper(u, WEBHOOK_DB_ENDPOINTS, key, WEBHOOK_KEY_ENDPOINT, "P", 1);
    tamper(u, WEBHOOK_DB_META, "state", 5, "S", 1);

    /* not closed in order, which would mend it */

    util_abandon(u);
}


static void
quarantine_act(void *scene)
{
    uint64_t       ep;
    util_t        *u = scene;
    webhook_op_t   op;

    util_open(u);

    ep = util_endpoint(u, "erp", 100);

    (void) util_claim(u, &op, &ep, 100);

    util_close(u);
}


static int
quarantine_sound(void *scene, int whole)
{
    uint64_t       ep;
    uint32_t       n;
    util_t        *u = scene;
    webhook_op_t   op;

    (void) whole;

    u->st = NULL;

    if (util_open(u) != WEBHOOK_STORE_OK
        || util_files(u, "data.mdb.damaged-") != 0)
    {
        return 0;
    }

    ep = util_endpoint(u, "erp", 100);

    n = util_claim(u, &op, &ep, 100);

    webhook_op_free(&op);

    /* the counters, the endpoint, the delivery: each once */

    return n == WAITING - 1 && util_stats(u, 0, NULL).quarantine == 3
           && util_check(u, "quarantine");
}


static void
test_quarantine(void)
{
    static const cut_scene_t  scene = {
        "damaged rows are put into quarantine", sizeof(util_t),
        quarantine_make, quarantine_act, quarantine_sound, drop
    };

    cut_each(&scene);
}
