
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What nginx.conf gives to those who build.
 */

#ifndef NGX_WEBHOOK_CONF_BUILD_H
#define NGX_WEBHOOK_CONF_BUILD_H

#include "http/model/ngx_http_webhook_build.h"


/* Fills in b for the directive that cf is at, or, in postconfiguration, for
   what is said of other places; returns it.  It is of use as long as cf stands
   there. */
ngx_webhook_build_t *ngx_webhook_conf_build(ngx_conf_t *cf,
    ngx_webhook_build_t *b);


#endif /* NGX_WEBHOOK_CONF_BUILD_H */
