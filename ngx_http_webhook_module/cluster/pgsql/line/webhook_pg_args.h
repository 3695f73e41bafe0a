
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Arguments of a statement, and columns of its result, in binary.  Numbers of 64
 * bits without a sign stand in a bigint with the same bits.
 *
 * A row of additions needs one check at the end, "failed".  An array is begun
 * with the number of its elements, which are added then, and for texts with the
 * bytes that all of them have.
 */

#ifndef WEBHOOK_PG_ARGS_H
#define WEBHOOK_PG_ARGS_H

#include <libpq-fe.h>

#include "core/base/webhook_id.h"
#include "core/base/webhook_str.h"


#define WEBHOOK_PG_ARGS_MAX  48


typedef enum {
    WEBHOOK_PG_BOOL = 16,
    WEBHOOK_PG_BYTES = 17,
    WEBHOOK_PG_I8 = 20,
    WEBHOOK_PG_I2 = 21,
    WEBHOOK_PG_I4 = 23,
    WEBHOOK_PG_UUID = 2950
} webhook_pg_type_e;


typedef struct {
    void           *memory;             /* webhook_memory_free() */
    int             count;
    unsigned        failed:1;           /* no memory, or too many */

    Oid             types[WEBHOOK_PG_ARGS_MAX];
    const char     *values[WEBHOOK_PG_ARGS_MAX];
    int             lengths[WEBHOOK_PG_ARGS_MAX];
    int             formats[WEBHOOK_PG_ARGS_MAX];

    unsigned char  *pos;                /* in the array that was begun */
    unsigned char  *end;
} webhook_pg_args_t;


void webhook_pg_args(webhook_pg_args_t *a);
void webhook_pg_args_free(webhook_pg_args_t *a);

void webhook_pg_i2(webhook_pg_args_t *a, uint32_t n);
void webhook_pg_i4(webhook_pg_args_t *a, uint32_t n);
void webhook_pg_i8(webhook_pg_args_t *a, uint64_t n);
void webhook_pg_bool(webhook_pg_args_t *a, int b);
void webhook_pg_uuid(webhook_pg_args_t *a, const webhook_id_t *id);
void webhook_pg_bytes(webhook_pg_args_t *a, const void *data, size_t len);
void webhook_pg_str(webhook_pg_args_t *a, const webhook_str_t *s);
void webhook_pg_null(webhook_pg_args_t *a, webhook_pg_type_e type);

void webhook_pg_array(webhook_pg_args_t *a, webhook_pg_type_e type,
    uint32_t count, size_t bytes);
void webhook_pg_add_i2(webhook_pg_args_t *a, uint32_t n);
void webhook_pg_add_i4(webhook_pg_args_t *a, uint32_t n);
void webhook_pg_add_i8(webhook_pg_args_t *a, uint64_t n);
void webhook_pg_add_uuid(webhook_pg_args_t *a, const webhook_id_t *id);
void webhook_pg_add_bytes(webhook_pg_args_t *a, const webhook_str_t *s);


/* 0, or empty, where the column is NULL or of another length. */
uint64_t webhook_pg_get_i8(const PGresult *r, int row, int column);
uint32_t webhook_pg_get_i4(const PGresult *r, int row, int column);
uint32_t webhook_pg_get_i2(const PGresult *r, int row, int column);
int webhook_pg_get_bool(const PGresult *r, int row, int column);
void webhook_pg_get_uuid(const PGresult *r, int row, int column,
    webhook_id_t *id);

/* As a view into the result, or as a copy: 0 or ENOMEM. */
void webhook_pg_get_bytes(const PGresult *r, int row, int column,
    webhook_str_t *s);
int webhook_pg_copy_bytes(const PGresult *r, int row, int column,
    void **memory, webhook_str_t *s);

/* Numbers of a bigint[]; their count, up to max. */
uint32_t webhook_pg_get_i8s(const PGresult *r, int row, int column,
    uint64_t *numbers, uint32_t max);


#endif /* WEBHOOK_PG_ARGS_H */
