
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From a URL and settings to a peer.
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
} ngx_webhook_url_t;


static ngx_int_t ngx_webhook_peer_split(ngx_webhook_build_t *b,
    ngx_str_t *text, ngx_webhook_source_pos_t *pos, ngx_webhook_url_t *url);
static ngx_int_t ngx_webhook_peer_uri(ngx_webhook_build_t *b,
    ngx_webhook_url_t *url, ngx_str_t *uri);
static ngx_int_t ngx_webhook_peer_tls(ngx_webhook_build_t *b,
    ngx_webhook_tls_t *tls, ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_peer_settle(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_peer_proxy(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_peer_key(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_uint_t ngx_webhook_peer_same(ngx_webhook_peer_t *one,
    ngx_webhook_peer_t *two);


ngx_webhook_peer_t *
ngx_webhook_peer_create(ngx_webhook_build_t *b, ngx_str_t *text,
    ngx_webhook_tls_t *tls, ngx_webhook_source_pos_t *pos, ngx_str_t *uri)
{
    ngx_url_t            u;
    ngx_uint_t           i;
    ngx_webhook_url_t    url;
    ngx_webhook_peer_t  *peer;

    if (ngx_webhook_peer_split(b, text, pos, &url) != NGX_OK
        || ngx_webhook_peer_uri(b, &url, uri) != NGX_OK)
    {
        return NULL;
    }

    peer = ngx_pcalloc(b->pool, sizeof(ngx_webhook_peer_t));
    if (peer == NULL) {
        return NULL;
    }

    peer->source_pos = *pos;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = url.authority;
    u.default_port = url.tls ? 443 : 80;
    u.no_resolve = 1;

    if (ngx_parse_url(b->pool, &u) != NGX_OK) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "%s in the URL "
                             "\"%V://%V\"",
                             u.err ? u.err : "no memory", &url.scheme,
                             &url.authority);
        return NULL;
    }

    peer->authority = url.authority;
    peer->secure = url.tls;
    peer->local = url.local;
    peer->port = url.local ? 0 : u.port;
    peer->no_port = u.no_port;
    peer->literal = (u.naddrs != 0);

    if (url.local) {
        ngx_str_set(&peer->name, "localhost");
        peer->host = peer->name;

    } else {
        peer->name.len = u.host.len;
        peer->name.data = ngx_pnalloc(b->pool, u.host.len + 1);
        if (peer->name.data == NULL) {
            return NULL;
        }

        ngx_strlow(peer->name.data, u.host.data, u.host.len);
        peer->name.data[u.host.len] = '\0';

        peer->host = peer->name;

        if (u.port != u.default_port) {
            peer->host.data = ngx_pnalloc(b->pool,
                                      u.host.len + sizeof(":65535") - 1);
            if (peer->host.data == NULL) {
                return NULL;
            }

            peer->host.len = ngx_sprintf(peer->host.data, "%V:%ui",
                                         &peer->name, (ngx_uint_t) u.port)
                               - peer->host.data;
        }
    }

    if (url.tls && ngx_webhook_peer_tls(b, tls, peer) != NGX_OK) {
        return NULL;
    }

    if (ngx_array_init(&peer->servers, b->pool, ngx_max(u.naddrs, 1),
                       sizeof(ngx_webhook_server_t))
        != NGX_OK)
    {
        return NULL;
    }

    for (i = 0; i < u.naddrs; i++) {
        if (ngx_webhook_peer_server(peer, &u.addrs[i], 1, 0) != NGX_OK) {
            return NULL;
        }
    }

    ngx_queue_init(&peer->idle);

    return peer;
}


void
ngx_webhook_peer_egress(ngx_webhook_peer_t *peer,
    const webhook_address_rules_t *rules, ngx_webhook_proxy_t *proxy)
{
    peer->rules = rules;
    peer->proxy_conf = proxy;
}


/* Messages show no more of a URL than its host: the rest may be secret. */

static ngx_int_t
ngx_webhook_peer_split(ngx_webhook_build_t *b, ngx_str_t *text,
    ngx_webhook_source_pos_t *pos, ngx_webhook_url_t *url)
{
    u_char  *p, *last;

    ngx_memzero(url, sizeof(ngx_webhook_url_t));

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
        ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "a URL has to "
                             "begin with \"http://\" or \"https://\" "
                             "and name a host");
        return NGX_ERROR;
    }

    url->authority.data = p;

    if (last - p > 5 && ngx_strncasecmp(p, (u_char *) "unix:", 5) == 0) {
        if (b->registered) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "a URL with \"unix:\" "
                                 "can be set only in nginx.conf");
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
                ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "a "
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
            ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "the byte "
                                 "0x%02Xi in the URL of host \"%V\" "
                                 "has to be percent-encoded", (ngx_int_t) *p,
                                 &url->authority);
            return NGX_ERROR;
        }

        if (*p == '#') {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, pos, "the URL "
                                 "of host \"%V\" has a fragment "
                                 "(\"#\"), which cannot be sent",
                                 &url->authority);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_peer_uri(ngx_webhook_build_t *b, ngx_webhook_url_t *url,
    ngx_str_t *uri)
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
ngx_webhook_peer_tls(ngx_webhook_build_t *b, ngx_webhook_tls_t *tls,
    ngx_webhook_peer_t *peer)
{
    u_char      *p;
    ngx_str_t   *files[4];
    ngx_uint_t   i;

    peer->tls.verify = 1;

    if (tls) {
        peer->tls = *tls;

        if (tls->verify == NGX_CONF_UNSET) {
            peer->tls.verify = 1;
        }
    }

    if (peer->tls.name.len == 0) {
        peer->tls.name = peer->name;

    } else {
        p = ngx_pnalloc(b->pool, peer->tls.name.len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_strlow(p, peer->tls.name.data, peer->tls.name.len);
        p[peer->tls.name.len] = '\0';
        peer->tls.name.data = p;
    }

    /* an authority that is not asked makes no difference */

    if (!peer->tls.verify) {
        peer->tls.ca.len = 0;
    }

    files[0] = &peer->tls.ca;
    files[1] = &peer->tls.cert;
    files[2] = &peer->tls.key;
    files[3] = &peer->tls.passwords;

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
 * Settles rules (NULL if they refuse nothing) and proxy of a peer, before
 * its key is made.
 */

static ngx_int_t
ngx_webhook_peer_settle(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    if (peer->rules && !ngx_webhook_egress_refuses(peer->rules)) {
        peer->rules = NULL;
    }

    if (peer->proxy_conf == NULL || peer->proxy_conf->url.len == 0) {
        return NGX_OK;
    }

    return ngx_webhook_peer_proxy(b, peer);
}


/* A proxy is a peer like any other, but nothing is sent to it but CONNECT. */

static ngx_int_t
ngx_webhook_peer_proxy(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_str_t             uri;
    ngx_webhook_proxy_t  *proxy;
    ngx_webhook_peer_t   *via;

    proxy = peer->proxy_conf;

    if (peer->local) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &proxy->source_pos, "a "
                             "unix socket cannot be reached through a "
                             "proxy");
        return NGX_ERROR;
    }

    if (proxy->url.len < 7
        || ngx_strncasecmp(proxy->url.data, (u_char *) "http://", 7) != 0)
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &proxy->source_pos, "a "
                             "proxy is named as \"http://host:port\"");
        return NGX_ERROR;
    }

    via = ngx_webhook_peer_create(b, &proxy->url, NULL, &proxy->source_pos,
                                  &uri);
    if (via == NULL) {
        return NGX_ERROR;
    }

    if (uri.len != 1) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &proxy->source_pos, "the "
                             "URL of a proxy may not have a path or "
                             "arguments");
        return NGX_ERROR;
    }

    if (ngx_webhook_peer_init(b, &via) != NGX_OK) {
        return NGX_ERROR;
    }

    peer->proxy = via;
    peer->proxy_auth = proxy->auth;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_peer_key(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    u_char             *p;
    size_t              len;
    ngx_str_t          *host;
    ngx_webhook_tls_t  *tls;

    tls = &peer->tls;
    host = peer->local ? &peer->authority : &peer->name;

    len = sizeof("https://:65535|0|||||") - 1 + host->len + tls->name.len
          + tls->ca.len + tls->cert.len + tls->key.len + tls->passwords.len
          + ngx_webhook_egress_key_len(peer);

    p = ngx_pnalloc(b->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    peer->key.data = p;

    /* "pos" and "pos:80" are two: the first may name an upstream {} */

    p = ngx_sprintf(p, "http%s://%V", peer->secure ? "s" : "", host);

    if (!peer->local && !peer->no_port) {
        p = ngx_sprintf(p, ":%ui", (ngx_uint_t) peer->port);
    }

    if (peer->secure) {
        p = ngx_sprintf(p, "|%V|%i|%V|%V|%V|%V", &tls->name, tls->verify,
                        &tls->ca, &tls->cert, &tls->key, &tls->passwords);
    }

    p = ngx_webhook_egress_key(p, peer);

    peer->key.len = p - peer->key.data;

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_peer_same(ngx_webhook_peer_t *one, ngx_webhook_peer_t *two)
{
    return one->key.len == two->key.len
           && ngx_memcmp(one->key.data, two->key.data, one->key.len) == 0
           && one->proxy_auth.len == two->proxy_auth.len
           && CRYPTO_memcmp(one->proxy_auth.data, two->proxy_auth.data,
                            one->proxy_auth.len)
              == 0;
}


ngx_int_t
ngx_webhook_peer_init(ngx_webhook_build_t *b, ngx_webhook_peer_t **targetp)
{
    ngx_uint_t            i;
    ngx_webhook_peer_t   *peer, **peers, **slot;

    peer = *targetp;

    if (peer->ready) {
        return NGX_OK;
    }

    if (*b->peers == NULL) {
        *b->peers = ngx_array_create(b->pool, 4, sizeof(ngx_webhook_peer_t *));
        if (*b->peers == NULL) {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_peer_settle(b, peer) != NGX_OK
        || ngx_webhook_peer_key(b, peer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    peers = (*b->peers)->elts;

    for (i = 0; i < (*b->peers)->nelts; i++) {

        if (ngx_webhook_peer_same(peers[i], peer)) {
            *targetp = peers[i];
            return NGX_OK;
        }
    }

    if (peer->secure
        && ngx_webhook_tls_create(b, peer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webhook_peer_addresses(b, peer) != NGX_OK
        || ngx_webhook_egress_check(b, peer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    slot = ngx_array_push(*b->peers);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = peer;
    peer->ready = 1;

    return NGX_OK;
}


ngx_str_t *
ngx_webhook_peer_host(ngx_webhook_peer_t *peer)
{
    return &peer->host;
}
