
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The routes that are about the API itself.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/cluster/ngx_http_webhook_cluster.h"


#define NGX_WEBHOOK_API_HEALTHY  1000       /* ms that the store's word holds */


static ngx_int_t ngx_webhook_api_index(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_whoami(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_health(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_health_done(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_api_healthy(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_openapi(ngx_webhook_api_t *api);


const ngx_webhook_route_t  ngx_webhook_api_own[] = {

    { NGX_HTTP_GET, ngx_string(""), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_api_index, NULL },

    { NGX_HTTP_GET, ngx_string("whoami"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_api_whoami, NULL },

    { NGX_HTTP_GET, ngx_string("health"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_api_health, NULL },

    { NGX_HTTP_GET, ngx_string("openapi.json"), NGX_WEBHOOK_API_VIEW,
      ngx_webhook_api_openapi, NULL },

    ngx_webhook_null_route
};


/*
 * The file itself, docs/openapi.json, as the assembler reads it; config tells
 * its path.
 */

extern const char  ngx_webhook_api_openapi_text[];
extern const char  ngx_webhook_api_openapi_end[];

__asm__(
    ".pushsection .rodata\n"
    ".global ngx_webhook_api_openapi_text\n"
    ".hidden ngx_webhook_api_openapi_text\n"
    ".global ngx_webhook_api_openapi_end\n"
    ".hidden ngx_webhook_api_openapi_end\n"
    "ngx_webhook_api_openapi_text:\n"
    ".incbin \"" NGX_WEBHOOK_OPENAPI "\"\n"
    "ngx_webhook_api_openapi_end:\n"
    ".byte 0\n"
    ".popsection\n"
);


static ngx_int_t
ngx_webhook_api_index(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:i, s:s, s:s}", "api", 1,
                                          "version", NGX_WEBHOOK_VERSION,
                                          "openapi", "openapi.json"));
}


static ngx_int_t
ngx_webhook_api_whoami(ngx_webhook_api_t *api)
{
    json_t      *permissions, *name, *company, *json;
    ngx_uint_t   i;

    static const struct {
        ngx_uint_t   bit;
        const char  *name;
    }  bits[] = {
        { NGX_WEBHOOK_MAY_SET, "company.setting" },
        { NGX_WEBHOOK_MAY_VIEW, "company.view" },
        { NGX_WEBHOOK_MAY_PAYLOAD, "payload" }
    };

    permissions = json_array();

    for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        if (api->who.may & bits[i].bit) {
            (void) json_array_append_new(permissions,
                                         json_string(bits[i].name));
        }
    }

    name = api->who.name.len
           ? ngx_webhook_api_string(ngx_webhook_str(&api->who.name))
           : json_null();

    company = api->who.all
              ? json_null()
              : ngx_webhook_api_string(ngx_webhook_str(&api->who.company));

    json = json_pack("{s:o, s:o, s:b, s:b, s:o}",
                     "name", name,
                     "company", company,
                     "all_companies", (int) api->who.all,
                     "token", (int) api->who.token,
                     "permissions", permissions);

    if (json && api->wmcf->cluster
        && json_object_set_new(json, "node", ngx_webhook_api_string(
               ngx_webhook_str(&api->wmcf->cluster->node)))
           != 0)
    {
        json_decref(json);
        return NGX_ERROR;
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK, json);
}


/* Whether the store answers, which is asked once a second at most. */

static ngx_msec_t  ngx_webhook_api_healthy_until;
static ngx_uint_t  ngx_webhook_api_healthy_once;


static ngx_int_t
ngx_webhook_api_health(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    if (ngx_webhook_api_healthy_once
        && (ngx_msec_int_t) (ngx_webhook_api_healthy_until - ngx_current_msec)
           > 0)
    {
        return ngx_webhook_api_healthy(api);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_CLOCK;

    return ngx_webhook_api_store(api, &op, ngx_webhook_api_health_done);
}


static ngx_int_t
ngx_webhook_api_health_done(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_api_healthy_once = 1;
    ngx_webhook_api_healthy_until = ngx_current_msec
                                    + NGX_WEBHOOK_API_HEALTHY;

    return ngx_webhook_api_healthy(api);
}


static ngx_int_t
ngx_webhook_api_healthy(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:s}", "status", "ok"));
}


static ngx_int_t
ngx_webhook_api_openapi(ngx_webhook_api_t *api)
{
    ngx_str_t  text;

    text.data = (u_char *) ngx_webhook_api_openapi_text;
    text.len = ngx_webhook_api_openapi_end - ngx_webhook_api_openapi_text;

    return ngx_webhook_api_text(api, NGX_HTTP_OK, "application/json", &text);
}
