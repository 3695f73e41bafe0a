
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: a disk that fails or is full, and files that are
 * removed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_fault.h"
#include "store_util.h"
#include "kept_scene.h"
#include "store/journal/webhook_journal.h"


static void test_failed(void);
static void test_taken_back(void);
static void test_commit(void);
static void test_removed(void);
static void test_rows(void);
static void damage_second(scene_t *s);
static void test_full(unsigned damaged);
static void test_above(void);


int
main(void)
{
    test_failed();
    test_taken_back();
    test_commit();
    test_removed();
    test_rows();
    test_full(0);
    test_full(1);
    test_above();

    return tap_done();
}


static void
test_failed(void)
{
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    (void) kept_one(&s->u, &op, &put, s->ep, 10);

    fault_errno = EIO;
    fault_after = 0;
    fault_lasts = 0;
    fault = FAULT_SYNC;

    tap_ok(!kept_one(&s->u, &op, &put, s->ep, 20)
           && s->u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(s->u.text, "cannot be written to"),
           "an event whose sync fails is not kept");

    fault = FAULT_NONE;

    tap_ok(util_apply(&s->u, &op) == WEBHOOK_STORE_OK
           && kept_there(&s->u, &op.u.put_event.id, 20), "but applied");
    tap_ok(!kept_one(&s->u, &op, &put, s->ep, 30),
           "nor is any other in that journal");

    (void) kept_replay(&s->u);

    tap_ok(util_files(&s->u, "journal.") == 1,
           "which stays as long as something of it is not applied");

    scene_drop(s);

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    fault_after = 0;
    fault = FAULT_SYNC;

    tap_ok(!kept_one(&s->u, &op, &put, s->ep, 20)
           && util_apply(&s->u, &op) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 0
           && util_files(&s->u, "journal.") == 0, "and goes then");

    scene_drop(s);
}


static void
act_taken_back(scene_t *s)
{
    webhook_op_t   op;
    webhook_put_t  put;

    s->kept += kept_one(&s->u, &op, &put, s->ep, 10);
    s->ids[0] = op.u.put_event.id;

    fault_errno = EIO;
    fault_after = 0;
    fault_lasts = 0;
    fault = FAULT_SYNC;

    s->kept += kept_one(&s->u, &op, &put, s->ep, 6000);
    s->ids[1] = op.u.put_event.id;
}


/* Nobody was told that an event is kept whose sync failed, though all of it is
   in the file. */

static void
test_taken_back(void)
{
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;

    s = scene_make();

    dies(s, act_taken_back);

    tap_ok(s->kept == 1 && util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 1
           && kept_there(&s->u, &s->ids[0], 10)
           && !kept_there(&s->u, &s->ids[1], 6000),
           "an event whose sync failed is not put when its process is gone");

    (void) kept_replay(&s->u);

    tap_ok(s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0
           && util_files(&s->u, "journal.") == 1, "nor is it damage");

    scene_drop(s);

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    fault_after = 0;
    fault_lasts = 1;
    fault = FAULT_SYNC;

    tap_ok(!kept_one(&s->u, &op, &put, s->ep, 20)
           && util_apply(&s->u, &op) == WEBHOOK_STORE_UNKNOWN,
           "where it cannot be taken back nobody is told that it is not there");

    fault = FAULT_NONE;
    fault_lasts = 0;

    tap_ok(util_apply(&s->u, &op) == WEBHOOK_STORE_OK,
           "and its repeat is told what it is");

    scene_drop(s);
}


/* The commit that has kept events fails. */

static void
test_commit(void)
{
    unsigned        i;
    scene_t        *s;
    webhook_op_t    op[2];
    webhook_put_t   put[2];

    static const fault_e  kinds[] = { FAULT_WRITE, FAULT_SYNC, FAULT_META };

    for (i = 0; i < 3; i++) {
        s = scene_make();

        (void) kept_open(&s->u);
        (void) util_endpoint(&s->u, "erp", 100);

        (void) kept_one(&s->u, &op[0], &put[0], s->ep, 10);
        (void) kept_one(&s->u, &op[1], &put[1], s->ep, 20);

        fault_errno = EIO;
        fault_after = 0;
        fault_lasts = 1;
        fault = kinds[i];

        tap_ok(util_apply(&s->u, &op[0]) == WEBHOOK_STORE_OK
               && put[0].lease_token == 0, "a commit fails: it is kept");

        fault = FAULT_NONE;

        tap_ok(util_apply(&s->u, &op[1]) == WEBHOOK_STORE_OK
               && put[1].lease_token == 0
               && !kept_there(&s->u, &op[1].u.put_event.id, 20),
               "the next one waits for it");
        tap_ok(kept_replay(&s->u) == 2
               && kept_there(&s->u, &op[0].u.put_event.id, 10)
               && kept_there(&s->u, &op[1].u.put_event.id, 20),
               "both are put soon");

        tap_ok(kept_one(&s->u, &op[0], &put[0], s->ep, 30)
               && util_apply(&s->u, &op[0]) == WEBHOOK_STORE_OK
               && put[0].lease_token, "and all goes on");

        util_check(&s->u, "after a commit that failed");
        util_close(&s->u);

        tap_ok(util_files(&s->u, "journal.") == 0, "to its end");

        scene_drop(s);
    }
}


static void
test_removed(void)
{
    char            path[512], data[512], away[512];
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    tap_ok(journal_path(s, path, sizeof(path)) && unlink(path) == 0
           && !kept_one(&s->u, &op, &put, s->ep, 20)
           && util_apply(&s->u, &op) == WEBHOOK_STORE_OK,
           "a journal that was removed keeps nothing");

    scene_drop(s);

    s = scene_make();

    (void) kept_open(&s->u);

    snprintf(data, sizeof(data), "%s/data.mdb", s->u.dir);
    snprintf(away, sizeof(away), "%s/away.mdb", s->u.dir);

    tap_ok(rename(data, away) == 0 && !kept_one(&s->u, &op, &put, s->ep, 20),
           "nor does one whose store was removed");

    (void) rename(away, data);

    scene_drop(s);
}


/* In the body of the second event, which ends behind two blocks. */

static void
damage_second(scene_t *s)
{
    int   fd;
    char  path[512];

    fd = journal_path(s, path, sizeof(path)) ? open(path, O_RDWR) : -1;

    tap_ok(pwrite(fd, "-", 1, 2 * 4096 + 200) == 1, "a byte is changed");

    close(fd);
}


/* Another try changes nothing. */

static int
still(scene_t *s)
{
    MDB_envinfo  was, is;

    (void) mdb_env_info(util_lmdb(&s->u)->env, &was);

    s->u.clock += 10000;

    return kept_replay(&s->u) == 0
           && mdb_env_info(util_lmdb(&s->u)->env, &is) == 0
           && is.me_last_txnid == was.me_last_txnid;
}


/* Others fill the store before what is kept was applied; and the last of it
   cannot be read any more when there is room. */

static void
test_full(unsigned damaged)
{
    unsigned         more, n;
    scene_t         *s;
    uint32_t         events;
    uint64_t         tokens[400];
    webhook_id_t     ids[400];
    webhook_op_t     op[2], fill;
    webhook_put_t    put[2], filler;

    static unsigned char  large[256 * 1024];

    s = scene_make();

    s->u.keep_history = 1;

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 1000);

    (void) kept_one(&s->u, &op[0], &put[0], s->ep, 4000);
    (void) kept_one(&s->u, &op[1], &put[1], s->ep, 4500);

    for (n = 0; n < 400; n++) {
        memset(&filler, 0, sizeof(filler));
        filler.lease = 1;

        util_put_op(&fill, &filler, util_id(&s->u), s->ep, large,
                    sizeof(large));

        if (util_apply(&s->u, &fill) != WEBHOOK_STORE_OK) {
            break;
        }

        ids[n] = fill.u.put_event.id;
        tokens[n] = filler.lease_token;
    }

    /* the little that the last one left */

    for ( ;; ) {
        memset(&filler, 0, sizeof(filler));
        util_put_op(&fill, &filler, util_id(&s->u), s->ep, large, 3000);

        if (util_apply(&s->u, &fill) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(n > 100 && n < 400 && fill.result == WEBHOOK_STORE_FULL,
           "the store is full after %u events", n);
    tap_ok(util_apply(&s->u, &op[0]) == WEBHOOK_STORE_OK
           && util_apply(&s->u, &op[1]) == WEBHOOK_STORE_OK
           && !kept_there(&s->u, &op[0].u.put_event.id, 4000)
           && !kept_there(&s->u, &op[1].u.put_event.id, 4500)
           && strstr(s->u.text, "they remain in the journal"),
           "what was kept waits");
    tap_ok(kept_replay(&s->u) == 0, "for room");

    tap_ok(still(s), "and what finds none commits nothing");
    tap_ok(!kept_one(&s->u, &fill, &filler, s->ep, 10),
           "and nothing more is kept");

    if (damaged) {
        damage_second(s);
    }

    while (n--) {
        (void) util_complete(&s->u, ids[n], s->ep, tokens[n], WEBHOOK_DONE, 0);
    }

    s->u.clock += 10 * s->u.keep;

    do {
        (void) util_expire(&s->u, 100, &more);
    } while (more);

    events = kept_replay(&s->u);

    tap_ok(events == 2 - damaged, "once there is room it is put (%u)", events);
    tap_ok(kept_there(&s->u, &op[0].u.put_event.id, 4000)
           && kept_there(&s->u, &op[1].u.put_event.id, 4500) == !damaged,
           "and is there");
    tap_ok(strstr(s->u.text, "are in it now") != NULL, "which is told");

    util_check(&s->u, "after it was full");

    if (damaged) {
        util_close(&s->u);

        tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
               && kept_replay(&s->u) == 0
               && strstr(s->u.text, ".damaged-")
               && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
               "what cannot be read is told, and the journal set aside");
    }

    scene_drop(s);
}


/* A store that is above the mark of the warning when it is opened. */

static void
test_above(void)
{
    unsigned              n;
    scene_t              *s;
    webhook_op_t          op;
    webhook_put_t         put;
    webhook_op_stats_t    stats;

    static unsigned char  large[256 * 1024];

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 10);

    for (n = 0; n < 400; n++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&s->u), s->ep, large, sizeof(large));

        (void) util_apply(&s->u, &op);

        stats = util_stats(&s->u, 0, NULL);

        if (stats.used > stats.size / 100 * 80) {
            break;
        }
    }

    tap_ok(n < 400 && op.result == WEBHOOK_STORE_OK,
           "it is above the mark of the warning");

    util_close(&s->u);

    tap_ok(kept_open(&s->u) == WEBHOOK_STORE_OK
           && !kept_one(&s->u, &op, &put, s->ep, 100),
           "of a store that is above it as it is opened nothing is kept");
    tap_ok(util_apply(&s->u, &op) == WEBHOOK_STORE_OK
           && kept_there(&s->u, &op.u.put_event.id, 100),
           "but by the tables");

    util_check(&s->u, "above the mark");

    scene_drop(s);
}


/* A row goes into quarantine with each step, also with one that puts what the
   process's own journal has. */

static void
test_rows(void)
{
    scene_t        *s;
    uint32_t        n;
    webhook_op_t    one, two, step;
    webhook_put_t   put[2];
    unsigned char   key[7 + WEBHOOK_JOURNAL_ID];

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    (void) kept_one(&s->u, &one, &put[0], s->ep, 10);
    (void) kept_one(&s->u, &two, &put[1], s->ep, 20);

    /* out of turn: it is put out of the journal */

    (void) util_apply(&s->u, &two);

    memcpy(key, "journal", 7);
    memset(key + 7, 1, WEBHOOK_JOURNAL_ID);
    tamper(&s->u, WEBHOOK_DB_META, key, sizeof(key), "?", 1);
    memset(key + 7, 2, WEBHOOK_JOURNAL_ID);
    tamper(&s->u, WEBHOOK_DB_META, key, sizeof(key), "?", 1);

    /* on a busy machine a step has time for one of them */

    n = 0;

    do {
        memset(&step, 0, sizeof(step));
        step.type = WEBHOOK_OP_JOURNAL;

        if (util_apply(&s->u, &step) != WEBHOOK_STORE_OK) {
            break;
        }

        n += step.u.journal.count;

    } while (n < 2 && step.u.journal.count);

    tap_ok(n == 2 && step.u.journal.more,
           "a step that is done with a journal has more to do: a damaged row");

    tap_ok(kept_replay(&s->u) == 0
           && kept_there(&s->u, &one.u.put_event.id, 10)
           && kept_there(&s->u, &two.u.put_event.id, 20),
           "which is done then");

    scene_drop(s);
}
