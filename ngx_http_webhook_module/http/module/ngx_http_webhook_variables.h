
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Variables that both halves answer.
 */

#ifndef NGX_WEBHOOK_VARIABLES_H
#define NGX_WEBHOOK_VARIABLES_H

#include "http/model/ngx_http_webhook.h"


/* Adds all variables of the module (preconfiguration). */
ngx_int_t ngx_webhook_variables(ngx_conf_t *cf);


#endif /* NGX_WEBHOOK_VARIABLES_H */
