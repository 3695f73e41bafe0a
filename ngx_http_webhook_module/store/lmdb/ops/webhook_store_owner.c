
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Owners: the processes that have the store open.  Each holds a lock on one
 * byte, its slot, of a file beside the store, as long as it lives; the kernel
 * drops the lock at its death, however it died.  A row tells which
 * incarnation, a random number, holds the slot, and leases bear that number:
 * neither a pid nor a slot that is used again can be mistaken for its former
 * holder.
 *
 * The locks belong to the open file description, not to the process, so that
 * nothing else this process does with the file could drop them; a child that
 * was forked afterwards would hold them too (the file is closed on exec).
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/ops/webhook_store_owner.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_reclaim.h"
#include "store/lmdb/queue/webhook_store_wake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_STORE_SLOTS      512    /* owners at a time */

#define WEBHOOK_OWNER_TURN       1024   /* byte of the turnstile */
#define WEBHOOK_OWNER_GATE       1025   /* byte of the gate */

#define WEBHOOK_OWNER_GATE_WAIT  10000  /* ms, for who opens at the same time */
#define WEBHOOK_OWNER_CHECK      10000  /* ms between looks at readers */


static int webhook_owner_lock(webhook_store_t *st, short type, off_t byte,
    int wait);
static int webhook_owner_locked(webhook_store_t *st, off_t byte, off_t len);
static int webhook_owner_dead(webhook_txn_t *t, uint64_t *owners,
    uint32_t *count, int remove);
static int webhook_owner_reclaim(webhook_txn_t *t, const uint64_t *owners,
    uint32_t owners_count, uint32_t *count);
static int webhook_owner_run_out(webhook_txn_t *t, uint32_t *count);
static void webhook_owner_readers(webhook_txn_t *t);


int
webhook_owner_open(webhook_store_t *st)
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

        rc = webhook_owner_lock(st, F_WRLCK, WEBHOOK_OWNER_GATE, 0);

        if (rc == 0) {
            return 0;
        }

        if ((rc != EAGAIN && rc != EACCES)
            || waited >= WEBHOOK_OWNER_GATE_WAIT)
        {
            webhook_owner_close(st);
            return rc;
        }

        nanosleep(&pause, NULL);
    }
}


void
webhook_owner_leave_gate(webhook_store_t *st)
{
    if (st->owners != -1 && !st->readonly) {
        webhook_owner_lock(st, F_UNLCK, WEBHOOK_OWNER_GATE, 0);
    }
}


void
webhook_owner_close(webhook_store_t *st)
{
    if (st->owners != -1) {
        close(st->owners);
        st->owners = -1;
    }

    st->slot = -1;
}


int
webhook_owner_take(webhook_store_t *st)
{
    int  rc, slot;

    do {
        if (getrandom(&st->incarnation, sizeof(st->incarnation), 0)
            != sizeof(st->incarnation))
        {
            return errno ? errno : EIO;
        }

    } while (st->incarnation == 0);

    for (slot = 0; slot < WEBHOOK_STORE_SLOTS; slot++) {

        rc = webhook_owner_lock(st, F_WRLCK, slot, 0);

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
webhook_owner_alive(webhook_store_t *st, uint32_t slot)
{
    return webhook_owner_locked(st, slot, 1);
}


int
webhook_owner_any(webhook_store_t *st)
{
    return webhook_owner_locked(st, 0, WEBHOOK_STORE_SLOTS);
}


void
webhook_owner_turn(webhook_store_t *st, int enter)
{
    if (st->owners != -1 && !st->readonly) {
        webhook_owner_lock(st, enter ? F_WRLCK : F_UNLCK, WEBHOOK_OWNER_TURN,
                           1);
    }
}


static int
webhook_owner_lock(webhook_store_t *st, short type, off_t byte, int wait)
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
webhook_owner_locked(webhook_store_t *st, off_t byte, off_t len)
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


int
webhook_owner_start(webhook_txn_t *t)
{
    int                  rc;
    size_t               len;
    uint32_t             count, taken;
    uint64_t             owners[WEBHOOK_STORE_SLOTS];
    webhook_store_t     *st;
    webhook_owner_row_t  row;
    unsigned char        key[WEBHOOK_KEY_OWNER], buf[WEBHOOK_ROW_MAX];

    st = t->st;
    taken = 0;

    rc = webhook_owner_dead(t, owners, &count, 1);
    if (rc) {
        return rc;
    }

    if (count) {
        rc = webhook_owner_reclaim(t, owners, count, &taken);
        if (rc) {
            return rc;
        }
    }

    if (taken) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "took over %u deliveries that were being sent when "
                          "their process died", taken);
    }

    if (st->slot == -1) {

        /* a tool */

        return 0;
    }

    row.incarnation = st->incarnation;
    row.pid = (uint32_t) getpid();
    row.wall = webhook_clock_wall();

    webhook_set_u32(key, (uint32_t) st->slot);

    len = webhook_row_write_owner(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_OWNERS, key, sizeof(key), buf, len,
                           0);
}


int
webhook_owner_end(webhook_txn_t *t)
{
    int            rc;
    uint32_t       taken;
    unsigned char  key[WEBHOOK_KEY_OWNER];

    taken = 0;

    if (t->st->slot == -1) {
        return 0;
    }

    rc = webhook_owner_reclaim(t, &t->st->incarnation, 1, &taken);
    if (rc) {
        return rc;
    }

    webhook_set_u32(key, (uint32_t) t->st->slot);

    rc = webhook_txn_del(t, WEBHOOK_DB_OWNERS, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/*
 * The incarnations whose slot nobody else holds, but our own.  A slot that we
 * have just taken may bear the row of who had it before.
 */

static int
webhook_owner_dead(webhook_txn_t *t, uint64_t *owners, uint32_t *count,
    int remove)
{
    int                  rc;
    MDB_val              key, val;
    uint32_t             slot;
    MDB_cursor          *c;
    webhook_owner_row_t  row;

    *count = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_OWNERS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0 && *count < WEBHOOK_STORE_SLOTS;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_OWNER
            || webhook_row_read_owner(&val, &row) != 0)
        {
            /* damaged: what it leased comes back when the leases end; who
               lives writes none anew */

            if (remove) {
                rc = webhook_quarantine(t, WEBHOOK_DB_OWNERS, key.mv_data,
                                        key.mv_size, 0);
                if (rc) {
                    return rc;
                }
            }

            continue;
        }

        slot = webhook_get_u32(key.mv_data);

        if (row.incarnation == t->st->incarnation
            || webhook_owner_alive(t->st, slot))
        {
            continue;
        }

        owners[(*count)++] = row.incarnation;

        if (remove) {
            rc = mdb_cursor_del(c, 0);
            if (rc) {
                return rc;
            }

            t->dirty = 1;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Ends the leases of owners, and those that ran out, at every endpoint. */

static int
webhook_owner_reclaim(webhook_txn_t *t, const uint64_t *owners,
    uint32_t owners_count, uint32_t *count)
{
    int                      rc;
    MDB_val                  key, val;
    uint64_t                 id;
    MDB_cursor              *c;
    webhook_endpoint_row_t  *ep, row;

    /* the table has to show what the batch did so far */

    rc = webhook_wake_flush(t);
    if (rc) {
        return rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_ENDPOINT) {
            continue;
        }

        /* one that is damaged is made anew when it is got */

        if (webhook_row_read_endpoint(&val, &row) == 0 && row.inflight == 0) {
            continue;
        }

        id = webhook_get_u64(key.mv_data);

        rc = webhook_endpoint_row_get(t, id, &ep);
        if (rc) {
            return rc;
        }

        rc = webhook_reclaim(t, ep, owners, owners_count, count);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/*
 * Ends the leases that ran out; their endpoints wake by now.  With count
 * NULL, changes nothing and returns MDB_KEYEXIST if there is one.
 */

static int
webhook_owner_run_out(webhook_txn_t *t, uint32_t *count)
{
    int                      rc;
    MDB_val                  key, val;
    uint64_t                 time, id;
    MDB_cursor              *c;
    unsigned char           *p;
    webhook_endpoint_row_t  *ep;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_WAKE, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_WAKE) {
            continue;
        }

        p = key.mv_data;

        if (webhook_get_u64(p) > t->now) {
            return 0;
        }

        id = webhook_get_u64(p + 8);

        rc = webhook_delivery_first(t, id, WEBHOOK_LANE_LEASE, &time, NULL,
                                 NULL);
        if (rc) {
            return rc;
        }

        if (time > t->now) {
            continue;
        }

        if (count == NULL) {
            return MDB_KEYEXIST;
        }

        /* the wake index itself is written at the end only */

        rc = webhook_endpoint_row_get(t, id, &ep);
        if (rc) {
            return rc;
        }

        rc = webhook_reclaim(t, ep, NULL, 0, count);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A reader that died keeps pages from being used again. */

static void
webhook_owner_readers(webhook_txn_t *t)
{
    int               dead;
    webhook_store_t  *st;

    st = t->st;

    if (t->now - st->checked >= WEBHOOK_OWNER_CHECK) {
        st->checked = t->now;

        mdb_reader_check(st->env, &dead);
    }
}


int
webhook_owner_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int        rc;
    uint32_t   count;
    uint64_t   owners[WEBHOOK_STORE_SLOTS];

    webhook_owner_readers(t);

    (void) webhook_quarantine_count(t, &t->st->quarantine);

    op->result = WEBHOOK_STORE_OK;
    *todo = 1;

    rc = webhook_owner_dead(t, owners, &count, 0);

    if (rc || count) {
        return rc;
    }

    rc = webhook_owner_run_out(t, NULL);

    if (rc == MDB_KEYEXIST) {
        return 0;
    }

    *todo = 0;

    op->u.takeover.forgot = t->st->forgot;
    t->st->forgot = 0;

    return rc;
}


int
webhook_owner_takeover(webhook_txn_t *t, webhook_op_t *op)
{
    int       rc;
    uint32_t  count;
    uint64_t  owners[WEBHOOK_STORE_SLOTS];

    webhook_owner_readers(t);

    (void) webhook_quarantine_count(t, &t->st->quarantine);

    op->result = WEBHOOK_STORE_OK;
    op->u.takeover.forgot = t->st->forgot;
    t->st->forgot = 0;

    rc = webhook_owner_dead(t, owners, &count, 1);
    if (rc) {
        return rc;
    }

    if (count) {
        return webhook_owner_reclaim(t, owners, count, &op->u.takeover.count);
    }

    rc = webhook_wake_flush(t);
    if (rc) {
        return rc;
    }

    return webhook_owner_run_out(t, &op->u.takeover.count);
}


int
webhook_owner_known(webhook_txn_t *t, uint32_t slot, uint64_t incarnation,
    int *alive)
{
    int                  rc;
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_OWNER];
    webhook_owner_row_t  row;

    *alive = 0;

    if (incarnation && incarnation == t->st->incarnation) {
        *alive = 1;
        return 0;
    }

    webhook_set_u32(key, slot);

    rc = webhook_txn_get(t, WEBHOOK_DB_OWNERS, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_owner(&val, &row);
    }

    if (rc) {
        return (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) ? 0 : rc;
    }

    *alive = row.incarnation == incarnation && t->st->owners != -1
             && webhook_owner_alive(t->st, slot);

    return 0;
}


int
webhook_owner_count(webhook_txn_t *t, uint32_t *count)
{
    int                  rc;
    MDB_val              key, val;
    MDB_cursor          *c;
    webhook_owner_row_t  row;

    *count = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_OWNERS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_OWNER
            || webhook_row_read_owner(&val, &row) != 0)
        {
            continue;
        }

        if (row.incarnation == t->st->incarnation
            || (t->st->owners != -1
                && webhook_owner_alive(t->st, webhook_get_u32(key.mv_data))))
        {
            (*count)++;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
