
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_company.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_lookup.h"


#define NGX_WEBHOOK_CAPTURE_COMPANY  256        /* bytes of what may be none */


static ngx_int_t ngx_webhook_capture_company_rule(ngx_webhook_match_t *match,
    webhook_buf_t *text);
static ngx_int_t ngx_webhook_capture_company_path(ngx_webhook_match_t *match,
    webhook_buf_t *text);


ngx_int_t
ngx_webhook_capture_company(ngx_webhook_match_t *match, ngx_str_t *company)
{
    ngx_int_t               rc;
    ngx_str_t               found;
    webhook_buf_t           text;
    ngx_webhook_capture_t  *capture;
    ngx_webhook_redacted_t  redacted;

    if (match->owned) {
        *company = match->company;
        return NGX_OK;
    }

    ngx_str_null(company);

    capture = match->capture;

    webhook_buf_init(&text, NGX_WEBHOOK_CAPTURE_COMPANY);

    if (match->rule->company) {
        rc = ngx_webhook_capture_company_rule(match, &text);

    } else if (capture->wmcf->registry && capture->wmcf->registry->company) {
        rc = ngx_webhook_capture_company_path(match, &text);

    } else {
        return NGX_OK;
    }

    found.data = text.data;
    found.len = text.len;

    if (rc == NGX_OK && found.len) {

        if (ngx_webhook_company_valid(&found)) {
            company->data = ngx_pstrdup(capture->pool, &found);
            company->len = found.len;
            rc = company->data ? NGX_OK : NGX_ERROR;

        } else {
            rc = NGX_DECLINED;
        }
    }

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_WARN, capture->log, 0,
                      "webhook event \"%V\" %V belongs to no company: "
                      "\"%V\" is not one, which has 1 to 64 letters, "
                      "digits, \"_\", \".\" or "
                      "\"-\"", &match->rule->type->name,
                      &match->id_text,
                      ngx_webhook_redacted(&redacted, found.data, found.len));
        rc = NGX_OK;
    }

    webhook_buf_free(&text);

    if (rc == NGX_OK) {
        match->company = *company;
        match->owned = 1;
    }

    return rc;
}


/* company=TEMPLATE; NGX_DECLINED where it has no value that could be one. */

static ngx_int_t
ngx_webhook_capture_company_rule(ngx_webhook_match_t *match,
    webhook_buf_t *text)
{
    webhook_error_t  err;

    switch (webhook_template_render(match->rule->company,
                                    ngx_webhook_capture_lookup, match, text,
                                    &err))
    {
    case WEBHOOK_OK:
        return text->failed == WEBHOOK_NOMEM ? NGX_ERROR : NGX_OK;

    case WEBHOOK_ERROR:
    case WEBHOOK_LIMIT:
        return NGX_DECLINED;

    default:

        /* a body that cannot be had has no company, either */

        if (match->reason == NULL) {
            return NGX_ERROR;
        }

        match->reason = NULL;
        return NGX_DECLINED;
    }
}


/* In the API's answer, else in the request. */

static ngx_int_t
ngx_webhook_capture_company_path(ngx_webhook_match_t *match,
    webhook_buf_t *text)
{
    ngx_int_t                rc;
    ngx_uint_t               i;
    ngx_webhook_document_t  *d;

    static ngx_webhook_payload_e  bodies[] = { NGX_WEBHOOK_PAYLOAD_RESPONSE,
                                               NGX_WEBHOOK_PAYLOAD_REQUEST };

    for (i = 0; i < 2; i++) {

        d = ngx_webhook_capture_body(match->capture, bodies[i]);

        if (d == NULL || d->len == 0) {
            continue;
        }

        rc = ngx_webhook_document_label(d,
                                     match->capture->wmcf->registry->company,
                                     text);

        if (rc != NGX_OK || text->len) {
            return rc;
        }
    }

    return NGX_OK;
}
