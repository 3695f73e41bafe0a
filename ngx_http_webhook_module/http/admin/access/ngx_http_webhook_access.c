
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/access/ngx_http_webhook_access.h"
#include "http/admin/access/ngx_http_webhook_access_header.h"
#include "http/admin/access/ngx_http_webhook_access_token.h"
#include "core/base/webhook_hash.h"
#include "core/json/webhook_json_text.h"


#define NGX_WEBHOOK_MAY_ALL                                                   \
    (NGX_WEBHOOK_MAY_VIEW|NGX_WEBHOOK_MAY_SET|NGX_WEBHOOK_MAY_PAYLOAD)


static ngx_int_t ngx_webhook_access_bearer(ngx_http_request_t *r,
    ngx_str_t *token);
static ngx_int_t ngx_webhook_access_by_token(ngx_http_request_t *r,
    ngx_webhook_access_t *access, ngx_webhook_tokens_t *tokens,
    ngx_str_t *shown, const char **why);
static ngx_int_t ngx_webhook_access_by_rule(ngx_http_request_t *r,
    ngx_webhook_access_t *access, ngx_webhook_permission_t *rule,
    const char **why);
static ngx_int_t ngx_webhook_access_grants(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, ngx_uint_t bits, ngx_uint_t *may);
static ngx_int_t ngx_webhook_access_name(ngx_http_request_t *r,
    ngx_webhook_access_t *access, ngx_http_complex_value_t *cv);
static void ngx_webhook_access_digest(ngx_webhook_access_t *access);
static ngx_uint_t ngx_webhook_access_origin(ngx_http_request_t *r,
    ngx_str_t *origin);
static void ngx_webhook_access_host(ngx_str_t *text, const char *port,
    ngx_str_t *host);


ngx_int_t
ngx_webhook_access_find(ngx_http_request_t *r, ngx_webhook_access_t *access,
    const char **why)
{
    ngx_int_t                 rc;
    ngx_str_t                 token;
    ngx_webhook_loc_conf_t   *wlcf;
    ngx_webhook_main_conf_t  *wmcf;

    ngx_memzero(access, sizeof(ngx_webhook_access_t));

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wmcf->tokens == NULL && wlcf->permission == NULL) {
        *why = "Nobody may use this: the server's configuration has neither "
               "webhook_tokens nor webhook_permission";
        return NGX_HTTP_FORBIDDEN;
    }

    if (wmcf->tokens) {
        rc = ngx_webhook_access_bearer(r, &token);

        if (rc == NGX_OK) {
            rc = ngx_webhook_access_by_token(r, access, wmcf->tokens, &token,
                                             why);

            ngx_webhook_access_digest(access);

            return rc;
        }

        if (rc == NGX_ERROR) {
            *why = "There are several Authorization headers";
            return NGX_HTTP_UNAUTHORIZED;
        }
    }

    if (wlcf->permission) {
        rc = ngx_webhook_access_by_rule(r, access, wlcf->permission, why);

        ngx_webhook_access_digest(access);

        return rc;
    }

    *why = "A bearer token is needed: \"Authorization: Bearer TOKEN\"";

    return NGX_HTTP_UNAUTHORIZED;
}


/* NGX_OK and what is shown as a token; NGX_DECLINED where none is; NGX_ERROR
   where it is not clear which. */

static ngx_int_t
ngx_webhook_access_bearer(ngx_http_request_t *r, ngx_str_t *token)
{
    ngx_int_t  rc;
    ngx_str_t  value;

    rc = ngx_webhook_access_header(r, "authorization", &value);

    if (rc != NGX_OK) {
        return rc;
    }

    if (value.len < sizeof("Bearer") - 1
        || ngx_strncasecmp(value.data, (u_char *) "bearer",
                           sizeof("Bearer") - 1)
           != 0
        || (value.len > sizeof("Bearer") - 1
            && value.data[sizeof("Bearer") - 1] != ' '))
    {
        return NGX_DECLINED;
    }

    value.data += sizeof("Bearer") - 1;
    value.len -= sizeof("Bearer") - 1;

    while (value.len && value.data[0] == ' ') {
        value.data++;
        value.len--;
    }

    while (value.len && value.data[value.len - 1] == ' ') {
        value.len--;
    }

    *token = value;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_access_by_token(ngx_http_request_t *r,
    ngx_webhook_access_t *access, ngx_webhook_tokens_t *tokens,
    ngx_str_t *shown, const char **why)
{
    ngx_webhook_token_t  *token;

    token = ngx_webhook_tokens_find(tokens, shown);

    if (token == NULL) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "webhook api: a bearer token that is unknown or has "
                      "ended");

        access->token = 1;
        *why = "The bearer token is unknown or has ended";
        return NGX_HTTP_UNAUTHORIZED;
    }

    access->may = token->may;
    access->name = token->name;
    access->company = token->company;
    access->all = (token->company.len == 0);
    access->token = 1;
    access->known = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_access_by_rule(ngx_http_request_t *r, ngx_webhook_access_t *access,
    ngx_webhook_permission_t *rule, const char **why)
{
    if (ngx_webhook_access_grants(r, rule->setting, NGX_WEBHOOK_MAY_ALL,
                                  &access->may)
        != NGX_OK
        || ngx_webhook_access_grants(r, rule->view, NGX_WEBHOOK_MAY_VIEW,
                                     &access->may)
           != NGX_OK
        || ngx_webhook_access_grants(r, rule->payload, NGX_WEBHOOK_MAY_PAYLOAD,
                                     &access->may)
           != NGX_OK
        || ngx_webhook_access_name(r, access, rule->name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (rule->company == NULL) {
        access->all = 1;

    } else if (ngx_http_complex_value(r, rule->company, &access->company)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    access->known = access->name.len || access->company.len;

    if (!(access->may & NGX_WEBHOOK_MAY_VIEW)) {

        access->may = 0;

        if (access->known) {
            *why = "You may neither read nor change anything here";
            return NGX_HTTP_FORBIDDEN;
        }

        *why = "It is not known who you are";
        return NGX_HTTP_UNAUTHORIZED;
    }

    access->known = 1;

    if (rule->company && !ngx_webhook_company_valid(&access->company)) {

        access->may = 0;
        ngx_str_null(&access->company);

        *why = "It is not known which company you belong to";
        return NGX_HTTP_FORBIDDEN;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_access_grants(ngx_http_request_t *r, ngx_http_complex_value_t *cv,
    ngx_uint_t bits, ngx_uint_t *may)
{
    ngx_str_t  value;

    if (cv == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, cv, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (value.len && !(value.len == 1 && value.data[0] == '0')) {
        *may |= bits;
    }

    return NGX_OK;
}


/* A name that is no text, or moves a terminal, is shown as one is in a log. */

static ngx_int_t
ngx_webhook_access_name(ngx_http_request_t *r, ngx_webhook_access_t *access,
    ngx_http_complex_value_t *cv)
{
    u_char     *p, *last;
    ngx_int_t   len;
    ngx_str_t   name;

    if (cv == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, cv, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    p = name.data;
    last = p + name.len;

    while (p < last) {
        len = webhook_show_plain(p, last);

        if (len == 0) {
            break;
        }

        if (p + len > name.data + NGX_WEBHOOK_CALLER_MAX) {
            last = p;
            break;
        }

        p += len;
    }

    if (p < last) {
        access->name.data = ngx_pnalloc(r->pool, NGX_WEBHOOK_CALLER_MAX);
        if (access->name.data == NULL) {
            return NGX_ERROR;
        }

        access->name.len = webhook_show(access->name.data,
                                        NGX_WEBHOOK_CALLER_MAX, name.data,
                                        name.len);
        return NGX_OK;
    }

    access->name.data = name.data;
    access->name.len = last - name.data;

    return NGX_OK;
}


static void
ngx_webhook_access_digest(ngx_webhook_access_t *access)
{
    u_char          how;
    webhook_hash_t  hash;

    how = access->token | (access->all << 1);

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, &how, 1);
    webhook_hash_text(&hash, ngx_webhook_str(&access->name));
    webhook_hash_text(&hash, ngx_webhook_str(&access->company));
    webhook_hash_end(&hash, access->digest);
}


ngx_int_t
ngx_webhook_access_site(ngx_http_request_t *r, ngx_webhook_access_t *access,
    const char **why)
{
    ngx_int_t  rc;
    ngx_str_t  value;

    if (access->token) {

        /* no browser adds one by itself */

        return NGX_OK;
    }

    *why = "The request seems to come from a page of another site";

    rc = ngx_webhook_access_header(r, "sec-fetch-site", &value);

    if (rc == NGX_DECLINED) {
        rc = ngx_webhook_access_header(r, "origin", &value);

        if (rc == NGX_OK && ngx_webhook_access_origin(r, &value)) {
            return NGX_OK;
        }

        if (rc == NGX_DECLINED) {
            rc = ngx_webhook_access_header(r, "x-webhook-request", &value);

            if (rc == NGX_OK && value.len == 1 && value.data[0] == '1') {
                return NGX_OK;
            }

            *why = "A request that changes something and has no bearer token "
                   "has to have the header \"X-Webhook-Request: 1\"";
        }

    } else if (rc == NGX_OK && value.len == sizeof("same-origin") - 1
               && ngx_strncmp(value.data, "same-origin", value.len) == 0)
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "webhook api: a request to change something was refused: %s",
                  *why);

    return NGX_HTTP_FORBIDDEN;
}


/* Is it scheme, host and port that the request was sent to? */

static ngx_uint_t
ngx_webhook_access_origin(ngx_http_request_t *r, ngx_str_t *origin)
{
    ngx_str_t    scheme, one, two, rest;
    const char  *port;

    ngx_str_set(&scheme, "http://");
    port = ":80";

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        ngx_str_set(&scheme, "https://");
        port = ":443";
    }
#endif

    if (r->headers_in.host == NULL || origin->len <= scheme.len
        || ngx_strncasecmp(origin->data, scheme.data, scheme.len) != 0)
    {
        return 0;
    }

    rest.data = origin->data + scheme.len;
    rest.len = origin->len - scheme.len;

    ngx_webhook_access_host(&rest, port, &one);
    ngx_webhook_access_host(&r->headers_in.host->value, port, &two);

    return one.len && one.len == two.len
           && ngx_strncasecmp(one.data, two.data, one.len) == 0;
}


/* A host without the port that is its scheme's own. */

static void
ngx_webhook_access_host(ngx_str_t *text, const char *port, ngx_str_t *host)
{
    size_t  len;

    *host = *text;
    len = ngx_strlen(port);

    if (host->len > len
        && ngx_memcmp(host->data + host->len - len, port, len) == 0)
    {
        host->len -= len;
    }
}


ngx_uint_t
ngx_webhook_access_sees(ngx_webhook_access_t *access,
    const webhook_str_t *company)
{
    return access->all
           || (company->len
               && webhook_str_eq(ngx_webhook_str(&access->company), company));
}


void
ngx_webhook_access_whose(ngx_webhook_access_t *access,
    webhook_company_t *whose)
{
    ngx_memzero(whose, sizeof(webhook_company_t));

    if (access->all) {
        whose->which = WEBHOOK_COMPANY_ANY;
        return;
    }

    whose->which = WEBHOOK_COMPANY_ONE;
    whose->name = *ngx_webhook_str(&access->company);
}
