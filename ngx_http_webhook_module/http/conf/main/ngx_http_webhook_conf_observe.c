
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What tells how all of it goes: webhook_metrics, webhook_log.
 */

#include "http/conf/main/ngx_http_webhook_conf_observe.h"
#include "http/conf/main/ngx_http_webhook_conf.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/metrics/ngx_http_webhook_metrics_handler.h"


static char *ngx_webhook_metrics_labels(ngx_webhook_build_t *b);


char *
ngx_webhook_metrics(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ngx_http_core_loc_conf_t  *clcf;
    ngx_webhook_build_t        b;
    ngx_webhook_main_conf_t   *wmcf;

    if (wlcf->metrics) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    wlcf->metrics = 1;

    ngx_webhook_conf_source_pos(&b, &wlcf->metrics_pos);

    if (ngx_webhook_metrics_labels(&b) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);
    wmcf->metrics = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (ngx_webhook_conf_handler(cf, clcf, cmd) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    clcf->handler = ngx_webhook_metrics_handler;

    return NGX_CONF_OK;
}


/* All locations show the same rows. */

static char *
ngx_webhook_metrics_labels(ngx_webhook_build_t *b)
{
    ngx_int_t                 n;
    ngx_str_t                *value, s;
    ngx_webhook_main_conf_t  *wmcf;

    n = NGX_WEBHOOK_LABELS;

    if (b->args->nelts == 2) {

        if (ngx_webhook_conf_params(b, 1, "labels=") != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }

        value = b->args->elts;

        (void) ngx_webhook_conf_param(&value[1], "labels=", &s);

        n = ngx_atoi(s.data, s.len);

        if (n == NGX_ERROR || n > NGX_WEBHOOK_LABELS_MAX) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid \"%V\", it must be a number from "
                                  "0 to %d", &value[1],
                                  NGX_WEBHOOK_LABELS_MAX);
            return NGX_CONF_ERROR;
        }
    }

    wmcf = b->wmcf;

    if (wmcf->metrics && wmcf->labels_rows != (ngx_uint_t) n) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"labels=\" is %ui in %s:%ui, and has to be "
                              "the same everywhere", wmcf->labels_rows,
                              wmcf->labels_pos.file, wmcf->labels_pos.line);
        return NGX_CONF_ERROR;
    }

    wmcf->labels_rows = n;

    ngx_webhook_conf_source_pos(b, &wmcf->labels_pos);

    return NGX_CONF_OK;
}
