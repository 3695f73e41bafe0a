
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Blocks with directives of their own.
 */

#ifndef NGX_WEBHOOK_CONF_BLOCK_H
#define NGX_WEBHOOK_CONF_BLOCK_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"


/*
 * Reads the directives of a block up to its end; tables are those of the fields
 * that it may have, up to NULL, and "include" is read besides.  What builds a
 * field gets conf.
 */
char *ngx_webhook_conf_block(ngx_conf_t *cf,
    const ngx_webhook_field_t **tables, void *conf);


#endif /* NGX_WEBHOOK_CONF_BLOCK_H */
