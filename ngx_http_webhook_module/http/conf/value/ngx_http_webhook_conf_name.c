
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"

#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_NAME_MAX  128


_Static_assert(offsetof(ngx_webhook_named_t, name)
               == offsetof(ngx_webhook_endpoint_t, name)
               && offsetof(ngx_webhook_named_t, source_pos)
                  == offsetof(ngx_webhook_endpoint_t, source_pos)
               && offsetof(ngx_webhook_named_t, name)
                  == offsetof(ngx_webhook_receiver_t, name)
               && offsetof(ngx_webhook_named_t, source_pos)
                  == offsetof(ngx_webhook_receiver_t, source_pos),
               "endpoints and receivers begin alike");


ngx_int_t
ngx_webhook_conf_named(ngx_webhook_build_t *b, ngx_webhook_named_t *named)
{
    u_char      c;
    ngx_str_t  *value;
    ngx_uint_t  i;

    value = b->args->elts;

    for (i = 0; i < value[1].len; i++) {
        c = value[1].data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
        {
            continue;
        }

        break;
    }

    if (i != value[1].len || i == 0 || i > NGX_WEBHOOK_NAME_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid name \"%V\" of \"%V\": it must be up to "
                             "%d letters, digits, \"_\", \"-\" and \".\"",
                             &value[1], &value[0], NGX_WEBHOOK_NAME_MAX);
        return NGX_ERROR;
    }

    if ((i > 2 && (ngx_strncmp(value[1].data, "ep_", 3) == 0
                   || ngx_strncmp(value[1].data, "rc_", 3) == 0))
        || ngx_strcmp(value[1].data, ".") == 0
        || ngx_strcmp(value[1].data, "..") == 0)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid name \"%V\" of \"%V\": it must neither "
                             "begin with \"ep_\" or \"rc_\", as the ids of "
                             "what is registered do, nor be \".\" or \"..\"",
                             &value[1], &value[0]);
        return NGX_ERROR;
    }

    named->id = webhook_id_name(ngx_webhook_str(&value[1]));
    named->name = value[1];

    ngx_webhook_conf_source_pos(b, &named->source_pos);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_conf_insert(ngx_webhook_build_t *b, ngx_array_t *array,
    ngx_webhook_named_t *named, ngx_str_t *what)
{
    ngx_uint_t             first, last, mid;
    ngx_webhook_named_t  **all, *other;

    all = array->elts;
    first = 0;
    last = array->nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (all[mid]->id < named->id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first < array->nelts && all[first]->id == named->id) {
        other = all[first];

        if (other->name.len == named->name.len
            && ngx_memcmp(other->name.data, named->name.data,
                          named->name.len)
               == 0)
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &named->source_pos,
                                 "%V \"%V\", defined in %s:%ui, is "
                                 "defined again", what, &named->name,
                                 other->source_pos.file,
                                 other->source_pos.line);

        } else {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &named->source_pos,
                                 "the name \"%V\" of \"%V\" has the "
                                 "same id as the name \"%V\" in "
                                 "%s:%ui: choose another",
                                 &named->name, what, &other->name,
                                 other->source_pos.file,
                                 other->source_pos.line);
        }

        return NGX_ERROR;
    }

    if (ngx_array_push(array) == NULL) {
        return NGX_ERROR;
    }

    all = array->elts;

    ngx_memmove(&all[first + 1], &all[first],
                (array->nelts - 1 - first) * sizeof(void *));

    all[first] = named;

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_conf_header_token(ngx_str_t *text)
{
    u_char      c;
    ngx_uint_t  i;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c <= 0x20 || c >= 0x7f
            || ngx_strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
        {
            return 0;
        }
    }

    return i != 0;
}


ngx_uint_t
ngx_webhook_conf_header_name(ngx_str_t *text)
{
    ngx_uint_t  i;

    /* what the dispatcher, the client or the protocol itself sets */

    static ngx_str_t  own[] = {
        ngx_string("Connection"),
        ngx_string("Content-Length"),
        ngx_string("Content-Type"),
        ngx_string("Expect"),
        ngx_string("Host"),
        ngx_string("Keep-Alive"),
        ngx_string("Proxy-Connection"),
        ngx_string("TE"),
        ngx_string("Trailer"),
        ngx_string("Transfer-Encoding"),
        ngx_string("Upgrade"),
        ngx_null_string
    };

    if (!ngx_webhook_conf_header_token(text)
        || text->len > NGX_WEBHOOK_NAME_MAX)
    {
        return 0;
    }

    for (i = 0; own[i].len; i++) {
        if (own[i].len == text->len
            && ngx_strncasecmp(own[i].data, text->data, text->len) == 0)
        {
            return 0;
        }
    }

    return text->len < sizeof("webhook-") - 1
           || ngx_strncasecmp(text->data, (u_char *) "webhook-",
                              sizeof("webhook-") - 1)
              != 0;
}


ngx_uint_t
ngx_webhook_endpoint_header_is(ngx_str_t *one, ngx_str_t *two)
{
    return one->len == two->len
           && ngx_strncasecmp(one->data, two->data, one->len) == 0;
}


ngx_module_t *
ngx_webhook_conf_module(ngx_webhook_build_t *b, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; b->cycle->modules[i]; i++) {
        if (b->cycle->modules[i]->type == NGX_HTTP_MODULE
            && ngx_strcmp(b->cycle->modules[i]->name, name) == 0)
        {
            return b->cycle->modules[i];
        }
    }

    return NULL;
}
