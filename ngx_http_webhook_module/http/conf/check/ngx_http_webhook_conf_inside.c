
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/check/ngx_http_webhook_conf_inside.h"


typedef struct {
    ngx_webhook_build_t          *b;
    const ngx_webhook_actions_t  *actions;
    ngx_http_core_loc_conf_t     *cover;    /* with the longest name that the
                                               prefix begins with, or NULL */
    unsigned                      regex:1;  /* some of those that can take a
                                               path below leave it to regular
                                               expressions */
} ngx_webhook_inside_t;


static ngx_int_t ngx_webhook_inside_server(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *server);
static ngx_int_t ngx_webhook_inside_walk(ngx_webhook_inside_t *in,
    ngx_http_location_tree_node_t *node);
static ngx_int_t ngx_webhook_inside_location(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf, ngx_uint_t exact);
static ngx_int_t ngx_webhook_inside_regex(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf);
static ngx_int_t ngx_webhook_inside_internal(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf);
static ngx_uint_t ngx_webhook_inside_begins(ngx_str_t *text,
    const ngx_str_t *with);


ngx_int_t
ngx_webhook_inside_check(ngx_webhook_build_t *b,
    const ngx_webhook_bounds_t *bounds)
{
    ngx_uint_t                       i, n;
    ngx_http_conf_ctx_t             *ctx;
    ngx_webhook_inside_t             in;
    ngx_webhook_actions_t           *actions;
    ngx_webhook_receive_location_t  *loc;

    loc = b->wmcf->receive_locations.elts;
    actions = bounds->actions.elts;

    for (i = 0; i < b->wmcf->receive_locations.nelts; i++) {
        ctx = loc[i].server->ctx;

        for (n = 0; n < bounds->actions.nelts; n++) {

            ngx_memzero(&in, sizeof(ngx_webhook_inside_t));

            in.b = b;
            in.actions = &actions[n];

            if (ngx_webhook_inside_server(&in,
                              ctx->loc_conf[ngx_http_core_module.ctx_index])
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_inside_server(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *server)
{
    if (ngx_webhook_inside_walk(in, server->static_locations) != NGX_OK) {
        return NGX_ERROR;
    }

    if (in->cover == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, in->b,
                             (ngx_webhook_source_pos_t *)
                             &in->actions->source_pos,
                             "there is no location for \"%V\" in a server "
                             "with \"webhook_receive\": what registered "
                             "receivers call needs one, which is \"internal\"",
                             &in->actions->prefix);
        return NGX_ERROR;
    }

    if (ngx_webhook_inside_internal(in, in->cover) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!in->cover->noregex) {
        in->regex = 1;
    }

    if (ngx_webhook_inside_regex(in, in->cover) != NGX_OK) {
        return NGX_ERROR;
    }

    return in->regex ? ngx_webhook_inside_regex(in, server) : NGX_OK;
}


static ngx_int_t
ngx_webhook_inside_walk(ngx_webhook_inside_t *in,
    ngx_http_location_tree_node_t *node)
{
    if (node == NULL) {
        return NGX_OK;
    }

    if (ngx_webhook_inside_walk(in, node->left) != NGX_OK
        || ngx_webhook_inside_walk(in, node->right) != NGX_OK
        || ngx_webhook_inside_walk(in, node->tree) != NGX_OK
        || ngx_webhook_inside_location(in, node->exact, 1) != NGX_OK
        || ngx_webhook_inside_location(in, node->inclusive, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_inside_location(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf, ngx_uint_t exact)
{
    if (clcf == NULL) {
        return NGX_OK;
    }

    if (ngx_webhook_inside_begins(&clcf->name, &in->actions->prefix)) {

        if (ngx_webhook_inside_internal(in, clcf) != NGX_OK
            || ngx_webhook_inside_regex(in, clcf) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (!exact && !clcf->noregex) {
            in->regex = 1;
        }
    }

    if (!exact
        && ngx_webhook_inside_begins((ngx_str_t *) &in->actions->prefix,
                                     &clcf->name)
        && (in->cover == NULL || clcf->name.len > in->cover->name.len))
    {
        in->cover = clcf;
    }

    return ngx_webhook_inside_walk(in, clcf->static_locations);
}


/* Which paths an expression matches nobody can tell. */

static ngx_int_t
ngx_webhook_inside_regex(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf)
{
#if (NGX_PCRE)

    ngx_http_core_loc_conf_t  **regex;

    for (regex = clcf->regex_locations; regex && *regex; regex++) {

        if ((*regex)->internal) {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, in->b,
                             (ngx_webhook_source_pos_t *)
                             &in->actions->source_pos,
                             "location ~ \"%V\" may take what registered "
                             "receivers call below \"%V\", and is not "
                             "\"internal\": write \"location ^~ %V\" and have "
                             "it \"internal\"", &(*regex)->name,
                             &in->actions->prefix, &in->actions->prefix);
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_inside_internal(ngx_webhook_inside_t *in,
    ngx_http_core_loc_conf_t *clcf)
{
    if (clcf->internal) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, in->b,
                         (ngx_webhook_source_pos_t *) &in->actions->source_pos,
                         "location \"%V\" takes what registered receivers "
                         "call below \"%V\": it has to be \"internal\", so "
                         "that nobody can call it from outside", &clcf->name,
                         &in->actions->prefix);

    return NGX_ERROR;
}


static ngx_uint_t
ngx_webhook_inside_begins(ngx_str_t *text, const ngx_str_t *with)
{
    return text->len >= with->len
           && ngx_memcmp(text->data, with->data, with->len) == 0;
}
