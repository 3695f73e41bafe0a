
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: what others do while a journal is made, and while
 * one is looked at.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "kept_scene.h"

#include <dlfcn.h>
#include <sys/file.h>


static void   (*at_fill)(void);         /* once, when its file is synced */
static void   (*at_lock)(const char *path);     /* before a journal's lock */
static scene_t *scene;
static int      opened;                 /* status of who opened it then */
static int      pipes[2];
static pid_t    other;


static void test_beside(void);
static void test_taken(void);
static void test_late(void);


int
main(void)
{
    test_beside();
    test_taken();
    test_late();

    return tap_done();
}


/* 1, and the path, if it is a journal's. */

static int
journal_of(int fd, char *name, size_t size)
{
    char     link[64];
    ssize_t  n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, size - 1);

    if (n <= 0) {
        return 0;
    }

    name[n] = '\0';

    return strstr(name, "/journal.") != NULL;
}


int
fsync(int fd)
{
    int     (*next)(int fd);
    char      name[512];
    void     *symbol;
    void    (*act)(void);

    if (at_fill && journal_of(fd, name, sizeof(name))) {
        act = at_fill;
        at_fill = NULL;
        act();
    }

    symbol = dlsym(RTLD_NEXT, "fsync");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd);
}


int
flock(int fd, int what)
{
    int     (*next)(int fd, int what);
    char      name[512];
    void     *symbol;
    void    (*act)(const char *path);

    if (at_lock && journal_of(fd, name, sizeof(name))) {
        act = at_lock;
        at_lock = NULL;
        act(name);
    }

    symbol = dlsym(RTLD_NEXT, "flock");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd, what);
}


/* Another process opens the store, has a journal of its own, and is gone. */

static void
open_beside(void)
{
    pid_t  pid;

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        util_t         u;
        webhook_op_t   op;
        webhook_put_t  put;

        u = scene->u;

        if (kept_open(&u) != WEBHOOK_STORE_OK
            || !kept_one(&u, &op, &put, scene->ep, 10))
        {
            _exit(1);
        }

        util_close(&u);
        _exit(0);
    }

    (void) waitpid(pid, &opened, 0);
}


static void
test_beside(void)
{
    webhook_op_t   op;
    webhook_put_t  put;

    scene = scene_make();

    opened = -1;
    at_fill = open_beside;

    tap_ok(kept_open(&scene->u) == WEBHOOK_STORE_OK && opened == 0,
           "who opens a store does not wait for the journal of another one");
    tap_ok(kept_one(&scene->u, &op, &put, scene->ep, 10),
           "which is not taken for one that nobody wants");

    scene_drop(scene);
}


/* Who opens the store meanwhile removes a file that nobody has locked yet, and
   in which there is nothing. */

static void
take(const char *path)
{
    (void) unlink(path);
}


static void
test_taken(void)
{
    webhook_op_t   op;
    webhook_put_t  put;

    scene = scene_make();

    at_lock = take;

    tap_ok(kept_open(&scene->u) == WEBHOOK_STORE_OK
           && kept_one(&scene->u, &op, &put, scene->ep, 10)
           && util_files(&scene->u, "journal.") == 1,
           "a file that is removed before it is locked is made anew");
    tap_ok(scene->u.logs[WEBHOOK_STORE_LOG_ERROR] == 0, "without a word");

    scene_drop(scene);
}


/* The owner of a journal that had no row a moment ago makes it, keeps an event,
   and dies. */

static void
die_now(const char *path)
{
    int  status;

    (void) path;

    if (write(pipes[1], "!", 1) != 1 || waitpid(other, &status, 0) != other) {
        printf("Bail out! nobody is there\n");
        exit(1);
    }
}


static void
test_late(void)
{
    int   up[2];
    char  byte;

    scene = scene_make();

    if (pipe(pipes) == -1 || pipe(up) == -1) {
        exit(1);
    }

    fflush(stdout);

    other = fork();

    if (other == 0) {
        util_t         u;
        webhook_op_t   op;
        webhook_put_t  put;

        u = scene->u;

        if (util_open(&u) == WEBHOOK_STORE_OK && write(up[1], "!", 1) == 1
            && read(pipes[0], &byte, 1) == 1 && kept_replay(&u) == 0)
        {
            scene->kept = (unsigned) kept_one(&u, &op, &put, scene->ep, 100);
            scene->ids[0] = op.u.put_event.id;
        }

        kill(getpid(), SIGKILL);
    }

    if (read(up[0], &byte, 1) != 1) {
        exit(1);
    }

    scene->u.journal = 0;
    scene->u.wall += 1000;

    at_lock = die_now;

    tap_ok(util_open(&scene->u) == WEBHOOK_STORE_OK && scene->kept == 1
           && scene->u.logs[WEBHOOK_STORE_LOG_EMERG] == 0,
           "a journal that gets its row while it is looked at is not foreign");
    tap_ok(kept_replay(&scene->u) == 1
           && kept_there(&scene->u, &scene->ids[0], 100),
           "and what is in it is put");

    close(pipes[0]);
    close(pipes[1]);
    close(up[0]);
    close(up[1]);

    scene_drop(scene);
}
