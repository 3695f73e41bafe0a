
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An array is, in binary: dimensions (1, or 0 if it is empty), whether there are
 * NULLs, the type of elements; for the dimension their number and the first
 * index; then of each element its length and itself.
 */

#include "cluster/pgsql/line/webhook_pg_args.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"

#include <limits.h>


#define WEBHOOK_PG_ARRAY_HEAD  20


static unsigned char *webhook_pg_value(webhook_pg_args_t *a, Oid type,
    size_t len);
static unsigned char *webhook_pg_element(webhook_pg_args_t *a, size_t len);
static const unsigned char *webhook_pg_column(const PGresult *r, int row,
    int column, size_t len);


void
webhook_pg_args(webhook_pg_args_t *a)
{
    memset(a, 0, sizeof(webhook_pg_args_t));
}


void
webhook_pg_args_free(webhook_pg_args_t *a)
{
    webhook_memory_free(&a->memory);
}


void
webhook_pg_i2(webhook_pg_args_t *a, uint32_t n)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_I2, 2);
    if (p) {
        webhook_set_u16(p, (uint16_t) n);
    }
}


void
webhook_pg_i4(webhook_pg_args_t *a, uint32_t n)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_I4, 4);
    if (p) {
        webhook_set_u32(p, n);
    }
}


void
webhook_pg_i8(webhook_pg_args_t *a, uint64_t n)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_I8, 8);
    if (p) {
        webhook_set_u64(p, n);
    }
}


void
webhook_pg_bool(webhook_pg_args_t *a, int b)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_BOOL, 1);
    if (p) {
        *p = b != 0;
    }
}


void
webhook_pg_uuid(webhook_pg_args_t *a, const webhook_id_t *id)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_UUID, WEBHOOK_ID_LEN);
    if (p) {
        memcpy(p, id->bytes, WEBHOOK_ID_LEN);
    }
}


void
webhook_pg_bytes(webhook_pg_args_t *a, const void *data, size_t len)
{
    unsigned char  *p;

    p = webhook_pg_value(a, WEBHOOK_PG_BYTES, len);
    if (p && len) {
        memcpy(p, data, len);
    }
}


void
webhook_pg_str(webhook_pg_args_t *a, const webhook_str_t *s)
{
    webhook_pg_bytes(a, s->data, s->len);
}


void
webhook_pg_null(webhook_pg_args_t *a, webhook_pg_type_e type)
{
    if (webhook_pg_value(a, type, 0)) {
        a->values[a->count - 1] = NULL;
    }
}


void
webhook_pg_array(webhook_pg_args_t *a, webhook_pg_type_e type,
    uint32_t count, size_t bytes)
{
    Oid             array;
    size_t          size;
    unsigned char  *p;

    switch (type) {

    case WEBHOOK_PG_BYTES:
        array = 1001;
        size = 0;
        break;

    case WEBHOOK_PG_I2:
        array = 1005;
        size = 2;
        break;

    case WEBHOOK_PG_I4:
        array = 1007;
        size = 4;
        break;

    case WEBHOOK_PG_I8:
        array = 1016;
        size = 8;
        break;

    case WEBHOOK_PG_UUID:
        array = 2951;
        size = WEBHOOK_ID_LEN;
        break;

    default:
        a->failed = 1;
        return;
    }

    size = WEBHOOK_PG_ARRAY_HEAD + count * (4 + size) + bytes;

    if (count == 0) {
        size = 12;
    }

    p = webhook_pg_value(a, array, size);
    if (p == NULL) {
        return;
    }

    webhook_set_u32(p, count ? 1 : 0);
    webhook_set_u32(p + 4, 0);
    webhook_set_u32(p + 8, (uint32_t) type);

    a->pos = p + size;
    a->end = p + size;

    if (count) {
        webhook_set_u32(p + 12, count);
        webhook_set_u32(p + 16, 1);
        a->pos = p + WEBHOOK_PG_ARRAY_HEAD;
    }
}


void
webhook_pg_add_i2(webhook_pg_args_t *a, uint32_t n)
{
    unsigned char  *p;

    p = webhook_pg_element(a, 2);
    if (p) {
        webhook_set_u16(p, (uint16_t) n);
    }
}


void
webhook_pg_add_i4(webhook_pg_args_t *a, uint32_t n)
{
    unsigned char  *p;

    p = webhook_pg_element(a, 4);
    if (p) {
        webhook_set_u32(p, n);
    }
}


void
webhook_pg_add_i8(webhook_pg_args_t *a, uint64_t n)
{
    unsigned char  *p;

    p = webhook_pg_element(a, 8);
    if (p) {
        webhook_set_u64(p, n);
    }
}


void
webhook_pg_add_uuid(webhook_pg_args_t *a, const webhook_id_t *id)
{
    unsigned char  *p;

    p = webhook_pg_element(a, WEBHOOK_ID_LEN);
    if (p) {
        memcpy(p, id->bytes, WEBHOOK_ID_LEN);
    }
}


void
webhook_pg_add_bytes(webhook_pg_args_t *a, const webhook_str_t *s)
{
    unsigned char  *p;

    p = webhook_pg_element(a, s->len);
    if (p && s->len) {
        memcpy(p, s->data, s->len);
    }
}


uint64_t
webhook_pg_get_i8(const PGresult *r, int row, int column)
{
    const unsigned char  *p;

    p = webhook_pg_column(r, row, column, 8);

    return p ? webhook_get_u64(p) : 0;
}


uint32_t
webhook_pg_get_i4(const PGresult *r, int row, int column)
{
    const unsigned char  *p;

    p = webhook_pg_column(r, row, column, 4);

    return p ? webhook_get_u32(p) : 0;
}


uint32_t
webhook_pg_get_i2(const PGresult *r, int row, int column)
{
    const unsigned char  *p;

    p = webhook_pg_column(r, row, column, 2);

    return p ? webhook_get_u16(p) : 0;
}


int
webhook_pg_get_bool(const PGresult *r, int row, int column)
{
    const unsigned char  *p;

    p = webhook_pg_column(r, row, column, 1);

    return p ? *p != 0 : 0;
}


void
webhook_pg_get_uuid(const PGresult *r, int row, int column, webhook_id_t *id)
{
    const unsigned char  *p;

    p = webhook_pg_column(r, row, column, WEBHOOK_ID_LEN);

    if (p) {
        memcpy(id->bytes, p, WEBHOOK_ID_LEN);

    } else {
        memset(id, 0, sizeof(webhook_id_t));
    }
}


void
webhook_pg_get_bytes(const PGresult *r, int row, int column,
    webhook_str_t *s)
{
    s->len = 0;
    s->data = NULL;

    if (row < PQntuples(r) && column < PQnfields(r)
        && !PQgetisnull(r, row, column))
    {
        s->len = (size_t) PQgetlength(r, row, column);
        s->data = (unsigned char *) PQgetvalue(r, row, column);
    }
}


int
webhook_pg_copy_bytes(const PGresult *r, int row, int column, void **memory,
    webhook_str_t *s)
{
    webhook_str_t  view;

    webhook_pg_get_bytes(r, row, column, &view);

    return webhook_memory_text(memory, &view, s);
}


uint32_t
webhook_pg_get_i8s(const PGresult *r, int row, int column, uint64_t *numbers,
    uint32_t max)
{
    uint32_t              i, count;
    webhook_str_t         s;
    const unsigned char  *p;

    webhook_pg_get_bytes(r, row, column, &s);

    if (s.len < WEBHOOK_PG_ARRAY_HEAD || webhook_get_u32(s.data) != 1
        || webhook_get_u32(s.data + 8) != WEBHOOK_PG_I8)
    {
        return 0;
    }

    count = webhook_get_u32(s.data + 12);

    if (count > max) {
        count = max;
    }

    p = s.data + WEBHOOK_PG_ARRAY_HEAD;

    for (i = 0; i < count; i++) {
        if ((size_t) (s.data + s.len - p) < 12 || webhook_get_u32(p) != 8) {
            return i;
        }

        numbers[i] = webhook_get_u64(p + 4);
        p += 12;
    }

    return count;
}


static unsigned char *
webhook_pg_value(webhook_pg_args_t *a, Oid type, size_t len)
{
    unsigned char  *p;

    if (a->failed || a->count == WEBHOOK_PG_ARGS_MAX || len > INT_MAX / 2) {
        a->failed = 1;
        return NULL;
    }

    p = webhook_memory_bytes(&a->memory, len ? len : 1);
    if (p == NULL) {
        a->failed = 1;
        return NULL;
    }

    a->types[a->count] = type;
    a->values[a->count] = (char *) p;
    a->lengths[a->count] = (int) len;
    a->formats[a->count] = 1;
    a->count++;

    return p;
}


static unsigned char *
webhook_pg_element(webhook_pg_args_t *a, size_t len)
{
    unsigned char  *p;

    if (a->failed || (size_t) (a->end - a->pos) < 4
        || (size_t) (a->end - a->pos) - 4 < len)
    {
        a->failed = 1;
        return NULL;
    }

    p = a->pos;
    webhook_set_u32(p, (uint32_t) len);
    a->pos += 4 + len;

    return p + 4;
}


static const unsigned char *
webhook_pg_column(const PGresult *r, int row, int column, size_t len)
{
    if (row >= PQntuples(r) || column >= PQnfields(r)
        || PQgetisnull(r, row, column)
        || (size_t) PQgetlength(r, row, column) != len)
    {
        return NULL;
    }

    return (const unsigned char *) PQgetvalue(r, row, column);
}
