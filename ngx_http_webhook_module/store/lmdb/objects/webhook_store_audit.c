
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The audit.  Records are numbered as they come.  Those of a company stand in
 * a table of their own, each with the bytes of all that ever came before it, so
 * that what a company's records take is known from its first and its last row:
 * records go by their age, and from the front where a company has too many, so
 * there are no gaps.
 */

#include "store/lmdb/objects/webhook_store_audit.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/objects/webhook_store_object_row.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_AUDIT_PAGE   1000       /* entries in an answer at most */
#define WEBHOOK_AUDIT_ROWS   10000      /* looked at for one */
#define WEBHOOK_AUDIT_SHARE  64         /* of the store, for one company */
#define WEBHOOK_AUDIT_LEAST  (1024 * 1024)
#define WEBHOOK_AUDIT_TAKES  256        /* bytes of the rows of a record */


static int webhook_audit_get(webhook_txn_t *t, uint64_t number,
    unsigned char *buf, webhook_audit_row_t *row);
static int webhook_audit_room(webhook_txn_t *t, uint64_t company,
    uint64_t bytes, uint64_t *before);
static int webhook_audit_ends(webhook_txn_t *t, uint64_t company,
    uint64_t *first, uint64_t *from, uint64_t *upto, int *any);
static int webhook_audit_del(webhook_txn_t *t, uint64_t number,
    uint64_t company, uint32_t *pages);
static int webhook_audit_next(webhook_txn_t *t, const webhook_op_audit_t *l,
    uint64_t behind, uint64_t *number);
static int webhook_audit_tell(webhook_txn_t *t, webhook_op_t *op,
    uint64_t number, size_t *bytes);


int
webhook_audit_bad(const webhook_str_t *company, const webhook_str_t *data)
{
    return company->len > WEBHOOK_COMPANY_MAX
           || data->len > WEBHOOK_AUDIT_DATA_MAX;
}


int
webhook_audit_add(webhook_txn_t *t, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, uint64_t *number)
{
    uint64_t  n;

    if (data->len == 0) {
        return 0;
    }

    return webhook_audit_put(t, wall, company, data, 0, number ? number : &n);
}


int
webhook_audit_put(webhook_txn_t *t, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, uint64_t past,
    uint64_t *number)
{
    int                  rc;
    size_t               len;
    uint64_t             bytes, before, key;
    unsigned char        buf[WEBHOOK_ROW_MAX], k[WEBHOOK_KEY_AUDIT_COMPANY];
    unsigned char        sum[WEBHOOK_AUDIT_SUM];
    webhook_audit_row_t  row;

    key = webhook_key_company(company);
    bytes = webhook_blob_size(data->len) + WEBHOOK_AUDIT_TAKES;

    rc = webhook_txn_number(t, WEBHOOK_DB_AUDIT, number);

    if (rc == 0) {

        if (*number == 0) {
            *number = 1;
        }

        if (past > *number) {
            *number = past;
        }

        rc = webhook_audit_room(t, key, bytes, &before);
    }

    if (rc) {
        return rc;
    }

    row.wall = wall;
    row.age = t->age;
    row.company = *company;
    row.len = (uint32_t) data->len;

    rc = webhook_blob_put(t, data->data, data->len, &row.blob);
    if (rc) {
        return rc;
    }

    len = webhook_row_write_audit(buf, &row);
    if (len == 0) {
        return EINVAL;
    }

    webhook_set_u64(k, *number);

    rc = webhook_txn_put(t, WEBHOOK_DB_AUDIT, k, WEBHOOK_KEY_AUDIT, buf, len,
                         0);
    if (rc) {
        return rc;
    }

    webhook_key_numbered(k, key, *number);

    webhook_set_u64(sum, before);
    webhook_set_u64(sum + 8, before + bytes);

    return webhook_txn_put(t, WEBHOOK_DB_AUDIT_COMPANIES, k, sizeof(k), sum,
                           sizeof(sum), 0);
}


/* Makes room for a record of a company; *before is what the records before it
   took. */

static int
webhook_audit_room(webhook_txn_t *t, uint64_t company, uint64_t bytes,
    uint64_t *before)
{
    int       rc, any;
    uint32_t  pages;
    uint64_t  max, first, from;

    max = t->st->limit / WEBHOOK_AUDIT_SHARE;

    if (max < WEBHOOK_AUDIT_LEAST) {
        max = WEBHOOK_AUDIT_LEAST;
    }

    pages = 0;

    for ( ;; ) {
        rc = webhook_audit_ends(t, company, &first, &from, before, &any);

        if (rc || !any || *before + bytes - from <= max) {
            return rc;
        }

        rc = webhook_audit_del(t, first, company, &pages);
        if (rc) {
            return rc;
        }
    }
}


/* The company's first record, what came before it, and what came up to the end
   of the last one.  Sums that cannot be read, or are none, count as nothing. */

static int
webhook_audit_ends(webhook_txn_t *t, uint64_t company, uint64_t *first,
    uint64_t *from, uint64_t *upto, int *any)
{
    int            rc;
    MDB_val        key, val;
    unsigned char  k[WEBHOOK_KEY_AUDIT_COMPANY];

    *any = 0;
    *from = 0;
    *upto = 0;

    webhook_key_numbered(k, company, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_AUDIT_COMPANIES, k, sizeof(k), &key,
                          &val);

    if (rc || webhook_get_u64(key.mv_data) != company) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    *any = 1;
    *first = webhook_get_u64((unsigned char *) key.mv_data + 8);

    if (val.mv_size == WEBHOOK_AUDIT_SUM) {
        *from = webhook_get_u64(val.mv_data);
    }

    webhook_key_numbered(k, company, UINT64_MAX);

    rc = webhook_txn_seek_before(t, WEBHOOK_DB_AUDIT_COMPANIES, k, sizeof(k),
                                 &key, &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (val.mv_size == WEBHOOK_AUDIT_SUM) {
        *upto = webhook_get_u64((unsigned char *) val.mv_data + 8);
    }

    if (*upto < *from) {
        *from = *upto;
    }

    return 0;
}


static int
webhook_audit_get(webhook_txn_t *t, uint64_t number, unsigned char *buf,
    webhook_audit_row_t *row)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_AUDIT];

    webhook_set_u64(key, number);

    rc = webhook_txn_get(t, WEBHOOK_DB_AUDIT, key, sizeof(key), &val);
    if (rc) {
        return rc;
    }

    if (val.mv_size > WEBHOOK_ROW_MAX) {
        return MDB_CORRUPTED;
    }

    memcpy(buf, val.mv_data, val.mv_size);
    val.mv_data = buf;

    return webhook_row_read_audit(&val, row);
}


/* Removes a record, and its row in the table of a company; of that which it
   names, and of the one that is given. */

static int
webhook_audit_del(webhook_txn_t *t, uint64_t number, uint64_t company,
    uint32_t *pages)
{
    int                  rc;
    uint64_t             own;
    unsigned char        buf[WEBHOOK_ROW_MAX], key[WEBHOOK_KEY_AUDIT_COMPANY];
    webhook_audit_row_t  row;

    own = company;

    rc = webhook_audit_get(t, number, buf, &row);

    webhook_set_u64(key, number);

    if (rc == MDB_CORRUPTED) {
        rc = webhook_quarantine(t, WEBHOOK_DB_AUDIT, key, WEBHOOK_KEY_AUDIT,
                                0);

    } else if (rc == 0) {
        own = webhook_key_company(&row.company);

        rc = webhook_blob_del(t, row.blob, row.len, pages);

        if (rc == 0) {
            rc = webhook_txn_del(t, WEBHOOK_DB_AUDIT, key, WEBHOOK_KEY_AUDIT);
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_key_numbered(key, own, number);

    rc = webhook_txn_del(t, WEBHOOK_DB_AUDIT_COMPANIES, key, sizeof(key));

    if ((rc == 0 || rc == MDB_NOTFOUND) && own != company) {
        webhook_key_numbered(key, company, number);

        rc = webhook_txn_del(t, WEBHOOK_DB_AUDIT_COMPANIES, key, sizeof(key));
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_audit_same(webhook_txn_t *t, uint64_t number, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, int *same)
{
    int                  rc;
    unsigned char        buf[WEBHOOK_ROW_MAX], *copy;
    webhook_audit_row_t  row;

    *same = 0;

    rc = webhook_audit_get(t, number, buf, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (row.wall != wall || row.len != data->len
        || !webhook_str_eq(&row.company, company))
    {
        return 0;
    }

    copy = malloc(row.len + 1);
    if (copy == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, row.blob, copy, row.len);

    *same = rc == 0 && memcmp(copy, data->data, row.len) == 0;

    free(copy);

    return rc == MDB_CORRUPTED ? 0 : rc;
}


int
webhook_audit_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    size_t               bytes;
    uint32_t             max, rows;
    uint64_t             number, behind;
    webhook_op_audit_t  *l;

    l = &op->u.audit;

    max = l->max < WEBHOOK_AUDIT_PAGE ? l->max : WEBHOOK_AUDIT_PAGE;

    l->records = webhook_memory_alloc(&op->memory,
                                      max * sizeof(webhook_audit_t));
    if (l->records == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    behind = l->oldest ? l->after : l->before ? l->before : UINT64_MAX;
    bytes = 0;

    for (rows = 0; /* void */ ; rows++) {

        rc = webhook_audit_next(t, l, behind, &number);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (l->count == max || rows == WEBHOOK_AUDIT_ROWS
            || (l->count && l->max_bytes && bytes >= l->max_bytes))
        {
            if (l->oldest) {
                l->after = behind;

            } else {
                l->before = behind;
            }

            l->more = 1;
            return 0;
        }

        behind = number;

        rc = webhook_audit_tell(t, op, number, &bytes);

        if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
            l->damaged++;

        } else if (rc) {
            return rc;
        }
    }
}


/* The number of the record that is next behind that. */

static int
webhook_audit_next(webhook_txn_t *t, const webhook_op_audit_t *l,
    uint64_t behind, uint64_t *number)
{
    int                       rc;
    size_t                    prefix;
    MDB_val                   key, val;
    webhook_db_e              db;
    unsigned char             k[WEBHOOK_KEY_AUDIT_COMPANY];
    const webhook_company_t  *company;

    company = &l->company;

    if (l->oldest && behind == UINT64_MAX) {
        return MDB_NOTFOUND;
    }

    if (company->which == WEBHOOK_COMPANY_ANY) {
        db = WEBHOOK_DB_AUDIT;
        prefix = 0;

    } else {
        db = WEBHOOK_DB_AUDIT_COMPANIES;
        prefix = 8;

        webhook_set_u64(k, company->which == WEBHOOK_COMPANY_ONE
                           ? webhook_key_company(&company->name) : 0);
    }

    webhook_set_u64(k + prefix, l->oldest ? behind + 1 : behind);

    rc = l->oldest
         ? webhook_txn_seek(t, db, k, prefix + 8, &key, &val)
         : webhook_txn_seek_before(t, db, k, prefix + 8, &key, &val);
    if (rc) {
        return rc;
    }

    if (memcmp(key.mv_data, k, prefix) != 0) {
        return MDB_NOTFOUND;
    }

    *number = webhook_get_u64((unsigned char *) key.mv_data + prefix);

    return 0;
}


static int
webhook_audit_tell(webhook_txn_t *t, webhook_op_t *op, uint64_t number,
    size_t *bytes)
{
    int                  rc;
    unsigned char        buf[WEBHOOK_ROW_MAX];
    webhook_audit_t     *out;
    webhook_audit_row_t  row;

    rc = webhook_audit_get(t, number, buf, &row);
    if (rc) {
        return rc;
    }

    if (!webhook_object_row_meant(&op->u.audit.company, &row.company)) {

        /* two companies may have one key */

        return 0;
    }

    out = &op->u.audit.records[op->u.audit.count];

    out->data.data = webhook_memory_bytes(&op->memory, row.len);

    if (out->data.data == NULL
        || webhook_memory_text(&op->memory, &row.company, &out->company) != 0)
    {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, row.blob, out->data.data, row.len);

    if (rc) {
        memset(out, 0, sizeof(webhook_audit_t));
        return rc;
    }

    out->number = number;
    out->wall = row.wall;
    out->data.len = row.len;

    op->u.audit.count++;
    *bytes += row.len;

    return 0;
}


int
webhook_audit_peek(webhook_txn_t *t, int *over)
{
    int                  rc;
    MDB_val              key, val;
    webhook_audit_row_t  row;

    static const unsigned char  least[WEBHOOK_KEY_AUDIT];

    *over = 0;

    rc = webhook_txn_seek(t, WEBHOOK_DB_AUDIT, least, sizeof(least), &key,
                          &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    *over = webhook_row_read_audit(&val, &row) != 0
            || webhook_later(row.age, t->st->keep_audit) <= t->age;

    return 0;
}


int
webhook_audit_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more)
{
    int       rc, over;
    MDB_val   key, val;
    uint64_t  number;

    static const unsigned char  least[WEBHOOK_KEY_AUDIT];

    *more = 0;

    for ( ;; ) {
        rc = webhook_audit_peek(t, &over);

        if (rc || !over) {
            return rc;
        }

        if (*count >= max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        rc = webhook_txn_seek(t, WEBHOOK_DB_AUDIT, least, sizeof(least), &key,
                              &val);
        if (rc) {
            return rc;
        }

        number = webhook_get_u64(key.mv_data);

        rc = webhook_audit_del(t, number, 0, pages);
        if (rc) {
            return rc;
        }

        (*count)++;
        (*pages)++;
    }
}
