
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Slots: locks that tell who lives.  Each process that has the store open
 * holds a lock on one byte, its slot, of a file beside the store, as long as it
 * lives; the kernel drops the lock at its death, however it died.
 *
 * The locks belong to the open file description, not to the process, so that
 * nothing else this process does with the file could drop them; a child that
 * was forked afterwards would hold them too (the file is closed on exec).
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/handle/webhook_store_revoked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_SLOTS_TURN       1024   /* byte of the turnstile */
#define WEBHOOK_SLOTS_OPEN       1025   /* byte of the lock of who opens */

#define WEBHOOK_SLOTS_OPEN_WAIT  10000  /* ms, for who opens at the same time */


static int webhook_slots_lock(webhook_lmdb_t *st, short type, off_t byte,
    int wait);
static int webhook_slots_locked(webhook_lmdb_t *st, off_t byte, off_t len);


int
webhook_slots_open(webhook_lmdb_t *st)
{
    int              rc;
    char             path[4096];
    struct timespec  pause;
    unsigned         waited;

    if (snprintf(path, sizeof(path), "%s/owners", st->path)
        >= (int) sizeof(path))
    {
        return ENAMETOOLONG;
    }

    if (st->readonly) {

        /* it tells who lives, no more */

        st->owners = open(path, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
        return 0;
    }

    st->owners = open(path, O_RDWR|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (st->owners == -1) {
        return errno;
    }

    /* the umask may have taken bits away */

    (void) fchmod(st->owners, 0600);

    pause.tv_sec = 0;
    pause.tv_nsec = 2 * 1000 * 1000;

    for (waited = 0; /* void */ ; waited += 2) {

        rc = webhook_slots_lock(st, F_WRLCK, WEBHOOK_SLOTS_OPEN, 0);

        if (rc == 0) {
            webhook_revoked_open(st);
            return 0;
        }

        if ((rc != EAGAIN && rc != EACCES)
            || waited >= WEBHOOK_SLOTS_OPEN_WAIT)
        {
            webhook_slots_close(st);
            return rc;
        }

        nanosleep(&pause, NULL);
    }
}


void
webhook_slots_opened(webhook_lmdb_t *st)
{
    if (st->owners != -1 && !st->readonly) {
        webhook_slots_lock(st, F_UNLCK, WEBHOOK_SLOTS_OPEN, 0);
    }
}


void
webhook_slots_close(webhook_lmdb_t *st)
{
    webhook_revoked_close(st);

    if (st->owners != -1) {
        close(st->owners);
        st->owners = -1;
    }

    st->slot = -1;
}


int
webhook_slots_take(webhook_lmdb_t *st)
{
    int  rc, slot;

    do {
        if (getrandom(&st->incarnation, sizeof(st->incarnation), 0)
            != sizeof(st->incarnation))
        {
            return errno ? errno : EIO;
        }

    } while (st->incarnation == 0);

    for (slot = 0; slot < WEBHOOK_SLOTS_MAX; slot++) {

        rc = webhook_slots_lock(st, F_WRLCK, slot, 0);

        if (rc == 0) {
            st->slot = slot;
            return 0;
        }

        if (rc != EAGAIN && rc != EACCES) {
            return rc;
        }
    }

    return EAGAIN;
}


int
webhook_slots_alive(webhook_lmdb_t *st, uint32_t slot)
{
    return webhook_slots_locked(st, slot, 1);
}


int
webhook_slots_any(webhook_lmdb_t *st)
{
    return webhook_slots_locked(st, 0, WEBHOOK_SLOTS_MAX);
}


void
webhook_slots_turn(webhook_lmdb_t *st, int enter)
{
    if (st->owners != -1 && !st->readonly) {
        webhook_slots_lock(st, enter ? F_WRLCK : F_UNLCK, WEBHOOK_SLOTS_TURN,
                           1);
    }
}


static int
webhook_slots_lock(webhook_lmdb_t *st, short type, off_t byte, int wait)
{
    int           rc;
    struct flock  lock;

    memset(&lock, 0, sizeof(lock));

    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;

    do {
        rc = fcntl(st->owners, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
    } while (rc == -1 && errno == EINTR);

    return rc == -1 ? errno : 0;
}


/* 1 if somebody else holds a lock there, or if that cannot be told. */

static int
webhook_slots_locked(webhook_lmdb_t *st, off_t byte, off_t len)
{
    struct flock  lock;

    memset(&lock, 0, sizeof(lock));

    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = len;

    if (fcntl(st->owners, F_OFD_GETLK, &lock) == -1) {
        return 1;
    }

    return lock.l_type != F_UNLCK;
}
