
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where a connection may go: what kind of an address it is, lists of networks,
 * and the decision.  No name is resolved here: who connects gives each address
 * that a name has, and then connects to the very one that was judged.  All
 * functions are reentrant, allocate nothing and may run on any thread.
 */

#ifndef WEBHOOK_ADDRESS_H
#define WEBHOOK_ADDRESS_H

#include "core/base/webhook_str.h"

#include <sys/socket.h>


typedef enum {
    WEBHOOK_ADDRESS_OTHER = 0,          /* no IP address: a unix socket */
    WEBHOOK_ADDRESS_V4,
    WEBHOOK_ADDRESS_V6
} webhook_address_family_e;


/* An address; the bytes in network order, of IPv4 the first four. */

typedef struct {
    webhook_address_family_e  family;
    unsigned char             bytes[16];
} webhook_address_t;


typedef struct {
    webhook_address_t         address;  /* with no bit behind the prefix set */
    unsigned                  bits;     /* of the prefix */
} webhook_cidr_t;


typedef enum {
    WEBHOOK_ADDRESS_ANY = 0,
    WEBHOOK_ADDRESS_PUBLIC
} webhook_address_default_e;


/*
 * What one level of settings says (an endpoint's, the global ones); lists may
 * be NULL if they are empty.  The lists of all levels count together, the
 * default is that of the innermost.
 */

typedef struct webhook_address_rules_s  webhook_address_rules_t;

struct webhook_address_rules_s {
    const webhook_cidr_t           *deny;
    size_t                          ndeny;
    const webhook_cidr_t           *allow;
    size_t                          nallow;
    webhook_address_default_e       fallback;
    int                           (*own)(const webhook_address_t *a);
                                            /* 1 if it is this host's, where
                                               nothing may go then; NULL: it
                                               does not matter */
    const webhook_address_rules_t  *outer;      /* NULL: none */
};


/*
 * Takes the address from a socket address of len bytes.  Returns WEBHOOK_OK;
 * for a family other than the two of IP, or if len is too short for its
 * family, the result is WEBHOOK_ADDRESS_OTHER, which is never public.  An
 * IPv4-mapped IPv6 address becomes the IPv4 address that a system connects
 * to.
 */
int webhook_address_set(webhook_address_t *a, const struct sockaddr *sa,
    socklen_t len);

/*
 * Reads an address without a prefix, a zone or brackets.  Returns WEBHOOK_OK
 * or WEBHOOK_ERROR.  IPv4 must be four decimal numbers without leading zeros;
 * mapped addresses become IPv4.
 */
int webhook_address_parse(const webhook_str_t *text, webhook_address_t *a);

/*
 * What an address is for: NULL if it is public, else static text for a log
 * line: "loopback", "private", "link-local", "metadata", "shared" (RFC 6598),
 * "multicast", "unspecified", "broadcast", "documentation", "benchmarking",
 * "reserved", "unique local", "site-local", "not an IP address".
 *
 * An IPv6 address that holds an IPv4 address (IPv4-compatible, 6to4, NAT64,
 * Teredo, ISATAP) is what that one is; of Teredo and ISATAP neither may be
 * other than public.  IPv6 addresses outside of what is given out for global
 * use (2000::/3) are "reserved".
 */
const char *webhook_address_kind(const webhook_address_t *a);

/*
 * Reads "10.0.0.0/8", "::1/128" or an address alone, which is a network of
 * one.  Returns WEBHOOK_OK, or WEBHOOK_ERROR with *what (static text; what may
 * be NULL): no address, no such prefix, or bits set behind the prefix.
 */
int webhook_cidr_parse(const webhook_str_t *text, webhook_cidr_t *cidr,
    const char **what);

/* 1 if the network holds the address, else 0. */
int webhook_cidr_match(const webhook_cidr_t *cidr, const webhook_address_t *a);

/*
 * Whether the address may be connected to: not if a deny list holds it, or the
 * IPv4 address inside of it, nor if one of them is this host's own where that
 * matters; else if an allow list holds it; else by the default.  Returns
 * WEBHOOK_OK; or WEBHOOK_ERROR and the reason in *reason (static text:
 * "denied", "of this host", or what webhook_address_kind() says; reason may be
 * NULL).  Reentrant if "own" is.
 */
int webhook_address_decide(const webhook_address_rules_t *rules,
    const webhook_address_t *a, const char **reason);


#endif /* WEBHOOK_ADDRESS_H */
