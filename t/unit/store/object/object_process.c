
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: objects that several processes change.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


#define PROCESSES  3
#define CHANGES    40                   /* of each */


static void test_race(void);
static void test_once(void);
static void test_news(void);


int
main(void)
{
    test_race();
    test_once();
    test_news();

    return tap_done();
}


/* Runs it in so many processes, each with the store open; 1 if all came to
   their end. */

static int
run(util_t *u, unsigned count, int (*child)(util_t *u, unsigned n))
{
    int       status, well;
    pid_t     pid[PROCESSES];
    unsigned  i;

    fflush(stdout);

    for (i = 0; i < count; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            u->st = NULL;

            if (util_open(u) != WEBHOOK_STORE_OK) {
                _exit(1);
            }

            status = child(u, i);

            util_close(u);
            _exit(status);
        }
    }

    well = 1;

    for (i = 0; i < count; i++) {
        well &= pid[i] > 0 && waitpid(pid[i], &status, 0) == pid[i]
                && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    return well;
}


/* Each reads, and writes what it made of that. */

static int
race(util_t *u, unsigned n)
{
    char                     data[32];
    unsigned                 i, tries;
    uint64_t                 version;
    webhook_op_t             op;
    webhook_store_result_e   result;
    const webhook_object_t  *o;

    (void) n;

    for (i = 0, tries = 0; i < CHANGES && tries < 100000; tries++) {

        o = object_get(u, &op, "ep_1");

        if (o == NULL) {
            return 1;
        }

        version = o->version;

        snprintf(data, sizeof(data), "%llu ", (unsigned long long)
                 strtoull((char *) o->data.data, NULL, 10) + 1);

        webhook_op_free(&op);

        result = object_change(u, "ep_1", "a", "erp", data, version);

        if (result == WEBHOOK_STORE_OK) {
            i++;

        } else if (result != WEBHOOK_STORE_STALE) {
            return 1;
        }
    }

    return i != CHANGES;
}


static void
test_race(void)
{
    util_t                   u;
    webhook_op_t             op;
    const webhook_object_t  *o;

    util_init(&u);

    u.clock = 0;

    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "0 ");

    util_close(&u);

    tap_ok(run(&u, PROCESSES, race), "processes change an object");

    util_open(&u);

    o = object_get(&u, &op, "ep_1");

    tap_ok(o && o->version == PROCESSES * CHANGES + 1
           && strtoull((char *) o->data.data, NULL, 10)
              == PROCESSES * CHANGES, "and none writes over another");

    webhook_op_free(&op);

    util_check(&u, "a race");
    util_free(&u);
}


/* All ask for the same with the same keys, and no id twice. */

static int
once(util_t *u, unsigned n)
{
    char          id[32], name[32];
    unsigned      i;
    webhook_op_t  op;

    for (i = 0; i < CHANGES; i++) {
        snprintf(id, sizeof(id), "ep_%u_%u", n, i);
        snprintf(name, sizeof(name), "%u", i);

        object_op(&op, id, "a", name, "");
        object_once(&op.u.object.once, 1, i, 1, id);
        util_str(&op.u.object.audit, "made");

        if (util_apply(u, &op) != WEBHOOK_STORE_OK
            && (op.result != WEBHOOK_STORE_DUPLICATE
                || !op.u.object.once.known
                || op.u.object.once.first.len < 6))
        {
            return 1;
        }

        webhook_op_free(&op);
    }

    return 0;
}


static void
test_once(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);

    u.clock = 0;

    util_open(&u);
    util_close(&u);

    tap_ok(run(&u, PROCESSES, once), "processes ask for the same");

    util_open(&u);

    object_changes(&u, &op, 0, 1000);

    tap_ok(op.u.changes.count == CHANGES && op.u.changes.last == CHANGES,
           "each is made once");

    webhook_op_free(&op);

    object_audit(&u, &op, "a", 1000);

    tap_ok(op.u.audit.count == CHANGES, "which is recorded once");

    webhook_op_free(&op);

    util_check(&u, "the same");
    util_free(&u);
}


/* What a tool changes, others hear of. */

static int
change(util_t *u, unsigned n)
{
    (void) n;

    return object_make(u, "ep_1", "a", "erp", "1") != WEBHOOK_STORE_OK;
}


static void
test_news(void)
{
    util_t                u, tool;
    webhook_op_t          op;
    webhook_store_news_t  news;

    util_init(&u);

    u.clock = 0;

    util_open(&u);

    webhook_store_news(u.st, &news);

    tap_ok(news.change == 0, "nothing was changed");

    tool = u;
    tool.admin = 1;

    tap_ok(run(&tool, 1, change), "a tool changes something");

    (void) util_takeover(&u);

    webhook_store_news(u.st, &news);

    tap_ok(news.change == 1, "who reads next hears of it");

    object_changes(&u, &op, 0, 10);

    tap_ok(op.u.changes.count == 1
           && object_is(&op.u.changes.objects[0].id, "ep_1"), "and finds it");

    webhook_op_free(&op);

    util_free(&u);
}
