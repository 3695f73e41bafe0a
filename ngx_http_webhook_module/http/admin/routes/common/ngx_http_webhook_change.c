
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_change.h"


typedef struct {
    ngx_webhook_api_t              *api;
    ngx_webhook_registry_change_t  *change;
    webhook_op_stats_t              stats;      /* of it, before */
    ngx_int_t                     (*tried)(ngx_webhook_api_t *api,
                                        ngx_webhook_registry_change_t *c);
    unsigned                        answered:1;
} ngx_webhook_change_ctx_t;


static ngx_webhook_change_ctx_t *ngx_webhook_change_create(
    ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_webhook_registry_action_e action);
static void ngx_webhook_change_destroy(void *data);
static ngx_int_t ngx_webhook_change_stats(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_change_post(ngx_webhook_change_ctx_t *ctx);
static ngx_int_t ngx_webhook_change_make(ngx_webhook_registry_change_t *c);
static void ngx_webhook_change_done(ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_change_result(ngx_webhook_change_ctx_t *ctx);
static ngx_int_t ngx_webhook_change_answer(ngx_webhook_change_ctx_t *ctx);
static json_t *ngx_webhook_change_json(ngx_webhook_change_ctx_t *ctx);
static int ngx_webhook_change_made(ngx_webhook_change_ctx_t *ctx,
    json_t *json);
static json_t *ngx_webhook_change_warnings(ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_change_refused(ngx_webhook_change_ctx_t *ctx);
static ngx_int_t ngx_webhook_change_problems(ngx_webhook_change_ctx_t *ctx);


ngx_uint_t
ngx_webhook_change_possible(ngx_webhook_api_t *api, ngx_int_t *rc)
{
    if (api->wmcf->registry) {
        return 1;
    }

    *rc = ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                  "Nothing can be registered: nginx.conf has no "
                                  "\"webhook_registry\"");
    return 0;
}


ngx_int_t
ngx_webhook_change(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_webhook_registry_action_e action)
{
    ngx_int_t                  rc;
    ngx_uint_t                 cancel;
    webhook_op_t               op;
    ngx_webhook_change_ctx_t  *ctx;
    ngx_webhook_scope_thing_t  thing;

    if (action != NGX_WEBHOOK_REGISTRY_MAKE) {

        if (!ngx_webhook_scope_thing(api, kind, &thing)) {
            return ngx_webhook_api_not_found(api,
                                             ngx_webhook_scope_kind(kind),
                                             &api->values[0]);
        }

        if (thing.object == NULL) {
            return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                           "The %s is in nginx.conf: change "
                                           "it there",
                                           ngx_webhook_scope_kind(kind));
        }
    }

    if (!ngx_webhook_change_possible(api, &rc)) {
        return rc;
    }

    ctx = ngx_webhook_change_create(api, kind, action);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    if (action == NGX_WEBHOOK_REGISTRY_REMOVE) {
        cancel = 0;

        rc = ngx_webhook_api_query_flag(api, "cancel", &cancel);

        if (rc != NGX_OK) {
            return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
        }

        ctx->change->cancel = cancel ? 1 : 0;
    }

    if (action == NGX_WEBHOOK_REGISTRY_MAKE
        || action == NGX_WEBHOOK_REGISTRY_REMOVE)
    {
        return ngx_webhook_change_post(ctx);
    }

    /* the answer is made before the change, and tells how things stand */

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = thing.key;

    return ngx_webhook_api_store(api, &op, ngx_webhook_change_stats);
}


static ngx_webhook_change_ctx_t *
ngx_webhook_change_create(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_webhook_registry_action_e action)
{
    ngx_pool_cleanup_t             *cln;
    ngx_webhook_change_ctx_t       *ctx;
    ngx_webhook_registry_change_t  *c;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_change_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_webhook_change_ctx_t));

    c = ngx_webhook_registry_change_create(api->wmcf,
                                           api->request->connection->log);
    if (c == NULL) {
        return NULL;
    }

    cln->handler = ngx_webhook_change_destroy;

    c->action = action;
    c->kind = kind;
    c->by = api->who.name;
    c->expect = action == NGX_WEBHOOK_REGISTRY_MAKE ? WEBHOOK_OBJECT_MAKE
                                                    : api->expect;
    c->handler = ngx_webhook_change_done;
    c->data = ctx;

    ngx_webhook_access_whose(&api->who, &c->whose);

    if (action != NGX_WEBHOOK_REGISTRY_MAKE
        && action != NGX_WEBHOOK_REGISTRY_TRY)
    {
        c->id = api->values[0];
    }

    ctx->api = api;
    ctx->change = c;

    ngx_webhook_scope(api)->data = ctx;

    return ctx;
}


/* The request lasts until the change was answered. */

static void
ngx_webhook_change_destroy(void *data)
{
    ngx_webhook_change_ctx_t *ctx = data;

    if (ctx->change) {
        ngx_webhook_registry_change_destroy(ctx->change);
        ctx->change = NULL;
    }
}


static ngx_int_t
ngx_webhook_change_stats(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_change_ctx_t  *ctx;

    ctx = ngx_webhook_scope(api)->data;
    ctx->stats = op->u.stats;

    if (ngx_webhook_scope_keep(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_change_post(ctx);
}


static ngx_int_t
ngx_webhook_change_post(ngx_webhook_change_ctx_t *ctx)
{
    ngx_webhook_api_t              *api;
    ngx_webhook_registry_change_t  *c;

    api = ctx->api;
    c = ctx->change;

    c->body = json_incref(api->body);

    if (api->once.keep) {
        c->once = api->once;
        c->make_answer = ngx_webhook_change_make;
    }

    ngx_webhook_registry_change_post(c);

    return ngx_webhook_api_hold(api);
}


ngx_int_t
ngx_webhook_change_try(ngx_webhook_api_t *api,
    ngx_int_t (*tried)(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c))
{
    json_t                    *body;
    ngx_int_t                  rc;
    ngx_webhook_change_ctx_t  *ctx;

    if (!ngx_webhook_change_possible(api, &rc)) {
        return rc;
    }

    body = json_object_get(api->body, "endpoint");

    if (!json_is_object(body)) {

        if (ngx_webhook_api_error(api, "/endpoint",
                                  "it has to be an object: the settings of an "
                                  "endpoint, as they would be registered")
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webhook_api_invalid(api);
    }

    ctx = ngx_webhook_change_create(api, WEBHOOK_OBJECT_ENDPOINT,
                                    NGX_WEBHOOK_REGISTRY_TRY);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->change->body = json_incref(body);
    ctx->tried = tried;

    ngx_webhook_registry_change_post(ctx->change);

    return ngx_webhook_api_hold(api);
}


/* The answer that is kept with the change, sealed, or not if it has a secret. */

static ngx_int_t
ngx_webhook_change_make(ngx_webhook_registry_change_t *c)
{
    webhook_once_t             once;
    ngx_webhook_change_ctx_t  *ctx;

    ctx = c->data;

    if (ngx_webhook_change_answer(ctx) != NGX_OK
        || ngx_webhook_api_keep(ctx->api, &once) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->answered = 1;

    if (c->made == NULL || ctx->api->wmcf->registry->keys) {
        c->answer = *ngx_webhook_nstr(&once.answer);
    }

    return NGX_OK;
}


static void
ngx_webhook_change_done(ngx_webhook_registry_change_t *c)
{
    ngx_webhook_change_ctx_t  *ctx;

    ctx = c->data;

    ngx_webhook_api_resume(ctx->api, ngx_webhook_change_result(ctx));
}


static ngx_int_t
ngx_webhook_change_result(ngx_webhook_change_ctx_t *ctx)
{
    if (ctx->change->result != NGX_WEBHOOK_REGISTRY_OK) {
        return ngx_webhook_change_refused(ctx);
    }

    if (ctx->tried) {
        return ctx->tried(ctx->api, ctx->change);
    }

    return ctx->answered ? NGX_OK : ngx_webhook_change_answer(ctx);
}


static ngx_int_t
ngx_webhook_change_answer(ngx_webhook_change_ctx_t *ctx)
{
    u_char                         *p;
    json_t                         *json;
    ngx_str_t                       path;
    webhook_str_t                  *id;
    ngx_webhook_api_t              *api;
    ngx_webhook_registry_change_t  *c;

    api = ctx->api;
    c = ctx->change;

    if (c->action == NGX_WEBHOOK_REGISTRY_REMOVE) {
        return ngx_webhook_api_empty(api);
    }

    json = ngx_webhook_change_json(ctx);

    if (json == NULL
        || ngx_webhook_api_etag(api, c->object.version) != NGX_OK)
    {
        json_decref(json);
        return NGX_ERROR;
    }

    if (c->action != NGX_WEBHOOK_REGISTRY_MAKE) {
        return ngx_webhook_api_json(api, NGX_HTTP_OK, json);
    }

    /* ids are letters, digits and "_" */

    id = &c->object.id;

    path.len = sizeof("endpoints/") - 1 + id->len;
    path.data = ngx_pnalloc(api->pool, path.len);

    if (path.data == NULL) {
        json_decref(json);
        return NGX_ERROR;
    }

    p = ngx_cpymem(path.data, c->kind == WEBHOOK_OBJECT_ENDPOINT
                              ? "endpoints/" : "receivers/",
                   sizeof("endpoints/") - 1);
    ngx_memcpy(p, id->data, id->len);

    return ngx_webhook_api_created(api, &path, json);
}


static json_t *
ngx_webhook_change_json(ngx_webhook_change_ctx_t *ctx)
{
    json_t                         *json, *warnings;
    ngx_webhook_why_t               why;
    ngx_webhook_registry_change_t  *c;

    c = ctx->change;

    ngx_webhook_shown_held(c->compiled, &why);

    json = ngx_webhook_shown_object(ctx->api, &c->object, c->definition);

    json = ngx_webhook_shown_state(ctx->api, c->kind, json, &ctx->stats,
                                   &c->object.id, &why);

    if (json == NULL) {
        return NULL;
    }

    warnings = ngx_webhook_change_warnings(c);

    if (warnings == NULL
        || ngx_webhook_change_made(ctx, json) != 0
        || (json_array_size(warnings)
            && json_object_set(json, "warnings", warnings) != 0))
    {
        json_decref(warnings);
        json_decref(json);
        return NULL;
    }

    json_decref(warnings);

    return json;
}


/* A secret that was made is shown once: here. */

static int
ngx_webhook_change_made(ngx_webhook_change_ctx_t *ctx, json_t *json)
{
    const char  *token;

    if (ctx->change->made == NULL) {
        return 0;
    }

    if (json_object_update(json, ctx->change->made) != 0) {
        return -1;
    }

    token = json_string_value(json_object_get(ctx->change->made, "token"));

    return token ? json_object_set_new(json, "url",
                                       ngx_webhook_shown_receive(ctx->api,
                                                                 token))
                 : 0;
}


static json_t *
ngx_webhook_change_warnings(ngx_webhook_registry_change_t *c)
{
    json_t                          *list;
    ngx_uint_t                       i;
    ngx_webhook_registry_problem_t  *problem;

    list = json_array();
    problem = c->problems.elts;

    for (i = 0; list && i < c->problems.nelts; i++) {

        if (problem[i].warning
            && json_array_append_new(list, json_pack("{s:o, s:o}",
                "pointer",
                ngx_webhook_api_string(ngx_webhook_str(&problem[i].pointer)),
                "detail",
                ngx_webhook_api_string(ngx_webhook_str(&problem[i].text))))
               != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static ngx_int_t
ngx_webhook_change_refused(ngx_webhook_change_ctx_t *ctx)
{
    const char                     *kind;
    webhook_once_t                  once;
    ngx_webhook_api_t              *api;
    ngx_webhook_registry_change_t  *c;

    api = ctx->api;
    c = ctx->change;
    kind = ngx_webhook_scope_kind(c->kind);

    switch (c->result) {

    case NGX_WEBHOOK_REGISTRY_KNOWN:
        ngx_memzero(&once, sizeof(webhook_once_t));
        once.known = 1;
        once.first = *ngx_webhook_str(&c->answer);

        return ngx_webhook_api_known(api, &once);

    case NGX_WEBHOOK_REGISTRY_DIFFERS:
        return ngx_webhook_api_differs(api);

    case NGX_WEBHOOK_REGISTRY_PROBLEMS:
        return ngx_webhook_change_problems(ctx);

    case NGX_WEBHOOK_REGISTRY_STALE:
        return ngx_webhook_api_stale(api, c->version);

    case NGX_WEBHOOK_REGISTRY_OWED:
        if (ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                    "Deliveries of the %s wait or are being "
                                    "sent: \"cancel=1\" in the query "
                                    "cancels them", kind)
            != NGX_OK
            || ngx_webhook_api_member(api, "pending",
                                json_integer((json_int_t) c->pending))
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webhook_api_member(api, "sending",
                                      json_integer((json_int_t) c->sending));

    case NGX_WEBHOOK_REGISTRY_TAKEN:
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "Another %s has this name: choose one "
                                       "that is not in use", kind);

    case NGX_WEBHOOK_REGISTRY_NOT_FOUND:
        return ngx_webhook_api_not_found(api, kind, &api->values[0]);

    case NGX_WEBHOOK_REGISTRY_LIMIT:
        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "There are as many %ss as \"limit\" of "
                                       "\"webhook_registry\" allows: delete one "
                                       "that is not needed", kind);

    case NGX_WEBHOOK_REGISTRY_QUOTA:
        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "The company has as many %ss as its "
                                       "quota allows: delete one that is not "
                                       "needed", kind);

    case NGX_WEBHOOK_REGISTRY_FULL:
        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "The store is full: nothing new is taken "
                                       "until there is room");

    case NGX_WEBHOOK_REGISTRY_LARGE:
        return ngx_webhook_api_problem(api, 422,
                                       "The settings of the %s are longer than "
                                       "%d bytes", kind,
                                       WEBHOOK_DEFINITION_DATA);

    case NGX_WEBHOOK_REGISTRY_LOCKED:
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "No \"key\" of \"webhook_registry\" "
                                       "decrypts the secrets of this %s, or "
                                       "there is none to encrypt them with",
                                       kind);

    case NGX_WEBHOOK_REGISTRY_UNKNOWN:
        return ngx_webhook_api_not_known(api);

    case NGX_WEBHOOK_REGISTRY_AWAY:
        return ngx_webhook_api_away(api);

    case NGX_WEBHOOK_REGISTRY_LATE:
        return ngx_webhook_api_late(api);

    default:
        return ngx_webhook_api_problem(api, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       "The store did not answer: ask for the "
                                       "%s to see whether it was changed",
                                       kind);
    }
}


/* A definition that is tried is a member of the body. */

static ngx_int_t
ngx_webhook_change_problems(ngx_webhook_change_ctx_t *ctx)
{
    char                            *pointer;
    size_t                           len;
    ngx_uint_t                       i;
    ngx_webhook_api_t               *api;
    ngx_webhook_registry_change_t   *c;
    ngx_webhook_registry_problem_t  *problem;

    api = ctx->api;
    c = ctx->change;
    problem = c->problems.elts;

    for (i = 0; i < c->problems.nelts; i++) {

        if (problem[i].warning) {
            continue;
        }

        len = sizeof("/endpoint") + problem[i].pointer.len;

        pointer = ngx_pnalloc(api->pool, len);
        if (pointer == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_snprintf((u_char *) pointer, len, "%s%V%Z",
                            ctx->tried ? "/endpoint" : "",
                            &problem[i].pointer);

        if (ngx_webhook_api_error(api, pointer, "%V", &problem[i].text)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_api_invalid(api);
}
