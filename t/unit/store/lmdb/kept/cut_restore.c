
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: killed at each step in which a copy takes the place
 * of a store: either is there then, whole, the store with what its journals
 * hold, the copy without.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#define STORE_ENGINE  "lmdb"

#include "store_cut.h"
#include "kept_scene.h"
#include "store/lmdb/engine/webhook_lmdb.h"


static char  copy[240];                 /* the directory of the copy */


static void make(void *scene);
static void act(void *scene);
static int sound(void *scene, int whole);
static void drop(void *scene);
static void test_neither(void);


int
main(void)
{
    static const cut_scene_t  restore = {
        "a copy takes the place of a store", sizeof(scene_t), make, act,
        sound, drop
    };

    static const cut_scene_t  unlinked = {
        "and where files cannot be linked", sizeof(scene_t), make, act,
        sound, drop
    };

    cut_file = "";                      /* any */

    cut_each(&restore);

    cut_unlinked = 1;

    cut_each(&unlinked);

    cut_unlinked = 2;

    test_neither();

    return tap_done();
}


/* ids: 0 is in the copy, too; 1 and 2 only in the store, 3 and 4 only in its
   journal. */

static void
act_kept(scene_t *s)
{
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  put;

    for (i = 1; i < 5; i++) {
        s->kept += (unsigned) kept_one(&s->u, &op, &put, s->ep, 100 + i);
        s->ids[i] = op.u.put_event.id;

        if (i < 3) {
            (void) util_apply(&s->u, &op);
        }
    }
}


/* As webhookctl does: with the rows of journals as they were when it was
   made, but for those that went when it was opened. */

static void
make(void *scene)
{
    scene_t *s = scene;

    int                     fd;
    char                    path[320];
    util_t                  u;
    webhook_op_t            op;
    webhook_put_t           put;
    webhook_lmdb_options_t  own;

    kept_init(&s->u);
    s->ep = util_name("erp");

    (void) kept_open(&s->u);
    (void) util_endpoint(&s->u, "erp", 100);

    (void) kept_one(&s->u, &op, &put, s->ep, 100);
    (void) util_apply(&s->u, &op);
    s->ids[0] = op.u.put_event.id;

    snprintf(copy, sizeof(copy), "%.200s-copy", s->u.dir);
    (void) mkdir(copy, 0700);
    snprintf(path, sizeof(path), "%s/data.mdb", copy);

    fd = open(path, O_RDWR|O_CREAT|O_EXCL, 0600);

    (void) webhook_store_backup(s->u.st, fd, path);

    close(fd);
    util_close(&s->u);

    memset(&own, 0, sizeof(own));
    own.copy = 1;

    u = s->u;
    u.own = &own;
    u.admin = 1;
    u.journal = 0;
    snprintf(u.dir, sizeof(u.dir), "%s", copy);

    (void) util_open(&u);
    util_close(&u);

    dies(s, act_kept);
}


static void
act(void *scene)
{
    scene_t *s = scene;

    char                     path[320], was[80];
    webhook_store_options_t  o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find("lmdb");
    o.path = s->u.dir;
    o.log = util_log;
    o.ctx = &s->u;

    snprintf(path, sizeof(path), "%s/data.mdb", copy);

    if (webhook_store_replace(&o, path, was) != WEBHOOK_STORE_OK) {
        _exit(1);
    }
}


static int
sound(void *scene, int whole)
{
    scene_t *s = scene;

    int       ok, old;
    uint32_t  put;
    uint64_t  rows, faults;
    unsigned  i;

    s->u.st = NULL;
    s->u.journal = 0;
    memset(s->u.logs, 0, sizeof(s->u.logs));

    if (util_open(&s->u) != WEBHOOK_STORE_OK) {
        printf("# %s\n", s->u.text);
        return 0;
    }

    put = kept_replay(&s->u);

    old = kept_there(&s->u, &s->ids[1], 101);

    ok = s->kept == 4 && kept_there(&s->u, &s->ids[0], 100)
         && put == (old ? 2 : 0) && !(whole && old)
         && s->u.logs[WEBHOOK_STORE_LOG_WARN] == 0;

    for (i = 1; i < 5; i++) {
        ok &= (kept_there(&s->u, &s->ids[i], 100 + i) == old);
    }

    if (old) {
        ok &= (s->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0
               && util_files(&s->u, "journal.") == 0);

    } else {
        ok &= (util_files(&s->u, "journal.") == 1);
    }

    if (util_check_op(&s->u, &rows, &faults) != WEBHOOK_STORE_OK || faults) {
        ok = 0;
    }

    if (!ok) {
        printf("# the %s, %u events put: %s\n", old ? "store" : "copy", put,
               s->u.text);
    }

    util_close(&s->u);

    return ok;
}


static void
drop(void *scene)
{
    scene_t  *s = scene;
    char      path[400];
    unsigned  i;

    static const char  *names[] = { "data.mdb", "lock.mdb", "owners" };

    for (i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", copy, names[i]);
        (void) unlink(path);
    }

    (void) rmdir(copy);

    util_free(&s->u);
}


/* Files can neither be linked nor exchanged. */

static void
test_neither(void)
{
    int       status;
    pid_t     pid;
    scene_t  *s;

    s = mmap(NULL, sizeof(scene_t), PROT_READ|PROT_WRITE,
             MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (s == MAP_FAILED) {
        exit(1);
    }

    make(s);

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        act(s);
        _exit(0);
    }

    (void) waitpid(pid, &status, 0);

    tap_ok(status == 0 && sound(s, 1) && util_files(&s->u, "data.mdb.") == 1,
           "nor exchanged");

    drop(s);
    munmap(s, sizeof(scene_t));
}
