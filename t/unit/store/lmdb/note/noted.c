
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/note: what a process noted before it died is applied, and
 * nothing else; places are used again; where nothing can be written, nothing is
 * leased ahead.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"
#include "store_ahead.h"
#include "store/lmdb/note/webhook_store_note.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>


#define NOTES_AT  131072                /* in the file of owners, the first slot's */
#define NOTE      256


static int  full;                       /* of the disk: no note is written */


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
    ssize_t  (*next)(int fd, const void *buf, size_t len, off_t at);

    if (full && at >= NOTES_AT && len % NOTE == 0 && len < 4096) {
        errno = ENOSPC;
        return -1;
    }

    *(void **) &next = dlsym(RTLD_NEXT, "pwrite");

    return next(fd, buf, len, at);
}


static uint32_t
note(util_t *u, webhook_op_t *op, const webhook_lease_t *lease)
{
    webhook_op_t  *ops[1];

    util_complete_op(op, lease->event.id, lease->endpoint, lease->lease_token,
                     WEBHOOK_DONE, 0);

    op->u.complete.attempt.status = 204;
    op->u.complete.attempt.wall = 1700000000000ULL;

    ops[0] = op;
    webhook_store_note(u->st, ops, 1);

    return op->u.complete.noted;
}


/* A process that leases so many, notes some of them, and dies. */

static void
die(util_t *u, uint64_t ep, uint32_t leases, uint32_t notes)
{
    int           status;
    pid_t         pid;
    uint32_t      i;
    webhook_op_t  op, claim;

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        util_open(u);

        if (util_claim(u, &claim, &ep, leases) != leases) {
            _exit(1);
        }

        for (i = 0; i < notes; i++) {
            if (note(u, &op, &claim.u.claim.leases[i]) == 0) {
                _exit(2);
            }
        }

        _exit(0);
    }

    (void) waitpid(pid, &status, 0);

    if (status) {
        printf("# it ended by %d\n", status);
    }
}


static void
states(util_t *u, uint64_t ep, uint64_t delivered, uint64_t pending,
    const char *name)
{
    webhook_endpoint_stats_t  e;

    (void) util_stats(u, ep, &e);

    tap_ok(e.delivered == delivered && e.states[WEBHOOK_PENDING] == pending
           && e.states[WEBHOOK_SENDING] == 0, "%s", name);
}


static void
damage(util_t *u, off_t at)
{
    int   fd;
    char  path[4096], byte;

    snprintf(path, sizeof(path), "%s/owners", u->dir);

    fd = open(path, O_RDWR);

    if (fd == -1 || pread(fd, &byte, 1, at) != 1) {
        printf("# no byte there\n");
        return;
    }

    byte ^= 1;

    if (pwrite(fd, &byte, 1, at) != 1) {
        printf("# it is not written\n");
    }

    close(fd);
}


static void
test_death(void)
{
    util_t    u;
    unsigned  i;
    uint64_t  ep;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 64);

    for (i = 0; i < 40; i++) {
        (void) util_put(&u, ep, 0);
    }

    util_close(&u);

    die(&u, ep, 10, 4);

    util_open(&u);
    states(&u, ep, 4, 36, "what was noted is delivered, the rest is due");
    util_check(&u, "after a death");
    util_close(&u);

    die(&u, ep, 10, 0);

    util_open(&u);
    states(&u, ep, 4, 36, "notes of one before in the slot mean nothing");
    util_close(&u);

    die(&u, ep, 8, 8);

    damage(&u, NOTES_AT + 2 * NOTE + 50);
    damage(&u, NOTES_AT + 5 * NOTE);
    damage(&u, NOTES_AT + 7 * NOTE + 4 + 2);

    util_open(&u);
    states(&u, ep, 9, 31, "damaged ones mean nothing, and others do");
    util_check(&u, "after damage");
    util_free(&u);
}


static void
test_places(void)
{
    util_t         u;
    unsigned       i, n;
    uint64_t       ep;
    webhook_op_t   claim, *ops;

    ops = calloc(WEBHOOK_NOTES + 8, sizeof(webhook_op_t));

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", WEBHOOK_NOTES + 100);

    for (i = 0; i < WEBHOOK_NOTES + 8; i++) {
        (void) util_put(&u, ep, 0);
    }

    (void) util_claim(&u, &claim, &ep, WEBHOOK_NOTES + 8);

    n = 0;

    for (i = 0; i < WEBHOOK_NOTES; i++) {
        n += note(&u, &ops[i], &claim.u.claim.leases[i]) != 0;
    }

    tap_ok(n == WEBHOOK_NOTES, "as many as there are places are noted");
    tap_ok(note(&u, &ops[i], &claim.u.claim.leases[i]) == 0,
           "and no more than these");

    tap_ok(util_apply(&u, &ops[7]) == WEBHOOK_STORE_OK
           && ops[7].u.complete.noted == 0,
           "one that is applied has no place any more");
    tap_ok(note(&u, &ops[i], &claim.u.claim.leases[i]) == 8, "another has it");

    for (i = 0; i <= WEBHOOK_NOTES; i++) {
        if (i != 7) {
            (void) util_apply(&u, &ops[i]);
        }
    }

    for (i++, n = 0; i < WEBHOOK_NOTES + 8; i++) {
        n += note(&u, &ops[i], &claim.u.claim.leases[i]) != 0;
    }

    tap_ok(n == 6, "all are free again");

    webhook_op_free(&claim);
    free(ops);

    util_check(&u, "with outcomes that are noted");
    util_free(&u);
}


static void
test_full(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  claim, op, noted;

    begin(&u, &ep, 4, 40, &claim, &op, 0);
    webhook_op_free(&op);

    full = 1;

    tap_ok(note(&u, &noted, &claim.u.claim.leases[1]) == 0,
           "on a full disk nothing is noted");

    done(&u, &op, &claim.u.claim.leases[1], WEBHOOK_DONE, 8, NULL);
    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.complete.stock_count == 0,
           "and nothing leased ahead");
    webhook_op_free(&op);

    full = 0;
    u.clock += 10001;

    done(&u, &op, &claim.u.claim.leases[2], WEBHOOK_DONE, 8, NULL);
    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.complete.stock_count == 8,
           "after a while it is tried again");

    end(&u, &claim, &op, "after a full disk");
}


/* A breaker was open, and what closes it is noted: whoever applies that tells
   so, as no one else will. */

static void
test_breaker(void)
{
    int                       status;
    pid_t                     pid;
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep;
    webhook_op_t              op, claim;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 3, 0);

    for (i = 0; i < 5; i++) {
        (void) util_put(&u, ep, 0);
    }

    util_close(&u);

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        util_open(&u);

        if (util_claim(&u, &claim, &ep, 5) != 5) {
            _exit(1);
        }

        for (i = 0; i < 3; i++) {
            (void) util_complete(&u, claim.u.claim.leases[i].event.id, ep,
                                 claim.u.claim.leases[i].lease_token,
                                 WEBHOOK_RETRY, 60000);
        }

        (void) util_stats(&u, ep, &s);

        if (!s.open) {
            _exit(2);
        }

        _exit(note(&u, &op, &claim.u.claim.leases[3]) ? 0 : 3);
    }

    (void) waitpid(pid, &status, 0);

    u.watch = "the breaker of webhook endpoint \"erp\" closed";

    util_open(&u);
    (void) util_stats(&u, ep, &s);

    tap_ok(status == 0 && !s.open && s.delivered == 1,
           "what was noted closes a breaker (%d)", WEXITSTATUS(status));
    tap_ok(u.watched == 1, "and this is told");

    util_check(&u, "closed by a note");
    util_free(&u);
}


int
main(void)
{
    test_death();
    test_breaker();
    test_places();
    test_full();

    return tap_done();
}
