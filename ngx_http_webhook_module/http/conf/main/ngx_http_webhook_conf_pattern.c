
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What can be told of a rule's regular expression by looking at it: what it
 * begins with, and what a path never has.
 */

#include "http/conf/main/ngx_http_webhook_conf_pattern.h"


static ngx_uint_t ngx_webhook_pattern_alternative(u_char *p, u_char *last);
static ngx_uint_t ngx_webhook_pattern_argument(u_char *p, u_char *last);
static u_char *ngx_webhook_pattern_class(u_char *p, u_char *last);


ngx_int_t
ngx_webhook_pattern_check(ngx_webhook_build_t *b, ngx_str_t *regex)
{
    u_char       buf[32], *p, *last;
    ngx_str_t    literal;
    const char  *what;

    if (ngx_webhook_pattern_literal(regex, &literal, buf, sizeof(buf))
        && literal.data[0] != '/')
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "\"%V\" matches nothing: a path begins with \"/\", "
                           "and has no scheme or host", regex);
        return NGX_ERROR;
    }

    what = NULL;
    last = regex->data + regex->len;

    for (p = regex->data; p < last && what == NULL; p++) {

        switch (*p) {

        case '\\':
            if (++p < last && *p == '?'
                && (last - p == 1 || (p[1] != '?' && p[1] != '*')))
            {
                what = "arguments are no part of the path, test them by "
                       "\"when=var.arg_NAME == VALUE\"";
            }

            break;

        case '[':
            p = ngx_webhook_pattern_class(p, last);
            break;

        case '?':
            if (p > regex->data && p[-1] != '('
                && ngx_webhook_pattern_argument(p + 1, last))
            {
                what = "arguments are no part of the path, test them by "
                       "\"when=var.arg_NAME == VALUE\"";
            }

            break;

        case '$':
            if (last - p > 1 && ngx_strchr(")|?*+{", p[1]) == NULL) {
                what = "\"$\" is the end, and nothing can follow it";
            }

            break;

        case '%':
            if (last - p > 2 && ngx_hextoi(p + 1, 2) != NGX_ERROR) {
                what = "a path is decoded before it is matched";
            }

            break;

        case '/':
            if (last - p > 1 && p[1] == '*') {
                what = "\"/*\" is any number of slashes, and anything is "
                       "\".*\"";
            }

            break;
        }
    }

    if (what) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                               "\"%V\" probably does not match what is meant: "
                               "%s", regex, what);
    }

    return NGX_OK;
}


/* The "]" of a class, or the last byte. */

static u_char *
ngx_webhook_pattern_class(u_char *p, u_char *last)
{
    p++;
    p += (p < last && *p == '^');
    p += (p < last && *p == ']');

    for ( /* void */ ; p < last && *p != ']'; p++) {
        p += (*p == '\\');
    }

    return ngx_min(p, last - 1);
}


/* 1 if a name and "=" follow. */

static ngx_uint_t
ngx_webhook_pattern_argument(u_char *p, u_char *last)
{
    u_char  *name;

    for (name = p; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z')
            && (*p < '0' || *p > '9') && *p != '_')
        {
            break;
        }
    }

    return p > name && p < last && *p == '=';
}


ngx_uint_t
ngx_webhook_pattern_literal(ngx_str_t *regex, ngx_str_t *literal, u_char *buf,
    size_t size)
{
    u_char      *p, *last, c;
    ngx_uint_t   n;

    p = regex->data;
    last = p + regex->len;

    /* an alternative would count as much as what it is one to */

    if (regex->len == 0 || *p++ != '^'
        || ngx_webhook_pattern_alternative(p, last))
    {
        return 0;
    }

    for (n = 0; p < last && n < size; n++) {

        c = *p++;

        if (c == '\\') {

            /* a byte that is meant as it is, or a class or the like */

            if (p == last || (*p >= '0' && *p <= '9')
                || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')
                || *p >= 0x80)
            {
                break;
            }

            c = *p++;

        } else if (ngx_strchr(".[]()?*+{}$^", c)) {
            break;
        }

        /* it may be absent */

        if (p < last && (*p == '?' || *p == '*' || *p == '{')) {
            break;
        }

        buf[n] = c;
    }

    literal->data = buf;
    literal->len = n;

    return n != 0;
}


/* 1 if there is a "|" outside of all parentheses, as far as that is plain. */

static ngx_uint_t
ngx_webhook_pattern_alternative(u_char *p, u_char *last)
{
    ngx_int_t  depth;

    for (depth = 0; p < last; p++) {

        switch (*p) {

        case '\\':
            p++;
            break;

        case '(':
            depth++;
            break;

        case ')':
            depth--;
            break;

        case '[':

            /* what stands in it may be neither */

            return ngx_strlchr(p, last, '|') != NULL;

        case '|':
            if (depth <= 0) {
                return 1;
            }

            break;
        }
    }

    return 0;
}


/*
 * Requests are told apart by this before an expression is evaluated, so it has
 * to be certain: nothing where there may be an alternative, or where a repeat
 * may be that of a byte before something that stands for nothing.
 */

ngx_int_t
ngx_webhook_pattern_begins(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule)
{
    u_char      buf[256], *last;
    ngx_str_t   literal, *pattern;

    pattern = &rule->pattern;
    last = pattern->data + pattern->len;

    if (ngx_strlchr(pattern->data, last, '|')
        || ngx_strnstr(pattern->data, "\\E", pattern->len)
        || ngx_strnstr(pattern->data, "(?#", pattern->len)
        || !ngx_webhook_pattern_literal(pattern, &literal, buf, sizeof(buf)))
    {
        return NGX_OK;
    }

    rule->begins.data = ngx_pnalloc(b->pool, literal.len);
    if (rule->begins.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(rule->begins.data, literal.data, literal.len);
    rule->begins.len = literal.len;

    /* "^", what it begins with, none of that escaped, and "$" */

    rule->whole = literal.len + 2 == pattern->len && last[-1] == '$'
                  && ngx_memcmp(literal.data, pattern->data + 1, literal.len)
                     == 0;

    return NGX_OK;
}
