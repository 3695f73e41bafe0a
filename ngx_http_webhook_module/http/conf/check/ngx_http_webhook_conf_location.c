
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What cannot stand together in a location: webhook_receive and another
 * handler; rules and what has the filters of a response for itself.
 */

#include "http/conf/check/ngx_http_webhook_conf_location.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/admin/api/ngx_http_webhook_api_handler.h"
#include "http/metrics/ngx_http_webhook_metrics_handler.h"
#include "http/inbound/receive/ngx_http_webhook_receive.h"


static ngx_int_t ngx_webhook_location_answers(ngx_webhook_build_t *b,
    void **loc_conf, const char *name, ngx_webhook_source_pos_t *pos,
    ngx_http_handler_pt handler);
static ngx_int_t ngx_webhook_location_variables(ngx_webhook_build_t *b,
    ngx_webhook_loc_conf_t *wlcf);
static ngx_uint_t ngx_webhook_location_slice(ngx_module_t *module,
    void **loc_conf);
static ngx_uint_t ngx_webhook_location_image(ngx_module_t *module,
    void **loc_conf);
static ngx_int_t ngx_webhook_location_rules(ngx_webhook_build_t *b,
    void **loc_conf, const char *with, const char *instead);


ngx_int_t
ngx_webhook_location_check(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf)
{
    void                     ***loc_conf;
    ngx_int_t                   rc;
    ngx_uint_t                  i;
    ngx_module_t               *slice, *image;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_webhook_loc_conf_t     *wlcf;

    slice = ngx_webhook_conf_module(b, "ngx_http_slice_filter_module");
    image = ngx_webhook_conf_module(b, "ngx_http_image_filter_module");

    loc_conf = wmcf->locations.elts;

    for (i = 0; i < wmcf->locations.nelts; i++) {

        clcf = loc_conf[i][ngx_http_core_module.ctx_index];
        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->receive
            && ngx_webhook_location_answers(b, loc_conf[i], "webhook_receive",
                                             &wlcf->source_pos,
                                             ngx_webhook_receive_handler)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (wlcf->receive && clcf->internal) {
            ngx_webhook_build_at(NGX_LOG_WARN, b, &wlcf->source_pos,
                                 "location \"%V\" has "
                                 "\"webhook_receive\" and \"internal\": "
                                 "nobody can call it", &clcf->name);
        }

        if (wlcf->receive && wmcf->receivers.nelts == 0
            && wmcf->registry == NULL)
        {
            ngx_webhook_build_at(NGX_LOG_WARN, b, &wlcf->source_pos,
                                 "\"webhook_receive\" accepts no calls, "
                                 "since there is no \"webhook_receiver\"");
        }

        if (wlcf->metrics
            && ngx_webhook_location_answers(b, loc_conf[i], "webhook_metrics",
                                             &wlcf->metrics_pos,
                                             ngx_webhook_metrics_handler)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (wlcf->api
            && ngx_webhook_location_answers(b, loc_conf[i], "webhook_api",
                                             &wlcf->api->source_pos,
                                             ngx_webhook_api_handler)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_webhook_location_variables(b, wlcf) != NGX_OK) {
            return NGX_ERROR;
        }

        if (wlcf->rules == NULL) {
            continue;
        }

        if (ngx_webhook_location_slice(slice, loc_conf[i])) {
            rc = ngx_webhook_location_rules(b, loc_conf[i], "slice",
                              "\"body=\" or \"payload=request\", or move the "
                              "rule");

        } else if (wlcf->commit == NGX_WEBHOOK_BEFORE_RESPONSE
                   && ngx_webhook_location_image(image, loc_conf[i]))
        {
            rc = ngx_webhook_location_rules(b, loc_conf[i], "image_filter",
                              "\"webhook_commit after_response\" there");

        } else {
            continue;
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * What answers in the place of a directive: another content handler, "return"
 * where it comes first, or try_files.  Both modules' configurations begin with
 * a pointer, to their codes and their files, and NULL is none.
 */

static ngx_int_t
ngx_webhook_location_answers(ngx_webhook_build_t *b, void **loc_conf,
    const char *name, ngx_webhook_source_pos_t *pos,
    ngx_http_handler_pt handler)
{
    void                      **data;
    const char                 *other;
    ngx_module_t               *module;
    ngx_http_core_loc_conf_t   *clcf;

    clcf = loc_conf[ngx_http_core_module.ctx_index];
    other = (clcf->handler != handler) ? "another directive" : NULL;

    module = ngx_webhook_conf_module(b, "ngx_http_rewrite_module");

    if (module && other == NULL) {
        data = loc_conf[module->ctx_index];

        if (*data && *(ngx_http_script_code_pt *) ((ngx_array_t *) *data)->elts
                     == ngx_http_script_return_code)
        {
            other = "a \"return\"";
        }
    }

    module = ngx_webhook_conf_module(b, "ngx_http_try_files_module");

    if (module && other == NULL) {
        data = loc_conf[module->ctx_index];

        if (*data) {
            other = "\"try_files\"";
        }
    }

    if (other == NULL) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, pos,
                         "location \"%V\" has \"%s\" and %s that "
                         "answers requests", &clcf->name, name, other);
    return NGX_ERROR;
}


/* nginx itself would say it without file and line. */

static ngx_int_t
ngx_webhook_location_variables(ngx_webhook_build_t *b,
    ngx_webhook_loc_conf_t *wlcf)
{
    u_char     *p, *last;
    ngx_str_t   name;

    if (wlcf->idempotency_by == NULL) {
        return NGX_OK;
    }

    p = wlcf->idempotency_by->value.data;
    last = p + wlcf->idempotency_by->value.len;

    while (ngx_webhook_conf_dollar_next(&p, last, &name)) {

        if (ngx_webhook_conf_variable(b, ngx_webhook_str(&name))
            || (name.data[0] >= '1' && name.data[0] <= '9'))
        {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b,
                             &wlcf->idempotency_pos,
                             "unknown variable \"$%V\" in \"by=\"", &name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * slice makes one response of many, of which a filter sees the first alone,
 * and asks for the next when nothing is held back.  Its configuration is the
 * size of a part, and 0 is none.
 */

static ngx_uint_t
ngx_webhook_location_slice(ngx_module_t *module, void **loc_conf)
{
    size_t  *size;

    if (module == NULL) {
        return 0;
    }

    size = loc_conf[module->ctx_index];

    return *size != 0;
}


/*
 * The image filter marks responses that it holds back with the same bit of
 * r->buffered as this module.  Its configuration begins with the kind of
 * filter, as ngx_uint_t, and 0 is none ("off").
 */

static ngx_uint_t
ngx_webhook_location_image(ngx_module_t *module, void **loc_conf)
{
    ngx_uint_t  *filter;

    if (module == NULL) {
        return 0;
    }

    filter = loc_conf[module->ctx_index];

    return *filter != 0;
}


/* Rules that read no response stay: their events are put when the header
   passes, and nothing is held back. */

static ngx_int_t
ngx_webhook_location_rules(ngx_webhook_build_t *b, void **loc_conf,
    const char *with, const char *instead)
{
    ngx_uint_t                  i;
    ngx_array_t                *rules;
    ngx_webhook_rule_t        **rule, **rp;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_webhook_loc_conf_t     *wlcf;

    clcf = loc_conf[ngx_http_core_module.ctx_index];
    wlcf = loc_conf[ngx_http_webhook_module.ctx_index];

    rules = ngx_array_create(b->pool, wlcf->rules->nelts,
                             sizeof(ngx_webhook_rule_t *));
    if (rules == NULL) {
        return NGX_ERROR;
    }

    rule = wlcf->rules->elts;

    for (i = 0; i < wlcf->rules->nelts; i++) {

        if (!rule[i]->want_response) {

            rp = ngx_array_push(rules);
            if (rp == NULL) {
                return NGX_ERROR;
            }

            *rp = rule[i];
            continue;
        }

        if (wlcf->own) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &rule[i]->source_pos,
                                 "\"webhook_event\" for \"%V\" reads the "
                                 "response, which is not available with "
                                 "\"%s\" in location \"%V\": use %s",
                                 &rule[i]->type_name, with,
                                 &clcf->name, instead);
            return NGX_ERROR;
        }

        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule[i]->source_pos,
                             "\"webhook_event\" for \"%V\" reads the "
                             "response, which is not available with \"%s\" in "
                             "location \"%V\": it creates no events there; "
                             "write \"webhook_event off\"",
                             &rule[i]->type_name, with, &clcf->name);
    }

    wlcf->rules = rules->nelts ? rules : NULL;
    wlcf->commit = NGX_WEBHOOK_AFTER_RESPONSE;

    return NGX_OK;
}
