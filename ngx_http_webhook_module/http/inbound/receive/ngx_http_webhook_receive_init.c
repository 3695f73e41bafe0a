
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/receive/ngx_http_webhook_receive_init.h"
#include "http/inbound/receive/ngx_http_webhook_error_page.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/mask/ngx_http_webhook_mask.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "http/inbound/action/ngx_http_webhook_subrequest.h"


static ngx_int_t ngx_webhook_receive_phase(ngx_http_core_main_conf_t *c,
    ngx_uint_t phase, ngx_http_handler_pt handler);
static ngx_int_t ngx_webhook_receive_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_receive_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_webhook_receive_init(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t  *cmcf;
    ngx_webhook_main_conf_t    *wmcf;

    /*
     * The filters stand in every configuration, see capture_init(); what
     * belongs to a configuration itself only where some location receives.
     */

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_webhook_receive_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_webhook_receive_body_filter;

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (!wmcf->receive) {
        return NGX_OK;
    }

    if (ngx_webhook_reply_id_init(cf, wmcf) != NGX_OK
        || ngx_webhook_limit_zone(cf, wmcf) != NGX_OK
        || ngx_webhook_mask_init(cf, wmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (ngx_webhook_receive_phase(cmcf, NGX_HTTP_POST_READ_PHASE,
                                  ngx_webhook_mask_request) != NGX_OK
        || ngx_webhook_receive_phase(cmcf, NGX_HTTP_SERVER_REWRITE_PHASE,
                                     ngx_webhook_mask_late) != NGX_OK
        || ngx_webhook_receive_phase(cmcf, NGX_HTTP_REWRITE_PHASE,
                                     ngx_webhook_mask_late) != NGX_OK
        || ngx_webhook_receive_phase(cmcf, NGX_HTTP_LOG_PHASE,
                                     ngx_webhook_mask_log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Puts a handler before all others of its phase: the log phase runs them from
 * the first to the last, the others from the last to the first.
 */

static ngx_int_t
ngx_webhook_receive_phase(ngx_http_core_main_conf_t *cmcf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_array_t          *handlers;
    ngx_http_handler_pt  *h;

    handlers = &cmcf->phases[phase].handlers;

    h = ngx_array_push(handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    if (phase == NGX_HTTP_LOG_PHASE) {
        h = handlers->elts;
        ngx_memmove(h + 1, h,
                    (handlers->nelts - 1) * sizeof(ngx_http_handler_pt));
    }

    *h = handler;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receive_header_filter(ngx_http_request_t *r)
{
    if (r != r->main) {

        if (ngx_webhook_subrequest_header(r)) {
            return NGX_OK;
        }

    } else if (ngx_webhook_error_page_header(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_webhook_receive_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t  *out;

    if (r != r->main) {

        if (ngx_webhook_subrequest_body(r, in)) {
            return NGX_OK;
        }

    } else if (ngx_webhook_error_page_body(r, in, &out)) {

        if (out == NULL && in) {
            return NGX_OK;
        }

        return ngx_http_next_body_filter(r, out);
    }

    return ngx_http_next_body_filter(r, in);
}
