
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Routes of deliveries.  Event loop.
 */

#ifndef NGX_WEBHOOK_ROUTES_DELIVERIES_H
#define NGX_WEBHOOK_ROUTES_DELIVERIES_H

#include "http/admin/api/ngx_http_webhook_api.h"


extern const ngx_webhook_route_t  ngx_webhook_routes_deliveries[];


#endif /* NGX_WEBHOOK_ROUTES_DELIVERIES_H */
