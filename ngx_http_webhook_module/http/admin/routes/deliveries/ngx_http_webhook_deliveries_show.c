
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET deliveries/{id}, and what other routes of one delivery begin with.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"
#include "http/runtime/ngx_http_webhook_moved.h"
#include "store/view/webhook_view.h"


static ngx_int_t ngx_webhook_deliveries_read_go(ngx_webhook_api_t *api);
static void ngx_webhook_deliveries_made(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_was_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_elsewhere(ngx_webhook_api_t *api);
static void ngx_webhook_deliveries_fleet_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_deliveries_fleet_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static json_t *ngx_webhook_deliveries_attempts(ngx_webhook_api_t *api,
    const webhook_delivery_full_t *full);
static json_t *ngx_webhook_deliveries_sent(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_deliveries_headers(const webhook_str_t *lines);


ngx_int_t
ngx_webhook_deliveries_show(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_answer);
}


ngx_int_t
ngx_webhook_deliveries_read(ngx_webhook_api_t *api,
    ngx_int_t (*shown)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    ngx_webhook_delivery_route_t  *route;

    route = ngx_pcalloc(api->pool, sizeof(ngx_webhook_delivery_route_t));
    if (route == NULL) {
        return NGX_ERROR;
    }

    if (ngx_webhook_asked_delivery(&api->values[0], &route->event,
                                   &route->endpoint, &route->name)
        != NGX_OK)
    {
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }

    route->shown = shown;

    api->data = route;

    return ngx_webhook_scope_begin(api, ngx_webhook_deliveries_read_go);
}


static ngx_int_t
ngx_webhook_deliveries_read_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_again(api,
                                     ngx_webhook_delivery_route(api)->shown);
}


ngx_int_t
ngx_webhook_deliveries_again(ngx_webhook_api_t *api,
    ngx_int_t (*shown)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    webhook_op_t                   op;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);
    route->shown = shown;
    route->shared = 0;
    route->asked = 0;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = route->event;
    op.u.show.endpoint = route->endpoint;

    ngx_webhook_access_whose(&api->who, &op.u.show.asked);

    if (shown != ngx_webhook_deliveries_answer) {
        return ngx_webhook_api_store(api, &op,
                                     ngx_webhook_deliveries_was_read);
    }

    route->texts = ngx_webhook_api_page_texts(api);
    if (route->texts == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_deliveries_made,
                                     ngx_webhook_deliveries_was_read);
}


/* Whether the caller sees it is looked at behind that.  Any thread. */

static void
ngx_webhook_deliveries_made(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_api_texts_t  *texts;

    texts = ngx_webhook_delivery_route(api)->texts;

    if (op->u.show.count) {
        texts->seen = 1;

        ngx_webhook_api_page_add(texts, ngx_webhook_deliveries_json(api, op));
    }
}


static ngx_int_t
ngx_webhook_deliveries_was_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    const webhook_delivery_t      *d;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);
    d = &op->u.show.deliveries[0].delivery;

    if (api->wmcf->cluster && !route->asked
        && (op->result != WEBHOOK_STORE_OK || op->u.show.count == 0
            || d->moved))
    {
        return ngx_webhook_deliveries_elsewhere(api);
    }

    if (op->result != WEBHOOK_STORE_OK || op->u.show.count == 0
        || !ngx_webhook_access_sees(&api->who, &op->u.show.company)
        || !(d->gone
             || ngx_webhook_scope_sees(api, route->endpoint,
                                       &d->endpoint_name)))
    {
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }

    route->state = d->state;
    route->gone = d->gone;

    route->company.data = ngx_pnalloc(api->pool, op->u.show.company.len + 1);
    if (route->company.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(route->company.data, op->u.show.company.data,
               op->u.show.company.len);
    route->company.len = op->u.show.company.len;

    return route->shown(api, op);
}


/* What is not here may be another node's. */

static ngx_int_t
ngx_webhook_deliveries_elsewhere(ngx_webhook_api_t *api)
{
    webhook_cluster_op_t           op;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    route->asked = 1;

    if (route->texts) {
        route->texts = ngx_webhook_api_page_texts(api);
        if (route->texts == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_SHOW;
    op.u.show.id = route->event;
    op.u.show.endpoint = route->endpoint;

    ngx_webhook_access_whose(&api->who, &op.u.show.company);

    return ngx_webhook_shared_ask(api, &op, NGX_WEBHOOK_LINK_READ,
                                  ngx_webhook_deliveries_fleet_seen,
                                  ngx_webhook_deliveries_fleet_read);
}


/* On a thread: as the store would have answered.  Of one delivery. */

static void
ngx_webhook_deliveries_fleet_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    webhook_op_show_t             *show;
    webhook_cluster_show_t        *s;
    ngx_webhook_delivery_route_t  *route;

    s = &op->u.show;
    route = ngx_webhook_delivery_route(api);
    show = &route->fleet.u.show;

    ngx_memzero(&route->fleet, sizeof(webhook_op_t));

    route->fleet.type = WEBHOOK_OP_SHOW;

    if (s->count == 0) {
        return;
    }

    route->shared = 1;
    route->node = s->deliveries[0].node;

    show->id = s->id;
    show->endpoint = s->endpoint;
    show->wire = s->event.wire;
    show->wall = s->event.wall;
    show->type = s->event.type;
    show->company = s->event.company;
    show->renditions = s->event.renditions;
    show->renditions_count = s->event.renditions_count;
    show->deliveries = &s->deliveries[0].full;
    show->count = 1;

    if (route->texts) {
        ngx_webhook_deliveries_made(api, &route->fleet);
    }
}


static ngx_int_t
ngx_webhook_deliveries_fleet_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    if (op->result != WEBHOOK_CLUSTER_OK) {
        ngx_memzero(&route->fleet, sizeof(webhook_op_t));
    }

    route->fleet.result = op->result == WEBHOOK_CLUSTER_OK
                          ? WEBHOOK_STORE_OK : WEBHOOK_STORE_NOT_FOUND;

    return ngx_webhook_deliveries_was_read(api, &route->fleet);
}


ngx_int_t
ngx_webhook_deliveries_answer(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_api_texts_t  *texts;

    texts = ngx_webhook_delivery_route(api)->texts;

    if (!texts->seen) {
        ngx_webhook_deliveries_made(api, op);
    }

    return texts->failed ? NGX_ERROR
                         : ngx_webhook_api_page_one(api, &texts->items);
}


json_t *
ngx_webhook_deliveries_json(ngx_webhook_api_t *api, webhook_op_t *op)
{
    int                            failed;
    u_char                         id[WEBHOOK_ID_TEXT_LEN];
    json_t                        *json;
    webhook_delivery_full_t       *full;
    ngx_webhook_delivery_route_t  *route;

    full = op->u.show.deliveries;

    route = ngx_webhook_delivery_route(api);

    json = ngx_webhook_shared_node(api, webhook_view_delivery(&full->delivery),
                                   route->shared ? &route->node : NULL);
    if (json == NULL) {
        return NULL;
    }

    webhook_id_text(&op->u.show.wire, id);

    failed = json_object_set_new(json, "webhook_id",
                                 json_stringn((char *) id,
                                              WEBHOOK_ID_TEXT_LEN));
    failed |= json_object_set_new(json, "request",
                                  ngx_webhook_deliveries_sent(api, op));
    failed |= json_object_set_new(json, "attempts",
                                  ngx_webhook_deliveries_attempts(api, full));

    if (failed) {
        json_decref(json);
        return NULL;
    }

    return json;
}


/* What endpoints answer may repeat what they were sent. */

static json_t *
ngx_webhook_deliveries_attempts(ngx_webhook_api_t *api,
    const webhook_delivery_full_t *full)
{
    json_t    *list, *json;
    uint32_t   i;

    list = json_array();
    if (list == NULL) {
        return NULL;
    }

    for (i = 0; i < full->attempts_count; i++) {

        json = webhook_view_attempt(&full->attempts[i]);

        if (json && !(api->who.may & NGX_WEBHOOK_MAY_PAYLOAD)) {
            json_object_del(json, "answer_base64");

            if (json_object_set_new(json, "answer", json_null()) != 0) {
                json_decref(json);
                json = NULL;
            }
        }

        if (json_array_append_new(list, json) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


/*
 * The request as far as it was made with the event.  Values of headers are
 * masked, for they may be other people's keys; so is where it goes, for those who
 * may only look.
 */

static json_t *
ngx_webhook_deliveries_sent(ngx_webhook_api_t *api, webhook_op_t *op)
{
    json_t               *json, *line;
    webhook_rendition_t  *r;

    r = ngx_webhook_deliveries_rendition(op);

    if (r == NULL) {
        return json_null();
    }

    if (r->request.len == 0) {
        line = json_null();

    } else if (api->who.may & NGX_WEBHOOK_MAY_SET) {
        line = ngx_webhook_api_string(&r->request);

    } else {
        line = json_string("***");
    }

    json = json_pack("{s:o, s:o, s:o, s:I}",
                     "line", line,
                     "content_type", ngx_webhook_api_string(&r->content_type),
                     "headers", ngx_webhook_deliveries_headers(&r->headers),
                     "body_length", (json_int_t) r->body.len);
    return json;
}


static json_t *
ngx_webhook_deliveries_headers(const webhook_str_t *lines)
{
    u_char         *p, *last, *colon, *end;
    json_t         *list;
    ngx_str_t       headers;
    webhook_str_t   name;

    list = json_array();
    if (list == NULL) {
        return NULL;
    }

    headers = *ngx_webhook_nstr((webhook_str_t *) lines);

    (void) ngx_webhook_moved_take(&headers);

    p = headers.data;
    last = headers.data + headers.len;

    while (p < last) {
        end = ngx_strlchr(p, last, LF);
        end = end ? end : last;

        colon = ngx_strlchr(p, end, ':');

        if (colon) {
            name.data = p;
            name.len = (size_t) (colon - p);

            if (json_array_append_new(list,
                                      json_pack("{s:o, s:s}", "name",
                                                ngx_webhook_api_string(&name),
                                                "value", "***"))
                != 0)
            {
                json_decref(list);
                return NULL;
            }
        }

        p = end + 1;
    }

    return list;
}


webhook_rendition_t *
ngx_webhook_deliveries_rendition(webhook_op_t *op)
{
    uint32_t  n;

    n = op->u.show.deliveries[0].delivery.rendition;

    if (n >= op->u.show.renditions_count
        || (n < 64 && (op->u.show.broken >> n & 1)))
    {
        return NULL;
    }

    return &op->u.show.renditions[n];
}
