
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * log.c gathers and writes, log_format.c makes a line.
 */

#ifndef NGX_WEBHOOK_LOG_INT_H
#define NGX_WEBHOOK_LOG_INT_H

#include "http/log/ngx_http_webhook_log.h"


typedef struct ngx_webhook_log_variable_s  ngx_webhook_log_variable_t;

/* A part of a format: text, or a variable. */

typedef struct {
    ngx_str_t                          text;
    const ngx_webhook_log_variable_t  *variable;    /* NULL: text */
} ngx_webhook_log_part_t;


struct ngx_webhook_log_s {
    ngx_open_file_t                   *file;
    ngx_array_t                        parts;       /* none: JSON */
    size_t                             size;        /* of a buffer */
    ngx_msec_t                         flush;
};


/* As ngx_webhook_log_create(), of the format. */
ngx_int_t ngx_webhook_log_compile(ngx_pool_t *pool, ngx_str_t *format,
    ngx_array_t *parts, const char **error, ngx_str_t *what);

/* Appends the line with its end. */
void ngx_webhook_log_line(ngx_webhook_log_t *log,
    ngx_webhook_log_entry_t *entry, webhook_buf_t *out);


#endif /* NGX_WEBHOOK_LOG_INT_H */
