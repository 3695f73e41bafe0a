
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/admin/ngx_http_webhook_conf_api.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/admin/access/ngx_http_webhook_access.h"
#include "http/admin/access/ngx_http_webhook_access_token.h"
#include "http/admin/api/ngx_http_webhook_api_handler.h"
#include "http/admin/page/ngx_http_webhook_page.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/admin/routes/ngx_http_webhook_routes.h"


#define NGX_WEBHOOK_TOKENS_FILE_MAX  (4 * 1024 * 1024)


static char *ngx_webhook_api_params(ngx_webhook_build_t *b,
    ngx_webhook_api_conf_t *api);
static char *ngx_webhook_permission_value(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static ngx_int_t ngx_webhook_api_check_location(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, void **loc_conf);
static ngx_int_t ngx_webhook_api_check_rule(ngx_webhook_build_t *b,
    void **loc_conf, ngx_webhook_permission_t *rule);
static ngx_int_t ngx_webhook_api_check_value(ngx_webhook_build_t *b,
    void **loc_conf, ngx_webhook_permission_t *rule,
    ngx_http_complex_value_t *cv);
static const char *ngx_webhook_api_check_client(ngx_webhook_build_t *b,
    void **loc_conf, ngx_str_t *name);
static ngx_uint_t ngx_webhook_api_check_basic(ngx_webhook_build_t *b,
    void **loc_conf);


/* webhook_api [health=public] [frame=ORIGIN]; */

char *
ngx_webhook_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ngx_webhook_build_t        b;
    ngx_webhook_main_conf_t   *wmcf;
    ngx_webhook_api_conf_t    *api;
    ngx_http_core_loc_conf_t  *clcf;

    if (wlcf->api) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->exact_match || clcf->named || clcf->noname
#if (NGX_PCRE)
        || clcf->regex
#endif
        || clcf->name.len == 0
        || clcf->name.data[clcf->name.len - 1] != '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_api\" cannot be in location \"%V\": its "
                           "paths follow a prefix that ends in \"/\", as in "
                           "\"location /webhook/\"", &clcf->name);
        return NGX_CONF_ERROR;
    }

    if (clcf->handler) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "location \"%V\" has \"%V\" and another directive "
                           "that answers requests", &clcf->name, &cmd->name);
        return NGX_CONF_ERROR;
    }

    api = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_api_conf_t));
    if (api == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_api_params(&b, api) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    api->prefix = clcf->name;
    api->routes = ngx_webhook_routes;

    ngx_webhook_conf_source_pos(&b, &api->source_pos);

    clcf->handler = ngx_webhook_api_handler;

    /* who leaves the slash out is sent to the page */

    clcf->auto_redirect = 1;

    wlcf->api = api;

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (ngx_webhook_test_limit_zone(cf, &wmcf->tests) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    wmcf->api = 1;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_api_params(ngx_webhook_build_t *b, ngx_webhook_api_conf_t *api)
{
    ngx_int_t    n;
    ngx_str_t   *value, s;
    ngx_uint_t   i;
    ngx_conf_t  *cf;

    cf = b->data;
    value = cf->args->elts;

    if (ngx_webhook_conf_params(b, 1, "health= frame=") != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&api->frame, "'none'");

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "health=", &s)) {

            n = ngx_webhook_conf_choice(b, &value[i], &s, "private public");

            if (n == NGX_ERROR) {
                return NGX_CONF_ERROR;
            }

            api->health = n;

        } else if (!ngx_webhook_conf_param(&value[i], "frame=", &s)) {
            return ngx_webhook_conf_invalid(b, &value[i]);

        } else if (ngx_webhook_page_frame(&s, &api->frame) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"%V\", it must be \"self\" or an "
                               "origin without a path, as in "
                               "\"frame=https://shop.example.com\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* webhook_tokens file:PATH; */

char *
ngx_webhook_tokens(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_str_t              *value, path, text;
    ngx_webhook_build_t     b;
    ngx_webhook_tokens_t   *tokens;

    if (wmcf->tokens) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    value = cf->args->elts;

    if (!ngx_webhook_conf_param(&value[1], "file:", &path)) {

        /* it may be a token */

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_tokens\" takes \"file:PATH\": the "
                           "argument is not shown");
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_file(&b, &path, NGX_WEBHOOK_TOKENS_FILE_MAX, 1, &text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    tokens = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_tokens_t));
    if (tokens == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(&b, &tokens->source_pos);

    if (ngx_webhook_tokens_read(&b, &path, &text, tokens) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (tokens->tokens.nelts == 0) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "there is no token in \"%V\"", &path);
    }

    wmcf->tokens = tokens;

    return NGX_CONF_OK;
}


/* webhook_permission [SETTING] [view=VALUE] [company=VALUE] [name=VALUE]
   [payload=VALUE]; */

char *
ngx_webhook_permission(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ngx_str_t                 *value, s;
    ngx_uint_t                 i, n, first;
    ngx_webhook_build_t        b;
    ngx_webhook_permission_t  *rule;

    static const struct {
        const char  *name;
        size_t       offset;
    }  params[] = {
        { "view=", offsetof(ngx_webhook_permission_t, view) },
        { "company=", offsetof(ngx_webhook_permission_t, company) },
        { "name=", offsetof(ngx_webhook_permission_t, name) },
        { "payload=", offsetof(ngx_webhook_permission_t, payload) },
        { NULL, 0 }
    };

    if (wlcf->permission) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    rule = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_permission_t));
    if (rule == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    first = 1;

    /* what is no parameter: of its own, the first */

    if (value[1].data[0] == '$'
        || !ngx_strlchr(value[1].data, value[1].data + value[1].len, '='))
    {
        first = 2;

        if (ngx_webhook_permission_value(&b, &value[1], &value[1],
                                         &rule->setting)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_webhook_conf_params(&b, first, "view= company= name= payload=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = first; i < cf->args->nelts; i++) {

        for (n = 0; params[n].name; n++) {

            if (ngx_webhook_conf_param(&value[i], params[n].name, &s)
                && ngx_webhook_permission_value(&b, &value[i], &s,
                                           (char *) rule + params[n].offset)
                   != NGX_CONF_OK)
            {
                return NGX_CONF_ERROR;
            }
        }
    }

    if (rule->setting == NULL && rule->view == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_permission\" needs a variable that "
                           "grants, as in \"webhook_permission "
                           "$company_setting view=$company_view\"");
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(&b, &rule->source_pos);

    wlcf->permission = rule;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_permission_value(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_http_complex_value_t **cv = data;

    ngx_conf_t                        *cf;
    ngx_http_compile_complex_value_t   ccv;

    cf = b->data;

    *cv = ngx_palloc(b->pool, sizeof(ngx_http_complex_value_t));
    if (*cv == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = *cv;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


void
ngx_webhook_api_merge(ngx_http_core_loc_conf_t *clcf,
    ngx_webhook_loc_conf_t *prev, ngx_webhook_loc_conf_t *conf)
{
    if (conf->permission == NULL) {
        conf->permission = prev->permission;
    }

    if (prev->api && conf->api == NULL && clcf->noname
        && clcf->handler == NULL)
    {
        /* "if" and "limit_except" are locations of their own */

        conf->api = prev->api;
        clcf->handler = ngx_webhook_api_handler;
    }

    if (conf->api && !conf->own) {

        /* its answers have secrets in them, and are nobody's event */

        conf->rules = NULL;
    }
}


ngx_int_t
ngx_webhook_api_check(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    void                   ***loc_conf;
    ngx_uint_t                i;
    ngx_webhook_loc_conf_t   *wlcf;

    if (wmcf->tokens && !wmcf->api) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &wmcf->tokens->source_pos,
                             "\"webhook_tokens\" has no effect: no location "
                             "has \"webhook_api\"");
    }

    loc_conf = wmcf->locations.elts;

    for (i = 0; i < wmcf->locations.nelts; i++) {

        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->api
            && ngx_webhook_api_check_location(b, wmcf, loc_conf[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_api_check_location(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, void **loc_conf)
{
    ngx_webhook_loc_conf_t    *wlcf;
    ngx_http_core_loc_conf_t  *clcf;

    wlcf = loc_conf[ngx_http_webhook_module.ctx_index];
    clcf = loc_conf[ngx_http_core_module.ctx_index];

    if (wmcf->store == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &wlcf->api->source_pos,
                             "\"webhook_api\" needs a \"webhook_store\", and "
                             "there is none");
        return NGX_ERROR;
    }

    if (wlcf->rules) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &wlcf->api->source_pos,
                             "location \"%V\" has \"webhook_api\" and a "
                             "\"webhook_event\": the API's answers contain "
                             "secrets, and make no events",
                             &clcf->name);
        return NGX_ERROR;
    }

    if (wmcf->tokens == NULL && wlcf->permission == NULL) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &wlcf->api->source_pos,
                             "\"webhook_api\" answers nobody: there is neither "
                             "\"webhook_tokens\" nor \"webhook_permission\"");
    }

    return wlcf->permission
           ? ngx_webhook_api_check_rule(b, loc_conf, wlcf->permission)
           : NGX_OK;
}


static ngx_int_t
ngx_webhook_api_check_rule(ngx_webhook_build_t *b, void **loc_conf,
    ngx_webhook_permission_t *rule)
{
    if (ngx_webhook_api_check_value(b, loc_conf, rule, rule->setting) != NGX_OK
        || ngx_webhook_api_check_value(b, loc_conf, rule, rule->view) != NGX_OK
        || ngx_webhook_api_check_value(b, loc_conf, rule, rule->company)
           != NGX_OK
        || ngx_webhook_api_check_value(b, loc_conf, rule, rule->name) != NGX_OK
        || ngx_webhook_api_check_value(b, loc_conf, rule, rule->payload)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* nginx itself would say without file and line that there is no such variable;
   and what a client may say of itself is hardly meant. */

static ngx_int_t
ngx_webhook_api_check_value(ngx_webhook_build_t *b, void **loc_conf,
    ngx_webhook_permission_t *rule, ngx_http_complex_value_t *cv)
{
    u_char      *p, *last;
    ngx_str_t    name;
    const char  *why;

    if (cv == NULL) {
        return NGX_OK;
    }

    p = cv->value.data;
    last = p + cv->value.len;

    while (ngx_webhook_conf_dollar_next(&p, last, &name)) {

        if (!ngx_webhook_conf_variable(b, ngx_webhook_str(&name))
            && !(name.data[0] >= '1' && name.data[0] <= '9'))
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &rule->source_pos,
                                 "unknown variable \"$%V\" in "
                                 "\"webhook_permission\"", &name);
            return NGX_ERROR;
        }

        why = ngx_webhook_api_check_client(b, loc_conf, &name);

        if (why) {
            ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                                 "\"$%V\" in \"webhook_permission\" %s",
                                 &name, why);
        }
    }

    return NGX_OK;
}


static const char *
ngx_webhook_api_check_client(ngx_webhook_build_t *b, void **loc_conf,
    ngx_str_t *name)
{
    ngx_uint_t  i;

    static const char  *prefixes[] = { "http_", "arg_", "cookie_", NULL };

    if (name->len == sizeof("remote_user") - 1
        && ngx_strncmp(name->data, "remote_user", name->len) == 0)
    {
        return ngx_webhook_api_check_basic(b, loc_conf)
               ? NULL
               : "is what the client says, since nothing checks it: there is "
                 "no \"auth_basic\" in this location";
    }

    if (name->len == sizeof("ssl_client_verify") - 1
        && ngx_strncmp(name->data, "ssl_client_verify", name->len) == 0)
    {
        return "is never empty: \"NONE\" and \"FAILED\" grant, too; use a "
               "\"map\"";
    }

    for (i = 0; prefixes[i]; i++) {
        if (name->len > ngx_strlen(prefixes[i])
            && ngx_strncmp(name->data, prefixes[i], ngx_strlen(prefixes[i]))
               == 0)
        {
            return "is what the client says: anybody can set it, unless a "
                   "proxy in front of this server does";
        }
    }

    return NULL;
}


/* The module's configuration begins with a pointer to the realm, NULL for
   none; "off" is one, too. */

static ngx_uint_t
ngx_webhook_api_check_basic(ngx_webhook_build_t *b, void **loc_conf)
{
    ngx_module_t               *module;
    ngx_http_complex_value_t  **realm;

    module = ngx_webhook_conf_module(b, "ngx_http_auth_basic_module");

    if (module == NULL) {
        return 0;
    }

    realm = loc_conf[module->ctx_index];

    return *realm
           && !((*realm)->value.len == 3
                && ngx_strncmp((*realm)->value.data, "off", 3) == 0);
}
