
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/whole/ngx_http_webhook_routes_whole.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"


const ngx_webhook_route_t  ngx_webhook_routes_whole[] = {

    { NGX_HTTP_GET, ngx_string("stats"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_stats, "range" },

    { NGX_HTTP_GET, ngx_string("limits"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_limits, NULL },

    { NGX_HTTP_GET, ngx_string("events"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_events, NULL },

    { NGX_HTTP_GET, ngx_string("events/{type}/example"),
      NGX_WEBHOOK_API_VIEW, ngx_webhook_whole_example, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/retry"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_ONCE,
      ngx_webhook_whole_bulk_retry, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/cancel"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_ONCE,
      ngx_webhook_whole_bulk_cancel, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/replay"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_ONCE,
      ngx_webhook_whole_bulk_replay, NULL },

    { NGX_HTTP_GET, ngx_string("tasks"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_tasks, "cursor limit" },

    { NGX_HTTP_GET, ngx_string("tasks/{id}"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_task, NULL },

    { NGX_HTTP_DELETE, ngx_string("tasks/{id}"), NGX_WEBHOOK_API_SET,
      ngx_webhook_whole_task_end, NULL },

    { NGX_HTTP_GET, ngx_string("audit"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_whole_audit, "cursor limit by kind action id" },

    { NGX_HTTP_GET, ngx_string("registry"), NGX_WEBHOOK_API_SET,
      ngx_webhook_whole_export, "cursor limit" },

    { NGX_HTTP_POST, ngx_string("registry"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_LARGE,
      ngx_webhook_whole_import, NULL },

    { NGX_HTTP_POST, ngx_string("purge"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_whole_purge, NULL },

    ngx_webhook_null_route
};
