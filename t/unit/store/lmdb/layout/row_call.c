
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of records of calls, those that an older version wrote among them.
 */

#include <stdlib.h>

#include "core/base/webhook_codec.h"
#include "store/webhook_op_call.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "tap.h"


static void test_record(void);
static void test_record_old(void);
static void test_record_damaged(void);
static void test_outcomes(void);


int
main(void)
{
    test_record();
    test_record_old();
    test_record_damaged();
    test_outcomes();

    return tap_done();
}


static void
set(webhook_str_t *s, const char *text)
{
    s->data = (unsigned char *) text;
    s->len = strlen(text);
}


static void
call_make(webhook_call_t *c, webhook_call_action_t *action)
{
    memset(c, 0, sizeof(webhook_call_t));
    memset(action, 0, sizeof(webhook_call_action_t));

    c->receiver = 7;
    c->wall = UINT64_C(1790000000000);
    c->total = 1234;
    c->status = 200;

    set(&c->name, "shop");
    set(&c->remote, "192.0.2.7");
    set(&c->content_type, "application/json");
    set(&c->headers, "Host: a\r\n");
    set(&c->body, "{}");
    set(&c->verified, "off");
    set(&c->answer, "<Response/>");
    set(&c->error, "");

    set(&action->method, "POST");
    set(&action->uri, "/pos/x");
    set(&action->body, "{\"a\": 1}");
    action->status = 201;
    action->total = 900;

    c->actions = action;
    c->actions_count = 1;
}


static int
read_back(unsigned char *buf, size_t len, webhook_call_t *c,
    webhook_call_action_t *actions)
{
    MDB_val  v;

    v.mv_data = buf;
    v.mv_size = len;

    memset(c, 0x55, sizeof(webhook_call_t));

    return webhook_row_read_record(&v, c, actions);
}


static int
is(const webhook_str_t *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}


static void
test_record(void)
{
    int                     rc;
    size_t                  size, len;
    unsigned                durable;
    unsigned char          *buf;
    webhook_call_t          c, r;
    webhook_call_action_t   action, actions[WEBHOOK_CALL_ACTIONS_MAX];

    for (durable = 0; durable < 2; durable++) {

        call_make(&c, &action);

        c.outcome = durable ? WEBHOOK_CALL_REPEAT : WEBHOOK_CALL_SKIPPED;
        c.durable = durable;
        c.whole = durable;
        set(&c.error, "The API answered 422: Anna");
        set(&c.outline, durable ? "The API answered 422" : "");
        memset(c.event.bytes, 0xab, sizeof(c.event.bytes));

        size = webhook_row_record_size(&c);
        buf = malloc(size);
        len = webhook_row_write_record(buf, size, &c);

        rc = read_back(buf, len, &r, actions);

        tap_ok(len && rc == 0 && r.outcome == c.outcome
               && r.durable == durable && r.status == 200
               && is(&r.answer, "<Response/>") && r.actions_count == 1
               && r.actions[0].status == 201,
               "%s", durable ? "a call with a delivery" : "a call without");

        tap_ok(r.known && r.whole == durable && is(&r.error,
                                              "The API answered 422: Anna")
               && is(&r.outline, durable ? "The API answered 422" : ""),
               "whether its body is whole, and its error in our own words");

        tap_ok(!durable || memcmp(&r.event, &c.event, sizeof(c.event)) == 0,
               "and which");

        free(buf);
    }
}


/* As version 1 wrote it, or with an outcome version 2. */

static size_t
old(unsigned char *buf, size_t size, unsigned char version, unsigned outcome)
{
    webhook_str_t        s;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, size, 'R', version);

    webhook_codec_add_u64(&out, 7);
    webhook_codec_add_number(&out, UINT64_C(1700000000000));
    webhook_codec_add_number(&out, 1234);
    webhook_codec_add_number(&out, 202);
    set(&s, "shop");
    webhook_codec_add_text(&out, &s);
    set(&s, "192.0.2.7");
    webhook_codec_add_text(&out, &s);
    set(&s, "application/json");
    webhook_codec_add_text(&out, &s);
    set(&s, "Host: a\r\n");
    webhook_codec_add_text(&out, &s);
    set(&s, "{}");
    webhook_codec_add_text(&out, &s);
    set(&s, "off");
    webhook_codec_add_text(&out, &s);
    set(&s, "{\"status\": \"ok\"}");
    webhook_codec_add_text(&out, &s);
    set(&s, "what went wrong");
    webhook_codec_add_text(&out, &s);

    if (outcome) {
        webhook_codec_add_number(&out, outcome);
        set(&s, "");
        webhook_codec_add_text(&out, &s);
    }

    webhook_codec_add_number(&out, 1);
    set(&s, "PUT");
    webhook_codec_add_text(&out, &s);
    set(&s, "/pos/x/7");
    webhook_codec_add_text(&out, &s);
    set(&s, "{}");
    webhook_codec_add_text(&out, &s);
    webhook_codec_add_number(&out, 204);
    webhook_codec_add_number(&out, 900);

    return webhook_codec_written(&out);
}


static void
test_record_old(void)
{
    int                     rc;
    size_t                  len;
    unsigned char           buf[512];
    webhook_call_t          r;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX];

    len = old(buf, sizeof(buf), 1, 0);

    rc = read_back(buf, len, &r, actions);

    tap_ok(len && rc == 0 && r.outcome == WEBHOOK_CALL_UNTOLD && !r.durable
           && r.status == 202 && is(&r.error, "what went wrong")
           && r.actions_count == 1 && is(&r.actions[0].uri, "/pos/x/7")
           && r.actions[0].total == 900,
           "a record of version 1 is read");
    tap_ok(!r.known && !r.whole && r.outline.len == 0,
           "it does not tell whether its body is whole");

    /* the same bytes are none of version 2, and none of a later one */

    len = old(buf, sizeof(buf), 2, 0);

    tap_ok(read_back(buf, len, &r, actions) == MDB_CORRUPTED,
           "what has no outcome is none of version 2");

    len = old(buf, sizeof(buf), 2, WEBHOOK_CALL_FAILED);

    tap_ok(read_back(buf, len, &r, actions) == 0
           && r.outcome == WEBHOOK_CALL_FAILED && !r.durable && !r.known
           && !r.whole && is(&r.error, "what went wrong")
           && r.outline.len == 0 && is(&r.actions[0].uri, "/pos/x/7"),
           "a record of version 2 is read, which does not tell it either");

    len = old(buf, sizeof(buf), 3, WEBHOOK_CALL_FAILED);

    tap_ok(read_back(buf, len, &r, actions) == MDB_CORRUPTED,
           "the same bytes are none of version 3");

    len = old(buf, sizeof(buf), 4, WEBHOOK_CALL_OK);

    tap_ok(read_back(buf, len, &r, actions) == MDB_CORRUPTED,
           "a later version is not read");
}


/* Cut anywhere, and with an outcome that there is not. */

static void
test_record_damaged(void)
{
    size_t                  size, len, i;
    unsigned                read;
    unsigned char          *buf, *copy;
    webhook_call_t          c, r;
    webhook_call_action_t   action, actions[WEBHOOK_CALL_ACTIONS_MAX];

    call_make(&c, &action);

    c.outcome = WEBHOOK_CALL_TEST;
    c.durable = 1;

    size = webhook_row_record_size(&c);
    buf = malloc(size);
    len = webhook_row_write_record(buf, size, &c);

    for (read = 0, i = 0; i < len; i++) {

        /* of just that length, for AddressSanitizer */

        copy = malloc(i ? i : 1);
        memcpy(copy, buf, i);

        read += read_back(copy, i, &r, actions) == 0;

        free(copy);
    }

    tap_ok(read == 0, "a record that was cut is not read");

    c.outcome = WEBHOOK_CALL_OUTCOMES;
    len = webhook_row_write_record(buf, size, &c);

    tap_ok(len && read_back(buf, len, &r, actions) == MDB_CORRUPTED,
           "nor one of an outcome that there is not");

    free(buf);
}


static void
test_outcomes(void)
{
    unsigned       i, good;
    const char    *name;
    webhook_str_t  text;

    good = 0;

    for (i = 1; i < WEBHOOK_CALL_OUTCOMES; i++) {
        name = webhook_call_outcome_name(i);

        if (name) {
            set(&text, name);
            good += webhook_call_outcome_parse(&text) == i;
        }
    }

    tap_ok(good == WEBHOOK_CALL_OUTCOMES - 1, "each outcome has its name");

    set(&text, "fine");

    tap_ok(webhook_call_outcome_name(WEBHOOK_CALL_UNTOLD) == NULL
           && webhook_call_outcome_parse(&text) == WEBHOOK_CALL_UNTOLD,
           "another word is none");
}
