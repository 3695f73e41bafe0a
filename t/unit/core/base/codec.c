
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of records: what is written is read, and what is damaged is refused.
 */

#include <stdlib.h>

#include "tap.h"
#include "core/base/webhook_codec.h"


static void test_fields(void);
static void test_numbers(void);
static void test_short(void);
static void test_room(void);
static void test_bad_numbers(void);
static void test_keys(void);
static void test_noise(void);


int
main(void)
{
    test_fields();
    test_numbers();
    test_short();
    test_room();
    test_bad_numbers();
    test_keys();
    test_noise();

    return tap_done();
}


static size_t
write_sample(unsigned char *buf, size_t size)
{
    webhook_str_t        text, empty;
    webhook_codec_out_t  out;

    text.data = (unsigned char *) "text";
    text.len = 4;
    empty.data = NULL;
    empty.len = 0;

    webhook_codec_write(&out, buf, size, 'X', 3);
    webhook_codec_add_u8(&out, 0xfe);
    webhook_codec_add_u32(&out, 0x01020304);
    webhook_codec_add_u64(&out, 0x0102030405060708);
    webhook_codec_add_number(&out, 300);
    webhook_codec_add_text(&out, &text);
    webhook_codec_add_text(&out, &empty);

    return webhook_codec_written(&out);
}


/* 1 if the whole sample is there and right. */

static int
read_sample(const unsigned char *buf, size_t len, unsigned char kind,
    unsigned char newest)
{
    int                 ok;
    webhook_str_t       text, empty;
    webhook_codec_in_t  in;

    ok = (webhook_codec_read(&in, buf, len, kind, newest) == WEBHOOK_OK);

    ok &= (webhook_codec_u8(&in) == 0xfe);
    ok &= (webhook_codec_u32(&in) == 0x01020304);
    ok &= (webhook_codec_u64(&in) == 0x0102030405060708);
    ok &= (webhook_codec_number(&in, 300) == 300);

    webhook_codec_text(&in, 4, &text);
    webhook_codec_text(&in, 0, &empty);

    ok &= (text.len == 4 && memcmp(text.data, "text", 4) == 0);
    ok &= (empty.len == 0);

    if (webhook_codec_done(&in) != WEBHOOK_OK) {
        ok = 0;
    }

    return ok;
}


static void
test_fields(void)
{
    size_t                len;
    unsigned char         buf[64];
    webhook_codec_in_t    in;

    static const unsigned char  want[] =
        "X\x03\xfe\x01\x02\x03\x04\x01\x02\x03\x04\x05\x06\x07\x08"
        "\xac\x02\x04text\x00";

    len = write_sample(buf, sizeof(buf));

    tap_ok(len == sizeof(want) - 1 && memcmp(buf, want, len) == 0,
           "the bytes of a record are settled");
    tap_ok(read_sample(buf, len, 'X', 3), "it is read again");
    tap_ok(read_sample(buf, len, 'X', 4), "by a newer reader too");
    tap_ok(!read_sample(buf, len, 'X', 2), "not by an older one");
    tap_ok(!read_sample(buf, len, 'Y', 3), "nor as another kind");

    tap_ok(webhook_codec_read(&in, buf, len, 'X', 9) == WEBHOOK_OK
           && in.version == 3, "the version is told");

    buf[1] = 0;

    tap_ok(webhook_codec_read(&in, buf, len, 'X', 9) == WEBHOOK_ERROR,
           "there is no version 0");
}


static void
test_numbers(void)
{
    int                  ok;
    size_t               len, i;
    unsigned char        buf[32];
    webhook_codec_in_t   in;
    webhook_codec_out_t  out;

    static const struct {
        uint64_t  n;
        size_t    len;
    } numbers[] = {
        { 0, 1 }, { 1, 1 }, { 127, 1 }, { 128, 2 }, { 16383, 2 },
        { 16384, 3 }, { UINT32_MAX, 5 }, { (uint64_t) 1 << 62, 9 },
        { (uint64_t) 1 << 63, 10 }, { UINT64_MAX, 10 }
    };

    ok = 1;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        webhook_codec_write(&out, buf, sizeof(buf), 'N', 1);
        webhook_codec_add_number(&out, numbers[i].n);

        len = webhook_codec_written(&out);

        ok &= (len == WEBHOOK_CODEC_HEADER + numbers[i].len);

        webhook_codec_read(&in, buf, len, 'N', 1);

        ok &= (webhook_codec_number(&in, UINT64_MAX) == numbers[i].n);
        ok &= (webhook_codec_done(&in) == WEBHOOK_OK);

        if (numbers[i].n) {
            webhook_codec_read(&in, buf, len, 'N', 1);

            ok &= (webhook_codec_number(&in, numbers[i].n - 1) == 0);
            ok &= (webhook_codec_done(&in) == WEBHOOK_ERROR);
        }
    }

    tap_ok(ok, "packed numbers, and their bounds");
}


/* Each cut, and each byte too many, is an error and reads no foreign byte:
   the copy is of exactly that length, so that a sanitizer sees it. */

static void
test_short(void)
{
    int             ok;
    size_t          len, cut;
    unsigned char   buf[64], *copy;

    len = write_sample(buf, sizeof(buf));
    ok = 1;

    for (cut = 0; cut < len; cut++) {
        copy = malloc(cut + 1);
        memcpy(copy, buf, cut);

        copy = realloc(copy, cut ? cut : 1);

        if (read_sample(copy, cut, 'X', 3)) {
            ok = 0;
        }

        free(copy);
    }

    tap_ok(ok, "a record that was cut anywhere is refused");

    buf[len] = 0;

    tap_ok(!read_sample(buf, len + 1, 'X', 3), "one byte too many as well");
}


static void
test_room(void)
{
    int                  ok;
    size_t               len, size;
    unsigned char       *room, buf[64];
    webhook_str_t        text;
    webhook_codec_out_t  out;

    len = write_sample(buf, sizeof(buf));
    ok = 1;

    for (size = 0; size <= len; size++) {
        room = malloc(size ? size : 1);

        if ((write_sample(room, size) == len) != (size == len)) {
            ok = 0;
        }

        free(room);
    }

    tap_ok(ok, "a record that does not fit is told");

    text.data = buf;
    text.len = SIZE_MAX;

    webhook_codec_write(&out, buf, sizeof(buf), 'X', 1);
    webhook_codec_add_text(&out, &text);
    webhook_codec_add_u8(&out, 1);

    tap_ok(webhook_codec_written(&out) == 0, "and stays so");
}


static void
test_bad_numbers(void)
{
    size_t                i;
    webhook_str_t         text;
    webhook_codec_in_t    in;

    static const struct {
        const char  *bytes;
        size_t       len;
        const char  *name;
    } bad[] = {
        { "N\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 12,
          "a number of more than 64 bits" },
        { "N\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13,
          "a number of eleven bytes" },
        { "N\x01\x80", 3, "a number without an end" },
        { "N\x01", 2, "no number" }
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        webhook_codec_read(&in, bad[i].bytes, bad[i].len, 'N', 1);

        tap_ok(webhook_codec_number(&in, UINT64_MAX) == 0
               && webhook_codec_done(&in) == WEBHOOK_ERROR,
               "%s", bad[i].name);
    }

    webhook_codec_read(&in, "N\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                       12, 'N', 1);
    webhook_codec_text(&in, SIZE_MAX, &text);

    tap_ok(text.len == 0 && text.data == NULL
           && webhook_codec_done(&in) == WEBHOOK_ERROR,
           "a text longer than all memory");

    webhook_codec_read(&in, "N\x01\x05" "text!", 8, 'N', 1);
    webhook_codec_text(&in, 4, &text);

    tap_ok(text.len == 0 && webhook_codec_u8(&in) == 0
           && webhook_codec_u32(&in) == 0 && webhook_codec_u64(&in) == 0
           && webhook_codec_done(&in) == WEBHOOK_ERROR,
           "a text over its bound; what follows reads as nothing");
}


static void
test_keys(void)
{
    unsigned char  a[8], b[8];

    webhook_set_u64(a, 0x00ffULL << 40);
    webhook_set_u64(b, 0x0100ULL << 40);

    tap_ok(memcmp(a, b, 8) < 0, "numbers in keys sort as numbers");

    webhook_set_u64(a, 0xfedcba9876543210);
    tap_ok(webhook_get_u64(a) == 0xfedcba9876543210, "64 bits");

    webhook_set_u32(a, 0xfedcba98);
    tap_ok(webhook_get_u32(a) == 0xfedcba98, "32 bits");

    webhook_set_u16(a, 0xfedc);
    tap_ok(webhook_get_u16(a) == 0xfedc, "16 bits");
}


/* Anything may be on the disk. */

static void
test_noise(void)
{
    size_t                 len, i;
    unsigned               n, sum;
    uint32_t               seed;
    webhook_str_t          text;
    unsigned char         *buf;
    webhook_codec_in_t     in;

    seed = 12345;
    sum = 0;

    for (n = 0; n < 20000; n++) {
        seed = seed * 1103515245 + 12345;
        len = (seed >> 16) % 40;

        buf = malloc(len ? len : 1);

        for (i = 0; i < len; i++) {
            seed = seed * 1103515245 + 12345;
            buf[i] = (unsigned char) (seed >> 16);
        }

        if (len > 1) {
            buf[0] = 'X';
            buf[1] = 1;
        }

        webhook_codec_read(&in, buf, len, 'X', 1);

        while (webhook_codec_done(&in) != WEBHOOK_OK && !in.failed) {
            webhook_codec_text(&in, 30, &text);

            for (i = 0; i < text.len; i++) {
                sum += text.data[i];
            }

            sum += (unsigned) webhook_codec_number(&in, UINT64_MAX);
            sum += webhook_codec_u8(&in);
        }

        free(buf);
    }

    tap_ok(1, "noise is read to its end (%u)", sum);
}
