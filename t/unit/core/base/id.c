
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Ids: at-least-once delivery rests on an id that is the same at every send
 * and that no other event has; the store rests on ids that ascend.
 */

#include "tap.h"
#include "core/base/webhook_id.h"

#include <stdlib.h>


#define TEST_IDS  200000


static webhook_id_source_t  source;


static int
test_compare(const void *a, const void *b)
{
    return memcmp(a, b, WEBHOOK_ID_LEN);
}


/* The longest row of ascending ids of a source under a clock of steps us. */

static unsigned
test_ascending(uint64_t start, int64_t step, unsigned n)
{
    unsigned      i;
    uint64_t      now;
    webhook_id_t  id, last;

    memset(&source, 0, sizeof(source));
    memset(&last, 0, sizeof(last));

    now = start;

    for (i = 0; i < n; i++) {

        if (webhook_id_make(&source, now, &id) != WEBHOOK_OK
            || memcmp(id.bytes, last.bytes, WEBHOOK_ID_LEN) <= 0)
        {
            break;
        }

        last = id;
        now += step;
    }

    return i;
}


static void
test_layout(void)
{
    uint64_t        now;
    webhook_id_t    id, back;
    webhook_str_t   text;
    unsigned char   buf[WEBHOOK_ID_TEXT_LEN];

    memset(&source, 0, sizeof(source));

    now = 0x017f22e279b0 * 1000 + 750;

    tap_ok(webhook_id_make(&source, now, &id) == WEBHOOK_OK, "an id is made");
    tap_ok((id.bytes[6] & 0xf0) == 0x70, "its version is 7");
    tap_ok((id.bytes[8] & 0xc0) == 0x80, "its variant is that of RFC 9562");
    tap_ok(webhook_id_time(&id) == now / 1000, "it carries its time");
    tap_ok((id.bytes[6] & 0x0f) == 0x0c && id.bytes[7] == 0,
           "and the fraction of its millisecond");

    webhook_id_text(&id, buf);
    tap_bytes(buf, 15, "017f22e2-79b0-7", "its text starts with the time");

    text.data = buf;
    text.len = sizeof(buf);

    tap_ok(webhook_id_parse(&text, &back) == WEBHOOK_OK
           && memcmp(&id, &back, sizeof(id)) == 0,
           "its text reads as the same id");

    memset(&source, 0, sizeof(source));
    (void) webhook_id_make(&source, now, &back);

    tap_ok(memcmp(id.bytes + 8, back.bytes + 8, 8) != 0,
           "another source at the same time makes another id");
}


static void
test_order(void)
{
    unsigned      i;
    uint64_t      now;
    webhook_id_t  id, last;

    now = 1700000000000000;

    tap_ok(test_ascending(now, 1, 5000) == 5000,
           "ids ascend from microsecond to microsecond");
    tap_ok(test_ascending(now, 0, 50000) == 50000,
           "ids ascend within one microsecond, and into the next ones");
    tap_ok(test_ascending(now, -7, 50000) == 50000,
           "ids ascend while the clock runs backwards");

    memset(&source, 0, sizeof(source));

    for (i = 0; i < 4096; i++) {
        (void) webhook_id_make(&source, now, &id);
    }

    tap_ok(webhook_id_time(&id) == now / 1000,
           "4096 ids fit in a millisecond without moving the time on");

    last = id;
    (void) webhook_id_make(&source, now - 3600000000, &id);

    tap_ok(memcmp(&id, &last, sizeof(id)) > 0,
           "a clock set back by an hour keeps the order");

    (void) webhook_id_make(&source, now + 5000000, &id);

    tap_ok(webhook_id_time(&id) == now / 1000 + 5000,
           "a clock that moves on again is followed");

    memset(&source, 0, sizeof(source));

    tap_ok(webhook_id_make(&source, UINT64_MAX, &id) == WEBHOOK_OK
           && webhook_id_time(&id) == 0xffffffffffff,
           "a time past 48 bits is held at the last one");

    for (i = 0; i < 5000; i++) {
        if (webhook_id_make(&source, UINT64_MAX, &id) != WEBHOOK_OK) {
            break;
        }
    }

    tap_ok(i < 4096, "and no id is made once its counter is used up");
}


/* Processes that make ids in turns, a microsecond after one another. */

static void
test_processes(void)
{
    unsigned              i;
    webhook_id_t          id, last;
    webhook_id_source_t  *sources;

    sources = calloc(4, sizeof(webhook_id_source_t));
    if (sources == NULL) {
        tap_ok(0, "memory");
        return;
    }

    memset(&last, 0, sizeof(last));

    for (i = 0; i < 5000; i++) {

        if (webhook_id_make(&sources[i * 7 % 4], 1700000000000000 + i, &id)
            != WEBHOOK_OK
            || memcmp(id.bytes, last.bytes, WEBHOOK_ID_LEN) <= 0)
        {
            break;
        }

        last = id;
    }

    tap_ok(i == 5000, "ids of several sources are in the order of their times");

    free(sources);
}


static void
test_unique(void)
{
    unsigned       i, same;
    webhook_id_t  *ids;

    ids = malloc(TEST_IDS * sizeof(webhook_id_t));
    if (ids == NULL) {
        tap_ok(0, "memory");
        return;
    }

    /* four processes that make ids at the same instants */

    for (i = 0; i < TEST_IDS; i++) {

        if (i % (TEST_IDS / 4) == 0) {
            memset(&source, 0, sizeof(source));
        }

        (void) webhook_id_make(&source,
                               1700000000000000 + i % (TEST_IDS / 4) / 100,
                               &ids[i]);
    }

    qsort(ids, TEST_IDS, sizeof(webhook_id_t), test_compare);

    same = 0;

    for (i = 1; i < TEST_IDS; i++) {
        same += (test_compare(&ids[i - 1], &ids[i]) == 0);
    }

    tap_ok(same == 0, "no two ids of four sources are the same");

    free(ids);
}


static void
test_parse(void)
{
    size_t         i;
    webhook_id_t   id;
    webhook_str_t  text;

    static const char  *good[] = {
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"
    };

    static const char  *bad[] = {
        "",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398 ",
        "017f22e2-79b0-7cc3-98c4-dc0c0c0739-f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        text.data = (unsigned char *) good[i];
        text.len = strlen(good[i]);

        tap_ok(webhook_id_parse(&text, &id) == WEBHOOK_OK
               && id.bytes[0] == 0x01 && id.bytes[1] == 0x7f
               && id.bytes[15] == 0x8f, "reads %s", good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        text.data = (unsigned char *) bad[i];
        text.len = strlen(bad[i]);

        tap_ok(webhook_id_parse(&text, &id) == WEBHOOK_ERROR,
               "refuses \"%s\"", bad[i]);
    }
}


static void
test_name(void)
{
    webhook_str_t  erp = webhook_str("erp");
    webhook_str_t  erq = webhook_str("erq");
    webhook_str_t  none = webhook_str("");

    /* the first 8 bytes that sha256sum prints */

    tap_ok(webhook_id_name(&none) == 0xe3b0c44298fc1c14,
           "the key of the empty name is that of its SHA-256");
    tap_ok(webhook_id_name(&erp) == webhook_id_name(&erp)
           && webhook_id_name(&erp) != webhook_id_name(&erq),
           "a name has one key, another name another");
}


static void
test_hash(void)
{
    webhook_id_t   id, same, other;
    unsigned char  text[WEBHOOK_ID_TEXT_LEN];
    webhook_str_t  row[2] = { webhook_str("a"), webhook_str("") };
    webhook_str_t  moved[2] = { webhook_str(""), webhook_str("a") };
    webhook_str_t  none[2] = { { 0, NULL }, webhook_str("a") };

    webhook_id_hash(row, 2, &id);
    webhook_id_text(&id, text);

    tap_ok(memcmp(text, "6aa98e17-c109-8d8e-aae2-3a478ceb48e1", sizeof(text))
           == 0,
           "an id of texts is their SHA-256, as a UUIDv8");

    webhook_id_hash(row, 2, &same);
    tap_ok(memcmp(&id, &same, sizeof(id)) == 0, "the same for the same");

    webhook_id_hash(moved, 2, &other);
    tap_ok(memcmp(&id, &other, sizeof(id)) != 0,
           "another where a text stands elsewhere");

    webhook_id_hash(none, 2, &same);
    tap_ok(memcmp(&same, &other, sizeof(id)) == 0, "no text is an empty one");

    webhook_id_hash(row, 1, &other);
    tap_ok(memcmp(&id, &other, sizeof(id)) != 0, "another of fewer texts");
}


int
main(void)
{
    test_layout();
    test_order();
    test_processes();
    test_unique();
    test_parse();
    test_name();
    test_hash();

    return tap_done();
}
