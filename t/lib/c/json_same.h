
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether two JSON texts say the same: the types, the bytes of numbers, the
 * characters of strings (half of a surrogate pair included), the elements of
 * arrays, and the members of objects in their order.
 */

#ifndef JSON_SAME_H
#define JSON_SAME_H

#include "core/json/webhook_json.h"

#include <stdlib.h>


/* Writes the characters of a string, escapes resolved, in one form whichever
   way they were written; out has room for the span.  Returns the length. */

static size_t
json_same_canonical(const webhook_str_t *span, unsigned char *out)
{
    char                  hex[5];
    long                  c, low;
    unsigned char        *o;
    const unsigned char  *p, *last;

    o = out;
    p = span->data + 1;
    last = span->data + span->len - 1;

    while (p < last) {

        if (*p != '\\') {
            *o++ = *p++;
            continue;
        }

        p++;

        switch (*p) {

        case 'b':
            *o++ = '\b';
            break;

        case 'f':
            *o++ = '\f';
            break;

        case 'n':
            *o++ = '\n';
            break;

        case 'r':
            *o++ = '\r';
            break;

        case 't':
            *o++ = '\t';
            break;

        case 'u':
            memcpy(hex, p + 1, 4);
            hex[4] = '\0';
            c = strtol(hex, NULL, 16);
            p += 4;

            if (c >= 0xd800 && c < 0xdc00 && last - p >= 7 && p[1] == '\\'
                && p[2] == 'u')
            {
                memcpy(hex, p + 3, 4);
                low = strtol(hex, NULL, 16);

                if (low >= 0xdc00 && low < 0xe000) {
                    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                    p += 6;
                }
            }

            /* half a pair becomes three bytes that no UTF-8 text has */

            if (c < 0x80) {
                *o++ = (unsigned char) c;

            } else if (c < 0x800) {
                *o++ = (unsigned char) (0xc0 | c >> 6);
                *o++ = (unsigned char) (0x80 | (c & 0x3f));

            } else if (c < 0x10000) {
                *o++ = (unsigned char) (0xe0 | c >> 12);
                *o++ = (unsigned char) (0x80 | (c >> 6 & 0x3f));
                *o++ = (unsigned char) (0x80 | (c & 0x3f));

            } else {
                *o++ = (unsigned char) (0xf0 | c >> 18);
                *o++ = (unsigned char) (0x80 | (c >> 12 & 0x3f));
                *o++ = (unsigned char) (0x80 | (c >> 6 & 0x3f));
                *o++ = (unsigned char) (0x80 | (c & 0x3f));
            }

            break;

        default:
            *o++ = *p;
        }

        p++;
    }

    return o - out;
}


static int
json_same_string(const webhook_str_t *a, const webhook_str_t *b)
{
    int             same;
    size_t          na, nb;
    unsigned char  *ca, *cb;

    ca = malloc(a->len + 1);
    cb = malloc(b->len + 1);

    same = 0;

    if (ca && cb) {
        na = json_same_canonical(a, ca);
        nb = json_same_canonical(b, cb);
        same = na == nb && memcmp(ca, cb, na) == 0;
    }

    free(ca);
    free(cb);

    return same;
}


static int
json_same_value(const webhook_json_doc_t *da, const webhook_json_value_t *a,
    const webhook_json_doc_t *db, const webhook_json_value_t *b)
{
    uint32_t              ia, ib;
    webhook_str_t         ka, kb;
    webhook_json_value_t  va, vb;

    if (a->type != b->type) {
        return 0;
    }

    if (a->type == WEBHOOK_JSON_STRING) {
        return json_same_string(&a->span, &b->span);
    }

    if (a->type != WEBHOOK_JSON_ARRAY && a->type != WEBHOOK_JSON_OBJECT) {
        return webhook_str_eq(&a->span, &b->span);
    }

    if (webhook_json_count(da, a) != webhook_json_count(db, b)) {
        return 0;
    }

    ia = 0;
    ib = 0;

    while (webhook_json_next(da, a, &ia, &ka, &va) == WEBHOOK_OK) {

        if (webhook_json_next(db, b, &ib, &kb, &vb) != WEBHOOK_OK) {
            return 0;
        }

        if (ka.len && !json_same_string(&ka, &kb)) {
            return 0;
        }

        if (!json_same_value(da, &va, db, &vb)) {
            return 0;
        }
    }

    return 1;
}


/* 1 if both are JSON and say the same, else 0. */

__attribute__((unused))
static int
json_same(const webhook_str_t *a, const webhook_str_t *b)
{
    int                   same;
    webhook_json_doc_t   *da, *db;
    webhook_json_value_t  va, vb;

    if (webhook_json_read(a, NULL, &da, NULL) != WEBHOOK_OK) {
        return 0;
    }

    if (webhook_json_read(b, NULL, &db, NULL) != WEBHOOK_OK) {
        webhook_json_free(da);
        return 0;
    }

    webhook_json_root(da, &va);
    webhook_json_root(db, &vb);

    same = json_same_value(da, &va, db, &vb);

    webhook_json_free(da);
    webhook_json_free(db);

    return same;
}


#endif /* JSON_SAME_H */
