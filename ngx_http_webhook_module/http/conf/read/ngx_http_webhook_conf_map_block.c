
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_map NAME { }: a table for the filter "map" of templates.
 */

#include "http/conf/read/ngx_http_webhook_conf_map_block.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"


static char *ngx_webhook_map_row(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static void ngx_webhook_map_free(void *data);


char *
ngx_webhook_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    char                *rv;
    ngx_conf_t           save;
    ngx_uint_t           i;
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_map_t   *map;
    ngx_webhook_build_t  build, *b;
    ngx_webhook_named_t  named;

    b = ngx_webhook_conf_build(cf, &build);

    if (ngx_webhook_conf_named(b, &named) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (wmcf->maps == NULL) {
        wmcf->maps = ngx_array_create(cf->pool, 4, sizeof(ngx_webhook_map_t));
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
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &named.source_pos,
                                 "webhook_map \"%V\", defined in "
                                 "%s:%ui, is defined again",
                                 &named.name, map[i].source_pos.file,
                                 map[i].source_pos.line);
            return NGX_CONF_ERROR;
        }
    }

    map = ngx_array_push(wmcf->maps);
    if (map == NULL) {
        return NGX_CONF_ERROR;
    }

    map->name = named.name;
    map->source_pos = named.source_pos;

    map->map = webhook_value_map_create();
    if (map->map == NULL) {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        webhook_value_map_free(map->map);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_webhook_map_free;
    cln->data = map->map;

    save = *cf;
    cf->handler = ngx_webhook_map_row;
    cf->handler_conf = (char *) map->map;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


/* FROM TO; | default TO; | include FILE; */

static char *
ngx_webhook_map_row(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
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
        rc = webhook_value_map_add_default(map, ngx_webhook_str(&value[1]));

    } else {

        if (value[0].len > 1 && value[0].data[0] == '\\') {
            /* "\default" and "\include" are texts like others */
            value[0].data++;
            value[0].len--;
        }

        rc = webhook_value_map_add(map, ngx_webhook_str(&value[0]),
                                   ngx_webhook_str(&value[1]));
    }

    switch (rc) {

    case WEBHOOK_OK:
        return NGX_CONF_OK;

    case WEBHOOK_ERROR:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is given twice in the table", &value[0]);
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
ngx_webhook_map_free(void *data)
{
    webhook_value_map_free(data);
}
