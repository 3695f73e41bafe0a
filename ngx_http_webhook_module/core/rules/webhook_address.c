
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>


/* A network and what it is for; of those that hold an address, the first. */

typedef struct {
    unsigned char   prefix[16];
    unsigned        bits;
    const char     *kind;               /* NULL: public */
} webhook_address_net_t;


/* Where in an IPv6 address an IPv4 address stands. */

typedef struct {
    unsigned char   prefix[16];
    unsigned        bits;
    unsigned        offset;             /* in bytes */
    unsigned        inverted:1;
} webhook_address_inside_t;


static int webhook_address_in(const unsigned char *prefix, unsigned bits,
    const unsigned char *bytes);
static const char *webhook_address_v4(const unsigned char *bytes);
static const char *webhook_address_v6(const unsigned char *bytes);
static unsigned webhook_address_inside(const unsigned char *bytes,
    unsigned char inside[3][4], unsigned *decides);
static void webhook_address_unmap(webhook_address_t *a);
static int webhook_address_listed(const webhook_cidr_t *list, size_t n,
    const webhook_address_t *a);


/*
 * The special-purpose registry of IPv4 (RFC 6890 and its successors).  The
 * addresses at which clouds tell a machine its secrets have a name of their
 * own, also where they are of a network that is not public anyway; Azure's is
 * of one that is.
 */

static const webhook_address_net_t  webhook_address_nets4[] = {
    { { 169, 254, 169, 254 }, 32, "metadata" },
    { { 169, 254, 170, 2 }, 32, "metadata" },
    { { 100, 100, 100, 200 }, 32, "metadata" },
    { { 192, 0, 0, 192 }, 32, "metadata" },
    { { 168, 63, 129, 16 }, 32, "metadata" },
    { { 0, 0, 0, 0 }, 32, "unspecified" },
    { { 0 }, 8, "reserved" },
    { { 10 }, 8, "private" },
    { { 100, 64 }, 10, "shared" },
    { { 127 }, 8, "loopback" },
    { { 169, 254 }, 16, "link-local" },
    { { 172, 16 }, 12, "private" },
    { { 192, 0, 0 }, 24, "reserved" },
    { { 192, 0, 2 }, 24, "documentation" },
    { { 192, 88, 99 }, 24, "reserved" },
    { { 192, 168 }, 16, "private" },
    { { 198, 18 }, 15, "benchmarking" },
    { { 198, 51, 100 }, 24, "documentation" },
    { { 203, 0, 113 }, 24, "documentation" },
    { { 224 }, 4, "multicast" },
    { { 255, 255, 255, 255 }, 32, "broadcast" },
    { { 240 }, 4, "reserved" }
};


/*
 * The same of IPv6.  What holds an IPv4 address was taken out before, but for
 * Teredo and ISATAP, which are judged twice.
 */

static const webhook_address_net_t  webhook_address_nets6[] = {
    { { 0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54 },
      128, "metadata" },
    { { 0 }, 128, "unspecified" },
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 128, "loopback" },
    { { 0xfc }, 7, "unique local" },
    { { 0xfe, 0x80 }, 10, "link-local" },
    { { 0xfe, 0xc0 }, 10, "site-local" },
    { { 0xff }, 8, "multicast" },
    { { 0x20, 0x01, 0x00, 0x00 }, 32, NULL },               /* Teredo */
    { { 0x20, 0x01, 0x00, 0x02, 0x00, 0x00 }, 48, "benchmarking" },
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
    { { 0x20, 0x01, 0x00, 0x00 }, 23, "reserved" },
    { { 0x3f, 0xff, 0x00 }, 20, "documentation" },
    { { 0x20 }, 3, NULL },
    { { 0 }, 0, "reserved" }
};


/* Networks whose addresses are another way to an IPv4 address. */

static const webhook_address_inside_t  webhook_address_insides[] = {
    { { 0 }, 96, 12, 0 },                                   /* compatible */
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96, 12, 0 },
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0 }, 96, 12, 0 },  /* SIIT */
    { { 0x20, 0x02 }, 16, 2, 0 },                           /* 6to4 */
    { { 0x00, 0x64, 0xff, 0x9b }, 96, 12, 0 },              /* NAT64 */
    { { 0x20, 0x01, 0x00, 0x00 }, 32, 12, 1 }               /* Teredo */
};


int
webhook_address_set(webhook_address_t *a, const struct sockaddr *sa,
    socklen_t len)
{
    size_t  offset;

    memset(a, 0, sizeof(webhook_address_t));

    offset = offsetof(struct sockaddr, sa_family) + sizeof(sa->sa_family);

    if (len < offset) {
        return WEBHOOK_OK;
    }

    switch (sa->sa_family) {

    case AF_INET:
        offset = offsetof(struct sockaddr_in, sin_addr);

        if (len >= offset + 4) {
            a->family = WEBHOOK_ADDRESS_V4;
            memcpy(a->bytes, (const unsigned char *) sa + offset, 4);
        }

        break;

    case AF_INET6:
        offset = offsetof(struct sockaddr_in6, sin6_addr);

        if (len >= offset + 16) {
            a->family = WEBHOOK_ADDRESS_V6;
            memcpy(a->bytes, (const unsigned char *) sa + offset, 16);
            webhook_address_unmap(a);
        }

        break;

    default:
        break;
    }

    return WEBHOOK_OK;
}


int
webhook_address_parse(const webhook_str_t *text, webhook_address_t *a)
{
    char  copy[INET6_ADDRSTRLEN];

    memset(a, 0, sizeof(webhook_address_t));

    if (text->len == 0 || text->len >= sizeof(copy)
        || memchr(text->data, '\0', text->len))
    {
        return WEBHOOK_ERROR;
    }

    memcpy(copy, text->data, text->len);
    copy[text->len] = '\0';

    if (inet_pton(AF_INET, copy, a->bytes) == 1) {
        a->family = WEBHOOK_ADDRESS_V4;
        return WEBHOOK_OK;
    }

    memset(a, 0, sizeof(webhook_address_t));

    if (inet_pton(AF_INET6, copy, a->bytes) == 1) {
        a->family = WEBHOOK_ADDRESS_V6;
        webhook_address_unmap(a);
        return WEBHOOK_OK;
    }

    return WEBHOOK_ERROR;
}


const char *
webhook_address_kind(const webhook_address_t *a)
{
    switch (a->family) {

    case WEBHOOK_ADDRESS_V4:
        return webhook_address_v4(a->bytes);

    case WEBHOOK_ADDRESS_V6:
        return webhook_address_v6(a->bytes);

    default:
        return "not an IP address";
    }
}


static const char *
webhook_address_v4(const unsigned char *bytes)
{
    size_t                        i, n;
    const webhook_address_net_t  *net;

    n = sizeof(webhook_address_nets4) / sizeof(webhook_address_nets4[0]);

    for (i = 0; i < n; i++) {
        net = &webhook_address_nets4[i];

        if (webhook_address_in(net->prefix, net->bits, bytes)) {
            return net->kind;
        }
    }

    return NULL;
}


static const char *
webhook_address_v6(const unsigned char *bytes)
{
    size_t                        i, n;
    unsigned                      k, ninside, decides;
    const char                   *kind;
    unsigned char                 inside[3][4];
    const webhook_address_net_t  *net;

    /* "::" and "::1" look like IPv4-compatible addresses, and are none */

    ninside = webhook_address_inside(bytes, inside, &decides);

    for (k = 0; k < ninside; k++) {
        kind = webhook_address_v4(inside[k]);

        if (kind) {
            return kind;
        }
    }

    if (decides) {
        return NULL;
    }

    n = sizeof(webhook_address_nets6) / sizeof(webhook_address_nets6[0]);

    for (i = 0; i < n; i++) {
        net = &webhook_address_nets6[i];

        if (webhook_address_in(net->prefix, net->bits, bytes)) {
            return net->kind;
        }
    }

    return NULL;
}


/*
 * The IPv4 addresses in an IPv6 address: their number; *decides is 1 if the
 * address is nothing but a way to the first.
 */

static unsigned
webhook_address_inside(const unsigned char *bytes, unsigned char inside[3][4],
    unsigned *decides)
{
    size_t                           i, n;
    unsigned                         k, count;
    const webhook_address_inside_t  *in;

    static const unsigned char  unspecified[16];
    static const unsigned char  loopback[16] = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    };

    *decides = 0;

    if (memcmp(bytes, unspecified, 16) == 0
        || memcmp(bytes, loopback, 16) == 0)
    {
        return 0;
    }

    count = 0;
    n = sizeof(webhook_address_insides) / sizeof(webhook_address_insides[0]);

    for (i = 0; i < n; i++) {
        in = &webhook_address_insides[i];

        if (!webhook_address_in(in->prefix, in->bits, bytes)) {
            continue;
        }

        for (k = 0; k < 4; k++) {
            inside[count][k] = bytes[in->offset + k]
                               ^ (in->inverted ? 0xff : 0);
        }

        count++;

        if (in->inverted) {
            memcpy(inside[count++], bytes + 4, 4);  /* Teredo's server */

        } else {
            *decides = 1;
        }

        break;
    }

    /* ISATAP: an interface id that says so, under any prefix */

    if ((bytes[8] & 0xfd) == 0 && bytes[9] == 0
        && bytes[10] == 0x5e && bytes[11] == 0xfe)
    {
        memcpy(inside[count++], bytes + 12, 4);
    }

    return count;
}


/* Whether the first bits of both are the same. */

static int
webhook_address_in(const unsigned char *prefix, unsigned bits,
    const unsigned char *bytes)
{
    unsigned  whole, rest;

    whole = bits / 8;
    rest = bits % 8;

    if (memcmp(prefix, bytes, whole) != 0) {
        return 0;
    }

    return rest == 0 || ((prefix[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}


static void
webhook_address_unmap(webhook_address_t *a)
{
    static const unsigned char  mapped[12] = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
    };

    if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0) {
        a->family = WEBHOOK_ADDRESS_V4;
        memcpy(a->bytes, a->bytes + 12, 4);
        memset(a->bytes + 4, 0, 12);
    }
}


int
webhook_cidr_parse(const webhook_str_t *text, webhook_cidr_t *cidr,
    const char **what)
{
    size_t                i;
    unsigned              n, most, byte;
    const char           *ignored;
    webhook_str_t         address;
    const unsigned char  *slash, *p, *last;

    if (what == NULL) {
        what = &ignored;
    }

    address = *text;
    slash = text->len ? memchr(text->data, '/', text->len) : NULL;

    if (slash) {
        address.len = slash - text->data;
    }

    if (webhook_address_parse(&address, &cidr->address) != WEBHOOK_OK) {
        *what = "it is no address";
        return WEBHOOK_ERROR;
    }

    most = cidr->address.family == WEBHOOK_ADDRESS_V4 ? 32 : 128;
    cidr->bits = most;

    if (slash == NULL) {
        return WEBHOOK_OK;
    }

    p = slash + 1;
    last = text->data + text->len;
    n = 0;

    if (p == last || last - p > 3 || (*p == '0' && last - p > 1)) {
        *what = "it has no valid prefix length";
        return WEBHOOK_ERROR;
    }

    for ( /* void */ ; p < last; p++) {

        if (*p < '0' || *p > '9') {
            *what = "it has no valid prefix length";
            return WEBHOOK_ERROR;
        }

        n = n * 10 + (*p - '0');
    }

    /* a mapped address was written with the prefix of IPv6 */

    if (most == 32 && memchr(address.data, ':', address.len)) {

        if (n < 96) {
            *what = "its prefix is shorter than that of mapped addresses";
            return WEBHOOK_ERROR;
        }

        n -= 96;
    }

    if (n > most) {
        *what = "it has no valid prefix length";
        return WEBHOOK_ERROR;
    }

    for (i = n; i < most; i++) {
        byte = cidr->address.bytes[i / 8];

        if (byte & (0x80 >> i % 8)) {
            *what = "it has bits set behind its prefix";
            return WEBHOOK_ERROR;
        }
    }

    cidr->bits = n;

    return WEBHOOK_OK;
}


int
webhook_cidr_match(const webhook_cidr_t *cidr, const webhook_address_t *a)
{
    return a->family != WEBHOOK_ADDRESS_OTHER
           && a->family == cidr->address.family
           && webhook_address_in(cidr->address.bytes, cidr->bits, a->bytes);
}


int
webhook_address_decide(const webhook_address_rules_t *rules,
    const webhook_address_t *a, const char **reason)
{
    unsigned                        i, n, decides;
    const char                     *kind, *ignored;
    unsigned char                   inside[3][4];
    webhook_address_t               v4;
    const webhook_address_rules_t  *r;

    if (reason == NULL) {
        reason = &ignored;
    }

    n = a->family == WEBHOOK_ADDRESS_V6
        ? webhook_address_inside(a->bytes, inside, &decides) : 0;

    memset(&v4, 0, sizeof(webhook_address_t));
    v4.family = WEBHOOK_ADDRESS_V4;

    for (r = rules; r; r = r->outer) {

        if (webhook_address_listed(r->deny, r->ndeny, a)) {
            *reason = "denied";
            return WEBHOOK_ERROR;
        }

        if (r->own && r->own(a)) {
            *reason = "of this host";
            return WEBHOOK_ERROR;
        }

        for (i = 0; i < n; i++) {
            memcpy(v4.bytes, inside[i], 4);

            if (webhook_address_listed(r->deny, r->ndeny, &v4)) {
                *reason = "denied";
                return WEBHOOK_ERROR;
            }

            if (r->own && r->own(&v4)) {
                *reason = "of this host";
                return WEBHOOK_ERROR;
            }
        }
    }

    /* what is allowed is allowed as it was written, by no detour */

    for (r = rules; r; r = r->outer) {
        if (webhook_address_listed(r->allow, r->nallow, a)) {
            return WEBHOOK_OK;
        }
    }

    if (rules->fallback == WEBHOOK_ADDRESS_ANY) {
        return WEBHOOK_OK;
    }

    kind = webhook_address_kind(a);

    if (kind) {
        *reason = kind;
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_address_listed(const webhook_cidr_t *list, size_t n,
    const webhook_address_t *a)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (webhook_cidr_match(&list[i], a)) {
            return 1;
        }
    }

    return 0;
}
