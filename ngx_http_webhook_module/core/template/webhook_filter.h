
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The filters of a template's placeholder.
 */

#ifndef WEBHOOK_FILTER_H
#define WEBHOOK_FILTER_H

#include "core/json/webhook_value.h"
#include "core/template/webhook_value_map.h"


typedef enum {
    WEBHOOK_FILTER_INT = 0,
    WEBHOOK_FILTER_STRING,
    WEBHOOK_FILTER_BOOL,
    WEBHOOK_FILTER_NUMBER,
    WEBHOOK_FILTER_DEFAULT,
    WEBHOOK_FILTER_REQUIRED,
    WEBHOOK_FILTER_LOWER,
    WEBHOOK_FILTER_UPPER,
    WEBHOOK_FILTER_TRIM,
    WEBHOOK_FILTER_DATE,
    WEBHOOK_FILTER_MAP
} webhook_filter_type_e;


typedef struct {
    webhook_filter_type_e       type;
    webhook_str_t               arg;    /* a view of the text parsed */
    const webhook_value_map_t  *map;    /* once it is bound */
} webhook_filter_t;


/* Reads "name" or "name:argument"; WEBHOOK_ERROR with *err filled in. */
int webhook_filter_parse(const webhook_str_t *text, webhook_filter_t *filter,
    webhook_error_t *err);

/*
 * Changes v in place; the path is for error texts.  What has to be made new is
 * put into scratch, which must not be touched while v is in use; v may be in
 * it from a filter before.  Returns
 * WEBHOOK_OK, WEBHOOK_NOMEM, or WEBHOOK_ERROR with *err filled in.
 */
int webhook_filter_apply(const webhook_filter_t *filter,
    const webhook_path_t *path, webhook_value_t *v, webhook_buf_t *scratch,
    webhook_error_t *err);


#endif /* WEBHOOK_FILTER_H */
