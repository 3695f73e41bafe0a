
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_envelope.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/envelope/webhook_envelope.h"

#include <time.h>


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static webhook_envelope_t
event(const char *payload)
{
    webhook_envelope_t  e;

    memset(&e, 0, sizeof(e));

    e.id = str("018f-1");
    e.source = str("https://pos.example.com/api");
    e.type = str("order.add");
    e.time = UINT64_C(1498187860007);
    e.payload = str(payload);
    e.json = 1;

    return e;
}


static void
is(webhook_envelope_e kind, const webhook_envelope_t *e, const char *want,
    const char *name)
{
    int                  rc;
    webhook_buf_t        out;
    webhook_str_t        s;
    webhook_json_doc_t  *doc;

    webhook_buf_init(&out, 0);

    rc = webhook_envelope_write(kind, e, &out);

    if (rc != WEBHOOK_OK) {
        tap_ok(0, "%s (%d)", name, rc);

    } else {
        tap_bytes(out.data, out.len, want, name);
    }

    s.data = out.data;
    s.len = out.len;

    if (kind != WEBHOOK_ENVELOPE_NONE
        && kind != WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY)
    {
        tap_ok(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK,
               "%s: is JSON", name);
        webhook_json_free(doc);
    }

    webhook_buf_free(&out);
}


static void
headers(const webhook_envelope_t *e, webhook_envelope_e kind,
    const char *want, const char *name)
{
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);

    if (webhook_envelope_headers(kind, e, &out) != WEBHOOK_OK) {
        tap_ok(0, "%s", name);

    } else {
        tap_bytes(out.data ? (char *) out.data : "", out.len, want, name);
    }

    webhook_buf_free(&out);
}


static void
test_names(void)
{
    size_t              i;
    webhook_str_t       s;
    webhook_envelope_e  kind;

    static const struct {
        const char          *name;
        webhook_envelope_e   kind;

    } rows[] = {
        { "none", WEBHOOK_ENVELOPE_NONE },
        { "standard", WEBHOOK_ENVELOPE_STANDARD },
        { "cloudevents", WEBHOOK_ENVELOPE_CLOUDEVENTS },
        { "cloudevents-structured", WEBHOOK_ENVELOPE_CLOUDEVENTS },
        { "cloudevents-binary", WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY },
        { "nightpos", WEBHOOK_ENVELOPE_NIGHTPOS }
    };

    static const char  *wrong[] = { "", "None", "standard ", "cloudevent" };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s = str(rows[i].name);
        tap_ok(webhook_envelope_parse(&s, &kind) == WEBHOOK_OK
               && kind == rows[i].kind, "names: %s", rows[i].name);
    }

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        s = str(wrong[i]);
        tap_ok(webhook_envelope_parse(&s, &kind) == WEBHOOK_ERROR,
               "names: not \"%s\"", wrong[i]);
    }
}


static void
test_time(void)
{
    size_t         i;
    char           want[64];
    time_t         t;
    uint64_t       ms, x;
    unsigned       wrong;
    struct tm      tm;
    unsigned char  text[WEBHOOK_ENVELOPE_TIME_LEN];

    static const struct {
        uint64_t     ms;
        const char  *text;

    } rows[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 1, "1970-01-01T00:00:00.001Z" },
        { UINT64_C(951782399999), "2000-02-28T23:59:59.999Z" },
        { UINT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
        { UINT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
        { UINT64_C(1498187860007), "2017-06-23T03:17:40.007Z" },
        { UINT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
        { UINT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
        { UINT64_C(253402300800000), "9999-12-31T23:59:59.999Z" },
        { UINT64_MAX, "9999-12-31T23:59:59.999Z" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        webhook_envelope_time(rows[i].ms, text);
        tap_bytes(text, sizeof(text), rows[i].text, rows[i].text);
    }

    wrong = 0;
    x = 88172645463325252u;

    for (i = 0; i < 100000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;

        ms = x % UINT64_C(253402300800000);
        t = (time_t) (ms / 1000);
        gmtime_r(&t, &tm);

        snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec, (unsigned) (ms % 1000));

        webhook_envelope_time(ms, text);
        wrong += (memcmp(text, want, sizeof(text)) != 0);
    }

    tap_ok(wrong == 0, "time: 100000 of them as libc has them");
}


static void
test_plain(void)
{
    webhook_str_t       s;
    webhook_envelope_t  e;

    e = event("{ \"a\" : 1.0 }");

    is(WEBHOOK_ENVELOPE_NONE, &e, "{ \"a\" : 1.0 }", "none: as it is");
    is(WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY, &e, "{ \"a\" : 1.0 }",
       "binary: the body as it is");

    is(WEBHOOK_ENVELOPE_STANDARD, &e,
       "{\"type\":\"order.add\",\"timestamp\":\"2017-06-23T03:17:40.007Z\","
       "\"data\":{ \"a\" : 1.0 }}", "standard");

    is(WEBHOOK_ENVELOPE_CLOUDEVENTS, &e,
       "{\"specversion\":\"1.0\",\"id\":\"018f-1\","
       "\"source\":\"https://pos.example.com/api\",\"type\":\"order.add\","
       "\"time\":\"2017-06-23T03:17:40.007Z\","
       "\"datacontenttype\":\"application/json\",\"data\":{ \"a\" : 1.0 }}",
       "cloudevents");

    e.subject = str("sale.order/7");

    is(WEBHOOK_ENVELOPE_CLOUDEVENTS, &e,
       "{\"specversion\":\"1.0\",\"id\":\"018f-1\","
       "\"source\":\"https://pos.example.com/api\",\"type\":\"order.add\","
       "\"subject\":\"sale.order/7\","
       "\"time\":\"2017-06-23T03:17:40.007Z\","
       "\"datacontenttype\":\"application/json\",\"data\":{ \"a\" : 1.0 }}",
       "cloudevents: with a subject");

    headers(&e, WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY,
            "ce-specversion: 1.0\r\nce-id: 018f-1\r\n"
            "ce-source: https://pos.example.com/api\r\n"
            "ce-type: order.add\r\nce-subject: sale.order/7\r\n"
            "ce-time: 2017-06-23T03:17:40.007Z\r\n", "binary: the headers");

    headers(&e, WEBHOOK_ENVELOPE_CLOUDEVENTS, "", "structured: no headers");
    headers(&e, WEBHOOK_ENVELOPE_NONE, "", "none: no headers");

    e.subject = str("\"50%\" \xe2\x82\xac\r\nX-Evil: 1\x7f\xff");

    headers(&e, WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY,
            "ce-specversion: 1.0\r\nce-id: 018f-1\r\n"
            "ce-source: https://pos.example.com/api\r\n"
            "ce-type: order.add\r\n"
            "ce-subject: %2250%25%22%20%E2%82%AC%0D%0AX-Evil:%201%7F"
            "%EF%BF%BD\r\n"
            "ce-time: 2017-06-23T03:17:40.007Z\r\n",
            "binary: a value cannot end its line");

    s = webhook_envelope_content_type(WEBHOOK_ENVELOPE_NONE, &e);
    tap_bytes(s.data, s.len, "application/json", "type: JSON, none");

    s = webhook_envelope_content_type(WEBHOOK_ENVELOPE_CLOUDEVENTS, &e);
    tap_bytes(s.data, s.len, "application/cloudevents+json; charset=utf-8",
              "type: structured");

    e.content_type = str("text/csv");
    e.json = 0;

    s = webhook_envelope_content_type(WEBHOOK_ENVELOPE_NONE, &e);
    tap_bytes(s.data, s.len, "text/csv", "type: the payload's own");

    s = webhook_envelope_content_type(WEBHOOK_ENVELOPE_STANDARD, &e);
    tap_bytes(s.data, s.len, "application/json", "type: wrapped, JSON");
}


static void
test_other(void)
{
    size_t              i;
    char                big[10000], want[20000], *p;
    webhook_buf_t       out;
    webhook_envelope_t  e;

    e = event("a;b \"\n\xe1\xbb\x85");
    e.json = 0;
    e.content_type = str("text/csv");

    is(WEBHOOK_ENVELOPE_STANDARD, &e,
       "{\"type\":\"order.add\",\"timestamp\":\"2017-06-23T03:17:40.007Z\","
       "\"data\":\"a;b \\\"\\n\xe1\xbb\x85\"}", "text: standard");

    is(WEBHOOK_ENVELOPE_CLOUDEVENTS, &e,
       "{\"specversion\":\"1.0\",\"id\":\"018f-1\","
       "\"source\":\"https://pos.example.com/api\",\"type\":\"order.add\","
       "\"time\":\"2017-06-23T03:17:40.007Z\","
       "\"datacontenttype\":\"text/csv\",\"data_base64\":\"YTtiICIK4buF\"}",
       "text: cloudevents");

    e.model = str("sale.order");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e,
       "{\"_model\":\"sale.order\",\"data\":\"a;b \\\"\\n\xe1\xbb\x85\"}",
       "text: nightpos");

    e.payload = str("\xff\xfe");

    is(WEBHOOK_ENVELOPE_STANDARD, &e,
       "{\"type\":\"order.add\",\"timestamp\":\"2017-06-23T03:17:40.007Z\","
       "\"data_base64\":\"//4=\"}", "bytes: standard");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e,
       "{\"_model\":\"sale.order\",\"data_base64\":\"//4=\"}",
       "bytes: nightpos");

    e.payload = str("");
    e.content_type = str("");

    is(WEBHOOK_ENVELOPE_CLOUDEVENTS, &e,
       "{\"specversion\":\"1.0\",\"id\":\"018f-1\","
       "\"source\":\"https://pos.example.com/api\",\"type\":\"order.add\","
       "\"time\":\"2017-06-23T03:17:40.007Z\",\"data_base64\":\"\"}",
       "nothing: cloudevents");

    /* more than is encoded at once */

    for (i = 0; i < sizeof(big); i++) {
        big[i] = "\xff\xfe\xfd"[i % 3];
    }

    e.payload.data = (unsigned char *) big;
    e.payload.len = sizeof(big);

    p = want + sprintf(want, "{\"_model\":\"sale.order\",\"data_base64\":\"");

    for (i = 0; i + 3 <= sizeof(big); i += 3) {
        p += sprintf(p, "//79");
    }

    sprintf(p, "/w==\"}");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, want, "bytes: many");

    webhook_buf_init(&out, 1000);
    tap_ok(webhook_envelope_write(WEBHOOK_ENVELOPE_NIGHTPOS, &e, &out)
           == WEBHOOK_LIMIT, "bytes: more than the buffer may hold");
    webhook_buf_free(&out);
}


static void
test_nightpos(void)
{
    size_t                 i;
    char                   want[256];
    webhook_buf_t          out;
    webhook_envelope_t     e;
    webhook_json_limits_t  limits;

    static const struct {
        const char  *record;
        int          integer;

    } ids[] = {
        { "7", 1 }, { "0", 1 }, { "-7", 1 }, { "2729898", 1 },
        { "12345678901234567890123", 1 }, { "007", 0 }, { "-0", 0 },
        { "+7", 0 }, { "-", 0 }, { "7.0", 0 }, { "7e1", 0 }, { "a7", 0 },
        { "7/../1", 0 }, { " 7", 0 }
    };

    e = event("{\"name\": \"Linh\", \"price\":1.50 }");
    e.model = str("sale.order");
    e.record = str("7");
    e.action = str("order.edit");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e,
       "{\"_model\":\"sale.order\",\"_id\":7,\"_action\":\"order.edit\","
       "\"name\":\"Linh\",\"price\":1.50}", "nightpos");

    e.payload = str("{\"_id\": 1, \"a\":1, \"\\u005fmodel\":2, "
                    "\"_action\": {\"_id\": 3}, \"b\":{\"_id\": 4},"
                    "\"_ids\":5}");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e,
       "{\"_model\":\"sale.order\",\"_id\":7,\"_action\":\"order.edit\","
       "\"a\":1,\"b\":{\"_id\": 4},\"_ids\":5}",
       "nightpos: the payload's own are dropped, however written");

    e.record = str("");
    e.payload = str("{\"_id\": 1, \"_model\":\"x\"}");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e,
       "{\"_model\":\"sale.order\",\"_action\":\"order.edit\",\"_id\":1}",
       "nightpos: but what is not set in front stays");

    e.model = str("");
    e.action = str("");

    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, "{\"_id\":1,\"_model\":\"x\"}",
       "nightpos: nothing set");

    e.payload = str("{}");
    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, "{}", "nightpos: nothing at all");

    e.record = str("7");
    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, "{\"_id\":7}", "nightpos: an id alone");

    e.payload = str(" [1, 2] ");
    is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, "{\"_id\":7,\"data\": [1, 2] }",
       "nightpos: no object");

    e.payload = str("{}");

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        e.record = str(ids[i].record);
        snprintf(want, sizeof(want), ids[i].integer ? "{\"_id\":%s}"
                                                    : "{\"_id\":\"%s\"}",
                 ids[i].record);
        is(WEBHOOK_ENVELOPE_NIGHTPOS, &e, want, want);
    }

    webhook_buf_init(&out, 0);

    e.payload = str("{");
    tap_ok(webhook_envelope_write(WEBHOOK_ENVELOPE_NIGHTPOS, &e, &out)
           == WEBHOOK_ERROR && out.len == 0, "nightpos: not JSON");

    memset(&limits, 0, sizeof(limits));
    limits.max_values = 4;
    e.limits = &limits;

    e.payload = str("{\"a\":1,\"b\":2}");
    tap_ok(webhook_envelope_write(WEBHOOK_ENVELOPE_NIGHTPOS, &e, &out)
           == WEBHOOK_LIMIT && out.len == 0, "nightpos: beyond the limits");

    limits.max_values = 5;
    tap_ok(webhook_envelope_write(WEBHOOK_ENVELOPE_NIGHTPOS, &e, &out)
           == WEBHOOK_OK, "nightpos: within the limits");

    webhook_buf_free(&out);
}


static void
test_nomem(void)
{
    int                 i, rc, failed;
    webhook_buf_t       out;
    webhook_envelope_e  kind;
    webhook_envelope_t  e;

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    for (kind = WEBHOOK_ENVELOPE_NONE; kind <= WEBHOOK_ENVELOPE_NIGHTPOS;
         kind++)
    {
        e = event("{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19],"
                  "\"b\":\"a longer text, so that the buffer has to grow a "
                  "second time, and a longer text, so that the buffer has to "
                  "grow a second time\"}");
        e.model = str("sale.order");
        failed = 0;

        for (i = 0; i < 20; i++) {
            webhook_buf_init(&out, 0);

            nomem_after = i;
            rc = webhook_envelope_write(kind, &e, &out);
            nomem_after = -1;

            webhook_buf_free(&out);

            if (rc == WEBHOOK_OK) {
                break;
            }

            failed += (rc == WEBHOOK_NOMEM);
        }

        tap_ok(rc == WEBHOOK_OK && i > 0 && failed == i,
               "nomem: envelope %d, after %d failures", kind, failed);
    }
}


int
main(void)
{
    test_names();
    test_time();
    test_plain();
    test_other();
    test_nightpos();
    test_nomem();

    return tap_done();
}
