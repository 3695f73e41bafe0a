
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What cannot stand together in a location.
 */

#ifndef NGX_WEBHOOK_CONF_LOCATION_H
#define NGX_WEBHOOK_CONF_LOCATION_H

#include "http/model/ngx_http_webhook_build.h"


/* What is to be looked at in locations when all is known. */
ngx_int_t ngx_webhook_location_check(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_CONF_LOCATION_H */
