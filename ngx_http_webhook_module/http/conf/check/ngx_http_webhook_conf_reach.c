
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether the URIs of actions lead to a location.  One that leads to none is
 * answered by nginx itself, with 404 or 405, unless the server has more to say.
 */

#include "http/conf/check/ngx_http_webhook_conf_reach.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/check/ngx_http_webhook_conf_walk.h"
#include "http/conf/check/ngx_http_webhook_receive_loop.h"


static ngx_int_t ngx_webhook_reach_action(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_action_t *action);
static ngx_uint_t ngx_webhook_reach_server(ngx_webhook_build_t *b,
    ngx_http_core_srv_conf_t *server, ngx_str_t *start, ngx_uint_t more);
static ngx_uint_t ngx_webhook_reach_error_page(ngx_http_core_loc_conf_t *clcf);
static ngx_uint_t ngx_webhook_reach_tree(ngx_http_location_tree_node_t *node,
    ngx_str_t *start, ngx_uint_t more);
static ngx_uint_t ngx_webhook_reach_location(ngx_http_core_loc_conf_t *clcf,
    ngx_str_t *start, ngx_uint_t more);


ngx_int_t
ngx_webhook_reach_check(ngx_webhook_build_t *b)
{
    return ngx_webhook_walk_actions(b, ngx_webhook_reach_action);
}


static ngx_int_t
ngx_webhook_reach_action(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_action_t *action)
{
    u_char                          *dst;
    ngx_str_t                        start;
    ngx_uint_t                       i, more, file;
    ngx_webhook_receive_location_t  *loc;

    /* the actions of other modes are another host's, or nobody's */

    if (rcv->mode == NGX_WEBHOOK_MODE_DISABLED
        || (action != rcv->lookup && rcv->mode != NGX_WEBHOOK_MODE_SYNC))
    {
        return NGX_OK;
    }

    dst = ngx_pnalloc(b->temp_pool, action->uri_text.len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    more = ngx_webhook_receive_start(&action->uri_text, dst, &start);

    loc = b->wmcf->receive_locations.elts;

    for (i = 0; i < b->wmcf->receive_locations.nelts; i++) {
        if (ngx_webhook_reach_server(b, loc[i].server, &start, more)) {
            return NGX_OK;
        }
    }

    /* there may be a file in the server's root */

    file = action->method & (NGX_HTTP_GET|NGX_HTTP_HEAD);

    ngx_webhook_build_at(file ? NGX_LOG_WARN : NGX_LOG_EMERG, b,
                         &action->source_pos,
                         "webhook_receiver \"%V\" calls \"%V\", and no "
                         "location of a server with \"webhook_receive\" "
                         "takes that", &rcv->name, &action->uri_text);

    return file ? NGX_OK : NGX_ERROR;
}


/* Regular expressions may lead anywhere; so may what a server does where no
   location takes a URI. */

static ngx_uint_t
ngx_webhook_reach_server(ngx_webhook_build_t *b,
    ngx_http_core_srv_conf_t *server, ngx_str_t *start, ngx_uint_t more)
{
    void                      **data;
    ngx_uint_t                  i;
    ngx_module_t               *module;
    ngx_http_core_loc_conf_t   *clcf;

    static const char  *modules[] = {
        "ngx_http_rewrite_module",
        "ngx_http_try_files_module",
        NULL
    };

    clcf = server->ctx->loc_conf[ngx_http_core_module.ctx_index];

#if (NGX_PCRE)
    if (clcf->regex_locations) {
        return 1;
    }
#endif

    for (i = 0; modules[i]; i++) {

        module = ngx_webhook_conf_module(b, modules[i]);

        if (module == NULL) {
            continue;
        }

        /* a server's are those of its own locations' parent, and begin with
           a pointer to the codes or files: NULL, there are none */

        data = server->ctx->loc_conf[module->ctx_index];

        if (*data) {
            return 1;
        }
    }

    if (ngx_webhook_reach_error_page(clcf)) {
        return 1;
    }

    return ngx_webhook_reach_tree(clcf->static_locations, start, more);
}


/* 1 if what nginx itself answers with may be another location's answer. */

static ngx_uint_t
ngx_webhook_reach_error_page(ngx_http_core_loc_conf_t *clcf)
{
    ngx_uint_t            i;
    ngx_http_err_page_t  *page;

    if (clcf->error_pages == NULL) {
        return 0;
    }

    page = clcf->error_pages->elts;

    for (i = 0; i < clcf->error_pages->nelts; i++) {
        if (page[i].status == NGX_HTTP_FORBIDDEN
            || page[i].status == NGX_HTTP_NOT_FOUND
            || page[i].status == NGX_HTTP_NOT_ALLOWED)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_reach_tree(ngx_http_location_tree_node_t *node, ngx_str_t *start,
    ngx_uint_t more)
{
    if (node == NULL) {
        return 0;
    }

    return ngx_webhook_reach_location(node->exact, start, more)
           || ngx_webhook_reach_location(node->inclusive, start, more)
           || ngx_webhook_reach_tree(node->left, start, more)
           || ngx_webhook_reach_tree(node->right, start, more)
           || ngx_webhook_reach_tree(node->tree, start, more);
}


/* 1 if a URI that begins so may come to the location. */

static ngx_uint_t
ngx_webhook_reach_location(ngx_http_core_loc_conf_t *clcf, ngx_str_t *start,
    ngx_uint_t more)
{
    size_t  len;

    if (clcf == NULL) {
        return 0;
    }

    len = clcf->name.len;

    if (start->len < len) {

        if (!more) {
            return 0;
        }

        len = start->len;

    } else if (clcf->exact_match && start->len > len) {
        return 0;
    }

    return ngx_memcmp(start->data, clcf->name.data, len) == 0;
}
