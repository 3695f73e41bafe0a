
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of rows of repeats, those that an older version wrote among them.
 */

#include "core/base/webhook_codec.h"
#include "store/lmdb/repeats/webhook_store_dedupe_row.h"
#include "tap.h"


static void test_old(void);


int
main(void)
{
    test_old();

    return tap_done();
}


static size_t
row(unsigned char *buf, size_t size, unsigned char version, int more)
{
    webhook_str_t        s;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, size, 'Q', version);

    webhook_codec_add_u64(&out, 11);
    webhook_codec_add_u64(&out, 22);
    webhook_codec_add_u64(&out, 33);
    webhook_codec_add_u64(&out, 44);
    webhook_codec_add_u32(&out, 5);
    webhook_codec_add_u32(&out, 202);
    webhook_codec_add_u8(&out, 1);

    s.data = (unsigned char *) "thanks";
    s.len = 6;
    webhook_codec_add_text(&out, &s);

    if (more >= 0) {
        webhook_codec_add_number(&out, 201);

        s.data = (unsigned char *) "text/xml";
        s.len = 8;
        webhook_codec_add_text(&out, &s);

        s.data = (unsigned char *) "0123456789abcdef";
        s.len = (size_t) more;
        webhook_codec_add_text(&out, &s);
    }

    return webhook_codec_written(&out);
}


static int
read_back(unsigned char *buf, size_t len, webhook_dedupe_row_t *r)
{
    MDB_val  v;

    v.mv_data = buf;
    v.mv_size = len;

    memset(r, 0x55, sizeof(webhook_dedupe_row_t));

    return webhook_dedupe_row_read(&v, r);
}


static void
test_old(void)
{
    unsigned char         buf[256];
    webhook_dedupe_row_t  r;

    tap_ok(read_back(buf, row(buf, sizeof(buf), 1, -1), &r) == 0
           && r.token == 11 && r.end == 22 && r.settled == 1
           && r.answer.status == 202 && r.answer.text.len == 6
           && r.answer.sent == 0 && r.answer.type.len == 0
           && !r.answer.durable,
           "a row of version 1 has an answer that was ours");

    tap_ok(read_back(buf, row(buf, sizeof(buf), 2, 16), &r) == 0
           && r.answer.status == 202 && r.answer.text.len == 6
           && r.answer.sent == 201 && r.answer.type.len == 8
           && memcmp(r.answer.type.data, "text/xml", 8) == 0
           && r.answer.durable
           && memcmp(r.answer.event.bytes, "0123456789abcdef", 16) == 0,
           "one of version 2 tells how it was sent");

    tap_ok(read_back(buf, row(buf, sizeof(buf), 2, 0), &r) == 0
           && !r.answer.durable, "and has a delivery or none");

    tap_ok(read_back(buf, row(buf, sizeof(buf), 2, 15), &r) == MDB_CORRUPTED,
           "but no part of one");
    tap_ok(read_back(buf, row(buf, sizeof(buf), 2, -1), &r) == MDB_CORRUPTED
           && read_back(buf, row(buf, sizeof(buf), 1, 16), &r)
              == MDB_CORRUPTED
           && read_back(buf, row(buf, sizeof(buf), 3, 16), &r)
              == MDB_CORRUPTED,
           "a row is read as its version says");
}
