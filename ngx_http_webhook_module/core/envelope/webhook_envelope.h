
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is put around a payload before it is sent: nothing; the object that
 * Standard Webhooks recommends; a CloudEvent (1.0, structured or binary); or
 * the fields by which a NightPOS hook finds its record.
 *
 *     standard      {"type":"order.add","timestamp":"2017-06-23T03:17:40.000Z",
 *                    "data":PAYLOAD}
 *     cloudevents   {"specversion":"1.0","id":...,"source":...,"type":...,
 *                    "time":...,"datacontenttype":"application/json",
 *                    "data":PAYLOAD}
 *     nightpos      {"_model":"sale.order","_id":7,"_action":"order.edit",
 *                    the payload's own members}
 *
 * A JSON payload is copied as its bytes stand, never written anew.  A payload
 * that is not JSON is a string where it is UTF-8, and "data_base64" instead of
 * "data" where it is not; CloudEvents take every such payload as data_base64.
 * As nightpos it, and JSON that is no object, is a member "data" (or
 * "data_base64").
 *
 * An endpoint that is sent XML gets the XML of the wrapped document: what is
 * written here is JSON, and webhook_xml_write() maps it (who reads it for that
 * allows one level, and 16 values, more than for the payload).  Binary
 * CloudEvents leave the body as it is, so for them it is the payload that is
 * mapped.
 *
 * Reentrant; any thread.
 */

#ifndef WEBHOOK_ENVELOPE_H
#define WEBHOOK_ENVELOPE_H

#include "core/json/webhook_json.h"


#define WEBHOOK_ENVELOPE_TIME_LEN  24   /* 2017-06-23T03:17:40.000Z */


typedef enum {
    WEBHOOK_ENVELOPE_NONE = 0,
    WEBHOOK_ENVELOPE_STANDARD,
    WEBHOOK_ENVELOPE_CLOUDEVENTS,           /* structured */
    WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY,
    WEBHOOK_ENVELOPE_NIGHTPOS
} webhook_envelope_e;


/* Views, of which the function called keeps none; len 0: there is none. */

typedef struct {
    webhook_str_t                id;            /* CloudEvents ask for the */
    webhook_str_t                source;        /* first three */
    webhook_str_t                type;          /* "order.add" */
    webhook_str_t                subject;
    uint64_t                     time;          /* of the event, in ms since
                                                   1970 */
    webhook_str_t                model;         /* nightpos */
    webhook_str_t                record;        /* its id, as text */
    webhook_str_t                action;

    webhook_str_t                payload;
    webhook_str_t                content_type;  /* the payload's own; for JSON
                                                   it may be left out */
    unsigned                     json:1;        /* the payload is JSON; the
                                                   caller made sure of it */
    const webhook_json_limits_t *limits;        /* nightpos reads the payload;
                                                   NULL: the defaults */
} webhook_envelope_t;


/*
 * The envelope that a setting names: "none", "standard", "cloudevents" (or
 * "cloudevents-structured"), "cloudevents-binary", "nightpos".  Returns
 * WEBHOOK_OK or WEBHOOK_ERROR.
 */
int webhook_envelope_parse(const webhook_str_t *text,
    webhook_envelope_e *kind);

/*
 * Appends the body.  For "none" and binary CloudEvents that is the payload.
 * Returns WEBHOOK_OK; WEBHOOK_ERROR for nightpos if the payload is not the
 * JSON it was said to be, and WEBHOOK_LIMIT if it is beyond the limits;
 * WEBHOOK_NOMEM or WEBHOOK_LIMIT of the buffer.
 */
int webhook_envelope_write(webhook_envelope_e kind,
    const webhook_envelope_t *e, webhook_buf_t *out);

/*
 * Appends the header lines of a binary CloudEvent, "ce-id: ...\r\n" and so on,
 * values percent-encoded as its HTTP binding asks; nothing for the others.
 * Returns the buffer's state.
 */
int webhook_envelope_headers(webhook_envelope_e kind,
    const webhook_envelope_t *e, webhook_buf_t *out);

/*
 * The Content-Type of what is sent, static text or a view of e's: that of the
 * JSON written, "application/cloudevents+json; charset=utf-8" for structured
 * CloudEvents, the payload's own where it goes as it is.
 */
webhook_str_t webhook_envelope_content_type(webhook_envelope_e kind,
    const webhook_envelope_t *e);

/* Writes ms since 1970 as RFC 3339 has it, in UTC (no NUL).  What is past the
   year 9999 is written as its last millisecond. */
void webhook_envelope_time(uint64_t ms,
    unsigned char text[WEBHOOK_ENVELOPE_TIME_LEN]);


#endif /* WEBHOOK_ENVELOPE_H */
