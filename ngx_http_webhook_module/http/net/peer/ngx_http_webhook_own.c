
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/peer/ngx_http_webhook_own.h"

#include <ifaddrs.h>


#define NGX_WEBHOOK_OWN_MAX  4096               /* addresses */
#define NGX_WEBHOOK_OWN_AGE  5000               /* ms that they are believed */


typedef struct {
    webhook_address_t         *addresses;       /* heap; NULL: none are known */
    ngx_uint_t                 n;
    ngx_msec_t                 read;
} ngx_webhook_own_t;


static ngx_int_t ngx_webhook_own_read(ngx_webhook_own_t *own);
static void ngx_webhook_own_add(ngx_webhook_own_t *own,
    struct sockaddr *sockaddr);


static ngx_webhook_own_t  ngx_webhook_own;


int
ngx_webhook_own_address(const webhook_address_t *a)
{
    ngx_uint_t          i;
    ngx_webhook_own_t  *own;

    own = &ngx_webhook_own;

    if (own->addresses == NULL
        || ngx_current_msec - own->read > NGX_WEBHOOK_OWN_AGE)
    {
        if (ngx_webhook_own_read(own) != NGX_OK && own->addresses == NULL) {
            return 1;
        }
    }

    for (i = 0; i < own->n; i++) {
        if (ngx_memcmp(&own->addresses[i], a, sizeof(webhook_address_t)) == 0)
        {
            return 1;
        }
    }

    return own->n == NGX_WEBHOOK_OWN_MAX;
}


/* What the kernel has of them in memory: this waits for nothing. */

static ngx_int_t
ngx_webhook_own_read(ngx_webhook_own_t *own)
{
    ngx_uint_t       i;
    ngx_listening_t *ls;
    struct ifaddrs  *list, *p;

    if (getifaddrs(&list) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "getifaddrs() failed: it is not known which addresses "
                      "are this host's");
        return NGX_ERROR;
    }

    if (own->addresses == NULL) {
        own->addresses = ngx_alloc(NGX_WEBHOOK_OWN_MAX
                                   * sizeof(webhook_address_t),
                                   ngx_cycle->log);
        if (own->addresses == NULL) {
            freeifaddrs(list);
            return NGX_ERROR;
        }
    }

    own->n = 0;
    own->read = ngx_current_msec;

    for (p = list; p; p = p->ifa_next) {
        if (p->ifa_addr) {
            ngx_webhook_own_add(own, p->ifa_addr);
        }
    }

    freeifaddrs(list);

    ls = ngx_cycle->listening.elts;

    for (i = 0; i < ngx_cycle->listening.nelts; i++) {
        ngx_webhook_own_add(own, ls[i].sockaddr);
    }

    return NGX_OK;
}


static void
ngx_webhook_own_add(ngx_webhook_own_t *own, struct sockaddr *sockaddr)
{
    socklen_t           len;
    webhook_address_t  *a;

    switch (sockaddr->sa_family) {

    case AF_INET:
        len = sizeof(struct sockaddr_in);
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        len = sizeof(struct sockaddr_in6);
        break;
#endif

    default:
        return;
    }

    if (own->n == NGX_WEBHOOK_OWN_MAX) {
        return;
    }

    a = &own->addresses[own->n];

    ngx_memzero(a, sizeof(webhook_address_t));

    if (webhook_address_set(a, sockaddr, len) == WEBHOOK_OK
        && a->family != WEBHOOK_ADDRESS_OTHER)
    {
        own->n++;
    }
}
