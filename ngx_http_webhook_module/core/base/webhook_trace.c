
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include <string.h>

#include "core/base/webhook_trace.h"
#include "core/base/webhook_codec.h"


#define WEBHOOK_TRACE_ROW(h)                                                  \
    h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7"                           \
    h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"


static int webhook_trace_read(const unsigned char *p, unsigned char *out,
    unsigned n);
static int webhook_trace_zero(const unsigned char *p, unsigned n);
static uint64_t webhook_trace_mix(uint64_t n);


/* Ids and traces are written several times for each event: both digits of a
   byte at once. */

static const char  webhook_trace_pairs[] =
    WEBHOOK_TRACE_ROW("0") WEBHOOK_TRACE_ROW("1") WEBHOOK_TRACE_ROW("2")
    WEBHOOK_TRACE_ROW("3") WEBHOOK_TRACE_ROW("4") WEBHOOK_TRACE_ROW("5")
    WEBHOOK_TRACE_ROW("6") WEBHOOK_TRACE_ROW("7") WEBHOOK_TRACE_ROW("8")
    WEBHOOK_TRACE_ROW("9") WEBHOOK_TRACE_ROW("a") WEBHOOK_TRACE_ROW("b")
    WEBHOOK_TRACE_ROW("c") WEBHOOK_TRACE_ROW("d") WEBHOOK_TRACE_ROW("e")
    WEBHOOK_TRACE_ROW("f");


int
webhook_trace_parse(const webhook_str_t *text, webhook_trace_t *trace)
{
    unsigned char         version;
    const unsigned char  *p;

    if (text->len < WEBHOOK_TRACE_TEXT_LEN) {
        return WEBHOOK_ERROR;
    }

    p = text->data;

    if (webhook_trace_read(p, &version, 1) != WEBHOOK_OK || version == 0xff
        || p[2] != '-'
        || webhook_trace_read(p + 3, trace->id, WEBHOOK_TRACE_ID_LEN)
           != WEBHOOK_OK
        || p[35] != '-'
        || webhook_trace_read(p + 36, trace->span, WEBHOOK_TRACE_SPAN_LEN)
           != WEBHOOK_OK
        || p[52] != '-'
        || webhook_trace_read(p + 53, &trace->flags, 1) != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    if (text->len > WEBHOOK_TRACE_TEXT_LEN
        && (version == 0 || p[WEBHOOK_TRACE_TEXT_LEN] != '-'))
    {
        return WEBHOOK_ERROR;
    }

    if (webhook_trace_zero(trace->id, WEBHOOK_TRACE_ID_LEN)
        || webhook_trace_zero(trace->span, WEBHOOK_TRACE_SPAN_LEN))
    {
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


/* Small letters alone. */

static int
webhook_trace_read(const unsigned char *p, unsigned char *out, unsigned n)
{
    unsigned       i;
    unsigned char  c, digit;

    for (i = 0; i < 2 * n; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            digit = (unsigned char) (c - '0');

        } else if (c >= 'a' && c <= 'f') {
            digit = (unsigned char) (c - 'a' + 10);

        } else {
            return WEBHOOK_ERROR;
        }

        out[i / 2] = (unsigned char) (i % 2 ? out[i / 2] | digit : digit << 4);
    }

    return WEBHOOK_OK;
}


static int
webhook_trace_zero(const unsigned char *p, unsigned n)
{
    while (n--) {
        if (*p++) {
            return 0;
        }
    }

    return 1;
}


void
webhook_trace_text(const webhook_trace_t *trace,
    unsigned char text[WEBHOOK_TRACE_TEXT_LEN])
{
    unsigned char  *p, flags;

    flags = trace->flags & WEBHOOK_TRACE_SAMPLED;

    p = text;

    *p++ = '0'; *p++ = '0'; *p++ = '-';
    p = webhook_trace_hex(p, trace->id, WEBHOOK_TRACE_ID_LEN);
    *p++ = '-';
    p = webhook_trace_hex(p, trace->span, WEBHOOK_TRACE_SPAN_LEN);
    *p++ = '-';
    (void) webhook_trace_hex(p, &flags, 1);
}


unsigned char *
webhook_trace_hex(unsigned char *text, const unsigned char *p, unsigned n)
{
    while (n--) {
        memcpy(text, &webhook_trace_pairs[2 * *p++], 2);
        text += 2;
    }

    return text;
}


void
webhook_trace_event(const webhook_id_t *event, webhook_trace_t *trace)
{
    memcpy(trace->id, event->bytes, WEBHOOK_TRACE_ID_LEN);
    memset(trace->span, 0, WEBHOOK_TRACE_SPAN_LEN);
    trace->flags = WEBHOOK_TRACE_SAMPLED;
}


void
webhook_trace_span(webhook_trace_t *trace, uint64_t endpoint, uint64_t lease)
{
    uint64_t  span;

    span = webhook_get_u64(trace->id) ^ webhook_get_u64(trace->id + 8);
    span = webhook_trace_mix(span ^ endpoint);
    span = webhook_trace_mix(span + lease);

    webhook_set_u64(trace->span, span ? span : 1);
}


/* Each number to another, with no order left: the finalizer of splitmix64. */

static uint64_t
webhook_trace_mix(uint64_t n)
{
    n += UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);

    return n ^ (n >> 31);
}
