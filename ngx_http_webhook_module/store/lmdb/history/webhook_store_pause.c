
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A store that pauses as a whole: events are kept, and nothing is leased.  A
 * row says so, so that it holds for all processes, and over restarts: a copy
 * that was restored sends nothing until somebody says that it may.  Where the
 * row is damaged the store pauses too.
 */

#include "store/lmdb/history/webhook_store_pause.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_str.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_PAUSE_ROW  'H'


static int webhook_pause_get(webhook_txn_t *t, MDB_val *val);


int
webhook_pause_look(webhook_txn_t *t)
{
    int      rc;
    MDB_val  val;

    rc = webhook_pause_get(t, &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    t->paused = (rc == 0);
    t->st->paused = t->paused;

    return 0;
}


static int
webhook_pause_get(webhook_txn_t *t, MDB_val *val)
{
    return webhook_txn_get(t, WEBHOOK_DB_META, WEBHOOK_META_PAUSED,
                           WEBHOOK_META_PAUSED_LEN, val);
}


int
webhook_pause_store(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc;
    webhook_str_t         reason;
    unsigned char         buf[WEBHOOK_ROW_MAX];
    webhook_op_pause_t   *p;
    webhook_codec_out_t   out;

    p = &op->u.pause;

    if (p->resume && !t->paused) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (p->resume) {
        rc = webhook_txn_del(t, WEBHOOK_DB_META, WEBHOOK_META_PAUSED,
                             WEBHOOK_META_PAUSED_LEN);

    } else {
        reason = p->reason;

        if (reason.len > WEBHOOK_REASON_MAX) {
            reason.len = WEBHOOK_REASON_MAX;
        }

        webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_PAUSE_ROW, 1);

        webhook_codec_add_u64(&out, webhook_clock_real(t->st));
        webhook_codec_add_text(&out, &reason);

        rc = webhook_txn_put(t, WEBHOOK_DB_META, WEBHOOK_META_PAUSED,
                             WEBHOOK_META_PAUSED_LEN, buf,
                             webhook_codec_written(&out), 0);
    }

    if (rc) {
        return rc;
    }

    t->paused = !p->resume;
    t->st->paused = t->paused;

    if (t->paused) {
        webhook_revoked_raise_all(t->st);
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_pause_stats(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    MDB_val              val;
    uint64_t             wall;
    webhook_str_t        reason;
    webhook_op_stats_t  *s;
    webhook_codec_in_t   in;

    s = &op->u.stats;

    rc = webhook_pause_get(t, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    s->paused = 1;

    webhook_codec_read(&in, val.mv_data, val.mv_size, WEBHOOK_PAUSE_ROW, 1);

    wall = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_REASON_MAX, &reason);

    if (webhook_codec_done(&in) != WEBHOOK_OK) {
        return 0;
    }

    s->paused_at = wall;

    return webhook_memory_text(&op->memory, &reason, &s->reason);
}


void
webhook_pause_tell(webhook_txn_t *t)
{
    if (t->paused) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\" is paused: events are stored, and "
                          "nothing is sent until \"webhookctl resume --all\"",
                          t->st->path);
    }
}
