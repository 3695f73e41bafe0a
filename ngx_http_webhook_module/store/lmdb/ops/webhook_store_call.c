
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The calls of receivers: kept, listed, removed.
 */

#include "store/lmdb/ops/webhook_store_call.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/expire/webhook_store_expire.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_CALL_PAGE    1000       /* entries in an answer at most */


static int webhook_call_one(webhook_txn_t *t, webhook_op_t *op);
static int webhook_call_before(webhook_txn_t *t, webhook_op_calls_t *l,
    int first, webhook_id_t *id);


int
webhook_call_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, taken;
    size_t               size, len;
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_RECEIVER], row[WEBHOOK_ROW_MAX];
    unsigned char       *buf;
    webhook_call_t      *c;
    webhook_call_row_t   call;

    c = &op->u.put_call.call;

    if (t->st->replaced) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    if (c->receiver == 0 || c->actions_count > WEBHOOK_CALL_ACTIONS_MAX
        || c->company.len > WEBHOOK_COMPANY_MAX)
    {
        webhook_store_log_error(t->st, EINVAL, "a call exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_txn_get(t, WEBHOOK_DB_CALLS, c->id.bytes, 16, &val);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    size = webhook_row_record_size(c);

    buf = malloc(size);
    if (buf == NULL) {
        return ENOMEM;
    }

    len = webhook_row_write_record(buf, size, c);

    rc = webhook_expire_take(t, webhook_blob_size(len) + 256, &taken);

    if (rc || !taken) {
        free(buf);
        op->result = WEBHOOK_STORE_FULL;
        return rc;
    }

    rc = webhook_blob_put(t, buf, len, &call.record);

    free(buf);

    if (rc) {
        return rc;
    }

    call.record_len = len;
    call.receiver = c->receiver;
    call.kept = t->age;
    call.company = c->company;

    len = webhook_row_write_call(row, &call);

    rc = webhook_txn_put(t, WEBHOOK_DB_CALLS, c->id.bytes, 16, row, len, 0);
    if (rc) {
        return rc;
    }

    webhook_key_receiver(key, c->receiver, &c->id);

    rc = webhook_txn_put(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key), "", 0, 0);
    if (rc) {
        return rc;
    }

    rc = webhook_finished_call(t, &c->id, t->age, call.record_len);
    if (rc) {
        return rc;
    }

    t->state.calls++;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_call_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, first;
    uint32_t             max, rows;
    webhook_id_t         id;
    webhook_call_t      *call;
    webhook_op_calls_t  *l;

    l = &op->u.calls;

    max = l->max < WEBHOOK_CALL_PAGE ? l->max : WEBHOOK_CALL_PAGE;

    l->calls = webhook_memory_alloc(&op->memory,
                                    max * sizeof(webhook_call_t));
    if (l->calls == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    if (l->id) {
        return webhook_call_one(t, op);
    }

    first = !l->from;

    if (first && l->until) {

        /* the first 48 bits of an id are its time */

        memset(l->cursor, 0, WEBHOOK_CURSOR_LEN);
        webhook_set_u64(l->cursor, l->until << 16);

        first = 0;
    }

    for (rows = 0; /* void */ ; rows++) {

        rc = webhook_call_before(t, l, first, &id);

        if (rc == MDB_NOTFOUND) {
            return 0;
        }

        if (rc) {
            return rc;
        }

        if (l->since && webhook_id_time(&id) < l->since) {
            return 0;
        }

        if (l->count == max || rows == WEBHOOK_CALL_PAGE) {
            l->more = 1;
            return 0;
        }

        first = 0;

        memset(l->cursor, 0, WEBHOOK_CURSOR_LEN);
        memcpy(l->cursor, id.bytes, 16);

        rc = webhook_call_read(t, &op->memory, &id, &l->company,
                               &l->calls[l->count]);

        if (rc == 0) {
            call = &l->calls[l->count];

            if (l->most == 0
                || (call->status >= l->least && call->status <= l->most))
            {
                l->count++;

            } else {
                memset(call, 0, sizeof(webhook_call_t));
            }

        } else if (rc == WEBHOOK_CALL_OTHERS) {
            continue;

        } else if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
            l->damaged++;
            webhook_store_log_error(t->st, rc, "a call cannot be read");

        } else {
            return rc;
        }
    }
}


static int
webhook_call_one(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    webhook_op_calls_t  *l;

    l = &op->u.calls;

    rc = webhook_call_read(t, &op->memory, l->id, &l->company, l->calls);

    if (rc == MDB_NOTFOUND || rc == WEBHOOK_CALL_OTHERS) {
        webhook_op_free(op);

        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc == 0) {
        l->count = 1;
    }

    return rc;
}


/* The newest call of the receiver, or the one before the cursor. */

static int
webhook_call_before(webhook_txn_t *t, webhook_op_calls_t *l, int first,
    webhook_id_t *id)
{
    int             rc;
    size_t          prefix;
    MDB_val         found, val;
    webhook_db_e    db;
    unsigned char   key[WEBHOOK_KEY_RECEIVER];

    if (l->receiver) {
        db = WEBHOOK_DB_RECEIVERS;
        prefix = 8;

        webhook_set_u64(key, l->receiver);

    } else {
        db = WEBHOOK_DB_CALLS;
        prefix = 0;
    }

    if (first) {
        memset(key + prefix, 0xff, 16);

    } else {
        memcpy(key + prefix, l->cursor, 16);
    }

    rc = webhook_txn_seek_before(t, db, key, prefix + 16, &found, &val);
    if (rc) {
        return rc;
    }

    if (memcmp(found.mv_data, key, prefix) != 0) {
        return MDB_NOTFOUND;
    }

    memcpy(id->bytes, (unsigned char *) found.mv_data + prefix, 16);

    return 0;
}


int
webhook_call_read(webhook_txn_t *t, void **memory, const webhook_id_t *id,
    const webhook_company_t *company, webhook_call_t *out)
{
    int                     rc;
    MDB_val                 val;
    webhook_str_t           text;
    webhook_call_row_t      call;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX];

    rc = webhook_txn_get(t, WEBHOOK_DB_CALLS, id->bytes, 16, &val);

    if (rc == 0) {
        rc = webhook_row_read_call(&val, &call);
    }

    if (rc) {
        return rc;
    }

    if (!webhook_company_match(company, &call.company)) {
        return WEBHOOK_CALL_OTHERS;
    }

    if (webhook_memory_text(memory, &call.company, &text) != 0) {
        return ENOMEM;
    }

    /* the texts are views into the record, so that is kept */

    val.mv_size = call.record_len;
    val.mv_data = webhook_memory_bytes(memory, call.record_len);

    if (val.mv_data == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, call.record, val.mv_data, val.mv_size);

    if (rc == 0) {
        rc = webhook_row_read_record(&val, out, actions);
    }

    if (rc) {
        memset(out, 0, sizeof(webhook_call_t));
        return rc;
    }

    out->id = *id;
    out->company = text;

    if (out->actions_count == 0) {
        out->actions = NULL;
        return 0;
    }

    out->actions = webhook_memory_alloc(memory, out->actions_count
                                        * sizeof(webhook_call_action_t));
    if (out->actions == NULL) {
        return ENOMEM;
    }

    memcpy(out->actions, actions,
           out->actions_count * sizeof(webhook_call_action_t));

    return 0;
}
