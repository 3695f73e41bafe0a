
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_check.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/conf/field/ngx_http_webhook_conf_check_paths.h"


static ngx_int_t ngx_webhook_receiver_check_call(ngx_webhook_check_t *check,
    ngx_webhook_receiver_t *rcv);


ngx_int_t
ngx_webhook_receiver_check_variables(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t             n;
    webhook_template_t    *tpl[2];
    ngx_webhook_check_t    check;
    ngx_webhook_action_t  *action;

    check.b = b;
    check.source_pos = &rcv->source_pos;

    tpl[0] = rcv->target_id;
    tpl[1] = rcv->target_model;

    if (ngx_webhook_check_templates(&check, tpl, 2) != NGX_OK
        || ngx_webhook_receiver_check_call(&check, rcv) != NGX_OK)
    {
        return NGX_ERROR;
    }

    action = rcv->actions.elts;

    for (n = 0; n < rcv->actions.nelts; n++) {

        check.source_pos = &action[n].source_pos;

        tpl[0] = action[n].uri;
        tpl[1] = action[n].body;

        if (ngx_webhook_check_templates(&check, tpl, 2) != NGX_OK
            || ngx_webhook_check_conditions(&check, &action[n].when, 1)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return rcv->lookup
           ? ngx_webhook_check_templates(&check, &rcv->lookup->uri, 1)
           : NGX_OK;
}


/* The paths in what a receiver looks at, and in its events. */

static ngx_int_t
ngx_webhook_receiver_check_call(ngx_webhook_check_t *check,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t              i;
    webhook_path_t        **redact;
    ngx_webhook_emit_t     *emit;
    ngx_webhook_filter_t   *filter;

    filter = rcv->skips.elts;

    for (i = 0; i < rcv->skips.nelts; i++) {
        if (ngx_webhook_check_conditions(check, &filter[i].condition, 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_check_paths(check, rcv->require.elts, rcv->require.nelts)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    redact = rcv->redact.elts;

    for (i = 0; i < rcv->redact.nelts; i++) {

        /* that of a token comes with "verify" */

        if ((rcv->verify == NULL || redact[i] != rcv->verify->redacted)
            && ngx_webhook_check_paths(check, &redact[i], 1) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    filter = rcv->filters.elts;

    for (i = 0; i < rcv->filters.nelts; i++) {
        if (ngx_webhook_check_conditions(check, &filter[i].condition, 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_check_paths(check, &rcv->order_by, 1) != NGX_OK
        || ngx_webhook_check_paths(check, &rcv->dedupe_path, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    emit = rcv->emits.elts;

    for (i = 0; i < rcv->emits.nelts; i++) {

        check->source_pos = &emit[i].source_pos;

        if (ngx_webhook_check_templates(check, &emit[i].body, 1) != NGX_OK
            || ngx_webhook_check_conditions(check, &emit[i].when, 1) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
