
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal: a file that is written and read back, and a disk that
 * fails.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_fault.h"
#include "journal_util.h"

#include "store/journal/webhook_journal_clean.h"

#include <pthread.h>
#include <sys/file.h>


#define SIZE  ((size_t) 256 * 1024)


static void test_append(void);
static void test_ring(void);
static void test_full(void);
static void test_fault(void);
static void test_lock(void);
static void test_clean(void);
static void test_clean_beside(void);
static void test_clean_partly(void);
static void test_clean_slices(void);
static void test_beside(void);


int
main(void)
{
    journal_directory();

    test_append();
    test_ring();
    test_full();
    test_fault();
    test_lock();
    test_clean();
    test_clean_beside();
    test_clean_partly();
    test_clean_slices();
    test_beside();

    return journal_end();
}


static unsigned
read_back(uint64_t behind, unsigned *damaged, uint64_t *last, unsigned *torn)
{
    int                     fd;
    unsigned                n;
    webhook_journal_read_t  r;

    fd = open(path, O_RDONLY);

    if (webhook_journal_read_open(&r, fd, journal.id) != 0) {
        printf("Bail out! it cannot be read\n");
        exit(1);
    }

    webhook_journal_read_seek(&r, behind);
    n = count_events(&r, damaged, last);
    *torn = r.torn;

    webhook_journal_read_close(&r);
    close(fd);

    return n;
}


static void
test_append(void)
{
    unsigned       damaged, torn;
    uint64_t       last;
    struct stat    sb;
    unsigned char  id[WEBHOOK_JOURNAL_ID];

    begin(SIZE);

    tap_ok(stat(path, &sb) == 0 && (size_t) sb.st_size == SIZE
           && (size_t) sb.st_blocks * 512 >= SIZE
           && (sb.st_mode & 0777) == 0600, "the file has its blocks");

    tap_ok(read_back(0, &damaged, &last, &torn) == 0 && !damaged && !torn,
           "nothing is in it");

    tap_ok(add(1, 100) == 1 && add(2, 2000) == 2 && add(3, 0) == 3,
           "events get sequences");
    tap_ok(webhook_journal_sync(&journal) == 0 && journal.durable == 3,
           "and are durable");
    tap_ok(webhook_journal_sync(&journal) == 0, "a sync of nothing");
    tap_ok(add(4, 5000) == 4 && webhook_journal_sync(&journal) == 0,
           "one more, in two blocks");

    tap_ok(read_back(0, &damaged, &last, &torn) == 4 && last == 4 && !damaged
           && !torn, "all are read back");
    tap_ok(read_back(2, &damaged, &last, &torn) == 2 && !damaged,
           "those behind the second");
    tap_ok(read_back(3, &damaged, &last, &torn) == 1 && !damaged,
           "the last one");
    tap_ok(read_back(4, &damaged, &last, &torn) == 0 && !damaged, "none");

    memcpy(id, journal.id, sizeof(id));
    journal.id[15] ^= 1;

    tap_ok(read_back(0, &damaged, &last, &torn) == 0 && !damaged && !torn,
           "under another id nothing is its own");

    memcpy(journal.id, id, sizeof(id));

    webhook_journal_close(&journal);
}


/* Many times round. */

static void
test_ring(void)
{
    unsigned  damaged, torn, wrong, n;
    uint64_t  i, last, sequence;

    begin(SIZE);

    wrong = 0;
    sequence = 0;

    for (i = 1; i <= 600; i++) {

        n = (unsigned) (i * 7919 % 5) + 1;

        for ( /* void */ ; n; n--) {
            sequence++;
            wrong += (add(sequence, sequence * 137 % 6000) != sequence);
        }

        wrong += (webhook_journal_sync(&journal) != 0);

        if (i % 5 == 0) {

            /* all but the last few are in the tables */

            if (read_back(sequence > 9 ? sequence - 9 : 0, &damaged, &last,
                          &torn)
                != (sequence > 9 ? 9 : sequence)
                || damaged || torn || last != sequence)
            {
                wrong++;
            }

            webhook_journal_done(&journal, sequence > 9 ? sequence - 9 : 0);
        }
    }

    tap_ok(wrong == 0, "%llu events, round and round",
           (unsigned long long) sequence);

    webhook_journal_close(&journal);
}


static void
test_full(void)
{
    unsigned  damaged, torn, refused;
    uint64_t  n, last;

    begin(SIZE);

    refused = 0;

    for (n = 1; !refused; n++) {
        refused = (add(n, 3000) != n);
        (void) webhook_journal_sync(&journal);
    }

    tap_ok(n == SIZE / 4096 + 2, "it takes as many as it has blocks");
    tap_ok(read_back(0, &damaged, &last, &torn) == n - 2 && !damaged,
           "all of which are there");

    webhook_journal_done(&journal, 1);

    tap_ok(add(n - 1, 3000) == n - 1 && webhook_journal_sync(&journal) == 0
           && add(n, 10) == 0, "one is done, and one more is taken");
    (void) webhook_journal_sync(&journal);

    webhook_journal_done(&journal, n - 1);

    tap_ok(add(n, SIZE / 4) == 0 && webhook_journal_sync(&journal) == 0,
           "one over a fourth of it is not");
    tap_ok(add(n, SIZE / 4 - 1000) == n && webhook_journal_sync(&journal) == 0,
           "one below is");
    tap_ok(read_back(n - 1, &damaged, &last, &torn) == 1 && last == n
           && !damaged, "and read back");

    webhook_journal_close(&journal);
}


static void
test_fault(void)
{
    unsigned   i, damaged, torn;
    uint64_t   last;

    static const struct {
        fault_e      kind;
        int          error;
        unsigned     after;
        const char  *name;
    } faults[] = {
        { FAULT_WRITE, EIO, 0, "a write that fails" },
        { FAULT_WRITE, ENOSPC, 0, "a full disk" },
        { FAULT_SYNC, EIO, 0, "a sync that fails" }
    };

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {

        begin(SIZE);

        (void) add(1, 3000);
        (void) webhook_journal_sync(&journal);

        (void) add(2, 3000);

        fault_errno = faults[i].error;
        fault_after = faults[i].after;
        fault_lasts = 0;
        fault = faults[i].kind;

        tap_ok(webhook_journal_sync(&journal) == faults[i].error
               && journal.durable == 1, "%s is told", faults[i].name);

        fault = FAULT_NONE;

        /* the disk would lie now */

        tap_ok(add(2, 10) == 0 && webhook_journal_sync(&journal) == 0
               && journal.durable == 1, "nothing is taken any more");

        tap_ok(read_back(0, &damaged, &last, &torn) >= 1 && !damaged,
               "what was durable is there");

        tap_ok(webhook_journal_wipe(&journal) == 0
               && read_back(0, &damaged, &last, &torn) == 1 && !damaged
               && !torn, "and of the rest nothing, once it is taken back");

        webhook_journal_close(&journal);
    }

    /* a write that is cut short goes on */

    begin(SIZE);

    (void) add(1, 13000);               /* four blocks */

    fault = FAULT_SHORT;
    fault_after = 0;

    tap_ok(webhook_journal_sync(&journal) == 0
           && read_back(0, &damaged, &last, &torn) == 1,
           "a write in two pieces is one");

    webhook_journal_close(&journal);

    fault_errno = ENOSPC;
    fault = FAULT_WRITE;
    fault_after = 0;

    (void) unlink(path);

    tap_ok(webhook_journal_create(&journal, path, SIZE) == ENOSPC
           && access(path, F_OK) == -1, "on a full disk none is made");

    fault = FAULT_NONE;
}


static void
test_lock(void)
{
    int                       fd;
    static webhook_journal_t  other;

    begin(SIZE);

    fd = open(path, O_RDONLY);

    tap_ok(flock(fd, LOCK_EX|LOCK_NB) == -1 && errno == EWOULDBLOCK,
           "it is locked while it is open");

    tap_ok(webhook_journal_create(&other, path, SIZE) == EEXIST
           && access(path, F_OK) == 0, "none is made over it");

    close(fd);
    webhook_journal_close(&journal);

    fd = open(path, O_RDONLY);

    tap_ok(flock(fd, LOCK_EX|LOCK_NB) == 0, "and not afterwards");

    close(fd);
    unlink(path);
}


/* The blocks in which there is something. */

static unsigned
blocks(void)
{
    int                   fd;
    size_t                i;
    ssize_t               size;
    unsigned              n;
    static unsigned char  file[8 * SIZE], zeroes[4096];

    fd = open(path, O_RDONLY);
    n = 0;

    size = read(fd, file, sizeof(file));

    if (size > 0) {
        for (i = 0; i < (size_t) size; i += 4096) {
            n += (memcmp(file + i, zeroes, 4096) != 0);
        }
    }

    close(fd);

    return n;
}


/* To its end. */

static int
clean(uint64_t upto)
{
    int                      rc;
    webhook_journal_clean_t  c;

    memset(&c, 0, sizeof(c));

    do {
        rc = webhook_journal_clean(&journal, path, upto, &c);
    } while (rc == EINPROGRESS);

    return rc;
}


static void
test_clean(void)
{
    unsigned  damaged, torn;
    uint64_t  n, last;

    begin(SIZE);

    for (n = 1; n <= 20; n++) {
        (void) add(n, n == 10 ? 9000 : 1000);
        (void) webhook_journal_sync(&journal);
    }

    tap_ok(blocks() == 22 && clean(0) == 0
           && blocks() == 22, "what is needed stays");

    webhook_journal_done(&journal, 15);

    fault_errno = EIO;
    fault_after = 0;
    fault_lasts = 0;
    fault = FAULT_SYNC;

    tap_ok(clean(15) == EIO
           && clean(15) == 0 && blocks() == 5,
           "what is not needed is overwritten");

    fault_after = 0;
    fault = FAULT_WRITE;

    tap_ok(clean(15) == 0 && fault == FAULT_WRITE,
           "once");

    fault = FAULT_NONE;

    tap_ok(read_back(15, &damaged, &last, &torn) == 5 && last == 20 && !damaged
           && !torn, "and the rest is read back");

    (void) unlink(path);

    tap_ok(clean(15) == ENOENT,
           "a file that is gone");

    webhook_journal_close(&journal);
}


/* So many, one by one, which the engine has. */

static void
append_done(uint64_t from, uint64_t to, size_t len)
{
    for ( /* void */ ; from <= to; from++) {
        (void) add(from, len);
        (void) webhook_journal_sync(&journal);
        webhook_journal_done(&journal, from);
    }
}


/* What was there before where a batch is being appended. */

static void
test_clean_beside(void)
{
    begin(SIZE);
    append_done(1, 80, 1000);

    tap_ok(blocks() == 49, "the ring was begun twice");

    (void) add(81, 1000);

    tap_ok(clean(80) == EAGAIN && blocks() == 16,
           "what a batch may take stays for now, and that is told");

    tap_ok(webhook_journal_sync(&journal) == 0 && clean(80) == 0
           && blocks() == 1, "once it is appended nothing but it is there");

    webhook_journal_done(&journal, 81);

    tap_ok(clean(81) == 0 && blocks() == 0, "and nothing then");

    (void) add(82, 1000);

    tap_ok(clean(81) == 0, "where all is clean a batch hides nothing");

    webhook_journal_close(&journal);
}


/* The engine has some of a batch. */

static void
test_clean_partly(void)
{
    begin(SIZE);
    append_done(1, 2, 1000);

    (void) add(3, 1000);
    (void) add(4, 1000);
    (void) webhook_journal_sync(&journal);

    webhook_journal_done(&journal, 3);

    tap_ok(clean(2) == 0 && blocks() == 1, "up to it nothing is left");
    tap_ok(clean(3) == EAGAIN && blocks() == 1,
           "a batch of which something is needed stays, and that is told");

    webhook_journal_done(&journal, 4);

    tap_ok(clean(4) == 0 && blocks() == 0, "until nothing of it is");

    webhook_journal_close(&journal);
}


static void
test_clean_slices(void)
{
    int                      rc;
    unsigned                 n;
    webhook_journal_clean_t  c;

    begin(8 * SIZE);
    append_done(1, 16, 95000);

    memset(&c, 0, sizeof(c));

    rc = webhook_journal_clean(&journal, path, 16, &c);

    tap_ok(rc == EINPROGRESS && c.next == 128, "512 kB are overwritten at once");

    fault_errno = EIO;
    fault_after = 0;
    fault_lasts = 0;
    fault = FAULT_SYNC;

    tap_ok(webhook_journal_clean(&journal, path, 16, &c) == EIO && c.next == 0,
           "if that fails it begins anew");

    n = 0;

    do {
        rc = webhook_journal_clean(&journal, path, 16, &c);
        n++;
    } while (rc == EINPROGRESS);

    tap_ok(rc == 0 && n == 3 && c.next == 0 && blocks() == 0,
           "and all is overwritten then");

    webhook_journal_close(&journal);
}


static void *
append(void *data)
{
    uint64_t *n = data;

    for (*n = 1; *n <= 3000; (*n)++) {

        (void) add(*n, *n % 5 * 1000);

        if (webhook_journal_sync(&journal) != 0) {
            break;
        }

        webhook_journal_done(&journal, *n > 5 ? *n - 5 : 0);
    }

    return NULL;
}


static void
test_beside(void)
{
    int        rc;
    uint64_t   n, last;
    unsigned   damaged, torn, times;
    pthread_t  thread;

    begin(SIZE);

    if (pthread_create(&thread, NULL, append, &n) != 0) {
        exit(1);
    }

    for (times = 0; times < 200; times++) {
        rc = clean(0);

        if (rc && rc != EAGAIN) {
            break;
        }
    }

    pthread_join(thread, NULL);

    tap_ok((rc == 0 || rc == EAGAIN) && n == 3001
           && read_back(2995, &damaged, &last, &torn) == 5 && last == 3000
           && !damaged, "nothing is overwritten that is appended meanwhile");

    webhook_journal_close(&journal);
    unlink(path);
}
