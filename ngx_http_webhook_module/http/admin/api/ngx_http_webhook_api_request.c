
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The headers of a request that are the frame's to look at; and whether it
 * comes too soon.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/admin/access/ngx_http_webhook_access_header.h"
#include "http/admin/access/ngx_http_webhook_access_rate.h"
#include "core/base/webhook_hash.h"
#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_API_KEY_MAX  255        /* bytes of an Idempotency-Key */


static ngx_uint_t ngx_webhook_api_accept_find(ngx_webhook_api_t *api,
    const char **types, ngx_uint_t *some);
static ngx_uint_t ngx_webhook_api_accept_any(ngx_str_t *value,
    const char **types);
static ngx_uint_t ngx_webhook_api_accept_range(u_char *p, u_char *last,
    const char **types);
static ngx_uint_t ngx_webhook_api_type_is(ngx_str_t *value, const char *type);
static void ngx_webhook_api_token(u_char **p, u_char *last, u_char end,
    ngx_str_t *token);


ngx_int_t
ngx_webhook_api_quota(ngx_webhook_api_t *api)
{
    ngx_int_t   rc;
    ngx_str_t   value;
    ngx_uint_t  seconds;

    seconds = ngx_webhook_access_rate(api->wmcf, &api->who);

    if (seconds == 0) {
        return NGX_OK;
    }

    value.data = ngx_pnalloc(api->pool, NGX_INT_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%ui", seconds) - value.data;

    rc = ngx_webhook_api_problem(api, NGX_HTTP_TOO_MANY_REQUESTS,
                                 "The company has made too many requests; "
                                 "try again in %ui s", seconds);
    if (rc == NGX_OK) {
        rc = ngx_webhook_api_header(api, "Retry-After", &value);
    }

    return ngx_webhook_api_refused(rc);
}


ngx_int_t
ngx_webhook_api_accept(ngx_webhook_api_t *api)
{
    ngx_uint_t  some;

    static const char  *types[] = { "*/*", "application/*", "application/json",
                                    NULL };

    if ((api->route->needs & NGX_WEBHOOK_API_ANY_TYPE)
        || ngx_webhook_api_accept_find(api, types, &some) || !some)
    {
        return NGX_OK;
    }

    return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
               406,
               "The answer is application/json, which Accept does not "
               "allow"));
}


ngx_uint_t
ngx_webhook_api_accept_page(ngx_webhook_api_t *api)
{
    ngx_uint_t  some;

    static const char  *types[] = { "text/html", NULL };

    return ngx_webhook_api_accept_find(api, types, &some);
}


/* What several headers say, or'ed: each is a part of one list.  "some" is 1 if
   there is one at all. */

static ngx_uint_t
ngx_webhook_api_accept_find(ngx_webhook_api_t *api, const char **types,
    ngx_uint_t *some)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    *some = 0;
    part = &api->request->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return 0;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].hash == 0 || h[i].key.len != sizeof("Accept") - 1
            || ngx_strncasecmp(h[i].key.data, (u_char *) "accept",
                               h[i].key.len)
               != 0)
        {
            continue;
        }

        *some = 1;

        if (ngx_webhook_api_accept_any(&h[i].value, types)) {
            return 1;
        }
    }
}


/* 1 if a media range of the list is one of the types; an empty one is any. */

static ngx_uint_t
ngx_webhook_api_accept_any(ngx_str_t *value, const char **types)
{
    u_char     *p, *last;
    ngx_str_t   range;

    p = value->data;
    last = p + value->len;

    if (value->len == 0) {
        return ngx_strcmp(types[0], "*/*") == 0;
    }

    while (p < last) {
        ngx_webhook_api_token(&p, last, ',', &range);

        if (ngx_webhook_api_accept_range(range.data, range.data + range.len,
                                         types))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_api_accept_range(u_char *p, u_char *last, const char **types)
{
    ngx_str_t   type, param;
    ngx_uint_t  i, takes;

    ngx_webhook_api_token(&p, last, ';', &type);

    takes = 0;

    for (i = 0; types[i]; i++) {
        if (type.len == ngx_strlen(types[i])
            && ngx_strncasecmp(type.data, (u_char *) types[i], type.len) == 0)
        {
            takes = 1;
        }
    }

    /* "q=0", "q=0.000": it is not wanted */

    while (takes && p < last) {
        ngx_webhook_api_token(&p, last, ';', &param);

        if (param.len < 3 || (param.data[0] | 0x20) != 'q'
            || param.data[1] != '=')
        {
            continue;
        }

        takes = 0;

        for (i = 2; i < param.len; i++) {
            if (param.data[i] >= '1' && param.data[i] <= '9') {
                takes = 1;
            }
        }
    }

    return takes;
}


/* The text up to "end", or to the last, without blanks around it; *p goes
   behind it. */

static void
ngx_webhook_api_token(u_char **p, u_char *last, u_char end, ngx_str_t *token)
{
    u_char  *start, *stop;

    start = *p;
    stop = ngx_strlchr(start, last, end);

    if (stop == NULL) {
        stop = last;
    }

    *p = stop < last ? stop + 1 : last;

    while (start < stop && (*start == ' ' || *start == '\t')) {
        start++;
    }

    while (start < stop && (stop[-1] == ' ' || stop[-1] == '\t')) {
        stop--;
    }

    token->data = start;
    token->len = stop - start;
}


ngx_int_t
ngx_webhook_api_body_type(ngx_webhook_api_t *api)
{
    ngx_int_t   rc;
    ngx_str_t   value;
    ngx_uint_t  merge;

    static ngx_str_t  json = ngx_string("application/json");
    static ngx_str_t  both = ngx_string("application/merge-patch+json, "
                                        "application/json");

    rc = ngx_webhook_access_header(api->request, "content-encoding", &value);

    if (rc == NGX_ERROR
        || (rc == NGX_OK
            && !(value.len == 8
                 && ngx_strncasecmp(value.data, (u_char *) "identity", 8)
                    == 0)))
    {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                   "The body must not be compressed: send it without "
                   "Content-Encoding"));
    }

    merge = api->route->needs & NGX_WEBHOOK_API_MERGE;

    rc = ngx_webhook_access_header(api->request, "content-type", &value);

    if (rc == NGX_OK
        && (ngx_webhook_api_type_is(&value, "application/json")
            || (merge
                && ngx_webhook_api_type_is(&value,
                                           "application/merge-patch+json"))))
    {
        return NGX_OK;
    }

    rc = ngx_webhook_api_problem(api, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                 "The body has to be JSON in UTF-8, with "
                                 "\"Content-Type: application/json\"%s",
                                 merge ? " or \"application/merge-patch+json\""
                                       : "");

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_header(api, merge ? "Accept-Patch"
                                               : "Accept-Post",
                                    merge ? &both : &json);
    }

    return ngx_webhook_api_refused(rc);
}


/* 1 if it is that type, with no charset or that of JSON. */

static ngx_uint_t
ngx_webhook_api_type_is(ngx_str_t *value, const char *type)
{
    u_char     *p, *last;
    size_t      len;
    ngx_str_t   word;

    p = value->data;
    last = p + value->len;

    ngx_webhook_api_token(&p, last, ';', &word);

    if (word.len != ngx_strlen(type)
        || ngx_strncasecmp(word.data, (u_char *) type, word.len) != 0)
    {
        return 0;
    }

    len = sizeof("charset=") - 1;

    while (p < last) {
        ngx_webhook_api_token(&p, last, ';', &word);

        if (word.len < len
            || ngx_strncasecmp(word.data, (u_char *) "charset=", len) != 0)
        {
            continue;
        }

        word.data += len;
        word.len -= len;

        if (word.len > 1 && word.data[0] == '"') {
            word.data++;
            word.len -= 2;
        }

        if (word.len != 5
            || ngx_strncasecmp(word.data, (u_char *) "utf-8", 5) != 0)
        {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_webhook_api_if_match(ngx_webhook_api_t *api)
{
    off_t       n;
    ngx_int_t   rc;
    ngx_str_t   value;

    api->expect = WEBHOOK_OBJECT_ANY;

    if (!(api->route->needs & NGX_WEBHOOK_API_IF_MATCH)) {
        return NGX_OK;
    }

    rc = ngx_webhook_access_header(api->request, "if-match", &value);

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api, 428,
                   "If-Match is needed, with the ETag of what you read: so "
                   "that you change what you saw, and nothing that somebody "
                   "else has changed meanwhile"));
    }

    if (rc == NGX_OK && value.len == 1 && value.data[0] == '*') {
        return NGX_OK;
    }

    if (rc == NGX_OK && value.len > 2 && value.data[0] == '"'
        && value.data[value.len - 1] == '"')
    {
        n = ngx_atoof(value.data + 1, value.len - 2);

        if (n > 0) {
            api->expect = (uint64_t) n;
            return NGX_OK;
        }
    }

    return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
               NGX_HTTP_BAD_REQUEST,
               "If-Match has to be one ETag, as it was returned, such as "
               "\"7\" in its quotes, or *"));
}


ngx_int_t
ngx_webhook_api_once(ngx_webhook_api_t *api)
{
    ngx_int_t       rc;
    ngx_str_t       value, method;
    ngx_uint_t      i;
    webhook_str_t   caller;
    webhook_hash_t  hash;

    if (api->route->method != NGX_HTTP_POST) {
        return NGX_OK;
    }

    rc = ngx_webhook_access_header(api->request, "idempotency-key", &value);

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (rc == NGX_ERROR) {
        ngx_str_null(&value);
    }

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7e) {
            break;
        }
    }

    if (value.len == 0 || i < value.len || value.len > NGX_WEBHOOK_API_KEY_MAX)
    {
        return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
                   NGX_HTTP_BAD_REQUEST,
                   "Idempotency-Key has to be one text of 1 to %d printable "
                   "ASCII characters", NGX_WEBHOOK_API_KEY_MAX));
    }

    ngx_str_set(&method, "POST");

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, api->who.digest, sizeof(api->who.digest));
    webhook_hash_text(&hash, ngx_webhook_str(&method));
    webhook_hash_text(&hash, ngx_webhook_str(&api->frame->path));
    webhook_hash_text(&hash, ngx_webhook_str(&value));
    webhook_hash_end(&hash, api->once.key);

    caller.data = api->who.digest;
    caller.len = sizeof(api->who.digest);

    api->once.caller = webhook_id_name(&caller);
    api->once.keep = NGX_WEBHOOK_API_KEEP;

    return NGX_OK;
}
