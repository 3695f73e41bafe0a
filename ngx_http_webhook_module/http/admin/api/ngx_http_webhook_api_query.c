
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "core/base/webhook_near.h"
#include "core/json/webhook_json_text.h"


#define NGX_WEBHOOK_API_VALUE_MAX  4096     /* bytes of a value, decoded */


static ngx_int_t ngx_webhook_api_arg(ngx_webhook_api_t *api, u_char *p,
    u_char *last);
static ngx_int_t ngx_webhook_api_arg_decode(ngx_pool_t *pool, u_char *p,
    u_char *last, ngx_str_t *text);
static void ngx_webhook_api_near(const char *names, ngx_str_t *name,
    ngx_str_t *near);
static ngx_int_t ngx_webhook_api_arg_unknown(ngx_webhook_api_t *api,
    ngx_str_t *name);


ngx_int_t
ngx_webhook_api_args(ngx_webhook_api_t *api)
{
    u_char     *p, *last, *end;
    ngx_int_t   rc;

    p = api->request->args.data;
    last = p + api->request->args.len;

    while (p < last) {

        end = ngx_strlchr(p, last, '&');

        if (end == NULL) {
            end = last;
        }

        if (end > p) {
            rc = ngx_webhook_api_arg(api, p, end);

            if (rc != NGX_OK) {
                return rc;
            }
        }

        p = end + 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_api_arg(ngx_webhook_api_t *api, u_char *p, u_char *last)
{
    u_char                   *eq;
    ngx_int_t                 rc;
    ngx_str_t                 word;
    const char               *names;
    ngx_uint_t                i;
    ngx_webhook_api_arg_t    *arg;
    ngx_webhook_redacted_t    shown;

    eq = ngx_strlchr(p, last, '=');

    if (eq == NULL) {
        eq = last;
    }

    if (api->frame->nargs == NGX_WEBHOOK_API_ARGS) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST, "The query has too many names"));
    }

    arg = &api->frame->args[api->frame->nargs];

    ngx_str_null(&arg->value);

    rc = ngx_webhook_api_arg_decode(api->pool, p, eq, &arg->name);

    if (rc == NGX_OK && eq < last) {
        rc = ngx_webhook_api_arg_decode(api->pool, eq + 1, last, &arg->value);
    }

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST,
                   "The query is invalid: it has a \"%%\" without two "
                   "hexadecimal digits, bytes that are not UTF-8, or a "
                   "value of more than %d bytes", NGX_WEBHOOK_API_VALUE_MAX));
    }

    names = api->route->query;

    while (ngx_webhook_api_word(&names, &word)) {
        if (word.len == arg->name.len
            && ngx_memcmp(word.data, arg->name.data, word.len) == 0)
        {
            break;
        }
    }

    if (word.len == 0) {
        return ngx_webhook_api_arg_unknown(api, &arg->name);
    }

    for (i = 0; i < api->frame->nargs; i++) {
        if (api->frame->args[i].name.len == arg->name.len
            && ngx_memcmp(api->frame->args[i].name.data, arg->name.data,
                          arg->name.len)
               == 0)
        {
            return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                       NGX_HTTP_BAD_REQUEST,
                       "\"%V\" is given twice in the query",
                       ngx_webhook_redacted(&shown, arg->name.data,
                                            arg->name.len)));
        }
    }

    api->frame->nargs++;

    return NGX_OK;
}


/* NGX_OK, NGX_DECLINED where it is not right, or NGX_ERROR. */

static ngx_int_t
ngx_webhook_api_arg_decode(ngx_pool_t *pool, u_char *p, u_char *last,
    ngx_str_t *text)
{
    u_char     *out;
    ngx_int_t   n;

    text->len = 0;
    text->data = out = ngx_pnalloc(pool, last - p + 1);

    if (out == NULL) {
        return NGX_ERROR;
    }

    while (p < last) {

        if (*p == '+') {
            *out++ = ' ';
            p++;
            continue;
        }

        if (*p != '%') {
            *out++ = *p++;
            continue;
        }

        n = last - p < 3 ? NGX_ERROR : ngx_hextoi(p + 1, 2);

        if (n == NGX_ERROR) {
            return NGX_DECLINED;
        }

        *out++ = (u_char) n;
        p += 3;
    }

    text->len = out - text->data;

    return text->len <= NGX_WEBHOOK_API_VALUE_MAX
           && webhook_json_valid(ngx_webhook_str(text)) ? NGX_OK
                                                        : NGX_DECLINED;
}


ngx_uint_t
ngx_webhook_api_word(const char **names, ngx_str_t *word)
{
    const char  *p = *names;

    while (p && *p == ' ') {
        p++;
    }

    word->data = (u_char *) p;

    while (p && *p && *p != ' ') {
        p++;
    }

    word->len = (u_char *) p - word->data;
    *names = p;

    return word->len ? 1 : 0;
}


/* The one that is most like it, or an empty one. */

static void
ngx_webhook_api_near(const char *names, ngx_str_t *name, ngx_str_t *near)
{
    size_t     n, least;
    ngx_str_t  word;

    ngx_str_null(near);
    least = SIZE_MAX;

    while (ngx_webhook_api_word(&names, &word)) {

        n = webhook_near(ngx_webhook_str(name), ngx_webhook_str(&word));

        if (n < least) {
            least = n;
            *near = word;
        }
    }
}


static ngx_int_t
ngx_webhook_api_arg_unknown(ngx_webhook_api_t *api, ngx_str_t *name)
{
    ngx_str_t                near;
    ngx_webhook_redacted_t   shown;

    ngx_webhook_api_near(api->route->query, name, &near);

    (void) ngx_webhook_redacted(&shown, name->data, name->len);

    if (near.len) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST,
                   "\"%V\" is not a parameter of this query; did you mean "
                   "\"%V\"?",
                   &shown.text, &near));
    }

    if (api->route->query) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST,
                   "\"%V\" is not a parameter of this query, which can "
                   "have: %s",
                   &shown.text, api->route->query));
    }

    return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
               NGX_HTTP_BAD_REQUEST,
               "\"%V\" is in the query, but this route takes none",
               &shown.text));
}


ngx_int_t
ngx_webhook_api_members(ngx_webhook_api_t *api, const char *names)
{
    json_t      *value;
    ngx_int_t    rc, failed;
    ngx_str_t    name, near, word;
    const char  *key, *p;

    failed = 0;

    json_object_foreach(api->body, key, value) {

        name.data = (u_char *) key;
        name.len = ngx_strlen(key);

        p = names;

        while (ngx_webhook_api_word(&p, &word)) {
            if (word.len == name.len
                && ngx_memcmp(word.data, name.data, name.len) == 0)
            {
                break;
            }
        }

        if (word.len) {
            continue;
        }

        failed = 1;

        ngx_webhook_api_near(names, &name, &near);

        rc = near.len
             ? ngx_webhook_api_error(api, "", "the body has a member that is "
                                     "unknown; did you mean \"%V\"?", &near)
             : ngx_webhook_api_error(api, "", "the body has a member that is "
                                     "unknown; it may have: %s", names);

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (!failed) {
        return NGX_OK;
    }

    return ngx_webhook_api_invalid(api) == NGX_OK ? NGX_DECLINED : NGX_ERROR;
}


ngx_uint_t
ngx_webhook_api_query(ngx_webhook_api_t *api, const char *name,
    ngx_str_t *value)
{
    size_t                  len;
    ngx_uint_t              i;
    ngx_webhook_api_arg_t  *arg;

    len = ngx_strlen(name);
    arg = api->frame->args;

    for (i = 0; i < api->frame->nargs; i++) {
        if (arg[i].name.len == len
            && ngx_memcmp(arg[i].name.data, name, len) == 0)
        {
            *value = arg[i].value;
            return value->len ? 1 : 0;
        }
    }

    return 0;
}


ngx_int_t
ngx_webhook_api_query_number(ngx_webhook_api_t *api, const char *name,
    uint64_t min, uint64_t max, uint64_t *number)
{
    off_t      n;
    ngx_str_t  value;

    if (!ngx_webhook_api_query(api, name, &value)) {
        return NGX_OK;
    }

    n = ngx_atoof(value.data, value.len);

    if (n == NGX_ERROR || (uint64_t) n < min || (uint64_t) n > max) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST,
                   "\"%s\" has to be a number from %uL to %uL", name, min,
                   max));
    }

    *number = (uint64_t) n;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_query_flag(ngx_webhook_api_t *api, const char *name,
    ngx_uint_t *flag)
{
    ngx_str_t  value;

    if (!ngx_webhook_api_query(api, name, &value)) {
        return NGX_OK;
    }

    if ((value.len == 1 && value.data[0] == '1')
        || (value.len == 4 && ngx_strncmp(value.data, "true", 4) == 0))
    {
        *flag = 1;
        return NGX_OK;
    }

    if ((value.len == 1 && value.data[0] == '0')
        || (value.len == 5 && ngx_strncmp(value.data, "false", 5) == 0))
    {
        *flag = 0;
        return NGX_OK;
    }

    return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
               NGX_HTTP_BAD_REQUEST, "\"%s\" has to be 1 or 0", name));
}


ngx_int_t
ngx_webhook_api_query_limit(ngx_webhook_api_t *api, uint32_t *limit)
{
    uint64_t   n;
    ngx_int_t  rc;

    n = NGX_WEBHOOK_API_LIMIT;

    rc = ngx_webhook_api_query_number(api, "limit", 1,
                                      NGX_WEBHOOK_API_LIMIT_MAX, &n);
    *limit = (uint32_t) n;

    return rc;
}
