
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A copy of the store, made while it is in use.
 *
 * Who reads one version of a store for as long as a copy takes keeps all pages
 * from use that are freed meanwhile, which a busy store cannot afford.  So a
 * version is held for a chunk of pages only, and the next one is taken before
 * it is let go: as long as one of them is held, what is freed after it stands
 * in the list of free pages, and so it is known which pages may be written to
 * anew.  When all others are copied, these are, until few are left; they are
 * copied while one version is held, and that is the one that the copy has.
 *
 * What is known of LMDB for that: a page of a version is not written to as long
 * as it is in use or the version is read; the page that names a version is the
 * first or second of the file, by the last bit of the version's number; the
 * rows of table 0 are the numbers of pages that a transaction freed, under its
 * number.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/webhook_store.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/engine/webhook_store_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_BACKUP_CHUNK   128      /* pages copied at a time */
#define WEBHOOK_BACKUP_FEW     1024     /* pages copied while one version is
                                           held */
#define WEBHOOK_BACKUP_ROUNDS  32       /* until they are so few, at most */


typedef struct {
    webhook_lmdb_t  *st;
    int               in;
    int               out;
    size_t            page;

    MDB_txn          *version;          /* that is held */
    unsigned char    *meta;             /* the page that names it */
    uint64_t          pages;            /* it has */

    uint64_t          size;             /* of these, in pages: a bit for each */
    unsigned char    *free;             /* not in use */
    unsigned char    *stale;            /* was free since it was copied, if it
                                           was */
    unsigned char    *todo;
    unsigned char    *copied;

    unsigned char    *chunk;
} webhook_backup_t;


static int webhook_backup_copy(webhook_backup_t *b);
static int webhook_backup_round(webhook_backup_t *b, int hold);
static int webhook_backup_hold(webhook_backup_t *b);
static int webhook_backup_grow(webhook_backup_t *b, uint64_t pages);
static int webhook_backup_bits(unsigned char **bits, uint64_t from,
    uint64_t to, int set);
static int webhook_backup_list(webhook_backup_t *b, uint64_t from,
    unsigned char *bits);
static int webhook_backup_short(webhook_backup_t *b);
static int webhook_backup_end(webhook_backup_t *b);
static int webhook_backup_read(webhook_backup_t *b, uint64_t first,
    uint64_t count, unsigned char *p);
static int webhook_backup_write(webhook_backup_t *b, uint64_t first,
    uint64_t count, const unsigned char *p);


static inline int
webhook_backup_bit(const unsigned char *bits, uint64_t n)
{
    return bits[n / 8] >> n % 8 & 1;
}


static inline void
webhook_backup_set(unsigned char *bits, uint64_t n)
{
    bits[n / 8] |= (unsigned char) (1 << n % 8);
}


static inline void
webhook_backup_clear(unsigned char *bits, uint64_t n)
{
    bits[n / 8] &= (unsigned char) ~(1 << n % 8);
}


webhook_store_result_e
webhook_backup(void *data, int fd, const char *name)
{
    webhook_lmdb_t *st = data;

    int               rc;
    webhook_txn_t     t;
    webhook_backup_t  b;

    memset(&b, 0, sizeof(b));

    b.st = st;
    b.out = fd;

    /* a read comes to terms with whatever happened to the environment */

    rc = webhook_session_begin(st, &t, 0);

    if (rc == 0) {
        webhook_session_abort(&t);

        rc = mdb_env_get_fd(st->env, &b.in);
    }

    if (rc == 0) {
        b.page = st->page;
        b.chunk = malloc(WEBHOOK_BACKUP_CHUNK * b.page);
        b.meta = malloc(b.page);

        rc = b.chunk && b.meta ? webhook_backup_copy(&b) : ENOMEM;
    }

    if (b.version) {
        mdb_txn_abort(b.version);
    }

    free(b.chunk);
    free(b.meta);
    free(b.free);
    free(b.stale);
    free(b.todo);
    free(b.copied);

    if (rc == 0) {
        return WEBHOOK_STORE_OK;
    }

    if (rc == EBUSY) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" cannot be copied to \"%s\": so "
                          "much is written to it that it would run short of "
                          "pages; try again when less is, or give it a "
                          "larger size", st->path, name);

    } else {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" cannot be copied to \"%s\": %s",
                          st->path, name, mdb_strerror(rc));
    }

    switch (rc) {

    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return WEBHOOK_STORE_FULL;

    default:
        return WEBHOOK_STORE_UNAVAILABLE;
    }
}


static int
webhook_backup_copy(webhook_backup_t *b)
{
    int       rc, hold;
    uint64_t  i, left;
    unsigned  n;

    rc = webhook_backup_hold(b);

    for (n = 0; rc == 0; n++) {

        memset(b->free, 0, (size_t) (b->size / 8 + 1));

        rc = webhook_backup_list(b, 0, b->free);
        if (rc) {
            return rc;
        }

        /* what is freed from now on is stale again, be it copied or not yet */

        left = 0;
        memset(b->todo, 0, (size_t) (b->size / 8 + 1));

        for (i = 2; i < b->pages; i++) {

            if (webhook_backup_bit(b->stale, i)
                && !webhook_backup_bit(b->free, i))
            {
                webhook_backup_set(b->todo, i);
                webhook_backup_clear(b->stale, i);
                left++;
            }
        }

        hold = left <= WEBHOOK_BACKUP_FEW || n == WEBHOOK_BACKUP_ROUNDS;

        rc = webhook_backup_round(b, hold);

        if (rc == 0 && hold) {
            break;
        }
    }

    if (rc == 0) {
        mdb_txn_abort(b->version);
        b->version = NULL;

        rc = webhook_backup_end(b);
    }

    return rc;
}


/* Copies what is to be copied of the version that is held now; or holds one
   after the other meanwhile. */

static int
webhook_backup_round(webhook_backup_t *b, int hold)
{
    int       rc;
    uint64_t  i, run, pages;

    run = 0;
    pages = b->pages;

    for (i = 2; i <= pages; i++) {

        if (i < pages && webhook_backup_bit(b->todo, i)) {
            run++;

            if (run < WEBHOOK_BACKUP_CHUNK) {
                continue;
            }

            i++;
        }

        if (run == 0) {
            continue;
        }

        rc = webhook_backup_read(b, i - run, run, b->chunk);

        if (rc == 0) {
            rc = webhook_backup_write(b, i - run, run, b->chunk);
        }

        if (rc) {
            return rc;
        }

        for ( /* void */ ; run; run--) {
            webhook_backup_set(b->copied, i - run);
        }

        if (!hold) {
            rc = webhook_backup_hold(b);
            if (rc) {
                return rc;
            }

        } else if (webhook_backup_short(b)) {
            return EBUSY;
        }

        i--;
    }

    return 0;
}


/*
 * Holds the last version, and lets go the one that was held before.  What was
 * freed in between is stale, and so is what there was not before.
 */

static int
webhook_backup_hold(webhook_backup_t *b)
{
    int          rc;
    MDB_txn     *txn, *old;
    uint64_t     id, from;
    MDB_envinfo  info;

    for ( ;; ) {
        rc = mdb_txn_begin(b->st->env, NULL, MDB_RDONLY, &txn);
        if (rc) {
            return rc;
        }

        id = mdb_txn_id(txn);

        rc = webhook_backup_read(b, id & 1, 1, b->meta);

        if (rc == 0) {
            rc = mdb_env_info(b->st->env, &info);
        }

        if (rc) {
            mdb_txn_abort(txn);
            return rc;
        }

        if (info.me_last_txnid == id) {

            /* nobody can have begun to write that page again */

            break;
        }

        mdb_txn_abort(txn);
    }

    old = b->version;
    b->version = txn;

    from = old ? mdb_txn_id(old) : 0;

    rc = webhook_backup_grow(b, info.me_last_pgno + 1);

    if (rc == 0) {
        rc = webhook_backup_list(b, from, b->stale);
    }

    if (old) {
        mdb_txn_abort(old);
    }

    return rc;
}


/* A bit for each page; new ones are stale. */

static int
webhook_backup_grow(webhook_backup_t *b, uint64_t pages)
{
    b->pages = pages;

    if (pages <= b->size) {
        return 0;
    }

    if (webhook_backup_bits(&b->free, b->size, pages, 0) != 0
        || webhook_backup_bits(&b->todo, b->size, pages, 0) != 0
        || webhook_backup_bits(&b->copied, b->size, pages, 0) != 0
        || webhook_backup_bits(&b->stale, b->size, pages, 1) != 0)
    {
        return ENOMEM;
    }

    b->size = pages;

    return 0;
}


static int
webhook_backup_bits(unsigned char **bits, uint64_t from, uint64_t to, int set)
{
    uint64_t        i;
    unsigned char  *p;

    p = realloc(*bits, (size_t) (to / 8 + 1));
    if (p == NULL) {
        return ENOMEM;
    }

    *bits = p;

    for (i = from; i < to; i++) {

        if (set) {
            webhook_backup_set(p, i);

        } else {
            webhook_backup_clear(p, i);
        }
    }

    return 0;
}


/* Sets the bits of pages that were freed by a transaction or a later one. */

static int
webhook_backup_list(webhook_backup_t *b, uint64_t from, unsigned char *bits)
{
    int          rc;
    size_t       id, i, n, pgno;
    MDB_val      key, val;
    MDB_cursor  *c;

    rc = mdb_cursor_open(b->version, 0, &c);
    if (rc) {
        return rc;
    }

    id = (size_t) from;

    key.mv_data = &id;
    key.mv_size = sizeof(id);

    for (rc = mdb_cursor_get(c, &key, &val, MDB_SET_RANGE);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (val.mv_size < sizeof(n)) {
            rc = MDB_CORRUPTED;
            break;
        }

        memcpy(&n, val.mv_data, sizeof(n));

        if (n > val.mv_size / sizeof(n) - 1) {
            rc = MDB_CORRUPTED;
            break;
        }

        for (i = 1; i <= n; i++) {
            memcpy(&pgno, (unsigned char *) val.mv_data + i * sizeof(n),
                   sizeof(pgno));

            if (pgno < b->size) {
                webhook_backup_set(bits, pgno);
            }
        }
    }

    mdb_cursor_close(c);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Does what is held keep so much from use that it has to be let go? */

static int
webhook_backup_short(webhook_backup_t *b)
{
    int            low;
    webhook_txn_t  t;

    if (webhook_session_begin(b->st, &t, 0) != 0) {
        return 0;
    }

    low = webhook_headroom_low(&t);

    webhook_session_abort(&t);

    return low;
}


/* What makes pages a store: the two that name the version, of which the one is
   as good as the other.  What is not in use is not shown. */

static int
webhook_backup_end(webhook_backup_t *b)
{
    int       rc;
    size_t    n;
    uint64_t  i;

    for (n = 0; n < 2; n++) {
        memcpy(b->meta, &n, sizeof(n));

        rc = webhook_backup_write(b, n, 1, b->meta);
        if (rc) {
            return rc;
        }
    }

    memset(b->chunk, 0, b->page);

    for (i = 2; i < b->size; i++) {

        if (!webhook_backup_bit(b->copied, i)
            || (i < b->pages && !webhook_backup_bit(b->free, i)))
        {
            continue;
        }

        if (fallocate(b->out, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE,
                      (off_t) (i * b->page), (off_t) b->page) == -1)
        {
            rc = webhook_backup_write(b, i, 1, b->chunk);
            if (rc) {
                return rc;
            }
        }
    }

    if (ftruncate(b->out, (off_t) (b->pages * b->page)) == -1
        || fsync(b->out) == -1)
    {
        return errno;
    }

    return 0;
}


/* The file may be shorter than its last page: what was never written is zero. */

static int
webhook_backup_read(webhook_backup_t *b, uint64_t first, uint64_t count,
    unsigned char *p)
{
    size_t   len;
    off_t    offset;
    ssize_t  n;

    len = (size_t) count * b->page;
    offset = (off_t) (first * b->page);

    while (len) {
        n = pread(b->in, p, len, offset);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            return errno;
        }

        if (n == 0) {
            memset(p, 0, len);
            return 0;
        }

        p += n;
        len -= (size_t) n;
        offset += n;
    }

    return 0;
}


static int
webhook_backup_write(webhook_backup_t *b, uint64_t first, uint64_t count,
    const unsigned char *p)
{
    size_t   len;
    off_t    offset;
    ssize_t  n;

    len = (size_t) count * b->page;
    offset = (off_t) (first * b->page);

    while (len) {
        n = pwrite(b->out, p, len, offset);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            return errno;
        }

        p += n;
        len -= (size_t) n;
        offset += n;
    }

    return 0;
}
