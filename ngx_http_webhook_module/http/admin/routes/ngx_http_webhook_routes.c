
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/ngx_http_webhook_routes.h"


const ngx_webhook_route_t  *ngx_webhook_routes[] = {
    NULL
};
