
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables for the filter "map" of templates, which are told of them once
 * all is read.
 */

#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"


/* A template that asks for a table. */

typedef struct {
    webhook_template_t       *tpl;
    ngx_webhook_source_pos_t  source_pos;
} ngx_webhook_map_user_t;


typedef struct {
    ngx_webhook_build_t       *b;
    ngx_webhook_source_pos_t  *source_pos;
} ngx_webhook_map_check_t;


static int ngx_webhook_map_any(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map);
static int ngx_webhook_map_bind(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map);


ngx_int_t
ngx_webhook_map_add_user(ngx_webhook_build_t *b, webhook_template_t *tpl)
{
    ngx_webhook_map_user_t  *user;

    if (webhook_template_maps(tpl, ngx_webhook_map_any, NULL) == 0) {
        return NGX_OK;
    }

    if (*b->map_users == NULL) {
        *b->map_users = ngx_array_create(b->pool, 4,
                                         sizeof(ngx_webhook_map_user_t));
        if (*b->map_users == NULL) {
            return NGX_ERROR;
        }
    }

    user = ngx_array_push(*b->map_users);
    if (user == NULL) {
        return NGX_ERROR;
    }

    user->tpl = tpl;

    ngx_webhook_conf_source_pos(b, &user->source_pos);

    return NGX_OK;
}


static int
ngx_webhook_map_any(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map)
{
    return 1;
}


ngx_int_t
ngx_webhook_map_check(ngx_webhook_build_t *b)
{
    ngx_uint_t                i;
    ngx_webhook_map_user_t   *user;
    ngx_webhook_map_check_t   check;

    if (*b->map_users == NULL) {
        return NGX_OK;
    }

    check.b = b;

    user = (*b->map_users)->elts;

    for (i = 0; i < (*b->map_users)->nelts; i++) {

        check.source_pos = &user[i].source_pos;

        if (webhook_template_maps(user[i].tpl, ngx_webhook_map_bind, &check)
            != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static int
ngx_webhook_map_bind(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map)
{
    ngx_webhook_map_check_t *check = ctx;

    ngx_uint_t          i, n;
    ngx_array_t        *tables;
    ngx_webhook_map_t  *maps;

    tables = check->b->wmcf->maps;
    n = tables ? tables->nelts : 0;
    maps = n ? tables->elts : NULL;

    for (i = 0; i < n; i++) {

        if (webhook_str_eq(name, ngx_webhook_str(&maps[i].name))) {
            *map = maps[i].map;
            return 0;
        }
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, check->b, check->source_pos,
                         "unknown table in \"map:%V\": define it by "
                         "\"webhook_map\"",
                         ngx_webhook_nstr(name));

    return 1;
}
