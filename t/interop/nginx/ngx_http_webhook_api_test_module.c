
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_api_test: the API has routes of the tests' own in place of those that
 * it has, so that its frame can be seen without them.
 */

#include "http/admin/api/ngx_http_webhook_api_handler.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"


#define API_TEST_CURSOR  16


static void *api_test_create_conf(ngx_conf_t *cf);
static ngx_int_t api_test_postconfiguration(ngx_conf_t *cf);

static ngx_int_t api_test_list(ngx_webhook_api_t *api);
static ngx_int_t api_test_make(ngx_webhook_api_t *api);
static ngx_int_t api_test_show(ngx_webhook_api_t *api);
static ngx_int_t api_test_special(ngx_webhook_api_t *api);
static ngx_int_t api_test_change(ngx_webhook_api_t *api);
static ngx_int_t api_test_remove(ngx_webhook_api_t *api);
static ngx_int_t api_test_act(ngx_webhook_api_t *api);
static ngx_int_t api_test_payload(ngx_webhook_api_t *api);
static ngx_int_t api_test_import(ngx_webhook_api_t *api);
static ngx_int_t api_test_broken(ngx_webhook_api_t *api);
static ngx_int_t api_test_wait(ngx_webhook_api_t *api);
static ngx_int_t api_test_store(ngx_webhook_api_t *api);


typedef struct {
    ngx_flag_t  on;
} api_test_conf_t;


static const ngx_webhook_route_t  api_test_items[] = {

    { NGX_HTTP_GET, ngx_string("items"), NGX_WEBHOOK_API_VIEW, api_test_list,
      "color n flag cursor limit" },

    { NGX_HTTP_POST, ngx_string("items"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY, api_test_make, NULL },

    { NGX_HTTP_GET, ngx_string("items/{id}"), NGX_WEBHOOK_API_VIEW,
      api_test_show, NULL },

    { NGX_HTTP_PATCH, ngx_string("items/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_MERGE
      |NGX_WEBHOOK_API_IF_MATCH, api_test_change, NULL },

    { NGX_HTTP_DELETE, ngx_string("items/{id}"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_IF_MATCH, api_test_remove, NULL },

    ngx_webhook_null_route
};

static const ngx_webhook_route_t  api_test_others[] = {

    { NGX_HTTP_POST, ngx_string("items/special"), NGX_WEBHOOK_API_SET,
      api_test_special, NULL },

    { NGX_HTTP_POST, ngx_string("items/{id}/act"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY_MAY, api_test_act, NULL },

    { NGX_HTTP_GET, ngx_string("items/{id}/payload/{n}"),
      NGX_WEBHOOK_API_VIEW|NGX_WEBHOOK_API_PAYLOAD|NGX_WEBHOOK_API_ANY_TYPE,
      api_test_payload, NULL },

    { NGX_HTTP_POST, ngx_string("import"),
      NGX_WEBHOOK_API_SET|NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_LARGE,
      api_test_import, NULL },

    { NGX_HTTP_GET, ngx_string("broken"), NGX_WEBHOOK_API_VIEW,
      api_test_broken, NULL },

    { NGX_HTTP_GET, ngx_string("wait"), NGX_WEBHOOK_API_VIEW, api_test_wait,
      NULL },

    { NGX_HTTP_GET, ngx_string("store"), NGX_WEBHOOK_API_VIEW, api_test_store,
      NULL },

    ngx_webhook_null_route
};

static const ngx_webhook_route_t  *api_test_routes[] = {
    api_test_items,
    api_test_others,
    NULL
};


static ngx_command_t  api_test_commands[] = {

    { ngx_string("webhook_api_test"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(api_test_conf_t, on),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  api_test_ctx = {
    NULL, api_test_postconfiguration, api_test_create_conf, NULL, NULL, NULL,
    NULL, NULL
};


ngx_module_t  ngx_webhook_api_test_module = {
    NGX_MODULE_V1,
    &api_test_ctx,
    api_test_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


/* What nginx looks for in a module's file. */

ngx_module_t  *ngx_modules[] = { &ngx_webhook_api_test_module, NULL };
char  *ngx_module_names[] = { "ngx_webhook_api_test_module", NULL };
char  *ngx_module_order[] = { NULL };


/* What the routes have done, in this worker. */

static ngx_uint_t  api_test_acts;


static void *
api_test_create_conf(ngx_conf_t *cf)
{
    api_test_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(api_test_conf_t));

    if (conf) {
        conf->on = NGX_CONF_UNSET;
    }

    return conf;
}


static ngx_int_t
api_test_postconfiguration(ngx_conf_t *cf)
{
    void                   ***loc_conf;
    ngx_uint_t                i;
    api_test_conf_t          *conf;
    ngx_webhook_loc_conf_t   *wlcf;
    ngx_webhook_main_conf_t  *wmcf;

    conf = ngx_http_conf_get_module_main_conf(cf, ngx_webhook_api_test_module);
    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    loc_conf = wmcf->locations.elts;

    for (i = 0; conf->on == 1 && i < wmcf->locations.nelts; i++) {

        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->api) {
            wlcf->api->routes = api_test_routes;
        }
    }

    return NGX_OK;
}


/* Ten things, numbered; and what the query said. */

static ngx_int_t
api_test_list(ngx_webhook_api_t *api)
{
    json_t      *items;
    uint32_t     limit;
    uint64_t     n, first, i;
    ngx_int_t    rc;
    ngx_str_t    color;
    ngx_uint_t   from, flag;
    u_char       cursor[API_TEST_CURSOR];

    n = 10;
    flag = 0;
    first = 0;

    if ((rc = ngx_webhook_api_query_limit(api, &limit)) != NGX_OK
        || (rc = ngx_webhook_api_query_number(api, "n", 1, 1000, &n)) != NGX_OK
        || (rc = ngx_webhook_api_query_flag(api, "flag", &flag)) != NGX_OK
        || (rc = ngx_webhook_api_query_cursor(api, cursor, sizeof(cursor),
                                              &from))
           != NGX_OK)
    {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }

    if (!ngx_webhook_api_query(api, "color", &color)) {
        ngx_str_set(&color, "none");
    }

    if (from) {
        ngx_memcpy(&first, cursor, sizeof(first));
    }

    items = json_array();

    for (i = first; i < n && i < first + limit; i++) {
        json_array_append_new(items, json_integer(i));
    }

    ngx_memzero(cursor, sizeof(cursor));
    ngx_memcpy(cursor, &i, sizeof(i));

    if (ngx_webhook_api_page(api, items, i < n ? cursor : NULL, sizeof(cursor))
        != NGX_OK
        || ngx_webhook_api_page_member(api, "color",
               ngx_webhook_api_string(ngx_webhook_str(&color)))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_member(api, "flag", json_boolean(flag));
}


static ngx_int_t
api_test_make(ngx_webhook_api_t *api)
{
    ngx_str_t  path = ngx_string("items/it em");

    if (json_object_get(api->body, "wrong")) {

        if (ngx_webhook_api_error(api, "/wrong", "it is \"%s\"", "wrong")
            != NGX_OK
            || ngx_webhook_api_error(api, "", "all of it") != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webhook_api_invalid(api);
    }

    api_test_acts++;

    if (ngx_webhook_api_etag(api, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_created(api, &path,
               json_pack("{s:i, s:O, s:s}", "acts", (int) api_test_acts,
                         "body", api->body, "secret", "whsec_planted"));
}


static ngx_int_t
api_test_show(ngx_webhook_api_t *api)
{
    if (api->values[0].len == 4
        && ngx_strncmp(api->values[0].data, "none", 4) == 0)
    {
        return ngx_webhook_api_not_found(api, "item", &api->values[0]);
    }

    if (ngx_webhook_api_etag(api, 7) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK, json_pack("{s:o}", "id",
               ngx_webhook_api_string(ngx_webhook_str(&api->values[0]))));
}


static ngx_int_t
api_test_special(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:b}", "special", 1));
}


static ngx_int_t
api_test_change(ngx_webhook_api_t *api)
{
    if (api->expect != 7 && api->expect != WEBHOOK_OBJECT_ANY) {
        return ngx_webhook_api_stale(api, 7);
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK, json_incref(api->body));
}


static ngx_int_t
api_test_remove(ngx_webhook_api_t *api)
{
    ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT, "It is in use by %d", 3);

    if (api->expect == 9) {
        return ngx_webhook_api_member(api, "pending", json_integer(3));
    }

    return ngx_webhook_api_empty(api);
}


static ngx_int_t
api_test_act(ngx_webhook_api_t *api)
{
    api_test_acts++;

    return ngx_webhook_api_json(api, NGX_HTTP_ACCEPTED,
               json_pack("{s:i, s:b}", "acts", (int) api_test_acts, "body",
                         api->body != NULL));
}


static ngx_int_t
api_test_payload(ngx_webhook_api_t *api)
{
    ngx_str_t  bytes = ngx_string("<script>\0alert(1)</script>");

    return ngx_webhook_api_attachment(api, &bytes, "payload.bin");
}


static ngx_int_t
api_test_import(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK,
               json_pack("{s:i}", "members",
                         (int) json_object_size(api->body)));
}


static ngx_int_t
api_test_broken(ngx_webhook_api_t *api)
{
    return NGX_ERROR;
}


/* On a thread, and then through the store. */

static void
api_test_wait_run(void *data, ngx_pool_t *pool, ngx_log_t *log)
{
    *(ngx_uint_t *) data += 1;
}


static ngx_int_t
api_test_wait_stored(ngx_webhook_api_t *api, webhook_op_t *op)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK,
               json_pack("{s:i, s:b}", "ran", (int) *(ngx_uint_t *) api->data,
                         "size", op->u.stats.size > 0));
}


static ngx_int_t
api_test_wait_done(ngx_webhook_api_t *api, void *data)
{
    webhook_op_t  op;

    api->data = data;

    ngx_memzero(&op, sizeof(op));
    op.type = WEBHOOK_OP_STATS;

    return ngx_webhook_api_store(api, &op, api_test_wait_stored);
}


static ngx_int_t
api_test_wait(ngx_webhook_api_t *api)
{
    ngx_uint_t  *ran;

    ran = ngx_pcalloc(api->pool, sizeof(ngx_uint_t));

    return ran ? ngx_webhook_api_work(api, 1, ran, api_test_wait_run,
                                      api_test_wait_done)
               : NGX_ERROR;
}


/* Something that is written, or would be: a pause of nobody. */

static ngx_int_t
api_test_stored(ngx_webhook_api_t *api, webhook_op_t *op)
{
    return ngx_webhook_api_json(api, NGX_HTTP_OK, json_object());
}


static ngx_int_t
api_test_store(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(op));
    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = 1;

    return ngx_webhook_api_store(api, &op, api_test_stored);
}
