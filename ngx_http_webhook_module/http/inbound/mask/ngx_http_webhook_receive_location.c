
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/mask/ngx_http_webhook_receive_location.h"


static ngx_int_t ngx_http_webhook_hook_locations(
    ngx_http_location_tree_node_t *node, ngx_http_webhook_hook_t *hook);
static ngx_int_t ngx_http_webhook_hook_location(
    ngx_http_core_loc_conf_t *clcf, ngx_http_webhook_hook_t *hook);


ngx_int_t
ngx_http_webhook_hook_init(ngx_conf_t *cf, ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                 i;
    ngx_http_webhook_hook_t   *hook;
    ngx_http_core_loc_conf_t  *clcf;

    hook = wmcf->hooks.elts;

    for (i = 0; i < wmcf->hooks.nelts; i++) {

        hook[i].regex = 0;

        if (ngx_array_init(&hook[i].others, cf->pool, 1, sizeof(ngx_str_t))
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        clcf = hook[i].server->ctx->loc_conf[ngx_http_core_module.ctx_index];

        if (ngx_http_webhook_hook_locations(clcf->static_locations, &hook[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_hook_locations(ngx_http_location_tree_node_t *node,
    ngx_http_webhook_hook_t *hook)
{
    if (node == NULL) {
        return NGX_OK;
    }

    if (ngx_http_webhook_hook_locations(node->left, hook) != NGX_OK
        || ngx_http_webhook_hook_locations(node->right, hook) != NGX_OK
        || ngx_http_webhook_hook_locations(node->tree, hook) != NGX_OK
        || ngx_http_webhook_hook_location(node->exact, hook) != NGX_OK
        || ngx_http_webhook_hook_location(node->inclusive, hook) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_hook_location(ngx_http_core_loc_conf_t *clcf,
    ngx_http_webhook_hook_t *hook)
{
    ngx_str_t                    *name;
    ngx_http_core_loc_conf_t     *server;
    ngx_http_webhook_loc_conf_t  *wlcf;

    if (clcf == NULL) {
        return NGX_OK;
    }

    wlcf = clcf->loc_conf[ngx_http_webhook_module.ctx_index];

    if (!wlcf->receive
        && clcf->name.len > hook->prefix.len
        && ngx_memcmp(clcf->name.data, hook->prefix.data, hook->prefix.len)
           == 0)
    {
        name = ngx_array_push(&hook->others);
        if (name == NULL) {
            return NGX_ERROR;
        }

        *name = clcf->name;
    }

#if (NGX_PCRE)

    server = hook->server->ctx->loc_conf[ngx_http_core_module.ctx_index];

    if (clcf->regex_locations
        || (wlcf->receive && !clcf->noregex && server->regex_locations))
    {
        hook->regex = 1;
    }

#else
    (void) server;
#endif

    return ngx_http_webhook_hook_locations(clcf->static_locations, hook);
}


/* True if the URI may be that of an ordinary location below. */

ngx_uint_t
ngx_http_webhook_hook_other(ngx_http_webhook_hook_t *hook, ngx_str_t *uri)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    name = hook->others.elts;

    for (i = 0; i < hook->others.nelts; i++) {
        if (uri->len >= name[i].len
            && ngx_memcmp(uri->data, name[i].data, name[i].len) == 0)
        {
            return 1;
        }
    }

    return hook->regex;
}


/* The receiving location of this server with the longest fitting prefix. */

ngx_http_webhook_hook_t *
ngx_http_webhook_hook_find(ngx_http_request_t *r, ngx_str_t *uri)
{
    ngx_uint_t                     i;
    ngx_http_webhook_hook_t       *hook, *found;
    ngx_http_core_srv_conf_t      *cscf;
    ngx_http_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    hook = wmcf->hooks.elts;
    found = NULL;

    for (i = 0; i < wmcf->hooks.nelts; i++) {

        if (hook[i].server == cscf
            && uri->len >= hook[i].prefix.len
            && ngx_memcmp(uri->data, hook[i].prefix.data, hook[i].prefix.len)
               == 0
            && (found == NULL || hook[i].prefix.len > found->prefix.len))
        {
            found = &hook[i];
        }
    }

    return found;
}
