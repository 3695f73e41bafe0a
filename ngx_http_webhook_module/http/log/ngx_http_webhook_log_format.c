
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What can be told of an attempt, and how it is written: a table of variables,
 * which are the members of a JSON line, in this order.
 */

#include "http/log/ngx_http_webhook_log_int.h"
#include "core/json/webhook_json.h"


/* How a value is written in JSON; in a format all are text. */

typedef enum {
    NGX_WEBHOOK_LOG_TEXT = 0,                   /* quoted; empty: null */
    NGX_WEBHOOK_LOG_NUMBER                      /* as it is; empty: null */
} ngx_webhook_log_kind_e;

/* Points value to the text, which may be in buf; empty: there is none. */
typedef void (*ngx_webhook_log_pt)(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);

struct ngx_webhook_log_variable_s {
    ngx_str_t               name;
    ngx_webhook_log_kind_e  kind;
    ngx_webhook_log_pt      get;
    uintptr_t               data;
};


#define NGX_WEBHOOK_LOG_VALUE  512              /* bytes of buf */


static void ngx_webhook_log_time(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_delivery(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_id(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_string(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_outcome(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_number(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_status(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_bytes(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_usec(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_delay(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_trace(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);
static void ngx_webhook_log_pid(ngx_webhook_log_entry_t *entry,
    uintptr_t data, u_char *buf, ngx_str_t *value);

static const ngx_webhook_log_variable_t *ngx_webhook_log_find(
    ngx_str_t *name);
static ngx_int_t ngx_webhook_log_part(ngx_array_t *parts, u_char *data,
    size_t len, const ngx_webhook_log_variable_t *variable);
static void ngx_webhook_log_json(ngx_webhook_log_entry_t *entry,
    webhook_buf_t *out);
static void ngx_webhook_log_escape(ngx_str_t *value, webhook_buf_t *out);


static const ngx_webhook_log_variable_t  ngx_webhook_log_variables[] = {

    { ngx_string("time"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_time, 0 },

    { ngx_string("delivery"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_delivery, 0 },

    { ngx_string("id"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_id, 0 },

    { ngx_string("type"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_string, offsetof(ngx_webhook_log_entry_t, type) },

    { ngx_string("endpoint"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_string, offsetof(ngx_webhook_log_entry_t, endpoint) },

    { ngx_string("attempt"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_number, 0 },

    { ngx_string("outcome"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_outcome, 0 },

    { ngx_string("status"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_status, 0 },

    { ngx_string("address"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_string, offsetof(ngx_webhook_log_entry_t, address) },

    { ngx_string("bytes"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_bytes, 0 },

    { ngx_string("connect"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_usec, offsetof(ngx_webhook_log_entry_t, connect) },

    { ngx_string("tls"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_usec, offsetof(ngx_webhook_log_entry_t, tls) },

    { ngx_string("first_byte"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_usec, offsetof(ngx_webhook_log_entry_t, first_byte) },

    { ngx_string("total"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_usec, offsetof(ngx_webhook_log_entry_t, total) },

    { ngx_string("next"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_delay, 0 },

    { ngx_string("error"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_string, offsetof(ngx_webhook_log_entry_t, error) },

    { ngx_string("trace_id"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_trace, 0 },

    { ngx_string("span_id"), NGX_WEBHOOK_LOG_TEXT,
      ngx_webhook_log_trace, 1 },

    { ngx_string("pid"), NGX_WEBHOOK_LOG_NUMBER,
      ngx_webhook_log_pid, 0 },

    { ngx_null_string, NGX_WEBHOOK_LOG_TEXT, NULL, 0 }
};


/* ---------------------------------------------------------- a format --- */

ngx_int_t
ngx_webhook_log_compile(ngx_pool_t *pool, ngx_str_t *format,
    ngx_array_t *parts, const char **error, ngx_str_t *what)
{
    u_char                            *p, *last, *start;
    ngx_str_t                          name;
    ngx_uint_t                         brace;
    const ngx_webhook_log_variable_t  *variable;

    if (ngx_array_init(parts, pool, 8, sizeof(ngx_webhook_log_part_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (format->len == sizeof("json") - 1
        && ngx_memcmp(format->data, "json", format->len) == 0)
    {
        return NGX_OK;
    }

    p = format->data;
    last = p + format->len;

    while (p < last) {

        start = p;

        while (p < last && *p != '$') {
            p++;
        }

        if (p > start
            && ngx_webhook_log_part(parts, start, p - start, NULL) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (p == last) {
            break;
        }

        what->data = p;

        p++;

        brace = (p < last && *p == '{');
        p += brace;

        name.data = p;

        while (p < last
               && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
                   || *p == '_'))
        {
            p++;
        }

        name.len = p - name.data;

        if (brace && p < last && *p == '}') {
            p++;
            brace = 0;
        }

        what->len = p - what->data;

        variable = ngx_webhook_log_find(&name);

        if (variable == NULL || brace) {
            *error = "is no variable of an attempt";
            return NGX_ERROR;
        }

        if (ngx_webhook_log_part(parts, NULL, 0, variable) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static const ngx_webhook_log_variable_t *
ngx_webhook_log_find(ngx_str_t *name)
{
    const ngx_webhook_log_variable_t  *v;

    for (v = ngx_webhook_log_variables; v->name.len; v++) {
        if (v->name.len == name->len
            && ngx_memcmp(v->name.data, name->data, name->len) == 0)
        {
            return v;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_webhook_log_part(ngx_array_t *parts, u_char *data, size_t len,
    const ngx_webhook_log_variable_t *variable)
{
    ngx_webhook_log_part_t  *part;

    part = ngx_array_push(parts);
    if (part == NULL) {
        return NGX_ERROR;
    }

    part->text.data = data;
    part->text.len = len;
    part->variable = variable;

    return NGX_OK;
}


/* ------------------------------------------------------------ a line --- */

void
ngx_webhook_log_line(ngx_webhook_log_t *log, ngx_webhook_log_entry_t *entry,
    webhook_buf_t *out)
{
    u_char                   buf[NGX_WEBHOOK_LOG_VALUE];
    ngx_str_t                value;
    ngx_uint_t               i;
    ngx_webhook_log_part_t  *part;

    if (log->parts.nelts == 0) {
        ngx_webhook_log_json(entry, out);

    } else {

        part = log->parts.elts;

        for (i = 0; i < log->parts.nelts; i++) {

            if (part[i].variable == NULL) {
                webhook_buf_add(out, part[i].text.data, part[i].text.len);
                continue;
            }

            part[i].variable->get(entry, part[i].variable->data, buf, &value);

            if (value.len == 0) {
                webhook_buf_byte(out, '-');

            } else {
                ngx_webhook_log_escape(&value, out);
            }
        }
    }

    webhook_buf_byte(out, LF);
}


static void
ngx_webhook_log_json(ngx_webhook_log_entry_t *entry, webhook_buf_t *out)
{
    u_char                             buf[NGX_WEBHOOK_LOG_VALUE], c;
    ngx_str_t                          value;
    const ngx_webhook_log_variable_t  *v;

    c = '{';

    for (v = ngx_webhook_log_variables; v->name.len; v++) {

        webhook_buf_byte(out, c);
        webhook_buf_byte(out, '"');
        webhook_buf_add(out, v->name.data, v->name.len);
        webhook_buf_add(out, "\":", 2);

        c = ',';

        v->get(entry, v->data, buf, &value);

        if (value.len == 0) {
            webhook_buf_add(out, "null", 4);

        } else if (v->kind == NGX_WEBHOOK_LOG_NUMBER) {
            webhook_buf_add(out, value.data, value.len);

        } else {
            webhook_buf_byte(out, '"');
            webhook_json_escape(ngx_webhook_str(&value), out);
            webhook_buf_byte(out, '"');
        }
    }

    webhook_buf_byte(out, '}');
}


/* As nginx escapes variables in its own logs. */

static void
ngx_webhook_log_escape(ngx_str_t *value, webhook_buf_t *out)
{
    u_char      c, x[4];
    ngx_uint_t  i;

    static const u_char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            webhook_buf_byte(out, c);
            continue;
        }

        x[0] = '\\';
        x[1] = 'x';
        x[2] = hex[c >> 4];
        x[3] = hex[c & 0xf];

        webhook_buf_add(out, x, 4);
    }
}


/* ------------------------------------------------------------ values --- */

/* In UTC, as RFC 3339 has it. */

static void
ngx_webhook_log_time(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) (entry->wall / 1000), &tm);

    value->data = buf;
    value->len = ngx_sprintf(buf, "%4d-%02d-%02dT%02d:%02d:%02d.%03uLZ",
                             tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                             tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                             entry->wall % 1000)
                 - buf;
}


static void
ngx_webhook_log_delivery(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    u_char  *p;
    size_t   len;

    webhook_id_text(entry->event, buf);

    p = buf + WEBHOOK_ID_TEXT_LEN;
    *p++ = '.';

    len = ngx_min(entry->endpoint->len,
                  NGX_WEBHOOK_LOG_VALUE - WEBHOOK_ID_TEXT_LEN - 1);

    p = ngx_cpymem(p, entry->endpoint->data, len);

    value->data = buf;
    value->len = p - buf;
}


static void
ngx_webhook_log_id(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    webhook_id_text(entry->wire, buf);

    value->data = buf;
    value->len = WEBHOOK_ID_TEXT_LEN;
}


static void
ngx_webhook_log_string(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    *value = **(ngx_str_t **) ((u_char *) entry + data);
}


static void
ngx_webhook_log_outcome(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = (u_char *) entry->outcome;
    value->len = ngx_strlen(entry->outcome);
}


static void
ngx_webhook_log_number(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = buf;
    value->len = ngx_sprintf(buf, "%ui", entry->number) - buf;
}


static void
ngx_webhook_log_status(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = buf;
    value->len = entry->status ? (size_t) (ngx_sprintf(buf, "%ui",
                                                       entry->status) - buf)
                               : 0;
}


static void
ngx_webhook_log_bytes(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = buf;
    value->len = ngx_sprintf(buf, "%uz", entry->bytes) - buf;
}


/* Seconds; none of a phase that there was not. */

static void
ngx_webhook_log_usec(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    uint32_t  usec;

    usec = *(uint32_t *) ((u_char *) entry + data);

    value->data = buf;
    value->len = usec ? (size_t) (ngx_sprintf(buf, "%uD.%06uD",
                                              usec / 1000000, usec % 1000000)
                                  - buf)
                      : 0;
}


static void
ngx_webhook_log_delay(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = buf;
    value->len = entry->delay ? (size_t) (ngx_sprintf(buf, "%uL.%03uL",
                                                      entry->delay / 1000,
                                                      entry->delay % 1000)
                                          - buf)
                              : 0;
}


static void
ngx_webhook_log_trace(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    ngx_uint_t  i;

    static const u_char  none[WEBHOOK_TRACE_ID_LEN];

    ngx_str_null(value);

    if (ngx_memcmp(entry->trace.id, none, WEBHOOK_TRACE_ID_LEN) == 0) {
        return;
    }

    i = data ? WEBHOOK_TRACE_SPAN_LEN : WEBHOOK_TRACE_ID_LEN;

    value->data = buf;
    value->len = webhook_trace_hex(buf, data ? entry->trace.span
                                             : entry->trace.id,
                                   (unsigned) i)
                 - buf;
}


static void
ngx_webhook_log_pid(ngx_webhook_log_entry_t *entry, uintptr_t data,
    u_char *buf, ngx_str_t *value)
{
    value->data = buf;
    value->len = ngx_sprintf(buf, "%P", ngx_pid) - buf;
}
