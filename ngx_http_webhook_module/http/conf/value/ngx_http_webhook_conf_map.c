
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_map NAME { }: tables for the filter "map" of templates, which are
 * told of them once all is read.
 */

#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"


typedef struct {
    ngx_str_t                 name;
    webhook_value_map_t      *map;
    ngx_http_webhook_place_t  place;
} ngx_http_webhook_map_t;


/* A template that asks for a table. */

typedef struct {
    webhook_template_t       *tpl;
    ngx_http_webhook_place_t  place;
} ngx_http_webhook_map_user_t;


typedef struct {
    ngx_conf_t                    *cf;
    ngx_http_webhook_main_conf_t  *wmcf;
    ngx_http_webhook_place_t      *place;
} ngx_http_webhook_map_check_t;


static char *ngx_http_webhook_map_row(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static void ngx_http_webhook_map_free(void *data);
static int ngx_http_webhook_map_any(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map);
static int ngx_http_webhook_map_bind(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map);


char *
ngx_http_webhook_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    char                     *rv;
    ngx_conf_t                save;
    ngx_uint_t                i;
    ngx_pool_cleanup_t       *cln;
    ngx_http_webhook_map_t   *map;
    ngx_http_webhook_named_t  named;

    if (ngx_http_webhook_conf_named(cf, &named) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (wmcf->maps == NULL) {
        wmcf->maps = ngx_array_create(cf->pool, 4,
                                      sizeof(ngx_http_webhook_map_t));
        if (wmcf->maps == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    map = wmcf->maps->elts;

    for (i = 0; i < wmcf->maps->nelts; i++) {

        if (map[i].name.len == named.name.len
            && ngx_memcmp(map[i].name.data, named.name.data, named.name.len)
               == 0)
        {
            ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &named.place,
                                        "webhook_map \"%V\", defined in "
                                        "%s:%ui, is defined again",
                                        &named.name, map[i].place.file,
                                        map[i].place.line);
            return NGX_CONF_ERROR;
        }
    }

    map = ngx_array_push(wmcf->maps);
    if (map == NULL) {
        return NGX_CONF_ERROR;
    }

    map->name = named.name;
    map->place = named.place;

    map->map = webhook_value_map_create();
    if (map->map == NULL) {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        webhook_value_map_free(map->map);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_webhook_map_free;
    cln->data = map->map;

    save = *cf;
    cf->handler = ngx_http_webhook_map_row;
    cf->handler_conf = (char *) map->map;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


/* FROM TO; | default TO; | include FILE; */

static char *
ngx_http_webhook_map_row(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    webhook_value_map_t *map = conf;

    int         rc;
    ngx_str_t  *value;

    value = cf->args->elts;

    if (cf->args->nelts != 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "a row of a table has two texts, and \"%V\" has "
                           "%ui", &value[0], cf->args->nelts);
        return NGX_CONF_ERROR;
    }

    if (ngx_strcmp(value[0].data, "include") == 0) {
        return ngx_conf_include(cf, dummy, conf);
    }

    if (ngx_strcmp(value[0].data, "default") == 0) {
        rc = webhook_value_map_add_default(map,
                                           ngx_http_webhook_str(&value[1]));

    } else {

        if (value[0].len > 1 && value[0].data[0] == '\\') {
            /* "\default" and "\include" are texts like others */
            value[0].data++;
            value[0].len--;
        }

        rc = webhook_value_map_add(map, ngx_http_webhook_str(&value[0]),
                                   ngx_http_webhook_str(&value[1]));
    }

    switch (rc) {

    case WEBHOOK_OK:
        return NGX_CONF_OK;

    case WEBHOOK_ERROR:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" stands twice in the table", &value[0]);
        break;

    case WEBHOOK_LIMIT:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "a table has more than %d rows",
                           WEBHOOK_VALUE_MAP_MAX);
        break;
    }

    return NGX_CONF_ERROR;
}


static void
ngx_http_webhook_map_free(void *data)
{
    webhook_value_map_free(data);
}


ngx_int_t
ngx_http_webhook_map_add_user(ngx_conf_t *cf, webhook_template_t *tpl)
{
    ngx_http_webhook_map_user_t   *user;
    ngx_http_webhook_main_conf_t  *wmcf;

    if (webhook_template_maps(tpl, ngx_http_webhook_map_any, NULL) == 0) {
        return NGX_OK;
    }

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (wmcf->map_users == NULL) {
        wmcf->map_users = ngx_array_create(cf->pool, 4,
                                         sizeof(ngx_http_webhook_map_user_t));
        if (wmcf->map_users == NULL) {
            return NGX_ERROR;
        }
    }

    user = ngx_array_push(wmcf->map_users);
    if (user == NULL) {
        return NGX_ERROR;
    }

    user->tpl = tpl;

    ngx_http_webhook_conf_place(cf, &user->place);

    return NGX_OK;
}


static int
ngx_http_webhook_map_any(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map)
{
    return 1;
}


ngx_int_t
ngx_http_webhook_map_check(ngx_conf_t *cf, ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                     i;
    ngx_http_webhook_map_user_t   *user;
    ngx_http_webhook_map_check_t   check;

    if (wmcf->map_users == NULL) {
        return NGX_OK;
    }

    check.cf = cf;
    check.wmcf = wmcf;

    user = wmcf->map_users->elts;

    for (i = 0; i < wmcf->map_users->nelts; i++) {

        check.place = &user[i].place;

        if (webhook_template_maps(user[i].tpl, ngx_http_webhook_map_bind,
                                  &check)
            != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static int
ngx_http_webhook_map_bind(void *ctx, const webhook_str_t *name,
    const webhook_value_map_t **map)
{
    ngx_http_webhook_map_check_t *check = ctx;

    ngx_uint_t               i, n;
    ngx_http_webhook_map_t  *maps;

    n = check->wmcf->maps ? check->wmcf->maps->nelts : 0;
    maps = n ? check->wmcf->maps->elts : NULL;

    for (i = 0; i < n; i++) {

        if (webhook_str_eq(name, ngx_http_webhook_str(&maps[i].name))) {
            *map = maps[i].map;
            return 0;
        }
    }

    ngx_http_webhook_conf_error(NGX_LOG_EMERG, check->cf, check->place,
                                "unknown table in \"map:%V\": define it by "
                                "\"webhook_map\"",
                                ngx_http_webhook_nstr(name));

    return 1;
}
