
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A row of the index is not of one delivery, but of up to 62 that follow each
 * other: the first one is in the key, and the value has the events of the
 * others, in their order.  So what comes and goes in the order of events, as
 * most does, costs a row for all that are written at once, and takes half the
 * room.  One that comes goes to the row that it belongs to; a row that has too
 * many becomes two, and one that has few takes those of the next one that has few,
 * too.
 *
 * Before format 6 there was a row for each, with nothing in its value, which is
 * how a row of one looks now.
 */

#include "store/lmdb/lists/webhook_store_listed_rows.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_LISTED_ID    16         /* bytes */
#define WEBHOOK_LISTED_OF    9          /* bytes of a key before that: whose
                                           rows, and of which state */
#define WEBHOOK_LISTED_FEW   (WEBHOOK_LISTED_IDS / 2)
#define WEBHOOK_LISTED_ROOM  (WEBHOOK_LISTED_IDS + WEBHOOK_UNWRITTEN_MAX      \
                              + WEBHOOK_LISTED_FEW)


/* The row that a delivery belongs to. */

typedef struct {
    unsigned char   key[WEBHOOK_KEY_LISTED];
    unsigned char   ids[WEBHOOK_LISTED_IDS * WEBHOOK_LISTED_ID];
    size_t          n;                  /* 0: there is none */
    unsigned char   next[WEBHOOK_KEY_LISTED];   /* the one behind it */
    size_t          next_len;           /* bytes of its value */
    unsigned        last:1;             /* there is none */
} webhook_listed_rows_t;


static int webhook_listed_rows_seek(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const unsigned char *id, webhook_listed_rows_t *r);
static int webhook_listed_rows_step(webhook_txn_t *t, MDB_cursor_op op,
    const unsigned char *of, MDB_val *key, MDB_val *val);
static size_t webhook_listed_rows_merge(const webhook_listed_rows_t *r,
    const unsigned char *const *changes, size_t n, unsigned char *ids,
    size_t *ids_n);
static int webhook_listed_rows_write(webhook_txn_t *t,
    webhook_listed_rows_t *r, unsigned char *ids, size_t n);
static int webhook_listed_rows_join(webhook_txn_t *t,
    const webhook_listed_rows_t *r, unsigned char *ids, size_t *n);
static int webhook_listed_rows_one(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, unsigned del, const webhook_id_t *id);
static int webhook_listed_rows_in(const MDB_val *key, const MDB_val *val,
    const webhook_id_t *bound, int oldest, int same, webhook_id_t *id);


/* How the ids of two events stand to each other, as memcmp() tells. */

static inline int
webhook_listed_compare(const unsigned char *a, const unsigned char *b)
{
    uint64_t  m, n;

    m = webhook_get_u64(a);
    n = webhook_get_u64(b);

    if (m == n) {
        m = webhook_get_u64(a + 8);
        n = webhook_get_u64(b + 8);
    }

    return m < n ? -1 : m > n;
}


int
webhook_listed_rows_read(const MDB_val *key, const MDB_val *val,
    unsigned char *ids, size_t *n)
{
    size_t  i;

    memcpy(ids, (unsigned char *) key->mv_data + WEBHOOK_LISTED_OF,
           WEBHOOK_LISTED_ID);

    *n = 1;

    if (val->mv_size % WEBHOOK_LISTED_ID
        || val->mv_size > (WEBHOOK_LISTED_IDS - 1) * WEBHOOK_LISTED_ID)
    {
        return MDB_CORRUPTED;
    }

    if (val->mv_size) {
        memcpy(ids + WEBHOOK_LISTED_ID, val->mv_data, val->mv_size);
    }

    for (i = 0; i < val->mv_size; i += WEBHOOK_LISTED_ID) {

        if (webhook_listed_compare(ids + i, ids + i + WEBHOOK_LISTED_ID) >= 0) {
            return MDB_CORRUPTED;
        }

        (*n)++;
    }

    return 0;
}


int
webhook_listed_rows_change(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const unsigned char *const *changes, size_t n)
{
    int                     rc;
    size_t                  done, left;
    unsigned char           ids[WEBHOOK_LISTED_ROOM * WEBHOOK_LISTED_ID];
    webhook_listed_rows_t   r;

    while (n) {
        rc = webhook_listed_rows_seek(t, endpoint, state, changes[0] + 1, &r);
        if (rc) {
            return rc;
        }

        done = webhook_listed_rows_merge(&r, changes, n, ids, &left);

        if (left != r.n
            || memcmp(ids, r.ids, left * WEBHOOK_LISTED_ID) != 0)
        {
            rc = webhook_listed_rows_write(t, &r, ids, left);
            if (rc) {
                return rc;
            }
        }

        changes += done;
        n -= done;
    }

    return 0;
}


/* The row of the last event that is not behind this one; or the first row, if
   this one comes before all. */

static int
webhook_listed_rows_seek(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const unsigned char *id, webhook_listed_rows_t *r)
{
    int            rc, behind;
    MDB_val        key, val;
    webhook_id_t   event;

    memcpy(event.bytes, id, sizeof(event.bytes));

    webhook_key_listed(r->key, endpoint, state, &event);

    r->n = 0;
    r->last = 1;

    rc = webhook_txn_seek(t, WEBHOOK_DB_LISTED, r->key, sizeof(r->key), &key,
                          &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    behind = rc == 0 && memcmp(key.mv_data, r->key, WEBHOOK_LISTED_OF) == 0;

    if (!behind || memcmp(key.mv_data, r->key, sizeof(r->key)) != 0) {

        if (behind) {
            memcpy(r->next, key.mv_data, sizeof(r->next));
            r->next_len = val.mv_size;
            r->last = 0;
        }

        rc = webhook_listed_rows_step(t, rc ? MDB_LAST : MDB_PREV, r->key,
                                      &key, &val);

        if (rc == MDB_NOTFOUND) {

            if (!behind) {
                return 0;
            }

            r->last = 1;

            rc = webhook_txn_seek(t, WEBHOOK_DB_LISTED, r->next,
                                  sizeof(r->next), &key, &val);
        }

        if (rc) {
            return rc;
        }
    }

    memcpy(r->key, key.mv_data, sizeof(r->key));

    if (webhook_listed_rows_read(&key, &val, r->ids, &r->n) != 0) {
        rc = webhook_quarantine(t, WEBHOOK_DB_LISTED, r->key, sizeof(r->key),
                                0);
        return rc ? rc : MDB_CORRUPTED;
    }

    if (r->last) {
        rc = webhook_listed_rows_step(t, MDB_NEXT, r->key, &key, &val);

        if (rc == 0) {
            memcpy(r->next, key.mv_data, sizeof(r->next));
            r->next_len = val.mv_size;
            r->last = 0;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A row beside that of the cursor, if it is of the same endpoint and state. */

static int
webhook_listed_rows_step(webhook_txn_t *t, MDB_cursor_op op,
    const unsigned char *of, MDB_val *key, MDB_val *val)
{
    int          rc;
    MDB_cursor  *c;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_LISTED, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, key, val, op);
    }

    /* one whose key has another length is damaged */

    while (rc == 0 && key->mv_size != WEBHOOK_KEY_LISTED) {
        rc = mdb_cursor_get(c, key, val, op == MDB_NEXT ? MDB_NEXT : MDB_PREV);
    }

    return rc ? rc : memcmp(key->mv_data, of, WEBHOOK_LISTED_OF) == 0
                     ? 0 : MDB_NOTFOUND;
}


/* The events of the row, after those of the changes that belong to it: so many
   of them do. */

static size_t
webhook_listed_rows_merge(const webhook_listed_rows_t *r,
    const unsigned char *const *changes, size_t n, unsigned char *ids,
    size_t *ids_n)
{
    int                   order;
    size_t                i, done;
    unsigned char        *out;
    const unsigned char  *end;

    i = 0;
    out = ids;
    end = r->last ? NULL : r->next + WEBHOOK_LISTED_OF;

    for (done = 0; done < n; done++) {

        if (end && webhook_listed_compare(changes[done] + 1, end) >= 0) {
            break;
        }

        order = 1;

        while (i < r->n) {
            order = webhook_listed_compare(r->ids + i * WEBHOOK_LISTED_ID,
                                           changes[done] + 1);

            if (order >= 0) {
                break;
            }

            memcpy(out, r->ids + i * WEBHOOK_LISTED_ID, WEBHOOK_LISTED_ID);
            out += WEBHOOK_LISTED_ID;
            i++;
        }

        if (order == 0) {
            i++;
        }

        if ((changes[done][0] & WEBHOOK_UNWRITTEN_DEL) == 0) {
            memcpy(out, changes[done] + 1, WEBHOOK_LISTED_ID);
            out += WEBHOOK_LISTED_ID;
        }
    }

    memcpy(out, r->ids + i * WEBHOOK_LISTED_ID, (r->n - i) * WEBHOOK_LISTED_ID);

    *ids_n = (size_t) (out - ids) / WEBHOOK_LISTED_ID + (r->n - i);

    return done;
}


/* The row has these events now. */

static int
webhook_listed_rows_write(webhook_txn_t *t, webhook_listed_rows_t *r,
    unsigned char *ids, size_t n)
{
    int             rc;
    size_t          some, rows;
    MDB_val         key, val;
    MDB_cursor     *c;

    rc = 0;

    if (r->n && (n == 0 || memcmp(ids, r->ids, WEBHOOK_LISTED_ID) != 0)) {

        /* its key is another now */

        rc = webhook_txn_del(t, WEBHOOK_DB_LISTED, r->key, sizeof(r->key));
    }

    if (rc == 0 && n && !r->last
        && n + 1 + r->next_len / WEBHOOK_LISTED_ID <= WEBHOOK_LISTED_FEW)
    {
        rc = webhook_listed_rows_join(t, r, ids, &n);
    }

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_LISTED, &c);
    }

    t->st->seldom_time = 0;

    /* behind the last row others come yet: the one before is full */

    rows = (n + WEBHOOK_LISTED_IDS - 1) / WEBHOOK_LISTED_IDS;

    while (rc == 0 && n) {

        some = r->last && n > WEBHOOK_LISTED_IDS ? WEBHOOK_LISTED_IDS
                                                 : (n + rows - 1) / rows;

        memcpy(r->key + WEBHOOK_LISTED_OF, ids, WEBHOOK_LISTED_ID);

        key.mv_data = r->key;
        key.mv_size = sizeof(r->key);
        val.mv_data = ids + WEBHOOK_LISTED_ID;
        val.mv_size = (some - 1) * WEBHOOK_LISTED_ID;

        /* by the cursor, which stands there or beside */

        rc = mdb_cursor_put(c, &key, &val, 0);

        ids += some * WEBHOOK_LISTED_ID;
        n -= some;
        rows--;
    }

    if (rc == 0) {
        t->dirty = 1;
    }

    return rc;
}


/* Few are left: those of the next row come with them. */

static int
webhook_listed_rows_join(webhook_txn_t *t, const webhook_listed_rows_t *r,
    unsigned char *ids, size_t *n)
{
    int      rc;
    size_t   more;
    MDB_val  key, val;

    key.mv_data = (void *) r->next;
    key.mv_size = sizeof(r->next);

    rc = webhook_txn_get(t, WEBHOOK_DB_LISTED, r->next, sizeof(r->next), &val);

    if (rc || webhook_listed_rows_read(&key, &val,
                                       ids + *n * WEBHOOK_LISTED_ID, &more)
              != 0)
    {
        /* damaged: whoever needs it finds that out */

        return rc;
    }

    *n += more;

    return webhook_txn_del(t, WEBHOOK_DB_LISTED, r->next, sizeof(r->next));
}


int
webhook_listed_rows_put(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id)
{
    return webhook_listed_rows_one(t, endpoint, state, 0, id);
}


int
webhook_listed_rows_del(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id)
{
    return webhook_listed_rows_one(t, endpoint, state, WEBHOOK_UNWRITTEN_DEL,
                                   id);
}


static int
webhook_listed_rows_one(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, unsigned del, const webhook_id_t *id)
{
    unsigned char         change[WEBHOOK_UNWRITTEN_LEN];
    const unsigned char  *changes;

    change[0] = (unsigned char) ((unsigned) state | del);
    memcpy(change + 1, id->bytes, sizeof(id->bytes));

    changes = change;

    return webhook_listed_rows_change(t, endpoint, state, &changes, 1);
}


int
webhook_listed_rows_find(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id)
{
    int           rc;
    webhook_id_t  found;

    rc = webhook_listed_rows_next(t, endpoint, state, id, 0, 1, &found);

    return rc ? rc : memcmp(&found, id, sizeof(webhook_id_t)) == 0
                     ? 0 : MDB_NOTFOUND;
}


int
webhook_listed_rows_next(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *bound, int oldest, int same,
    webhook_id_t *id)
{
    int            rc, behind;
    MDB_val        k, v;
    unsigned char  key[WEBHOOK_KEY_LISTED], next[WEBHOOK_KEY_LISTED];

    webhook_key_listed(key, endpoint, state, bound);

    rc = webhook_txn_seek(t, WEBHOOK_DB_LISTED, key, sizeof(key), &k, &v);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    behind = rc == 0 && memcmp(k.mv_data, key, WEBHOOK_LISTED_OF) == 0;

    if (behind) {
        memcpy(next, k.mv_data, sizeof(next));
    }

    if (behind && memcmp(next, key, sizeof(key)) == 0 && (same || oldest)) {

        /* the row begins with this event */

        if (same) {
            *id = *bound;
            return 0;
        }

        if (webhook_listed_rows_in(&k, &v, bound, oldest, same, id) == 0) {
            return 0;
        }

        rc = webhook_listed_rows_step(t, MDB_NEXT, key, &k, &v);

        if (rc == 0) {
            memcpy(id->bytes, (unsigned char *) k.mv_data + WEBHOOK_LISTED_OF,
                   WEBHOOK_LISTED_ID);
        }

        return rc;
    }

    rc = webhook_listed_rows_step(t, rc ? MDB_LAST : MDB_PREV, key, &k, &v);

    if (rc == 0) {
        rc = webhook_listed_rows_in(&k, &v, bound, oldest, same, id);
    }

    if (oldest && behind
        && (rc == MDB_NOTFOUND
            || (rc == 0
                && webhook_listed_compare(id->bytes, next + WEBHOOK_LISTED_OF)
                   > 0)))
    {
        memcpy(id->bytes, next + WEBHOOK_LISTED_OF, WEBHOOK_LISTED_ID);
        return 0;
    }

    return rc;
}


/* The same of the events of one row, whose key is not behind that one.  Of a
   row that is damaged some may be found, but none that is not asked for, nor
   one before its key. */

static int
webhook_listed_rows_in(const MDB_val *key, const MDB_val *val,
    const webhook_id_t *bound, int oldest, int same, webhook_id_t *id)
{
    int                   order;
    size_t                from, to, i;
    const unsigned char  *p;

    /* the first one that is behind; place 0 is that of the key */

    from = 0;
    to = val->mv_size / WEBHOOK_LISTED_ID + 1;

    while (from < to) {
        i = (from + to) / 2;

        p = i ? (unsigned char *) val->mv_data + (i - 1) * WEBHOOK_LISTED_ID
              : (unsigned char *) key->mv_data + WEBHOOK_LISTED_OF;

        order = webhook_listed_compare(p, bound->bytes);

        if (order == 0 && same) {
            *id = *bound;
            return 0;
        }

        if (order > 0 || (order == 0 && !oldest)) {
            to = i;

        } else {
            from = i + 1;
        }
    }

    if (oldest) {
        if (from > val->mv_size / WEBHOOK_LISTED_ID) {
            return MDB_NOTFOUND;
        }

    } else if (from-- == 0) {
        return MDB_NOTFOUND;
    }

    memcpy(id->bytes, (unsigned char *) key->mv_data + WEBHOOK_LISTED_OF,
           WEBHOOK_LISTED_ID);

    if (from) {
        p = (unsigned char *) val->mv_data + (from - 1) * WEBHOOK_LISTED_ID;

        if (webhook_listed_compare(p, id->bytes) > 0) {
            memcpy(id->bytes, p, WEBHOOK_LISTED_ID);
        }
    }

    return 0;
}
