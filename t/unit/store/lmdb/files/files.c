
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: its files, damaged and not, and its clock.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_modes(void);
static void test_places(void);
static void test_damaged(void);
static void test_damaged_in_use(void);
static void test_short_file(void);
static void test_half_made(void);
static void test_clock(void);
static void test_real_clock(void);
static void test_removed(void);


int
main(void)
{
    test_modes();
    test_places();
    test_damaged();
    test_damaged_in_use();
    test_short_file();
    test_half_made();
    test_clock();
    test_real_clock();
    test_removed();

    return tap_done();
}


static unsigned
mode_of(util_t *u, const char *name)
{
    char         path[512];
    struct stat  sb;

    snprintf(path, sizeof(path), "%s/%s", u->dir, name);

    return stat(path, &sb) == -1 ? 0 : sb.st_mode & 07777;
}


/* Writes over a part of data.mdb. */

static void
scribble(util_t *u, off_t offset, size_t len, int byte)
{
    int             fd;
    char            path[512];
    unsigned char  *bytes;

    snprintf(path, sizeof(path), "%s/data.mdb", u->dir);

    fd = open(path, O_WRONLY|O_CREAT, 0600);
    bytes = malloc(len);

    memset(bytes, byte, len);

    if (fd == -1 || pwrite(fd, bytes, len, offset) != (ssize_t) len) {
        perror(path);
    }

    close(fd);
    free(bytes);
}


static void
cut(util_t *u, off_t len)
{
    char  path[512];

    snprintf(path, sizeof(path), "%s/data.mdb", u->dir);

    if (truncate(path, len) == -1) {
        perror(path);
    }
}


static void
test_modes(void)
{
    util_t  u;
    mode_t  old;

    util_init(&u);

    u.alone = 1;

    old = umask(0);
    util_open(&u);
    umask(old);

    tap_ok(mode_of(&u, "data.mdb") == 0600
           && mode_of(&u, "lock.mdb") == 0600
           && mode_of(&u, "owners") == 0600,
           "files are for their owner alone");
    tap_ok(util_files(&u, "") == 3, "there are three");

    util_free(&u);

    util_init(&u);

    old = umask(0277);
    util_open(&u);
    umask(old);

    tap_ok(mode_of(&u, "data.mdb") == 0600
           && mode_of(&u, "lock.mdb") == 0600
           && mode_of(&u, "owners") == 0600, "whatever the umask is");

    util_free(&u);
}


static void
test_places(void)
{
    util_t  u, v;

    util_init(&u);

    v = u;
    strcat(v.dir, "/none");

    tap_ok(util_open(&v) == WEBHOOK_STORE_UNAVAILABLE
           && v.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
           "no directory: %s", v.text);

    v = u;
    strcpy(v.dir, "/proc");

    tap_ok(util_open(&v) != WEBHOOK_STORE_OK
           && v.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
           "no place for files: %s", v.text);
    tap_ok(strstr(v.text, "cannot be locked by its file \"owners\": ")
           != NULL, "it is told which, and not that another opens it");

    util_free(&u);
}


static void
test_damaged(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  i;

    static const struct {
        off_t        offset;
        size_t       len;
        const char  *name;
    } damages[] = {
        { 0, 8192, "both meta pages" },
        { 0, 100, "the first page" },
        { 16, 4, "the magic number" }
    };

    for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {

        util_init(&u);
        util_open(&u);
        ep = util_endpoint(&u, "erp", 1);
        (void) util_put(&u, ep, 0);
        util_close(&u);

        scribble(&u, damages[i].offset, damages[i].len, 0x5a);

        memset(u.logs, 0, sizeof(u.logs));

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK
               && util_stats(&u, 0, NULL).events == 0,
               "%s damaged: an empty store takes its place",
               damages[i].name);
        tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] == 1
               && util_files(&u, "data.mdb.damaged-") == 1,
               "it is set aside, with an alarm");
        tap_ok(util_endpoint(&u, "erp", 1) == ep
               && util_check(&u, "new store"), "the new one works");

        util_close(&u);

        scribble(&u, damages[i].offset, damages[i].len, 0x5a);

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK
               && util_files(&u, "data.mdb.damaged-") == 2,
               "twice in a second as well");

        util_free(&u);
    }

    /* who only reads moves nothing */

    util_init(&u);
    util_open(&u);
    util_close(&u);

    scribble(&u, 0, 8192, 0x5a);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "who only reads leaves it as it is");

    util_free(&u);

    /* no database at all */

    util_init(&u);
    scribble(&u, 0, 20000, 'x');

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file that is no database is set aside");

    util_free(&u);

    util_init(&u);
    scribble(&u, 0, 1, 'x');
    cut(&u, 0);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0,
           "an empty file is a new store");

    util_free(&u);
}


/* Another process has it open: nobody may pull the file from under it. */

static void
test_damaged_in_use(void)
{
    int      status, up[2], down[2];
    char     c;
    pid_t    pid;
    util_t   u;

    util_init(&u);

    if (pipe(up) == -1 || pipe(down) == -1) {
        return;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        (void) util_open(&u);

        if (write(up[1], "x", 1) != 1 || read(down[0], &c, 1) != 1) {
            _exit(1);
        }

        /* it goes without writing: its pages are damaged */

        _exit(0);
    }

    if (read(up[0], &c, 1) != 1) {
        return;
    }

    scribble(&u, 0, 8192, 0x5a);

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "a damaged store that is in use is left: %s", u.text);

    if (write(down[1], "x", 1) != 1) {
        return;
    }

    waitpid(pid, &status, 0);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "and set aside once that is over");

    util_free(&u);

    close(up[0]);
    close(up[1]);
    close(down[0]);
    close(down[1]);
}


/* To read a page that the file does not have would kill the process. */

static void
test_short_file(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  put;

    static unsigned char  body[1000000];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 10; i++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        (void) util_apply(&u, &op);
    }

    util_close(&u);

    cut(&u, 4 << 20);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file that lost its end is set aside");

    util_free(&u);

    /* a little may be missing without a loss; if it was one, no crash */

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 500; i++) {
        (void) util_put(&u, ep, 0);
    }

    util_close(&u);

    cut(&u, 30000);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file without the pages that matter is set aside");

    util_free(&u);
}


/* A process that died while it made the store. */

static void
test_half_made(void)
{
    util_t    u;
    uint64_t  ep;

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, NULL, 0);
    tamper(&u, WEBHOOK_DB_OWNERS, "\0\0\0\0", 4, NULL, 0);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0
           && util_endpoint(&u, "erp", 1) != 0,
           "an empty store without a format is made anew");

    ep = util_name("erp");
    (void) util_put(&u, ep, 0);

    tamper(&u, WEBHOOK_DB_META, "format", 6, NULL, 0);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0
           && util_stats(&u, 0, NULL).events == 1,
           "of one that holds something the tables tell the format");

    util_free(&u);
}


static void
test_clock(void)
{
    util_t        u;
    uint64_t      ep, begun, before, after;
    webhook_op_t  op;

    /* what is read from here on is not older, however long it takes */

    begun = webhook_clock_wall();

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, ep, 100000);

    before = webhook_clock_now(util_lmdb(&u));

    tap_ok(before + 5000 > begun
           && before < webhook_clock_wall() + 5000,
           "a new store begins with the wall clock");

    /* the same boot, later */

    util_close(&u);
    u.clock += 60000;
    util_open(&u);

    tap_ok(webhook_clock_now(util_lmdb(&u)) == before + 60000,
           "in a boot time goes on by its clock alone");

    (void) util_claim(&u, &op, &ep, 1);

    tap_ok(op.u.claim.next == 40000, "so do delays");

    webhook_op_free(&op);

    /* time far ahead of the wall clock, and a new boot */

    u.clock += (uint64_t) 1 << 36;

    (void) util_put(&u, ep, 100000);
    before = webhook_clock_now(util_lmdb(&u));

    util_close(&u);

    u.clock = 1;
    u.boot = "boot-2";

    util_open(&u);

    after = webhook_clock_now(util_lmdb(&u));

    tap_ok(after >= before && after < before + 60000,
           "in a new boot it never goes back");

    (void) util_claim(&u, &op, &ep, 1);

    tap_ok(op.u.claim.count == 1, "what was due is due");

    webhook_op_free(&op);

    u.clock += 100000;

    (void) util_claim(&u, &op, &ep, 10);

    tap_ok(op.u.claim.count == 2, "what was due later is due after its "
           "delay, and the lease is over");

    webhook_op_free(&op);

    util_close(&u);

    /* the machine was off while the wall clock went on */

    util_free(&u);
    util_init(&u);
    util_open(&u);

    util_close(&u);
    u.clock = 1;
    u.boot = "boot-3";
    begun = webhook_clock_wall();
    util_open(&u);

    after = webhook_clock_now(util_lmdb(&u));

    tap_ok(after + 5000 > begun,
           "after a boot it is not behind the wall clock");

    util_free(&u);
}


static void
test_real_clock(void)
{
    util_t    u;
    uint64_t  begun, before;

    util_init(&u);

    u.clock = 0;
    begun = webhook_clock_wall();

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "the machine's own clock");

    before = webhook_clock_now(util_lmdb(&u));

    tap_ok(before + 5000 > begun
           && before < webhook_clock_wall() + 5000, "tells the time");

    util_free(&u);
}


/* A store whose file goes away under it takes nothing new, and says so. */

static void
test_removed(void)
{
    char                    path[512], aside[600];
    util_t                  u;
    uint64_t                erp, token;
    webhook_id_t            id;
    webhook_op_t            op;
    webhook_put_t           put;
    webhook_store_result_e  result;

    util_init(&u);
    util_open(&u);

    erp = util_endpoint(&u, "erp", 10);
    token = util_lease(&u, erp, &id);

    snprintf(path, sizeof(path), "%s/data.mdb", u.dir);
    snprintf(aside, sizeof(aside), "%s.aside", path);

    tap_ok(rename(path, aside) == 0, "data.mdb goes away");

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&u), erp, "{}", 2);
    result = util_apply(&u, &op);
    webhook_op_free(&op);

    tap_ok(result == WEBHOOK_STORE_UNAVAILABLE, "no event is taken");
    tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] == 1
           && strstr(u.text, "removed or replaced") != NULL,
           "an alarm says why: %s", u.text);

    tap_ok(util_complete(&u, id, erp, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "an outcome is");

    util_put_op(&op, &put, util_id(&u), erp, "{}", 2);
    (void) util_apply(&u, &op);
    webhook_op_free(&op);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] == 1, "one alarm for all");

    tap_ok(rename(aside, path) == 0, "the file comes back");

    util_put_op(&op, &put, util_id(&u), erp, "{}", 2);
    result = util_apply(&u, &op);
    webhook_op_free(&op);

    tap_ok(result == WEBHOOK_STORE_OK, "events are taken again");

    util_close(&u);
    util_free(&u);
}
