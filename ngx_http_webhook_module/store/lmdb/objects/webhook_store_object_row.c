
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of objects.  An endpoint that was registered has deliveries under its
 * id; a receiver under "receiver:" and its id, which is what its durable
 * actions are sent to.
 */

#include "store/lmdb/objects/webhook_store_object_row.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_txn.h"

#include <errno.h>


#define WEBHOOK_OBJECT_RECEIVERS      "receiver:"
#define WEBHOOK_OBJECT_RECEIVERS_LEN  (sizeof(WEBHOOK_OBJECT_RECEIVERS) - 1)


int
webhook_object_row_get(webhook_txn_t *t, const unsigned char *key,
    unsigned char *buf, webhook_object_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_OBJECTS, key, WEBHOOK_KEY_OBJECT, &val);
    if (rc) {
        return rc;
    }

    if (val.mv_size > WEBHOOK_ROW_MAX) {
        return MDB_CORRUPTED;
    }

    memcpy(buf, val.mv_data, val.mv_size);
    val.mv_data = buf;

    return webhook_row_read_object(&val, row);
}


int
webhook_object_row_tell(webhook_txn_t *t, unsigned kind,
    const webhook_object_row_t *row, int brief, void **memory,
    webhook_object_t *object)
{
    int  rc;

    memset(object, 0, sizeof(webhook_object_t));

    if (webhook_memory_text(memory, &row->id, &object->id) != 0
        || webhook_memory_text(memory, &row->company, &object->company) != 0
        || webhook_memory_text(memory, &row->name, &object->name) != 0
        || webhook_memory_text(memory, &row->by, &object->by) != 0)
    {
        return ENOMEM;
    }

    object->kind = kind;
    object->version = row->version;
    object->change = row->change;
    object->created = row->created;
    object->updated = row->updated;
    object->removed = row->removed;
    object->shared = row->shared;

    if (brief || row->len == 0) {
        return 0;
    }

    object->data.data = webhook_memory_bytes(memory, row->len);
    if (object->data.data == NULL) {
        return ENOMEM;
    }

    object->data.len = row->len;

    rc = webhook_blob_get(t, row->blob, object->data.data, row->len);

    if (rc) {
        memset(object, 0, sizeof(webhook_object_t));
    }

    return rc;
}


int
webhook_object_row_meant(const webhook_company_t *asked,
    const webhook_str_t *company)
{
    switch (asked->which) {

    case WEBHOOK_COMPANY_ANY:
        return 1;

    case WEBHOOK_COMPANY_NONE:
        return company->len == 0;

    case WEBHOOK_COMPANY_ONE:
        return company->len && webhook_str_eq(company, &asked->name);
    }

    return 0;
}


int
webhook_object_row_named(const unsigned char *name, size_t len,
    unsigned char key[WEBHOOK_KEY_OBJECT])
{
    unsigned       kind;
    webhook_str_t  id;

    kind = WEBHOOK_OBJECT_ENDPOINT;
    id.data = (unsigned char *) name;
    id.len = len;

    if (len > WEBHOOK_OBJECT_RECEIVERS_LEN
        && memcmp(name, WEBHOOK_OBJECT_RECEIVERS,
                  WEBHOOK_OBJECT_RECEIVERS_LEN) == 0)
    {
        kind = WEBHOOK_OBJECT_RECEIVER;
        id.data += WEBHOOK_OBJECT_RECEIVERS_LEN;
        id.len -= WEBHOOK_OBJECT_RECEIVERS_LEN;
    }

    if (id.len == 0 || id.len > WEBHOOK_OBJECT_ID_MAX) {
        return 0;
    }

    webhook_key_object(key, kind, &id);

    return 1;
}


int
webhook_object_row_owned(webhook_txn_t *t, const unsigned char *name,
    size_t len, webhook_owned_e *owned)
{
    int                   rc;
    unsigned char         key[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t  row;

    *owned = WEBHOOK_OWNED_NOT;

    if (!webhook_object_row_named(name, len, key)) {
        return 0;
    }

    rc = webhook_object_row_get(t, key, buf, &row);

    switch (rc) {

    case 0:
        *owned = row.removed ? WEBHOOK_OWNED_REMOVED : WEBHOOK_OWNED_YES;
        return 0;

    case MDB_NOTFOUND:
        return 0;

    case MDB_CORRUPTED:

        /* whatever it was, its deliveries are not to be given up for that */

        *owned = WEBHOOK_OWNED_YES;
        return 0;

    default:
        return rc;
    }
}


uint64_t
webhook_object_row_endpoint(unsigned kind, const webhook_str_t *id)
{
    webhook_str_t  name;
    unsigned char  buf[WEBHOOK_OBJECT_RECEIVERS_LEN + WEBHOOK_OBJECT_ID_MAX];

    if (kind == WEBHOOK_OBJECT_ENDPOINT) {
        return webhook_id_name(id);
    }

    memcpy(buf, WEBHOOK_OBJECT_RECEIVERS, WEBHOOK_OBJECT_RECEIVERS_LEN);
    memcpy(buf + WEBHOOK_OBJECT_RECEIVERS_LEN, id->data, id->len);

    name.data = buf;
    name.len = WEBHOOK_OBJECT_RECEIVERS_LEN + id->len;

    return webhook_id_name(&name);
}
