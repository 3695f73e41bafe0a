
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/envelope/webhook_envelope.h"
#include "core/json/webhook_json_text.h"

#include <openssl/evp.h>


#define WEBHOOK_ENVELOPE_BASE64   3072  /* bytes encoded at once, of threes */
#define WEBHOOK_ENVELOPE_LAST_MS  UINT64_C(253402300799999)


static int webhook_envelope_nightpos(const webhook_envelope_t *e,
    webhook_buf_t *out);
static int webhook_envelope_record(const webhook_envelope_t *e,
    webhook_buf_t *out);
static int webhook_envelope_ours(const webhook_envelope_t *e,
    const webhook_str_t *key);
static void webhook_envelope_data(const webhook_envelope_t *e, int text,
    webhook_buf_t *out);
static void webhook_envelope_member(const char *name,
    const webhook_str_t *value, webhook_buf_t *out);
static void webhook_envelope_header(const char *name,
    const webhook_str_t *value, webhook_buf_t *out);
static void webhook_envelope_base64(const webhook_str_t *s,
    webhook_buf_t *out);
static int webhook_envelope_is_text(const webhook_str_t *s);
static int webhook_envelope_is_integer(const webhook_str_t *s);
static void webhook_envelope_digits(unsigned char *p, unsigned width,
    uint64_t n);
static int webhook_envelope_puts(webhook_buf_t *out, const char *text);


static const webhook_str_t  webhook_envelope_json =
                                            webhook_str("application/json");


int
webhook_envelope_parse(const webhook_str_t *text, webhook_envelope_e *kind)
{
    size_t  i;

    static const struct {
        webhook_str_t        name;
        webhook_envelope_e   kind;

    } names[] = {
        { webhook_str("none"), WEBHOOK_ENVELOPE_NONE },
        { webhook_str("standard"), WEBHOOK_ENVELOPE_STANDARD },
        { webhook_str("cloudevents"), WEBHOOK_ENVELOPE_CLOUDEVENTS },
        { webhook_str("cloudevents-structured"),
          WEBHOOK_ENVELOPE_CLOUDEVENTS },
        { webhook_str("cloudevents-binary"),
          WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY },
        { webhook_str("nightpos"), WEBHOOK_ENVELOPE_NIGHTPOS }
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (webhook_str_eq(text, &names[i].name)) {
            *kind = names[i].kind;
            return WEBHOOK_OK;
        }
    }

    return WEBHOOK_ERROR;
}


int
webhook_envelope_write(webhook_envelope_e kind, const webhook_envelope_t *e,
    webhook_buf_t *out)
{
    unsigned char         text[WEBHOOK_ENVELOPE_TIME_LEN];
    webhook_str_t         time;
    const webhook_str_t  *type;

    webhook_envelope_time(e->time, text);

    time.data = text;
    time.len = sizeof(text);

    switch (kind) {

    case WEBHOOK_ENVELOPE_STANDARD:
        webhook_buf_byte(out, '{');
        webhook_envelope_member("type", &e->type, out);
        webhook_buf_byte(out, ',');
        webhook_envelope_member("timestamp", &time, out);
        webhook_buf_byte(out, ',');
        webhook_envelope_data(e, 1, out);
        return webhook_buf_byte(out, '}');

    case WEBHOOK_ENVELOPE_CLOUDEVENTS:
        webhook_envelope_puts(out, "{\"specversion\":\"1.0\",");
        webhook_envelope_member("id", &e->id, out);
        webhook_buf_byte(out, ',');
        webhook_envelope_member("source", &e->source, out);
        webhook_buf_byte(out, ',');
        webhook_envelope_member("type", &e->type, out);
        webhook_buf_byte(out, ',');

        if (e->subject.len) {
            webhook_envelope_member("subject", &e->subject, out);
            webhook_buf_byte(out, ',');
        }

        webhook_envelope_member("time", &time, out);

        type = e->json ? &webhook_envelope_json : &e->content_type;

        if (type->len) {
            webhook_buf_byte(out, ',');
            webhook_envelope_member("datacontenttype", type, out);
        }

        webhook_buf_byte(out, ',');
        webhook_envelope_data(e, 0, out);
        return webhook_buf_byte(out, '}');

    case WEBHOOK_ENVELOPE_NIGHTPOS:
        return webhook_envelope_nightpos(e, out);

    default:
        return webhook_buf_add(out, e->payload.data, e->payload.len);
    }
}


/*
 * Only the names that are set here are taken from the payload: one that brings
 * its own _id, for an event that has none, keeps it.
 */

static int
webhook_envelope_nightpos(const webhook_envelope_t *e, webhook_buf_t *out)
{
    int                    rc, any;
    uint32_t               iter;
    webhook_str_t          key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v;

    doc = NULL;

    if (e->json) {
        rc = webhook_json_read(&e->payload, e->limits, &doc, NULL);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        webhook_json_root(doc, &root);
    }

    webhook_buf_byte(out, '{');
    any = webhook_envelope_record(e, out);

    if (doc == NULL || root.type != WEBHOOK_JSON_OBJECT) {

        if (any) {
            webhook_buf_byte(out, ',');
        }

        webhook_envelope_data(e, 1, out);

    } else {
        iter = 0;

        while (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK) {

            if (webhook_envelope_ours(e, &key)) {
                continue;
            }

            if (any) {
                webhook_buf_byte(out, ',');
            }

            any = 1;

            webhook_buf_add(out, key.data, key.len);
            webhook_buf_byte(out, ':');
            webhook_buf_add(out, v.span.data, v.span.len);
        }
    }

    webhook_json_free(doc);

    return webhook_buf_byte(out, '}');
}


/* The members in front.  1 if there was one, else 0. */

static int
webhook_envelope_record(const webhook_envelope_t *e, webhook_buf_t *out)
{
    int  any;

    any = 0;

    if (e->model.len) {
        webhook_envelope_member("_model", &e->model, out);
        any = 1;
    }

    if (e->record.len) {

        if (any) {
            webhook_buf_byte(out, ',');
        }

        if (webhook_envelope_is_integer(&e->record)) {
            webhook_envelope_puts(out, "\"_id\":");
            webhook_buf_add(out, e->record.data, e->record.len);

        } else {
            webhook_envelope_member("_id", &e->record, out);
        }

        any = 1;
    }

    if (e->action.len) {

        if (any) {
            webhook_buf_byte(out, ',');
        }

        webhook_envelope_member("_action", &e->action, out);
        any = 1;
    }

    return any;
}


/* Whether a key of the payload (its span) is one that was set in front. */

static int
webhook_envelope_ours(const webhook_envelope_t *e, const webhook_str_t *key)
{
    size_t                i;
    const webhook_str_t  *value[3];

    static const webhook_str_t  names[3] = {
        webhook_str("_model"), webhook_str("_id"), webhook_str("_action")
    };

    value[0] = &e->model;
    value[1] = &e->record;
    value[2] = &e->action;

    for (i = 0; i < 3; i++) {
        if (value[i]->len
            && webhook_json_says(key->data + 1, key->data + key->len - 1,
                                 &names[i]))
        {
            return 1;
        }
    }

    return 0;
}


/* The payload as "data" or "data_base64"; text: if it is UTF-8, a string. */

static void
webhook_envelope_data(const webhook_envelope_t *e, int text,
    webhook_buf_t *out)
{
    if (e->json) {
        webhook_envelope_puts(out, "\"data\":");
        webhook_buf_add(out, e->payload.data, e->payload.len);
        return;
    }

    if (text && webhook_envelope_is_text(&e->payload)) {
        webhook_envelope_member("data", &e->payload, out);
        return;
    }

    webhook_envelope_puts(out, "\"data_base64\":\"");
    webhook_envelope_base64(&e->payload, out);
    webhook_buf_byte(out, '"');
}


static void
webhook_envelope_member(const char *name, const webhook_str_t *value,
    webhook_buf_t *out)
{
    webhook_buf_byte(out, '"');
    webhook_envelope_puts(out, name);
    webhook_envelope_puts(out, "\":\"");
    webhook_json_escape(value, out);
    webhook_buf_byte(out, '"');
}


int
webhook_envelope_headers(webhook_envelope_e kind, const webhook_envelope_t *e,
    webhook_buf_t *out)
{
    unsigned char  text[WEBHOOK_ENVELOPE_TIME_LEN];
    webhook_str_t  time;

    if (kind != WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY) {
        return out->failed;
    }

    webhook_envelope_time(e->time, text);

    time.data = text;
    time.len = sizeof(text);

    webhook_envelope_puts(out, "ce-specversion: 1.0\r\n");
    webhook_envelope_header("ce-id", &e->id, out);
    webhook_envelope_header("ce-source", &e->source, out);
    webhook_envelope_header("ce-type", &e->type, out);

    if (e->subject.len) {
        webhook_envelope_header("ce-subject", &e->subject, out);
    }

    webhook_envelope_header("ce-time", &time, out);

    return out->failed;
}


/*
 * Every byte that is not of a printable ASCII character, and the space, the
 * quote and the percent sign, is written as "%XX"; so no value can end its
 * line.  Text that is not UTF-8 is made so first.
 */

static void
webhook_envelope_header(const char *name, const webhook_str_t *value,
    webhook_buf_t *out)
{
    int                   n;
    unsigned char         c;
    const unsigned char  *p, *next, *last;

    static const unsigned char  hex[] = "0123456789ABCDEF";

    webhook_envelope_puts(out, name);
    webhook_envelope_puts(out, ": ");

    p = value->data;
    last = value->len ? p + value->len : p;

    while (p < last) {
        c = *p;

        if (c > ' ' && c < 0x7f && c != '"' && c != '%') {
            webhook_buf_byte(out, c);
            p++;
            continue;
        }

        n = c < 0x80 ? 1 : webhook_json_utf8(p, last);

        if (n < 0) {
            webhook_envelope_puts(out, "%EF%BF%BD");
            p -= n;
            continue;
        }

        for (next = p + n; p < next; p++) {
            webhook_buf_byte(out, '%');
            webhook_buf_byte(out, hex[*p >> 4]);
            webhook_buf_byte(out, hex[*p & 0xf]);
        }
    }

    webhook_envelope_puts(out, "\r\n");
}


webhook_str_t
webhook_envelope_content_type(webhook_envelope_e kind,
    const webhook_envelope_t *e)
{
    static const webhook_str_t  structured =
                    webhook_str("application/cloudevents+json; charset=utf-8");

    switch (kind) {

    case WEBHOOK_ENVELOPE_CLOUDEVENTS:
        return structured;

    case WEBHOOK_ENVELOPE_STANDARD:
    case WEBHOOK_ENVELOPE_NIGHTPOS:
        return webhook_envelope_json;

    default:

        if (e->content_type.len == 0 && e->json) {
            return webhook_envelope_json;
        }

        return e->content_type;
    }
}


/* Years that begin in March have the day that comes and goes at their end. */

void
webhook_envelope_time(uint64_t ms,
    unsigned char text[WEBHOOK_ENVELOPE_TIME_LEN])
{
    uint64_t  days, rest, era, day, year, month;

    if (ms > WEBHOOK_ENVELOPE_LAST_MS) {
        ms = WEBHOOK_ENVELOPE_LAST_MS;
    }

    rest = ms % 86400000;
    days = ms / 86400000 + 719468;      /* since 1 March of the year 0 */

    era = days / 146097;                /* of 400 years */
    day = days % 146097;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    year += era * 400;
    month = (day * 5 + 2) / 153;
    day -= (month * 153 + 2) / 5;

    if (month < 10) {
        month += 3;

    } else {
        month -= 9;
        year++;
    }

    memcpy(text, "0000-00-00T00:00:00.000Z", WEBHOOK_ENVELOPE_TIME_LEN);

    webhook_envelope_digits(text, 4, year);
    webhook_envelope_digits(text + 5, 2, month);
    webhook_envelope_digits(text + 8, 2, day + 1);
    webhook_envelope_digits(text + 11, 2, rest / 3600000);
    webhook_envelope_digits(text + 14, 2, rest / 60000 % 60);
    webhook_envelope_digits(text + 17, 2, rest / 1000 % 60);
    webhook_envelope_digits(text + 20, 3, rest % 1000);
}


static void
webhook_envelope_digits(unsigned char *p, unsigned width, uint64_t n)
{
    while (width--) {
        p[width] = (unsigned char) ('0' + n % 10);
        n /= 10;
    }
}


static void
webhook_envelope_base64(const webhook_str_t *s, webhook_buf_t *out)
{
    int             n;
    size_t          i, len;
    unsigned char   text[WEBHOOK_ENVELOPE_BASE64 / 3 * 4 + 1];

    for (i = 0; i < s->len; i += len) {
        len = s->len - i;

        if (len > WEBHOOK_ENVELOPE_BASE64) {
            len = WEBHOOK_ENVELOPE_BASE64;
        }

        n = EVP_EncodeBlock(text, s->data + i, (int) len);
        webhook_buf_add(out, text, n);
    }
}


static int
webhook_envelope_is_text(const webhook_str_t *s)
{
    int                   n;
    const unsigned char  *p, *last;

    p = s->data;
    last = s->len ? p + s->len : p;

    while (p < last) {
        n = *p < 0x80 ? 1 : webhook_json_utf8(p, last);

        if (n < 0) {
            return 0;
        }

        p += n;
    }

    return 1;
}


/* As JSON writes one: "7" and "-7", not "007", "+7" or "-0". */

static int
webhook_envelope_is_integer(const webhook_str_t *s)
{
    size_t  i, first;

    if (s->len == 1 && s->data[0] == '0') {
        return 1;
    }

    first = s->data[0] == '-';

    if (s->len == first || s->data[first] == '0') {
        return 0;
    }

    for (i = first; i < s->len; i++) {
        if (s->data[i] < '0' || s->data[i] > '9') {
            return 0;
        }
    }

    return 1;
}


static int
webhook_envelope_puts(webhook_buf_t *out, const char *text)
{
    return webhook_buf_add(out, text, strlen(text));
}
