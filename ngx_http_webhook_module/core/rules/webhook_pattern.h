
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Names of event types ("order.add") and patterns over them ("order.*", "*").
 */

#ifndef WEBHOOK_PATTERN_H
#define WEBHOOK_PATTERN_H

#include "core/base/webhook_str.h"


#define WEBHOOK_TYPE_MAX  128           /* bytes of an event type's name */


/* 1 if text is an event type: dot-separated words of [A-Za-z0-9_]. */
int webhook_type_valid(const webhook_str_t *text);

/* 1 if text is a type, "*", or a type's leading words followed by ".*". */
int webhook_pattern_valid(const webhook_str_t *text);

/* 1 if the (valid) pattern covers the type: "order.*" covers "order.add" and
   "order.line.add", not "order". */
int webhook_pattern_match(const webhook_str_t *pattern,
    const webhook_str_t *type);


#endif /* WEBHOOK_PATTERN_H */
