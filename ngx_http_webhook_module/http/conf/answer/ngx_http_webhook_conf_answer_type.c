
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/answer/ngx_http_webhook_conf_answer_type.h"


static ngx_uint_t ngx_webhook_type_media(ngx_str_t *type, ngx_str_t *media);
static size_t ngx_webhook_type_token(u_char *p, u_char *last);
static ngx_uint_t ngx_webhook_type_is(ngx_str_t *media, const char *name);
static ngx_uint_t ngx_webhook_type_ends(ngx_str_t *media, const char *end);


ngx_int_t
ngx_webhook_conf_answer_type(ngx_webhook_build_t *b, ngx_str_t *type)
{
    ngx_str_t   media;
    ngx_uint_t  i;

    /* parts of the names of types that a browser would run, or take apart */

    static char *active[] = {
        "html", "svg", "script", "xsl", "multipart/", NULL
    };

    if (!ngx_webhook_type_media(type, &media)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid type \"%V\", it is written as in "
                              "\"text/xml\" or \"text/xml; charset=utf-8\"; "
                              "there is no other charset", type);
        return NGX_ERROR;
    }

    for (i = 0; active[i]; i++) {
        if (ngx_strlcasestrn(media.data, media.data + media.len,
                             (u_char *) active[i], ngx_strlen(active[i]) - 1))
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "the type \"%V\" cannot be answered: a "
                                  "sender is a program, and a browser would "
                                  "run what is in it", type);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


webhook_template_kind_e
ngx_webhook_conf_answer_kind(ngx_str_t *type)
{
    ngx_str_t  media;

    if (type->len == 0) {
        return WEBHOOK_TEMPLATE_JSON;
    }

    (void) ngx_webhook_type_media(type, &media);

    if (ngx_webhook_type_is(&media, "application/json")
        || ngx_webhook_type_is(&media, "text/json")
        || ngx_webhook_type_ends(&media, "+json"))
    {
        return WEBHOOK_TEMPLATE_JSON;
    }

    if (ngx_webhook_type_is(&media, "application/xml")
        || ngx_webhook_type_is(&media, "text/xml")
        || ngx_webhook_type_ends(&media, "+xml"))
    {
        return WEBHOOK_TEMPLATE_XML;
    }

    return WEBHOOK_TEMPLATE_TEXT;
}


ngx_uint_t
ngx_webhook_conf_answer_values(ngx_str_t *type)
{
    ngx_str_t  media;

    if (ngx_webhook_conf_answer_kind(type) != WEBHOOK_TEMPLATE_TEXT) {
        return 1;
    }

    (void) ngx_webhook_type_media(type, &media);

    return ngx_webhook_type_is(&media, "text/plain");
}


/* The type without its charset; 0 if it is written in another way. */

static ngx_uint_t
ngx_webhook_type_media(ngx_str_t *type, ngx_str_t *media)
{
    u_char  *p, *last;
    size_t   n;

    static u_char  charset[] = "charset=utf-8";

    p = type->data;
    last = p + type->len;

    *media = *type;

    n = ngx_webhook_type_token(p, last);
    p += n;

    if (n == 0 || p == last || *p != '/') {
        return 0;
    }

    p++;

    n = ngx_webhook_type_token(p, last);
    p += n;

    if (n == 0 || type->len > NGX_WEBHOOK_ANSWER_TYPE_MAX) {
        return 0;
    }

    media->len = p - type->data;

    if (p == last) {
        return 1;
    }

    if (*p++ != ';') {
        return 0;
    }

    while (p < last && *p == ' ') {
        p++;
    }

    return (size_t) (last - p) == sizeof(charset) - 1
           && ngx_strncasecmp(p, charset, sizeof(charset) - 1) == 0;
}


static size_t
ngx_webhook_type_token(u_char *p, u_char *last)
{
    u_char  *start;

    for (start = p; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z')
            && (*p < '0' || *p > '9')
            && (*p == '\0' || ngx_strchr("!#$&^_.+-", *p) == NULL))
        {
            break;
        }
    }

    return p - start;
}


static ngx_uint_t
ngx_webhook_type_is(ngx_str_t *media, const char *name)
{
    return media->len == ngx_strlen(name)
           && ngx_strncasecmp(media->data, (u_char *) name, media->len) == 0;
}


static ngx_uint_t
ngx_webhook_type_ends(ngx_str_t *media, const char *end)
{
    size_t  len;

    len = ngx_strlen(end);

    return media->len > len
           && ngx_strncasecmp(media->data + media->len - len, (u_char *) end,
                              len)
              == 0;
}
