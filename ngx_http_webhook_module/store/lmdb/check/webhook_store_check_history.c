
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the rows of what is finished, of calls, and of
 * what is known of repeats.
 */

#include "store/lmdb/check/webhook_store_check_history.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/repeats/webhook_store_dedupe_row.h"
#include "store/lmdb/check/webhook_store_check_event.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


int
webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                  rc;
    MDB_val              row;
    webhook_id_t         id;
    unsigned char       *p, dkey[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t   head;

    p = key->mv_data;
    memcpy(id.bytes, p + 9, 16);

    if (x->old) {
        return 0;
    }

    if (val->mv_size == 8 && p[0] < WEBHOOK_CLASSES) {
        x->history += webhook_get_u64(val->mv_data);

    } else {
        webhook_check_fault(x, &id, "what it takes, now that it is finished, "
                            "cannot be read");
    }

    if (p[0] == WEBHOOK_CLASS_CALL) {
        x->finished++;

        rc = webhook_txn_get(x->t, WEBHOOK_DB_CALLS, id.bytes, 16, &row);

    } else {
        webhook_key_delivery(dkey, &id, 0);

        rc = webhook_txn_get(x->t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &row);

        if (rc == 0 && webhook_row_read_head(&row, &head) == 0
            && (webhook_head_gone(&head)
                ? webhook_get_u64(p + 1) != 0
                : head.open || head.finished != webhook_get_u64(p + 1)))
        {
            webhook_check_fault(x, &id, "it is said to be finished");
        }
    }

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "what is finished is not there");
        return 0;
    }

    return rc;
}


int
webhook_check_call(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                  rc;
    MDB_val              row;
    unsigned char        rkey[WEBHOOK_KEY_RECEIVER];
    webhook_call_row_t   call;

    x->check->calls++;

    memcpy(x->id.bytes, key->mv_data, 16);

    if (webhook_row_read_call(val, &call) != 0) {
        webhook_check_fault(x, &x->id, "a call cannot be read");
        return 0;
    }

    webhook_check_blob(x, call.record, call.record_len, "a call's record");

    webhook_key_receiver(rkey, call.receiver, &x->id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_RECEIVERS, rkey, sizeof(rkey),
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "a call is not its receiver's");
        return 0;
    }

    return rc;
}


int
webhook_check_receiver(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    unsigned char  *p;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_CALLS, p + 8, 16, &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, NULL, "a receiver's call is not there");
        return 0;
    }

    return rc;
}


int
webhook_check_dedupe(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    uint64_t        end;
    unsigned char   ekey[WEBHOOK_KEY_REPEAT];

    if (webhook_dedupe_row_end(val, &end) != 0) {
        webhook_check_fault(x, NULL, "a reservation cannot be read");
        return 0;
    }

    webhook_set_u64(ekey, end);
    memcpy(ekey + 8, key->mv_data, WEBHOOK_KEY_DEDUPE);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_REPEATS, ekey, sizeof(ekey), &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, NULL, "a reservation never ends");
        return 0;
    }

    return rc;
}


int
webhook_check_repeat(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    uint64_t        end;
    unsigned char  *p;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DEDUPE, p + 8, WEBHOOK_KEY_DEDUPE,
                         &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_dedupe_row_end(&row, &end) == 0
            && end != webhook_get_u64(p)))
    {
        webhook_check_fault(x, NULL, "the end of a reservation is of none");
        return 0;
    }

    return rc;
}


int
webhook_check_idempotency(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    row;
    unsigned char              end[WEBHOOK_KEY_IDEMPOTENCY_END];
    webhook_idempotency_row_t  i;

    if (webhook_row_read_idempotency(val, &i) != 0) {
        webhook_check_fault(x, NULL, "a row of idempotency cannot be read");
        return 0;
    }

    webhook_key_idempotency_end(end, i.end, key->mv_data);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end, sizeof(end),
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &i.event, "its row of idempotency never ends");
        return 0;
    }

    return rc;
}


int
webhook_check_idempotency_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    row;
    unsigned char             *p;
    webhook_idempotency_row_t  i;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_IDEMPOTENCY, p + 8,
                         WEBHOOK_KEY_IDEMPOTENCY, &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_row_read_idempotency(&row, &i) == 0
            && i.end != webhook_get_u64(p)))
    {
        webhook_check_fault(x, NULL, "the end of a row of idempotency is of "
                            "none");
        return 0;
    }

    return rc;
}
