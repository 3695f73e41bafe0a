
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables that templates ask for.
 */

#ifndef NGX_WEBHOOK_CONF_MAP_H
#define NGX_WEBHOOK_CONF_MAP_H

#include "http/model/ngx_http_webhook_build.h"


/* A table: webhook_map NAME { }. */

typedef struct {
    ngx_str_t                 name;
    webhook_value_map_t      *map;
    ngx_webhook_source_pos_t  source_pos;
} ngx_webhook_map_t;


/* Remembers a template that asks for tables, which it is given by the check
   when all is known. */
ngx_int_t ngx_webhook_map_add_user(ngx_webhook_build_t *b,
    webhook_template_t *tpl);

/* Gives the templates their tables, or says which there is not. */
ngx_int_t ngx_webhook_map_check(ngx_webhook_build_t *b);


#endif /* NGX_WEBHOOK_CONF_MAP_H */
