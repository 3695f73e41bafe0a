
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Parameters of directives ("size=4g"), words to choose from, and what may
 * have been meant where they are none of these.  A list of them is a text with
 * spaces between the words.
 */

#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"

#include "core/base/webhook_near.h"


static char *ngx_webhook_conf_foreign(ngx_webhook_build_t *b, ngx_str_t *arg,
    const char *names);
static ngx_uint_t ngx_webhook_conf_word(const char **p, ngx_str_t *word);


/* Takes the next word of a list. */

static ngx_uint_t
ngx_webhook_conf_word(const char **p, ngx_str_t *word)
{
    while (**p == ' ') {
        (*p)++;
    }

    word->data = (u_char *) *p;

    while (**p && **p != ' ') {
        (*p)++;
    }

    word->len = (u_char *) *p - word->data;

    return word->len != 0;
}


char *
ngx_webhook_conf_params(ngx_webhook_build_t *b, ngx_uint_t first,
    const char *names)
{
    const char  *p;
    ngx_str_t   *value, name;
    ngx_uint_t   i, n, once, empty;

    value = b->args->elts;

    for (i = first; i < b->args->nelts; i++) {

        p = names;

        while (ngx_webhook_conf_word(&p, &name)) {

            once = (name.data[name.len - 1] != '*');
            empty = (name.data[name.len - 1] == '?');
            name.len -= (!once || empty);

            if (value[i].len < name.len
                || ngx_memcmp(value[i].data, name.data, name.len) != 0)
            {
                continue;
            }

            if (value[i].len == name.len && !empty) {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                   "invalid parameter \"%V\", it has no value",
                                   &value[i]);
                return NGX_CONF_ERROR;
            }

            for (n = first; once && n < i; n++) {

                if (value[n].len >= name.len
                    && ngx_memcmp(value[n].data, name.data, name.len) == 0)
                {
                    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                         "invalid parameter \"%V\", \"%V\" is "
                                         "given twice", &value[i], &name);
                    return NGX_CONF_ERROR;
                }
            }

            break;
        }

        if (name.len == 0) {
            return ngx_webhook_conf_foreign(b, &value[i], names);
        }
    }

    return NGX_CONF_OK;
}


/* An argument that is none of the parameters. */

static char *
ngx_webhook_conf_foreign(ngx_webhook_build_t *b, ngx_str_t *arg,
    const char *names)
{
    u_char       buf[NGX_MAX_CONF_ERRSTR / 2], *eq;
    ngx_str_t    word, near, list;
    ngx_uint_t   bare;

    eq = ngx_strlchr(arg->data, arg->data + arg->len, '=');
    bare = (eq == NULL);

    word.data = arg->data;
    word.len = bare ? arg->len : (size_t) (eq - arg->data);

    if (ngx_webhook_conf_near(&word, names, &near)) {

        if (bare && near.len == word.len
            && ngx_memcmp(near.data, word.data, near.len) == 0)
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                     "invalid parameter \"%V\", it is written "
                                     "\"%V=...\", without spaces", arg, &near);
            return NGX_CONF_ERROR;
        }

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid parameter \"%V\", did you mean \"%V=\"?",
                             arg, &near);
        return NGX_CONF_ERROR;
    }

    list.data = buf;
    list.len = ngx_webhook_conf_list(buf, sizeof(buf), names);

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                        "invalid parameter \"%V\", it must be %V", arg, &list);

    return NGX_CONF_ERROR;
}


ngx_uint_t
ngx_webhook_conf_near(ngx_str_t *word, const char *names, ngx_str_t *near)
{
    size_t       n, least;
    const char  *p;
    ngx_str_t    name;

    least = SIZE_MAX;
    p = names;

    while (ngx_webhook_conf_word(&p, &name)) {

        while (name.len && (name.data[name.len - 1] == '*'
                            || name.data[name.len - 1] == '?'
                            || name.data[name.len - 1] == '='))
        {
            name.len--;
        }

        n = webhook_near(ngx_webhook_str(word), ngx_webhook_str(&name));

        if (n < least) {
            least = n;
            *near = name;
        }
    }

    return least != SIZE_MAX;
}


size_t
ngx_webhook_conf_list(u_char *buf, size_t size, const char *names)
{
    u_char      *p, *last;
    const char  *next;
    ngx_str_t    name, after;
    ngx_uint_t   more;

    p = buf;
    last = buf + size;

    (void) ngx_webhook_conf_word(&names, &name);

    do {
        next = names;
        more = ngx_webhook_conf_word(&next, &after);

        name.len -= (name.len > 1 && (name.data[name.len - 1] == '*'
                                      || name.data[name.len - 1] == '?'));

        if (p == buf) {
            p = ngx_slprintf(p, last, "\"%V\"", &name);

        } else if (more) {
            p = ngx_slprintf(p, last, ", \"%V\"", &name);

        } else {
            p = ngx_slprintf(p, last, " or \"%V\"", &name);
        }

        name = after;
        names = next;

    } while (more);

    return p - buf;
}


ngx_int_t
ngx_webhook_conf_choice(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, const char *names)
{
    u_char       buf[NGX_MAX_CONF_ERRSTR / 2];
    ngx_int_t    i;
    const char  *p;
    ngx_str_t    name, list;

    p = names;

    for (i = 0; ngx_webhook_conf_word(&p, &name); i++) {
        if (name.len == value->len
            && ngx_memcmp(name.data, value->data, name.len) == 0)
        {
            return i;
        }
    }

    list.data = buf;
    list.len = ngx_webhook_conf_list(buf, sizeof(buf), names);

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid value \"%V\", it must be %V", arg, &list);

    return NGX_ERROR;
}


char *
ngx_webhook_conf_options(ngx_webhook_build_t *b, ngx_uint_t first,
    const ngx_webhook_option_t *options, void *data)
{
    char                        *rv;
    ngx_str_t                   *value, s;
    ngx_uint_t                   i;
    const ngx_webhook_option_t  *option;

    value = b->args->elts;

    for (i = first; i < b->args->nelts; i++) {

        for (option = options; option->name; option++) {
            if (ngx_webhook_conf_param(&value[i], option->name, &s)) {
                break;
            }
        }

        if (option->name == NULL) {
            return ngx_webhook_conf_invalid(b, &value[i]);
        }

        rv = option->set(b, &value[i], &s, data);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}
