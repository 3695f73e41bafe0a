
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store's own time: milliseconds that only go on.  In a boot it runs with
 * the kernel's CLOCK_BOOTTIME, which no one can set and which counts a
 * suspended machine's sleep; all processes add the same offset, kept in the
 * store.  The first one to open it in a new boot sets the offset anew: time
 * goes on from the last commit, and by as much as the wall clock did since
 * then.  So a wall clock that is wrong, or set, moves neither leases nor
 * retries, and the time that a machine was off counts as passed.
 *
 * A machine may boot with a wall clock that is wrong.  One that is behind
 * lets no time pass.  One that is more than a day ahead of the last commit is
 * doubted: engine time goes on by all of that, so that retries that may be
 * due are made, but the age of what is kept does not.  Age time is engine
 * time less what is doubted (state.ahead), and whatever is removed for its
 * age is judged by it.  The doubt ends when the kernel's clock has been
 * synchronized for a while, or when the operator says that it is right: as
 * much of the jump as the wall clock bears out then counts as passed.
 */

#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_TIME_DAY     ((uint64_t) 24 * 3600 * 1000)
#define WEBHOOK_TIME_SURE    (10 * 60 * 1000)      /* ms synchronized */
#define WEBHOOK_TIME_REMIND  (3600 * 1000)         /* ms between two lines */


static void webhook_time_new_boot(webhook_txn_t *t);
static void webhook_time_judge(webhook_txn_t *t);


int
webhook_time_start(webhook_txn_t *t)
{
    int                   rc;
    size_t                len;
    MDB_val               val;
    webhook_lmdb_t       *st;
    webhook_clock_row_t   row;
    unsigned char         buf[WEBHOOK_ROW_MAX];

    st = t->st;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "clock", 5, &val);

    if (rc == 0) {
        rc = webhook_row_read_clock(&val, &row);

        if (rc) {

            /* time goes on as with a new boot */

            row.boot.len = 0;

            rc = t->write ? webhook_quarantine(t, WEBHOOK_DB_META, "clock", 5,
                                               0)
                          : 0;
            if (rc) {
                return rc;
            }
        }

        if (row.boot.len == strlen(st->boot)
            && memcmp(row.boot.data, st->boot, row.boot.len) == 0)
        {
            st->offset = row.offset;
            t->now = webhook_clock_now(st);
            webhook_clock_age(t);
            return 0;
        }

    } else if (rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_time_new_boot(t);

    if (!t->write) {

        /* who only reads goes on the same way, but leaves it to others to
           write it down */

        return 0;
    }

    row.offset = st->offset;
    row.boot.data = (unsigned char *) st->boot;
    row.boot.len = strlen(st->boot);

    len = webhook_row_write_clock(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_META, "clock", 5, buf, len, 0);
}


/* Sets the offset: by how much time goes on over a boot. */

static void
webhook_time_new_boot(webhook_txn_t *t)
{
    uint64_t              wall, last, passed;
    webhook_lmdb_t       *st;
    webhook_state_row_t  *s;

    st = t->st;
    s = &t->state;

    wall = webhook_clock_real(st);
    last = s->wall ? s->wall : s->last;
    passed = wall > last ? wall - last : 0;

    if (s->last == 0) {

        /* a store that is being made */

        s->last = wall;
        passed = 0;
    }

    st->offset = (int64_t) (s->last + passed - st->clock(st->ctx));
    t->now = webhook_clock_now(st);

    if (passed > WEBHOOK_TIME_DAY) {

        if (s->doubt == 0) {
            s->base = last - (s->last - s->ahead);
        }

        s->doubt += passed;
        s->ahead += passed;

        if (t->write) {
            webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                              "the store \"%s\": since the last commit the "
                              "clock has advanced by %llu hours; because it "
                              "may be wrong, nothing is removed because of "
                              "its age until the kernel's clock has been "
                              "synchronized for 10 minutes, or \"webhookctl "
                              "clock accept\" says that it is right",
                              st->path,
                              (unsigned long long) (passed / 3600000));
        }

    } else if (t->write && last > wall && last - wall > WEBHOOK_TIME_DAY) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\": the clock is %llu hours behind "
                          "the last commit; the time since then does not "
                          "count as passed", st->path,
                          (unsigned long long) ((last - wall) / 3600000));
    }

    webhook_clock_age(t);
}


int
webhook_time_sure(webhook_txn_t *t)
{
    webhook_lmdb_t  *st;

    st = t->st;

    if (t->state.doubt == 0) {
        return 0;
    }

    if (!st->synced(st->ctx)) {

        st->synced_since = 0;

        if (t->now - st->reminded >= WEBHOOK_TIME_REMIND) {

            if (st->reminded) {
                webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                                  "the store \"%s\": the kernel's clock is "
                                  "not synchronized, and nothing is removed "
                                  "because of its age yet; \"webhookctl clock "
                                  "accept\" says that it is right",
                                  st->path);
            }

            st->reminded = t->now;
        }

        return 0;
    }

    if (st->synced_since == 0) {
        st->synced_since = t->now;
    }

    return t->now - st->synced_since >= WEBHOOK_TIME_SURE;
}


void
webhook_time_settle(webhook_txn_t *t)
{
    if (webhook_time_sure(t)) {
        webhook_time_judge(t);
    }
}


/* The wall clock is right now: as much of the doubt as it bears out counts. */

static void
webhook_time_judge(webhook_txn_t *t)
{
    int64_t               passed;
    webhook_state_row_t  *s;

    s = &t->state;

    passed = (int64_t) (webhook_clock_real(t->st) - (t->age + s->base));

    if (passed < 0) {
        passed = 0;
    }

    if ((uint64_t) passed > s->doubt) {
        passed = (int64_t) s->doubt;
    }

    webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\": of the %llu hours that were in doubt "
                      "%llu have passed; the age of what is stored counts "
                      "again", t->st->path,
                      (unsigned long long) (s->doubt / 3600000),
                      (unsigned long long) (passed / 3600000));

    s->ahead -= (uint64_t) passed;
    s->doubt = 0;
    s->base = 0;

    t->dirty = 1;
    t->st->synced_since = 0;

    webhook_clock_age(t);
}


int
webhook_time_tell(webhook_txn_t *t, webhook_op_t *op)
{
    webhook_op_clock_t  *c;

    c = &op->u.clock;

    c->wall = webhook_clock_real(t->st);
    c->last = t->state.wall;
    c->doubt = t->state.doubt;
    c->synced = t->st->synced(t->st->ctx) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_time_accept(webhook_txn_t *t, webhook_op_t *op)
{
    if (t->state.doubt) {
        webhook_time_judge(t);
    }

    return webhook_time_tell(t, op);
}
