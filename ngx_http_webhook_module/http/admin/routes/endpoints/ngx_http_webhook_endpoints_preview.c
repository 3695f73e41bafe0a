
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST endpoints/preview and endpoints/filter-test: what settings that are not
 * kept would make of an event.
 */

#include "http/admin/routes/common/ngx_http_webhook_change.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_trial.h"
#include "store/view/webhook_view.h"


#define NGX_WEBHOOK_PREVIEW_LONGEST  30000      /* ms of a turn */


typedef struct {
    ngx_webhook_endpoints_trial_t   trial;      /* first member */
    ngx_webhook_registry_change_t  *change;
    webhook_rendition_t             rendition;
    ngx_str_t                       reason;
    ngx_int_t                      *holds;
} ngx_webhook_endpoints_preview_t;


static ngx_int_t ngx_webhook_endpoints_preview_try(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c,
    ngx_int_t (*run)(ngx_webhook_endpoints_trial_t *trial),
    ngx_int_t (*done)(ngx_webhook_endpoints_trial_t *trial, ngx_int_t rc));
static ngx_int_t ngx_webhook_endpoints_preview_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_filter_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_previewed(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_endpoints_render(
    ngx_webhook_endpoints_trial_t *trial);
static ngx_int_t ngx_webhook_endpoints_rendered(
    ngx_webhook_endpoints_trial_t *trial, ngx_int_t rc);
static json_t *ngx_webhook_endpoints_preview_json(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, webhook_rendition_t *r);
static json_t *ngx_webhook_endpoints_preview_headers(
    ngx_webhook_endpoint_t *ep, webhook_rendition_t *r);
static int ngx_webhook_endpoints_preview_header(json_t *list,
    const webhook_str_t *name, const webhook_str_t *value);
static ngx_int_t ngx_webhook_endpoints_filtered(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c);
static ngx_int_t ngx_webhook_endpoints_judge(
    ngx_webhook_endpoints_trial_t *trial);
static ngx_int_t ngx_webhook_endpoints_judged(
    ngx_webhook_endpoints_trial_t *trial, ngx_int_t rc);


ngx_int_t
ngx_webhook_endpoints_preview(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_body(api, "endpoint event data",
                                  ngx_webhook_endpoints_preview_go);
}


static ngx_int_t
ngx_webhook_endpoints_preview_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change_try(api, ngx_webhook_endpoints_previewed);
}


ngx_int_t
ngx_webhook_endpoints_filter_test(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_body(api, "endpoint event data",
                                  ngx_webhook_endpoints_filter_go);
}


static ngx_int_t
ngx_webhook_endpoints_filter_go(ngx_webhook_api_t *api)
{
    return ngx_webhook_change_try(api, ngx_webhook_endpoints_filtered);
}


static ngx_int_t
ngx_webhook_endpoints_previewed(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c)
{
    return ngx_webhook_endpoints_preview_try(api, c,
                                             ngx_webhook_endpoints_render,
                                             ngx_webhook_endpoints_rendered);
}


static ngx_int_t
ngx_webhook_endpoints_filtered(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c)
{
    return ngx_webhook_endpoints_preview_try(api, c,
                                             ngx_webhook_endpoints_judge,
                                             ngx_webhook_endpoints_judged);
}


static ngx_int_t
ngx_webhook_endpoints_preview_try(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c,
    ngx_int_t (*run)(ngx_webhook_endpoints_trial_t *trial),
    ngx_int_t (*done)(ngx_webhook_endpoints_trial_t *trial, ngx_int_t rc))
{
    ngx_webhook_endpoint_t           *ep;
    ngx_webhook_endpoints_preview_t  *preview;

    ep = c->compiled->endpoint;

    preview = ngx_pcalloc(api->pool, sizeof(ngx_webhook_endpoints_preview_t));
    if (preview == NULL) {
        return NGX_ERROR;
    }

    preview->holds = ngx_palloc(api->pool,
                                (ep->filters.nelts + 1) * sizeof(ngx_int_t));
    if (preview->holds == NULL) {
        return NGX_ERROR;
    }

    preview->trial.api = api;
    preview->trial.endpoint = ep;
    preview->trial.run = run;
    preview->trial.done = done;
    preview->change = c;

    return ngx_webhook_endpoints_trial(&preview->trial,
                                       NGX_WEBHOOK_PREVIEW_LONGEST);
}


/* Any thread. */

static ngx_int_t
ngx_webhook_endpoints_render(ngx_webhook_endpoints_trial_t *trial)
{
    ngx_webhook_endpoints_preview_t  *preview;

    preview = (ngx_webhook_endpoints_preview_t *) trial;

    return ngx_webhook_fanout_one(&trial->like.fanout, trial->endpoint,
                                  &preview->rendition, &preview->reason);
}


static ngx_int_t
ngx_webhook_endpoints_rendered(ngx_webhook_endpoints_trial_t *trial,
    ngx_int_t rc)
{
    ngx_webhook_api_t                *api;
    ngx_webhook_endpoints_preview_t  *preview;

    preview = (ngx_webhook_endpoints_preview_t *) trial;
    api = trial->api;

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_problem(api, 422,
                                       "It could not be made: %V",
                                       &preview->reason);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                ngx_webhook_endpoints_preview_json(api,
                                    trial->endpoint, &preview->rendition));
}


/* The request line is the first of the endpoint's head. */

static json_t *
ngx_webhook_endpoints_preview_json(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep, webhook_rendition_t *r)
{
    u_char         *p, *last, *space;
    json_t         *json;
    webhook_str_t   method;

    p = ep->head.data;
    last = p + ep->head.len;
    space = ngx_strlchr(p, last, ' ');

    method.data = p;
    method.len = space ? (size_t) (space - p) : 0;

    json = json_pack("{s:o, s:o, s:o, s:o, s:I}",
                     "method", ngx_webhook_api_string(&method),
                     "url", ngx_webhook_api_string(ngx_webhook_str(&ep->url)),
                     "content_type", ngx_webhook_api_string(&r->content_type),
                     "headers", ngx_webhook_endpoints_preview_headers(ep, r),
                     "body_length", (json_int_t) r->body.len);

    if (json && webhook_view_set_body(json, &r->body) != 0) {
        json_decref(json);
        return NULL;
    }

    return json;
}


/* Values that are always the same may be keys; those that are made of the event
   are shown. */

static json_t *
ngx_webhook_endpoints_preview_headers(ngx_webhook_endpoint_t *ep,
    webhook_rendition_t *r)
{
    u_char                *p, *last, *end, *colon;
    json_t                *list;
    ngx_uint_t             i;
    webhook_str_t          name, value;
    ngx_webhook_header_t  *header;

    static const webhook_str_t  mask = webhook_str("***");

    list = json_array();
    header = ep->headers.elts;

    for (i = 0; list && i < ep->headers.nelts; i++) {
        if (header[i].tpl == NULL
            && ngx_webhook_endpoints_preview_header(list,
                                      ngx_webhook_str(&header[i].name), &mask)
               != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    p = r->headers.data;
    last = p + r->headers.len;

    while (list && p < last) {
        end = ngx_strlchr(p, last, CR);
        end = end ? end : last;
        colon = ngx_strlchr(p, end, ':');

        if (colon) {
            name.data = p;
            name.len = (size_t) (colon - p);
            value.data = ngx_min(colon + 2, end);
            value.len = (size_t) (end - value.data);

            if (ngx_webhook_endpoints_preview_header(list, &name, &value) != 0)
            {
                json_decref(list);
                return NULL;
            }
        }

        p = end + 2;
    }

    return list;
}


static int
ngx_webhook_endpoints_preview_header(json_t *list, const webhook_str_t *name,
    const webhook_str_t *value)
{
    return json_array_append_new(list,
                                 json_pack("{s:o, s:o}",
                                           "name", webhook_view_text(name),
                                           "value", webhook_view_text(value)));
}


/* Any thread. */

static ngx_int_t
ngx_webhook_endpoints_judge(ngx_webhook_endpoints_trial_t *trial)
{
    ngx_webhook_endpoints_preview_t  *preview;

    preview = (ngx_webhook_endpoints_preview_t *) trial;

    return ngx_webhook_fanout_judged(&trial->like.fanout, trial->endpoint,
                                     preview->holds);
}


/* Each condition as it was written, and whether it holds: null where that
   cannot be told. */

static ngx_int_t
ngx_webhook_endpoints_judged(ngx_webhook_endpoints_trial_t *trial,
    ngx_int_t rc)
{
    json_t                           *list, *texts, *text;
    ngx_int_t                        *holds;
    ngx_uint_t                        i, all;
    ngx_webhook_endpoint_t           *ep;
    ngx_webhook_endpoints_preview_t  *preview;

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    preview = (ngx_webhook_endpoints_preview_t *) trial;
    holds = preview->holds;
    ep = trial->endpoint;

    texts = json_object_get(preview->change->definition, "filter");
    list = json_array();
    all = 1;

    for (i = 0; list && i < ep->filters.nelts; i++) {

        all &= (holds[i] == 1);

        text = json_is_array(texts) ? json_array_get(texts, i) : texts;

        if (json_array_append_new(list,
                                  json_pack("{s:O?, s:o}", "filter", text,
                                            "holds", holds[i] == -1
                                            ? json_null()
                                            : json_boolean(holds[i])))
            != 0)
        {
            json_decref(list);
            list = NULL;
        }
    }

    return ngx_webhook_api_json(trial->api, NGX_HTTP_OK,
                                list ? json_pack("{s:b, s:o}", "matches", all,
                                                 "filters", list)
                                     : NULL);
}
