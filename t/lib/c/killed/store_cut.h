
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Kills a process at the Nth call that changes the store's files or syncs
 * them.  A test program that includes this has such calls of its own, which
 * count; cut_each() runs a scene again and again, killed at the first, the
 * second ... of them, until it comes to its end, and looks at the store after
 * each.  t/interop/preload/libwebhook_cut.c makes a library of it, for
 * LD_PRELOAD with other programs: WEBHOOK_CUT=N, and WEBHOOK_CUT_FILE=END of
 * the names of the files meant (data.mdb unless given).  With WEBHOOK_CUT_FULL
 * nobody is killed: while the number is not 0 there is no room for what is
 * written.
 *
 * The call is not made: what the process did before it is in the file, what
 * it would have done after it is not.
 */

#ifndef STORE_CUT_H
#define STORE_CUT_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>


static unsigned     cut_at;             /* 0: never */
static unsigned     cut_count;
static const char  *cut_file = "data.mdb";
static uint64_t    *cut_left;           /* shared; NULL: cut_at counts */
static int          cut_unlinked;       /* files cannot be linked; 2: nor
                                           exchanged */
static int          cut_full;           /* the disk is, while cut_left is not
                                           0; nobody is killed */


/* 1 if this is the call. */

static int
cut_counts(void)
{
    uint64_t  left;

    if (cut_left == NULL) {
        return ++cut_count == cut_at;
    }

    left = __atomic_load_n(cut_left, __ATOMIC_SEQ_CST);

    while (left) {
        if (__atomic_compare_exchange_n(cut_left, &left, left - 1, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        {
            return left == 1;
        }
    }

    return 0;
}


/* Not 0: the call fails. */

static int
cut_name(const char *name)
{
    size_t  len, end;

    len = strlen(name);
    end = strlen(cut_file);

    if (len < end || strcmp(name + len - end, cut_file) != 0) {
        return 0;
    }

    if (cut_full) {
        return 1;
    }

    if (cut_counts()) {
        kill(getpid(), SIGKILL);
    }

    return 0;
}


static int
cut_fd(int fd)
{
    char     link[64], name[4096];
    ssize_t  n;

    if (cut_at == 0 && (cut_left == NULL || *cut_left == 0)) {
        return 0;
    }

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name) - 1);

    if (n <= 0) {
        return 0;
    }

    name[n] = '\0';

    return cut_name(name);
}


/* Defines a call that counts, and then is the one of libc; with "room" it needs
   some on the disk. */

#define CUT_CALL(type, name, params, args, room)                              \
                                                                              \
    type name params;                                                         \
                                                                              \
    type                                                                      \
    name params                                                               \
    {                                                                         \
        type   (*next) params;                                                \
        void    *symbol;                                                      \
                                                                              \
        if (cut_fd(fd) && room) {                                             \
            errno = ENOSPC;                                                   \
            return -1;                                                        \
        }                                                                     \
                                                                              \
        symbol = dlsym(RTLD_NEXT, #name);                                     \
        memcpy(&next, &symbol, sizeof(next));                                 \
                                                                              \
        return next args;                                                     \
    }

CUT_CALL(ssize_t, write, (int fd, const void *buf, size_t len),
         (fd, buf, len), 1)
CUT_CALL(ssize_t, pwrite, (int fd, const void *buf, size_t len, off_t off),
         (fd, buf, len, off), 1)
CUT_CALL(ssize_t, pwrite64, (int fd, const void *buf, size_t len, off_t off),
         (fd, buf, len, off), 1)
CUT_CALL(ssize_t, writev, (int fd, const struct iovec *iov, int n),
         (fd, iov, n), 1)
CUT_CALL(ssize_t, pwritev, (int fd, const struct iovec *iov, int n, off_t off),
         (fd, iov, n, off), 1)
CUT_CALL(int, fsync, (int fd), (fd), 0)
CUT_CALL(int, fdatasync, (int fd), (fd), 0)
CUT_CALL(int, ftruncate, (int fd, off_t size), (fd, size), 0)
CUT_CALL(int, ftruncate64, (int fd, off_t size), (fd, size), 0)
CUT_CALL(int, fallocate, (int fd, int mode, off_t off, off_t len),
         (fd, mode, off, len), 1)
CUT_CALL(int, fallocate64, (int fd, int mode, off_t off, off_t len),
         (fd, mode, off, len), 1)


/* A mapping has no descriptor any more; names have none. */

int
msync(void *addr, size_t len, int flags)
{
    int   (*next)(void *addr, size_t len, int flags);
    void   *symbol;

    if (cut_at || cut_left) {
        (void) cut_name(cut_file);
    }

    symbol = dlsym(RTLD_NEXT, "msync");
    memcpy(&next, &symbol, sizeof(next));

    return next(addr, len, flags);
}


int
rename(const char *from, const char *to)
{
    int   (*next)(const char *from, const char *to);
    void   *symbol;

    if (cut_at || cut_left) {
        (void) cut_name(from);
    }

    symbol = dlsym(RTLD_NEXT, "rename");
    memcpy(&next, &symbol, sizeof(next));

    return next(from, to);
}


int
link(const char *from, const char *to)
{
    int   (*next)(const char *from, const char *to);
    void   *symbol;

    if (cut_at || cut_left) {
        (void) cut_name(from);
    }

    if (cut_unlinked) {
        errno = EPERM;
        return -1;
    }

    symbol = dlsym(RTLD_NEXT, "link");
    memcpy(&next, &symbol, sizeof(next));

    return next(from, to);
}


int
renameat2(int from_fd, const char *from, int to_fd, const char *to,
    unsigned flags)
{
    int   (*next)(int from_fd, const char *from, int to_fd, const char *to,
                  unsigned flags);
    void   *symbol;

    if (cut_at || cut_left) {
        (void) cut_name(from);
    }

    if (cut_unlinked > 1) {
        errno = EINVAL;
        return -1;
    }

    symbol = dlsym(RTLD_NEXT, "renameat2");
    memcpy(&next, &symbol, sizeof(next));

    return next(from_fd, from, to_fd, to, flags);
}


int
unlink(const char *path)
{
    int   (*next)(const char *path);
    void   *symbol;

    if (cut_at || cut_left) {
        (void) cut_name(path);
    }

    symbol = dlsym(RTLD_NEXT, "unlink");
    memcpy(&next, &symbol, sizeof(next));

    return next(path);
}


#ifdef CUT_LIBRARY

__attribute__((constructor))
static void
cut_init(void)
{
    int          fd;
    void        *p;
    const char  *at, *file, *left;

    at = getenv("WEBHOOK_CUT");
    file = getenv("WEBHOOK_CUT_FILE");
    left = getenv("WEBHOOK_CUT_LEFT");

    fd = left ? open(left, O_RDWR) : -1;

    if (fd != -1) {
        p = mmap(NULL, sizeof(uint64_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd,
                 0);
        close(fd);

        if (p != MAP_FAILED) {
            cut_left = p;
        }
    }

    cut_full = getenv("WEBHOOK_CUT_FULL") != NULL;

    if (at) {
        cut_at = (unsigned) strtoul(at, NULL, 10);
    }

    if (file) {
        cut_file = file;
    }
}

#else

#include "tap.h"


/* What a scene knows is in memory that both processes see: scene, of size
   bytes, zeroed before each run. */

typedef struct {
    const char  *name;
    size_t       size;
    void       (*make)(void *scene);    /* what was there before */
    void       (*act)(void *scene);     /* in the process that is killed */
    int        (*sound)(void *scene, int whole);    /* 1: nothing is lost;
                                                       whole: it was not
                                                       killed */
    void       (*drop)(void *scene);
} cut_scene_t;


#define CUT_MOST  5000


/* Runs it, killed at each call; one test. */
__attribute__((unused))
static void
cut_each(const cut_scene_t *s)
{
    int        status, whole;
    void      *scene;
    pid_t      pid;
    unsigned   n, wrong;

    scene = mmap(NULL, s->size, PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (scene == MAP_FAILED) {
        tap_ok(0, "%s: no memory", s->name);
        return;
    }

    wrong = 0;
    whole = 0;

    for (n = 1; !whole && n < CUT_MOST; n++) {

        memset(scene, 0, s->size);

        s->make(scene);

        fflush(stdout);

        pid = fork();

        if (pid == 0) {
            cut_count = 0;
            cut_at = n;
            s->act(scene);
            _exit(0);
        }

        if (pid == -1 || waitpid(pid, &status, 0) != pid) {
            wrong++;
            break;
        }

        whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;

        if (!whole
            && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
        {
            printf("# %s: ended with status %d at call %u\n", s->name,
                   status, n);
            wrong++;
            whole = 1;
        }

        if (!s->sound(scene, whole)) {
            printf("# %s: killed at call %u\n", s->name, n);
            wrong++;
        }

        s->drop(scene);

        if (wrong > 3) {
            break;
        }
    }

    tap_ok(wrong == 0 && whole && n > 2,
           "%s: killed at each of %u writes and syncs, nothing is lost",
           s->name, n > 2 ? n - 2 : 0);

    munmap(scene, s->size);
}

#endif


#endif /* STORE_CUT_H */
