
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 1 is brought to the format of today, and
 * all that was in it is there.  What is in it: store_one.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"


static void test_old(void);
static void test_events(void);
static void test_times(void);
static void test_rest(void);
static void test_sends(void);
static void test_others(void);
static void test_unfinished(void);


int
main(void)
{
    test_old();
    test_events();
    test_times();
    test_rest();
    test_sends();
    test_others();
    test_unfinished();

    return tap_done();
}


static uint32_t
list(util_t *u, uint64_t since, uint64_t until, webhook_id_t *first)
{
    uint32_t      count;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 1000;
    op.u.list.filter.since = since;
    op.u.list.filter.until = until;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return UINT32_MAX;
    }

    count = op.u.list.count;

    if (count && first) {
        *first = op.u.list.deliveries[0].event;
    }

    webhook_op_free(&op);

    return count;
}


/* Deliveries in the file: of 15 events one has none and one three. */

#define DELIVERIES  (ONE_KINDS * (ONE_EVENTS + 1))


/* Tools read an older store, and do not write to it. */

static void
test_old(void)
{
    util_t        u;
    uint64_t      rows, faults;
    webhook_op_t  op;

    one_init(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "format 1 can be read");
    tap_ok(list(&u, 0, 0, NULL) == DELIVERIES, "all of it is listed");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = one_id(2, ONE_DELIVERED);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.show.deliveries[0].attempts_count == 2, "and shown");

    webhook_op_free(&op);

    tap_ok(util_stats(&u, 0, NULL).events == ONE_KINDS * ONE_EVENTS,
           "and counted");
    tap_ok(util_check_op(&u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "and checked");

    util_close(&u);

    u.readonly = 0;
    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 1") != NULL,
           "a tool writes nothing to it: %s", u.text);

    u.admin = 0;
    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 1,
           "and it still is of format 1");

    util_free(&u);
}


static void
test_events(void)
{
    util_t         u;
    unsigned       kind, event;
    const char    *wrong;
    webhook_op_t   op;

    one_init(&u);

    if (!tap_ok(util_open(&u) == WEBHOOK_STORE_OK,
                "format 1 is opened: %s", u.text))
    {
        util_free(&u);
        return;
    }

    tap_ok(util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT,
           "it has today's format now");
    tap_ok(list(&u, 0, 0, NULL) == DELIVERIES, "every delivery is there");

    (void) util_check(&u, "migrated");

    for (kind = 0; kind < ONE_KINDS; kind++) {

        for (event = 0; event < ONE_EVENTS; event++) {

            wrong = one_wrong(&u, kind, event);

            tap_ok(wrong == NULL, "event %u of kind %u%s%s", event, kind,
                   wrong ? ": " : " is there", wrong ? wrong : "");

            if (kind) {
                memset(&op, 0, sizeof(op));
                op.type = WEBHOOK_OP_SHOW;
                op.u.show.id = one_id(kind, event);

                tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
                       "its old id is gone");

                webhook_op_free(&op);
            }
        }
    }

    /* nothing more to be done with the next start */

    util_close(&u);

    u.logs[WEBHOOK_STORE_LOG_NOTICE] = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_NOTICE] == 0,
           "it is opened as it is then");

    util_free(&u);
}


/* Lists and replay by time find what they should. */

static void
test_times(void)
{
    util_t               u;
    unsigned             kind, event, n;
    webhook_op_t         op;
    webhook_id_t         id, found;
    webhook_head_row_t   head;

    one_init(&u);
    util_open(&u);

    for (kind = 0; kind < ONE_KINDS; kind++) {

        n = 0;

        for (event = 0; event < ONE_EVENTS; event++) {

            if (event == ONE_NOBODY
                || (list(&u, one_wall(kind, event), one_wall(kind, event) + 1,
                         &found)
                    == (event == ONE_SEVERAL ? 3 : 1)
                    && one_find(&u, kind, event, &id, &head)
                    && memcmp(&id, &found, 16) == 0))
            {
                n++;
            }
        }

        tap_ok(n == ONE_EVENTS, "each of kind %u is found by its time", kind);
    }

    tap_ok(list(&u, one_wall(ONE_KINDS, 0), 0, NULL) == 0,
           "none is later than the last");
    tap_ok(list(&u, 0, one_wall(0, 0), NULL) == 0,
           "none is earlier than the first");
    tap_ok(list(&u, one_wall(1, 0), one_wall(2, 0), NULL) == ONE_EVENTS + 1,
           "those between are found, and no others");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.dry_run = 1;
    op.u.replay.filter.state = WEBHOOK_DEAD;
    op.u.replay.filter.max = 1000;
    op.u.replay.filter.since = one_wall(ONE_KINDS, 0);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.replay.count == 0,
           "replay adds none that is older");

    webhook_op_free(&op);

    op.u.replay.filter.since = one_wall(1, 0);
    op.u.replay.filter.until = one_wall(2, 0);
    op.u.replay.filter.from = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.replay.count == 2,
           "and leaves none out: %u", op.u.replay.count);

    webhook_op_free(&op);

    util_free(&u);
}


/* Endpoints, calls, repeats. */

static void
test_rest(void)
{
    util_t                    u;
    unsigned                  i, n;
    webhook_op_t              op;
    webhook_op_stats_t        s;
    webhook_endpoint_stats_t  e;

    one_init(&u);
    util_open(&u);

    s = util_stats(&u, util_name("bi"), &e);

    tap_ok(s.events == ONE_KINDS * ONE_EVENTS && s.calls == ONE_CALLS
           && s.count == 4, "counters of the store");
    tap_ok(e.paused && e.states[WEBHOOK_PENDING] == 2 * ONE_KINDS,
           "who is paused stays so");

    (void) util_stats(&u, util_name("erp"), &e);

    tap_ok(e.inflight == 50 && e.states[WEBHOOK_PENDING] == 5 * ONE_KINDS
           && e.states[WEBHOOK_SENDING] == 0
           && e.states[WEBHOOK_DELIVERED] == 3 * ONE_KINDS
           && e.states[WEBHOOK_DEAD] == ONE_KINDS, "counters of an endpoint");

    (void) util_stats(&u, util_name("wms"), &e);

    tap_ok(e.states[WEBHOOK_PENDING] == ONE_KINDS,
           "and of one that was never named");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = util_name("shop");
    op.u.calls.max = 100;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.calls.count == ONE_CALLS / 2
           && op.u.calls.calls[0].actions_count == 1
           && op.u.calls.calls[0].actions[0].status == 200,
           "calls of a receiver");

    webhook_op_free(&op);

    n = 0;

    for (i = 0; i < ONE_REPEATS; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_RESERVE;
        op.u.reserve.scope = util_name("shop");
        op.u.reserve.run = 60000;
        one_repeat(i, op.u.reserve.key);

        (void) util_apply(&u, &op);

        if (i < ONE_REPEATS - 1
            ? op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
              && op.u.reserve.answer.status == 200 + i && op.u.reserve.answer.text.len
            : op.u.reserve.state == WEBHOOK_DEDUPE_NEW)
        {
            n++;
        }

        webhook_op_free(&op);
    }

    tap_ok(n == ONE_REPEATS, "repeats are known: %u", n);

    (void) util_check(&u, "after that");

    util_free(&u);
}


/* All that waits goes out, each of a key in its turn, under the id that it
   had. */

static void
test_sends(void)
{
    util_t              u;
    unsigned            kind, i, n, parked, wires;
    uint64_t            endpoints[4], ep;
    webhook_id_t        id;
    webhook_op_t        op;
    webhook_head_row_t  head;

    static const char  *names[] = { "erp", "crm", "bi", "wms" };

    one_init(&u);
    util_open(&u);

    for (i = 0; i < 4; i++) {
        endpoints[i] = util_name(names[i]);

        (void) util_endpoint(&u, names[i], 100);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_PAUSE;
        op.u.pause.endpoint = endpoints[i];
        op.u.pause.resume = 1;
        (void) util_apply(&u, &op);
    }

    /* crm does not block any more, which lets those go on that wait */

    u.clock += 2 * 3600000;

    n = 0;
    wires = 0;
    parked = 0;

    for (i = 0; i < 100; i++) {
        ep = endpoints[i % 4];

        if (util_claim(&u, &op, &ep, 100) == UINT32_MAX) {
            break;
        }

        for (kind = 0; kind < op.u.claim.count; kind++) {
            id = op.u.claim.leases[kind].event.id;

            n++;
            wires += memcmp(&id, &op.u.claim.leases[kind].event.wire, 16)
                     != 0;

            (void) util_complete(&u, id, ep,
             op.u.claim.leases[kind].lease_token,
                                 WEBHOOK_DONE, 0);
        }

        webhook_op_free(&op);
    }

    tap_ok(n == ONE_KINDS * 11, "all that waited is sent: %u", n);
    tap_ok(wires == n / ONE_KINDS * 2, "under the ids that they had: %u",
           wires);

    for (kind = 0; kind < ONE_KINDS; kind++) {
        if (one_find(&u, kind, ONE_BLOCKED, &id, &head) && head.open == 0) {
            parked++;
        }
    }

    tap_ok(parked == ONE_KINDS, "so is who was behind a dead one");

    (void) util_check(&u, "all sent");

    /* and goes in its time */

    util_close(&u);
    u.keep = 1000;
    util_open(&u);

    u.clock += 1000ULL * 3600 * 2000;

    for (i = 0; i < 100 && util_expire(&u, 1000, NULL) > 0; i++) {
        /* void */
    }

    tap_ok(util_stats(&u, 0, NULL).events == 0, "history is removed");

    (void) util_check(&u, "empty");

    util_free(&u);
}


/* Another process that has the store open: as a worker of an older version,
   with a slot, or as a tool, without. */

static pid_t
open_elsewhere(util_t *u, int slot)
{
    int            fd, ready[2];
    char           path[512], c;
    pid_t          pid;
    MDB_env       *env;
    struct flock   lock;

    if (pipe(ready) != 0) {
        return -1;
    }

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        snprintf(path, sizeof(path), "%s/owners", u->dir);

        fd = open(path, O_RDWR|O_CREAT, 0600);

        memset(&lock, 0, sizeof(lock));
        lock.l_type = F_WRLCK;
        lock.l_start = slot;
        lock.l_len = 1;

        if (slot >= 0 && fcntl(fd, F_OFD_SETLK, &lock) != 0) {
            _exit(1);
        }

        if (slot < 0
            && (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 15) != 0
                || mdb_env_open(env, u->dir, MDB_NOTLS, 0600) != 0))
        {
            _exit(1);
        }

        (void) !write(ready[1], "r", 1);
        pause();
        _exit(0);
    }

    close(ready[1]);
    (void) !read(ready[0], &c, 1);
    close(ready[0]);

    return pid;
}


static void
test_others(void)
{
    int     i;
    pid_t   pid;
    util_t  u;

    static const char  *what[] = { "a worker", "another process" };

    for (i = 0; i < 2; i++) {
        one_init(&u);

        pid = open_elsewhere(&u, i == 0 ? 7 : -1);

        tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
               && strstr(u.text, "has format 1, and other") != NULL
               && u.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
               "while %s has it open, it stays as it is: %s", what[i],
               u.text);

        u.readonly = 1;

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 1,
               "and can be read");

        util_close(&u);

        u.readonly = 0;

        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK,
               "once that is gone, it is brought to today's");

        (void) util_check(&u, what[i]);

        util_free(&u);
    }
}


/* A migration that was begun, by who knew an older version: goes on. */

static void
test_unfinished(void)
{
    util_t                  u;
    size_t                  len;
    webhook_id_t            id;
    unsigned char           buf[WEBHOOK_ROW_MAX];
    webhook_migrate_row_t   row;

    one_init(&u);
    util_open(&u);

    memset(&row, 0, sizeof(row));

    id = one_id(1, ONE_PENDING);

    row.from = 1;
    row.cursor.data = id.bytes;
    row.cursor.len = sizeof(id);

    len = webhook_row_write_migrate(buf, &row);

    tamper(&u, WEBHOOK_DB_META, "migrate", 7, buf, len);

    util_close(&u);

    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE,
           "half done: no tool writes to it: %s", u.text);

    u.admin = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "the next start goes on");

    (void) util_check(&u, "gone on");

    tap_ok(!util_lmdb(&u)->migrating
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT,
           "to its end");

    util_free(&u);
}
