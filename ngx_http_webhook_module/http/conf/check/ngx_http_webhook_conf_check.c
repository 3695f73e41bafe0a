
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of the whole: definitions may come in any order, so what one says
 * of another is looked at when all are known.
 */

#include "http/conf/check/ngx_http_webhook_conf_check.h"
#include "http/conf/admin/ngx_http_webhook_conf_api.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver.h"
#include "http/conf/field/ngx_http_webhook_conf_check_paths.h"
#include "http/conf/admin/ngx_http_webhook_conf_registry.h"
#include "http/conf/cluster/ngx_http_webhook_conf_cluster.h"
#include "http/conf/main/ngx_http_webhook_conf_cpu.h"
#include "http/conf/main/ngx_http_webhook_conf_event_paths.h"
#include "http/conf/main/ngx_http_webhook_conf_observe.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/check/ngx_http_webhook_conf_inside.h"
#include "http/conf/check/ngx_http_webhook_conf_lint.h"
#include "http/conf/check/ngx_http_webhook_conf_location.h"
#include "http/conf/check/ngx_http_webhook_conf_reach.h"
#include "http/conf/check/ngx_http_webhook_receive_loop.h"
#include "http/net/peer/ngx_http_webhook_peer.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


static ngx_int_t ngx_webhook_check_store(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);
static ngx_int_t ngx_webhook_check_endpoints(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);
static ngx_int_t ngx_webhook_check_events(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_check_rules(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);
static ngx_int_t ngx_webhook_check_receivers(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);
static ngx_int_t ngx_webhook_check_tokens(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);
static int ngx_libc_cdecl ngx_webhook_check_token_cmp(const void *one,
    const void *two);


ngx_int_t
ngx_webhook_conf_check(ngx_conf_t *cf)
{
    ngx_webhook_build_t       build, *b;
    ngx_webhook_main_conf_t  *wmcf;

    b = ngx_webhook_conf_build(cf, &build);
    wmcf = b->wmcf;

    if (ngx_webhook_check_store(b, wmcf) != NGX_OK
        || ngx_webhook_map_check(b) != NGX_OK
        || ngx_webhook_check_endpoints(b, wmcf) != NGX_OK
        || ngx_webhook_check_rules(b, wmcf) != NGX_OK
        || ngx_webhook_check_receivers(b, wmcf) != NGX_OK
        || ngx_webhook_check_tokens(b, wmcf) != NGX_OK
        || ngx_webhook_location_check(b, wmcf) != NGX_OK
        || ngx_webhook_api_check(b, wmcf) != NGX_OK
        || ngx_webhook_conf_log_check(b) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webhook_registry_check(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webhook_conf_lint(b, wmcf);

    wmcf->receive = wmcf->receive_locations.nelts != 0;

    if (ngx_webhook_conf_cpu(cf, wmcf) != NGX_OK
        || ngx_webhook_conf_cluster(cf, wmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if ((wmcf->store || wmcf->receive || wmcf->metrics)
        && ngx_webhook_metrics_zone(cf, &wmcf->counters) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (wmcf->metrics) {
        return ngx_webhook_labels_zone(cf, wmcf->labels_rows, &wmcf->labels);
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_conf_check_calls(ngx_conf_t *cf)
{
    ngx_webhook_build_t       build, *b;
    ngx_webhook_main_conf_t  *wmcf;

    b = ngx_webhook_conf_build(cf, &build);
    wmcf = b->wmcf;

    if (!wmcf->receive) {
        return NGX_OK;
    }

    if (ngx_webhook_receive_loop(b) != NGX_OK
        || ngx_webhook_reach_check(b) != NGX_OK
        || (wmcf->registry
            && ngx_webhook_inside_check(b, &wmcf->registry->bounds) != NGX_OK))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_check_store(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                i;
    ngx_webhook_rule_t      **rule;
    ngx_webhook_endpoint_t  **ep;
    ngx_webhook_receiver_t  **rcv;

    if (wmcf->store) {
        return NGX_OK;
    }

    if (wmcf->rules.nelts) {
        rule = wmcf->rules.elts;

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rule[0]->source_pos,
                             "\"webhook_event\" needs a "
                             "\"webhook_store\", and there is none");
        return NGX_ERROR;
    }

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {

        if (ep[i]->internal) {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep[i]->source_pos,
                             "\"webhook_endpoint\" needs a "
                             "\"webhook_store\", and there is none");
        return NGX_ERROR;
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {

        if (rcv[i]->log_calls) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv[i]->source_pos,
                                 "\"log_calls\" of webhook_receiver "
                                 "\"%V\" needs a \"webhook_store\", "
                                 "and there is none", &rcv[i]->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_check_endpoints(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                i;
    ngx_webhook_type_t       *type;
    ngx_webhook_endpoint_t  **ep;

    type = wmcf->types.elts;

    for (i = 0; i < wmcf->types.nelts; i++) {
        if (ngx_array_init(&type[i].endpoints, b->pool, 1, sizeof(uint64_t))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {

        if (ngx_webhook_endpoint_check(b, ep[i]) != NGX_OK
            || ngx_webhook_check_events(wmcf, ep[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Enters an endpoint into the types that it asks for. */

static ngx_int_t
ngx_webhook_check_events(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_endpoint_t *ep)
{
    uint64_t                    *id;
    ngx_uint_t                   i, n;
    ngx_webhook_type_t          *type;
    ngx_webhook_subscription_t  *sub;

    sub = ep->events.elts;
    type = wmcf->types.elts;

    for (i = 0; i < ep->events.nelts; i++) {

        for (n = 0; n < wmcf->types.nelts; n++) {

            if (!ngx_webhook_type_asked(&type[n], &sub[i].pattern)) {
                continue;
            }

            /* endpoints come by ascending id: the last may be this one */

            id = type[n].endpoints.elts;

            if (type[n].endpoints.nelts
                && id[type[n].endpoints.nelts - 1] == ep->id)
            {
                continue;
            }

            id = ngx_array_push(&type[n].endpoints);
            if (id == NULL) {
                return NGX_ERROR;
            }

            *id = ep->id;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_check_rules(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t             i, n;
    webhook_template_t    *tpl[4];
    ngx_webhook_rule_t   **rule;
    ngx_webhook_type_t    *type;
    ngx_webhook_check_t    check;

    check.b = b;

    rule = wmcf->rules.elts;
    type = wmcf->types.elts;

    for (i = 0; i < wmcf->rules.nelts; i++) {

        check.source_pos = &rule[i]->source_pos;

        for (n = 0; n < wmcf->types.nelts; n++) {
            if (type[n].name.len == rule[i]->type_name.len
                && ngx_memcmp(type[n].name.data, rule[i]->type_name.data,
                              type[n].name.len)
                   == 0
                && !type[n].own)
            {
                break;
            }
        }

        if (n == wmcf->types.nelts) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, check.source_pos,
                                 "unknown event type \"%V\": declare it "
                                 "by \"webhook_event_type\"",
                                 &rule[i]->type_name);
            return NGX_ERROR;
        }

        rule[i]->type = &type[n];
        rule[i]->endpoints = type[n].endpoints;

        if (ngx_webhook_event_check(b, wmcf, rule[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        tpl[0] = rule[i]->body;
        tpl[1] = rule[i]->model;
        tpl[2] = rule[i]->record;
        tpl[3] = rule[i]->company;

        if (ngx_webhook_check_conditions(&check, rule[i]->when.elts,
                                         rule[i]->when.nelts)
            != NGX_OK || ngx_webhook_check_templates(&check, tpl, 4) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_check_receivers(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                i;
    ngx_webhook_receiver_t  **rcv;

    rcv = wmcf->receivers.elts;

    if (wmcf->receivers.nelts && wmcf->receive_locations.nelts == 0) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv[0]->source_pos,
                             "webhook_receiver \"%V\" cannot be "
                             "called: no location has "
                             "\"webhook_receive\"", &rcv[0]->name);
        return NGX_ERROR;
    }

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        if (ngx_webhook_receiver_check(b, rcv[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        if (rcv[i]->accept & NGX_WEBHOOK_ACCEPT_QUERY) {
            wmcf->accept_query = 1;
        }
    }

    return NGX_OK;
}


/* All tokens, by ascending digest. */

static ngx_int_t
ngx_webhook_check_tokens(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                 i, n;
    ngx_webhook_url_token_t   *url_token;
    ngx_webhook_receiver_t   **rcv;

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {

        n = rcv[i]->url_tokens.nelts;

        url_token = ngx_array_push_n(&wmcf->url_tokens, n);
        if (url_token == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(url_token, rcv[i]->url_tokens.elts,
                   n * sizeof(ngx_webhook_url_token_t));
    }

    url_token = wmcf->url_tokens.elts;

    if (wmcf->url_tokens.nelts > 1) {
        ngx_qsort(url_token, (size_t) wmcf->url_tokens.nelts,
                  sizeof(ngx_webhook_url_token_t),
                  ngx_webhook_check_token_cmp);
    }

    for (i = 1; i < wmcf->url_tokens.nelts; i++) {

        if (ngx_memcmp(url_token[i - 1].digest, url_token[i].digest,
                       NGX_WEBHOOK_DIGEST_LEN)
            != 0)
        {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &url_token[i].source_pos,
                             "the \"secret\" of webhook_receiver "
                             "\"%V\", given in %s:%ui, is given again "
                             "for \"%V\"",
                             &url_token[i - 1].receiver->name,
                             url_token[i - 1].source_pos.file,
                             url_token[i - 1].source_pos.line,
                             &url_token[i].receiver->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Equal ones stand as they are written, if that is in one file. */

static int ngx_libc_cdecl
ngx_webhook_check_token_cmp(const void *one, const void *two)
{
    int                             rc;
    const ngx_webhook_url_token_t  *a, *b;

    a = one;
    b = two;

    rc = ngx_memcmp(a->digest, b->digest, NGX_WEBHOOK_DIGEST_LEN);

    if (rc != 0) {
        return rc;
    }

    return (a->source_pos.line > b->source_pos.line)
           - (a->source_pos.line < b->source_pos.line);
}
