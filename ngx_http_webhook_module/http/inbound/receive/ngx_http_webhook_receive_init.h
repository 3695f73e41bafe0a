
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where receivers stand in nginx: phases and filters.
 */

#ifndef NGX_WEBHOOK_RECEIVE_INIT_H
#define NGX_WEBHOOK_RECEIVE_INIT_H

#include "http/model/ngx_http_webhook.h"


/* Installs the filters that swallow the actions' output, and the masking
   handlers where some location receives (postconfiguration). */
ngx_int_t ngx_webhook_receive_init(ngx_conf_t *cf);


#endif /* NGX_WEBHOOK_RECEIVE_INIT_H */
