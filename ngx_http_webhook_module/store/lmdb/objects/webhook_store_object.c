
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Objects: made, changed, removed.
 *
 * An object stands under the digest of its id.  One that is there has a row in
 * the names, one in the list of its company, and one among the changes.  One
 * that was removed stays, without name and data, and has a row among the
 * changes, and one in the list of those that were removed: who makes objects
 * and removes them again and again does not fill the store with that.
 */

#include "store/lmdb/objects/webhook_store_object.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/objects/webhook_store_audit.h"
#include "store/lmdb/objects/webhook_store_object_drain.h"
#include "store/lmdb/objects/webhook_store_object_int.h"
#include "store/lmdb/objects/webhook_store_object_may.h"
#include "store/lmdb/objects/webhook_store_object_row.h"
#include "store/lmdb/objects/webhook_store_once.h"

#include <errno.h>


static int webhook_object_bad(const webhook_op_object_t *o);
static int webhook_object_find(webhook_txn_t *t, webhook_object_todo_t *x);
static int webhook_object_forget(webhook_txn_t *t, const unsigned char *key);
static int webhook_object_leads(webhook_db_e db, const MDB_val *key,
    const MDB_val *val, const unsigned char *object);
static int webhook_object_write(webhook_txn_t *t, webhook_object_todo_t *x);
static int webhook_object_erase(webhook_txn_t *t, webhook_object_todo_t *x);
static int webhook_object_unname(webhook_txn_t *t,
    webhook_object_todo_t *x);
static void webhook_object_next(webhook_txn_t *t, webhook_object_todo_t *x);
static int webhook_object_indexes(webhook_txn_t *t,
    webhook_object_todo_t *x);


int
webhook_object_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    webhook_op_object_t   *o;
    webhook_object_todo_t  x;

    o = &op->u.object;

    if (webhook_object_bad(o)) {
        webhook_store_log_error(t->st, EINVAL, "an object exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    if (t->st->replaced) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_once_look(t, op, &o->once);
    if (rc || o->once.known) {
        return rc;
    }

    memset(&x, 0, sizeof(x));

    x.op = op;
    x.o = o;

    webhook_key_object(x.key, o->object.kind, &o->object.id);

    rc = webhook_object_find(t, &x);

    if (rc == 0) {
        rc = webhook_object_may(t, &x);
    }

    if (rc == 0 && o->shared && !o->apart && op->result != WEBHOOK_STORE_FULL) {
        rc = webhook_outbox_cluster(t);

        if (rc == 0 && t->cluster.change < o->shared) {
            t->cluster.change = o->shared;
            t->cluster_dirty = 1;
        }
    }

    if (rc || x.refused) {
        return rc;
    }

    x.gone = o->remove || (o->shared && o->object.removed);
    x.was = x.found && x.row.removed;

    rc = webhook_object_write(t, &x);

    if (rc == 0) {
        rc = webhook_audit_add(t, o->wall, &o->object.company, &o->audit,
                               NULL);
    }

    if (rc == 0) {
        rc = webhook_once_keep(t, &o->once);
    }

    if (rc) {
        return rc;
    }

    o->version = x.row.version;
    o->change = x.row.change;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_object_bad(const webhook_op_object_t *o)
{
    int                      gone;
    const webhook_object_t  *object;

    object = &o->object;

    gone = o->remove || ((o->past || o->shared) && object->removed);

    return (unsigned) object->kind >= WEBHOOK_OBJECT_KINDS
           || object->id.len == 0
           || object->id.len > WEBHOOK_OBJECT_ID_MAX
           || object->by.len > WEBHOOK_OBJECT_BY_MAX
           || (!gone && object->name.len == 0)
           || object->name.len > WEBHOOK_OBJECT_NAME_MAX
           || object->data.len > WEBHOOK_OBJECT_DATA_MAX
           || ((o->remove || o->same) && o->expect == WEBHOOK_OBJECT_MAKE)
           || (o->remove && o->same)
           || (o->past && (o->expect != WEBHOOK_OBJECT_MAKE
                           || object->version == 0))
           || (o->shared && (o->past || o->same || o->remove
                             || object->version == 0))
           || webhook_audit_bad(&object->company, &o->audit)
           || webhook_once_bad(&o->once);
}


static int
webhook_object_find(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int  rc;

    rc = webhook_object_row_get(t, x->key, x->buf, &x->row);

    if (rc == 0) {
        x->found = 1;
        return 0;
    }

    if (rc == MDB_CORRUPTED) {

        rc = webhook_quarantine(t, WEBHOOK_DB_OBJECTS, x->key, sizeof(x->key),
                                0);
        if (rc == 0) {
            rc = webhook_object_forget(t, x->key);
        }
    }

    memset(&x->row, 0, sizeof(x->row));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Takes away what leads to an object that could not be read: nobody knows under
   which keys that is. */

static int
webhook_object_forget(webhook_txn_t *t, const unsigned char *key)
{
    int             rc;
    MDB_val         k, val;
    unsigned        i;
    MDB_cursor     *c;
    unsigned char  *p;

    static const webhook_db_e  tables[] = {
        WEBHOOK_DB_OBJECT_NAMES, WEBHOOK_DB_OBJECT_LISTS, WEBHOOK_DB_CHANGES
    };

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {

        rc = webhook_txn_cursor(t, tables[i], &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_FIRST);
        }

        for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &k, &val, MDB_NEXT))
        {
            p = k.mv_data;

            if (!webhook_object_leads(tables[i], &k, &val, key)) {
                continue;
            }

            if (tables[i] == WEBHOOK_DB_OBJECT_NAMES
                && t->state.objects[key[0]])
            {
                t->state.objects[key[0]]--;
            }

            if (tables[i] == WEBHOOK_DB_OBJECT_LISTS && t->state.removed
                && p[0] == WEBHOOK_OBJECT_REMOVED)
            {
                t->state.removed--;
            }

            rc = mdb_cursor_del(c, 0);
            if (rc) {
                return rc;
            }

            t->dirty = 1;
        }

        if (rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    return 0;
}


/* Does a row lead to the object?  Names and lists have the kind in their
   keys. */

static int
webhook_object_leads(webhook_db_e db, const MDB_val *key, const MDB_val *val,
    const unsigned char *object)
{
    const unsigned char  *p;

    p = key->mv_data;

    if (val->mv_size == WEBHOOK_KEY_OBJECT) {
        return memcmp(val->mv_data, object, WEBHOOK_KEY_OBJECT) == 0;
    }

    return db != WEBHOOK_DB_CHANGES && val->mv_size == WEBHOOK_OBJECT_DIGEST
           && p[0] == object[0]
           && memcmp(val->mv_data, object + 1, WEBHOOK_OBJECT_DIGEST) == 0;
}


static int
webhook_object_write(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc;
    size_t                   len;
    unsigned char            buf[WEBHOOK_ROW_MAX];
    const webhook_object_t  *object;

    object = &x->o->object;

    if (x->found) {
        rc = webhook_object_erase(t, x);
        if (rc) {
            return rc;
        }
    }

    webhook_object_next(t, x);

    if (x->row.len) {
        rc = webhook_blob_put(t, object->data.data, object->data.len,
                              &x->row.blob);
        if (rc) {
            return rc;
        }
    }

    len = webhook_row_write_object(buf, &x->row);
    if (len == 0) {
        return EINVAL;
    }

    rc = webhook_txn_put(t, WEBHOOK_DB_OBJECTS, x->key, sizeof(x->key), buf,
                         len, 0);

    if (rc == 0) {
        rc = webhook_object_indexes(t, x);
    }

    if (rc == 0 && x->gone && x->found && !x->was) {
        rc = webhook_object_drain_begin(t, object->kind, &object->id, x->key);
    }

    return rc;
}


/* Takes away what the row that is there has in other tables, and will not have
   any more. */

static int
webhook_object_erase(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc;
    uint32_t                 pages;
    unsigned char            key[WEBHOOK_KEY_OBJECT_LIST];
    const webhook_object_t  *object;

    object = &x->o->object;

    webhook_set_u64(key, x->row.change);

    rc = webhook_txn_del(t, WEBHOOK_DB_CHANGES, key, WEBHOOK_KEY_CHANGE);

    if (rc == 0 || rc == MDB_NOTFOUND) {
        pages = 0;

        rc = webhook_blob_del(t, x->row.blob, x->row.len, &pages);
    }

    if (rc == 0 && x->was) {

        /* it has nothing else but a row among those that were removed */

        webhook_key_object_list(key, WEBHOOK_OBJECT_REMOVED, 0, x->row.change);

        rc = webhook_txn_del(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key));

        if (rc == 0 && t->state.removed) {
            t->state.removed--;
        }

        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (rc == 0
        && (x->gone
            || (!x->o->same && !webhook_str_eq(&x->row.name, &object->name))))
    {
        rc = webhook_object_unname(t, x);
    }

    if ((rc == 0 || rc == MDB_NOTFOUND) && x->gone) {
        webhook_key_object_list(key, object->kind,
                                webhook_key_company(&x->row.company),
                                x->row.made);

        rc = webhook_txn_del(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key));
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Takes its name away, unless another one has got it from the cluster. */

static int
webhook_object_unname(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_OBJECT_NAME];

    webhook_key_object_name(key, x->o->object.kind, &x->row.company,
                            &x->row.name);

    rc = webhook_txn_get(t, WEBHOOK_DB_OBJECT_NAMES, key, sizeof(key), &val);

    if (rc == 0 && val.mv_size == WEBHOOK_OBJECT_DIGEST
        && memcmp(val.mv_data, x->key + 1, WEBHOOK_OBJECT_DIGEST) != 0)
    {
        return 0;
    }

    if (rc == 0) {
        rc = webhook_txn_del(t, WEBHOOK_DB_OBJECT_NAMES, key, sizeof(key));
    }

    if (rc == 0 && t->state.objects[x->o->object.kind]) {
        t->state.objects[x->o->object.kind]--;
    }

    return rc;
}


/* The row as it will be. */

static void
webhook_object_next(webhook_txn_t *t, webhook_object_todo_t *x)
{
    webhook_op_object_t     *o;
    webhook_object_row_t    *row;
    const webhook_object_t  *object;

    o = x->o;
    row = &x->row;
    object = &o->object;

    row->change = ++t->state.change;

    if (!x->found) {
        row->id = object->id;
        row->company = object->company;
        row->made = row->change;
        row->created = o->wall;
    }

    if (x->was) {
        row->made = row->change;
    }

    if (o->shared) {
        row->shared = 1;
    }

    if (o->past || o->shared) {
        row->created = object->created;
        row->version = object->version;
        row->removed = object->removed;

    } else if (!o->same) {
        row->version++;
        row->removed = o->remove;
    }

    if (!o->same) {
        row->name = object->name;
        row->by = object->by;
        row->updated = o->past || o->shared ? object->updated : o->wall;
    }

    row->len = (uint32_t) object->data.len;

    if (row->removed) {
        row->name.len = 0;
        row->len = 0;
    }

    row->blob = 0;
}


/* Its rows in other tables. */

static int
webhook_object_indexes(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_OBJECT_LIST];
    const unsigned char     *digest;
    const webhook_object_t  *object;

    object = &x->o->object;
    digest = x->key + 1;

    webhook_set_u64(key, x->row.change);

    rc = webhook_txn_put(t, WEBHOOK_DB_CHANGES, key, WEBHOOK_KEY_CHANGE,
                         x->key, sizeof(x->key), 0);

    if (rc) {
        return rc;
    }

    if (x->row.removed) {
        return webhook_object_left(t, x->key, x->row.change);
    }

    webhook_key_object_name(key, object->kind, &x->row.company, &x->row.name);

    rc = webhook_txn_get(t, WEBHOOK_DB_OBJECT_NAMES, key,
                         WEBHOOK_KEY_OBJECT_NAME, &val);

    if (rc == MDB_NOTFOUND) {
        t->state.objects[object->kind]++;

    } else if (rc) {
        return rc;
    }

    rc = webhook_txn_put(t, WEBHOOK_DB_OBJECT_NAMES, key,
                         WEBHOOK_KEY_OBJECT_NAME, digest,
                         WEBHOOK_OBJECT_DIGEST, 0);

    if (rc || (x->found && !x->was)) {
        return rc;
    }

    webhook_key_object_list(key, object->kind,
                            webhook_key_company(&x->row.company),
                            x->row.made);

    return webhook_txn_put(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key),
                           digest, WEBHOOK_OBJECT_DIGEST, 0);
}
