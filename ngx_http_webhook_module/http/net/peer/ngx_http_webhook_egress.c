
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/peer/ngx_http_webhook_egress.h"


/* Bytes of a network in a key: family, prefix length, address, a mark. */
#define NGX_WEBHOOK_EGRESS_CIDR  40


static u_char *ngx_webhook_egress_cidrs(u_char *p, u_char mark,
    const webhook_cidr_t *cidr, size_t n);


ngx_uint_t
ngx_webhook_egress_refuses(const webhook_address_rules_t *rules)
{
    if (rules->fallback == WEBHOOK_ADDRESS_PUBLIC) {
        return 1;
    }

    for ( /* void */ ; rules; rules = rules->outer) {
        if (rules->ndeny) {
            return 1;
        }
    }

    return 0;
}


size_t
ngx_webhook_egress_key_len(ngx_webhook_peer_t *peer)
{
    size_t                          len;
    const webhook_address_rules_t  *rules;

    len = 0;

    for (rules = peer->rules; rules; rules = rules->outer) {
        len += sizeof("|0") - 1
               + (rules->ndeny + rules->nallow) * NGX_WEBHOOK_EGRESS_CIDR;
    }

    if (peer->proxy) {
        len += sizeof("|via ") - 1 + peer->proxy->key.len;
    }

    return len;
}


u_char *
ngx_webhook_egress_key(u_char *p, ngx_webhook_peer_t *peer)
{
    const webhook_address_rules_t  *rules;

    for (rules = peer->rules; rules; rules = rules->outer) {
        *p++ = '|';
        *p++ = (rules->fallback == WEBHOOK_ADDRESS_PUBLIC) ? '1' : '0';

        p = ngx_webhook_egress_cidrs(p, '-', rules->deny, rules->ndeny);
        p = ngx_webhook_egress_cidrs(p, '+', rules->allow, rules->nallow);
    }

    if (peer->proxy) {
        p = ngx_sprintf(p, "|via %V", &peer->proxy->key);
    }

    return p;
}


static u_char *
ngx_webhook_egress_cidrs(u_char *p, u_char mark, const webhook_cidr_t *cidr,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        *p++ = mark;
        *p++ = (cidr[i].address.family == WEBHOOK_ADDRESS_V4) ? '4' : '6';

        p = ngx_hex_dump(p, (u_char *) cidr[i].address.bytes,
                         (cidr[i].address.family == WEBHOOK_ADDRESS_V4) ? 4
                                                                        : 16);
        p = ngx_sprintf(p, "/%ui", (ngx_uint_t) cidr[i].bits);
    }

    return p;
}


ngx_int_t
ngx_webhook_egress_check(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    const char            *reason;
    ngx_uint_t             i;
    ngx_webhook_server_t  *server;

    if (peer->servers.nelts == 0) {
        return NGX_OK;
    }

    reason = NULL;
    server = peer->servers.elts;

    for (i = 0; peer->proxy && i < peer->servers.nelts; i++) {

        if (server[i].sockaddr->sa_family == AF_UNIX) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                                 "server \"%V\" of upstream \"%V\" "
                                 "cannot be reached through a proxy",
                                 &server[i].name, &peer->name);
            return NGX_ERROR;
        }
    }

    for (i = 0; i < peer->servers.nelts; i++) {

        if (ngx_webhook_egress_allows(peer, server[i].sockaddr,
                                      server[i].socklen, &reason)
            == NGX_OK)
        {
            return NGX_OK;
        }
    }

    if (peer->literal) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos,
                             "address %V is not allowed: %s",
                             peer->local ? &server[0].name : &peer->name,
                                                   reason);
        return NGX_ERROR;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &peer->source_pos,
                         "no address of \"%V\" is allowed: %s", &peer->name,
                         reason);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_egress_allows(ngx_webhook_peer_t *peer, struct sockaddr *sockaddr,
    socklen_t socklen, const char **reason)
{
    webhook_address_t  address;

    if (peer->rules == NULL) {
        return NGX_OK;
    }

    (void) webhook_address_set(&address, sockaddr, socklen);

    if (webhook_address_decide(peer->rules, &address, reason) != WEBHOOK_OK) {
        return NGX_DECLINED;
    }

    return NGX_OK;
}
