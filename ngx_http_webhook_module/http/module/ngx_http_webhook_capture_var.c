
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/module/ngx_http_webhook_capture_var.h"
#include "http/outbound/context/ngx_http_webhook_capture_state.h"


static ngx_int_t ngx_webhook_capture_list_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_webhook_match_t *ngx_webhook_capture_matches(ngx_http_request_t *r);
static ngx_str_t *ngx_webhook_capture_list_item(ngx_webhook_match_t *match,
    uintptr_t data);


/* Their values change while a request lives. */

static ngx_http_variable_t  ngx_webhook_capture_vars[] = {

    { ngx_string("webhook_event"), NULL,
      ngx_webhook_capture_list_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("webhook_id"), NULL,
      ngx_webhook_capture_list_variable, 1,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


/* By severity, so that one word tells of several events. */

static ngx_str_t  ngx_webhook_capture_words[] = {
    ngx_string("skipped"),
    ngx_string("committed"),
    ngx_string("pending"),
    ngx_string("failed")
};


ngx_int_t
ngx_webhook_capture_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_webhook_capture_vars; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_webhook_match_t *
ngx_webhook_capture_matches(ngx_http_request_t *r)
{
    ngx_webhook_capture_t  *capture;

    if (r != r->main) {
        return NULL;
    }

    capture = ngx_webhook_capture_find(r);

    return capture ? capture->matches : NULL;
}


static ngx_str_t *
ngx_webhook_capture_list_item(ngx_webhook_match_t *match, uintptr_t data)
{
    return data ? &match->id_text : &match->rule->type->name;
}


/* $webhook_event and $webhook_id: data tells which. */

static ngx_int_t
ngx_webhook_capture_list_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    size_t                len;
    u_char               *p;
    ngx_str_t            *item;
    ngx_webhook_match_t  *match, *matches;

    matches = ngx_webhook_capture_matches(r);
    len = 0;

    for (match = matches; match; match = match->next) {
        if (match->state != NGX_WEBHOOK_MATCH_DROPPED) {
            item = ngx_webhook_capture_list_item(match, data);
            len += item->len + 1;
        }
    }

    if (len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;

    for (match = matches; match; match = match->next) {
        if (match->state != NGX_WEBHOOK_MATCH_DROPPED) {
            item = ngx_webhook_capture_list_item(match, data);
            p = ngx_cpymem(p, item->data, item->len);
            *p++ = ',';
        }
    }

    v->len = len - 1;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_capture_var_status(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_int_t             worst, n;
    ngx_webhook_match_t  *match;

    worst = -1;

    for (match = ngx_webhook_capture_matches(r);
         match;
         match = match->next)
    {
        switch (match->state) {

        case NGX_WEBHOOK_MATCH_DROPPED:
            continue;

        case NGX_WEBHOOK_MATCH_SKIPPED:
            n = 0;
            break;

        case NGX_WEBHOOK_MATCH_COMMITTED:
            n = 1;
            break;

        case NGX_WEBHOOK_MATCH_FAILED:
            n = 3;
            break;

        default: /* OPEN, PENDING */
            n = 2;
            break;
        }

        worst = ngx_max(worst, n);
    }

    if (worst < 0) {
        return NGX_DECLINED;
    }

    *value = ngx_webhook_capture_words[worst];

    return NGX_OK;
}
