
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The disk fails, or fills, or memory is short, at any call: the calls by which
 * LMDB writes, and those for memory, are those of this program.  To be included
 * by one source file of a test program, before others.
 *
 *     fault_after = n;         n calls go well, and the next one fails;
 *     fault_errno = EIO;       so,
 *     fault_lasts = 1;         and all that follow, too
 *     fault = FAULT_WRITE;     from now on, of these calls
 *
 * fault_hits tells how many did.
 */

#ifndef STORE_FAULT_H
#define STORE_FAULT_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>


#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_WORKS  0
#else
#define MEMORY_WORKS  1
#endif


typedef enum {
    FAULT_NONE = 0,
    FAULT_WRITE,                        /* of pages */
    FAULT_SHORT,                        /* half of them */
    FAULT_META,                         /* of the page that names them */
    FAULT_SYNC,
    FAULT_MEMORY
} fault_e;


static fault_e   fault;
static int       fault_errno;
static unsigned  fault_after;           /* calls that go well */
static int       fault_lasts;           /* all that follow fail too */
static unsigned  fault_hits;


static int
fails(fault_e kind)
{
    if (fault != kind) {
        return 0;
    }

    if (fault_after) {
        fault_after--;
        return 0;
    }

    fault_hits++;

    if (!fault_lasts) {
        fault = FAULT_NONE;
    }

    return 1;
}


static void *
real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    ssize_t  (*next)(int fd, const void *buf, size_t len, off_t offset);
    void      *symbol;

    if (offset < 8192 && len < 4096) {

        if (fails(FAULT_META)) {
            errno = fault_errno;
            return -1;
        }

    } else if (fails(FAULT_WRITE)) {
        errno = fault_errno;
        return -1;

    } else if (fails(FAULT_SHORT)) {
        len /= 2;
    }

    symbol = real("pwrite");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd, buf, len, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    ssize_t  (*next)(int fd, const struct iovec *iov, int count);
    void      *symbol;

    if (fails(FAULT_WRITE)) {
        errno = fault_errno;
        return -1;
    }

    if (fails(FAULT_SHORT)) {
        count = 1;
    }

    symbol = real("writev");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd, iov, count);
}


int
fdatasync(int fd)
{
    int   (*next)(int fd);
    void   *symbol;

    if (fails(FAULT_SYNC)) {
        errno = fault_errno;
        return -1;
    }

    symbol = real("fdatasync");
    memcpy(&next, &symbol, sizeof(next));

    return next(fd);
}


#if (MEMORY_WORKS)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *
malloc(size_t size)
{
    return fails(FAULT_MEMORY) ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fails(FAULT_MEMORY) ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *old, size_t size)
{
    return fails(FAULT_MEMORY) ? NULL : __libc_realloc(old, size);
}


#endif


#endif /* STORE_FAULT_H */
