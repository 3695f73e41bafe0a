
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_idempotency HEADER: which requests are the same.
 */

#include "http/conf/main/ngx_http_webhook_conf_idempotency.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"


/* webhook_idempotency HEADER [by=VALUE] | off */

char *
ngx_webhook_idempotency(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    u_char                             c;
    ngx_str_t                         *value, s;
    ngx_uint_t                         i;
    ngx_webhook_build_t                b;
    ngx_http_compile_complex_value_t   ccv;

    if (wlcf->idempotency.data) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {

        if (cf->args->nelts > 2) {
            return ngx_webhook_conf_invalid(&b, &value[2]);
        }

        ngx_str_set(&wlcf->idempotency, "");
        return NGX_CONF_OK;
    }

    for (i = 0; i < value[1].len; i++) {
        c = value[1].data[i];

        if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            && c != '-' && c != '_')
        {
            break;
        }
    }

    if (i < value[1].len || value[1].len == 0
        || ngx_strcasecmp(value[1].data, (u_char *) "on") == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is neither a header name, such as "
                           "\"Idempotency-Key\", nor \"off\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    wlcf->idempotency = value[1];

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (!ngx_webhook_conf_param(&value[2], "by=", &s)
        || ngx_http_script_variables_count(&s) == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"%V\", it must be \"by=\" with a "
                           "variable that tells who the client is, as in "
                           "\"by=$remote_user\"", &value[2]);
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(&b, &wlcf->idempotency_pos);

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    wlcf->idempotency_by = ngx_palloc(cf->pool,
                                      sizeof(ngx_http_complex_value_t));
    if (wlcf->idempotency_by == NULL) {
        return NGX_CONF_ERROR;
    }

    ccv.cf = cf;
    ccv.value = &s;
    ccv.complex_value = wlcf->idempotency_by;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}
