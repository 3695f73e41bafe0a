
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of several processes share.
 */

#ifndef STORE_PROCESS_H
#define STORE_PROCESS_H

#include "store_suite.h"


/* Opens at once from processes that wait for the same byte. */
__attribute__((unused))
static unsigned
open_at_once(util_t *u, unsigned count)
{
    int       status, go[2];
    char      c;
    pid_t     pid[32];
    unsigned  i, good;

    if (pipe(go) == -1) {
        return 0;
    }

    fflush(stdout);

    for (i = 0; i < count; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            close(go[1]);

            /* the end of the pipe is the sign */

            (void) !read(go[0], &c, 1);

            status = util_open(u);

            if (status == WEBHOOK_STORE_OK) {
                u->wall += 1000 * (uint64_t) getpid();
                (void) util_put(u, 77, 0);
                util_close(u);
            }

            _exit(status);
        }
    }

    close(go[0]);
    close(go[1]);

    good = 0;

    for (i = 0; i < count; i++) {
        waitpid(pid[i], &status, 0);

        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            good++;
        }
    }

    return good;
}


/* A process that leases and then stands until it is killed. */
__attribute__((unused))
static pid_t
leaser(util_t *u, uint64_t ep, unsigned count)
{
    int           ready[2];
    char          c;
    pid_t         pid;
    unsigned      i;
    webhook_id_t  id;

    if (pipe(ready) == -1) {
        return -1;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        if (util_open(u) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        u->wall += 1000 * (uint64_t) getpid();

        for (i = 0; i < count; i++) {
            if (util_lease(u, ep, &id) == 0) {
                _exit(2);
            }
        }

        if (write(ready[1], "x", 1) != 1) {
            _exit(3);
        }

        for ( ;; ) {
            pause();
        }
    }

    close(ready[1]);
    (void) !read(ready[0], &c, 1);
    close(ready[0]);

    return pid;
}


#endif /* STORE_PROCESS_H */
