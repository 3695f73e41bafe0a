
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal: a file that was cut at any byte, or has any byte
 * changed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "journal_util.h"


#define SMALL  ((size_t) 64 * 1024)     /* it is read often */


static int put_file(const char *name, const unsigned char *data, size_t len);
static unsigned char *image(size_t *used, uint64_t *sequence);
static void test_cut(void);
static void test_flip(void);
static void test_end(void);


int
main(void)
{
    journal_directory();

    test_cut();
    test_flip();
    test_end();

    return journal_end();
}


static int
put_file(const char *name, const unsigned char *data, size_t len)
{
    int  fd;

    fd = open(name, O_RDWR|O_CREAT|O_TRUNC, 0600);

    if (fd == -1 || write(fd, data, len) != (ssize_t) len) {
        printf("Bail out! %s cannot be written\n", name);
        exit(1);
    }

    return fd;
}


/* A file of some batches: its bytes, and those that matter. */

static unsigned char *
image(size_t *used, uint64_t *sequence)
{
    int             fd;
    uint64_t        i;
    unsigned char  *data;

    begin(SMALL);

    *sequence = 0;

    for (i = 1; i <= 6; i++) {
        (*sequence)++;
        (void) add(*sequence, i == 4 ? 4500 : 300);

        if (i == 2) {
            (*sequence)++;
            (void) add(*sequence, 20);
        }

        (void) webhook_journal_sync(&journal);
    }

    *used = journal.end;

    webhook_journal_close(&journal);

    data = malloc(SMALL);
    fd = open(path, O_RDONLY);

    if (data == NULL || pread(fd, data, SMALL, 0) != (ssize_t) SMALL) {
        exit(1);
    }

    close(fd);

    return data;
}


/* As a write that was cut at any byte leaves it: zeroes behind that. */

static void
test_cut(void)
{
    int                      fd;
    size_t                   used, n;
    unsigned                 wrong, torn, damaged, events, before;
    uint64_t                 sequence, last;
    unsigned char           *data, *cut;
    webhook_journal_read_t   r;

    data = image(&used, &sequence);
    cut = calloc(1, SMALL);
    wrong = 0;
    torn = 0;
    before = 0;

    fd = put_file(path, cut, SMALL);

    for (n = 0; n <= used; n++) {

        if (n && pwrite(fd, data + n - 1, 1, (off_t) n - 1) != 1) {
            break;
        }

        if (webhook_journal_read_open(&r, fd, journal.id) != 0) {
            break;
        }

        events = count_events(&r, &damaged, &last);
        torn += r.torn;

        if (damaged || events < before) {
            printf("# cut at byte %zu: %u events, %u damaged\n", n, events,
                   damaged);
            wrong++;
        }

        before = events;

        webhook_journal_read_close(&r);
    }

    tap_ok(n > used && wrong == 0 && before == sequence,
           "cut at any byte it has what was whole, and no damage");
    tap_ok(torn > 100, "a torn tail is seen");

    /* a file that ends there */

    wrong = 0;

    for (n = used; n; n--) {

        if (ftruncate(fd, (off_t) n) == -1
            || webhook_journal_read_open(&r, fd, journal.id) != 0)
        {
            wrong++;
            continue;
        }

        events = count_events(&r, &damaged, &last);
        wrong += (damaged || events > sequence);

        webhook_journal_read_close(&r);
    }

    tap_ok(wrong == 0, "and so is one that ends at any byte");

    close(fd);
    free(data);
    free(cut);
}


/* Each byte changed, in each of its bits in turn. */

static void
test_flip(void)
{
    int                      fd;
    size_t                   used, n, batch;
    unsigned                 wrong, missing, damaged, events, told;
    uint64_t                 sequence, last;
    unsigned char           *data, flipped;
    webhook_journal_read_t   r;

    data = image(&used, &sequence);
    fd = put_file(path, data, SMALL);
    wrong = 0;
    missing = 0;
    told = 0;

    for (n = 0; n < used; n++) {

        flipped = data[n] ^ (unsigned char) (1 << n % 8);

        if (pwrite(fd, &flipped, 1, (off_t) n) != 1
            || webhook_journal_read_open(&r, fd, journal.id) != 0)
        {
            wrong++;
            break;
        }

        events = count_events(&r, &damaged, &last);

        batch = n / 4096;

        if (events < sequence) {
            missing++;
            told += (damaged || r.torn);

            /* what is missing in front of others is told */

            if (batch < used / 4096 - 1 && damaged != 1) {
                printf("# byte %zu: %u events, %u damaged\n", n, events,
                       damaged);
                wrong++;
            }

            if (events + 2 < sequence) {
                printf("# byte %zu: only %u events\n", n, events);
                wrong++;
            }

        } else if (damaged) {
            wrong++;
        }

        webhook_journal_read_close(&r);

        if (pwrite(fd, &data[n], 1, (off_t) n) != 1) {
            break;
        }
    }

    tap_ok(wrong == 0, "with any byte changed all others are read, and what "
           "is missing is told");
    tap_ok(missing > 1500 && told * 100 > missing * 95,
           "each change of what matters is found (%u)", missing);

    close(fd);
    free(data);
}


/* As if this were all that is known. */

static void
test_end(void)
{
    int                      fd;
    size_t                   used;
    unsigned                 damaged, events;
    uint64_t                 sequence, last;
    unsigned char           *data;
    webhook_journal_read_t   r;

    data = image(&used, &sequence);
    fd = put_file(path, data, SMALL);

    (void) webhook_journal_read_open(&r, fd, journal.id);
    webhook_journal_read_seek(&r, UINT64_MAX);
    events = count_events(&r, &damaged, &last);
    webhook_journal_read_close(&r);

    tap_ok(events == 0 && damaged == 0, "nothing is behind the end of all");

    close(fd);
    unlink(path);
    free(data);
}
