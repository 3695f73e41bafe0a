
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Variables that both halves answer.
 */

#ifndef NGX_HTTP_WEBHOOK_VARIABLES_H
#define NGX_HTTP_WEBHOOK_VARIABLES_H

#include "http/model/ngx_http_webhook.h"


/* Adds all variables of the module (preconfiguration). */
ngx_int_t ngx_http_webhook_variables(ngx_conf_t *cf);


#endif /* NGX_HTTP_WEBHOOK_VARIABLES_H */
