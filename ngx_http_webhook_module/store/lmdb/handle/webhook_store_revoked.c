
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* fallocate() */
#endif

#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/handle/webhook_store_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_REVOKED_AT    65536     /* bytes from the start of the file: a
                                           multiple of any page, behind the
                                           bytes that are locked */
#define WEBHOOK_REVOKED_NUMS  512       /* a power of two */
#define WEBHOOK_REVOKED_SIZE  (WEBHOOK_REVOKED_NUMS * sizeof(uint64_t))


static int webhook_revoked_room(int fd);
static void webhook_revoked_write(webhook_lmdb_t *st, uint64_t endpoint);
static uint64_t *webhook_revoked_place(const webhook_lmdb_t *st,
    uint64_t endpoint);


void
webhook_revoked_open(webhook_lmdb_t *st)
{
    int    rc;
    void  *p;

    st->revoked = NULL;

    rc = webhook_revoked_room(st->owners);

    if (rc == 0) {
        p = mmap(NULL, WEBHOOK_REVOKED_SIZE, PROT_READ|PROT_WRITE, MAP_SHARED,
                 st->owners, WEBHOOK_REVOKED_AT);

        if (p != MAP_FAILED) {
            st->revoked = p;
            return;
        }

        rc = errno;
    }

    webhook_store_log_error(st, rc, "nothing can be leased ahead: the file of "
                            "owners cannot be mapped");
}


void
webhook_revoked_close(webhook_lmdb_t *st)
{
    if (st->revoked) {
        munmap(st->revoked, WEBHOOK_REVOKED_SIZE);
        st->revoked = NULL;
    }
}


/* The file has to have its bytes: to write to a page that the disk has no room
   for would end the process. */

static int
webhook_revoked_room(int fd)
{
    int          rc;
    off_t        end, size;
    ssize_t      n;
    struct stat  sb;

    static const unsigned char  zeros[4096];

    /* also where the file is longer, for a copy of it may have a hole there */

    do {
        rc = fallocate(fd, 0, WEBHOOK_REVOKED_AT, WEBHOOK_REVOKED_SIZE);
    } while (rc == -1 && errno == EINTR);

    if (rc == 0) {
        return 0;
    }

    if (errno != EOPNOTSUPP && errno != ENOSYS) {
        return errno;
    }

    if (fstat(fd, &sb) == -1) {
        return errno;
    }

    end = WEBHOOK_REVOKED_AT + WEBHOOK_REVOKED_SIZE;

    if (sb.st_size >= end) {
        return 0;
    }

    /* nobody has mapped what is not there */

    for (size = WEBHOOK_REVOKED_AT; size < end; size += n) {

        n = pwrite(fd, zeros, (size_t) (end - size) < sizeof(zeros)
                              ? (size_t) (end - size) : sizeof(zeros), size);

        if (n <= 0) {
            return n == 0 ? EIO : errno;
        }
    }

    return 0;
}


static uint64_t *
webhook_revoked_place(const webhook_lmdb_t *st, uint64_t endpoint)
{
    /* an id is a digest's start */

    return &st->revoked[endpoint & (WEBHOOK_REVOKED_NUMS - 1)];
}


uint64_t
webhook_revoked_number(const webhook_lmdb_t *st, uint64_t endpoint)
{
    if (st->revoked == NULL) {
        return 0;
    }

    return __atomic_load_n(webhook_revoked_place(st, endpoint),
                           __ATOMIC_SEQ_CST) + 1;
}


void
webhook_revoked_raise(webhook_lmdb_t *st, uint64_t endpoint)
{
    if (st->revoked) {
        (void) __atomic_add_fetch(webhook_revoked_place(st, endpoint), 1,
                                  __ATOMIC_SEQ_CST);

    } else if (st->owners != -1) {
        webhook_revoked_write(st, endpoint);
    }
}


/* Who has not mapped them: others may have, who see what is written.  Nobody else
   raises one, for that is done in a transaction. */

static void
webhook_revoked_write(webhook_lmdb_t *st, uint64_t endpoint)
{
    off_t     place;
    ssize_t   n;
    uint64_t  number;

    place = WEBHOOK_REVOKED_AT
            + (off_t) ((endpoint & (WEBHOOK_REVOKED_NUMS - 1))
                       * sizeof(uint64_t));

    do {
        n = pread(st->owners, &number, sizeof(uint64_t), place);
    } while (n == -1 && errno == EINTR);

    if (n == 0) {
        return;                         /* nobody has mapped them */
    }

    if (n == sizeof(uint64_t)) {
        number++;

        do {
            n = pwrite(st->owners, &number, sizeof(uint64_t), place);
        } while (n == -1 && errno == EINTR);
    }

    if (n != sizeof(uint64_t)) {
        webhook_store_log_error(st, n == -1 ? errno : EIO, "what other "
                                "processes have leased ahead may be sent yet");
    }
}


void
webhook_revoked_raise_all(webhook_lmdb_t *st)
{
    uint64_t  i;

    for (i = 0; i < WEBHOOK_REVOKED_NUMS; i++) {
        webhook_revoked_raise(st, i);
    }
}
