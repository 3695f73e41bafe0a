
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/peer/ngx_http_webhook_egress.h"


/* Bytes of a network in a key: family, prefix length, address, a mark. */
#define NGX_HTTP_WEBHOOK_EGRESS_CIDR  40


static u_char *ngx_http_webhook_egress_cidrs(u_char *p, u_char mark,
    const webhook_cidr_t *cidr, size_t n);


ngx_uint_t
ngx_http_webhook_egress_refuses(const webhook_address_rules_t *rules)
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
ngx_http_webhook_egress_key_len(ngx_http_webhook_target_t *target)
{
    size_t                          len;
    const webhook_address_rules_t  *rules;

    len = 0;

    for (rules = target->rules; rules; rules = rules->outer) {
        len += sizeof("|0") - 1
               + (rules->ndeny + rules->nallow) * NGX_HTTP_WEBHOOK_EGRESS_CIDR;
    }

    if (target->proxy) {
        len += sizeof("|via ") - 1 + target->proxy->key.len;
    }

    return len;
}


u_char *
ngx_http_webhook_egress_key(u_char *p, ngx_http_webhook_target_t *target)
{
    const webhook_address_rules_t  *rules;

    for (rules = target->rules; rules; rules = rules->outer) {
        *p++ = '|';
        *p++ = (rules->fallback == WEBHOOK_ADDRESS_PUBLIC) ? '1' : '0';

        p = ngx_http_webhook_egress_cidrs(p, '-', rules->deny, rules->ndeny);
        p = ngx_http_webhook_egress_cidrs(p, '+', rules->allow,
                                          rules->nallow);
    }

    if (target->proxy) {
        p = ngx_sprintf(p, "|via %V", &target->proxy->key);
    }

    return p;
}


static u_char *
ngx_http_webhook_egress_cidrs(u_char *p, u_char mark,
    const webhook_cidr_t *cidr, size_t n)
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
ngx_http_webhook_egress_check(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    const char                 *why;
    ngx_uint_t                  i;
    ngx_http_webhook_server_t  *server;

    if (target->servers.nelts == 0) {
        return NGX_OK;
    }

    why = NULL;
    server = target->servers.elts;

    for (i = 0; target->proxy && i < target->servers.nelts; i++) {

        if (server[i].sockaddr->sa_family == AF_UNIX) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                      "server \"%V\" of upstream \"%V\" "
                                      "cannot be reached through a proxy",
                                      &server[i].name, &target->name);
            return NGX_ERROR;
        }
    }

    for (i = 0; i < target->servers.nelts; i++) {

        if (ngx_http_webhook_egress_judge(target, server[i].sockaddr,
                                          server[i].socklen, &why)
            == NGX_OK)
        {
            return NGX_OK;
        }
    }

    if (target->literal) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place,
                                  "address %V is not allowed: %s",
                                  target->local ? &server[0].name
                                                   : &target->name, why);
        return NGX_ERROR;
    }

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &target->place,
                              "no address of \"%V\" is allowed: %s",
                              &target->name, why);

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_egress_judge(ngx_http_webhook_target_t *target,
    struct sockaddr *sockaddr, socklen_t socklen, const char **why)
{
    webhook_address_t  address;

    if (target->rules == NULL) {
        return NGX_OK;
    }

    (void) webhook_address_set(&address, sockaddr, socklen);

    if (webhook_address_decide(target->rules, &address, why) != WEBHOOK_OK) {
        return NGX_DECLINED;
    }

    return NGX_OK;
}
