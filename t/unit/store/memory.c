
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: an operation tells how much its outputs hold.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"

#include "store/webhook_store_memory.h"


static void test_sum(void);
static void test_claim(void);


int
main(void)
{
    test_sum();
    test_claim();

    return tap_done();
}


static void
test_sum(void)
{
    void      *memory = NULL;
    size_t     size;
    unsigned   i, ok;

    tap_ok(webhook_memory_size(memory) == 0, "nothing holds nothing");

    ok = 1;
    size = 0;

    for (i = 0; i < 100; i++) {
        ok &= webhook_memory_bytes(&memory, i * 100) != NULL;
        size += i * 100;
    }

    tap_ok(ok && webhook_memory_size(memory) >= size
           && webhook_memory_size(memory) < size * 2,
           "all chunks are counted, once");

    webhook_memory_free(&memory);

    tap_ok(webhook_memory_size(memory) == 0, "and none once they are freed");
}


static void
test_claim(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;
    webhook_id_t   id;

    static char  body[1024 * 1024];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    id = util_id(&u);

    memset(body, 'x', sizeof(body));

    memset(&put, 0, sizeof(put));

    util_put_op(&op, &put, id, ep, body, sizeof(body));
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a large body is put");
    tap_ok(webhook_op_size(&op) < 4096, "what a put tells is small");
    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && webhook_op_size(&op) >= sizeof(body)
           && webhook_op_size(&op) < sizeof(body) + 65536,
           "a claim is as large as the body that it read");

    webhook_op_free(&op);

    tap_ok(webhook_op_size(&op) == 0, "until it is freed");

    util_free(&u);
}
