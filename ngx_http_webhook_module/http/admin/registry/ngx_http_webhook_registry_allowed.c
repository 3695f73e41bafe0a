
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where a registered endpoint may be, as far as its URL tells; addresses are
 * judged right before they are connected to.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


static ngx_uint_t ngx_webhook_registry_upstream(ngx_webhook_peer_t *peer);


const char *
ngx_webhook_registry_allowed(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_peer_t *peer)
{
    in_port_t                    *port;
    ngx_uint_t                    i;
    ngx_webhook_registry_conf_t  *rc;

    rc = wmcf->registry;

    if (peer->local) {
        return "a URL with \"unix:\" can be set only in nginx.conf";
    }

    if (peer->secure && !rc->https) {
        return "the URL has to begin with \"http://\"";
    }

    if (!peer->secure && !rc->http) {
        return "the URL has to begin with \"https://\"";
    }

    if (rc->ports) {
        port = rc->ports->elts;

        for (i = 0; i < rc->ports->nelts; i++) {
            if (port[i] == peer->port) {
                break;
            }
        }

        if (i == rc->ports->nelts) {
            return "the URL has a port that is not allowed";
        }
    }

    if (!peer->literal && ngx_webhook_registry_upstream(peer)) {
        return "the URL names an upstream of nginx.conf";
    }

    return NULL;
}


static ngx_uint_t
ngx_webhook_registry_upstream(ngx_webhook_peer_t *peer)
{
    ngx_uint_t                       i;
    ngx_http_upstream_srv_conf_t   **uscfp;
    ngx_http_upstream_main_conf_t   *umcf;

    umcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_http_upstream_module);
    uscfp = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        if ((uscfp[i]->flags & NGX_HTTP_UPSTREAM_CREATE)
            && uscfp[i]->host.len == peer->name.len
            && ngx_strncasecmp(uscfp[i]->host.data, peer->name.data,
                               peer->name.len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_webhook_confirmed_e
ngx_webhook_registry_unconfirmed(ngx_webhook_main_conf_t *wmcf,
    webhook_object_e kind, const json_t *definition)
{
    json_t  *approved;

    if (!wmcf->registry->confirm || kind != WEBHOOK_OBJECT_ENDPOINT) {
        return NGX_WEBHOOK_CONFIRMED;
    }

    approved = json_object_get(definition, "approved");

    if (json_is_true(approved)) {
        return NGX_WEBHOOK_CONFIRMED;
    }

    return json_is_null(approved) ? NGX_WEBHOOK_UNCONFIRMED_NEW
                                  : NGX_WEBHOOK_UNCONFIRMED_NOW;
}
