
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: what was purged is not to be read in the files of
 * journals either, and all else is as it was.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "kept_scene.h"


#define MARK  "an@example.com"


static void test_own(void);
static void test_other(void);
static void test_needed(void);
static void test_partly(void);
static void test_slices(void);


int
main(void)
{
    test_own();
    test_other();
    test_needed();
    test_partly();
    test_slices();

    return tap_done();
}


/* Keeps an event whose body has the mark. */

static int
marked(util_t *u, webhook_op_t *op, webhook_put_t *put, uint64_t ep)
{
    webhook_op_t  *p;

    memset(put, 0, sizeof(webhook_put_t));
    p = op;

    util_put_op(op, put, util_id(u), ep, MARK, sizeof(MARK) - 1);

    webhook_store_keep(u->st, &p, 1);

    return op->u.put_event.kept != 0;
}


static webhook_store_result_e
purge(util_t *u, webhook_id_t id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id;

    return util_apply(u, &op);
}


/* Journals that may have what was purged, as STATS tells. */

static uint32_t
unclean(util_t *u)
{
    uint32_t      n;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;

    n = util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.stats.journals_unclean
                                               : 1000;
    webhook_op_free(&op);

    return n;
}


/* How often the mark is in the journal that there is. */

static unsigned
found(scene_t *s)
{
    int             fd;
    char            path[512], *p;
    ssize_t         n;
    unsigned        count;

    static char  file[1024 * 1024];

    fd = journal_path(s, path, sizeof(path)) ? open(path, O_RDONLY) : -1;
    n = read(fd, file, sizeof(file));

    close(fd);

    count = 0;

    for (p = file;
         n > 0 && (p = memmem(p, (size_t) (file + n - p), MARK,
                              sizeof(MARK) - 1)) != NULL;
         p++)
    {
        count++;
    }

    return count;
}


static void
test_own(void)
{
    scene_t        *s;
    webhook_op_t    one, two;
    webhook_put_t   put;

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    tap_ok(marked(&s->u, &one, &put, s->ep)
           && util_apply(&s->u, &one) == WEBHOOK_STORE_OK
           && marked(&s->u, &two, &put, s->ep)
           && util_apply(&s->u, &two) == WEBHOOK_STORE_OK
           && found(s) == 2, "events are in the journal");

    tap_ok(purge(&s->u, one.u.put_event.id) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 0 && found(s) == 0,
           "with one that is purged all go from there that are in the store");

    tap_ok(kept_one(&s->u, &one, &put, s->ep, 100)
           && util_apply(&s->u, &one) == WEBHOOK_STORE_OK
           && kept_there(&s->u, &one.u.put_event.id, 100), "and it goes on");

    tap_ok(kept_replay(&s->u) == 0 && s->u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "without a word");

    util_check(&s->u, "afterwards");
    scene_drop(s);
}


/* A tool purges what a process has in its journal. */

static void
test_other(void)
{
    int             status;
    pid_t           pid;
    scene_t        *s;
    webhook_op_t    op;
    webhook_put_t   put;

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    (void) marked(&s->u, &op, &put, s->ep);
    (void) util_apply(&s->u, &op);

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        util_t  u;

        u = s->u;
        u.st = NULL;
        u.journal = 0;
        u.admin = 1;

        status = util_open(&u) == WEBHOOK_STORE_OK
                 && purge(&u, op.u.put_event.id) == WEBHOOK_STORE_OK;

        util_close(&u);
        _exit(!status);
    }

    (void) waitpid(pid, &status, 0);

    tap_ok(status == 0 && found(s) == 1 && unclean(&s->u) == 1,
           "another process purges an event");
    tap_ok(kept_replay(&s->u) == 0 && found(s) == 0 && unclean(&s->u) == 0,
           "whose journal it is overwrites it");

    scene_drop(s);
}


/* What the store does not have yet stays. */

static void
act_needed(scene_t *s)
{
    webhook_op_t   one, two;
    webhook_put_t  put;

    (void) marked(&s->u, &one, &put, s->ep);
    (void) util_apply(&s->u, &one);

    s->kept = (unsigned) kept_one(&s->u, &two, &put, s->ep, 100);
    s->ids[0] = two.u.put_event.id;

    (void) purge(&s->u, one.u.put_event.id);
    (void) kept_replay(&s->u);
}


static void
test_needed(void)
{
    scene_t  *s;

    s = scene_make();

    dies(s, act_needed);

    tap_ok(s->kept == 1 && found(s) == 0, "an event is purged beside another");

    s->u.journal = 0;

    tap_ok(util_open(&s->u) == WEBHOOK_STORE_OK && kept_replay(&s->u) == 1
           && kept_there(&s->u, &s->ids[0], 100)
           && s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0,
           "which was not in the store yet, and is put");

    scene_drop(s);
}


/* Two events in one append; the first is in the store, and purged, before the
   second is. */

static void
test_partly(void)
{
    scene_t        *s;
    webhook_op_t    one, two, *ops[2];
    webhook_put_t   put[2];

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    memset(put, 0, sizeof(put));

    util_put_op(&one, &put[0], util_id(&s->u), s->ep, MARK, sizeof(MARK) - 1);
    util_put_op(&two, &put[1], util_id(&s->u), s->ep, kept_body, 100);

    ops[0] = &one;
    ops[1] = &two;

    webhook_store_keep(s->u.st, ops, 2);

    tap_ok(one.u.put_event.kept && two.u.put_event.kept
           && util_apply(&s->u, &one) == WEBHOOK_STORE_OK
           && purge(&s->u, one.u.put_event.id) == WEBHOOK_STORE_OK,
           "one of two events in an append is put, and purged");

    tap_ok(kept_replay(&s->u) == 0 && found(s) == 1 && unclean(&s->u) == 1,
           "it stays in the journal for the other's sake, which is told");

    tap_ok(util_apply(&s->u, &two) == WEBHOOK_STORE_OK
           && kept_replay(&s->u) == 0 && found(s) == 0 && unclean(&s->u) == 0
           && kept_there(&s->u, &two.u.put_event.id, 100),
           "and goes with it");

    util_check(&s->u, "afterwards");
    scene_drop(s);
}


/* 512 kB are overwritten in a step. */

static void
test_slices(void)
{
    scene_t        *s;
    unsigned        n;
    webhook_op_t    op, step;
    webhook_put_t   put;

    s = scene_make();

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 1000);

    for (n = 0; n < 90; n++) {

        if (!kept_one(&s->u, &op, &put, s->ep, KEPT_BODY)
            || util_apply(&s->u, &op) != WEBHOOK_STORE_OK)
        {
            break;
        }
    }

    tap_ok(n == 90 && marked(&s->u, &op, &put, s->ep)
           && util_apply(&s->u, &op) == WEBHOOK_STORE_OK && found(s) == 1
           && purge(&s->u, op.u.put_event.id) == WEBHOOK_STORE_OK,
           "an event far behind in the journal is purged");

    memset(&step, 0, sizeof(step));

    step.type = WEBHOOK_OP_JOURNAL;

    tap_ok(util_apply(&s->u, &step) == WEBHOOK_STORE_OK
           && step.u.journal.more && found(s) == 1 && unclean(&s->u) == 1,
           "a step of JOURNAL overwrites what is in front of it");

    tap_ok(kept_one(&s->u, &op, &put, s->ep, 100)
           && util_apply(&s->u, &op) == WEBHOOK_STORE_OK,
           "something is put in between");

    tap_ok(util_apply(&s->u, &step) == WEBHOOK_STORE_OK
           && !step.u.journal.more && found(s) == 0 && unclean(&s->u) == 0,
           "and the next step overwrites it");

    scene_drop(s);
}
