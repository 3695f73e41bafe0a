
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a copy, and a store put in place of another.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_backup(void);
static void test_in_use(void);


int
main(void)
{
    test_backup();
    test_in_use();

    return tap_done();
}


static webhook_store_result_e
backup(util_t *u, const char *file)
{
    int                     fd;
    webhook_store_result_e  rc;

    fd = open(file, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

    rc = webhook_store_backup(u->st, fd, file);

    close(fd);

    return rc;
}


/* Puts a file in the place of a store that nobody has open. */

static webhook_store_result_e
replace(util_t *u, const char *file, char was[80])
{
    webhook_store_options_t  o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find(store_engine()->name);
    o.path = u->dir;
    o.log = util_log;
    o.ctx = u;

    return webhook_store_replace(&o, file, was);
}


static void
test_backup(void)
{
    char         file[512], was[80];
    util_t       u, copy;
    uint64_t     ep;
    unsigned     i;

    util_init(&u);
    util_init(&copy);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 500; i++) {
        (void) util_put(&u, ep, 1000);
    }

    snprintf(file, sizeof(file), "%s/copy", copy.dir);

    tap_ok(backup(&u, file) == WEBHOOK_STORE_OK, "a store is copied");

    (void) util_put(&u, ep, 1000);

    tap_ok(replace(&copy, file, was) == WEBHOOK_STORE_OK && was[0] == '\0'
           && util_files(&copy, "copy") == 0,
           "the copy is put where there was none");

    copy.clock = u.clock;

    tap_ok(util_open(&copy) == WEBHOOK_STORE_OK
           && util_stats(&copy, 0, NULL).events == 500,
           "it is a store, as of then");

    util_check(&copy, "the copy");

    tap_ok(util_put(&copy, ep, 0).bytes[0] == 0x01
           && util_stats(&copy, 0, NULL).events == 501, "that goes on");

    util_close(&copy);

    tap_ok(webhook_store_backup(u.st, -1, "nowhere")
           == WEBHOOK_STORE_UNAVAILABLE, "nowhere is no place");

    util_close(&u);

    u.readonly = 1;
    util_open(&u);

    snprintf(file, sizeof(file), "%s/second", copy.dir);

    tap_ok(backup(&u, file) == WEBHOOK_STORE_OK,
           "read-only stores are copied too");

    util_free(&u);

    tap_ok(replace(&copy, file, was) == WEBHOOK_STORE_OK && was[0]
           && util_files(&copy, was) == 1, "what was there is kept: %s", was);
    tap_ok(util_open(&copy) == WEBHOOK_STORE_OK
           && util_stats(&copy, 0, NULL).events == 501,
           "and the other store is in its place");

    util_free(&copy);
}


static void
test_in_use(void)
{
    char      file[512], was[80];
    util_t    u;
    uint64_t  ep;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    (void) util_put(&u, ep, 0);

    snprintf(file, sizeof(file), "%s/copy", u.dir);

    tap_ok(backup(&u, file) == WEBHOOK_STORE_OK, "a copy beside its store");

    (void) util_put(&u, ep, 0);

    tap_ok(replace(&u, file, was) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "copy") == 1, "a store in use is not replaced");
    tap_ok(replace(&u, NULL, was) == WEBHOOK_STORE_UNAVAILABLE,
           "nor is it told to be free");

    util_close(&u);

    tap_ok(replace(&u, NULL, was) == WEBHOOK_STORE_OK, "closed, it is");
    tap_ok(replace(&u, "/nowhere/copy", was) == WEBHOOK_STORE_UNAVAILABLE,
           "a file that is not there");

    util_open(&u);

    tap_ok(util_stats(&u, 0, NULL).events == 2, "leaves all as it was");

    util_free(&u);
}
