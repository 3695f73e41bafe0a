
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: nobody writes to the journals of a store, as on a disk that
 * hangs, while the first byte of the file that the environment variable
 * WEBHOOK_HOLD names is not zero.
 */

#define _GNU_SOURCE

#include "preload_file.h"
#include "preload_map.h"

#include <sys/uio.h>


#define HOLD_MOST  60000                    /* ms */


static volatile char  *hold;


static void __attribute__((constructor))
hold_init(void)
{
    hold = preload_map("WEBHOOK_HOLD", 1);
}


static void
hold_at(int fd)
{
    char      path[4096];
    unsigned  ms;

    if (hold == NULL || !*hold
        || strstr(preload_path(fd, path, sizeof(path)), "/journal.") == NULL)
    {
        return;
    }

    for (ms = 0; ms < HOLD_MOST && *hold; ms++) {
        usleep(1000);
    }
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    PRELOAD_NEXT(ssize_t, "pwrite", (int, const void *, size_t, off_t));

    hold_at(fd);

    return next(fd, buf, len, offset);
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
    return pwrite(fd, buf, len, (off_t) offset);
}


ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    PRELOAD_NEXT(ssize_t, "pwritev", (int, const struct iovec *, int, off_t));

    hold_at(fd);

    return next(fd, iov, count, offset);
}


ssize_t
pwritev2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    PRELOAD_NEXT(ssize_t, "pwritev2",
                 (int, const struct iovec *, int, off_t, int));

    hold_at(fd);

    return next(fd, iov, count, offset, flags);
}


int
fdatasync(int fd)
{
    PRELOAD_NEXT(int, "fdatasync", (int));

    hold_at(fd);

    return next(fd);
}
