
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/main/ngx_http_webhook_conf_event_paths.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


static ngx_uint_t ngx_webhook_event_capture(ngx_webhook_rule_t *rule,
    const webhook_str_t *step);


/* Whose body has to be kept, and whether every path can have a value. */

char *
ngx_webhook_event_needs(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule)
{
    ngx_uint_t                  i;
    webhook_condition_t       **cond;
    ngx_webhook_event_paths_t   ctx;

    ngx_memzero(&ctx, sizeof(ngx_webhook_event_paths_t));

    ctx.b = b;
    ctx.rule = rule;

    cond = rule->when.elts;

    for (i = 0; i < rule->when.nelts; i++) {
        if (webhook_condition_paths(cond[i], ngx_webhook_event_path, &ctx)
            != 0)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (rule->body) {
        if (webhook_template_paths(rule->body, ngx_webhook_event_path, &ctx)
            != 0)
        {
            return NGX_CONF_ERROR;
        }

    } else if (rule->payload == NGX_WEBHOOK_PAYLOAD_REQUEST) {
        ctx.request = 1;

    } else {
        ctx.response = 1;
    }

    rule->need_request = ctx.request;
    rule->need_response = ctx.response;

    return NGX_CONF_OK;
}


/*
 * What its endpoints look at is kept too; if it cannot be had, those alone go
 * without that event.
 */

ngx_int_t
ngx_webhook_event_check(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_rule_t *rule)
{
    uint64_t                   *id;
    ngx_uint_t                  i, record;
    webhook_template_t         *tpl[2];
    ngx_webhook_endpoint_t     *ep;
    ngx_webhook_event_paths_t   ctx;

    ngx_memzero(&ctx, sizeof(ngx_webhook_event_paths_t));

    ctx.b = b;
    ctx.rule = rule;
    ctx.request = rule->need_request;
    ctx.response = rule->need_response;

    record = 0;
    id = rule->endpoints.elts;

    for (i = 0; i < rule->endpoints.nelts; i++) {

        ep = ngx_webhook_endpoint_find(wmcf, id[i]);

        ctx.request |= ep->need_request;
        ctx.response |= ep->need_response;
        record |= ngx_webhook_fanout_record(ep);
    }

    tpl[0] = rule->model;
    tpl[1] = rule->record;

    for (i = 0; record && i < 2; i++) {
        if (tpl[i] && webhook_template_paths(tpl[i], ngx_webhook_event_path,
                                      &ctx)
               != 0)
        {
            return NGX_ERROR;
        }
    }

    if (rule->company) {
        if (webhook_template_paths(rule->company, ngx_webhook_event_path, &ctx)
            != 0)
        {
            return NGX_ERROR;
        }

    } else if (wmcf->registry && wmcf->registry->company) {
        ctx.request = 1;
        ctx.response = 1;
    }

    rule->want_request = ctx.request;
    rule->want_response = ctx.response;

    if (ngx_webhook_fanout_renditions(wmcf, &rule->endpoints)
        > NGX_WEBHOOK_FANOUT_RENDITIONS)
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rule->source_pos,
                             "the endpoints of event type \"%V\" are "
                             "sent it in more than %d forms", &rule->type_name,
                             NGX_WEBHOOK_FANOUT_RENDITIONS);
        return NGX_ERROR;
    }

    return NGX_OK;
}


int
ngx_webhook_event_path(void *ctx, const webhook_path_t *path)
{
    ngx_webhook_event_paths_t *paths = ctx;

    const char          *what;
    ngx_webhook_root_e   root;
    ngx_webhook_rule_t  *rule;

    rule = paths->rule;

    what = ngx_webhook_conf_root(path, &root);

    switch (root) {

    case NGX_WEBHOOK_ROOT_DATA:

        if (rule->payload == NGX_WEBHOOK_PAYLOAD_REQUEST) {
            paths->request = 1;

        } else {
            paths->response = 1;
        }

        break;

    case NGX_WEBHOOK_ROOT_REQUEST:
        paths->request = 1;
        break;

    case NGX_WEBHOOK_ROOT_RESPONSE:
        paths->response = 1;
        break;

    case NGX_WEBHOOK_ROOT_URI:

        if (webhook_path_steps(path) != 2 || !ngx_webhook_event_capture(rule,
                                          webhook_path_step(path, 1)))
        {
            what = "the regular expression has no such capture";
        }

        break;

    default:
        break;
    }

    if (what == NULL) {
        return 0;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, paths->b, 0,
                         "invalid path \"%V\": %s",
                         ngx_webhook_nstr(webhook_path_text(path)), what);

    return 1;
}


static ngx_uint_t
ngx_webhook_event_capture(ngx_webhook_rule_t *rule, const webhook_str_t *step)
{
    ngx_int_t                    n;
    ngx_uint_t                   i;
    ngx_webhook_capture_name_t  *name;

    n = ngx_atoi(step->data, step->len);

    if (n != NGX_ERROR) {
        return n <= (ngx_int_t) rule->captures;
    }

    name = rule->names.elts;

    for (i = 0; i < rule->names.nelts; i++) {
        if (webhook_str_eq(step, ngx_webhook_str(&name[i].name))) {
            return 1;
        }
    }

    return 0;
}
