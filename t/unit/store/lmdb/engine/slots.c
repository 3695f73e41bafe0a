
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: slots of processes, and a file that is damaged where
 * many open it at once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_process.h"


static void test_damaged_at_once(void);
static void test_slots(void);


int
main(void)
{
    test_damaged_at_once();
    test_slots();

    return tap_done();
}


static void
test_damaged_at_once(void)
{
    int       fd;
    char      path[512];
    util_t    u;
    unsigned  good;

    static unsigned char  junk[8192];

    util_init(&u);

    snprintf(path, sizeof(path), "%s/data.mdb", u.dir);

    memset(junk, 0x5a, sizeof(junk));

    fd = open(path, O_WRONLY|O_CREAT, 0600);

    if (fd == -1 || write(fd, junk, sizeof(junk)) != sizeof(junk)) {
        perror(path);
    }

    close(fd);

    good = open_at_once(&u, 8);

    tap_ok(good == 8 && util_files(&u, "data.mdb.damaged-") == 1,
           "of %u processes one sets a damaged store aside", good);

    util_open(&u);

    tap_ok(util_stats(&u, 0, NULL).events == 8, "nothing is lost of the new");

    util_free(&u);
}


/* Slots are used again; incarnations are not. */

static void
test_slots(void)
{
    int        status;
    pid_t      pid;
    util_t     u;
    uint64_t   ep, one, two;
    int        slot;

    webhook_check_t  check;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    one = util_lmdb(&u)->incarnation;
    slot = util_lmdb(&u)->slot;

    util_close(&u);
    util_open(&u);

    two = util_lmdb(&u)->incarnation;

    tap_ok(slot == 0 && util_lmdb(&u)->slot == 0 && one != two && one && two,
           "the same slot, another incarnation");

    util_close(&u);

    /* the slot of the dead is taken while another looks at it */

    pid = leaser(&u, ep, 3);

    {
        pid_t  other;

        other = leaser(&u, ep, 2);

        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);

        util_open(&u);

        tap_ok(util_lmdb(&u)->slot == 0, "a slot in the middle is free again");
        tap_ok(util_takeover(&u) == 0
               && util_stats(&u, 0, NULL).owners == 2,
               "its leases were taken over at the open");

        (void) webhook_store_check(util_lmdb(&u), &check, util_tell, NULL);

        tap_ok(check.faults == 0 && check.orphans == 0 && check.leases == 2,
               "and the other keeps what it leased");

        kill(other, SIGKILL);
        waitpid(other, &status, 0);

        tap_ok(util_takeover(&u) == 2, "those of the other now");
    }

    util_check(&u, "slots");
    util_free(&u);
}
