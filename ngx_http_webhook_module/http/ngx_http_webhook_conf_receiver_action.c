
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { target require action }: what a call is about and does.
 */

#include "ngx_http_webhook_conf_receiver.h"


#define NGX_HTTP_WEBHOOK_ACTIONS_MAX  32
#define NGX_HTTP_WEBHOOK_REQUIRE_MAX  64


static ngx_int_t ngx_http_webhook_receiver_action_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static ngx_int_t ngx_http_webhook_receiver_action_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static char *ngx_http_webhook_receiver_target(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_receiver_require(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_receiver_action(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_webhook_receiver_default_target(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static int ngx_http_webhook_receiver_names_id(void *data,
    const webhook_path_t *path);
static ngx_uint_t ngx_http_webhook_receiver_uri_valid(ngx_str_t *uri);


static ngx_command_t  ngx_http_webhook_receiver_action_commands[] = {

    { ngx_string("target"),
      NGX_CONF_TAKE12,
      ngx_http_webhook_receiver_target,
      0,
      0,
      NULL },

    { ngx_string("require"),
      NGX_CONF_1MORE,
      ngx_http_webhook_receiver_require,
      0,
      0,
      NULL },

    { ngx_string("action"),
      NGX_CONF_TAKE23,
      ngx_http_webhook_receiver_action,
      0,
      0,
      NULL },

      ngx_null_command
};


const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_action_part =
{
    ngx_http_webhook_receiver_action_commands,
    ngx_http_webhook_receiver_action_create,
    ngx_http_webhook_receiver_action_finish,
    NULL
};


static ngx_int_t
ngx_http_webhook_receiver_action_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    if (ngx_array_init(&rcv->require, cf->pool, 2, sizeof(webhook_path_t *))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_array_init(&rcv->actions, cf->pool, 1,
                          sizeof(ngx_http_webhook_action_t));
}


static ngx_int_t
ngx_http_webhook_receiver_action_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    if (rcv->actions.nelts == 0) {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &rcv->place,
                                    "webhook_receiver \"%V\" has no "
                                    "\"action\"", &rcv->name);
        return NGX_ERROR;
    }

    return ngx_http_webhook_receiver_default_target(cf, rcv);
}


/*
 * Without "target" one is asked for where an action names it by "_id"; a
 * receiver that creates its records needs none.
 */

static ngx_int_t
ngx_http_webhook_receiver_default_target(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    ngx_uint_t                  i;
    ngx_http_webhook_action_t  *action;

    static ngx_str_t  id = ngx_string("${_id|int}");
    static ngx_str_t  model = ngx_string("${_model}");

    if (rcv->target_id || rcv->target_model) {
        return NGX_OK;
    }

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        if (webhook_template_paths(action[i].uri,
                                   ngx_http_webhook_receiver_names_id, NULL)
            || (action[i].body
                && webhook_template_paths(action[i].body,
                                          ngx_http_webhook_receiver_names_id,
                                          NULL)))
        {
            break;
        }
    }

    if (i == rcv->actions.nelts) {
        return NGX_OK;
    }

    rcv->target_id = ngx_http_webhook_conf_template(cf, &id,
                                                    WEBHOOK_TEMPLATE_TEXT,
                                                    "target template");
    if (rcv->target_id == NULL) {
        return NGX_ERROR;
    }

    if (rcv->model.len == 0) {
        return NGX_OK;
    }

    rcv->target_model = ngx_http_webhook_conf_template(cf, &model,
                                                       WEBHOOK_TEMPLATE_TEXT,
                                                       "target template");

    return rcv->target_model ? NGX_OK : NGX_ERROR;
}


static int
ngx_http_webhook_receiver_names_id(void *data, const webhook_path_t *path)
{
    static const webhook_str_t  id = webhook_str("_id");

    return webhook_str_eq(webhook_path_text(path), &id);
}


/* target id=TEMPLATE model=TEMPLATE */

static char *
ngx_http_webhook_receiver_target(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    ngx_str_t            *value, s;
    ngx_uint_t            i;
    webhook_template_t  **tpl;

    if (rcv->target_id || rcv->target_model) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "id=", &s)) {
            tpl = &rcv->target_id;

        } else if (ngx_http_webhook_conf_param(&value[i], "model=", &s)) {
            tpl = &rcv->target_model;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (*tpl || s.len == 0) {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        *tpl = ngx_http_webhook_conf_template(cf, &s, WEBHOOK_TEMPLATE_TEXT,
                                              "target template");
        if (*tpl == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_webhook_receiver_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    ngx_str_t        *value;
    ngx_uint_t        i;
    webhook_path_t  **path;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (rcv->require.nelts == NGX_HTTP_WEBHOOK_REQUIRE_MAX) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "webhook_receiver \"%V\" requires more than "
                               "%d fields", &rcv->name,
                               NGX_HTTP_WEBHOOK_REQUIRE_MAX);
            return NGX_CONF_ERROR;
        }

        path = ngx_array_push(&rcv->require);
        if (path == NULL) {
            return NGX_CONF_ERROR;
        }

        *path = ngx_http_webhook_conf_path(cf, &value[i]);
        if (*path == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* action METHOD URI [BODY] */

static char *
ngx_http_webhook_receiver_action(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    char                       *rv;
    ngx_str_t                  *value, text;
    ngx_http_webhook_action_t  *action;

    value = cf->args->elts;

    if (rcv->actions.nelts == NGX_HTTP_WEBHOOK_ACTIONS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "webhook_receiver \"%V\" has more than %d actions",
                           &rcv->name, NGX_HTTP_WEBHOOK_ACTIONS_MAX);
        return NGX_CONF_ERROR;
    }

    action = ngx_array_push(&rcv->actions);
    if (action == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(action, sizeof(ngx_http_webhook_action_t));

    ngx_http_webhook_conf_place(cf, &action->place);

    action->method = ngx_http_webhook_conf_method(&value[1]);

    if (action->method == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid method \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    action->method_name = value[1];

    if (!ngx_http_webhook_receiver_uri_valid(&value[2])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URI \"%V\" of an action: it must begin "
                           "with \"/\" and have no \"..\" segment",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    action->uri = ngx_http_webhook_conf_template(cf, &value[2],
                                                 WEBHOOK_TEMPLATE_URI,
                                                 "URI template");
    if (action->uri == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 3) {
        return NGX_CONF_OK;
    }

    rv = ngx_http_webhook_conf_text(cf, &value[3], &text);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    action->body = ngx_http_webhook_conf_template(cf, &text,
                                                  WEBHOOK_TEMPLATE_JSON,
                                                  "body template");

    return action->body ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* What stands before and between the tokens; the rest is the template's. */

static ngx_uint_t
ngx_http_webhook_receiver_uri_valid(ngx_str_t *uri)
{
    u_char  *p, *last, *token;

    p = uri->data;
    last = p + uri->len;

    if (p == last || *p != '/') {
        return 0;
    }

    while (p < last) {

        if (*p == '$' && last - p > 1 && p[1] == '{') {

            token = ngx_strlchr(p, last, '}');
            if (token == NULL) {
                /* the template's compiler says it better */
                return 1;
            }

            p = token + 1;
            continue;
        }

        if (last - p >= 3 && ngx_strncmp(p, "/..", 3) == 0
            && (last - p == 3 || p[3] == '/' || p[3] == '?'))
        {
            return 0;
        }

        p++;
    }

    return 1;
}
