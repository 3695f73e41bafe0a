
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal: records.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "journal_util.h"


static void test_round_trip(void);
static void test_cut(void);
static void test_takes(void);


int
main(void)
{
    test_round_trip();
    test_cut();
    test_takes();

    return tap_done();
}


static void
test_round_trip(void)
{
    size_t                   len, size, wrong;
    journal_event_t          e;
    unsigned char            buf[4096];
    webhook_journal_event_t  got;

    memset(&got, 0, sizeof(got));

    journal_event(&e, 5, 1000);

    len = webhook_journal_record_write(buf, sizeof(buf), &e.put);

    tap_ok(len > 1000, "an event is written");
    tap_ok(webhook_journal_record_read(buf, len, &got) == 0
           && journal_same(&e.put, &got.put), "and is read as it was");
    tap_ok(got.deliveries[0].lease == 0, "without leases");

    wrong = 0;

    for (size = 0; size < len; size++) {
        wrong += (webhook_journal_record_write(buf, size, &e.put) != 0);
    }

    tap_ok(wrong == 0, "it is not written where there is too little room");

    e.put.count = 0;
    e.put.renditions_count = 1;
    e.renditions[0].body.len = 0;

    len = webhook_journal_record_write(buf, sizeof(buf), &e.put);

    tap_ok(webhook_journal_record_read(buf, len, &got) == 0
           && journal_same(&e.put, &got.put), "one of nearly nothing, too");

    webhook_journal_record_free(&got);
    free(e.body);
}


/* What is cut short, or has more behind it, is no record. */

static void
test_cut(void)
{
    size_t                    len, n, wrong;
    journal_event_t           e;
    unsigned char             buf[4096], *cut;
    webhook_journal_event_t   got;

    memset(&got, 0, sizeof(got));

    journal_event(&e, 6, 300);

    len = webhook_journal_record_write(buf, sizeof(buf), &e.put);
    wrong = 0;

    for (n = 0; n < len; n++) {

        /* memory of just that length: who reads behind it is found out */

        cut = malloc(n + 1);

        if (cut) {
            memcpy(cut + 1, buf, n);
            wrong += (webhook_journal_record_read(cut + 1, n, &got)
                      != EBADMSG);
        }

        free(cut);
    }

    tap_ok(wrong == 0, "cut at any byte it is refused");

    buf[len] = 0;

    tap_ok(webhook_journal_record_read(buf, len + 1, &got) == EBADMSG,
           "and with a byte behind it");

    buf[1]++;

    tap_ok(webhook_journal_record_read(buf, len, &got) == EBADMSG,
           "and as of a newer version");

    webhook_journal_record_free(&got);
    free(e.body);
}


static void
test_takes(void)
{
    webhook_id_t     wire;
    webhook_past_t   past;
    journal_event_t  e;

    memset(&wire, 1, sizeof(wire));
    memset(&past, 0, sizeof(past));

    journal_event(&e, 7, 10);

    tap_ok(webhook_journal_record_takes(&e.put), "an event may be in it");

    journal_text(&e.deliveries[1].order, "k");
    tap_ok(!webhook_journal_record_takes(&e.put), "not with an order key");
    e.deliveries[1].order.len = 0;

    e.deliveries[2].past = &past;
    tap_ok(!webhook_journal_record_takes(&e.put), "nor with a past");
    e.deliveries[2].past = NULL;

    e.put.idempotency.keep = 1;
    tap_ok(!webhook_journal_record_takes(&e.put), "nor if repeats are known");
    e.put.idempotency.keep = 0;

    e.put.refuse = 1;
    tap_ok(!webhook_journal_record_takes(&e.put), "nor if it may be refused");
    e.put.refuse = 0;

    e.put.wire = &wire;
    tap_ok(!webhook_journal_record_takes(&e.put), "nor under another id");

    free(e.body);
}
