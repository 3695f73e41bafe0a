
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of a store that fills share.
 */

#ifndef STORE_FULL_H
#define STORE_FULL_H

#include "store_suite.h"


#define FILL_MAX  100000


typedef struct {
    webhook_id_t  id;
    uint64_t      token;
} held_t;


static held_t         held[FILL_MAX];
static unsigned char  bytes[250000];


__attribute__((unused))
static void
fill_bytes(void)
{
    unsigned  i;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char) (i * 7 + i / 255);
    }
}


__attribute__((unused))
static webhook_store_result_e
put(util_t *u, uint64_t ep, size_t body, unsigned lease, held_t *h)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));
    p.lease = lease;

    h->id = util_id(u);

    util_put_op(&op, &p, h->id, ep, bytes, body);
    (void) util_apply(u, &op);

    h->token = p.lease_token;

    return op.result;
}


#endif /* STORE_FULL_H */
