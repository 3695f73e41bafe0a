
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Names are compared as they will stand in the JSON: two that differ only in
 * bytes that are not UTF-8 become one there, and an object has no key twice.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* qsort_r() */
#endif

#include "core/format/webhook_fields.h"
#include "core/json/webhook_json.h"

#include <stdlib.h>


#define WEBHOOK_FIELDS_POOL  (1024 * 1024 * 1024)


static void webhook_fields_end(webhook_fields_t *f);
static int webhook_fields_same(const webhook_fields_t *f, uint32_t a,
    uint32_t b);
static int webhook_fields_compare(const void *one, const void *two,
    void *data);


void
webhook_fields_init(webhook_fields_t *f, uint32_t max)
{
    memset(f, 0, sizeof(webhook_fields_t));

    f->max = max ? max : WEBHOOK_FIELDS_MAX;

    webhook_buf_init(&f->pool, WEBHOOK_FIELDS_POOL);
}


int
webhook_fields_name(webhook_fields_t *f, const webhook_str_t *name)
{
    uint32_t          size;
    webhook_field_t  *field;

    webhook_fields_end(f);

    if (f->nfields == f->max) {
        return WEBHOOK_LIMIT;
    }

    if (f->nfields == f->size) {
        size = f->size ? f->size * 2 : 16;

        field = realloc(f->fields, size * sizeof(webhook_field_t));
        if (field == NULL) {
            return WEBHOOK_NOMEM;
        }

        f->fields = field;
        f->size = size;
    }

    field = &f->fields[f->nfields];

    field->name = (uint32_t) f->pool.len;

    if (webhook_json_escape(name, &f->pool) != WEBHOOK_OK) {
        return f->pool.failed;
    }

    field->name_len = (uint32_t) f->pool.len - field->name;
    field->value = (uint32_t) f->pool.len;
    field->value_len = 0;

    f->nfields++;

    return WEBHOOK_OK;
}


/* What was added to the pool since the last name is that one's value. */

static void
webhook_fields_end(webhook_fields_t *f)
{
    webhook_field_t  *field;

    if (f->nfields) {
        field = &f->fields[f->nfields - 1];
        field->value_len = (uint32_t) f->pool.len - field->value;
    }
}


int
webhook_fields_string(webhook_fields_t *f, const webhook_str_t *text)
{
    webhook_buf_byte(&f->pool, '"');
    webhook_json_escape(text, &f->pool);

    return webhook_buf_byte(&f->pool, '"');
}


int
webhook_fields_write(webhook_fields_t *f, webhook_buf_t *out)
{
    int               any;
    uint32_t          i, k, *order, *next, *seen;
    webhook_field_t  *field;

    webhook_fields_end(f);

    if (f->pool.failed) {
        return f->pool.failed;
    }

    if (f->nfields == 0) {
        return webhook_buf_add(out, "{}", 2);
    }

    /* three arrays in one: the order by name, the next of the same name
       (counted from 1), and whether one of that name came before */

    order = realloc(NULL, f->nfields * 3 * sizeof(uint32_t));
    if (order == NULL) {
        return WEBHOOK_NOMEM;
    }

    next = order + f->nfields;
    seen = next + f->nfields;

    for (i = 0; i < f->nfields; i++) {
        order[i] = i;
        next[i] = 0;
        seen[i] = 0;
    }

    qsort_r(order, f->nfields, sizeof(uint32_t), webhook_fields_compare, f);

    for (i = 1; i < f->nfields; i++) {
        if (webhook_fields_same(f, order[i - 1], order[i])) {
            next[order[i - 1]] = order[i] + 1;
            seen[order[i]] = 1;
        }
    }

    any = 0;
    webhook_buf_byte(out, '{');

    for (i = 0; i < f->nfields; i++) {

        if (seen[i]) {
            continue;
        }

        field = &f->fields[i];

        if (any++) {
            webhook_buf_byte(out, ',');
        }

        webhook_buf_byte(out, '"');
        webhook_buf_add(out, f->pool.data + field->name, field->name_len);
        webhook_buf_add(out, "\":", 2);

        if (next[i]) {
            webhook_buf_byte(out, '[');
        }

        for (k = i + 1; k; k = next[k - 1]) {
            field = &f->fields[k - 1];

            if (k != i + 1) {
                webhook_buf_byte(out, ',');
            }

            webhook_buf_add(out, f->pool.data + field->value,
                            field->value_len);
        }

        if (next[i]) {
            webhook_buf_byte(out, ']');
        }
    }

    free(order);

    return webhook_buf_byte(out, '}');
}


void
webhook_fields_free(webhook_fields_t *f)
{
    free(f->fields);
    webhook_buf_free(&f->pool);

    f->fields = NULL;
    f->nfields = 0;
    f->size = 0;
}


static int
webhook_fields_same(const webhook_fields_t *f, uint32_t a, uint32_t b)
{
    const webhook_field_t  *one, *two;

    one = &f->fields[a];
    two = &f->fields[b];

    return one->name_len == two->name_len
           && (one->name_len == 0
               || memcmp(f->pool.data + one->name, f->pool.data + two->name,
                         one->name_len)
                  == 0);
}


/* By name, and of one name by place. */

static int
webhook_fields_compare(const void *one, const void *two, void *data)
{
    int                      rc;
    uint32_t                 i, k, len;
    const webhook_field_t   *a, *b;
    const webhook_fields_t  *f;

    i = *(const uint32_t *) one;
    k = *(const uint32_t *) two;
    f = data;

    a = &f->fields[i];
    b = &f->fields[k];

    len = a->name_len < b->name_len ? a->name_len : b->name_len;

    rc = len ? memcmp(f->pool.data + a->name, f->pool.data + b->name, len) : 0;

    if (rc == 0) {
        rc = (a->name_len > b->name_len) - (a->name_len < b->name_len);
    }

    return rc ? rc : (i > k) - (i < k);
}
