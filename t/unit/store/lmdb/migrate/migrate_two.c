
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 2 is brought to the format of today, by
 * its number alone, and one of a newer format is refused.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "core/base/webhook_codec.h"
#include "store/lmdb/repeats/webhook_store_dedupe_row.h"
#include "store_dedupe.h"
#include "store_util.h"


static void test_two(void);


int
main(void)
{
    test_two();

    return tap_done();
}


static uint32_t
listed(util_t *u)
{
    uint32_t      count;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 1000;

    count = util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.list.count
                                                   : UINT32_MAX;
    webhook_op_free(&op);

    return count;
}


/* What "format" of the table "meta" says, or 0. */

static uint32_t
format_kept(util_t *u)
{
    MDB_val        val;
    uint32_t       format;
    webhook_txn_t  t;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return 0;
    }

    if (webhook_txn_get(&t, WEBHOOK_DB_META, "format", 6, &val) != 0
        || webhook_row_read_format(&val, &format) != 0)
    {
        format = 0;
    }

    webhook_session_abort(&t);

    return format;
}


/* The row of a repeat as format 2 has it, in the place of that of today. */

static void
repeat_two(util_t *u, unsigned n)
{
    int                   rc;
    size_t                len;
    webhook_op_t          op;
    webhook_txn_t         t;
    unsigned char         key[WEBHOOK_KEY_DEDUPE], buf[256];
    webhook_codec_out_t   out;
    webhook_dedupe_row_t  row;

    reserve_op(&op, n, 0);
    webhook_key_dedupe(key, SCOPE, op.u.reserve.key);

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return;
    }

    len = 0;

    rc = webhook_dedupe_row_get(&t, key, &row);

    if (rc == 0) {
        webhook_codec_write(&out, buf, sizeof(buf), 'Q', 1);

        webhook_codec_add_u64(&out, row.token);
        webhook_codec_add_u64(&out, row.end);
        webhook_codec_add_u64(&out, row.owner);
        webhook_codec_add_u64(&out, row.asker);
        webhook_codec_add_u32(&out, row.slot);
        webhook_codec_add_u32(&out, row.answer.status);
        webhook_codec_add_u8(&out, row.settled);
        webhook_codec_add_text(&out, &row.answer.text);

        len = webhook_codec_written(&out);
    }

    webhook_session_abort(&t);

    if (len) {
        tamper(u, WEBHOOK_DB_DEDUPE, key, sizeof(key), buf, len);
    }
}


/* A store of format 2 gets the number of today, which older versions refuse:
   they would take newer rows for damaged ones. */

static void
test_two(void)
{
    util_t         u;
    size_t         len;
    uint64_t       ep, token, rows, faults;
    webhook_op_t   op;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, ep, 0);

    (void) reserve(&u, 1, 60000, &token);
    (void) settle(&u, 1, token, 3600000, 202, "thanks");

    repeat_two(&u, 1);

    len = webhook_row_write_format(buf, 2);
    tamper(&u, WEBHOOK_DB_META, "format", 6, buf, len);

    util_close(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 2
           && listed(&u) == 1
           && util_check_op(&u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "format 2 can be read");

    util_close(&u);

    u.readonly = 0;
    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 2") != NULL,
           "a tool writes nothing to it: %s", u.text);

    u.admin = 0;
    u.logs[WEBHOOK_STORE_LOG_NOTICE] = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_NOTICE] == 2
           && strstr(u.text, "now has format 7, "),
           "it is brought to format 7: %s", u.text);
    tap_ok(format_kept(&u) == WEBHOOK_STORE_FORMAT,
           "which one that knows up to 2 refuses");

    tap_ok(listed(&u) == 1
           && util_stats(&u, 0, NULL).quarantine == 0, "its rows are there");

    reserve_op(&op, 1, 60000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.answer.status == 202
           && op.u.reserve.answer.text.len == 6,
           "and repeats are known");

    webhook_op_free(&op);

    (void) reserve(&u, 2, 60000, &token);

    tap_ok(settle(&u, 2, token, 3600000, 200, "ok") == WEBHOOK_STORE_OK
           && reserve(&u, 1, 60000, NULL) == WEBHOOK_DEDUPE_SEEN
           && reserve(&u, 2, 60000, NULL) == WEBHOOK_DEDUPE_SEEN,
           "beside new ones");

    (void) util_check(&u, "format 2");

    util_close(&u);

    u.logs[WEBHOOK_STORE_LOG_NOTICE] = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_NOTICE] == 0,
           "the next start opens it as it is");

    util_close(&u);

    util_open(&u);

    len = webhook_row_write_format(buf, WEBHOOK_STORE_FORMAT + 1);
    tamper(&u, WEBHOOK_DB_META, "format", 6, buf, len);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 8 of a newer version; this one knows "
                     "up to 7") != NULL
           && util_files(&u, "data.mdb.damaged-") == 0,
           "one format above its own is refused and left: %s", u.text);

    util_free(&u);
}
