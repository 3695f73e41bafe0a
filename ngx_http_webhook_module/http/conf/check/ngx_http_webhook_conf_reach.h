
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether actions lead to a location.
 */

#ifndef NGX_WEBHOOK_CONF_REACH_H
#define NGX_WEBHOOK_CONF_REACH_H

#include "http/model/ngx_http_webhook_build.h"


/* Whether actions lead to a location, once those are sorted. */
ngx_int_t ngx_webhook_reach_check(ngx_webhook_build_t *b);


#endif /* NGX_WEBHOOK_CONF_REACH_H */
