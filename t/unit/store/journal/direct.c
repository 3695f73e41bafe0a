
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal: what is appended goes past the cache of the kernel
 * where the file system lets it, in whole blocks of memory and of the file, and
 * all else that is written to the file does then; where it does not, it is
 * appended all the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "journal_util.h"

#include "store/journal/webhook_journal_clean.h"

#include <dlfcn.h>
#include <stdarg.h>


#define SIZE   ((size_t) 1024 * 1024)
#define BLOCK  WEBHOOK_JOURNAL_BLOCK


/* What a file system says to O_DIRECT. */

typedef enum {
    SAYS_YES = 0,                       /* or what this one says */
    SAYS_NO,                            /* when it is asked for */
    SAYS_LATER                          /* when something is written */
} says_e;


static says_e    says;
static int       refusal;               /* errno of LATER */
static unsigned  directly;              /* writes, ... */
static unsigned  cached;                /* ... by the other way */
static unsigned  crooked;               /* not in whole blocks */


static void test_direct(void);
static void test_read(void);
static void test_refused(void);
static void test_failed(void);


int
main(void)
{
    journal_directory();

    test_direct();
    test_read();
    test_refused();
    test_failed();

    return journal_end();
}


int
fcntl(int fd, int cmd, ...)
{
    int      (*next)(int fd, int cmd, ...);
    long       arg;
    void      *symbol;
    va_list    args;

    va_start(args, cmd);
    arg = va_arg(args, long);
    va_end(args);

    if (cmd == F_SETFL && (arg & O_DIRECT) && says == SAYS_NO) {
        errno = EINVAL;
        return -1;
    }

    symbol = dlsym(RTLD_NEXT, "fcntl");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd, cmd, arg);
}


static int
is_direct(int fd)
{
    return (fcntl(fd, F_GETFL, 0L) & O_DIRECT) != 0;
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    void      *symbol;
    ssize_t  (*next)(int fd, const void *buf, size_t len, off_t offset);

    if (is_direct(fd)) {
        directly++;

        crooked += ((uintptr_t) buf % BLOCK || len % BLOCK
                    || (size_t) offset % BLOCK);

        if (says == SAYS_LATER) {
            errno = refusal;
            return -1;
        }

    } else {
        cached++;
    }

    symbol = dlsym(RTLD_NEXT, "pwrite");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd, buf, len, offset);
}


/* 1 if this file system writes past the cache. */

static int
there(void)
{
    int         fd, yes;
    static char block[BLOCK] __attribute__((aligned(4096)));

    fd = open(path, O_RDWR|O_CREAT|O_DIRECT|O_CLOEXEC, 0600);

    yes = fd != -1 && pwrite(fd, block, BLOCK, 0) == (ssize_t) BLOCK;

    if (fd != -1) {
        close(fd);
    }

    (void) unlink(path);

    return yes;
}


/* The events behind "behind" that are read back, if they are whole. */

static unsigned
found(uint64_t behind)
{
    int                     fd;
    unsigned                n, damaged;
    uint64_t                last;
    webhook_journal_read_t  r;

    fd = open(path, O_RDONLY|O_CLOEXEC);

    if (webhook_journal_read_open(&r, fd, journal.id) != 0) {
        printf("Bail out! it cannot be read\n");
        exit(1);
    }

    webhook_journal_read_seek(&r, behind);
    n = count_events(&r, &damaged, &last);

    if (damaged || r.torn) {
        n = 0;
    }

    webhook_journal_read_close(&r);
    close(fd);

    return n;
}


static int
append(uint64_t n, size_t len)
{
    return add(n, len) == n && webhook_journal_sync(&journal) == 0;
}


static void
test_direct(void)
{
    int                      rc, direct;
    uint64_t                 n;
    webhook_journal_clean_t  c;

    direct = there();

    begin(SIZE);

    tap_ok(journal.direct == (unsigned) direct
           && is_direct(journal.fd) == direct,
           "the file system %s past its cache",
           direct ? "writes" : "does not write");

    if (!direct) {
        webhook_journal_close(&journal);
        return;
    }

    directly = 0;
    cached = 0;

    for (n = 1; n <= 12; n++) {

        /* up to 170 kB: the memory of a batch grows with something in it, and
           the ring begins again */

        (void) add(2 * n - 1, 100);
        rc = append(2 * n, (size_t) n * 14000);

        if (!rc) {
            tap_ok(0, "batch %u is appended", (unsigned) n);
        }

        webhook_journal_done(&journal, n < 12 ? 2 * n : 0);
    }

    tap_ok(directly == 12 && cached == 0, "appends go past it, one write each");
    tap_ok(found(22) == 2, "and are read back");

    memset(&c, 0, sizeof(c));

    do {
        rc = webhook_journal_clean(&journal, path, 22, &c);
    } while (rc == EINPROGRESS);

    tap_ok(rc == 0 && directly > 12 && cached == 0 && found(22) == 2,
           "so does what is overwritten");

    directly = 0;

    tap_ok(webhook_journal_wipe(&journal) == 0 && directly == 1 && cached == 0
           && found(0) == 0, "and what is taken back");

    tap_ok(crooked == 0, "all in whole blocks");

    webhook_journal_close(&journal);
}


/* Who reads has it in the cache of the kernel, and sees what is new. */

static void
test_read(void)
{
    uint64_t  n;
    unsigned  wrong;

    begin(SIZE);

    wrong = 0;

    for (n = 1; n <= 400; n++) {
        wrong += !append(n, 3000) || found(n - 1) != 1;
        webhook_journal_done(&journal, n);
    }

    tap_ok(wrong == 0, "each of 400 is read as it was appended");

    webhook_journal_close(&journal);
}


static void
test_refused(void)
{
    unsigned  i;

    static const struct {
        says_e       says;
        int          error;
        const char  *name;
    } refusals[] = {
        { SAYS_NO, 0, "is not known" },
        { SAYS_LATER, EINVAL, "is known, and refused" },
        { SAYS_LATER, EOPNOTSUPP, "is known, and not there" }
    };

    for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        says = refusals[i].says;
        refusal = refusals[i].error;

        begin(SIZE);

        directly = 0;

        tap_ok(!journal.direct && !is_direct(journal.fd)
               && append(1, 3000) && append(2, 90000) && directly == 0
               && found(0) == 2, "O_DIRECT %s: it is appended without",
               refusals[i].name);

        webhook_journal_close(&journal);
    }

    says = SAYS_YES;
}


static void
test_failed(void)
{
    if (!there()) {
        return;
    }

    (void) unlink(path);

    says = SAYS_LATER;
    refusal = EIO;

    tap_ok(webhook_journal_create(&journal, path, SIZE) == EIO
           && access(path, F_OK) == -1, "where a write fails none is made");

    says = SAYS_YES;

    begin(SIZE);

    says = SAYS_LATER;
    refusal = EINVAL;

    tap_ok(add(1, 100) == 1 && webhook_journal_sync(&journal) == EINVAL
           && journal.failed && add(2, 100) == 0,
           "later a refusal is a failed write");

    says = SAYS_YES;

    webhook_journal_close(&journal);
}
