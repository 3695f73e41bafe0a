
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where a definition stands, for messages about it once all is read.
 */

#ifndef NGX_WEBHOOK_SOURCE_POS_H
#define NGX_WEBHOOK_SOURCE_POS_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    u_char                           *file;     /* NUL-terminated */
    ngx_uint_t                        line;
} ngx_webhook_source_pos_t;


#endif /* NGX_WEBHOOK_SOURCE_POS_H */
