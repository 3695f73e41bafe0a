
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: what STATS tells of journals that are large and many,
 * of which one look does not read all.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "kept_scene.h"
#include "store/journal/webhook_journal.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>


#define SIZE    ((uint64_t) 16 * 1024 * 1024)
#define BLOCKS  4096                    /* of one */
#define OTHERS  6                       /* processes: one more than one look
                                           takes, whosever comes first */
#define LONG    60                      /* seconds; then it failed */
#define LOOK    16384                   /* blocks, from which on a look takes no
                                           other journal */


static unsigned  reads;                 /* of heads */
static pid_t     others[OTHERS];
static int       told[2], asked[2];     /* pipes */


ssize_t
pread(int fd, void *buf, size_t len, off_t at)
{
    ssize_t  (*next)(int fd, void *buf, size_t len, off_t at);

    reads += len == WEBHOOK_JOURNAL_HEAD;

    *(void **) &next = dlsym(RTLD_NEXT, "pread");

    return next(fd, buf, len, at);
}


static uint64_t
used(scene_t *s)
{
    uint64_t      bytes;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.look = 1;

    reads = 0;

    bytes = util_apply(&s->u, &op) == WEBHOOK_STORE_OK
            && op.u.stats.journals == OTHERS + 1
            ? op.u.stats.journal_used : UINT64_MAX;

    webhook_op_free(&op);

    return bytes;
}


/* Keeps an event of two blocks, and, once that is asked for, another one. */

static void
other(scene_t *s)
{
    char           byte;
    webhook_op_t   op;
    webhook_put_t  put;

    if (kept_open(&s->u) != WEBHOOK_STORE_OK
        || !kept_one(&s->u, &op, &put, s->ep, 5000)
        || write(told[1], "1", 1) != 1
        || read(asked[0], &byte, 1) != 1
        || !kept_one(&s->u, &op, &put, s->ep, 5000)
        || write(told[1], "2", 1) != 1)
    {
        _exit(1);
    }

    for ( ;; ) {
        pause();
    }
}


static int
wait_for(unsigned count)
{
    char  byte;

    while (count && read(told[0], &byte, 1) == 1) {
        count--;
    }

    return count == 0;
}


int
main(void)
{
    scene_t   *s, own;
    unsigned   i;
    uint64_t   bytes, next;

    s = scene_make();

    s->u.size = SIZE * 64;
    s->u.journal = SIZE;

    if (pipe(told) == -1 || pipe(asked) == -1) {
        return 1;
    }

    fflush(stdout);

    alarm(LONG);

    /* each has what it is called with for itself: the scene is in memory that all
       of them share */

    for (i = 0; i < OTHERS; i++) {
        own = *s;

        others[i] = fork();

        if (others[i] == 0) {
            (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(told[0]);
            other(&own);
        }

        s->u.wall += 1000;
    }

    close(told[1]);

    tap_ok(wait_for(OTHERS) && kept_open(&s->u) == WEBHOOK_STORE_OK,
           "processes have kept events");

    bytes = used(s);

    tap_ok(bytes == OTHERS * 8192
           && reads >= (OTHERS + 1) * (BLOCKS - 1), "all are looked at first");

    for (i = 0; i < OTHERS; i++) {
        if (write(asked[1], "1", 1) != 1) {
            return 1;
        }
    }

    tap_ok(wait_for(OTHERS), "and have kept more");

    next = used(s);

    tap_ok(next > bytes && next < OTHERS * 16384
           && reads >= LOOK && reads < LOOK + BLOCKS,
           "of some more is known then, after %u reads", reads);

    next = used(s);

    tap_ok(next == OTHERS * 16384 && reads < LOOK + BLOCKS,
           "and the next time of the others");

    util_close(&s->u);

    for (i = 0; i < OTHERS; i++) {
        kill(others[i], SIGKILL);
        (void) waitpid(others[i], NULL, 0);
    }

    scene_drop(s);

    return tap_done();
}
