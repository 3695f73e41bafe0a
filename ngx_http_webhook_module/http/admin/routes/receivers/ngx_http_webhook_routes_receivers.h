
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Routes of receivers.  Event loop.
 */

#ifndef NGX_WEBHOOK_ROUTES_RECEIVERS_H
#define NGX_WEBHOOK_ROUTES_RECEIVERS_H

#include "http/admin/api/ngx_http_webhook_api.h"


extern const ngx_webhook_route_t  ngx_webhook_routes_receivers[];


#endif /* NGX_WEBHOOK_ROUTES_RECEIVERS_H */
