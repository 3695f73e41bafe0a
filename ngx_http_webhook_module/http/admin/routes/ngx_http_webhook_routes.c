
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/ngx_http_webhook_routes.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_routes_deliveries.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_routes_endpoints.h"
#include "http/admin/routes/receivers/ngx_http_webhook_routes_receivers.h"
#include "http/admin/routes/whole/ngx_http_webhook_routes_whole.h"


const ngx_webhook_route_t  *ngx_webhook_routes[] = {
    ngx_webhook_routes_deliveries,
    ngx_webhook_routes_endpoints,
    ngx_webhook_routes_receivers,
    ngx_webhook_routes_whole,
    NULL
};
