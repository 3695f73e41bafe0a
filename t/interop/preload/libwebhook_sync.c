
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: a sync takes as many microseconds as the environment variable
 * WEBHOOK_SYNC says, and does nothing else, as on a disk that is always as
 * fast.  For benchmarks (bench/commit --sync=), with files that are in memory.
 */

#define _GNU_SOURCE

#include "preload_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>


#define SYNC_PAGE  4096


static struct timespec  sync_time;


static void __attribute__((constructor))
sync_init(void)
{
    long         usec;
    const char  *value;

    value = getenv("WEBHOOK_SYNC");
    usec = value ? atol(value) : 0;

    sync_time.tv_sec = usec / 1000000;
    sync_time.tv_nsec = usec % 1000000 * 1000;

    /* a sleep is not longer than asked for; threads and workers inherit it */

    (void) prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}


static void
sync_wait(void)
{
    (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &sync_time, NULL);
}


int
fdatasync(int fd)
{
    (void) fd;

    sync_wait();

    return 0;
}


int
fsync(int fd)
{
    return fdatasync(fd);
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    ssize_t  n;

    PRELOAD_NEXT(ssize_t, "pwrite", (int, const void *, size_t, off_t));

    n = next(fd, buf, len, offset);

    /* the last write of LMDB's commit, a part of a page, by a descriptor of its
       own that syncs */

    if (n > 0 && len < SYNC_PAGE && (fcntl(fd, F_GETFL) & O_DSYNC)) {
        sync_wait();
    }

    return n;
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
    return pwrite(fd, buf, len, (off_t) offset);
}


ssize_t
pwritev2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    ssize_t  n;

    PRELOAD_NEXT(ssize_t, "pwritev2",
                 (int, const struct iovec *, int, off_t, int));

    n = next(fd, iov, count, offset, flags & ~(RWF_DSYNC|RWF_SYNC));

    if (n > 0 && (flags & (RWF_DSYNC|RWF_SYNC))) {
        sync_wait();
    }

    return n;
}
