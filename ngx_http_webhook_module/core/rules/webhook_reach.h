
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where in a tree of paths a request may go.
 */

#ifndef WEBHOOK_REACH_H
#define WEBHOOK_REACH_H

#include "core/base/webhook_str.h"


/* Times that a path is decoded at most. */
#define WEBHOOK_REACH_DECODED  4

/* 1 if a prefix can be one: from "/" to "/", as paths are once decoded and
   normalized, with no byte that a reader of it may take for another. */
int webhook_reach_prefix_valid(const webhook_str_t *prefix);

/*
 * 1 if a path is below a (valid) prefix for whoever reads it: a path without
 * "?" that was decoded once, as nginx has it, and which others may decode
 * again, with slashes merged or parameters of segments taken off.  So no
 * reading of it may have a segment "." or "..", an empty one but the last, a
 * backslash or a control character; all begin with the prefix.  Reentrant.
 */
int webhook_reach_below(const webhook_str_t *path, const webhook_str_t *prefix);


#endif /* WEBHOOK_REACH_H */
