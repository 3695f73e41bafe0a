
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tables that turn one text into another, for the filter "map" of templates:
 * "paid" into "3".
 *
 * A table is filled by one thread and then read by any number of them.
 */

#ifndef WEBHOOK_VALUE_MAP_H
#define WEBHOOK_VALUE_MAP_H

#include "core/base/webhook_str.h"


#define WEBHOOK_VALUE_MAP_MAX  65536    /* rows */


typedef struct webhook_value_map_s  webhook_value_map_t;


/* An empty table, or NULL on lack of memory. */
webhook_value_map_t *webhook_value_map_create(void);
void webhook_value_map_free(webhook_value_map_t *map);

/* Adds a row; both texts are copied.  Returns WEBHOOK_OK, WEBHOOK_ERROR if
   "from" is there already, WEBHOOK_LIMIT or WEBHOOK_NOMEM. */
int webhook_value_map_add(webhook_value_map_t *map, const webhook_str_t *from,
    const webhook_str_t *to);

/* What any other text becomes, which is copied; the same returns. */
int webhook_value_map_add_default(webhook_value_map_t *map,
    const webhook_str_t *to);

/*
 * What "from" becomes, as a view of the table: its row's text, or else the
 * default; NULL if there is neither.  Compares bytes; takes log(rows) steps.
 */
const webhook_str_t *webhook_value_map_find(const webhook_value_map_t *map,
    const webhook_str_t *from);


#endif /* WEBHOOK_VALUE_MAP_H */
