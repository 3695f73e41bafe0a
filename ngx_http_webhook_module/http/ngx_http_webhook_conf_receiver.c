
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver NAME { }: what a call from outside does.
 */

#include "ngx_http_webhook_conf.h"

#include <openssl/evp.h>


#define NGX_HTTP_WEBHOOK_TOKEN_MIN    20
#define NGX_HTTP_WEBHOOK_TOKEN_MAX    255
#define NGX_HTTP_WEBHOOK_ACTIONS_MAX  32
#define NGX_HTTP_WEBHOOK_REQUIRE_MAX  64
#define NGX_HTTP_WEBHOOK_BODY         (1024 * 1024)
#define NGX_HTTP_WEBHOOK_BODY_MAX     (64 * 1024 * 1024)
#define NGX_HTTP_WEBHOOK_DEPTH_MAX    1024
#define NGX_HTTP_WEBHOOK_VALUES_MAX   (16 * 1024 * 1024)


static ngx_int_t ngx_http_webhook_receiver_default_target(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static int ngx_http_webhook_receiver_names_id(void *data,
    const webhook_path_t *path);
static ngx_int_t ngx_http_webhook_receiver_digest(ngx_str_t *token,
    u_char *digest);
static ngx_uint_t ngx_http_webhook_receiver_token_valid(ngx_str_t *token);
static ngx_uint_t ngx_http_webhook_receiver_uri_valid(ngx_str_t *uri);


char *
ngx_http_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    char                         *rv;
    const char                   *missing;
    ngx_http_webhook_receiver_t  *rcv;

    rcv = ngx_pcalloc(cf->pool, sizeof(ngx_http_webhook_receiver_t));
    if (rcv == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_conf_named(cf, (ngx_http_webhook_named_t *) rcv)
        != NGX_OK
        || ngx_http_webhook_conf_insert(cf, &wmcf->receivers,
                                        (ngx_http_webhook_named_t *) rcv,
                                        &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_array_init(&rcv->tokens, cf->pool, 1,
                       sizeof(ngx_http_webhook_token_t))
        != NGX_OK
        || ngx_array_init(&rcv->require, cf->pool, 2,
                          sizeof(webhook_path_t *))
           != NGX_OK
        || ngx_array_init(&rcv->actions, cf->pool, 1,
                          sizeof(ngx_http_webhook_action_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    rcv->body_max = NGX_CONF_UNSET_SIZE;
    rcv->log_calls = NGX_CONF_UNSET;

    rv = ngx_http_webhook_conf_block(cf, NGX_HTTP_WEBHOOK_RECEIVER_CONF, rcv);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_conf_init_size_value(rcv->body_max, NGX_HTTP_WEBHOOK_BODY);
    ngx_conf_init_value(rcv->log_calls, 0);

    missing = NULL;

    if (rcv->tokens.nelts == 0) {
        missing = "secret";

    } else if (rcv->actions.nelts == 0) {
        missing = "action";
    }

    if (missing) {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &rcv->place,
                                    "webhook_receiver \"%V\" has no \"%s\"",
                                    &rcv->name, missing);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_receiver_default_target(cf, rcv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
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


char *
ngx_http_webhook_receiver_secret(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    char                      *rv;
    ngx_int_t                  rc;
    ngx_str_t                 *value, secret;
    ngx_uint_t                 valid;
    ngx_http_webhook_token_t  *token;

    value = cf->args->elts;

    rv = ngx_http_webhook_conf_secret(cf, &value[1], &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    token = ngx_array_push(&rcv->tokens);

    valid = ngx_http_webhook_receiver_token_valid(&secret);
    rc = NGX_ERROR;

    if (token) {
        token->receiver = rcv;
        ngx_http_webhook_conf_place(cf, &token->place);

        rc = ngx_http_webhook_receiver_digest(&secret, token->digest);
    }

    ngx_explicit_memzero(secret.data, secret.len);

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (!valid) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the \"secret\" of webhook_receiver \"%V\" must be "
                           "%d to %d letters, digits, \"_\" and \"-\"",
                           &rcv->name, NGX_HTTP_WEBHOOK_TOKEN_MIN,
                           NGX_HTTP_WEBHOOK_TOKEN_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_webhook_receiver_digest(ngx_str_t *token, u_char *digest)
{
    return EVP_Digest(token->data, token->len, digest, NULL, EVP_sha256(),
                      NULL)
           ? NGX_OK : NGX_ERROR;
}


static ngx_uint_t
ngx_http_webhook_receiver_token_valid(ngx_str_t *token)
{
    u_char      c;
    ngx_uint_t  i;

    if (token->len < NGX_HTTP_WEBHOOK_TOKEN_MIN
        || token->len > NGX_HTTP_WEBHOOK_TOKEN_MAX)
    {
        return 0;
    }

    for (i = 0; i < token->len; i++) {
        c = token->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '_' || c == '-')
        {
            continue;
        }

        return 0;
    }

    return 1;
}


/*
 * The search is among digests, of which a caller cannot choose a part: how
 * far it went tells nothing of a token.
 */

ngx_http_webhook_receiver_t *
ngx_http_webhook_receiver_by_token(ngx_http_webhook_main_conf_t *wmcf,
    ngx_str_t *token)
{
    ngx_uint_t                 first, last, mid;
    ngx_http_webhook_token_t  *tokens;
    u_char                     digest[NGX_HTTP_WEBHOOK_DIGEST_LEN];

    if (!ngx_http_webhook_receiver_token_valid(token)
        || ngx_http_webhook_receiver_digest(token, digest) != NGX_OK)
    {
        return NULL;
    }

    tokens = wmcf->tokens.elts;
    first = 0;
    last = wmcf->tokens.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (ngx_memcmp(tokens[mid].digest, digest, sizeof(digest)) < 0) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first < wmcf->tokens.nelts
        && CRYPTO_memcmp(tokens[first].digest, digest, sizeof(digest)) == 0)
    {
        return tokens[first].receiver;
    }

    return NULL;
}


/* target id=TEMPLATE model=TEMPLATE */

char *
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


char *
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

char *
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


/* limit body=SIZE depth=N values=N */

char *
ngx_http_webhook_receiver_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    ssize_t      n, max;
    uint32_t    *field;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (rcv->body_max != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    rcv->body_max = NGX_HTTP_WEBHOOK_BODY;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "body=", &s)) {

            n = ngx_parse_size(&s);

            if (n < 1 || n > NGX_HTTP_WEBHOOK_BODY_MAX) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid size \"%V\", it must be from 1 to "
                                   "64m", &value[i]);
                return NGX_CONF_ERROR;
            }

            rcv->body_max = n;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "depth=", &s)) {
            field = &rcv->limits.max_depth;
            max = NGX_HTTP_WEBHOOK_DEPTH_MAX;

        } else if (ngx_http_webhook_conf_param(&value[i], "values=", &s)) {
            field = &rcv->limits.max_values;
            max = NGX_HTTP_WEBHOOK_VALUES_MAX;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        n = ngx_atoi(s.data, s.len);

        if (n < 1 || n > max) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"%V\", it must be from 1 to %z",
                               &value[i], max);
            return NGX_CONF_ERROR;
        }

        *field = n;
    }

    return NGX_CONF_OK;
}
