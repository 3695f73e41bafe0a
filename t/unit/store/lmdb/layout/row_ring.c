
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the records of what came of sends by minutes, those that an older
 * version wrote among them.
 */

#include <stdlib.h>

#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "tap.h"


static void test_hour(void);
static void test_largest(void);
static void test_old(void);
static void test_damaged(void);
static void test_endpoint(void);


int
main(void)
{
    test_hour();
    test_largest();
    test_old();
    test_damaged();
    test_endpoint();

    return tap_done();
}


/* Written and read again. */

static int
again(const webhook_ring_row_t *row, webhook_ring_row_t *back, size_t *len)
{
    MDB_val        v;
    unsigned char  buf[WEBHOOK_ROW_RING_MAX];

    *len = webhook_row_write_ring(buf, row);

    v.mv_data = buf;
    v.mv_size = *len;

    return *len != 0 && webhook_row_read_ring(&v, back) == 0;
}


static void
test_hour(void)
{
    size_t              len;
    webhook_ring_row_t  row, back;

    memset(&row, 0, sizeof(row));

    row.minutes[0].minute = 0;
    row.minutes[0].sends = 3;
    row.minutes[0].failed = 1;
    row.minutes[0].delivered = 2;
    row.minutes[0].longest = 4000000;
    row.minutes[0].took = 4100000;
    row.minutes[0].change = -2;
    row.minutes[17].minute = 17;
    row.minutes[17].change = 5;
    row.minutes[59].minute = 59;
    row.minutes[59].dead = 1;

    tap_ok(again(&row, &back, &len)
           && memcmp(&row, &back, sizeof(row)) == 0, "an hour");
    tap_ok(len < 60, "in %zu bytes", len);
}


static void
test_largest(void)
{
    int                 ok;
    size_t              len;
    unsigned            i;
    webhook_minute_t   *m;
    webhook_ring_row_t  row, back;

    memset(&row, 0, sizeof(row));

    for (i = 0; i < WEBHOOK_RING_MINUTES; i++) {
        m = &row.minutes[i];

        m->minute = i;
        m->sends = m->failed = m->delivered = m->dead = UINT32_MAX;
        m->longest = UINT32_MAX;
        m->took = UINT64_MAX;
        m->change = i % 2 ? WEBHOOK_RING_CHANGE : -WEBHOOK_RING_CHANGE;
    }

    ok = again(&row, &back, &len) && memcmp(&row, &back, sizeof(row)) == 0;

    tap_ok(ok, "the largest figures there may be: %zu bytes", len);
}


/* One of before format 5: it stays so until its hour is over. */

static void
test_old(void)
{
    size_t               len;
    MDB_val              v;
    unsigned char        buf[WEBHOOK_ROW_RING_MAX];
    webhook_ring_row_t   row, back;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, sizeof(buf), 'N', 1);

    webhook_codec_add_u8(&out, 7);
    webhook_codec_add_number(&out, 300);
    webhook_codec_add_number(&out, 2);
    webhook_codec_add_number(&out, 298);
    webhook_codec_add_number(&out, 1);
    webhook_codec_add_u8(&out, WEBHOOK_RING_MINUTES);

    v.mv_data = buf;
    v.mv_size = webhook_codec_written(&out);

    tap_ok(webhook_row_read_ring(&v, &row) == 0 && row.old
           && row.minutes[7].sends == 300 && row.minutes[7].failed == 2
           && row.minutes[7].delivered == 298 && row.minutes[7].dead == 1
           && row.minutes[7].took == 0 && row.minutes[7].change == 0,
           "an hour of before");

    row.minutes[8].minute = 8;
    row.minutes[8].sends = 1;
    row.minutes[8].took = 1500;
    row.minutes[8].change = 1;
    row.minutes[9].minute = 9;
    row.minutes[9].change = 1;

    tap_ok(again(&row, &back, &len) && back.old
           && back.minutes[7].sends == 300 && back.minutes[8].sends == 1
           && back.minutes[8].took == 0 && back.minutes[8].change == 0,
           "what it does not tell is not begun in the middle");
}


static void
test_damaged(void)
{
    int                  rc;
    size_t               i, len;
    MDB_val              v;
    unsigned char        buf[WEBHOOK_ROW_RING_MAX], *cut;
    webhook_ring_row_t   row;
    webhook_codec_out_t  out;

    memset(&row, 0, sizeof(row));

    row.minutes[3].minute = 3;
    row.minutes[3].sends = 200;
    row.minutes[3].took = 123456789;
    row.minutes[3].change = -70;

    len = webhook_row_write_ring(buf, &row);

    for (i = 0, rc = MDB_CORRUPTED; i < len && rc == MDB_CORRUPTED; i++) {

        cut = malloc(i ? i : 1);
        if (cut == NULL) {
            return;
        }

        memcpy(cut, buf, i);

        v.mv_data = cut;
        v.mv_size = i;

        rc = webhook_row_read_ring(&v, &row);

        free(cut);
    }

    tap_ok(i == len && rc == MDB_CORRUPTED, "cut anywhere it is damaged");

    webhook_codec_write(&out, buf, sizeof(buf), 'N', 2);

    webhook_codec_add_u8(&out, 3);

    for (i = 0; i < 6; i++) {
        webhook_codec_add_number(&out, 1);
    }

    webhook_codec_add_number(&out, UINT64_MAX);
    webhook_codec_add_u8(&out, WEBHOOK_RING_MINUTES);

    v.mv_data = buf;
    v.mv_size = webhook_codec_written(&out);

    tap_ok(webhook_row_read_ring(&v, &row) == MDB_CORRUPTED,
           "nor may more change than there can be");

    webhook_codec_write(&out, buf, sizeof(buf), 'N', 3);
    webhook_codec_add_u8(&out, WEBHOOK_RING_MINUTES);

    v.mv_size = webhook_codec_written(&out);

    tap_ok(webhook_row_read_ring(&v, &row) == MDB_CORRUPTED,
           "one of a version to come");
}


/* The minute that is under way, in the row of its endpoint. */

static void
test_endpoint(void)
{
    MDB_val                 v;
    unsigned char           buf[WEBHOOK_ROW_MAX];
    webhook_endpoint_row_t  row, back;

    memset(&row, 0, sizeof(row));

    row.states[WEBHOOK_PENDING] = 4;
    row.states[WEBHOOK_SENDING] = 1;
    row.minute.minute = 28000000;
    row.minute.sends = 2;
    row.minute.longest = 700;
    row.minute.took = 900;
    row.began = 3;
    row.name_len = 3;
    memcpy(row.name, "erp", 3);

    v.mv_data = buf;
    v.mv_size = webhook_row_write_endpoint(buf, &row);

    memset(&back, 0xff, sizeof(back));

    tap_ok(webhook_row_read_endpoint(&v, &back) == 0
           && back.minute.sends == 2 && back.minute.longest == 700
           && back.minute.took == 900 && back.minute.change == 0
           && back.began == 3 && back.name_len == 3, "of an endpoint");

    /* version 5 has 20 bytes less, before the last 22 here, of which 4 are of
       version 7, before the last 6 */

    memmove(buf + v.mv_size - 22 - 20, buf + v.mv_size - 22, 12);
    memmove(buf + v.mv_size - 6 - 24, buf + v.mv_size - 6, 6);
    v.mv_size -= 24;
    buf[1] = 5;

    tap_ok(webhook_row_read_endpoint(&v, &back) == 0
           && back.minute.sends == 2 && back.minute.longest == 0
           && back.minute.took == 0 && back.began == 5,
           "of before: nothing has changed yet");
}
