
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From a URL and settings to a target.
 */

#include "http/model/ngx_http_webhook.h"
#include "http/net/peer/ngx_http_webhook_peer_int.h"
#include "http/net/peer/ngx_http_webhook_egress.h"
#include "http/net/peer/ngx_http_webhook_tls.h"


typedef struct {
    ngx_str_t      scheme;
    ngx_str_t      authority;       /* host:port or unix:PATH */
    ngx_str_t      rest;            /* path and arguments, or empty */
    unsigned       tls:1;
    unsigned       local:1;         /* unix: */
} ngx_http_webhook_url_t;


static ngx_int_t ngx_http_webhook_target_split(ngx_http_webhook_build_t *b,
    ngx_str_t *text, ngx_http_webhook_place_t *place,
    ngx_http_webhook_url_t *url);
static ngx_int_t ngx_http_webhook_target_uri(ngx_http_webhook_build_t *b,
    ngx_http_webhook_url_t *url, ngx_str_t *uri);
static ngx_int_t ngx_http_webhook_target_tls(ngx_http_webhook_build_t *b,
    ngx_http_webhook_tls_t *tls, ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_target_settle(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_target_proxy(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_target_key(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_uint_t ngx_http_webhook_target_same(ngx_http_webhook_target_t *one,
    ngx_http_webhook_target_t *two);


ngx_http_webhook_target_t *
ngx_http_webhook_target_create(ngx_http_webhook_build_t *b, ngx_str_t *text,
    ngx_http_webhook_tls_t *tls, ngx_http_webhook_place_t *place,
    ngx_str_t *uri)
{
    ngx_url_t                   u;
    ngx_uint_t                  i;
    ngx_http_webhook_url_t      url;
    ngx_http_webhook_target_t  *target;

    if (ngx_http_webhook_target_split(b, text, place, &url) != NGX_OK
        || ngx_http_webhook_target_uri(b, &url, uri) != NGX_OK)
    {
        return NULL;
    }

    target = ngx_pcalloc(b->pool, sizeof(ngx_http_webhook_target_t));
    if (target == NULL) {
        return NULL;
    }

    target->place = *place;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = url.authority;
    u.default_port = url.tls ? 443 : 80;
    u.no_resolve = 1;

    if (ngx_parse_url(b->pool, &u) != NGX_OK) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "%s in the URL "
                                  "\"%V://%V\"",
                                  u.err ? u.err : "no memory", &url.scheme,
                                  &url.authority);
        return NULL;
    }

    target->authority = url.authority;
    target->secure = url.tls;
    target->local = url.local;
    target->port = url.local ? 0 : u.port;
    target->no_port = u.no_port;
    target->literal = (u.naddrs != 0);

    if (url.local) {
        ngx_str_set(&target->name, "localhost");
        target->host = target->name;

    } else {
        target->name.len = u.host.len;
        target->name.data = ngx_pnalloc(b->pool, u.host.len + 1);
        if (target->name.data == NULL) {
            return NULL;
        }

        ngx_strlow(target->name.data, u.host.data, u.host.len);
        target->name.data[u.host.len] = '\0';

        target->host = target->name;

        if (u.port != u.default_port) {
            target->host.data = ngx_pnalloc(b->pool,
                                      u.host.len + sizeof(":65535") - 1);
            if (target->host.data == NULL) {
                return NULL;
            }

            target->host.len = ngx_sprintf(target->host.data, "%V:%ui",
                                           &target->name, (ngx_uint_t) u.port)
                               - target->host.data;
        }
    }

    if (url.tls && ngx_http_webhook_target_tls(b, tls, target) != NGX_OK) {
        return NULL;
    }

    if (ngx_array_init(&target->servers, b->pool, ngx_max(u.naddrs, 1),
                       sizeof(ngx_http_webhook_server_t))
        != NGX_OK)
    {
        return NULL;
    }

    for (i = 0; i < u.naddrs; i++) {
        if (ngx_http_webhook_target_server(target, &u.addrs[i], 1, 0)
            != NGX_OK)
        {
            return NULL;
        }
    }

    ngx_queue_init(&target->idle);

    return target;
}


void
ngx_http_webhook_target_egress(ngx_http_webhook_target_t *target,
    const webhook_address_rules_t *rules, ngx_http_webhook_proxy_t *proxy)
{
    target->rules = rules;
    target->proxy_conf = proxy;
}


/* Messages show no more of a URL than its host: the rest may be secret. */

static ngx_int_t
ngx_http_webhook_target_split(ngx_http_webhook_build_t *b, ngx_str_t *text,
    ngx_http_webhook_place_t *place, ngx_http_webhook_url_t *url)
{
    u_char  *p, *last;

    ngx_memzero(url, sizeof(ngx_http_webhook_url_t));

    p = text->data;
    last = p + text->len;

    url->scheme.data = p;

    if (text->len > 7 && ngx_strncasecmp(p, (u_char *) "http://", 7) == 0) {
        url->scheme.len = 4;
        p += 7;

    } else if (text->len > 8
               && ngx_strncasecmp(p, (u_char *) "https://", 8) == 0)
    {
        url->scheme.len = 5;
        url->tls = 1;
        p += 8;

    } else {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "a URL has to "
                                  "begin with \"http://\" or \"https://\" "
                                  "and name a host");
        return NGX_ERROR;
    }

    url->authority.data = p;

    if (last - p > 5 && ngx_strncasecmp(p, (u_char *) "unix:", 5) == 0) {
        if (b->registered) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "a URL with "
                                      "\"unix:\" can be set in nginx.conf "
                                      "alone");
            return NGX_ERROR;
        }

        url->local = 1;

        p = ngx_strlchr(p + 5, last, ':');

        if (p == NULL) {
            p = last;
        }

        url->authority.len = p - url->authority.data;

        if (p < last) {
            p++;
        }

    } else {

        while (p < last && *p != '/' && *p != '?' && *p != '#') {

            if (*p == '@') {
                ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "a "
                                          "user or password in a URL is "
                                          "not supported: set a \"header\" "
                                          "instead");
                return NGX_ERROR;
            }

            p++;
        }

        url->authority.len = p - url->authority.data;
    }

    url->rest.data = p;
    url->rest.len = last - p;

    for (p = text->data; p < last; p++) {

        if (*p <= ' ' || *p >= 0x7f || *p == '"' || *p == '<' || *p == '>') {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "the byte "
                                      "0x%02Xi in the URL of host \"%V\" "
                                      "has to be percent-encoded",
                                      (ngx_int_t) *p, &url->authority);
            return NGX_ERROR;
        }

        if (*p == '#') {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, place, "the URL "
                                      "of host \"%V\" has a fragment "
                                      "(\"#\"), which cannot be sent",
                                      &url->authority);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_target_uri(ngx_http_webhook_build_t *b,
    ngx_http_webhook_url_t *url, ngx_str_t *uri)
{
    u_char  *p;

    if (url->rest.len && url->rest.data[0] == '/') {
        *uri = url->rest;
        return NGX_OK;
    }

    p = ngx_pnalloc(b->pool, url->rest.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    uri->len = url->rest.len + 1;
    uri->data = p;

    *p++ = '/';
    ngx_memcpy(p, url->rest.data, url->rest.len);

    return NGX_OK;
}


/* Copies the settings and fills in what follows from the URL. */

static ngx_int_t
ngx_http_webhook_target_tls(ngx_http_webhook_build_t *b,
    ngx_http_webhook_tls_t *tls, ngx_http_webhook_target_t *target)
{
    u_char      *p;
    ngx_str_t   *files[4];
    ngx_uint_t   i;

    target->tls.verify = 1;

    if (tls) {
        target->tls = *tls;

        if (tls->verify == NGX_CONF_UNSET) {
            target->tls.verify = 1;
        }
    }

    if (target->tls.name.len == 0) {
        target->tls.name = target->name;

    } else {
        p = ngx_pnalloc(b->pool, target->tls.name.len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_strlow(p, target->tls.name.data, target->tls.name.len);
        p[target->tls.name.len] = '\0';
        target->tls.name.data = p;
    }

    /* an authority that is not asked makes no difference */

    if (!target->tls.verify) {
        target->tls.ca.len = 0;
    }

    files[0] = &target->tls.ca;
    files[1] = &target->tls.cert;
    files[2] = &target->tls.key;
    files[3] = &target->tls.passwords;

    for (i = 0; i < 4; i++) {
        if (files[i]->len
            && ngx_conf_full_name(b->cycle, files[i], 1) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * Settles rules (NULL if they refuse nothing) and proxy of a target, before
 * its key is made.
 */

static ngx_int_t
ngx_http_webhook_target_settle(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    if (target->rules && !ngx_http_webhook_egress_refuses(target->rules)) {
        target->rules = NULL;
    }

    if (target->proxy_conf == NULL || target->proxy_conf->url.len == 0) {
        return NGX_OK;
    }

    return ngx_http_webhook_target_proxy(b, target);
}


/* A proxy is a target like any other, but nothing is sent to it but CONNECT. */

static ngx_int_t
ngx_http_webhook_target_proxy(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_str_t                   uri;
    ngx_http_webhook_proxy_t   *proxy;
    ngx_http_webhook_target_t  *via;

    proxy = target->proxy_conf;

    if (target->local) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &proxy->place, "a "
                                  "unix socket cannot be reached through a "
                                  "proxy");
        return NGX_ERROR;
    }

    if (proxy->url.len < 7
        || ngx_strncasecmp(proxy->url.data, (u_char *) "http://", 7) != 0)
    {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &proxy->place, "a "
                                  "proxy is named as \"http://host:port\"");
        return NGX_ERROR;
    }

    via = ngx_http_webhook_target_create(b, &proxy->url, NULL, &proxy->place,
                                         &uri);
    if (via == NULL) {
        return NGX_ERROR;
    }

    if (uri.len != 1) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &proxy->place, "the "
                                  "URL of a proxy may not have a path or "
                                  "arguments");
        return NGX_ERROR;
    }

    if (ngx_http_webhook_target_init(b, &via) != NGX_OK) {
        return NGX_ERROR;
    }

    target->proxy = via;
    target->proxy_auth = proxy->auth;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_target_key(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    u_char                  *p;
    size_t                   len;
    ngx_str_t               *host;
    ngx_http_webhook_tls_t  *tls;

    tls = &target->tls;
    host = target->local ? &target->authority : &target->name;

    len = sizeof("https://:65535|0|||||") - 1 + host->len + tls->name.len
          + tls->ca.len + tls->cert.len + tls->key.len + tls->passwords.len
          + ngx_http_webhook_egress_key_len(target);

    p = ngx_pnalloc(b->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    target->key.data = p;

    /* "pos" and "pos:80" are two: the first may name an upstream {} */

    p = ngx_sprintf(p, "http%s://%V", target->secure ? "s" : "", host);

    if (!target->local && !target->no_port) {
        p = ngx_sprintf(p, ":%ui", (ngx_uint_t) target->port);
    }

    if (target->secure) {
        p = ngx_sprintf(p, "|%V|%i|%V|%V|%V|%V", &tls->name, tls->verify,
                        &tls->ca, &tls->cert, &tls->key, &tls->passwords);
    }

    p = ngx_http_webhook_egress_key(p, target);

    target->key.len = p - target->key.data;

    return NGX_OK;
}


static ngx_uint_t
ngx_http_webhook_target_same(ngx_http_webhook_target_t *one,
    ngx_http_webhook_target_t *two)
{
    return one->key.len == two->key.len
           && ngx_memcmp(one->key.data, two->key.data, one->key.len) == 0
           && one->proxy_auth.len == two->proxy_auth.len
           && CRYPTO_memcmp(one->proxy_auth.data, two->proxy_auth.data,
                            one->proxy_auth.len)
              == 0;
}


ngx_int_t
ngx_http_webhook_target_init(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t **targetp)
{
    ngx_uint_t                   i;
    ngx_http_webhook_target_t   *target, **targets, **slot;

    target = *targetp;

    if (target->ready) {
        return NGX_OK;
    }

    if (*b->targets == NULL) {
        *b->targets = ngx_array_create(b->pool, 4,
                                       sizeof(ngx_http_webhook_target_t *));
        if (*b->targets == NULL) {
            return NGX_ERROR;
        }
    }

    if (ngx_http_webhook_target_settle(b, target) != NGX_OK
        || ngx_http_webhook_target_key(b, target) != NGX_OK)
    {
        return NGX_ERROR;
    }

    targets = (*b->targets)->elts;

    for (i = 0; i < (*b->targets)->nelts; i++) {

        if (ngx_http_webhook_target_same(targets[i], target)) {
            *targetp = targets[i];
            return NGX_OK;
        }
    }

    if (target->secure
        && ngx_http_webhook_tls_create(b, target) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_webhook_target_addresses(b, target) != NGX_OK
        || ngx_http_webhook_egress_check(b, target) != NGX_OK)
    {
        return NGX_ERROR;
    }

    slot = ngx_array_push(*b->targets);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = target;
    target->ready = 1;

    return NGX_OK;
}


ngx_str_t *
ngx_http_webhook_target_host(ngx_http_webhook_target_t *target)
{
    return &target->host;
}
