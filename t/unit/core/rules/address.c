
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_address.
 */

#include "tap.h"
#include "core/rules/webhook_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static webhook_address_t
addr(const char *text)
{
    webhook_str_t      s;
    webhook_address_t  a;

    s = str(text);

    if (webhook_address_parse(&s, &a) != WEBHOOK_OK) {
        tap_ok(0, "%s is an address", text);
    }

    return a;
}


static webhook_cidr_t
cidr(const char *text)
{
    const char      *what;
    webhook_str_t    s;
    webhook_cidr_t   c;

    s = str(text);

    if (webhook_cidr_parse(&s, &c, &what) != WEBHOOK_OK) {
        tap_ok(0, "%s is a network (%s)", text, what);
    }

    return c;
}


/* It is longer than 100 lines because it is one table of cases. */

static void
test_kinds(void)
{
    size_t              i;
    const char         *kind;
    webhook_address_t   a;

    static const struct {
        const char  *text;
        const char  *kind;

    } rows[] = {
        { "8.8.8.8", NULL },
        { "1.1.1.1", NULL },
        { "9.255.255.255", NULL },
        { "10.0.0.0", "private" },
        { "10.0.0.1", "private" },
        { "10.255.255.255", "private" },
        { "11.0.0.0", NULL },
        { "0.0.0.0", "unspecified" },
        { "0.0.0.1", "reserved" },
        { "0.255.255.255", "reserved" },
        { "100.63.255.255", NULL },
        { "100.64.0.0", "shared" },
        { "100.100.100.200", "metadata" },
        { "100.127.255.255", "shared" },
        { "100.128.0.0", NULL },
        { "126.255.255.255", NULL },
        { "127.0.0.1", "loopback" },
        { "127.1.2.3", "loopback" },
        { "127.255.255.255", "loopback" },
        { "128.0.0.0", NULL },
        { "168.63.129.16", "metadata" },
        { "168.63.129.17", NULL },
        { "169.253.255.255", NULL },
        { "169.254.0.0", "link-local" },
        { "169.254.169.254", "metadata" },
        { "169.254.170.2", "metadata" },
        { "169.254.255.255", "link-local" },
        { "169.255.0.0", NULL },
        { "172.15.255.255", NULL },
        { "172.16.0.0", "private" },
        { "172.31.255.255", "private" },
        { "172.32.0.0", NULL },
        { "192.0.0.8", "reserved" },
        { "192.0.0.192", "metadata" },
        { "192.0.1.0", NULL },
        { "192.0.2.1", "documentation" },
        { "192.0.3.0", NULL },
        { "192.88.99.1", "reserved" },
        { "192.167.255.255", NULL },
        { "192.168.0.0", "private" },
        { "192.168.255.255", "private" },
        { "192.169.0.0", NULL },
        { "198.17.255.255", NULL },
        { "198.18.0.0", "benchmarking" },
        { "198.19.255.255", "benchmarking" },
        { "198.20.0.0", NULL },
        { "198.51.100.9", "documentation" },
        { "203.0.113.255", "documentation" },
        { "203.0.114.0", NULL },
        { "223.255.255.255", NULL },
        { "224.0.0.0", "multicast" },
        { "239.255.255.255", "multicast" },
        { "240.0.0.0", "reserved" },
        { "255.255.255.254", "reserved" },
        { "255.255.255.255", "broadcast" },

        { "2606:4700:4700::1111", NULL },
        { "2a00:1450:4001:829::200e", NULL },
        { "3ffe::1", NULL },
        { "::", "unspecified" },
        { "::1", "loopback" },
        { "::2", "reserved" },
        { "1::1", "reserved" },
        { "100::1", "reserved" },
        { "4000::1", "reserved" },
        { "5f00::1", "reserved" },
        { "fbff::1", "reserved" },
        { "fc00::1", "unique local" },
        { "fd12:3456::1", "unique local" },
        { "fd00:ec2::254", "metadata" },
        { "fe00::1", "reserved" },
        { "fe80::1", "link-local" },
        { "febf::1", "link-local" },
        { "fec0::1", "site-local" },
        { "feff::1", "site-local" },
        { "ff02::1", "multicast" },
        { "2001:db8::1", "documentation" },
        { "2001:db7::1", NULL },
        { "2001:2::1", "benchmarking" },
        { "2001:10::1", "reserved" },
        { "2001:1ff::1", "reserved" },
        { "2001:200::1", NULL },
        { "3fff::1", "documentation" },
        { "3fff:1000::1", NULL },

        /* IPv4 in IPv6 */

        { "::ffff:8.8.8.8", NULL },
        { "::ffff:127.0.0.1", "loopback" },
        { "::ffff:7f00:1", "loopback" },
        { "::ffff:169.254.169.254", "metadata" },
        { "::ffff:10.1.2.3", "private" },
        { "::ffff:0:127.0.0.1", "loopback" },
        { "::ffff:0:8.8.8.8", NULL },
        { "::8.8.8.8", NULL },
        { "::127.0.0.1", "loopback" },
        { "::192.168.1.1", "private" },
        { "2002:0808:0808::1", NULL },
        { "2002:7f00:0001::", "loopback" },
        { "2002:c0a8:0101::1", "private" },
        { "2002:a9fe:a9fe::1", "metadata" },
        { "64:ff9b::8.8.8.8", NULL },
        { "64:ff9b::10.0.0.1", "private" },
        { "64:ff9b::7f00:1", "loopback" },
        { "64:ff9b:1::8.8.8.8", "reserved" },

        /* Teredo: 8.8.8.8 as the server, the client's bits turned over */

        { "2001:0:808:808::f7f7:f7f7", NULL },
        { "2001:0:808:808::80ff:fffe", "loopback" },
        { "2001:0:7f00:1::f7f7:f7f7", "loopback" },
        { "2001:0:808:808::5601:5601", "metadata" },

        /* ISATAP */

        { "2606:4700::5efe:8.8.8.8", NULL },
        { "2606:4700::5efe:10.0.0.1", "private" },
        { "2606:4700::200:5efe:10.0.0.1", "private" },
        { "fe80::5efe:8.8.8.8", "link-local" },
        { "2002:0808:0808::5efe:10.0.0.1", "private" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        a = addr(rows[i].text);
        kind = webhook_address_kind(&a);

        if (!tap_ok((kind == NULL) == (rows[i].kind == NULL)
                    && (kind == NULL || strcmp(kind, rows[i].kind) == 0),
                    "kind: %s is %s", rows[i].text,
                    rows[i].kind ? rows[i].kind : "public"))
        {
            printf("#  got: %s\n", kind ? kind : "public");
        }
    }
}


static void
test_parse(void)
{
    size_t              i;
    const char         *what;
    webhook_str_t       s;
    webhook_cidr_t      c;
    webhook_address_t   a;

    static const char  *no_address[] = {
        "", " ", "1", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4",
        "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "[::1]", "::1%lo", "fe80::1%1",
        ":::", "1::2::3", "localhost", "12345::", "1.2.3.4/", "::1/128",
        "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"
    };

    static const char  *no_network[] = {
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/8 ",
        "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0",
        "10.0.0.1/8", "10.128.0.0/8", "0.0.0.1/0", "::1/127", "::/129",
        "::/0128", "fe80::1/64", "8000::/0", "::ffff:10.0.0.0/95",
        "::ffff:10.0.0.1/104", "10.0.0.0/4294967304", "/", "10/8"
    };

    static const char  *networks[] = {
        "10.0.0.0/8", "0.0.0.0/0", "10.0.0.1", "10.0.0.1/32", "::/0", "::1",
        "::1/128", "fe80::/10", "2001:db8::/32", "::ffff:10.0.0.0/104",
        "::ffff:10.0.0.1", "::ffff:0.0.0.0/96", "128.0.0.0/1", "10.0.0.0/7"
    };

    for (i = 0; i < sizeof(no_address) / sizeof(no_address[0]); i++) {
        s = str(no_address[i]);
        tap_ok(webhook_address_parse(&s, &a) == WEBHOOK_ERROR,
               "parse: \"%s\" is no address", no_address[i]);
    }

    s.data = (unsigned char *) "1.2.3.4\0x";
    s.len = 9;
    tap_ok(webhook_address_parse(&s, &a) == WEBHOOK_ERROR,
           "parse: nor with a zero byte");

    for (i = 0; i < sizeof(no_network) / sizeof(no_network[0]); i++) {
        what = NULL;
        s = str(no_network[i]);
        tap_ok(webhook_cidr_parse(&s, &c, &what) == WEBHOOK_ERROR
               && what != NULL,
               "parse: \"%s\" is no network", no_network[i]);
    }

    s = str("10.0.0.1/8");
    tap_ok(webhook_cidr_parse(&s, &c, NULL) == WEBHOOK_ERROR,
           "parse: nobody needs to hear why");

    (void) webhook_cidr_parse(&s, &c, &what);
    tap_ok(strcmp(what, "it has bits set behind its prefix") == 0,
           "parse: host bits are told");

    for (i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
        s = str(networks[i]);
        tap_ok(webhook_cidr_parse(&s, &c, &what) == WEBHOOK_OK,
               "parse: \"%s\" is a network", networks[i]);
    }

    /* exactly as many bytes as the text has */

    s.len = strlen("10.0.0.0/8");
    s.data = malloc(s.len);

    if (s.data) {
        memcpy(s.data, "10.0.0.0/8", s.len);
        tap_ok(webhook_cidr_parse(&s, &c, &what) == WEBHOOK_OK && c.bits == 8,
               "parse: a view, not a C string");
        free(s.data);
    }
}


static void
test_match(void)
{
    size_t             i;
    webhook_cidr_t     c;
    webhook_address_t  a;

    static const struct {
        const char  *network;
        const char  *address;
        int          match;

    } rows[] = {
        { "10.0.0.0/8", "10.255.255.255", 1 },
        { "10.0.0.0/8", "11.0.0.0", 0 },
        { "10.0.0.0/8", "9.255.255.255", 0 },
        { "192.168.4.0/22", "192.168.7.255", 1 },
        { "192.168.4.0/22", "192.168.8.0", 0 },
        { "0.0.0.0/0", "1.2.3.4", 1 },
        { "0.0.0.0/0", "::1", 0 },
        { "::/0", "::1", 1 },
        { "::/0", "1.2.3.4", 0 },
        { "::1", "::1", 1 },
        { "::1", "::2", 0 },
        { "10.0.0.1", "10.0.0.1", 1 },
        { "10.0.0.1", "10.0.0.2", 0 },
        { "::ffff:10.0.0.0/104", "10.1.2.3", 1 },
        { "10.0.0.0/8", "::ffff:10.1.2.3", 1 },
        { "10.0.0.0/8", "64:ff9b::10.1.2.3", 0 },
        { "2001:db8::/33", "2001:db8:7fff::1", 1 },
        { "2001:db8::/33", "2001:db8:8000::1", 0 }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        c = cidr(rows[i].network);
        a = addr(rows[i].address);

        tap_ok(webhook_cidr_match(&c, &a) == rows[i].match,
               "match: %s %s %s", rows[i].network,
               rows[i].match ? "holds" : "does not hold", rows[i].address);
    }

    c = cidr("0.0.0.0/0");
    memset(&a, 0, sizeof(a));
    tap_ok(webhook_cidr_match(&c, &a) == 0, "match: no network holds a "
           "unix socket");
}


static void
test_set(void)
{
    struct sockaddr_in   sin;
    struct sockaddr_un   sun;
    struct sockaddr_in6  sin6;
    webhook_address_t    a;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(80);
    inet_pton(AF_INET, "127.0.0.1", &sin.sin_addr);

    tap_ok(webhook_address_set(&a, (struct sockaddr *) &sin, sizeof(sin))
           == WEBHOOK_OK
           && a.family == WEBHOOK_ADDRESS_V4
           && memcmp(a.bytes, "\x7f\0\0\x01", 4) == 0,
           "set: IPv4");

    webhook_address_set(&a, (struct sockaddr *) &sin, 6);
    tap_ok(a.family == WEBHOOK_ADDRESS_OTHER, "set: too short for IPv4");

    memset(&sin6, 0, sizeof(sin6));
    sin6.sin6_family = AF_INET6;
    inet_pton(AF_INET6, "fe80::1", &sin6.sin6_addr);
    sin6.sin6_scope_id = 2;

    webhook_address_set(&a, (struct sockaddr *) &sin6, sizeof(sin6));
    tap_ok(a.family == WEBHOOK_ADDRESS_V6 && a.bytes[0] == 0xfe
           && a.bytes[15] == 1, "set: IPv6");

    webhook_address_set(&a, (struct sockaddr *) &sin6, 20);
    tap_ok(a.family == WEBHOOK_ADDRESS_OTHER, "set: too short for IPv6");

    inet_pton(AF_INET6, "::ffff:10.0.0.1", &sin6.sin6_addr);
    webhook_address_set(&a, (struct sockaddr *) &sin6, sizeof(sin6));
    tap_ok(a.family == WEBHOOK_ADDRESS_V4
           && memcmp(a.bytes, "\x0a\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16) == 0,
           "set: a mapped address is the one connected to");

    memset(&sun, 0, sizeof(sun));
    sun.sun_family = AF_UNIX;
    webhook_address_set(&a, (struct sockaddr *) &sun, sizeof(sun));
    tap_ok(a.family == WEBHOOK_ADDRESS_OTHER
           && strcmp(webhook_address_kind(&a), "not an IP address") == 0,
           "set: a unix socket is never public");

    webhook_address_set(&a, (struct sockaddr *) &sun, 0);
    tap_ok(a.family == WEBHOOK_ADDRESS_OTHER, "set: nothing");
}


static void
test_decide(void)
{
    size_t                    i;
    const char               *reason;
    webhook_cidr_t            deny[2], allow[2], odeny[1], oallow[1];
    webhook_address_t         a;
    webhook_address_rules_t   inner, outer;

    static const struct {
        const char  *address;
        int          any;
        const char  *as_public;         /* NULL: may be connected to */

    } rows[] = {
        { "8.8.8.8", 1, NULL },
        { "127.0.0.1", 1, "loopback" },
        { "::ffff:127.0.0.1", 1, "loopback" },
        { "169.254.169.254", 1, "metadata" },
        { "10.1.0.1", 1, NULL },                /* allowed */
        { "10.1.9.9", 0, "denied" },            /* denied within allowed */
        { "10.2.0.1", 1, "private" },
        { "64:ff9b::10.1.0.1", 1, "private" },  /* allowed by no detour */
        { "64:ff9b::10.1.9.9", 0, "denied" },   /* denied by any */
        { "2002:0a01:0909::1", 0, "denied" },
        { "2606:4700::5efe:10.1.9.9", 0, "denied" },
        { "::ffff:10.1.9.9", 0, "denied" },
        { "::ffff:10.1.0.1", 1, NULL },
        { "fd00::1", 1, NULL },
        { "fd00:1::1", 1, "unique local" },
        { "192.168.1.1", 1, NULL },             /* allowed outside */
        { "9.9.9.9", 0, "denied" },             /* denied outside */
        { "192.168.2.1", 1, "private" }
    };

    memset(&inner, 0, sizeof(inner));
    memset(&outer, 0, sizeof(outer));

    allow[0] = cidr("10.1.0.0/16");
    allow[1] = cidr("fd00::/32");
    deny[0] = cidr("10.1.9.0/24");
    deny[1] = cidr("2606:4700:ffff::/48");
    oallow[0] = cidr("192.168.1.0/24");
    odeny[0] = cidr("9.9.9.9");

    inner.deny = deny;
    inner.ndeny = 2;
    inner.allow = allow;
    inner.nallow = 2;
    inner.outer = &outer;

    outer.deny = odeny;
    outer.ndeny = 1;
    outer.allow = oallow;
    outer.nallow = 1;
    outer.fallback = WEBHOOK_ADDRESS_PUBLIC;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        a = addr(rows[i].address);

        inner.fallback = WEBHOOK_ADDRESS_ANY;

        tap_ok((webhook_address_decide(&inner, &a, NULL) == WEBHOOK_OK)
               == rows[i].any,
               "decide: %s, any", rows[i].address);

        inner.fallback = WEBHOOK_ADDRESS_PUBLIC;
        reason = NULL;

        tap_ok((webhook_address_decide(&inner, &a, &reason) == WEBHOOK_OK)
               == (rows[i].as_public == NULL)
               && (rows[i].as_public == NULL
                   || strcmp(reason, rows[i].as_public) == 0),
               "decide: %s, public: %s", rows[i].address,
               rows[i].as_public ? rows[i].as_public : "yes");
    }

    memset(&inner, 0, sizeof(inner));
    memset(&a, 0, sizeof(a));

    tap_ok(webhook_address_decide(&inner, &a, &reason) == WEBHOOK_OK,
           "decide: a unix socket, any");

    inner.fallback = WEBHOOK_ADDRESS_PUBLIC;
    tap_ok(webhook_address_decide(&inner, &a, &reason) == WEBHOOK_ERROR
           && strcmp(reason, "not an IP address") == 0,
           "decide: a unix socket, public");
}


/* This host, in a test. */

static int
own(const webhook_address_t *a)
{
    webhook_address_t  mine;

    mine = addr("10.1.0.9");

    return memcmp(a, &mine, sizeof(mine)) == 0;
}


static void
test_own(void)
{
    size_t                    i;
    const char               *reason;
    webhook_cidr_t            allow;
    webhook_address_t         a;
    webhook_address_rules_t   inner, outer;

    static const struct {
        const char  *address;
        int          may;

    } rows[] = {
        { "10.1.0.8", 1 },
        { "10.1.0.9", 0 },
        { "::ffff:10.1.0.9", 0 },
        { "64:ff9b::10.1.0.9", 0 },             /* by a detour */
        { "2002:0a01:0009::1", 0 },
        { "8.8.8.8", 1 }
    };

    memset(&inner, 0, sizeof(inner));
    memset(&outer, 0, sizeof(outer));

    allow = cidr("10.1.0.0/16");

    inner.allow = &allow;
    inner.nallow = 1;
    inner.fallback = WEBHOOK_ADDRESS_PUBLIC;
    inner.outer = &outer;
    outer.own = own;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        a = addr(rows[i].address);
        reason = NULL;

        tap_ok((webhook_address_decide(&inner, &a, &reason) == WEBHOOK_OK)
               == rows[i].may
               && (rows[i].may || strcmp(reason, "of this host") == 0),
               "own: %s", rows[i].address);
    }
}


int
main(void)
{
    test_kinds();
    test_parse();
    test_match();
    test_set();
    test_decide();
    test_own();

    return tap_done();
}
