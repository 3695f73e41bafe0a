
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_routes_deliveries.h"


/* The line of curl has the URL, and the payload. */

#define NGX_WEBHOOK_DELIVERIES_CURL  (NGX_WEBHOOK_API_SET                     \
                                      |NGX_WEBHOOK_API_PAYLOAD)


const ngx_webhook_route_t  ngx_webhook_routes_deliveries[] = {

    { NGX_HTTP_GET, ngx_string("deliveries"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_deliveries_list,
      NGX_WEBHOOK_ASKED_QUERY " q node cursor limit" },

    { NGX_HTTP_GET, ngx_string("deliveries/{id}"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_deliveries_show, NULL },

    { NGX_HTTP_GET, ngx_string("deliveries/{id}/payload"),
      NGX_WEBHOOK_API_VIEW|NGX_WEBHOOK_API_PAYLOAD|NGX_WEBHOOK_API_ANY_TYPE,
      ngx_webhook_deliveries_payload, NULL },

    { NGX_HTTP_GET, ngx_string("deliveries/{id}/curl"),
      NGX_WEBHOOK_DELIVERIES_CURL, ngx_webhook_deliveries_curl, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/{id}/retry"), NGX_WEBHOOK_API_SET,
      ngx_webhook_deliveries_retry, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/{id}/cancel"),
      NGX_WEBHOOK_API_SET, ngx_webhook_deliveries_cancel, NULL },

    { NGX_HTTP_POST, ngx_string("deliveries/{id}/replay"),
      NGX_WEBHOOK_API_SET, ngx_webhook_deliveries_replay, NULL },

    ngx_webhook_null_route
};
