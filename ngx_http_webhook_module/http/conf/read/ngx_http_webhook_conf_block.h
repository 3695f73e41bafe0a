
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Blocks with directives of their own.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_BLOCK_H
#define NGX_HTTP_WEBHOOK_CONF_BLOCK_H

#include "http/model/ngx_http_webhook.h"


/*
 * Reads the directives of a block up to its end; tables are those that it may
 * have, up to NULL, each up to ngx_null_command, and "include" besides.  Of a
 * command's type only the number of arguments counts; its handler gets conf.
 */
char *ngx_http_webhook_conf_block(ngx_conf_t *cf, ngx_command_t **tables,
    void *conf);


#endif /* NGX_HTTP_WEBHOOK_CONF_BLOCK_H */
