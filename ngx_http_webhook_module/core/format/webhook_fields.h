
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fields of a form, gathered one by one, as a JSON object: a name that comes
 * once has its value, one that comes again an array of its values in their
 * order, at the place of the first.  Names stay as they are, brackets and all:
 * "lines[0][sku]" and "tag[]" are plain names.  All functions are reentrant and
 * may run on any thread.
 */

#ifndef WEBHOOK_FIELDS_H
#define WEBHOOK_FIELDS_H

#include "core/base/webhook_str.h"


#define WEBHOOK_FIELDS_MAX  1024        /* default bound of their number */


typedef struct {
    uint32_t              name;         /* where in the pool, JSON's way */
    uint32_t              name_len;
    uint32_t              value;
    uint32_t              value_len;
} webhook_field_t;


typedef struct {
    webhook_field_t      *fields;
    uint32_t              nfields;
    uint32_t              size;         /* allocated */
    uint32_t              max;
    webhook_buf_t         pool;
} webhook_fields_t;


/* Begins an empty row of at most max fields (0: the default). */
void webhook_fields_init(webhook_fields_t *f, uint32_t max);

/*
 * Adds a name, as it is; the value is then appended to f->pool by the caller,
 * as JSON (webhook_fields_string() for a string), before the next call here.
 * Returns WEBHOOK_OK, WEBHOOK_LIMIT (too many, or 1 GB of text), or
 * WEBHOOK_NOMEM.
 */
int webhook_fields_name(webhook_fields_t *f, const webhook_str_t *name);

/* Appends a text to the pool as a JSON string.  Returns the pool's state. */
int webhook_fields_string(webhook_fields_t *f, const webhook_str_t *text);

/*
 * Appends the object to out.  Returns WEBHOOK_OK, WEBHOOK_NOMEM, or
 * WEBHOOK_LIMIT (of out, or of the pool).  To be called once.
 */
int webhook_fields_write(webhook_fields_t *f, webhook_buf_t *out);

/* Frees what was taken. */
void webhook_fields_free(webhook_fields_t *f);


#endif /* WEBHOOK_FIELDS_H */
