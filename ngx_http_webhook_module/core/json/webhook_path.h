
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Paths: dotted, with array indexes: order.lines.0.sku.  A step that is a
 * decimal number is an index into an array and a key of an object.  A step
 * may hold any byte but controls, space, quotes, backslash and $ { } | = ! <
 * > ~ &.
 */

#ifndef WEBHOOK_PATH_H
#define WEBHOOK_PATH_H

#include "core/base/webhook_error.h"
#include "core/json/webhook_json.h"


#define WEBHOOK_PATH_MAX_STEPS  32      /* steps a path */


typedef struct webhook_path_s  webhook_path_t;


/* Compiles text; NULL with *err filled in if it is no path or no memory. */
webhook_path_t *webhook_path_compile(const webhook_str_t *text,
    webhook_error_t *err);
void webhook_path_free(webhook_path_t *path);

/* Number of steps; the i-th step's text; the path as it was written. */
uint32_t webhook_path_steps(const webhook_path_t *path);
const webhook_str_t *webhook_path_step(const webhook_path_t *path,
    uint32_t i);
const webhook_str_t *webhook_path_text(const webhook_path_t *path);

/*
 * Follows the steps from "skip" on through a document, from value "from" (or
 * the root where from is NULL).  Returns WEBHOOK_OK or WEBHOOK_ERROR.
 */
int webhook_path_find(const webhook_path_t *path, uint32_t skip,
    const webhook_json_doc_t *doc, const webhook_json_value_t *from,
    webhook_json_value_t *v);


#endif /* WEBHOOK_PATH_H */
