
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The servers of a peer: where they come from, and which comes next.
 */

#include "http/model/ngx_http_webhook.h"
#include "http/net/peer/ngx_http_webhook_peer_int.h"


static ngx_http_upstream_srv_conf_t *ngx_webhook_peer_upstream(
    ngx_webhook_build_t *b, ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_peer_servers(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer, ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_webhook_peer_look_up(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_peer_choose(ngx_webhook_peer_t *peer,
    ngx_uint_t *tried, ngx_uint_t n, ngx_uint_t backup, ngx_uint_t resting);


ngx_int_t
ngx_webhook_peer_addresses(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_http_upstream_srv_conf_t  *us;

    if (peer->literal) {
        return NGX_OK;
    }

    us = ngx_webhook_peer_upstream(b, peer);

    if (us) {

        if (!peer->no_port) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                                 "upstream \"%V\" may not have port "
                                 "%ui", &peer->name, (ngx_uint_t) peer->port);
            return NGX_ERROR;
        }

        return ngx_webhook_peer_servers(b, peer, us);
    }

    /* A proxy may know names that we do not. */

    if (peer->proxy && peer->rules == NULL) {
        peer->by_name = 1;
        return NGX_OK;
    }

    if (b->resolver) {
        peer->resolver = b->resolver;
        peer->resolver_timeout = b->resolver_timeout;
        return NGX_OK;
    }

    return ngx_webhook_peer_look_up(b, peer);
}


static ngx_http_upstream_srv_conf_t *
ngx_webhook_peer_upstream(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_uint_t                       i;
    ngx_http_upstream_srv_conf_t   **uscfp;

    if (b->upstreams == NULL) {
        return NULL;
    }

    uscfp = b->upstreams->elts;

    for (i = 0; i < b->upstreams->nelts; i++) {

        if ((uscfp[i]->flags & NGX_HTTP_UPSTREAM_CREATE)
            && uscfp[i]->host.len == peer->name.len
            && ngx_strncasecmp(uscfp[i]->host.data, peer->name.data,
                               peer->name.len)
               == 0)
        {
            return uscfp[i];
        }
    }

    return NULL;
}


/* The servers of an upstream {}, but for those that are down. */

static ngx_int_t
ngx_webhook_peer_servers(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_uint_t                   i, j;
    ngx_http_upstream_server_t  *server;

    server = us->servers ? us->servers->elts : NULL;

    for (i = 0; server && i < us->servers->nelts; i++) {

        if (server[i].down) {
            continue;
        }

#if (NGX_HTTP_UPSTREAM_ZONE && nginx_version >= 1027003)

        /* its only address has a port and nothing else */

        if (server[i].host.len) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                                 "server \"%V\" of upstream \"%V\" has "
                                 "\"resolve\", which only proxied requests can "
                                 "use: write its name in place of the "
                                 "upstream's", &server[i].name, &peer->name);
            return NGX_ERROR;
        }

#endif

        for (j = 0; j < server[i].naddrs; j++) {

            if (ngx_webhook_peer_server(peer, &server[i].addrs[j],
                                        server[i].weight, server[i].backup)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (peer->servers.nelts == 0) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                             "upstream \"%V\" has no server that can "
                             "be used", &peer->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Without a resolver names are looked up now, as for proxy_pass. */

static ngx_int_t
ngx_webhook_peer_look_up(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_url_t   u;
    ngx_uint_t  i;

    if (b->registered) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                             "\"%V\" cannot be looked up: there is no "
                             "\"resolver\" in http {}", &peer->name);
        return NGX_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.host = peer->name;
    u.port = peer->port;

    if (ngx_inet_resolve_host(b->pool, &u) != NGX_OK) {

        if (u.err) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                                 "%s: \"%V\" (name its server, or set "
                                 "\"resolver\" in http {} to look "
                                 "names up later)", u.err, &peer->name);
        }

        return NGX_ERROR;
    }

    for (i = 0; i < u.naddrs; i++) {
        if (ngx_webhook_peer_server(peer, &u.addrs[i], 1, 0) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_peer_server(ngx_webhook_peer_t *peer, ngx_addr_t *addr,
    ngx_int_t weight, ngx_uint_t backup)
{
    ngx_webhook_server_t  *server;

    server = ngx_array_push(&peer->servers);
    if (server == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(server, sizeof(ngx_webhook_server_t));

    server->sockaddr = addr->sockaddr;
    server->socklen = addr->socklen;
    server->name = addr->name;
    server->weight = weight;
    server->backup = backup;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_peer_next(ngx_webhook_peer_t *peer, ngx_uint_t *tried,
    ngx_uint_t n)
{
    ngx_int_t   i;
    ngx_uint_t  resting, backup;

    for (resting = 0; resting < 2; resting++) {
        for (backup = 0; backup < 2; backup++) {

            i = ngx_webhook_peer_choose(peer, tried, n, backup, resting);
            if (i != NGX_ERROR) {
                return i;
            }
        }
    }

    return NGX_ERROR;
}


/* Smooth weighted round robin among the servers of one kind. */

static ngx_int_t
ngx_webhook_peer_choose(ngx_webhook_peer_t *peer, ngx_uint_t *tried,
    ngx_uint_t n, ngx_uint_t backup, ngx_uint_t resting)
{
    ngx_int_t              best, total;
    ngx_uint_t             i, j;
    ngx_webhook_server_t  *server;

    server = peer->servers.elts;
    best = NGX_ERROR;
    total = 0;

    for (i = 0; i < peer->servers.nelts; i++) {

        if (server[i].resting
            && (ngx_msec_int_t) (ngx_current_msec - server[i].rested) >= 0)
        {
            server[i].resting = 0;
        }

        if (server[i].backup != backup || server[i].resting != resting) {
            continue;
        }

        for (j = 0; j < n; j++) {
            if (tried[j] == i) {
                break;
            }
        }

        if (j < n) {
            continue;
        }

        server[i].current += server[i].weight;
        total += server[i].weight;

        if (best == NGX_ERROR || server[i].current > server[best].current) {
            best = i;
        }
    }

    if (best != NGX_ERROR) {
        server[best].current -= total;
    }

    return best;
}


void
ngx_webhook_peer_failed(ngx_webhook_peer_t *peer, ngx_uint_t i)
{
    ngx_webhook_server_t  *server;

    server = peer->servers.elts;

    server[i].resting = 1;
    server[i].rested = ngx_current_msec + NGX_WEBHOOK_PEER_REST;
}


void
ngx_webhook_peer_worked(ngx_webhook_peer_t *peer, ngx_uint_t i)
{
    ngx_webhook_server_t  *server;

    server = peer->servers.elts;

    server[i].resting = 0;
    peer->worked = 1;
}
