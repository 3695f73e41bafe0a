
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/common/ngx_http_webhook_change.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"
#include "http/admin/routes/common/ngx_http_webhook_pause.h"
#include "http/admin/routes/receivers/ngx_http_webhook_receivers_int.h"
#include "http/admin/routes/receivers/ngx_http_webhook_routes_receivers.h"


static ngx_int_t ngx_webhook_receivers_list(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_get(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_make(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_make_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_patch(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_patch_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_remove(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_remove_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_rotate(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_rotate_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_pause(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_resume(ngx_webhook_api_t *api);


const ngx_webhook_route_t  ngx_webhook_routes_receivers[] = {

    { NGX_HTTP_GET, ngx_string("receivers"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_receivers_list, NGX_WEBHOOK_OBJECTS_QUERY },

    { NGX_HTTP_POST, ngx_string("receivers"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_receivers_make, NULL },

    { NGX_HTTP_GET, ngx_string("receivers/{id}"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_receivers_get, NULL },

    { NGX_HTTP_PATCH, ngx_string("receivers/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_MERGE
      |NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_receivers_patch, NULL },

    { NGX_HTTP_DELETE, ngx_string("receivers/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_receivers_remove, "cancel" },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/rotate"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY|NGX_WEBHOOK_API_IF_MATCH,
      ngx_webhook_receivers_rotate, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/pause"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY,
      ngx_webhook_receivers_pause, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/resume"),
      NGX_WEBHOOK_API_SET, ngx_webhook_receivers_resume, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/reveal"),
      NGX_WEBHOOK_API_SET, ngx_webhook_receivers_reveal, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/sample"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY,
      ngx_webhook_receivers_sample, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/dry-run"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY,
      ngx_webhook_receivers_dry_run, NULL },

    { NGX_HTTP_GET, ngx_string("receivers/{id}/calls"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_receivers_calls, "status since until node cursor limit" },

    { NGX_HTTP_GET, ngx_string("receivers/{id}/calls/{call}"),
      NGX_WEBHOOK_API_VIEW, ngx_webhook_receivers_call, NULL },

    { NGX_HTTP_POST, ngx_string("receivers/{id}/calls/{call}/replay"),
      NGX_WEBHOOK_API_SET, ngx_webhook_receivers_replay, NULL },

    ngx_webhook_null_route
};


static ngx_int_t
ngx_webhook_receivers_list(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_list(api, WEBHOOK_OBJECT_RECEIVER);
}


static ngx_int_t
ngx_webhook_receivers_get(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_get(api, WEBHOOK_OBJECT_RECEIVER);
}


static ngx_int_t
ngx_webhook_receivers_make(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_make_go);
}


static ngx_int_t
ngx_webhook_receivers_make_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_RECEIVER,
                              NGX_WEBHOOK_REGISTRY_MAKE);
}


static ngx_int_t
ngx_webhook_receivers_patch(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_patch_go);
}


static ngx_int_t
ngx_webhook_receivers_patch_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_RECEIVER,
                              NGX_WEBHOOK_REGISTRY_PATCH);
}


static ngx_int_t
ngx_webhook_receivers_remove(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_remove_go);
}


static ngx_int_t
ngx_webhook_receivers_remove_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_RECEIVER,
                              NGX_WEBHOOK_REGISTRY_REMOVE);
}


static ngx_int_t
ngx_webhook_receivers_rotate(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_rotate_go);
}


static ngx_int_t
ngx_webhook_receivers_rotate_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change(api, WEBHOOK_OBJECT_RECEIVER,
                              NGX_WEBHOOK_REGISTRY_ROTATE);
}


static ngx_int_t
ngx_webhook_receivers_pause(ngx_webhook_api_t *api)
{
    return ngx_webhook_pause(api, WEBHOOK_OBJECT_RECEIVER, 0);
}


static ngx_int_t
ngx_webhook_receivers_resume(ngx_webhook_api_t *api)
{
    return ngx_webhook_pause(api, WEBHOOK_OBJECT_RECEIVER, 1);
}
