
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The file of a journal: how it is made, and written to.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* O_DIRECT */
#endif

#include "store/journal/webhook_journal.h"
#include "store/journal/webhook_journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_JOURNAL_ZEROES  ((size_t) 256 * 1024)   /* in a write */


/*
 * Makes the file, locked before anything is in it: who finds it knows that it
 * is in use.  Between its making and its lock it looks like one that nobody
 * wants: who removes it then holds the lock, or has removed it by now.
 */

int
webhook_journal_file(const char *path, int *fd)
{
    int          rc;
    struct stat  sb;

    *fd = open(path, O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (*fd == -1) {
        return errno;
    }

    if (flock(*fd, LOCK_EX|LOCK_NB) == -1) {
        rc = errno;

    } else if (fstat(*fd, &sb) == -1) {
        rc = errno;

    } else {
        rc = sb.st_nlink ? 0 : EAGAIN;
    }

    if (rc == 0) {
        (void) fchmod(*fd, 0600);
        return 0;
    }

    if (rc != EAGAIN) {
        (void) unlink(path);
    }

    close(*fd);

    return rc;
}


int
webhook_journal_fill(int fd, size_t size)
{
    int             rc;
    size_t          len, offset;
    unsigned char  *zeroes;

    zeroes = calloc(1, WEBHOOK_JOURNAL_ZEROES);
    if (zeroes == NULL) {
        return ENOMEM;
    }

    rc = 0;

    for (offset = 0; rc == 0 && offset < size; offset += len) {

        len = size - offset < WEBHOOK_JOURNAL_ZEROES ? size - offset
                                                     : WEBHOOK_JOURNAL_ZEROES;

        rc = webhook_journal_write(fd, zeroes, len, offset);
    }

    free(zeroes);

    if (rc == 0 && fsync(fd) == -1) {
        rc = errno;
    }

    if (rc == 0) {

        /* nobody reads them */

        (void) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    }

    return rc;
}


int
webhook_journal_direct(int fd, int *direct)
{
    int  rc, flags;

    static const unsigned char
         zeroes[WEBHOOK_JOURNAL_BLOCK]
         __attribute__((aligned(WEBHOOK_JOURNAL_ALIGN)));

    *direct = 0;

    flags = fcntl(fd, F_GETFL);

    if (flags == -1 || fcntl(fd, F_SETFL, flags | O_DIRECT) == -1) {
        return 0;
    }

    /* some say no to the write only */

    rc = webhook_journal_write(fd, zeroes, WEBHOOK_JOURNAL_BLOCK, 0);

    if (rc == EINVAL || rc == EOPNOTSUPP) {
        return fcntl(fd, F_SETFL, flags) == -1 ? errno : 0;
    }

    *direct = (rc == 0);

    return rc;
}


int
webhook_journal_write(int fd, const unsigned char *p, size_t len,
    size_t offset)
{
    ssize_t  n;

    while (len) {
        n = pwrite(fd, p, len, (off_t) offset);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            return n == 0 ? ENOSPC : errno;
        }

        p += n;
        len -= (size_t) n;
        offset += (size_t) n;
    }

    return 0;
}
