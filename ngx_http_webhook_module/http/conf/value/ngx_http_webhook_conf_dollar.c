
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Dollar signs that mean nothing where they stand.
 */

#include "http/conf/value/ngx_http_webhook_conf_dollar.h"

#include "core/template/webhook_token.h"


static ngx_uint_t ngx_webhook_dollar_key(u_char *p, u_char *last);
static void ngx_webhook_dollar_words(ngx_webhook_build_t *b, u_char *p,
    u_char *last, const char *what);


ngx_uint_t
ngx_webhook_conf_dollar_next(u_char **p, u_char *last, ngx_str_t *name)
{
    u_char      *c;
    ngx_uint_t   braces;

    c = *p;

    while (c < last) {

        if (*c++ != '$') {
            continue;
        }

        braces = (c < last && *c == '{');
        name->data = c + braces;

        for (c = name->data; c < last; c++) {
            if ((*c < 'a' || *c > 'z') && (*c < 'A' || *c > 'Z')
                && (*c < '0' || *c > '9') && *c != '_')
            {
                break;
            }
        }

        name->len = c - name->data;

        if (name->len) {
            *p = c;
            return braces ? 2 : 1;
        }
    }

    *p = last;

    return 0;
}


ngx_uint_t
ngx_webhook_conf_braces(ngx_str_t *text)
{
    return ngx_strlcasestrn(text->data, text->data + text->len,
                            (u_char *) "${", 1)
           != NULL;
}


char *
ngx_webhook_conf_fixed(ngx_webhook_build_t *b, ngx_str_t *text,
    const char *what)
{
    u_char     *p, *last;
    ngx_str_t   name;

    p = text->data;
    last = p + text->len;

    if (ngx_webhook_conf_braces(text)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "%s is fixed: it cannot contain \"${...}\"",
                              what);
        return NGX_CONF_ERROR;
    }

    while (ngx_webhook_conf_dollar_next(&p, last, &name)) {

        if (ngx_webhook_conf_variable(b, ngx_webhook_str(&name))) {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                                      "%s is fixed: \"$%V\" in it is not "
                                      "replaced by the variable", what, &name);
        }
    }

    return NGX_CONF_OK;
}


/* Keys such as "$ref" have a meaning of their own in JSON. */

static ngx_uint_t
ngx_webhook_dollar_key(u_char *p, u_char *last)
{
    if (p == last || *p++ != '"') {
        return 0;
    }

    while (p < last && (*p == ' ' || *p == '\t' || *p == CR || *p == LF)) {
        p++;
    }

    return p < last && *p == ':';
}


/* Tokens are passed over: their keys may have dollar signs, in quotes. */

void
ngx_webhook_conf_dollar(ngx_webhook_build_t *b, ngx_str_t *text,
    const char *what)
{
    u_char           *p, *dollar, *last;
    webhook_token_t   token;

    p = text->data;
    last = p + text->len;

    for (dollar = p; dollar < last; dollar++) {

        if (*dollar == '$' && last - dollar > 1 && dollar[1] == '{'
            && webhook_token_read(dollar, last, 0, &token) == WEBHOOK_OK)
        {
            ngx_webhook_dollar_words(b, p, dollar, what);

            p = dollar + token.len;
            dollar = p - 1;
        }
    }

    ngx_webhook_dollar_words(b, p, last, what);
}


/* A word has to begin with a letter: "$5" is money. */

static void
ngx_webhook_dollar_words(ngx_webhook_build_t *b, u_char *p, u_char *last,
    const char *what)
{
    u_char       c;
    ngx_str_t    name;
    ngx_uint_t   i;

    static ngx_str_t  roots[] = {
        ngx_string("data"),
        ngx_string("request"),
        ngx_string("response"),
        ngx_string("uri"),
        ngx_string("event"),
        ngx_string("now"),
        ngx_string("var"),
        ngx_string("root"),
        ngx_string("header"),
        ngx_string("query"),
        ngx_null_string
    };

    while (ngx_webhook_conf_dollar_next(&p, last, &name)) {

        c = name.data[0];

        if ((c >= '0' && c <= '9') || ngx_webhook_dollar_key(p, last)) {
            continue;
        }

        for (i = 0; roots[i].len; i++) {
            if (roots[i].len == name.len
                && ngx_memcmp(roots[i].data, name.data, name.len) == 0)
            {
                break;
            }
        }

        if (roots[i].len == 0
            && ngx_webhook_conf_variable(b, ngx_webhook_str(&name)))
        {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                                  "\"$%V\" in a %s is text: the variable is "
                                  "written \"${var.%V}\"", &name, what, &name);
            continue;
        }

        if (roots[i].len || c == '_' || (c >= 'a' && c <= 'z')) {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                                 "\"$%V\" in a %s is text: a value is written "
                                 "in braces, as in \"${%V}\"", &name, what,
                                 &name);
        }
    }
}


ngx_uint_t
ngx_webhook_conf_variable(ngx_webhook_build_t *b, const webhook_str_t *name)
{
    return b->variable && b->variable(b, name);
}
