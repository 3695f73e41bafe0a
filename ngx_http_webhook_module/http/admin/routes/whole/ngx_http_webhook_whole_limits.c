
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET limits: how much there may be, and how much of it is left for the caller.
 */

#include "http/admin/access/ngx_http_webhook_access_rate.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "core/base/webhook_id.h"


static ngx_int_t ngx_webhook_whole_limits_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_limits_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_limits_answer(ngx_webhook_api_t *api,
    uint64_t waiting);
static json_t *ngx_webhook_whole_limits_registry(ngx_webhook_api_t *api);
static json_t *ngx_webhook_whole_limits_ports(ngx_array_t *ports);
static json_t *ngx_webhook_whole_limits_actions(ngx_array_t *all);
static json_t *ngx_webhook_whole_limits_emit(ngx_array_t *emits);
static json_t *ngx_webhook_whole_limits_objects(ngx_webhook_api_t *api,
    webhook_object_e kind);
static json_t *ngx_webhook_whole_limits_backlog(ngx_webhook_api_t *api,
    uint64_t waiting);
static json_t *ngx_webhook_whole_limits_requests(ngx_webhook_api_t *api);
static json_t *ngx_webhook_whole_limits_left(uint64_t limit, uint64_t used);


ngx_int_t
ngx_webhook_whole_limits(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_whole_limits_go);
}


/* What waits is counted where that is bounded. */

static ngx_int_t
ngx_webhook_whole_limits_go(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    if (api->who.all || api->wmcf->registry == NULL
        || api->wmcf->registry->backlog == 0)
    {
        return ngx_webhook_whole_limits_answer(api, 0);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_limits_read);
}


static ngx_int_t
ngx_webhook_whole_limits_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    uint32_t                         i;
    uint64_t                         waiting;
    const webhook_endpoint_stats_t  *ep;

    waiting = 0;

    for (i = 0; i < op->u.stats.count; i++) {
        ep = &op->u.stats.endpoints[i];

        if (ngx_webhook_scope_sees(api, ep->id, &ep->name)) {
            waiting += ep->states[WEBHOOK_PENDING]
                       + ep->states[WEBHOOK_SENDING];
        }
    }

    return ngx_webhook_whole_limits_answer(api, waiting);
}


static ngx_int_t
ngx_webhook_whole_limits_answer(ngx_webhook_api_t *api, uint64_t waiting)
{
    json_t                       *fanout;
    uint64_t                      key;
    ngx_webhook_registry_conf_t  *conf;

    conf = api->wmcf->registry;
    key = webhook_id_name(ngx_webhook_str(&api->who.company));

    fanout = conf ? json_integer((json_int_t) conf->fanout) : json_null();

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
               json_pack("{s:o, s:o, s:o, s:o, s:o, s:{s:i, s:I, s:i, s:i},"
                         " s:o, s:i, s:i, s:i, s:i}",
                         "registry", ngx_webhook_whole_limits_registry(api),
                         "endpoints",
                         ngx_webhook_whole_limits_objects(api,
                                                     WEBHOOK_OBJECT_ENDPOINT),
                         "receivers",
                         ngx_webhook_whole_limits_objects(api,
                                                     WEBHOOK_OBJECT_RECEIVER),
                         "backlog",
                         ngx_webhook_whole_limits_backlog(api, waiting),
                         "requests", ngx_webhook_whole_limits_requests(api),
                         "tests",
                         "limit", NGX_WEBHOOK_TEST_MINUTE,
                         "left",
                         (json_int_t) ngx_webhook_test_limit_left(key),
                         "seconds", NGX_WEBHOOK_TEST_SPAN / 1000,
                         "together", NGX_WEBHOOK_TEST_TOGETHER,
                         "fanout", fanout,
                         "tasks", WEBHOOK_TASK_RUN_MAX,
                         "page", NGX_WEBHOOK_API_LIMIT_MAX,
                         "search", WEBHOOK_STR_FIND_MAX,
                         "body", NGX_WEBHOOK_API_BODY_MAX));
}


/* What may be registered. */

static json_t *
ngx_webhook_whole_limits_registry(ngx_webhook_api_t *api)
{
    json_t                       *schemes, *receive;
    ngx_webhook_registry_conf_t  *conf;

    conf = api->wmcf->registry;

    if (conf == NULL || !(api->who.may & NGX_WEBHOOK_MAY_SET)) {
        return json_null();
    }

    schemes = conf->https && conf->http ? json_pack("[s, s]", "https", "http")
              : json_pack("[s]", conf->https ? "https" : "http");

    receive = conf->bounds.receive.len
              ? ngx_webhook_api_string(ngx_webhook_str(&conf->bounds.receive))
              : json_null();

    return json_pack("{s:b, s:o, s:o, s:b, s:o, s:o, s:b, s:o}",
                     "secrets", conf->keys != NULL,
                     "schemes", schemes,
                     "ports", ngx_webhook_whole_limits_ports(conf->ports),
                     "confirm", conf->confirm == 1,
                     "actions",
                     ngx_webhook_whole_limits_actions(&conf->bounds.actions),
                     "emit", ngx_webhook_whole_limits_emit(&conf->bounds.emits),
                     "durable", conf->bounds.durable_api.len != 0,
                     "receive", receive);
}


static json_t *
ngx_webhook_whole_limits_ports(ngx_array_t *ports)
{
    json_t      *list;
    in_port_t   *port;
    ngx_uint_t   i;

    if (ports == NULL) {
        return json_null();
    }

    list = json_array();
    port = ports->elts;

    for (i = 0; i < ports->nelts; i++) {
        if (json_array_append_new(list, json_integer(port[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static json_t *
ngx_webhook_whole_limits_actions(ngx_array_t *all)
{
    json_t                 *list, *one;
    ngx_uint_t              i;
    ngx_webhook_actions_t  *actions;

    list = json_array();
    actions = all->elts;

    for (i = 0; i < all->nelts; i++) {

        one = json_pack("{s:o, s:o}",
                  "uri",
                  ngx_webhook_api_string(ngx_webhook_str(&actions[i].prefix)),
                  "methods",
                  ngx_webhook_api_string(
                                 ngx_webhook_str(&actions[i].methods_text)));

        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static json_t *
ngx_webhook_whole_limits_emit(ngx_array_t *emits)
{
    json_t      *list;
    ngx_str_t   *pattern;
    ngx_uint_t   i;

    list = json_array();
    pattern = emits->elts;

    for (i = 0; i < emits->nelts; i++) {

        if (json_array_append_new(list,
                        ngx_webhook_api_string(ngx_webhook_str(&pattern[i])))
            != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


/* A company may have no more than is left of all. */

static json_t *
ngx_webhook_whole_limits_objects(ngx_webhook_api_t *api, webhook_object_e kind)
{
    uint64_t                      max, limit, left;
    ngx_uint_t                    i, used;
    ngx_array_t                  *all;
    ngx_webhook_object_t        **object;
    ngx_webhook_registered_t     *set;
    ngx_webhook_registry_conf_t  *conf;

    conf = api->wmcf->registry;
    set = ngx_webhook_scope(api)->set;

    if (conf == NULL || set == NULL) {
        return json_pack("{s:i, s:i, s:i}", "limit", 0, "used", 0, "left", 0);
    }

    max = kind == WEBHOOK_OBJECT_ENDPOINT ? conf->endpoints : conf->receivers;
    limit = max;

    if (kind == WEBHOOK_OBJECT_ENDPOINT && conf->quota && !api->who.all) {
        limit = ngx_min(limit, conf->quota);
    }

    all = kind == WEBHOOK_OBJECT_ENDPOINT ? &set->endpoints : &set->receivers;
    object = all->elts;
    used = 0;

    for (i = 0; i < all->nelts; i++) {
        used += ngx_webhook_access_sees(&api->who,
                                        ngx_webhook_str(&object[i]->company));
    }

    max = max > all->nelts ? max - all->nelts : 0;
    left = limit > used ? limit - used : 0;
    left = ngx_min(left, max);

    return json_pack("{s:I, s:I, s:I}", "limit", (json_int_t) limit,
                     "used", (json_int_t) used, "left", (json_int_t) left);
}


static json_t *
ngx_webhook_whole_limits_backlog(ngx_webhook_api_t *api, uint64_t waiting)
{
    uint64_t  limit;

    limit = api->wmcf->registry ? api->wmcf->registry->backlog : 0;

    if (api->who.all || limit == 0) {
        return json_pack("{s:n, s:n, s:n}", "limit", "used", "left");
    }

    return json_pack("{s:I, s:I, s:o}", "limit", (json_int_t) limit,
                     "used", (json_int_t) waiting,
                     "left", ngx_webhook_whole_limits_left(limit, waiting));
}


static json_t *
ngx_webhook_whole_limits_requests(ngx_webhook_api_t *api)
{
    ngx_webhook_registry_conf_t  *conf;

    conf = api->wmcf->registry;

    if (api->who.all || conf == NULL || conf->requests == 0) {
        return json_pack("{s:n, s:n, s:n}", "limit", "left", "seconds");
    }

    return json_pack("{s:I, s:I, s:I}",
                     "limit", (json_int_t) conf->requests,
                     "left",
                     (json_int_t) ngx_webhook_access_rate_left(api->wmcf,
                                                               &api->who),
                     "seconds", (json_int_t) (conf->requests_per / 1000));
}


static json_t *
ngx_webhook_whole_limits_left(uint64_t limit, uint64_t used)
{
    return json_integer(limit > used ? (json_int_t) (limit - used) : 0);
}
