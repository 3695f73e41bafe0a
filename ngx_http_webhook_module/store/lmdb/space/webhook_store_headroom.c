
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The pages that can be written to now.  A page that was freed may be used
 * again only when nobody reads a version of the store in which it is still in
 * use, so a reader of some minutes keeps all that is freed meanwhile.  The
 * pages in use say nothing of that.
 *
 * LMDB notes the freed pages of each transaction in a row under the number of
 * that transaction, and takes none from a row that is not older than the
 * oldest reader and the last transaction.  Such rows do not change, so their
 * sum is kept, and only those that were added are read; and nothing is read
 * where there is room enough behind the last page of the file's map.
 */

#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_used.h"

#include <stdio.h>
#include <time.h>


#define WEBHOOK_HEADROOM_LOOK   1000    /* ms between looks at the readers */
#define WEBHOOK_HEADROOM_YOUNG  1000    /* ms: a list, a page of an export */
#define WEBHOOK_HEADROOM_LONG   10000   /* ms that are worth a warning */


typedef struct {
    uint64_t  txn;
    uint32_t  pid;
} webhook_headroom_oldest_t;


static int webhook_headroom_measure(webhook_txn_t *t, int exact);
static int webhook_headroom_enough(const webhook_txn_t *t, size_t bytes);
static int webhook_headroom_oldest(const char *line, void *data);
static int webhook_headroom_sum(webhook_txn_t *t, uint64_t from);
static int webhook_headroom_rows(MDB_txn *txn, uint64_t from, uint64_t *upto,
    uint64_t *pages);


int
webhook_headroom_take(webhook_txn_t *t, size_t bytes)
{
    int  exact;

    for (exact = 0; exact < 2; exact++) {

        if (webhook_headroom_measure(t, exact) != 0) {

            /* the pages in use have to do */

            return 1;
        }

        if (webhook_headroom_enough(t, bytes)) {
            t->room -= bytes < t->room ? bytes : t->room;
            return 1;
        }
    }

    return 0;
}


int
webhook_headroom_short(webhook_txn_t *t, unsigned part)
{
    uint64_t  room, need;

    if (webhook_headroom_measure(t, 0) != 0) {
        return 0;
    }

    need = webhook_headroom_need(t, 0) / part;

    if (t->room >= need) {
        return 0;
    }

    if (webhook_headroom_measure(t, 1) != 0) {
        return 0;
    }

    room = t->room;

    return room < need && webhook_headroom_reader(t);
}


int
webhook_headroom_low(webhook_txn_t *t)
{
    return webhook_headroom_measure(t, 1) == 0
           && t->room < webhook_headroom_need(t, 0) / 8 * 9;
}


int
webhook_headroom_reader(const webhook_txn_t *t)
{
    const webhook_readers_t  *r;

    r = &t->st->readers;

    return r->txn && r->txn + 1 < webhook_headroom_last(t);
}


int
webhook_headroom_young(const webhook_txn_t *t)
{
    return t->now - t->st->readers.since < WEBHOOK_HEADROOM_YOUNG;
}


/*
 * What has to stay free for outcomes: twice the reserve, or half of what is
 * not in use where that is less.  Each outcome takes a copy of every page that
 * it changes, and while somebody reads the old ones those do not come back.
 */

uint64_t
webhook_headroom_need(const webhook_txn_t *t, size_t bytes)
{
    uint64_t  reserve, unused;

    reserve = 2 * (t->st->limit - t->st->mark);

    unused = t->used + bytes < t->map ? (t->map - t->used - bytes) / 2 : 0;

    return unused < reserve ? unused : reserve;
}


static int
webhook_headroom_enough(const webhook_txn_t *t, size_t bytes)
{
    return t->room >= bytes
           && t->room - bytes >= webhook_headroom_need(t, bytes);
}


/*
 * Sets t->room, the bytes that this transaction may write to: those behind the
 * last page, which is fast to tell; or exactly, what was freed too.
 */

static int
webhook_headroom_measure(webhook_txn_t *t, int exact)
{
    int               rc;
    uint64_t          used, taken, page;
    MDB_envinfo       info;
    webhook_lmdb_t  *st;

    st = t->st;
    page = st->page;

    if (t->roomy > (unsigned) exact) {
        return 0;
    }

    if (webhook_used_measure(t) != 0) {
        return -1;
    }

    rc = mdb_env_info(st->env, &info);
    if (rc) {
        return rc;
    }

    t->map = info.me_mapsize;

    if (!exact) {
        t->tail = (uint64_t) (info.me_last_pgno + 1) * page;
        t->tail = t->tail < t->map ? t->map - t->tail : 0;
        t->room = t->tail;
        t->roomy = 1;
        return 0;
    }

    taken = t->tail - t->room;

    webhook_headroom_look(t);

    rc = webhook_headroom_sum(t, webhook_headroom_last(t));
    if (rc) {
        return rc;
    }

    /* as of the last commit, since what is freed by this one is of no use to
       it */

    used = st->readers.used + st->readers.pages * page;

    t->room = used < t->map ? t->map - used : 0;
    t->room -= taken < t->room ? taken : t->room;
    t->roomy = 2;

    return 0;
}


/* The last transaction that was committed before this one. */

uint64_t
webhook_headroom_last(const webhook_txn_t *t)
{
    uint64_t  id;

    id = mdb_txn_id(t->txn);

    return t->write ? id - 1 : id;
}


void
webhook_headroom_watch(webhook_txn_t *t)
{
    uint64_t            pinned, age;
    webhook_lmdb_t     *st;
    webhook_readers_t  *r;

    st = t->st;
    r = &st->readers;

    if (t->now - r->looked < WEBHOOK_HEADROOM_LOOK) {
        return;
    }

    webhook_headroom_look(t);
    webhook_beside_tell(st);

    if (!webhook_headroom_reader(t)
        || webhook_headroom_sum(t, webhook_headroom_last(t)) != 0)
    {
        st->pinned = 0;
        return;
    }

    pinned = r->pages * st->page;
    age = t->now - r->since;

    st->pinned = pinned;

    if (r->warned || age < WEBHOOK_HEADROOM_LONG
        || pinned < (st->limit - st->mark) / 4)
    {
        return;
    }

    r->warned = 1;

    webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                      "process %u has been reading the store \"%s\" for %llu "
                      "seconds or more, which prevents the reuse of %llu of "
                      "%llu megabytes that have been freed since; no events "
                      "are accepted once little is left", r->pid, st->path,
                      (unsigned long long) age / 1000,
                      (unsigned long long) pinned >> 20,
                      (unsigned long long) st->limit >> 20);
}


void
webhook_headroom_look(webhook_txn_t *t)
{
    webhook_lmdb_t         *st;
    webhook_readers_t      *r;
    webhook_headroom_oldest_t oldest;

    st = t->st;
    r = &st->readers;

    r->looked = t->now;

    memset(&oldest, 0, sizeof(oldest));

    if (mdb_reader_list(st->env, webhook_headroom_oldest, &oldest) < 0) {
        return;
    }

    if (oldest.txn != r->txn || oldest.pid != r->pid) {
        r->txn = oldest.txn;
        r->pid = oldest.pid;
        r->since = t->now;
        r->logged = 0;
        r->warned = 0;
    }
}


/* A line of LMDB's list: the process, its thread, and what it reads. */

static int
webhook_headroom_oldest(const char *line, void *data)
{
    int                         pid;
    char                        thread[32];
    unsigned long               txn;
    webhook_headroom_oldest_t  *oldest;

    oldest = data;

    if (sscanf(line, "%d %31s %lu", &pid, thread, &txn) == 3
        && txn && (oldest->txn == 0 || txn < oldest->txn))
    {
        oldest->txn = txn;
        oldest->pid = (uint32_t) pid;
    }

    return 0;
}


/* Brings the sum up to date; "from" is the last transaction. */

static int
webhook_headroom_sum(webhook_txn_t *t, uint64_t from)
{
    int                 rc, own;
    uint64_t            upto, pages;
    MDB_txn            *txn;
    webhook_txn_t       then;
    webhook_lmdb_t     *st;
    webhook_readers_t  *r;

    st = t->st;
    r = &st->readers;

    if (r->txn && r->txn < from) {
        from = r->txn;
    }

    own = t->write;
    txn = t->txn;

    if (own) {

        /* LMDB shows its list to readers alone; this one reads what the
           transaction began with */

        rc = st->reader ? mdb_txn_renew(st->reader)
                        : mdb_txn_begin(st->env, NULL, MDB_RDONLY,
                                        &st->reader);
        if (rc) {
            if (st->reader) {
                mdb_txn_abort(st->reader);
                st->reader = NULL;
            }

            return rc;
        }

        txn = st->reader;
    }

    if (from == r->from) {
        upto = r->upto;
        pages = r->pages;

    } else {
        upto = from - 1;
        pages = 0;
    }

    rc = webhook_headroom_rows(txn, upto + 1, &upto, &pages);

    if (rc == 0) {
        r->from = from;
        r->upto = upto;
        r->pages = pages;

        memset(&then, 0, sizeof(then));

        then.st = st;
        then.txn = txn;

        rc = webhook_used_count(&then, &r->used);
    }

    if (own) {
        mdb_txn_reset(st->reader);
    }

    return rc;
}


static int
webhook_headroom_rows(MDB_txn *txn, uint64_t from, uint64_t *upto,
    uint64_t *pages)
{
    int          rc;
    size_t       id, n;
    MDB_val      key, val;
    MDB_cursor  *c;

    rc = mdb_cursor_open(txn, 0, &c);
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
        if (key.mv_size != sizeof(id) || val.mv_size < sizeof(n)) {
            break;
        }

        memcpy(&id, key.mv_data, sizeof(id));
        memcpy(&n, val.mv_data, sizeof(n));

        *upto = id;
        *pages += n;
    }

    mdb_cursor_close(c);

    return rc == MDB_NOTFOUND ? 0 : (rc ? rc : MDB_CORRUPTED);
}


void
webhook_headroom_stats(webhook_txn_t *t, webhook_op_stats_t *s)
{
    webhook_readers_t  *r;

    r = &t->st->readers;

    webhook_headroom_look(t);

    if (!webhook_headroom_reader(t)) {
        return;
    }

    if (webhook_headroom_sum(t, webhook_headroom_last(t)) == 0) {
        s->pinned = r->pages * t->st->page;
    }

    s->reader = r->pid;
    s->reader_age = t->now - r->since;
}


void
webhook_headroom_wait(void)
{
    struct timespec  ts;

    ts.tv_sec = 0;
    ts.tv_nsec = 5 * 1000 * 1000;

    (void) nanosleep(&ts, NULL);
}
