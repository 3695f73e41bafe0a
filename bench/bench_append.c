
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a disk takes for the least that an event can cost it: bytes appended to
 * a file, synced before the next ones.  The file has its blocks before: they
 * were written with zeros, so that a sync has nothing but these bytes to write.
 *
 *     bench_append DIRECTORY COUNT GAP-USEC BYTES [WAY...]
 *
 * GAP-USEC passes between two appends, as between requests at low load: a disk
 * that was idle is slower.  WAY is how one is synced:
 *
 *     fdatasync   pwrite(), then fdatasync(); taken if none is named
 *     dsync       pwritev2() with RWF_DSYNC
 *     direct      the same, past the page cache (O_DIRECT)
 *
 * Prints a line for each: its name, the number of appends, and p50 p90 p99 max
 * in microseconds.  A way that the file system does not have is left out, and
 * told on stderr.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* O_DIRECT, pwritev2() */
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>


#define APPEND_PAGE   4096
#define APPEND_FILE   (4 * 1024 * 1024)  /* bytes, after which it begins anew */
#define APPEND_WAYS   3


typedef enum {
    APPEND_FDATASYNC = 0,
    APPEND_DSYNC,
    APPEND_DIRECT
} append_way_e;


static const char  *append_names[APPEND_WAYS] = {
    "fdatasync", "dsync", "direct"
};


static uint64_t
append_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static int
append_compare(const void *a, const void *b)
{
    uint32_t  x, y;

    x = *(const uint32_t *) a;
    y = *(const uint32_t *) b;

    return x < y ? -1 : x > y;
}


/* A file of zeros that are on the disk; its descriptor, or -1. */

static int
append_make(const char *name, append_way_e way, char *page)
{
    int    fd;
    off_t  at;

    fd = open(name, O_RDWR|O_CREAT|O_TRUNC, 0600);
    if (fd == -1) {
        return -1;
    }

    memset(page, 0, APPEND_PAGE);

    for (at = 0; at < APPEND_FILE; at += APPEND_PAGE) {
        if (pwrite(fd, page, APPEND_PAGE, at) != APPEND_PAGE) {
            close(fd);
            return -1;
        }
    }

    if (fsync(fd) == -1) {
        close(fd);
        return -1;
    }

    if (way != APPEND_DIRECT) {
        return fd;
    }

    close(fd);

    return open(name, O_RDWR|O_DIRECT);
}


static int
append_one(int fd, append_way_e way, void *data, size_t len, off_t at)
{
    struct iovec  iov;

    if (way == APPEND_FDATASYNC) {
        return (pwrite(fd, data, len, at) == (ssize_t) len) ? fdatasync(fd)
                                                            : -1;
    }

    iov.iov_base = data;
    iov.iov_len = len;

    return pwritev2(fd, &iov, 1, at, RWF_DSYNC) == (ssize_t) len ? 0 : -1;
}


static int
append_run(const char *dir, append_way_e way, uint32_t count, uint32_t gap,
    size_t len)
{
    int        fd, rc;
    char       name[4096], *data;
    off_t      at;
    uint32_t   i, *took;
    uint64_t   start;

    rc = -1;
    fd = -1;
    data = NULL;

    snprintf(name, sizeof(name), "%s/append-test", dir);

    took = calloc(count, sizeof(uint32_t));

    if (took == NULL
        || posix_memalign((void **) &data, APPEND_PAGE, len) != 0)
    {
        goto done;
    }

    fd = append_make(name, way, data);
    if (fd == -1) {
        goto done;
    }

    at = 0;

    for (i = 0; i < count; i++) {

        memset(data, (int) (i % 255) + 1, len);

        if (at + (off_t) len > APPEND_FILE) {
            at = 0;
        }

        start = append_now();

        if (append_one(fd, way, data, len, at) == -1) {
            goto done;
        }

        took[i] = (uint32_t) (append_now() - start);
        at += (off_t) len;

        if (gap) {
            usleep(gap);
        }
    }

    qsort(took, count, sizeof(uint32_t), append_compare);

    printf("%s %u %u %u %u %u\n", append_names[way], count, took[count / 2],
           took[(uint64_t) count * 9 / 10], took[(uint64_t) count * 99 / 100],
           took[count - 1]);

    rc = 0;

done:

    if (rc) {
        fprintf(stderr, "%s in \"%s\": %s\n", append_names[way], dir,
                strerror(errno));
    }

    if (fd != -1) {
        close(fd);
    }

    unlink(name);
    free(data);
    free(took);

    return rc;
}


int
main(int argc, char **argv)
{
    int            i, w, rc;
    long           count, gap, len;
    unsigned char  wanted[APPEND_WAYS];

    if (argc < 5) {
        goto usage;
    }

    count = atol(argv[2]);
    gap = atol(argv[3]);
    len = atol(argv[4]);

    if (count < 1 || count > 1000000 || gap < 0 || gap > 1000000
        || len < APPEND_PAGE || len > APPEND_FILE || len % APPEND_PAGE)
    {
        goto usage;
    }

    memset(wanted, 0, sizeof(wanted));

    wanted[APPEND_FDATASYNC] = (argc == 5);

    for (i = 5; i < argc; i++) {

        for (w = 0; w < APPEND_WAYS; w++) {
            if (strcmp(argv[i], append_names[w]) == 0) {
                wanted[w] = 1;
                break;
            }
        }

        if (w == APPEND_WAYS) {
            goto usage;
        }
    }

    rc = 0;

    for (w = 0; w < APPEND_WAYS; w++) {
        if (wanted[w]
            && append_run(argv[1], (append_way_e) w, (uint32_t) count,
                          (uint32_t) gap, (size_t) len) == -1)
        {
            rc = 1;
        }
    }

    return rc;

usage:

    fprintf(stderr, "usage: bench_append DIRECTORY COUNT GAP-USEC BYTES "
                    "[fdatasync] [dsync] [direct]\n"
                    "       BYTES: a multiple of %d, up to %d\n",
                    APPEND_PAGE, APPEND_FILE);

    return 2;
}
