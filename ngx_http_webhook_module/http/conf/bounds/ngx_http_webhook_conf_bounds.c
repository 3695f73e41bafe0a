
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_registry { actions emit durable_api receive }
 */

#include "http/conf/bounds/ngx_http_webhook_conf_bounds.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


static char *ngx_webhook_bounds_set_actions(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_bounds_methods(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_bounds_company(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_bounds_set_emit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_bounds_durable(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_bounds_receive(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


const ngx_webhook_field_t  ngx_webhook_bounds_fields[] = {

    { ngx_string("actions"),
      NGX_CONF_2MORE,
      ngx_webhook_bounds_set_actions,
      0,
      NULL },

    { ngx_string("emit"),
      NGX_CONF_1MORE,
      ngx_webhook_bounds_set_emit,
      0,
      NULL },

    { ngx_string("durable_api"),
      NGX_CONF_TAKE1,
      ngx_webhook_bounds_durable,
      0,
      NULL },

    { ngx_string("receive"),
      NGX_CONF_TAKE1,
      ngx_webhook_bounds_receive,
      0,
      NULL },

      ngx_webhook_null_field
};


static const ngx_webhook_option_t  ngx_webhook_bounds_options[] = {
    { "methods=", ngx_webhook_bounds_methods },
    { "company=", ngx_webhook_bounds_company },
    { NULL, NULL }
};


ngx_int_t
ngx_webhook_bounds_begin(ngx_webhook_build_t *b, ngx_webhook_bounds_t *bounds)
{
    if (ngx_array_init(&bounds->actions, b->pool, 1,
                       sizeof(ngx_webhook_actions_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_array_init(&bounds->emits, b->pool, 1, sizeof(ngx_str_t));
}


ngx_int_t
ngx_webhook_bounds_done(ngx_webhook_build_t *b, ngx_webhook_bounds_t *bounds,
    ngx_uint_t companies)
{
    ngx_uint_t              i;
    ngx_webhook_actions_t  *actions;

    actions = bounds->actions.elts;

    for (i = 0; companies && i < bounds->actions.nelts; i++) {

        if (actions[i].company.len) {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &actions[i].source_pos,
                             "\"actions %V\" needs \"company=header:NAME\": "
                             "what is registered may be a company's, and the "
                             "API has to be told whose call it is",
                             &actions[i].prefix);
        return NGX_ERROR;
    }

    if (bounds->actions.nelts && bounds->receive.len == 0) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &actions[0].source_pos,
                             "\"actions %V\" without \"receive\": the URLs "
                             "of registered receivers are not known to "
                             "anybody", &actions[0].prefix);
    }

    if (bounds->durable_peer == NULL) {
        return NGX_OK;
    }

    /* the API is the operator's own, wherever it is */

    b->wmcf->client = 1;

    return ngx_webhook_peer_init(b, &bounds->durable_peer);
}


/* actions PREFIX methods=METHOD,... [company=header:NAME] */

static char *
ngx_webhook_bounds_set_actions(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_bounds_t *bounds = conf;

    ngx_str_t              *value;
    ngx_webhook_actions_t  *actions;

    value = b->args->elts;

    if (!webhook_reach_prefix_valid(ngx_webhook_str(&value[1]))) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\": what actions may call is the "
                              "beginning of a path, from slash to slash, "
                              "without escapes, as \"/pos/\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    actions = ngx_array_push(&bounds->actions);
    if (actions == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(actions, sizeof(ngx_webhook_actions_t));

    actions->prefix = value[1];
    ngx_webhook_conf_source_pos(b, &actions->source_pos);

    if (ngx_webhook_conf_params(b, 2, "methods= company=") != NGX_CONF_OK
        || ngx_webhook_conf_options(b, 2, ngx_webhook_bounds_options, actions)
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (actions->methods == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"actions %V\" needs \"methods=\", as "
                              "\"methods=POST,PATCH\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_bounds_methods(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_actions_t *actions = data;

    u_char      *p, *last;
    ngx_str_t    method;
    ngx_uint_t   bit;

    actions->methods_text = *value;

    p = value->data;
    last = p + value->len;

    for ( ;; ) {
        method.data = p;

        while (p < last && *p != ',') {
            p++;
        }

        method.len = p - method.data;

        bit = ngx_webhook_conf_method(&method);

        if (bit == 0) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid method \"%V\" in \"%V\", which is "
                                  "written as in \"methods=POST,PATCH\"",
                                  &method, arg);
            return NGX_CONF_ERROR;
        }

        actions->methods |= bit;

        if (p++ == last) {
            return NGX_CONF_OK;
        }
    }
}


static char *
ngx_webhook_bounds_company(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_actions_t *actions = data;

    ngx_str_t  name, id, host;

    ngx_str_set(&id, "X-Request-ID");
    ngx_str_set(&host, "Host");

    if (!ngx_webhook_conf_param(value, "header:", &name)
        || !ngx_webhook_conf_header_name(&name)
        || ngx_webhook_endpoint_header_is(&name, &id)
        || ngx_webhook_endpoint_header_is(&name, &host))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\": it names a header of the "
                              "requests to the API, as "
                              "\"company=header:X-Company\"", arg);
        return NGX_CONF_ERROR;
    }

    actions->company = name;

    return NGX_CONF_OK;
}


/* emit PATTERN... */

static char *
ngx_webhook_bounds_set_emit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_bounds_t *bounds = conf;

    ngx_str_t   *value, *pattern;
    ngx_uint_t   i;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (!webhook_pattern_valid(ngx_webhook_str(&value[i]))) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid event type \"%V\", it is written "
                                  "as in \"order.add\" or \"order.*\"",
                                  &value[i]);
            return NGX_CONF_ERROR;
        }

        pattern = ngx_array_push(&bounds->emits);
        if (pattern == NULL) {
            return NGX_CONF_ERROR;
        }

        *pattern = value[i];
    }

    return NGX_CONF_OK;
}


/* durable_api URL */

static char *
ngx_webhook_bounds_durable(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_bounds_t *bounds = conf;

    ngx_str_t  *value, uri;

    if (bounds->durable_peer) {
        return "is duplicate";
    }

    value = b->args->elts;

    bounds->durable_api = value[1];
    ngx_webhook_conf_source_pos(b, &bounds->durable_pos);

    bounds->durable_peer = ngx_webhook_peer_create(b, &value[1], NULL,
                                                   &bounds->durable_pos, &uri);
    if (bounds->durable_peer == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(uri.data, uri.data + uri.len, '?')) {
        return "has a URL with arguments, which actions have";
    }

    if (bounds->durable_peer->local) {
        return "has a URL with \"unix:\": name an upstream {} with that server "
               "instead";
    }

    return NGX_CONF_OK;
}


/* receive URL: what a token is put behind */

static char *
ngx_webhook_bounds_receive(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_bounds_t *bounds = conf;

    ngx_str_t                 *value, uri;
    ngx_webhook_source_pos_t   pos;

    if (bounds->receive.len) {
        return "is duplicate";
    }

    value = b->args->elts;

    ngx_webhook_conf_source_pos(b, &pos);

    /* it is judged as URLs are; nobody connects to it */

    if (ngx_webhook_peer_create(b, &value[1], NULL, &pos, &uri) == NULL) {
        return NGX_CONF_ERROR;
    }

    if (uri.data[uri.len - 1] != '/'
        || value[1].data[value[1].len - 1] != '/'
        || ngx_strlchr(uri.data, uri.data + uri.len, '?'))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"receive\" is what stands in front of the "
                              "secrets of receivers and ends with a slash, as "
                              "\"https://hooks.example.com/web/hook/\"");
        return NGX_CONF_ERROR;
    }

    bounds->receive = value[1];
    bounds->receive_pos = pos;

    return NGX_CONF_OK;
}
