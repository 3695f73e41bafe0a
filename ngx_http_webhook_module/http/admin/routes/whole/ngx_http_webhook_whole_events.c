
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET events and events/{type}/example: what can be asked for.
 */

#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"


#define NGX_WEBHOOK_WHOLE_LISTENERS  100        /* that are named of a type */


/* Those who listen to a type, as far as the caller sees them. */

typedef struct {
    ngx_webhook_api_t   *api;
    json_t              *list;
    ngx_uint_t           count;
} ngx_webhook_whole_listeners_t;


static ngx_int_t ngx_webhook_whole_events_go(ngx_webhook_api_t *api);
static json_t *ngx_webhook_whole_type(ngx_webhook_api_t *api,
    ngx_webhook_type_t *type, ngx_uint_t number);
static ngx_int_t ngx_webhook_whole_listens(ngx_webhook_whole_listeners_t *l,
    ngx_webhook_type_t *type, ngx_uint_t number);
static ngx_int_t ngx_webhook_whole_listener(ngx_webhook_whole_listeners_t *l,
    ngx_str_t *id, ngx_str_t *name);


ngx_int_t
ngx_webhook_whole_events(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_whole_events_go);
}


static ngx_int_t
ngx_webhook_whole_events_go(ngx_webhook_api_t *api)
{
    json_t              *items;
    ngx_uint_t           i;
    ngx_webhook_type_t  *type;

    items = json_array();
    if (items == NULL) {
        return NGX_ERROR;
    }

    type = api->wmcf->types.elts;

    for (i = 0; i < api->wmcf->types.nelts; i++) {

        if (json_array_append_new(items,
                                  ngx_webhook_whole_type(api, &type[i], i))
            != 0)
        {
            json_decref(items);
            return NGX_ERROR;
        }
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:o, s:n}", "items", items,
                                          "next"));
}


static json_t *
ngx_webhook_whole_type(ngx_webhook_api_t *api, ngx_webhook_type_t *type,
    ngx_uint_t number)
{
    ngx_webhook_whole_listeners_t  listeners;

    listeners.api = api;
    listeners.count = 0;
    listeners.list = json_array();

    if (listeners.list == NULL
        || ngx_webhook_whole_listens(&listeners, type, number) != NGX_OK)
    {
        json_decref(listeners.list);
        return NULL;
    }

    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:I}",
                     "type",
                     ngx_webhook_api_string(ngx_webhook_str(&type->name)),
                     "group",
                     ngx_webhook_api_string(ngx_webhook_str(&type->group)),
                     "description",
                     ngx_webhook_api_string(
                                          ngx_webhook_str(&type->description)),
                     "example", type->example.len != 0,
                     "listeners", listeners.list,
                     "listeners_count", (json_int_t) listeners.count);
}


static ngx_int_t
ngx_webhook_whole_listens(ngx_webhook_whole_listeners_t *l,
    ngx_webhook_type_t *type, ngx_uint_t number)
{
    uint64_t                  *id;
    ngx_uint_t                 i;
    ngx_webhook_object_t     **object;
    ngx_webhook_endpoint_t    *ep;
    ngx_webhook_registered_t  *set;

    id = type->endpoints.elts;

    for (i = 0; l->api->who.all && i < type->endpoints.nelts; i++) {

        ep = ngx_webhook_endpoint_find(l->api->wmcf, id[i]);

        if (ep && ngx_webhook_whole_listener(l, &ep->name, &ep->name)
                  != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    set = ngx_webhook_scope(l->api)->set;

    if (set == NULL) {
        return NGX_OK;
    }

    object = set->endpoints.elts;

    for (i = 0; i < set->endpoints.nelts; i++) {

        if (object[i]->types
            && (object[i]->types[number / 8] & (1 << number % 8))
            && ngx_webhook_access_sees(&l->api->who,
                                       ngx_webhook_str(&object[i]->company))
            && ngx_webhook_whole_listener(l, &object[i]->id, &object[i]->name)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_whole_listener(ngx_webhook_whole_listeners_t *l, ngx_str_t *id,
    ngx_str_t *name)
{
    if (l->count++ >= NGX_WEBHOOK_WHOLE_LISTENERS) {
        return NGX_OK;
    }

    return json_array_append_new(l->list,
               json_pack("{s:o, s:o}",
                         "id", ngx_webhook_api_string(ngx_webhook_str(id)),
                         "name",
                         ngx_webhook_api_string(ngx_webhook_str(name))))
           == 0 ? NGX_OK : NGX_ERROR;
}


/* What the operator wrote, which is nobody's payload. */

ngx_int_t
ngx_webhook_whole_example(ngx_webhook_api_t *api)
{
    json_t              *json;
    ngx_uint_t           i;
    ngx_webhook_type_t  *type;

    type = api->wmcf->types.elts;

    for (i = 0; i < api->wmcf->types.nelts; i++) {

        if (!webhook_str_eq(ngx_webhook_str(&type[i].name),
                            ngx_webhook_str(&api->values[0])))
        {
            continue;
        }

        if (type[i].example.len == 0) {
            return ngx_webhook_api_problem(api, NGX_HTTP_NOT_FOUND,
                                           "There is no example of \"%V\": "
                                           "\"webhook_event_type\" takes one "
                                           "by \"example=\"",
                                           &type[i].name);
        }

        json = json_loadb((char *) type[i].example.data, type[i].example.len,
                          JSON_DECODE_ANY, NULL);

        return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                    json_pack("{s:o, s:o}", "type",
                                              ngx_webhook_api_string(
                                              ngx_webhook_str(&type[i].name)),
                                              "data", json));
    }

    return ngx_webhook_api_not_found(api, "event type", &api->values[0]);
}
