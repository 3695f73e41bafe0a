
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/common/ngx_http_webhook_shown.h"
#include "http/runtime/ngx_http_webhook_clock.h"


static json_t *ngx_webhook_shown_unread(const webhook_object_t *object);
static void ngx_webhook_shown_reason(ngx_webhook_api_t *api,
    const webhook_object_t *object, ngx_webhook_why_t *why);
static void ngx_webhook_shown_unconfirmed(ngx_webhook_confirmed_e unconfirmed,
    ngx_webhook_why_t *why);
static json_t *ngx_webhook_shown_url(ngx_webhook_api_t *api, ngx_str_t *url);
static json_t *ngx_webhook_shown_events(ngx_webhook_endpoint_t *ep);
static json_t *ngx_webhook_shown_headers(ngx_webhook_endpoint_t *ep);
static ngx_uint_t ngx_webhook_shown_waits(webhook_object_e kind,
    const json_t *json, const webhook_endpoint_stats_t *ep);
static json_t *ngx_webhook_shown_text(const char *text);
static const webhook_endpoint_stats_t *ngx_webhook_shown_stats(
    const webhook_op_stats_t *stats, uint64_t key);
static json_t *ngx_webhook_shown_due(const webhook_endpoint_stats_t *stats);


static const char  *ngx_webhook_shown_envelopes[] = {
    "none", "standard", "cloudevents", "cloudevents-binary", "nightpos"
};

static const char  *ngx_webhook_shown_modes[] = {
    "sync", "durable", "test", "disabled"
};

static const char  *ngx_webhook_shown_logs[] = {
    "off", "errors", "on"
};


json_t *
ngx_webhook_shown_object(ngx_webhook_api_t *api,
    const webhook_object_t *object, const json_t *definition)
{
    int                         failed;
    json_t                     *json;
    webhook_definition_kind_e   kind;

    kind = (webhook_definition_kind_e) object->kind;

    json = webhook_definition_show(kind, definition,
                                   api->who.may & NGX_WEBHOOK_MAY_SET
                                   ? WEBHOOK_DEFINITION_SETTING
                                   : WEBHOOK_DEFINITION_MASKED);
    if (json == NULL) {
        return NULL;
    }

    failed = json_object_set_new(json, "id",
                                 ngx_webhook_api_string(&object->id));
    failed |= json_object_set_new(json, "name",
                                  ngx_webhook_api_string(&object->name));
    failed |= json_object_set_new(json, "source", json_string("registered"));
    failed |= json_object_set_new(json, "company", object->company.len
                                    ? ngx_webhook_api_string(&object->company)
                                    : json_null());
    failed |= json_object_set_new(json, "version",
                                  json_integer((json_int_t) object->version));
    failed |= json_object_set_new(json, "created",
                                  ngx_webhook_api_time(object->created));
    failed |= json_object_set_new(json, "updated",
                                  ngx_webhook_api_time(object->updated));
    failed |= json_object_set_new(json, "by", object->by.len
                                    ? ngx_webhook_api_string(&object->by)
                                    : json_null());

    if (kind == WEBHOOK_DEFINITION_RECEIVER) {
        failed |= json_object_set_new(json, "url",
                                      ngx_webhook_shown_receive(api,
                                                   WEBHOOK_DEFINITION_MASK));
    }

    if (failed) {
        json_decref(json);
        return NULL;
    }

    return json;
}


json_t *
ngx_webhook_shown_kept(ngx_webhook_api_t *api, const webhook_object_t *object,
    const webhook_op_stats_t *stats)
{
    json_t             *definition, *json;
    ngx_webhook_why_t   why;

    definition = ngx_webhook_registry_open(api->wmcf, object, &why);

    if (definition == NULL) {
        json = ngx_webhook_shown_unread(object);

    } else {
        ngx_webhook_shown_reason(api, object, &why);

        json = ngx_webhook_shown_object(api, object, definition);

        json_decref(definition);
    }

    return ngx_webhook_shown_state(api, object->kind, json, stats,
                                   &object->id, &why);
}


/* One whose row cannot be read is not left out, for it can be deleted. */

static json_t *
ngx_webhook_shown_unread(const webhook_object_t *object)
{
    return json_pack("{s:o, s:o, s:s, s:o, s:I}",
                     "id", ngx_webhook_api_string(&object->id),
                     "name", ngx_webhook_api_string(&object->name),
                     "source", "registered",
                     "company",
                     object->company.len
                     ? ngx_webhook_api_string(&object->company) : json_null(),
                     "version", (json_int_t) object->version);
}


/* Why one does not act: that it cannot be opened, or what was found when this
   worker compiled it. */

static void
ngx_webhook_shown_reason(ngx_webhook_api_t *api,
    const webhook_object_t *object, ngx_webhook_why_t *why)
{
    uint64_t                   key;
    ngx_webhook_registered_t  *set;

    if (why->text) {
        return;
    }

    set = ngx_webhook_scope(api)->set;
    key = webhook_id_name(&object->id);

    ngx_webhook_shown_held(object->kind == WEBHOOK_OBJECT_ENDPOINT
                           ? ngx_webhook_registered_endpoint(set, key)
                           : ngx_webhook_registered_receiver(set, key), why);
}


void
ngx_webhook_shown_held(ngx_webhook_object_t *object, ngx_webhook_why_t *why)
{
    ngx_memzero(why, sizeof(ngx_webhook_why_t));

    if (object == NULL) {
        return;
    }

    if (object->reason) {
        why->code = object->code;
        why->text = object->reason;

    } else {
        ngx_webhook_shown_unconfirmed(object->unconfirmed, why);
    }
}


static void
ngx_webhook_shown_unconfirmed(ngx_webhook_confirmed_e unconfirmed,
    ngx_webhook_why_t *why)
{
    switch (unconfirmed) {

    case NGX_WEBHOOK_CONFIRMED:
        break;

    case NGX_WEBHOOK_UNCONFIRMED_NEW:
        why->code = "unconfirmed";
        why->text = "it is not confirmed: it gets no events until it has "
                    "echoed a challenge, or an operator has approved it";
        break;

    default:
        why->code = "unconfirmed_url";
        why->text = "where it goes now is not confirmed: its events wait until "
                    "it has echoed a challenge, or an operator has approved "
                    "it";
    }
}


json_t *
ngx_webhook_shown_endpoint(ngx_webhook_api_t *api, ngx_webhook_endpoint_t *ep)
{
    return json_pack("{s:o, s:o, s:s, s:n, s:o, s:o, s:o, s:s, s:s}",
                     "id", ngx_webhook_api_string(ngx_webhook_str(&ep->name)),
                     "name",
                     ngx_webhook_api_string(ngx_webhook_str(&ep->name)),
                     "source", "nginx.conf",
                     "company",
                     "url", ngx_webhook_shown_url(api, &ep->url),
                     "events", ngx_webhook_shown_events(ep),
                     "headers", ngx_webhook_shown_headers(ep),
                     "format", ep->format == NGX_WEBHOOK_FORMAT_XML ? "xml"
                                                                    : "json",
                     "envelope", ngx_webhook_shown_envelopes[ep->envelope]);
}


json_t *
ngx_webhook_shown_receiver(ngx_webhook_api_t *api,
    ngx_webhook_receiver_t *receiver)
{
    return json_pack("{s:o, s:o, s:s, s:n, s:o, s:o, s:s, s:s}",
                     "id",
                     ngx_webhook_api_string(ngx_webhook_str(&receiver->name)),
                     "name",
                     ngx_webhook_api_string(ngx_webhook_str(&receiver->name)),
                     "source", "nginx.conf",
                     "company",
                     "description",
                     ngx_webhook_api_string(
                                      ngx_webhook_str(&receiver->description)),
                     "model",
                     ngx_webhook_api_string(ngx_webhook_str(&receiver->model)),
                     "mode", ngx_webhook_shown_modes[receiver->mode],
                     "log_calls",
                     ngx_webhook_shown_logs[receiver->log_calls]);
}


json_t *
ngx_webhook_shown_receive(ngx_webhook_api_t *api, const char *token)
{
    ngx_str_t  *base;

    if (api->wmcf->registry == NULL
        || api->wmcf->registry->bounds.receive.len == 0)
    {
        return json_null();
    }

    base = &api->wmcf->registry->bounds.receive;

    return json_sprintf("%.*s%s", (int) base->len, (char *) base->data, token);
}


/* What stands behind the host may be a key. */

static json_t *
ngx_webhook_shown_url(ngx_webhook_api_t *api, ngx_str_t *url)
{
    u_char         *p, *last;
    webhook_str_t   host;

    if (api->who.may & NGX_WEBHOOK_MAY_SET) {
        return ngx_webhook_api_string(ngx_webhook_str(url));
    }

    last = url->data + url->len;
    p = ngx_strnstr(url->data, "://", url->len);
    p = p ? p + 3 : last;

    while (p < last && *p != '/' && *p != '?' && *p != '#') {
        p++;
    }

    host.data = url->data;
    host.len = (size_t) (p - url->data);

    return json_sprintf("%.*s/" WEBHOOK_DEFINITION_MASK, (int) host.len,
                        (char *) host.data);
}


static json_t *
ngx_webhook_shown_events(ngx_webhook_endpoint_t *ep)
{
    json_t                      *list;
    ngx_uint_t                   i;
    ngx_webhook_subscription_t  *events;

    list = json_array();
    events = ep->events.elts;

    for (i = 0; list && i < ep->events.nelts; i++) {

        if (json_array_append_new(list,
                                  ngx_webhook_api_string(
                                       ngx_webhook_str(&events[i].pattern)))
            != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static json_t *
ngx_webhook_shown_headers(ngx_webhook_endpoint_t *ep)
{
    json_t                *list;
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    list = json_array();
    header = ep->headers.elts;

    for (i = 0; list && i < ep->headers.nelts; i++) {

        if (json_array_append_new(list,
                json_pack("{s:o, s:s}", "name",
                    ngx_webhook_api_string(ngx_webhook_str(&header[i].name)),
                    "value", WEBHOOK_DEFINITION_MASK))
            != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


json_t *
ngx_webhook_shown_state(ngx_webhook_api_t *api, webhook_object_e kind,
    json_t *json, const webhook_op_stats_t *stats, const webhook_str_t *id,
    const ngx_webhook_why_t *why)
{
    json_t                          *state;
    ngx_uint_t                       whole;
    webhook_endpoint_stats_t         none;
    const webhook_endpoint_stats_t  *ep;

    if (json == NULL) {
        return NULL;
    }

    ep = ngx_webhook_shown_stats(stats, ngx_webhook_scope_key(kind, id));

    if (ep == NULL) {
        ngx_memzero(&none, sizeof(webhook_endpoint_stats_t));
        ep = &none;
    }

    whole = stats->paused && ngx_webhook_shown_waits(kind, json, ep);

    state = json_pack("{s:b, s:s?, s:o, s:o, s:o, s:s, s:I, s:I, s:I, s:I,"
                      " s:I, s:o}",
                      "paused", ep->paused || whole,
                      "paused_by", ep->paused ? ngx_webhook_scope_kind(kind)
                                   : whole ? "store" : NULL,
                      "reason",
                      ep->paused && ep->reason.len
                      ? ngx_webhook_api_string(&ep->reason)
                      : api->who.all && whole && stats->reason.len
                      ? ngx_webhook_api_string(&stats->reason) : json_null(),
                      "held", ngx_webhook_shown_text(why ? why->text : NULL),
                      "held_code",
                      ngx_webhook_shown_text(why ? why->code : NULL),
                      "breaker", ep->open ? "open" : "closed",
                      "pending",
                      (json_int_t) ep->states[WEBHOOK_PENDING],
                      "sending",
                      (json_int_t) ep->states[WEBHOOK_SENDING],
                      "delivered", (json_int_t) ep->delivered,
                      "dead", (json_int_t) ep->states[WEBHOOK_DEAD],
                      "cancelled", (json_int_t) ep->cancelled,
                      "oldest_due", ngx_webhook_shown_due(ep));

    if (json_object_set_new(json, "state", state) != 0) {
        json_decref(json);
        return NULL;
    }

    return json;
}


/* The store's pause does not concern a receiver whose actions do not wait. */

static ngx_uint_t
ngx_webhook_shown_waits(webhook_object_e kind, const json_t *json,
    const webhook_endpoint_stats_t *ep)
{
    const char  *mode;

    if (kind == WEBHOOK_OBJECT_ENDPOINT || ep->states[WEBHOOK_PENDING]) {
        return 1;
    }

    mode = json_string_value(json_object_get(json, "mode"));

    return mode && ngx_strcmp(mode, ngx_webhook_shown_modes[
                                            NGX_WEBHOOK_MODE_DURABLE]) == 0;
}


static json_t *
ngx_webhook_shown_text(const char *text)
{
    return text ? json_string(text) : json_null();
}


/* They are by ascending ids. */

static const webhook_endpoint_stats_t *
ngx_webhook_shown_stats(const webhook_op_stats_t *stats, uint64_t key)
{
    uint32_t                         first, last, mid;
    const webhook_endpoint_stats_t  *ep;

    first = 0;
    last = stats->count;

    while (first < last) {
        mid = first + (last - first) / 2;
        ep = &stats->endpoints[mid];

        if (ep->id == key) {
            return ep;
        }

        if (ep->id < key) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


/* Since when the first of those that wait is due. */

static json_t *
ngx_webhook_shown_due(const webhook_endpoint_stats_t *stats)
{
    uint64_t  wall;

    wall = ngx_webhook_clock_wall_real();

    return stats->due && stats->due < wall
           ? ngx_webhook_api_time(wall - stats->due) : json_null();
}
