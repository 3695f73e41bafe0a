
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The servers of a target: where they come from, and which comes next.
 */

#include "http/model/ngx_http_webhook.h"
#include "http/net/peer/ngx_http_webhook_peer_int.h"


static ngx_http_upstream_srv_conf_t *ngx_http_webhook_target_upstream(
    ngx_http_webhook_build_t *b, ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_target_servers(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target, ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_http_webhook_target_look_up(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_target_choose(
    ngx_http_webhook_target_t *target, ngx_uint_t *tried, ngx_uint_t n,
    ngx_uint_t backup, ngx_uint_t resting);


ngx_int_t
ngx_http_webhook_target_addresses(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_http_upstream_srv_conf_t  *us;

    if (target->literal) {
        return NGX_OK;
    }

    us = ngx_http_webhook_target_upstream(b, target);

    if (us) {

        if (!target->no_port) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                      "upstream \"%V\" may not have port "
                                      "%ui", &target->name,
                                      (ngx_uint_t) target->port);
            return NGX_ERROR;
        }

        return ngx_http_webhook_target_servers(b, target, us);
    }

    /* A proxy may know names that we do not. */

    if (target->proxy && target->rules == NULL) {
        target->by_name = 1;
        return NGX_OK;
    }

    if (b->resolver) {
        target->resolver = b->resolver;
        target->resolver_timeout = b->resolver_timeout;
        return NGX_OK;
    }

    return ngx_http_webhook_target_look_up(b, target);
}


static ngx_http_upstream_srv_conf_t *
ngx_http_webhook_target_upstream(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_uint_t                       i;
    ngx_http_upstream_srv_conf_t   **uscfp;

    if (b->upstreams == NULL) {
        return NULL;
    }

    uscfp = b->upstreams->elts;

    for (i = 0; i < b->upstreams->nelts; i++) {

        if ((uscfp[i]->flags & NGX_HTTP_UPSTREAM_CREATE)
            && uscfp[i]->host.len == target->name.len
            && ngx_strncasecmp(uscfp[i]->host.data, target->name.data,
                               target->name.len)
               == 0)
        {
            return uscfp[i];
        }
    }

    return NULL;
}


/* The servers of an upstream {}, but for those that are down. */

static ngx_int_t
ngx_http_webhook_target_servers(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target, ngx_http_upstream_srv_conf_t *us)
{
    ngx_uint_t                   i, j;
    ngx_http_upstream_server_t  *server;

    server = us->servers ? us->servers->elts : NULL;

    for (i = 0; server && i < us->servers->nelts; i++) {

        if (server[i].down) {
            continue;
        }

        for (j = 0; j < server[i].naddrs; j++) {

            if (ngx_http_webhook_target_server(target, &server[i].addrs[j],
                                               server[i].weight,
                                               server[i].backup)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (target->servers.nelts == 0) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                  "upstream \"%V\" has no server that can "
                                  "be used", &target->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Without a resolver names are looked up now, as for proxy_pass. */

static ngx_int_t
ngx_http_webhook_target_look_up(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_url_t   u;
    ngx_uint_t  i;

    if (b->registered) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                  "\"%V\" cannot be looked up: there is no "
                                  "\"resolver\" in http {}", &target->name);
        return NGX_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.host = target->name;
    u.port = target->port;

    if (ngx_inet_resolve_host(b->pool, &u) != NGX_OK) {

        if (u.err) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                      "%s: \"%V\" (name its server, or set "
                                      "\"resolver\" in http {} to look "
                                      "names up later)", u.err,
                                      &target->name);
        }

        return NGX_ERROR;
    }

    for (i = 0; i < u.naddrs; i++) {
        if (ngx_http_webhook_target_server(target, &u.addrs[i], 1, 0)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_target_server(ngx_http_webhook_target_t *target,
    ngx_addr_t *addr, ngx_int_t weight, ngx_uint_t backup)
{
    ngx_http_webhook_server_t  *server;

    server = ngx_array_push(&target->servers);
    if (server == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(server, sizeof(ngx_http_webhook_server_t));

    server->sockaddr = addr->sockaddr;
    server->socklen = addr->socklen;
    server->name = addr->name;
    server->weight = weight;
    server->backup = backup;

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_target_next(ngx_http_webhook_target_t *target,
    ngx_uint_t *tried, ngx_uint_t n)
{
    ngx_int_t   i;
    ngx_uint_t  resting, backup;

    for (resting = 0; resting < 2; resting++) {
        for (backup = 0; backup < 2; backup++) {

            i = ngx_http_webhook_target_choose(target, tried, n, backup,
                                               resting);
            if (i != NGX_ERROR) {
                return i;
            }
        }
    }

    return NGX_ERROR;
}


/* Smooth weighted round robin among the servers of one kind. */

static ngx_int_t
ngx_http_webhook_target_choose(ngx_http_webhook_target_t *target,
    ngx_uint_t *tried, ngx_uint_t n, ngx_uint_t backup, ngx_uint_t resting)
{
    ngx_int_t                   best, total;
    ngx_uint_t                  i, j;
    ngx_http_webhook_server_t  *server;

    server = target->servers.elts;
    best = NGX_ERROR;
    total = 0;

    for (i = 0; i < target->servers.nelts; i++) {

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
ngx_http_webhook_target_failed(ngx_http_webhook_target_t *target,
    ngx_uint_t i)
{
    ngx_http_webhook_server_t  *server;

    server = target->servers.elts;

    server[i].resting = 1;
    server[i].rested = ngx_current_msec + NGX_HTTP_WEBHOOK_TARGET_REST;
}


void
ngx_http_webhook_target_worked(ngx_http_webhook_target_t *target,
    ngx_uint_t i)
{
    ngx_http_webhook_server_t  *server;

    server = target->servers.elts;

    server[i].resting = 0;
    target->worked = 1;
}
