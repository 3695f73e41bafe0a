
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Single values, and what is wrong with them.
 */

#include "core/definition/webhook_definition_int.h"
#include "core/base/webhook_error.h"
#include "core/json/webhook_json_text.h"
#include "core/scalar/webhook_date.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>


/* Bytes of a member's name that a pointer shows. */
#define WEBHOOK_DEFINITION_SHOWN  64

/* 9999-12-31, in milliseconds. */
#define WEBHOOK_DEFINITION_LAST   INT64_C(253402300799999)


static void webhook_definition_what(const webhook_member_t *member,
    char *text, size_t size);
static json_t *webhook_definition_scalar_text(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value);
static int webhook_definition_company_char(unsigned char c);


static const webhook_str_t  webhook_definition_format =
    webhook_str("%Y-%m-%dT%H:%M:%S.%LZ");


const webhook_member_t *
webhook_members(webhook_definition_kind_e kind)
{
    return kind == WEBHOOK_DEFINITION_ENDPOINT ? webhook_members_endpoint
                                               : webhook_members_receiver;
}


size_t
webhook_definition_enter(webhook_definition_ctx_t *ctx, const char *name)
{
    size_t       len, n, end;
    const char  *p;

    len = ctx->len;
    n = len;

    end = strlen(name);

    if (end > WEBHOOK_DEFINITION_SHOWN) {
        end = WEBHOOK_DEFINITION_SHOWN;

        while (end && ((unsigned char) name[end] & 0xc0) == 0x80) {
            end--;
        }
    }

    if (n + 2 * end + 2 > sizeof(ctx->pointer)) {
        return len;
    }

    ctx->pointer[n++] = '/';

    for (p = name; p < name + end; p++) {

        if (*p == '~' || *p == '/') {
            ctx->pointer[n++] = '~';
            ctx->pointer[n++] = *p == '~' ? '0' : '1';

        } else {
            ctx->pointer[n++] = *p;
        }
    }

    ctx->pointer[n] = '\0';
    ctx->len = n;

    return len;
}


size_t
webhook_definition_enter_element(webhook_definition_ctx_t *ctx, size_t index)
{
    char  number[24];

    (void) snprintf(number, sizeof(number), "%zu", index);

    return webhook_definition_enter(ctx, number);
}


void
webhook_definition_leave(webhook_definition_ctx_t *ctx, size_t len)
{
    ctx->pointer[len] = '\0';
    ctx->len = len;
}


void
webhook_definition_wrong(webhook_definition_ctx_t *ctx, const char *fmt, ...)
{
    char     text[sizeof(((webhook_error_t *) NULL)->text)];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    ctx->nproblems++;

    webhook_definition_problem(ctx->problems, ctx->pointer, "%s", text);
}


void
webhook_definition_problem(json_t *problems, const char *pointer,
    const char *fmt, ...)
{
    char             text[sizeof(((webhook_error_t *) NULL)->text) * 2];
    size_t           i;
    json_t          *problem;
    va_list          args;
    webhook_str_t    shown;
    webhook_error_t  err;

    if (problems == NULL
        || json_array_size(problems) >= WEBHOOK_DEFINITION_PROBLEMS)
    {
        return;
    }

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    webhook_error_set(&err, "%s", text);

    shown.data = (unsigned char *) err.text;
    shown.len = strlen(err.text);

    if (!webhook_json_valid(&shown)) {

        /* it was cut within a character */

        for (i = 0; i < shown.len; i++) {
            if (shown.data[i] >= 0x80) {
                shown.data[i] = '?';
            }
        }
    }

    problem = json_pack("{s:s, s:s}", "pointer", pointer, "detail", err.text);

    if (problem) {
        (void) json_array_append_new(problems, problem);
    }
}


void
webhook_definition_set(webhook_definition_ctx_t *ctx, json_t *object,
    const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        ctx->failed = 1;
    }
}


void
webhook_definition_append(webhook_definition_ctx_t *ctx, json_t *array,
    json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        ctx->failed = 1;
    }
}


int
webhook_definition_masked(const json_t *value)
{
    const char  *text;

    text = json_string_value(value);

    return text && strcmp(text, WEBHOOK_DEFINITION_MASK) == 0;
}


json_t *
webhook_definition_scalar(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value)
{
    char     what[128];
    json_t  *copy;

    if (json_is_string(value) && (member->type & WEBHOOK_MEMBER_TEXT)) {
        return webhook_definition_scalar_text(ctx, member, value);
    }

    copy = NULL;

    if (json_is_integer(value)
        && (member->type & (WEBHOOK_MEMBER_INTEGER | WEBHOOK_MEMBER_REAL)))
    {
        copy = json_integer(json_integer_value(value));

    } else if (json_is_real(value) && (member->type & WEBHOOK_MEMBER_REAL)) {
        copy = json_real(json_real_value(value));

    } else {
        webhook_definition_what(member, what, sizeof(what));
        webhook_definition_wrong(ctx, "it has to be %s", what);
        return NULL;
    }

    if (copy == NULL) {
        ctx->failed = 1;
    }

    return copy;
}


static json_t *
webhook_definition_scalar_text(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value)
{
    size_t                i, len;
    json_t               *copy;
    const unsigned char  *text;

    text = (const unsigned char *) json_string_value(value);
    len = json_string_length(value);

    if (len == 0 && !(member->flags & WEBHOOK_MEMBER_EMPTY)) {
        webhook_definition_wrong(ctx, "it is empty: leave it out, or write "
                                 "null, for none");
        return NULL;
    }

    if (len > member->max) {
        webhook_definition_wrong(ctx, "it is longer than %u bytes",
                                 member->max);
        return NULL;
    }

    for (i = 0; i < len; i++) {

        if (text[i] == '\0'
            || ((member->flags & WEBHOOK_MEMBER_LINE)
                && ((text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)))
        {
            webhook_definition_wrong(ctx, "it has a control character in it");
            return NULL;
        }

        if ((member->flags & WEBHOOK_MEMBER_NAME)
            && !webhook_definition_company_char(text[i]))
        {
            webhook_definition_wrong(ctx, "it has to be letters, digits, "
                                     "\"_\", \".\" and \"-\"");
            return NULL;
        }
    }

    copy = json_stringn((const char *) text, len);
    if (copy == NULL) {
        ctx->failed = 1;
    }

    return copy;
}


/* What a value may be, as a phrase. */

static void
webhook_definition_what(const webhook_member_t *member, char *text,
    size_t size)
{
    size_t       i, n, len;
    const char  *words[6];

    n = 0;

    if (member->type & WEBHOOK_MEMBER_TEXT) {
        words[n++] = "a text";
    }

    if (member->type & WEBHOOK_MEMBER_INTEGER) {
        words[n++] = "an integer";
    }

    if (member->type & WEBHOOK_MEMBER_REAL) {
        words[n++] = "a number";
    }

    if (member->type & WEBHOOK_MEMBER_OBJECT) {
        words[n++] = "an object";
    }

    if (member->type & WEBHOOK_MEMBER_JSON) {
        words[n++] = "an object or a list";
    }

    if (member->type & WEBHOOK_MEMBER_LIST) {
        words[n++] = "a list of such";
    }

    len = 0;
    text[0] = '\0';

    for (i = 0; i < n && len < size; i++) {
        len += (size_t) snprintf(text + len, size - len, "%s%s",
                                 i == 0 ? "" : i + 1 < n ? ", " : " or ",
                                 words[i]);
    }
}


json_t *
webhook_definition_mask_url(const json_t *value)
{
    size_t       scheme, host, end;
    const char  *text, *p, *at;

    text = json_string_value(value);

    p = text ? strstr(text, "://") : NULL;
    if (p == NULL) {
        return json_string(WEBHOOK_DEFINITION_MASK);
    }

    scheme = (size_t) (p + 3 - text);
    end = strcspn(text + scheme, "/?#") + scheme;

    host = scheme;
    at = memchr(text + scheme, '@', end - scheme);

    while (at) {
        host = (size_t) (at + 1 - text);
        at = memchr(text + host, '@', end - host);
    }

    if (host == scheme
        && (text[end] == '\0' || (text[end] == '/' && text[end + 1] == '\0')))
    {
        return json_string(text);
    }

    return json_sprintf("%.*s%.*s/" WEBHOOK_DEFINITION_MASK, (int) scheme,
                        text, (int) (end - host), text + host);
}


json_t *
webhook_definition_time(int64_t ms)
{
    json_t         *json;
    webhook_buf_t   buf;

    webhook_buf_init(&buf, 0);

    json = NULL;

    if (webhook_date_write(ms, &webhook_definition_format, &buf)
        == WEBHOOK_OK)
    {
        json = json_stringn((char *) buf.data, buf.len);
    }

    webhook_buf_free(&buf);

    return json;
}


int64_t
webhook_definition_time_parse(const json_t *value)
{
    char           number[24];
    int64_t        ms;
    const char    *p;
    webhook_str_t  text;

    if (json_is_integer(value)) {
        (void) snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
                        json_integer_value(value));
        p = number;

    } else {
        p = json_string_value(value);
    }

    if (p == NULL) {
        return -1;
    }

    text.data = (unsigned char *) p;
    text.len = strlen(p);

    if (webhook_date_parse(&text, NULL, &ms) != WEBHOOK_OK || ms <= 0
        || ms > WEBHOOK_DEFINITION_LAST)
    {
        return -1;
    }

    return ms;
}


int
webhook_definition_is_company(const webhook_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (!webhook_definition_company_char(text->data[i])) {
            return 0;
        }
    }

    return text->len > 0 && text->len <= WEBHOOK_DEFINITION_COMPANY;
}


static int
webhook_definition_company_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}
