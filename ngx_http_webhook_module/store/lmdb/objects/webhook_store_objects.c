
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Objects: one by its id, those of a company in the order in which they were
 * made, all in the order of their changes.
 */

#include "store/lmdb/objects/webhook_store_objects.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/objects/webhook_store_object_row.h"

#include <errno.h>


#define WEBHOOK_OBJECTS_PAGE  1000      /* entries in an answer at most */
#define WEBHOOK_OBJECTS_ROWS  10000     /* looked at for one */


static int webhook_objects_one(webhook_txn_t *t, webhook_op_t *op);
static int webhook_objects_start(webhook_txn_t *t, webhook_op_objects_t *l,
    size_t *prefix, MDB_val *key, MDB_val *val);
static int webhook_objects_waits_kind(webhook_txn_t *t, unsigned kind,
    const webhook_str_t *company, uint64_t *waits, uint32_t *objects);
static int webhook_objects_row(webhook_txn_t *t, webhook_op_t *op,
    const MDB_val *val, size_t *bytes);
static int webhook_objects_change(webhook_txn_t *t, webhook_op_t *op,
    uint64_t change, const MDB_val *val, size_t *bytes);


int
webhook_objects_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    size_t                 prefix, bytes;
    MDB_val                key, val;
    uint32_t               max, rows;
    MDB_cursor            *c;
    unsigned char          first[WEBHOOK_KEY_OBJECT_LIST];
    webhook_op_objects_t  *l;

    l = &op->u.objects;

    if ((unsigned) l->kind >= WEBHOOK_OBJECT_KINDS
        || l->id.len > WEBHOOK_OBJECT_ID_MAX)
    {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (l->id.len) {
        return webhook_objects_one(t, op);
    }

    max = l->max < WEBHOOK_OBJECTS_PAGE ? l->max : WEBHOOK_OBJECTS_PAGE;

    l->objects = webhook_memory_alloc(&op->memory,
                                      max * sizeof(webhook_object_t));
    if (l->objects == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    rc = webhook_objects_start(t, l, &prefix, &key, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    memcpy(first, key.mv_data, sizeof(first));
    bytes = 0;

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != sizeof(first)) {
            l->damaged++;
            goto next;
        }

        if (memcmp(key.mv_data, first, prefix) != 0) {
            return 0;
        }

        if (l->count == max || rows == WEBHOOK_OBJECTS_ROWS
            || (l->count && l->max_bytes && bytes >= l->max_bytes))
        {
            l->more = 1;
            return 0;
        }

        memcpy(l->cursor, key.mv_data, sizeof(first));

        rc = webhook_objects_row(t, op, &val, &bytes);
        if (rc) {
            return rc;
        }

    next:

        rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_LISTS, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_objects_one(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    unsigned char          key[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;
    webhook_op_objects_t  *l;

    l = &op->u.objects;

    webhook_key_object(key, l->kind, &l->id);

    rc = webhook_object_row_get(t, key, buf, &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && ((row.removed && !l->gone)
                        || !webhook_object_row_meant(&l->company,
                                                     &row.company))))
    {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    l->objects = webhook_memory_alloc(&op->memory, sizeof(webhook_object_t));
    if (l->objects == NULL) {
        return ENOMEM;
    }

    rc = webhook_object_row_tell(t, l->kind, &row, l->brief, &op->memory,
                                 l->objects);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_OK;
        l->count = 1;
    }

    return rc;
}


/* The first row of the list that may be meant; the others have the first so
   many bytes of its key. */

static int
webhook_objects_start(webhook_txn_t *t, webhook_op_objects_t *l,
    size_t *prefix, MDB_val *key, MDB_val *val)
{
    int            rc;
    uint64_t       company;
    MDB_cursor    *c;
    unsigned char  first[WEBHOOK_KEY_OBJECT_LIST];

    company = l->company.which == WEBHOOK_COMPANY_ONE
              ? webhook_key_company(&l->company.name) : 0;

    *prefix = l->company.which == WEBHOOK_COMPANY_ANY ? 1 : 9;

    webhook_key_object_list(first, l->kind, company, 0);

    if (l->from) {

        /* a cursor is a place in this list, whatever it says */

        memcpy(first + *prefix, l->cursor + *prefix, sizeof(first) - *prefix);
    }

    rc = webhook_txn_seek(t, WEBHOOK_DB_OBJECT_LISTS, first, sizeof(first),
                          key, val);

    if (rc == 0 && l->from && memcmp(key->mv_data, first, sizeof(first)) == 0)
    {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_LISTS, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, key, val, MDB_NEXT);
        }
    }

    if (rc == 0
        && (key->mv_size != sizeof(first)
            || memcmp(key->mv_data, first, *prefix) != 0))
    {
        return MDB_NOTFOUND;
    }

    return rc;
}


/* Takes what a row of the list leads to. */

static int
webhook_objects_row(webhook_txn_t *t, webhook_op_t *op, const MDB_val *val,
    size_t *bytes)
{
    int                    rc;
    unsigned char          key[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;
    webhook_op_objects_t  *l;

    l = &op->u.objects;

    rc = MDB_CORRUPTED;

    if (val->mv_size == WEBHOOK_OBJECT_DIGEST) {
        key[0] = (unsigned char) l->kind;
        memcpy(key + 1, val->mv_data, WEBHOOK_OBJECT_DIGEST);

        rc = webhook_object_row_get(t, key, buf, &row);
    }

    if (rc == 0 && (row.removed
                    || !webhook_object_row_meant(&l->company, &row.company)))
    {
        /* two companies may have one key */

        return 0;
    }

    if (rc == 0) {
        rc = webhook_object_row_tell(t, l->kind, &row, l->brief, &op->memory,
                                     &l->objects[l->count]);
    }

    if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
        l->damaged++;
        return 0;
    }

    if (rc == 0) {
        *bytes += l->objects[l->count].data.len;
        l->count++;
    }

    return rc;
}


int
webhook_objects_waits(webhook_txn_t *t, const webhook_str_t *company,
    uint64_t *waits, uint32_t *objects)
{
    int  rc;

    *waits = 0;
    *objects = 0;

    rc = webhook_objects_waits_kind(t, WEBHOOK_OBJECT_ENDPOINT, company, waits,
                                    objects);
    if (rc) {
        return rc;
    }

    return webhook_objects_waits_kind(t, WEBHOOK_OBJECT_RECEIVER, company,
                                      waits, objects);
}


static int
webhook_objects_waits_kind(webhook_txn_t *t, unsigned kind,
    const webhook_str_t *company, uint64_t *waits, uint32_t *objects)
{
    int                   rc;
    MDB_val               k, val;
    uint64_t              n;
    MDB_cursor           *c;
    unsigned char         list[WEBHOOK_KEY_OBJECT_LIST];
    unsigned char         key[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t  row;

    webhook_key_object_list(list, kind, webhook_key_company(company), 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_OBJECT_LISTS, list, sizeof(list), &k,
                          &val);

    while (rc == 0 && k.mv_size == sizeof(list)
           && memcmp(k.mv_data, list, 9) == 0)
    {
        rc = MDB_NOTFOUND;

        if (val.mv_size == WEBHOOK_OBJECT_DIGEST) {
            key[0] = (unsigned char) kind;
            memcpy(key + 1, val.mv_data, WEBHOOK_OBJECT_DIGEST);

            rc = webhook_object_row_get(t, key, buf, &row);
        }

        if (rc == 0 && !row.removed && webhook_str_eq(&row.company, company)) {

            rc = webhook_endpoint_row_waits(t,
                     webhook_object_row_endpoint(kind, &row.id), &n);

            if (rc == 0) {
                *waits += n;
                (*objects)++;
            }
        }

        if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
            return rc;
        }

        rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_LISTS, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_objects_changes(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    size_t                 bytes;
    MDB_val                key, val;
    uint32_t               max, rows;
    uint64_t               change;
    MDB_cursor            *c;
    unsigned char          from[WEBHOOK_KEY_CHANGE];
    webhook_op_changes_t  *l;

    l = &op->u.changes;

    max = l->max < WEBHOOK_OBJECTS_PAGE ? l->max : WEBHOOK_OBJECTS_PAGE;

    l->objects = webhook_memory_alloc(&op->memory,
                                      max * sizeof(webhook_object_t));
    if (l->objects == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    l->next = l->since;
    l->last = t->state.change;
    bytes = 0;

    if (l->since == UINT64_MAX) {
        return 0;
    }

    if (l->since
        && (l->whole ? l->whole : l->since) < t->state.forgot)
    {
        l->lost = 1;
        return 0;
    }

    webhook_set_u64(from, l->since + 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_CHANGES, from, sizeof(from), &key,
                          &val);

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != sizeof(from)) {
            l->damaged++;
            goto next;
        }

        change = webhook_get_u64(key.mv_data);

        if (l->count == max || rows == WEBHOOK_OBJECTS_ROWS
            || (l->count && l->max_bytes && bytes >= l->max_bytes))
        {
            l->more = 1;
            return 0;
        }

        l->next = change;

        rc = webhook_objects_change(t, op, change, &val, &bytes);
        if (rc) {
            return rc;
        }

    next:

        rc = webhook_txn_cursor(t, WEBHOOK_DB_CHANGES, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    /* that may be a change of which nothing is left */

    if (l->next < l->last) {
        l->next = l->last;
    }

    return 0;
}


static int
webhook_objects_change(webhook_txn_t *t, webhook_op_t *op, uint64_t change,
    const MDB_val *val, size_t *bytes)
{
    int                    rc;
    const unsigned char   *key;
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;
    webhook_op_changes_t  *l;

    l = &op->u.changes;
    key = val->mv_data;

    rc = val->mv_size == WEBHOOK_KEY_OBJECT && key[0] < WEBHOOK_OBJECT_KINDS
         ? webhook_object_row_get(t, key, buf, &row) : MDB_CORRUPTED;

    if (rc == 0) {
        rc = row.change == change
             ? webhook_object_row_tell(t, key[0], &row, 0, &op->memory,
                                       &l->objects[l->count])
             : MDB_CORRUPTED;
    }

    if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
        l->damaged++;
        return 0;
    }

    if (rc == 0) {
        *bytes += l->objects[l->count].data.len;
        l->count++;
    }

    return rc;
}
