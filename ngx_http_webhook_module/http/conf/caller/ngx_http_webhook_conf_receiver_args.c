
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"

#include "core/template/webhook_token.h"


static ngx_uint_t ngx_webhook_receiver_uri_valid(ngx_str_t *uri);


char *
ngx_webhook_receiver_paths(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_array_t *paths, ngx_uint_t max, const char *verb)
{
    ngx_str_t        *value;
    ngx_uint_t        i;
    webhook_path_t   *path, **place;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (paths->nelts == max) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                    "webhook_receiver \"%V\" %s more than %ui "
                                    "fields", &rcv->name, verb, max);
            return NGX_CONF_ERROR;
        }

        /* what is registered is read on behind a mistake: none is among them */

        path = ngx_webhook_conf_path(b, &value[i]);
        if (path == NULL) {
            return NGX_CONF_ERROR;
        }

        place = ngx_array_push(paths);
        if (place == NULL) {
            return NGX_CONF_ERROR;
        }

        *place = path;
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_receiver_request(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action, ngx_str_t *method, ngx_str_t *uri)
{
    action->method = ngx_webhook_conf_method(method);

    if (action->method == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid method \"%V\" of an action, it is "
                              "written as in \"POST\"", method);
        return NGX_CONF_ERROR;
    }

    action->method_name = *method;

    if (!ngx_webhook_receiver_uri_valid(uri)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid URI \"%V\" of an action: it must begin "
                              "with \"/\" and have no \"..\" segment", uri);
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(uri->data, uri->data + uri->len, '{')
        && !ngx_webhook_conf_braces(uri))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid URI \"%V\" of an action: a value is "
                                 "written as in \"${id}\"", uri);
        return NGX_CONF_ERROR;
    }

    action->uri_text = *uri;

    action->uri = ngx_webhook_conf_template(b, uri, WEBHOOK_TEMPLATE_URI,
                                            "URI template");

    return action->uri ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* What stands before and between the tokens; the rest is the template's. */

static ngx_uint_t
ngx_webhook_receiver_uri_valid(ngx_str_t *uri)
{
    u_char           *p, *last;
    webhook_token_t   token;

    p = uri->data;
    last = p + uri->len;

    if (p == last || *p != '/') {
        return 0;
    }

    while (p < last) {

        if (*p == '$' && last - p > 1 && p[1] == '{') {

            if (webhook_token_read(p, last, 0, &token) != WEBHOOK_OK) {
                /* the template's compiler says it better */
                return 1;
            }

            p += token.len;
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


/* What stands in front of the URIs of actions: without a slash at its end. */

char *
ngx_webhook_receiver_prefix(ngx_webhook_build_t *b, ngx_str_t *uri)
{
    if (ngx_strlchr(uri->data, uri->data + uri->len, '?')) {
        return "has a URL with arguments, which its actions have";
    }

    while (uri->len && uri->data[uri->len - 1] == '/') {
        uri->len--;
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_receiver_key(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_str_t *value, webhook_key_as_e as, ngx_webhook_keys_t *keys)
{
    int             rc;
    char           *rv;
    ngx_str_t       secret;
    const char     *err;
    webhook_key_t  *key;

    if (ngx_webhook_conf_source(b, value) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_secret(b, value, &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    key = &keys->keys[keys->nkeys];

    rc = webhook_key_read(key, ngx_webhook_str(&secret), as, &err);

    ngx_explicit_memzero(secret.data, secret.len);

    if (rc != WEBHOOK_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid key of webhook_receiver \"%V\": %s",
                                  &rcv->name, err);
        return NGX_CONF_ERROR;
    }

    if (key->weak) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                           "a key of webhook_receiver \"%V\" is short and can "
                           "be guessed: use %d random bytes or more",
                           &rcv->name, WEBHOOK_KEY_LEAST);
    }

    keys->nkeys++;

    return NGX_CONF_OK;
}
