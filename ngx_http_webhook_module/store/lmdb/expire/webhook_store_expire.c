
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which of what is over goes first.  Everything that is finished stands in one
 * index by its class and the time it finished, so that is at hand: by age the
 * oldest, for want of room delivered events, calls, cancelled events, and dead
 * letters last.
 */

#include "store/lmdb/expire/webhook_store_expire.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/expire/webhook_store_remove.h"


#define WEBHOOK_EXPIRE_QUIET  60000     /* ms between two lines about dead
                                           letters */
#define WEBHOOK_EXPIRE_HELD   256       /* passed over, which the cluster is to
                                           be told of */


static int webhook_expire_some(webhook_txn_t *t, size_t bytes, int *found);
static int webhook_expire_free(webhook_txn_t *t, unsigned char *key);
static int webhook_expire_aged(webhook_txn_t *t, const unsigned char *key);


int
webhook_expire_ended(webhook_txn_t *t, webhook_db_e db, unsigned char *key,
    size_t key_len, int *found)
{
    int      rc;
    MDB_val  k, val;

    *found = 0;

    memset(key, 0, key_len);

    rc = webhook_txn_seek(t, db, key, key_len, &k, &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    memcpy(key, k.mv_data, key_len);

    *found = webhook_get_u64(key) <= t->age;

    return 0;
}


int
webhook_expire_take(webhook_txn_t *t, size_t bytes, int *taken)
{
    int       rc, found;
    unsigned  refused;

    refused = t->refused;

    for ( ;; ) {
        *taken = webhook_space_take(t, bytes);

        if (*taken) {
            t->refused = refused;
            return 0;
        }

        /* what is finished makes room, if all of it were enough, and not more
           in a transaction than in a step of EXPIRE; none at once where pages
           are missing, since what a transaction frees is not for itself */

        found = 0;

        if (!t->st->keep_history && !t->pinned
            && t->pages < WEBHOOK_EXPIRE_PAGES
            && t->used + bytes <= t->st->mark + t->state.history)
        {
            rc = webhook_expire_some(t, bytes, &found);
            if (rc) {
                return rc;
            }
        }

        if (!found) {

            if (t->wanted == 0 || bytes < t->least) {
                t->least = bytes;
            }

            t->wanted += bytes;
            return 0;
        }
    }
}


/* Removes one finished thing, if it is to go; *found tells. */

static int
webhook_expire_some(webhook_txn_t *t, size_t bytes, int *found)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_FINISHED];

    rc = webhook_expire_first(t, bytes, key, found);

    if (rc == 0 && *found) {
        rc = webhook_expire_remove(t, key, &t->pages);
        t->measured = 0;
    }

    return rc;
}


int
webhook_expire_round(webhook_txn_t *t, uint64_t bytes, int *go_on)
{
    int  rc, found;

    for ( ;; ) {

        if (webhook_space_take(t, bytes)) {
            *go_on = t->pages != 0;
            return 0;
        }

        if (t->pinned || t->st->keep_history
            || t->pages >= WEBHOOK_EXPIRE_PAGES)
        {
            break;
        }

        rc = webhook_expire_some(t, bytes, &found);
        if (rc) {
            return rc;
        }

        if (!found) {
            *go_on = t->pages != 0;
            return 0;
        }
    }

    if (t->pages) {
        *go_on = 1;
        return 0;
    }

    /* what was freed by the last transactions comes back with the next; what
       a reader keeps, when it is gone */

    if (t->pinned && webhook_headroom_reader(t)) {

        if (!webhook_headroom_young(t)) {
            return 0;
        }

        webhook_headroom_wait();
    }

    *go_on = t->pinned;

    return 0;
}


int
webhook_expire_remove(webhook_txn_t *t, const unsigned char *key,
    uint32_t *pages)
{
    int           rc;
    webhook_id_t  id;

    memcpy(id.bytes, key + 9, 16);

    rc = webhook_finished_del(t, key);
    if (rc) {
        return rc;
    }

    rc = webhook_outbox_gone(t, key);
    if (rc) {
        return rc;
    }

    if (key[0] == WEBHOOK_CLASS_DEAD && !webhook_expire_aged(t, key)) {
        t->dropped++;
    }

    return key[0] == WEBHOOK_CLASS_CALL
           ? webhook_remove_call(t, &id, pages)
           : webhook_remove_event(t, &id, pages);
}


int
webhook_expire_first(webhook_txn_t *t, size_t bytes, unsigned char *key,
    int *found)
{
    int            rc;
    uint64_t       used, mark;
    unsigned       class, any;
    unsigned char  oldest[WEBHOOK_KEY_FINISHED];

    any = 0;

    rc = webhook_finished_first_gone(t, key, found);

    if (rc || *found) {
        return rc;
    }

    for (class = 0; class < WEBHOOK_CLASSES; class = oldest[0] + 1) {

        rc = webhook_finished_first(t, class, oldest);

        if (rc == 0) {
            rc = webhook_expire_free(t, oldest);
        }

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        if (webhook_expire_aged(t, oldest)) {
            memcpy(key, oldest, WEBHOOK_KEY_FINISHED);
            *found = 1;
            return 0;
        }

        if (!any) {
            memcpy(key, oldest, WEBHOOK_KEY_FINISHED);
            any = 1;
        }
    }

    if (!any) {
        return 0;
    }

    if (t->st->keep_bytes && t->state.history > t->st->keep_bytes) {
        *found = 1;
        return 0;
    }

    if (t->st->keep_history) {
        return 0;
    }

    rc = webhook_used_count(t, &used);
    if (rc) {
        return rc;
    }

    mark = webhook_space_mark(t);

    if (bytes < mark / 32) {
        bytes = mark / 32;
    }

    *found = used + bytes > mark;

    return 0;
}


/* The first one at or behind the key that the cluster has not to be told of
   yet, of its class or of one behind it. */

static int
webhook_expire_free(webhook_txn_t *t, unsigned char *key)
{
    int           rc, held;
    unsigned      n, i;
    webhook_id_t  id;

    for (n = 0; n < WEBHOOK_EXPIRE_HELD; n++) {

        if (key[0] == WEBHOOK_CLASS_CALL) {
            return 0;
        }

        memcpy(id.bytes, key + 9, 16);

        rc = webhook_outbox_held(t, &id, &held);

        if (rc || !held) {
            return rc;
        }

        for (i = WEBHOOK_KEY_FINISHED - 1; ++key[i] == 0 && i; i--) {
            /* void */
        }

        rc = webhook_finished_from(t, key);
        if (rc) {
            return rc;
        }
    }

    return MDB_NOTFOUND;
}


static int
webhook_expire_aged(webhook_txn_t *t, const unsigned char *key)
{
    return webhook_later(webhook_get_u64(key + 1), t->st->keep) <= t->age;
}


/* Nobody knows of a dead letter but who looks at it here. */

void
webhook_expire_committed(webhook_txn_t *t)
{
    webhook_lmdb_t  *st;

    st = t->st;

    st->dropped += t->dropped;
    st->dropped_unlogged += t->dropped;

    if (st->dropped_unlogged == 0
        || (st->dropped_time && t->now - st->dropped_time
                                < WEBHOOK_EXPIRE_QUIET))
    {
        return;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" has no room for all that is finished "
                      "(%s): %llu dead letters were removed before their time",
                      st->path,
                      st->keep_bytes && t->state.history
                                        > st->keep_bytes / 10 * 9
                      ? "keep_bytes" : "size",
                      (unsigned long long) st->dropped_unlogged);

    st->dropped_unlogged = 0;
    st->dropped_time = t->now ? t->now : 1;
}
