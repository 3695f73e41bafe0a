
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: its file is replaced.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"

#include <dlfcn.h>
#include <errno.h>


static unsigned  unsynced;              /* directories cannot be synced: from
                                           this sync on */


static void test_replace(void);
static void test_unsynced(unsigned nth);


int
main(void)
{
    test_replace();
    test_unsynced(1);
    test_unsynced(2);

    return tap_done();
}


int
fsync(int fd)
{
    int          (*next)(int fd);
    void          *symbol;
    struct stat    sb;

    if (unsynced && fstat(fd, &sb) == 0 && S_ISDIR(sb.st_mode)) {

        if (unsynced == 1) {
            errno = EIO;
            return -1;
        }

        unsynced--;
    }

    symbol = dlsym(RTLD_NEXT, "fsync");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd);
}


static void
test_replace(void)
{
    int                      fd;
    char                     was[80], file[300];
    util_t                   u;
    uint64_t                 ep;
    webhook_op_t             op;
    webhook_store_options_t  o;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, ep, 0);

    memset(&o, 0, sizeof(o));

    o.engine = &webhook_lmdb;
    o.path = u.dir;
    o.log = util_log;
    o.ctx = &u;

    snprintf(file, sizeof(file), "%s/copy", u.dir);

    fd = open(file, O_WRONLY|O_CREAT|O_EXCL, 0600);

    tap_ok(webhook_store_backup(u.st, fd, file) == WEBHOOK_STORE_OK, "a copy");
    close(fd);

    (void) util_put(&u, ep, 0);

    tap_ok(webhook_store_replace(&o, file, was) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "in use"), "a store in use is not replaced");
    tap_ok(util_files(&u, "copy") == 1
           && util_files(&u, "data.mdb") == 1, "and nothing is touched");

    util_close(&u);

    tap_ok(webhook_store_replace(&o, file, was) == WEBHOOK_STORE_OK
           && strncmp(was, "data.mdb.replaced-", 18) == 0
           && util_files(&u, was) == 1, "what was there is kept");
    tap_ok(util_files(&u, "copy") == 0 && util_files(&u, "lock.mdb") == 0,
           "the copy is in its place");

    util_open(&u);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.events == 1,
           "with what was in it");
    webhook_op_free(&op);

    util_close(&u);

    tap_ok(webhook_store_replace(&o, file, was) == WEBHOOK_STORE_UNAVAILABLE,
           "a file that is not there");
    tap_ok(util_files(&u, "data.mdb") == 2, "leaves all as it was");

    util_free(&u);
}


/* A copy is in the place of the store, but for how long nobody knows; or only
   whether the names of journals last. */

static void
test_unsynced(unsigned nth)
{
    int                      fd;
    char                     was[80], file[300], path[300];
    util_t                   u;
    webhook_store_options_t  o;

    static const char  journal[] = "journal.00112233445566778899aabbccddeeff";

    util_init(&u);
    util_open(&u);

    snprintf(file, sizeof(file), "%s/copy", u.dir);

    fd = open(file, O_WRONLY|O_CREAT|O_EXCL, 0600);
    (void) webhook_store_backup(u.st, fd, file);
    close(fd);

    util_close(&u);

    snprintf(path, sizeof(path), "%s/%s", u.dir, journal);

    fd = open(path, O_WRONLY|O_CREAT|O_EXCL, 0600);
    close(fd);

    memset(&o, 0, sizeof(o));

    o.engine = &webhook_lmdb;
    o.path = u.dir;
    o.log = util_log;
    o.ctx = &u;

    unsynced = nth;

    if (nth == 1) {
        tap_ok(webhook_store_replace(&o, file, was) == WEBHOOK_STORE_UNAVAILABLE
               && strstr(u.text, "may not outlast"),
               "a store that is replaced so that it may not last is told");
        tap_ok(access(path, F_OK) == 0, "and its journals keep their names");

    } else {
        tap_ok(webhook_store_replace(&o, file, was) == WEBHOOK_STORE_OK
               && strstr(u.text, "could not be renamed"),
               "journals whose new names may not last are told");
    }

    tap_ok(util_files(&u, "copy") == 0 && was[0] && util_files(&u, was) == 1
           && util_files(&u, "journal.") == 1, "all is there");

    unsynced = 0;

    util_free(&u);
}
