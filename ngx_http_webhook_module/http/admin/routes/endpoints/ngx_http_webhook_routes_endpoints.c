
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is registered is changed by the registry, in the order of its changes;
 * the rest is in files of its own.
 */

#include "http/admin/routes/common/ngx_http_webhook_change.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"
#include "http/admin/routes/common/ngx_http_webhook_pause.h"
#include "http/admin/routes/common/ngx_http_webhook_rings.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_routes_endpoints.h"


static ngx_int_t ngx_webhook_endpoints_list(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_get(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_make(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_make_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_patch(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_patch_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_remove(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_remove_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_rotate(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_rotate_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_stats(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_stats_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_stats_ask(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_pause(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_resume(ngx_webhook_api_t *api);


const ngx_webhook_route_t  ngx_webhook_routes_endpoints[] = {

    { NGX_HTTP_GET, ngx_string("endpoints"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_endpoints_list, NGX_WEBHOOK_OBJECTS_QUERY },

    { NGX_HTTP_POST, ngx_string("endpoints"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_endpoints_make, NULL },

    { NGX_HTTP_GET, ngx_string("endpoints/{id}"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_endpoints_get, NULL },

    { NGX_HTTP_PATCH, ngx_string("endpoints/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_MERGE
      |NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_endpoints_patch, NULL },

    { NGX_HTTP_DELETE, ngx_string("endpoints/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_endpoints_remove, "cancel" },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/rotate"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY|NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_endpoints_rotate, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/approve"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_endpoints_approve, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/challenge"),
      NGX_WEBHOOK_API_SET, ngx_webhook_endpoints_challenge, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/pause"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY,
      ngx_webhook_endpoints_pause, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/resume"),
      NGX_WEBHOOK_API_SET, ngx_webhook_endpoints_resume, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/{id}/test"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY,
      ngx_webhook_endpoints_test, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/test"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_endpoints_test_given, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/preview"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_endpoints_preview, NULL },

    { NGX_HTTP_POST, ngx_string("endpoints/filter-test"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_endpoints_filter_test, NULL },

    { NGX_HTTP_GET, ngx_string("endpoints/{id}/stats"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_endpoints_stats, "range" },

    ngx_webhook_null_route
};


static ngx_int_t
ngx_webhook_endpoints_list(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_list(api, WEBHOOK_OBJECT_ENDPOINT);
}


static ngx_int_t
ngx_webhook_endpoints_get(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_get(api, WEBHOOK_OBJECT_ENDPOINT);
}


static ngx_int_t
ngx_webhook_endpoints_make(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_make_go);
}


static ngx_int_t
ngx_webhook_endpoints_make_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_ENDPOINT,
                              NGX_WEBHOOK_REGISTRY_MAKE);
}


static ngx_int_t
ngx_webhook_endpoints_patch(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_patch_go);
}


static ngx_int_t
ngx_webhook_endpoints_patch_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_ENDPOINT,
                              NGX_WEBHOOK_REGISTRY_PATCH);
}


static ngx_int_t
ngx_webhook_endpoints_remove(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_remove_go);
}


static ngx_int_t
ngx_webhook_endpoints_remove_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_ENDPOINT,
                              NGX_WEBHOOK_REGISTRY_REMOVE);
}


static ngx_int_t
ngx_webhook_endpoints_rotate(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_rotate_go);
}


static ngx_int_t
ngx_webhook_endpoints_rotate_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_ENDPOINT,
                              NGX_WEBHOOK_REGISTRY_ROTATE);
}


static ngx_int_t
ngx_webhook_endpoints_stats(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_stats_go);
}


static ngx_int_t
ngx_webhook_endpoints_stats_go(ngx_webhook_api_t *api)
{
    ngx_webhook_scope_thing_t  thing;

    return ngx_webhook_scope_endpoint(api, &api->values[0], &thing)
           ? ngx_webhook_endpoints_stats_ask(api)
           : ngx_webhook_scope_past(api, WEBHOOK_OBJECT_ENDPOINT,
                                    &api->values[0], "endpoint",
                                    ngx_webhook_endpoints_stats_ask);
}


static ngx_int_t
ngx_webhook_endpoints_stats_ask(ngx_webhook_api_t *api)
{
    uint64_t  *key;

    key = ngx_palloc(api->pool, sizeof(uint64_t));
    if (key == NULL) {
        return NGX_ERROR;
    }

    *key = webhook_id_name(ngx_webhook_str(&api->values[0]));

    return ngx_webhook_rings(api, key, 1, NULL);
}


static ngx_int_t
ngx_webhook_endpoints_pause(ngx_webhook_api_t *api)
{
    return ngx_webhook_pause(api, WEBHOOK_OBJECT_ENDPOINT, 0);
}


static ngx_int_t
ngx_webhook_endpoints_resume(ngx_webhook_api_t *api)
{
    return ngx_webhook_pause(api, WEBHOOK_OBJECT_ENDPOINT, 1);
}
