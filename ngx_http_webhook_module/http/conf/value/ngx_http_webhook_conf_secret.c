
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_SECRET_MIN  8
#define NGX_WEBHOOK_SECRET_MAX  4096

/* No parameter of ours has a longer name. */
#define NGX_WEBHOOK_WORD_MAX    16


static char *ngx_webhook_conf_env(ngx_webhook_build_t *b, ngx_str_t *name,
    ngx_str_t *secret);
static ngx_uint_t ngx_webhook_conf_names(ngx_webhook_build_t *b,
    ngx_str_t *value);
static size_t ngx_webhook_conf_word(ngx_str_t *value, u_char end);


char *
ngx_webhook_conf_secret(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_str_t *secret)
{
    u_char     *p;
    ngx_str_t   rest;

    if (b->registered && !ngx_webhook_conf_written(value)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "a secret can be \"file:PATH\" or \"env:NAME\" "
                              "only in nginx.conf: write it as it is, or "
                              "after \"text:\"");
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_param(value, "env:", &rest)) {
        return ngx_webhook_conf_env(b, &rest, secret);
    }

    if (ngx_webhook_conf_param(value, "file:", &rest)) {

        if (ngx_webhook_conf_file(b, &rest, NGX_WEBHOOK_SECRET_MAX, 1, secret)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        p = secret->data + secret->len;

        if (secret->len && p[-1] == '\n') {
            secret->len--;

            if (secret->len && p[-2] == '\r') {
                secret->len--;
            }
        }

        return NGX_CONF_OK;
    }

    if (!ngx_webhook_conf_param(value, "text:", &rest)) {
        rest = *value;
    }

    secret->len = rest.len;
    secret->data = ngx_pnalloc(b->temp_pool, rest.len + 1);
    if (secret->data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(secret->data, rest.data, rest.len);

    if (rest.len < NGX_WEBHOOK_SECRET_MIN) {
        /* it will be refused, and stands in other words too */
        return NGX_CONF_OK;
    }

    ngx_explicit_memzero(value->data, value->len);

    if (b->hide) {
        b->hide(b, secret);
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_conf_literal(ngx_webhook_build_t *b, ngx_str_t *value)
{
    u_char      *eq, *last;
    ngx_str_t    rest;

    if (!ngx_webhook_conf_written(value)
        || ngx_webhook_conf_param(value, "text:", &rest))
    {
        return NGX_CONF_OK;
    }

    last = value->data + value->len;
    eq = ngx_strlchr(value->data, last, '=');

    if (eq == NULL) {
        return NGX_CONF_OK;
    }

    /* base64 ends so, and no parameter is empty */

    if (last - eq <= 2 && last[-1] == '='
        && ngx_webhook_conf_word(value, '=') == 0)
    {
        return NGX_CONF_OK;
    }

    return ngx_webhook_conf_unknown(b, value);
}


char *
ngx_webhook_conf_unknown(ngx_webhook_build_t *b, ngx_str_t *arg)
{
    size_t       len;
    ngx_str_t   *name, word, near;
    ngx_uint_t   i;

    static const struct {
        ngx_str_t    name;
        const char  *params;
    }  directives[] = {
        { ngx_string("secret"), "expires=" },
        { ngx_string("sign"), "header= secret= expires= algorithm= encoding= "
                              "prefix= template=" },
        { ngx_string("verify"), "expires= header= query= field= prefix= list= "
                                "pair= item= string= template= digest= "
                                "algorithm= encoding= key= timestamp= unit= "
                                "id= app= tolerance= url=" },
        { ngx_string("handshake"), "token=" },
        { ngx_string("proxy"), "user= password=" },
        { ngx_string("auth"), "user= password= token_url= client_id= "
                              "client_secret= scope= audience= ca=" },
        { ngx_null_string, NULL }
    };

    name = b->args->elts;
    len = ngx_webhook_conf_word(arg, '=');

    word.data = arg->data;
    word.len = len;

    for (i = 0; directives[i].name.len; i++) {
        if (directives[i].name.len == name->len
            && ngx_memcmp(directives[i].name.data, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (len && directives[i].params
        && ngx_webhook_conf_near(&word, directives[i].params, &near))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "\"%V=\" is not a parameter of \"%V\" (did you "
                           "mean \"%V=\"?); a secret with a \"=\" in it is "
                           "written \"text:...\"", &word, name, &near);

    } else if (len) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "\"%V=\" is not a parameter of \"%V\"; a secret "
                            "with a \"=\" in it is written \"text:...\"",
                            &word, name);

    } else {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "\"%V\" has an argument that is not one of its "
                           "parameters and is not shown here; a secret with a "
                           "\"=\" in it is written \"text:...\"", name);
    }

    return NGX_CONF_ERROR;
}


/*
 * How long the word in small letters is that stands before "end" at the
 * beginning of an argument; 0 if there is none such.
 */

static size_t
ngx_webhook_conf_word(ngx_str_t *value, u_char end)
{
    size_t  i;

    for (i = 0; i < value->len && i <= NGX_WEBHOOK_WORD_MAX; i++) {

        if (value->data[i] == end) {
            return i;
        }

        if ((value->data[i] < 'a' || value->data[i] > 'z')
            && value->data[i] != '_' && value->data[i] != '-')
        {
            break;
        }
    }

    return 0;
}


static char *
ngx_webhook_conf_env(ngx_webhook_build_t *b, ngx_str_t *name,
    ngx_str_t *secret)
{
    char  *env;

    /* an argument ends with a NUL */

    env = getenv((char *) name->data);

    if (env == NULL || *env == '\0') {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "the environment variable \"%V\" is not set or is "
                            "empty", name);
        return NGX_CONF_ERROR;
    }

    secret->len = ngx_strlen(env);

    if (secret->len > NGX_WEBHOOK_SECRET_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "the environment variable \"%V\" is longer than %d "
                           "bytes", name, NGX_WEBHOOK_SECRET_MAX);
        return NGX_CONF_ERROR;
    }

    secret->data = ngx_pnalloc(b->temp_pool, secret->len + 1);
    if (secret->data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(secret->data, env, secret->len);

    return NGX_CONF_OK;
}


char *
ngx_webhook_conf_token(ngx_webhook_build_t *b, ngx_str_t *value,
    const char *what, ngx_str_t *token)
{
    char        *rv;
    ngx_str_t    secret;
    ngx_uint_t   i, written;

    written = ngx_webhook_conf_written(value);

    if (written && ngx_webhook_conf_source(b, value) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_secret(b, value, &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    for (i = 0; i < secret.len; i++) {
        if (secret.data[i] < 0x20 || secret.data[i] == 0x7f) {
            break;
        }
    }

    if (i == 0 || i != secret.len) {
        ngx_explicit_memzero(secret.data, secret.len);

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "%s is empty or has a control character", what);
        return NGX_CONF_ERROR;
    }

    if (written && secret.len < NGX_WEBHOOK_SECRET_MIN) {
        ngx_explicit_memzero(secret.data, secret.len);

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "%s of less than %d characters cannot be hidden "
                              "here: put it into a file", what,
                              NGX_WEBHOOK_SECRET_MIN);
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_secret_move(b, token, &secret) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_conf_basic(ngx_webhook_build_t *b, ngx_uint_t first,
    ngx_str_t *authorization)
{
    char        *rv;
    u_char      *p;
    ngx_str_t   *value, user, password, plain, coded, s;
    ngx_uint_t   i;

    ngx_str_null(&user);
    ngx_str_null(&password);

    value = b->args->elts;

    for (i = first; i < b->args->nelts; i++) {

        if (user.len == 0 && ngx_webhook_conf_param(&value[i], "user=", &s)) {
            user = s;

            if (s.len && ngx_strlchr(s.data, s.data + s.len, ':') == NULL) {
                continue;
            }

            return "has a user that is empty or has a colon";
        }

        if (ngx_webhook_conf_param(&value[i], "password=", &s)) {

            if (password.data) {
                return "has more than one \"password=\"";
            }

            rv = ngx_webhook_conf_token(b, &s, "the password", &password);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_word(&value[i], '=') == 0) {
            return "takes \"user=\" and \"password=\", and not another "
                   "argument, which is not shown";
        }

        return ngx_webhook_conf_unknown(b, &value[i]);
    }

    if (user.len == 0 || password.data == NULL) {
        return "needs \"user=\" and \"password=\"";
    }

    plain.len = user.len + 1 + password.len;
    plain.data = ngx_webhook_secret_alloc(b, plain.len);

    p = ngx_webhook_secret_alloc(b, sizeof("Basic ") - 1
                                     + ngx_base64_encoded_length(plain.len));
    if (plain.data == NULL || p == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(plain.data, "%V:%V", &user, &password);

    authorization->data = p;

    coded.data = ngx_cpymem(p, "Basic ", sizeof("Basic ") - 1);
    ngx_encode_base64(&coded, &plain);

    authorization->len = coded.data + coded.len - p;

    return NGX_CONF_OK;
}


/* "fil:/etc/key" and "File:key" are no secrets that anybody means. */

ngx_int_t
ngx_webhook_conf_source(ngx_webhook_build_t *b, ngx_str_t *value)
{
    size_t  len;

    if (!ngx_webhook_conf_written(value)) {
        return NGX_OK;
    }

    if (ngx_webhook_conf_names(b, value)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "\"%V\" has a secret that looks like the name of "
                             "a file or variable: write \"file:PATH\" or "
                             "\"env:NAME\", or \"text:...\" if it is the "
                             "secret itself",
                             &((ngx_str_t *) b->args->elts)[0]);
        return NGX_ERROR;
    }

    len = ngx_webhook_conf_word(value, ':');

    if ((len == 0 || value->len < len + 2 || value->data[len + 1] != '/')
        && (value->len < 5
            || ngx_strncasecmp(value->data, (u_char *) "file:", 5) != 0)
        && (value->len < 4
            || ngx_strncasecmp(value->data, (u_char *) "env:", 4) != 0)
        && (value->len < 5 || value->data[0] == 't'
            || ngx_strncasecmp(value->data, (u_char *) "text:", 5) != 0))
    {
        return NGX_OK;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                         "a secret is \"file:PATH\", \"env:NAME\" or is "
                         "written as it is: one that only looks like the "
                         "former is written \"text:...\"");
    return NGX_ERROR;
}


/* 1 if it is "$name" or "${name}", or a path: as it is written, or because
   such a file is there. */

static ngx_uint_t
ngx_webhook_conf_names(ngx_webhook_build_t *b, ngx_str_t *value)
{
    u_char           *p, *last;
    ngx_str_t         name;
    ngx_file_info_t   fi;

    p = value->data;
    last = p + value->len;

    if (value->len && *p == '$'
        && ngx_webhook_conf_dollar_next(&p, last, &name)
        && (p == last || (p == last - 1 && *p == '}')))
    {
        return 1;
    }

    if (!ngx_strlchr(value->data, last, '/')) {
        return 0;
    }

    for (p = last; p > value->data && p[-1] >= 'a' && p[-1] <= 'z'; p--) {
        /* void */
    }

    if (*value->data == '/' && p < last && p[-1] == '.') {

        /* "/etc/nginx/erp.key": base64 has no dot */

        return 1;
    }

    if (b->registered) {
        return 0;
    }

    name = *value;

    return ngx_conf_full_name(b->cycle, &name, 1) == NGX_OK
           && ngx_file_info(name.data, &fi) != NGX_FILE_ERROR
           && ngx_is_file(&fi);
}


/* 1 if the secret stands in the configuration itself. */

ngx_uint_t
ngx_webhook_conf_written(ngx_str_t *value)
{
    ngx_str_t  rest;

    return !ngx_webhook_conf_param(value, "file:", &rest)
           && !ngx_webhook_conf_param(value, "env:", &rest);
}
