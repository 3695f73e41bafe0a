
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
#include "http/log/ngx_http_webhook_log.h"
#include "http/metrics/ngx_http_webhook_metrics_handler.h"


#define NGX_WEBHOOK_LOG_BUFFER      65536
#define NGX_WEBHOOK_LOG_BUFFER_MIN  16384       /* more than any line */
#define NGX_WEBHOOK_LOG_BUFFER_MAX  (64 * 1024 * 1024)
#define NGX_WEBHOOK_LOG_FLUSH       1000        /* ms */
#define NGX_WEBHOOK_LOG_FLUSH_MAX   60000


typedef struct {
    ngx_str_t                 format;
    size_t                    size;
    uint64_t                  flush;
} ngx_webhook_log_args_t;


static char *ngx_webhook_metrics_labels(ngx_webhook_build_t *b);
static char *ngx_webhook_log_buffer(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_log_flush(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);


static const ngx_webhook_option_t  ngx_webhook_log_options[] = {
    { "buffer=", ngx_webhook_log_buffer },
    { "flush=",  ngx_webhook_log_flush },
    { NULL, NULL }
};


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


/* webhook_log PATH [FORMAT] [buffer=SIZE] [flush=TIME]; */

char *
ngx_webhook_conf_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_str_t               *value, what;
    ngx_uint_t               i;
    const char              *error;
    ngx_open_file_t         *file;
    ngx_webhook_build_t      b;
    ngx_webhook_log_args_t   args;

    if (wmcf->log_pos.file) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);
    ngx_webhook_conf_source_pos(&b, &wmcf->log_pos);

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        return cf->args->nelts == 2
               ? NGX_CONF_OK : "has parameters where it is \"off\"";
    }

    if (ngx_strlchr(value[1].data, value[1].data + value[1].len, '$')
        || ngx_strncmp(value[1].data, "syslog:", 7) == 0
        || value[1].len == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" cannot be the log: it must be a file "
                           "without variables in its name", &value[1]);
        return NGX_CONF_ERROR;
    }

    args.size = NGX_WEBHOOK_LOG_BUFFER;
    args.flush = NGX_WEBHOOK_LOG_FLUSH;
    ngx_str_set(&args.format, "json");

    i = 2;

    if (cf->args->nelts > 2
        && ngx_strncmp(value[2].data, "buffer=", 7) != 0
        && ngx_strncmp(value[2].data, "flush=", 6) != 0)
    {
        args.format = value[2];
        i = 3;
    }

    if (args.format.len > NGX_WEBHOOK_LOG_FORMAT_MAX) {
        return "has a format of more than 4096 bytes";
    }

    if (ngx_webhook_conf_params(&b, i, "buffer= flush=") != NGX_CONF_OK
        || ngx_webhook_conf_options(&b, i, ngx_webhook_log_options, &args)
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    file = ngx_conf_open_file(cf->cycle, &value[1]);
    if (file == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_str_null(&what);

    wmcf->log = ngx_webhook_log_create(cf, file, &args.format, args.size,
                                       (ngx_msec_t) args.flush, &error, &what);

    if (wmcf->log == NULL && error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", &what, error);
    }

    return wmcf->log ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_log_buffer(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_log_args_t *args = data;

    ssize_t  size;

    size = ngx_parse_size(value);

    if (size < NGX_WEBHOOK_LOG_BUFFER_MIN || size > NGX_WEBHOOK_LOG_BUFFER_MAX)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be a size from 16k to "
                              "64m", arg);
        return NGX_CONF_ERROR;
    }

    args->size = size;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_log_flush(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_log_args_t *args = data;

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_LOG_FLUSH_MAX, &args->flush)
        != NGX_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be a time from 1ms to "
                              "1m", arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_conf_log_check(ngx_webhook_build_t *b)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = b->wmcf;

    if (wmcf->log == NULL) {
        return NGX_OK;
    }

    if (wmcf->store == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &wmcf->log_pos,
                             "\"webhook_log\" needs a \"webhook_store\", and "
                             "there is none");
        return NGX_ERROR;
    }

    if (ngx_webhook_log_alone(wmcf->log) != NGX_OK) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &wmcf->log_pos,
                             "the file of \"webhook_log\" is that of another "
                             "log that is buffered, too");
        return NGX_ERROR;
    }

    return NGX_OK;
}
