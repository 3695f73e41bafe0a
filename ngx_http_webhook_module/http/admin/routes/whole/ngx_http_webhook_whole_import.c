
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST registry: things that were exported are registered, or changed where
 * they are there by their id or their name; one after the other, each a change
 * of its own, which counts as a request of the company's quota.  With an
 * Idempotency-Key each change keeps under it what was done so far, so that none
 * is done twice where a worker was killed between two of them, or where it is
 * not known whether one was made.
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/access/ngx_http_webhook_access_rate.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/whole/ngx_http_webhook_import_log.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


#define NGX_WEBHOOK_IMPORT_ITEMS  200
#define NGX_WEBHOOK_IMPORT_LONG   (2 * WEBHOOK_DEFINITION_DATA)
                                                /* bytes of one that nothing
                                                   comes of */


typedef struct {
    ngx_webhook_api_t               *api;
    json_t                          *items;
    json_t                          *results;
    size_t                           next;
    ngx_uint_t                       failed;
    ngx_webhook_registry_change_t   *change;
    ngx_webhook_import_log_t         log;
    u_char                           over[NGX_WEBHOOK_IMPORT_ITEMS];
                                                    /* 1: it is too long */
} ngx_webhook_import_t;


static ngx_int_t ngx_webhook_import_go(ngx_webhook_api_t *api);
static void ngx_webhook_import_forget(void *data);
static void ngx_webhook_import_measure(void *data, ngx_pool_t *pool,
    ngx_log_t *log);
static ngx_int_t ngx_webhook_import_measured(ngx_webhook_api_t *api,
    void *data);
static ngx_int_t ngx_webhook_import_next(ngx_webhook_import_t *import);
static ngx_int_t ngx_webhook_import_post(ngx_webhook_import_t *import,
    webhook_object_e kind, json_t *item);
static ngx_webhook_object_t *ngx_webhook_import_find(
    ngx_webhook_import_t *import, webhook_object_e kind, json_t *item);
static ngx_int_t ngx_webhook_import_keep(ngx_webhook_registry_change_t *c);
static void ngx_webhook_import_done(ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_import_result(ngx_webhook_import_t *import,
    ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_import_unknown(ngx_webhook_import_t *import,
    ngx_webhook_registry_change_t *c);
static json_t *ngx_webhook_import_kind(ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_import_add(ngx_webhook_import_t *import,
    json_t *kind, json_t *id, const char *result, const char *detail,
    json_t *errors);
static const char *ngx_webhook_import_made(ngx_webhook_registry_change_t *c);
static json_t *ngx_webhook_import_errors(ngx_webhook_registry_change_t *c);
static const char *ngx_webhook_import_reason(ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_import_wrong(ngx_webhook_import_t *import,
    const char *detail);
static ngx_int_t ngx_webhook_import_end(ngx_webhook_import_t *import);


ngx_int_t
ngx_webhook_whole_import(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_import_go);
}


static ngx_int_t
ngx_webhook_import_go(ngx_webhook_api_t *api)
{
    json_t                *items;
    ngx_pool_cleanup_t    *cln;
    ngx_webhook_import_t  *import;

    items = json_object_get(api->body, "items");

    if (!json_is_array(items) || json_object_size(api->body) != 1
        || json_array_size(items) == 0
        || json_array_size(items) > NGX_WEBHOOK_IMPORT_ITEMS)
    {
        if (ngx_webhook_api_error(api, "/items",
                                  "it has to be the \"items\" of a page that was "
                                  "exported, and nothing else: 1 to %d of them",
                                  NGX_WEBHOOK_IMPORT_ITEMS)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webhook_api_invalid(api);
    }

    if (api->wmcf->registry == NULL) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "Nothing can be registered: nginx.conf "
                                       "has no \"webhook_registry\"");
    }

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_import_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    import = cln->data;
    ngx_memzero(import, sizeof(ngx_webhook_import_t));
    cln->handler = ngx_webhook_import_forget;

    import->api = api;
    import->items = items;
    import->results = json_array();

    if (import->results == NULL
        || ngx_webhook_import_log_init(api, &import->log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* the whole may be large, and each of them is judged on the event loop */

    if (ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1)) {
        return ngx_webhook_api_work(api, 0, import, ngx_webhook_import_measure,
                                    ngx_webhook_import_measured);
    }

    ngx_webhook_import_measure(import, api->pool,
                               api->request->connection->log);

    return ngx_webhook_import_next(import);
}


/* On a thread, where there is one. */

static void
ngx_webhook_import_measure(void *data, ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_webhook_import_t *import = data;

    size_t   i;
    json_t  *item;

    json_array_foreach(import->items, i, item) {
        import->over[i] = json_dumpb(item, NULL, 0, JSON_COMPACT)
                          > NGX_WEBHOOK_IMPORT_LONG;
    }
}


static ngx_int_t
ngx_webhook_import_measured(ngx_webhook_api_t *api, void *data)
{
    return ngx_webhook_import_next(data);
}


static void
ngx_webhook_import_forget(void *data)
{
    ngx_webhook_import_t *import = data;

    json_decref(import->results);
    import->results = NULL;

    ngx_webhook_import_log_free(&import->log);

    if (import->change) {
        ngx_webhook_registry_change_destroy(import->change);
        import->change = NULL;
    }
}


static ngx_int_t
ngx_webhook_import_next(ngx_webhook_import_t *import)
{
    json_t      *item, *known;
    ngx_uint_t   seconds;
    const char  *kind, *wrong;

    while (import->next < json_array_size(import->items)) {

        item = json_array_get(import->items, import->next++);
        kind = json_string_value(json_object_get(item, "kind"));
        known = ngx_webhook_import_log_known(&import->log, import->next - 1);

        if (known) {
            if (ngx_webhook_import_add(import,
                      json_incref(json_object_get(item, "kind")),
                      json_incref(json_object_get(known, "id")),
                      json_string_value(json_object_get(known, "result")),
                      NULL, json_array())
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            continue;
        }

        /* the request counts for the first one */

        seconds = import->next > 1
                  ? ngx_webhook_access_rate(import->api->wmcf,
                                            &import->api->who)
                  : 0;

        if (seconds) {
            wrong = "the company has made too many requests: import this one "
                    "later";

        } else if (import->over[import->next - 1]) {
            wrong = "its settings are too long";

        } else if (kind && ngx_strcmp(kind, "endpoint") == 0) {
            return ngx_webhook_import_post(import, WEBHOOK_OBJECT_ENDPOINT,
                                           item);

        } else if (kind && ngx_strcmp(kind, "receiver") == 0) {
            return ngx_webhook_import_post(import, WEBHOOK_OBJECT_RECEIVER,
                                           item);

        } else {
            wrong = "\"kind\" has to be \"endpoint\" or \"receiver\"";
        }

        if (ngx_webhook_import_wrong(import, wrong) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_import_end(import);
}


static ngx_int_t
ngx_webhook_import_post(ngx_webhook_import_t *import, webhook_object_e kind,
    json_t *item)
{
    json_t                         *body;
    ngx_webhook_api_t              *api;
    ngx_webhook_object_t           *object;
    ngx_webhook_registry_change_t  *c;

    api = import->api;
    object = ngx_webhook_import_find(import, kind, item);

    body = json_copy(item);
    if (body == NULL) {
        return NGX_ERROR;
    }

    (void) json_object_del(body, "kind");
    (void) json_object_del(body, "id");

    /* an object stays in its company */

    if (object) {
        (void) json_object_del(body, "company");
    }

    c = ngx_webhook_registry_change_create(api->wmcf,
                                           api->request->connection->log);
    if (c == NULL) {
        json_decref(body);
        return NGX_ERROR;
    }

    import->change = c;

    c->action = object ? NGX_WEBHOOK_REGISTRY_PATCH
                       : NGX_WEBHOOK_REGISTRY_MAKE;
    c->kind = kind;
    c->by = api->who.name;
    c->body = body;
    c->expect = object ? WEBHOOK_OBJECT_ANY : WEBHOOK_OBJECT_MAKE;
    c->handler = ngx_webhook_import_done;
    c->data = import;

    if (object) {
        c->id = object->id;
    }

    if (api->once.keep) {
        c->once = api->once;
        c->make_answer = ngx_webhook_import_keep;
        c->apart = 1;
    }

    ngx_webhook_access_whose(&api->who, &c->whose);

    ngx_webhook_registry_change_post(c);

    return ngx_webhook_api_hold(api);
}


/* One that is there by its id, or by its name in its company. */

static ngx_webhook_object_t *
ngx_webhook_import_find(ngx_webhook_import_t *import, webhook_object_e kind,
    json_t *item)
{
    ngx_uint_t                   i, found;
    ngx_str_t                    id, name, company;
    ngx_array_t                 *all;
    ngx_webhook_api_t           *api;
    ngx_webhook_object_t       **object;
    ngx_webhook_registered_t    *set;
    ngx_webhook_scope_thing_t    thing;

    api = import->api;
    set = ngx_webhook_scope(api)->set;

    id.data = (u_char *) json_string_value(json_object_get(item, "id"));
    id.len = json_string_length(json_object_get(item, "id"));

    found = kind == WEBHOOK_OBJECT_ENDPOINT
            ? ngx_webhook_scope_endpoint(api, &id, &thing)
            : ngx_webhook_scope_receiver(api, &id, &thing);

    if (found && thing.object) {
        return thing.object;
    }

    name.data = (u_char *) json_string_value(json_object_get(item, "name"));
    name.len = json_string_length(json_object_get(item, "name"));

    company.data = (u_char *) json_string_value(json_object_get(item,
                                                                "company"));
    company.len = json_string_length(json_object_get(item, "company"));

    if (!api->who.all) {
        company = api->who.company;
    }

    if (set == NULL) {
        return NULL;
    }

    all = kind == WEBHOOK_OBJECT_ENDPOINT ? &set->endpoints : &set->receivers;
    object = all->elts;

    for (i = 0; i < all->nelts; i++) {

        if (webhook_str_eq(ngx_webhook_str(&object[i]->name),
                           ngx_webhook_str(&name))
            && webhook_str_eq(ngx_webhook_str(&object[i]->company),
                              ngx_webhook_str(&company)))
        {
            return object[i];
        }
    }

    return NULL;
}


/* With this change, and all before it. */

static ngx_int_t
ngx_webhook_import_keep(ngx_webhook_registry_change_t *c)
{
    ngx_webhook_import_t  *import;

    import = c->data;

    return ngx_webhook_import_log_keep(import->api, &import->log,
                                       import->next - 1,
                                       ngx_webhook_import_made(c),
                                       &c->object.id, c->pool, &c->answer);
}


static const char *
ngx_webhook_import_made(ngx_webhook_registry_change_t *c)
{
    return c->action == NGX_WEBHOOK_REGISTRY_MAKE ? "made" : "changed";
}


static void
ngx_webhook_import_done(ngx_webhook_registry_change_t *c)
{
    ngx_int_t              rc;
    ngx_uint_t             unknown;
    ngx_webhook_import_t  *import;

    import = c->data;

    unknown = (c->result == NGX_WEBHOOK_REGISTRY_UNKNOWN);

    rc = unknown ? ngx_webhook_import_unknown(import, c)
                 : ngx_webhook_import_result(import, c);

    ngx_webhook_registry_change_destroy(c);
    import->change = NULL;

    if (rc == NGX_OK && !unknown) {
        rc = ngx_webhook_import_next(import);
    }

    ngx_webhook_api_resume(import->api, rc);
}


static ngx_int_t
ngx_webhook_import_result(ngx_webhook_import_t *import,
    ngx_webhook_registry_change_t *c)
{
    json_t      *errors;
    const char  *reason, *result;

    errors = ngx_webhook_import_errors(c);
    if (errors == NULL) {
        return NGX_ERROR;
    }

    reason = NULL;

    if (c->result == NGX_WEBHOOK_REGISTRY_OK) {
        result = ngx_webhook_import_made(c);

    } else {
        result = "failed";
        reason = ngx_webhook_import_reason(c);
        import->failed++;

        ngx_webhook_import_log_drop(&import->log, import->next - 1);
    }

    return ngx_webhook_import_add(import, ngx_webhook_import_kind(c),
               c->result == NGX_WEBHOOK_REGISTRY_OK
               ? ngx_webhook_api_string(&c->object.id) : json_null(),
               result, reason, errors);
}


/*
 * Whether this one was done is not known: the store alone knows, by what is kept
 * under the key.  So nothing is kept behind it, and who asks again with the key
 * goes on from what is there.
 */

static ngx_int_t
ngx_webhook_import_unknown(ngx_webhook_import_t *import,
    ngx_webhook_registry_change_t *c)
{
    json_t  *results;

    if (ngx_webhook_import_add(import, ngx_webhook_import_kind(c),
                               ngx_webhook_api_string(&c->object.id),
                               "unknown",
                               "the store failed, and it is not known whether "
                               "this was done; what is behind it was not begun",
                               json_array())
        != NGX_OK
        || ngx_webhook_api_not_known(import->api) != NGX_OK)
    {
        return NGX_ERROR;
    }

    results = import->results;
    import->results = NULL;

    return ngx_webhook_api_member(import->api, "items", results);
}


static json_t *
ngx_webhook_import_kind(ngx_webhook_registry_change_t *c)
{
    return json_string(c->kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint"
                                                          : "receiver");
}


/* Takes over the references. */

static ngx_int_t
ngx_webhook_import_add(ngx_webhook_import_t *import, json_t *kind, json_t *id,
    const char *result, const char *detail, json_t *errors)
{
    return json_array_append_new(import->results,
               json_pack("{s:o, s:o, s:s, s:o, s:o}", "kind", kind, "id", id,
                         "result", result, "detail",
                         detail ? json_string(detail) : json_null(),
                         "errors", errors))
           == 0 ? NGX_OK : NGX_ERROR;
}


static json_t *
ngx_webhook_import_errors(ngx_webhook_registry_change_t *c)
{
    json_t                          *list;
    ngx_uint_t                       i;
    ngx_webhook_registry_problem_t  *problem;

    list = json_array();
    problem = c->problems.elts;

    for (i = 0; list && i < c->problems.nelts; i++) {

        if (!problem[i].warning
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


static const char *
ngx_webhook_import_reason(ngx_webhook_registry_change_t *c)
{
    switch (c->result) {

    case NGX_WEBHOOK_REGISTRY_PROBLEMS:
        return "members are invalid";

    case NGX_WEBHOOK_REGISTRY_TAKEN:
        return "the name is in use";

    case NGX_WEBHOOK_REGISTRY_LIMIT:
    case NGX_WEBHOOK_REGISTRY_QUOTA:
        return "there are as many as there may be";

    case NGX_WEBHOOK_REGISTRY_FULL:
        return "the store is full";

    case NGX_WEBHOOK_REGISTRY_LARGE:
        return "its settings are too long";

    case NGX_WEBHOOK_REGISTRY_AWAY:
        return "the cluster is away, and nothing was changed";

    case NGX_WEBHOOK_REGISTRY_LATE:
        return "the cluster has it, and this node will have it later";

    case NGX_WEBHOOK_REGISTRY_LOCKED:
        return "no key decrypts its secrets, or there is none to encrypt them "
               "with";

    default:
        return "the store did not answer";
    }
}


static ngx_int_t
ngx_webhook_import_wrong(ngx_webhook_import_t *import, const char *detail)
{
    import->failed++;

    return ngx_webhook_import_add(import, json_null(), json_null(), "failed",
                                  detail, json_array());
}


static ngx_int_t
ngx_webhook_import_end(ngx_webhook_import_t *import)
{
    json_t  *results;

    results = import->results;
    import->results = NULL;

    return ngx_webhook_api_json(import->api, NGX_HTTP_OK,
                                json_pack("{s:I, s:o}",
                                          "failed",
                                          (json_int_t) import->failed,
                                          "items", results));
}
