
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an authorization server answers.
 */

#include "http/net/auth/ngx_http_webhook_oauth2_int.h"

#include "core/json/webhook_json.h"


#define NGX_WEBHOOK_OAUTH2_LIFE    300          /* s, where it is not told */
#define NGX_WEBHOOK_OAUTH2_MAX     86400        /* s, whatever is told */
#define NGX_WEBHOOK_OAUTH2_MARGIN  30           /* s before its end, or a
                                                   tenth, that it is not used
                                                   any more */
#define NGX_WEBHOOK_OAUTH2_CODE    40           /* bytes shown of a code */


static ngx_int_t ngx_webhook_oauth2_type(webhook_json_doc_t *doc,
    webhook_json_value_t *root);
static ngx_int_t ngx_webhook_oauth2_take(ngx_webhook_oauth2_t *oauth2,
    webhook_json_doc_t *doc, webhook_json_value_t *root);
static ngx_uint_t ngx_webhook_oauth2_life(webhook_json_doc_t *doc,
    webhook_json_value_t *root);


/* Reads by spans: no copy of the token is left behind. */

ngx_int_t
ngx_webhook_oauth2_read(ngx_webhook_oauth2_t *oauth2, ngx_str_t *answer)
{
    ngx_int_t              rc;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;
    webhook_json_value_t   root;
    webhook_json_limits_t  limits;

    limits.max_depth = 8;
    limits.max_values = 1024;

    switch (webhook_json_read(ngx_webhook_str(answer), &limits, &doc, &err)) {
    case WEBHOOK_OK:
        break;

    case WEBHOOK_NOMEM:
        oauth2->fault = NGX_WEBHOOK_FAULT_LOCAL;
        ngx_webhook_oauth2_error(oauth2, "no memory");
        return NGX_ERROR;

    default:
        ngx_webhook_oauth2_error(oauth2, "the answer is not JSON: %s",
                                 err.what);
        return NGX_ERROR;
    }

    webhook_json_root(doc, &root);

    if (root.type != WEBHOOK_JSON_OBJECT) {
        ngx_webhook_oauth2_error(oauth2, "the answer is no JSON object");
        rc = NGX_ERROR;

    } else if (ngx_webhook_oauth2_type(doc, &root) != NGX_OK) {
        ngx_webhook_oauth2_error(oauth2, "it is not of type \"Bearer\"");
        rc = NGX_ERROR;

    } else {
        rc = ngx_webhook_oauth2_take(oauth2, doc, &root);
    }

    webhook_json_free(doc);

    return rc;
}


static ngx_int_t
ngx_webhook_oauth2_type(webhook_json_doc_t *doc, webhook_json_value_t *root)
{
    webhook_str_t         key = webhook_str("token_type");
    webhook_json_value_t  v;

    /* servers that do not tell mean this one */

    if (webhook_json_member(doc, root, &key, &v) != WEBHOOK_OK
        || v.type == WEBHOOK_JSON_NULL)
    {
        return NGX_OK;
    }

    if (v.type == WEBHOOK_JSON_STRING
        && v.span.len == sizeof("\"bearer\"") - 1
        && ngx_strncasecmp(v.span.data, (u_char *) "\"bearer\"",
                           sizeof("\"bearer\"") - 1)
           == 0)
    {
        return NGX_OK;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_webhook_oauth2_take(ngx_webhook_oauth2_t *oauth2, webhook_json_doc_t *doc,
    webhook_json_value_t *root)
{
    int                    rc;
    size_t                 i;
    ngx_uint_t             life;
    webhook_buf_t          token;
    webhook_str_t          key = webhook_str("access_token");
    webhook_json_value_t   v;

    if (webhook_json_member(doc, root, &key, &v) != WEBHOOK_OK
        || v.type != WEBHOOK_JSON_STRING)
    {
        ngx_webhook_oauth2_error(oauth2, "the answer has none");
        return NGX_ERROR;
    }

    webhook_buf_init(&token, NGX_WEBHOOK_OAUTH2_TOKEN);

    /* at once, so that nothing is left where the buffer grew */

    rc = webhook_buf_reserve(&token, ngx_min(v.span.len,
                                             NGX_WEBHOOK_OAUTH2_TOKEN));
    if (rc == WEBHOOK_OK) {
        rc = webhook_json_decode(&v.span, &token);
    }

    for (i = 0; i < token.len; i++) {
        if (token.data[i] <= 0x20 || token.data[i] >= 0x7f) {
            rc = WEBHOOK_ERROR;
        }
    }

    if (rc == WEBHOOK_OK && token.len) {
        ngx_memcpy(oauth2->access_token.data, token.data, token.len);

        oauth2->access_token.len = token.len;
        oauth2->generation++;

        life = ngx_webhook_oauth2_life(doc, root);
        oauth2->expires = oauth2->begun + life * 1000;

    } else if (rc == WEBHOOK_NOMEM) {
        oauth2->fault = NGX_WEBHOOK_FAULT_LOCAL;
        ngx_webhook_oauth2_error(oauth2, "no memory");
        rc = NGX_ERROR;

    } else {
        ngx_webhook_oauth2_error(oauth2, "it is empty, too long, or cannot "
                                 "stand in a header");
        rc = NGX_ERROR;
    }

    if (token.data) {
        ngx_explicit_memzero(token.data, token.size);
    }

    webhook_buf_free(&token);

    return rc == WEBHOOK_OK ? NGX_OK : NGX_ERROR;
}


/* How long a token is used, in seconds. */

static ngx_uint_t
ngx_webhook_oauth2_life(webhook_json_doc_t *doc, webhook_json_value_t *root)
{
    u_char                *p, *last;
    ngx_uint_t             n;
    webhook_str_t          key = webhook_str("expires_in");
    webhook_json_value_t   v;

    n = NGX_WEBHOOK_OAUTH2_LIFE;

    if (webhook_json_member(doc, root, &key, &v) == WEBHOOK_OK
        && (v.type == WEBHOOK_JSON_NUMBER || v.type == WEBHOOK_JSON_STRING))
    {
        p = v.span.data;
        last = p + v.span.len;

        if (*p == '"') {
            p++;
        }

        if (p < last && *p >= '0' && *p <= '9') {

            for (n = 0; p < last && *p >= '0' && *p <= '9'; p++) {
                n = ngx_min(n * 10 + (*p - '0'), NGX_WEBHOOK_OAUTH2_MAX);
            }
        }
    }

    n -= ngx_min(n / 10, NGX_WEBHOOK_OAUTH2_MARGIN);

    /* those who wait for it now have to get something */

    return ngx_max(n, 1);
}


void
ngx_webhook_oauth2_code(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_exchange_t *x)
{
    u_char                 c;
    size_t                 i, len;
    webhook_str_t          key = webhook_str("error");
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v;
    webhook_json_limits_t  limits;

    limits.max_depth = 8;
    limits.max_values = 1024;

    ngx_webhook_oauth2_error(oauth2, "status %ui", x->status);

    if (webhook_json_read(ngx_webhook_str(&x->answer), &limits, &doc, NULL)
        != WEBHOOK_OK)
    {
        return;
    }

    webhook_json_root(doc, &root);

    if (webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
        && v.type == WEBHOOK_JSON_STRING && v.span.len > 2)
    {
        len = v.span.len - 2;

        for (i = 0; i < len; i++) {
            c = v.span.data[1 + i];

            if (!((c >= 'a' && c <= 'z') || c == '_' || c == '-')) {
                break;
            }
        }

        if (i == len && len <= NGX_WEBHOOK_OAUTH2_CODE) {
            ngx_webhook_oauth2_error(oauth2, "status %ui, %*s", x->status, len,
                                     v.span.data + 1);
        }
    }

    webhook_json_free(doc);
}


void ngx_cdecl
ngx_webhook_oauth2_error(ngx_webhook_oauth2_t *oauth2, const char *fmt, ...)
{
    u_char   *p, *last;
    va_list   args;

    last = oauth2->text + NGX_WEBHOOK_OAUTH2_ERROR;

    p = ngx_slprintf(oauth2->text, last, "no token from \"%V\": ",
                     ngx_webhook_peer_host(oauth2->peer));

    va_start(args, fmt);
    p = ngx_vslprintf(p, last, fmt, args);
    va_end(args);

    oauth2->error.data = oauth2->text;
    oauth2->error.len = p - oauth2->text;
}
