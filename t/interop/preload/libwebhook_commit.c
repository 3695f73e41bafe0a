
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: the Nth commit to a store from now on fails where LMDB writes
 * the one page that names all others, so that nobody knows whether it was made.
 *
 * The environment variable WEBHOOK_COMMIT names a file of 16 bytes, in the
 * machine's order of bytes: N, or 0, which it is once the commit has failed; and
 * whether that page is written all the same, 1 or 0.
 */

#define _GNU_SOURCE

#include "preload_map.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>


#define COMMIT_PAGES  8192              /* bytes of the two such pages */


typedef ssize_t (*pwrite_pt)(int fd, const void *buf, size_t len, off_t off);


static uint64_t  *commit;


static void __attribute__((constructor))
commit_init(void)
{
    commit = preload_map("WEBHOOK_COMMIT", 2 * sizeof(uint64_t));
}


static int
commit_is(int fd, off_t off)
{
    char     link[64], name[4096];
    ssize_t  n;

    static const char  file[] = "/data.mdb";

    if (commit == NULL || off >= COMMIT_PAGES) {
        return 0;
    }

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name));

    return n >= (ssize_t) sizeof(file) - 1
           && memcmp(name + n - (sizeof(file) - 1), file, sizeof(file) - 1)
              == 0;
}


static ssize_t
commit_write(const char *symbol, int fd, const void *buf, size_t len,
    off_t off)
{
    void       *p;
    pwrite_pt   next;

    /* LMDB takes back what failed, and that is not made */
    static __thread int  back;

    p = dlsym(RTLD_NEXT, symbol);
    memcpy(&next, &p, sizeof(next));

    if (!commit_is(fd, off)) {
        return next(fd, buf, len, off);
    }

    if (back) {
        back = 0;
        return (ssize_t) len;
    }

    if (__atomic_load_n(&commit[0], __ATOMIC_SEQ_CST) == 0
        || __atomic_sub_fetch(&commit[0], 1, __ATOMIC_SEQ_CST) != 0)
    {
        return next(fd, buf, len, off);
    }

    if (commit[1]) {
        (void) next(fd, buf, len, off);
    }

    back = 1;
    errno = EIO;

    return -1;
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t off)
{
    return commit_write("pwrite", fd, buf, len, off);
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t off)
{
    return commit_write("pwrite64", fd, buf, len, (off_t) off);
}
