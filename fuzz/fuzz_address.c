
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_address.  The input is read as an address and as a network,
 * as libc reads them too, and its first bytes as socket addresses: an IPv6
 * address that holds an IPv4 address is never public unless that one is, and a
 * network holds what its bits say.
 */

#include "core/rules/webhook_address.h"
#include "lib/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_text(const webhook_str_t *text)
{
    int                 rc, one, two;
    char               *copy;
    const char         *what;
    unsigned            i, most, bit;
    webhook_cidr_t      cidr;
    unsigned char       bytes[16];
    webhook_address_t   a;

    copy = strndup((char *) text->data, text->len);
    check(copy != NULL);

    rc = webhook_address_parse(text, &a);
    one = inet_pton(AF_INET, copy, bytes) == 1;
    two = inet_pton(AF_INET6, copy, bytes) == 1;

    if (strlen(copy) != text->len) {
        check(rc != WEBHOOK_OK);

    } else if (text->len < INET6_ADDRSTRLEN) {
        check((rc == WEBHOOK_OK) == (one || two));
    }

    free(copy);

    what = NULL;

    if (webhook_cidr_parse(text, &cidr, &what) != WEBHOOK_OK) {
        check(what != NULL);
        check(rc != WEBHOOK_OK);
        return;
    }

    /* it holds its own address, and none that differs within the prefix */

    most = cidr.address.family == WEBHOOK_ADDRESS_V4 ? 32 : 128;

    check(cidr.bits <= most);
    check(webhook_cidr_match(&cidr, &cidr.address));

    for (i = 0; i < most; i++) {
        a = cidr.address;
        bit = 0x80 >> (i % 8);

        check(i < cidr.bits || (a.bytes[i / 8] & bit) == 0);

        a.bytes[i / 8] ^= bit;
        check(webhook_cidr_match(&cidr, &a) == (i >= cidr.bits));
    }
}


static int
is_public(const webhook_address_t *a)
{
    webhook_address_rules_t  rules;

    memset(&rules, 0, sizeof(rules));
    rules.fallback = WEBHOOK_ADDRESS_PUBLIC;

    check((webhook_address_decide(&rules, a, NULL) == WEBHOOK_OK)
          == (webhook_address_kind(a) == NULL));

    rules.fallback = WEBHOOK_ADDRESS_ANY;
    check(webhook_address_decide(&rules, a, NULL) == WEBHOOK_OK);

    return webhook_address_kind(a) == NULL;
}


static void
check_bytes(const uint8_t *data)
{
    int                      outside;
    unsigned                 i;
    webhook_cidr_t           deny;
    struct sockaddr_in       sin;
    struct sockaddr_in6      sin6;
    webhook_address_t        v4, v6;
    webhook_address_rules_t  rules;

    static const struct {
        unsigned char  prefix[12];
        unsigned       len;
        int            only;        /* public if and only if it is */

    } holders[] = {
        { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 12, 1 },
        { { 0x00, 0x64, 0xff, 0x9b }, 12, 1 },
        { { 0x20, 0x02 }, 2, 0 },
        { { 0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe }, 12, 1 }
    };

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    memcpy(&sin.sin_addr, data, 4);

    webhook_address_set(&v4, (struct sockaddr *) &sin, sizeof(sin));
    outside = is_public(&v4);

    deny.address = v4;
    deny.bits = 32;

    memset(&rules, 0, sizeof(rules));
    rules.deny = &deny;
    rules.ndeny = 1;

    check(webhook_address_decide(&rules, &v4, NULL) == WEBHOOK_ERROR);

    for (i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
        memset(&sin6, 0, sizeof(sin6));
        sin6.sin6_family = AF_INET6;

        memcpy(&sin6.sin6_addr, data + 4, 16);
        memcpy(&sin6.sin6_addr, holders[i].prefix, holders[i].len);
        memcpy((unsigned char *) &sin6.sin6_addr + holders[i].len, data, 4);

        webhook_address_set(&v6, (struct sockaddr *) &sin6, sizeof(sin6));

        check(webhook_address_decide(&rules, &v6, NULL) == WEBHOOK_ERROR);
        check(!is_public(&v6) || outside);
        check(is_public(&v6) || !outside || !holders[i].only);
    }

    memcpy(&sin6.sin6_addr, data, 16);
    webhook_address_set(&v6, (struct sockaddr *) &sin6, sizeof(sin6));

    (void) is_public(&v6);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    webhook_str_t      text;
    struct sockaddr   *sa;
    webhook_address_t  a;

    text.data = (unsigned char *) data;
    text.len = size;

    check_text(&text);

    if (size >= 20) {
        check_bytes(data);
    }

    /* whatever a socket's address is said to be, and however short */

    sa = malloc(size ? size : 1);
    check(sa != NULL);
    memcpy(sa, data, size);
    check(webhook_address_set(&a, sa, (socklen_t) size) == WEBHOOK_OK);
    (void) is_public(&a);
    free(sa);

    return 0;
}
