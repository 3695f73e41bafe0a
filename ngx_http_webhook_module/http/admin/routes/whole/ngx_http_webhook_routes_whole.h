
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Routes of the whole: figures, event types, tasks, the audit, export and
 * import, purge.  Event loop.
 */

#ifndef NGX_WEBHOOK_ROUTES_WHOLE_H
#define NGX_WEBHOOK_ROUTES_WHOLE_H

#include "http/admin/api/ngx_http_webhook_api.h"


extern const ngx_webhook_route_t  ngx_webhook_routes_whole[];


#endif /* NGX_WEBHOOK_ROUTES_WHOLE_H */
