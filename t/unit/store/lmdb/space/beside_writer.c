
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: it is checked and copied while another process writes to
 * it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_room.h"


static void test_beside_writer(void);


int
main(void)
{
    memset(body, 'b', sizeof(body));

    test_beside_writer();

    return tap_done();
}


/* Writes until it is told to stop; what failed is its exit status. */

static void
write_on(util_t *u, uint64_t ep, int stop)
{
    char          c;
    uint64_t      token;
    unsigned      i, failed;
    webhook_id_t  id;

    failed = 0;

    (void) fcntl(stop, F_SETFL, O_NONBLOCK);

    for (i = 0; read(stop, &c, 1) == -1; i++) {

        if (put(u, ep, 1000, 1, &id, &token) != WEBHOOK_STORE_OK
            || util_complete(u, id, ep, token, WEBHOOK_DONE, 0)
               != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        if (i % 20 == 0) {
            (void) util_expire(u, 100, NULL);
        }

        /* as a disk that syncs */

        usleep(1000);
    }

    util_close(u);

    _exit(failed ? 1 : 0);
}


/* Checks it until a check has seen that it was written to. */

static void
check_beside(util_t *u)
{
    unsigned      n, moved, rounds;
    webhook_op_t  op;

    moved = 0;
    n = 0;

    for (rounds = 0; rounds < 500 && !moved; rounds++) {

        if (util_open(u) != WEBHOOK_STORE_OK) {
            continue;
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_CHECK;

        if (util_apply(u, &op) != WEBHOOK_STORE_OK || op.u.check.faults) {
            printf("# %.300s\n", (char *) op.u.check.text.data);
            n++;
        }

        moved = op.u.check.moved;

        webhook_op_free(&op);
        util_close(u);
    }

    tap_ok(n == 0 && moved, "a store that is written to is checked, in steps "
           "(%u checks)", rounds);
}


/* How many of these events are there, whole. */

static unsigned
waiting(util_t *u, const webhook_id_t *ids, unsigned count)
{
    unsigned      i, n;
    webhook_op_t  op;

    n = 0;

    for (i = 0; i < count; i++) {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = ids[i];

        n += util_apply(u, &op) == WEBHOOK_STORE_OK
             && op.u.show.renditions[0].body.len == 5000;

        webhook_op_free(&op);
    }

    return n;
}


/* A copy and a check are made while another process writes all the time, in a
   store that its history fills: both are right, and nothing is refused. */

static void
test_beside_writer(void)
{
    enum  { N = 2000 };

    int                     fd, status, stop[2];
    char                    file[512];
    pid_t                   pid;
    util_t                  u, copy;
    uint64_t                ep, wms, token;
    unsigned                i, n;
    webhook_store_result_e  rc;

    static webhook_id_t     ids[N];

    util_init(&u);
    util_init(&copy);

    u.size = 64 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    wms = util_endpoint(&u, "wms", 100);

    for (i = 0; i < N; i++) {
        (void) put(&u, wms, 5000, 0, &ids[i], &token);
    }

    fill_with_history(&u, ep, 20000);

    util_close(&u);

    if (pipe(stop) == -1) {
        return;
    }

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        close(stop[1]);
        u.wall += 1000000;

        if (util_open(&u) != WEBHOOK_STORE_OK) {
            _exit(2);
        }

        write_on(&u, ep, stop[0]);
    }

    close(stop[0]);

    u.readonly = 1;

    check_beside(&u);

    util_open(&u);

    snprintf(file, sizeof(file), "%s/data.mdb", copy.dir);

    fd = open(file, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

    rc = webhook_store_backup(u.st, fd, file);

    close(fd);
    util_close(&u);

    if (write(stop[1], "x", 1) != 1) {
        tap_ok(0, "the other is told");
    }

    waitpid(pid, &status, 0);

    tap_ok(rc == WEBHOOK_STORE_OK, "it is copied: %s", u.text);
    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "and who writes to it notices nothing (%d)", status);

    copy.clock = u.clock;
    copy.keep = u.keep;
    copy.size = 0;

    tap_ok(util_open(&copy) == WEBHOOK_STORE_OK, "the copy is a store");

    util_check(&copy, "the copy");

    n = waiting(&copy, ids, N);

    tap_ok(n == N, "that has all that was waiting: %u", n);

    close(stop[1]);
    util_free(&u);
    util_free(&copy);
}
