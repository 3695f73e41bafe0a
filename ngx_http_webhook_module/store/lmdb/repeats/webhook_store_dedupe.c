
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Repeats: who asks first for a key acts, the others are told.
 *
 * A row that went before its end would let a call act twice, so none does.
 * Their number is bounded, and what they take of the store; at the bound
 * nobody may act for a new key.
 */

#include "store/lmdb/repeats/webhook_store_dedupe.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/repeats/webhook_store_dedupe_expire.h"
#include "store/lmdb/repeats/webhook_store_dedupe_row.h"

#include <errno.h>


#define WEBHOOK_DEDUPE_TAKES  384       /* bytes, of both rows */
#define WEBHOOK_DEDUPE_SHARE  2048      /* bytes of the store for each row */
#define WEBHOOK_DEDUPE_PART    4        /* of the store is the most for all */
#define WEBHOOK_DEDUPE_STEP    4        /* ended ones that a reservation
                                           removes */
#define WEBHOOK_DEDUPE_QUIET  60000     /* ms between two lines */


static int webhook_dedupe_look(webhook_txn_t *t, webhook_op_reserve_t *r,
    void **memory, const webhook_dedupe_row_t *row);
static int webhook_dedupe_room(webhook_txn_t *t, int *room);
static int webhook_dedupe_bytes(webhook_txn_t *t, uint64_t *bytes);


int
webhook_dedupe_reserve_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                    rc;
    unsigned char          key[WEBHOOK_KEY_DEDUPE];
    webhook_op_reserve_t  *r;
    webhook_dedupe_row_t   row;

    r = &op->u.reserve;
    *todo = 1;

    webhook_key_dedupe(key, r->scope, r->key);

    rc = webhook_dedupe_row_get(t, key, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
        return 0;
    }

    if (rc == 0) {
        rc = webhook_dedupe_look(t, r, &op->memory, &row);
    }

    if (rc) {
        return rc;
    }

    if (r->state != WEBHOOK_DEDUPE_NEW) {
        op->result = WEBHOOK_STORE_OK;
        *todo = 0;
    }

    return 0;
}


int
webhook_dedupe_reserve(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc, taken, room;
    unsigned char          key[WEBHOOK_KEY_DEDUPE];
    webhook_op_reserve_t  *r;
    webhook_dedupe_row_t   row;

    r = &op->u.reserve;

    if (t->st->replaced || t->st->incarnation == 0) {

        /* nobody could tell whether it lives */

        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_key_dedupe(key, r->scope, r->key);

    rc = webhook_dedupe_row_get(t, key, &row);

    if (rc == MDB_CORRUPTED) {
        webhook_store_log_error(t->st, rc, "a reservation cannot be read");

        row.end = 0;

    } else if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc == 0) {
        rc = webhook_dedupe_look(t, r, &op->memory, &row);
        if (rc) {
            return rc;
        }

        if (r->state != WEBHOOK_DEDUPE_NEW || r->token) {
            op->result = WEBHOOK_STORE_OK;
            return 0;
        }
    }

    if (rc != MDB_NOTFOUND) {
        rc = webhook_dedupe_row_del(t, key, row.end);
        if (rc) {
            return rc;
        }
    }

    rc = webhook_dedupe_room(t, &room);

    if (rc) {
        return rc;
    }

    if (!room) {
        r->bound = 1;
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    rc = webhook_expire_take(t, WEBHOOK_DEDUPE_TAKES, &taken);

    if (rc || !taken) {
        op->result = WEBHOOK_STORE_FULL;
        return rc;
    }

    memset(&row, 0, sizeof(row));

    row.token = ++t->state.lease;
    row.end = webhook_later(t->age, r->run);
    row.owner = t->st->incarnation;
    row.slot = (uint32_t) t->st->slot;
    row.asker = r->asker;

    rc = webhook_dedupe_row_put(t, key, &row);
    if (rc) {
        return rc;
    }

    r->state = WEBHOOK_DEDUPE_NEW;
    r->token = row.token;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* What a row means to who asks now. */

static int
webhook_dedupe_look(webhook_txn_t *t, webhook_op_reserve_t *r, void **memory,
    const webhook_dedupe_row_t *row)
{
    int  rc, alive;

    r->state = WEBHOOK_DEDUPE_NEW;

    if (row->end <= t->age) {
        return 0;
    }

    if (row->settled) {
        r->state = WEBHOOK_DEDUPE_SEEN;
        r->answer = row->answer;

        rc = webhook_memory_text(memory, &row->answer.text, &r->answer.text);

        return rc ? rc : webhook_memory_text(memory, &row->answer.type,
                                             &r->answer.type);
    }

    if (r->asker && r->asker == row->asker
        && row->owner == t->st->incarnation)
    {
        /* the same operation once more */

        r->token = row->token;
        return 0;
    }

    rc = webhook_owner_known(t, row->slot, row->owner, &alive);

    if (rc == 0 && alive) {
        r->state = WEBHOOK_DEDUPE_RUNNING;
    }

    return rc;
}


int
webhook_dedupe_settle(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    uint64_t               end, bytes;
    unsigned char          key[WEBHOOK_KEY_DEDUPE];
    webhook_op_settle_t   *s;
    webhook_dedupe_row_t   row;

    s = &op->u.settle;

    if (s->answer.text.len > WEBHOOK_DEDUPE_ANSWER
        || s->answer.type.len > WEBHOOK_DEDUPE_TYPE)
    {
        webhook_store_log_error(t->st, EINVAL, "an answer exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_key_dedupe(key, s->scope, s->key);

    rc = webhook_dedupe_row_get(t, key, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0 && row.token != s->token))
    {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (row.settled) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    end = row.end;

    rc = webhook_dedupe_row_del(t, key, end);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    if (s->keep == 0) {
        return 0;
    }

    row.settled = 1;
    row.end = webhook_later(t->age, s->keep);
    row.answer = s->answer;

    /*
     * That it was done has to be known, lest it is done again; above the mark
     * that and the status have to do, and so where answers would keep others
     * from being reserved.
     */

    rc = webhook_dedupe_bytes(t, &bytes);
    if (rc) {
        return rc;
    }

    if (webhook_space_attempt(t) != 2
        || bytes > t->st->limit / WEBHOOK_DEDUPE_PART / 2)
    {
        row.answer.text.len = 0;
        row.answer.type.len = 0;
        row.answer.sent = 0;
    }

    return webhook_dedupe_row_put(t, key, &row);
}


/* Is there room for one more?  Those that have ended make some. */

static int
webhook_dedupe_room(webhook_txn_t *t, int *room)
{
    int               rc, more;
    uint32_t          count, pages;
    uint64_t          rows, max, bytes;
    MDB_stat          stat;
    webhook_lmdb_t  *st;

    st = t->st;

    max = st->dedupe_rows ? st->dedupe_rows
                          : st->limit / WEBHOOK_DEDUPE_SHARE;

    rc = webhook_txn_stat(t, WEBHOOK_DB_DEDUPE, &stat);

    if (rc == 0) {
        rc = webhook_dedupe_bytes(t, &bytes);
    }

    if (rc) {
        return rc;
    }

    rows = stat.ms_entries;

    if (rows < max && bytes < st->limit / WEBHOOK_DEDUPE_PART) {
        *room = 1;
        return 0;
    }

    count = 0;
    pages = 0;

    rc = webhook_dedupe_expire(t, WEBHOOK_DEDUPE_STEP, &count, &pages, &more);
    if (rc) {
        return rc;
    }

    /* each that ended makes room for one */

    *room = count != 0;

    if (!*room
        && (st->dedupe_logged == 0
            || t->now - st->dedupe_logged >= WEBHOOK_DEDUPE_QUIET))
    {
        st->dedupe_logged = t->now ? t->now : 1;

        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" knows %llu calls by \"dedupe\", "
                          "in %llu megabytes, which is the limit: unknown "
                          "calls are refused until some have expired; raise "
                          "dedupe_rows or size, or lower the ttl of "
                          "\"dedupe\"", st->path,
                          (unsigned long long) rows,
                          (unsigned long long) bytes >> 20);
    }

    return 0;
}


/* What they take of the store. */

static int
webhook_dedupe_bytes(webhook_txn_t *t, uint64_t *bytes)
{
    int       rc;
    size_t    pages;
    MDB_stat  stat;
    unsigned  i;

    static const webhook_db_e  tables[] = {
        WEBHOOK_DB_DEDUPE,
        WEBHOOK_DB_REPEATS
    };

    pages = 0;

    for (i = 0; i < 2; i++) {
        rc = webhook_txn_stat(t, tables[i], &stat);
        if (rc) {
            return rc;
        }

        pages += stat.ms_branch_pages + stat.ms_leaf_pages
                 + stat.ms_overflow_pages;
    }

    *bytes = (uint64_t) pages * t->st->page;

    return 0;
}


int
webhook_dedupe_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over)
{
    int                   rc;
    webhook_dedupe_row_t  row;

    rc = webhook_dedupe_row_read(v, &row);
    if (rc) {
        return rc;
    }

    /* of one that is not settled, who acts dies with its store */

    *over = !row.settled || row.end <= t->age;

    known->kind = WEBHOOK_KNOWN_CALL;
    known->scope = webhook_get_u64(key);
    memcpy(known->key, key + 8, 32);
    known->left = row.end - t->age;
    known->answer = row.answer;

    return 0;
}


int
webhook_dedupe_remember(webhook_txn_t *t, webhook_op_t *op)
{
    int                     rc, room, taken;
    unsigned char           key[WEBHOOK_KEY_DEDUPE];
    const webhook_known_t  *known;
    webhook_dedupe_row_t    row;

    known = &op->u.remember.known;

    webhook_key_dedupe(key, known->scope, known->key);

    rc = webhook_dedupe_row_get(t, key, &row);

    if (rc == 0 && row.end > t->age) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc == MDB_CORRUPTED) {
        row.end = 0;
        rc = 0;
    }

    if (rc == 0) {
        rc = webhook_dedupe_row_del(t, key, row.end);

    } else if (rc == MDB_NOTFOUND) {
        rc = 0;
    }

    if (rc == 0) {
        rc = webhook_dedupe_room(t, &room);
    }

    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_FULL;

    if (!room) {
        return 0;
    }

    rc = webhook_expire_take(t, WEBHOOK_DEDUPE_TAKES + known->answer.text.len,
                             &taken);

    if (rc || !taken) {
        return rc;
    }

    memset(&row, 0, sizeof(row));

    row.token = ++t->state.lease;
    row.end = webhook_later(t->age, known->left);
    row.settled = 1;
    row.answer = known->answer;

    op->result = WEBHOOK_STORE_OK;

    return webhook_dedupe_row_put(t, key, &row);
}
