
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: events that a journal keeps before they are applied,
 * and what becomes of them whatever happens in between.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "kept_scene.h"


static void test_path(void);
static void test_refused(void);
static void test_killed(void);
static void test_expired(void);
static void test_foreign(void);
static void test_replaced(void);
static void test_damaged(void);
static void test_off(void);


int
main(void)
{
    test_path();
    test_refused();
    test_killed();
    test_expired();
    test_foreign();
    test_replaced();
    test_damaged();
    test_off();

    return tap_done();
}


/* Bytes of journals that are in use, as STATS has them. */

static uint64_t
used(scene_t *s, unsigned look)
{
    uint64_t      bytes;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.look = look;

    bytes = util_apply(&s->u, &op) == WEBHOOK_STORE_OK
            ? op.u.stats.journal_used : UINT64_MAX;

    webhook_op_free(&op);

    return bytes;
}


static void
test_path(void)
{
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;
    webhook_op_t   *p;

    s = scene_make();
    p = &op;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && util_files(&s->u, "journal.") == 1, "a journal is made");

    (void) util_endpoint(&s->u, "erp", 100);

    tap_ok(!kept_one(&s->u, &op, &put, s->ep, 10), "it takes nothing yet");
    tap_ok(util_apply(&s->u, p) == WEBHOOK_STORE_OK && put.lease_token,
           "which is applied as ever");

    tap_ok(kept_replay(&s->u) == 0, "it has its row");
    tap_ok(kept_one(&s->u, &op, &put, s->ep, 1000), "and keeps an event");
    tap_ok(op.u.put_event.wait == WEBHOOK_NEVER && put.lease_token == 0
           && memcmp(&op.u.put_event.first, &op.u.put_event.id, 16) == 0,
           "with outputs");
    tap_ok(!kept_there(&s->u, &op.u.put_event.id, 1000),
           "which nobody finds yet");
    tap_ok(used(s, 1) == 4096 && used(s, 0) == 0,
           "though it takes a block of the journal, as who looks is told");
    tap_ok(util_apply(&s->u, p) == WEBHOOK_STORE_OK && put.lease_token
           && kept_there(&s->u, &op.u.put_event.id, 1000),
           "until it is applied, and leased");
    tap_ok(used(s, 1) == 0, "and takes none any more");
    tap_ok(util_complete(&s->u, op.u.put_event.id, s->ep, put.lease_token,
                         WEBHOOK_DONE, 0) == WEBHOOK_STORE_OK, "and sent");

    util_check(&s->u, "with a journal");
    util_close(&s->u);

    tap_ok(util_files(&s->u, "journal.") == 0, "it goes when it is closed");

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK && kept_replay(&s->u) == 0
           && s->u.logs[WEBHOOK_STORE_LOG_WARN] == 0, "without a trace");

    scene_drop(s);
}


static void
test_refused(void)
{
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;
    webhook_op_t   *p;

    s = scene_make();
    p = &op;

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&s->u), s->ep, "{}", 2);
    util_str(&put.order, "key");

    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(op.u.put_event.kept == 0
           && util_apply(&s->u, p) == WEBHOOK_STORE_OK,
           "an event with an order key is kept by apply() alone");

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&s->u), s->ep, "{}", 2);
    put.rendition = 9;

    webhook_store_keep(s->u.st, &p, 1);

    tap_ok(op.u.put_event.kept == 0
           && util_apply(&s->u, p) == WEBHOOK_STORE_UNAVAILABLE,
           "one that is against the rules is not kept");

    scene_drop(s);
}


static void
act_three(scene_t *s)
{
    unsigned       i;
    webhook_op_t   ops[3];
    webhook_put_t  put[3];

    for (i = 0; i < 3; i++) {
        s->kept += kept_one(&s->u, &ops[i], &put[i], s->ep, 100 + i);
        s->ids[i] = ops[i].u.put_event.id;
    }

    (void) util_apply(&s->u, &ops[0]);
}


static void
test_killed(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_three);

    tap_ok(s->kept == 3 && util_files(&s->u, "journal.") == 1,
           "a process that kept three events dies");

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && util_files(&s->u, "journal.") == 2, "the next one has its own");
    tap_ok(kept_there(&s->u, &s->ids[0], 100)
           && !kept_there(&s->u, &s->ids[1], 101), "one event was applied");
    tap_ok(kept_replay(&s->u) == 2, "two are put");
    tap_ok(kept_there(&s->u, &s->ids[1], 101)
           && kept_there(&s->u, &s->ids[2], 102), "and are there");

    (void) kept_replay(&s->u);

    tap_ok(util_files(&s->u, "journal.") == 1, "and the journal is gone");

    util_check(&s->u, "after a death");
    util_close(&s->u);

    dies(s, act_three);
    dies(s, act_three);

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 2 && util_files(&s->u, "journal.") == 1,
           "of two that died, the first was put by the second");

    scene_drop(s);
}


static void
act_expired(scene_t *s)
{
    unsigned       more;
    webhook_op_t   op;
    webhook_put_t  put;

    s->kept += kept_one(&s->u, &op, &put, s->ep, 100);
    s->ids[0] = op.u.put_event.id;

    (void) util_apply(&s->u, &op);
    (void) util_complete(&s->u, s->ids[0], s->ep, put.lease_token,
                         WEBHOOK_DONE, 0);

    s->u.clock += 10 * s->u.keep;

    s->kept += util_expire(&s->u, 100, &more);
}


static void
test_expired(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_expired);

    tap_ok(s->kept == 2 && util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 0
           && !kept_there(&s->u, &s->ids[0], 100),
           "what was sent and has expired is not put again");

    scene_drop(s);
}


static void
test_foreign(void)
{
    char      path[512];
    scene_t  *s;

    s = scene_make();

    dies(s, act_three);

    snprintf(path, sizeof(path), "%s/data.mdb", s->u.dir);
    (void) unlink(path);
    snprintf(path, sizeof(path), "%s/lock.mdb", s->u.dir);
    (void) unlink(path);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 1
           && strstr(s->u.text, ".foreign-")
           && util_files(&s->u, "journal.") == 1
           && kept_replay(&s->u) == 0 && !kept_there(&s->u, &s->ids[1], 101),
           "the journal of another store is set aside");

    scene_drop(s);
}


static void
test_replaced(void)
{
    int                      fd;
    char                     path[512], other[512], name[512], was[80];
    scene_t                 *s;
    webhook_store_options_t  o;

    s = scene_make();

    (void) kept_open(&s->u);

    snprintf(path, sizeof(path), "%s/copy", s->u.dir);

    fd = open(path, O_RDWR|O_CREAT, 0600);

    tap_ok(webhook_store_backup(s->u.st, fd, "copy") == WEBHOOK_STORE_OK,
           "a copy is made");

    close(fd);
    util_close(&s->u);

    dies(s, act_three);

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find("lmdb");
    o.path = s->u.dir;
    o.log = util_log;
    o.ctx = &s->u;

    snprintf(other, sizeof(other), "%s/none", s->u.dir);
    (void) mkdir(other, 0700);

    tap_ok(webhook_store_replace(&o, other, was) == WEBHOOK_STORE_UNAVAILABLE
           && was[0] == '\0' && util_files(&s->u, "data.mdb") == 1
           && journal_path(s, name, sizeof(name)) && strlen(name) - strlen(s->u.dir) == 41,
           "what cannot take its place leaves the store as it is");

    (void) rmdir(other);

    tap_ok(webhook_store_replace(&o, path, was) == WEBHOOK_STORE_OK
           && strstr(s->u.text, ".replaced-")
           && util_files(&s->u, "journal.") == 1,
           "and put in place of the store: its journals go with that");

    s->u.journal = 0;
    memset(s->u.logs, 0, sizeof(s->u.logs));

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 0
           && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0
           && !kept_there(&s->u, &s->ids[2], 102), "nothing of it is put");
    tap_ok(s->u.logs[WEBHOOK_STORE_LOG_WARN] == 1
           && strstr(s->u.text, "is not there"),
           "the copy has the row of a journal that is not there");

    scene_drop(s);
}


static void
test_damaged(void)
{
    int             fd;
    char            path[512];
    scene_t        *s;
    unsigned char   byte;

    s = scene_make();

    dies(s, act_three);

    byte = 0;
    fd = journal_path(s, path, sizeof(path)) ? open(path, O_RDWR) : -1;

    /* in the second batch, of the second event */

    tap_ok(pwrite(fd, &byte, 1, 4096 + 100) == 1, "a byte is changed");

    close(fd);

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 1
           && !kept_there(&s->u, &s->ids[1], 101)
           && kept_there(&s->u, &s->ids[2], 102),
           "the events around it are put");

    (void) kept_replay(&s->u);

    tap_ok(s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 1
           && strstr(s->u.text, ".damaged-")
           && util_files(&s->u, "journal.") == 2,
           "and the journal is set aside, with an alarm");

    scene_drop(s);
}


/* What a process with a journal left, one without puts. */

static void
test_off(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_three);

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK && kept_replay(&s->u) == 2,
           "a process without a journal puts what another one left");

    (void) kept_replay(&s->u);

    tap_ok(util_files(&s->u, "journal.") == 0, "and no journal is left");

    util_close(&s->u);

    s->u.journal = 1000;

    tap_ok(util_open(&s->u) != WEBHOOK_STORE_OK, "one that is too small");

    scene_drop(s);
}
