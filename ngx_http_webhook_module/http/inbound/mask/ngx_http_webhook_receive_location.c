
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/mask/ngx_http_webhook_receive_location.h"


static ngx_int_t ngx_webhook_receive_location_walk(
    ngx_http_location_tree_node_t *node, ngx_webhook_receive_location_t *loc);
static ngx_int_t ngx_webhook_receive_location_note(
    ngx_http_core_loc_conf_t *clcf, ngx_webhook_receive_location_t *loc);


ngx_int_t
ngx_webhook_receive_location_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                       i;
    ngx_webhook_receive_location_t  *loc;
    ngx_http_core_loc_conf_t        *clcf;

    loc = wmcf->receive_locations.elts;

    for (i = 0; i < wmcf->receive_locations.nelts; i++) {

        loc[i].regex = 0;

        if (ngx_array_init(&loc[i].others, cf->pool, 1, sizeof(ngx_str_t))
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        clcf = loc[i].server->ctx->loc_conf[ngx_http_core_module.ctx_index];

        if (ngx_webhook_receive_location_walk(clcf->static_locations, &loc[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receive_location_walk(ngx_http_location_tree_node_t *node,
    ngx_webhook_receive_location_t *loc)
{
    if (node == NULL) {
        return NGX_OK;
    }

    if (ngx_webhook_receive_location_walk(node->left, loc) != NGX_OK
        || ngx_webhook_receive_location_walk(node->right, loc) != NGX_OK
        || ngx_webhook_receive_location_walk(node->tree, loc) != NGX_OK
        || ngx_webhook_receive_location_note(node->exact, loc) != NGX_OK
        || ngx_webhook_receive_location_note(node->inclusive, loc) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receive_location_note(ngx_http_core_loc_conf_t *clcf,
    ngx_webhook_receive_location_t *loc)
{
    ngx_str_t                 *name;
    ngx_http_core_loc_conf_t  *server;
    ngx_webhook_loc_conf_t    *wlcf;

    if (clcf == NULL) {
        return NGX_OK;
    }

    wlcf = clcf->loc_conf[ngx_http_webhook_module.ctx_index];

    if (!wlcf->receive
        && clcf->name.len > loc->prefix.len
        && ngx_memcmp(clcf->name.data, loc->prefix.data, loc->prefix.len) == 0)
    {
        name = ngx_array_push(&loc->others);
        if (name == NULL) {
            return NGX_ERROR;
        }

        *name = clcf->name;
    }

#if (NGX_PCRE)

    server = loc->server->ctx->loc_conf[ngx_http_core_module.ctx_index];

    if (clcf->regex_locations
        || (wlcf->receive && !clcf->noregex && server->regex_locations))
    {
        loc->regex = 1;
    }

#else
    (void) server;
#endif

    return ngx_webhook_receive_location_walk(clcf->static_locations, loc);
}


/* True if the URI may be that of an ordinary location below. */

ngx_uint_t
ngx_webhook_receive_location_other(ngx_webhook_receive_location_t *loc,
    ngx_str_t *uri)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    name = loc->others.elts;

    for (i = 0; i < loc->others.nelts; i++) {
        if (uri->len >= name[i].len
            && ngx_memcmp(uri->data, name[i].data, name[i].len) == 0)
        {
            return 1;
        }
    }

    return loc->regex;
}


/* The receiving location of this server with the longest fitting prefix. */

ngx_webhook_receive_location_t *
ngx_webhook_receive_location_find(ngx_http_request_t *r, ngx_str_t *uri)
{
    ngx_uint_t                       i;
    ngx_webhook_receive_location_t  *loc, *found;
    ngx_http_core_srv_conf_t        *cscf;
    ngx_webhook_main_conf_t         *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    loc = wmcf->receive_locations.elts;
    found = NULL;

    for (i = 0; i < wmcf->receive_locations.nelts; i++) {

        if (loc[i].server == cscf
            && uri->len >= loc[i].prefix.len
            && ngx_memcmp(uri->data, loc[i].prefix.data, loc[i].prefix.len)
               == 0
            && (found == NULL || loc[i].prefix.len > found->prefix.len))
        {
            found = &loc[i];
        }
    }

    return found;
}
