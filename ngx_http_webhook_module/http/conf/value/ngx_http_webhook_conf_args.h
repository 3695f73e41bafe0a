
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Helpers of directives: places, parameters, texts.
 */

#ifndef NGX_WEBHOOK_CONF_ARGS_H
#define NGX_WEBHOOK_CONF_ARGS_H

#include "http/model/ngx_http_webhook_build.h"


/* Fills in place with where the text that is built stands. */
void ngx_webhook_conf_source_pos(ngx_webhook_build_t *b,
    ngx_webhook_source_pos_t *pos);

/* 1 and the rest of arg in *value if arg begins with name (with its "="). */
ngx_uint_t ngx_webhook_conf_param(ngx_str_t *arg, const char *name,
    ngx_str_t *value);

/* Logs that an argument is none of those the directive has. */
char *ngx_webhook_conf_invalid(ngx_webhook_build_t *b, ngx_str_t *arg);

/* NGX_OK where the text is of nginx.conf; NGX_ERROR, after saying that arg can
   be set there alone, where it was registered. */
ngx_int_t ngx_webhook_conf_local(ngx_webhook_build_t *b, ngx_str_t *arg);

/* Milliseconds of "500ms", "10s", "1m30s", "7d", from 1 to max; NGX_ERROR
   otherwise. */
ngx_int_t ngx_webhook_conf_msec(ngx_str_t *text, uint64_t max, uint64_t *ms);

/* The bit of a method, 0 where nginx does not know it. */
ngx_uint_t ngx_webhook_conf_method(ngx_str_t *text);

/* The contents of a file, up to max bytes, in b->temp_pool; of a secret it is
   warned of others who can read it.  NGX_OK or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_conf_file(ngx_webhook_build_t *b, ngx_str_t *path,
    size_t max, ngx_uint_t secret, ngx_str_t *text);

/* Text of a template argument: as written, or from "file:PATH", up to 1 MB. */
char *ngx_webhook_conf_text(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_str_t *text);


#endif /* NGX_WEBHOOK_CONF_ARGS_H */
