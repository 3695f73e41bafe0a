
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: what stands in journals is put, however many there
 * are, in steps, beside other work, and whatever fails.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "kept_scene.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"

#include <dlfcn.h>


#define MANY    70
#define EVENTS  1500


static webhook_id_t   fail_id;          /* a row of it cannot be written */
static unsigned       failing;
static unsigned       fail_commit;
static unsigned       reads;            /* of journals */
static void         (*at_read)(void);   /* once */
static scene_t       *scene;
static int            written;          /* status of who wrote then */

static pid_t          pids[MANY];
static webhook_id_t  *ids;              /* shared */


static void live(scene_t *s, unsigned n, int leased);
static void kill_all(unsigned n);
static void test_many(void);
static void test_apart(int lease);
static void test_turns(void);
static void test_beside(void);
static void test_steps(void);
static void test_told(void);
static void test_row(void);


int
main(void)
{
    ids = mmap(NULL, EVENTS * sizeof(webhook_id_t), PROT_READ|PROT_WRITE,
               MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (ids == MAP_FAILED) {
        exit(1);
    }

    test_many();
    test_apart(0);
    test_apart(1);
    test_turns();
    test_beside();
    test_steps();
    test_told();
    test_row();

    return tap_done();
}


#define NEXT(name)                                                            \
                                                                              \
    symbol = dlsym(RTLD_NEXT, name);                                          \
    memcpy(&next, &symbol, sizeof(next))


int
mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data,
    unsigned int flags)
{
    int  (*next)(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data,
                 unsigned int flags);
    void  *symbol;

    if (failing && memmem(key->mv_data, key->mv_size, fail_id.bytes,
                          WEBHOOK_ID_LEN))
    {
        return EIO;
    }

    NEXT("mdb_put");

    return next(txn, dbi, key, data, flags);
}


int
mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data,
    unsigned int flags)
{
    int  (*next)(MDB_cursor *cursor, MDB_val *key, MDB_val *data,
                 unsigned int flags);
    void  *symbol;

    if (failing && memmem(key->mv_data, key->mv_size, fail_id.bytes,
                          WEBHOOK_ID_LEN))
    {
        return EIO;
    }

    NEXT("mdb_cursor_put");

    return next(cursor, key, data, flags);
}


int
mdb_txn_commit(MDB_txn *txn)
{
    int  (*next)(MDB_txn *txn);
    void  *symbol;

    if (fail_commit) {
        fail_commit = 0;
        mdb_txn_abort(txn);
        return EIO;
    }

    NEXT("mdb_txn_commit");

    return next(txn);
}


ssize_t
pread(int fd, void *buf, size_t len, off_t offset)
{
    char       link[64], name[512];
    void     (*act)(void);
    ssize_t    n;
    ssize_t  (*next)(int fd, void *buf, size_t len, off_t offset);
    void      *symbol;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name) - 1);
    name[n > 0 ? n : 0] = '\0';

    if (strstr(name, "/journal.")) {
        reads++;

        if (at_read) {
            act = at_read;
            at_read = NULL;
            act();
        }
    }

    NEXT("pread");

    return next(fd, buf, len, offset);
}


/* A process that keeps an event, ids[n], and lives until it is killed; leased:
   it sends another one, ids[n + 1]. */

static void
live(scene_t *s, unsigned n, int leased)
{
    int   ready[2];
    char  byte;

    if (pipe(ready) == -1) {
        exit(1);
    }

    fflush(stdout);

    pids[n] = fork();

    if (pids[n] == 0) {
        util_t         u;
        webhook_op_t   op;
        webhook_put_t  put;

        u = s->u;
        u.wall += n;

        if (kept_open(&u) == WEBHOOK_STORE_OK) {
            (void) util_endpoint(&u, "erp", 100);

            if (leased) {
                memset(&put, 0, sizeof(put));
                put.lease = 1;

                ids[n + 1] = util_id(&u);
                util_put_op(&op, &put, ids[n + 1], s->ep, "{}", 2);

                (void) util_apply(&u, &op);
            }

            if (kept_one(&u, &op, &put, s->ep, 100 + n)) {
                ids[n] = op.u.put_event.id;
                (void) !write(ready[1], "!", 1);
            }
        }

        for ( ;; ) {
            pause();
        }
    }

    close(ready[1]);

    if (read(ready[0], &byte, 1) != 1) {
        printf("Bail out! a process is gone\n");
        exit(1);
    }

    close(ready[0]);

    s->u.wall += 1000;
}


static void
kill_all(unsigned n)
{
    int  status;

    while (n--) {
        kill(pids[n], SIGKILL);
        (void) waitpid(pids[n], &status, 0);
    }
}


static void
test_many(void)
{
    scene_t   *s;
    unsigned   n, there;

    s = scene_make();

    for (n = 0; n < MANY; n++) {
        live(s, n, 0);
    }

    tap_ok(util_files(&s->u, "journal.") == MANY, "%u processes live", n);

    kill_all(MANY);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == MANY, "what all of them kept is put");

    for (n = 0, there = 0; n < MANY; n++) {
        there += (unsigned) kept_there(&s->u, &ids[n], 100 + n);
    }

    tap_ok(there == MANY && util_files(&s->u, "journal.") == 0
           && s->u.logs[WEBHOOK_STORE_LOG_WARN] == 0,
           "and nothing is left of their journals");

    util_check(&s->u, "after many deaths");
    scene_drop(s);
}


/* Of what was leased and what was kept, one cannot be given back or put. */

static void
test_apart(int lease)
{
    scene_t       *s;
    webhook_op_t   ops[2], *p[2];

    s = scene_make();

    live(s, 0, 1);

    s->u.journal = 0;

    (void) util_open(&s->u);

    kill_all(1);

    memset(ops, 0, sizeof(ops));

    ops[0].type = WEBHOOK_OP_TAKEOVER;
    ops[1].type = WEBHOOK_OP_JOURNAL;
    p[0] = &ops[0];
    p[1] = &ops[1];

    fail_id = ids[lease];
    failing = 1;

    util_lmdb(&s->u)->forgot = 1;

    webhook_store_apply(s->u.st, p, 2);

    tap_ok(util_lmdb(&s->u)->forgot == (unsigned) lease
           && ops[0].u.takeover.forgot == !lease,
           "what a takeover had to tell is told once it is committed");

    if (lease) {
        tap_ok(ops[0].result != WEBHOOK_STORE_OK
               && ops[1].result == WEBHOOK_STORE_OK
               && ops[1].u.journal.count == 1
               && kept_there(&s->u, &ids[0], 100),
               "a lease that cannot be taken over holds back no journal");

    } else {
        tap_ok(ops[0].result == WEBHOOK_STORE_OK
               && ops[0].u.takeover.count == 1
               && ops[1].result != WEBHOOK_STORE_OK,
               "a journal that cannot be put holds back no lease");
    }

    failing = 0;

    (void) kept_replay(&s->u);
    s->u.clock += 10000;

    tap_ok(util_takeover(&s->u) == (unsigned) lease
           && kept_replay(&s->u) == (unsigned) !lease
           && kept_there(&s->u, &ids[0], 100), "which goes on after a while");

    util_check(&s->u, "afterwards");
    scene_drop(s);
}


static void
test_turns(void)
{
    scene_t   *s;
    unsigned   n;

    s = scene_make();

    live(s, 0, 0);
    live(s, 1, 0);
    live(s, 2, 0);

    s->u.journal = 0;

    (void) util_open(&s->u);

    kill_all(3);

    fail_id = ids[1];
    failing = 1;

    for (n = 0; n < 4; n++) {
        (void) kept_replay(&s->u);
        s->u.clock += 10000;
    }

    tap_ok(kept_there(&s->u, &ids[0], 100) && kept_there(&s->u, &ids[2], 102)
           && !kept_there(&s->u, &ids[1], 101),
           "a journal that cannot be put holds back no other one");

    failing = 0;

    tap_ok(kept_replay(&s->u) == 1 && kept_there(&s->u, &ids[1], 101)
           && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0, "and is put later");

    scene_drop(s);
}


/* Somebody writes. */

static void
write_beside(void)
{
    pid_t  pid;

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        util_t  u;

        alarm(60);

        u = scene->u;
        u.st = NULL;
        u.wall += 500;

        if (util_open(&u) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        (void) util_put(&u, scene->ep, 0);
        util_close(&u);

        _exit(0);
    }

    (void) waitpid(pid, &written, 0);
}


static void
test_beside(void)
{
    scene = scene_make();

    live(scene, 0, 0);

    scene->u.journal = 0;

    (void) util_open(&scene->u);

    kill_all(1);

    written = -1;
    at_read = write_beside;

    tap_ok(kept_replay(&scene->u) == 1 && written == 0,
           "others write while a journal is read");

    util_check(&scene->u, "afterwards");
    scene_drop(scene);
}


static void
act_steps(scene_t *s)
{
    unsigned       i, k;
    webhook_op_t   ops[100], *p[100];
    webhook_put_t  put[100];

    for (i = 0; i < EVENTS; i += 100) {

        memset(put, 0, sizeof(put));

        for (k = 0; k < 100; k++) {
            ids[i + k] = util_id(&s->u);
            util_put_op(&ops[k], &put[k], ids[i + k], s->ep, kept_body, 50);
            p[k] = &ops[k];
        }

        webhook_store_keep(s->u.st, p, 100);

        for (k = 0; k < 100; k++) {
            s->kept += (ops[k].u.put_event.kept != 0);
        }
    }
}


static void
test_steps(void)
{
    scene_t       *s;
    uint32_t       events;
    unsigned       n, steps, there;
    webhook_op_t   op;

    s = scene_make();

    dies(s, act_steps);

    s->u.journal = 0;

    (void) util_open(&s->u);

    reads = 0;
    events = 0;
    steps = 0;

    do {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_JOURNAL;

        if (util_apply(&s->u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        events += op.u.journal.count;
        steps += (op.u.journal.count != 0);

        if (op.u.journal.count > 512) {
            steps = 0;
            break;
        }

    } while (op.u.journal.more);

    for (n = 0, there = 0; n < EVENTS; n++) {
        there += (unsigned) kept_there(&s->u, &ids[n], 50);
    }

    tap_ok(s->kept == EVENTS && events == EVENTS && there == EVENTS
           && steps >= 3, "%u events are put in %u steps", events, steps);
    tap_ok(reads == 1, "for which the journal is read once");

    scene_drop(s);
}


static void
act_one(scene_t *s)
{
    webhook_op_t   op;
    webhook_put_t  put;

    s->kept = (unsigned) kept_one(&s->u, &op, &put, s->ep, 100);
    s->ids[0] = op.u.put_event.id;
}


static void
test_told(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_one);

    s->u.journal = 0;

    (void) util_open(&s->u);

    memset(s->u.logs, 0, sizeof(s->u.logs));
    fail_commit = 1;

    tap_ok(kept_replay(&s->u) == UINT32_MAX
           && s->u.logs[WEBHOOK_STORE_LOG_NOTICE] == 0,
           "what is not committed is not told to be in the store");

    (void) kept_replay(&s->u);
    s->u.clock += 10000;

    tap_ok(kept_replay(&s->u) == 1 && s->u.logs[WEBHOOK_STORE_LOG_NOTICE] == 1
           && strstr(s->u.text, "are in the store now"), "it is told then");

    scene_drop(s);
}


/* The row of a journal is damaged while its process lives. */

static void
act_row(scene_t *s)
{
    unsigned char  key[7 + WEBHOOK_JOURNAL_ID];

    memcpy(key, "journal", 7);
    memcpy(key + 7, util_lmdb(&s->u)->kept->journal.id, WEBHOOK_JOURNAL_ID);

    tamper(&s->u, WEBHOOK_DB_META, key, sizeof(key), "?", 1);

    (void) kept_replay(&s->u);

    act_one(s);
}


static void
test_row(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_row);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK && s->kept == 1
           && kept_replay(&s->u) == 1 && kept_there(&s->u, &s->ids[0], 100)
           && util_files(&s->u, "journal.") == 0,
           "a row that is damaged is made anew by its process");

    scene_drop(s);
}
