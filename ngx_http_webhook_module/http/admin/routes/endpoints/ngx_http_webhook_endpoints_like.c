
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_pattern.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_like.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_LIKE_MAX  1048576           /* bytes of a rendered body */


static ngx_int_t ngx_webhook_endpoints_like_type(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, ngx_webhook_type_t **type);
static ngx_webhook_type_t *ngx_webhook_endpoints_like_first(
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_endpoints_like_data(ngx_webhook_api_t *api,
    ngx_webhook_type_t *type, ngx_str_t *data);
static int ngx_webhook_endpoints_like_value(void *ctx,
    const webhook_path_t *path, webhook_value_t *v);
static ngx_int_t ngx_webhook_endpoints_like_wrong(ngx_webhook_api_t *api,
    const char *pointer, const char *detail);


static ngx_str_t  ngx_webhook_endpoints_like_json =
    ngx_string("application/json");


ngx_int_t
ngx_webhook_endpoints_like(ngx_webhook_api_t *api, ngx_webhook_endpoint_t *ep,
    ngx_webhook_endpoints_like_t *like)
{
    ngx_int_t            rc;
    ngx_webhook_type_t  *type;

    ngx_memzero(like, sizeof(ngx_webhook_endpoints_like_t));

    rc = ngx_webhook_endpoints_like_type(api, ep, &type);

    if (rc == NGX_OK) {
        rc = ngx_webhook_endpoints_like_data(api, type, &like->data);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    like->type = type->name;

    like->id_text.len = WEBHOOK_ID_TEXT_LEN;
    like->id_text.data = ngx_pnalloc(api->pool, WEBHOOK_ID_TEXT_LEN);

    if (like->id_text.data == NULL
        || ngx_webhook_event_id(&like->id) != NGX_OK
        || ngx_webhook_event_chain(api->pool, &like->data, &like->chain)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    webhook_id_text(&like->id, like->id_text.data);

    like->fanout.wmcf = api->wmcf;
    like->fanout.id = &like->id;
    like->fanout.id_text = &like->id_text;
    like->fanout.wall = ngx_webhook_clock_wall_real();
    like->fanout.type = &like->type;
    like->fanout.payload = &like->document;
    like->fanout.max = NGX_WEBHOOK_LIKE_MAX;
    like->fanout.lookup = ngx_webhook_endpoints_like_value;
    like->fanout.ctx = like;

    return NGX_OK;
}


void
ngx_webhook_endpoints_like_read(ngx_webhook_endpoints_like_t *like,
    ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_webhook_document_init(&like->document, pool, like->chain,
                              like->data.len,
                              &ngx_webhook_endpoints_like_json);

    like->fanout.pool = pool;
    like->fanout.log = log;
}


void
ngx_webhook_endpoints_like_free(ngx_webhook_endpoints_like_t *like)
{
    ngx_webhook_document_free(&like->document);
}


static ngx_int_t
ngx_webhook_endpoints_like_type(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, ngx_webhook_type_t **type)
{
    json_t         *given;
    ngx_uint_t      i;
    webhook_str_t   name;

    given = json_object_get(api->body, "event");

    if (given == NULL || json_is_null(given)) {
        *type = ngx_webhook_endpoints_like_first(api->wmcf, ep);

        return *type ? NGX_OK
               : ngx_webhook_endpoints_like_wrong(api, "/event",
                                                  "the endpoint subscribes to "
                                                  "no event: say which one is "
                                                  "meant");
    }

    *type = api->wmcf->types.elts;

    name.data = (u_char *) json_string_value(given);
    name.len = json_string_length(given);

    for (i = 0; i < api->wmcf->types.nelts; i++) {
        if (webhook_str_eq(ngx_webhook_str(&(*type)[i].name), &name)) {
            *type = &(*type)[i];
            return NGX_OK;
        }
    }

    return ngx_webhook_endpoints_like_wrong(api, "/event",
                                            "there is no such event type: "
                                            "\"events\" lists them");
}


static ngx_webhook_type_t *
ngx_webhook_endpoints_like_first(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i, k;
    ngx_webhook_type_t          *type;
    ngx_webhook_subscription_t  *events;

    type = wmcf->types.elts;
    events = ep->events.elts;

    for (i = 0; i < wmcf->types.nelts; i++) {
        for (k = 0; k < ep->events.nelts; k++) {

            if (webhook_pattern_match(ngx_webhook_str(&events[k].pattern),
                                      ngx_webhook_str(&type[i].name)))
            {
                return &type[i];
            }
        }
    }

    return NULL;
}


static ngx_int_t
ngx_webhook_endpoints_like_data(ngx_webhook_api_t *api,
    ngx_webhook_type_t *type, ngx_str_t *data)
{
    size_t   flags;
    json_t  *given;

    given = json_object_get(api->body, "data");

    if (given == NULL) {

        if (type->example.len) {
            *data = type->example;
            return NGX_OK;
        }

        ngx_str_set(data, "{\"test\":true}");
        return NGX_OK;
    }

    flags = JSON_COMPACT|JSON_ENCODE_ANY;

    data->len = json_dumpb(given, NULL, 0, flags);
    if (data->len == 0) {
        return NGX_ERROR;
    }

    data->data = ngx_pnalloc(api->pool, data->len);
    if (data->data == NULL) {
        return NGX_ERROR;
    }

    (void) json_dumpb(given, (char *) data->data, data->len, flags);

    return NGX_OK;
}


/* What there is beside data; of the rest an event that did not happen knows
   nothing. */

static int
ngx_webhook_endpoints_like_value(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_endpoints_like_t *like = ctx;

    const webhook_str_t  *root;

    root = webhook_path_root(path);

    if ((root->len == 5 && ngx_memcmp(root->data, "event", 5) == 0)
        || (root->len == 3 && ngx_memcmp(root->data, "now", 3) == 0))
    {
        return ngx_webhook_lookup_event(like->fanout.pool, &like->id,
                                        like->fanout.wall, &like->type, path,
                                        v);
    }

    ngx_memzero(v, sizeof(webhook_value_t));
    v->missing = 1;

    return WEBHOOK_OK;
}


static ngx_int_t
ngx_webhook_endpoints_like_wrong(ngx_webhook_api_t *api, const char *pointer,
    const char *detail)
{
    if (ngx_webhook_api_error(api, pointer, "%s", detail) != NGX_OK
        || ngx_webhook_api_invalid(api) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_DECLINED;
}
