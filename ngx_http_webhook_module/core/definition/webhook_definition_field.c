
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A definition as fields: the words that nginx.conf would have.
 */

#include "core/definition/webhook_definition_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>


typedef struct {
    webhook_definition_ctx_t      ctx;          /* the pointer */
    webhook_definition_fields_t  *fields;
    uint32_t                      size;         /* fields that there is room
                                                   for */
    uint32_t                      words;        /* and words of the last */
    uint32_t                      bare;         /* words of a name alone */
} webhook_fields_t;


static void webhook_fields_member(webhook_fields_t *f,
    const webhook_member_t *member, const char *word, const json_t *value);
static void webhook_fields_elements(webhook_fields_t *f,
    const webhook_member_t *member, const char *word, const json_t *list);
static void webhook_fields_element(webhook_fields_t *f,
    const webhook_member_t *member, const char *word, const json_t *value);
static void webhook_fields_begin(webhook_fields_t *f, const char *word);
static void webhook_fields_end(webhook_fields_t *f);
static void webhook_fields_values(webhook_fields_t *f,
    const webhook_member_t *member, const char *prefix, const json_t *value);
static void webhook_fields_object(webhook_fields_t *f,
    const webhook_member_t *members, const json_t *value);
static void webhook_fields_others(webhook_fields_t *f,
    const webhook_member_t *member, const json_t *value);
static void webhook_fields_secret(webhook_fields_t *f,
    const webhook_member_t *member, const char *prefix, const json_t *secret);
static void webhook_fields_commas(webhook_fields_t *f, const json_t *list);
static void webhook_fields_json(webhook_fields_t *f, const char *prefix,
    const json_t *value);
static void webhook_fields_scalar(webhook_fields_t *f,
    const webhook_member_t *member, const char *prefix, const json_t *value);
static const char *webhook_fields_number(const json_t *value, char *buf,
    size_t size);
static void webhook_fields_word(webhook_fields_t *f, const char *prefix,
    const char *mark, const char *text);


int
webhook_definition_fields(webhook_definition_kind_e kind,
    const json_t *definition, webhook_definition_fields_t *fields)
{
    size_t                   len;
    const json_t            *value;
    webhook_fields_t         f;
    const webhook_member_t  *member;

    memset(&f, 0, sizeof(webhook_fields_t));
    memset(fields, 0, sizeof(webhook_definition_fields_t));

    f.fields = fields;

    for (member = webhook_members(kind); member->name; member++) {

        value = json_object_get(definition, member->name);

        if (value == NULL || member->word == NULL) {
            continue;
        }

        len = webhook_definition_enter(&f.ctx, member->name);
        webhook_fields_member(&f, member, member->word, value);
        webhook_definition_leave(&f.ctx, len);
    }

    if (f.ctx.failed) {
        webhook_definition_fields_free(fields);
        return WEBHOOK_NOMEM;
    }

    return WEBHOOK_OK;
}


void
webhook_definition_fields_free(webhook_definition_fields_t *fields)
{
    uint32_t                     i, n;
    webhook_definition_field_t  *field;

    for (i = 0; i < fields->n; i++) {

        field = &fields->items[i];

        for (n = 0; n < field->nwords; n++) {
            OPENSSL_cleanse(field->words[n].data, field->words[n].len);
            free(field->words[n].data);
        }

        free(field->words);
        free(field->pointer);
    }

    free(fields->items);

    memset(fields, 0, sizeof(webhook_definition_fields_t));
}


static void
webhook_fields_member(webhook_fields_t *f, const webhook_member_t *member,
    const char *word, const json_t *value)
{
    if (member->flags & WEBHOOK_MEMBER_EACH) {
        webhook_fields_elements(f, member, word, value);
        return;
    }

    webhook_fields_begin(f, word);

    if ((member->flags & WEBHOOK_MEMBER_COMMA) && json_is_array(value)) {
        webhook_fields_commas(f, value);

    } else {
        webhook_fields_values(f, member, "", value);
    }

    webhook_fields_end(f);
}


static void
webhook_fields_elements(webhook_fields_t *f, const webhook_member_t *member,
    const char *word, const json_t *list)
{
    size_t  i, len;

    for (i = 0; i < json_array_size(list); i++) {
        len = webhook_definition_enter_element(&f->ctx, i);
        webhook_fields_element(f, member, word, json_array_get(list, i));
        webhook_definition_leave(&f->ctx, len);
    }
}


static void
webhook_fields_element(webhook_fields_t *f, const webhook_member_t *member,
    const char *word, const json_t *value)
{
    webhook_fields_begin(f, word);

    if (member->type & WEBHOOK_MEMBER_SECRETS) {
        webhook_fields_secret(f, member, "", value);

    } else {
        webhook_fields_values(f, member, "", value);
    }

    webhook_fields_end(f);

    if (member->of) {
        webhook_fields_others(f, member, value);
    }
}


/* The words in "word" begin a field, which is of what the pointer is at. */

static void
webhook_fields_begin(webhook_fields_t *f, const char *word)
{
    char                         name[64];
    size_t                       len;
    uint32_t                     size;
    webhook_definition_field_t  *items;

    if (f->fields->n == f->size) {

        size = f->size ? f->size * 2 : 16;

        items = realloc(f->fields->items, size * sizeof(*items));
        if (items == NULL) {
            f->ctx.failed = 1;
            return;
        }

        f->fields->items = items;
        f->size = size;
    }

    items = &f->fields->items[f->fields->n++];

    memset(items, 0, sizeof(*items));

    f->words = 0;
    f->bare = 0;

    items->pointer = strdup(f->ctx.pointer);

    if (items->pointer == NULL) {
        f->ctx.failed = 1;
    }

    while (*word) {

        len = strcspn(word, " ");

        (void) snprintf(name, sizeof(name), "%.*s", (int) len, word);

        webhook_fields_word(f, "", "", name);
        f->bare++;

        word += len;
        word += (*word == ' ');
    }
}


/* What has a name and nothing else is none. */

static void
webhook_fields_end(webhook_fields_t *f)
{
    uint32_t                     n;
    webhook_definition_field_t  *field;

    if (f->ctx.failed || f->fields->n == 0) {
        return;
    }

    field = &f->fields->items[f->fields->n - 1];

    if (field->nwords > f->bare) {
        return;
    }

    for (n = 0; n < field->nwords; n++) {
        free(field->words[n].data);
    }

    free(field->words);
    free(field->pointer);

    f->fields->n--;
}


static void
webhook_fields_values(webhook_fields_t *f, const webhook_member_t *member,
    const char *prefix, const json_t *value)
{
    size_t  i;

    if (member->type & WEBHOOK_MEMBER_SECRETS) {

        for (i = 0; i < json_array_size(value); i++) {
            webhook_fields_secret(f, member, prefix,
                                  json_array_get(value, i));
        }

        return;
    }

    if ((member->type & WEBHOOK_MEMBER_OBJECT) && json_is_object(value)) {
        webhook_fields_object(f, member->of, value);
        return;
    }

    if ((member->type & WEBHOOK_MEMBER_JSON)
        && (json_is_object(value) || json_is_array(value)))
    {
        webhook_fields_json(f, prefix, value);
        return;
    }

    if (!json_is_array(value)) {
        webhook_fields_scalar(f, member, prefix, value);
        return;
    }

    for (i = 0; i < json_array_size(value); i++) {
        webhook_fields_scalar(f, member, prefix, json_array_get(value, i));
    }
}


static void
webhook_fields_object(webhook_fields_t *f, const webhook_member_t *members,
    const json_t *value)
{
    const json_t            *inner;
    const webhook_member_t  *member;

    for (member = members; member->name; member++) {

        inner = json_object_get(value, member->name);

        if (inner && member->word && member->word[0] != '+'
            && !(member->type & WEBHOOK_MEMBER_OBJECT))
        {
            webhook_fields_values(f, member, member->word, inner);
        }
    }
}


/* Members of an element that are fields of their own, behind its own. */

static void
webhook_fields_others(webhook_fields_t *f, const webhook_member_t *outer,
    const json_t *value)
{
    size_t                   i, len, element;
    const json_t            *list;
    const webhook_member_t  *member;

    for (member = outer->of; member->name; member++) {

        if (member->word == NULL || member->word[0] != '+') {
            continue;
        }

        list = json_object_get(value, member->name);
        len = webhook_definition_enter(&f->ctx, member->name);

        for (i = 0; i < json_array_size(list); i++) {
            element = webhook_definition_enter_element(&f->ctx, i);
            webhook_fields_begin(f, member->word + 1);
            webhook_fields_values(f, member, "", json_array_get(list, i));
            webhook_fields_end(f);
            webhook_definition_leave(&f->ctx, element);
        }

        webhook_definition_leave(&f->ctx, len);
    }
}


static void
webhook_fields_secret(webhook_fields_t *f, const webhook_member_t *member,
    const char *prefix, const json_t *secret)
{
    char         hex[65], number[32];
    int64_t      ms;
    const char  *text;

    text = json_string_value(json_object_get(secret, "secret"));

    if (member->flags & WEBHOOK_MEMBER_TOKENS) {

        if (text) {
            webhook_definition_sha256(text, hex);
            text = hex;

        } else {
            text = json_string_value(json_object_get(secret, "sha256"));
        }

        webhook_fields_word(f, prefix, "sha256:", text ? text : "");

    } else {
        webhook_fields_word(f, prefix, "text:", text ? text : "");
    }

    if (!json_is_string(json_object_get(secret, "expires"))) {
        return;
    }

    ms = webhook_definition_time_parse(json_object_get(secret, "expires"));

    (void) snprintf(number, sizeof(number), "%" PRId64, ms / 1000);

    webhook_fields_word(f, "expires=", "", number);
}


static void
webhook_fields_commas(webhook_fields_t *f, const json_t *list)
{
    char           number[40];
    size_t         i;
    const char    *text;
    webhook_buf_t  buf;

    webhook_buf_init(&buf, 0);

    for (i = 0; i < json_array_size(list); i++) {

        if (i) {
            (void) webhook_buf_byte(&buf, ',');
        }

        text = webhook_fields_number(json_array_get(list, i), number,
                                     sizeof(number));

        (void) webhook_buf_add(&buf, text, strlen(text));
    }

    (void) webhook_buf_byte(&buf, '\0');

    if (buf.failed) {
        f->ctx.failed = 1;

    } else {
        webhook_fields_word(f, "", "", (char *) buf.data);
    }

    webhook_buf_free(&buf);
}


/* With 15 digits a fraction is what was written. */

static void
webhook_fields_json(webhook_fields_t *f, const char *prefix,
    const json_t *value)
{
    char  *text;

    text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (text == NULL) {
        f->ctx.failed = 1;
        return;
    }

    webhook_fields_word(f, prefix, "", text);

    free(text);
}


static void
webhook_fields_scalar(webhook_fields_t *f, const webhook_member_t *member,
    const char *prefix, const json_t *value)
{
    char  number[40];

    webhook_fields_word(f, prefix,
                        member->flags & WEBHOOK_MEMBER_MARKED ? "text:" : "",
                        webhook_fields_number(value, number, sizeof(number)));
}


/* A text as it is, a number with as few digits as tell it. */

static const char *
webhook_fields_number(const json_t *value, char *buf, size_t size)
{
    int  digits;

    if (json_is_string(value)) {
        return json_string_value(value);
    }

    if (json_is_integer(value)) {
        (void) snprintf(buf, size, "%" JSON_INTEGER_FORMAT,
                        json_integer_value(value));
        return buf;
    }

    for (digits = 1; digits <= 17; digits++) {

        (void) snprintf(buf, size, "%.*g", digits, json_real_value(value));

        if (strtod(buf, NULL) == json_real_value(value)) {
            break;
        }
    }

    return buf;
}


static void
webhook_fields_word(webhook_fields_t *f, const char *prefix, const char *mark,
    const char *text)
{
    char                        *p;
    size_t                       len;
    uint32_t                     size;
    webhook_str_t               *words;
    webhook_definition_field_t  *field;

    if (f->ctx.failed || f->fields->n == 0) {
        return;
    }

    field = &f->fields->items[f->fields->n - 1];

    if (field->nwords == f->words) {

        size = f->words ? f->words * 2 : 8;

        words = realloc(field->words, size * sizeof(webhook_str_t));
        if (words == NULL) {
            f->ctx.failed = 1;
            return;
        }

        field->words = words;
        f->words = size;
    }

    len = strlen(prefix) + strlen(mark) + strlen(text);

    p = malloc(len + 1);
    if (p == NULL) {
        f->ctx.failed = 1;
        return;
    }

    (void) snprintf(p, len + 1, "%s%s%s", prefix, mark, text);

    field->words[field->nwords].data = (unsigned char *) p;
    field->words[field->nwords].len = len;
    field->nwords++;
}
