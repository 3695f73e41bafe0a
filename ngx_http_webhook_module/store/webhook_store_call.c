
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The calls of receivers: kept, listed, removed.
 */

#include "webhook_store_internal.h"

#include <stdlib.h>


#define WEBHOOK_CALL_PAGE  1000         /* entries in an answer at most */


static int webhook_call_read(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, webhook_call_t *call);
static int webhook_call_load(webhook_txn_t *t, const webhook_id_t *id,
    MDB_val *val);
static int webhook_call_before(webhook_txn_t *t, webhook_op_calls_t *l,
    int first, webhook_id_t *id);


int
webhook_call_put(webhook_txn_t *t, webhook_op_t *op)
{
    int              rc;
    size_t           size, len;
    MDB_val          val;
    unsigned char    key[WEBHOOK_KEY_RECEIVER], *buf;
    unsigned char    fkey[WEBHOOK_KEY_FINISHED];
    webhook_call_t  *c;

    c = &op->u.put_call.call;

    if (c->receiver == 0 || c->actions_count > WEBHOOK_CALL_ACTIONS_MAX) {
        webhook_store_log_error(t->st, EINVAL, "a call exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_key_receiver(key, c->receiver, &c->id);

    rc = webhook_txn_get(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key), &val);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    size = webhook_row_call_size(c);

    buf = malloc(size);
    if (buf == NULL) {
        return ENOMEM;
    }

    len = webhook_row_write_call(buf, size, c);

    if (!webhook_space_take(t, webhook_blob_size(len) + 256)) {
        free(buf);
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    rc = webhook_blob_put(t, WEBHOOK_DB_CALLS, &c->id, buf, len);

    free(buf);

    if (rc) {
        return rc;
    }

    rc = webhook_txn_put(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key), "", 0, 0);
    if (rc) {
        return rc;
    }

    webhook_key_finished(fkey, t->now, WEBHOOK_FINISHED_CALL, &c->id);

    rc = webhook_txn_put(t, WEBHOOK_DB_FINISHED, fkey, sizeof(fkey), "", 0,
                         0);
    if (rc) {
        return rc;
    }

    t->state.calls++;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_call_del(webhook_txn_t *t, const webhook_id_t *id, uint32_t *pages)
{
    int                     rc;
    MDB_val                 val;
    unsigned char           key[WEBHOOK_KEY_RECEIVER];
    webhook_call_t          call;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX];

    rc = webhook_call_load(t, id, &val);

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc && rc != MDB_CORRUPTED) {
        return rc;
    }

    if (rc == 0) {
        rc = webhook_row_read_call(&val, &call, actions);

        free(val.mv_data);

        if (rc == 0) {
            webhook_key_receiver(key, call.receiver, id);

            rc = webhook_txn_del(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key));
            if (rc && rc != MDB_NOTFOUND) {
                return rc;
            }
        }
    }

    rc = webhook_blob_del(t, WEBHOOK_DB_CALLS, id, pages);
    if (rc) {
        return rc;
    }

    if (t->state.calls) {
        t->state.calls--;
    }

    return 0;
}


int
webhook_call_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, first;
    uint32_t             max, rows;
    webhook_id_t         id;
    webhook_op_calls_t  *l;

    l = &op->u.calls;

    max = l->max < WEBHOOK_CALL_PAGE ? l->max : WEBHOOK_CALL_PAGE;

    l->calls = webhook_memory_alloc(&op->memory,
                                    max * sizeof(webhook_call_t));
    if (l->calls == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    first = !l->from;

    for (rows = 0; /* void */ ; rows++) {

        rc = webhook_call_before(t, l, first, &id);

        if (rc == MDB_NOTFOUND) {
            return 0;
        }

        if (rc) {
            return rc;
        }

        if (l->count == max || rows == WEBHOOK_CALL_PAGE) {
            l->more = 1;
            return 0;
        }

        first = 0;

        memset(l->cursor, 0, WEBHOOK_CURSOR_LEN);
        memcpy(l->cursor, id.bytes, 16);

        rc = webhook_call_read(t, &op->memory, &id, &l->calls[l->count]);

        if (rc == 0) {
            l->count++;

        } else if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
            webhook_store_log_error(t->st, rc, "a call cannot be read");

        } else {
            return rc;
        }
    }
}


/* The newest call of the receiver, or the one before the cursor. */

static int
webhook_call_before(webhook_txn_t *t, webhook_op_calls_t *l, int first,
    webhook_id_t *id)
{
    int             rc;
    MDB_val         found, val;
    unsigned char   key[WEBHOOK_KEY_RECEIVER], *p;

    if (l->receiver) {
        webhook_set_u64(key, l->receiver);
        p = key + 8;

    } else {
        p = key;
    }

    if (first) {
        memset(p, 0xff, 16);

    } else {
        memcpy(p, l->cursor, 16);
    }

    if (l->receiver == 0) {

        /* the key of a piece: the first one of the cursor's call */

        webhook_set_u16(key + 16, first ? 0xffff : 0);

        rc = webhook_txn_seek_before(t, WEBHOOK_DB_CALLS, key,
                                     WEBHOOK_KEY_PIECE, &found, &val);
        if (rc) {
            return rc;
        }

        if (found.mv_size != WEBHOOK_KEY_PIECE) {
            return MDB_CORRUPTED;
        }

        memcpy(id->bytes, found.mv_data, 16);

        return 0;
    }

    rc = webhook_txn_seek_before(t, WEBHOOK_DB_RECEIVERS, key, sizeof(key),
                                 &found, &val);
    if (rc) {
        return rc;
    }

    if (found.mv_size != WEBHOOK_KEY_RECEIVER) {
        return MDB_CORRUPTED;
    }

    if (memcmp(found.mv_data, key, 8) != 0) {
        return MDB_NOTFOUND;
    }

    memcpy(id->bytes, (unsigned char *) found.mv_data + 8, 16);

    return 0;
}


/* The call's record, malloc()ed. */

static int
webhook_call_load(webhook_txn_t *t, const webhook_id_t *id, MDB_val *val)
{
    int     rc;
    size_t  len;

    rc = webhook_blob_len(t, WEBHOOK_DB_CALLS, id, &len);
    if (rc) {
        return rc;
    }

    if (len == 0) {
        return MDB_NOTFOUND;
    }

    val->mv_size = len;
    val->mv_data = malloc(len);

    if (val->mv_data == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, WEBHOOK_DB_CALLS, id, val->mv_data, len);

    if (rc) {
        free(val->mv_data);
        val->mv_data = NULL;
    }

    return rc;
}


static int
webhook_call_read(webhook_txn_t *t, void **memory, const webhook_id_t *id,
    webhook_call_t *call)
{
    int                     rc;
    MDB_val                 val;
    webhook_str_t           from, record;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX];

    rc = webhook_call_load(t, id, &val);
    if (rc) {
        return rc;
    }

    /* the texts are views into the record, so that is kept */

    from.data = val.mv_data;
    from.len = val.mv_size;

    rc = webhook_memory_text(memory, &from, &record);

    free(val.mv_data);

    if (rc) {
        return rc;
    }

    val.mv_data = record.data;
    val.mv_size = record.len;

    rc = webhook_row_read_call(&val, call, actions);
    if (rc) {
        memset(call, 0, sizeof(webhook_call_t));
        return rc;
    }

    call->id = *id;

    if (call->actions_count == 0) {
        call->actions = NULL;
        return 0;
    }

    call->actions = webhook_memory_alloc(memory, call->actions_count
                                         * sizeof(webhook_call_action_t));
    if (call->actions == NULL) {
        return ENOMEM;
    }

    memcpy(call->actions, actions,
           call->actions_count * sizeof(webhook_call_action_t));

    return 0;
}
