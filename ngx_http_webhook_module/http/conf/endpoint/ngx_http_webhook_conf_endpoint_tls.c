
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { tls }: what an endpoint has to show, and is shown.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_tls.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"


static char *ngx_webhook_endpoint_tls(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


const ngx_webhook_field_t  ngx_webhook_endpoint_tls_fields[] = {

    { ngx_string("tls"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_tls,
      0,
      NULL },

      ngx_webhook_null_field
};


static char *
ngx_webhook_endpoint_tls(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t   *value, *field, s;
    ngx_uint_t   i;

    if (ecf->tls_set) {
        return "is duplicate";
    }

    ecf->tls_set = 1;

    ngx_webhook_conf_source_pos(b, &ecf->tls_pos);

    if (ngx_webhook_conf_params(b, 1,
                                "verify= ca= name= cert= key= "
                                "password_file=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (!ngx_webhook_conf_param(&value[i], "name=", &s)
            && ngx_webhook_conf_local(b, &value[i]) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        if (ngx_webhook_conf_param(&value[i], "verify=", &s)) {

            if (s.len == 2 && ngx_strncmp(s.data, "on", 2) == 0) {
                ecf->tls.verify = 1;

            } else if (s.len == 3 && ngx_strncmp(s.data, "off", 3) == 0) {
                ecf->tls.verify = 0;

            } else {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                    "invalid \"%V\", it must be \"verify=on\" "
                                    "or \"verify=off\"", &value[i]);
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "ca=", &s)) {
            field = &ecf->tls.ca;

        } else if (ngx_webhook_conf_param(&value[i], "name=", &s)) {
            field = &ecf->tls.name;

        } else if (ngx_webhook_conf_param(&value[i], "cert=", &s)) {
            field = &ecf->tls.cert;

        } else if (ngx_webhook_conf_param(&value[i], "key=", &s)) {
            field = &ecf->tls.key;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "password_file=", &s);
            field = &ecf->tls.passwords;
        }

        if (field != &ecf->tls.name
            && ngx_conf_full_name(b->cycle, &s, 1) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        *field = s;
    }

    if ((ecf->tls.cert.len == 0) != (ecf->tls.key.len == 0)) {
        return "must have both \"cert=\" and \"key=\" or none of them";
    }

    if (ecf->tls.passwords.len && ecf->tls.key.len == 0) {
        return "has a \"password_file=\" without a \"key=\"";
    }

    if (ecf->tls.ca.len && !ecf->tls.verify) {
        return "has a \"ca=\" that has no effect with \"verify=off\"";
    }

    return NGX_CONF_OK;
}
