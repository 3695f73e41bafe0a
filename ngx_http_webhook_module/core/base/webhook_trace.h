
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The header "traceparent" (W3C Trace Context): which trace a request is part
 * of, and which step of it came before.  Any thread.
 */

#ifndef WEBHOOK_TRACE_H
#define WEBHOOK_TRACE_H

#include <stdint.h>

#include "core/base/webhook_id.h"
#include "core/base/webhook_str.h"


#define WEBHOOK_TRACE_ID_LEN    16          /* bytes */
#define WEBHOOK_TRACE_SPAN_LEN  8
#define WEBHOOK_TRACE_TEXT_LEN  55          /* 00-32-16-02 hexadecimal digits */

#define WEBHOOK_TRACE_SAMPLED   0x01        /* a flag: it is recorded */

/* The line with which an event that continues a trace is kept: the first of the
   headers of each of its renditions, and told from one that an endpoint has set
   by the blank that is missing behind the colon. */
#define WEBHOOK_TRACE_LINE      "traceparent:"
#define WEBHOOK_TRACE_LINE_LEN  (sizeof(WEBHOOK_TRACE_LINE) - 1               \
                                 + WEBHOOK_TRACE_TEXT_LEN + 2)


typedef struct {
    unsigned char  id[WEBHOOK_TRACE_ID_LEN];
    unsigned char  span[WEBHOOK_TRACE_SPAN_LEN];
    unsigned char  flags;
} webhook_trace_t;


/*
 * Reads the header's value.  That of a later version is read as far as this one
 * goes.  WEBHOOK_OK, or WEBHOOK_ERROR where it is none, and then nothing of it
 * is to be believed.
 */
int webhook_trace_parse(const webhook_str_t *text, webhook_trace_t *trace);

/* Writes it, of version 00 and with no other flag than that it is sampled. */
void webhook_trace_text(const webhook_trace_t *trace,
    unsigned char text[WEBHOOK_TRACE_TEXT_LEN]);

/* Writes bytes as twice as many hexadecimal digits; returns their end. */
unsigned char *webhook_trace_hex(unsigned char *text, const unsigned char *p,
    unsigned n);

/* The trace of an event that is in no other, which is the same however often it
   is asked for: its id, recorded. */
void webhook_trace_event(const webhook_id_t *event, webhook_trace_t *trace);

/*
 * A step of a trace: another for each endpoint and each lease of a delivery, and
 * the same for the same.
 */
void webhook_trace_span(webhook_trace_t *trace, uint64_t endpoint,
    uint64_t lease);


#endif /* WEBHOOK_TRACE_H */
