
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sets of HTTP status codes, as in "success 200,202" or "status=2xx".
 */

#ifndef WEBHOOK_STATUS_SET_H
#define WEBHOOK_STATUS_SET_H

#include "core/base/webhook_str.h"


/* One bit for each status code from 100 to 599. */

typedef struct {
    uint64_t  bits[8];
} webhook_status_set_t;


/*
 * Reads "200", "2xx", "200,202,3xx"; codes are 100 to 599.  Returns
 * WEBHOOK_OK, or WEBHOOK_ERROR (the set is then undefined).
 */
int webhook_status_set_parse(const webhook_str_t *text,
    webhook_status_set_t *set);

/* 1 if the set holds the status, else 0 (0 too for what is no status). */
int webhook_status_set_has(const webhook_status_set_t *set, unsigned status);


#endif /* WEBHOOK_STATUS_SET_H */
