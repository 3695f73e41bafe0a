
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where a peer may be connected to.
 *
 * An address is judged right before it is connected to, whether it was looked
 * up now or at load, stands in an upstream {} or in the URL itself, and that
 * very address is used: no name is looked up a second time.  A kept
 * connection serves only peers with the same rules, since the rules are part
 * of a peer's key.
 *
 * Through a proxy it is the same: where rules can refuse an address, a name is
 * looked up here, and the proxy is asked for the address that was judged.
 * Where they cannot, it is asked for the name, which is not looked up.  The
 * proxy itself is the operator's choice, and its address is not judged.
 */

#ifndef NGX_WEBHOOK_EGRESS_H
#define NGX_WEBHOOK_EGRESS_H

#include "http/net/peer/ngx_http_webhook_peer.h"


/* Can these rules refuse any address at all? */
ngx_uint_t ngx_webhook_egress_refuses(const webhook_address_rules_t *rules);

/* The part of a peer's key: its length at most, and the text at p. */
size_t ngx_webhook_egress_key_len(ngx_webhook_peer_t *peer);
u_char *ngx_webhook_egress_key(u_char *p, ngx_webhook_peer_t *peer);

/*
 * Once the servers are known, if any are: an error if none of a literal host
 * can ever be connected to, a warning if none of a name's can.
 */
ngx_int_t ngx_webhook_egress_check(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);

/*
 * Judges an address of a peer.  NGX_OK; or NGX_DECLINED, with the reason in
 * *why (static text).  Event loop and load.
 */
ngx_int_t ngx_webhook_egress_allows(ngx_webhook_peer_t *peer,
    struct sockaddr *sockaddr, socklen_t socklen, const char **reason);


#endif /* NGX_WEBHOOK_EGRESS_H */
