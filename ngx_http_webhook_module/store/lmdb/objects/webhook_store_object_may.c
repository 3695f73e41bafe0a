
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * May an object be made, changed or removed?  All that could refuse it is
 * looked at here, before anything is written.
 */

#include "store/lmdb/objects/webhook_store_object_may.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/objects/webhook_store_object_int.h"
#include "store/lmdb/objects/webhook_store_object_row.h"
#include "store/lmdb/objects/webhook_store_once.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_OBJECT_TAKES  2048      /* bytes of all rows of an object, and
                                           of those of a record */


static void webhook_object_refuse(webhook_object_todo_t *x,
    webhook_store_result_e result);
static int webhook_object_may_share(webhook_txn_t *t,
    webhook_object_todo_t *x);
static int webhook_object_same(webhook_txn_t *t, webhook_object_todo_t *x,
    int *same);
static int webhook_object_may_make(webhook_txn_t *t,
    webhook_object_todo_t *x);
static int webhook_object_may_change(webhook_txn_t *t,
    webhook_object_todo_t *x);
static int webhook_object_may_remove(webhook_txn_t *t,
    webhook_object_todo_t *x);
static int webhook_object_name(webhook_txn_t *t, webhook_object_todo_t *x);
static int webhook_object_bounds(webhook_txn_t *t, webhook_object_todo_t *x);


int
webhook_object_may(webhook_txn_t *t, webhook_object_todo_t *x)
{
    if (x->o->shared) {
        return webhook_object_may_share(t, x);
    }

    if (x->o->expect == WEBHOOK_OBJECT_MAKE) {
        return webhook_object_may_make(t, x);
    }

    return x->o->remove ? webhook_object_may_remove(t, x)
                        : webhook_object_may_change(t, x);
}


static void
webhook_object_refuse(webhook_object_todo_t *x, webhook_store_result_e result)
{
    x->op->result = result;
    x->refused = 1;
}


/* As the cluster has it. */

static int
webhook_object_may_share(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc, taken, same;
    const webhook_object_t  *object;

    object = &x->o->object;

    if (x->found && !webhook_str_eq(&x->row.company, &object->company)) {
        webhook_object_refuse(x, WEBHOOK_STORE_UNAVAILABLE);
        return 0;
    }

    rc = webhook_object_same(t, x, &same);
    if (rc) {
        return rc;
    }

    if (same) {
        x->o->version = x->row.version;
        x->o->change = x->row.change;
        webhook_object_refuse(x, WEBHOOK_STORE_DUPLICATE);
        return 0;
    }

    if (x->found) {

        if (!object->removed && webhook_space_attempt(t) == 0) {
            webhook_object_refuse(x, WEBHOOK_STORE_FULL);
        }

        return 0;
    }

    rc = webhook_expire_take(t, webhook_blob_size(object->data.len)
                                + WEBHOOK_OBJECT_TAKES, &taken);

    if (rc == 0 && !taken) {
        webhook_object_refuse(x, WEBHOOK_STORE_FULL);
    }

    return rc;
}


/* Is it here as the cluster has it?  One that was sealed anew is at the same
   version, and so is one that was here before the cluster got it. */

static int
webhook_object_same(webhook_txn_t *t, webhook_object_todo_t *x, int *same)
{
    int                      rc;
    unsigned char           *data;
    const webhook_object_t  *object;

    object = &x->o->object;

    *same = x->found && x->row.shared && x->row.version == object->version
            && x->row.removed == object->removed
            && x->row.len == object->data.len;

    if (!*same || x->row.len == 0) {
        return 0;
    }

    data = malloc(x->row.len);
    if (data == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, x->row.blob, data, x->row.len);

    *same = (rc == 0 && memcmp(data, object->data.data, x->row.len) == 0);

    free(data);

    return rc == MDB_CORRUPTED ? 0 : rc;
}


static int
webhook_object_may_make(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                   rc, taken;
    webhook_op_object_t  *o;

    o = x->o;

    if (x->found) {
        webhook_object_refuse(x, WEBHOOK_STORE_DUPLICATE);
        return 0;
    }

    if (!o->past || !o->object.removed) {
        rc = webhook_object_name(t, x);

        if (rc == 0 && !x->refused) {
            rc = webhook_object_bounds(t, x);
        }

        if (rc || x->refused) {
            return rc;
        }
    }

    rc = webhook_expire_take(t, webhook_blob_size(o->object.data.len)
                                + webhook_blob_size(o->audit.len)
                                + webhook_once_size(&o->once)
                                + WEBHOOK_OBJECT_TAKES, &taken);

    if (rc == 0 && !taken) {
        webhook_object_refuse(x, WEBHOOK_STORE_FULL);
    }

    return rc;
}


static int
webhook_object_may_change(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                   rc;
    webhook_op_object_t  *o;

    o = x->o;

    if (!x->found || x->row.removed
        || !webhook_str_eq(&x->row.company, &o->object.company))
    {
        webhook_object_refuse(x, WEBHOOK_STORE_NOT_FOUND);
        return 0;
    }

    if ((o->expect != WEBHOOK_OBJECT_ANY && o->expect != x->row.version)
        || (o->expect_change && o->expect_change != x->row.change))
    {
        o->version = x->row.version;
        o->change = x->row.change;
        webhook_object_refuse(x, WEBHOOK_STORE_STALE);
        return 0;
    }

    if (o->remove) {
        return 0;
    }

    if (!o->same) {
        rc = webhook_object_name(t, x);

        if (rc || x->refused) {
            return rc;
        }
    }

    if (webhook_space_attempt(t) == 0) {
        webhook_object_refuse(x, WEBHOOK_STORE_FULL);
    }

    return 0;
}


static int
webhook_object_may_remove(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc;
    webhook_op_object_t     *o;
    webhook_endpoint_row_t  *ep;

    o = x->o;

    rc = webhook_object_may_change(t, x);

    if (rc || x->refused || o->cancel) {
        return rc;
    }

    rc = webhook_endpoint_row_get(t,
                                  webhook_object_row_endpoint(o->object.kind,
                                                              &o->object.id),
                                  &ep);
    if (rc) {
        return rc;
    }

    if (ep->states[WEBHOOK_PENDING] || ep->states[WEBHOOK_SENDING]) {
        o->version = x->row.version;
        o->change = x->row.change;
        o->owed = 1;
        o->pending = ep->states[WEBHOOK_PENDING];
        o->sending = ep->states[WEBHOOK_SENDING];
        webhook_object_refuse(x, WEBHOOK_STORE_STALE);
    }

    return 0;
}


/* Has another object of the company the name? */

static int
webhook_object_name(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_OBJECT_NAME];
    unsigned char            other[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    const webhook_object_t  *object;
    webhook_object_row_t     row;

    object = &x->o->object;

    webhook_key_object_name(key, object->kind, &object->company,
                            &object->name);

    rc = webhook_txn_get(t, WEBHOOK_DB_OBJECT_NAMES, key, sizeof(key), &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (val.mv_size != WEBHOOK_OBJECT_DIGEST) {
        return 0;
    }

    other[0] = (unsigned char) object->kind;
    memcpy(other + 1, val.mv_data, WEBHOOK_OBJECT_DIGEST);

    if (memcmp(other, x->key, sizeof(other)) == 0) {
        return 0;
    }

    /* it might be left of one that could not be read */

    rc = webhook_object_row_get(t, other, buf, &row);

    if (rc) {
        return rc == MDB_NOTFOUND || rc == MDB_CORRUPTED ? 0 : rc;
    }

    if (!row.removed && webhook_str_eq(&row.name, &object->name)
        && webhook_str_eq(&row.company, &object->company))
    {
        x->o->taken = 1;
        webhook_object_refuse(x, WEBHOOK_STORE_DUPLICATE);
    }

    return 0;
}


/* Are there as many as there may be? */

static int
webhook_object_bounds(webhook_txn_t *t, webhook_object_todo_t *x)
{
    int                   rc;
    MDB_val               k, val;
    uint32_t              count;
    MDB_cursor           *c;
    unsigned char         key[WEBHOOK_KEY_OBJECT_LIST];
    webhook_op_object_t  *o;

    o = x->o;

    if (o->max_all && t->state.objects[o->object.kind] >= o->max_all) {
        o->bound = 1;
        webhook_object_refuse(x, WEBHOOK_STORE_FULL);
        return 0;
    }

    if (o->max_company == 0) {
        return 0;
    }

    webhook_key_object_list(key, o->object.kind,
                            webhook_key_company(&o->object.company), 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_OBJECT_LISTS, key, sizeof(key), &k,
                          &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_LISTS, &c);
    }

    for (count = 0; rc == 0; count++) {

        if (k.mv_size != sizeof(key) || memcmp(k.mv_data, key, 9) != 0) {
            return 0;
        }

        if (count + 1 == o->max_company) {
            o->bound = 2;
            webhook_object_refuse(x, WEBHOOK_STORE_FULL);
            return 0;
        }

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
