
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Templates, paths and conditions.
 */

#ifndef NGX_WEBHOOK_CONF_TEMPLATE_H
#define NGX_WEBHOOK_CONF_TEMPLATE_H

#include "http/model/ngx_http_webhook_build.h"


/* Regular expressions of something that was registered, and their bytes,
   compiled. */
#define NGX_WEBHOOK_EXPRESSIONS_MAX   32
#define NGX_WEBHOOK_EXPRESSIONS_SIZE  131072


/*
 * Compile; NULL where that failed, which was logged.  The results are freed
 * with the configuration.
 */
webhook_template_t *ngx_webhook_conf_template(ngx_webhook_build_t *b,
    ngx_str_t *text, webhook_template_kind_e kind, const char *what);
webhook_path_t *ngx_webhook_conf_path(ngx_webhook_build_t *b, ngx_str_t *text);
webhook_condition_t *ngx_webhook_conf_condition(ngx_webhook_build_t *b,
    ngx_str_t *text);


/* What a path of an event begins with. */

typedef enum {
    NGX_WEBHOOK_ROOT_DATA = 0,
    NGX_WEBHOOK_ROOT_REQUEST,
    NGX_WEBHOOK_ROOT_RESPONSE,
    NGX_WEBHOOK_ROOT_URI,
    NGX_WEBHOOK_ROOT_OTHER
} ngx_webhook_root_e;


/* Tells the root of a path of an event; returns NULL, or why the path can have
   no value, a constant text.  What comes after "uri" is up to the caller. */
const char *ngx_webhook_conf_root(const webhook_path_t *path,
    ngx_webhook_root_e *root);

/* 1 if the path is of the event alone, and of nothing that surrounds it: it
   begins with "data", "event" or "now". */
ngx_uint_t ngx_webhook_conf_event_root(const webhook_path_t *path);


#endif /* NGX_WEBHOOK_CONF_TEMPLATE_H */
