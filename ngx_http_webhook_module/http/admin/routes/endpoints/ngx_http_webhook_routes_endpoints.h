
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Routes of endpoints.  Event loop.
 */

#ifndef NGX_WEBHOOK_ROUTES_ENDPOINTS_H
#define NGX_WEBHOOK_ROUTES_ENDPOINTS_H

#include "http/admin/api/ngx_http_webhook_api.h"


extern const ngx_webhook_route_t  ngx_webhook_routes_endpoints[];


#endif /* NGX_WEBHOOK_ROUTES_ENDPOINTS_H */
