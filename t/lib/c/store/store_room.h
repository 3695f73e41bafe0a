
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of room in the store share.
 */

#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "store_util.h"


static char  body[16 << 20];


__attribute__((unused))
static webhook_store_result_e
put(util_t *u, uint64_t ep, size_t len, unsigned lease, webhook_id_t *id,
    uint64_t *token)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));
    p.lease = lease;

    *id = util_id(u);

    util_put_op(&op, &p, *id, ep, body, len);
    (void) util_apply(u, &op);

    *token = p.lease_token;

    return op.result;
}


__attribute__((unused))
static void
fill_with_history(util_t *u, uint64_t ep, size_t len)
{
    uint64_t            token;
    unsigned            i, more, failed;
    webhook_id_t        id;
    webhook_op_stats_t  s;

    failed = 0;

    for (i = 0; i < 2 * u->size / len; i++) {

        if (put(u, ep, len, 1, &id, &token) != WEBHOOK_STORE_OK
            || util_complete(u, id, ep, token, WEBHOOK_DONE, 0)
               != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        if (i % 20 == 0) {
            do {
                (void) util_expire(u, 100, &more);
            } while (more);
        }
    }

    s = util_stats(u, 0, NULL);

    tap_ok(failed == 0 && s.used > s.size / 5 * 4,
           "history fills the store: %u percent, %u refused",
           (unsigned) (s.used * 100 / s.size), failed);
}


#endif /* STORE_ROOM_H */
