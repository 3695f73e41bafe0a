
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is done once.  An answer stands under its key; a second table has the
 * keys by the time they end, a third by their caller, numbered as they came,
 * so that a caller's oldest is at hand, with what all took up to each: what
 * there is now is the newest less what came before the oldest.  One that goes from
 * among them counts until all that are older are gone.  And RECORD.
 */

#include "store/lmdb/objects/webhook_store_once.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/objects/webhook_store_audit.h"

#include <errno.h>


#define WEBHOOK_ONCE_SHARE  256         /* of the store, for one caller */
#define WEBHOOK_ONCE_LEAST  (1024 * 1024)
#define WEBHOOK_ONCE_TAKES  384         /* bytes of the rows of an answer */
#define WEBHOOK_ONCE_OLD    (-1)        /* a row is of an older version */


/* What a caller has. */

typedef struct {
    uint64_t   count;                   /* at most */
    uint64_t   bytes;                   /* at most */
    uint64_t   number;                  /* of the next one */
    uint64_t   upto;                    /* what all took that there were */
} webhook_once_sum_t;


static int webhook_once_get(webhook_txn_t *t, const unsigned char *key,
    webhook_answer_row_t *row);
static int webhook_once_room(webhook_txn_t *t, uint64_t caller,
    uint64_t bytes, webhook_once_sum_t *sum);
static int webhook_once_sum(webhook_txn_t *t, uint64_t caller,
    webhook_once_sum_t *sum);
static int webhook_once_walk(webhook_txn_t *t, uint64_t caller,
    webhook_once_sum_t *sum);
static int webhook_once_end(webhook_txn_t *t, uint64_t caller, int newest,
    uint64_t *number, uint64_t *before, uint64_t *upto);
static int webhook_once_first(webhook_txn_t *t, uint64_t caller,
    uint32_t *pages);
static int webhook_once_del(webhook_txn_t *t, const unsigned char *key,
    uint64_t end, uint32_t *pages);


int
webhook_once_bad(const webhook_once_t *once)
{
    return once->answer.len > WEBHOOK_ONCE_ANSWER_MAX;
}


size_t
webhook_once_size(const webhook_once_t *once)
{
    return once->keep ? webhook_blob_size(once->answer.len)
                        + WEBHOOK_ONCE_TAKES : 0;
}


int
webhook_once_look(webhook_txn_t *t, webhook_op_t *op, webhook_once_t *once)
{
    int                   rc;
    unsigned char        *data;
    webhook_answer_row_t  row;

    once->known = 0;
    once->differs = 0;
    memset(&once->first, 0, sizeof(webhook_str_t));

    if (once->keep == 0 || once->replace) {
        return 0;
    }

    rc = webhook_once_get(t, once->key, &row);

    if (rc == MDB_NOTFOUND || (rc == 0 && row.end <= t->age)) {
        return 0;
    }

    if (rc == MDB_CORRUPTED) {

        /* what is kept anew puts it out of the way */

        webhook_store_log_error(t->st, rc, "what a repeated request was "
                                "answered cannot be read");
        return 0;
    }

    if (rc) {
        return rc;
    }

    once->known = 1;
    op->result = WEBHOOK_STORE_DUPLICATE;

    if (memcmp(row.body, once->body, WEBHOOK_ONCE_LEN) != 0) {
        once->differs = 1;
        return 0;
    }

    if (row.len == 0) {
        return 0;
    }

    data = webhook_memory_bytes(&op->memory, row.len);
    if (data == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, row.blob, data, row.len);

    if (rc == MDB_CORRUPTED) {

        /* it was done, if nothing else is known of it */

        webhook_store_log_error(t->st, rc, "what a repeated request was "
                                "answered cannot be read");
        return 0;
    }

    if (rc) {
        return rc;
    }

    once->first.data = data;
    once->first.len = row.len;

    return 0;
}


int
webhook_once_record(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc, same;
    webhook_op_record_t  *r;

    r = &op->u.record;

    rc = webhook_once_look(t, op, &r->once);
    if (rc || r->once.known) {
        return rc;
    }

    if (r->ask) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (t->st->replaced) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    if (r->past && r->data.len) {
        rc = webhook_audit_same(t, r->past, r->wall, &r->company, &r->data,
                                &same);

        if (rc == 0 && same) {
            op->result = WEBHOOK_STORE_DUPLICATE;
            r->number = r->past;
        }

        if (rc || same) {
            return rc;
        }
    }

    if (webhook_space_attempt(t) == 0) {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    if (r->data.len) {
        rc = webhook_audit_put(t, r->wall, &r->company, &r->data, r->past,
                               &r->number);
    }

    if (rc == 0) {
        rc = webhook_once_keep(t, &r->once);
    }

    if (rc == 0) {
        op->result = WEBHOOK_STORE_OK;
    }

    return rc;
}


int
webhook_once_keep(webhook_txn_t *t, const webhook_once_t *once)
{
    int                   rc;
    size_t                len;
    uint32_t              pages;
    uint64_t              bytes;
    unsigned char         buf[WEBHOOK_ROW_MAX], key[WEBHOOK_KEY_ANSWER_END];
    unsigned char         value[WEBHOOK_ANSWER_SUM];
    webhook_once_sum_t    sum;
    webhook_answer_row_t  row;

    if (once->keep == 0) {
        return 0;
    }

    pages = 0;

    rc = webhook_once_get(t, once->key, &row);

    if (rc == 0) {

        /* one that has ended, or is replaced */

        rc = webhook_once_del(t, once->key, row.end, &pages);

    } else if (rc == MDB_CORRUPTED) {
        rc = webhook_quarantine(t, WEBHOOK_DB_ANSWERS, once->key,
                                WEBHOOK_KEY_ANSWER, 0);
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    bytes = webhook_once_size(once);

    rc = webhook_once_room(t, once->caller, bytes, &sum);

    if (rc == 0) {
        rc = webhook_blob_put(t, once->answer.data, once->answer.len,
                              &row.blob);
    }

    if (rc) {
        return rc;
    }

    row.caller = once->caller;
    row.number = sum.number;
    row.end = webhook_later(t->age, once->keep);
    row.len = (uint32_t) once->answer.len;
    memcpy(row.body, once->body, WEBHOOK_ONCE_LEN);

    len = webhook_row_write_answer(buf, &row);

    rc = webhook_txn_put(t, WEBHOOK_DB_ANSWERS, once->key, WEBHOOK_KEY_ANSWER,
                         buf, len, 0);
    if (rc) {
        return rc;
    }

    webhook_key_answer_end(key, row.end, once->key);

    rc = webhook_txn_put(t, WEBHOOK_DB_ANSWER_ENDS, key, sizeof(key), "", 0,
                         0);
    if (rc) {
        return rc;
    }

    webhook_key_numbered(key, row.caller, row.number);

    memcpy(value, once->key, WEBHOOK_ONCE_LEN);
    webhook_set_u64(value + WEBHOOK_ONCE_LEN, bytes);
    webhook_set_u64(value + WEBHOOK_ONCE_LEN + 8, sum.upto + bytes);

    return webhook_txn_put(t, WEBHOOK_DB_ANSWER_CALLERS, key,
                           WEBHOOK_KEY_ANSWER_CALLER, value, sizeof(value), 0);
}


/* Makes room for an answer of a caller. */

static int
webhook_once_room(webhook_txn_t *t, uint64_t caller, uint64_t bytes,
    webhook_once_sum_t *sum)
{
    int       rc;
    uint32_t  pages;
    uint64_t  max, number;

    max = t->st->limit / WEBHOOK_ONCE_SHARE;
    max = max < WEBHOOK_ONCE_LEAST ? WEBHOOK_ONCE_LEAST : max;

    rc = webhook_once_sum(t, caller, sum);

    number = sum->number;
    pages = 0;

    while (rc == 0 && sum->count
           && (sum->count >= WEBHOOK_ONCE_CALLER_MAX
               || sum->bytes + bytes > max))
    {
        rc = webhook_once_first(t, caller, &pages);

        if (rc == 0) {
            rc = webhook_once_sum(t, caller, sum);
        }
    }

    /* where none is left, too, no number comes twice */

    sum->number = number;

    return rc;
}


/* By the newest and the oldest row; or by all of them, where an older version
   wrote one of these. */

static int
webhook_once_sum(webhook_txn_t *t, uint64_t caller, webhook_once_sum_t *sum)
{
    int       rc;
    uint64_t  first, last, before, upto, none;

    memset(sum, 0, sizeof(webhook_once_sum_t));

    rc = webhook_once_end(t, caller, 1, &last, &none, &upto);

    if (rc == 0) {
        rc = webhook_once_end(t, caller, 0, &first, &before, &none);
    }

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc == WEBHOOK_ONCE_OLD || (rc == 0 && before > upto)) {
        return webhook_once_walk(t, caller, sum);
    }

    if (rc == 0) {
        sum->count = last - first + 1;
        sum->bytes = upto - before;
        sum->number = last + 1;
        sum->upto = upto;
    }

    return rc;
}


/* The newest row of a caller, or the oldest: its number, and what came before
   it, and up to it.  MDB_NOTFOUND; ONCE_OLD: it does not tell. */

static int
webhook_once_end(webhook_txn_t *t, uint64_t caller, int newest,
    uint64_t *number, uint64_t *before, uint64_t *upto)
{
    int             rc;
    MDB_val         k, val;
    unsigned char   key[WEBHOOK_KEY_ANSWER_CALLER], *p;

    webhook_key_numbered(key, caller, newest ? UINT64_MAX : 0);

    rc = newest ? webhook_txn_seek_before(t, WEBHOOK_DB_ANSWER_CALLERS, key,
                                          sizeof(key), &k, &val)
                : webhook_txn_seek(t, WEBHOOK_DB_ANSWER_CALLERS, key,
                                   sizeof(key), &k, &val);
    if (rc) {
        return rc;
    }

    p = k.mv_data;

    if (k.mv_size != sizeof(key) || webhook_get_u64(p) != caller) {
        return MDB_NOTFOUND;
    }

    *number = webhook_get_u64(p + 8);

    if (val.mv_size != WEBHOOK_ANSWER_SUM) {
        return WEBHOOK_ONCE_OLD;
    }

    p = (unsigned char *) val.mv_data + WEBHOOK_ONCE_LEN;

    *upto = webhook_get_u64(p + 8);
    *before = *upto - webhook_get_u64(p);

    return 0;
}


static int
webhook_once_walk(webhook_txn_t *t, uint64_t caller, webhook_once_sum_t *sum)
{
    int             rc;
    MDB_val         k, val;
    MDB_cursor     *c;
    unsigned char   key[WEBHOOK_KEY_ANSWER_CALLER], *p;

    memset(sum, 0, sizeof(webhook_once_sum_t));

    webhook_key_numbered(key, caller, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_ANSWER_CALLERS, key, sizeof(key), &k,
                          &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_ANSWER_CALLERS, &c);
    }

    while (rc == 0) {
        p = k.mv_data;

        if (k.mv_size != sizeof(key) || webhook_get_u64(p) != caller) {
            return 0;
        }

        sum->count++;
        sum->number = webhook_get_u64(p + 8) + 1;

        if (val.mv_size == WEBHOOK_ANSWER_SUM
            || val.mv_size == WEBHOOK_ANSWER_SUM_OLD)
        {
            sum->bytes += webhook_get_u64((unsigned char *) val.mv_data
                                          + WEBHOOK_ONCE_LEN);
        }

        sum->upto = val.mv_size == WEBHOOK_ANSWER_SUM
                    ? webhook_get_u64((unsigned char *) val.mv_data
                                      + WEBHOOK_ONCE_LEN + 8)
                    : sum->bytes;

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Forgets the caller's oldest. */

static int
webhook_once_first(webhook_txn_t *t, uint64_t caller, uint32_t *pages)
{
    int                   rc;
    MDB_val               k, val;
    unsigned char         key[WEBHOOK_KEY_ANSWER_CALLER];
    unsigned char         answer[WEBHOOK_KEY_ANSWER];
    webhook_answer_row_t  row;

    webhook_key_numbered(key, caller, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_ANSWER_CALLERS, key, sizeof(key), &k,
                          &val);

    if (rc || webhook_get_u64(k.mv_data) != caller) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    memcpy(key, k.mv_data, sizeof(key));

    rc = MDB_NOTFOUND;

    if (val.mv_size == WEBHOOK_ANSWER_SUM
        || val.mv_size == WEBHOOK_ANSWER_SUM_OLD)
    {
        memcpy(answer, val.mv_data, WEBHOOK_ONCE_LEN);

        rc = webhook_once_get(t, answer, &row);
    }

    if (rc == 0 && row.caller == caller
        && row.number == webhook_get_u64(key + 8))
    {
        return webhook_once_del(t, answer, row.end, pages);
    }

    if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
        return rc;
    }

    /* it leads to nothing */

    return webhook_txn_del(t, WEBHOOK_DB_ANSWER_CALLERS, key, sizeof(key));
}


int
webhook_once_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more)
{
    int            rc, found;
    unsigned char  end[WEBHOOK_KEY_ANSWER_END];

    *more = 0;

    for ( ;; ) {
        rc = webhook_expire_ended(t, WEBHOOK_DB_ANSWER_ENDS, end, sizeof(end),
                                  &found);
        if (rc || !found) {
            return rc;
        }

        if (*count >= max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        rc = webhook_once_del(t, end + 8, webhook_get_u64(end), pages);
        if (rc) {
            return rc;
        }

        (*count)++;
        (*pages)++;
    }
}


/* Forgets what ends then.  A row that ends at another time has an end of its
   own: one that could not be read was here before it. */

static int
webhook_once_del(webhook_txn_t *t, const unsigned char *key, uint64_t end,
    uint32_t *pages)
{
    int                   rc;
    unsigned char         k[WEBHOOK_KEY_ANSWER_END];
    webhook_answer_row_t  row;

    rc = webhook_once_get(t, key, &row);

    if (rc == MDB_CORRUPTED) {
        rc = webhook_quarantine(t, WEBHOOK_DB_ANSWERS, key,
                                WEBHOOK_KEY_ANSWER, 0);

    } else if (rc == 0 && row.end == end) {

        rc = webhook_blob_del(t, row.blob, row.len, pages);

        if (rc == 0) {
            webhook_key_numbered(k, row.caller, row.number);

            rc = webhook_txn_del(t, WEBHOOK_DB_ANSWER_CALLERS, k,
                                 WEBHOOK_KEY_ANSWER_CALLER);
        }

        if (rc == 0 || rc == MDB_NOTFOUND) {
            rc = webhook_txn_del(t, WEBHOOK_DB_ANSWERS, key,
                                 WEBHOOK_KEY_ANSWER);
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_key_answer_end(k, end, key);

    rc = webhook_txn_del(t, WEBHOOK_DB_ANSWER_ENDS, k, sizeof(k));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_once_get(webhook_txn_t *t, const unsigned char *key,
    webhook_answer_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_ANSWERS, key, WEBHOOK_KEY_ANSWER, &val);

    return rc ? rc : webhook_row_read_answer(&val, row);
}
