
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * traceparent: what is one and what is none, and the steps of a trace.
 */

#include "tap.h"
#include "core/base/webhook_trace.h"

#include <stdlib.h>


#define TEST_SPANS  20000


static const char  *whole =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";


static int
test_parse(const char *text, webhook_trace_t *trace)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return webhook_trace_parse(&s, trace) == WEBHOOK_OK;
}


static int
test_compare(const void *a, const void *b)
{
    return memcmp(a, b, WEBHOOK_TRACE_SPAN_LEN);
}


/* No byte of it can be another one of these. */

static int
test_bytes(void)
{
    char             text[WEBHOOK_TRACE_TEXT_LEN + 1];
    size_t           i;
    unsigned         n;
    webhook_trace_t  trace;

    static const char  other[] = "gG-Z /\x80\x7f\n:@`A";

    for (i = 0; i < WEBHOOK_TRACE_TEXT_LEN; i++) {

        for (n = 0; n < sizeof(other) - 1; n++) {

            strcpy(text, whole);

            if (text[i] == other[n]) {
                continue;
            }

            text[i] = other[n];

            if (test_parse(text, &trace)) {
                return 0;
            }
        }
    }

    return 1;
}


static int
test_cut(void)
{
    char             text[WEBHOOK_TRACE_TEXT_LEN + 1];
    size_t           i;
    webhook_trace_t  trace;

    for (i = 0; i < WEBHOOK_TRACE_TEXT_LEN; i++) {
        memcpy(text, whole, i);
        text[i] = '\0';

        if (test_parse(text, &trace)) {
            return 0;
        }
    }

    return 1;
}


static int
test_spans(void)
{
    unsigned         i;
    unsigned char   *spans;
    webhook_id_t     id;
    webhook_trace_t  trace;

    spans = malloc(TEST_SPANS * WEBHOOK_TRACE_SPAN_LEN);

    if (spans == NULL) {
        return 0;
    }

    memset(id.bytes, 7, WEBHOOK_ID_LEN);
    webhook_trace_event(&id, &trace);

    for (i = 0; i < TEST_SPANS; i++) {
        webhook_trace_span(&trace, i % 2, i / 2);
        memcpy(spans + i * WEBHOOK_TRACE_SPAN_LEN, trace.span,
               WEBHOOK_TRACE_SPAN_LEN);
    }

    qsort(spans, TEST_SPANS, WEBHOOK_TRACE_SPAN_LEN, test_compare);

    for (i = 1; i < TEST_SPANS; i++) {
        if (test_compare(spans + (i - 1) * WEBHOOK_TRACE_SPAN_LEN,
                         spans + i * WEBHOOK_TRACE_SPAN_LEN)
            == 0)
        {
            break;
        }
    }

    free(spans);

    return i == TEST_SPANS;
}


int
main(void)
{
    unsigned char    text[WEBHOOK_TRACE_TEXT_LEN];
    webhook_id_t     id;
    webhook_trace_t  trace, other;

    tap_ok(test_parse(whole, &trace), "one is read");
    tap_ok(trace.flags == 1 && trace.id[0] == 0x4b && trace.id[15] == 0x36
       && trace.span[0] == 0 && trace.span[7] == 0xb7, "its parts");

    webhook_trace_text(&trace, text);
    tap_ok(memcmp(text, whole, WEBHOOK_TRACE_TEXT_LEN) == 0, "and written");

    tap_ok(test_parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe",
                  &trace), "unknown flags");
    webhook_trace_text(&trace, text);
    tap_ok(memcmp(text + 53, "00", 2) == 0, "are not passed on");

    tap_ok(test_parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                  &trace), "a later version");
    tap_ok(test_parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                  &trace), "and what it has more");
    tap_ok(!test_parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                   &trace), "behind a dash");
    tap_ok(!test_parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                   &trace), "which this one has not");
    tap_ok(!test_parse("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                   &trace), "the version that there is not");
    tap_ok(!test_parse("00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                   &trace), "no trace");
    tap_ok(!test_parse("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                   &trace), "no step");
    tap_ok(!test_parse("", &trace), "nothing");
    tap_ok(test_bytes(), "no byte may be another");
    tap_ok(test_cut(), "nor may one be missing");

    memset(id.bytes, 0x5a, WEBHOOK_ID_LEN);
    webhook_trace_event(&id, &trace);

    tap_ok(memcmp(trace.id, id.bytes, WEBHOOK_ID_LEN) == 0
       && trace.flags == WEBHOOK_TRACE_SAMPLED, "the trace of an event");

    other = trace;
    webhook_trace_span(&trace, 1, 2);
    webhook_trace_span(&other, 1, 2);

    tap_ok(memcmp(trace.span, other.span, WEBHOOK_TRACE_SPAN_LEN) == 0,
       "the same step is the same");
    tap_ok(test_spans(), "others are others");

    return tap_done();
}
