
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * {sorted_query} and {sorted_fields}: pairs in the order of their names.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include "core/signature/verify/webhook_verify_engine.h"

#include <stdlib.h>


typedef struct {
    webhook_str_t  name;                /* decoded: they are sorted by it */
    webhook_str_t  raw;                 /*   and as it came */
    webhook_str_t  value;               /* as it is written, but for escapes */
} webhook_sorted_pair_t;


static webhook_verify_e webhook_sorted_pairs(webhook_verify_t *v,
    const webhook_pairs_t *pairs, webhook_place_e in,
    webhook_sorted_pair_t **sorted, size_t *n);
static webhook_verify_e webhook_sorted_object(webhook_verify_t *v,
    webhook_sorted_pair_t **sorted, size_t *n);
static int webhook_sorted_left_out(webhook_verify_t *v, webhook_place_e in,
    const webhook_str_t *name);
static int webhook_sorted_compare(const void *one, const void *two);
static webhook_verify_e webhook_sorted_write(webhook_verify_t *v,
    const webhook_sorted_pair_t *sorted, size_t n, webhook_str_t *text);
static int webhook_sorted_split(const webhook_sorted_pair_t *pair,
    const webhook_str_t *equals, const webhook_str_t *between, unsigned values);
static unsigned char *webhook_sorted_find(const webhook_str_t *text,
    const webhook_str_t *what);
static unsigned char *webhook_sorted_escape(unsigned char *p,
    const webhook_str_t *text, webhook_sorted_e write);
static unsigned char *webhook_sorted_copy(unsigned char *p,
    const webhook_str_t *text);


webhook_verify_e
webhook_verify_sorted(webhook_verify_t *v, webhook_part_e what,
    webhook_str_t *text)
{
    size_t                  i, n;
    webhook_verify_e        rc;
    webhook_sorted_pair_t  *sorted;

    n = 0;
    sorted = NULL;

    if (what == WEBHOOK_PART_SORTED_QUERY) {
        rc = webhook_verify_query(v);

        if (rc == WEBHOOK_VERIFY_OK) {
            rc = webhook_sorted_pairs(v, &v->query, WEBHOOK_PLACE_QUERY,
                                      &sorted, &n);
        }

    } else {
        rc = webhook_verify_payload(v);

        if (rc == WEBHOOK_VERIFY_OK) {
            rc = v->payload == WEBHOOK_PAYLOAD_FORM
                 ? webhook_sorted_pairs(v, &v->form, WEBHOOK_PLACE_FIELD,
                                        &sorted, &n)
                 : webhook_sorted_object(v, &sorted, &n);
        }
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (n) {
        qsort(sorted, n, sizeof(webhook_sorted_pair_t),
              webhook_sorted_compare);
    }

    /* which one is meant, the sender and we may see differently */

    for (i = 1; i < n; i++) {
        if (webhook_sorted_compare(&sorted[i - 1], &sorted[i]) == 0) {
            return WEBHOOK_VERIFY_REPEATED;
        }
    }

    return webhook_sorted_write(v, sorted, n, text);
}


static webhook_verify_e
webhook_sorted_pairs(webhook_verify_t *v, const webhook_pairs_t *pairs,
    webhook_place_e in, webhook_sorted_pair_t **sorted, size_t *n)
{
    size_t                  i;
    webhook_verify_e        rc;
    webhook_sorted_pair_t  *pair;

    pair = webhook_verify_room(v, (pairs->n + 1) * sizeof(*pair));
    if (pair == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    *sorted = pair;

    for (i = 0; i < pairs->n; i++) {

        if (webhook_sorted_left_out(v, in, &pairs->pairs[i].name)) {
            continue;
        }

        pair->name = pairs->pairs[i].name;
        pair->raw = pairs->pairs[i].raw;
        pair->value = pairs->pairs[i].value;

        if (v->preset->sorted.write != WEBHOOK_SORTED_RAW) {
            rc = webhook_verify_decode(v, &pairs->pairs[i].value,
                                       &pair->value);
            if (rc != WEBHOOK_VERIFY_OK) {
                return rc;
            }
        }

        if (pair->value.len || !v->preset->sorted.filled) {
            pair++;
        }
    }

    *n = pair - *sorted;

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_sorted_object(webhook_verify_t *v, webhook_sorted_pair_t **sorted,
    size_t *n)
{
    uint32_t                iter, count;
    webhook_str_t           key;
    webhook_verify_e        rc;
    const webhook_str_t    *under;
    webhook_json_value_t    object, name, value;
    webhook_sorted_pair_t  *pair;

    under = &v->preset->sorted.under;

    webhook_json_root(v->doc, &object);

    if (under->len) {
        switch (webhook_verify_find(v, under, &object)) {

        case -1:
            return WEBHOOK_VERIFY_FAULT;

        case -2:
            return WEBHOOK_VERIFY_REPEATED;

        case 0:
            return WEBHOOK_VERIFY_NO_PART;
        }
    }

    if (object.type != WEBHOOK_JSON_OBJECT) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    count = webhook_json_count(v->doc, &object);
    if (count > WEBHOOK_VERIFY_FIELDS) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    pair = webhook_verify_room(v, (count + 1) * sizeof(*pair));
    if (pair == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    *sorted = pair;
    iter = 0;

    memset(&name, 0, sizeof(name));
    name.type = WEBHOOK_JSON_STRING;

    while (webhook_json_next(v->doc, &object, &iter, &key, &value)
           == WEBHOOK_OK)
    {
        name.span = key;

        rc = webhook_verify_json_text(v, &name, &pair->name);

        if (rc == WEBHOOK_VERIFY_OK) {
            rc = webhook_verify_json_text(v, &value, &pair->value);
        }

        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        pair->raw = pair->name;

        if (!webhook_sorted_left_out(v, WEBHOOK_PLACE_FIELD, &pair->name)
            && (pair->value.len || !v->preset->sorted.filled))
        {
            pair++;
        }
    }

    *n = pair - *sorted;

    return WEBHOOK_VERIFY_OK;
}


/* The signature's own name, those of another beginning, and those that the
   preset names. */

static int
webhook_sorted_left_out(webhook_verify_t *v, webhook_place_e in,
    const webhook_str_t *name)
{
    webhook_str_t            one;
    unsigned char           *p, *last;
    const webhook_preset_t  *preset;

    preset = v->preset;

    if (preset->signature.in == in
        && webhook_str_eq(&preset->signature.name, name))
    {
        return 1;
    }

    if (preset->sorted.begins.len
        && (name->len < preset->sorted.begins.len
            || memcmp(name->data, preset->sorted.begins.data,
                      preset->sorted.begins.len)
               != 0))
    {
        return 1;
    }

    p = preset->sorted.without.data;
    last = p + preset->sorted.without.len;

    while (p < last) {
        one.data = p;

        while (p < last && *p != ' ') {
            p++;
        }

        one.len = p - one.data;

        if (webhook_str_eq(&one, name)) {
            return 1;
        }

        if (p < last) {
            p++;
        }
    }

    return 0;
}


static int
webhook_sorted_compare(const void *one, const void *two)
{
    int                           rc;
    size_t                        len;
    const webhook_sorted_pair_t  *a, *b;

    a = one;
    b = two;

    len = a->name.len < b->name.len ? a->name.len : b->name.len;
    rc = len ? memcmp(a->name.data, b->name.data, len) : 0;

    if (rc) {
        return rc;
    }

    return (a->name.len > b->name.len) - (a->name.len < b->name.len);
}


static webhook_verify_e
webhook_sorted_write(webhook_verify_t *v, const webhook_sorted_pair_t *sorted,
    size_t n, webhook_str_t *text)
{
    size_t                    i, size;
    webhook_str_t             equals, between;
    unsigned char            *p;
    const webhook_sorted_t   *conf;

    static const webhook_str_t  eq = webhook_str("=");
    static const webhook_str_t  amp = webhook_str("&");

    conf = &v->preset->sorted;

    equals = conf->equals.data ? conf->equals : eq;
    between = conf->between.data ? conf->between : amp;

    size = 1;

    for (i = 0; i < n; i++) {

        if (conf->write == WEBHOOK_SORTED_DECODED
            && webhook_sorted_split(&sorted[i], &equals, &between,
                                    conf->values))
        {
            return WEBHOOK_VERIFY_BAD_BODY;
        }

        size += 3 * (sorted[i].name.len + sorted[i].raw.len
                     + sorted[i].value.len)
                + equals.len + between.len;
    }

    p = webhook_verify_room(v, size);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    text->data = p;

    for (i = 0; i < n; i++) {

        if (i) {
            p = webhook_sorted_copy(p, &between);
        }

        if (!conf->values) {
            p = conf->write == WEBHOOK_SORTED_RAW
                ? webhook_sorted_copy(p, &sorted[i].raw)
                : webhook_sorted_escape(p, &sorted[i].name, conf->write);

            p = webhook_sorted_copy(p, &equals);
        }

        p = webhook_sorted_escape(p, &sorted[i].value, conf->write);
    }

    text->len = p - text->data;

    return WEBHOOK_VERIFY_OK;
}


/*
 * 1 if what is written without escapes could be read as other pairs: a name
 * that holds what separates, or a value that holds a whole beginning of
 * another pair.  Of pairs that nothing separates it cannot be told.
 */

static int
webhook_sorted_split(const webhook_sorted_pair_t *pair,
    const webhook_str_t *equals, const webhook_str_t *between, unsigned values)
{
    webhook_str_t   rest;
    unsigned char  *p;

    if (values) {
        return webhook_sorted_find(&pair->value, between) != NULL;
    }

    if (equals->len == 0 && between->len == 0) {
        return 0;
    }

    if (webhook_sorted_find(&pair->name, equals)
        || webhook_sorted_find(&pair->name, between))
    {
        return 1;
    }

    rest = pair->value;

    if (between->len) {
        p = webhook_sorted_find(&rest, between);
        if (p == NULL) {
            return 0;
        }

        p += between->len;

        rest.len = pair->value.data + pair->value.len - p;
        rest.data = p;
    }

    return equals->len == 0 || webhook_sorted_find(&rest, equals) != NULL;
}


static unsigned char *
webhook_sorted_find(const webhook_str_t *text, const webhook_str_t *what)
{
    return text->len && what->len
           ? memmem(text->data, text->len, what->data, what->len) : NULL;
}


/* As URLEncoder does, or encodeURIComponent() and RFC 3986. */

static unsigned char *
webhook_sorted_escape(unsigned char *p, const webhook_str_t *text,
    webhook_sorted_e write)
{
    size_t         i;
    unsigned char  c;

    static const unsigned char  digits[] = "0123456789ABCDEF";

    if (write < WEBHOOK_SORTED_FORM) {
        return webhook_sorted_copy(p, text);
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
            || (c == '~' && write == WEBHOOK_SORTED_URI)
            || (c == '*' && write == WEBHOOK_SORTED_FORM))
        {
            *p++ = c;

        } else if (c == ' ' && write == WEBHOOK_SORTED_FORM) {
            *p++ = '+';

        } else {
            *p++ = '%';
            *p++ = digits[c >> 4];
            *p++ = digits[c & 0xf];
        }
    }

    return p;
}


static unsigned char *
webhook_sorted_copy(unsigned char *p, const webhook_str_t *text)
{
    if (text->len) {
        memcpy(p, text->data, text->len);
    }

    return p + text->len;
}
