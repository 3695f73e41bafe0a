
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether there are the variables that templates, conditions and paths name.
 */

#ifndef NGX_WEBHOOK_CONF_CHECK_PATHS_H
#define NGX_WEBHOOK_CONF_CHECK_PATHS_H

#include "http/model/ngx_http_webhook_build.h"


/* For messages about the paths of one definition. */

typedef struct {
    ngx_webhook_build_t       *b;
    ngx_webhook_source_pos_t  *source_pos;
} ngx_webhook_check_t;


/* Of n each, NULL for what there is not: NGX_OK, or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_check_templates(ngx_webhook_check_t *check,
    webhook_template_t **tpl, ngx_uint_t n);
ngx_int_t ngx_webhook_check_conditions(ngx_webhook_check_t *check,
    webhook_condition_t **cond, ngx_uint_t n);
ngx_int_t ngx_webhook_check_paths(ngx_webhook_check_t *check,
    webhook_path_t **path, ngx_uint_t n);


#endif /* NGX_WEBHOOK_CONF_CHECK_PATHS_H */
