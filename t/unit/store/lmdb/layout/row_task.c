
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of records of tasks: those without a path are as an older version wrote
 * them.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_op_task.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "tap.h"


static void
set(webhook_str_t *s, const char *text)
{
    s->data = (unsigned char *) text;
    s->len = strlen(text);
}


static void
make(webhook_task_row_t *r)
{
    memset(r, 0, sizeof(webhook_task_row_t));

    r->task.kind = WEBHOOK_TASK_PURGE;
    r->task.filter.state = -1;
    r->task.filter.company.which = WEBHOOK_COMPANY_ONE;
    set(&r->task.filter.company.name, "1260");
    set(&r->task.by, "manager");
    r->task.created = 7;
    r->task.done = 8;
    r->until = 9;
    r->left = 10;
}


static int
back(const unsigned char *buf, size_t len, webhook_task_row_t *r)
{
    MDB_val  v;

    v.mv_data = (void *) buf;
    v.mv_size = len;

    return webhook_row_read_task(&v, r);
}


static void
test_old(void)
{
    size_t               len;
    unsigned char        buf[WEBHOOK_ROW_MAX];
    webhook_task_row_t   r, read;
    webhook_codec_in_t   in;

    make(&r);

    len = webhook_row_write_task(buf, &r);

    webhook_codec_read(&in, buf, len, 'K', 2);

    tap_ok(len && in.version == 1, "without a path it is of version 1");
    tap_ok(back(buf, len, &read) == 0 && read.task.done == 8
           && read.left == 10 && read.task.path.len == 0
           && read.task.value.len == 0, "which is read");
    tap_ok(back(buf, len - 1, &read) == MDB_CORRUPTED, "if it is whole");
}


static void
test_new(void)
{
    size_t               len, cut;
    unsigned             bad;
    unsigned char        buf[WEBHOOK_ROW_MAX];
    webhook_task_row_t   r, read;
    webhook_codec_in_t   in;

    make(&r);
    set(&r.task.path, "customer.email");
    set(&r.task.value, "a@b.vn");

    len = webhook_row_write_task(buf, &r);

    webhook_codec_read(&in, buf, len, 'K', 2);

    tap_ok(len && in.version == 2, "with one it is of version 2");
    tap_ok(back(buf, len, &read) == 0 && read.task.done == 8
           && read.left == 10 && webhook_str_eq(&read.task.path, &r.task.path)
           && webhook_str_eq(&read.task.value, &r.task.value),
           "and has path and value");

    for (bad = 0, cut = 0; cut < len; cut++) {
        bad += (back(buf, cut, &read) == MDB_CORRUPTED);
    }

    tap_ok(bad == len, "no part of it is one");

    r.task.value.len = 0;

    len = webhook_row_write_task(buf, &r);

    tap_ok(back(buf, len, &read) == 0 && read.task.path.len
           && read.task.value.len == 0, "one that is over has no value");
}


int
main(void)
{
    test_old();
    test_new();

    return tap_done();
}
